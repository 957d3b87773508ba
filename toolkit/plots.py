"""Figures: one table in, one matplotlib Axes out. They compute nothing and never call ``show()``.

Colours are Okabe & Ito's (2008), told apart by colour-blind readers and in print.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import InputError, suggestion
from toolkit.tables import STANCES, check

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "LANGUAGE_COLOURS",
    "STANCE_COLOURS",
    "principle_shares",
    "stances",
    "theme_principles",
    "theme_sizes",
    "theme_terms",
]

LANGUAGE_COLOURS = {"es": "#0072B2", "it": "#D55E00", "en": "#009E73", "all": "#555555", "joint": "#555555"}
STANCE_COLOURS = {"endorses": "#009E73", "breach": "#D55E00", "rejects": "#CC79A7", "mentions": "#BBBBBB"}


def _axes(ax: "Axes | None", width: float, height: float) -> "Axes":
    """The Axes given, or one on a new figure that no window manager holds on to."""
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.figure(figsize=(width, height), layout="constrained").add_subplot()


def _named(codes: Sequence[str], names: Mapping[str, str] | None) -> list[str]:
    return [_plain((names or {}).get(code, code)) for code in codes]


def _plain(text: str, most: int = 46) -> str:
    """A label from untrusted text: no mathematics mode, no line breaks, not too long."""
    text = " ".join(text.split()).replace("$", r"\$")
    return text if len(text) <= most else text[: most - 1] + "…"


def _quiet(ax: "Axes") -> None:
    import seaborn

    seaborn.despine(ax=ax, left=True)
    ax.grid(axis="x", color="#dddddd", linewidth=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(axis="y", length=0)


def principle_shares(table: pd.DataFrame, names: Mapping[str, str] | None = None, ax: "Axes | None" = None) -> "Axes":
    """Share of passages per principle and language, with intervals: the principles table.

    ``names``: what to write for each code. The order is that of the share in all languages together.
    """
    import seaborn

    table = check("principles", table)
    every = table[table["lang"] == "all"].sort_values("share", ascending=False, kind="stable")
    langs = [lang for lang in dict.fromkeys(table["lang"]) if lang != "all"]
    ax = _axes(ax, 8, 0.36 * len(every) + 1.2)
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
            color=_colour(lang),
            alpha=0.55,
            linewidth=2.2,
        )
    seaborn.scatterplot(
        shown,
        x="percent",
        y="y",
        hue="lang",
        style="lang",
        palette={lang: _colour(lang) for lang in langs},
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
    ax.set_yticks(range(len(every)), _named(every["code"].tolist(), names))
    ax.invert_yaxis()
    ax.set_xlim(left=0)
    ax.set(xlabel="% of passages, with bootstrap interval over posts", ylabel="")
    _quiet(ax)
    return ax


def stances(table: pd.DataFrame, names: Mapping[str, str] | None = None, ax: "Axes | None" = None) -> "Axes":
    """How passages stand towards each principle: the stances table, languages added up."""
    table = check("stances", table)
    wide = table.pivot_table(index="code", columns="stance", values="count", aggfunc="sum", sort=False)
    wide = wide.reindex(columns=list(STANCES), fill_value=0)
    wide = wide.loc[wide.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    ax = _axes(ax, 8, 0.32 * len(wide) + 1.2)
    left = np.zeros(len(wide))
    for stance in STANCES:
        values = wide[stance].to_numpy(dtype=float)
        ax.barh(range(len(wide)), values, left=left, color=STANCE_COLOURS[stance], label=stance, height=0.72)
        left += values
    for row, total in enumerate(left):
        ax.text(total + max(left.max(), 1) * 0.01, row, f"{total:.0f}", va="center", fontsize=8, color="#555555")
    ax.set_yticks(range(len(wide)), _named(wide.index.tolist(), names))
    ax.invert_yaxis()
    ax.legend(title="", frameon=False, loc="lower right")
    ax.set(xlabel="coded passages", ylabel="")
    _quiet(ax)
    return ax


def theme_terms(table: pd.DataFrame, topic: str, *, most: int = 10, ax: "Axes | None" = None) -> "Axes":
    """The first terms of one theme with their weights: the topics table (with ``lang`` for joint themes)."""
    import seaborn

    table = check("topics", table)
    if topic not in set(table["topic"]):
        raise InputError(f"no theme '{topic}'; {suggestion(topic, set(table['topic']))}")
    part = table[table["topic"] == topic]
    part = part.assign(lang=part.get("lang", "all"))
    part = part.groupby("lang", sort=False).head(most)
    ax = _axes(ax, 5, 0.26 * len(part) + 0.9)
    palette = {lang: _colour(lang) for lang in part["lang"].unique()}
    part = part.assign(label=[_plain(term, 30) for term in part["term"]])
    seaborn.barplot(part, x="weight", y="label", hue="lang", palette=palette, dodge=False, ax=ax)
    legend = ax.get_legend()
    if len(palette) < 2 and legend is not None:
        legend.remove()
    ax.set(title=topic, xlabel="weight", ylabel="")
    _quiet(ax)
    return ax


def theme_sizes(table: pd.DataFrame, ax: "Axes | None" = None) -> "Axes":
    """How many paragraphs each theme leads, and how stable it is: the topic_summary table (pale: ``unstable``)."""
    table = check("topic_summary", table)
    ax = _axes(ax, 9, 0.34 * len(table) + 1.2)
    colours = [_colour(model) for model in table["model"]]
    bars = ax.barh(range(len(table)), table["n"], color=colours, height=0.7)
    shaky = table.get("unstable", pd.Series(False, index=table.index)).astype(bool)
    for row, (bar, stable, unstable) in enumerate(zip(bars, table["stability"], shaky, strict=True)):
        if unstable:
            bar.set_alpha(0.35)
        if pd.notna(stable):
            text = f"stability {stable:.2f}{', unstable' if unstable else ''}"
            ax.text(bar.get_width() + table["n"].max() * 0.01, row, text, va="center", fontsize=8, color="#555555")
    labels = [f"{topic}  {_plain(label, 52)}" for topic, label in zip(table["topic"], table["label"], strict=True)]
    ax.set_yticks(range(len(table)), labels)
    ax.invert_yaxis()
    ax.set_xlim(right=max(table["n"].max(), 1) * 1.7)
    ax.set(xlabel="paragraphs led by the theme (pale: unstable)", ylabel="")
    _quiet(ax)
    return ax


def theme_principles(
    table: pd.DataFrame,
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
    ax = _axes(ax, 0.62 * len(codes) + 4.6, 0.42 * len(topics) + 2.4)
    # a code that never occurs has no lift: white, like any code at its usual share
    colour = np.nan_to_num(np.log2(lift.to_numpy(dtype=float).clip(0.25, 4)))
    text = share.map(
        lambda value: f"{100 * value:.0f}" if value >= 0.095 or value == 0 else f"{100 * value:.1f}"
    ).to_numpy()
    seaborn.heatmap(
        colour, annot=text, fmt="", cmap="RdBu_r", vmin=-2, vmax=2, ax=ax, linewidths=0.6, linecolor="white",
        annot_kws={"fontsize": 8}, cbar_kws={"label": "lift", "shrink": 0.7},
    )  # fmt: skip
    bar = ax.collections[0].colorbar
    if bar is not None:
        bar.set_ticks([-2, -1, 0, 1, 2], labels=["≤ ¼", "½", "1", "2", "≥ 4"])
    _frame(ax, p_value.to_numpy(dtype=float) < 0.05)
    rows = [f"{topic}  {_plain((labels or {}).get(topic, ''), 56)}" for topic in topics]
    ax.set_yticks(np.arange(len(topics)) + 0.5, rows, rotation=0)
    ax.set_xticks(np.arange(len(codes)) + 0.5, _named(codes, names), rotation=45, ha="right", rotation_mode="anchor")
    ax.set(xlabel="", ylabel="", title="% of the theme's passages; framed: p < .05, uncorrected")
    ax.title.set_fontsize(9)
    return ax


def _frame(ax: "Axes", where: np.ndarray) -> None:
    from matplotlib.patches import Rectangle

    for row, column in np.argwhere(where):
        ax.add_patch(Rectangle((column, row), 1, 1, fill=False, edgecolor="#222222", linewidth=1.4, clip_on=False))


def _colour(lang: Any) -> str:
    return LANGUAGE_COLOURS.get(str(lang), "#555555")
