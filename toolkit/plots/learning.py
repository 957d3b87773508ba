"""The figure of the learning loop: how good a machine is after so many coded documents, and how well people agree."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from toolkit.errors import InputError, suggestion
from toolkit.plots.style import (
    BLUE,
    GREY,
    VERMILION,
    axes,
    head,
    legend_above,
    line_of,
    needs,
    number,
    number_ticks,
    plain,
    quiet,
    sentences,
)
from toolkit.plots.words import figure_words
from toolkit.tables import check

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["learning_curve"]

_MACHINE, _PEOPLE, _WANTED = BLUE, VERMILION, GREY
#: The row of the table that is about people among themselves.
_BETWEEN = "people"


class _HasCurve(Protocol):
    curve: "pd.DataFrame"


def learning_curve(
    learning: "pd.DataFrame | _HasCurve",
    ax: "Axes | None" = None,
    measure: str = "f1_micro",
    width: float | None = None,
    *,
    lang: str = "en",
    confidence: float = 0.95,
) -> "Axes":
    """A measure of the machine against the documents it learnt from, with its interval as band: the learning_curve
    table, or what :func:`toolkit.learning.learn` returns.

    The axis of documents is logarithmic. The broken line is how well people agree with each other on the
    same items, in micro-F1, with its band; it is left out of other measures, which it cannot be compared with.
    ``width``: the width of interval that is wanted (upper minus lower limit, above 0), drawn as a bar beside the last
    point and with the same middle as its interval: where the band is no taller than the bar, it is narrow enough.
    ``lang`` of the figure's own words ("en", "es", "it"); ``confidence``: what the intervals were made with, as it is
    written.

    Raises :class:`InputError` for a measure the table does not have, a point of 0 documents, and a width that is none.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"documents": [5, 20, 80], "items": [200, 800, 3200], "annotations": [80, 300, 1200],
    ...     "measure": "f1_micro", "value": [0.2, 0.4, 0.5], "ci_low": [0.1, 0.3, 0.45], "ci_high": [0.3, 0.6, 0.55],
    ...     "n": 90})
    >>> axes = learning_curve(table, width=0.1)
    >>> axes.get_title(), axes.get_xscale()
    ('What the machine gains from more coded documents', 'log')
    """
    from matplotlib.ticker import FixedLocator, NullLocator

    table = check("learning_curve", getattr(learning, "curve", learning))
    known = [name for name in dict.fromkeys(table["measure"]) if name != _BETWEEN]
    if measure not in known:
        raise InputError(f"learning_curve: the table has no measure '{measure}'; {suggestion(measure, known)}")
    if width is not None and not 0 < width < 1:
        raise InputError(f"learning_curve: width is {width}; give the wanted width of the interval, between 0 and 1.")
    part = table[table["measure"] == measure].sort_values("documents", kind="stable")
    needs("learning_curve", part, once=["documents"])
    if part["documents"].min() < 1:
        raise InputError("learning_curve: a point rests on 0 documents, and their axis is logarithmic; leave it out.")
    words = figure_words("learning", lang)
    ax = axes(ax, 7.5, 4.6)
    name, documents = _called(measure, words), part["documents"].to_numpy()
    ax.fill_between(documents, part["ci_low"], part["ci_high"], color=_MACHINE, alpha=0.15, linewidth=0)
    # a band needs two points; the bars are there with one, too
    ax.vlines(documents, part["ci_low"], part["ci_high"], color=_MACHINE, alpha=0.55, linewidth=2.2)
    ax.plot(documents, part["value"], "o-", color=_MACHINE, markersize=5, linewidth=1.4, label=words["machine"])
    people = table[(table["measure"] == _BETWEEN) & table["value"].notna()]
    if measure == "f1_micro" and len(people):
        row = people.iloc[0]
        ax.axhspan(row["ci_low"], row["ci_high"], color=_PEOPLE, alpha=0.12, linewidth=0)
        ax.axhline(row["value"], color=_PEOPLE, linewidth=1.2, linestyle="--", label=words["people"])
    ax.set_xscale("log", base=2)
    # room for the first and last point, and for the bar
    ax.set_xlim(documents[0] / 1.15, documents[-1] * 1.15)
    if width is not None:
        last = part.iloc[-1]
        middle, at = (last["ci_low"] + last["ci_high"]) / 2, documents[-1] * 1.06
        told = words["wanted"].format(width=f"{width:g}".replace(".", words["decimal"]))
        ax.plot([at, at], [middle - width / 2, middle + width / 2], "-_", color=_WANTED, linewidth=1.6, markersize=9,
                label=told, clip_on=False)  # fmt: skip
    ax.xaxis.set_major_locator(FixedLocator(documents))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xticklabels([number(count, lang) for count in documents])
    ax.set_ylim(0, 1)
    held_out = words["held_out"].format(measure=name, n=number(part["n"].iloc[-1], lang))
    ax.set(xlabel=words["documents"], ylabel=name)
    number_ticks(ax.yaxis, lang)
    quiet(ax, "y")
    note = sentences(line_of(words, confidence, "bootstrap_documents"), held_out)
    head(ax, words["title"], note, legend_above(ax))
    return ax


def _called(measure: str, words: Mapping[str, str]) -> str:
    return words[measure] if measure in ("f1_micro", "f1_macro") else plain(measure.replace("_", " "))
