"""Figures of whole topic models: topics as a map, topics x posts. One table in, one Axes out."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.errors import InputError
from toolkit.plots.placing import place_labels
from toolkit.plots.style import (
    GREY,
    NOTE,
    PALE,
    SMALL,
    axes,
    colour,
    head,
    language,
    needs,
    number,
    plain,
    scale_bar,
    sentences,
)
from toolkit.plots.words import figure_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["intertopic_map", "theme_documents"]


def theme_documents(
    table: pd.DataFrame,
    *,
    group: str | None = None,
    labels: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
    ax: "Axes | None" = None,
    lang: str = "en",
) -> "Axes":
    """Themes x posts as a heat map: a table topic, doc_id, share (0-1), one row per theme and post.

    Posts stand side by side, ordered by their largest theme and its share, within the groups of the column ``group``
    (genre, lang ...) where given. ``names`` of posts; from 40 posts on only some are written. A pair the table does
    not have is white. ``lang`` of the figure's own words ("en", "es", "it").

    >>> import pandas as pd
    >>> table = pd.DataFrame({"topic": ["es.1", "es.2"] * 2, "doc_id": ["a", "a", "b", "b"],
    ...     "share": [0.7, 0.3, 0.2, 0.8]})
    >>> axes = theme_documents(table, labels={"es.1": "red, voz"})
    >>> [label.get_text() for label in axes.get_yticklabels()]
    ['es.1  red, voz', 'es.2']
    """
    import seaborn

    words = figure_words("maps", lang)
    table = needs("theme_documents", table, ["topic", "doc_id", "share", *([group] if group else [])])
    if table.duplicated(["topic", "doc_id"]).any():
        raise InputError("theme_documents: a theme and post stand there twice; give one share per theme and post.")
    topics = list(dict.fromkeys(table["topic"]))
    wide = table.pivot(index="topic", columns="doc_id", values="share").reindex(index=topics)
    values = wide.to_numpy(dtype=float)
    filled = np.nan_to_num(values)
    first = table.drop_duplicates("doc_id").set_index("doc_id")
    groups = [_group(first[group][post], group, words) for post in wide.columns] if group else [""] * wide.shape[1]
    order = sorted(
        range(wide.shape[1]),
        key=lambda post: (groups[post], filled[:, post].argmax(), -filled[:, post].max(), str(wide.columns[post])),
    )
    ax = axes(ax, min(16, max(6.5, 0.2 * len(order) + 4)), max(0.34 * len(topics) + 3.2, 4.6))
    seaborn.heatmap(
        values[:, order], cmap="Blues", vmin=0, vmax=max(filled.max(), 1e-9), ax=ax,
        cbar_kws={"label": words["share_of_post"], "shrink": 0.8},
    )  # fmt: skip
    scale_bar(ax, lang)
    ax.set_yticks(np.arange(len(topics)) + 0.5, [_named(topic, labels) for topic in topics], rotation=0, fontsize=NOTE)
    step = max(1, -(-len(order) // 40))
    written = range(0, len(order), step)
    texts = [
        plain(str((names or {}).get(wide.columns[order[post]], wide.columns[order[post]])), 30) for post in written
    ]
    ax.set_xticks([post + 0.5 for post in written], texts, rotation=90, fontsize=SMALL)
    heads = _borders(ax, [groups[post] for post in order])
    some = words["some_named"].format(step=step) if step > 1 else ""
    told = words["n_post"] if len(order) == 1 else words["n_posts"].format(n=number(len(order), lang))
    ax.set(xlabel="", ylabel="")
    head(ax, words["title_documents"], sentences(told, some), heads)
    return ax


def intertopic_map(table: pd.DataFrame, ax: "Axes | None" = None, *, lang: str = "en") -> "Axes":
    """Topics as circles: a table topic, x, y, size; label, unstable, lang (or model) where known.

    ``x``, ``y`` as :func:`toolkit.topics.layout.topic_layout` gives them; the area of a circle is its share of all
    sizes; unstable ones are pale and dashed. Labels are moved until none covers another or a circle, with a line to
    the circle where that takes them away. ``lang`` of the figure's own words ("en", "es", "it").

    >>> import pandas as pd
    >>> table = pd.DataFrame({"topic": ["es.1", "es.2"], "x": [0.0, 0.4], "y": [0.1, -0.2], "size": [900, 300]})
    >>> axes = intertopic_map(table.assign(label=["red, voz", "año, precio"], unstable=[False, True]))
    >>> axes.get_title()
    'Map of the themes'
    """
    from matplotlib.patches import Circle

    table = needs("intertopic_map", table, ["topic", "x", "y", "size"])
    numbers = table[["x", "y", "size"]].to_numpy(dtype=float)
    if not np.isfinite(numbers).all() or (numbers[:, 2] < 0).any() or not numbers[:, 2].sum():
        raise InputError("intertopic_map: x, y and size must be numbers, sizes 0 or more and one above 0.")
    # few circles need no large page
    side = 6.4 if len(table) > 6 else 5.0
    ax = axes(ax, 1.25 * side, side)
    centre = (numbers[:, :2].max(0) + numbers[:, :2].min(0)) / 2
    reach = max(float(np.ptp(numbers[:, :2], axis=0).max()) / 2, 1e-3)
    # all circles together take the share of the map that the explorer gives them
    radii = np.sqrt(0.125 * 4 * reach**2 / np.pi * numbers[:, 2] / numbers[:, 2].sum())
    edge = reach + radii.max() + 0.3 * reach
    ax.set(xlim=(centre[0] - 1.25 * edge, centre[0] + 1.25 * edge), ylim=(centre[1] - edge, centre[1] + edge))
    ax.set_aspect("equal", adjustable="box")
    # not known is not unstable
    shaky = table.get("unstable", pd.Series(False, index=table.index)).isin([True]).to_numpy()
    langs = table.get("lang", table.get("model", pd.Series("all", index=table.index))).tolist()
    for place in np.argsort(-radii, kind="stable"):
        tone = colour(langs[place])
        ax.add_patch(
            Circle(
                numbers[place, :2], radii[place], facecolor=tone, edgecolor="none", alpha=0.1 if shaky[place] else 0.28
            )
        )
        ax.add_patch(
            Circle(
                numbers[place, :2],
                radii[place],
                fill=False,
                edgecolor=tone,
                linewidth=1.4,
                linestyle="--" if shaky[place] else "-",
            )
        )
    ax.axhline(0, color="#e3e3e3", linewidth=0.8, zorder=0)
    ax.axvline(0, color="#e3e3e3", linewidth=0.8, zorder=0)
    ax.set(xticks=[], yticks=[], xlabel="", ylabel="")
    for edge_line in ax.spines.values():
        edge_line.set_color(PALE)
    words = figure_words("maps", lang)
    head(ax, words["title_map"], sentences(words["map_note"], words["dashed"] if shaky.any() else ""))
    labels = table["label"] if "label" in table else [""] * len(table)
    texts = [
        f"{plain(str(topic), 20)}  {'' if pd.isna(label) else plain(str(label), 40)}".rstrip()
        for topic, label in zip(table["topic"], labels, strict=True)
    ]
    place_labels(ax, numbers[:, :2], radii, texts)
    return ax


def _named(topic: str, labels: Mapping[str, str] | None) -> str:
    return f"{plain(str(topic), 20)}  {plain((labels or {}).get(topic, ''), 60)}".rstrip()


def _group(value: object, group: str, words: Mapping[str, str]) -> str:
    return language(value, words) if group == "lang" else plain(str(value), 20)


def _borders(ax: "Axes", groups: Sequence[str]) -> int:
    """A line between groups of columns and the name of each above it; returns the lines of text they take."""
    starts = [place for place in range(len(groups)) if place == 0 or groups[place] != groups[place - 1]]
    if len(starts) < 2:
        return 0
    for start, end in zip(starts, [*starts[1:], len(groups)], strict=True):
        if start:
            ax.axvline(start, color="white", linewidth=2.5)
            ax.axvline(start, color=GREY, linewidth=0.8)
        ax.text((start + end) / 2, -0.15, groups[start], ha="left", va="bottom", fontsize=NOTE, rotation=35)
    # letters of 8 points, leaning: three of them rise as much as a line of a legend
    return 1 + max(len(group) for group in groups) // 6
