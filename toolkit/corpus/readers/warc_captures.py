"""What a web archive captured: the records of a WARC file, with the bodies of web pages unpacked and bounded.

The format is ISO 28500 (WARC 1.0 and 1.1), parsed by fastwarc; HTTP bodies are those of RFC 9112 and RFC 9110.
A damaged place costs the records that stand in it: what follows is found again by the beginning of the next record.
"""

import re
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from toolkit.corpus.readers.warc_stream import Stream
from toolkit.errors import InputError

__all__ = ["HTML", "MAX_PAGE", "Capture", "body", "captures"]

#: The largest page that is read, in bytes; the longest of the Spanish and Italian pages of 2005-2016 have 2 MB.
MAX_PAGE = 20_000_000
#: A file with more damaged places than this is not read further.
MAX_DAMAGES = 20
HTML = frozenset({"text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml"})
_TEXT = HTML | {"text/plain"}
_MEDIA = re.compile(r"[a-z0-9.+-]{1,40}/[a-z0-9.+-]{1,80}")
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,8}[ \t]*(;[^\r\n]*)?\r?\n")
_WRONG_LENGTH = "a record's Content-Length is wrong, or its end is missing"
_NEXT = re.compile(rb"\r\n\r\nWARC/[01]\.\d+\r\n")


class Capture(NamedTuple):
    """One record of a WARC file.

    ``kind``: its WARC-Type; ``when``: WARC-Date; ``media``: "text/html", or "" where none is told; ``status``: that
    of HTTP, 0 if the record has none; ``length``: bytes of the body as HTTP says, or -1; ``raw``: the body as
    stored, up to ``MAX_PAGE`` + 1 bytes, and empty unless status and kind are those of a text.
    """

    number: int
    kind: str
    url: str
    when: str
    digest: str = ""
    truncated: str = ""
    status: int = 0
    media: str = ""
    charset: str = ""
    transfer: str = ""
    coding: str = ""
    length: int = -1
    raw: bytes = b""


def captures(path: Path) -> Iterator[Capture | str]:
    """The records of a .warc or .warc.gz file in their order, and a sentence for every damaged place.

    Memory: one page, and up to 4 MB unpacked. Raises ImportError without fastwarc.
    """
    number = damages = start = 0
    while True:
        with path.open("rb") as file:
            stream = Stream(file)
            if start and not stream.find_record(start):
                return
            while True:
                last, length, headers = stream.tell(), 0, None
                held: Capture | None = None  # until it is known that its record is whole
                error, again = "", False
                try:
                    for record in _records(stream):
                        if held:
                            yield held
                        held = None
                        number += 1
                        last = record.stream_pos
                        length, headers = record.content_length, record.headers
                        held = _capture(record, number)
                        again = bool(_NEXT.search(held.raw))
                        if again or _cut(record, held):
                            held = None
                            raise _NoRecord(_WRONG_LENGTH)
                    if headers and stream.tell() < last + _head_size(headers) + length:
                        raise _NoRecord(_WRONG_LENGTH)
                except _NoRecord as caught:
                    error = str(caught)
                if held and (held.raw or not error):
                    yield held
                if not error and not stream.problem:
                    if not number and not damages:
                        yield "holds no WARC record"
                    return
                place = f"after record {number:,}" if number else "at its beginning"
                again = again or not stream.problem
                yield f"{f'is damaged: {error}' if again else stream.problem} ({place})"
                damages += 1
                if damages > MAX_DAMAGES:
                    yield f"is damaged in more than {MAX_DAMAGES} places; the rest was not read"
                    return
                if again:  # what follows is sought from the last record on, in a stream of its own
                    start = last + 1
                    break
                if not stream.resume():
                    return


class _NoRecord(Exception):
    pass


def _records(stream: Any) -> Iterator[Any]:
    """The records as fastwarc gives them."""
    from fastwarc.warc import ArchiveIterator

    reader = iter(ArchiveIterator(stream, parse_http=False, stream_detect=False))
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except (OSError, ValueError) as error:
            raise _NoRecord(" ".join(str(error).split())[:120]) from error
        yield record


def _capture(record: Any, number: int) -> Capture:
    head = record.headers.get
    kind = str(record.record_type)
    url = (head("WARC-Target-URI") or "").strip().strip("<>")[:2000]
    plain = Capture(number, kind, url, head("WARC-Date") or "", head("WARC-Payload-Digest") or "")
    plain = plain._replace(truncated=(head("WARC-Truncated") or "")[:20])
    try:
        if kind == "response" and record.is_http:
            record.parse_http(auto_decode="none")
            return _answer(record, plain, head("WARC-Identified-Payload-Type") or "")
        media, charset = _media(head("Content-Type") or "")
        wanted = media in _TEXT if kind == "conversion" else kind == "resource" and media in HTML
        return plain._replace(media=media, charset=charset, raw=record.reader.read(MAX_PAGE + 1) if wanted else b"")
    except (OSError, ValueError):  # a head of HTTP that is none
        return plain


def _answer(record: Any, plain: Capture, identified: str) -> Capture:
    http = record.http_headers
    if http is None:
        return plain
    media, charset = _media(http.get("Content-Type") or identified)
    length = http.get("Content-Length") or ""
    found = plain._replace(
        status=http.status_code or 0,
        media=media,
        charset=charset,
        transfer=(http.get("Transfer-Encoding") or "").strip().lower(),
        coding=(http.get("Content-Encoding") or "").strip().lower(),
        length=int(length) if re.fullmatch(r"[0-9]{1,12}", length) else -1,
    )
    wanted = found.status == 200 and (media in _TEXT or not media)
    return found._replace(raw=record.reader.read(MAX_PAGE + 1)) if wanted else found


def _media(value: str) -> tuple[str, str]:
    """ "text/html; charset=UTF-8" as ("text/html", "utf-8"); "" for what is no such thing."""
    media, _, rest = value.lower().partition(";")
    charset = re.search(r"charset\s*=\s*[\"']?([a-z0-9_.:-]{1,40})", rest)
    media = media.strip()
    return media if _MEDIA.fullmatch(media) else "", charset[1] if charset else ""


def _head_size(headers: Any) -> int:
    """Bytes of a WARC head, without optional spaces; more than any file has for a head that was cut off."""
    if headers.get("Content-Length") is None:
        return 1 << 60
    return sum(len(name) + len(value) + 3 for name, value in headers.items_bytes())


def _cut(record: Any, capture: Capture) -> bool:
    """Whether a body that was read ends too early."""
    return 0 < len(capture.raw) <= MAX_PAGE and len(capture.raw) < record.content_length


def body(capture: Capture) -> tuple[bytes, str | None]:
    """The page as its server meant it, and a doubt if its end is missing.

    Crawlers may keep bodies as sent (chunked, gzip, deflate, brotli) or unpacked under the same headers: the bytes
    decide. Raises :class:`InputError` with the end of a sentence if it is too large, a bomb, or cannot be unpacked.
    """
    data, cut = capture.raw, False
    if len(data) > MAX_PAGE:
        raise InputError(f"is larger than {MAX_PAGE / 1e6:.0f} MB")
    if "chunked" in capture.transfer and _CHUNK_SIZE.match(data):
        data, cut = _joined(data)
    elif not capture.transfer and not capture.coding:
        cut = len(data) < capture.length
    for coding in reversed(re.split(r"[\s,]+", capture.coding)[:4]):
        data, short = _decoded(data, coding)
        cut = cut or short
    doubt = "is cut off: the archive has only the beginning of the page" if cut or capture.truncated else None
    return data, doubt


def _joined(data: bytes) -> tuple[bytes, bool]:
    """The chunks of a chunked body as one, and whether the last one is missing."""
    parts: list[bytes] = []
    at = 0
    while match := _CHUNK_SIZE.match(data, at):
        size = int(re.split(rb"[ \t;\r\n]", match[0], maxsplit=1)[0], 16)
        if size == 0:
            return b"".join(parts), False
        parts.append(data[match.end() : match.end() + size])
        at = match.end() + size
        at += 2 if data.startswith(b"\r\n", at) else data.startswith(b"\n", at)
    return b"".join(parts), True


def _decoded(data: bytes, coding: str) -> tuple[bytes, bool]:
    if coding in ("", "identity", "none", "utf-8") or not data:
        return data, False
    if coding in ("gzip", "x-gzip"):
        return _inflated(data, 31) if data.startswith(b"\x1f\x8b") else (data, False)
    if coding == "deflate":
        zlib_head = data[0] & 15 == 8 and int.from_bytes(data[:2], "big") % 31 == 0
        return (data, False) if data.lstrip().startswith(b"<") else _inflated(data, 15 if zlib_head else -15)
    if coding == "br":
        return (data, False) if data.lstrip().startswith(b"<") else (_unbrotlied(data), False)
    raise InputError(f"is packed as '{coding[:20]}', which is not read")


def _inflated(data: bytes, bits: int) -> tuple[bytes, bool]:
    inflater = zlib.decompressobj(bits)
    try:
        page = inflater.decompress(data, MAX_PAGE + 1)
    except zlib.error as error:
        raise InputError(f"cannot be unpacked ({error})") from error
    if len(page) > MAX_PAGE:
        raise InputError(f"unpacks to more than {MAX_PAGE / 1e6:.0f} MB")
    return page, not inflater.eof


def _unbrotlied(data: bytes) -> bytes:
    from fastwarc.stream_io import BrotliReader

    try:
        page = BrotliReader(BytesIO(data)).read(MAX_PAGE + 1)
    except (OSError, ValueError) as error:
        raise InputError("cannot be unpacked (brotli)") from error
    if len(page) > MAX_PAGE:
        raise InputError(f"unpacks to more than {MAX_PAGE / 1e6:.0f} MB")
    return page
