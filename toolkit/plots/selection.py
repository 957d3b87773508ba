"""The figure of a selection: every measure against the number of topics, and what is recommended."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from toolkit.errors import InputError
from toolkit.plots.panels import panels, small
from toolkit.plots.style import BLUE, GREY, SMALL, VERMILION, head, number, number_ticks, sentences
from toolkit.plots.words import figure_words

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from toolkit.topics.selection import Recommendation

__all__ = ["selection_curves"]

_MEASURES = ("heldout", "perplexity", "npmi", "c_v", "exclusivity", "diversity", "stability")
_LINE, _CHOSEN = BLUE, VERMILION


def selection_curves(
    table: "pd.DataFrame", recommendation: "Recommendation | None" = None, *, lang: str = "en"
) -> "Figure":
    """All measures against the number of topics, one panel each, on a new figure.

    Points are means, bars their 95 % intervals as ``Selection.table`` has them, cut where they reach far beyond the
    means; the broken line is one topic. With a recommendation its k is the
    orange line, the ks from low to high are the orange band, and a last panel shows how often each k won among the
    resamples. Measures without a single value are left out. ``lang`` of the figure's own words ("en", "es", "it").

    >>> import pandas as pd
    >>> table = pd.DataFrame({"k": [2, 4, 2, 4], "measure": ["heldout", "heldout", "npmi", "npmi"],
    ...     "value": [-7.5, -7.2, 0.1, 0.2], "low": [-7.6, -7.3, 0.0, 0.1], "high": [-7.4, -7.1, 0.2, 0.3], "n": 5})
    >>> figure = selection_curves(table)
    >>> [axes.get_title("left") for axes in figure.axes[1:]]
    ['Log-likelihood per held-out token', 'Coherence, NPMI']
    """
    absent = [column for column in ("k", "measure", "value", "low", "high") if column not in table]
    if absent:
        raise InputError(f"selection_curves: the column '{absent[0]}' is missing; give the 'table' of select_k.")
    words = figure_words("selection", lang)
    alone, table = table[table["k"] == 1], table[table["k"] > 1]
    parts = {
        measure: table[(table["measure"] == measure) & table["value"].notna()].sort_values("k") for measure in _MEASURES
    }
    shown = [measure for measure, part in parts.items() if len(part)]
    if not shown:
        raise InputError("selection_curves: no measure has a value; select_k found nothing to show.")
    ks = sorted(set(table["k"]))
    width = 0.6 * min(np.diff(ks)) if len(ks) > 1 else 0.6
    head_ax, cells = panels(None, 3.1, [2.4] * (len(shown) + (recommendation is not None)), most=4)
    for ax, measure in zip(cells, shown, strict=False):
        part = parts[measure]
        ax.plot(part["k"], part["value"], "o-", color=_LINE, markersize=5, linewidth=1.2)
        ax.vlines(part["k"], part["low"], part["high"], color=_LINE, alpha=0.5, linewidth=2.2)
        better = words["lower" if measure == "perplexity" else "higher"]
        ax.set_ylabel(better + _counted(part, lang), color=GREY)
        number_ticks(ax.yaxis, lang, 6)
        one = alone.loc[alone["measure"] == measure, "value"].dropna()
        _limits(ax, part, one.tolist())
        for value in one:
            ax.axhline(value, color=GREY, linestyle="--", linewidth=1)
            ax.annotate(
                words["one_topic"], (1, value), xycoords=("axes fraction", "data"), fontsize=SMALL, color=GREY,
                ha="right", va="bottom",
            )  # fmt: skip
        small(ax, words[measure], "y")
    if recommendation is not None:
        last = cells[-1]
        shares = [100 * recommendation.shares.get(k, 0.0) for k in ks]
        colours = [_CHOSEN if k == recommendation.k else "#BBBBBB" for k in ks]
        last.bar(ks, shares, width=width, color=colours, zorder=2)
        last.set_ylabel(words["resamples"], color=GREY)
        last.set_ylim(0, 100)
        number_ticks(last.yaxis, lang, 5)
        small(last, words["won"], "y")
        for ax in cells[:-1]:
            _mark(ax, recommendation, width)
    for ax in cells:
        ax.set_xticks(_ticks(ks))
        # the first and the last bar whole
        ax.set_xlim(ks[0] - max(0.5, 0.6 * width), ks[-1] + max(0.5, 0.6 * width))
        place = ax.get_subplotspec()
        ax.set_xlabel(words["topics"] if place.is_last_row() else "")
    band = words["band"] if recommendation is not None else ""
    head(head_ax, _heading(recommendation, words), sentences(words["bars"], band))
    figure: Any = head_ax.get_figure(root=True)
    return figure


def _heading(recommendation: "Recommendation | None", words: Mapping[str, str]) -> str:
    if recommendation is None:
        return words["title"]
    low, high = recommendation.low, recommendation.high
    within = words["within"].format(low=low, high=high) if low < high else ""
    unsure = words["uncertain"] if recommendation.uncertain else ""
    return words["recommended"].format(k=recommendation.k, within=within, unsure=unsure)


def _counted(part: "pd.DataFrame", lang: str) -> str:
    """How many values a mean is made of, where the table says so and it is the same for each k."""
    counts = set(part["n"]) if "n" in part else set()
    return f"\n(n = {number(counts.pop(), lang)})" if len(counts) == 1 else ""


def _mark(ax: "Axes", recommendation: "Recommendation", width: float) -> None:
    low, high = recommendation.low - width / 2, recommendation.high + width / 2
    ax.axvspan(low, high, color=_CHOSEN, alpha=0.12, linewidth=0, zorder=0)
    ax.axvline(recommendation.k, color=_CHOSEN, linewidth=1.4, zorder=0.5)


def _limits(ax: "Axes", part: "pd.DataFrame", more: list[float]) -> None:
    """Room for the means and for intervals up to three times their spread: one wide interval hides no curve."""
    low, high = min([part["value"].min(), *more]), max([part["value"].max(), *more])
    spread = max(high - low, 0.02 * max(abs(low), abs(high)), 1e-6)
    bottom = max(np.nanmin([low, *part["low"]]), low - 1.5 * spread)
    top = min(np.nanmax([high, *part["high"]]), high + 1.5 * spread)
    ax.set_ylim(bottom - 0.08 * spread, top + 0.08 * spread)


def _ticks(ks: list[int]) -> list[int]:
    """At most ten of the ks, the first among them."""
    return ks[:: -(-len(ks) // 10)]
