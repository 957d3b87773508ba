"""What all figures share: colours, axes, titles, numbers of a language, labels from untrusted text."""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from toolkit.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

__all__ = [
    "LANGUAGE_COLOURS", "STANCE_COLOURS", "axes", "colour", "hatch", "interval", "language", "legend_above", "marker",
    "named", "needs", "number", "number_ticks", "percent", "plain", "quiet", "titled",
]  # fmt: skip

#: Okabe & Ito (2008): told apart by colour-blind readers and in print.
LANGUAGE_COLOURS = {"es": "#0072B2", "it": "#D55E00", "en": "#009E73", "all": "#555555", "joint": "#555555"}
STANCE_COLOURS = {"endorses": "#009E73", "breach": "#D55E00", "rejects": "#CC79A7", "mentions": "#BBBBBB"}
#: In grey print the colours are nearly one: shape and hatching tell them apart there.
_MARKERS = {"es": "o", "it": "s", "en": "^", "all": "D", "joint": "D"}
_HATCHES = {"it": "////", "en": "....", "breach": "////", "rejects": "xxxx", "mentions": "...."}
#: Points of the smallest legend, and of one of its rows with the space around it.
_LEGEND, _LEGEND_ROW = 9, 15


def axes(ax: "Axes | None", width: float, height: float) -> "Axes":
    """The Axes given, or one on a new figure that no window manager holds on to."""
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.figure(figsize=(width, height), layout="constrained").add_subplot()


def needs(figure: str, table: "pd.DataFrame", columns: Sequence[str] = ()) -> "pd.DataFrame":
    """The table with rows numbered anew; :class:`InputError` where it is empty or lacks one of the columns."""
    absent = [column for column in columns if column not in table]
    if absent:
        shown = ", ".join(map(str, table.columns)) or "none"
        raise InputError(
            f"{figure}: the column '{absent[0]}' is missing; the table has {shown}, and needs {', '.join(columns)}."
        )
    if table.empty:
        raise InputError(f"{figure}: the table is empty; give one with at least one row.")
    return table.reset_index(drop=True)


def named(codes: Sequence[str], names: Mapping[str, str] | None) -> list[str]:
    """What to write for codes."""
    return [plain((names or {}).get(code, code)) for code in codes]


def plain(text: str, most: int = 46) -> str:
    """A label from untrusted text: no mathematics mode, no line breaks, not too long."""
    text = " ".join(text.split()).replace("$", r"\$")
    return text if len(text) <= most else text[: most - 1] + "…"


def language(code: object, words: Mapping[str, str]) -> str:
    """The name of a language or model in the words of a figure; others stay as they are."""
    return words[str(code)] if str(code) in LANGUAGE_COLOURS else plain(str(code), 20)


def quiet(ax: "Axes") -> None:
    """No frame, a pale grid for the values."""
    import seaborn

    seaborn.despine(ax=ax, left=True)
    ax.grid(axis="x", color="#dddddd", linewidth=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(axis="y", length=0)


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


def titled(ax: "Axes", title: str, size: float = 10, legend_rows: int = 0) -> None:
    """The title, its lines broken to the width of the Axes, above as many rows of a legend.

    It stands in the place of ``ax.set_title``, so that whoever sets another title replaces it.
    """
    figure: Any = ax.get_figure()
    # names beside the Axes take up to a third of its room, and a letter is .55 of its height wide on average:
    # matplotlib's own breaking of lines is blind to both, and lets its layout collapse
    letters = int(72 * 0.85 * ax.get_position().width * figure.get_figwidth() / (0.55 * size))
    lines = [fill(line, max(24, letters)) for line in title.splitlines()]
    pad = 6 + _LEGEND_ROW * legend_rows + 3 * bool(legend_rows)
    ax.set_title("\n".join(lines), fontsize=size, pad=pad)


def legend_above(ax: "Axes", columns: int = 3, *, backwards: bool = False) -> int:
    """A legend between the Axes and the title, where it covers nothing; returns its rows."""
    handles, labels = ax.get_legend_handles_labels()
    step = -1 if backwards else 1
    ax.legend(
        handles[::step], labels[::step], title="", frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0),
        ncols=columns, fontsize=_LEGEND, borderaxespad=0.2, columnspacing=1.4,
    )  # fmt: skip
    return -(-len(labels) // columns)


def interval(words: Mapping[str, str], confidence: float, over: str = "bootstrap") -> str:
    """Which interval is drawn. ``over``: the key of its words, "bootstrap" (over posts) or "bootstrap_documents"."""
    if not 0 < confidence < 1:
        raise InputError(f"confidence is {confidence}; give the share that the intervals were made with, as 0.95.")
    return words[over].format(level=f"{100 * confidence:g}".replace(".", words["decimal"]))


def number(value: float, lang: str, digits: int = 0) -> str:
    """A number as a language writes it: 1,234.5 in English, 1 234,5 in Spanish, 1.234,5 in Italian.

    A dash for a missing number.

    >>> number(12345.6, "en", 1), number(0.5, "es", 2), number(1234, "it"), number(float("nan"), "it")
    ('12,345.6', '0,50', '1.234', '–')
    """
    if np.isnan(value):
        return "–"
    written = f"{value:,.{digits}f}".replace("-", "−")
    if lang == "en":
        return written
    # in Spanish a narrow space that does not break (Real Academia Española, Ortografía de la lengua española, 2010)
    thousands = "\u202f" if lang == "es" else "."
    return written.replace(".", "\n").replace(",", thousands).replace("\n", ",")


def percent(share: float, lang: str, digits: int = 0) -> str:
    """A share (0-1) in percent.

    >>> percent(0.667, "en"), percent(0.0525, "es", 1)
    ('67 %', '5,2 %')
    """
    return "–" if np.isnan(share) else f"{number(100 * share, lang, digits)} %"


def number_ticks(axis: "Axis", lang: str) -> None:
    """Numbers at an axis as a language writes them, with as many decimals as they need."""
    from matplotlib.ticker import Formatter

    class Ticks(Formatter):
        def format_ticks(self, values: Sequence[float]) -> list[str]:
            return [number(value, lang, _digits(values)) for value in values]

        def __call__(self, value: float, pos: int | None = None) -> str:
            return number(value, lang, _digits([value]))

    axis.set_major_formatter(Ticks())


def _digits(ticks: Sequence[float]) -> int:
    """The fewest decimals, up to four, that tell all ticks apart."""
    exact = (digits for digits in range(4) if all(abs(tick - round(tick, digits)) < 1e-9 for tick in ticks))
    return next(exact, 4)
