"""The strings of lines, made for those that are asked for and for no others."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from toolkit.statistics.kwic.contexts import Hits, Reader, Within
from toolkit.tables import CONTRACTS, check

__all__ = ["OWN_COLUMNS", "nodes_of", "strings_of", "table_of"]

#: Columns of the concordance table that are not of the posts.
OWN_COLUMNS = (*CONTRACTS["concordance"], "left_start", "right_end")


def strings_of(
    reader: Reader, hits: Hits, context: int, within: Within, metadata: Sequence[str]
) -> dict[str, list[Any]]:
    """The columns of the concordance table and those of the posts, each a list of (lines,); None is missing."""
    names = {name: _listed(*given) for name, given in _named(reader, hits).items()}
    columns: dict[str, list[Any]] = {**names, **_slices(reader, hits, context, within)}
    columns = {name: columns[name] for name in OWN_COLUMNS}
    for name in metadata:
        values = _posts_of(reader)[name].iloc[hits.doc]
        columns[name] = values.astype(object).where(values.notna(), None).tolist()
    return columns


def table_of(reader: Reader, hits: Hits, context: int, within: Within, metadata: Sequence[str]) -> pd.DataFrame:
    """The same as the concordance table; columns of the posts keep their type."""
    slices = _slices(reader, hits, context, within)
    whole = ("start", "end", "left_start", "right_end")
    columns = {name: np.array(part, "int64") if name in whole else _text(part) for name, part in slices.items()}
    columns |= {name: _text(few).take(place, allow_fill=True) for name, (few, place) in _named(reader, hits).items()}
    table = pd.DataFrame({name: columns[name] for name in OWN_COLUMNS}, copy=False)
    # columns and types are the same in all lines, and places and strings are the text's: one line tells for all
    check("concordance", table.iloc[:1])
    posts = _posts_of(reader)
    return table.assign(**{name: posts[name].array[hits.doc] for name in metadata})


def nodes_of(reader: Reader, hits: Hits) -> list[str]:
    """What stands at each node."""
    return [text[start:end] for text, start, end in zip(*_places(reader, hits), strict=True)]


def _places(reader: Reader, hits: Hits) -> tuple[list[str], list[int], list[int]]:
    """Text, start and end of each line."""
    docs = hits.doc.tolist()
    texts = {place: reader.texts.at(place) for place in dict.fromkeys(docs)}
    return [texts[place] for place in docs], hits.start.tolist(), hits.end.tolist()


def _slices(reader: Reader, hits: Hits, context: int, within: Within) -> dict[str, list[Any]]:
    """Where each line's parts begin and end, and what stands there."""
    left_start, right_end = (part.tolist() for part in reader.spans(hits, context, within))
    texts, start, end = _places(reader, hits)
    return {
        "start": start,
        "end": end,
        "left": [text[here:there] for text, here, there in zip(texts, left_start, start, strict=True)],
        "node": [text[here:there] for text, here, there in zip(texts, start, end, strict=True)],
        "right": [text[here:there] for text, here, there in zip(texts, end, right_end, strict=True)],
        "left_start": left_start,
        "right_end": right_end,
    }


def _named(reader: Reader, hits: Hits) -> dict[str, tuple[list[str], np.ndarray]]:
    """Of each column of names those that stand in it, and the place of each line's in them, (lines,); -1 for none."""
    index = reader.index
    lang, passage = np.full(len(hits.doc), -1), np.full(len(hits.doc), -1)
    some = np.flatnonzero(hits.first < hits.last)
    passage[some] = index.passage[hits.first[some]]
    if index.langs != ("all",):
        lang[some] = index.lang[hits.first[some]]
    return {
        "doc_id": _few(index.doc_ids, hits.doc),
        "lang": _few(index.langs, lang),
        "passage_id": _few(index.passage_ids, passage),
        "found_by": _few(hits.names, hits.found),
    }


def _few(names: Sequence[Any] | np.ndarray, places: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Only the names that are used; a corpus has many, and a line one."""
    used = np.flatnonzero(np.bincount(places + 1)[1:])
    moved = np.full(int(used[-1]) + 2 if len(used) else 1, -1)
    moved[used] = np.arange(len(used))
    # the last is that of -1
    return [str(names[place]) for place in used.tolist()], moved[places]


def _listed(names: list[str], places: np.ndarray) -> list[str | None]:
    return [names[place] if place >= 0 else None for place in places.tolist()]


def _text(values: list[str]) -> Any:
    # pandas would look for missing ones among them, which takes three times as long
    return pd.array(pa.array(values, pa.large_string()), dtype="str")


def _posts_of(reader: Reader) -> pd.DataFrame:
    posts = reader.index.posts
    assert posts is not None
    return posts
