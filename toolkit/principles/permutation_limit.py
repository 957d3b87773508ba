"""The permutation test of very many posts: the distribution over all permutations from its moments, none drawn."""

from typing import NamedTuple

import numpy as np

from toolkit.principles.permutation_pairs import MOST_NUMBERS, Contrasts, Posts, permuted
from toolkit.principles.sums import counts_by_post

__all__ = ["FEWEST_TOGETHER", "limit_p_values"]

#: Posts in which a weight and a code come together by chance; of fewer, permutations are drawn.
FEWEST_TOGETHER = 5
_FEWEST_DRAWS = 1_000


class _Moments(NamedTuple):
    """Of the statistic of each cell, (weights, codes) each: the value ``observed``; ``mean``, ``variance`` and
    ``third`` central moment over all permutations."""

    observed: np.ndarray
    mean: np.ndarray
    variance: np.ndarray
    third: np.ndarray


def limit_p_values(
    corpus: Posts,
    strata: list[np.ndarray],
    contrasts: Contrasts,
    held: np.ndarray,
    lacking: np.ndarray,
    draws: int,
    seed: int,
) -> np.ndarray:
    """Two-sided p-values, (weights, codes), from mean, variance and skewness of the statistic over all permutations.

    Permutations of a stratum of n posts add up one number of each row and column of a matrix a (what a post adds with
    the codes of another). Their mean is sum(a) / n and their variance sum(d^2) / (n - 1), d being a with the means of
    its rows and columns taken off (Hoeffding 1951, A combinatorial central limit theorem, Annals of Mathematical
    Statistics 22(4), 558-566); their third central moment is n sum(d^3) / ((n - 1) (n - 2)). Strata are permuted
    independently, so that all three add up. The distribution is taken for a Pearson type III with these three, the
    normal where the skewness is 0 (Mielke, Berry and Brier 1981, Application of multi-response permutation procedures
    for examining seasonal changes in monthly mean sea-level pressure patterns, Monthly Weather Review 109, 120-126).

    ``held`` (weights,): the posts that each weight is in; ``lacking``: those that have it in part or not. Where a
    weight and a code would by chance be together in fewer than :data:`FEWEST_TOGETHER` posts, the statistic has few
    values and no such curve: there permutations are drawn of the strata that have both, and what all others add is
    drawn from a normal distribution. The same holds where one of them and the lack of the other, or the lack of both,
    would be together in so few: a group and all the rest are one test.
    """
    scale = np.where(contrasts.totals > 0, contrasts.totals, 1)
    found = _Moments(*(np.zeros((len(scale), corpus.truth.shape[1])) for _ in _Moments._fields))
    posts = len(corpus.lengths)
    counts = counts_by_post(corpus.truth, corpus.place, posts)
    coded, uncoded = (np.count_nonzero(one, axis=0) for one in (counts, counts < corpus.lengths[:, None]))
    together = np.array([theme[:, None] * code for theme in (held, lacking) for code in (coded, uncoded)])
    few = _Few(np.any((together > 0) & (together < FEWEST_TOGETHER * posts), axis=0), draws, seed)
    for stratum in strata:
        rows, lengths = corpus.rows(stratum)
        weight = contrasts.weight[rows]
        # most years and countries have no post among these
        active = np.flatnonzero(weight.any(0))
        usual = np.full((len(rows), 1), 1 / contrasts.passages)
        pairs = corpus.pairs(np.hstack([weight[:, active] / scale[active], usual]), rows, lengths)
        few.add(pairs, _add(found, pairs, active), active)
    return few.p_values(found, _two_sided(found))


class _Few:
    """Permutations drawn of the ``cells`` (weights, codes) that are few."""

    def __init__(self, cells: np.ndarray, draws: int, seed: int) -> None:
        many = int(cells.sum())
        self._draws = min(draws, max(_FEWEST_DRAWS, MOST_NUMBERS // max(many, 1)))
        self._random = np.random.default_rng(seed)
        self._cells, self._number = cells, np.cumsum(cells).reshape(cells.shape) - 1
        self._sums, self._variance = np.zeros((self._draws, many)), np.zeros(many)

    def add(self, pairs: np.ndarray, variance: np.ndarray, active: np.ndarray) -> None:
        """A stratum: what each post adds, less the means, and the variance that it adds to each cell."""
        weight, code = np.nonzero(self._cells[active] & (variance > 0))
        if len(weight):
            number = self._number[active[weight], code]
            self._sums[:, number] += permuted(pairs[:, :, weight, code], self._draws, self._random)
            self._variance[number] += variance[weight, code]

    def p_values(self, found: _Moments, others: np.ndarray) -> np.ndarray:
        """Those of the few cells, and of the ``others``."""
        whole = found.variance[self._cells]
        left = whole - self._variance
        # a remainder of rounding would tear apart what is as far as the observed
        for place, rest in enumerate(np.sqrt(np.where(left > 1e-9 * whole, left, 0))):
            self._sums[:, place] += rest * self._random.standard_normal(self._draws)
        distance = np.abs(found.observed - found.mean)[self._cells] - 1e-12
        p_values = others.copy()
        p_values[self._cells] = ((np.abs(self._sums) >= distance).sum(0) + 1) / (self._draws + 1)
        return p_values


def _add(found: _Moments, pairs: np.ndarray, active: np.ndarray) -> np.ndarray:
    """Adds a stratum to the moments, and gives back the variance that it adds to the weights that are there.

    ``pairs`` (posts, posts, weights, codes): of these weights, and last of what is usual. That is taken off all, and so
    are the means of rows and columns, in place.
    """
    size, _, weights, codes = pairs.shape
    every = np.arange(size)
    pairs[:, :, :-1] -= pairs[:, :, -1:]
    pairs[:, :, -1] *= -1
    observed, mean = pairs[every, every].sum(0), pairs.mean((0, 1)) * size
    pairs -= pairs.mean(0)
    pairs -= pairs.mean(1)[:, None]
    cells = pairs.reshape(size * size, weights * codes)
    squares = cells * cells
    variance = squares.sum(0).reshape(weights, codes) / max(size - 1, 1)
    # of two posts there is no third moment: what one order adds the other takes off
    third = np.einsum("ij,ij->j", squares, cells).reshape(weights, codes) * size / max((size - 1) * (size - 2), 1)
    for into, added in zip(found, (observed, mean, variance, third), strict=True):
        rest = added[-1].copy()
        into += rest
        into[active] += added[:-1] - rest
    return np.asarray(variance[:-1])


def _two_sided(found: _Moments) -> np.ndarray:
    from scipy.stats import pearson3

    some = found.variance > 0
    deviation = np.sqrt(np.where(some, found.variance, 1))
    skewness = found.third / deviation**3
    # sums of the same numbers in another order differ in the last digits
    far = np.maximum(np.abs(found.observed - found.mean) - 1e-12, 0) / deviation
    return np.where(some, np.minimum(pearson3.sf(far, skewness) + pearson3.cdf(-far, skewness), 1), 1.0)
