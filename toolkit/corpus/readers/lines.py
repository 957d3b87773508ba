"""Large text files line by line: the encoding decided in bounded passes, lines of bounded length."""

import codecs
import io
import re
from pathlib import Path
from typing import NamedTuple

from toolkit.corpus.encoding import decode
from toolkit.corpus.readers.record import MAX_CHARACTERS
from toolkit.errors import InputError

__all__ = ["MAX_LINE", "Encoding", "Lines", "TooLong", "find_encoding", "open_text"]

#: The longest line, and the longest row of several lines, in characters: four of the longest texts.
MAX_LINE = 4 * MAX_CHARACTERS
#: Characters that may be read a second time after broken quotes: what is re-read then is a row at most.
MAX_AGAIN = 100_000_000
_CHUNK = 1_000_000
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: Control characters other than tab, line feed, form feed and carriage return; zero is told where it stands.
_CONTROLS = bytes(sorted(set(range(1, 32)) - {9, 10, 12, 13}))
#: Accented small letters and typographic quotes in UTF-8. In Windows-1252 they would read "Ã¡" and "â€œ".
_UTF8_SIGNS = re.compile(rb"\xc3[\x80-\xbf]|\xe2\x80[\x90-\xbf]")


class Encoding(NamedTuple):
    """How a file is read: the ``name`` to record, codec and errors for Python, the length of the byte order mark.

    ``other``: of a file with lines in two encodings, that of the lines which are no UTF-8. ``certain``: not guessed.
    """

    name: str
    codec: str
    errors: str = "strict"
    mark: int = 0
    other: str = ""

    @property
    def certain(self) -> bool:
        """Whether nothing about it was guessed."""
        return self.errors == "strict"


def find_encoding(path: Path) -> Encoding:
    """The encoding of a text file of any size, read once in chunks; the rules are those of ``decode``.

    A file that is not all UTF-8 is decided on the two million bytes around the first that does not fit. If these hold
    lines in UTF-8 too, every line is read as UTF-8 where it fits, and as the other encoding where not.

    Raises :class:`InputError` with the end of a sentence if the bytes are no text.
    """
    with path.open("rb") as stream:
        head = stream.read(4096)
    for mark, codec in _MARKS:
        if head.startswith(mark):
            return _checked(path, Encoding(codec, codec, mark=len(mark)))
    # UTF-16 of western prose is nearly half zeros; a few stand in rows that are refused for them
    if head.count(0) > 0.1 * len(head):
        codec = decode(head[: len(head) // 4 * 4]).encoding
        return _checked(path, Encoding(codec, codec))
    misfit = _scan(path, "utf-8", 0)
    return Encoding("utf-8", "utf-8") if misfit is None else _legacy(_around(path, misfit))


def open_text(path: Path, encoding: Encoding) -> io.TextIOWrapper:
    """The file as a stream of text after its byte order mark, line ends as they are.

    Of an :class:`Encoding` with ``other`` every character is a byte; :class:`Lines` decodes them.
    """
    stream = path.open("rb")
    stream.seek(encoding.mark)
    return io.TextIOWrapper(stream, encoding=encoding.codec, errors=encoding.errors, newline="")


def _checked(path: Path, encoding: Encoding) -> Encoding:
    misfit = _scan(path, encoding.codec, encoding.mark)
    if misfit is not None:
        raise InputError(f"starts like {encoding.name} text but a byte near {misfit:,} does not fit")
    return encoding


def _scan(path: Path, codec: str, start: int) -> int | None:
    """Where the file stops being in an encoding, to about a million bytes, or None; refuses what is no text."""
    decoder = codecs.getincrementaldecoder(codec)()
    misfit, controls, size = None, 0, start
    with path.open("rb") as stream:
        stream.seek(start)
        while chunk := stream.read(_CHUNK):
            if codec == "utf-8":
                controls += len(chunk) - len(chunk.translate(None, _CONTROLS))
            if misfit is None:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError as error:
                    misfit = size + error.start
            size += len(chunk)
    if controls > 0.001 * size + 2:
        raise InputError("is not text (it contains control characters); export it as CSV in UTF-8")
    if misfit is None:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            misfit = size
    return misfit


def _around(path: Path, place: int) -> bytes:
    """Two million bytes with ``place`` among them, whole lines if they have any, without zeros."""
    start = max(place - _CHUNK, 0)
    with path.open("rb") as stream:
        stream.seek(start)
        sample = stream.read(2 * _CHUNK)
        more = bool(stream.read(1))
    if start and b"\n" in sample:
        sample = sample[sample.index(b"\n") + 1 :]
    if more and b"\n" in sample:
        sample = sample[: sample.rindex(b"\n") + 1]
    return sample.replace(b"\x00", b"")


def _legacy(sample: bytes) -> Encoding:
    whole = decode(sample).encoding
    if whole.startswith("utf-8"):
        return Encoding("utf-8 with broken bytes", "utf-8", "replace")
    if _UTF8_SIGNS.search(sample):
        misfits = [line for line in sample.split(b"\n") if not _is_utf8(line)]
        other = decode(b"\n".join(misfits)).encoding
        if not other.startswith("utf-8"):
            return Encoding(f"utf-8 and {other}", "latin-1", "replace", other=other)
        return Encoding("utf-8 with broken bytes", "utf-8", "replace")
    return Encoding(whole, whole, "replace")


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class TooLong(Exception):
    """A line, or a row of several lines, is longer than MAX_LINE."""


class Lines:
    """The lines of a stream one by one, which a row that turns out broken can give back.

    ``first``: number of the first line of the row being read; ``number``: of the line given out last.
    """

    def __init__(self, stream: io.TextIOWrapper, encoding: Encoding) -> None:
        self._stream, self._other = stream, encoding.other
        self._back: list[tuple[int, str]] = []
        self._taken: list[tuple[int, str]] = []
        self._size = self._again = self._last = 0
        self.number = 0
        self.first = 1

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        """The next line with its end. Raises :class:`TooLong`, after which the next line can be read."""
        if self._back:
            self.number, line = self._back.pop()
        else:
            line = self._decoded(self._stream.readline(MAX_LINE))
            if not line:
                raise StopIteration
            self.number = self._last = self._last + 1
            if len(line) >= MAX_LINE and not line.endswith(("\n", "\r")):
                self._pass_over_the_rest()
                raise TooLong
        self._taken.append((self.number, line))
        self._size += len(line)
        if self._size > MAX_LINE:
            raise TooLong
        return line

    def begin(self) -> None:
        """A row begins with the next line."""
        self._taken, self._size = [], 0
        self.first = self._back[-1][0] if self._back else self._last + 1

    def give_back(self) -> int:
        """The lines of this row after its first are read again, if not too much was; the last line that is not."""
        again = self._taken[1:]
        self._again += sum(len(line) for _, line in again)
        if not again or self._again > MAX_AGAIN:
            return self.number
        self._back.extend(reversed(again))
        return again[0][0] - 1

    def _decoded(self, line: str) -> str:
        if not self._other:
            return line
        data = line.encode("latin-1")
        return data.decode("utf-8") if _is_utf8(data) else data.decode(self._other, "replace")

    def _pass_over_the_rest(self) -> None:
        while (rest := self._stream.readline(MAX_LINE)) and not rest.endswith(("\n", "\r")):
            pass
