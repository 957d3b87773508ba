"""Figures of topic models: terms, documents, map, prevalence. One table in, one Axes out; nothing is computed."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from toolkit.errors import InputError, suggestion
from toolkit.plots.style import (
    axes,
    colour,
    hatch,
    interval,
    language,
    legend_above,
    needs,
    number,
    number_ticks,
    plain,
    quiet,
    titled,
)
from toolkit.plots.words import figure_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["prevalence_bars", "term_bars", "themes_over_time"]

GREY, DARK = "#777777", "#333333"
_PREVALENCE = ["topic", "value", "share", "ci_low", "ci_high", "n"]
#: A share of fewer than ten posts moves by a tenth or more with one post.
FEW = 10


def term_bars(
    table: pd.DataFrame,
    topics: Sequence[str] | None = None,
    *,
    most: int = 8,
    labels: Mapping[str, str] | None = None,
    unstable: Sequence[str] = (),
    ax: "Axes | None" = None,
    lang: str = "en",
) -> "Axes":
    """The first terms of each topic, small multiples: the topics table (topic, term, weight; lang, corpus_share).

    Rows of a topic are in the order of the table (with ``lang``: that many of each language). ``corpus_share``, a
    column that may be missing, is the term's share of all tokens (0-1), the unit of a probability: a thin dark bar
    in the pale one. ``topics`` : which, in this order (all); ``labels`` of topics; ``unstable`` ones are pale;
    ``lang`` of the figure's own words ("en", "es", "it").
    """
    words = figure_words("topics", lang)
    table = needs("term_bars", table, ["topic", "term", "weight"])
    shown = _some(table, topics)
    langs = table["lang"] if "lang" in table else pd.Series("all", index=table.index)
    parts = [
        table[table["topic"] == topic].groupby(langs, sort=False, dropna=False).head(most).assign(lang=langs)
        for topic in shown
    ]
    several = list(dict.fromkeys(each for part in parts for each in part["lang"]))
    rows = max(len(part) for part in parts)
    ax, cells = _cells(ax, len(shown), 2.5, 0.19 * rows + 0.75)
    widest = max(float(part["weight"].max()) for part in parts)
    for cell, topic, part in zip(cells, shown, parts, strict=True):
        places = np.arange(len(part))
        pale = 0.3 if topic in unstable else 0.75
        bars = cell.barh(places, part["weight"], color=[colour(each) for each in part["lang"]], alpha=pale, height=0.78)
        if len(several) > 1:
            for bar, each in zip(bars, part["lang"], strict=True):
                bar.set(hatch=hatch(each), edgecolor="white", linewidth=0)
        if "corpus_share" in part:
            cell.barh(places, part["corpus_share"], color=DARK, height=0.2)
        cell.set_yticks(places, [plain(term, 18) for term in part["term"]], fontsize=8)
        cell.set_ylim(rows - 0.4, -0.6)
        cell.set_xlim(0, max(widest, 1e-9) * 1.04)
        _head(cell, topic, labels, words["unstable"] if topic in unstable else "")
        _small(cell, lang)
    if len(several) > 1:
        for each in several:
            ax.bar(0, 0, color=colour(each), hatch=hatch(each), edgecolor="white", label=language(each, words))
    note = f"; {words['corpus_share']}" if "corpus_share" in table else ""
    titled(ax, words["title_terms"] + note, legend_rows=legend_above(ax) if len(several) > 1 else 0)
    return ax


def themes_over_time(
    table: pd.DataFrame,
    topics: Sequence[str] | None = None,
    *,
    few: int = FEW,
    labels: Mapping[str, str] | None = None,
    unstable: Sequence[str] = (),
    ax: "Axes | None" = None,
    lang: str = "en",
    confidence: float = 0.95,
) -> "Axes":
    """Shares of topics by year with intervals, small multiples: a table topic, value (year), share, ci_low, ci_high, n.

    All have one scale. A year of fewer than ``few`` posts (``n``) is a hollow point with its n; a year without posts
    breaks the line. ``lang`` of the figure's own words ("en", "es", "it"); ``confidence``: what the intervals were made
    with, as it is written.
    """
    table = needs("themes_over_time", table, _PREVALENCE)
    title = figure_words("topics", lang)["title_years"]
    return shares_by_year(
        table, topics, title, few=few, labels=labels, unstable=unstable, ax=ax, lang=lang, confidence=confidence
    )


def shares_by_year(
    table: pd.DataFrame,
    topics: Sequence[str] | None,
    title: str,
    *,
    few: int,
    heads: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    unstable: Sequence[str] = (),
    ax: "Axes | None" = None,
    lang: str,
    confidence: float,
) -> "Axes":
    """The panels of :func:`themes_over_time` under another title; ``heads``: what stands above each, for its id."""
    words = figure_words("topics", lang)
    years = pd.to_numeric(table["value"], errors="coerce")
    if years.isna().any():
        odd = table["value"][years.isna()].iloc[0]
        raise InputError(f"themes_over_time: '{odd}' is no year; leave posts without a year out of the table.")
    table = table.assign(year=years.astype(int))
    shown = _some(table, topics)
    ax, cells = _cells(ax, len(shown), 2.9, 1.75)
    top = _highest(table)
    span = np.arange(table["year"].min(), table["year"].max() + 1)
    for place, (cell, topic) in enumerate(zip(cells, shown, strict=True)):
        part = table[table["topic"] == topic].drop_duplicates("year").set_index("year").reindex(span)
        tone = _tone(table, topic)
        values = (100 * part[["share", "ci_low", "ci_high"]].astype(float)).to_numpy().T
        cell.fill_between(span, values[1], values[2], color=tone, alpha=0.18, linewidth=0)
        cell.plot(span, values[0], color=tone, linewidth=1.6, linestyle="--" if topic in unstable else "-")
        sparse = (part["n"] < few).to_numpy(dtype=bool, na_value=False)
        cell.scatter(span[~sparse], values[0][~sparse], s=14, color=tone, zorder=3)
        cell.scatter(span[sparse], values[0][sparse], s=16, facecolor="white", edgecolor=tone, linewidth=1, zorder=3)
        for year in np.flatnonzero(sparse & ~np.isnan(values[0])):
            cell.annotate(
                number(part["n"].iloc[year], lang), (span[year], values[0][year]), xytext=(0, 4), fontsize=7,
                textcoords="offset points", ha="center", color=GREY,
            )  # fmt: skip
        cell.set(xlim=(span[0] - 0.6, span[-1] + 0.6), ylim=(0, top * 1.12))
        _head(cell, (heads or {}).get(topic, topic), labels, words["unstable"] if topic in unstable else "", key=topic)
        _small(cell, lang, axis="y")
        cell.set_xticks(_ticks(span), [str(year) for year in _ticks(span)])
        cell.set_ylabel("%" if place % _columns(len(shown)) == 0 else "", fontsize=8)
    note = words["hollow"].format(few=few) if (table["n"] < few).any() else ""
    titled(ax, _notes(title, interval(words, confidence), _posts_of(table, shown, words, lang), note))
    return ax


def prevalence_bars(
    table: pd.DataFrame,
    topics: Sequence[str] | None = None,
    *,
    few: int = FEW,
    labels: Mapping[str, str] | None = None,
    unstable: Sequence[str] = (),
    ax: "Axes | None" = None,
    lang: str = "en",
    confidence: float = 0.95,
) -> "Axes":
    """Shares of topics by country, genre ... with intervals, small multiples: the table of :func:`themes_over_time`.

    ``value`` names the group, in the table's order, with its ``n``; groups of fewer than ``few`` posts are pale.
    ``lang``, ``confidence`` as there.
    """
    words = figure_words("topics", lang)
    table = needs("prevalence_bars", table, _PREVALENCE)
    shown = _some(table, topics)
    values = list(dict.fromkeys(table["value"].astype(str)))
    ax, cells = _cells(ax, len(shown), 2.9, 0.2 * len(values) + 0.8)
    top = _highest(table)
    for cell, topic in zip(cells, shown, strict=True):
        part = table[table["topic"] == topic]
        part = part.assign(value=part["value"].astype(str)).drop_duplicates("value").set_index("value").reindex(values)
        tone, places = _tone(table, topic), np.arange(len(values))
        pale = np.where((part["n"] < few).to_numpy(dtype=bool, na_value=False), 0.3, 0.8)
        bars = cell.barh(places, 100 * part["share"].astype(float).fillna(0), color=tone, height=0.66)
        for bar, alpha in zip(bars, pale, strict=True):
            bar.set_alpha(alpha)
        cell.hlines(
            places, 100 * part["ci_low"].astype(float), 100 * part["ci_high"].astype(float), color=DARK, linewidth=1
        )
        written = [f"{plain(value, 20)} ({_count(n, lang)})" for value, n in zip(values, part["n"], strict=True)]
        cell.set_yticks(places, written, fontsize=7.5)
        cell.set(xlim=(0, top * 1.04), ylim=(len(values) - 0.4, -0.6))
        _head(cell, topic, labels, words["unstable"] if topic in unstable else "")
        _small(cell, lang)
    note = words["pale"].format(few=few) if (table["n"] < few).any() else ""
    titled(ax, _notes(words["title_groups"], interval(words, confidence), note))
    return ax


# ---- small multiples -------------------------------------------------------------------------------------


def _some(table: pd.DataFrame, topics: Sequence[str] | None) -> list[str]:
    there = list(dict.fromkeys(table["topic"]))
    for topic in topics or ():
        if topic not in there:
            raise InputError(f"no theme '{topic}'; {suggestion(topic, there)}")
    return list(topics) if topics else there


def _highest(table: pd.DataFrame) -> float:
    """The highest share or limit in percent: one scale for all."""
    return 100 * float(np.nanmax(table[["share", "ci_high"]].to_numpy(dtype=float), initial=1e-4))


def _columns(count: int) -> int:
    return min(4, count)


def _cells(ax: "Axes | None", count: int, width: float, height: float) -> tuple["Axes", list[Any]]:
    """An empty Axes for the title and, in its place, a grid of small ones."""
    from matplotlib.gridspec import GridSpec

    columns = _columns(count)
    rows = -(-count // columns)
    ax = axes(ax, width * columns + 0.4, height * rows + 0.5)
    figure: Any = ax.get_figure()
    ax.set_axis_off()
    place = ax.get_subplotspec()
    if place is None:
        box = ax.get_position()
        place = GridSpec(1, 1, figure, left=box.x0, right=box.x1, bottom=box.y0, top=box.y1)[0]
    # a row of its own for the title: it would lie on the titles of the first row
    parts: Any = place.subgridspec(2, 1, height_ratios=[0.1, height * rows], hspace=0)
    ax.set_subplotspec(parts[0])
    grid = parts[1].subgridspec(rows, columns)
    return ax, [figure.add_subplot(grid[number // columns, number % columns]) for number in range(count)]


def _head(cell: "Axes", head: str, labels: Mapping[str, str] | None, unstable: str, key: str | None = None) -> None:
    """The name of a small Axes with its label below; ``unstable``: what is said of one that is."""
    name, label = plain(str(head), 40), plain((labels or {}).get(head if key is None else key, ""), 34)
    cell.set_title(
        name + (f" ({unstable})" if unstable else "") + (f"\n{label}" if label else ""), fontsize=8, loc="left",
        color=GREY if unstable else "black",
    )  # fmt: skip


def _notes(title: str, *notes: str) -> str:
    """What is shown, and in the next line how it is to be read."""
    return f"{title}\n{'; '.join(note for note in notes if note)}"


def _posts_of(table: pd.DataFrame, topics: Sequence[str], words: Mapping[str, str], lang: str) -> str:
    """How many posts the shares of a topic rest on: one number, or from the fewest to the most."""
    each = [int(table["n"][table["topic"] == topic].sum()) for topic in topics]
    told = [number(n, lang) for n in sorted({min(each), max(each)})]
    return words["n_posts"].format(n="–".join(told))


def _count(n: float, lang: str) -> str:
    return "0" if pd.isna(n) else number(n, lang)


def _small(cell: "Axes", lang: str, axis: Literal["x", "y"] = "x") -> None:
    quiet(cell)
    if axis == "y":
        cell.grid(visible=False, axis="x")
        cell.grid(axis="y", color="#dddddd", linewidth=0.6)
    cell.tick_params(axis="both", labelsize=7)
    cell.tick_params(axis="y", labelsize=7.5)
    cell.locator_params(axis=axis, nbins=4)
    number_ticks(cell.xaxis if axis == "x" else cell.yaxis, lang)


def _tone(table: pd.DataFrame, topic: str) -> str:
    column = next((name for name in ("lang", "model") if name in table), None)
    return colour(table.loc[table["topic"] == topic, column].iloc[0] if column else str(topic).split(".")[0])


def _ticks(years: np.ndarray) -> list[int]:
    """Four years at most: the first, and then by equal steps."""
    step = max(1, -(-len(years) // 4))
    return [int(year) for year in years[::step]]
