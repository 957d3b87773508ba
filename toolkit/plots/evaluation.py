"""Figures of an evaluation: F1 by code, confusions, reliability of probabilities."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from toolkit.errors import InputError
from toolkit.plots.style import (
    BLUE,
    GREY,
    LABEL,
    NOTE,
    VERMILION,
    axes,
    cell_names,
    head,
    legend_above,
    line_of,
    named,
    needs,
    number,
    number_ticks,
    quiet,
    scale_bar,
    sentences,
)
from toolkit.plots.words import figure_words
from toolkit.tables import STANCES, check

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["code_f1", "confusion", "reliability"]

_NOTHING = "(none)"


def code_f1(
    table: "pd.DataFrame",
    names: Mapping[str, str] | None = None,
    ax: "Axes | None" = None,
    *,
    lang: str = "en",
    confidence: float = 0.95,
) -> "Axes":
    """F1 of each code with its interval, best first, and its base rate where it is known: the evaluation_measures
    table. Beside each code stands how often it occurs in gold.

    ``names``: what to write for each code; ``lang`` of the figure's own words ("en", "es", "it"); ``confidence``: what
    the intervals were made with, as it is written.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"measure": "f1", "scope": "code", "of": ["listening", "community"], "value": [0.5, 0.7],
    ...     "ci_low": [0.4, 0.5], "ci_high": [0.6, 0.8], "n": [120, 40]})
    >>> axes = code_f1(table)
    >>> [label.get_text() for label in axes.get_yticklabels()]
    ['community  (40)', 'listening  (120)']
    """
    table = check("evaluation_measures", table)
    part = table[table["scope"] == "code"]
    f1 = part[part["measure"] == "f1"].sort_values("value", ascending=False, kind="stable")
    if not len(f1):
        raise InputError("code_f1: the table has no F1 of a code; give the 'measures' of an evaluation.")
    needs("code_f1", part, once=["measure", "of"])
    words = figure_words("evaluation", lang)
    base = part[part["measure"] == "base_rate"].set_index("of")["value"].reindex(f1["of"])
    ax = axes(ax, 8, 0.36 * len(f1) + 1.8)
    rows = np.arange(len(f1))
    ax.hlines(rows, f1["ci_low"], f1["ci_high"], color=BLUE, alpha=0.55, linewidth=2.4)
    ax.plot(f1["value"], rows, "o", color=BLUE, markersize=6, label=words["f1"], clip_on=False)
    if base.notna().any():
        ax.plot(
            base, rows, "|", color=VERMILION, markersize=11, markeredgewidth=2, label=words["base_rate"], clip_on=False
        )
    mean = table[(table["scope"] == "all") & (table["measure"] == "f1_macro")]["value"]
    if len(mean) and mean.notna().all():
        told = words["macro"].format(value=number(mean.iloc[0], lang, 2))
        ax.axvline(mean.iloc[0], color=GREY, linewidth=1, linestyle="--", label=told)
    counts = zip(named(f1["of"].tolist(), names), f1["n"], strict=True)
    ax.set_yticks(rows, [f"{name}  ({number(n, lang)})" for name, n in counts])
    ax.set_ylim(len(f1) - 0.5, -0.5)
    ax.set_xlim(0, 1)
    ax.set(xlabel="F1", ylabel="")
    number_ticks(ax.xaxis, lang)
    quiet(ax)
    note = sentences(line_of(words, confidence, "bootstrap_documents"), words["brackets"])
    head(ax, words["title_f1"], note, legend_above(ax))
    return ax


def confusion(
    table: "pd.DataFrame",
    kind: str = "code",
    names: Mapping[str, str] | None = None,
    ax: "Axes | None" = None,
    *,
    lang: str = "en",
) -> "Axes":
    """Gold (rows) against predicted (columns) as a heat map: the evaluation_confusion table.

    A cell shows how often; its colour is the share of the row. The diagonal is right; "(none)": nothing in gold, or
    nothing given. ``kind``: "code" or "stance". ``names`` of codes or stances; ``lang`` of the figure's own words
    ("en", "es", "it").

    >>> import pandas as pd
    >>> table = pd.DataFrame({"kind": "code", "gold": ["listening", "listening", "(none)"],
    ...     "predicted": ["listening", "(none)", "listening"], "n": [8, 2, 3], "share": [0.8, 0.2, 1.0]})
    >>> axes = confusion(table)
    >>> [label.get_text() for label in axes.get_xticklabels()]
    ['listening', '(none)']
    """
    import seaborn

    table = check("evaluation_confusion", table)
    part = table[table["kind"] == kind]
    if not len(part):
        raise InputError(f"confusion: the table has no rows of kind '{kind}'; 'code' and 'stance' are known.")
    needs("confusion", part, once=["gold", "predicted"])
    words = figure_words("evaluation", lang)
    called = {_NOTHING: words["nothing"], **(names or {})}
    if kind == "stance":
        called = {**{stance: words[stance] for stance in STANCES}, **called}
    # the order of the table is that of the codebook; what occurs only as predicted follows
    order = [name for name in dict.fromkeys([*part["gold"], *part["predicted"]]) if name != _NOTHING]
    rows = order + [_NOTHING] * (_NOTHING in set(part["gold"]))
    columns = order + [_NOTHING] * (_NOTHING in set(part["predicted"]))
    counts, share = (
        part.pivot(index="gold", columns="predicted", values=value).reindex(index=rows, columns=columns).fillna(0)
        for value in ("n", "share")
    )
    ax = axes(ax, max(0.56 * len(columns) + 4.0, 6.5), max(0.4 * len(rows) + 2.8, 4))
    text = counts.map(lambda n: number(n, lang) if n else "").to_numpy()
    seaborn.heatmap(
        share.to_numpy(dtype=float), annot=text, fmt="", cmap="Blues", vmin=0, vmax=1, ax=ax, linewidths=0.6,
        linecolor="white", annot_kws={"fontsize": NOTE}, cbar_kws={"label": words["row_share"], "shrink": 0.7},
    )  # fmt: skip
    scale_bar(ax, lang)
    cell_names(ax, named(rows, called), named(columns, called))
    ax.set_xlabel(words["given"], fontsize=LABEL)
    ax.set_ylabel(words["gold"], fontsize=LABEL)
    title = words["title_stance" if kind == "stance" else "title_code"]
    head(ax, title.format(n=number(part["n"].sum(), lang)))
    return ax


def reliability(
    table: "pd.DataFrame",
    bins: str = "equal hits",
    ax: "Axes | None" = None,
    *,
    lang: str = "en",
    confidence: float = 0.95,
) -> "Axes":
    """Observed share against probability: the evaluation_reliability table.

    On the diagonal probabilities are what they say; below it the coder is too sure. Bars are intervals over documents;
    the note has the units x codes of each bin, from the left. ``bins``: "equal hits" (as many expected hits
    in each) or "equal n" (as many units x codes in each). ``lang``, ``confidence`` as in :func:`code_f1`.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"bins": "equal hits", "low": [0.0, 0.5], "high": [0.5, 1.0], "mean": [0.2, 0.8],
    ...     "observed": [0.25, 0.7], "ci_low": [0.1, 0.5], "ci_high": [0.4, 0.9], "n": [200, 60]})
    >>> axes = reliability(table)
    >>> axes.get_title()
    'Do the probabilities say what they mean?'
    """
    table = check("evaluation_reliability", table)
    part = table[table["bins"] == bins].sort_values(["low", "high", "mean"], kind="stable")
    if not len(part):
        raise InputError(f"reliability: the table has no bins '{bins}'; it needs an evaluation with scores.")
    words = figure_words("evaluation", lang)
    ax = axes(ax, 5.8, 5.8)
    ax.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--", label=words["perfect"])
    ax.vlines(part["mean"], part["ci_low"], part["ci_high"], color=BLUE, alpha=0.55, linewidth=2.2)
    ax.plot(part["mean"], part["observed"], "o-", color=BLUE, markersize=5, linewidth=1, label=words["observed"])
    ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), xlabel=words["mean"], ylabel=words["right"])
    number_ticks(ax.xaxis, lang)
    number_ticks(ax.yaxis, lang)
    quiet(ax, "both")
    # beside the points the numbers would lie over each other: most bins are near 0
    counts = words["bins"].format(n=number(part["n"].sum(), lang), counts="; ".join(number(n, lang) for n in part["n"]))
    note = sentences(line_of(words, confidence, "bootstrap_documents"), counts)
    head(ax, words["title_reliability"], note, legend_above(ax))
    return ax
