"""Figures of topic models: terms, documents, map, prevalence. One table in, one Axes out; nothing is computed."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from toolkit.errors import InputError, suggestion
from toolkit.plots.style import axes, colour, plain, quiet

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
) -> "Axes":
    """The first terms of each topic, small multiples: the topics table (topic, term, weight; lang, corpus_share).

    Rows of a topic are in the order of the table (with ``lang``: that many of each language). ``corpus_share``, a
    column that may be missing, is the term's share of all tokens (0-1), the unit of a probability: a thin dark bar
    in the pale one. ``topics`` : which, in this order (all); ``labels`` of topics; ``unstable`` ones are pale.
    """
    table = needs("term_bars", table, ["topic", "term", "weight"])
    shown = _some(table, topics)
    langs = table["lang"] if "lang" in table else pd.Series("all", index=table.index)
    parts = [
        table[table["topic"] == topic].groupby(langs, sort=False, dropna=False).head(most).assign(lang=langs)
        for topic in shown
    ]
    rows = max(len(part) for part in parts)
    ax, cells = _cells(ax, len(shown), 2.5, 0.19 * rows + 0.75)
    widest = max(float(part["weight"].max()) for part in parts)
    for cell, topic, part in zip(cells, shown, parts, strict=True):
        places = np.arange(len(part))
        pale = 0.3 if topic in unstable else 0.75
        cell.barh(places, part["weight"], color=[colour(lang) for lang in part["lang"]], alpha=pale, height=0.78)
        if "corpus_share" in part:
            cell.barh(places, part["corpus_share"], color=DARK, height=0.2)
        cell.set_yticks(places, [plain(term, 18) for term in part["term"]], fontsize=8)
        cell.set_ylim(rows - 0.4, -0.6)
        cell.set_xlim(0, widest * 1.04)
        _head(cell, topic, labels, topic in unstable)
        _small(cell)
    ax.set_title("Terms by weight" + ("; dark: share of all tokens" if "corpus_share" in table else ""), fontsize=10)
    return ax


def themes_over_time(
    table: pd.DataFrame,
    topics: Sequence[str] | None = None,
    *,
    few: int = FEW,
    labels: Mapping[str, str] | None = None,
    unstable: Sequence[str] = (),
    ax: "Axes | None" = None,
) -> "Axes":
    """Shares of topics by year with intervals, small multiples: a table topic, value (year), share, ci_low, ci_high, n.

    All have one scale. A year of fewer than ``few`` posts (``n``) is a hollow point with its n; a year without posts
    breaks the line.
    """
    table = needs("themes_over_time", table, _PREVALENCE)
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
        sparse = (part["n"] < few).to_numpy()
        cell.scatter(span[~sparse], values[0][~sparse], s=14, color=tone, zorder=3)
        cell.scatter(span[sparse], values[0][sparse], s=16, facecolor="white", edgecolor=tone, linewidth=1, zorder=3)
        for year in np.flatnonzero(sparse & ~np.isnan(values[0])):
            cell.annotate(
                f"{part['n'].iloc[year]:.0f}", (span[year], values[0][year]), xytext=(0, 4), fontsize=6,
                textcoords="offset points", ha="center", color=GREY,
            )  # fmt: skip
        cell.set(xlim=(span[0] - 0.6, span[-1] + 0.6), ylim=(0, top * 1.12))
        cell.set_xticks(_ticks(span))
        _head(cell, topic, labels, topic in unstable)
        _small(cell, axis="y")
        cell.set_ylabel("%" if place % _columns(len(shown)) == 0 else "", fontsize=7)
    note = f"; hollow: fewer than {few} posts, with their number" if (table["n"] < few).any() else ""
    ax.set_title(f"Share by year, with interval{note}", fontsize=10)
    return ax


def prevalence_bars(
    table: pd.DataFrame,
    topics: Sequence[str] | None = None,
    *,
    few: int = FEW,
    labels: Mapping[str, str] | None = None,
    unstable: Sequence[str] = (),
    ax: "Axes | None" = None,
) -> "Axes":
    """Shares of topics by country, genre ... with intervals, small multiples: the table of :func:`themes_over_time`.

    ``value`` names the group, in the table's order, with its ``n``; groups of fewer than ``few`` posts are pale.
    """
    table = needs("prevalence_bars", table, _PREVALENCE)
    shown = _some(table, topics)
    values = list(dict.fromkeys(table["value"].astype(str)))
    ax, cells = _cells(ax, len(shown), 2.9, 0.2 * len(values) + 0.8)
    top = _highest(table)
    for cell, topic in zip(cells, shown, strict=True):
        part = table[table["topic"] == topic]
        part = part.assign(value=part["value"].astype(str)).drop_duplicates("value").set_index("value").reindex(values)
        tone, places = _tone(table, topic), np.arange(len(values))
        pale = np.where((part["n"] < few).to_numpy(), 0.3, 0.8)
        bars = cell.barh(places, 100 * part["share"].astype(float).fillna(0), color=tone, height=0.66)
        for bar, alpha in zip(bars, pale, strict=True):
            bar.set_alpha(alpha)
        cell.hlines(
            places, 100 * part["ci_low"].astype(float), 100 * part["ci_high"].astype(float), color=DARK, linewidth=1
        )
        written = [
            f"{plain(value, 20)} ({0 if pd.isna(n) else int(n)})" for value, n in zip(values, part["n"], strict=True)
        ]
        cell.set_yticks(places, written, fontsize=7.5)
        cell.set(xlim=(0, top * 1.04), ylim=(len(values) - 0.4, -0.6))
        _head(cell, topic, labels, topic in unstable)
        _small(cell)
    note = f"; pale: fewer than {few} posts" if (table["n"] < few).any() else ""
    ax.set_title(f"Share in %, with interval (n posts{note})", fontsize=10)
    return ax


# ---- small multiples -------------------------------------------------------------------------------------


def needs(figure: str, table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The table with rows numbered anew; :class:`InputError` where it is empty or lacks one of the columns."""
    absent = [column for column in columns if column not in table]
    if absent:
        raise InputError(f"{figure}: the column '{absent[0]}' is missing; the table needs {', '.join(columns)}.")
    if table.empty:
        raise InputError(f"{figure}: the table is empty; no theme was found.")
    return table.reset_index(drop=True)


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


def _head(cell: "Axes", topic: str, labels: Mapping[str, str] | None, unstable: bool) -> None:
    name, label = plain(str(topic), 20), plain((labels or {}).get(topic, ""), 34)
    cell.set_title(
        name + (" (unstable)" if unstable else "") + (f"\n{label}" if label else ""), fontsize=8, loc="left",
        color=GREY if unstable else "black",
    )  # fmt: skip


def _small(cell: "Axes", axis: Literal["x", "y"] = "x") -> None:
    quiet(cell)
    if axis == "y":
        cell.grid(visible=False, axis="x")
        cell.grid(axis="y", color="#dddddd", linewidth=0.6)
    cell.tick_params(axis="both", labelsize=7)
    cell.tick_params(axis="y", labelsize=7.5)
    cell.locator_params(axis=axis, nbins=4)


def _tone(table: pd.DataFrame, topic: str) -> str:
    column = next((name for name in ("lang", "model") if name in table), None)
    return colour(table.loc[table["topic"] == topic, column].iloc[0] if column else str(topic).split(".")[0])


def _ticks(years: np.ndarray) -> list[int]:
    """Four years at most: the first, and then by equal steps."""
    step = max(1, -(-len(years) // 4))
    return [int(year) for year in years[::step]]
