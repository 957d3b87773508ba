"""Figures of principles: shares, stances, principles by year, shares corrected for the coder's errors."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from toolkit.errors import InputError
from toolkit.plots.panels import beside, chosen
from toolkit.plots.style import (
    FEW,
    GREY,
    NOTE,
    STANCE_COLOURS,
    axes,
    colour,
    hatch,
    head,
    language,
    legend_above,
    line_of,
    lines_of,
    marker,
    named,
    needs,
    number,
    number_ticks,
    one_codebook,
    quiet,
    sentences,
)
from toolkit.plots.topics import shares_by_year
from toolkit.plots.words import figure_words
from toolkit.tables import STANCES, check

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["adjusted_shares", "principle_shares", "principles_over_time", "stances"]


def principle_shares(
    table: "pd.DataFrame",
    names: Mapping[str, str] | None = None,
    ax: "Axes | None" = None,
    *,
    lang: str = "en",
    confidence: float = 0.95,
) -> "Axes":
    """Share of passages per principle and language, with intervals: the principles table.

    ``names``: what to write for each code. The order is that of the share in all languages together. ``lang`` of the
    figure's own words ("en", "es", "it"); ``confidence``: what the intervals were made with, as it is written.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"lang": ["es", "it", "all"], "codebook": "cluetrain", "code": "listening",
    ...     "count": [4, 1, 5],
    ...     "n": [40, 10, 50], "share": 0.1, "ci_low": [0.05, None, 0.05], "ci_high": [0.2, None, 0.15]})
    >>> axes = principle_shares(table, {"listening": "Escuchar"}, lang="es")
    >>> axes.get_title(), [label.get_text() for label in axes.get_yticklabels()]
    ('Cuántos pasajes llevan cada principio', ['Escuchar'])
    """
    table = needs("principle_shares", check("principles", table))
    one_codebook("principle_shares", table)
    words = figure_words("principles", lang)
    langs = [each for each in dict.fromkeys(table["lang"]) if each != "all"] or ["all"]
    every = table[table["lang"] == "all"] if "all" in set(table["lang"]) else table.drop_duplicates("code")
    order = every.sort_values("share", ascending=False, kind="stable")["code"].tolist()
    ax = axes(ax, 8, 0.36 * len(order) + 1.6)
    for each, away in zip(langs, beside(len(langs), 0.32, 0.7), strict=True):
        part = table[table["lang"] == each].set_index("code").reindex(order)
        rows = np.arange(len(order)) + away
        ax.hlines(rows, 100 * part["ci_low"], 100 * part["ci_high"], color=colour(each), alpha=0.55, linewidth=2.2)
        told = f"{language(each, words)} (n = {number(part['n'].max(), lang)})"
        ax.plot(
            100 * part["share"], rows, marker(each), color=colour(each), markersize=7, markeredgecolor="white",
            markeredgewidth=0.5, clip_on=False, label=told,
        )  # fmt: skip
    ax.set_yticks(range(len(order)), named(order, names))
    ax.set_ylim(len(order) - 0.4, -0.6)
    ax.set_xlim(left=0)
    ax.set(xlabel=words["share_of_passages"], ylabel="")
    number_ticks(ax.xaxis, lang, 8)
    quiet(ax)
    head(ax, words["title_shares"], lines_of(table, words, confidence), legend_above(ax, 4))
    return ax


def stances(
    table: "pd.DataFrame",
    names: Mapping[str, str] | None = None,
    ax: "Axes | None" = None,
    *,
    lang: str = "en",
) -> "Axes":
    """How passages stand towards each principle: the stances table, languages added up.

    ``names`` of codes, and of stances where those of the figure's ``lang`` ("en", "es", "it") are not wanted.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"lang": "es", "codebook": "cluetrain", "code": "listening",
    ...     "stance": ["endorses", "breach", "rejects", "mentions"], "count": [9, 4, 0, 2]})
    >>> axes = stances(table)
    >>> [text.get_text() for text in axes.get_legend().get_texts()]
    ['endorses', 'breach', 'rejects', 'mentions']
    """
    table = needs("stances", check("stances", table))
    one_codebook("stances", table)
    words = figure_words("principles", lang)
    wide = table.pivot_table(index="code", columns="stance", values="count", aggfunc="sum", sort=False)
    wide = wide.reindex(columns=list(STANCES)).fillna(0)
    wide = wide.loc[wide.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    ax = axes(ax, 8, 0.32 * len(wide) + 1.6)
    left = np.zeros(len(wide))
    for stance in STANCES:
        values = wide[stance].to_numpy(dtype=float)
        (name,) = named([stance], {**words, **(names or {})})
        ax.barh(
            range(len(wide)), values, left=left, color=STANCE_COLOURS[stance], height=0.72, label=name,
            hatch=hatch(stance), edgecolor="white", linewidth=0.5,
        )  # fmt: skip
        left += values
    for row, total in enumerate(left):
        ax.text(total + max(left.max(), 1) * 0.01, row, number(total, lang), va="center", fontsize=NOTE, color=GREY)
    ax.set_yticks(range(len(wide)), named(wide.index.tolist(), names))
    ax.set_ylim(len(wide) - 0.5, -0.5)
    ax.set_xlim(0, max(left.max(), 1) * 1.08)
    ax.set(xlabel=words["coded_passages"], ylabel="")
    number_ticks(ax.xaxis, lang, 8)
    quiet(ax)
    head(ax, words["title_stances"], f"n = {number(left.sum(), lang)}.", legend_above(ax, 4))
    return ax


def principles_over_time(
    table: "pd.DataFrame",
    codes: Sequence[str] | None = None,
    names: Mapping[str, str] | None = None,
    ax: "Axes | None" = None,
    *,
    lang: str = "en",
    confidence: float = 0.95,
) -> "Axes":
    """Share of passages with each principle by year, with interval, small multiples: the principles_by table.

    ``codes`` : which, in this order; without it all, the most frequent first. A year of fewer than 10 posts is a hollow
    point with its number of posts. ``lang``, ``confidence`` as in :func:`principle_shares`.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"by": "year", "value": ["2010", "2011"], "codebook": "cluetrain", "code": "listening",
    ...     "count": [9, 20], "n": 100, "posts": [12, 30], "share": [0.09, 0.2], "ci_low": [0.0, 0.1],
    ...     "ci_high": [0.2, 0.3]})
    >>> axes = principles_over_time(table, names={"listening": "Ascoltare"}, lang="it")
    >>> axes.get_title()
    'Passaggi con ciascun principio per anno, in %'
    """
    table = check("principles_by", table)
    years = table[(table["by"] == "year") & table["value"].str.fullmatch(r"\d{4}")]
    if years.empty:
        raise InputError("principles_over_time: the table has no years; give posts with dates to principles_by.")
    one_codebook("principles_over_time", years)
    totals = years.groupby("code", sort=False)["count"].sum().sort_values(ascending=False, kind="stable")
    order = chosen("principles_over_time", codes, totals.index, "code")
    years = years[years["code"].isin(order)].drop(columns="n").rename(columns={"code": "topic", "posts": "n"})
    # names take the place of codes: a code has no label beside it
    shown = {code: str((names or {}).get(code, code)) for code in order}
    title = figure_words("principles", lang)["title_years"]
    return shares_by_year(years, order, title, few=FEW, heads=shown, ax=ax, lang=lang, confidence=confidence)


def adjusted_shares(
    table: "pd.DataFrame",
    names: Mapping[str, str] | None = None,
    ax: "Axes | None" = None,
    *,
    lang: str = "en",
    confidence: float = 0.95,
) -> "Axes":
    """Shares as coded and corrected for the coder's errors, by language: the adjusted_shares table.

    Hollow: as coded, with a thin interval; filled: corrected, with a thick one. A code that could not be corrected has
    no filled point. Where few intervals are so wide that all others would lie flat, these end in an arrow.
    ``lang``, ``confidence`` as in :func:`principle_shares`.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"lang": ["es", "it"], "codebook": "cluetrain", "code": "listening", "n": 90, "posts": 12,
    ...     "share": [0.1, 0.12], "ci_low": 0.05, "ci_high": 0.2, "adjusted": [0.12, 0.15], "adjusted_low": 0.06,
    ...     "adjusted_high": 0.3, "gold_positives": 20, "gold_negatives": 300})
    >>> adjusted_shares(table, {"listening": "Listening"}).get_title()
    "Principles as coded and corrected for the coder's errors"
    """
    table = check("adjusted_shares", table)
    if table.empty:
        raise InputError("adjusted_shares: the table is empty; give coded passages.")
    one_codebook("adjusted_shares", table)
    words = figure_words("principles", lang)
    order = table.groupby("code", sort=False)["share"].mean().sort_values(ascending=False, kind="stable").index.tolist()
    langs, limit = list(dict.fromkeys(table["lang"])), _limit(table)
    ax = axes(ax, 8, 0.5 * len(order) + 1.9)
    for each, away in zip(langs, beside(len(langs), 0.44, 0.66), strict=True):
        own = table[table["lang"] == each].set_index("code").reindex(order)
        middle = np.arange(len(order)) + away
        told = language(each, words)
        for shift, name, low, high, width, face in (
            (-0.09, "share", "ci_low", "ci_high", 1.2, "white"),
            (0.09, "adjusted", "adjusted_low", "adjusted_high", 2.8, colour(each)),
        ):
            values = 100 * own[[name, low, high]].to_numpy(dtype=float).T
            if limit and (values[2] > limit).any():
                far = (middle + shift)[values[2] > limit]
                ax.plot(np.full(len(far), limit), far, ">", color=colour(each), markersize=6, clip_on=False, zorder=4)
            ax.hlines(middle + shift, values[1], values[2], color=colour(each), alpha=0.55, linewidth=width)
            ax.scatter(
                values[0], middle + shift, s=30, facecolor=face, edgecolor=colour(each), zorder=3, clip_on=False,
                marker=marker(each), label=f"{told}, {words['as_coded' if name == 'share' else 'corrected']}",
            )  # fmt: skip
    ax.set_yticks(range(len(order)), named(order, names))
    ax.set_ylim(len(order) - 0.4, -0.6)
    ax.set_xlim(0, limit)
    counts = table.drop_duplicates("lang").set_index("lang")["n"]
    told = ", ".join(f"{language(each, words)} {number(n, lang)}" for each, n in counts.items())
    ax.set(xlabel=words["share_of_passages"], ylabel="")
    number_ticks(ax.xaxis, lang, 8)
    quiet(ax)
    note = sentences(f"n: {told}", line_of(words, confidence), words["cut"] if limit else "")
    head(ax, words["title_adjusted"], note, legend_above(ax, 2))
    return ax


def _limit(table: "pd.DataFrame") -> float | None:
    """Where the axis ends, in percent, when few intervals are so wide that they would press all others flat."""
    highs = 100 * table[["ci_high", "adjusted_high"]].max(axis=1).to_numpy(dtype=float)
    points = 100 * float(np.nanmax(table[["share", "adjusted"]].to_numpy(dtype=float), initial=0))
    known = highs[~np.isnan(highs)]
    # nine in ten are seen whole, and all points
    limit = 1.1 * max(float(np.quantile(known, 0.9)), points) if len(known) else 0.0
    return limit if limit and known.max() > 1.5 * limit else None
