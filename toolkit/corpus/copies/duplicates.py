"""Near duplicates: reposts, scraped copies and excerpts of one text, found across sites and put into clusters.

Texts are compared as sets of word trigrams (``toolkit.corpus.copies.shingles``). Which pairs are worth comparing is
read from an index (``candidates``): the rarest trigrams that a text shares with any other lead to its likely sources,
to another version of about the same length as well as to the long page in which a short excerpt stands. Of long texts a
quarter of the trigrams is enough for this. MinHash signatures find the first and miss the second, and take longer
(``tests/benchmarks/duplicates.py``). Every pair is then compared trigram by trigram.

A corpus of many parts takes two steps: ``signatures`` of each part by itself, and the duplicates of all signatures.
"""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from toolkit.corpus.copies.candidates import Lookup, candidates, gathered
from toolkit.corpus.copies.shingles import first_alike
from toolkit.corpus.copies.signatures import COLUMNS, PRINTS, Prose, shingles_from, signatures_of, unpacked
from toolkit.errors import InputError
from toolkit.tables import check

__all__ = ["duplicates_of", "find_duplicates"]

#: Trigrams common to two texts by one long sentence. Where no more are common the shorter text must stand nearly whole
#: in the longer one: a note that quotes a sentence is no copy.
_QUOTATION, _NEARLY_ALL = 30, 0.9
#: Texts whose trigrams are in memory to be compared: some 100 MB in all.
_TEXTS_AT_ONCE = 10_000
#: Of posts of one day, one with less prose than this share of the longest is a part of it and not the first.
_WHOLE = 0.8


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
    _refuse_out_of_range(threshold, contained)
    posts = check("posts", posts)
    texts = Prose(posts, furniture)
    shingles = shingles_from(texts, posts["doc_id"])
    return duplicates_of(signatures_of(posts, texts), shingles, threshold=threshold, contained=contained)


def duplicates_of(
    signatures: pd.DataFrame,
    shingles: Callable[[list[str]], pd.DataFrame],
    *,
    threshold: float = 0.5,
    contained: float = 0.6,
) -> pd.DataFrame:
    """The duplicates among posts of which only the signatures are at hand: the same table as of the posts together.

    Parameters
    ----------
    signatures : tables of :func:`duplicate_signatures` of all parts of a corpus, one under the other; the order of
        rows does not matter.
    shingles : from doc_ids to a table as of :func:`post_shingles` with (at least) these. It is asked for the posts that
        are compared, and, if there are posts of fewer than 66 words, once for each longer one, a thousand at a time.
    threshold, contained : as in :func:`find_duplicates`.

    Returns
    -------
    DataFrame
        As of :func:`find_duplicates`. Raises :class:`InputError` for a table without the columns of signatures, a
        doc_id that is there twice, and numbers out of range.

    >>> import pandas as pd
    >>> from toolkit.corpus import duplicate_signatures, post_shingles
    >>> text = "Las empresas que escuchan de verdad a sus clientes aprenden más que las que solo hablan."
    >>> texts = [text, text.replace("verdad", "veras"), "Hoy no hubo mercado en la plaza y llovió todo el día."]
    >>> posts = pd.DataFrame({"doc_id": ["a", "b", "c"], "text": texts, "sha256": ""})
    >>> signatures = pd.concat([duplicate_signatures(posts[:1]), duplicate_signatures(posts[1:])])
    >>> duplicates_of(signatures, lambda ids: post_shingles(posts[posts["doc_id"].isin(ids)]))["doc_id"].tolist()
    ['a', 'b']
    """
    _refuse_out_of_range(threshold, contained)
    absent = [column for column in COLUMNS if column not in signatures]
    if absent:
        raise InputError(f"signatures: the column '{absent[0]}' is missing; make them with duplicate_signatures.")
    signatures = signatures.sort_values("doc_id", kind="stable", ignore_index=True)
    twice = signatures["doc_id"].duplicated()
    if twice.any():
        raise InputError(f"signatures: doc_id '{signatures['doc_id'][twice].iloc[0]}' stands there a second time.")
    same = first_alike(signatures[PRINTS].to_numpy(dtype=np.uint64))
    again = same != np.arange(len(signatures))
    sizes = np.where(again, 0, signatures["shingles"].to_numpy(dtype=np.int64))
    ids = signatures["doc_id"].to_numpy()

    def look(positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        wanted = ids[positions].tolist()
        return unpacked(shingles(wanted).set_index("doc_id")["packed"].loc[wanted])

    sample, own = unpacked(signatures["packed"].where(~again, b""))
    a, b, jaccard, containment = near_pairs(sample, own, sizes, look, threshold, contained)
    keep = np.flatnonzero(again)
    ones = np.ones(len(keep))
    left, right = np.concatenate([a, same[keep]]), np.concatenate([b, keep])
    return _clusters(signatures, left, right, np.concatenate([jaccard, ones]), np.concatenate([containment, ones]))


def _refuse_out_of_range(threshold: float, contained: float) -> None:
    for name, value, low in (("threshold", threshold, 0.3), ("contained", contained, 0.5)):
        if not low <= value <= 1:
            raise InputError(f"{name}: got {value}, expected a number from {low} to 1.")


def near_pairs(
    sample: np.ndarray, own: np.ndarray, sizes: np.ndarray, look: Lookup, threshold: float, contained: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Pairs (smaller index first) that are near enough, with Jaccard index and containment; see :func:`candidates`."""
    nothing = np.zeros(0, dtype=np.int64)
    found: list[tuple[np.ndarray, ...]] = [(nothing, nothing, np.zeros(0), np.zeros(0))]
    share = min(contained, 2 * threshold / (1 + threshold))  # what the shorter text has in common at the least
    for pairs, texts in _blocks(gathered(candidates(sample, own, sizes, look, share)), len(sizes)):
        one, two = np.divmod(pairs, len(sizes))
        flat, counts = look(texts)
        parts = np.split(flat, np.cumsum(counts)[:-1])
        places = zip(np.searchsorted(texts, one).tolist(), np.searchsorted(texts, two).tolist(), strict=True)
        common = np.fromiter((_common(parts[a], parts[b]) for a, b in places), np.int64, len(one))
        jaccard = common / (sizes[one] + sizes[two] - common)
        containment = common / np.minimum(sizes[one], sizes[two])
        least = np.where(common < _QUOTATION, max(contained, _NEARLY_ALL), contained)
        good = (jaccard >= threshold) | (containment >= least)
        found.append((one[good], two[good], jaccard[good], containment[good]))
    a, b, jaccard, containment = (np.concatenate(parts) for parts in zip(*found, strict=True))
    _, keep = np.unique(a * len(sizes) + b, return_index=True)
    return a[keep], b[keep], jaccard[keep], containment[keep]


def _blocks(parts: Iterator[np.ndarray], texts: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs, and the texts they are of, which are no more than are held at once."""
    for pairs in parts:
        own = np.unique(np.concatenate(np.divmod(pairs, texts)))
        if len(own) > _TEXTS_AT_ONCE and len(pairs) > 1:
            yield from _blocks(iter(np.array_split(pairs, 2)), texts)
        elif len(own):
            yield pairs, own


def _common(one: np.ndarray, two: np.ndarray) -> int:
    """How many numbers two sets have in common."""
    both = np.concatenate((one, two))
    both.sort()
    return int(np.count_nonzero(both[1:] == both[:-1]))


def _clusters(
    signatures: pd.DataFrame, a: np.ndarray, b: np.ndarray, jaccard: np.ndarray, containment: np.ndarray
) -> pd.DataFrame:
    """One row a post from pairs of positions in ``signatures`` (sorted by doc_id)."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    _, label = connected_components(
        coo_matrix((np.ones(len(a)), (a, b)), shape=(len(signatures), len(signatures))), False
    )
    both = pd.DataFrame(
        {
            "doc": np.concatenate([a, b]),
            "other": np.concatenate([b, a]),
            "jaccard": np.concatenate([jaccard, jaccard]),
            "containment": np.concatenate([containment, containment]),
        }
    ).sort_values(["doc", "jaccard", "containment", "other"], ascending=[True, False, False, True], kind="stable")
    rows = both.drop_duplicates("doc").reset_index(drop=True)
    names = signatures["doc_id"].to_numpy()
    doc = rows["doc"].to_numpy()
    dates = signatures["date"].iloc[doc].fillna("").astype(str).str.strip()
    table = pd.DataFrame(
        {
            "cluster": names[rows.groupby(label[doc])["doc"].transform("min").to_numpy()],
            "doc_id": names[doc],
            "nearest": names[rows["other"].to_numpy()],
            "jaccard": rows["jaccard"],
            "containment": rows["containment"],
            "date": dates.where(dates.str.match(r"\d{4}"), "~").to_numpy(),
            "whole": signatures["whole"].to_numpy()[doc],
            "prose": signatures["prose"].to_numpy()[doc],
        }
    )
    longest = table.groupby(["cluster", "date"])["prose"].transform("max")
    table["part"] = table["prose"] < _WHOLE * longest
    order = table.sort_values(["cluster", "date", "part", "whole", "doc_id"], kind="stable")
    table["first"] = table.index.isin(order.drop_duplicates("cluster").index)
    return table.drop(columns=["date", "whole", "prose", "part"]).sort_values(["cluster", "doc_id"], ignore_index=True)
