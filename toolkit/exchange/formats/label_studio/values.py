"""Values of JSON files of strangers (Label Studio, doccano), each of the type that is expected or None."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

__all__ = [
    "is_link",
    "list_of",
    "mapping_of",
    "number_of",
    "said",
    "text_of",
    "text_or_json",
    "whole_of",
    "without_halves",
]

#: The largest whole number that JavaScript and floats hold exactly; no text is longer.
_LARGEST = 2**53
#: Half of a surrogate pair, which is no character and cannot be stored as UTF-8.
_HALF = re.compile(r"[\ud800-\udfff]")
_ESCAPED_HALF = re.compile(r"\\u[dD][89a-fA-F]")
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


def without_halves(value: Any, source: str) -> tuple[Any, bool]:
    """A value of JSON with U+FFFD for halves of surrogate pairs, and whether there was any; ``source``: its JSON."""
    if not _ESCAPED_HALF.search(source):
        return value, False
    changed = False

    def clean(one: Any) -> Any:
        nonlocal changed
        if isinstance(one, str):
            whole = _HALF.sub("\ufffd", one)
            changed = changed or whole != one
            return whole
        if isinstance(one, list):
            return [clean(item) for item in one]
        if isinstance(one, dict):
            return {clean(name): clean(item) for name, item in one.items()}
        return one

    return clean(value), changed
