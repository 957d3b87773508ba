"""Would chance pair these passages and codes? A permutation test that keeps the sentences of a post together."""

from typing import Protocol

import numpy as np

from toolkit.principles.permutation_limit import limit_p_values
from toolkit.principles.permutation_pairs import MOST_NUMBERS, Contrasts, Posts, permuted

__all__ = ["MOST_DRAWN_POSTS", "POSTS_PER_STRATUM", "Weights", "draws_needed", "post_permutation", "uses_limit"]

#: Posts that change places with each other. Strata of 4, 12 and 24 posts reject alike without a connection (.037 to
#: .058), strata of 4 find fewer connections, those of 24 no more (tests/benchmarks/theme_principles.py).
POSTS_PER_STRATUM = 12
#: Of more posts permutations are not drawn; see :func:`post_permutation`.
MOST_DRAWN_POSTS = 1_000
#: Passages whose weights are looked at together.
_AT_ONCE = 100_000


class Weights(Protocol):
    """How much of each theme (or country, year ...) is in each passage: an array (passages, weights), or what gives
    the rows of one that is asked for."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(passages, weights)."""

    def __getitem__(self, rows: np.ndarray | slice, /) -> np.ndarray: ...


def draws_needed(asked: int, cells: int, level: float = 0.05) -> int:
    """Permutations to draw: as many as asked for, and enough that one cell alone can reach q < ``level``.

    The smallest p-value of m permutations is 1 / (m + 1), and the smallest q-value of one cell among k is k times
    its p-value: with 1,000 permutations no single cell of 200 could ever be found.
    """
    return max(asked, int(np.ceil(cells / level)) + 1)


def uses_limit(posts: int) -> bool:
    """Whether :func:`post_permutation` of so many posts takes the limit of all permutations and draws none."""
    return posts > MOST_DRAWN_POSTS


def post_permutation(
    weight: Weights,
    truth: np.ndarray,
    place: np.ndarray,
    groups: np.ndarray | None = None,
    *,
    draws: int = 1000,
    seed: int = 1,
    limit: bool | None = None,
) -> np.ndarray:
    """Two-sided p-values of the connection between each weight (theme, country ...) and each code.

    Parameters
    ----------
    weight : (passages, weights), how much of each theme is in each passage. ``truth`` : (passages, codes), 0 or 1.
    place : (passages,), the post of each passage, 0 to posts - 1; passages of a post in their order.
    groups : (posts,), posts change places within a group only (languages); all in one without.
    limit : whether permutations are drawn (False) or their limit is taken (True, ``draws`` then plays no part); as
        :func:`uses_limit` says without.

    Returns
    -------
    (weights, codes), 0 to 1: (b + 1) / (m + 1) for b of m permutations at least as far from the mean of all
    permutations (Phipson & Smyth 2010); missing where nothing can be tested: a code that never or always occurs, a
    weight of 0 throughout or the same in all passages, fewer than two posts.

    Whole posts change places, so the codes of a post stay together as its themes do (restricted permutation: Winkler et
    al. 2015, NeuroImage 123, 253-268). A post takes the codes of a post of nearly its own length, stretched to its
    own: posts are sorted by length and change places within strata of about 12. The statistic is the share of the code
    in the theme less its share in all passages, both in the permuted text. What all posts have in the same place (a
    theme of openings, a code of openings) is no finding.

    Rejection rate at .05 without a connection, in six kinds of simulated corpora with codes clustered in posts: .037 to
    .056; where single sentences change places .096 to .376 (tests/benchmarks/theme_principles.py).

    Drawing takes time in proportion to posts, permutations and cells, and beyond :data:`MOST_DRAWN_POSTS` posts the
    p-values are those of the distribution of all permutations, from its exact mean, variance and skewness
    (:func:`toolkit.principles.permutation_limit.limit_p_values`): without the least value of 1 / (m + 1). Permutations
    are still drawn, of the posts concerned, for cells whose weight and code would by chance be together in fewer than
    five posts (a country of twelve posts and a rare code), where no curve is near. Simulated corpora of 1,000 and 3,000
    posts, common and rare codes, themes and small groups: of 1,944 cells six have p < .05 by one and not by the other,
    and log10 p differs by .01 in the mean, by .02 to .07 in groups of twelve posts
    (tests/benchmarks/permutation_limit.py).
    """
    posts = int(place.max()) + 1 if len(place) else 0
    if posts < 2:
        return np.full((weight.shape[1], truth.shape[1]), np.nan)
    totals, least, most = (np.full(weight.shape[1], value) for value in (0.0, np.inf, -np.inf))
    held = np.zeros((posts, weight.shape[1]), dtype=bool)
    for first in range(0, len(place), _AT_ONCE):
        part = weight[first : first + _AT_ONCE]
        totals += part.sum(0)
        least, most = np.minimum(least, part.min(0)), np.maximum(most, part.max(0))
        row, column = np.nonzero(part)
        held[place[first + row], column] = True
    corpus = Posts.of(place, truth)
    strata = _strata(corpus.lengths, groups, seed)
    contrasts = Contrasts(weight, totals, len(place))
    if uses_limit(posts) if limit is None else limit:
        lacking = _lacking(weight, place, most, held.sum(0), posts)
        p_values = limit_p_values(corpus, strata, contrasts, held.sum(0), lacking, draws, seed)
    else:
        p_values = np.full((weight.shape[1], truth.shape[1]), np.nan)
        step = max(1, MOST_NUMBERS // max(draws * truth.shape[1], 1))
        for first in range(0, weight.shape[1], step):
            columns = slice(first, first + step)
            p_values[columns] = _drawn(corpus, strata, contrasts, columns, draws, seed)
    varies = np.asarray(truth.any(0) & ~truth.all(0))
    return np.where(varies[None, :] & (most > least)[:, None], p_values, np.nan)


def _lacking(weight: Weights, place: np.ndarray, most: np.ndarray, held: np.ndarray, posts: int) -> np.ndarray:
    """Posts in which each weight is somewhere below its most, (weights,); of those in less than half of the posts,
    the posts without it, which are as many as matter."""
    found = posts - held
    some = np.flatnonzero(held * 2 > posts)
    below = np.zeros((posts, len(some)), dtype=bool)
    for first in range(0, len(place), _AT_ONCE):
        row, column = np.nonzero(weight[first : first + _AT_ONCE][:, some] < most[some])
        below[place[first + row], column] = True
    found[some] = below.sum(0)
    return found


def _drawn(
    corpus: Posts, strata: list[np.ndarray], contrasts: Contrasts, columns: slice, draws: int, seed: int
) -> np.ndarray:
    random = np.random.default_rng(seed)
    codes = corpus.truth.shape[1]
    cells = len(contrasts.totals[columns]) * codes
    sums, observed, expected = np.zeros((draws, cells)), np.zeros(cells), np.zeros(cells)
    for stratum in strata:
        rows, lengths = corpus.rows(stratum)
        pairs = corpus.pairs(contrasts.of(rows, columns), rows, lengths).reshape(len(stratum), len(stratum), cells)
        observed += pairs[np.arange(len(stratum)), np.arange(len(stratum))].sum(0)
        expected += pairs.mean(1).sum(0)
        sums += permuted(pairs, draws, random)
    # sums of the same numbers in another order differ in the last digits
    distance = np.abs(observed - expected) - 1e-12
    beyond = (np.abs(sums - expected) >= distance).sum(0)
    return np.asarray((beyond + 1) / (draws + 1)).reshape(-1, codes)


def _strata(lengths: np.ndarray, groups: np.ndarray | None, seed: int) -> list[np.ndarray]:
    """Posts of one group and of nearly one length, in sets of about :data:`POSTS_PER_STRATUM` or all there are."""
    # posts of one length in random order: by name, neighbours are often of one blog, year or country
    tie = np.random.default_rng(seed).permutation(len(lengths))
    groups = np.zeros(len(lengths), dtype=int) if groups is None else np.asarray(groups)
    found: list[np.ndarray] = []
    for group in np.unique(groups):
        own = np.flatnonzero(groups == group)
        own = own[np.lexsort((tie[own], lengths[own]))]
        found += np.array_split(own, max(1, len(own) // POSTS_PER_STRATUM))
    return found
