"""Figures of an evaluation: F1 by code, confusions, reliability of probabilities."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from toolkit.errors import InputError
from toolkit.plots.style import axes, named, quiet
from toolkit.tables import check

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["code_f1", "confusion", "reliability"]

#: Okabe & Ito (2008), as in toolkit.plots.style.
_POINT, _BASE = "#0072B2", "#D55E00"
_NOTHING = "(none)"


def code_f1(table: "pd.DataFrame", names: Mapping[str, str] | None = None, ax: "Axes | None" = None) -> "Axes":
    """F1 of each code with its interval, best first, and its base rate where it is known: the evaluation_measures
    table. Beside each code stands how often it occurs in gold."""
    table = check("evaluation_measures", table)
    part = table[table["scope"] == "code"]
    f1 = part[part["measure"] == "f1"].sort_values("value", ascending=False, kind="stable")
    if not len(f1):
        raise InputError("code_f1: the table has no F1 of a code; give the 'measures' of an evaluation.")
    base = part[part["measure"] == "base_rate"].set_index("of")["value"].reindex(f1["of"])
    ax = axes(ax, 8, 0.36 * len(f1) + 1.4)
    rows = np.arange(len(f1))
    ax.hlines(rows, f1["ci_low"], f1["ci_high"], color=_POINT, alpha=0.55, linewidth=2.4)
    ax.plot(f1["value"], rows, "o", color=_POINT, markersize=6, label="F1 with interval", clip_on=False)
    if base.notna().any():
        ax.plot(base, rows, "|", color=_BASE, markersize=11, markeredgewidth=2, label="base rate", clip_on=False)
    mean = table[(table["scope"] == "all") & (table["measure"] == "f1_macro")]["value"]
    if len(mean) and mean.notna().all():
        ax.axvline(mean.iloc[0], color="#888888", linewidth=1, linestyle="--", label=f"macro-F1 {mean.iloc[0]:.2f}")
    counts = [f"{name}  ({n:,})" for name, n in zip(named(f1["of"].tolist(), names), f1["n"], strict=True)]
    ax.set_yticks(rows, counts)
    ax.invert_yaxis()
    ax.set_xlim(0, 1)
    ax.legend(title="", frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, fontsize=9)
    ax.set(xlabel="F1, with bootstrap interval over documents (in brackets: gold codes)", ylabel="")
    quiet(ax)
    return ax


def confusion(
    table: "pd.DataFrame", kind: str = "code", names: Mapping[str, str] | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Gold (rows) against predicted (columns) as a heat map: the evaluation_confusion table.

    A cell shows how often; its colour is the share of the row. The diagonal is right; "(none)": nothing in gold, or
    nothing given. ``kind``: "code" or "stance".
    """
    import seaborn

    table = check("evaluation_confusion", table)
    part = table[table["kind"] == kind]
    if not len(part):
        raise InputError(f"confusion: the table has no rows of kind '{kind}'; 'code' and 'stance' are known.")
    found = set(part["gold"]) | set(part["predicted"])
    # the order of the table is that of the codebook; what occurs only as predicted follows
    order = [name for name in dict.fromkeys([*part["gold"], *part["predicted"]]) if name != _NOTHING]
    rows = order + [_NOTHING] * (_NOTHING in set(part["gold"]))
    columns = order + [_NOTHING] * (_NOTHING in found and _NOTHING in set(part["predicted"]))
    counts, share = (
        part.pivot(index="gold", columns="predicted", values=value).reindex(index=rows, columns=columns).fillna(0)
        for value in ("n", "share")
    )
    ax = axes(ax, 0.56 * len(columns) + 3.6, 0.4 * len(rows) + 2.4)
    text = counts.map(lambda n: f"{int(n)}" if n else "").to_numpy()
    seaborn.heatmap(
        share.to_numpy(dtype=float), annot=text, fmt="", cmap="Blues", vmin=0, vmax=1, ax=ax, linewidths=0.6,
        linecolor="white", annot_kws={"fontsize": 8}, cbar_kws={"label": "share of the gold row", "shrink": 0.7},
    )  # fmt: skip
    ax.set_yticks(np.arange(len(rows)) + 0.5, named(rows, names), rotation=0)
    ax.set_xticks(np.arange(len(columns)) + 0.5, named(columns, names), rotation=45, ha="right", rotation_mode="anchor")
    ax.set(xlabel="given", ylabel="gold")
    return ax


def reliability(table: "pd.DataFrame", bins: str = "equal hits", ax: "Axes | None" = None) -> "Axes":
    """Observed share against probability: the evaluation_reliability table.

    On the diagonal probabilities are what they say; below it the coder is too sure. Bars are intervals over documents;
    the title has the units x codes of each bin, from the left. ``bins``: "equal hits" (as many expected hits
    in each) or "equal n" (as many units x codes in each).
    """
    table = check("evaluation_reliability", table)
    part = table[table["bins"] == bins]
    if not len(part):
        raise InputError(f"reliability: the table has no bins '{bins}'; it needs an evaluation with scores.")
    ax = axes(ax, 5.6, 5.2)
    ax.plot([0, 1], [0, 1], color="#888888", linewidth=1, linestyle="--", label="perfect")
    ax.vlines(part["mean"], part["ci_low"], part["ci_high"], color=_POINT, alpha=0.55, linewidth=2.2)
    ax.plot(part["mean"], part["observed"], "o-", color=_POINT, markersize=5, linewidth=1, label="observed")
    ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), xlabel="mean probability of the bin", ylabel="share right in gold")
    # beside the points the numbers would lie over each other: most bins are near 0
    counts = ", ".join(f"{n:,}" for n in part["n"])
    ax.set_title(f"{part['n'].sum():,} units x codes; n of the bins: {counts}", fontsize=7.5, wrap=True)
    ax.legend(title="", frameon=False, loc="upper left")
    quiet(ax)
    ax.grid(axis="y", color="#dddddd", linewidth=0.6)
    return ax
