"""F1 of the spans of two coders: how many of the stretches that one marked did the other mark too?"""

from collections.abc import Hashable, Sequence
from typing import Literal, get_args

import numpy as np
import pandas as pd

from toolkit.errors import InputError, suggestion
from toolkit.reliability.stretches import Stretches, crossings, merged, placed, same_weights

__all__ = ["Match", "span_f1"]

Match = Literal["exact", "overlap", "characters"]


def span_f1(
    first: pd.DataFrame,
    second: pd.DataFrame,
    documents: Sequence[Hashable],
    weights: np.ndarray,
    match: Match = "exact",
    *,
    code: str | None = None,
) -> np.ndarray:
    """2 x what both marked / (what the first marked + what the second marked), of each sample of documents.

    Parameters
    ----------
    first, second : doc_id, start, end (code points, half-open), code: the spans of one coder each.
    documents : doc_id of the documents that count (those both judged), in the order of the columns of ``weights``;
        spans in others are left out.
    weights : (R, documents), see :func:`toolkit.resampling.sample_weights`.
    match : what "both marked" means. "exact": same document, code, start and end. "overlap": same document and
        code, and at least half of the characters of the shorter span shared (the rule of the evaluation's units);
        each span has one partner at most, and as many pairs are made as can be made: that number is unique, while a
        matching by the most characters shared may have several solutions with different numbers of pairs.
        "characters": no spans at all, but characters x codes.
    code : count this code only; otherwise all codes together.

    Returns
    -------
    (R,): 0 to 1, higher is better; the same whichever coder is called the first. Not corrected for chance: for
    stretches in long texts, what coders would share by chance is near 0 (Hripcsak & Rothschild 2005, JAMIA 12,
    296-298: F1 is the limit of kappa as what neither marked grows). NaN where neither coder marked anything. A span
    that stands twice with the same code counts once.

    Raises :class:`InputError` for an unknown ``match``, a missing column, impossible positions and wrong shapes.

    >>> import numpy as np
    >>> import pandas as pd
    >>> from toolkit.reliability import span_f1
    >>> first = pd.DataFrame({"doc_id": ["a", "a"], "start": [0, 20], "end": [10, 30], "code": "listening"})
    >>> second = pd.DataFrame({"doc_id": ["a", "a"], "start": [0, 24], "end": [10, 30], "code": "listening"})
    >>> ways, once = ("exact", "overlap", "characters"), np.ones((1, 1))
    >>> [span_f1(first, second, ["a"], once, match).round(2).item() for match in ways]
    [0.5, 1.0, 0.89]
    """
    if match not in get_args(Match):
        raise InputError(f"match: got '{match}'; {suggestion(str(match), get_args(Match))}")
    documents = list(documents)
    weights = same_weights(weights, len(documents))
    tables = [
        placed(table, documents, ("code",), name).drop_duplicates(["doc", "start", "end", "code"])
        for name, table in (("first", first), ("second", second))
    ]
    if code is not None:
        tables = [table[table["code"] == code] for table in tables]
    codes = pd.Index(sorted(set(tables[0]["code"]) | set(tables[1]["code"])))
    one, other = (_stretches(table, codes, len(documents)) for table in tables)
    if match == "characters":
        one, other = merged(one), merged(other)
    i, j, shared = crossings(one, other)
    sizes = [np.ones(len(part.group)) if match != "characters" else part.length for part in (one, other)]
    if match == "exact":
        kept = (one.start[i] == other.start[j]) & (one.end[i] == other.end[j])
        both = np.bincount(one.group[i[kept]] % len(documents), minlength=len(documents))
    elif match == "characters":
        both = np.bincount(one.group[i] % len(documents), weights=shared, minlength=len(documents))
    else:
        kept = 2 * shared >= np.minimum(one.length[i], other.length[j])
        both = _pairs(one, i[kept], j[kept], len(other.group), len(documents))
    marked = sum(
        np.bincount(part.group % len(documents), weights=size, minlength=len(documents))
        for part, size in zip((one, other), sizes, strict=True)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return 2 * (weights @ both) / (weights @ marked)


def _stretches(table: pd.DataFrame, codes: pd.Index, documents: int) -> Stretches:
    """Spans grouped by code x document."""
    group = codes.get_indexer(table["code"]).astype(np.int64) * documents + table["doc"].to_numpy(dtype=np.int64)
    return Stretches(group, table["start"].to_numpy(dtype=np.int64), table["end"].to_numpy(dtype=np.int64))


def _pairs(one: Stretches, i: np.ndarray, j: np.ndarray, others: int, documents: int) -> np.ndarray:
    """Per document, the most pairs that can be made when each span has one partner at most."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_bipartite_matching

    if not len(i):
        return np.zeros(documents)
    # older scipy matches graphs with small indices only
    places = i.astype(np.int32), j.astype(np.int32)
    graph = csr_array((np.ones(len(i)), places), shape=(len(one.group), others))
    partner = maximum_bipartite_matching(graph, perm_type="column")
    return np.bincount(one.group[partner >= 0] % documents, minlength=documents)
