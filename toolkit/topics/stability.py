"""Does a theme come back when the model is fitted again with another seed?"""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

__all__ = ["stability"]


def stability(reference: Sequence[frozenset[object]], others: Sequence[Sequence[frozenset[object]]]) -> np.ndarray:
    """Mean Jaccard similarity of each reference topic with its partner in each other run, 0 to 1, higher is
    more stable.

    Topics are sets (of top terms, or of passages). Partners are found one to one so that the similarities of a
    run add up to the most possible (Hungarian method; Greene, O'Callaghan & Cunningham 2014, section 3.2).
    Missing (nan) without other runs.

    >>> stability([frozenset("ab"), frozenset("cd")], [[frozenset("cd"), frozenset("ax")]]).round(2).tolist()
    [0.33, 1.0]
    """
    if not others:
        return np.full(len(reference), np.nan)
    found = np.zeros((len(others), len(reference)))
    for run, topics in enumerate(others):
        similarity = np.array([[_jaccard(ours, theirs) for theirs in topics] for ours in reference])
        rows, columns = linear_sum_assignment(-similarity)
        found[run, rows] = similarity[rows, columns]
    return np.asarray(found.mean(0))


def _jaccard(a: frozenset[object], b: frozenset[object]) -> float:
    return len(a & b) / len(a | b) if a | b else 0.0
