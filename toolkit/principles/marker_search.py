"""Markers of stance among the words of many passages, all passages one word on at a time.

A way is a place in a text and a node of the tree of markers (:class:`toolkit.principles.marker_lexicon.Tree`) that the
words before it lead to. Each round takes all ways one step on: by a word, over an article, or over a gap.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from toolkit.principles.marker_lexicon import (
    BREAKING,
    LEMMA,
    NEGATING,
    PAUSING,
    SIGNS,
    SKIPPED,
    Tree,
    Words,
)

__all__ = ["Found", "denied", "find_all"]

#: Words between a negation and what it denies ("no les ha respondido").
_REACH = 3
#: Words that ".." in a marker may stand for.
_GAP = 4
#: Order of the ways on from a node: by one of three keys of a word, over an article, over a gap.
_OVER_ARTICLE, _OVER_GAP = 3, 4

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Found(NamedTuple):
    """Markers that were found: the ``node`` of the tree where each ends, and the places of its words in ``used``,
    (markers, longest), -1 behind the last. In the order of the texts, in each those of more words first."""

    node: Numbers
    used: Numbers


class _Ways(NamedTuple):
    """Ways through the tree: where each begins, its next word, its node, the words used, how many, how many of them by
    their form; the number of the way it goes on from, and which of its ways on it is."""

    place: Numbers
    step: Numbers
    node: Numbers
    used: Numbers
    length: Numbers
    exact: Numbers
    parent: Numbers
    rank: Numbers

    def rows(self, chosen: Numbers | Flags) -> "_Ways":
        return _Ways(*(column[chosen] for column in self))


def find_all(tree: Tree, words: Words, bounds: Numbers) -> Found:
    """The markers in texts, whose words and their bounds :meth:`Lexicon.words` gives; each word belongs to one marker.

    The marker with more words is taken first, then the one given by its form ("debería") before the one
    given by its lemma ("deber").
    """
    text = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    stop = bounds[1:][text]
    skipped = words[:, SIGNS] & SKIPPED > 0
    ways = _begun(tree, words, bounds[:-1][text])
    ended, all_ways, made = [], [ways], 0
    while len(ways.node):
        # over an article a way stays at its node, which has been counted
        ends = np.flatnonzero(tree.ends[ways.node] & (ways.rank != _OVER_ARTICLE))
        ended.append(ways.rows(ends)._replace(parent=made + ends))
        on = np.flatnonzero(tree.goes_on[ways.node])
        on = on[ways.step[on] < stop[ways.place[on]]]
        parents, ways = made + on, ways.rows(on)
        made += len(all_ways[-1].node)
        ways = _joined([*_ways_on(tree, words, ways._replace(parent=parents), stop, skipped)])
        all_ways.append(ways)
    if not ended:
        return Found(np.zeros(0, np.int64), np.zeros((0, tree.depth), np.int64))
    return _chosen(_joined(ended), _joined(all_ways), text)


def _begun(tree: Tree, words: Words, low: Numbers) -> _Ways:
    """The first word of every way, and the ways that a clause opens, which have none yet."""
    child = tree.first(words[:, :_OVER_ARTICLE])
    place, column = np.nonzero(child)
    every = np.arange(len(words))
    opens = every == low
    opens[1:] |= words[:-1, SIGNS] & BREAKING > 0
    opening = every[opens & bool(tree.opening)]
    used = np.full((len(place) + len(opening), tree.depth), -1)
    used[: len(place), 0] = place
    by_word = np.arange(len(used)) < len(place)
    return _Ways(
        np.concatenate([place, opening]),
        np.concatenate([place + 1, opening]),
        np.concatenate([child[place, column], np.full(len(opening), tree.opening)]),
        used,
        by_word.astype(np.int64),
        np.concatenate([column != LEMMA, np.zeros(len(opening), bool)]).astype(np.int64),
        np.full(len(used), -1),
        np.concatenate([column, np.full(len(opening), _OVER_ARTICLE)]),
    )


def _ways_on(tree: Tree, words: Words, ways: _Ways, stop: Numbers, skipped: Flags) -> Iterator[_Ways]:
    """The ways on from ways, of which ``parent`` is the number."""
    yield _by_a_word(tree, words, ways, ways.node, 0, 0)
    # one article, not a row of them: a text of nothing but articles would cost the square of its length
    over = skipped[ways.step] & ((ways.step == ways.place) | ~skipped[ways.step - 1])
    article = ways.rows(over)
    yield article._replace(step=article.step + 1, rank=np.full(len(article.step), _OVER_ARTICLE))
    gaps = ways.rows(tree.gap[ways.node] > 0)
    for later in range(_GAP + 1):
        gaps = gaps.rows(gaps.step + later < stop[gaps.place])
        yield _by_a_word(tree, words, gaps, tree.gap[gaps.node], later, _OVER_GAP + 3 * later)


def _by_a_word(tree: Tree, words: Words, ways: _Ways, node: Numbers, later: int, rank: int) -> _Ways:
    """The ways on from nodes by the word that is so much later."""
    at = ways.step + later
    child = tree.step(node, words[at, :_OVER_ARTICLE])
    row, column = np.nonzero(child)
    on = ways.rows(row)
    on.used[np.arange(len(row)), on.length] = at[row]
    return on._replace(
        step=at[row] + 1,
        node=child[row, column],
        length=on.length + 1,
        exact=on.exact + (column != LEMMA),
        rank=rank + column,
    )


def _joined(parts: list[_Ways]) -> _Ways:
    return _Ways(*map(np.concatenate, zip(*parts, strict=True)))


def _chosen(ended: _Ways, ways: _Ways, text: Numbers) -> Found:
    """Of ways that end a marker those that are taken; ``parent`` of these is their own number."""
    order = np.lexsort((*ended.used.T[::-1], ended.place, -ended.exact, -ended.length, text[ended.place]))
    ended = ended.rows(order)
    same = (np.diff(ended.used, axis=0) == 0).all(axis=1)
    for column in (ended.place, ended.exact, ended.length):
        same &= np.diff(column) == 0
    # the same words by several ways: the way that is last among those on from where they part
    for begin, end in zip(*_runs(same), strict=True):
        best = min(range(begin, end), key=lambda row: _path(ways, int(ended.parent[row])))
        ended.node[begin] = ended.node[best]
    ended = ended.rows(~np.concatenate([[False], same])[: len(ended.node)])
    shared = np.bincount(ended.used[ended.used >= 0], minlength=len(text)) > 1
    contested = np.asarray((shared[ended.used] & (ended.used >= 0)).any(axis=1))
    kept: Flags = ~contested
    taken: set[int] = set()
    rows = np.flatnonzero(contested)
    for row, used, length in zip(rows.tolist(), ended.used[rows].tolist(), ended.length[rows].tolist(), strict=True):
        if taken.isdisjoint(used[:length]):
            taken.update(used[:length])
            kept[row] = True
    return Found(ended.node[kept], ended.used[kept])


def _runs(same: Flags) -> tuple[list[int], list[int]]:
    """Begin and end of each run of rows that are the same as the one before."""
    change = np.diff(same.astype(np.int8), prepend=0, append=0)
    return np.flatnonzero(change > 0).tolist(), (np.flatnonzero(change < 0) + 1).tolist()


def _path(ways: _Ways, number: int) -> list[int]:
    """The ranks of a way from its first step on, the last one as the lowest."""
    path: list[int] = []
    while number >= 0:
        path.append(-int(ways.rank[number]))
        number = int(ways.parent[number])
    return path[::-1]


def denied(words: Words, places: Numbers, low: Numbers, spent: Flags | None = None) -> Flags:
    """Whether a negation stands before a word, at most three words away and in the same clause.

    ``places`` of the words, and ``low``, where their texts begin; ``spent``: words of other markers; the "no" of
    "no hay que" forbids what follows and does not deny it.
    """
    signs = words[:, SIGNS]
    result, seen = np.zeros(len(places), bool), np.zeros(len(places), np.int64)
    open_rows, before = np.arange(len(places)), places - 1
    while len(open_rows := open_rows[before[open_rows] >= low[open_rows]]):
        at = before[open_rows]
        found = signs[at] & NEGATING > 0
        if spent is not None:
            found &= ~spent[at]
        result[open_rows[found]] = True
        seen[open_rows] += signs[at] & SKIPPED == 0
        open_rows = open_rows[~found & (seen[open_rows] <= _REACH) & (signs[at] & PAUSING == 0)]
        before[open_rows] -= 1
    return result
