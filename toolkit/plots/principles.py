"""Figures of principles: shares, stances, themes x principles."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from toolkit.errors import InputError
from toolkit.plots.style import STANCE_COLOURS, axes, colour, named, plain, quiet
from toolkit.tables import STANCES, check

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["principle_shares", "stances", "theme_principles"]


def principle_shares(table: "pd.DataFrame", names: Mapping[str, str] | None = None, ax: "Axes | None" = None) -> "Axes":
    """Share of passages per principle and language, with intervals: the principles table.

    ``names``: what to write for each code. The order is that of the share in all languages together.
    """
    import seaborn

    table = check("principles", table)
    every = table[table["lang"] == "all"].sort_values("share", ascending=False, kind="stable")
    langs = [lang for lang in dict.fromkeys(table["lang"]) if lang != "all"]
    ax = axes(ax, 8, 0.36 * len(every) + 1.2)
    places = {code: row for row, code in enumerate(every["code"])}
    shown = table[table["lang"].isin(langs)].copy()
    shift = {lang: 0.16 * (number - (len(langs) - 1) / 2) * 2 for number, lang in enumerate(langs)}
    shown["y"] = shown["code"].map(places) + shown["lang"].map(shift)
    shown["percent"] = 100 * shown["share"]
    for lang in langs:
        part = shown[shown["lang"] == lang]
        ax.hlines(
            part["y"],
            100 * part["ci_low"],
            100 * part["ci_high"],
            color=colour(lang),
            alpha=0.55,
            linewidth=2.2,
        )
    seaborn.scatterplot(
        shown,
        x="percent",
        y="y",
        hue="lang",
        style="lang",
        palette={lang: colour(lang) for lang in langs},
        s=46,
        clip_on=False,
        ax=ax,
    )
    counts = shown.groupby("lang", sort=False)["n"].first()
    handles, labels = ax.get_legend_handles_labels()
    ax.legend(
        handles,
        [f"{label} (n = {counts[label]:,})" for label in labels],
        title="",
        frameon=False,
        loc="lower right",
    )
    ax.set_yticks(range(len(every)), named(every["code"].tolist(), names))
    ax.invert_yaxis()
    ax.set_xlim(left=0)
    ax.set(xlabel="% of passages, with bootstrap interval over posts", ylabel="")
    quiet(ax)
    return ax


def stances(table: "pd.DataFrame", names: Mapping[str, str] | None = None, ax: "Axes | None" = None) -> "Axes":
    """How passages stand towards each principle: the stances table, languages added up."""
    table = check("stances", table)
    wide = table.pivot_table(index="code", columns="stance", values="count", aggfunc="sum", sort=False)
    wide = wide.reindex(columns=list(STANCES), fill_value=0)
    wide = wide.loc[wide.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    ax = axes(ax, 8, 0.32 * len(wide) + 1.2)
    left = np.zeros(len(wide))
    for stance in STANCES:
        values = wide[stance].to_numpy(dtype=float)
        ax.barh(range(len(wide)), values, left=left, color=STANCE_COLOURS[stance], label=stance, height=0.72)
        left += values
    for row, total in enumerate(left):
        ax.text(total + max(left.max(), 1) * 0.01, row, f"{total:.0f}", va="center", fontsize=8, color="#555555")
    ax.set_yticks(range(len(wide)), named(wide.index.tolist(), names))
    ax.invert_yaxis()
    ax.legend(title="", frameon=False, loc="lower right")
    ax.set(xlabel="coded passages", ylabel="")
    quiet(ax)
    return ax


def theme_principles(
    table: "pd.DataFrame",
    names: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Themes x principles as a heat map: the theme_principles table.

    A cell shows the share in percent; its colour is the lift (1 white: as usual; blue less, red more), a frame
    marks p < .05 of the permutation test, uncorrected. ``names`` of codes, ``labels`` of topics.
    """
    import seaborn

    table = check("theme_principles", table)
    topics, codes = list(dict.fromkeys(table["topic"])), list(dict.fromkeys(table["code"]))
    if not topics:
        raise InputError("theme_principles: the table is empty; no theme was found.")
    share, lift, p_value = (
        table.pivot(index="topic", columns="code", values=value).reindex(index=topics, columns=codes)
        for value in ("share", "lift", "p_value")
    )
    ax = axes(ax, 0.62 * len(codes) + 4.6, 0.42 * len(topics) + 2.4)
    # a code that never occurs has no lift: white, like any code at its usual share
    tint = np.nan_to_num(np.log2(lift.to_numpy(dtype=float).clip(0.25, 4)))
    text = share.map(
        lambda value: f"{100 * value:.0f}" if value >= 0.095 or value == 0 else f"{100 * value:.1f}"
    ).to_numpy()
    seaborn.heatmap(
        tint, annot=text, fmt="", cmap="RdBu_r", vmin=-2, vmax=2, ax=ax, linewidths=0.6, linecolor="white",
        annot_kws={"fontsize": 8}, cbar_kws={"label": "lift", "shrink": 0.7},
    )  # fmt: skip
    bar = ax.collections[0].colorbar
    if bar is not None:
        bar.set_ticks([-2, -1, 0, 1, 2], labels=["≤ ¼", "½", "1", "2", "≥ 4"])
    _frame(ax, p_value.to_numpy(dtype=float) < 0.05)
    rows = [f"{topic}  {plain((labels or {}).get(topic, ''), 56)}" for topic in topics]
    ax.set_yticks(np.arange(len(topics)) + 0.5, rows, rotation=0)
    ax.set_xticks(np.arange(len(codes)) + 0.5, named(codes, names), rotation=45, ha="right", rotation_mode="anchor")
    ax.set(xlabel="", ylabel="", title="% of the theme's passages; framed: p < .05, uncorrected")
    ax.title.set_fontsize(9)
    return ax


def _frame(ax: "Axes", where: np.ndarray) -> None:
    from matplotlib.patches import Rectangle

    for row, column in np.argwhere(where):
        ax.add_patch(Rectangle((column, row), 1, 1, fill=False, edgecolor="#222222", linewidth=1.4, clip_on=False))
