"""Shares and lifts of passages or posts, with intervals over posts: what the tables of frameworks are counted with.

All intervals are percentile bootstrap over posts (Efron & Tibshirani 1993, chapter 13; tails as in
``resampling.sample_limits``): posts and not passages are drawn, since passages of one post are alike. Where a share is
0 or 1 no sample differs, and the limits are those of Clopper & Pearson (1934) for as many posts; where the whole comes
from fewer than two posts, they are missing. Intervals show sampling error only, not the coder's error.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from toolkit.codebook import Codebook
from toolkit.errors import InputError
from toolkit.principles.prevalence import code_matrix, ratio_interval
from toolkit.principles.sums import post_places, sum_by_post
from toolkit.resampling import BootstrapSamples, bootstrap_samples, sample_limits
from toolkit.tables import check

__all__ = ["Ratio", "by_post", "drawn_posts", "own_annotations", "post_ratio"]


class Ratio(NamedTuple):
    """Per column: ``counts`` of the parts, ``n`` of the wholes, ``share`` (0-1) with its interval ``low``, ``high``,
    and the interval of its lift; missing where it cannot be told."""

    counts: np.ndarray
    n: np.ndarray
    share: np.ndarray
    low: np.ndarray
    high: np.ndarray
    lift_low: np.ndarray
    lift_high: np.ndarray

    def row(self, column: int) -> tuple[int, int, float, float, float]:
        """count, n, share, low, high of a column."""
        numbers = int(self.counts[column]), int(self.n[column])
        return (*numbers, float(self.share[column]), float(self.low[column]), float(self.high[column]))


def post_ratio(
    sampled: np.ndarray | BootstrapSamples,
    owner: np.ndarray,
    parts: np.ndarray,
    wholes: np.ndarray,
    confidence: float,
    base: np.ndarray | None = None,
) -> Ratio:
    """Share of ``parts`` in ``wholes`` (units, columns), its interval, and that of its ratio to the mean of ``base``.

    ``owner`` : the post of each unit.
    """
    posts = sampled.shape[1]
    part, whole = sum_by_post(parts, owner, posts), sum_by_post(wholes, owner, posts)
    count, n = part.sum(0), whole.sum(0)
    tail = (1 - confidence) / 2
    held = (whole > 0).sum(0)
    low, high = _never_or_always(ratio_interval(sampled, part, whole, confidence), count, n, held, tail)
    # nothing can be said about the next post from a code that only one has
    low[held < 2] = high[held < 2] = np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(n > 0, count / n, np.nan)
    lift_low = lift_high = np.full(parts.shape[1], np.nan)
    if base is not None and posts > 1:
        units = sampled @ np.bincount(owner, minlength=posts).astype(float)
        often = sampled @ sum_by_post(base, owner, posts)
        with np.errstate(divide="ignore", invalid="ignore"):
            lifts = (sampled @ part) * units[:, None] / ((sampled @ whole) * often)
        lift_low, lift_high = sample_limits(lifts, posts, confidence)
        often_all = base.mean(0)
        never = (count == 0) & (n > 0) & (often_all > 0)
        lift_high[never] = high[never] / often_all[never]
        lift_low[held < 2] = lift_high[held < 2] = np.nan
    return Ratio(count, n, share, low, high, lift_low, lift_high)


def _never_or_always(
    limits: tuple[np.ndarray, np.ndarray], count: np.ndarray, n: np.ndarray, posts: np.ndarray, tail: float
) -> tuple[np.ndarray, np.ndarray]:
    """No sample of posts differs where a code occurs never or always: there the limits of Clopper & Pearson (1934).

    For 0 of m they are 0 and 1 - tail^(1/m), for m of m tail^(1/m) and 1; m: the posts, which is on the safe side.
    """
    low, high = limits
    with np.errstate(divide="ignore"):  # no post: left missing below
        some = tail ** (1 / posts)
    counted = (n > 0) & ~np.isnan(low)
    high = np.where(counted & (count == 0), 1 - some, high)
    return np.where(counted & (count == n), some, low), high


def drawn_posts(passages: pd.DataFrame, repeats: int, seed: int) -> tuple[np.ndarray, np.ndarray | BootstrapSamples]:
    """The post of each passage as a number, and how often each post is drawn in each sample."""
    names, place = post_places(passages["doc_id"])
    if not len(names):
        raise InputError("passages: the table is empty; code some passages first.")
    return place, bootstrap_samples(len(names), repeats, seed)


def by_post(truth: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which posts hold a code in any passage; the posts are their own owners."""
    held = (sum_by_post(truth, place, int(place.max()) + 1) > 0).astype(float)
    return held, np.arange(len(held))


def own_annotations(annotations: pd.DataFrame, codebook: Codebook, passages: pd.DataFrame) -> pd.DataFrame:
    """The annotations of a codebook; refused if there are some and none lies on a passage."""
    table = check("annotations", annotations)
    table = table[table["codebook"] == codebook.id]
    if len(table) and not code_matrix(passages, table, codebook).any():
        raise InputError(
            f"none of the {len(table):,} annotations of codebook '{codebook.id}' lies on one of the passages; "
            "code and cross passages of the same unit (sentence, paragraph or document)."
        )
    return table
