"""Figures of terms over time or groups, with bands. One table in, one Axes out; nothing is computed."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.errors import InputError
from toolkit.plots.panels import (
    DARK,
    GREY,
    chosen,
    count,
    filled,
    groups_of,
    head,
    named_terms,
    panels,
    small,
    words_of,
)
from toolkit.plots.style import colour, interval, number, number_ticks, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["trend_lines"]

#: A share of fewer than ten posts moves by a tenth or more with one post.
FEW = 10
#: What groups are called that have no value; they are no period.
_NO_PERIOD = ("(missing)", "(malformed)")
_MOST_LABELS = 5
_PERIODS = ("year", "quarter", "month")


def trend_lines(
    table: pd.DataFrame,
    terms: Sequence[str] | None = None,
    *,
    few: int = FEW,
    confidence: float = 0.95,
    names: Mapping[str, str] | None = None,
    lang: str = "en",
    ax: "Axes | None" = None,
) -> "Axes":
    """How frequent terms are by year (or another period or group), small multiples with bands: the trends table.

    All have one scale. Periods of fewer than ``few`` posts are hollow, with their number of posts; years without posts
    break the line. Groups that are no periods (country, genre) are points with intervals, without a line.

    Parameters
    ----------
    terms : which, in this order; without it all of the table.
    confidence : the one that the table was made with, for the note.
    names : what to write for codes and themes.
    lang : language of the figure, "en", "es" or "it".
    """
    table = filled("trend_lines", "trends", table)
    words = words_of("trends", lang)
    wanted = chosen("trend_lines", terms, table["term"].tolist())
    by = _one_by(table)
    dated = table[~table["value"].isin(_NO_PERIOD)] if by in _PERIODS else table
    lacking = int(table.drop_duplicates(["lang", "value"])["documents"].sum()) - int(
        dated.drop_duplicates(["lang", "value"])["documents"].sum()
    )
    shown = dated[dated["term"].isin(wanted)]
    if shown.empty:
        raise InputError(f"trend_lines: no post has a {by}; give posts with dates, or another group.")
    rates = bool(shown["per_million"].notna().any())
    values = _values(shown["value"], by)
    scale = 1e6 if rates else 100
    top = scale * float(np.nanmax(shown[["share", "ci_high"]].to_numpy(dtype=float), initial=1e-9))
    groups = [group for term in wanted for group in groups_of("trend_lines", shown[shown["term"] == term], words)]
    ax, cells = panels(ax, 3.1, [1.95] * len(groups))
    for place, (cell, group) in enumerate(zip(cells, groups, strict=True)):
        part = group.rows.drop_duplicates("value").set_index("value").reindex(values)
        rows = scale * part[["share", "ci_low", "ci_high"]].astype(float).to_numpy().T
        thin = (part["documents"] < few).to_numpy()
        _line(cell, rows, thin, part["documents"].to_numpy(dtype=float), colour(group.lang), by, lang)
        _periods(cell, values, by)
        cell.set_ylim(0, 1.2 * top)
        cell.locator_params(axis="y", nbins=4)
        number_ticks(cell.yaxis, lang)
        name = named_terms([group.rows["term"].iloc[0]], names, 30)[0]
        told = f"n = {count(part['n'].sum(), lang)}"
        small(cell, f"{name} ({told})" if group.lang == "all" else f"{name} ({group.name}, {told})", "y")
        cell.set_ylabel((words["rate"] if rates else words["percent"]) if place % 3 == 0 else "")
    told = words.get(f"by_{by}") or words["by_group"].format(by=plain(by, 20))
    note = words["note"].format(interval=interval(words, confidence))
    if (shown["documents"] < few).any():
        note += f" {words['few_note'].format(few=number(few, lang))}"
    if lacking:
        note += f" {words['lacking_note'].format(n=number(lacking, lang))}"
    head(ax, words["title"].format(by=told), note)
    return ax


def _line(cell: "Axes", rows: np.ndarray, thin: np.ndarray, posts: np.ndarray, tone: str, by: str, lang: str) -> None:
    """Points with a band and a line, or, of groups without an order, with an interval each."""
    places, (middle, low, high) = np.arange(rows.shape[1]), rows
    if by in _PERIODS:
        cell.fill_between(places, low, high, color=tone, alpha=0.2, linewidth=0)
        cell.plot(places, middle, color=tone, linewidth=1.6)
    there = ~np.isnan(middle)
    # a band needs a neighbour
    known = np.concatenate([[False], ~np.isnan(low), [False]])
    alone = ~(known[:-2] | known[2:]) if by in _PERIODS else np.ones(len(places), dtype=bool)
    cell.vlines(places[alone], low[alone], high[alone], color=tone, linewidth=1.4, alpha=0.7)
    cell.scatter(places[there & ~thin], middle[there & ~thin], s=18, color=tone, zorder=3)
    cell.scatter(
        places[there & thin], middle[there & thin], s=20, facecolor="white", edgecolor=tone, linewidth=1.1, zorder=3
    )
    for place in np.flatnonzero(there & thin):
        cell.annotate(
            number(posts[place], lang), (place, 0.99), xycoords=("data", "axes fraction"), ha="center", va="top",
            fontsize=7, color=GREY,
        )  # fmt: skip


def _periods(cell: "Axes", values: Sequence[str], by: str) -> None:
    """The periods or groups below; of many periods some."""
    step = max(1, -(-len(values) // _MOST_LABELS)) if by in _PERIODS else 1
    written = range(0, len(values), step)
    texts = [plain(values[place], 16) for place in written]
    long = max(map(len, texts)) > 5
    cell.set_xticks(list(written), texts, rotation=40 if long else 0, ha="right" if long else "center")
    cell.set_xlim(-0.6, len(values) - 0.4)
    cell.tick_params(axis="x", labelcolor=DARK)


def _values(values: pd.Series, by: str) -> list[str]:
    """The periods in their order, years without posts among them; groups in the order of the table."""
    there = list(dict.fromkeys(values.astype(str)))
    if by != "year":
        return sorted(there) if by in ("quarter", "month") else there
    odd = [value for value in there if not value.isdigit()]
    if odd:
        raise InputError(f"trend_lines: '{odd[0]}' is no year; leave it out of the table.")
    years = sorted(int(value) for value in there)
    return [str(year) for year in range(years[0], years[-1] + 1)]


def _one_by(table: pd.DataFrame) -> str:
    found = sorted(set(table["by"]))
    if len(found) > 1:
        raise InputError(f"trend_lines: the table has groups by {', '.join(found)}; give the rows of one.")
    return str(found[0])
