"""Figures of terms over time or groups, with bands. One table in, one Axes out; nothing is computed."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.errors import InputError
from toolkit.plots.panels import (
    Group,
    chosen,
    count,
    filled,
    first_column,
    groups_of,
    line_with_band,
    panels,
    small,
    words_of,
)
from toolkit.plots.style import CELL, DARK, FEW, colour, head, interval, label_width, named, number, number_ticks, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["trend_lines"]

#: What groups are called that have no value, or a date without a month; they are no period.
_NO_PERIOD = r"\(missing\)|\(malformed\)|\d{4}, no month"
_MOST_LABELS = 5
#: How many of each period a year has, and how they are written.
_PERIODS = {"year": (1, r"(\d+)()"), "quarter": (4, r"(\d+)-Q([1-4])"), "month": (12, r"(\d+)-(0[1-9]|1[0-2])")}


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

    All have one scale. Periods of fewer than ``few`` posts are hollow, with their number of posts; years, quarters and
    months without posts break the line. Groups that are no periods (country, genre) are points with intervals, without
    a line.

    Parameters
    ----------
    terms : which, in this order; without it all of the table.
    confidence : the one that the table was made with, for the note.
    names : what to write for codes and themes.
    lang : language of the figure, "en", "es" or "it".

    >>> import toolkit
    >>> posts = toolkit.load_posts(toolkit.bundled_corpus()).head(5)
    >>> tokens = toolkit.tokenise(posts, toolkit.segment(posts), choice="simple")
    >>> axes = trend_lines(toolkit.statistics.trends(tokens, ["blog", "empresa"], posts=posts))
    >>> axes.get_title()
    'Frequency of terms by year'
    """
    table = filled("trend_lines", "trends", table)
    words = words_of("trends", lang)
    wanted = chosen("trend_lines", terms, table["term"].tolist())
    by = _one_by(table)
    undated = table["value"].str.fullmatch(_NO_PERIOD).astype(bool) & (by in _PERIODS)
    dated, lacking = table[~undated], int(table[undated].drop_duplicates(["lang", "value"])["documents"].sum())
    shown = dated[dated["term"].isin(wanted)]
    if shown.empty:
        raise InputError(f"trend_lines: no post has a {by}; give posts with dates, or another group.")
    rates = bool(shown["per_million"].notna().any())
    values = _values(shown["value"], by)
    scale = 1e6 if rates else 100
    top = scale * float(np.nanmax(shown[["share", "ci_high"]].to_numpy(dtype=float), initial=1e-9))
    groups = [group for term in wanted for group in groups_of("trend_lines", shown[shown["term"] == term], words)]
    # of two languages a term fills a row
    langs = {group.lang for group in groups}
    rowed = len(langs) == 2 and len(groups) == 2 * len(wanted)
    titles = [_told(group, names, lang) for group in groups]
    ax, cells = panels(ax, max(3.1, 0.6 + label_width(titles, CELL)), [1.95] * len(groups), most=2 if rowed else 3)
    for cell, group, title in zip(cells, groups, titles, strict=True):
        part = group.rows.drop_duplicates("value").set_index("value").reindex(values)
        rows = scale * part[["share", "ci_low", "ci_high"]].astype(float).to_numpy().T
        posts = part["documents"].to_numpy(dtype=float)
        tone = colour(group.lang)
        line_with_band(cell, np.arange(len(values)), rows, posts, few, tone, lang, joined=by in _PERIODS)
        _periods(cell, values, by)
        cell.set_ylim(0, 1.2 * top)
        number_ticks(cell.yaxis, lang, 4)
        cell.set_ylabel(words["rate" if rates else "share_of_passages"] if first_column(cell) else "")
        small(cell, title, "y")
    known = None if by == "group" else words.get(f"by_{by}")
    told = known or words["by_group"].format(by=plain(by, 20))
    note = words["note"].format(interval=interval(words, confidence))
    if (shown["documents"] < few).any():
        note += f" {words['few_note'].format(few=number(few, lang))}"
    if lacking:
        note += f" {words['lacking_note' if by == 'year' else 'lacking_month'].format(n=number(lacking, lang))}"
    head(ax, words["title"].format(by=told), note)
    return ax


def _told(group: Group, names: Mapping[str, str] | None, lang: str) -> str:
    """What stands above a small Axes: the term, the language where it has one, how often it occurs."""
    (name,) = named([group.rows["term"].iloc[0]], names)
    told = f"n = {count(group.rows['n'].sum(), lang)}"
    return f"{name} ({told})" if group.lang == "all" else f"{name} ({group.name}, {told})"


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
    """The periods in their order, those without posts among them; groups in the order of the table."""
    there = list(dict.fromkeys(values.astype(str)))
    if by not in _PERIODS:
        return there
    of_year, form = _PERIODS[by]
    found = {value: re.fullmatch(form, value, re.ASCII) for value in there}
    odd = [value for value, parts in found.items() if parts is None]
    if odd:
        raise InputError(f"trend_lines: '{odd[0]}' is no {by}; leave it out of the table.")
    # counted on from the year 0
    numbers = {of_year * int(parts[1]) + int(parts[2] or 1) - 1: value for value, parts in found.items() if parts}
    first, last = min(numbers), max(numbers)
    return [numbers.get(number, _period(number, by)) for number in range(first, last + 1)]


def _period(number: int, by: str) -> str:
    """The name of a period that is counted from the year 0.

    >>> _period(2010, "year"), _period(8041, "quarter"), _period(24131, "month")
    ('2010', '2010-Q2', '2010-12')
    """
    year, place = divmod(number, _PERIODS[by][0])
    return f"{year:04}" + {"year": "", "quarter": f"-Q{place + 1}", "month": f"-{place + 1:02}"}[by]


def _one_by(table: pd.DataFrame) -> str:
    found = sorted(set(table["by"]))
    if len(found) > 1:
        raise InputError(f"trend_lines: the table has groups by {', '.join(found)}; give the rows of one.")
    return str(found[0])
