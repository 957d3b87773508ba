"""Passages added up by post: what the bootstrap over posts draws from."""

import numpy as np
import pandas as pd

from toolkit.tables import run_places

__all__ = ["counts_by_post", "post_places", "sum_by_post"]


def post_places(doc_ids: np.ndarray | pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """The posts in their order (of names, or of numbers), and the place of the post of each passage among them."""
    values = np.asarray(doc_ids) if not isinstance(doc_ids, pd.Series) else doc_ids
    if isinstance(values, np.ndarray) and values.dtype.kind in "iu":
        there = np.bincount(values) > 0 if len(values) else np.zeros(0, dtype=bool)
        return np.flatnonzero(there), (np.cumsum(there) - 1)[values]
    places, names = run_places(pd.Series(values))
    order = np.argsort(names, kind="stable") if len(names) else np.zeros(0, dtype=np.intp)
    rank = np.empty(len(names), dtype=np.intp)
    rank[order] = np.arange(len(names))
    return names[order], rank[places]


def sum_by_post(values: np.ndarray, place: np.ndarray, posts: int) -> np.ndarray:
    """Rows (passages, columns) added up by post (posts, columns); ``place`` is the post of each passage."""
    from scipy.sparse import csr_array

    rows = np.arange(len(place))
    return np.asarray(csr_array((np.ones(len(place)), (place, rows)), shape=(posts, len(place))) @ values)


def counts_by_post(truth: np.ndarray, place: np.ndarray, posts: int) -> np.ndarray:
    """Passages of each post that carry each code, (posts, codes): :func:`sum_by_post` of truth, of which little is
    true."""
    row, code = np.nonzero(truth)
    cells = place[row].astype(np.int64) * truth.shape[1] + code
    return np.bincount(cells, minlength=posts * truth.shape[1]).reshape(posts, truth.shape[1]).astype(float)
