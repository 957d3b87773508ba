"""Figures of themes: first terms, sizes."""

from typing import TYPE_CHECKING

import pandas as pd

from toolkit.errors import InputError, suggestion
from toolkit.plots.style import axes, colour, plain, quiet
from toolkit.tables import check

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["theme_sizes", "theme_terms"]


def theme_terms(table: pd.DataFrame, topic: str, *, most: int = 10, ax: "Axes | None" = None) -> "Axes":
    """The first terms of one theme with their weights: the topics table (with ``lang`` for joint themes)."""
    import seaborn

    table = check("topics", table)
    if topic not in set(table["topic"]):
        raise InputError(f"no theme '{topic}'; {suggestion(topic, set(table['topic']))}")
    part = table[table["topic"] == topic]
    part = part.assign(lang=part.get("lang", "all"))
    part = part.groupby("lang", sort=False).head(most)
    ax = axes(ax, 5, 0.26 * len(part) + 0.9)
    palette = {lang: colour(lang) for lang in part["lang"].unique()}
    part = part.assign(label=[plain(term, 30) for term in part["term"]])
    seaborn.barplot(part, x="weight", y="label", hue="lang", palette=palette, dodge=False, ax=ax)
    legend = ax.get_legend()
    if len(palette) < 2 and legend is not None:
        legend.remove()
    ax.set(title=topic, xlabel="weight", ylabel="")
    quiet(ax)
    return ax


def theme_sizes(table: pd.DataFrame, ax: "Axes | None" = None) -> "Axes":
    """How many paragraphs each theme leads, and how far it holds: the topic_summary table.

    Beside a bar stand its ``stability`` (over seeds) and ``samples`` (over samples of the posts), where the table has
    them; ``unstable`` themes are pale, and those that hold with "these posts" only say so.
    """
    table = check("topic_summary", table)
    ax = axes(ax, 11, 0.34 * len(table) + 1.2)
    colours = [colour(model) for model in table["model"]]
    bars = ax.barh(range(len(table)), table["n"], color=colours, height=0.7)
    nothing = pd.Series(float("nan"), index=table.index)
    shaky = table.get("unstable", pd.Series(False, index=table.index)).astype(bool)
    local = table.get("holds", nothing) == "these posts"
    rows = zip(bars, table["stability"], table.get("samples", nothing), shaky, local, strict=True)
    for row, (bar, seeds, samples, unstable, here) in enumerate(rows):
        if unstable:
            bar.set_alpha(0.35)
        said = [
            f"{value:.2f} over {what}" for value, what in ((seeds, "seeds"), (samples, "samples")) if pd.notna(value)
        ]
        said += ["unstable"] if unstable else ["these posts only"] if here else []
        text = ", ".join(said)
        if text:
            ax.text(bar.get_width() + table["n"].max() * 0.01, row, text, va="center", fontsize=8, color="#555555")
    labels = [f"{topic}  {plain(label, 52)}" for topic, label in zip(table["topic"], table["label"], strict=True)]
    ax.set_yticks(range(len(table)), labels)
    ax.invert_yaxis()
    ax.set_xlim(right=max(table["n"].max(), 1) * 2.1)
    ax.set(xlabel="paragraphs led by the theme (pale: unstable)", ylabel="")
    quiet(ax)
    return ax
