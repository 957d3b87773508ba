"""OpenDocument texts (.odt: LibreOffice and OpenOffice; OASIS OpenDocument 1.2 part 1, chapters 4 to 6)."""

import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from toolkit.corpus.readers.blocks import Blocks
from toolkit.corpus.readers.properties import meant_author, meant_title
from toolkit.corpus.readers.record import MAX_CHARACTERS, File, Record, unfit
from toolkit.corpus.readers.zip_bounds import parse_member, read_member, record_of_zip
from toolkit.errors import InputError

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["read"]

#: Not the text: notes, comments, what tracked changes took away, forms and declarations.
_LEFT_OUT = frozenset(
    (
        *("note", "annotation", "annotation-end", "tracked-changes", "title", "desc"),
        *("forms", "sequence-decls", "variable-decls", "user-field-decls", "event-listeners", "object", "binary-data"),
    )
)
#: A run of spaces is bounded: the count is a number that the file gives.
_MAX_SPACES = 100


def read(file: File) -> Iterator[Record]:
    """One record: the body's text, with title, author, date (created), lang and tags of the document's properties.

    Paragraphs have a blank line between them, items of a list and rows of a table are lines (cells with tabs).
    Footnotes and comments are not read; footnotes are told as a doubt. Refused as in the reader of .docx.
    """
    yield record_of_zip(file, _record)


def _record(file: File, archive: zipfile.ZipFile) -> Record:
    names = set(archive.namelist())
    if "content.xml" not in names:
        raise InputError("is no OpenDocument text (no content.xml inside)")
    manifest = "META-INF/manifest.xml"
    if manifest in names and b"encryption-data" in read_member(archive, manifest):
        raise InputError("is protected by a password; save it without one")
    root = parse_member(archive, "content.xml")
    bodies = [part for body in root if _name(body) == "body" for part in body if _name(part) == "text"]
    if not bodies:
        raise InputError("is an OpenDocument file without text (a sheet, drawing or presentation)")
    page = Blocks()
    for child in bodies[0]:
        _block(child, page, tight=False)
    text = page.text
    problem = unfit(text)
    if problem:
        raise InputError(problem)
    notes = sum(1 for element in bodies[0].iter() if _name(element) == "note")
    doubts = (f"{notes:,} footnotes or endnotes are not read",) if notes else ()
    return Record(file.name, text, _properties(archive, names), doubts)


def _properties(archive: zipfile.ZipFile, names: set[str]) -> dict[str, str]:
    """From meta.xml (OpenDocument 1.2 part 1, 4.3); damaged properties are none."""
    try:
        root = parse_member(archive, "meta.xml") if "meta.xml" in names else None
    except InputError:
        root = None
    listed = [part for meta in (root if root is not None else []) for part in meta]
    found = {_name(part): " ".join((part.text or "").split()) for part in listed}
    date = re.match(r"\d{4}-\d\d-\d\d", found.get("creation-date") or found.get("date", ""))
    metadata = {
        "title": meant_title(found.get("title", "")),
        "author": meant_author(found.get("initial-creator") or found.get("creator", "")),
        "date": date.group() if date else "",
        "lang": found.get("language", ""),
        "tags": "; ".join(
            dict.fromkeys(part.text.strip() for part in listed if _name(part) == "keyword" and part.text)
        ),
    }
    return {name: value for name, value in metadata.items() if value}


def _block(element: "etree._Element", page: Blocks, *, tight: bool) -> None:
    """Paragraphs, lists, tables and sections, at most 256 deep (the parser's own bound)."""
    name = _name(element)
    if name in _LEFT_OUT or page.size > MAX_CHARACTERS:
        return
    start = page.line if tight else page.paragraph
    start()
    if name in ("p", "h"):
        _inline(element, page)
    elif name == "table-row":
        cells = [child for child in element if _name(child) in ("table-cell", "covered-table-cell")]
        page.add("\t".join(_cell(cell) for cell in cells).rstrip("\t"), exact=True)
    else:
        for child in element:
            _block(child, page, tight=tight or name in ("list", "table"))
    start()


def _cell(cell: "etree._Element") -> str:
    page = Blocks()
    for child in cell:
        _block(child, page, tight=True)
    return re.sub(r"[\t\n]+", " ", page.text).strip(" ")


def _inline(element: "etree._Element", page: Blocks) -> None:
    if element.text:
        page.add(element.text)
    for child in element:
        name = _name(child)
        if name == "s":
            count = next((value for key, value in child.items() if key.endswith("}c")), "1")
            spaces = min(int(count), _MAX_SPACES) if re.fullmatch(r"\d{1,6}", count) else 1
            page.add(" " * spaces, exact=True)
        elif name == "tab":
            page.add("\t", exact=True)
        elif name == "line-break":
            page.line()
        elif name in ("p", "h"):  # of a frame that hangs on the paragraph
            page.line()
            _inline(child, page)
            page.line()
        elif name not in _LEFT_OUT:
            _inline(child, page)
        if child.tail:
            page.add(child.tail)


def _name(element: "etree._Element") -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
