"""Counting pairs: which terms stand within a window of one another, how often, and in how many documents.

Pairs are counted as whole numbers, first * terms + second, that are sorted and counted in runs: no table of all terms
by all terms is made, so that the memory grows with the pairs that occur and the blocks that are counted at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

__all__ = ["Line", "Margins", "Pairs", "count_pairs", "margins"]

#: Pairs of places that are counted at a time: 8 bytes each, and as many again while they are sorted.
BLOCK = 1 << 24


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
        """A line with a new stretch wherever ``border`` (places,) is true."""
        starts = np.flatnonzero(border)
        if len(term) and (not len(starts) or starts[0] != 0):
            starts = np.concatenate([[0], starts])
        lengths = np.diff(np.append(starts, len(term)))
        kind = np.int32 if len(term) < np.iinfo(np.int32).max else np.int64
        begin = np.repeat(starts.astype(kind), lengths)
        return cls(term, doc, begin, np.repeat((starts + lengths).astype(kind), lengths), terms)

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
    place = np.arange(len(line.term), dtype=line.begin.dtype)
    before, after = place - line.begin, line.end - 1 - place
    as_node = np.minimum(before, left) + np.minimum(after, right)
    # a word is the other one of nodes that have it on their left or right
    as_other = np.minimum(after, left) + np.minimum(before, right)
    some = line.term >= 0
    counts = [np.bincount(line.term[some], weights=each[some], minlength=line.terms) for each in (as_node, as_other)]
    node, other = (np.rint(count).astype(np.int64) for count in counts)
    return Margins(node, other, int(as_node.sum(dtype=np.int64)))


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
    first, second = _numbered(line.term, nodes), _numbered(line.term, others)
    width = max(int(others.sum()), 1)
    sides = [(right, 1), (left, -1)] if ordered else [(right, 1)]
    found = _Runs(*(np.zeros(0, dtype=np.int64) for _ in range(3)))
    for block in _blocks(line, first, left + right):
        keys = [key for reach, way in sides for key in _keys(line, block, first, second, width, reach, way, ordered)]
        found = _merged(found, _runs(keys, _span(line, block)))
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
    starts = np.flatnonzero(np.diff(line.doc, prepend=line.doc[0] - 1))
    before = np.append(0, pairs)[starts] // BLOCK
    starts = starts[np.append(True, np.diff(before) > 0)]
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


def _runs(keys: list[np.ndarray], span: int) -> _Runs:
    """How often each number stands there, and with how many documents."""
    every = np.concatenate(keys) if keys else np.zeros(0, dtype=np.int64)
    keys.clear()
    every.sort()
    starts = _beginnings(every)
    n = np.diff(np.append(starts, len(every)))
    pair = every[starts] // span
    return _summed(pair, n, np.ones(len(pair), dtype=np.int64))


def _beginnings(ordered: np.ndarray) -> np.ndarray:
    """Where each run of equal numbers begins. (np.diff would copy and subtract: a third of all the time.)"""
    new = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return np.flatnonzero(new)


def _merged(one: _Runs, other: _Runs) -> _Runs:
    if not len(one.key):
        return other
    key = np.concatenate([one.key, other.key])
    # both are in order, which a stable sort makes use of
    order = np.argsort(key, kind="stable")
    n, documents = (np.concatenate(both)[order] for both in ((one.n, other.n), (one.documents, other.documents)))
    return _summed(key[order], n, documents)


def _summed(key: np.ndarray, n: np.ndarray, documents: np.ndarray) -> _Runs:
    """Numbers in order that stand there several times become one."""
    if not len(key):
        return _Runs(key, n, documents)
    starts = _beginnings(key)
    return _Runs(key[starts], np.add.reduceat(n, starts), np.add.reduceat(documents, starts))
