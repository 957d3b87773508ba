"""Kernel ridge regression with exact predictions for what was left out: single examples and whole groups of them.

Rifkin & Lippert (2007), Notes on Regularized Least Squares, MIT-CSAIL-TR-2007-025, section 3: with
G = (K + diag(lambda / w))^-1 and coefficients c = G y, the predictions for a set S of examples by the model trained
without them are y_S - (G_SS)^-1 c_S. The coefficients of that model are c - G_.S (G_SS)^-1 c_S (block inverse), 0 on S.
So one factorisation gives the model, honest scores to calibrate it on, and the models that did not see a group of
posts, which code those posts.
"""

from typing import NamedTuple

import numpy as np
from scipy.linalg import get_lapack_funcs

__all__ = ["Ridge", "fit_ridge"]


class Ridge(NamedTuple):
    """``coefficients`` (1 + groups, examples, targets): of the model trained on all and of those trained without one
    group; ``means`` (targets); ``held_out`` (examples, targets): predictions by models without the example, or
    without its group."""

    coefficients: np.ndarray
    means: np.ndarray
    held_out: np.ndarray


def fit_ridge(
    gram: np.ndarray,
    targets: np.ndarray,
    *,
    penalty: float,
    weights: np.ndarray | None = None,
    groups: np.ndarray | None = None,
    group_count: int | None = None,
) -> Ridge:
    """Fit targets (examples, m) on a kernel matrix (examples, examples), which is overwritten.

    ``weights`` > 0 per example; ``groups`` a number from 0 for examples that are left out together, -1 for those
    that stand for themselves. The means of the targets are those of all examples in every model.
    ``group_count``: number of groups, some of which may have no example; by default the highest number and one. Without
    examples the coefficients are empty and the means 0.
    """
    count = len(targets)
    if not count:
        nothing = np.zeros((1 + (group_count or 0), 0, targets.shape[1]))
        return Ridge(nothing, np.zeros(targets.shape[1]), np.zeros_like(targets))
    weights = np.ones(count) if weights is None else weights
    groups = np.full(count, -1) if groups is None else groups
    means = weights @ targets / weights.sum()
    gram[np.diag_indices(count)] += penalty / weights
    # LAPACK works column by column: the transpose of a symmetric matrix is itself and saves a copy
    factorise, invert = get_lapack_funcs(("potrf", "potri"), (gram,))
    factor, failed = factorise(gram.T, lower=1, overwrite_a=1, clean=0)
    if failed:
        raise np.linalg.LinAlgError("the kernel matrix is not positive definite")
    inverse, _ = invert(factor, lower=1, overwrite_c=1)
    for column in range(count):
        inverse[column, column + 1 :] = inverse[column + 1 :, column]
    targets = targets.astype(gram.dtype)
    whole = inverse @ (targets - means).astype(gram.dtype)
    held_out = targets - whole / np.diag(inverse)[:, None]
    models = [whole]
    for group in range(groups.max() + 1 if group_count is None else group_count):
        rows = np.flatnonzero(groups == group)
        error = np.linalg.solve(inverse[np.ix_(rows, rows)], whole[rows])
        held_out[rows] = targets[rows] - error
        without = whole - inverse[:, rows] @ error
        without[rows] = 0.0
        models.append(without)
    return Ridge(np.array(models), means, held_out)
