"""Kernel ridge regression with exact leave-one-out predictions, and probabilities from them.

Rifkin & Lippert (2007), Notes on Regularized Least Squares, MIT-CSAIL-TR-2007-025, section 3: with
G = (K + diag(lambda / w))^-1 and coefficients c = G y, the prediction for example i by the model trained without
it is y_i - c_i / G_ii. So one factorisation gives the model and honest scores to calibrate it on.
"""

from typing import NamedTuple

import numpy as np
from scipy.linalg import lapack
from scipy.optimize import minimize

__all__ = ["Ridge", "best_cut", "calibrate", "fit_ridge", "probabilities"]


class Ridge(NamedTuple):
    """``coefficients`` (examples, targets), ``means`` (targets), and leave-one-out ``held_out`` predictions."""

    coefficients: np.ndarray
    means: np.ndarray
    held_out: np.ndarray

    def predict(self, gram: np.ndarray) -> np.ndarray:
        """Raw scores, shape (passages, targets)."""
        return np.asarray(gram @ self.coefficients + self.means)


def fit_ridge(gram: np.ndarray, targets: np.ndarray, *, penalty: float, weights: np.ndarray | None = None) -> Ridge:
    """Fit targets (examples, m) on a kernel matrix (examples, examples); ``weights`` > 0 per example."""
    weights = np.ones(len(targets)) if weights is None else weights
    means = weights @ targets / weights.sum()
    matrix = gram + np.diag(penalty / weights)
    factor, failed = lapack.dpotrf(matrix, lower=1, overwrite_a=1)
    if failed:
        raise np.linalg.LinAlgError("the kernel matrix is not positive definite")
    inverse, _ = lapack.dpotri(factor, lower=1, overwrite_c=1)
    inverse = np.tril(inverse) + np.tril(inverse, -1).T
    coefficients = inverse @ (targets - means)
    held_out = targets - coefficients / np.diag(inverse)[:, None]
    return Ridge(coefficients, means, held_out)


def calibrate(scores: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Slope and intercept per target of Platt's sigmoid (1999, with his smoothed targets), shape (targets, 2)."""
    return np.array([_platt(scores[:, column], truth[:, column]) for column in range(truth.shape[1])])


def probabilities(scores: np.ndarray, sigmoid: np.ndarray) -> np.ndarray:
    """Probabilities, 0 to 1, from raw scores and the output of :func:`calibrate`."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(scores * sigmoid[:, 0] + sigmoid[:, 1], -30, 30))))


def best_cut(probability: np.ndarray, truth: np.ndarray) -> float:
    """The cut with the highest micro-averaged F1, looked for in steps of .01 from .05 to .60."""
    cuts = np.arange(0.05, 0.605, 0.01)
    return float(cuts[int(np.argmax([_micro_f1(probability >= cut, truth) for cut in cuts]))])


def _micro_f1(decided: np.ndarray, truth: np.ndarray) -> float:
    hits = float((decided & (truth > 0)).sum())
    total = float(decided.sum() + (truth > 0).sum())
    return 2 * hits / total if total else 0.0


def _platt(score: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    positive = float(truth.sum())
    negative = float(len(truth) - positive)
    target = np.where(truth > 0, (positive + 1) / (positive + 2), 1 / (negative + 2))

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        z = score * parameters[0] + parameters[1]
        error = 1 / (1 + np.exp(-np.clip(z, -500, 500))) - target
        value = np.logaddexp(0, z).sum() - (target * z).sum()
        return float(value), np.array([(error * score).sum(), error.sum()])

    start = np.array([1.0, np.log((positive + 1) / (negative + 1))])
    found = minimize(loss, start, jac=True, method="L-BFGS-B").x
    return float(found[0]), float(found[1])
