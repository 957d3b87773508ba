"""The numbers of a table of themes (or countries, years ...) by codes: shares, lifts, intervals, p-values."""

from typing import NamedTuple

import numpy as np

from toolkit.principles.permutation import Weights, draws_needed, post_permutation
from toolkit.principles.sums import counts_by_post, sum_by_post
from toolkit.resampling import bootstrap_samples, sample_limits

__all__ = ["FEW_POSTS", "Association", "associate"]

#: With fewer posts a share moves by a tenth or more with one post (the mark of toolkit.plots.topics too).
FEW_POSTS = 10
#: Weights (passages x weights) that are held at once: 32 MB.
_AT_ONCE = 4_000_000


class Association(NamedTuple):
    """Arrays (weights, codes). ``share`` 0-1; ``lift`` from 0, 1 as usual; limits; ``p_value`` 0-1 or missing."""

    share: np.ndarray
    share_low: np.ndarray
    share_high: np.ndarray
    lift: np.ndarray
    lift_low: np.ndarray
    lift_high: np.ndarray
    p_value: np.ndarray


def associate(
    weight: Weights,
    truth: np.ndarray,
    place: np.ndarray,
    *,
    groups: np.ndarray | None = None,
    family: int = 0,
    repeats: int = 1000,
    permutations: int = 1000,
    confidence: float = 0.95,
    seed: int = 1,
) -> Association:
    """Weights (passages, weights: theme shares, or 1 for the passages of a country) against codes (passages, codes).

    ``place``: the post of each passage (0 to posts - 1); ``groups``: see :func:`post_permutation`; ``family``: cells
    that are corrected together, for the number of permutations.
    """
    posts = int(place.max()) + 1 if len(place) else 0
    totals, sizes, present = (np.zeros(shape) for shape in (weight.shape[1], *[(posts, weight.shape[1])] * 2))
    step = max(1, _AT_ONCE // max(weight.shape[1], 1))
    for first in range(0, len(place), step):
        part, owner = weight[first : first + step], place[first : first + step]
        totals += part.sum(0)
        sizes += sum_by_post(part, owner, posts)
        present += sum_by_post(part > 0, owner, posts)
    # few passages have a code, and the others add nothing
    coded = np.flatnonzero(truth.any(1))
    given, weighed, owner = truth[coded].astype(float), weight[coded], place[coded]
    base = truth.mean(0)
    share = np.clip(weighed.T @ given / np.maximum(totals, 1e-12)[:, None], 0, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        lift = np.where(base > 0, share / base, np.nan)
    limits = np.full((4, *share.shape), np.nan)
    if posts > 1:
        drawn = bootstrap_samples(posts, repeats, seed)
        wholes = drawn @ np.bincount(place, minlength=posts).astype(float)
        usual = (drawn @ counts_by_post(truth, place, posts)) / wholes[:, None]
        often = drawn @ sizes
        # a weight that stands in few posts has an interval of few posts
        own = np.count_nonzero(present, axis=0)
        codes = truth.shape[1]
        step = max(1, 2 * _AT_ONCE // max(posts * codes, 1))
        for first in range(0, weight.shape[1], step):
            part = weighed[:, first : first + step]
            both = (part[:, :, None] * given[:, None, :]).reshape(len(part), part.shape[1] * codes)
            sums = drawn @ sum_by_post(both, owner, posts)
            for row in range(first, first + part.shape[1]):
                with np.errstate(divide="ignore", invalid="ignore"):
                    samples = sums[:, (row - first) * codes : (row - first + 1) * codes] / often[:, [row]]
                    lifts = samples / usual
                limits[0, row], limits[1, row] = np.clip(sample_limits(samples, int(own[row]), confidence), 0, 1)
                limits[2, row], limits[3, row] = sample_limits(lifts, int(own[row]), confidence)
    limits[2:, :, base == 0] = np.nan
    draws = draws_needed(permutations, family or share.size)
    p_value = post_permutation(weight, truth, place, groups, draws=draws, seed=seed)
    return Association(share, limits[0], limits[1], lift, limits[2], limits[3], p_value)
