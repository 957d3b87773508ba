"""Figures of an agreement table: codes with intervals, agreement over time, pairs of coders."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from toolkit.errors import InputError
from toolkit.plots.style import axes, named, plain, quiet
from toolkit.tables import check

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["agreement_codes", "agreement_drift", "coder_pairs"]

#: Okabe & Ito (2008), as in toolkit.plots.style.
_POINT = "#0072B2"
_LINES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
#: Krippendorff (2004), Content Analysis, 2nd ed., p. 241: rely on what is above the one, draw tentative conclusions
#: from what is between the two.
_CUTS = (0.667, 0.8)
#: What is drawn where no measure is named: the first that the table has.
_MAIN = ("alpha_nominal", "u_alpha", "alpha_masi", "f1", "f1_overlap")
_NAMES = {
    "alpha_nominal": "Krippendorff's alpha",
    "alpha_ordinal": "Krippendorff's alpha, ordinal",
    "alpha_masi": "alpha for sets (MASI)",
    "alpha_jaccard": "alpha for sets (Jaccard)",
    "u_alpha": "unitizing alpha",
    "cohen_kappa": "Cohen's kappa",
    "fleiss_kappa": "Fleiss' kappa",
    "gwet_ac1": "Gwet's AC1",
    "f1": "F1",
    "f1_exact": "F1 of stretches, exact",
    "f1_overlap": "F1 of stretches, overlapping",
    "percent": "share of units with the same codes",
    "codes_per_unit": "codes per unit",
}


def agreement_codes(
    table: "pd.DataFrame",
    measure: str | None = None,
    names: Mapping[str, str] | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """A measure of each code with its interval, best first: the agreement table.

    ``measure``: by default Krippendorff's alpha, or unitizing alpha. In brackets: how often the code was given,
    where the table says so. Lines at .667 and .800 for alphas (Krippendorff 2004, p. 241). Codes without a value stand
    at the end.
    """
    table = check("agreement", table)
    part = table[(table["by"] == "code") & table["code"].notna()]
    measure = _measure(part, measure, "agreement_codes")
    values = part[part["measure"] == measure].sort_values("value", ascending=False, kind="stable", na_position="last")
    rate = part[part["measure"] == "rate"].set_index("code")["value"].reindex(values["code"])
    ax = axes(ax, 8, 0.36 * len(values) + 1.4)
    rows = np.arange(len(values))
    _cuts(ax, measure, vertical=True)
    ax.hlines(rows, values["ci_low"], values["ci_high"], color=_POINT, alpha=0.55, linewidth=2.4)
    ax.plot(values["value"], rows, "o", color=_POINT, markersize=6, clip_on=False)
    labels = named(values["code"].tolist(), names)
    shares = [f"  ({share:.1%})" if share == share else "" for share in rate]
    ax.set_yticks(rows, [label + share for label, share in zip(labels, shares, strict=True)])
    for row in rows[values["value"].isna()]:
        ax.text(0.01, row, "undefined", va="center", color="#555555", fontsize=9)
    ax.set_xlim(min(0, np.floor(10 * np.nanmin([0, *values["ci_low"], *values["value"]])) / 10), 1)
    ax.set_ylim(len(values) - 0.5, -0.5)
    said = " (in brackets: share of the code)" if rate.notna().any() else ""
    ax.set(xlabel=f"{_named(measure)} with interval{said}", ylabel="")
    quiet(ax)
    return ax


def agreement_drift(table: "pd.DataFrame", measure: str | None = None, ax: "Axes | None" = None) -> "Axes":
    """A measure over periods of time with its intervals: the agreement table.

    ``measure``: by default alpha; "codes_per_unit" draws a line for each coder, whose periods are of equally many
    units of their own.
    """
    table = check("agreement", table)
    part = table[(table["by"] == "period") & table["of"].str.match(r"\d+: ").fillna(False).astype(bool)]
    measure = _measure(part, measure, "agreement_drift")
    part = part[part["measure"] == measure]
    part = part.assign(number=part["of"].str.split(":").str[0].astype(int))
    groups = list(part.groupby("coders", sort=True))
    ax = axes(ax, 7.5, 4)
    _cuts(ax, measure, vertical=False)
    for place, (coders, own) in enumerate(groups):
        # intervals of several coders beside each other
        at = own["number"] + (place - (len(groups) - 1) / 2) * 0.06
        colour = _LINES[place % len(_LINES)]
        ax.vlines(at, own["ci_low"], own["ci_high"], color=colour, alpha=0.5, linewidth=2.2)
        ax.plot(at, own["value"], "o-", color=colour, markersize=5, linewidth=1.2, label=plain(str(coders)))
    first = groups[0][1]
    times = [text.split(": ", 1)[1].split(" to ")[0][:16].replace(" ", "\n") for text in first["of"]]
    labels = [f"{number}\n{time}" for number, time in zip(first["number"], times, strict=True)]
    ax.set_xticks(sorted(set(part["number"])))
    if len(groups) == 1:
        ax.set_xticks(first["number"], labels)
    else:
        ax.legend(title="", frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, fontsize=9)
    what = "period, and when it began (UTC)" if len(groups) == 1 else "period of the coder's own work"
    ax.set(xlabel=what, ylabel=_named(measure))
    quiet(ax)
    ax.grid(axis="x", visible=False)
    ax.grid(axis="y", color="#dddddd", linewidth=0.6)
    return ax


def coder_pairs(table: "pd.DataFrame", measure: str | None = None, ax: "Axes | None" = None) -> "Axes":
    """A measure of each pair of coders as a heat map: the agreement table.

    A cell shows the value and, below it, how many units both judged; pairs that share nothing are empty. ``measure``:
    by default alpha.
    """
    import seaborn

    table = check("agreement", table)
    part = table[(table["by"] == "coders") & table["code"].isna()]
    measure = _measure(part, measure, "coder_pairs")
    part = part[part["measure"] == measure]
    ends = part["coders"].str.split(" | ", regex=False)
    coders = sorted({name for pair in ends for name in pair})
    values, text = np.full((len(coders),) * 2, np.nan), np.full((len(coders),) * 2, "", dtype=object)
    for (one, other), value, n in zip(ends, part["value"], part["n"], strict=True):
        for row, column in ((one, other), (other, one)):
            place = coders.index(row), coders.index(column)
            values[place] = value
            text[place] = f"{value:.2f}\n{n:,}" if value == value else f"–\n{n:,}"
    ax = axes(ax, 1.0 * len(coders) + 2.6, 0.75 * len(coders) + 1.6)
    seaborn.heatmap(
        values, annot=text, fmt="", cmap="Blues", vmin=min(0, np.nanmin([0, *part["value"]])), vmax=1, ax=ax,
        linewidths=0.6, linecolor="white", annot_kws={"fontsize": 9}, cbar_kws={"label": _named(measure)},
    )  # fmt: skip
    ax.set_xticks(np.arange(len(coders)) + 0.5, [plain(name, 18) for name in coders], rotation=30, ha="right")
    ax.set_yticks(np.arange(len(coders)) + 0.5, [plain(name, 18) for name in coders], rotation=0)
    ax.set(xlabel="value, and units that both judged", ylabel="")
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


def _named(measure: str) -> str:
    return _NAMES.get(measure, measure.replace("_", " "))


def _cuts(ax: "Axes", measure: str, *, vertical: bool) -> None:
    if "alpha" in measure:
        for cut in _CUTS:
            line = ax.axvline if vertical else ax.axhline
            line(cut, color="#888888", linewidth=1, linestyle="--")
