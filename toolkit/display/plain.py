"""Tables as aligned plain text for a terminal, no wider than it is."""

import re
import textwrap
from collections.abc import Sequence

from toolkit.marked_text import clean
from toolkit.printable import beginning, printable, width_of

__all__ = ["WIDTH", "plain_table", "plain_text", "wrapped"]

WIDTH = 100
#: A column of texts is not made narrower than this, nor a row higher than so many lines.
_NARROWEST, _HIGHEST = 14, 8
_BETWEEN = "  "
_BREAKS = re.compile("[ \\t\\n\\r\\x0b\\x0c\\x85\u2028\u2029]+")
#: Ends of lines that a terminal does not take for one; they are control characters.
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85]")


def plain_table(headings: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[bool]) -> list[str]:
    """Lines of at most 100 characters: numbers at the right, texts wrapped; what is wider goes below, in parts.

    >>> plain_table(["term", "n"], [["charla", "12"], ["voz", "7"]], [False, True])
    ['term     n', '──────  ──', 'charla  12', 'voz      7']
    """
    heads = [_one_line(name) for name in headings]
    cells = [[_one_line(text) for text in row] for row in rows]
    natural = [max([width_of(heads[c]), *(width_of(row[c]) for row in cells)]) for c in range(len(heads))]
    lines: list[str] = []
    for part in _parts(natural, numbers):
        widths = _fitted([natural[c] for c in part], [numbers[c] for c in part])
        own = [numbers[c] for c in part]
        lines += [""] * bool(lines)
        lines += _row([heads[c] for c in part], widths, own)
        lines.append(_BETWEEN.join("─" * width for width in widths))
        for row in cells:
            lines += _row([row[c] for c in part], widths, own)
    return lines


def plain_text(text: str) -> str:
    """A text for a terminal, its lines kept: without signs that steer it or turn the direction of writing.

    >>> plain_text("a\\x1b[31mb\\u202e")
    'a[31mb'
    """
    return clean(printable(_LINE_ENDS.sub("\n", text)))


def wrapped(text: str, indent: str = "") -> list[str]:
    """A sentence in lines of at most 100 characters, without signs that steer a terminal."""
    return textwrap.wrap(_one_line(text), WIDTH, initial_indent=indent, subsequent_indent=" " * len(indent))


def _one_line(text: str) -> str:
    # not at the narrow spaces inside numbers
    return _BREAKS.sub(" ", plain_text(text)).strip(" ")


def _parts(natural: Sequence[int], numbers: Sequence[bool]) -> list[list[int]]:
    """Columns that fit beside each other; the first is repeated before each further part."""
    least = [width if number else min(width, _NARROWEST) for width, number in zip(natural, numbers, strict=True)]
    parts: list[list[int]] = [[]]
    for column, width in enumerate(least):
        taken = sum(least[c] + len(_BETWEEN) for c in parts[-1])
        if parts[-1] and taken + width > WIDTH:
            parts.append([0])
        parts[-1].append(column)
    return parts


def _fitted(natural: list[int], numbers: list[bool]) -> list[int]:
    """Widths that fit: the widest texts give way first."""
    widths = [min(width, WIDTH) for width in natural]
    while sum(widths) + len(_BETWEEN) * (len(widths) - 1) > WIDTH:
        texts = [place for place in range(len(widths)) if not numbers[place] and widths[place] > _NARROWEST]
        if not texts:
            break
        widest = max(texts, key=lambda place: widths[place])
        widths[widest] -= 1
    return widths


def _folded(text: str, width: int) -> list[str]:
    """A text in lines that take at most so many places, wide signs counted as such."""
    lines = textwrap.wrap(text, width)
    if all(width_of(line) <= width for line in lines):
        return lines
    lines = [""]
    for word in filter(None, text.split(" ")):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if width_of(joined) <= width:
            lines[-1] = joined
            continue
        lines += [""] * bool(lines[-1])
        for sign in word:
            # a sign alone is written, however wide it is
            if lines[-1] and width_of(lines[-1] + sign) > width:
                lines.append("")
            lines[-1] += sign
    return lines


def _ended(line: str, width: int) -> str:
    """The line with the sign that something follows, no wider than before."""
    while width_of(line) >= width and line:
        line = beginning(line, len(line) - 1)
    return line + "…"


def _row(cells: list[str], widths: list[int], numbers: list[bool]) -> list[str]:
    folded = []
    for text, width in zip(cells, widths, strict=True):
        lines = [text] if width_of(text) <= width else _folded(text, max(width, 1))
        folded.append(lines if len(lines) <= _HIGHEST else [*lines[: _HIGHEST - 1], _ended(lines[_HIGHEST - 1], width)])
    height = max((len(lines) for lines in folded), default=0)
    found = []
    for line in range(max(height, 1)):
        parts = []
        for lines, width, number in zip(folded, widths, numbers, strict=True):
            text = lines[line] if line < len(lines) else ""
            room = " " * max(width - width_of(text), 0)
            parts.append(room + text if number else text + room)
        found.append(_BETWEEN.join(parts).rstrip())
    return found
