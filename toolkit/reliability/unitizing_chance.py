"""The expected disagreement of unitizing alpha: what coders' units and gaps would give if laid out by chance.

Krippendorff (2004), Content Analysis, 2nd ed., p. 254. With u(l) units of length l, N units in all, gaps g of all
coders, T the characters that coders judged (coders x length) and L the length of the continuum, of one code:

    2 [(N - 1) / 3 x sum u(l) (2 l^3 - 3 l^2 + l)  +  sum u(l) l^2 x sum over g >= l of (g - l + 1)]
    / [T (T - 1) - sum u(l) l (l - 1)] / L

Units and gaps of all documents meet here, so that this is no sum over documents. But it needs only three counts per
distinct length of a unit: units of this length, gaps in which it fits, and the lengths of these gaps. Within documents
they are products of a sparse matrix with the weights; the gaps across borders are counted sample by sample.
"""

from typing import Any

import numpy as np

from toolkit.reliability.stretches import Stretches

__all__ = ["expected_disagreement"]

#: Numbers held at once for samples x documents, or samples x distinct lengths: 1.6 MB, arrays that stay in a
#: processor's cache. What more costs: tests/benchmarks/agreement_unitizing.py.
_CELLS = 200_000


def expected_disagreement(
    units: list[Stretches], seen: np.ndarray, size: np.ndarray, weights: np.ndarray, run_on: bool
) -> np.ndarray:
    """Expected disagreement of one code x L, (R,); squared characters / characters.

    ``units``: of each coder, grouped by document, sorted, not overlapping. ``seen`` (documents, coders): what counts.
    ``size``: characters of the documents. ``weights`` (R, documents), whole. ``run_on``: gaps run on into the next
    document that the coder judged.
    """
    length = np.concatenate([part.length for part in units])
    if not len(length):
        return np.zeros(len(weights))
    group = np.concatenate([part.group for part in units])
    kinds = np.unique(length)
    # the place of the longest unit that fits into a gap of this length (the longest of all in longer gaps)
    fits = np.searchsorted(kinds, np.arange(kinds[-1] + 1), "right") - 1
    documents, gaps = zip(*(_gaps(part, seen[:, place], size, run_on) for place, part in enumerate(units)), strict=True)
    inner, gap = np.concatenate(documents), np.concatenate(gaps)
    some = gap >= kinds[0]
    inner, gap = inner[some], gap[some]
    column = fits[np.minimum(gap, kinds[-1])]
    shape = (len(kinds), len(size))
    unit_counts = _table(np.searchsorted(kinds, length), group, np.ones(len(length)), shape)
    gap_counts = _table(column, inner, np.ones(len(gap)), shape)
    gap_sums = _table(column, inner, gap, shape)
    long = kinds.astype(float)
    judged = size * seen.sum(1)
    result = np.empty(len(weights))
    rows = max(1, _CELLS // max(shape))
    for begin in range(0, len(weights), rows):
        part = weights[begin : begin + rows]
        u, count, total = ((table @ part.T).T for table in (unit_counts, gap_counts, gap_sums))
        if run_on:
            for place, own in enumerate(units):
                more = _border_gaps(own, seen[:, place] * size, part, fits)
                count, total = count + more[0], total + more[1]
        # the gaps that a unit fits into are those of its own place and of all higher ones
        count, total = (np.cumsum(table[:, ::-1], axis=1)[:, ::-1] for table in (count, total))
        crossing = (u.sum(1) - 1) / 3 * (u @ (2 * long**3 - 3 * long**2 + long))
        inside = (u * long**2 * (total - (long - 1) * count)).sum(1)
        characters = part @ judged
        with np.errstate(divide="ignore", invalid="ignore"):
            result[begin : begin + rows] = (
                2 * (crossing + inside) / (characters * (characters - 1) - u @ (long * (long - 1)))
            )
    return result


def _table(column: np.ndarray, document: np.ndarray, values: np.ndarray, shape: tuple[int, int]) -> Any:
    """Sums per column x document, sparse: most documents have few lengths."""
    from scipy.sparse import csr_array

    return csr_array((values.astype(float), (column, document)), shape=shape)


def _gaps(units: Stretches, seen: np.ndarray, size: np.ndarray, run_on: bool) -> tuple[np.ndarray, np.ndarray]:
    """Document and length of a coder's gaps: between units; unless gaps run on, also at borders and whole documents."""
    first, last = _ends(units)
    same = ~first[1:]
    documents, gaps = [units.group[1:][same]], [(units.start[1:] - units.end[:-1])[same]]
    if not run_on:
        empty = seen.copy()
        empty[units.group] = False
        documents += [units.group[first], units.group[last], np.flatnonzero(empty)]
        gaps += [units.start[first], size[units.group[last]] - units.end[last], size[empty]]
    return np.concatenate(documents), np.concatenate(gaps)


def _ends(units: Stretches) -> tuple[np.ndarray, np.ndarray]:
    """Is the unit the first, the last of its document?"""
    change = units.group[1:] != units.group[:-1]
    edge = np.ones(min(1, len(units.group)), dtype=bool)
    return np.concatenate([edge, change]), np.concatenate([change, edge])


def _border_gaps(
    units: Stretches, size: np.ndarray, weights: np.ndarray, fits: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """How many gaps of a coder that hold a border of documents, and their lengths, (R, kinds of length) each.

    The documents of a sample stand in their order, copies of one side by side; ``size`` is 0 where the coder did not
    judge. Arrays are documents x samples here, since a row of them is one block of memory.
    """
    kinds, samples = int(fits[-1]) + 1, len(weights)
    # half the memory where the longest sample allows it
    small = float((weights @ size).max(initial=0)) < np.iinfo(np.int32).max // 2
    times = weights.T.astype(np.int32 if small else np.int64)
    after = np.cumsum(times * size[:, None].astype(times.dtype), axis=0, dtype=times.dtype)
    first, last = _ends(units)
    own = units.group[first]
    head, tail = (side.astype(times.dtype) for side in (units.start[first], size[own] - units.end[last]))
    own_times, own_after = times[own], after[own]
    there = own_times > 0
    begin = own_after - own_times * size[own].astype(times.dtype)[:, None] + head[:, None]
    # how far the units up to here reach, in documents that are in the sample
    reach = np.zeros((len(own) + 1, samples), dtype=times.dtype)
    np.maximum.accumulate(np.where(there, own_after - tail[:, None], 0), axis=0, out=reach[1:])
    # from the last unit before (or the start of the continuum) to the first unit of each document, and to the end
    gaps = np.concatenate([begin - reach[:-1], after[-1:] - reach[-1:]])
    place = fits.astype(times.dtype)[np.minimum(gaps, len(fits) - 1)]
    real = np.concatenate([there, np.ones((1, samples), dtype=bool)]) & (place >= 0)
    cell = np.where(real, place * np.intp(samples) + np.arange(samples), kinds * samples).ravel()
    count, total = (
        np.bincount(cell, weights=values, minlength=kinds * samples + 1)[:-1].reshape(kinds, samples)
        for values in (None, gaps.ravel())
    )
    # between two copies of a document
    again = fits[np.minimum(head + tail, len(fits) - 1)]
    some = np.flatnonzero(again >= 0)
    copies = np.maximum(own_times[some] - 1, 0).astype(float)
    count = count + _table(again[some], np.arange(len(some)), np.ones(len(some)), (kinds, len(some))) @ copies
    total = total + _table(again[some], np.arange(len(some)), (head + tail)[some], (kinds, len(some))) @ copies
    return count.T, total.T
