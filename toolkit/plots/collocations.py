"""Figures of collocations: bars, maps of association, networks. One table in, one Axes out; nothing is computed."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from toolkit.errors import InputError
from toolkit.plots.packing import packed, pieces_of, shape_of
from toolkit.plots.panels import (
    at_least,
    chosen,
    filled,
    groups_of,
    in_posts,
    log_ticks,
    measure_of,
    panels,
    small,
    ticks_within,
    words_of,
)
from toolkit.plots.placing import label_points
from toolkit.plots.style import (
    GREY,
    MARKERS,
    PALE,
    SERIES,
    SMALL,
    axes,
    colour,
    head,
    label_width,
    named,
    number,
    number_ticks,
    plain,
    quiet,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["association_directions", "association_map", "collocation_bars", "collocation_network"]

#: Columns of the collocations table that order pairs; with more, the stronger.
MEASURES = ("log_dice", "dice", "mi", "mi3", "t_score", "log_likelihood", "delta_p_collocate", "delta_p_node")
_MOST_NODES = 400


class _Pairs(NamedTuple):
    """Pairs of one node (or of all), each with what to write for it; ``node`` is "" for all."""

    table: pd.DataFrame
    node: str


def collocation_bars(
    table: pd.DataFrame,
    node: str | None = None,
    *,
    measure: str = "log_dice",
    most: int = 15,
    names: Mapping[str, str] | None = None,
    lang: str = "en",
    ax: "Axes | None" = None,
) -> "Axes":
    """The strongest collocates of a term, or the strongest pairs, of each language: the collocations table.

    Beside each bar stand how often the two occur together and in how many posts.

    Parameters
    ----------
    node : a term of the table, on either side of a pair; without one all pairs (of a table of one node: its own).
    measure : column that orders, one of ``MEASURES``; more is stronger.
    most : pairs of each language.
    names : what to write for codes.
    lang : language of the figure, "en", "es" or "it".

    >>> import toolkit
    >>> posts = toolkit.load_posts(toolkit.bundled_corpus()).head(5)
    >>> tokens = toolkit.tokenise(posts, toolkit.segment(posts), choice="simple")
    >>> axes = collocation_bars(toolkit.collocations(tokens), most=5)
    >>> axes.get_title()
    'Strongest pairs'
    """
    at_least("collocation_bars", 1, most=most)
    measure_of("collocation_bars", measure, MEASURES)
    words = words_of("collocations", lang)
    pairs = _pairs_of("collocation_bars", table, node, names)
    known = pairs.table[pairs.table[measure].notna()]
    if known.empty:
        raise InputError(f"collocation_bars: no pair has a value of {measure}; take another measure.")
    order = known.sort_values(["lang", measure, "told"], ascending=[True, False, True], kind="stable")
    shown = order.groupby("lang", sort=False).head(most)
    groups = groups_of("collocation_bars", shown, words)
    rows = max(len(group.rows) for group in groups)
    ax, cells = panels(ax, 2.9 + label_width(shown["told"]), [0.21 * rows + 0.9] * len(groups))
    low, high = min(0.0, float(shown[measure].min())), max(0.0, float(shown[measure].max()))
    for cell, group in zip(cells, groups, strict=True):
        places, values = np.arange(len(group.rows)), group.rows[measure].to_numpy(dtype=float)
        cell.barh(places, values, color=colour(group.lang), height=0.7)
        for place, value, (_, row) in zip(places, values, group.rows.iterrows(), strict=True):
            cell.annotate(
                in_posts(row["n"], int(row["documents"]), words, lang), (max(value, 0), place), xytext=(3, 0),
                textcoords="offset points", va="center", fontsize=SMALL, color=GREY,
            )  # fmt: skip
        cell.set_yticks(places, group.rows["told"].tolist())
        cell.set(xlim=(1.05 * low, 1e-9 + low + 1.55 * (high - low)), ylim=(rows - 0.4, -0.6))
        cell.set_xlabel(words[measure])
        ticks_within(cell, low, high, lang)
        small(cell, group.name + _node_count(group.rows, pairs.node, words, lang))
    head(ax, _title("bars", pairs.node, words, names), words["bars_note"])
    return ax


def association_map(
    table: pd.DataFrame,
    node: str | None = None,
    *,
    measure: str = "log_dice",
    label: int = 15,
    names: Mapping[str, str] | None = None,
    lang: str = "en",
    ax: "Axes | None" = None,
) -> "Axes":
    """How strong against how frequent, a point for each pair of one language: the collocations table.

    To the right: frequent together; above: bound to each other, by ``measure`` (one of ``MEASURES``). The ``label``
    strongest are named. ``node``, ``names`` and ``lang`` as in :func:`collocation_bars`.

    >>> import toolkit
    >>> posts = toolkit.load_posts(toolkit.bundled_corpus()).head(5)
    >>> tokens = toolkit.tokenise(posts, toolkit.segment(posts), choice="simple")
    >>> axes = association_map(toolkit.collocations(tokens))
    >>> axes.get_title()
    'How strong and how frequent pairs are'
    """
    at_least("association_map", 0, label=label)
    measure_of("association_map", measure, MEASURES)
    words = words_of("collocations", lang)
    pairs = _pairs_of("association_map", table, node, names)
    known = _one_language("association_map", pairs.table[pairs.table[measure].notna() & (pairs.table["n"] > 0)])
    ax = axes(ax, 7.4, 5.2)
    order = known.sort_values([measure, "told"], ascending=[False, True], kind="stable").head(label)
    ax.set_xscale("log")
    _cloud(ax, known, order, "n", measure, f"{words['n']} ({words['logarithmic']})", words[measure])
    log_ticks(ax.xaxis, lang)
    number_ticks(ax.yaxis, lang)
    note = words["map_note"].format(shown=number(len(order), lang), n=number(len(known), lang))
    head(ax, _title("map", pairs.node, words, names), note)
    _write(ax, known, order, "n", measure)
    return ax


def association_directions(
    table: pd.DataFrame,
    node: str | None = None,
    *,
    label: int = 15,
    names: Mapping[str, str] | None = None,
    lang: str = "en",
    ax: "Axes | None" = None,
) -> "Axes":
    """Which of two terms calls the other, a point for each pair of one language: delta P both ways.

    To the right: the node makes the collocate likelier; above: the collocate makes the node likelier. On the dashed
    line both ways are equal. The ``label`` pairs with the largest values are named. ``node``, ``names`` and ``lang`` as
    in :func:`collocation_bars`.

    >>> import toolkit
    >>> posts = toolkit.load_posts(toolkit.bundled_corpus()).head(5)
    >>> tokens = toolkit.tokenise(posts, toolkit.segment(posts), choice="simple")
    >>> axes = association_directions(toolkit.collocations(tokens))
    >>> axes.get_title()
    'Which of two terms calls the other'
    """
    at_least("association_directions", 0, label=label)
    words = words_of("collocations", lang)
    pairs = _pairs_of("association_directions", table, node, names)
    both = ["delta_p_collocate", "delta_p_node"]
    known = _one_language("association_directions", pairs.table[pairs.table[both].notna().all(axis=1)])
    ax = axes(ax, 7.4, 5.2)
    far = known.assign(far=known[both].max(axis=1))
    order = far.sort_values(["far", "told"], ascending=[False, True], kind="stable").head(label)
    _cloud(ax, known, order, *both, *(words[name] for name in both))
    end = float(known[both].to_numpy(dtype=float).max())
    ax.plot([0, max(end, 1e-3)], [0, max(end, 1e-3)], color=GREY, linewidth=0.9, dashes=(3, 3), zorder=1)
    number_ticks(ax.xaxis, lang)
    number_ticks(ax.yaxis, lang)
    note = words["directions_note"].format(shown=number(len(order), lang), n=number(len(known), lang))
    head(ax, _title("directions", pairs.node, words, names), note)
    _write(ax, known, order, *both)
    return ax


def collocation_network(
    nodes: pd.DataFrame,
    edges: pd.DataFrame,
    *,
    measure: str = "log_dice",
    names: Mapping[str, str] | None = None,
    lang: str = "en",
    ax: "Axes | None" = None,
) -> "Axes":
    """Terms that occur together as a network: the tables network_nodes and network_edges.

    Lines are the wider, the stronger the pair; points the larger, the more frequent the term; groups differ in colour
    and marker. Distances on the page mean little: only lines do. Pieces that no line joins keep their shape and are
    set close; the figure is as large as they need. ``measure``: what the weights are, for the note.
    ``names`` : what to write for codes. ``lang`` of the figure: "en", "es" or "it".

    >>> import toolkit
    >>> posts = toolkit.load_posts(toolkit.bundled_corpus()).head(5)
    >>> tokens = toolkit.tokenise(posts, toolkit.segment(posts), choice="simple")
    >>> nodes, edges = toolkit.statistics.collocation_network(toolkit.collocations(tokens), most=9)
    >>> axes = collocation_network(nodes, edges, lang="it")
    >>> axes.get_title()
    '8 termini e le loro 4 coppie più forti'
    """
    from matplotlib.collections import LineCollection

    measure_of("collocation_network", measure, (*MEASURES, "n"))
    words = words_of("collocations", lang)
    nodes = filled("collocation_network", "network_nodes", nodes)
    edges = filled("collocation_network", "network_edges", edges)
    if len(nodes) > _MOST_NODES:
        raise InputError(f"collocation_network: {len(nodes)} terms cannot be told apart; give fewer pairs (most=).")
    terms = named(nodes["term"].tolist(), names)
    place_of = dict(zip(nodes["term"], range(len(nodes)), strict=True))
    known = edges[edges["first"].isin(place_of) & edges["second"].isin(place_of)]
    pairs = known[["first", "second"]].map(place_of.__getitem__).to_numpy(dtype=int)
    given = nodes[["x", "y"]].to_numpy(dtype=float)
    places, (width, height) = packed(given, pieces_of(len(nodes), pairs), terms, shape_of(ax))
    ax = axes(ax, max(5.5, width), height + 0.8)
    ax.set(xlim=(0, width), ylim=(0, height), xticks=[], yticks=[])
    for side in ax.spines.values():
        side.set_color(PALE)
    weight = known["weight"].to_numpy(dtype=float)
    spread = float(np.ptp(weight)) if len(weight) else 0.0
    share = (weight - weight.min()) / spread if spread > 0 else np.full(len(weight), 0.5)
    ax.add_collection(
        LineCollection(places[pairs].reshape(-1, 2, 2), linewidths=0.5 + 3.5 * share, colors="#9a9a9a", zorder=1)
    )
    # area by frequency, and none too small to show its marker
    areas = 30 + 270 * nodes["n"].to_numpy(dtype=float) / max(nodes["n"].max(), 1)
    for number_, group in enumerate(sorted(set(nodes["group"]))):
        own = (nodes["group"] == group).to_numpy()
        ax.scatter(
            places[own, 0], places[own, 1], s=areas[own], color=SERIES[number_ % len(SERIES)],
            marker=MARKERS[number_ % len(MARKERS)], edgecolor="white", linewidth=0.8, zorder=3,
        )  # fmt: skip
    note = words["network_note"].format(
        measure=words[measure], low=number(edges["weight"].min(), lang, 1), high=number(edges["weight"].max(), lang, 1)
    )
    title = words["network_title"].format(nodes=number(len(nodes), lang), edges=number(len(edges), lang))
    head(ax, title, note)
    label_points(ax, places, terms, np.sqrt(areas) / 2)
    return ax


def _pairs_of(figure: str, table: pd.DataFrame, node: str | None, names: Mapping[str, str] | None) -> _Pairs:
    """The pairs to draw, the node on the left, with the column ``told``: what to write for the pair."""
    table = filled(figure, "collocations", table)
    nodes = set(table["node"])
    if node is None and len(nodes) > 1:
        first, second = (named(table[name].tolist(), names, 18) for name in ("node", "collocate"))
        return _Pairs(table.assign(told=[f"{a} – {b}" for a, b in zip(first, second, strict=True)]), "")
    node = node if node is not None else next(iter(nodes))
    chosen(figure, [node], [*table["node"], *table["collocate"]])
    left, right = table[table["node"] == node], table[(table["collocate"] == node) & (table["node"] != node)]
    if (table["node"] > table["collocate"]).any():
        # of windows that differ from side to side each order is a pair of its own
        right = right.iloc[:0]
    # a pair that stands there once, seen from its other end
    turned = right.rename(
        columns={
            "node": "collocate", "collocate": "node", "n_node": "n_collocate", "n_collocate": "n_node",
            "pairs_node": "pairs_collocate", "pairs_collocate": "pairs_node",
            "delta_p_collocate": "delta_p_node", "delta_p_node": "delta_p_collocate",
        }
    )  # fmt: skip
    own = pd.concat([left, turned], ignore_index=True)
    if own.empty:
        raise InputError(f"{figure}: '{plain(node)}' is no node of a pair; take one that is.")
    return _Pairs(own.assign(told=named(own["collocate"].tolist(), names)), node)


def _one_language(figure: str, pairs: pd.DataFrame) -> pd.DataFrame:
    langs = sorted(set(pairs["lang"]))
    if not langs:
        raise InputError(f"{figure}: no pair has a value; take another measure.")
    if len(langs) > 1:
        raise InputError(f"{figure}: the table has pairs of {', '.join(langs)}; give those of one language.")
    return pairs.reset_index(drop=True)


def _cloud(ax: "Axes", pairs: pd.DataFrame, strong: pd.DataFrame, x: str, y: str, x_label: str, y_label: str) -> None:
    """All pairs as points; those that are named filled, the others hollow."""
    # two pairs may be called the same once they are shortened
    tone, full = colour(pairs["lang"].iloc[0]), pairs.index.isin(strong.index)
    ax.scatter(pairs[x][~full], pairs[y][~full], s=16, facecolor="none", edgecolor=tone, alpha=0.6, linewidth=0.8)
    ax.scatter(pairs[x][full], pairs[y][full], s=26, color=tone, zorder=3)
    ax.margins(0.2, 0.08)
    ax.set(xlabel=x_label, ylabel=y_label)
    quiet(ax, "both")


def _write(ax: "Axes", pairs: pd.DataFrame, strong: pd.DataFrame, x: str, y: str) -> None:
    others = pairs.drop(strong.index)
    label_points(
        ax, strong[[x, y]].to_numpy(dtype=float), strong["told"].tolist(), others=others[[x, y]].to_numpy(dtype=float)
    )


def _node_count(rows: pd.DataFrame, node: str, words: Mapping[str, str], lang: str) -> str:
    return f" ({words['node_count'].format(n=number(rows['n_node'].iloc[0], lang))})" if node else ""


def _title(kind: str, node: str, words: Mapping[str, str], names: Mapping[str, str] | None) -> str:
    if not node:
        return words[f"{kind}_title"]
    return words[f"{kind}_title_node"].format(node=named([node], names, 40)[0])
