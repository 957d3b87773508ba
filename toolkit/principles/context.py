"""A passage in its place: the scores of its neighbours count a little in its own.

A sentence of a post seldom says everything itself: "Lo hacen tarde y mal." is about listening if the sentence before
was. Vectors of neighbours as further features made things worse (they describe the post, not the sentence), the
scores of neighbours make them better: tests/benchmarks/coders.py (ingredients).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

__all__ = ["NEIGHBOURS", "add_neighbours"]

#: Weight of the score of the passage at this distance; chosen by cross-validation on the bundled corpus.
NEIGHBOURS = {-2: 0.1, -1: 0.3, 1: 0.2, 2: 0.1}


def add_neighbours(scores: np.ndarray, doc_ids: Sequence[str], means: np.ndarray) -> np.ndarray:
    """What the neighbours add to raw scores (n, codes): the weighted sum of how far theirs lie from the mean score.

    ``doc_ids``: the post of each passage; passages of a post stand together, in order. ``means``: one for each code.

    >>> add_neighbours(np.array([[1.0], [0.0], [1.0]]), ["a", "a", "b"], np.zeros(1)).tolist()
    [[0.0], [0.3], [0.0]]
    """
    added = np.zeros_like(scores)
    post, _ = pd.factorize(np.asarray(doc_ids, dtype=object))
    apart = scores - means
    for step, weight in NEIGHBOURS.items():
        here, there = (slice(-step, None), slice(None, step)) if step < 0 else (slice(None, -step), slice(step, None))
        same = post[here] == post[there]
        added[here][same] += weight * apart[there][same]
    return added
