"""The numbers of a table of themes (or countries, years ...) by codes: shares, lifts, intervals, p-values."""

from typing import NamedTuple

import numpy as np

from toolkit.principles.permutation import draws_needed, post_permutation, sum_by_post
from toolkit.resampling import bootstrap_weights, sample_limits

__all__ = ["FEW_POSTS", "Association", "associate", "post_places"]

#: With fewer posts a share moves by a tenth or more with one post (the mark of toolkit.plots.topics too).
FEW_POSTS = 10


class Association(NamedTuple):
    """Arrays (weights, codes). ``share`` 0-1; ``lift`` from 0, 1 as usual; limits; ``p_value`` 0-1 or missing."""

    share: np.ndarray
    share_low: np.ndarray
    share_high: np.ndarray
    lift: np.ndarray
    lift_low: np.ndarray
    lift_high: np.ndarray
    p_value: np.ndarray


def post_places(doc_ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The posts in their order by name, and the place of the post of each passage among them."""
    posts, place = np.unique(np.asarray(doc_ids, dtype=object), return_inverse=True)
    return posts, place


def associate(
    weight: np.ndarray,
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
    truth = truth.astype(float)
    totals, base = weight.sum(0), truth.mean(0)
    share = np.clip(weight.T @ truth / np.maximum(totals, 1e-12)[:, None], 0, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        lift = np.where(base > 0, share / base, np.nan)
    limits = np.full((4, *share.shape), np.nan)
    if posts > 1:
        drawn = bootstrap_weights(posts, repeats, seed)
        wholes = drawn @ np.bincount(place, minlength=posts)
        usual = (drawn @ sum_by_post(truth, place, posts)) / wholes[:, None]
        sizes = drawn @ sum_by_post(weight, place, posts)
        for row in range(weight.shape[1]):
            coded = drawn @ sum_by_post(weight[:, [row]] * truth, place, posts)
            with np.errstate(divide="ignore", invalid="ignore"):
                samples = coded / sizes[:, [row]]
                lifts = samples / usual
            # a weight that stands in few posts has an interval of few posts
            own = len(np.unique(place[weight[:, row] > 0]))
            limits[0, row], limits[1, row] = np.clip(sample_limits(samples, own, confidence), 0, 1)
            limits[2, row], limits[3, row] = sample_limits(lifts, own, confidence)
    limits[2:, :, base == 0] = np.nan
    draws = draws_needed(permutations, family or share.size)
    p_value = post_permutation(weight, truth, place, groups, draws=draws, seed=seed)
    return Association(share, limits[0], limits[1], lift, limits[2], limits[3], p_value)
