"""Figures of dispersion: how evenly terms are spread. One table in, one Axes out; nothing is computed."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.errors import InputError
from toolkit.plots.panels import (
    at_least,
    chosen,
    filled,
    groups_of,
    in_posts,
    log_ticks,
    measure_of,
    panels,
    size_of,
    small,
    words_of,
)
from toolkit.plots.placing import label_points
from toolkit.plots.style import CELL, DARK, GREY, SMALL, colour, head, named, number, number_ticks, percent, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["dispersion_map", "dispersion_plot"]

#: Which end of each measure is the even one: 0 or 1.
_EVEN = {"dp_norm": 0, "dp": 0, "juilland_d": 1}
#: More rows than these cannot be read.
_MOST_TERMS = 40
#: More points than these are drawn as a picture inside the figure: as shapes they would take megabytes.
_MOST_SHAPES = 2_000
#: A letter of seven points is about .065 inches wide, a row about six inches: narrower parts have no name.
_LETTER = 0.065 / 6


def dispersion_map(
    table: pd.DataFrame,
    terms: Sequence[str] | None = None,
    *,
    measure: str = "dp_norm",
    label: int = 12,
    names: Mapping[str, str] | None = None,
    lang: str = "en",
    ax: "Axes | None" = None,
) -> "Axes":
    """Frequency against dispersion, a point for each term, small multiples by language: the dispersion table.

    To the right: frequent; which end of the other axis is even is written there, and the even end is always above.

    Parameters
    ----------
    terms : which to name and fill; without it the ``label`` most frequent of each language.
    measure : "dp_norm" or "dp" (0 even, 1 all in one part), "juilland_d" (1 even).
    names : what to write for codes and themes.
    lang : language of the figure, "en", "es" or "it".

    >>> import toolkit
    >>> posts = toolkit.load_posts(toolkit.bundled_corpus()).head(5)
    >>> tokens = toolkit.tokenise(posts, toolkit.segment(posts), choice="simple")
    >>> axes = dispersion_map(toolkit.statistics.dispersion(tokens), label=3)
    >>> axes.get_title()
    'How frequent terms are and how evenly spread'
    """
    at_least("dispersion_map", 0, label=label)
    table = filled("dispersion_map", "dispersion", table)
    measure_of("dispersion_map", measure, tuple(_EVEN))
    words = words_of("dispersion", lang)
    wanted = None if terms is None else chosen("dispersion_map", terms, table["term"].tolist())
    known = table[table[measure].notna() & (table["n"] > 0)]
    if known.empty:
        raise InputError(f"dispersion_map: no term has a value of {measure}; it needs two parts or more.")
    groups = groups_of("dispersion_map", known, words)
    ax, cells = panels(ax, 5.4 if len(groups) > 1 else 7.2, [4.6] * len(groups), most=2)
    placed = []
    for cell, group in zip(cells, groups, strict=True):
        tone, part = colour(group.lang), group.rows.sort_values(["n", "term"], ascending=[False, True], kind="stable")
        strong = part.head(label) if wanted is None else part[part["term"].isin(wanted)]
        other = part.drop(strong.index)
        cell.scatter(
            other["n"], other[measure], s=14, facecolor="none", edgecolor=tone, alpha=0.5, linewidth=0.7,
            rasterized=len(other) > _MOST_SHAPES,
        )  # fmt: skip
        cell.scatter(strong["n"], strong[measure], s=26, color=tone, zorder=3)
        cell.set_xscale("log")
        cell.margins(x=0.12, y=0.06)
        if not _EVEN[measure]:
            cell.invert_yaxis()
        cell.set_xlabel(words["frequency"])
        cell.set_ylabel(words[measure])
        log_ticks(cell.xaxis, lang)
        number_ticks(cell.yaxis, lang)
        size = size_of(part["size"].iloc[:1].tolist(), group.lang != "all", words, lang)
        parts = words["parts"].format(parts=number(part["parts"].iloc[0], lang), size=size)
        small(cell, f"{group.name} ({parts})", "both")
        placed.append((cell, strong, other))
    head(ax, words["map_title"], words["map_note"].format(n=number(len(known), lang)))
    for cell, strong, other in placed:
        texts = named(strong["term"].tolist(), names)
        known, unnamed = (rows[["n", measure]].to_numpy(dtype=float) for rows in (strong, other))
        label_points(cell, known, texts, others=unnamed)
    return ax


def dispersion_plot(
    table: pd.DataFrame,
    terms: Sequence[str] | None = None,
    *,
    names: Mapping[str, str] | None = None,
    lang: str = "en",
    ax: "Axes | None" = None,
) -> "Axes":
    """Where terms stand, from the first place of the corpus to the last: the occurrences table.

    A row is a term, a stroke an occurrence. Where the table has values (years, countries) of the places, borders are
    drawn midway between the last stroke of one value and the first of the next.

    Parameters
    ----------
    terms : which, in this order; without it all of the table.
    names : what to write for codes and themes.
    lang : language of the figure, "en", "es" or "it".

    >>> import toolkit
    >>> posts = toolkit.load_posts(toolkit.bundled_corpus()).head(5)
    >>> tokens = toolkit.tokenise(posts, toolkit.segment(posts), choice="simple")
    >>> axes = dispersion_plot(toolkit.statistics.occurrences(tokens, ["blog", "empresa"]))
    >>> axes.get_title()
    'Where terms stand in the corpus'
    """
    table = filled("dispersion_plot", "occurrences", table)
    words = words_of("dispersion", lang)
    wanted = chosen("dispersion_plot", terms, table["term"].tolist())
    if len(wanted) > _MOST_TERMS:
        raise InputError(f"dispersion_plot: {len(wanted)} terms; at most {_MOST_TERMS} can be read, name some.")
    groups = groups_of("dispersion_plot", table[table["term"].isin(wanted)], words)
    rows = {group.lang: [term for term in wanted if term in set(group.rows["term"])] for group in groups}
    ax, cells = panels(ax, 8.6, [0.28 * len(rows[group.lang]) + 0.75 for group in groups], most=1)
    room = 0
    for cell, group in zip(cells, groups, strict=True):
        own = rows[group.lang]
        room = max(room, _borders(cell, table[table["lang"] == group.lang]))
        texts = []
        for place, (term, name) in enumerate(zip(own, named(own, names), strict=True)):
            part = group.rows[group.rows["term"] == term]
            cell.vlines(part["position"], place - 0.38, place + 0.38, color=colour(group.lang), linewidth=0.9)
            texts.append(f"{name} ({in_posts(len(part), part['doc_id'].nunique(), words, lang)})")
        cell.set_yticks(range(len(own)), texts)
        cell.set(xlim=(0, 1), ylim=(len(own) - 0.4, -0.6))
        cell.xaxis.set_major_formatter(lambda value, _: percent(value, lang))
        small(cell, "")
        # names of parts stand above the rows
        cell.set_title(group.name, fontsize=CELL, loc="left", pad=6 + room)
    cells[-1].set_xlabel(words["position"])
    head(ax, words["plot_title"], words["plot_note"] + (f" {words['borders_note']}" if room else ""))
    return ax


def _borders(cell: "Axes", table: pd.DataFrame) -> int:
    """Lines between the values of the places, with the name of each above; returns the points of their height."""
    known = table[table["value"].notna()].sort_values(["position", "start"], kind="stable")
    values, places = _years(known["value"].astype(str)).to_numpy(), known["position"].to_numpy(dtype=float)
    change = np.flatnonzero(values[1:] != values[:-1]) if len(values) else np.zeros(0, dtype=int)
    # values that come back again and again are no parts of the line
    if not len(change) or len(change) + 1 > len(set(values)):
        return 0
    between = (places[change] + places[change + 1]) / 2
    for place in between:
        cell.axvline(place, color=GREY, linewidth=0.8, linestyle="--", zorder=0)
    edges = np.concatenate([[0], between, [1]])
    told = [plain(value, 12) for value in values[np.concatenate([[0], change + 1])]]
    longest = max(map(len, told))
    # upright where a part is too narrow for its name, which then is a line high
    upright = bool((np.diff(edges) < _LETTER * longest).any())
    for name, start, end in zip(told, edges, edges[1:], strict=False):
        if not upright or end - start > 1.5 * _LETTER:
            cell.annotate(
                name, ((start + end) / 2, 1), xycoords=("data", "axes fraction"), xytext=(0, 3),
                textcoords="offset points", ha="center", va="bottom", fontsize=SMALL, color=DARK,
                rotation=90 if upright else 0,
            )  # fmt: skip
    return round(0.65 * SMALL * longest) + 4 if upright else 12


def _years(values: pd.Series) -> pd.Series:
    """Of dates the years: a border at every date would be a hatching."""
    return values.str.replace(r"^(\d{4})-\d\d.*$", r"\1", regex=True)
