"""What all figures share: colours, letters, axes, heads, numbers of a language, labels from untrusted text."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from toolkit.display.numbers import number as in_language
from toolkit.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.text import Text

__all__ = [
    "BLUE", "CELL", "DARK", "FEW", "GREY", "LABEL", "LANGUAGE_COLOURS", "LINES", "MARKERS", "NOTE", "PALE", "SERIES",
    "SIDES", "SMALL", "STANCE_COLOURS", "VERMILION", "axes", "cell_names", "colour", "hatch", "head", "interval",
    "label_width", "language", "legend_above", "line_of", "lines_of", "marker", "named", "needs", "number",
    "number_ticks", "one_codebook", "percent", "plain", "quiet", "scale_bar", "sentences", "write_ticks",
]  # fmt: skip

#: Okabe & Ito (2008): told apart by colour-blind readers and in print.
BLUE, VERMILION = "#0072B2", "#D55E00"
LANGUAGE_COLOURS = {"es": BLUE, "it": VERMILION, "en": "#009E73", "all": "#555555", "joint": "#555555"}
STANCE_COLOURS = {"endorses": "#009E73", "breach": VERMILION, "rejects": "#CC79A7", "mentions": "#BBBBBB"}
#: Without black and yellow, which is lost on white.
SERIES = (BLUE, VERMILION, "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#555555")
#: Two sides: of different brightness.
SIDES = (BLUE, VERMILION)
GREY, DARK, PALE = "#6b6b6b", "#333333", "#dddddd"
#: In grey print the colours are nearly one: shapes, strokes and hatching tell them apart there.
MARKERS = "osD^vPX*"
LINES: tuple[Any, ...] = ("-", "--", ":", "-.")
_MARKERS = {"es": "o", "it": "s", "en": "^", "all": "D", "joint": "D"}
_HATCHES = {"it": "////", "en": "....", "breach": "////", "rejects": "xxxx", "mentions": "...."}
#: Letters in points: the title; names of small Axes; axes; ticks, notes and legends; what stands beside marks.
TITLE, CELL, LABEL, NOTE, SMALL = 10.5, 9.0, 8.5, 8.0, 7.0
#: Points of a row of a note and of a legend.
_NOTE_ROW, _LEGEND_ROW = 11.5, 14.0
#: A letter of DejaVu Sans is on average .55 of its size wide.
_WIDE = 0.55
#: Steps of round numbers: 200, 400, 600, but no 600, 1,200, 1,800.
_STEPS = (1, 2, 5, 10)
#: A share of fewer than ten posts moves by a tenth or more with one post.
FEW = 10


def axes(ax: "Axes | None", width: float, height: float) -> "Axes":
    """The Axes given, or one on a new figure that no window manager holds on to."""
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.figure(figsize=(width, height), layout="constrained").add_subplot()


def needs(figure: str, table: "pd.DataFrame", columns: Sequence[str] = (), once: Sequence[str] = ()) -> "pd.DataFrame":
    """The table with rows numbered anew; :class:`InputError` where it is empty, lacks one of the columns, or has two
    rows that are the same ``once``: one would cover the other."""
    absent = [column for column in columns if column not in table]
    if absent:
        shown = ", ".join(map(str, table.columns)) or "none"
        raise InputError(
            f"{figure}: the column '{absent[0]}' is missing; the table has {shown}, and needs {', '.join(columns)}."
        )
    if table.empty:
        raise InputError(f"{figure}: the table is empty; give one with at least one row.")
    double = table[table.duplicated(list(once))] if once else table.iloc[:0]
    if len(double):
        shown = ", ".join(f"{name} '{' '.join(str(double[name].iloc[0]).split())}'" for name in once)
        raise InputError(f"{figure}: {shown} stands there twice; give one row for each.")
    return table.reset_index(drop=True)


def one_codebook(figure: str, table: "pd.DataFrame") -> None:
    """:class:`InputError` where a code stands there for two codebooks: a row of the figure is a code."""
    books = table[["codebook", "code"]].drop_duplicates()
    double = books["code"][books["code"].duplicated()]
    if len(double):
        both = " and ".join(f"'{book}'" for book in books["codebook"][books["code"] == double.iloc[0]])
        raise InputError(f"{figure}: the code '{double.iloc[0]}' is one of {both}; give the rows of one codebook.")


def named(codes: Sequence[str], names: Mapping[str, str] | None, most: int = 46) -> list[str]:
    """What to write for codes, themes and terms, ``most`` letters of each: the name where there is one."""
    return [plain(str((names or {}).get(code, code)), most) for code in codes]


def plain(text: str, most: int = 46) -> str:
    r"""A label from untrusted text: no mathematics mode, no line breaks, not too long.

    >>> print(plain("5 $ or\n6 $"), plain("12345 $ and more", 8))
    5 \$ or 6 \$ 12345 \$…
    """
    text = " ".join(text.split())
    # the strokes before the signs are not drawn, and not counted
    return (text if len(text) <= most else text[: most - 1] + "…").replace("$", r"\$")


def language(code: object, words: Mapping[str, str]) -> str:
    """The name of a language or model in the words of a figure; others stay as they are."""
    return words[str(code)] if str(code) in LANGUAGE_COLOURS else plain(str(code), 20)


def quiet(ax: "Axes", values: Literal["x", "y", "both"] = "x") -> None:
    """No frame, a pale grid for the values (on the axis "x", "y" or on both), letters of the common scale."""
    import seaborn

    seaborn.despine(ax=ax, left=values == "x")
    ax.grid(visible=False)
    ax.grid(axis=values, color=PALE, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(axis="both", which="both", labelsize=NOTE)
    if values == "x":
        # marks at 0 do not lie on the names
        ax.tick_params(axis="y", length=0, pad=6)
    for axis in (ax.xaxis, ax.yaxis):
        axis.label.set_fontsize(LABEL)


def colour(lang: object) -> str:
    """The colour of a language or model; grey for others."""
    return LANGUAGE_COLOURS.get(str(lang), "#555555")


def marker(lang: object) -> str:
    """The point of a language or model."""
    return _MARKERS.get(str(lang), "v")


def hatch(name: object) -> str:
    """The hatching of bars of a language or stance; none for most."""
    return _HATCHES.get(str(name), "")


# ---- titles and numbers ----------------------------------------------------------------------------------


def head(ax: "Axes", title: str, note: str = "", legend_rows: int = 0) -> None:
    """A title at the left and, below it in grey, what the figure rests on: counts, intervals, how to read its marks.

    Both stand above as many rows of a legend. A title that is set later (``ax.set_title("mine")``) takes the place of
    this one.
    """
    rows = fill(note, _letters(ax, NOTE)) if note else ""
    base = 5 + _LEGEND_ROW * legend_rows
    pad = base + 2 + _NOTE_ROW * (rows.count("\n") + 1 if rows else 0)
    ax.set_title(fill(title, _letters(ax, TITLE)), fontsize=TITLE)
    _keep(ax, pad)
    if rows:
        ax.annotate(
            rows, (0, 1), xytext=(0, base), xycoords="axes fraction", textcoords="offset points", fontsize=NOTE,
            color=GREY, ha="left", va="bottom", annotation_clip=False,
        )  # fmt: skip


def _keep(ax: "Axes", pad: float) -> None:
    """The title at the left, so many points above the Axes; also the next, for which matplotlib forgets both."""
    from matplotlib.transforms import ScaledTranslation

    figure: Any = ax.get_figure()
    place = ax.transAxes + ScaledTranslation(0, pad / 72, figure.dpi_scale_trans)

    def back(text: Any) -> None:
        title: Text = text
        if title.get_horizontalalignment() != "left" or title.get_transform() is not place:
            title.set_horizontalalignment("left")
            title.set_x(0)
            title.set_transform(place)

    back(ax.title)
    ax.title.add_callback(back)


def _letters(ax: "Axes", size: float) -> int:
    """How many letters of a size stand beside each other above an Axes."""
    figure: Any = ax.get_figure()
    # before the layout is made an Axes alone takes .775 of the figure, and matplotlib's own breaking of lines is blind
    # to what stands beside it
    inches = min(1.0, ax.get_position().width / 0.775) * figure.get_figwidth() - 0.3
    if ax.axison:
        inches -= max(0.3, label_width([label.get_text() for label in ax.get_yticklabels()]))
    return max(40, int(72 * inches / (_WIDE * size)))


def label_width(texts: Sequence[str], size: float = NOTE) -> float:
    """How many inches the longest of some labels is wide, about."""
    return max(map(len, texts), default=0) * _WIDE * size / 72


def legend_above(ax: "Axes", columns: int = 3, *, backwards: bool = False, handles: Sequence[Any] = ()) -> int:
    """A legend between the Axes and its head, where it covers nothing; returns its rows."""
    marks, labels = ax.get_legend_handles_labels()
    if handles:
        marks, labels = list(handles), [one.get_label() for one in handles]
    step = -1 if backwards else 1
    ax.legend(
        marks[::step], labels[::step], title="", frameon=False, loc="lower left", bbox_to_anchor=(0, 1),
        ncols=columns, fontsize=NOTE, borderpad=0.1, borderaxespad=0.3, columnspacing=1.4,
    )  # fmt: skip
    return -(-len(labels) // columns)


def scale_bar(ax: "Axes", lang: str) -> Any:
    """The colour bar of a heat map in the letters of the figure; None where it has none."""
    bar = ax.collections[0].colorbar
    if bar is not None:
        number_ticks(bar.ax.yaxis, lang)
        bar.ax.tick_params(labelsize=NOTE)
        bar.ax.yaxis.label.set_fontsize(LABEL)
    return bar


def cell_names(ax: "Axes", rows: Sequence[str], columns: Sequence[str]) -> None:
    """What stands beside the rows of a heat map, and slanting below its columns."""
    ax.set_yticks(np.arange(len(rows)) + 0.5, rows, rotation=0, fontsize=NOTE)
    ax.set_xticks(
        np.arange(len(columns)) + 0.5, columns, rotation=45, ha="right", rotation_mode="anchor", fontsize=NOTE
    )


def sentences(*parts: str) -> str:
    """A note of several remarks, each as a sentence; empty ones are left out.

    >>> sentences("hollow: few posts", "", "n = 12 posts.")
    'Hollow: few posts. n = 12 posts.'
    """
    return " ".join(
        (part if re.match(r"n\b", part) else part[0].upper() + part[1:]) + "." * (not part.endswith("."))
        for part in parts
        if part
    )


def line_of(words: Mapping[str, str], confidence: float, over: str = "bootstrap") -> str:
    """That the lines are intervals, and which; ``confidence`` and ``over`` as in :func:`interval`."""
    return words["line"].format(interval=interval(words, confidence, over))


def lines_of(rows: "pd.DataFrame", words: Mapping[str, str], confidence: float) -> str:
    """What the lines of a table with share and ci_low are, and why some may be missing."""
    lacking = rows["share"].notna() & rows["ci_low"].isna()
    return sentences(line_of(words, confidence), words["no_line"] if lacking.any() else "")


def interval(words: Mapping[str, str], confidence: float, over: str = "bootstrap") -> str:
    """Which interval is drawn. ``over``: the key of its words, "bootstrap" (over posts) or "bootstrap_documents"."""
    if not 0 < confidence < 1:
        raise InputError(f"confidence is {confidence}; give the share that the intervals were made with, as 0.95.")
    return words[over].format(level=f"{100 * confidence:g}".replace(".", words["decimal"]))


def number(value: float, lang: str, digits: int = 0) -> str:
    """A number as :func:`toolkit.display.numbers.number` writes it, and a dash for a missing one.

    >>> number(12345.6, "en", 1), number(0.5, "es", 2), number(1234, "it"), number(float("nan"), "it")
    ('12,345.6', '0,50', '1.234', '–')
    """
    return in_language(value, lang, digits) or "–"


def percent(share: float, lang: str, digits: int = 0) -> str:
    """A share (0-1) in percent.

    >>> percent(0.667, "en"), percent(0.0525, "es", 1)
    ('67 %', '5,2 %')
    """
    return "–" if np.isnan(share) else f"{number(100 * share, lang, digits)} %"


def number_ticks(axis: "Axis", lang: str, most: int = 7) -> None:
    """Round numbers at an axis, ``most`` or fewer steps, as a language writes them with the decimals they need."""
    from matplotlib.ticker import AutoLocator, MaxNLocator

    if isinstance(axis.get_major_locator(), AutoLocator):
        axis.set_major_locator(MaxNLocator(most, steps=_STEPS))
    write_ticks(axis, lang)


def write_ticks(axis: "Axis", lang: str, write: Callable[[float, str, int], str] = number) -> None:
    """The numbers at an axis as ``write`` gives them for a value, a language and the decimals that all of them need."""
    from matplotlib.ticker import Formatter

    class Ticks(Formatter):
        def format_ticks(self, values: Sequence[float]) -> list[str]:
            return [write(value, lang, _digits(values)) for value in values]

        def __call__(self, value: float, pos: int | None = None) -> str:
            return write(value, lang, _digits([value]))

    axis.set_major_formatter(Ticks())


def _digits(ticks: Sequence[float]) -> int:
    """The fewest decimals that tell all ticks apart: up to four, of numbers below .001 as many as show two digits.

    >>> _digits([0, 5, 10]), _digits([0, 0.25, 0.5]), _digits([0, 0.00002, 0.00004])
    (0, 2, 5)
    """
    largest = max((abs(tick) for tick in ticks), default=0.0)
    small = 0 < largest < 1e-3
    most = min(1 - math.floor(math.log10(largest)), 12) if small else 4
    near = 1e-9 * largest if small else 1e-9
    exact = (digits for digits in range(most) if all(abs(tick - round(tick, digits)) < near for tick in ticks))
    return next(exact, most)
