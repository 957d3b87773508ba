"""Posts as JSON: one object a line (JSON Lines), one array of objects, or an object that holds a list of posts."""

import codecs
import io
import json
import re
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

from toolkit.corpus.readers.headings import shown
from toolkit.corpus.readers.record import MAX_CHARACTERS, File, Record
from toolkit.corpus.readers.tabular import Rows, flat
from toolkit.errors import InputError

__all__ = ["read_json", "read_jsonl"]

#: The longest line in bytes: the longest text with all its characters written as pairs of escapes takes 12 times.
MAX_LINE = 16 * MAX_CHARACTERS
#: The largest JSON object that is read as a whole; one in memory takes several times its size on disk.
MAX_WHOLE = 200_000_000
#: Rows whose keys together are the columns of the table: later rows may have further ones.
_FIRST = 100
_CHUNK = 1_000_000
_NO_UTF8 = re.compile("[\udc80-\udcff]")

#: Number of a row, and what stands there, or the reason why that cannot be read.
_Item = tuple[int, dict[str, Any] | str]


def read_jsonl(file: File) -> Iterator[Record]:
    """One record a line (jsonlines.org); a line that is no JSON object, or has no text, is refused with its number.

    Keys of an object inside are read one level deep ("author.name"), lists of plain values are joined by "; ".
    """
    with file.path.open("rb") as stream:
        head = stream.read(4)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)):
            yield Record(file.name, refused="is JSON Lines in UTF-16 or UTF-32; save it in UTF-8")
            return
        stream.seek(0)
        yield from _records(file, _lines(stream), "line")


def read_json(file: File) -> Iterator[Record]:
    """One record an object of a JSON array (RFC 8259, in UTF-8), read piece by piece whatever its size.

    An object with one list of objects is read as that list (up to 200 MB); one with a text is one post, named by the
    file; several objects one after the other are read as JSON Lines.
    """
    with file.path.open("rb") as stream:
        head = stream.read(4096).removeprefix(codecs.BOM_UTF8).lstrip()
    if not head:
        yield Record(file.name, refused="is empty")
    elif head.startswith(b"["):
        with file.path.open("rb") as stream:
            yield from _records(file, _elements(stream), "item")
    elif _is_lines(file.path):
        yield from read_jsonl(file)
    elif file.path.stat().st_size > MAX_WHOLE:
        size = file.path.stat().st_size
        yield Record(file.name, refused=f"is one JSON object of {size / 1e6:,.0f} MB; save its posts as JSON Lines")
    else:
        yield from _whole(file)


def _whole(file: File) -> Iterator[Record]:
    try:
        value = json.loads(file.path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        yield Record(file.name, refused=f"is not JSON in UTF-8: {_reason(error)}")
        return
    if not isinstance(value, dict):
        yield Record(file.name, refused="is JSON but neither an object nor a list of objects")
        return
    lists = {key: part for key, part in value.items() if isinstance(part, list) and part and isinstance(part[0], dict)}
    if len(lists) == 1:
        (found,) = lists.values()
        items = (_checked(number, item, "item") for number, item in enumerate(found, 1))
        yield from _records(file, items, "item")
    elif lists:
        names = ", ".join(shown(key) for key in islice(lists, 20))
        yield Record(file.name, refused=f"holds several lists of objects ({names}); save the posts as JSON Lines")
    else:
        for record in _records(file, iter([(1, value)]), "item"):
            yield _named(record, file, value)


def _named(record: Record, file: File, value: dict[str, Any]) -> Record:
    """A file that is one post has the name of the file, unless it says another."""
    if record.doc_id.startswith(f"{file.name}:"):
        return Record(file.name, record.text, record.metadata, record.doubts, record.refused)
    return record


def _records(file: File, items: Iterator[_Item], unit: str) -> Iterator[Record]:
    """Records of objects; the first hundred say which key is what, as the headings of a table do."""
    first = list(_first(items))
    keys = dict.fromkeys(key for _, item in first if isinstance(item, dict) for key, _ in flat(item))
    table = None
    if keys:
        try:
            table = Rows(file, list(keys), unit=unit, encoding="utf-8")
        except InputError as error:
            yield Record(file.name, refused=str(error))
            return
    number = 0
    for number, item in chain(first, items):
        if isinstance(item, str):
            yield Record(file.name, refused=item, place=f"{unit} {number}")
        elif table is None:
            yield Record(file.name, refused=f"{unit} {number} is an object without keys", place=f"{unit} {number}")
        else:
            yield table.record(item, number)
    if number == 0:
        yield Record(file.name, refused="holds no rows")


def _first(items: Iterator[_Item]) -> Iterator[_Item]:
    """The first rows, fewer if they are long."""
    room = MAX_LINE
    for item in islice(items, _FIRST):
        yield item
        if isinstance(item[1], dict):
            room -= sum(len(value) for _, value in flat(item[1]) if isinstance(value, str))
        if room < 0:
            return


def _lines(stream: BinaryIO) -> Iterator[_Item]:
    number = 0
    while line := stream.readline(MAX_LINE):
        number += 1
        if len(line) == MAX_LINE and not line.endswith(b"\n"):
            while (rest := stream.readline(MAX_LINE)) and not rest.endswith(b"\n"):
                pass
            yield number, f"line {number} is longer than {MAX_LINE:,} bytes"
        elif line.strip():
            try:
                yield _checked(number, json.loads(line.decode("utf-8-sig")), "line")
            except (ValueError, RecursionError) as error:
                yield number, f"line {number} is not JSON in UTF-8: {_reason(error)}"


def _checked(number: int, item: Any, unit: str) -> _Item:
    if isinstance(item, dict):
        return number, item
    return number, f"{unit} {number} is not a JSON object with the keys doc_id, lang, text"


def _elements(stream: BinaryIO) -> Iterator[_Item]:
    """The elements of an array; the first that cannot be read ends it, for nobody knows where the next begins."""
    text = _Pieces(stream)
    text.sign()
    text.place += 1
    number = 1
    while text.sign() not in ("]", ""):
        try:
            yield _checked(number, text.value(), "item")
        except _NotUtf8:
            yield number, f"item {number} is not JSON in UTF-8"
        except (ValueError, RecursionError) as error:
            what = "is cut off" if text.ended else f"is not JSON, so that what follows was not read: {_reason(error)}"
            yield number, f"item {number} {what}"
            return
        if text.sign() == ",":
            text.place += 1
        elif text.sign() not in ("]", ""):
            yield number, f"after item {number} a comma is missing, so that what follows was not read"
            return
        number += 1
    if not text.sign():
        yield number, f"is truncated: its list has no end after item {number - 1}"
        return
    text.place += 1
    if text.sign():
        yield number, "goes on after the end of its list; what follows was not read"


class _NotUtf8(Exception):
    """A value holds bytes that are not UTF-8."""


class _Pieces:
    """JSON values out of a stream through a buffer that holds little more than one of them."""

    def __init__(self, stream: BinaryIO) -> None:
        # bytes that do not fit become half characters, so that the values around them can be read
        self._text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
        self._decoder = json.JSONDecoder()
        self._buffer = ""
        self.place = 0
        self.ended = False

    def sign(self) -> str:
        """The next sign that is no white space, which stays; nothing at the end."""
        while True:
            while self.place < len(self._buffer) and self._buffer[self.place] in " \t\r\n":
                self.place += 1
            if self.place < len(self._buffer):
                return self._buffer[self.place]
            if not self._more():
                return ""

    def value(self) -> Any:
        """The value that begins here. Raises ValueError or RecursionError if there is none, or it has no end."""
        while True:
            try:
                value, end = self._decoder.raw_decode(self._buffer, self.place)
            except ValueError:
                if len(self._buffer) - self.place > MAX_LINE or not self._more():
                    raise
                continue
            # a number at the end of the buffer may go on
            if end == len(self._buffer) and self._more():
                continue
            begin, self.place = self.place, end
            if _NO_UTF8.search(self._buffer, begin, end):
                raise _NotUtf8
            return value

    def _more(self) -> bool:
        rest = self._buffer[self.place :]
        # as much again as did not do: a long value is tried a few times, not once a piece
        piece = self._text.read(max(_CHUNK, len(rest)))
        self._buffer, self.place, self.ended = rest + piece, 0, not piece
        return bool(piece)


def _is_lines(path: Path) -> bool:
    """Whether a whole object stands on the first line and something below it."""
    with path.open("rb") as stream:
        line = b" "
        while line and not line.removeprefix(codecs.BOM_UTF8).strip():
            line = stream.readline(MAX_LINE)
        try:
            whole = isinstance(json.loads(line.decode("utf-8-sig")), dict)
        except (ValueError, RecursionError):
            return False
        return whole and any(more.strip() for more in iter(lambda: stream.readline(_CHUNK), b""))


def _reason(error: BaseException) -> str:
    return shown(str(error).splitlines()[0]) if str(error) else type(error).__name__
