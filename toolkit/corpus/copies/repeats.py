"""What stands twice in one post: a list copied again, a paragraph or a sentence pasted a second time."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pandas as pd

from toolkit.tables import check

__all__ = ["FEWEST_OF_LINES", "FEWEST_OF_SENTENCES", "mark_repeats"]

#: Visible characters that make whole lines, or sentences within lines, long enough to be noted. Below them stand
#: headings, refrains and answers ("Responder", "Me gusta") that a text repeats on purpose.
FEWEST_OF_LINES, FEWEST_OF_SENTENCES = 20, 40
#: Lines that make a list, if none of them is long enough by itself.
_LIST = 3
_LINE = re.compile(r"[^\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
#: Ends a sentence: a full stop or its like, closing signs, white space. Both copies of a sentence are cut alike, also
#: at "Sr. Pérez", whose halves are joined again as neighbours.
_END = re.compile(r"[.!?…][\"'»”’)\]]*(?=\s)")
_VISIBLE = re.compile(r"\S")
#: Earlier places of a piece that are tried: the first and the latest ones.
_PLACES = 4
#: The furniture rule that marks a line for being a repeat.
_AGAIN = "repeated_at_once"


class _Piece(NamedTuple):
    """A sentence of a line: its place, its text with single spaces, whether it begins and ends the line."""

    start: int
    end: int
    key: str
    begins: bool
    ends: bool


def mark_repeats(posts: pd.DataFrame, *, furniture: pd.DataFrame | None = None) -> pd.DataFrame:
    """Exact repeats inside posts: the later copy of what the same post had before.

    Noted are whole lines and runs of lines (with at least 20 visible characters in a line or in three or more lines),
    and sentences or runs of sentences of at least 40 visible characters within lines. Copies are the same signs; the
    white space between them may differ.

    Parameters
    ----------
    posts : posts table.
    furniture : spans from :func:`toolkit.corpus.mark_furniture`; what they mark is no repeat, except lines that are
        furniture for standing twice at once.

    Returns
    -------
    DataFrame
        doc_id, start, end, quote (the later copy), first_start, first_end (the earlier one); sorted, ``start`` to
        ``end`` without overlaps. Positions count code points. Copies that stand three times are two rows. Raises
        :class:`toolkit.errors.InputError` for a table that is no posts table.

    >>> import pandas as pd
    >>> text = "Escuchar primero, vender después.\\n\\nY nada más por hoy.\\n\\nEscuchar primero, vender después."
    >>> posts = pd.DataFrame({"doc_id": ["a"], "text": [text], "sha256": [""]})
    >>> mark_repeats(posts)[["start", "end", "first_start", "first_end"]]
       start  end  first_start  first_end
    0     56   89            0         33
    """
    posts = check("posts", posts)
    texts = dict(zip(posts["doc_id"].tolist(), posts["text"].tolist(), strict=True))
    marked: dict[str, list[tuple[int, int]]] = {}
    if furniture is not None:
        furniture = furniture[furniture["rule"] != _AGAIN]
        for doc_id, start, end in zip(furniture["doc_id"], furniture["start"], furniture["end"], strict=True):
            marked.setdefault(doc_id, []).append((start, end))
    rows = [
        (doc_id, start, end, text[start:end], first_start, first_end)
        for doc_id, text in texts.items()
        for start, end, first_start, first_end in _repeats(_without(text, marked.get(doc_id, [])))
    ]
    table = pd.DataFrame(rows, columns=["doc_id", "start", "end", "quote", "first_start", "first_end"])
    return table.sort_values(["doc_id", "start"], kind="stable", ignore_index=True)


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with line ends where furniture stands: as long as before, and no sentence reaches across."""
    parts, reached = [], 0
    for start, end in sorted(spans):
        start, end = max(start, reached), max(end, reached)
        parts += [text[reached:start], "\n" * (end - start)]
        reached = end
    return "".join(parts) + text[reached:]


def _repeats(text: str) -> Iterator[tuple[int, int, int, int]]:
    pieces = list(_pieces(text))
    keys = [piece.key for piece in pieces]
    if len(set(keys)) == len(keys):
        return
    places: dict[str, list[int]] = {}
    here = 0
    while here < len(pieces):
        length, there = _longest(keys, places.get(keys[here], ()), here)
        here_part, there_part = pieces[here : here + length], pieces[there : there + length]
        step = max(length, 1)
        if length and _counts(here_part, there_part):
            yield here_part[0].start, here_part[-1].end, there_part[0].start, there_part[-1].end
        else:
            step = 1
        for number in range(here, here + step):
            known = places.setdefault(keys[number], [])
            known.append(number)
            if len(known) > _PLACES:
                del known[1]
        here += step


def _longest(keys: Sequence[str], places: Sequence[int], here: int) -> tuple[int, int]:
    """The length of the longest run from ``here`` that also begins at an earlier place, and the first such place."""
    best, where = 0, 0
    for there in places:
        most = min(here - there, len(keys) - here)
        length = 0
        while length < most and keys[there + length] == keys[here + length]:
            length += 1
        if length > best:
            best, where = length, there
    return best, where


def _counts(here: Sequence[_Piece], there: Sequence[_Piece]) -> bool:
    visible = sum(len(piece.key) - piece.key.count(" ") for piece in here)
    if visible >= FEWEST_OF_SENTENCES:
        return True
    whole = all(part[0].begins and part[-1].ends for part in (here, there))
    lines = sum(piece.begins for piece in here)
    return whole and visible >= FEWEST_OF_LINES and (lines >= _LIST or _long_line(here))


def _long_line(pieces: Sequence[_Piece]) -> bool:
    visible = 0
    for piece in pieces:
        visible = (0 if piece.begins else visible) + len(piece.key) - piece.key.count(" ")
        if piece.ends and visible >= FEWEST_OF_LINES:
            return True
    return False


def _pieces(text: str) -> Iterator[_Piece]:
    for line in _LINE.finditer(text):
        found = list(_sentences(text, *line.span()))
        for number, (start, end) in enumerate(found):
            key = " ".join(text[start:end].split())
            yield _Piece(start, end, key, number == 0, number == len(found) - 1)


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans of the sentences of a line, without the white space around them."""
    first = _VISIBLE.search(text, start, end)
    for close in _END.finditer(text, start, end):
        if first is not None and close.start() > first.start():  # a sign that begins a sentence does not end it
            yield first.start(), close.end()
            first = _VISIBLE.search(text, close.end(), end)
    if first is not None:
        yield first.start(), first.start() + len(text[first.start() : end].rstrip())
