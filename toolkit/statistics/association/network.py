"""A network of collocations: the strongest pairs as a graph with places to draw it at and groups."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toolkit.errors import InputError, suggestion
from toolkit.files import write_bytes
from toolkit.marked_text import clean
from toolkit.statistics.association.collocations import DIRECTED, SORTS
from toolkit.statistics.counting.checks import check_least
from toolkit.storage import write_file
from toolkit.tables import check, empty

__all__ = ["collocation_network", "write_network"]

#: Places are rounded so that the last bits, which processors may round otherwise, make no other table.
_DIGITS = 4
#: Part of its square that a piece of the network leaves free, so that neighbours stay apart.
_GAP = 0.3
#: What the weakest pair shown weighs beside the strongest, 1, where places and groups are found: some pull is left.
_WEAKEST = 0.2


def collocation_network(
    table: pd.DataFrame, *, measure: str = "log_dice", most: int = 60, seed: int = 1
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The strongest pairs of a collocations table as a graph.

    Places are those of Fruchterman & Reingold (1991, Graph drawing by force-directed placement, Software: Practice and
    Experience 21, 1129-1164): terms that are tied stand near, others apart. Pieces that no path joins are set side by
    side, the largest first: the axes mean nothing, nor does the distance of pieces. Groups are those of greedy
    modularity (Clauset, Newman & Moore 2004, Finding community structure in very large networks, Physical Review E 70,
    066111): more ties inside than chance would give. Both by networkx, in a fixed order; the same table and seed give
    the same network.

    Parameters
    ----------
    table : collocations table of one language. Of a pair in both orders the stronger counts; pairs of a term with
        itself and pairs without a value are left out.
    measure : which column makes a pair strong. Of ΔP it is the stronger of the two directions, whichever of the two
        columns is named: a tie has no arrow, and the table says which word makes the other likelier.
    most : how many pairs at most.
    seed : where the search for places begins.

    Returns
    -------
    nodes : network_nodes table by term: term, x, y (0-1), n (frequency), degree (pairs of it in the network), group
        (1 has most terms; of equals the one with the first term).
    edges : network_edges table, strongest first: first, second (by code points), weight (the measure), n (how often),
        x, y, x_end, y_end.

    Raises
    ------
    InputError
        for a table that is none, of several languages, or choices that are none.

    >>> import pandas as pd
    >>> from toolkit.corpus import segment
    >>> from toolkit.statistics import collocation_network, collocations
    >>> from toolkit.text import tokenise
    >>> posts = pd.DataFrame({"doc_id": ["a", "b", "c"], "lang": "es", "sha256": "",
    ...     "text": ["Las redes sociales cambian.", "En redes sociales hay voz.", "Sin redes sociales no hay voz."]})
    >>> tokens = tokenise(posts, segment(posts), choice="simple")
    >>> nodes, edges = collocation_network(collocations(tokens, minimum=1, minimum_pair=2))
    >>> nodes[["term", "n", "degree", "group"]]
         term  n  degree  group
    0     red  3       2      1
    1  social  3       2      1
    2     voz  2       2      1
    >>> edges[["first", "second", "n"]]
        first  second  n
    0     red  social  3
    1     red     voz  2
    2  social     voz  2
    """
    table = check("collocations", table)
    langs = sorted(set(table["lang"]))
    if len(langs) > 1:
        raise InputError(
            f"collocation_network: pairs of the languages {', '.join(langs)}; choose one, as in "
            f"table[table['lang'] == '{langs[0]}']."
        )
    if measure not in SORTS:
        raise InputError(f"collocation_network: measure='{measure}'; {suggestion(str(measure), SORTS)}")
    if measure not in table:
        raise InputError(
            f"collocation_network: the table has no column '{measure}'; make it with "
            f"collocations(..., sort='{measure}')."
        )
    check_least("collocation_network", "most", most, 1)
    check_least("collocation_network", "seed", seed, 0)
    edges = _strongest(table, measure, most)
    if edges.empty:
        return empty("network_nodes"), empty("network_edges")
    terms = sorted({*edges["first"], *edges["second"]})
    number = {term: place for place, term in enumerate(terms)}
    pairs = edges[["first", "second"]].map(number.__getitem__).to_numpy(int)
    x, y, group = _drawn(len(terms), pairs, _pull(edges["weight"].to_numpy(float)), int(seed))
    frequency = dict(zip(table["node"], table["n_node"], strict=True))
    frequency |= dict(zip(table["collocate"], table["n_collocate"], strict=True))
    nodes = pd.DataFrame(
        {
            "term": terms,
            "x": x,
            "y": y,
            "n": [frequency[term] for term in terms],
            "degree": np.bincount(pairs.ravel(), minlength=len(terms)),
            "group": group,
        }
    )
    first, second = pairs[:, 0], pairs[:, 1]
    edges = edges.assign(x=x[first], y=y[first], x_end=x[second], y_end=y[second])
    return check("network_nodes", nodes), check("network_edges", edges)


def write_network(nodes: pd.DataFrame, edges: pd.DataFrame, path: str | Path) -> None:
    """Write a network for Gephi and the like: .graphml with all columns, or .csv with the edges alone.

    The CSV file has the headings that Gephi expects (Source, Target, Type, Weight) and n. Raises :class:`InputError`
    for tables that are none and names that end otherwise.
    """
    nodes, edges = check("network_nodes", nodes), check("network_edges", edges)
    path = Path(path)
    kind = path.suffix.lower()
    if kind == ".csv":
        names = {"first": "Source", "second": "Target", "weight": "Weight"}
        sheet = edges.rename(columns=names).assign(Type="Undirected")
        write_file(sheet[["Source", "Target", "Type", "Weight", "n"]], path)
    elif kind == ".graphml":
        write_bytes(path, _graphml(nodes, edges))
    else:
        raise InputError(f"{path}: cannot write '{path.suffix}'; the name must end in .graphml or .csv.")


def _strongest(table: pd.DataFrame, measure: str, most: int) -> pd.DataFrame:
    """first, second, weight, n of the strongest pairs, each once."""
    # a table can have a pair in one order only, and the other direction is then in the other column
    weight = table[list(DIRECTED)].max(axis=1) if measure in DIRECTED else table[measure]
    swapped = (table["node"] > table["collocate"]).to_numpy()
    pairs = pd.DataFrame(
        {
            "first": table["node"].where(~swapped, table["collocate"]),
            "second": table["collocate"].where(~swapped, table["node"]),
            "weight": weight.astype(float),
            "n": table["n"],
        }
    )
    pairs = pairs[(pairs["first"] != pairs["second"]) & pairs["weight"].notna()]
    rounded = pairs.assign(strength=-pairs["weight"].round(9), often=-pairs["n"])
    order = rounded.sort_values(["strength", "often", "first", "second"], kind="stable").index
    return pairs.loc[order].drop_duplicates(["first", "second"]).head(most).reset_index(drop=True)


def _pull(weight: np.ndarray) -> np.ndarray:
    """Weights from :data:`_WEAKEST` to 1: measures below 0 pull as well, since all pairs shown stand together."""
    span = weight.max() - weight.min()
    return _WEAKEST + (1 - _WEAKEST) * (weight - weight.min()) / span if span else np.ones(len(weight))


def _drawn(count: int, pairs: np.ndarray, pull: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x, y and group of each term, which networkx knows by number alone: texts have another hash in each process."""
    import networkx

    graph = networkx.Graph()
    graph.add_nodes_from(range(count))
    graph.add_weighted_edges_from((int(one), int(two), float(w)) for (one, two), w in zip(pairs, pull, strict=True))
    islands = sorted(
        (sorted(island) for island in networkx.connected_components(graph)), key=lambda one: (-len(one), one)
    )
    found = np.zeros((count, 2))
    for island, (left, top, side) in zip(islands, _shelves([len(island) for island in islands]), strict=True):
        found[island] = np.array([left, -top]) + side * (_GAP / 2 + (1 - _GAP) * _island(graph, island, seed))
    low, span = found.min(0), np.ptp(found, axis=0)
    found = np.where(span > 0, (found - low) / np.where(span > 0, span, 1), 0.5).round(_DIGITS)
    parts = sorted(
        (sorted(part) for part in networkx.community.greedy_modularity_communities(graph, weight="weight")),
        key=lambda part: (-len(part), part),
    )
    group = np.zeros(count, dtype=np.int64)
    for place, part in enumerate(parts, start=1):
        group[part] = place
    return found[:, 0], found[:, 1], group


def _island(graph: Any, island: list[int], seed: int) -> np.ndarray:
    """Places of terms that paths join, in a square from 0 to 1; two stand one above the other, as words are wide."""
    import networkx

    if len(island) == 2:
        return np.array([[0.5, 0.75], [0.5, 0.25]])
    # made anew in order: a part of a graph gives its nodes in the order of a set
    part = networkx.Graph()
    part.add_nodes_from(island)
    part.add_edges_from((one, other, graph[one][other]) for one in island for other in sorted(graph[one]))
    places = networkx.spring_layout(part, seed=seed, iterations=200)
    found = np.array([places[node] for node in island])
    return (found - found.min(0)) / np.ptp(found, axis=0).clip(1e-9)


def _shelves(sizes: list[int]) -> list[tuple[float, float, float]]:
    """Left, top and side of a square for each island, largest first, set in rows as books on shelves."""
    sides = np.sqrt(sizes)
    breadth = float(np.sqrt((sides**2).sum()))
    left = top = height = 0.0
    squares = []
    for side in map(float, sides):
        if left and left + side > breadth * 1.05:
            left, top, height = 0.0, top + height, 0.0
        squares.append((left, top, side))
        left, height = left + side, max(height, side)
    return squares


def _graphml(nodes: pd.DataFrame, edges: pd.DataFrame) -> bytes:
    import networkx

    graph = networkx.Graph()
    number = {term: place for place, term in enumerate(nodes["term"])}
    for term, x, y, n, degree, group in nodes[["term", "x", "y", "n", "degree", "group"]].itertuples(index=False):
        # numbers as names: two terms can look alike once signs that XML cannot hold are taken out
        graph.add_node(
            f"n{number[term]}",
            label=clean(term),
            x=float(x),
            y=float(y),
            n=int(n),
            degree=int(degree),
            group=int(group),
        )
    for first, second, weight, n in edges[["first", "second", "weight", "n"]].itertuples(index=False):
        lacking = [term for term in (first, second) if term not in number]
        if lacking:
            raise InputError(
                f"write_network: the edges name '{lacking[0]}', which is no node; give both of one network."
            )
        graph.add_edge(f"n{number[first]}", f"n{number[second]}", weight=float(weight), n=int(n))
    stream = io.BytesIO()
    # the writer of the standard library, not lxml's: the same bytes wherever it is installed
    networkx.write_graphml_xml(graph, stream, named_key_ids=True)
    return stream.getvalue()
