"""The log of one coder: a file of lines that only ever grows, each on the disk before anybody is told so.

Lines are JSON, numbered from 1 (``n``). What a program that was killed left behind of its last line was confirmed to
nobody: it is set aside when the log is next written to, and the log stays readable meanwhile.
"""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from toolkit.annotation.record.lock import locked
from toolkit.annotation.record.writer import Elsewhere, Writer
from toolkit.errors import InputError, OutputError

__all__ = ["DecisionLog", "Elsewhere", "Lines", "read_lines"]

#: No decision needs more: a batch is as long as the spreadsheet it came from.
_LONGEST_LINE = 64_000_000


class Lines(NamedTuple):
    """``lines``: what stands in a log, in order. ``size``: bytes of them. ``torn``: bytes after them, no line yet.

    ``ended``: the last line has its line feed (an editor may have taken it off).
    """

    lines: list[dict[str, Any]]
    size: int
    torn: bytes
    ended: bool = True


def read_lines(path: Path) -> Lines:
    """What stands in a log; a file that is not there holds nothing.

    Raises :class:`InputError` with file and line for a line that is not JSON in UTF-8 or whose number is not the next
    one (lines were lost, moved or merged by hand).
    """
    try:
        if path.exists() and not path.is_file():
            raise InputError(f"{path}: is a folder or no ordinary file; restore the log that was there.")
        data = path.read_bytes()
    except FileNotFoundError:
        return Lines([], 0, b"")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}.") from error
    whole, torn = _split(data)
    lines: list[dict[str, Any]] = []
    for number, line in enumerate(whole.split(b"\n")[:-1], 1):
        lines.append(_parsed(line, path, number))
    if not _is_json(torn):
        return Lines(lines, len(whole), torn)
    # whole but for its line feed: it counts, and its number must be right as any other's
    lines.append(_parsed(torn, path, len(lines) + 1))
    return Lines(lines, len(data), b"", ended=False)


def _split(data: bytes) -> tuple[bytes, bytes]:
    """The whole lines, and what comes after the last of them. A disk that lost power may leave NUL bytes there."""
    end = len(data.rstrip(b"\x00"))
    end = data.rfind(b"\n", 0, end) + 1
    return data[:end], data[end:]


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return False
    return True


def _parsed(line: bytes, path: Path, number: int) -> dict[str, Any]:
    where = f"{path}, line {number}"
    try:
        value = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        problem = str(error).splitlines()[0]
        raise InputError(
            f"{where}: not JSON in UTF-8: {problem}; lines of a log are never edited, restore the file."
        ) from error
    if not isinstance(value, dict):
        raise InputError(f"{where}: expected a JSON object, got {str(value)[:40]!r}.")
    if value.get("n") != number or type(value["n"]) is not int:
        raise InputError(
            f"{where}: its number n is {str(value.get('n'))[:20]}, expected {number}: lines were lost, moved or merged "
            "by hand; restore the file."
        )
    return value


class DecisionLog:
    """The log at ``path``, read once; :meth:`claim` it to write.

    ``lines`` is what stands in it, as this session knows it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer = Writer(path)
        self._read()

    def _read(self) -> None:
        self.lines, self._size, self._torn, self._ended = read_lines(self.path)
        self._stamp = _stamp(self.path)
        self._failed = b""

    @property
    def session(self) -> str:
        """The name of this session in the lines it writes."""
        return self._writer.session

    def claim(self, take_over: bool = False) -> list[str]:
        """Become the one who writes; what else stands in the log by now is read.

        Returns what the person should know, a sentence each (a torn last line was set aside). Raises
        :class:`Elsewhere` if another session that is alive, or on another machine, writes here and ``take_over`` is
        not set; :class:`OutputError` if the folder cannot be written.
        """
        self._make_folder()
        if self.path.is_symlink():
            # the same file under two names would have two locks
            raise OutputError(f"{self.path}: is a link; put the file itself there.")
        with locked(self._lock):
            other = self._writer.other()
            if other and not take_over:
                raise Elsewhere(other)
            self._read()
            self._writer.claim()
            return self._set_torn_aside()

    def append(self, decision: dict[str, Any]) -> dict[str, Any]:
        """Add a line, with the next number, and return it once it is on the disk.

        Raises :class:`Elsewhere` if another session took over or wrote meanwhile, :class:`OutputError` if the line
        did not reach the disk; the log is then as before.
        """
        line = {"n": len(self.lines) + 1, **{name: value for name, value in decision.items() if name != "n"}}
        data = _encoded(line)
        if len(data) > _LONGEST_LINE:
            raise InputError(f"a decision of {len(data):,} bytes is longer than {_LONGEST_LINE:,}; divide it.")
        with locked(self._lock):
            self._writer.check()
            if _stamp(self.path) != self._stamp:
                self._look_again()
            self._write(data)
            self._size += len(data)
            self.lines.append(json.loads(data))  # what a reader of the file gets
            self._stamp = _stamp(self.path)
        return self.lines[-1]

    def release(self) -> None:
        """Stop being the writer, so that another window can start without asking."""
        try:
            with locked(self._lock):
                self._writer.release()
        except OutputError:
            return

    def _look_again(self) -> None:
        """The file is not as we left it: clear away a line of ours that failed, refuse what another program did."""
        try:
            if self._failed and self._failed.startswith(_after(self.path, self._size)):
                os.truncate(self.path, self._size)
            found = read_lines(self.path)
        except InputError as error:
            raise Elsewhere(str(error)) from error
        except OSError as error:
            raise OutputError(f"{self.path}: cannot be written: {error.strerror or error}.") from error
        if found.lines != self.lines or found.torn or not found.ended:
            raise Elsewhere(
                f"{self.path.name} was changed by another program (it has {len(found.lines):,} lines, expected "
                f"{len(self.lines):,} as they were written here); take over to read it again and go on."
            )
        self._size, self._failed = found.size, b""

    @property
    def _lock(self) -> Path:
        return self.path.with_suffix(".lock")

    def _make_folder(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{self.path.parent}: cannot be made: {error.strerror or error}.") from error

    def _write(self, data: bytes) -> None:
        new = not self.path.exists()
        try:
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o644)
            try:
                _write_all(handle, data)
                _to_disk(handle)
            except BaseException:
                # the part of the line that was written must not stand before the next one; where it cannot be taken
                # back now, that is tried again before the next
                self._failed = data
                with suppress(OSError):
                    os.ftruncate(handle, self._size)
                raise
            finally:
                os.close(handle)
            if new:
                _folder_to_disk(self.path.parent)
        except OSError as error:
            raise OutputError(
                f"{self.path}: the decision was NOT saved: {error.strerror or error}; make room or allow writing, "
                "then decide again."
            ) from error

    def _set_torn_aside(self) -> list[str]:
        if not self._ended:
            self._write(b"\n")
            self._size, self._ended = self._size + 1, True
            self._stamp = _stamp(self.path)
        if not self._torn:
            return []
        aside = self.path.with_suffix(f".torn-{len(self.lines) + 1}")
        try:
            with aside.open("ab") as file:
                file.write(self._torn)
            os.truncate(self.path, self._size)
        except OSError as error:
            raise OutputError(f"{self.path}: its torn last line cannot be set aside: {error.strerror}.") from error
        self._torn = b""
        self._stamp = _stamp(self.path)
        return [
            f"The last line of {self.path.name} had not reached the disk whole (it was never confirmed as saved); it "
            f"was set aside in {aside.name}, everything before it is there."
        ]


def _stamp(path: Path) -> tuple[int, ...]:
    """What changes when another program writes to a file, or puts another in its place."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _after(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        file.seek(size)
        return file.read()


def _encoded(line: dict[str, Any]) -> bytes:
    """A line of JSON in UTF-8; halves of surrogate pairs, which UTF-8 cannot hold, are escaped."""
    try:
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"the decision cannot be written as JSON: {str(error).splitlines()[0]}.") from error
    try:
        return (text + "\n").encode("utf-8")
    except UnicodeEncodeError:
        return (json.dumps(line, separators=(",", ":")) + "\n").encode("ascii")


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _to_disk(handle: int) -> None:
    """Through the caches of the system, and on macOS those of the disk."""
    try:
        import fcntl

        full = getattr(fcntl, "F_FULLFSYNC", None)
    except ImportError:
        full = None
    if full is None:
        os.fsync(handle)
        return
    try:
        fcntl.fcntl(handle, full)
    except OSError:
        os.fsync(handle)


def _folder_to_disk(folder: Path) -> None:
    """The name of a new file reaches the disk with its folder; not everywhere can a folder be opened."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        return
    finally:
        os.close(handle)
