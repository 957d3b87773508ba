"""Stretches of text as arrays: numbered by document and code, overlaps of one coder merged, crossings of two found."""

from collections.abc import Hashable, Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from toolkit.errors import InputError

__all__ = ["Stretches", "crossings", "merged", "placed", "same_weights"]


class Stretches(NamedTuple):
    """N stretches, half-open: three arrays (N,) of int; stretches of different groups never touch."""

    group: np.ndarray
    start: np.ndarray
    end: np.ndarray

    def take(self, rows: np.ndarray) -> "Stretches":
        """Some of them (truth or places)."""
        return Stretches(self.group[rows], self.start[rows], self.end[rows])

    @property
    def length(self) -> np.ndarray:
        """Characters of each."""
        return self.end - self.start


def placed(spans: pd.DataFrame, documents: Iterable[Hashable], columns: Iterable[str], name: str) -> pd.DataFrame:
    """The rows of ``spans`` in these documents, with ``doc``, the document's place; positions whole numbers.

    ``columns``: what the table must have beside doc_id, start and end. ``name``: the table's name in errors.

    Raises :class:`InputError` for a missing column and for an end that does not come after its start.
    """
    absent = [column for column in ("doc_id", "start", "end", *columns) if column not in spans]
    if absent:
        raise InputError(f"{name}: the column '{absent[0]}' is missing; the table has {', '.join(map(str, spans))}.")
    place = {doc_id: number for number, doc_id in enumerate(documents)}
    rows = spans[["doc_id", "start", "end", *columns]].assign(row=np.arange(1, len(spans) + 1))
    rows = rows.assign(doc=rows["doc_id"].map(place))
    rows = rows[rows["doc"].notna()].astype({"doc": np.int64})
    start, end = (pd.to_numeric(rows[side], errors="coerce").to_numpy(dtype=float) for side in ("start", "end"))
    wrong = ~((start >= 0) & (end > start) & (start % 1 == 0) & (end % 1 == 0))
    if wrong.any():
        bad = rows.iloc[int(wrong.argmax())]
        raise InputError(
            f"{name}, row {bad['row']}: got start {bad['start']} and end {bad['end']}, expected whole numbers with "
            "0 <= start < end (positions count Unicode code points)."
        )
    return rows.assign(start=start.astype(np.int64), end=end.astype(np.int64)).reset_index(drop=True)


def same_weights(weights: np.ndarray, documents: int) -> np.ndarray:
    """``weights`` as floats, shape (R, documents), or :class:`InputError`."""
    weights = np.asarray(weights, dtype=float)
    if weights.ndim != 2 or weights.shape[1] != documents:
        raise InputError(
            f"weights has the shape {weights.shape}, expected (samples, {documents}): one column per document."
        )
    if weights.size and not (weights.min() >= 0 and np.isfinite(weights.sum())):
        raise InputError("weights has a negative or missing number; each says how often a document counts.")
    return weights


def merged(stretches: Stretches) -> Stretches:
    """The stretches of each group with overlapping ones joined to one; sorted by group and start.

    Stretches that only touch stay two.
    """
    if not len(stretches.group):
        return stretches
    step = int(stretches.end.max()) + 1
    order = np.lexsort((stretches.end, stretches.start, stretches.group))
    group, start, end = (part[order] for part in stretches)
    reach = np.maximum.accumulate(group * step + end)
    opens = np.ones(len(group), dtype=bool)
    opens[1:] = (group * step + start)[1:] >= reach[:-1]
    first = np.flatnonzero(opens)
    return Stretches(group[first], start[first], np.maximum.reduceat(end, first))


def crossings(first: Stretches, second: Stretches) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All pairs of the same group that share characters: place in ``first``, place in ``second``, characters shared."""
    none = np.zeros(0, dtype=np.int64)
    if not len(first.group) or not len(second.group):
        return none, none, none
    step = int(max(first.end.max(), second.end.max())) + 1
    order = np.lexsort((second.end, second.start, second.group))
    begin = (second.group * step + second.start)[order]
    # where stretches of `second` overlap, their ends are not sorted; how far they reach up to here is
    reach = np.maximum.accumulate((second.group * step + second.end)[order])
    low = np.searchsorted(reach, first.group * step + first.start, "right")
    high = np.searchsorted(begin, first.group * step + first.end, "left")
    count = np.maximum(high - low, 0)
    one = np.repeat(np.arange(len(first.group)), count)
    run = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    other = order[np.repeat(low, count) + run]
    shared = np.minimum(first.end[one], second.end[other]) - np.maximum(first.start[one], second.start[other])
    real = shared > 0
    return one[real], other[real], shared[real]
