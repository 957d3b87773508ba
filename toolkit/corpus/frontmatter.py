"""Metadata at the head of a text file, between two lines of three hyphens."""

import re
from typing import Any, NamedTuple

from toolkit.errors import InputError
from toolkit.files import parse_yaml

__all__ = ["Split", "split"]

_BLOCK = re.compile(r"\A---[ \t]*\r?\n(.*?)(?:^)---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_DATE_AND_HOUR = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.{0,20}")
#: A head longer than this is text that happens to have two rules of hyphens.
_MAX_HEAD = 20_000


class Split(NamedTuple):
    """Metadata by lower-case key, the text after them unchanged, and what was wrong with them, if anything."""

    metadata: dict[str, str]
    body: str
    problem: str | None


def split(text: str, where: str) -> Split:
    """Metadata and body of a text. Without front matter, or if it is no YAML mapping, all of it is body.

    Values stay the text that stands there (of a date with an hour the date), lists are joined by "; ".
    Keys are lower-cased.

    >>> split("---\\ntitle: Hola\\n---\\nUn texto.", "a.md")
    Split(metadata={'title': 'Hola'}, body='Un texto.', problem=None)
    """
    match = _BLOCK.match(text[: _MAX_HEAD + 10])
    if match is None:
        return Split({}, text, None)
    try:
        data = parse_yaml(match.group(1), where, as_text=True)
    except InputError as error:
        return Split({}, text, f"front matter was read as text: {error}")
    if not isinstance(data, dict):
        return Split({}, text, None)
    metadata = {str(key).strip().lower(): _as_text(value) for key, value in data.items() if value is not None}
    return Split(metadata, text[match.end() :], None)


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_as_text(part) for part in value)
    text = str(value)
    return text[:10] if _DATE_AND_HOUR.fullmatch(text) else text
