"""Figures of principles: shares, stances, themes x principles, principles by year, country and genre."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from toolkit.errors import InputError, suggestion
from toolkit.plots.style import STANCE_COLOURS, axes, colour, named, plain, quiet
from toolkit.plots.topics import FEW, themes_over_time
from toolkit.tables import STANCES, check

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = [
    "adjusted_shares",
    "principle_groups",
    "principle_shares",
    "principles_over_time",
    "stances",
    "theme_principles",
]


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
    marks q < .05: among the framed cells about one in twenty is expected to be there by chance. A dagger marks themes
    that lead passages in fewer than 10 posts. ``names`` of codes, ``labels`` of topics.
    """
    table = check("theme_principles", table)
    if table.empty:
        raise InputError("theme_principles: the table is empty; no theme was found.")
    few = set(table["topic"][table["posts"] < FEW])
    heads = {
        topic: f"{topic}{' †' if topic in few else ''}  {plain((labels or {}).get(topic, ''), 56)}"
        for topic in table["topic"]
    }
    note = f"; †: fewer than {FEW} posts" if few else ""
    return _heat(table, "topic", heads, names, f"% of the theme's passages; framed: q < .05{note}", ax)


def principle_groups(
    table: "pd.DataFrame", by: str, names: Mapping[str, str] | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Principles by country, genre ... as a heat map: the rows of the principles_by table with this ``by``.

    Cells, colours and frames as in :func:`theme_principles`; values of fewer than 10 posts have a dagger and no frame.
    """
    table = check("principles_by", table)
    there = list(dict.fromkeys(table["by"]))
    if by not in there:
        raise InputError(f"principle_groups: nothing by '{by}'; {suggestion(by, there)}")
    table = table[table["by"] == by]
    posts = table.drop_duplicates("value").set_index("value")["posts"]
    heads = {
        value: f"{plain(value, 40)} ({n} post{'s' if n != 1 else ''}){' †' if n < FEW else ''}"
        for value, n in posts.items()
    }
    note = f"; †: fewer than {FEW} posts, not tested" if (posts < FEW).any() else ""
    return _heat(table, "value", heads, names, f"% of passages by {by}; framed: q < .05{note}", ax)


def principles_over_time(
    table: "pd.DataFrame",
    codes: Sequence[str] | None = None,
    names: Mapping[str, str] | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Share of passages with each principle by year, with interval, small multiples: the principles_by table.

    ``codes`` : which, in this order; without it all, the most frequent first. A year of fewer than 10 posts is a hollow
    point with its number of posts.
    """
    table = check("principles_by", table)
    years = table[(table["by"] == "year") & table["value"].str.fullmatch(r"\d{4}")]
    if years.empty:
        raise InputError("principles_over_time: the table has no years; give posts with dates to principles_by.")
    totals = years.groupby("code", sort=False)["count"].sum().sort_values(ascending=False, kind="stable")
    for code in codes or ():
        if code not in totals:
            raise InputError(f"principles_over_time: no code '{code}'; {suggestion(code, totals.index)}")
    order = list(codes) if codes else totals.index.tolist()
    years = years[years["code"].isin(order)].drop(columns="n").rename(columns={"code": "topic", "posts": "n"})
    return themes_over_time(years, order, few=FEW, labels=names, ax=ax)


def adjusted_shares(table: "pd.DataFrame", names: Mapping[str, str] | None = None, ax: "Axes | None" = None) -> "Axes":
    """Shares as coded and corrected for the coder's errors, by language: the adjusted_shares table.

    Hollow: as coded, with a thin interval; filled: corrected, with a thick one. A code that could not be corrected has
    no filled point.
    """
    table = check("adjusted_shares", table)
    if table.empty:
        raise InputError("adjusted_shares: the table is empty; give coded passages.")
    order = table.groupby("code", sort=False)["share"].mean().sort_values(ascending=False, kind="stable").index.tolist()
    langs = list(dict.fromkeys(table["lang"]))
    ax = axes(ax, 8, 0.5 * len(order) + 1.2)
    for number, lang in enumerate(langs):
        own = table[table["lang"] == lang].set_index("code").reindex(order)
        middle = np.arange(len(order)) + 0.44 * (number - (len(langs) - 1) / 2)
        for shift, name, low, high, width, face in (
            (-0.09, "share", "ci_low", "ci_high", 1.2, "white"),
            (0.09, "adjusted", "adjusted_low", "adjusted_high", 2.8, colour(lang)),
        ):
            values = 100 * own[[name, low, high]].to_numpy(dtype=float).T
            ax.hlines(middle + shift, values[1], values[2], color=colour(lang), alpha=0.55, linewidth=width)
            ax.scatter(
                values[0], middle + shift, s=30, facecolor=face, edgecolor=colour(lang), zorder=3, clip_on=False,
                label=f"{lang}, {'as coded' if name == 'share' else 'corrected'}",
            )  # fmt: skip
    ax.legend(frameon=False, loc="lower right")
    ax.set_yticks(range(len(order)), named(order, names))
    ax.invert_yaxis()
    ax.set_xlim(left=0)
    ax.set(xlabel="% of passages, with interval", ylabel="")
    quiet(ax)
    return ax


def _heat(
    table: "pd.DataFrame",
    row: str,
    heads: Mapping[str, str],
    names: Mapping[str, str] | None,
    title: str,
    ax: "Axes | None",
) -> "Axes":
    """Shares as text, lifts as colour, q < .05 as frame."""
    import seaborn

    rows, codes = list(dict.fromkeys(table[row])), list(dict.fromkeys(table["code"]))
    share, lift, q_value = (
        table.pivot(index=row, columns="code", values=value).reindex(index=rows, columns=codes)
        for value in ("share", "lift", "q_value")
    )
    ax = axes(ax, 0.62 * len(codes) + 4.6, 0.42 * len(rows) + 2.4)
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
    _frame(ax, q_value.to_numpy(dtype=float) < 0.05)
    ax.set_yticks(np.arange(len(rows)) + 0.5, [heads[value] for value in rows], rotation=0)
    ax.set_xticks(np.arange(len(codes)) + 0.5, named(codes, names), rotation=45, ha="right", rotation_mode="anchor")
    ax.set(xlabel="", ylabel="", title=title)
    ax.title.set_fontsize(9)
    return ax


def _frame(ax: "Axes", where: np.ndarray) -> None:
    from matplotlib.patches import Rectangle

    for row, column in np.argwhere(where):
        ax.add_patch(Rectangle((column, row), 1, 1, fill=False, edgecolor="#222222", linewidth=1.4, clip_on=False))
