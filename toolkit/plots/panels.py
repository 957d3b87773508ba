"""What figures of several parts share: small multiples, groups of rows, counts in the words of a language."""

import math
from collections.abc import Callable, Mapping, Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from toolkit.errors import InputError, suggestion
from toolkit.plots.style import CELL, GREY, SMALL, axes, language, needs, number, number_ticks, plain, quiet
from toolkit.plots.words import figure_words
from toolkit.tables import check

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

__all__ = [
    "Group", "at_least", "beside", "chosen", "count", "filled", "first_column", "groups_of", "in_posts",
    "line_with_band", "log_ticks", "measure_of", "panels", "size_of", "small", "ticks_within", "words_of",
]  # fmt: skip

#: More small figures than these cannot be read side by side.
MOST_PANELS = 24
#: Inches: no figure of several parts is wider, and none with a head is narrower.
_WIDEST, _NARROWEST = 12.5, 6.4


def words_of(module: str, lang: str) -> dict[str, str]:
    """The words of a module of figures with those that all figures of counted terms share."""
    return figure_words("panels", lang) | figure_words(module, lang)


def filled(figure: str, contract: str, table: pd.DataFrame) -> pd.DataFrame:
    """The table, checked and numbered anew; :class:`InputError` where it is another one or empty."""
    if not isinstance(table, pd.DataFrame):
        raise InputError(f"{figure}: got {type(table).__name__}, expected the {contract.replace('_', ' ')} table.")
    return needs(figure, check(contract, table))


def at_least(figure: str, least: int, **numbers: int) -> None:
    """:class:`InputError` for a number that is no whole one, or below ``least``: a part of the rows would be gone."""
    for name, value in numbers.items():
        if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
            raise InputError(f"{figure}: got {name}={value!r}, expected a whole number from {least} upwards.")


def beside(count: int, apart: float, room: float) -> np.ndarray:
    """Where ``count`` marks of one row stand, 0 its middle: ``apart``, and closer where they would pass ``room``.

    >>> beside(2, 0.3, 0.8).tolist(), beside(5, 0.3, 0.8).tolist()
    ([-0.15, 0.15], [-0.4, -0.2, 0.0, 0.2, 0.4])
    """
    return min(apart, room / max(count - 1, 1)) * (np.arange(count) - (count - 1) / 2)


def chosen(figure: str, wanted: Sequence[str] | None, there: Sequence[str], what: str = "term") -> list[str]:
    """What was asked for, in that order, or all there is; :class:`InputError` where it is not there."""
    known = list(dict.fromkeys(there))
    if wanted is None:
        return known
    # columns of tables have no truth of their own
    wanted = [wanted] if isinstance(wanted, str) else list(wanted)
    if not wanted:
        raise InputError(f"{figure}: no {what} was named; name one or more, or leave the argument out.")
    for one in wanted:
        if one not in known:
            raise InputError(f"{figure}: no {what} '{one}' in the table; {_near(one, known)}")
    return list(dict.fromkeys(wanted))


def _near(got: str, known: Sequence[str]) -> str:
    """The nearest name; of a vocabulary not all can be listed."""
    # terms are of the texts: one sentence stays one line
    told = suggestion(got, [" ".join(name.split()) for name in known])
    return told if len(told) < 200 else f"it has {len(known):,} others."


def measure_of(figure: str, measure: str, measures: Sequence[str]) -> str:
    """A measure that the figure can draw, or :class:`InputError`."""
    if measure not in measures:
        raise InputError(f"{figure}: no measure '{measure}'; {suggestion(str(measure), measures)}")
    return measure


class Group(NamedTuple):
    """Rows that are drawn together: ``lang`` of the terms, ``name`` to write above them, ``rows``."""

    lang: str
    name: str
    rows: pd.DataFrame


def groups_of(figure: str, table: pd.DataFrame, words: Mapping[str, str], by: Sequence[str] = ("lang",)) -> list[Group]:
    """The rows of each language, and of each further value, in the order of the table."""
    found = [_group(key, rows, words) for key, rows in table.groupby(list(by), sort=False, dropna=False)]
    if len(found) > MOST_PANELS:
        raise InputError(
            f"{figure}: the table has {len(found)} groups, and at most {MOST_PANELS} can be seen side by side; "
            "give the rows of some."
        )
    return found


def _group(key: Sequence[Any], rows: pd.DataFrame, words: Mapping[str, str]) -> Group:
    lang, *values = (str(part) for part in key)
    if lang == "all" and values and "by" in rows and rows["by"].iloc[0] == "lang":
        # codes are of no language; the passages that have them are
        lang, values = values[0], []
    parts = [words["every"] if lang == "all" else language(lang, words)]
    parts += [plain(value, 30) for value in values if value != "all"]
    return Group(lang, " · ".join(parts[1:] if lang == "all" and len(parts) > 1 else parts), rows)


def panels(ax: "Axes | None", width: float, heights: Sequence[float], most: int = 3) -> tuple["Axes", list[Any]]:
    """An empty Axes for the head and, in its place, small ones as wide and high (inches), at most ``most`` in a row."""
    from matplotlib.gridspec import GridSpec

    columns = max(1, min(most, len(heights), int(_WIDEST / width)))
    rows = [max(heights[start : start + columns]) for start in range(0, len(heights), columns)]
    ax = axes(ax, max(_NARROWEST, width * columns + 0.3), sum(rows) + 0.6)
    figure: Any = ax.get_figure()
    ax.set_axis_off()
    place = ax.get_subplotspec()
    if place is None:
        box = ax.get_position()
        place = GridSpec(1, 1, figure, left=box.x0, right=box.x1, bottom=box.y0, top=box.y1)[0]
    # a row of its own for the head: it would lie on the titles of the first row
    parts: Any = place.subgridspec(2, 1, height_ratios=[0.01, sum(rows)], hspace=0)
    ax.set_subplotspec(parts[0])
    grid = parts[1].subgridspec(len(rows), columns, height_ratios=rows)
    return ax, [figure.add_subplot(grid[cell // columns, cell % columns]) for cell in range(len(heights))]


def first_column(cell: "Axes") -> bool:
    """Whether a small Axes has none at its left."""
    place: Any = cell.get_subplotspec()
    return bool(place.is_first_col())


def small(cell: "Axes", title: str, values: Literal["x", "y", "both"] = "x", colour: str = "black") -> None:
    """A small Axes: as :func:`toolkit.plots.style.quiet` makes it, its name at the left."""
    quiet(cell, values)
    cell.set_title(title, fontsize=CELL, loc="left", color=colour)


def line_with_band(
    cell: "Axes",
    places: np.ndarray,
    rows: np.ndarray,
    posts: np.ndarray,
    few: int,
    tone: str,
    lang: str,
    *,
    joined: bool = True,
    style: str = "-",
) -> None:
    """Points with a band and a line, or, of groups without an order, with an interval each.

    ``rows``: value, lower and upper limit at each of the ``places``. Points of fewer than ``few`` of the ``posts`` are
    hollow, with their number at the upper edge.
    """
    middle, low, high = rows
    if joined:
        cell.fill_between(places, low, high, color=tone, alpha=0.2, linewidth=0)
        cell.plot(places, middle, color=tone, linewidth=1.6, linestyle=style)
    there, thin = ~np.isnan(middle), posts < few
    # a band needs a neighbour
    known = np.concatenate([[False], ~np.isnan(low), [False]])
    alone = ~(known[:-2] | known[2:]) if joined else np.ones(len(places), dtype=bool)
    cell.vlines(places[alone], low[alone], high[alone], color=tone, linewidth=1.4, alpha=0.7)
    cell.scatter(places[there & ~thin], middle[there & ~thin], s=18, color=tone, zorder=3)
    cell.scatter(
        places[there & thin], middle[there & thin], s=20, facecolor="white", edgecolor=tone, linewidth=1.1, zorder=3
    )
    for place in np.flatnonzero(there & thin):
        cell.annotate(
            number(posts[place], lang), (places[place], 0.99), xycoords=("data", "axes fraction"), ha="center",
            va="top", fontsize=SMALL, color=GREY,
        )  # fmt: skip


def count(value: float, lang: str) -> str:
    """A count; sums of shares, as of themes, with a decimal."""
    return number(value, lang, 0 if float(value).is_integer() else 1)


def size_of(sizes: Sequence[float], words_counted: bool, words: Mapping[str, str], lang: str) -> str:
    """How many words or passages there are: of one part, or of several side by side."""
    told = " : ".join(number(size, lang) for size in sizes)
    return words["of_words" if words_counted else "of_passages"].format(n=told)


def in_posts(n: float, posts: int, words: Mapping[str, str], lang: str) -> str:
    """How often something occurs, and in how many posts."""
    return words["in_post" if posts == 1 else "in_posts"].format(n=number(n, lang), posts=number(posts, lang))


def log_ticks(axis: "Axis", lang: str) -> None:
    """1, 10, 100 instead of powers; where there is room 2, 5, 20, 50 too."""
    from matplotlib.ticker import LogLocator

    low, high = axis.get_view_interval()
    subs = (1, 2, 3, 5) if high < 30 * low else (1, 2, 5) if high < 200 * low else (1,)
    axis.set_major_locator(LogLocator(subs=subs, numticks=20))
    axis.set_major_formatter(_written(lang))
    axis.set_minor_formatter(lambda value, _: "")


def ticks_within(cell: "Axes", low: float, high: float, lang: str, most: int = 4) -> None:
    """A line and round numbers below where values are, and none in the room that is left for words."""
    from matplotlib.ticker import MaxNLocator

    span = max(high - low, 1e-12)
    places = MaxNLocator(most, steps=[1, 2, 5, 10]).tick_values(low, high)
    places = [place for place in places if low - 0.02 * span <= place <= high + 0.02 * span]
    cell.set_xticks(places)
    number_ticks(cell.xaxis, lang)
    cell.spines["bottom"].set_bounds(min([low, *places]), max([high, *places]))
    cell.xaxis.label.set(x=0, horizontalalignment="left")


def _written(lang: str) -> Callable[[float, Any], str]:
    def written(value: float, _: Any) -> str:
        if value >= 1 or value <= 0:
            return number(value, lang)
        # what is small keeps its one digit
        return number(value, lang, max(2, -math.floor(math.log10(value) + 1e-9)))

    return written
