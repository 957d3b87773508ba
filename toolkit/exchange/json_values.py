"""Values of JSON files of strangers, each of the type that is expected or None, and the beginning of such files."""

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = [
    "is_link",
    "list_of",
    "longer_head",
    "mapping_of",
    "number_of",
    "said",
    "text_of",
    "text_or_json",
    "whole_of",
]

#: The largest whole number that JavaScript and floats hold exactly; no text is longer.
_LARGEST = 2**53
#: How much of a file is read where its first object is longer than the head: a post of 1,000,000 signs is a book.
_MOST = 1_000_000
_LINK = re.compile(r"(?:[a-z][a-z0-9+.-]{1,20}://|/data/(?:upload|local-files)[/?])\S+", re.IGNORECASE)


def text_of(value: Any) -> str | None:
    """The value if it is a text that is not empty."""
    return value if isinstance(value, str) and value else None


def whole_of(value: Any) -> int | None:
    """The value if it is a whole number from 0; neither a truth value nor 3.0."""
    return value if type(value) is int and 0 <= value < _LARGEST else None


def number_of(value: Any) -> float | None:
    """The value as float if it is a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def list_of(value: Any) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def mapping_of(value: Any) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def text_or_json(value: Any) -> str:
    """A text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def said(value: Any) -> str:
    """A value for a message, short.

    >>> said({"a": "x" * 100})
    "{'a': 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx..."
    """
    text = repr(value) if not isinstance(value, int) or abs(value) < 10**30 else "a number of more than 30 digits"
    return text if len(text) <= 40 else text[:37] + "..."


def is_link(text: str) -> bool:
    """Does a text consist of an address only: of a picture, a sound, a text that is kept elsewhere?

    >>> is_link("https://a.b/c.png"), is_link("see https://a.b/c.png")
    (True, False)
    """
    return bool(_LINK.fullmatch(text))


def longer_head(path: Path, head: bytes) -> bytes:
    """Up to 1,000,000 bytes of the file that begins with ``head``; the head itself where nothing more can be read."""
    try:
        with path.open("rb") as stream:
            more = stream.read(_MOST)
    except OSError:
        return head
    return more if more.startswith(head) else head
