"""Heat maps of codes: themes x principles, groups of posts x principles, frameworks x principles."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from toolkit.errors import InputError, suggestion
from toolkit.plots.style import (
    FEW,
    NOTE,
    axes,
    cell_names,
    head,
    interval,
    named,
    needs,
    number,
    one_codebook,
    plain,
    scale_bar,
    sentences,
)
from toolkit.plots.words import figure_words
from toolkit.tables import check

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["crossing", "principle_groups", "theme_principles"]

#: Cells are white on darker colours than this (a lift of 2.5, or its inverse, as the power of two).
_DARK = 1.3


def theme_principles(
    table: "pd.DataFrame",
    names: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: "Axes | None" = None,
    *,
    lang: str = "en",
) -> "Axes":
    """Themes x principles as a heat map: the theme_principles table.

    A cell shows the share in percent; its colour is the lift (1 white: as usual; blue less, red more), a frame
    marks q < .05, its triangle more (up) or less (down) than usual: among the framed cells about one in twenty is
    expected to be there by chance. A dagger marks themes that lead passages in fewer than 10 posts; beside a theme
    stand its passages. ``names`` of codes, ``labels`` of topics, ``lang`` of the figure's own words ("en", "es", "it").

    >>> import pandas as pd
    >>> table = pd.DataFrame({"topic": ["es.1", "es.2"], "codebook": "cluetrain", "code": "listening",
    ...     "share": [0.3, 0.05],
    ...     "lift": [2.5, 0.4], "q_value": [0.03, 0.6], "n": [12, 40], "posts": 12, "posts_coded": [8, 2]})
    >>> axes = theme_principles(table, {"listening": "Listening"}, {"es.1": "red, voz"})
    >>> [label.get_text() for label in axes.get_yticklabels()]
    ['es.1  red, voz (n = 12)', 'es.2 (n = 40)']
    """
    table = check("theme_principles", table)
    if table.empty:
        raise InputError("theme_principles: the table is empty; no theme was found.")
    one_codebook("theme_principles", table)
    words = figure_words("heat", lang)
    few = set(table["topic"][table["posts"] < FEW])
    counted = table.drop_duplicates("topic").set_index("topic")["n"]
    heads = {}
    for topic, n in counted.items():
        label = plain((labels or {}).get(str(topic), ""), 70)
        heads[str(topic)] = f"{plain(str(topic), 20)}{' †' if topic in few else ''}  {label}".rstrip() + (
            f" (n = {number(n, lang)})"
        )
    note = sentences(words["framed"], words["few"].format(few=FEW) if few else "")
    return _lifts(table, "topic", heads, names, (words["title_themes"], note), ax, lang)


def principle_groups(
    table: "pd.DataFrame",
    by: str,
    names: Mapping[str, str] | None = None,
    ax: "Axes | None" = None,
    *,
    lang: str = "en",
) -> "Axes":
    """Principles by country, genre ... as a heat map: the rows of the principles_by table with this ``by``.

    Cells, colours, frames and ``lang`` as in :func:`theme_principles`; values of fewer than 10 posts have a dagger and
    no frame. ``names`` of codes, and of values.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"by": "country", "value": ["AR", "ES"], "codebook": "cluetrain", "code": "listening",
    ...     "count": [9, 20], "n": 100, "posts": [3, 12], "share": [0.09, 0.2], "lift": [0.6, 1.4],
    ...     "q_value": [0.4, 0.01]})
    >>> axes = principle_groups(table, "country")
    >>> [label.get_text() for label in axes.get_yticklabels()]
    ['AR (3 posts) †', 'ES (12 posts)']
    """
    table = check("principles_by", table)
    there = list(dict.fromkeys(table["by"]))
    if by not in there:
        raise InputError(f"principle_groups: nothing by '{by}'; {suggestion(by, there)}")
    words = figure_words("heat", lang)
    table = table[table["by"] == by]
    one_codebook("principle_groups", table)
    posts = table.drop_duplicates("value").set_index("value")["posts"]
    heads = {}
    for value, n in posts.items():
        told = words["n_post"] if n == 1 else words["n_posts"].format(n=number(n, lang))
        name = words[str(value)] if by == "lang" and value in words else (names or {}).get(str(value), str(value))
        heads[str(value)] = f"{plain(name, 40)} ({told}){' †' if n < FEW else ''}"
    few = words["few_untested"].format(few=FEW) if (posts < FEW).any() else ""
    title = words["title_groups"].format(by=words.get(by, plain(by, 20)))
    return _lifts(table, "value", heads, names, (title, sentences(words["framed"], few)), ax, lang)


def crossing(
    table: "pd.DataFrame",
    names: Mapping[str, str] | None = None,
    to_names: Mapping[str, str] | None = None,
    ax: "Axes | None" = None,
    *,
    lang: str = "en",
    confidence: float = 0.95,
) -> "Axes":
    """Frameworks x principles as a heat map: the table of ``crossed``.

    A cell shows in how many of a hundred passages with the code of its row the code of its column occurs too; the
    colour is the lift (blue and a triangle down: less than usual; red and a triangle up: more), white where its
    interval holds 1 or is missing. A frame marks the pairs that the crosswalk of the codebook names. ``names`` of the
    rows' codes, ``to_names`` of the columns'; ``lang`` of the figure's own words ("en", "es", "it"); ``confidence``:
    what the intervals were made with, as it is written.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"code": "dialogue", "to_code": ["listening", "community"], "share": [0.25, 0.05],
    ...     "lift": [3.0, 0.6], "lift_low": [1.2, 0.2], "lift_high": [4.0, 1.5], "expected": ["endorses", None],
    ...     "n": 80})
    >>> axes = crossing(table)
    >>> [label.get_text() for label in axes.get_xticklabels()]
    ['listening', 'community']
    """
    values = ["share", "lift", "lift_low", "lift_high", "expected", "n"]
    table = needs("crossing", table, ["code", "to_code", *values], ["code", "to_code"])
    words = figure_words("heat", lang)
    codes, to_codes = list(dict.fromkeys(table["code"])), list(dict.fromkeys(table["to_code"]))
    wide = {
        value: table.pivot(index="code", columns="to_code", values=value).reindex(index=codes, columns=to_codes)
        for value in values
    }
    share, lift, low, high = (wide[value].to_numpy(dtype=float) for value in ("share", "lift", "lift_low", "lift_high"))
    tint = np.where((low > 1) | (high < 1), np.log2(np.nan_to_num(lift, nan=1.0).clip(0.25, 4)), 0.0)
    counted = table.drop_duplicates("code").set_index("code")["n"]
    rows = [
        f"{name} (n = {number(counted[code], lang)})" for code, name in zip(codes, named(codes, names), strict=True)
    ]
    ax = _heat(ax, tint, share, rows, named(to_codes, to_names), words, lang)
    _triangles(ax, tint, tint != 0)
    _frame(ax, wide["expected"].notna().to_numpy())
    white = words["white"].format(interval=interval(words, confidence))
    head(ax, words["title_crossing"], sentences(white, words["expected"]))
    return ax


def _lifts(
    table: "pd.DataFrame",
    row: str,
    heads: Mapping[str, str],
    names: Mapping[str, str] | None,
    said: tuple[str, str],
    ax: "Axes | None",
    lang: str,
) -> "Axes":
    """Shares as text, lifts as colour, q < .05 as frame; ``said``: title and note."""
    rows, codes = list(dict.fromkeys(table[row])), list(dict.fromkeys(table["code"]))
    share, lift, q_value = (
        table.pivot(index=row, columns="code", values=value).reindex(index=rows, columns=codes).to_numpy(dtype=float)
        for value in ("share", "lift", "q_value")
    )
    # a code that never occurs has no lift: white, like any code at its usual share; a lift of 0 is the least
    tint = np.nan_to_num(np.log2(lift.clip(0.25, 4)))
    ax = _heat(ax, tint, share, [heads[value] for value in rows], named(codes, names), figure_words("heat", lang), lang)
    _triangles(ax, tint, q_value < 0.05)
    _frame(ax, q_value < 0.05)
    head(ax, *said)
    return ax


def _heat(
    ax: "Axes | None",
    tint: np.ndarray,
    share: np.ndarray,
    rows: list[str],
    columns: list[str],
    words: Mapping[str, str],
    lang: str,
) -> "Axes":
    """Cells in the colour of a lift (its power of two, -2 to 2) with their share in percent."""
    import seaborn

    ax = axes(ax, max(0.62 * len(columns) + 4.6, 8), max(0.42 * len(rows) + 2.8, 4))
    seaborn.heatmap(
        tint, cmap="RdBu_r", vmin=-2, vmax=2, ax=ax, linewidths=0.6, linecolor="white",
        cbar_kws={"label": words["lift"], "shrink": 0.7},
    )  # fmt: skip
    bar = scale_bar(ax, lang)
    if bar is not None:
        bar.set_ticks([-2, -1, 0, 1, 2], labels=["≤ ¼", "½", "1", "2", "≥ 4"])
    for (row, column), value in np.ndenumerate(100 * share):
        ink = "white" if abs(tint[row, column]) > _DARK else "#222222"
        told = number(value, lang, 0 if value >= 9.5 or value == 0 else 1)
        ax.text(column + 0.5, row + 0.5, told, ha="center", va="center", fontsize=NOTE, color=ink)
    cell_names(ax, rows, columns)
    ax.set(xlabel="", ylabel="")
    return ax


def _triangles(ax: "Axes", tint: np.ndarray, where: np.ndarray) -> None:
    """More or less than usual told by shape too: in grey print red and blue are one."""
    for sign, shape in ((1, "^"), (-1, "v")):
        places = np.argwhere(where & (np.sign(tint) == sign))
        ink = ["white" if abs(tint[row, column]) > _DARK else "#222222" for row, column in places]
        ax.scatter(places[:, 1] + 0.86, places[:, 0] + 0.2, s=18, marker=shape, c=ink, linewidths=0)


def _frame(ax: "Axes", where: np.ndarray) -> None:
    from matplotlib.patches import Rectangle

    for row, column in np.argwhere(where):
        ax.add_patch(Rectangle((column, row), 1, 1, fill=False, edgecolor="#222222", linewidth=1.4, clip_on=False))
