"""The strings of lines, made for those that are asked for and for no others."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from toolkit.statistics.kwic.contexts import Hits, Reader, Within
from toolkit.tables import CONTRACTS, check

__all__ = ["OWN_COLUMNS", "nodes_of", "strings_of", "table_of"]

#: Columns of the concordance table that are not of the posts.
OWN_COLUMNS = (*CONTRACTS["concordance"], "left_start", "right_end")


def strings_of(
    reader: Reader, hits: Hits, context: int, within: Within, metadata: Sequence[str]
) -> dict[str, list[Any]]:
    """The columns of the concordance table and those of the posts, each a list of (lines,); None is missing."""
    index = reader.index
    left_start, right_end = reader.spans(hits, context, within)
    doc, start, end = hits.doc.tolist(), hits.start.tolist(), hits.end.tolist()
    low, high = left_start.tolist(), right_end.tolist()
    by_doc = {place: reader.texts.at(place) for place in dict.fromkeys(doc)}
    texts = [by_doc[place] for place in doc]
    lang, passage = np.full(len(doc), None, dtype=object), np.full(len(doc), None, dtype=object)
    some = np.flatnonzero(hits.first < hits.last)
    langs = np.array([None if name == "all" else name for name in index.langs], dtype=object)
    lang[some] = langs[index.lang[hits.first[some]]]
    passage[some] = index.passage_ids[index.passage[hits.first[some]]]
    columns: dict[str, list[Any]] = {
        "doc_id": index.doc_ids[hits.doc].tolist(),
        "start": start,
        "end": end,
        "left": [text[here:there] for text, here, there in zip(texts, low, start, strict=True)],
        "node": [text[here:there] for text, here, there in zip(texts, start, end, strict=True)],
        "right": [text[here:there] for text, here, there in zip(texts, end, high, strict=True)],
        "lang": lang.tolist(),
        "passage_id": passage.tolist(),
        "found_by": [hits.names[place] for place in hits.found.tolist()],
        "left_start": low,
        "right_end": high,
    }
    for name in metadata:
        values = _posts_of(reader)[name].iloc[hits.doc]
        columns[name] = values.astype(object).where(values.notna(), None).tolist()
    return columns


def table_of(reader: Reader, hits: Hits, context: int, within: Within, metadata: Sequence[str]) -> pd.DataFrame:
    """The same as the concordance table; columns of the posts keep their type."""
    columns = strings_of(reader, hits, context, within, ())
    whole = ("start", "end", "left_start", "right_end")
    own = {name: pd.array(columns[name], dtype="int64" if name in whole else "str") for name in OWN_COLUMNS}
    posts = _posts_of(reader)
    return check("concordance", pd.DataFrame(own).assign(**{name: posts[name].array[hits.doc] for name in metadata}))


def nodes_of(reader: Reader, hits: Hits) -> list[str]:
    """What stands at each node."""
    spans = zip(hits.doc.tolist(), hits.start.tolist(), hits.end.tolist(), strict=True)
    return [reader.texts.at(doc)[start:end] for doc, start, end in spans]


def _posts_of(reader: Reader) -> pd.DataFrame:
    posts = reader.index.posts
    assert posts is not None
    return posts
