"""Near duplicates: reposts, scraped copies and excerpts of one text, found across sites and put into clusters.

Texts are compared as sets of word trigrams (``toolkit.corpus.copies.shingles``). Which pairs are worth comparing is
read from an index: the rarest trigrams that a text shares with any other lead to its likely sources, to another version of about
the same length as well as to the long page in which a short excerpt stands. MinHash signatures find the first and miss
the second, and take longer (``tests/benchmarks/duplicates.py``). Every pair is then compared trigram by trigram.
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
#: compared when a third of them lead there.
_ANCHORS, _MOST_LED_TO, _ANCHORS_SHARED = 12, 64, 1 / 3
#: Of the trigrams that more texts share (a press release on a hundred sites), those with the smallest hashes, for texts
#: that have many such: alike texts mostly have the same ones (Broder's bottom sketch). A text is compared with the
#: first text that has the same and with the next, where this happens for two of them.
_OF_CROWDS, _CROWDS_SHARED = 8, 2
#: Pairs compared at once, and pairs waiting for it: some 100 MB each.
_PAIRS, _PAIRS_WAITING = 20_000, 2_000_000
#: Of posts of one day, one with less prose than this share of the longest is a part of it and not the first.
_WHOLE = 0.8


class _Shared(NamedTuple):
    """Shingles that more than one text may have: ``doc`` has the shingle ``column``; of each column, in how many texts
    it is (``counts``) and from where on these stand in ``postings``."""

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
    prose = np.array([len("".join(text.split())) for text in texts.values()])
    return _clusters(posts, prose, left, right, np.concatenate([jaccard, ones]), np.concatenate([containment, ones]))


def _near(
    flat: np.ndarray, sizes: np.ndarray, threshold: float, contained: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Pairs (smaller index first) that are near enough, with Jaccard index and containment."""
    from scipy.sparse import csr_matrix

    nothing = np.zeros(0, dtype=np.int64)
    found: list[tuple[np.ndarray, ...]] = [(nothing, nothing, np.zeros(0), np.zeros(0))]
    shared = _shared(flat, sizes)
    rows = np.cumsum(np.bincount(shared.doc, minlength=len(sizes)))
    table = csr_matrix(
        (np.ones(len(shared.doc), dtype=np.int32), shared.column, np.concatenate([[0], rows])),
        shape=(len(sizes), len(shared.counts)),
    )
    share = min(contained, 2 * threshold / (1 + threshold))  # what the shorter text has in common at the least
    for pairs in _gathered(_candidates(sizes, shared, share)):
        for start in range(0, len(pairs), _PAIRS):
            one, two = np.divmod(pairs[start : start + _PAIRS], len(sizes))
            common = np.asarray(table[one].multiply(table[two]).sum(axis=1)).ravel()
            jaccard = common / (sizes[one] + sizes[two] - common)
            containment = common / np.minimum(sizes[one], sizes[two])
            least = np.where(common < _QUOTATION, max(contained, _NEARLY_ALL), contained)
            near = (jaccard >= threshold) | (containment >= least)
            found.append((one[near], two[near], jaccard[near], containment[near]))
    a, b, jaccard, containment = (np.concatenate(parts) for parts in zip(*found, strict=True))
    _, keep = np.unique(a * len(sizes) + b, return_index=True)
    return a[keep], b[keep], jaccard[keep], containment[keep]


def _shared(flat: np.ndarray, sizes: np.ndarray) -> _Shared:
    """The shingles that more than one text may have."""
    doc = np.repeat(np.arange(len(sizes)), sizes)
    bits = max(1, min(26, len(flat).bit_length()))
    bucket = (flat >> np.uint64(64 - bits)).astype(np.int64)
    maybe = np.bincount(bucket, minlength=1)[bucket] > 1  # most shingles of real texts are alone: not sorted
    doc, values = doc[maybe], flat[maybe]
    order = _ranking(values)
    ranked = values[order]
    starts = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]])[: len(ranked)])
    counts = np.diff(starts, append=len(ranked))
    column = np.empty(len(order), dtype=np.int32)
    column[order] = np.repeat(np.arange(len(starts), dtype=np.int32), counts)
    return _Shared(doc, column, counts, starts, doc[order])


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


def _candidates(sizes: np.ndarray, shared: _Shared, least: float) -> Iterator[np.ndarray]:
    """Pairs worth comparing, as smaller position x number of texts + larger position, for texts that have the share
    ``least`` of their shingles in common with any others."""
    count = shared.counts[shared.column]
    in_others = np.bincount(shared.doc[count > 1], minlength=len(sizes))
    usable = np.flatnonzero((count > 1) & (in_others >= least * sizes)[shared.doc])
    crowded = count[usable] > _MOST_LED_TO
    yield from _by_anchors(sizes, shared, _lowest(shared.doc, count, usable[~crowded], _ANCHORS))
    popular = np.bincount(shared.doc[usable[crowded]], minlength=len(sizes)) >= least / 2 * sizes
    chosen = _lowest(shared.doc, shared.column, usable[crowded & popular[shared.doc[usable]]], _OF_CROWDS)
    doc, column = shared.doc[chosen], shared.column[chosen]
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
        key = (doc[places] * high + values[places]).astype(np.uint64) << np.uint64(bits)
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


def _by_anchors(sizes: np.ndarray, shared: _Shared, chosen: np.ndarray) -> Iterator[np.ndarray]:
    """Texts to which enough of a text's anchors lead."""
    asking, column = shared.doc[chosen], shared.column[chosen]
    led, where = shared.counts[column], shared.starts[column]
    least = _ANCHORS_SHARED * np.bincount(asking, minlength=len(sizes))
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
    posts: pd.DataFrame, prose: np.ndarray, a: np.ndarray, b: np.ndarray, jaccard: np.ndarray, containment: np.ndarray
) -> pd.DataFrame:
    """One row a post from pairs of positions in ``posts`` (sorted by doc_id); ``prose``: visible characters of each."""
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
    dates = posts["date"].fillna("").astype(str).str.strip()
    table = pd.DataFrame(
        {
            "cluster": names[rows.groupby(label[doc])["doc"].transform("min").to_numpy()],
            "doc_id": names[doc],
            "nearest": names[rows["other"].to_numpy()],
            "jaccard": rows["jaccard"],
            "containment": rows["containment"],
            "date": dates.where(dates.str.match(r"\d{4}"), "~").to_numpy()[doc],
            "whole": posts["text"].str.len().to_numpy()[doc],
        }
    )
    longest = pd.Series(prose[doc]).groupby([table["cluster"], table["date"]]).transform("max")
    table["part"] = prose[doc] < _WHOLE * longest
    order = table.sort_values(["cluster", "date", "part", "whole", "doc_id"], kind="stable")
    table["first"] = table.index.isin(order.drop_duplicates("cluster").index)
    return table.drop(columns=["date", "whole", "part"]).sort_values(["cluster", "doc_id"], ignore_index=True)
