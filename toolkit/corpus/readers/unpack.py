"""ZIP and gzip to files, one member at a time and bounded: nothing here knows what is in a member.

ZIP is the format of PKWARE's APPNOTE 6.3, gzip that of RFC 1952; the standard library parses both. Every
:class:`InputError` raised here is the end of a sentence that begins with the name of the archive or member.
"""

import gzip
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

from toolkit.corpus.readers.record import ABOUT_FILES
from toolkit.errors import InputError

__all__ = ["DAMAGED", "MAX_IN_ALL", "MAX_MEMBER", "MAX_RATIO", "Budget", "Entry", "entries", "extract", "gunzip"]
__all__ += ["is_bomb", "member_name", "open_zip"]

#: The largest member of a ZIP archive: an export of 200,000 posts has about 400 MB.
MAX_MEMBER = 500_000_000
#: What one archive, with the archives in it, may unpack to: less than the free space of a usual temporary folder.
MAX_IN_ALL = 4_000_000_000
#: Text packs 3 to 10 times, a table of repeated words 50 times; deflate reaches 1032 times with zeros alone.
MAX_RATIO = 200
#: Up to this size the ratio does not matter: nothing this small can hurt.
FREE_SIZE = 10_000_000
MAX_MEMBERS = 100_000
#: Bytes of the list of members: 100,000 with names of 500 bytes.
MAX_LIST = 64_000_000
_CHUNK = 1 << 20
#: What the standard library raises for bytes that are no archive (besides OSError without a number).
DAMAGED: tuple[type[Exception], ...] = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError)
DAMAGED += (struct.error, IndexError, OverflowError)
#: bzip2 and LZMA are not among them: the standard library unpacks a block of them as a whole (414 bytes to 400 MB).
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LETTERS = frozenset("áéíóúüñçÁÉÍÓÚÜÑÇàèìòùÀÈÌÒÙïÏºª")


@dataclass
class Budget:
    """How many bytes may still be unpacked."""

    left: int = MAX_IN_ALL


class Entry(NamedTuple):
    """A member that may be unpacked: its path in composed letters, and what was uncertain about it."""

    name: str
    info: zipfile.ZipInfo
    doubts: tuple[str, ...] = ()


def open_zip(path: Path) -> zipfile.ZipFile:
    """A ZIP archive opened for reading.

    Raises :class:`InputError` with the end of a sentence that begins with the file's name: no archive, truncated,
    more than ``MAX_MEMBERS`` members, or members that share bytes as those of a ZIP bomb do (D. Fifield, "A better
    zip bomb", WOOT 2019).
    """
    _check_list(path)
    try:
        archive = zipfile.ZipFile(path)
    except UnicodeDecodeError as error:
        raise InputError("has a member whose name says it is UTF-8 and is not; pack the files again") from error
    except DAMAGED as error:
        raise InputError(f"is no whole ZIP archive ({_sentence(error)}); was the download cut off?") from error
    except OSError as error:
        if error.strerror and error.filename:
            raise
        raise InputError("is no whole ZIP archive; was the download cut off?") from error
    end = 0
    for info in sorted(archive.infolist(), key=lambda info: (info.header_offset, info.compress_size)):
        if info.header_offset < end:
            archive.close()
            raise InputError("has members that share bytes, as ZIP bombs do; nothing in it was read")
        end = info.header_offset + 30 + info.compress_size  # 30: the fixed part of a local header
    if end > archive.start_dir:
        archive.close()
        raise InputError("has a member that runs into the list of members; nothing in it was read")
    return archive


def entries(archive: zipfile.ZipFile) -> tuple[list[Entry], list[tuple[str, str]]]:
    """The members that may be unpacked, sorted by path, and (path, reason) of those that may not.

    Folders, hidden files, ``__MACOSX`` and files about the corpus (readme, licence) are in neither list.
    """
    found: dict[str, Entry] = {}
    refusals = []
    for info in archive.infolist():
        name, coding = member_name(info)
        reason = _unsafe(info, name)
        if reason:
            refusals.append((_shown(name), reason))
            continue
        parts = name.split("/")
        hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
        if hidden or info.is_dir() or parts[-1].lower() in ABOUT_FILES:
            continue
        if name in found:
            refusals.append((name, "is in the archive more than once; only the last was read"))
        doubts = (f"its name in the archive was read as {coding}",) if coding else ()
        found[name] = Entry(name, info, doubts)
    return [found[name] for name in sorted(found)], sorted(refusals)


def extract(archive: zipfile.ZipFile, entry: Entry, target: Path, budget: Budget, *, limit: int = MAX_MEMBER) -> None:
    """Unpack one member into the file ``target``; nothing is left of it when its checksum or size is wrong.

    Raises :class:`InputError` with the end of a sentence that begins with the member's path.
    """
    size = entry.info.file_size
    if size > limit:
        raise InputError(f"unpacks to {size / 1e6:,.0f} MB, more than the {limit / 1e6:,.0f} MB of one member")
    if is_bomb(size, entry.info.compress_size):
        raise InputError(f"unpacks to more than {MAX_RATIO} times its size, as ZIP bombs do")
    if size > budget.left:
        raise InputError(f"would bring what is unpacked above {MAX_IN_ALL / 1e9:,.0f} GB; unpack it by hand")
    info = copy(entry.info)
    info.file_size = size + 1  # one more than declared, to see whether there is more
    try:
        with archive.open(info) as source, target.open("wb") as out:
            got = _copy(source, out)
    except DAMAGED as error:
        target.unlink(missing_ok=True)
        raise InputError(f"is damaged in the archive ({_sentence(error)})") from error
    except OSError as error:
        target.unlink(missing_ok=True)
        if error.errno is not None:
            raise
        raise InputError(f"is damaged in the archive ({_sentence(error)})") from error
    if got != size:
        target.unlink()
        raise InputError(f"does not have the {size:,} bytes that the archive declares")
    budget.left -= got


def gunzip(path: Path, target: Path, budget: Budget) -> None:
    """Unpack a gzip file into the file ``target``. Raises :class:`InputError` if it is damaged or a bomb."""
    got = 0
    try:
        with path.open("rb") as raw, gzip.GzipFile(fileobj=raw) as source, target.open("wb") as out:
            while data := source.read(_CHUNK):
                got += len(data)
                if is_bomb(got, raw.tell()):
                    raise InputError(f"unpacks to more than {MAX_RATIO} times its size, as gzip bombs do")
                if got > budget.left:
                    raise InputError(f"unpacks to more than {MAX_IN_ALL / 1e9:,.0f} GB; split it")
                out.write(data)
    except EOFError as error:
        raise InputError("is truncated: its gzip data end too early") from error
    except (zlib.error, gzip.BadGzipFile, struct.error) as error:
        raise InputError(f"is damaged: {_sentence(error)}") from error
    budget.left -= got


def is_bomb(size: int, packed: int) -> bool:
    """Whether ``size`` bytes out of ``packed`` bytes are more than text ever gives."""
    return size > FREE_SIZE and size > MAX_RATIO * max(packed, 1)


def _copy(source: IO[bytes], out: IO[bytes]) -> int:
    got = 0
    while data := source.read(_CHUNK):
        out.write(data)
        got += len(data)
    return got


def _check_list(path: Path) -> None:
    """Refuse a list of members that is too long, before it is parsed: its end record tells the size."""
    with path.open("rb") as file:
        whole = file.seek(0, 2)
        file.seek(max(0, whole - 65_557))  # 22 bytes of end record, 65,535 of comment at most
        tail = file.read()
        at = len(tail) - 22 if tail[-22:].startswith(b"PK\x05\x06") else tail.rfind(b"PK\x05\x06")
        if at < 0 or len(tail) - at < 22:
            return  # zipfile says what is wrong
        size = struct.unpack_from("<L", tail, at + 12)[0]
        end = whole - len(tail) + at
        if at >= 76 and tail.startswith(b"PK\x06\x06", at - 76) and tail.startswith(b"PK\x06\x07", at - 20):
            size, end = struct.unpack_from("<Q", tail, at - 36)[0], end - 76  # zip64: a record of 56, a locator of 20
        size = min(size, end)
        if size > MAX_LIST:
            raise InputError(f"has a list of members of {size / 1e6:,.0f} MB; split it")
        file.seek(end - size)
        count = file.read(size).count(b"PK\x01\x02")
    if count > MAX_MEMBERS:
        raise InputError(f"has {count:,} members, more than {MAX_MEMBERS:,}; split it")


def _unsafe(info: zipfile.ZipInfo, name: str) -> str | None:
    mode = stat.S_IFMT(info.external_attr >> 16)
    if "\\" in name:
        return "has a path with backslashes; pack it again with a current program"
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
        return "has a path that leads out of the archive"
    if len(name) > 1000 or not name or any(unicodedata.category(sign) in ("Cc", "Cs") for sign in name):
        return "has a path with control characters or of more than 1,000 characters"
    if mode == stat.S_IFLNK:
        return "is a symbolic link"
    if mode not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is no file"
    if info.flag_bits & 0x41:
        return "is encrypted; unpack it with its password"
    if info.compress_type not in _METHODS:
        return "is packed by an unusual method; pack it again as an ordinary ZIP archive (deflate)"
    return None


def _shown(name: str) -> str:
    """A path that may be shown: bounded, with a mark for every control character."""
    return "".join("\ufffd" if unicodedata.category(sign)[0] == "C" else sign for sign in name[:200])


def member_name(info: zipfile.ZipInfo) -> tuple[str, str]:
    """A member's path in composed letters, and its encoding where that was a guess.

    Names without the UTF-8 flag are in the code page of the machine that packed them: Windows in Spanish or Italian
    has 850 in its own ZIP folders and 1252 in other programs. The one that gives letters in fitting case is taken.
    """
    name = info.orig_filename
    if info.flag_bits & 0x800 or name.isascii():
        return unicodedata.normalize("NFC", name), ""
    raw = name.encode("cp437")
    try:
        return unicodedata.normalize("NFC", raw.decode("utf-8")), ""
    except UnicodeDecodeError:
        guesses = {coding: raw.decode(coding, "replace") for coding in ("cp850", "cp1252", "mac_roman")}
        coding = min(guesses, key=lambda coding: _oddity(guesses[coding]))
        return unicodedata.normalize("NFC", guesses[coding]), coding


def _oddity(name: str) -> int:
    """How little a name looks like words: 10 for a sign that is no letter of ours, 1 for a change to odd case."""
    odd = 0
    for before, sign in zip(" " + name, name, strict=False):
        if not sign.isascii():
            odd += 10 * (sign not in _LETTERS)
            odd += before.isalpha() and before.islower() != sign.islower()
    return odd


def _sentence(error: BaseException) -> str:
    """What the library says, in one line without a full stop, bounded (a message may quote the file)."""
    return " ".join(str(error).split())[:120].rstrip(".") or type(error).__name__
