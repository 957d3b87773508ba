"""What REFI-QDA has no attribute for, as lines in a comment: readable in every program, and read back from it.

A comment (the element ``Description``) holds first what a person wrote; below a line ``[cluetrain-toolkit]`` stand
lines ``field: value``. In a value, what would break the line, what XML 1.0 cannot hold and white space at its ends are
written as ``\\uXXXX``, a line feed as ``\\n``, a backslash as two; ``\\-`` is a missing value.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from uuid import UUID, uuid5

from toolkit.exchange.registry import XML

__all__ = [
    "MARK",
    "NAME_LENGTH",
    "ORIGIN",
    "clean",
    "comment_of",
    "guid_of",
    "natural",
    "normal_guid",
    "plain",
    "split_comment",
]

#: The program named in the files we write (attribute ``origin`` of the project).
ORIGIN = "cluetrain-toolkit"
#: Where the names of our selections are cut, as those of ATLAS.ti are (Annex A.3).
NAME_LENGTH = 100
MARK = f"[{ORIGIN}]"
#: Namespace of our GUIDs: uuid5 of the DNS namespace (RFC 9562, section 6.6) and our name.
_SPACE = uuid5(UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), ORIGIN)
#: Characters that XML 1.0 (section 2.2) cannot hold.
_NO_XML = re.compile(XML)
#: The same, what splits lines in any program, the backslash, and the sign that stands for lost characters.
_ESCAPED = re.compile(r"[^\t\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\\\x7f-\x9f\u2028\u2029]|\A\s|\s\Z")
#: What some program changes in names and comments, or XML cannot hold.
_BROKEN = re.compile(r"[^\n\x20-\ufffc\U00010000-\U0010ffff]|[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_WRITTEN = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_MISSING = "\\-"


@lru_cache(maxsize=10_000)
def guid_of(*parts: object) -> str:
    """The GUID of something by what it is: the same parts, the same GUID."""
    return str(uuid5(_SPACE, "\x1f".join(map(str, parts))))


def normal_guid(guid: str | None) -> str:
    """A GUID to compare: both spellings of section 5 (with and without braces), capitals or not, are one."""
    return (guid or "").strip().strip("{}").lower()


def clean(text: str) -> str:
    """A text with U+FFFD for every character that XML cannot hold."""
    return _NO_XML.sub("\ufffd", text)


def natural(text: str, lines: bool = False) -> bool:
    """Does a text survive in a name (or, with ``lines``, in a comment) of any program as it is?"""
    if not text or text != text.strip() or MARK in text or (not lines and "\n" in text):
        return False
    return not _BROKEN.search(text)


def plain(text: str) -> str:
    """A name as it can be compared after XML or a program changed white space and signs that it does not take."""
    return "".join(_BROKEN.sub("", text).split())


def comment_of(note: str, fields: Mapping[str, str | None]) -> str:
    """A comment from what a person wrote and our lines ("" where there is neither)."""
    if not fields:
        return note
    lines = [
        f"{_escaped(name, True)}: {_MISSING if value is None else _escaped(value)}" for name, value in fields.items()
    ]
    return (f"{note}\n\n" if note else "") + "\n".join([MARK, *lines])


def split_comment(comment: str) -> tuple[str, dict[str, str | None]]:
    """What a person wrote and our lines, from a comment; also after a program changed its line ends or spaces.

    >>> split_comment(comment_of("¿Seguro?", {"score": "0.5", "evidence": "a\\nb"}))
    ('¿Seguro?', {'score': '0.5', 'evidence': 'a\\nb'})
    """
    head, mark, tail = comment.rpartition(MARK)
    if not mark:
        return comment, {}
    fields: dict[str, str | None] = {}
    rest = []
    for line in re.split(r"\r\n|\r|\n", tail):
        name, colon, value = line.partition(":")
        if colon and name.strip():
            value = value.strip()
            fields[_read(name.strip())] = None if value == _MISSING else _read(value)
        elif line.strip():
            # a person went on writing below our lines
            rest.append(line)
    return "\n".join([*filter(None, [head.strip()]), *rest]), fields


def _escaped(text: str, name: bool = False) -> str:
    made = _ESCAPED.sub(lambda match: _escape(match[0]), text).replace(MARK, "\\u005b" + MARK[1:])
    return made.replace(":", "\\u003a") if name else made


def _escape(sign: str) -> str:
    known = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}
    return known.get(sign) or f"\\u{ord(sign):04x}"


def _read(text: str) -> str:
    def sign(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        return {"n": "\n", "r": "\r", "\\": "\\"}.get(match[2], match[0])

    return _WRITTEN.sub(sign, text)
