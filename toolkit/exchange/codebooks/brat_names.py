"""How brat writes codes and passages: types of few letters, passages cut where lines end."""

import re

__all__ = ["BREAKS", "EMPTY", "decode", "encode_type", "encode_value", "fragments_of", "is_gap", "one_line"]

#: Where brat ends a line (``str.splitlines``, by which Python's codecs read) or a field (tab).
BREAKS = "\t\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
#: An empty name.
EMPTY = "_u_"
_BREAK = re.compile(f"\r\n|[{BREAKS}]")
_SPACE = re.compile(r"\s+")
_ESCAPED = re.compile(r"_u([0-9A-F]{4,6})_")
#: An underscore that would begin an escape.
_AMBIGUOUS = re.compile(r"_(?=u[0-9A-F]|u_$)")
#: ``normalize_to_storage_form`` in brat's projectconfig.py changes all others in types.
_NO_TYPE = re.compile(r"[^A-Za-z0-9_-]")
#: What brat takes in values: its settings cut them at white space, ``,`` and ``|`` (``TypeHierarchyNode``).
_NO_VALUE = re.compile(r"[^\w.-]")
#: Lines of hyphens draw a line in brat's menus.
_HYPHENS = re.compile(r"-+")


def encode_type(code: str) -> str:
    """A code as a type of brat; :func:`decode` gives it back.

    >>> encode_type("human_voice"), encode_type("año 1")
    ('human_voice', 'a_u00F1_o_u0020_1')
    """
    return _HYPHENS.sub(_escape, code, count=1) if _HYPHENS.fullmatch(code) else _encode(code, _NO_TYPE)


def encode_value(value: str) -> str:
    """A value of an attribute; letters of all scripts stay.

    >>> encode_value("Ana Núñez")
    'Ana_u0020_Núñez'
    """
    return _encode(value, _NO_VALUE)


def decode(name: str) -> str:
    """The code or value of a type or attribute.

    >>> decode("a_u00F1_o_u0020_1"), decode("_gt_N")
    ('año 1', '_gt_N')
    """
    return "" if name == EMPTY else _ESCAPED.sub(_sign, name)


def fragments_of(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The parts of a passage that brat writes: without white space that holds a line end or a tab.

    >>> fragments_of("uno \\n  dos tres", 0, 15)
    [(0, 3), (7, 15)]
    """
    fragments, at = [], start
    for match in _SPACE.finditer(text, start, end):
        if _BREAK.search(match[0]):
            if match.start() > at:
                fragments.append((at, match.start()))
            at = match.end()
    return [*fragments, (at, end)] if at < end else fragments


def is_gap(between: str) -> bool:
    """Is this what brat leaves out of a passage over several lines: white space with a line end or a tab?"""
    return between.isspace() and _BREAK.search(between) is not None


def one_line(text: str) -> str:
    """A text as brat can show it in one line: line ends and tabs are blanks."""
    return _BREAK.sub(" ", text)


def _encode(name: str, foreign: re.Pattern[str]) -> str:
    return foreign.sub(_escape, _AMBIGUOUS.sub("_u005F_", name)) if name else EMPTY


def _escape(match: re.Match[str]) -> str:
    return "".join(f"_u{ord(sign):04X}_" for sign in match[0])


def _sign(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    return chr(number) if number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF else match[0]
