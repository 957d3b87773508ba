"""Pieces of a network set close on a page: places within a piece stay as they are, pieces move as wholes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from toolkit.plots.style import label_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["packed", "pieces_of", "shape_of"]

#: Inches that a piece is high for the root of its terms (tried with 2 to 60 terms), and that stand around it.
_HIGH, _AROUND = 0.72, 0.3
#: Widths of pages in inches that are tried, and how much wider than high a page is at best.
_PAGES, _SHAPE = np.arange(4.5, 12.6, 0.5), 1.5


def pieces_of(count: int, pairs: np.ndarray) -> list[np.ndarray]:
    """The terms (0 to ``count`` - 1) that pairs join, in pieces, the largest first; equals by their first term."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ends = (pairs[:, 0], pairs[:, 1])
    _, piece = connected_components(coo_array((np.ones(len(pairs)), ends), shape=(count, count)), directed=False)
    found = [np.flatnonzero(piece == number) for number in range(piece.max() + 1)]
    return sorted(found, key=lambda own: (-len(own), int(own[0])))


def shape_of(ax: "Axes | None") -> float | None:
    """How much wider than high an Axes is; None without one."""
    if ax is None:
        return None
    box = ax.get_window_extent()
    return box.width / max(box.height, 1)


def packed(
    places: np.ndarray, pieces: Sequence[np.ndarray], texts: Sequence[str], shape: float | None = None
) -> tuple[np.ndarray, tuple[float, float]]:
    """New places in inches, and width and height of the page; ``shape``: how much wider than high it should be.

    A piece takes room by the number of its terms, and on its right for the longest labels.

    >>> places, size = packed(np.array([[0.0, 0], [1, 1], [5, 5], [6, 5]]), [np.array([0, 1]), np.array([2, 3])],
    ...                       ["red", "voz", "tres", "dos"])
    >>> bool((places > 0).all() and (places.max(0) < size).all())
    True
    """
    inside = [_laid_out(places[own], [texts[term] for term in own]) for own in pieces]
    boxes = np.array([size for _, size in inside])
    widths = [max(float(boxes[:, 0].max()), float(page)) for page in _PAGES]
    tried = [(width, *_set_in(boxes, width)) for width in dict.fromkeys(widths)]
    wanted = _SHAPE if shape is None else shape
    # the page with the least room left over, weighed by how far it is from the wanted shape
    _, corners, size = min(tried, key=lambda one: one[2][0] * one[2][1] * _odd(one[2], wanted))
    found = np.zeros(places.shape)
    for own, (local, _), corner in zip(pieces, inside, corners, strict=True):
        found[own] = corner + local
    # the first piece above
    found[:, 1] = size[1] - found[:, 1]
    return found, size


def _odd(size: tuple[float, float], wanted: float) -> float:
    ratio = size[0] / size[1] / wanted
    return max(ratio, 1 / ratio)


def _laid_out(places: np.ndarray, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Places of a piece in inches, and the room it takes."""
    label = label_width(texts)
    if len(places) <= 2:
        # one above the other, as words are wide
        local = np.array([[0.0, 0.0], [0.0, 0.34]])[: len(places)]
        return local + _AROUND, np.array([label + 2 * _AROUND, np.ptp(local[:, 1]) + 2 * _AROUND])
    high = _HIGH * np.sqrt(len(places) - 1)
    span = np.ptp(places, axis=0)
    share = (places - places.min(0)) / np.where(span > 0, span, 1)
    average = label_width(["x" * round(float(np.mean([len(text) for text in texts])))])
    size = np.array([high * max(1.25, 1.1 * average), high if span[1] > 0 else 0.0])
    return share * size + _AROUND, size + 2 * _AROUND + np.array([0.7 * label, 0.0])


def _set_in(boxes: np.ndarray, width: float) -> tuple[np.ndarray, tuple[float, float]]:
    """Upper left corners of boxes on a page of a width, each as far up as it goes, then left; and the page's size."""
    corners = np.zeros_like(boxes)
    for number, box in enumerate(boxes):
        ends, starts = corners[:number] + boxes[:number], corners[:number]
        lefts, tops = np.unique([0.0, *ends[:, 0]]), np.unique([0.0, *ends[:, 1]])
        top, left = (grid.ravel() for grid in np.meshgrid(tops, lefts, indexing="ij"))
        spots = np.column_stack([left, top])
        apart = (spots[:, None] >= ends - 1e-9) | (spots[:, None] + box <= starts + 1e-9)
        free = apart.any(axis=2).all(axis=1) & (left + box[0] <= width + 1e-9)
        corners[number] = spots[np.flatnonzero(free)[0]]
    far = (corners + boxes).max(0)
    return corners, (float(far[0]), float(far[1]))
