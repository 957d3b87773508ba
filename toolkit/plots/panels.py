"""What the figures of counted terms share: small multiples, heads, numbers and groups in the words of a language."""

from collections.abc import Callable, Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from toolkit.errors import InputError, suggestion
from toolkit.plots.style import axes, language, needs, number, plain
from toolkit.plots.words import figure_words
from toolkit.tables import check

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

__all__ = [
    "DARK", "GREY", "MARKERS", "SERIES", "SIDES", "Group", "chosen", "count", "filled", "groups_of", "head",
    "log_ticks", "measure_of", "named_terms", "panels", "size_of", "small", "ticks_within", "words_of",
]  # fmt: skip

GREY, DARK = "#6b6b6b", "#333333"
#: Okabe & Ito (2008) without black and yellow, which is lost on white; markers tell apart what grey print does not.
SERIES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#555555")
MARKERS = "osD^vPX*"
#: Two sides: blue and vermilion, of different brightness.
SIDES = ("#0072B2", "#D55E00")
#: More small figures than these cannot be read side by side.
MOST_PANELS = 24


def words_of(module: str, lang: str) -> dict[str, str]:
    """The words of a module of figures with those that all figures of counted terms share."""
    return figure_words("panels", lang) | figure_words(module, lang)


def filled(figure: str, contract: str, table: pd.DataFrame) -> pd.DataFrame:
    """The table, checked and numbered anew; :class:`InputError` where it is another one or empty."""
    if not isinstance(table, pd.DataFrame):
        raise InputError(f"{figure}: got {type(table).__name__}, expected the {contract.replace('_', ' ')} table.")
    return needs(figure, check(contract, table))


def chosen(figure: str, wanted: Sequence[str] | None, there: Sequence[str], what: str = "term") -> list[str]:
    """What was asked for, in that order, or all there is; :class:`InputError` where it is not there."""
    known = list(dict.fromkeys(there))
    if wanted is None:
        return known
    if isinstance(wanted, str):
        wanted = [wanted]
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


def named_terms(terms: Sequence[str], names: Mapping[str, str] | None, most: int = 34) -> list[str]:
    """What to write for terms: words as they are, codes and themes by their names."""
    return [plain(str((names or {}).get(term, term)), most) for term in terms]


def panels(ax: "Axes | None", width: float, heights: Sequence[float], most: int = 3) -> tuple["Axes", list[Any]]:
    """An empty Axes for the title and, in its place, small ones as wide and high (inches), ``most`` in a row."""
    from matplotlib.gridspec import GridSpec

    columns = min(most, len(heights))
    rows = [max(heights[start : start + columns]) for start in range(0, len(heights), columns)]
    ax = axes(ax, max(6.4, width * columns + 0.3), sum(rows) + 0.6)
    figure: Any = ax.get_figure()
    ax.set_axis_off()
    place = ax.get_subplotspec()
    if place is None:
        box = ax.get_position()
        place = GridSpec(1, 1, figure, left=box.x0, right=box.x1, bottom=box.y0, top=box.y1)[0]
    # a row of its own for the title: it would lie on the titles of the first row
    parts: Any = place.subgridspec(2, 1, height_ratios=[0.01, sum(rows)], hspace=0)
    ax.set_subplotspec(parts[0])
    grid = parts[1].subgridspec(len(rows), columns, height_ratios=rows)
    return ax, [figure.add_subplot(grid[cell // columns, cell % columns]) for cell in range(len(heights))]


def head(ax: "Axes", title: str, note: str = "") -> None:
    """A title, and below it in grey what the figure rests on: counts, intervals, how to read its marks."""
    figure: Any = ax.get_figure()
    # before the layout is made an Axes alone takes .775 of the figure
    inches = min(1.0, ax.get_position().width / 0.775) * figure.get_figwidth()
    # letters of 8 points are about a fifteenth of an inch wide
    lines = fill(note, max(40, int(15 * (inches - 0.4)))) if note else ""
    ax.set_title(title, fontsize=10.5, loc="left", pad=7 + 11.5 * (lines.count("\n") + 1 if lines else 0))
    if lines:
        ax.annotate(
            lines, (0, 1), xytext=(0, 5), xycoords="axes fraction", textcoords="offset points", fontsize=8, color=GREY,
            ha="left", va="bottom", annotation_clip=False,
        )  # fmt: skip


def small(cell: "Axes", title: str, values: str = "x") -> None:
    """A small Axes: no frame, a pale grid for the values, small letters."""
    import seaborn

    seaborn.despine(ax=cell, left=values == "x")
    cell.grid(visible=False)
    cell.grid(axis="both" if values == "both" else "x" if values == "x" else "y", color="#dddddd", linewidth=0.6)
    cell.set_axisbelow(True)
    cell.tick_params(axis="both", labelsize=8)
    if values == "x":
        cell.tick_params(axis="y", length=0)
    cell.set_title(title, fontsize=9, loc="left")
    cell.xaxis.label.set_fontsize(8.5)
    cell.yaxis.label.set_fontsize(8.5)


def count(value: float, lang: str) -> str:
    """A count; sums of shares, as of themes, with a decimal."""
    return number(value, lang, 0 if float(value).is_integer() else 1)


def size_of(sizes: Sequence[float], words_counted: bool, words: Mapping[str, str], lang: str) -> str:
    """How many words or passages there are: of one part, or of several side by side."""
    told = " : ".join(number(size, lang) for size in sizes)
    return words["of_words" if words_counted else "of_passages"].format(n=told)


def log_ticks(axis: "Axis", lang: str) -> None:
    """1, 10, 100 instead of powers; where there is room 2, 5, 20, 50 too."""
    from matplotlib.ticker import LogLocator

    low, high = axis.get_view_interval()
    subs = (1, 2, 3, 5) if high < 30 * low else (1, 2, 5) if high < 200 * low else (1,)
    axis.set_major_locator(LogLocator(subs=subs, numticks=20))
    axis.set_major_formatter(_written(lang))
    axis.set_minor_formatter(lambda value, _: "")


def ticks_within(axis: "Axis", low: float, high: float, most: int = 5) -> None:
    """Ticks where values are, and none in the room that is left for words."""
    from matplotlib.ticker import MaxNLocator

    span = max(high - low, 1e-12)
    places = MaxNLocator(most).tick_values(low, high)
    axis.set_ticks([place for place in places if low - 0.02 * span <= place <= high + 0.02 * span])


def _written(lang: str) -> Callable[[float, Any], str]:
    return lambda value, _: number(value, lang, 0 if value >= 1 or value == 0 else 3 if value < 0.01 else 2)
