"""Word documents (.docx, .docm: Office Open XML, ECMA-376 part 1, 17), and what to do with older ones.

The text is the body in its order: paragraphs with a blank line between them, items of a list on lines of their own,
rows of a table as lines with tabs; a table that only lays out a page gives its paragraphs. Tracked insertions are
read, tracked deletions are not; text boxes follow the paragraph they hang on. Headers, footers, footnotes and
comments are not part of the text; footnotes are told as a doubt. Numbers and bullets that Word draws are not text.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from toolkit.corpus.readers.blocks import Blocks
from toolkit.corpus.readers.properties import meant_author, meant_title
from toolkit.corpus.readers.record import MAX_CHARACTERS, File, Record, unfit
from toolkit.corpus.readers.zip_bounds import parse_member, record_of_zip, safe_path
from toolkit.errors import InputError

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["read", "refuse_old"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE = "open it in Word or LibreOffice and save it as .docx or .txt"
#: Kinds of old files by suffix: what they are called in the sentence.
_OLD = {".doc": "an old Word document", ".rtf": "a Rich Text document", ".wpd": "a WordPerfect document"}
#: Elements whose inside is not text: deletions, the place something was moved from, field codes, a drawing's fallback.
_NO_TEXT = frozenset(["del", "moveFrom", "instrText", "delText", "Fallback", "rPr", "pPr", "footnotePr"])
_NOTES = ("footnoteReference", "endnoteReference")
_Styles = frozenset[str]
_SIGNS = {"tab": "\t", "noBreakHyphen": "-", "softHyphen": ""}


def read(file: File) -> Iterator[Record]:
    """One record: the body's text, with title, author, date (created), lang and tags of the document's properties.

    Titles and authors that a program filled in ("Documento1", "usuario") are left out. Refused: files with a
    password, damaged files, XML that defines entities, and files that would unpack to more than 500 MB.
    """
    with file.path.open("rb") as stream:
        head = stream.read(8)
    if head == _OLE:
        yield Record(file.name, refused=f"is protected by a password, or an old Word document; {_SAVE}")
        return
    if not head.startswith(b"PK"):
        yield Record(file.name, refused="is no Word document (no ZIP file inside)")
        return
    yield record_of_zip(file, _record)


def refuse_old(file: File) -> Iterator[Record]:
    """One refused record that says what an old document is and how to save it; a .docx that only bears the name of
    an old one is read, with a doubt.
    """
    with file.path.open("rb") as stream:
        head = stream.read(512)
    if head.startswith(b"PK"):
        for record in read(file):
            yield Record(
                record.doc_id,
                record.text,
                record.metadata,
                (*record.doubts, f"is a .docx under the name {file.path.suffix}"),
                record.refused,
            )
        return
    what = _OLD.get(file.path.suffix.lower(), "an old document")
    if head.startswith(b"{\\rtf"):
        what = _OLD[".rtf"]
    elif head.startswith(_OLE):
        what = _OLD[".doc"]
    elif b"<html" in head.lower() or head.lower().lstrip().startswith(b"<!doctype html"):
        yield Record(file.name, refused="is a saved HTML page under another name; name it .html")
        return
    yield Record(file.name, refused=f"is {what}, which is not read; {_SAVE}")


def _record(file: File, archive: zipfile.ZipFile) -> Record:
    main, core = _parts(archive)
    root = parse_member(archive, main)
    body = next((child for child in root if _name(child) == "body"), None)
    if body is None:
        raise InputError(f"holds {main[:80]!r} without a body of text")
    page = Blocks()
    _blocks(body, page, _list_styles(archive, main))
    text = page.text
    problem = unfit(text)
    if problem:
        raise InputError(problem)
    notes = sum(1 for element in body.iter() if _name(element) in _NOTES)
    doubts = (f"{notes:,} footnotes or endnotes are not read",) if notes else ()
    metadata = _properties(archive, core)
    return Record(file.name, text, metadata, doubts)


def _parts(archive: zipfile.ZipFile) -> tuple[str, str]:
    """Paths of the main part and of the core properties ("" if there are none), by the package's relationships."""
    names = set(archive.namelist())
    main = core = ""
    if "_rels/.rels" in names:
        for relation in parse_member(archive, "_rels/.rels"):
            kind, target = relation.get("Type", ""), relation.get("Target", "")
            path = safe_path("", target.lstrip("/"))
            if path is None or path not in names:
                continue
            if kind.endswith("/officeDocument"):
                main = path
            elif kind.endswith("/core-properties"):
                core = path
    main = main or "word/document.xml"
    if main not in names:
        raise InputError("is no Word document (no word/document.xml inside)")
    return main, core


def _properties(archive: zipfile.ZipFile, core: str) -> dict[str, str]:
    """The core properties (ECMA-376 part 2, 11); damaged ones are none."""
    try:
        root = parse_member(archive, core) if core else None
    except InputError:
        root = None
    found = {_name(child): " ".join((child.text or "").split()) for child in (root if root is not None else [])}
    date = re.match(r"\d{4}-\d\d-\d\d", found.get("created", ""))
    metadata = {
        "title": meant_title(found.get("title", "")),
        "author": meant_author(found.get("creator", "")),
        "date": date.group() if date else "",
        "lang": found.get("language", ""),
        "tags": "; ".join(tag for tag in re.split(r"\s*[;,]\s*", found.get("keywords", "")) if tag),
    }
    return {name: value for name, value in metadata.items() if value}


def _list_styles(archive: zipfile.ZipFile, main: str) -> _Styles:
    """The paragraph styles that make an item of a list, by their ids; none if the styles are missing or damaged."""
    path = posixpath.join(posixpath.dirname(main), "styles.xml")
    try:
        root = parse_member(archive, path)
    except InputError:
        return frozenset()
    return frozenset(
        value for style in root for key, value in style.items() if key.endswith("}styleId") and _is_item(style)
    )


def _blocks(parent: "etree._Element", page: Blocks, lists: _Styles, *, tight: bool = False) -> None:
    """Paragraphs and tables below ``parent`` in their order; ``tight``: paragraphs are lines."""
    after_item = False
    for child in parent:
        if page.size > MAX_CHARACTERS:
            return
        name = _name(child)
        if name == "p":
            item = _is_item(child, lists)
            if tight or (item and after_item):
                page.line()
            else:
                page.paragraph()
            start = page.size
            _paragraph(child, page, lists)
            if page.size > start:
                after_item = item
        elif name == "tbl":
            _table(child, page, lists, tight=tight)
            after_item = False
        elif name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "AlternateContent", "Choice", "smartTag"):
            _blocks(child, page, lists, tight=tight)


def _is_item(element: "etree._Element", lists: _Styles = frozenset()) -> bool:
    """Whether a paragraph, or a style, has a number or bullet of its own or by its style."""
    for mark in (mark for part in element if _name(part) == "pPr" for mark in part):
        if _name(mark) == "numPr" or (_name(mark) == "pStyle" and not lists.isdisjoint(mark.values())):
            return True
    return False


def _paragraph(paragraph: "etree._Element", page: Blocks, lists: _Styles) -> None:
    boxes: list[etree._Element] = []
    _runs(paragraph, page, boxes)
    for box in boxes[:1000]:
        page.paragraph()
        _blocks(box, page, lists)


def _runs(element: "etree._Element", page: Blocks, boxes: "list[etree._Element]") -> None:
    """Text of a paragraph's runs, at most 256 deep (the parser's own bound)."""
    for child in element:
        name = _name(child)
        if name == "t":
            page.add(child.text or "", exact=True)
        elif name in ("br", "cr"):
            page.line()
        elif name in _SIGNS:
            page.add(_SIGNS[name], exact=True)
        elif name == "txbxContent":
            boxes.append(child)
        elif name not in _NO_TEXT and not (name == "r" and _hidden(child)):
            _runs(child, page, boxes)


def _hidden(run: "etree._Element") -> bool:
    marks = [mark for part in run if _name(part) == "rPr" for mark in part if _name(mark) == "vanish"]
    return any(value not in ("0", "false", "off") for mark in marks for value in (mark.values() or [""]))


def _table(table: "etree._Element", page: Blocks, lists: _Styles, *, tight: bool) -> None:
    rows = [list(_below(row, "tc")) for row in _below(table, "tr")]
    layout = any(_is_layout(cell) for row in rows for cell in row) or not any(len(row) > 1 for row in rows)
    if tight or not layout:
        page.paragraph()
        for row in rows:
            page.line()
            page.add("\t".join(_cell(cell, lists) for cell in row).rstrip("\t"), exact=True)
        page.paragraph()
        return
    for row in rows:
        for cell in row:
            page.paragraph()
            _blocks(cell, page, lists)
    page.paragraph()


def _below(element: "etree._Element", name: str) -> "Iterator[etree._Element]":
    """Rows of a table or cells of a row, also those inside content controls and insertions."""
    for child in element:
        if _name(child) == name:
            yield child
        elif _name(child) in ("sdt", "sdtContent", "customXml", "ins"):
            yield from _below(child, name)


def _is_layout(cell: "etree._Element") -> bool:
    """Whether a cell holds several paragraphs with text, or a table: then it is a part of a page."""
    filled = sum(
        1 for child in cell if _name(child) == "p" and any(_name(run) == "t" and run.text for run in child.iter())
    )
    return filled > 1 or any(_name(child) == "tbl" for child in cell)


def _cell(cell: "etree._Element", lists: _Styles) -> str:
    page = Blocks()
    _blocks(cell, page, lists, tight=True)
    return re.sub(r"[\t\n]+", " ", page.text).strip(" ")


def _name(element: "etree._Element") -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
