"""Figures of themes: first terms, sizes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from toolkit.errors import InputError, suggestion
from toolkit.plots.panels import at_least, ticks_within
from toolkit.plots.style import (
    GREY,
    NOTE,
    axes,
    colour,
    hatch,
    head,
    language,
    legend_above,
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
    from matplotlib.axes import Axes

__all__ = ["theme_sizes", "theme_terms"]


def theme_terms(
    table: pd.DataFrame, topic: str, *, most: int = 10, ax: "Axes | None" = None, lang: str = "en"
) -> "Axes":
    """The first terms of one theme with their weights: the topics table (with ``lang`` for joint themes).

    ``lang`` of the figure's own words ("en", "es", "it").

    >>> import pandas as pd
    >>> table = pd.DataFrame({"topic": "es.1", "term": ["cliente", "red", "voz"], "weight": [0.3, 0.2, 0.1]})
    >>> axes = theme_terms(table, "es.1", most=2)
    >>> axes.get_title(), [label.get_text() for label in axes.get_yticklabels()]
    ('es.1: first terms', ['cliente', 'red'])
    """
    at_least("theme_terms", 1, most=most)
    table = check("topics", table)
    if topic not in set(table["topic"]):
        raise InputError(f"no theme '{topic}'; {suggestion(topic, set(table['topic']))}")
    words = figure_words("themes", lang)
    part = table[table["topic"] == topic]
    part = part.assign(lang=part.get("lang", "all"))
    part = part.groupby("lang", sort=False).head(most).reset_index(drop=True)
    langs = list(dict.fromkeys(part["lang"]))
    ax = axes(ax, 5, 0.26 * len(part) + 1.2)
    for each in langs:
        own = part[part["lang"] == each]
        ax.barh(
            own.index.to_numpy(), own["weight"], color=colour(each), height=0.8, label=language(each, words),
            hatch=hatch(each) if len(langs) > 1 else "", edgecolor="white", linewidth=0,
        )  # fmt: skip
    ax.set_yticks(range(len(part)), [plain(term, 30) for term in part["term"]])
    ax.set_ylim(len(part) - 0.4, -0.6)
    ax.set(xlabel=words["weight"], ylabel="")
    number_ticks(ax.xaxis, lang)
    quiet(ax)
    rows = legend_above(ax) if len(langs) > 1 else 0
    head(ax, words["title_terms"].format(topic=plain(topic, 30)), "", rows)
    return ax


def theme_sizes(table: pd.DataFrame, ax: "Axes | None" = None, *, lang: str = "en") -> "Axes":
    """How many paragraphs each theme leads, and how far it holds: the topic_summary table.

    Beside a bar stand its ``stability`` (over seeds) and ``samples`` (over samples of the posts), where the table has
    them; ``unstable`` themes are pale, and those that hold with "these posts" only say so. ``lang`` of the figure's own
    words ("en", "es", "it").

    >>> import pandas as pd
    >>> table = pd.DataFrame({"topic": ["es.1", "es.2"], "model": "es", "label": ["red, voz", "año, precio"],
    ...     "n": [12, 3],
    ...     "stability": [0.8, 0.1], "unstable": [False, True]})
    >>> [label.get_text() for label in theme_sizes(table).get_yticklabels()]
    ['es.1  red, voz', 'es.2  año, precio']
    """
    table = needs("theme_sizes", check("topic_summary", table))
    words = figure_words("themes", lang)
    ax = axes(ax, 11, 0.34 * len(table) + 1.4)
    colours = [colour(model) for model in table["model"]]
    bars = ax.barh(range(len(table)), table["n"], color=colours, height=0.7)
    largest = max(table["n"].max(), 1)
    # not known is not unstable
    shaky = table.get("unstable", pd.Series(False, index=table.index)).isin([True])
    for row, (bar, record) in enumerate(zip(bars, table.to_dict("records"), strict=True)):
        if shaky[row]:
            bar.set_alpha(0.35)
        if told := _holds(record, bool(shaky[row]), words, lang):
            ax.text(bar.get_width() + largest * 0.01, row, told, va="center", fontsize=NOTE, color=GREY)
    labels = [
        f"{plain(topic, 20)}  {plain(label, 70)}" for topic, label in zip(table["topic"], table["label"], strict=True)
    ]
    ax.set_yticks(range(len(table)), labels)
    ax.set_ylim(len(table) - 0.5, -0.5)
    # room for what stands beside the bars
    ax.set_xlim(0, largest * 2.1)
    quiet(ax)
    ax.set(xlabel=words["paragraphs"], ylabel="")
    ticks_within(ax, 0, largest, lang)
    beside = words["beside"] if any(text.get_text() for text in ax.texts) else ""
    head(ax, words["title_sizes"], sentences(beside, words["pale"] if shaky.any() else ""))
    return ax


def _holds(record: Mapping[object, object], unstable: bool, words: Mapping[str, str], lang: str) -> str:
    """How far a theme holds, as it stands beside its bar."""
    found = ((what, record.get(column)) for what, column in (("seeds", "stability"), ("samples", "samples")))
    said = [words[what].format(value=number(float(str(value)), lang, 2)) for what, value in found if pd.notna(value)]
    if unstable:
        said.append(words["unstable"])
    elif record.get("holds") == "these posts":
        said.append(words["these_posts"])
    return ", ".join(said)
