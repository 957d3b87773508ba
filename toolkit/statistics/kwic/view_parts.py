"""What a concordance shows, as strings in the reader's language: for the static page and the widget alike."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from toolkit.errors import InputError, suggestion
from toolkit.files import read_yaml
from toolkit.marked_text import clean
from toolkit.resources import data_file

if TYPE_CHECKING:
    from toolkit.statistics.kwic.lines import Concordance

__all__ = [
    "Window", "about", "columns_of", "count", "folded", "language_tag", "line_of", "metadata_of", "passages_of",
    "posts_of", "tails_of", "title_of", "value_of", "window", "words_in",
]  # fmt: skip

#: Characters of a context that a line shows: twice what fits beside the node on a screen 1,400 pixels wide.
_SIDE = 160
#: Characters of what was found that a line shows; of longer ones the beginning and the end.
_NODE = 60
#: Characters of a value of the metadata.
_VALUE = 200
#: Metadata of a post that are listed.
_MOST_ABOUT = 12
#: Metadata columns beside the lines; more would leave no room for the text. All are in the opened post.
_MOST_COLUMNS = 4
#: Keys of Concordance.rows that are no metadata.
_OWN = (
    "doc_id", "start", "end", "left", "node", "right", "lang", "passage_id", "found_by", "left_start", "right_end",
)  # fmt: skip
_SPACE = re.compile(r"\s+")
_BREAK = re.compile("[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


@lru_cache(maxsize=1)
def _all_words() -> dict[str, Any]:
    words: dict[str, Any] = read_yaml(data_file("concordance", "words.yaml"))["words"]
    return words


def words_in(lang: str) -> dict[str, Any]:
    """The fixed words in a language: "en", "es" or "it"; :class:`InputError` for others."""
    words = _all_words()
    if lang not in words:
        raise InputError(f"the concordance does not speak '{lang}'; {suggestion(str(lang), words)}")
    found: dict[str, Any] = words[lang]
    return found


def count(number: int) -> str:
    """A whole number, thousands apart by a narrow space, which reads alike in every language.

    >>> count(1234567)
    '1\u202f234\u202f567'
    """
    return f"{number:,}".replace(",", "\u202f")


def folded(text: str) -> str:
    """White space as one blank, or as one line feed where it held a line break; signs unfit for HTML replaced.

    >>> folded("a  b \\r\\n\\r\\n c")
    'a b\\nc'
    """
    return clean(_SPACE.sub(lambda space: "\n" if _BREAK.search(space[0]) else " ", text))


def language_tag(lang: Any) -> str:
    """The language where it is one that HTML knows how to name, else ""."""
    return lang if isinstance(lang, str) and _TAG.fullmatch(lang) else ""


def value_of(value: Any) -> str:
    """A value of the metadata on one line; "" where there is none.

    >>> value_of(float("nan")), value_of(2009), value_of(2009.0)
    ('', '2009', '2009')
    """
    if isinstance(value, list | tuple | set | dict | np.ndarray):
        return _short(str(list(value) if isinstance(value, np.ndarray) else value))
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _short(str(value))


def _short(value: str) -> str:
    value = folded(value).replace("\n", " ").strip()
    return value if len(value) <= _VALUE else value[: _VALUE - 1] + "…"


def columns_of(rows: Sequence[Mapping[str, Any]], say: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name and heading of the columns beside the lines: the document, what it was found by where that is not the
    node itself, and the first metadata."""
    columns = [("doc_id", say["document"])]
    if any(str(row["found_by"]).casefold() != row["node"].casefold() for row in rows):
        columns.append(("found_by", say["found_by"]))
    return columns + [(name, clean(name)) for name in metadata_of(rows)[:_MOST_COLUMNS]]


def metadata_of(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The metadata columns of the lines."""
    return [str(name) for name in (rows[0] if rows else ()) if name not in _OWN]


def tails_of(columns: Iterable[tuple[str, str]]) -> list[bool]:
    """Which columns are cut at their left end: what found a line differs in its last words (cue, coder)."""
    return [name == "found_by" for name, _ in columns]


def line_of(row: Mapping[str, Any], columns: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """A line: ``left``, ``node``, ``right`` folded and bounded, ``cells`` of the columns, ``lang``."""
    left, node, right = (str(row[name]) if isinstance(row[name], str) else "" for name in ("left", "node", "right"))
    # white space runs of any length are bounded before they are folded
    left, right = folded(left[-8 * _SIDE :])[-_SIDE:], folded(right[: 8 * _SIDE])[:_SIDE]
    if len(node) > _NODE:
        # at white space, where there is some
        head, tail = node[: _NODE - 20].rsplit(maxsplit=1), node[-16:].split(maxsplit=1)
        node = " … ".join([*head[:1], *tail[-1:]]) or "…"
    return {
        "left": left,
        "node": folded(node),
        "right": right,
        "cells": [value_of(row[name]) for name, _ in columns],
        "lang": language_tag(row["lang"]),
    }


def title_of(post: Mapping[str, Any] | None, doc_id: str) -> str:
    """The title of a post, or its name where it has none."""
    return value_of((post or {}).get("title")) or _short(doc_id)


def about(row: Mapping[str, Any], post: Mapping[str, Any] | None, say: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is known of a line's post: names and values, bounded; the found form first, then document and metadata."""
    known = {say["found_by"]: row["found_by"], "doc_id": row["doc_id"], "lang": row["lang"]}
    known[say["passage"]] = row["passage_id"]
    rest = {name: value for name, value in (post or {}).items() if name not in ("doc_id", "title", "sha256", "lang")}
    found = [(clean(str(name)), value_of(value)) for name, value in {**known, **rest}.items()]
    return [(name, value) for name, value in found if value][: _MOST_ABOUT + len(known)]


class Window(NamedTuple):
    """A stretch of a post with what to mark: ``start`` to ``end`` of the text, ``before`` and ``after`` cut off."""

    text: str
    start: int
    before: int
    after: int


def window(text: str, start: int, end: int, around: int, most_node: int = 4_000) -> Window:
    """The text around a node: ``around`` characters to each side, to the next white space where one is near.

    Of a node longer than ``most_node`` characters the rest is cut off.
    """
    low, high = max(start - around, 0), min(min(end, start + most_node) + around, len(text))
    if low:
        space = re.compile(r"\s").search(text, low, min(low + 40, start))
        low = space.end() if space else low
    if high < len(text):
        # the last white space of the 40 characters before the cut, unless that would cut the node
        spaces = [space.start() for space in re.compile(r"\s").finditer(text, max(high - 40, min(end, high)), high)]
        high = spaces[-1] if spaces else high
    return Window(text[low:high], low, low, len(text) - high)


def passages_of(concordance: "Concordance", rows: Sequence[Mapping[str, Any]]) -> list[tuple[int, int] | None]:
    """First and last character of each line's passage, by its tokens; None where it has none."""
    index = concordance.index
    wanted = {row["doc_id"] for row in rows}
    number = {doc_id: place for place, doc_id in enumerate(index.doc_ids) if doc_id in wanted}
    found: dict[tuple[str, Any], tuple[int, int] | None] = {}
    for row in rows:
        key = (row["doc_id"], row["passage_id"])
        if key not in found:
            low, high = index.bounds[number[key[0]] :][:2] if key[0] in number else (0, 0)
            names = index.passage_ids[index.passage[low:high]]
            here = low + np.flatnonzero(names == key[1])
            found[key] = (int(index.start[here].min()), int(index.end[here].max())) if len(here) else None
    return [found[row["doc_id"], row["passage_id"]] for row in rows]


def posts_of(concordance: "Concordance", rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The posts of the lines by doc_id, without their texts."""
    posts = concordance.posts
    here = posts[posts["doc_id"].isin({row["doc_id"] for row in rows})]
    return {post["doc_id"]: post for post in here.drop(columns="text", errors="ignore").to_dict("records")}
