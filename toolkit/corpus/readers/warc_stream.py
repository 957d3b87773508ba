"""The bytes of a WARC file, unpacked where it is gzip, with damaged places told and stepped over."""

import re
import zlib
from typing import IO, Any

from toolkit.corpus.readers.unpack import MAX_RATIO, is_bomb

__all__ = ["Stream"]

#: This much of a gzip member is held back until its checksum is known; a page of a crawl has 0.1 MB.
_HELD_BACK = 4_000_000
_CHUNK = 1 << 16
_WINDOW = 1 << 20


class Stream:
    """The bytes of a WARC file, unpacked if it is gzip; they end at a damaged place, and :meth:`resume` goes on.

    A gzip member of up to 4 MB is given out only when its checksum is right.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.problem = ""
        self._file = file
        self._given = 0  # unpacked bytes given out
        self._out, self._at = b"", 0  # unpacked and not all given out
        self._rest = b""  # read and not yet unpacked
        self._member = 0  # where the present gzip member begins in the file
        self._unpacked = 0
        self._bomb = False
        self._inflater: Any = None
        self._packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)

    def tell(self) -> int:
        """How many bytes were given out."""
        return self._given

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes; none at the end and at a damaged place (``problem`` tells)."""
        if not self._packed:
            data = self._file.read(size if size >= 0 else _CHUNK)
        else:
            if self._at >= len(self._out) and not self.problem:
                self._out, self._at = self._unpack(), 0
            data = self._out[self._at : self._at + size] if size >= 0 else self._out[self._at :]
            self._at += len(data)
        self._given += len(data)
        return data

    def resume(self) -> bool:
        """Go on with the next gzip member that begins with a record; False if there is none."""
        if self._bomb:
            return False
        found = self._next_record()
        if found < 0:
            return False
        self._file.seek(found)
        self._member, self._inflater, self.problem = found, None, ""
        self._rest, self._out, self._at = b"", b"", 0
        return True

    def _next_record(self) -> int:
        """Where the next gzip member after the present one begins that begins with a record, or -1."""
        position = self._member + 1
        while True:
            self._file.seek(position)
            window = self._file.read(_WINDOW)
            for match in re.finditer(rb"\x1f\x8b\x08", window):
                if self._begins_a_record(position + match.start()):
                    return position + match.start()
            if len(window) < _WINDOW:
                return -1
            position += len(window) - 2

    def find_record(self, start: int) -> bool:
        """Go to the first record that begins at ``start`` or later; False if there is none."""
        if not self._packed:
            self._file.seek(start)
            self._given = start
        window = b""
        while True:
            data = self.read(_CHUNK)
            if not data:
                if self.problem and self.resume():
                    window = b"\n"  # a member begins with a record, and a record after a line end
                    continue
                return False
            window = window[-20:] + data
            if self._given < start:
                continue
            for match in re.finditer(rb"\nWARC/[01]\.\d", window):
                if self._given - len(window) + match.start() + 1 >= start:
                    self._push_back(window[match.start() + 1 :])
                    return True

    def _push_back(self, data: bytes) -> None:
        self._given -= len(data)
        if self._packed:
            self._out, self._at = data + self._out[self._at :], 0
        else:
            self._file.seek(-len(data), 1)

    def _begins_a_record(self, position: int) -> bool:
        self._file.seek(position)
        try:
            return zlib.decompressobj(31).decompress(self._file.read(_CHUNK), 5) == b"WARC/"
        except zlib.error:
            return False

    def _unpack(self) -> bytes:
        """A whole gzip member, or 4 MB of it; b"" at the end of the file and where it is damaged."""
        parts: list[bytes] = []
        size = 0
        while size < _HELD_BACK:
            if self._inflater is None and not self._next_member():
                break
            self._rest = self._rest or self._file.read(_CHUNK)
            if not self._rest:
                self.problem = "is truncated: its gzip data end too early"
                if self._member or self._next_record() >= 0:
                    return b""  # damaged data may look like this too, and no page in this member is whole
                break
            try:
                data = self._inflater.decompress(self._rest, _HELD_BACK)
            except zlib.error:
                self.problem = "is damaged: its gzip data do not fit together"
                return b""
            parts.append(data)
            size += len(data)
            self._unpacked += len(data)
            ended = self._inflater.eof
            self._rest = self._inflater.unused_data if ended else self._inflater.unconsumed_tail
            if is_bomb(self._unpacked, self._file.tell() - len(self._rest)):
                self._bomb = True
                self.problem = f"unpacks to more than {MAX_RATIO} times its size, as gzip bombs do"
                return b""
            if ended:
                self._inflater = None
                if size:
                    break
        return b"".join(parts)

    def _next_member(self) -> bool:
        """Stand at the next gzip member, past zeros that fill up a tape or disk; False at the end of the file."""
        while not (rest := self._rest.lstrip(b"\x00")):
            self._rest = self._file.read(_CHUNK)
            if not self._rest:
                return False
        self._rest = rest
        self._member = self._file.tell() - len(self._rest)
        self._inflater = zlib.decompressobj(31)
        return True
