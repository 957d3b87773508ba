"""From raw scores to probabilities one can decide on."""

import numpy as np
from scipy.optimize import minimize

__all__ = ["best_cut", "calibrate", "calibrate_choice", "choice_probabilities", "micro_f1", "probabilities"]


def calibrate(scores: np.ndarray, truth: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Slope and intercept per target of Platt's sigmoid (1999, with his smoothed targets), shape (targets, 2).

    ``scores`` (n, targets) of examples that the model did not see; ``weights`` (n) of the examples, 1 by default.
    The slope is not below 0: where what the model says is worse than chance, every score means the base rate.
    """
    weights = np.ones(len(truth)) if weights is None else weights
    return np.array([_platt(scores[:, column], truth[:, column], weights) for column in range(truth.shape[1])])


def probabilities(scores: np.ndarray, sigmoid: np.ndarray) -> np.ndarray:
    """Probabilities, 0 to 1, from raw scores and the output of :func:`calibrate`."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(scores * sigmoid[:, 0] + sigmoid[:, 1], -30, 30))))


def best_cut(probability: np.ndarray, truth: np.ndarray, weights: np.ndarray | None = None) -> float:
    """The cut with the highest micro-averaged F1, looked for in steps of .01 from .05 to .60."""
    cuts = np.arange(0.05, 0.605, 0.01)
    return float(cuts[int(np.argmax([micro_f1(probability >= cut, truth, weights) for cut in cuts]))])


def micro_f1(decided: np.ndarray, truth: np.ndarray, weights: np.ndarray | None = None) -> float:
    """F1 over all passages and codes together, 0 to 1, higher is better; 0 where nothing is decided or true."""
    weight = np.ones((len(truth), 1)) if weights is None else weights[:, None]
    hits = float((weight * (decided & (truth > 0))).sum())
    total = float((weight * decided).sum() + (weight * (truth > 0)).sum())
    return 2 * hits / total if total else 0.0


def calibrate_choice(scores: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Slope and intercepts (1 + choices) that make a softmax of ``scores`` (n, choices) most likely given ``truth``
    (n, choices; rows sum to 1): temperature and bias scaling (Guo et al. 2017, On Calibration of Modern Neural
    Networks, section 4.2)."""
    count = max(len(truth), 1)

    def loss(parameters: np.ndarray) -> float:
        found = choice_probabilities(scores, parameters)
        # a little pull to slope 1 and even intercepts keeps a choice that never occurs finite
        return float(-(truth * np.log(np.maximum(found, 1e-12))).sum() / count + 1e-3 * (parameters[1:] ** 2).sum())

    start = np.concatenate([[4.0], np.zeros(scores.shape[1])])
    return np.asarray(minimize(loss, start, method="L-BFGS-B").x)


def choice_probabilities(scores: np.ndarray, parameters: np.ndarray) -> np.ndarray:
    """Probabilities (n, choices), rows sum to 1, from scores and the output of :func:`calibrate_choice`."""
    z = scores * parameters[0] + parameters[1:]
    z = np.exp(z - z.max(1, keepdims=True)) if len(z) else z
    return np.asarray(z / np.maximum(z.sum(1, keepdims=True), 1e-300))


def _platt(score: np.ndarray, truth: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    positive = float(weights @ truth)
    negative = float(weights.sum() - positive)
    target = np.where(truth > 0, (positive + 1) / (positive + 2), 1 / (negative + 2))

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        z = score * parameters[0] + parameters[1]
        error = weights * (1 / (1 + np.exp(-np.clip(z, -500, 500))) - target)
        value = (weights * (np.logaddexp(0, z) - target * z)).sum()
        return float(value), np.array([(error * score).sum(), error.sum()])

    start = np.array([1.0, np.log((positive + 1) / (negative + 1))])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0, None), (None, None)]).x
    return float(found[0]), float(found[1])
