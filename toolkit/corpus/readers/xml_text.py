"""XML files: how one begins, and its text in pieces, decoded and free of characters that XML forbids."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from toolkit.errors import InputError

__all__ = ["Head", "XmlText", "head_of"]

#: Bytes in which the root element must begin. The longest preface seen, that of a WordPress export, has 2 KB.
HEAD = 65_536
#: Encodings whose declaration is believed, by Python's name; others (utf-7, idna, rot13 ...) are no encodings of XML.
_ENCODINGS = re.compile(r"utf-8|utf-16(-[lb]e)?|utf-32(-[lb]e)?|ascii|iso8859-\d+|cp125\d|cp437|cp850|mac-roman")
#: What says ASCII or ISO 8859-1 on the web is Windows-1252 (the Encoding Standard of WHATWG, section 4.2).
_AS_READ = {"ascii": "cp1252", "iso8859-1": "cp1252"}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_DECLARATION = re.compile(r"""<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([\w.:-]{1,40})["'][^>]{0,100}>""")
#: What may stand before the root element.
_PREFACE = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_DOCTYPE = re.compile(r"""<!DOCTYPE(?:[^<>\["']|"[^"]*"|'[^']*')*+(>|\[)?""", re.IGNORECASE)
_ROOT = re.compile(r"""<([^\s<>/"'=!?]{1,200})((?:[^<>"']|"[^"]*"|'[^']*')*+)>?""")
#: Characters that may not stand in XML 1.0 (its production 2, "Char").
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: Bytes that did not fit, as Python's error handler "surrogateescape" writes them.
_MISFIT = re.compile("[\udc80-\udcff]")


class Head(NamedTuple):
    """How an XML file begins: ``root``, the name of its root element as written ("rdf:RDF"), the text of that
    element's attributes, and the Python name of the encoding."""

    root: str
    attributes: str
    encoding: str


def head_of(path: Path) -> Head:
    """How an XML file begins, from its first 64 KB.

    The encoding is that of the byte order mark, else the declared one, else UTF-8.

    Raises
    ------
    InputError
        if the file is empty, is no XML, defines entities or anything else in a document type of its own, or
        declares an encoding that XML is not written in; the message continues a sentence that begins with its name.
    """
    with path.open("rb") as stream:
        data = stream.read(HEAD)
    encoding = _encoding(data)
    text = codecs.getincrementaldecoder(encoding)("replace").decode(data).lstrip("\ufeff")
    at = 0
    while True:
        if match := _PREFACE.match(text, at):
            at = match.end()
        elif match := _DOCTYPE.match(text, at):
            if match[1] != ">":
                raise InputError("defines entities or elements of its own (DOCTYPE), which is not read for safety")
            at = match.end()
        else:
            break
    match = _ROOT.match(text, at)
    if not match:
        raise InputError("is empty" if not text.strip() else f"is no XML: no root element in its first {HEAD:,} bytes")
    return Head(match[1], match[2], encoding)


def _encoding(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    match = _DECLARATION.match(data[:1000].decode("latin-1").lstrip())
    if not match:
        return "utf-8"
    try:
        name = codecs.lookup(match[1]).name
    except (LookupError, ValueError):
        name = ""
    if not _ENCODINGS.fullmatch(name):
        raise InputError(f"declares the encoding '{match[1]}', in which XML is not read; save it as UTF-8")
    if name.startswith(("utf-16", "utf-32")):
        return "utf-8"  # the declaration could be read a byte at a time: it is not true
    return _AS_READ.get(name, name)


class XmlText:
    """An XML file as text, a piece at a time, so that a file of any size takes the same memory.

    White space before the declaration goes, and so do the characters that XML forbids (``dropped`` counts them).
    Bytes that do not fit the encoding are read as Windows-1252 (``misfits`` counts them), in UTF-16 and UTF-32 as
    U+FFFD.
    """

    def __init__(self, path: Path, encoding: str) -> None:
        self.path = path
        self.encoding = encoding
        self.dropped = 0
        self.misfits = 0

    def pieces(self, size: int = HEAD) -> Iterator[str]:
        """The text, ``size`` bytes of the file at a time."""
        wide = self.encoding.startswith(("utf-16", "utf-32"))
        decoder = codecs.getincrementaldecoder(self.encoding)("replace" if wide else "surrogateescape")
        begun = False
        with self.path.open("rb") as stream:
            while True:
                data = stream.read(size)
                text, misfits = _MISFIT.subn(_as_windows_1252, decoder.decode(data, not data))
                text, dropped = _FORBIDDEN.subn("", text)
                self.misfits += misfits
                self.dropped += dropped
                if not begun:
                    text = text.lstrip("\ufeff \t\r\n")
                    begun = bool(text)
                if text:
                    yield text
                if not data:
                    return

    def doubts(self) -> tuple[str, ...]:
        """What was uncertain since this was asked last."""
        found = []
        if self.dropped:
            found.append(f"control characters that XML forbids were dropped here: {self.dropped:,}")
        if self.misfits:
            found.append(f"bytes here that do not fit {self.encoding} were read as Windows-1252: {self.misfits:,}")
        self.dropped = self.misfits = 0
        return tuple(found)


def _as_windows_1252(match: re.Match[str]) -> str:
    return match[0].encode("utf-8", "surrogateescape").decode("cp1252", "replace")
