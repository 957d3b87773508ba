"""Positions as other programs count them, to Unicode code points and back.

Units: ``codepoint`` (Python, brat, W3C), ``utf16`` (Java, JavaScript: an emoji counts two), ``utf8`` (bytes); each also
with ``/lf``, where the program read the text with line ends as one character (CR LF counts one).
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from toolkit.errors import InputError, suggestion

__all__ = ["UNITS", "Offsets", "likeliest_unit"]

UNITS = ("codepoint", "utf16", "utf8", "codepoint/lf", "utf16/lf", "utf8/lf")


class Offsets:
    """The borders of one text in one unit.

    >>> Offsets("a😀b", "utf16").to_points(3)
    2
    >>> Offsets("a😀b", "utf16").from_points(2)
    3
    """

    def __init__(self, text: str, unit: str = "codepoint") -> None:
        if unit not in UNITS:
            raise InputError(f"no offset unit '{unit}'; {suggestion(unit, UNITS)}")
        self._length = len(text)
        # most texts count alike in code points and in UTF-16; a table of borders is then a waste
        self._borders = None if _alike(text, unit) else _borders(text, unit)

    def to_points(self, offset: int) -> int:
        """The code point where an offset of the unit stands.

        Raises :class:`ValueError` with the end of a sentence for one outside the text or inside a character.
        """
        if self._borders is None:
            if not 0 <= offset <= self._length:
                raise ValueError(f"position {offset} lies outside the text, which ends at {self._length}")
            return offset
        if not 0 <= offset <= self._borders[-1]:
            raise ValueError(f"position {offset} lies outside the text, which ends at {self._borders[-1]}")
        at = bisect_left(self._borders, offset)
        if self._borders[at] != offset:
            raise ValueError(f"position {offset} lies inside a character")
        return at

    def from_points(self, point: int) -> int:
        """The offset of a border between code points, which must lie in the text."""
        return point if self._borders is None else self._borders[point]


@lru_cache(maxsize=64)
def _alike(text: str, unit: str) -> bool:
    """Does every character of the text count one in the unit?"""
    if unit.endswith("/lf") and "\r\n" in text:
        return False
    counted = unit.removesuffix("/lf")
    return counted == "codepoint" or text.isascii() or (counted == "utf16" and max(text) <= "\uffff")


@lru_cache(maxsize=64)
def _borders(text: str, unit: str) -> Sequence[int]:
    """The offset of each border between code points, 0 to the end."""
    width = {"codepoint": _one, "utf16": _utf16, "utf8": _utf8}[unit.removesuffix("/lf")]
    joined = unit.endswith("/lf")
    borders, at = array("q", [0]), 0
    for number, sign in enumerate(text):
        # the carriage return of a pair takes no room: both its sides are one place, which is read as the earlier one
        at += 0 if joined and sign == "\r" and text[number + 1 : number + 2] == "\n" else width(sign)
        borders.append(at)
    return borders


def _one(_: str) -> int:
    return 1


def _utf16(sign: str) -> int:
    return 2 if sign > "\uffff" else 1


def _utf8(sign: str) -> int:
    return 1 if sign < "\x80" else 2 if sign < "\u0800" else 3 if sign < "\U00010000" else 4


def likeliest_unit(
    units: Sequence[str],
    spans: Iterable[tuple[str, int, int, str]],
    as_quoted: Callable[[str], str] = str,
) -> str:
    """The unit in which most spans (text, start, end, quote) say what their quote says; among equals the first.

    >>> likeliest_unit(("codepoint", "utf16"), [("😀 hola", 3, 7, "hola")])
    'utf16'
    """
    listed = list(spans)
    hits = {unit: _hits(unit, listed, as_quoted) for unit in units}
    return max(units, key=lambda unit: hits[unit])


def _hits(unit: str, spans: Iterable[tuple[str, int, int, str]], as_quoted: Callable[[str], str]) -> int:
    """How many spans say in this unit what their quote says."""
    known: dict[str, Offsets] = {}
    hits = 0
    for text, start, end, quote in spans:
        if text not in known:
            known[text] = Offsets(text, unit)
        try:
            here = text[known[text].to_points(start) : known[text].to_points(end)]
        except ValueError:
            continue
        hits += here == quote or as_quoted(here) == as_quoted(quote)
    return hits
