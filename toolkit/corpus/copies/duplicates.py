"""Near duplicates: reposts, scraped copies and excerpts of one text, found across sites and put into clusters.

Texts are compared as sets of word trigrams (``toolkit.corpus.copies.shingles``). Which pairs are worth comparing is
read from an index: the rarest trigrams that a text shares with any other lead to its likely sources, to another version
of about the same length as well as to the long page in which a short excerpt stands. Of long texts a quarter of the
trigrams is enough for this. MinHash signatures find the first and miss the second, and take longer
(``tests/benchmarks/duplicates.py``). Every pair is then compared trigram by trigram.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from toolkit.corpus.copies.shingles import shingle_sets
from toolkit.corpus.furniture import without_furniture
from toolkit.errors import InputError
from toolkit.tables import check

__all__ = ["find_duplicates"]

#: Trigrams common to two texts by one long sentence. Where no more are common the shorter text must stand nearly whole
#: in the longer one: a note that quotes a sentence is no copy.
_QUOTATION, _NEARLY_ALL = 30, 0.9
#: The rarest shared trigrams of a text that lead to others, and how many texts one of them may lead to. A text is
#: compared when this share of the share that makes a copy lead there (by default, .48 of them).
_ANCHORS, _MOST_LED_TO, _ANCHORS_SHARED = 12, 64, 0.8
#: Of the trigrams that more texts share (a press release on a hundred sites), those with the smallest hashes, for texts
#: that have many such: alike texts mostly have the same ones (Broder's bottom sketch). A text is compared with the
#: first text that has the same and with the next, where this happens for two of them.
_OF_CROWDS, _CROWDS_SHARED = 8, 2
#: Of texts with as many trigrams as ``_ALL_OF``, one in so many is indexed (and those that a shorter text has, of which
#: all are). Two texts of 64 trigrams that are just alike enough have 38 in common, and some ten of these are indexed.
_SAMPLED, _ALL_OF = 4, 64
#: Pairs waiting to be compared: some 100 MB.
_PAIRS_WAITING = 2_000_000
#: Of posts of one day, one with less prose than this share of the longest is a part of it and not the first.
_WHOLE, _SPACES = 0.8, " \n\t\r\xa0"


class _Shared(NamedTuple):
    """Sampled shingles that more than one text may have: ``doc`` has the shingle ``column``; of each column, in how
    many texts it is (``counts``) and from where on these stand in ``postings``; ``sizes``: of each text, how many were
    sampled, whether others have them or not."""

    sizes: np.ndarray
    doc: np.ndarray
    column: np.ndarray
    counts: np.ndarray
    starts: np.ndarray
    postings: np.ndarray


def find_duplicates(
    posts: pd.DataFrame,
    *,
    furniture: pd.DataFrame | None = None,
    threshold: float = 0.5,
    contained: float = 0.6,
) -> pd.DataFrame:
    """Clusters of posts that are near duplicates of each other.

    Two posts belong together when the Jaccard index of their sets of lower-case word trigrams is at least
    ``threshold``, or when at least the share ``contained`` of the shorter one's trigrams stands in the longer one
    (0.9 if these are fewer than thirty: one sentence quoted makes no duplicate). Of posts with fewer than ten words
    only those with the same words in the same order do.

    Parameters
    ----------
    posts : posts table; the order of its rows does not matter.
    furniture : spans from :func:`toolkit.corpus.mark_furniture`; what they mark is not compared. Without it, posts
        under much page furniture of one site can look alike.
    threshold : 0.3 to 1.
    contained : 0.5 to 1. In the bundled corpus copies and excerpts reach .79 and more, other pairs at most .08; with
        one word in ten changed about .7 are left.

    Returns
    -------
    DataFrame
        One row for each post in a cluster, sorted by cluster and doc_id: ``cluster`` (its smallest doc_id), doc_id,
        ``nearest`` (the doc_id most like it of those it was compared with), ``jaccard`` and ``containment`` with that
        one (0-1, higher is more alike), ``first``: true for the earliest dated post of the cluster; of several that
        are whole (at least four fifths of the longest one's prose), the one with the least around it; else the one
        with the smallest doc_id. Dates count when they begin with a year ("2009-03-12").

    A cluster is a chain: a first post is like a second and that like a third, and first and third may have little in
    common (two posts that quote one whole are in one cluster). Look at ``nearest`` before anything is left out. Raises
    :class:`InputError` for a table that is no posts table and for numbers out of range.

    >>> import pandas as pd
    >>> text = "Las empresas que escuchan de verdad a sus clientes aprenden más que las que solo hablan."
    >>> texts = [text, text.replace("verdad", "veras"), "Hoy no hubo mercado en la plaza y llovió todo el día."]
    >>> posts = pd.DataFrame({"doc_id": ["a", "b", "c"], "text": texts, "sha256": "", "date": ["2011", "2009", ""]})
    >>> find_duplicates(posts)[["cluster", "doc_id", "nearest", "first"]]
      cluster doc_id nearest  first
    0       a      a       b  False
    1       a      b       a   True
    """
    for name, value, low in (("threshold", threshold, 0.3), ("contained", contained, 0.5)):
        if not low <= value <= 1:
            raise InputError(f"{name}: got {value}, expected a number from {low} to 1.")
    posts = check("posts", posts).sort_values("doc_id", kind="stable", ignore_index=True)
    ids = posts["doc_id"].tolist()
    texts = dict(zip(ids, posts["text"].tolist(), strict=True))
    if furniture is not None:
        texts = without_furniture(texts, furniture[furniture["doc_id"].isin(ids)])
    flat, sizes, same = shingle_sets(list(texts.values()))
    a, b, jaccard, containment = _near(flat, sizes, threshold, contained)
    keep = np.flatnonzero(same != np.arange(len(ids)))
    left, right = np.concatenate([a, same[keep]]), np.concatenate([b, keep])
    ones = np.ones(len(keep))
    return _clusters(
        posts, list(texts.values()), left, right, np.concatenate([jaccard, ones]), np.concatenate([containment, ones])
    )


def _near(
    flat: np.ndarray, sizes: np.ndarray, threshold: float, contained: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Pairs (smaller index first) that are near enough, with Jaccard index and containment."""
    nothing = np.zeros(0, dtype=np.int64)
    found: list[tuple[np.ndarray, ...]] = [(nothing, nothing, np.zeros(0), np.zeros(0))]
    share = min(contained, 2 * threshold / (1 + threshold))  # what the shorter text has in common at the least
    parts = [flat[end - size : end] for end, size in zip(np.cumsum(sizes).tolist(), sizes.tolist(), strict=True)]
    for pairs in _gathered(_candidates(_shared(flat, sizes), share)):
        one, two = np.divmod(pairs, len(sizes))
        common = np.fromiter(
            (_common(parts[a], parts[b]) for a, b in zip(one.tolist(), two.tolist(), strict=True)), np.int64, len(one)
        )
        jaccard = common / (sizes[one] + sizes[two] - common)
        containment = common / np.minimum(sizes[one], sizes[two])
        least = np.where(common < _QUOTATION, max(contained, _NEARLY_ALL), contained)
        near = (jaccard >= threshold) | (containment >= least)
        found.append((one[near], two[near], jaccard[near], containment[near]))
    a, b, jaccard, containment = (np.concatenate(parts) for parts in zip(*found, strict=True))
    _, keep = np.unique(a * len(sizes) + b, return_index=True)
    return a[keep], b[keep], jaccard[keep], containment[keep]


def _common(one: np.ndarray, two: np.ndarray) -> int:
    """How many numbers two sets have in common."""
    both = np.concatenate((one, two))
    both.sort()
    return int(np.count_nonzero(both[1:] == both[:-1]))


def _shared(flat: np.ndarray, sizes: np.ndarray) -> _Shared:
    """The sampled shingles that more than one text may have."""
    doc = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    few = sizes < _ALL_OF
    sampled = flat < np.uint64(2**64 // _SAMPLED)
    if few.any():  # all shingles of short texts, and those of long texts that a short one may have
        own = flat[few[doc]]
        known = np.zeros(1 << min(26, 3 + len(own).bit_length()), dtype=bool)
        low = np.uint64(len(known) - 1)
        known[own & low] = True
        sampled |= known[flat & low]
    doc, values = doc[sampled], flat[sampled]
    own_sizes = np.bincount(doc, minlength=len(sizes))
    low = np.uint64((1 << max(1, min(26, len(values).bit_length()))) - 1)
    bucket = (values & low).astype(np.int64)
    maybe = np.bincount(bucket, minlength=1)[bucket] > 1  # most shingles of real texts are alone: not sorted
    doc, values = doc[maybe], values[maybe]
    order = _ranking(values)
    ranked = values[order]
    starts = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]])[: len(ranked)])
    counts = np.diff(starts, append=len(ranked))
    column = np.empty(len(order), dtype=np.int32)
    column[order] = np.repeat(np.arange(len(starts), dtype=np.int32), counts)
    return _Shared(own_sizes, doc, column, counts, starts, doc[order])


def _ranking(values: np.ndarray) -> np.ndarray:
    """The stable order of 64-bit hashes, by sorting their upper bits with the place below: five times as fast as
    argsort, which is left for the case that two hashes have the same upper bits."""
    low = np.uint64((1 << len(values).bit_length()) - 1)
    packed = np.sort((values & ~low) | np.arange(len(values), dtype=np.uint64))
    order = (packed & low).astype(np.int64)
    ranked, upper = values[order], packed & ~low
    if np.any((upper[1:] == upper[:-1]) & (ranked[1:] != ranked[:-1])):
        return np.argsort(values, kind="stable")
    return order


def _candidates(shared: _Shared, share: float) -> Iterator[np.ndarray]:
    """Pairs worth comparing, as smaller position x number of texts + larger position, for texts that have the share
    ``share`` of their shingles in common with any others: half of it in the sample, which is off by chance."""
    sizes, least = shared.sizes, share / 2 * shared.sizes
    count = shared.counts[shared.column]
    in_others = np.bincount(shared.doc[count > 1], minlength=len(sizes))
    usable = np.flatnonzero((count > 1) & (in_others >= least)[shared.doc])
    crowded = count[usable] > _MOST_LED_TO
    yield from _by_anchors(shared, _lowest(shared.doc, count, usable[~crowded], _ANCHORS), min(share, 0.6))
    popular = np.bincount(shared.doc[usable[crowded]], minlength=len(sizes)) >= least / 2
    chosen = _lowest(shared.doc, shared.column, usable[crowded & popular[shared.doc[usable]]], _OF_CROWDS)
    doc, column = shared.doc[chosen].astype(np.int64), shared.column[chosen]
    order = np.argsort(column, kind="stable")
    doc, column = doc[order], column[order]
    starts = np.flatnonzero(np.concatenate([[True], column[1:] != column[:-1]])[: len(column)])
    first = np.repeat(doc[starts], np.diff(starts, append=len(column)))
    for one, two, good in ((first, doc, first != doc), (doc[:-1], doc[1:], column[:-1] == column[1:])):
        code, times = np.unique((one * len(sizes) + two)[good], return_counts=True)
        yield code[times >= _CROWDS_SHARED]


def _lowest(doc: np.ndarray, values: np.ndarray, places: np.ndarray, most: int) -> np.ndarray:
    """Of the places given, those with the lowest values of each text, at most ``most``; sorted by text and value."""
    bits, high = len(doc).bit_length(), int(values.max(initial=0)) + 1
    if ((int(doc.max(initial=0)) + 1) * high) >> (64 - bits):
        order = places[np.lexsort((values[places], doc[places]))]
    else:  # text, value and place in one number: sorting it is four times as fast as sorting by three keys
        key = (doc[places].astype(np.int64) * high + values[places]).astype(np.uint64) << np.uint64(bits)
        order = (np.sort(key | places.astype(np.uint64)) & np.uint64((1 << bits) - 1)).astype(np.int64)
    own = np.bincount(doc[places])
    return order[np.arange(len(order)) - np.repeat(np.cumsum(own) - own, own) < most]


def _gathered(parts: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    """The same numbers in fewer arrays, none twice in one."""
    waiting: list[np.ndarray] = []
    length = 0
    for part in parts:
        waiting.append(part)
        length += len(part)
        if length >= _PAIRS_WAITING:
            yield np.unique(np.concatenate(waiting))
            waiting, length = [], 0
    if waiting:
        yield np.unique(np.concatenate(waiting))


def _by_anchors(shared: _Shared, chosen: np.ndarray, share: float) -> Iterator[np.ndarray]:
    """Texts to which enough of a text's anchors lead."""
    sizes, asking, column = shared.sizes, shared.doc[chosen].astype(np.int64), shared.column[chosen]
    led, where = shared.counts[column], shared.starts[column]
    least = _ANCHORS_SHARED * share * np.bincount(asking, minlength=len(sizes))
    begin, total = 0, np.cumsum(led)
    while begin < len(led):
        reach = total[begin] - led[begin] + _PAIRS_WAITING
        last = max(int(np.searchsorted(total, reach, side="right")) - 1, begin)
        stop = int(np.searchsorted(asking, asking[last], side="right"))  # all anchors of a text at once
        part = slice(begin, stop)
        lengths = led[part]
        a = np.repeat(asking[part], lengths)
        b = shared.postings[np.arange(len(a)) + np.repeat(where[part] - np.cumsum(lengths) + lengths, lengths)]
        code, times = np.unique(a * len(sizes) + b, return_counts=True)
        a, b = np.divmod(code, len(sizes))
        good = (times >= least[a]) & (a != b)
        yield np.minimum(a, b)[good] * len(sizes) + np.maximum(a, b)[good]
        begin = stop


def _clusters(
    posts: pd.DataFrame, texts: list[str], a: np.ndarray, b: np.ndarray, jaccard: np.ndarray, containment: np.ndarray
) -> pd.DataFrame:
    """One row a post from pairs of positions in ``posts`` (sorted by doc_id); ``texts``: what was compared of each."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    _, label = connected_components(coo_matrix((np.ones(len(a)), (a, b)), shape=(len(posts), len(posts))), False)
    both = pd.DataFrame(
        {
            "doc": np.concatenate([a, b]),
            "other": np.concatenate([b, a]),
            "jaccard": np.concatenate([jaccard, jaccard]),
            "containment": np.concatenate([containment, containment]),
        }
    ).sort_values(["doc", "jaccard", "containment", "other"], ascending=[True, False, False, True], kind="stable")
    rows = both.drop_duplicates("doc").reset_index(drop=True)
    names = posts["doc_id"].to_numpy()
    doc = rows["doc"].to_numpy()
    dates = posts["date"].iloc[doc].fillna("").astype(str).str.strip()
    table = pd.DataFrame(
        {
            "cluster": names[rows.groupby(label[doc])["doc"].transform("min").to_numpy()],
            "doc_id": names[doc],
            "nearest": names[rows["other"].to_numpy()],
            "jaccard": rows["jaccard"],
            "containment": rows["containment"],
            "date": dates.where(dates.str.match(r"\d{4}"), "~").to_numpy(),
            "whole": posts["text"].iloc[doc].str.len().to_numpy(),
            "prose": [len(text) - sum(map(text.count, _SPACES)) for text in map(texts.__getitem__, doc.tolist())],
        }
    )
    longest = table.groupby(["cluster", "date"])["prose"].transform("max")
    table["part"] = table["prose"] < _WHOLE * longest
    order = table.sort_values(["cluster", "date", "part", "whole", "doc_id"], kind="stable")
    table["first"] = table.index.isin(order.drop_duplicates("cluster").index)
    return table.drop(columns=["date", "whole", "prose", "part"]).sort_values(["cluster", "doc_id"], ignore_index=True)
