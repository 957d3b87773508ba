"""Average precision and ROC AUC for many bootstrap samples at once.

Each sample is a row of weights: how often every document was drawn. The scores are sorted once.
"""

from collections.abc import Iterator

import numpy as np

__all__ = ["average_precision", "roc_auc"]

#: Numbers of one block of samples x units: 2 million are 16 MB.
_BLOCK = 2_000_000


def average_precision(weights: np.ndarray, doc: np.ndarray, score: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Sum of precision x step of recall over the distinct scores, from the highest down; ties are one step.

    ``weights`` (R, documents); ``doc``, ``score``, ``truth`` (U,). Returned: (R,), 0 to 1, higher is better; missing
    where a sample holds nothing true. The definition of scikit-learn's ``average_precision_score``.
    """
    result = np.full(len(weights), np.nan)
    for part, hits, drawn in _cumulated(weights, doc, score, truth):
        total = hits[:, -1]
        with np.errstate(divide="ignore", invalid="ignore"):
            precision = np.where(drawn > 0, hits / drawn, 0.0)
            steps = np.diff(hits, axis=1, prepend=0.0)
            result[part] = np.where(total > 0, (steps * precision).sum(1) / total, np.nan)
    return result


def roc_auc(weights: np.ndarray, doc: np.ndarray, score: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Chance that a true unit scores above one that is not, ties half: (R,), 0 to 1, .5 is chance, higher is better.

    Missing where a sample holds true units only, or none.
    """
    result = np.full(len(weights), np.nan)
    for part, hits, drawn in _cumulated(weights, doc, score, truth):
        wrong = drawn - hits
        steps = np.diff(wrong, axis=1, prepend=0.0)
        above = hits - np.diff(hits, axis=1, prepend=0.0) / 2
        pairs = hits[:, -1] * wrong[:, -1]
        with np.errstate(divide="ignore", invalid="ignore"):
            result[part] = np.where(pairs > 0, (steps * above).sum(1) / pairs, np.nan)
    return result


def _cumulated(
    weights: np.ndarray, doc: np.ndarray, score: np.ndarray, truth: np.ndarray
) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    """Per block of samples: weight of true units and of all units, down to each distinct score."""
    if not len(score):
        return
    order = np.argsort(-score, kind="stable")
    ranked, right, place = score[order], truth[order].astype(float), doc[order]
    ends = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
    size = max(1, _BLOCK // len(order))
    for first in range(0, len(weights), size):
        part = slice(first, min(first + size, len(weights)))
        drawn = weights[part][:, place]
        yield part, np.cumsum(drawn * right, axis=1)[:, ends], np.cumsum(drawn, axis=1)[:, ends]
