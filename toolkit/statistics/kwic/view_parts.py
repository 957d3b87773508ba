"""What a concordance shows, as strings in the reader's language: for the static page and the widget alike."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from toolkit.marked_text import clean
from toolkit.statistics.kwic import sources
from toolkit.statistics.kwic.strings import OWN_COLUMNS

if TYPE_CHECKING:
    from toolkit.statistics.kwic.lines import Concordance

__all__ = [
    "Window", "about", "columns_of", "language_tag", "line_of", "one_line", "passages_of", "posts_of",
    "reads_nodes", "squeezed", "title_of", "value_of", "window",
]  # fmt: skip

#: Characters of a context that a line shows: twice what fits beside the node on a screen 1,400 pixels wide.
_SIDE = 160
#: Characters of what was found that a line shows; where nodes are read, enough for three lines of 80.
_NODE, _READ_NODE = 60, 240
#: Characters after a node that takes several lines itself.
_AFTER = 60
#: Half of the nodes being longer than this, they are what is read, and get the room of their contexts: words and
#: phrases are shorter, coded passages longer.
_LONG_NODE = 40
#: Characters of a value of the metadata.
_VALUE = 200
#: Metadata of a post that are listed.
_MOST_ABOUT = 12
#: Metadata columns beside the lines; more would leave no room for the text. All are in the opened post.
_MOST_COLUMNS = 4
_SPACE = re.compile(r"\s+")
_BREAK = re.compile("[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


def squeezed(text: str) -> str:
    """White space as one blank, or as one line feed where it held a line break; signs unfit for HTML replaced.

    >>> squeezed("a  b \\r\\n\\r\\n c")
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
    return one_line(value, _VALUE).strip()


def one_line(text: str, most: int) -> str:
    """A text on one line, cut at its end.

    >>> one_line("uno\\n dos", 20), one_line("uno dos", 5)
    ('uno dos', 'uno …')
    """
    # white space runs of any length are bounded before they are squeezed
    line = squeezed(text[: 8 * most]).replace("\n", " ")
    return line if len(line) <= most and len(text) <= 8 * most else line[: most - 1] + "…"


def reads_nodes(concordance: "Concordance") -> bool:
    """Whether what was found is itself what one reads, as coded passages are, and no word with its contexts."""
    hits = concordance.hits.take(concordance.order)
    return bool(len(hits.start)) and float(np.median(hits.end - hits.start)) > _LONG_NODE


def columns_of(rows: Sequence[Mapping[str, Any]], say: Mapping[str, Any], match: str) -> list[tuple[str, str]]:
    """Name and heading of the columns beside the lines: the document, what it was found by where that is neither the
    node itself nor the pattern of all lines, and the first metadata. Code and coder come first, as narrow screens
    show the first column alone."""
    columns = [("doc_id", say["document"])]
    if match == "code":
        columns.insert(0, ("found_by", say["coded"]))
    elif match != "regex" and any(str(row["found_by"]).casefold() != row["node"].casefold() for row in rows):
        columns.append(("found_by", say["found_by"]))
    metadata = [str(name) for name in (rows[0] if rows else ()) if name not in OWN_COLUMNS]
    return columns + [(name, clean(name)) for name in metadata[:_MOST_COLUMNS]]


def line_of(row: Mapping[str, Any], columns: Iterable[tuple[str, str]], *, wide: bool = False) -> dict[str, Any]:
    """A line: ``left``, ``node``, ``right`` squeezed and bounded, ``cells`` of the columns, ``lang``.

    ``wide``: the node may take several lines.
    """
    left, node, right, most = row["left"], row["node"], row["right"], _READ_NODE if wide else _NODE
    return {
        # white space runs of any length are bounded before they are squeezed
        "left": squeezed(left[-8 * _SIDE :])[-_SIDE:],
        "node": _cut(squeezed(node[: 8 * most]), most, whole=len(node) <= 8 * most),
        "right": _cut(squeezed(right[: 8 * _SIDE]), _AFTER) if wide else squeezed(right[: 8 * _SIDE])[:_SIDE],
        "cells": [value_of(row[name]) for name, _ in columns],
        "lang": language_tag(row["lang"]),
    }


def _cut(text: str, most: int, *, whole: bool = True) -> str:
    """A text cut at its end: where white space is near, there. ``whole``: nothing of it has been cut off before."""
    if whole and len(text) <= most:
        return text
    space = text.rfind(" ", most - 20, most - 1)
    return text[: space if space > 0 else most - 2].rstrip() + " …"


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


def passages_of(concordance: "Concordance", first: int, last: int) -> list[tuple[int, int] | None]:
    """First and last character of the passage of each line from ``first`` to before ``last``, by its tokens.

    None for lines without a token. A line is one of its passage's by the first token that it touches.
    """
    hits, own = concordance.hits.take(concordance.order[first:last]), sources.passages_of(concordance.index)
    runs = np.searchsorted(own.first, hits.first, side="right") - 1
    some = hits.first < hits.last
    return [
        (int(own.start[run]), int(own.end[run])) if touches else None for run, touches in zip(runs, some, strict=True)
    ]


def posts_of(concordance: "Concordance", rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The posts of the lines by doc_id, without their texts."""
    posts = concordance.posts
    here = posts[posts["doc_id"].isin({row["doc_id"] for row in rows})]
    return {post["doc_id"]: post for post in here.drop(columns="text", errors="ignore").to_dict("records")}
