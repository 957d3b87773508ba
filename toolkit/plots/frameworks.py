"""Figures of frameworks in their own shape: a chain, ordered steps, pros and cons."""

from collections.abc import Mapping
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from toolkit.errors import InputError, suggestion
from toolkit.plots.panels import beside
from toolkit.plots.style import (
    BLUE,
    CELL,
    DARK,
    GREY,
    LABEL,
    NOTE,
    PALE,
    SIDES,
    axes,
    colour,
    head,
    interval,
    language,
    legend_above,
    lines_of,
    marker,
    named,
    needs,
    number,
    number_ticks,
    percent,
    quiet,
    sentences,
    write_ticks,
)
from toolkit.plots.words import figure_words

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["balance", "chain", "steps"]

#: Half the width and height of a box of the chain, and the distance of two boxes, in units of the figure.
_WIDE, _TALL, _APART = 1.0, 0.6, 3.5


def chain(
    table: "pd.DataFrame",
    names: Mapping[str, str] | None = None,
    unit: str = "post",
    ax: "Axes | None" = None,
    *,
    lang: str = "en",
    confidence: float = 0.95,
) -> "Axes":
    """Steps as boxes in their order, arrows between them: the table of ``chain_table``.

    A box says in how many of all units its step occurs; an arrow, in how many of the units with the step at its
    tail the step at its head occurs too (straight: the next step; curved: a later one); wider is more often.
    ``unit``: "post" or "passage". ``names``: what to write for each code; ``lang`` of the figure's own words ("en",
    "es", "it"); ``confidence``: what the intervals were made with, as it is written.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"unit": "post", "kind": ["step", "step", "link"], "code": ["promise", "policy",
    ...     "promise"],
    ...     "to_code": [None, None, "policy"], "count": [6, 3, 2], "n": [12, 12, 6], "share": [0.5, 0.25, 0.33],
    ...     "ci_low": [0.3, 0.1, 0.1], "ci_high": [0.7, 0.4, 0.6]})
    >>> axes = chain(table, {"promise": "Promesa", "policy": "Norma"}, lang="es")
    >>> axes.get_title()
    'Los pasos y cómo se siguen unos a otros'
    """
    from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

    keys = ["unit", "kind", "code", "to_code"]
    table = needs("chain", table, [*keys, "count", "n", "share", "ci_low", "ci_high"], keys)
    words = figure_words("frameworks", lang)
    rows = table[table["unit"] == unit]
    boxes, links = (rows[rows["kind"] == kind].to_dict("records") for kind in ("step", "link"))
    if not boxes:
        raise InputError(f"chain: the table has no unit '{unit}'; {suggestion(unit, set(table['unit']))}")
    places = {row["code"]: _APART * number for number, row in enumerate(boxes)}
    order = list(places)
    ax = axes(ax, 3.1 * len(places) + 0.4, 4.0)
    for row in boxes:
        x = places[row["code"]]
        ax.add_patch(
            FancyBboxPatch((x - _WIDE, -_TALL), 2 * _WIDE, 2 * _TALL, boxstyle="round,pad=0.06", fc="#E8F1F8", ec=BLUE)
        )
        ax.text(x, 0.3, fill(named([row["code"]], names)[0], 20), ha="center", va="center", weight="bold", color=DARK)
        ax.text(x, -0.12, _percent(row, lang), ha="center", va="center", fontsize=CELL, color=DARK)
        ax.text(x, -0.42, _counts(row, words[f"of_{unit}"], lang), ha="center", va="center", fontsize=NOTE, color=GREY)
    for row in links:
        far = order.index(row["to_code"]) - order.index(row["code"])
        x, to, share = places[row["code"]], places[row["to_code"]], 0.0 if np.isnan(row["share"]) else row["share"]
        start, end = (
            ((x + _WIDE + 0.1, 0.0), (to - _WIDE - 0.1, 0.0)) if far == 1 else ((x, _TALL + 0.1), (to, _TALL + 0.1))
        )
        ax.add_patch(
            FancyArrowPatch(
                start, end, connectionstyle=f"arc3,rad={0 if far == 1 else -0.22}", arrowstyle="-|>",
                mutation_scale=14, linewidth=0.8 + 4 * share, color=BLUE, alpha=0.75, shrinkA=0, shrinkB=0,
            )
        )  # fmt: skip
        # a curve of rad r over a chord of length d rises r * d / 2 above it
        y = 0.16 if far == 1 else _TALL + 0.18 + 0.11 * (to - x)
        below = "" if far > 1 else _counts(row, words["of"], lang)
        ax.text((x + to) / 2, y, _percent(row, lang), ha="center", va="bottom", fontsize=LABEL, color=DARK)
        ax.text((x + to) / 2, -0.14, below, ha="center", va="top", fontsize=NOTE, color=GREY)
    widest = max(places.values())
    ax.set_xlim(-_WIDE - 0.25, widest + _WIDE + 0.25)
    ax.set_ylim(-_TALL - 0.3, _TALL + 0.55 + 0.11 * widest * (len(places) > 2))
    ax.set_axis_off()
    brackets = words["in_brackets"].format(interval=interval(words, confidence))
    head(ax, words["title_chain"], sentences(words[f"chain_{unit}"], brackets))
    return ax


def steps(
    table: "pd.DataFrame",
    names: Mapping[str, str] | None = None,
    group: str | None = None,
    ax: "Axes | None" = None,
    *,
    lang: str = "en",
    confidence: float = 0.95,
) -> "Axes":
    """The rungs of a ladder, the first at the bottom: the table of ``framework_shares``.

    A dot is the share of passages per language, its bar the interval. ``group``: which of several ordered groups.
    ``names``, ``lang``, ``confidence`` as in :func:`chain`.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"lang": "es", "code": ["l0", "l1"], "group": "levels", "order": [0, 1],
    ...     "share": [0.1, 0.2],
    ...     "ci_low": [0.0, 0.1], "ci_high": [0.2, 0.3], "n": 50})
    >>> [label.get_text() for label in steps(table, {"l0": "Unaware"}).get_yticklabels()]
    ['0  Unaware', 'l1']
    """
    words = figure_words("frameworks", lang)
    columns = ["lang", "code", "group", "order", "share", "ci_low", "ci_high", "n"]
    table = needs("steps", table, columns, ["lang", "code"])
    ordered = table[table["order"].notna()]
    groups = list(dict.fromkeys(ordered["group"]))
    if group is None and len(groups) != 1:
        shown = ", ".join(groups) or "none"
        raise InputError(f"steps: the table has {len(groups)} ordered groups ({shown}); name one as group.")
    if group is not None and group not in groups:
        known = suggestion(group, groups) if groups else "it has none."
        raise InputError(f"steps: the table has no ordered group '{group}'; {known}")
    rows = ordered[ordered["group"] == (group or groups[0])].sort_values("order", kind="stable")
    langs = sorted(set(rows["lang"]) - {"all"}) or ["all"]
    rungs = rows.drop_duplicates("code")
    ax = axes(ax, 8, 0.5 * len(rungs) + 1.6)
    for each, away in zip(langs, beside(len(langs), 0.22, 0.8), strict=True):
        part = rows[rows["lang"] == each].set_index("code").reindex(rungs["code"])
        y = np.arange(len(part)) - away
        ax.hlines(y, 100 * part["ci_low"], 100 * part["ci_high"], color=colour(each), alpha=0.55, linewidth=2.4)
        told = f"{language(each, words)} (n = {number(part['n'].max(), lang)})"
        ax.plot(
            100 * part["share"], y, marker=marker(each), linestyle=":", linewidth=0.9, markersize=6,
            color=colour(each), label=told, clip_on=False,
        )  # fmt: skip
    written = named(rungs["code"].tolist(), names)
    ax.set_yticks(
        range(len(rungs)), [_numbered(place, name) for place, name in zip(rungs["order"], written, strict=True)]
    )
    ax.set_ylim(-0.6, len(rungs) - 0.4)
    ax.set_xlim(left=0)
    ax.set(xlabel=words["share_of_passages"], ylabel="")
    number_ticks(ax.xaxis, lang)
    quiet(ax)
    ax.grid(axis="y", color=PALE, linewidth=3)
    head(ax, words["title_steps"], lines_of(rows, words, confidence), legend_above(ax))
    return ax


def balance(
    table: "pd.DataFrame",
    names: Mapping[str, str] | None = None,
    ax: "Axes | None" = None,
    *,
    lang: str = "en",
    confidence: float = 0.95,
) -> "Axes":
    """What speaks for and against: diverging bars, the table of ``balance_table``.

    Right: share of the posts with the code that give the first side (pro); left: the second (con).
    ``names`` of codes and sides, ``lang``, ``confidence`` as in :func:`chain`.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"code": "dialogue", "side": ["pro", "con"], "count": [5, 2], "n": 20,
    ...     "share": [0.25, 0.1],
    ...     "ci_low": [0.1, 0.0], "ci_high": [0.4, 0.2]})
    >>> right, left = balance(table).containers
    >>> float(right[0].get_width()), float(left[0].get_width())  # percent of the posts with the code
    (25.0, -10.0)
    """
    words = figure_words("frameworks", lang)
    table = needs("balance", table, ["code", "side", "count", "n", "share", "ci_low", "ci_high"], ["code", "side"])
    sides = list(dict.fromkeys(table["side"]))
    if len(sides) != 2:
        raise InputError(f"balance: the table has {len(sides)} sides; expected are two, as balance_table gives them.")
    codes = list(dict.fromkeys(table["code"]))
    ax = axes(ax, 8, 0.55 * len(codes) + 1.4)
    largest = float(np.nanmax([100 * table["ci_high"].max(), 100 * table["share"].max(), 1]))
    for place, side in enumerate(sides):
        rows = table[table["side"] == side].set_index("code").reindex(codes)
        sign = 1 - 2 * place
        values = 100 * rows["share"].fillna(0).to_numpy(dtype=float)
        y = np.arange(len(codes))
        (told,) = named([side], {"pro": words["pro"], "con": words["con"], **(names or {})})
        ax.barh(y, sign * values, color=SIDES[place], alpha=0.8, height=0.6, label=told)
        low, high = (sign * 100 * rows[end].to_numpy(dtype=float) for end in ("ci_low", "ci_high"))
        ax.hlines(y, low, high, color=DARK, linewidth=1.2)
        ends = np.fmax(values, np.abs(np.nan_to_num(high)))
        for row, (end, share) in enumerate(zip(ends, rows["share"].to_numpy(dtype=float), strict=True)):
            ax.text(
                sign * (end + 0.02 * largest), row, percent(share, lang), va="center",
                ha="left" if sign > 0 else "right", fontsize=NOTE, color=DARK,
            )  # fmt: skip
    ax.axvline(0, color=DARK, linewidth=0.8)
    counted = table.drop_duplicates("code").set_index("code")["n"]
    shown = named(codes, {"all": words["all_posts"], **(names or {})})
    written = [f"{name} (n = {number(counted[code], lang)})" for code, name in zip(codes, shown, strict=True)]
    ax.set_yticks(range(len(codes)), written)
    ax.invert_yaxis()
    limit = 1.2 * largest
    ax.set_xlim(-limit, limit)
    number_ticks(ax.xaxis, lang, 8)
    write_ticks(ax.xaxis, lang, lambda value, lang, digits: number(abs(value), lang, digits))
    ax.set(xlabel=words["posts_with_code"], ylabel="")
    quiet(ax)
    # the side that goes left stands left
    head(ax, words["title_balance"], lines_of(table, words, confidence), legend_above(ax, 2, backwards=True))
    return ax


def _percent(row: Mapping[Any, Any], lang: str) -> str:
    told = percent(row["share"], lang)
    if np.isnan(row["ci_low"]):
        return told
    return f"{told} [{number(100 * row['ci_low'], lang)}–{number(100 * row['ci_high'], lang)}]"


def _counts(row: Mapping[Any, Any], told: str, lang: str) -> str:
    return told.format(count=number(row["count"], lang), n=number(row["n"], lang))


def _numbered(order: float, name: str) -> str:
    """The place before a name that does not tell it; of a table that was read again it is no whole number any more."""
    return name if any(sign.isdigit() for sign in name) else f"{order:g}  {name}"
