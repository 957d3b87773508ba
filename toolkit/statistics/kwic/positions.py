"""What stands at a place of the lines, the n-th word left or right or the node: to sort them by, and to count."""

import re
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from toolkit.errors import InputError, suggestion
from toolkit.statistics.counting.token_index import UNITS, fold_form
from toolkit.statistics.kwic.contexts import Hits, Reader, Within, ranked, sort_key
from toolkit.statistics.kwic.strings import nodes_of

__all__ = ["FARTHEST", "frequencies_of", "ranks_of"]

#: The farthest word that lines are sorted by.
FARTHEST = 9
_WORD = re.compile(rf"([LR])([1-{FARTHEST}])")
_PLACES = ("L1", "R1", "node", "found_by")


def ranks_of(reader: Reader, hits: Hits, within: Within, key: str) -> list[np.ndarray]:
    """One or several arrays, (lines,), that sort as the key says; see :meth:`Concordance.sort`."""
    name = str(key).removeprefix("-")
    names = [f"{name[0].upper()}{n}" for n in range(1, FARTHEST + 1)] if name in ("left", "right") else [name]
    ranks = [_rank(reader, hits, within, one) for one in names]
    return [-rank for rank in ranks] if str(key).startswith("-") else ranks


def _rank(reader: Reader, hits: Hits, within: Within, name: str) -> np.ndarray:
    if _WORD.fullmatch(name):
        codes = _at(reader, hits, within, name, "form")
        ranks = reader.ranks()
        return np.where(codes < 0, -1, ranks[codes]) if len(ranks) else codes
    if name == "position":
        return np.argsort(np.lexsort((hits.found, hits.end, hits.start, hits.doc)))
    if name == "node":
        return _ranked(pd.Series(nodes_of(reader, hits), dtype=object))
    if name == "found_by":
        used, place = np.unique(hits.found, return_inverse=True)
        return _ranked(pd.Series([hits.names[found] for found in used.tolist()], dtype=object))[place]
    posts = reader.index.posts
    assert posts is not None
    if name not in posts or name == "text":
        known = [*_PLACES, "left", "right", "position", *(str(column) for column in posts.columns if column != "text")]
        raise InputError(f"concordance: cannot sort by '{name}'; {suggestion(name, known)}")
    return _ranked(posts[name])[hits.doc]


def _ranked(values: pd.Series) -> np.ndarray:
    """The place of each value in their order, -1 for missing ones: numbers, dates and categories in theirs; then texts
    without case and accents, and without the signs before their first letter."""
    if values.dtype != object and not isinstance(values.dtype, pd.StringDtype):
        return np.asarray(pd.factorize(values, sort=True)[0])
    ranks = np.full(len(values), -1)
    there = values.notna().to_numpy()
    ranks[there] = ranked([_order(value) for value in values[there]])
    return ranks


def _order(value: Any) -> tuple[int, Any, str]:
    """What one value is sorted by: (0, number, "") or (1, its letters, all of it)."""
    if isinstance(value, Real):
        return 0, value, ""
    key = sort_key(str(value))
    letters = re.search(r"[^\W_]", key)
    return 1, key[letters.start() :] if letters else "", key


def frequencies_of(reader: Reader, hits: Hits, within: Within, position: str, unit: str) -> pd.DataFrame:
    """See :meth:`Concordance.frequencies`."""
    word = bool(_WORD.fullmatch(str(position)))
    if not word and position not in _PLACES:
        raise InputError(f"concordance: no position '{position}'; {suggestion(str(position), _PLACES)}")
    units = UNITS if word else UNITS[:1]
    if unit not in units:
        raise InputError(f"concordance: no unit '{unit}' at '{position}'; {suggestion(unit, units)}")
    terms: Any
    if word:
        values, terms = _at(reader, hits, within, position, unit), reader.index.vocabulary(unit).terms
    elif position == "node":
        nodes, written = pd.factorize(np.array(nodes_of(reader, hits), dtype=object))
        same, terms = pd.factorize(np.array([fold_form(" ".join(node.split())) for node in written], dtype=object))
        values = same[nodes]
    else:
        # phrases that are cut in different ways can read the same
        used, place = np.unique(hits.found, return_inverse=True)
        same, terms = pd.factorize(np.array([str(hits.names[found]) for found in used.tolist()], dtype=object))
        values = same[place]
    lines = pd.DataFrame({"place": values, "doc": hits.doc})[np.asarray(values) >= 0]
    grouped = lines.groupby("place", sort=True)["doc"].agg(["size", "nunique"])
    n = grouped["size"].to_numpy(np.int64)
    table = pd.DataFrame(
        {
            "term": pd.array([str(terms[place]) for place in grouped.index], dtype="str"),
            "n": n,
            "documents": grouped["nunique"].to_numpy(np.int64),
            "share": n / max(len(hits.doc), 1),
        }
    )
    return table.sort_values(["n", "term"], ascending=[False, True], kind="stable", ignore_index=True)


def _at(reader: Reader, hits: Hits, within: Within, name: str, unit: str) -> np.ndarray:
    """The term of the n-th word left or right, (lines,); -1 where there is none."""
    codes = reader.index.vocabulary(unit).codes
    token = reader.nth(hits, "left" if name[0] == "L" else "right", int(name[1:]), within)
    return np.where(token < 0, -1, codes[token]) if len(codes) else token
