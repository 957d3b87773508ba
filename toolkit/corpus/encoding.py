"""Bytes of an old file to text: which encoding it is in, decided per file and recorded."""

import re
from typing import NamedTuple

from charset_normalizer import from_bytes

from toolkit.errors import InputError

__all__ = ["Decoded", "decode"]

#: Encodings of Spanish and Italian web pages and word processors of 2005-2016 besides Unicode. ISO-8859-1 is
#: not listed: every text in it without control characters reads the same as Windows-1252.
LEGACY = ["cp1252", "mac_roman", "cp850"]
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
#: Signs of Spanish and Italian prose; bytes that give only these in Windows-1252 are Windows-1252.
_WESTERN = frozenset("áéíóúüñçÁÉÍÓÚÜÑÇàèìòùÀÈÌÒÙ¿¡«»“”‘’…–—€ºª·°\xa0\xad©®™•")
#: Control characters other than tab, line feed, form feed and carriage return do not occur in text.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")


class Decoded(NamedTuple):
    """A text, the Python name of the encoding it was in, and whether that was certain."""

    text: str
    encoding: str
    certain: bool


def decode(data: bytes) -> Decoded:
    """The text of a file. Line ends and Unicode forms stay as they are; only a byte order mark is taken off.

    A byte order mark decides; then UTF-16 without one (by its zero bytes); then UTF-8 if every byte fits. The
    rest is a guess (``certain`` is False): UTF-8 with a few broken bytes, which become U+FFFD; the first of
    Windows-1252, Mac Roman and code page 850 that gives only signs of Spanish and Italian prose; else the best of
    the three by charset-normalizer.

    Raises :class:`InputError` with the reason when the bytes are no text.

    >>> decode("señal".encode("cp1252"))[:2]
    ('señal', 'cp1252')
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strict(data[len(mark) :], encoding)
    if b"\x00" in data[:4096]:
        return _utf16_without_mark(data)
    try:
        return _text(data.decode("utf-8"), "utf-8", certain=True)
    except UnicodeDecodeError:
        return _legacy(data)


def _strict(data: bytes, encoding: str) -> Decoded:
    try:
        return _text(data.decode(encoding), encoding, certain=True)
    except UnicodeDecodeError as error:
        raise InputError(f"starts like {encoding} text but byte {error.start} does not fit") from error


def _utf16_without_mark(data: bytes) -> Decoded:
    head = data[:4096]
    zeros = (head[0::2].count(0), head[1::2].count(0))
    half = len(head) / 2
    if zeros[1] > 0.6 * half and zeros[0] < 0.1 * half:
        return _strict(data, "utf-16-le")
    if zeros[0] > 0.6 * half and zeros[1] < 0.1 * half:
        return _strict(data, "utf-16-be")
    raise InputError("is not text (it contains zero bytes); export it as .txt in UTF-8")


def _legacy(data: bytes) -> Decoded:
    """A text that is not all UTF-8: UTF-8 with a few broken bytes, or one of the old encodings."""
    broken = data.decode("utf-8", "replace")
    bad = broken.count("\ufffd")
    if bad <= 3 and bad * 5 < sum(sign > "\x7f" for sign in broken):
        return _text(broken, f"utf-8 with {bad} broken bytes", certain=False)
    for encoding in LEGACY:
        western = data.decode(encoding, "replace")
        if {sign for sign in western if sign > "\x7f"} <= _WESTERN:
            return _text(western, encoding, certain=False)
    match = from_bytes(data[:200_000], cp_isolation=LEGACY, enable_fallback=False).best()
    encoding = match.encoding if match is not None else "cp1252"
    try:
        return _text(data.decode(encoding), encoding, certain=False)
    except UnicodeDecodeError as error:
        raise InputError("is not text in UTF-8, UTF-16, Windows-1252, Mac Roman or code page 850") from error


def _text(text: str, encoding: str, *, certain: bool) -> Decoded:
    controls = sum(1 for _ in _CONTROLS.finditer(text))
    if "\x00" in text or controls > 0.001 * len(text) + 2:
        raise InputError("is not text (it contains control characters); export it as .txt in UTF-8")
    return Decoded(text, encoding, certain)
