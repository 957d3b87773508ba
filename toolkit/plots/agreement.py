"""Figures of an agreement table: codes with intervals, agreement over time, pairs of coders."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from toolkit.errors import InputError
from toolkit.plots.panels import beside
from toolkit.plots.style import (
    BLUE,
    GREY,
    LINES,
    MARKERS,
    NOTE,
    SERIES,
    axes,
    head,
    legend_above,
    line_of,
    named,
    needs,
    number,
    number_ticks,
    percent,
    plain,
    quiet,
    scale_bar,
    sentences,
)
from toolkit.plots.words import figure_words
from toolkit.reliability.explain import words as measure_words
from toolkit.tables import check

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["agreement_codes", "agreement_drift", "coder_pairs"]

#: Krippendorff (2004), Content Analysis, 2nd ed., p. 241: rely on what is above the one, draw tentative conclusions
#: from what is between the two.
_CUTS = (0.667, 0.8)
#: What is drawn where no measure is named: the first that the table has.
_MAIN = ("alpha_nominal", "u_alpha", "alpha_masi", "f1", "f1_overlap")


def agreement_codes(
    table: "pd.DataFrame",
    measure: str | None = None,
    names: Mapping[str, str] | None = None,
    ax: "Axes | None" = None,
    *,
    lang: str = "en",
    confidence: float = 0.95,
) -> "Axes":
    """A measure of each code with its interval, best first: the agreement table.

    ``measure``: by default Krippendorff's alpha, or unitizing alpha. In brackets: how often the code was given,
    where the table says so. Lines at .667 and .800 for alphas (Krippendorff 2004, p. 241). Codes without a value stand
    at the end. ``names``: what to write for each code; ``lang`` of the figure's own words ("en", "es", "it");
    ``confidence``: what the intervals were made with, as it is written.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"measure": "alpha_nominal", "code": ["listening", "community"], "by": "code",
    ...     "coders": "all", "value": [0.81, 0.55], "ci_low": [0.7, 0.4], "ci_high": [0.9, 0.7], "n": 150,
    ...     "documents": 9})
    >>> axes = agreement_codes(table, names={"listening": "Escuchar"}, lang="es")
    >>> [label.get_text() for label in axes.get_yticklabels()]
    ['Escuchar', 'community']
    """
    table = check("agreement", table)
    part = table[(table["by"] == "code") & table["code"].notna()]
    measure = _measure(part, measure, "agreement_codes")
    needs("agreement_codes", part, once=["measure", "code"])
    values = part[part["measure"] == measure].sort_values("value", ascending=False, kind="stable", na_position="last")
    rate = part[part["measure"] == "rate"].set_index("code")["value"].reindex(values["code"])
    words = figure_words("agreement", lang)
    ax = axes(ax, 8, 0.36 * len(values) + 1.8)
    rows = np.arange(len(values))
    _cuts(ax, measure, vertical=True)
    ax.hlines(rows, values["ci_low"], values["ci_high"], color=BLUE, alpha=0.55, linewidth=2.4)
    ax.plot(values["value"], rows, "o", color=BLUE, markersize=6, clip_on=False)
    labels = named(values["code"].tolist(), names)
    shares = [f"  ({percent(share, lang, 1)})" if share == share else "" for share in rate]
    ax.set_yticks(rows, [label + share for label, share in zip(labels, shares, strict=True)])
    for row in rows[values["value"].isna()]:
        ax.text(0.01, row, words["undefined"], va="center", color=GREY, fontsize=NOTE)
    ax.set_xlim(min(0, np.floor(10 * np.nanmin([0, *values["ci_low"], *values["value"]])) / 10), 1)
    ax.set_ylim(len(values) - 0.5, -0.5)
    ax.set(xlabel=_named(measure, lang), ylabel="")
    number_ticks(ax.xaxis, lang)
    quiet(ax)
    note = sentences(
        line_of(words, confidence, "bootstrap_documents"),
        words["code_share"] if rate.notna().any() else "",
        words["cuts"] if _has_cuts(measure) else "",
    )
    head(ax, words["title_codes"].format(n=_span(values["n"], lang)), note)
    return ax


def agreement_drift(
    table: "pd.DataFrame",
    measure: str | None = None,
    ax: "Axes | None" = None,
    *,
    lang: str = "en",
    confidence: float = 0.95,
) -> "Axes":
    """A measure over periods of time with its intervals: the agreement table.

    ``measure``: by default alpha; "codes_per_unit" draws a line for each coder, whose periods are of equally many
    units of their own. ``lang``, ``confidence`` as in :func:`agreement_codes`.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"measure": "alpha_nominal", "by": "period", "of": ["1: 2016-03-01", "2: 2016-04-01"],
    ...     "coders": "all", "value": [0.7, 0.6], "ci_low": [0.6, 0.5], "ci_high": [0.8, 0.8], "n": 90, "documents": 9})
    >>> axes = agreement_drift(table)
    >>> axes.get_title()
    'Agreement over time'
    """
    table = check("agreement", table)
    part = table[(table["by"] == "period") & table["of"].str.match(r"\d+: ").fillna(False).astype(bool)]
    measure = _measure(part, measure, "agreement_drift")
    part = needs("agreement_drift", part[part["measure"] == measure], once=["coders", "of"])
    part = part.assign(place=part["of"].str.split(":").str[0].astype(int)).sort_values("place", kind="stable")
    groups = list(part.groupby("coders", sort=True))
    words = figure_words("agreement", lang)
    ax = axes(ax, 7.5, 4.4)
    _cuts(ax, measure, vertical=False)
    handles: list[Any] = []
    # intervals of several coders beside each other
    for place, (away, (coders, own)) in enumerate(zip(beside(len(groups), 0.06, 0.8), groups, strict=True)):
        at = own["place"] + away
        colour = SERIES[place % len(SERIES)]
        ax.vlines(at, own["ci_low"], own["ci_high"], color=colour, alpha=0.5, linewidth=2.2)
        handles += ax.plot(
            at, own["value"], color=colour, marker=MARKERS[place % len(MARKERS)], markersize=5, linewidth=1.2,
            linestyle=LINES[place % len(LINES)], label=plain(str(coders), 30),
        )  # fmt: skip
    ax.set_xticks(sorted(set(part["place"])))
    if len(groups) == 1:
        first = groups[0][1]
        times = [text.split(": ", 1)[1].split(" to ")[0][:16].replace(" ", "\n") for text in first["of"]]
        counts = [number(n, lang) for n in first["n"]]
        rows = zip(first["place"], times, counts, strict=True)
        ax.set_xticks(first["place"], [f"{one}\n{time}\nn = {n}" for one, time, n in rows])
        what, each, above = words["period"], "", 0
    else:
        what, each = words["own_period"], words["units_each"].format(n=_span(part["n"], lang))
        # a legend that is left to itself leaves out names that begin with _
        above = legend_above(ax, handles=handles)
    ax.set(xlabel=what, ylabel=_named(measure, lang))
    number_ticks(ax.yaxis, lang)
    quiet(ax, "y")
    over = line_of(words, confidence, "bootstrap_documents")
    note = sentences(each, over, words["cuts"] if _has_cuts(measure) else "")
    head(ax, words["title_rate" if measure == "codes_per_unit" else "title_drift"], note, above)
    return ax


def coder_pairs(
    table: "pd.DataFrame", measure: str | None = None, ax: "Axes | None" = None, *, lang: str = "en"
) -> "Axes":
    """A measure of each pair of coders as a heat map: the agreement table.

    A cell shows the value and, below it, how many units both judged; pairs that share nothing are empty. ``measure``:
    by default alpha. ``lang`` of the figure's own words ("en", "es", "it"). The intervals stand in the table alone.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"measure": "alpha_nominal", "by": "coders", "coders": ["first | second", "first | third"],
    ...     "value": [0.75, 0.6], "n": [150, 90], "documents": 9})
    >>> axes = coder_pairs(table)
    >>> [label.get_text() for label in axes.get_yticklabels()]
    ['first', 'second', 'third']
    """
    import seaborn

    table = check("agreement", table)
    part = table[(table["by"] == "coders") & table["code"].isna()]
    words = figure_words("agreement", lang)
    measure = _measure(part, measure, "coder_pairs")
    part = needs("coder_pairs", part[part["measure"] == measure], once=["coders"])
    ends = part["coders"].str.split(" | ", regex=False)
    coders = sorted({name for pair in ends for name in pair})
    values, text = np.full((len(coders),) * 2, np.nan), np.full((len(coders),) * 2, "", dtype=object)
    for (one, other), value, n in zip(ends, part["value"], part["n"], strict=True):
        for row, column in ((one, other), (other, one)):
            place = coders.index(row), coders.index(column)
            values[place] = value
            text[place] = f"{number(value, lang, 2)}\n{number(n, lang)}"
    ax = axes(ax, max(len(coders) + 3.0, 5.5), max(0.75 * len(coders) + 2.0, 3.6))
    seaborn.heatmap(
        values, annot=text, fmt="", cmap="Blues", vmin=min(0, np.nanmin([0, *part["value"]])), vmax=1, ax=ax,
        linewidths=0.6, linecolor="white", annot_kws={"fontsize": NOTE}, cbar_kws={"label": _named(measure, lang)},
    )  # fmt: skip
    scale_bar(ax, lang)
    ax.set_xticks(
        np.arange(len(coders)) + 0.5, [plain(name, 18) for name in coders], rotation=30, ha="right", fontsize=NOTE
    )
    ax.set_yticks(np.arange(len(coders)) + 0.5, [plain(name, 18) for name in coders], rotation=0, fontsize=NOTE)
    ax.set(xlabel="", ylabel="")
    head(ax, words["title_pairs"], sentences(words["pair"]))
    return ax


def _measure(part: "pd.DataFrame", measure: str | None, figure: str) -> str:
    """The measure asked for, or the first of the main ones that is there."""
    there = list(dict.fromkeys(part["measure"]))
    if not there:
        raise InputError(f"{figure}: the table has no such rows; compute agreement with them in 'by'.")
    if measure is None:
        return next((name for name in _MAIN if name in there), there[0])
    if measure not in there:
        raise InputError(f"{figure}: the table has no '{measure}' here; it has {', '.join(there)}.")
    return measure


def _named(measure: str, lang: str) -> str:
    """The name of a measure; one that is not known is written as the table has it."""
    known = measure_words(lang)["measures"]
    return str(known[measure]["name"]) if measure in known else plain(measure.replace("_", " "))


def _span(counts: "pd.Series", lang: str) -> str:
    """One number, or from the smallest to the largest."""
    return "–".join(number(n, lang) for n in sorted({counts.min(), counts.max()}))


def _has_cuts(measure: str) -> bool:
    return "alpha" in measure


def _cuts(ax: "Axes", measure: str, *, vertical: bool) -> None:
    if _has_cuts(measure):
        for cut in _CUTS:
            line = ax.axvline if vertical else ax.axhline
            line(cut, color="#888888", linewidth=1, linestyle="--")
