"""Figures of topic models: terms, documents, map, prevalence. One table in, one Axes out; nothing is computed."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from toolkit.errors import InputError
from toolkit.plots.panels import at_least, chosen, first_column, line_with_band, panels, small
from toolkit.plots.style import (
    DARK,
    FEW,
    GREY,
    colour,
    hatch,
    head,
    interval,
    label_width,
    language,
    legend_above,
    line_of,
    needs,
    number,
    number_ticks,
    plain,
    sentences,
)
from toolkit.plots.words import figure_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["prevalence_bars", "term_bars", "themes_over_time"]

_PREVALENCE = ["topic", "value", "share", "ci_low", "ci_high", "n"]
#: Small figures side by side.
_COLUMNS = 4


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

    >>> import pandas as pd
    >>> table = pd.DataFrame({"topic": ["es.1", "es.1", "es.2"], "term": ["cliente", "red", "precio"],
    ...     "weight": [0.3, 0.2, 0.4]})
    >>> axes = term_bars(table, labels={"es.1": "redes"}, unstable=["es.2"], lang="es")
    >>> axes.get_title()
    'Primeros términos de cada tema'
    """
    at_least("term_bars", 1, most=most)
    words = figure_words("topics", lang)
    table = needs("term_bars", table, ["topic", "term", "weight"])
    shown = chosen("term_bars", topics, table["topic"].tolist(), "theme")
    langs = table["lang"] if "lang" in table else pd.Series("all", index=table.index)
    parts = [
        table[table["topic"] == topic].groupby(langs, sort=False, dropna=False).head(most).assign(lang=langs)
        for topic in shown
    ]
    several = list(dict.fromkeys(each for part in parts for each in part["lang"]))
    rows = max(len(part) for part in parts)
    terms = [plain(term, 30) for part in parts for term in part["term"]]
    ax, cells = panels(ax, 1.9 + label_width(terms), [0.19 * rows + 0.8] * len(shown), _COLUMNS)
    lengths = [name for name in ("weight", "corpus_share") if name in table]
    widest = float(np.nanmax(pd.concat(parts)[lengths].to_numpy(dtype=float), initial=0))
    for cell, topic, part in zip(cells, shown, parts, strict=True):
        places = np.arange(len(part))
        pale = 0.3 if topic in unstable else 0.75
        bars = cell.barh(places, part["weight"], color=[colour(each) for each in part["lang"]], alpha=pale, height=0.78)
        if len(several) > 1:
            for bar, each in zip(bars, part["lang"], strict=True):
                bar.set(hatch=hatch(each), edgecolor="white", linewidth=0)
        if "corpus_share" in part:
            cell.barh(places, part["corpus_share"], color=DARK, height=0.2)
        cell.set_yticks(places, [plain(term, 30) for term in part["term"]])
        cell.set_ylim(rows - 0.4, -0.6)
        cell.set_xlim(0, max(widest, 1e-9) * 1.04)
        number_ticks(cell.xaxis, lang, 4)
        _named(cell, topic, labels, words["unstable"] if topic in unstable else "", "x")
    if len(several) > 1:
        for each in several:
            ax.bar(0, 0, color=colour(each), hatch=hatch(each), edgecolor="white", label=language(each, words))
    note = sentences(words["scale"], words["corpus_share"] if "corpus_share" in table else "")
    head(ax, words["title_terms"], note, legend_above(ax) if len(several) > 1 else 0)
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

    >>> import pandas as pd
    >>> table = pd.DataFrame({"topic": "es.1", "value": ["2010", "2011", "2013"], "share": [0.2, 0.3, 0.1],
    ...     "ci_low": [0.1, 0.2, 0.0], "ci_high": [0.3, 0.4, 0.2], "n": [20, 30, 2]})
    >>> axes = themes_over_time(table)
    >>> axes.get_title()
    'Themes by year, in %'
    """
    table = needs("themes_over_time", table, _PREVALENCE, ["topic", "value"])
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
    shown = chosen("themes_over_time", topics, table["topic"].tolist(), "theme")
    ax, cells = panels(ax, 2.9, [1.85] * len(shown), _COLUMNS)
    top = _highest(table)
    span = np.arange(table["year"].min(), table["year"].max() + 1)
    for cell, topic in zip(cells, shown, strict=True):
        part = table[table["topic"] == topic].drop_duplicates("year").set_index("year").reindex(span)
        values = (100 * part[["share", "ci_low", "ci_high"]].astype(float)).to_numpy().T
        posts, style = part["n"].to_numpy(dtype=float, na_value=np.nan), "--" if topic in unstable else "-"
        line_with_band(cell, span, values, posts, few, _tone(table, topic), lang, style=style)
        cell.set(xlim=(span[0] - 0.6, span[-1] + 0.6), ylim=(0, top * 1.16))
        number_ticks(cell.yaxis, lang, 5)
        name = (heads or {}).get(topic, topic)
        _named(cell, name, labels, words["unstable"] if topic in unstable else "", "y", key=topic)
        cell.set_xticks(_ticks(span), [str(year) for year in _ticks(span)])
        cell.set_ylabel("%" if first_column(cell) else "")
    hollow = words["hollow"].format(few=number(few, lang)) if (table["n"] < few).any() else ""
    head(
        ax,
        title,
        sentences(
            _posts_of(table, shown, words, lang), words["band"].format(interval=interval(words, confidence)), hollow
        ),
    )
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

    >>> import pandas as pd
    >>> table = pd.DataFrame({"topic": "es.1", "value": ["AR", "ES"], "share": [0.2, 0.3], "ci_low": [0.1, 0.2],
    ...     "ci_high": [0.3, 0.4], "n": [4, 30]})
    >>> axes = prevalence_bars(table, labels={"es.1": "red, voz"})
    >>> axes.get_title()
    'Themes by group, in %'
    """
    words = figure_words("topics", lang)
    table = needs("prevalence_bars", table, _PREVALENCE, ["topic", "value"])
    shown = chosen("prevalence_bars", topics, table["topic"].tolist(), "theme")
    values = list(dict.fromkeys(table["value"].astype(str)))
    known = table[table["topic"].isin(shown)].assign(value=table["value"].astype(str))
    counts = known.drop_duplicates(["topic", "value"]).pivot(index="value", columns="topic", values="n")
    # groups of one size in all small figures stand at the first of a row; one that a theme lacks is of another
    alike = bool((counts.nunique(axis=1, dropna=False) == 1).all())
    widest = label_width([plain(value, 30) + " (000)" for value in values])
    ax, cells = panels(ax, 2.0 + widest / (2 if alike else 1), [0.2 * len(values) + 0.85] * len(shown), _COLUMNS)
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
        written = [f"{plain(value, 30)} ({_count(n, lang)})" for value, n in zip(values, part["n"], strict=True)]
        cell.set_yticks(places, written if first_column(cell) or not alike else [""] * len(places))
        cell.set(xlim=(0, top * 1.04), ylim=(len(values) - 0.4, -0.6))
        number_ticks(cell.xaxis, lang, 5)
        _named(cell, topic, labels, words["unstable"] if topic in unstable else "", "x")
    few_posts = words["pale"].format(few=number(few, lang)) if (table["n"] < few).any() else ""
    head(ax, words["title_groups"], sentences(words["brackets"], line_of(words, confidence), few_posts))
    return ax


# ---- small multiples -------------------------------------------------------------------------------------


def _highest(table: pd.DataFrame) -> float:
    """The highest share or limit in percent: one scale for all."""
    return 100 * float(np.nanmax(table[["share", "ci_high"]].to_numpy(dtype=float), initial=1e-4))


def _named(
    cell: "Axes",
    name: str,
    labels: Mapping[str, str] | None,
    unstable: str,
    values: Literal["x", "y"],
    key: str | None = None,
) -> None:
    """A small Axes with its name, its label below; ``unstable``: what is said of one that is."""
    label = plain((labels or {}).get(name if key is None else key, ""), 40)
    told = plain(str(name), 40) + (f" ({unstable})" if unstable else "") + (f"\n{label}" if label else "")
    small(cell, told, values, GREY if unstable else "black")


def _posts_of(table: pd.DataFrame, topics: Sequence[str], words: Mapping[str, str], lang: str) -> str:
    """How many posts the shares of a topic rest on: one number, or from the fewest to the most."""
    each = [int(table["n"][table["topic"] == topic].sum()) for topic in topics]
    told = [number(n, lang) for n in sorted({min(each), max(each)})]
    return words["n_posts"].format(n="–".join(told))


def _count(n: float, lang: str) -> str:
    return "0" if pd.isna(n) else number(n, lang)


def _tone(table: pd.DataFrame, topic: str) -> str:
    column = next((name for name in ("lang", "model") if name in table), None)
    return colour(table.loc[table["topic"] == topic, column].iloc[0] if column else str(topic).split(".")[0])


def _ticks(years: np.ndarray) -> list[int]:
    """Four years at most: the first, and then by equal steps."""
    step = max(1, -(-len(years) // 4))
    return [int(year) for year in years[::step]]
