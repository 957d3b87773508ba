"""Counting pairs: which terms stand within a window of one another, how often, and in how many documents.

Pairs are counted as whole numbers, first * terms + second, that are sorted and counted in runs: no table of all terms
by all terms is made, so that the memory grows with the pairs that occur and the blocks that are counted at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from toolkit.statistics.counting.token_index import changes

__all__ = ["Line", "Margins", "Pairs", "count_pairs", "margins"]

#: Pairs of places that are counted at a time: 8 bytes each, and as many again while they are sorted.
BLOCK = 1 << 23
#: Share of places that are nodes from which all are shifted at once.
_MANY = 0.2


@dataclass(frozen=True, eq=False)
class Line:
    """Places in the order of the text, cut into stretches that no pair crosses.

    Attributes
    ----------
    term : (places,) number of the term, or -1 for a place that only keeps others apart.
    doc : (places,) document; never decreases.
    begin, end : (places,) first place of the stretch of each place, and the one after its last.
    terms : how many terms there are.
    """

    term: np.ndarray
    doc: np.ndarray
    begin: np.ndarray
    end: np.ndarray
    terms: int

    @classmethod
    def cut(cls, term: np.ndarray, doc: np.ndarray, border: np.ndarray, terms: int) -> "Line":
        """A line with a new stretch wherever ``border`` (places,) is true, as it is for the first place."""
        starts = np.flatnonzero(border)
        lengths = np.diff(np.append(starts, len(term)))
        kind = np.int32 if len(term) < np.iinfo(np.int32).max else np.int64
        begin = np.repeat(starts.astype(kind), lengths)
        return cls(term, doc, begin, np.repeat((starts + lengths).astype(kind), lengths), terms)

    @cached_property
    def frequencies(self) -> np.ndarray:
        """How often each term stands in the line, (terms,)."""
        return np.bincount(self.term[self.term >= 0], minlength=self.terms)


class Margins(NamedTuple):
    """``node``, ``other`` (terms,): pairs of places with the term as node, or as the other word; ``total`` of all."""

    node: np.ndarray
    other: np.ndarray
    total: int


class Pairs(NamedTuple):
    """``first``, ``second``: numbers of terms, ordered by them; ``n``: pairs of places; ``documents`` with any."""

    first: np.ndarray
    second: np.ndarray
    n: np.ndarray
    documents: np.ndarray


def margins(line: Line, left: int, right: int) -> Margins:
    """The pairs of each term with any other place, within ``left`` places before and ``right`` places after it."""
    left, right = _bounded(line, left, right)
    place = np.arange(len(line.term), dtype=line.begin.dtype)
    before, after = place - line.begin, line.end - 1 - place
    frequency = line.frequencies * (left + right)
    # a word is the other one of nodes that have it on their left or right
    node, other = (
        frequency - _lacking(line, np.maximum(one - before, 0) + np.maximum(two - after, 0))
        for one, two in ((left, right), (right, left))
    )
    total = np.minimum(before, left).sum(dtype=np.int64) + np.minimum(after, right).sum(dtype=np.int64)
    return Margins(node, other, int(total))


def _bounded(line: Line, left: int, right: int) -> tuple[int, int]:
    """No stretch is longer than the line; what reaches further would not fit the numbers of its places."""
    return min(left, len(line.term)), min(right, len(line.term))


def _lacking(line: Line, missing: np.ndarray) -> np.ndarray:
    """What the places near the ends of their stretches lack of a whole window, by term."""
    some = np.flatnonzero((missing > 0) & (line.term >= 0))
    lacks = np.bincount(line.term[some], weights=missing[some], minlength=line.terms)
    return np.rint(lacks).astype(np.int64)


def count_pairs(
    line: Line, left: int, right: int, nodes: np.ndarray, others: np.ndarray, *, ordered: bool, least: int = 1
) -> Pairs:
    """Pairs of a node and another term, at most ``left`` places before or ``right`` places after it.

    Parameters
    ----------
    nodes, others : (terms,) truth: what may be the node, and what the other.
    ordered : False (for left = right and nodes = others): each pair of terms once, the lower number first; the pairs
        of a term with itself count from both sides, twice, as they do when ordered.
    least : pairs that occur less often are left out.
    """
    left, right = _bounded(line, left, right)
    first, second = _numbered(line.term, nodes), _numbered(line.term, others)
    width = max(int(others.sum()), 1)
    sides = [(right, 1), (left, -1)] if ordered else [(right, 1)]
    parts = []
    for block in _blocks(line, first, left + right):
        keys = [key for reach, way in sides for key in _keys(line, block, first, second, width, reach, way, ordered)]
        parts.append(_runs(keys, _span(line, block)))
    found = _merged(parts)
    node, other = np.divmod(found.key, width)
    n = found.n if ordered else np.where(node == other, 2 * found.n, found.n)
    kept = n >= least
    return Pairs(np.flatnonzero(nodes)[node[kept]], np.flatnonzero(others)[other[kept]], n[kept], found.documents[kept])


class _Runs(NamedTuple):
    key: np.ndarray
    n: np.ndarray
    documents: np.ndarray


def _numbered(term: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The terms of the places, numbered anew among those wanted; -1 for the rest. One more for -1 itself."""
    number = np.full(len(wanted) + 1, -1, dtype=np.int32)
    number[np.flatnonzero(wanted)] = np.arange(int(wanted.sum()), dtype=np.int32)
    return number[term]


def _blocks(line: Line, first: np.ndarray, reach: int) -> Iterator[slice]:
    """Parts of the line with whole documents and about :data:`BLOCK` pairs at most."""
    if not len(first):
        return
    pairs = np.cumsum(np.where(first >= 0, np.minimum(line.end - line.begin - 1, reach), 0), dtype=np.int64)
    starts = np.flatnonzero(changes(line.doc))
    before = np.append(0, pairs)[starts] // BLOCK
    starts = starts[changes(before)]
    for start, end in zip(starts, np.append(starts[1:], len(first)), strict=True):
        yield slice(int(start), int(end))


def _span(line: Line, block: slice) -> int:
    return int(line.doc[block.stop - 1]) - int(line.doc[block.start]) + 1


def _keys(
    line: Line,
    block: slice,
    first: np.ndarray,
    second: np.ndarray,
    width: int,
    reach: int,
    way: int,
    ordered: bool,
) -> Iterator[np.ndarray]:
    """Numbers of pairs and their documents, distance by distance: (first * width + second) * documents + document."""
    low, span = int(line.doc[block.start]), _span(line, block)
    active = np.flatnonzero(first[block] >= 0) + block.start
    if len(active) > _MANY * (block.stop - block.start):
        yield from _keys_of_all(line, block, first, second, width, reach, way, ordered)
        return
    for distance in range(1, reach + 1):
        there = active + way * distance
        inside = there < line.end[active] if way > 0 else there >= line.begin[active]
        # the nodes that reach their border take no part in longer distances
        active, there = active[inside], there[inside]
        if not len(active):
            return
        other = second[there]
        met = other >= 0
        one, two = first[active[met]].astype(np.int64), other[met].astype(np.int64)
        if not ordered:
            one, two = np.minimum(one, two), np.maximum(one, two)
        yield (one * width + two) * span + (line.doc[active[met]] - low)


def _keys_of_all(
    line: Line,
    block: slice,
    first: np.ndarray,
    second: np.ndarray,
    width: int,
    reach: int,
    way: int,
    ordered: bool,
) -> Iterator[np.ndarray]:
    """The same where most places are nodes: whole stretches of memory are shifted against each other, and what does not
    count is left out at the end. Four times as fast as picking places."""
    span = _span(line, block)
    left, right = (first[block], second[block]) if way > 0 else (second[block], first[block])
    doc = line.doc[block].astype(np.int64) - int(line.doc[block.start])
    # how far each place is from the end of its stretch
    after = line.end[block] - np.arange(block.start, block.stop, dtype=line.end.dtype)
    for distance in range(1, min(reach, len(doc) - 1) + 1):
        met = (after[:-distance] > distance) & (left[:-distance] >= 0) & (right[distance:] >= 0)
        if not met.any():
            # where no stretch reaches so far, none reaches further
            if not (after > distance).any():
                return
            continue
        one, two = left[:-distance][met].astype(np.int64), right[distance:][met]
        if not ordered:
            one, two = np.minimum(one, two), np.maximum(one, two)
        elif way < 0:
            one, two = two.astype(np.int64), one
        one *= width
        one += two
        one *= span
        one += doc[:-distance][met]
        yield one


def _runs(keys: list[np.ndarray], span: int) -> _Runs:
    """How often each number stands there, and with how many documents."""
    every = np.concatenate(keys) if keys else np.zeros(0, dtype=np.int64)
    keys.clear()
    every.sort()
    # of each pair and document, then of each pair
    starts = np.flatnonzero(changes(every))
    pair = every[starts] // span
    begin = np.flatnonzero(changes(pair))
    n = np.diff(np.append(starts[begin], len(every)))
    return _Runs(pair[begin], n, np.diff(np.append(begin, len(pair))))


def _merged(parts: list[_Runs]) -> _Runs:
    """Numbers that stand in several parts become one."""
    if len(parts) == 1:
        return parts[0]
    none = np.zeros(0, dtype=np.int64)
    key, n, documents = map(np.concatenate, zip(_Runs(none, none, none), *parts, strict=True))
    if not len(key):
        return _Runs(key, n, documents)
    # each part is in order, which a stable sort makes use of
    order = np.argsort(key, kind="stable")
    key = key[order]
    starts = np.flatnonzero(changes(key))
    return _Runs(key[starts], np.add.reduceat(n[order], starts), np.add.reduceat(documents[order], starts))
