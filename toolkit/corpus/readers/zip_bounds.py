"""Bounds for what comes out of ZIP files: archives, and the formats that are ZIP files inside (DOCX, ODT, EPUB, XLSX).

Everything here looks before it unpacks: sizes, counts and overlaps as the archive declares them, then never more
bytes of a member than it declared. XML is parsed without entities, document type definitions and network.
"""

import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from xml.parsers import expat

from toolkit.corpus.readers.record import File, Record
from toolkit.errors import InputError

if TYPE_CHECKING:
    from lxml import etree

__all__ = [
    "MAX_MEMBER",
    "MAX_MEMBERS",
    "MAX_RATIO",
    "MAX_TOTAL",
    "check_members",
    "check_zip",
    "parse_member",
    "parse_xml",
    "prolog_problem",
    "read_member",
    "record_of_zip",
    "root_name",
    "safe_path",
]

#: Declared size of all members together. A Word file of 300 pages with photographs has 50 MB.
MAX_TOTAL = 500_000_000
#: Declared size of one XML member of a document: 2,000,000 characters with twenty times as much markup.
MAX_MEMBER = 50_000_000
#: How many members an archive may list.
MAX_MEMBERS = 100_000
#: Unpacked bytes for one packed byte, for members above 10 MB. Prose packs to a third, an empty table to a
#: hundredth; deflate cannot pass 1,032.
MAX_RATIO = 200
_RATIO_FROM = 10_000_000
#: Size of an archive's list of members: 100,000 entries of 46 bytes and a long name each.
_MAX_DIRECTORY = 40_000_000
_END, _END64 = b"PK\x05\x06", b"PK\x06\x06"
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
#: All that the zipfile module raises for bytes that are no archive, or a damaged one.
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, struct.error)


def record_of_zip(file: File, compose: Callable[[File, zipfile.ZipFile], Record]) -> Record:
    """What ``compose`` makes of a ZIP file whose bounds hold; else, or if it raises InputError, a refused record."""
    problem = check_zip(file.path)
    if problem:
        return Record(file.name, refused=problem)
    try:
        with zipfile.ZipFile(file.path) as archive:
            return compose(file, archive)
    except InputError as error:
        return Record(file.name, refused=str(error))


def check_zip(path: Path, total: int = MAX_TOTAL) -> str | None:
    """Why a ZIP file should not be opened as one document, or None when it can be: the end of a sentence.

    Looks at its list of members only: no ZIP at all, encrypted, more than 100,000 members, more than ``total``
    declared bytes, packed more than 200 : 1, the same name twice, or members that overlap (as in a ZIP bomb).
    Raises OSError when the file cannot be read.
    """
    if _directory_size(path) > _MAX_DIRECTORY:
        return f"lists more than {MAX_MEMBERS:,} files inside"
    try:
        with zipfile.ZipFile(path) as archive:
            return check_members(archive, total)
    except _DAMAGED:
        return "is damaged or is no ZIP file inside"


def check_members(archive: zipfile.ZipFile, total: int = MAX_TOTAL) -> str | None:
    """The same for an archive that is open."""
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        return f"lists {len(members):,} files inside, more than {MAX_MEMBERS:,}"
    size = sum(member.file_size for member in members)
    if size > total:
        return f"would unpack to {size / 1e6:,.0f} MB, more than {total / 1e6:,.0f} MB"
    names: set[str] = set()
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        name = repr(member.filename[:80])
        if member.flag_bits & 1:
            return f"is encrypted ({name} inside it)"
        if member.compress_type not in _PLAIN:
            return f"packs {name} by a method that documents do not use ({member.compress_type})"
        if member.file_size > _RATIO_FROM and member.file_size > MAX_RATIO * max(member.compress_size, 1):
            return f"packs {name} more than {MAX_RATIO} : 1, as ZIP bombs do"
        if member.filename in names:
            return f"holds {name} twice"
        if member.header_offset < end:
            return f"has members that overlap, as ZIP bombs do ({name})"
        names.add(member.filename)
        # Its header has at least 30 bytes and the name; the packed bytes follow.
        end = member.header_offset + 30 + len(member.orig_filename) + member.compress_size
    return None


def _directory_size(path: Path) -> int:
    """Bytes of the archive's list of members as its end record says (ZIP specification 4.3.16 and 4.3.14), or 0."""
    with path.open("rb") as stream:
        length = stream.seek(0, 2)
        stream.seek(max(0, length - 66_000))
        tail = stream.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 16:
        return 0
    size = struct.unpack_from("<L", tail, at + 12)[0]
    at = tail.rfind(_END64, 0, at)
    if at >= 0 and len(tail) >= at + 48:
        size = max(size if size < 0xFFFFFFFF else 0, struct.unpack_from("<Q", tail, at + 40)[0])
    return int(size)


def safe_path(base: str, href: str) -> str | None:
    """The member that ``href`` names as seen from the folder ``base``, or None if it points out of the archive.

    >>> safe_path("OEBPS", "text/uno.xhtml")
    'OEBPS/text/uno.xhtml'
    >>> safe_path("OEBPS", "../../etc/passwd")
    """
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|[/\\]", href) or "\\" in href or "\x00" in href:
        return None
    path = posixpath.normpath(posixpath.join(base, href))
    return None if path in (".", "..") or path.startswith(("../", "/")) else path


def read_member(archive: zipfile.ZipFile, name: str, most: int = MAX_MEMBER) -> bytes:
    """The bytes of one member. Raises :class:`InputError` if it is missing, damaged or has more than ``most`` bytes."""
    try:
        if archive.getinfo(name).file_size > most:
            raise InputError(f"holds {name[:80]!r} of more than {most / 1e6:,.0f} MB")
        with archive.open(name) as stream:
            data = stream.read(most + 1)
    except KeyError:
        raise InputError(f"holds no {name[:80]!r}") from None
    except InputError:
        raise
    except _DAMAGED:
        raise InputError(f"is damaged at {name[:80]!r} inside it") from None
    return data


def parse_member(archive: zipfile.ZipFile, name: str, most: int = MAX_MEMBER) -> "etree._Element":
    """The root element of one XML member. Raises :class:`InputError` as :func:`read_member` and :func:`parse_xml`."""
    try:
        return parse_xml(read_member(archive, name, most))
    except _NoXml as error:
        raise InputError(f"holds {name[:80]!r}, which {error}") from None


class _NoXml(InputError):
    """The bytes are no XML that may be read."""


def parse_xml(data: bytes) -> "etree._Element":
    """The root element; comments and processing instructions are left out, no entity or DTD is loaded.

    Raises :class:`InputError` for XML that defines entities or is not well formed (with its line).
    """
    from lxml import etree

    problem = prolog_problem(data)
    if problem:
        raise _NoXml(problem)
    # xml:id given twice is a fault that nothing here depends on
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True,
        collect_ids=False,
    )  # fmt: skip
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise _NoXml(f"is no well-formed XML ({_one_line(error.msg)})") from None
    except (ValueError, LookupError) as error:
        raise _NoXml(f"is no well-formed XML ({_one_line(error)})") from None


def _one_line(message: object) -> str:
    return " ".join(str(message).split())[:200]


class _Stop(Exception):
    pass


def prolog_problem(head: bytes) -> str | None:
    """Why XML should not be parsed: it defines entities before its root element, or is broken there. None if it may.

    ``head``: the beginning of the file, or all of it; the first 1,000,000 bytes are looked at. Nothing is expanded.
    """
    try:
        root_name(head)
    except InputError as error:
        return str(error)
    return None


def root_name(head: bytes) -> str:
    """The name of an XML file's root element without its prefix, from the file's beginning as :func:`prolog_problem`.

    Raises :class:`InputError` with what that function returns.

    >>> root_name(b'<tei:TEI xmlns:tei="http://www.tei-c.org/ns/1.0">')
    'TEI'
    """
    parser = expat.ParserCreate()
    name = problem = ""

    def entity(*_: object) -> None:
        nonlocal problem
        problem = "defines entities (<!ENTITY ...>), which are never expanded; write the text out"
        raise _Stop

    def root(tag: str, _: object) -> None:
        nonlocal name
        name = tag.rpartition(":")[2]
        raise _Stop

    parser.EntityDeclHandler = entity
    parser.StartElementHandler = root
    try:
        parser.Parse(head[:1_000_000], False)
        problem = "is no XML: it has no element" + (" in its first 1,000,000 bytes" if len(head) > 1_000_000 else "")
    except _Stop:
        pass
    except expat.ExpatError as error:
        problem = f"is no well-formed XML (line {error.lineno}: {expat.ErrorString(error.code)})"
    except (ValueError, LookupError) as error:
        problem = f"is no XML in an encoding that is read ({_one_line(error)})"
    if problem:
        raise _NoXml(problem)
    return name
