"""Would chance pair these passages and codes? A permutation test that keeps the sentences of a post together."""

import numpy as np

__all__ = ["POSTS_PER_STRATUM", "draws_needed", "post_permutation", "sum_by_post"]

#: Posts that change places with each other. Strata of 4, 12 and 24 posts reject alike without a connection (.037 to
#: .058), strata of 4 find fewer connections, those of 24 no more (tests/benchmarks/theme_principles.py).
POSTS_PER_STRATUM = 12
#: Numbers held at a time: 400 MB of them.
_MOST_NUMBERS = 50_000_000


def draws_needed(asked: int, cells: int, level: float = 0.05) -> int:
    """Permutations to draw: as many as asked for, and enough that one cell alone can reach q < ``level``.

    The smallest p-value of m permutations is 1 / (m + 1), and the smallest q-value of one cell among k is k times
    its p-value: with 1,000 permutations no single cell of 200 could ever be found.
    """
    return max(asked, int(np.ceil(cells / level)) + 1)


def sum_by_post(values: np.ndarray, place: np.ndarray, posts: int) -> np.ndarray:
    """Rows (passages, columns) added up by post (posts, columns); ``place`` is the post of each passage."""
    from scipy.sparse import csr_array

    rows = np.arange(len(place))
    return np.asarray(csr_array((np.ones(len(place)), (place, rows)), shape=(posts, len(place))) @ values)


def post_permutation(
    weight: np.ndarray,
    truth: np.ndarray,
    place: np.ndarray,
    groups: np.ndarray | None = None,
    *,
    draws: int = 1000,
    seed: int = 1,
) -> np.ndarray:
    """Two-sided p-values of the connection between each weight (theme, country ...) and each code.

    Parameters
    ----------
    weight : (passages, weights), how much of each theme is in each passage. ``truth`` : (passages, codes), 0 or 1.
    place : (passages,), the post of each passage, 0 to posts - 1; passages of a post in their order.
    groups : (posts,), posts change places within a group only (languages); all in one without.

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
    """
    posts = int(place.max()) + 1 if len(place) else 0
    order = np.argsort(place, kind="stable")
    lengths = np.bincount(place, minlength=posts)
    spans = np.split(order, np.cumsum(lengths)[:-1]) if posts else []
    strata = _strata(lengths, groups, seed)
    totals = weight.sum(0)
    contrast = weight / np.where(totals > 0, totals, 1) - 1 / max(len(place), 1)
    p_values = np.full((weight.shape[1], truth.shape[1]), np.nan)
    if posts < 2:
        return p_values
    step = max(1, _MOST_NUMBERS // max(draws * truth.shape[1], 1))
    for first in range(0, weight.shape[1], step):
        part = slice(first, first + step)
        p_values[part] = _tested(spans, strata, contrast[:, part], truth, draws, seed)
    testable = np.ptp(truth, axis=0)[None, :] * np.ptp(weight, axis=0)[:, None] > 0
    return np.where(testable, p_values, np.nan)


def _tested(
    spans: list[np.ndarray], strata: list[np.ndarray], contrast: np.ndarray, truth: np.ndarray, draws: int, seed: int
) -> np.ndarray:
    random = np.random.default_rng(seed)
    cells = contrast.shape[1] * truth.shape[1]
    sums, observed, expected = np.zeros((draws, cells)), np.zeros(cells), np.zeros(cells)
    for stratum in strata:
        pairs = _pairs([spans[post] for post in stratum], contrast, truth)
        observed += pairs[np.arange(len(stratum)), np.arange(len(stratum))].sum(0)
        expected += pairs.mean(1).sum(0)
        sums += _permuted(pairs, draws, random)
    # sums of the same numbers in another order differ in the last digits
    distance = np.abs(observed - expected) - 1e-12
    beyond = (np.abs(sums - expected) >= distance).sum(0)
    return np.asarray((beyond + 1) / (draws + 1)).reshape(contrast.shape[1], -1)


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


def _pairs(spans: list[np.ndarray], contrast: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """What each post adds to each cell with the codes of each other, (posts, posts, cells)."""
    pairs = np.zeros((len(spans), len(spans), contrast.shape[1] * truth.shape[1]))
    for row, own in enumerate(spans):
        for column, other in enumerate(spans):
            stretched = other[((np.arange(len(own)) + 0.5) * len(other) / len(own)).astype(int)]
            pairs[row, column] = (contrast[own].T @ truth[stretched]).ravel()
    return pairs


def _permuted(pairs: np.ndarray, draws: int, random: np.random.Generator) -> np.ndarray:
    """Sums over the posts under random permutations, (draws, cells)."""
    size, cells = len(pairs), pairs.shape[2]
    chosen = random.permuted(np.tile(np.arange(size), (draws, 1)), axis=1)
    sums = np.zeros((draws, cells))
    rows = np.arange(draws)
    # as a product with indicators: faster than adding up rows one by one
    step = max(1, _MOST_NUMBERS // max(size * size, 1))
    flat = pairs.reshape(size * size, cells)
    for first in range(0, draws, step):
        part = chosen[first : first + step]
        indicator = np.zeros((len(part), size, size), dtype=pairs.dtype)
        indicator[rows[: len(part), None], np.arange(size)[None, :], part] = 1
        sums[first : first + step] = indicator.reshape(len(part), -1) @ flat
    return sums
