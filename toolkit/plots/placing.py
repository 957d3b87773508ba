"""Labels of a map placed so that none covers another."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["place_labels"]


def place_labels(ax: "Axes", centres: np.ndarray, radii: np.ndarray, texts: Sequence[str]) -> None:
    """Labels beside their circles, the largest circle's first; each in the nearest place that is still free."""
    figure: Any = ax.get_figure(root=True)
    # the layout settles first: places are counted in pixels of the axes as they will be
    figure.draw_without_rendering()
    renderer, to_pixels = figure._get_renderer(), ax.transData
    middle = to_pixels.transform(centres)
    around = np.abs(to_pixels.transform(centres + np.column_stack([radii, radii])) - middle)[:, 0]
    inside = ax.get_window_extent(renderer)
    gap = figure.dpi / 72 * 4
    taken = [np.array([x - r, y - r, x + r, y + r]) for (x, y), r in zip(middle, around, strict=True)]
    for place in np.argsort(-radii, kind="stable"):
        text = ax.text(0, 0, texts[place], fontsize=8, ha="center", va="center", zorder=5)
        text.set_in_layout(False)
        box = text.get_window_extent(renderer)
        best, free = _free_place(middle[place], around[place], box.width, box.height, taken, inside, gap)
        taken.append(free)
        # held at the side of the circle: letters are a little wider or narrower in files of another resolution
        side: Any = (
            "left" if best[0] > middle[place, 0] + 1 else "right" if best[0] < middle[place, 0] - 1 else "center"
        )
        edge: float = {"left": free[0], "right": free[2], "center": best[0]}[side]
        text.set(position=ax.transData.inverted().transform((edge, best[1])), horizontalalignment=side)
        # a label that had to go farther than its neighbourhood gets a line to its circle
        if np.hypot(*(np.clip(middle[place], free[:2], free[2:]) - middle[place])) > around[place] + 4 * gap:
            line = ax.annotate(
                "",
                centres[place],
                xytext=tuple(ax.transData.inverted().transform(best)),
                zorder=1,
                arrowprops={"arrowstyle": "-", "color": "#aaaaaa", "linewidth": 0.7},
            )
            line.set_in_layout(False)


def _free_place(
    middle: np.ndarray, around: float, width: float, height: float, taken: Sequence[np.ndarray], inside: Any, gap: float
) -> tuple[np.ndarray, np.ndarray]:
    """The middle and the box of a label: the first free place on rings around the circle, right side first."""
    others, half = np.array(taken), np.array([width, height]) / 2
    best, least = None, np.inf
    for ring in range(14):
        for angle in np.deg2rad([0, 180, 90, 270, 35, 145, 325, 215, 65, 115, 295, 245]):
            away = np.array([np.cos(angle), np.sin(angle)])
            spot = middle + away * (around + gap + ring * height * 0.8) + away * half
            box = np.concatenate([spot - half, spot + half])
            both = np.minimum(others[:, 2:], box[2:]) - np.maximum(others[:, :2], box[:2])
            covered = float(np.prod(np.maximum(both, 0), axis=1).sum())
            covered += 1e6 * (box[0] < inside.x0 or box[2] > inside.x1 or box[1] < inside.y0 or box[3] > inside.y1)
            if covered < least:
                best, least = (spot, box), covered
            if covered == 0:
                return spot, box
    assert best is not None
    return best
