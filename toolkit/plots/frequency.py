"""Figures of frequency and lexical diversity. One table in, one Axes out; nothing is computed."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import InputError
from toolkit.plots.panels import (
    at_least,
    chosen,
    count,
    filled,
    first_column,
    groups_of,
    log_ticks,
    panels,
    size_of,
    small,
    ticks_within,
    words_of,
)
from toolkit.plots.style import (
    DARK,
    GREY,
    LINES,
    MARKERS,
    SERIES,
    SMALL,
    axes,
    colour,
    head,
    label_width,
    language,
    legend_above,
    line_of,
    marker,
    named,
    number,
    number_ticks,
    percent,
    quiet,
    sentences,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["diversity_points", "frequency_bars", "general_comparison", "rank_frequency"]

_BY = ("lang", "value")
_DIVERSITY = ("mattr", "mtld", "mattr_mean", "mtld_mean", "ttr", "types", "hapaxes")
#: More texts than these are drawn as a cloud of points, one row a language, instead of a row each.
_MOST_ROWS = 40


def frequency_bars(
    table: pd.DataFrame,
    *,
    most: int = 15,
    confidence: float = 0.95,
    names: Mapping[str, str] | None = None,
    lang: str = "en",
    ax: "Axes | None" = None,
) -> "Axes":
    """The most frequent terms of each language and group, small multiples: the frequencies table.

    Bars are rates per million words (of codes and themes: % of passages) on one scale. Beside each bar stand the
    occurrences and the share of posts that have the term: what one post repeats is frequent, but not common. Dark
    lines are the intervals, where the table has them (``ci_low``, ``ci_high``).

    Parameters
    ----------
    most : terms of each group, by rank.
    confidence : the one that the table was made with, for the note.
    names : what to write for codes and themes.
    lang : language of the figure, "en", "es" or "it".

    >>> import toolkit
    >>> posts = toolkit.load_posts(toolkit.bundled_corpus()).head(2)
    >>> tokens = toolkit.tokenise(posts, toolkit.segment(posts), choice="simple")
    >>> axes = frequency_bars(toolkit.frequency(tokens), most=5, lang="es")
    >>> axes.get_title()
    'Términos más frecuentes'
    """
    at_least("frequency_bars", 1, most=most)
    table = filled("frequency_bars", "frequencies", table)
    words = words_of("frequency", lang)
    # of a table of some terms those with the first ranks
    first = table.sort_values("rank", kind="stable").groupby(list(_BY), sort=False).head(most)
    shown = table.loc[sorted(first.index)]
    groups = groups_of("frequency_bars", shown, words, _BY)
    rates = table["per_million"].notna().all()
    values = table["per_million"] if rates else 100 * table["share"]
    # limits are of the share; on the scale of the bars
    limits = (1e6 if rates else 100) * table.reindex(columns=["ci_low", "ci_high"]).astype(float)
    # what is written beside a bar begins where bar and line have ended
    ends = np.fmax(values.astype(float), limits["ci_high"])
    top = float(ends[shown.index].max())
    rows = max(len(group.rows) for group in groups)
    width = 2.9 + label_width(named(shown["term"].tolist(), names))
    ax, cells = panels(ax, width, [0.21 * rows + 0.9] * len(groups))
    for cell, group in zip(cells, groups, strict=True):
        part = group.rows.sort_values("rank", kind="stable")
        places, lengths = np.arange(len(part)), values[part.index].to_numpy(dtype=float)
        cell.barh(places, lengths, color=colour(group.lang), height=0.7)
        cell.hlines(places, *limits.loc[part.index].to_numpy().T, color=DARK, linewidth=1)
        for place, end, (_, row) in zip(places, ends[part.index], part.iterrows(), strict=True):
            share = percent(row["document_share"], lang)
            cell.annotate(
                f"{count(row['n'], lang)} · {share}", (end, place),
                xytext=(3, 0), textcoords="offset points", va="center", fontsize=SMALL, color=GREY,
            )  # fmt: skip
        cell.set_yticks(places, named(part["term"].tolist(), names))
        # room for what is written beside the longest bar or line
        cell.set(xlim=(0, max(top, 1e-9) * 1.5), ylim=(rows - 0.4, -0.6))
        cell.set_xlabel(words["rate" if rates else "share_of_passages"])
        ticks_within(cell, 0, max(top, 1e-9), lang)
        small(cell, f"{group.name} ({size_of(part['size'].iloc[:1], rates, words, lang)})")
    drawn = limits.loc[shown.index].notna().all(axis=1)
    about = [line_of(words, confidence)] if drawn.any() else []
    about += [words["no_line"]] if about and not drawn.all() else []
    head(ax, words["frequency_title"], sentences(words["frequency_note"], *about))
    return ax


def general_comparison(
    table: pd.DataFrame, *, most: int = 20, minimum: int = 5, lang: str = "en", ax: "Axes | None" = None
) -> "Axes":
    """Words here and in the language at large: own and general Zipf value, joined by a line; the frequencies table.

    Shown are, of the words that occur at least ``minimum`` times, the ``most`` whose Zipf values differ most, in the
    order of the difference. The Zipf scale is logarithmic: one unit is ten times as often. Words that the general list
    does not have cannot be shown; how many these are is said. ``lang`` of the figure: "en", "es" or "it".

    >>> import toolkit
    >>> posts = toolkit.load_posts(toolkit.bundled_corpus()).head(2)
    >>> tokens = toolkit.tokenise(posts, toolkit.segment(posts), choice="simple")
    >>> axes = general_comparison(toolkit.frequency(tokens), most=5, minimum=2)
    >>> axes.get_title()
    'Words here and in the language at large'
    """
    at_least("general_comparison", 1, most=most)
    table = filled("general_comparison", "frequencies", table)
    words = words_of("frequency", lang)
    often = table[table["n"] >= minimum]
    known = often[often["zipf_difference"].notna()]
    if known.empty:
        raise InputError(
            f"general_comparison: no word with {minimum} occurrences or more has a general frequency; it is there for "
            "forms and lemmas of Spanish and Italian, with general=True."
        )
    far = known.assign(size_of=known["zipf_difference"].abs()).sort_values(
        ["size_of", "term"], ascending=[False, True], kind="stable"
    )
    shown = far.groupby(list(_BY), sort=False).head(most)
    groups = groups_of("general_comparison", known.loc[sorted(shown.index)], words, _BY)
    rows = max(len(group.rows) for group in groups)
    width = 3.0 + label_width(named(shown["term"].tolist(), None))
    ax, cells = panels(ax, width, [0.21 * rows + 0.9] * len(groups))
    ends = shown[["zipf", "general_zipf"]].to_numpy(dtype=float)
    for cell, group in zip(cells, groups, strict=True):
        part = group.rows.sort_values(["zipf_difference", "term"], ascending=[False, True], kind="stable")
        places, tone = np.arange(len(part)), colour(group.lang)
        cell.hlines(places, part["general_zipf"], part["zipf"], color=tone, alpha=0.5, linewidth=2)
        cell.scatter(part["general_zipf"], places, s=26, marker="s", facecolor="white", edgecolor=DARK, zorder=3)
        cell.scatter(part["zipf"], places, s=30, marker="o", color=tone, zorder=4)
        cell.set_yticks(places, named(part["term"].tolist(), None))
        cell.set(xlim=(ends.min() - 0.3, ends.max() + 0.3), ylim=(rows - 0.4, -0.6), xlabel=words["zipf_label"])
        number_ticks(cell.xaxis, lang)
        small(cell, f"{group.name} ({size_of(part['size'].iloc[:1], True, words, lang)})")
    note = words["general_note"].format(minimum=number(minimum, lang), missing=number(len(often) - len(known), lang))
    head(ax, words["general_title"], note)
    return ax


def rank_frequency(table: pd.DataFrame, *, lang: str = "en", ax: "Axes | None" = None) -> "Axes":
    """Frequency against rank, both logarithmic (Zipf 1949): a line for each language and group; the frequencies table.

    The dashed line falls as 1 / rank from the first point of the longest line. Give the table of all words
    (``only="words"``, ``minimum=1``): without function words or rare ones the ends of the line are missing. ``lang``
    of the figure: "en", "es" or "it".

    >>> import toolkit
    >>> posts = toolkit.load_posts(toolkit.bundled_corpus()).head(2)
    >>> tokens = toolkit.tokenise(posts, toolkit.segment(posts), choice="simple")
    >>> axes = rank_frequency(toolkit.frequency(tokens, only="words", minimum=1))
    >>> axes.get_title(), axes.get_xscale()
    ('Frequency by rank', 'log')
    """
    from matplotlib.lines import Line2D

    table = filled("rank_frequency", "frequencies", table)
    words = words_of("frequency", lang)
    groups = sorted(groups_of("rank_frequency", table, words, _BY), key=lambda group: -len(group.rows))
    rates = table["per_million"].notna().all()
    ax = axes(ax, 6.6, 4.8 + 0.16 * len(groups))
    handles: list[Any] = []
    tones = len({group.lang for group in groups}) == len(groups)
    for place, group in enumerate(groups):
        part = group.rows[group.rows["n"] > 0].sort_values("rank", kind="stable")
        if part.empty:
            continue
        heights = (part["per_million"] if rates else 100 * part["share"]).to_numpy(dtype=float)
        tone, style = colour(group.lang) if tones else SERIES[place % len(SERIES)], LINES[place % len(LINES)]
        ranks = part["rank"].to_numpy(dtype=float)
        if not handles:
            ax.plot(ranks[[0, -1]], heights[0] / (ranks[[0, -1]] / ranks[0]), color=GREY, linewidth=0.9, dashes=(2, 3))
            handles.append(Line2D([], [], color=GREY, linewidth=0.9, dashes=(2, 3), label=words["zipf_law"]))
        # a term alone is a point
        ax.plot(ranks, heights, color=tone, linewidth=1.7, linestyle=style, marker="" if len(part) > 1 else MARKERS[0])
        size = size_of(part["size"].iloc[:1].tolist(), rates, words, lang)
        told = words["rank_series"].format(group=group.name, terms=number(len(part), lang), size=size)
        handles.append(Line2D([], [], color=tone, linewidth=1.7, linestyle=style, label=told))
    ax.set(xscale="log", yscale="log", xlabel=words["rank_label"])
    ax.set_ylabel(words["rate" if rates else "share_of_passages"])
    log_ticks(ax.xaxis, lang)
    log_ticks(ax.yaxis, lang)
    quiet(ax, "both")
    head(ax, words["rank_title"], words["rank_note"], legend_above(ax, 1, handles=handles[1:] + handles[:1]))
    return ax


def diversity_points(
    table: pd.DataFrame,
    measures: Sequence[str] = ("mattr", "mtld"),
    *,
    confidence: float = 0.95,
    names: Mapping[str, str] | None = None,
    lang: str = "en",
    ax: "Axes | None" = None,
) -> "Axes":
    """Lexical diversity of groups, a small figure for each measure: the diversity table.

    A row is a group (colour and marker tell the language), with its number of words, and with its interval where the
    table has one (``mattr_low`` and ``mattr_high``, and so on); where there are more than 40 rows, as with single
    texts, each language is a row of points. Groups that are too short for a measure have no point there, and how many
    these are is said.

    Parameters
    ----------
    confidence : the one that the table was made with, for the note.
    measures : of "mattr", "mtld", and their means over texts "mattr_mean", "mtld_mean" (more is more varied); "ttr",
        "types", "hapaxes" (these depend on the length).
    names : what to write for groups.
    lang : language of the figure, "en", "es" or "it".

    >>> import toolkit
    >>> posts = toolkit.load_posts(toolkit.bundled_corpus()).head(3)
    >>> tokens = toolkit.tokenise(posts, toolkit.segment(posts), choice="simple")
    >>> axes = diversity_points(toolkit.statistics.lexical_diversity(tokens, posts=posts, by="country"), ["mattr"])
    >>> axes.get_title()
    'Lexical diversity'
    """
    table = filled("diversity_points", "diversity", table)
    words = words_of("frequency", lang)
    measures = chosen("diversity_points", measures, _DIVERSITY, "measure")
    langs = sorted(set(table["lang"]))
    alone = len(table) > _MOST_ROWS
    rows = len(langs) if alone else len(table)
    ax, cells = panels(ax, 3.7, [(0.6 if alone else 0.24) * rows + 1.0] * len(measures))
    labels = _diversity_labels(table, langs, alone, words, names, lang)
    limited = [name for name in measures if not alone and _limited(table, name)]
    for cell, measure in zip(cells, measures, strict=True):
        values = table[measure].to_numpy(dtype=float)
        if measure in limited:
            ends = (table[f"{measure}_{end}"].to_numpy(dtype=float) for end in ("low", "high"))
            cell.hlines(range(rows), *ends, colors=[colour(one) for one in table["lang"]], alpha=0.55, linewidth=2)
        for number_, one in enumerate(langs):
            own = np.flatnonzero((table["lang"] == one).to_numpy() & ~np.isnan(values))
            # single texts are spread over the height of their row in the order of the table
            heights = number_ + 0.6 * (np.arange(len(own)) * 0.618 % 1 - 0.5) if alone else own
            cell.scatter(
                values[own], heights, s=16 if alone else 34, marker=marker(one), color=colour(one),
                alpha=0.6 if alone else 1, zorder=3, linewidth=0,
            )  # fmt: skip
        cell.set_yticks(range(rows), labels if first_column(cell) else [""] * rows)
        cell.set_ylim(rows - 0.4, -0.6)
        cell.margins(x=0.08)
        number_ticks(cell.xaxis, lang, 5)
        cell.set_xlabel(words[f"{measure}_label"])
        small(cell, words[f"{measure}_title"].format(window=int(table["window"].iloc[0])))
        if not alone:
            cell.grid(axis="y", color="#eeeeee", linewidth=0.6)
    lacking = int(table[measures].isna().any(axis=1).sum())
    note = [words["points_note" if alone else "groups_note"]]
    note += [line_of(words, confidence) + "."] if limited else []
    note += [words["lacking_note"].format(n=number(lacking, lang))] if lacking else []
    head(ax, words["diversity_title"], " ".join(note), _language_legend(ax, langs, words) if not alone else 0)
    return ax


def _limited(table: pd.DataFrame, measure: str) -> bool:
    ends = [f"{measure}_low", f"{measure}_high"]
    return set(ends) <= set(table) and bool(table[ends].notna().any(axis=None))


def _diversity_labels(
    table: pd.DataFrame,
    langs: Sequence[str],
    alone: bool,
    words: Mapping[str, str],
    names: Mapping[str, str] | None,
    lang: str,
) -> list[str]:
    """What stands beside the rows: groups or languages, with their number of words."""
    if alone:
        counted = table.groupby("lang")["documents"].sum()
        return [f"{language(one, words)} ({words['of_texts'].format(n=number(counted[one], lang))})" for one in langs]
    written = named(
        [one if value == "all" else value for one, value in zip(table["lang"], table["value"], strict=True)],
        {one: language(one, words) for one in langs} | dict(names or {}),
    )
    return [
        f"{name} ({words['of_words'].format(n=number(n, lang))})"
        for name, n in zip(written, table["tokens"], strict=True)
    ]


def _language_legend(ax: "Axes", langs: Sequence[str], words: Mapping[str, str]) -> int:
    from matplotlib.lines import Line2D

    if len(langs) < 2:
        return 0
    handles = [
        Line2D([], [], linestyle="", marker=marker(one), color=colour(one), label=language(one, words)) for one in langs
    ]
    return legend_above(ax, handles=handles)
