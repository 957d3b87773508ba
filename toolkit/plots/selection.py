"""The figure of a selection: every measure against the number of topics, and what is recommended."""

from typing import TYPE_CHECKING

import numpy as np

from toolkit.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from toolkit.topics.selection import Recommendation

__all__ = ["selection_curves"]

_TITLES = {
    "heldout": "Log-likelihood per held-out token",
    "perplexity": "Perplexity of held-out tokens",
    "npmi": "Coherence, NPMI",
    "c_v": "Coherence, c_v",
    "exclusivity": "Exclusivity, FREX",
    "diversity": "Diversity of top 25 terms",
    "stability": "Stability over seeds",
}
#: Okabe & Ito (2008), as in toolkit.plots.style.
_LINE, _CHOSEN = "#0072B2", "#D55E00"


def selection_curves(table: "pd.DataFrame", recommendation: "Recommendation | None" = None) -> "Figure":
    """All measures against the number of topics, one panel each, on a new figure.

    Points are means, bars their 95 % intervals as ``Selection.table`` has them, cut where they reach far beyond the
    means; the broken line is one topic. With a recommendation its k is the
    orange line, the ks from low to high are the orange band, and a last panel shows how often each k won among the
    resamples. Measures without a single value are left out.
    """
    import seaborn
    from matplotlib import pyplot

    absent = [column for column in ("k", "measure", "value", "low", "high") if column not in table]
    if absent:
        raise InputError(f"selection_curves: the column '{absent[0]}' is missing; give the 'table' of select_k.")
    alone, table = table[table["k"] == 1], table[table["k"] > 1]
    parts = {
        measure: table[(table["measure"] == measure) & table["value"].notna()].sort_values("k") for measure in _TITLES
    }
    shown = [measure for measure, part in parts.items() if len(part)]
    if not shown:
        raise InputError("selection_curves: no measure has a value; select_k found nothing to show.")
    panels = len(shown) + (recommendation is not None)
    columns = min(4, panels)
    rows = -(-panels // columns)
    figure = pyplot.figure(figsize=(3.1 * columns, 2.5 * rows + 0.5), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True).ravel()
    ks = sorted(set(table["k"]))
    for ax, measure in zip(grid, shown, strict=False):
        part = parts[measure]
        seaborn.lineplot(part, x="k", y="value", color=_LINE, marker="o", markersize=5, linewidth=1.2, ax=ax)
        ax.vlines(part["k"], part["low"], part["high"], color=_LINE, alpha=0.5, linewidth=2.2)
        ax.set_title(_TITLES[measure], fontsize=10)
        better = "lower" if measure == "perplexity" else "higher"
        ax.set_ylabel(f"{better} is better", fontsize=8, color="#555555")
        one = alone.loc[alone["measure"] == measure, "value"].dropna()
        _limits(ax, part, one.tolist())
        for value in one:
            ax.axhline(value, color="#555555", linestyle="--", linewidth=1)
            ax.annotate("one topic", (1, value), xycoords=("axes fraction", "data"), fontsize=7, color="#555555",
                        ha="right", va="bottom")  # fmt: skip
    if recommendation is not None:
        last = grid[len(shown)]
        shares = [100 * recommendation.shares.get(k, 0.0) for k in ks]
        width = 0.6 * min(np.diff(ks)) if len(ks) > 1 else 0.6
        colours = [_CHOSEN if k == recommendation.k else "#BBBBBB" for k in ks]
        last.bar(ks, shares, width=width, color=colours, zorder=2)
        last.set_title("How often each k won", fontsize=10)
        last.set_ylabel("% of resamples", fontsize=8, color="#555555")
        last.set_ylim(0, 100)
        for ax in grid[: len(shown)]:
            _mark(ax, recommendation, width)
    for ax in grid[panels:]:
        ax.remove()
    for place, ax in enumerate(grid[:panels]):
        seaborn.despine(ax=ax)
        ax.grid(axis="y", color="#dddddd", linewidth=0.6)
        ax.set_axisbelow(True)
        ax.tick_params(labelsize=8, labelbottom=True)
        ax.set_xticks(_ticks(ks))
        ax.set_xlabel("number of topics (k)" if place >= panels - columns else "", fontsize=9)
    if recommendation is not None:
        within = f" ({recommendation.low} to {recommendation.high})" if recommendation.low < recommendation.high else ""
        unsure = ", uncertain" if recommendation.uncertain else ""
        figure.suptitle(f"Recommended: {recommendation.k} topics{within}{unsure}", fontsize=12)
    return figure


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
