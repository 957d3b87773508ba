"""Labels of a map placed so that none covers another."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from toolkit.plots.style import NOTE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["label_points", "place_labels"]

_NOBODY = np.zeros((0, 2))


def label_points(
    ax: "Axes",
    centres: np.ndarray,
    texts: Sequence[str],
    points: "np.ndarray | float" = 2.6,
    others: np.ndarray = _NOBODY,
) -> None:
    """Labels beside marks of so many printer's points around; they keep off the ``others``, which have no label."""
    if not len(centres):
        return
    figure: Any = ax.get_figure(root=True)
    figure.draw_without_rendering()
    pixels = ax.transData.transform(centres)
    pixels[:, 0] += np.broadcast_to(points, len(centres)) * figure.dpi / 72
    radii = ax.transData.inverted().transform(pixels)[:, 0] - centres[:, 0]
    place_labels(ax, centres, radii, texts, others, settled=True)


def place_labels(
    ax: "Axes",
    centres: np.ndarray,
    radii: np.ndarray,
    texts: Sequence[str],
    others: np.ndarray = _NOBODY,
    *,
    settled: bool = False,
) -> None:
    """Labels beside their circles, the largest circle's first; each in the nearest place that is still free.

    ``others``: marks without a label (data units), which a label lies on only where all else is taken. ``settled``:
    the figure has been laid out.
    """
    from matplotlib.patheffects import withStroke

    figure: Any = ax.get_figure(root=True)
    # the layout settles first: places are counted in pixels of the axes as they will be
    if not settled:
        figure.draw_without_rendering()
    renderer, to_pixels = figure._get_renderer(), ax.transData
    middle = to_pixels.transform(centres)
    around = np.abs(to_pixels.transform(centres + np.column_stack([radii, radii])) - middle)[:, 0]
    inside = ax.get_window_extent(renderer)
    gap = figure.dpi / 72 * 4
    dots = to_pixels.transform(others) if len(others) else _NOBODY
    dots = np.column_stack([dots - gap / 2, dots + gap / 2])
    taken = [np.array([x - r, y - r, x + r, y + r]) for (x, y), r in zip(middle, around, strict=True)]
    for place in np.argsort(-radii, kind="stable"):
        text = ax.text(0, 0, texts[place], fontsize=NOTE, ha="center", va="center", zorder=5)
        text.set_path_effects([withStroke(linewidth=2.2, foreground="white")])
        text.set_in_layout(False)
        box = text.get_window_extent(renderer)
        best, free = _free_place(middle[place], around[place], box.width, box.height, taken, dots, inside, gap)
        taken.append(free)
        # held at the side of the circle: letters are a little wider or narrower in files of another resolution
        side: Any = (
            "left" if best[0] > middle[place, 0] + 1 else "right" if best[0] < middle[place, 0] - 1 else "center"
        )
        edge: float = {"left": free[0], "right": free[2], "center": best[0]}[side]
        text.set(position=ax.transData.inverted().transform((edge, best[1])), horizontalalignment=side)
        # a label that had to go farther than its neighbourhood gets a line to its circle
        nearest = np.clip(middle[place], free[:2], free[2:])
        if np.hypot(*(nearest - middle[place])) > around[place] + 1.5 * gap:
            line = ax.annotate(
                "",
                centres[place],
                xytext=tuple(ax.transData.inverted().transform(nearest)),
                zorder=1,
                arrowprops={"arrowstyle": "-", "color": "#888888", "linewidth": 0.7, "shrinkA": 0, "shrinkB": 0},
            )
            line.set_in_layout(False)


def _free_place(
    middle: np.ndarray,
    around: float,
    width: float,
    height: float,
    taken: Sequence[np.ndarray],
    dots: np.ndarray,
    inside: Any,
    gap: float,
) -> tuple[np.ndarray, np.ndarray]:
    """The middle and the box of a label: the best place on rings around the circle, right side first.

    A place on another label or circle, or outside, is the last choice. One over marks without a label is as bad as one
    a ring farther out for each mark and a half.
    """
    others, half = np.array(taken), np.array([width, height]) / 2
    farther = 1.5 * gap * gap
    best, least = None, np.inf
    for ring in range(14):
        if ring * farther >= least:
            break
        for angle in np.deg2rad([0, 180, 90, 270, 35, 145, 325, 215, 65, 115, 295, 245]):
            away = np.array([np.cos(angle), np.sin(angle)])
            spot = middle + away * (around + gap + ring * height * 0.8) + away * half
            box = np.concatenate([spot - half, spot + half])
            cost = ring * farther + 1e3 * _shared(others, box) + _shared(dots, box)
            cost += 1e6 * (box[0] < inside.x0 or box[2] > inside.x1 or box[1] < inside.y0 or box[3] > inside.y1)
            if cost <= ring * farther:
                return spot, box
            if cost < least:
                best, least = (spot, box), cost
    assert best is not None
    return best


def _shared(boxes: np.ndarray, box: np.ndarray) -> float:
    """The area that a box has in common with others."""
    both = np.minimum(boxes[:, 2:], box[2:]) - np.maximum(boxes[:, :2], box[:2])
    return float(np.prod(np.maximum(both, 0), axis=1).sum())
