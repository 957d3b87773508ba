"""Figures of frameworks in their own shape: a chain, ordered steps, pros and cons, and frameworks x principles."""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from toolkit.errors import InputError, suggestion
from toolkit.plots.style import axes, colour, named, plain, quiet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["balance", "chain", "crossing", "steps"]

#: Two sides: blue and vermilion of Okabe & Ito (2008), told apart by colour-blind readers.
_SIDES = ("#0072B2", "#D55E00")
_INK, _PALE = "#333333", "#777777"
#: Half the width and height of a box of the chain, and the distance of two boxes, in units of the figure.
_WIDE, _TALL, _APART = 1.0, 0.6, 3.5


def chain(
    table: "pd.DataFrame", names: Mapping[str, str] | None = None, unit: str = "post", ax: "Axes | None" = None
) -> "Axes":
    """Steps as boxes in their order, arrows between them: the table of ``chain_table``.

    A box says in how many of all units its step occurs; an arrow, in how many of the units with the step at its
    tail the step at its head occurs too (straight: the next step; curved: a later one); wider is more often.
    ``unit``: "post" or "passage". ``names``: what to write for each code.
    """
    from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

    _needs("chain", table, ["unit", "kind", "code", "to_code", "count", "n", "share", "ci_low", "ci_high"])
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
            FancyBboxPatch(
                (x - _WIDE, -_TALL), 2 * _WIDE, 2 * _TALL, boxstyle="round,pad=0.06", fc="#E8F1F8", ec=_SIDES[0]
            )
        )
        ax.text(x, 0.3, fill(named([row["code"]], names)[0], 20), ha="center", va="center", weight="bold", color=_INK)
        ax.text(x, -0.12, _percent(row), ha="center", va="center", fontsize=9, color=_INK)
        ax.text(x, -0.42, _counts(row, unit), ha="center", va="center", fontsize=8, color=_PALE)
    for row in links:
        far = order.index(row["to_code"]) - order.index(row["code"])
        x, to, share = places[row["code"]], places[row["to_code"]], 0.0 if np.isnan(row["share"]) else row["share"]
        start, end = (
            ((x + _WIDE + 0.1, 0.0), (to - _WIDE - 0.1, 0.0)) if far == 1 else ((x, _TALL + 0.1), (to, _TALL + 0.1))
        )
        ax.add_patch(
            FancyArrowPatch(
                start, end, connectionstyle=f"arc3,rad={0 if far == 1 else -0.22}", arrowstyle="-|>",
                mutation_scale=14, linewidth=0.8 + 4 * share, color=_SIDES[0], alpha=0.75, shrinkA=0, shrinkB=0,
            )
        )  # fmt: skip
        # a curve of rad r over a chord of length d rises r * d / 2 above it
        y = 0.16 if far == 1 else _TALL + 0.18 + 0.11 * (to - x)
        below = "" if far > 1 else _counts(row)
        ax.text((x + to) / 2, y, _percent(row), ha="center", va="bottom", fontsize=8.5, color=_INK)
        ax.text((x + to) / 2, -0.14, below, ha="center", va="top", fontsize=8, color=_PALE)
    widest = max(places.values())
    ax.set_xlim(-_WIDE - 0.25, widest + _WIDE + 0.25)
    ax.set_ylim(-_TALL - 0.3, _TALL + 0.55 + 0.11 * widest * (len(places) > 2))
    ax.set_axis_off()
    ax.set_title(f"Box: % of {unit}s with the step. Arrow: % of these that hold the later step too.", fontsize=9)
    return ax


def steps(
    table: "pd.DataFrame", names: Mapping[str, str] | None = None, group: str | None = None, ax: "Axes | None" = None
) -> "Axes":
    """The rungs of a ladder, the first at the bottom: the table of ``framework_shares``.

    A dot is the share of passages per language, its bar the interval. ``group``: which of several ordered groups.
    """
    _needs("steps", table, ["lang", "code", "group", "order", "share", "ci_low", "ci_high", "n"])
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
    ax = axes(ax, 8, 0.5 * len(rungs) + 1.3)
    for number, lang in enumerate(langs):
        part = rows[rows["lang"] == lang]
        y = np.arange(len(part)) - 0.22 * (number - (len(langs) - 1) / 2)
        ax.hlines(y, 100 * part["ci_low"], 100 * part["ci_high"], color=colour(lang), alpha=0.55, linewidth=2.4)
        told = f"{lang} (n = {int(part['n'].iloc[0]):,})"
        ax.plot(
            100 * part["share"], y, marker="os^Dv"[number % 5], linestyle=":", linewidth=0.9, markersize=6,
            color=colour(lang), label=told, clip_on=False,
        )  # fmt: skip
    written = named(rungs["code"].tolist(), names)
    ax.set_yticks(
        range(len(rungs)), [_numbered(place, name) for place, name in zip(rungs["order"], written, strict=True)]
    )
    ax.set_ylim(-0.6, len(rungs) - 0.4)
    ax.set_xlim(left=0)
    ax.set(xlabel="% of passages, with bootstrap interval over posts", ylabel="")
    quiet(ax)
    ax.grid(axis="y", color="#dddddd", linewidth=3)
    ax.legend(title="", loc="best", facecolor="white", edgecolor="none", framealpha=1)
    return ax


def balance(table: "pd.DataFrame", names: Mapping[str, str] | None = None, ax: "Axes | None" = None) -> "Axes":
    """What speaks for and against: diverging bars, the table of ``balance_table``.

    Right: share of the posts with the code that give the first side (pro); left: the second (con).
    """
    _needs("balance", table, ["code", "side", "count", "n", "share", "ci_low", "ci_high"])
    sides = list(dict.fromkeys(table["side"]))
    if len(sides) != 2:
        raise InputError(f"balance: the table has {len(sides)} sides; expected are two, as balance_table gives them.")
    codes = list(dict.fromkeys(table["code"]))
    ax = axes(ax, 8, 0.55 * len(codes) + 1.4)
    largest = float(np.nanmax([100 * table["ci_high"].max(), 100 * table["share"].max(), 1]))
    for number, side in enumerate(sides):
        rows = table[table["side"] == side].set_index("code").reindex(codes)
        sign = 1 - 2 * number
        values = 100 * rows["share"].fillna(0).to_numpy(dtype=float)
        y = np.arange(len(codes))
        ax.barh(
            y, sign * values, color=_SIDES[number], alpha=0.8, height=0.6, label=plain((names or {}).get(side, side))
        )
        low, high = (sign * 100 * rows[end].to_numpy(dtype=float) for end in ("ci_low", "ci_high"))
        ax.hlines(y, low, high, color=_INK, linewidth=1.2)
        ends = np.fmax(values, np.abs(np.nan_to_num(high)))
        for place, (end, row) in enumerate(zip(ends, rows.to_dict("records"), strict=True)):
            told = "–" if np.isnan(row["share"]) else f"{100 * row['share']:.0f} %"
            ax.text(
                sign * (end + 0.02 * largest), place, told, va="center", ha="left" if sign > 0 else "right", fontsize=8,
                color=_INK,
            )  # fmt: skip
    ax.axvline(0, color=_INK, linewidth=0.8)
    counted = table.drop_duplicates("code").set_index("code")["n"]
    shown = named(codes, {"all": "All posts", **(names or {})})
    ax.set_yticks(
        range(len(codes)), [f"{name} (n = {counted[code]:,})" for code, name in zip(codes, shown, strict=True)]
    )
    ax.invert_yaxis()
    limit = 1.2 * largest
    ax.set_xlim(-limit, limit)
    ax.xaxis.set_major_formatter(lambda value, _: f"{abs(value):.0f}")
    handles, labels = ax.get_legend_handles_labels()
    ax.legend(
        handles[::-1], labels[::-1], frameon=False, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.0), title=""
    )
    ax.set(xlabel="% of the posts with the code, with bootstrap interval over posts", ylabel="")
    quiet(ax)
    return ax


def crossing(
    table: "pd.DataFrame",
    names: Mapping[str, str] | None = None,
    to_names: Mapping[str, str] | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Frameworks x principles as a heat map: the table of ``crossed``.

    A cell shows in how many of a hundred passages with the code of its row the code of its column occurs too; the
    colour is the lift (blue less than usual, red more), white where its interval holds 1 or is missing. A frame marks
    the pairs that the crosswalk of the codebook names. ``names`` of the rows' codes, ``to_names`` of the columns'.
    """
    import seaborn
    from matplotlib.patches import Rectangle

    values = ["share", "lift", "lift_low", "lift_high", "expected", "n"]
    _needs("crossing", table, ["code", "to_code", *values])
    codes, to_codes = list(dict.fromkeys(table["code"])), list(dict.fromkeys(table["to_code"]))
    if not codes:
        raise InputError("crossing: the table is empty; give it the table of crossed().")
    wide = {
        value: table.pivot(index="code", columns="to_code", values=value).reindex(index=codes, columns=to_codes)
        for value in values
    }
    share, lift, low, high = (wide[value].to_numpy(dtype=float) for value in ("share", "lift", "lift_low", "lift_high"))
    ax = axes(ax, 0.62 * len(to_codes) + 4.2, 0.42 * len(codes) + 2.4)
    tint = np.where((low > 1) | (high < 1), np.log2(np.nan_to_num(lift, nan=1.0).clip(0.25, 4)), 0.0)
    seaborn.heatmap(
        tint, cmap="RdBu_r", vmin=-2, vmax=2, ax=ax, linewidths=0.6, linecolor="white",
        cbar_kws={"label": "lift", "shrink": 0.7},
    )  # fmt: skip
    bar = ax.collections[0].colorbar
    if bar is not None:
        bar.set_ticks([-2, -1, 0, 1, 2], labels=["≤ ¼", "½", "1", "2", "≥ 4"])
    for (row, column), value in np.ndenumerate(share):
        told = "–" if np.isnan(value) else f"{100 * value:.{0 if value >= 0.095 or value == 0 else 1}f}"
        ink = "white" if abs(tint[row, column]) > 1.3 else _INK
        ax.text(column + 0.5, row + 0.5, told, ha="center", va="center", fontsize=8, color=ink)
    for row, column in np.argwhere(wide["expected"].notna().to_numpy()):
        ax.add_patch(Rectangle((column, row), 1, 1, fill=False, edgecolor="#222222", linewidth=1.4, clip_on=False))
    counted = wide["n"].iloc[:, 0]
    labels = [f"{name} (n = {int(counted[code]):,})" for code, name in zip(codes, named(codes, names), strict=True)]
    ax.set_yticks(np.arange(len(codes)) + 0.5, labels, rotation=0)
    ax.set_xticks(
        np.arange(len(to_codes)) + 0.5, named(to_codes, to_names), rotation=45, ha="right", rotation_mode="anchor"
    )
    ax.set(xlabel="", ylabel="")
    ax.set_title(
        "% of the row's passages; white: interval of the lift holds 1; framed: named by the crosswalk", fontsize=9
    )
    return ax


def _needs(figure: str, table: "pd.DataFrame", columns: Sequence[str]) -> None:
    absent = [column for column in columns if column not in table]
    if absent:
        shown = ", ".join(map(str, table.columns)) or "none"
        raise InputError(f"{figure}: the column '{absent[0]}' is missing; the table has {shown}.")


def _percent(row: Mapping[Any, Any]) -> str:
    if np.isnan(row["share"]):
        return "–"
    told = f"{100 * row['share']:.0f} %"
    if np.isnan(row["ci_low"]):
        return told
    return f"{told} [{100 * row['ci_low']:.0f}–{100 * row['ci_high']:.0f}]"


def _counts(row: Mapping[Any, Any], unit: str = "") -> str:
    return f"{row['count']:,} of {row['n']:,}" + (f" {unit}s" if unit else "")


def _numbered(order: int, name: str) -> str:
    """The place before a name that does not tell it."""
    return name if any(sign.isdigit() for sign in name) else f"{order}  {name}"
