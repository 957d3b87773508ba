"""Figures of keyness: what sets one part of a corpus apart. One table in, one Axes out; nothing is computed."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.display.numbers import number as in_language
from toolkit.errors import InputError
from toolkit.plots.panels import Group, at_least, count, filled, groups_of, panels, size_of, small, words_of
from toolkit.plots.placing import label_points
from toolkit.plots.style import (
    DARK,
    GREY,
    NOTE,
    SIDES,
    axes,
    head,
    interval,
    label_width,
    language,
    named,
    number,
    number_ticks,
    plain,
    quiet,
    write_ticks,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

__all__ = ["keyness_bars", "keyness_map"]

#: Chi-square of one degree of freedom at p = .05 and .001 (any table of the distribution).
_CRITICAL = (3.84, 10.83)


def keyness_bars(
    table: pd.DataFrame,
    *,
    most: int = 10,
    only_key: bool = False,
    sides: Sequence[str] | None = None,
    confidence: float = 0.95,
    names: Mapping[str, str] | None = None,
    lang: str = "en",
    ax: "Axes | None" = None,
) -> "Axes":
    """Terms that set two parts of a corpus apart, of each language: the keyness table.

    To the right: more frequent in the target, one step of the log ratio is twice as often; to the left: in the
    reference. Filled: key; hollow: not key by the criteria of the table. Beside a term stand its occurrences in both.

    Parameters
    ----------
    most : terms of each side, in the order of the table.
    only_key : leave out what is not key.
    sides : what to call target and reference (as the table does).
    confidence : the one that the table was made with, for the note.
    names : what to write for codes and themes.
    lang : language of the figure, "en", "es" or "it".

    >>> import toolkit
    >>> posts = toolkit.load_posts(toolkit.bundled_corpus()).head(6)
    >>> tokens = toolkit.tokenise(posts, toolkit.segment(posts), choice="simple")
    >>> table = toolkit.keyness(tokens, {"country": "AR"}, posts=posts, repeats=0)
    >>> axes = keyness_bars(table, most=3)
    >>> axes.get_title()
    'Key terms: country AR and the rest'
    """
    at_least("keyness_bars", 1, most=most)
    table = filled("keyness_bars", "keyness", table)
    words = words_of("keyness", lang)
    target, reference = _sides("keyness_bars", table, sides, words)
    rows = table[table["log_ratio"].notna() & (table["log_ratio"] != 0)]
    rows = rows[rows["key"]] if only_key else rows
    if rows.empty:
        raise InputError(f"keyness_bars: no term {'is key' if only_key else 'differs'}; there is nothing to draw.")
    side = (rows["log_ratio"] > 0).rename("side")
    # key terms first, then the order of the table
    first = rows.sort_values("key", ascending=False, kind="stable").groupby([rows["lang"], side], sort=False).head(most)
    shown = rows.loc[sorted(first.index)]
    groups = groups_of("keyness_bars", shown, words)
    height = max(len(group.rows) for group in groups)
    width = 3.6 + label_width(named(shown["term"].tolist(), names))
    ax, cells = panels(ax, width, [0.22 * height + 1.1] * len(groups), most=2)
    for cell, group in zip(cells, groups, strict=True):
        _bars(cell, group, height, names, lang)
        cell.set_xlabel(_direction(target, reference, words))
        small(cell, f"{group.name} ({_sizes(group.rows, words, lang)})")
    note = words["bars_note"].format(interval=interval(words, confidence))
    head(ax, words["bars_title"].format(target=plain(target, 40), reference=plain(reference, 40)), note)
    return ax


def _bars(cell: "Axes", group: Group, height: int, names: Mapping[str, str] | None, lang: str) -> None:
    part = group.rows.sort_values(["log_ratio", "term"], ascending=[False, True], kind="stable")
    values, places = part["log_ratio"].to_numpy(dtype=float), np.arange(len(part))
    for place, value, key in zip(places, values, part["key"], strict=True):
        tone = SIDES[int(value < 0)]
        # pale enough for the interval to be seen on it in grey print
        cell.barh(place, value, height=0.66, facecolor=(tone, 0.5) if key else "white", edgecolor=tone, linewidth=1)
    cell.hlines(places, part["ci_low"].astype(float), part["ci_high"].astype(float), color=DARK, linewidth=1.3)
    cell.axvline(0, color=DARK, linewidth=0.8)
    counts = zip(part["n_target"], part["n_reference"], strict=True)
    texts = [
        f"{name} ({count(here, lang)} : {count(there, lang)})"
        for name, (here, there) in zip(named(part["term"].tolist(), names), counts, strict=True)
    ]
    cell.set_yticks(places, texts)
    cell.set_ylim(height - 0.4, -0.6)
    number_ticks(cell.xaxis, lang, 8)
    _signed_ticks(cell.xaxis, lang)


def keyness_map(
    table: pd.DataFrame,
    *,
    label: int = 20,
    level: float = 0.05,
    sides: Sequence[str] | None = None,
    names: Mapping[str, str] | None = None,
    lang: str = "en",
    ax: "Axes | None" = None,
) -> "Axes":
    """Size of a difference against its significance, a point for each term of one language: the keyness table.

    To the right: more frequent in the target, to the left: in the reference (log ratio; the dotted lines are twice as
    often); above: surer (log-likelihood). Lines stand at p = .05 and p = .001 of a single term, and, where terms pass
    it, at q < ``level`` of all. Filled: key. ``label``: how many key terms are named, in the order of the table.
    ``sides``, ``names`` and ``lang`` as in :func:`keyness_bars`.

    >>> import toolkit
    >>> posts = toolkit.load_posts(toolkit.bundled_corpus()).head(6)
    >>> tokens = toolkit.tokenise(posts, toolkit.segment(posts), choice="simple")
    >>> table = toolkit.keyness(tokens, {"country": "AR"}, posts=posts, repeats=0)
    >>> axes = keyness_map(table)
    >>> axes.get_title()
    'How large and how sure: country AR and the rest'
    """
    at_least("keyness_map", 0, label=label)
    table = filled("keyness_map", "keyness", table)
    words = words_of("keyness", lang)
    target, reference = _sides("keyness_map", table, sides, words)
    langs = sorted(set(table["lang"]))
    if len(langs) > 1:
        raise InputError(f"keyness_map: the table has terms of {', '.join(langs)}; give those of one language.")
    rows = table[table[["log_ratio", "log_likelihood"]].notna().all(axis=1)]
    if rows.empty:
        raise InputError("keyness_map: no term has both a log ratio and a log-likelihood; take keyness_bars.")
    ax = axes(ax, 7.6, 5.6)
    for number_, marker in enumerate("o^"):
        for key in (False, True):
            part = rows[((rows["log_ratio"] < 0) == bool(number_)) & (rows["key"] == key)]
            ax.scatter(
                part["log_ratio"], part["log_likelihood"], s=28 if key else 16, marker=marker,
                facecolor=SIDES[number_] if key else "none", edgecolor=SIDES[number_], alpha=1 if key else 0.6,
                linewidth=0.8, zorder=3,
            )  # fmt: skip
    # linear near 0, where log-likelihoods may lie
    ax.set_yscale("symlog", linthresh=1)
    reach = 1.15 * max(1.2, float(rows["log_ratio"].abs().max()))
    ax.set(xlim=(-reach, reach), ylim=(0, 2.2 * max(12.0, float(rows["log_likelihood"].max()))))
    for place in (-1, 1):
        ax.axvline(place, color=GREY, linewidth=0.8, linestyle=":")
    ax.axvline(0, color=DARK, linewidth=0.8)
    _limits(ax, rows, level, lang)
    ax.set(xlabel=_direction(target, reference, words), ylabel=words["log_likelihood"])
    _signed_ticks(ax.xaxis, lang)
    ax.yaxis.set_major_formatter(lambda value, _: number(value, lang))
    quiet(ax, "both")
    group = groups_of("keyness_map", table, words)[0]
    note = words["map_note"].format(
        key=number(int(rows["key"].sum()), lang), n=number(len(rows), lang), size=_sizes(table, words, lang),
        group=group.name,
    )  # fmt: skip
    head(ax, words["map_title"].format(target=plain(target, 40), reference=plain(reference, 40)), note)
    labelled = rows[rows["key"]].head(label)
    known, others = (
        part[["log_ratio", "log_likelihood"]].to_numpy(dtype=float) for part in (labelled, rows.drop(labelled.index))
    )
    label_points(ax, known, named(labelled["term"].tolist(), names), 2.8, others)
    return ax


def _sides(figure: str, table: pd.DataFrame, sides: Sequence[str] | None, words: Mapping[str, str]) -> tuple[str, str]:
    """What to call target and reference."""
    if sides is not None:
        if isinstance(sides, str) or len(sides) != 2:
            raise InputError(f"{figure}: sides are two names, one of the target and one of the reference.")
        return str(sides[0]), str(sides[1])
    pairs = table[["target", "reference"]].drop_duplicates()
    if len(pairs) > 1:
        raise InputError(f"{figure}: the table has {len(pairs)} comparisons; give the rows of one.")
    target, reference = (str(name) for name in pairs.iloc[0])
    return _said(target, words), _said(reference, words)


def _said(part: str, words: Mapping[str, str]) -> str:
    """What a table calls a part of the corpus, in the words of the figure where it is one of the usual parts."""
    if part == "the rest":
        return words["rest"]
    if found := re.fullmatch(r"lang (\w+)", part):
        return language(found[1], words)
    if found := re.fullmatch(r"year (\S+)(?: to (\S+))?", part):
        return f"{found[1]}–{found[2]}" if found[2] else found[1]
    if found := re.fullmatch(r"passages coded (.+)", part):
        return words["coded"].format(codes=found[1])
    return part


def _direction(target: str, reference: str, words: Mapping[str, str]) -> str:
    return f"← {plain(reference, 20)}  |  {plain(target, 20)} →\n{words['log_ratio']}"


def _limits(ax: "Axes", rows: pd.DataFrame, level: float, lang: str) -> None:
    """Lines of significance, named beside the Axes."""
    passed = rows.loc[rows["q_value"] < level, "log_likelihood"]
    q_line = float(passed.min()) if len(passed) else np.inf
    high = q_line >= _CRITICAL[1]
    # names stand above or below their lines, so that lines that nearly meet keep theirs apart
    lines = [(_CRITICAL[0], 0.05, "top"), (_CRITICAL[1], 0.001, "top" if high else "bottom")]
    shown = [(value, f"p = {number(p, lang, _places(p))}", "--", side) for value, p, side in lines]
    if np.isfinite(q_line):
        shown.append((q_line, f"q < {number(level, lang, _places(level))}", "-", "bottom" if high else "center"))
    for value, told, line, side in shown:
        ax.axhline(value, color=GREY, linewidth=0.8, linestyle=line, zorder=1)
        ax.annotate(
            told, (1, value), xycoords=("axes fraction", "data"), xytext=(3, 0), textcoords="offset points",
            fontsize=NOTE, color=GREY, va=side, annotation_clip=False,
        )  # fmt: skip


def _sizes(rows: pd.DataFrame, words: Mapping[str, str], lang: str) -> str:
    """How many words or passages both parts have."""
    sizes = [rows["size_target"].iloc[0], rows["size_reference"].iloc[0]]
    return size_of(sizes, bool(rows["per_million_target"].notna().any()), words, lang)


def _signed_ticks(axis: "Axis", lang: str) -> None:
    """Numbers with their sign: a log ratio is a direction."""
    write_ticks(axis, lang, lambda value, lang, digits: in_language(value, lang, digits, sign=True))


def _places(level: float) -> int:
    """Decimals that show a level."""
    return next((digits for digits in range(1, 6) if round(level, digits) == level), 6)
