"""Vectors in a quarter of the space: 8-bit numbers with one scale for each row."""

import numpy as np

__all__ = ["packed", "quantised", "unpacked"]


def packed(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """8-bit numbers (n, dimensions) and scales (n); a row's largest number becomes 127."""
    scale = np.abs(vectors).max(1, initial=0.0).astype(np.float32) / 127
    whole = np.round(vectors / np.where(scale > 0, scale, 1)[:, None]).astype(np.int8)
    return whole, scale


def unpacked(whole: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """The vectors, float32."""
    return whole.astype(np.float32) * scale[:, None]


def quantised(vectors: np.ndarray) -> np.ndarray:
    """Vectors as they come back from 8 bits: what a model learns from is what its file holds.

    >>> quantised(np.array([[1.0, 0.5]])).round(3)
    array([[1.   , 0.504]], dtype=float32)
    """
    return unpacked(*packed(vectors))
