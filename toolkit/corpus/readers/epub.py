"""EPUB books (EPUB 2 and 3: Open Container Format, Package Document, XHTML chapters), one record a chapter."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from toolkit.corpus.encoding import decode
from toolkit.corpus.pages.markup import text_of_html
from toolkit.corpus.readers.record import File, Record, content_id, unfit
from toolkit.corpus.readers.zip_bounds import check_zip, parse_member, parse_xml, prolog_problem, read_member, safe_path
from toolkit.errors import InputError

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["read"]

#: Chapters below this many characters are title pages, dedications and covers.
MIN_CHARACTERS = 200
#: The largest chapter file, and the most files in reading order.
MAX_CHAPTER, MAX_CHAPTERS = 20_000_000, 10_000
#: These algorithms only hide fonts (EPUB Open Container Format 4.2; Adobe's font mangling); others are DRM.
_FONTS_ONLY = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_NO_TEXT = ("cover", "toc", "landmarks", "lot", "loi", "index")
_HTML = ("application/xhtml+xml", "text/html", "text/x-oeb1-document", "application/xml", "")


@dataclass(frozen=True)
class _Chapter:
    key: str
    path: str | None
    href: str
    left_out: bool


def read(file: File) -> Iterator[Record]:
    """One record for each chapter file of the reading order that has 200 characters or more.

    doc_id is ``file.name/<id of the chapter in the package>``. Metadata: ``title`` (the chapter's first heading),
    ``book``, author, date, lang, publisher, url, tags. Covers, tables of contents and shorter pages are one row with
    their count; in a book where no chapter has 200 characters, all are read. Refused: books with DRM, damaged
    containers, XML that defines entities, chapters whose path leads out of the book.
    """
    problem = check_zip(file.path)
    if problem:
        yield Record(file.name, refused=problem)
        return
    with zipfile.ZipFile(file.path) as archive:
        try:
            metadata, chapters = _package(archive)
        except InputError as error:
            yield Record(file.name, refused=str(error))
            return
        yield from _chapters(file, archive, metadata, chapters)


def _chapters(
    file: File, archive: zipfile.ZipFile, metadata: dict[str, str], chapters: list[_Chapter]
) -> Iterator[Record]:
    short: list[Record] = []
    away = [chapter.href for chapter in chapters if chapter.left_out]
    read_any = False
    for chapter in chapters:
        if chapter.left_out:
            continue
        record = _record(file, archive, metadata, chapter)
        if record.refused is None and len(record.text) < MIN_CHARACTERS:
            short.append(record)
        else:
            read_any = read_any or record.refused is None
            yield record
    if read_any:
        away += [record.place for record in short]
    else:
        yield from short
    if away:
        names = ", ".join(away[:3]) + (" ..." if len(away) > 3 else "")
        what = "1 file of the book is" if len(away) == 1 else f"{len(away):,} files of the book are"
        yield Record(
            file.name, refused=f"is read without its cover, contents and shortest pages: {what} no chapter ({names})"
        )


def _package(archive: zipfile.ZipFile) -> tuple[dict[str, str], list[_Chapter]]:
    """The book's metadata and its files in reading order; raises :class:`InputError` for a book that cannot be read."""
    names = set(archive.namelist())
    if "META-INF/encryption.xml" in names:
        _check_encryption(parse_member(archive, "META-INF/encryption.xml"))
    if "META-INF/container.xml" not in names:
        raise InputError("is no EPUB (no META-INF/container.xml inside)")
    container = parse_member(archive, "META-INF/container.xml")
    roots = [element for element in container.iter() if _name(element) == "rootfile"]
    package_path = safe_path("", roots[0].get("full-path", "")) if roots else None
    if package_path is None:
        raise InputError("is a damaged EPUB: its container names no package inside it")
    package = parse_member(archive, package_path)
    chapters = _reading_order(package, posixpath.dirname(package_path))
    if not chapters:
        raise InputError("is a damaged EPUB: its package lists nothing in reading order")
    if len(chapters) > MAX_CHAPTERS:
        raise InputError(f"lists {len(chapters):,} chapters, more than {MAX_CHAPTERS:,}")
    return _metadata(package), chapters


def _check_encryption(root: "etree._Element") -> None:
    methods = [element.get("Algorithm", "") for element in root.iter() if _name(element) == "EncryptionMethod"]
    if any(method not in _FONTS_ONLY for method in methods):
        raise InputError("is protected (DRM): its chapters are encrypted")


def _reading_order(package: "etree._Element", base: str) -> list[_Chapter]:
    """The spine (EPUB 3.3, 5.7), each file once; marked ``left_out``: navigation, cover, contents, pictures."""
    items = {element.get("id", ""): element for element in package.iter() if _name(element) == "item"}
    guide = {
        unquote(element.get("href", "")).partition("#")[0]
        for element in package.iter()
        if _name(element) == "reference" and element.get("type", "").lower() in _NO_TEXT
    }
    chapters: dict[str, _Chapter] = {}
    for reference in (element for element in package.iter() if _name(element) == "itemref"):
        key = reference.get("idref", "")
        item = items.get(key)
        if item is None or key in chapters:
            continue
        href = unquote(item.get("href", "")).partition("#")[0]
        kind = item.get("media-type", "").lower()
        away = "nav" in item.get("properties", "").split() or href in guide or kind not in _HTML
        chapters[key] = _Chapter(key, safe_path(base, href), href, away)
    return list(chapters.values())


def _metadata(package: "etree._Element") -> dict[str, str]:
    """Dublin Core out of the package (EPUB 3.3, 5.5)."""
    found: dict[str, list[str]] = {}
    for element in package.iter():
        if isinstance(element.tag, str) and element.tag.startswith("{http://purl.org/dc/"):
            words = " ".join("".join(map(str, element.itertext())).split())
            if words:
                found.setdefault(_name(element), []).append(words)
    urls = [url for name in ("source", "identifier") for url in found.get(name, []) if re.match(r"https?://\S+$", url)]
    first = {name: found[key][0] for name, key in _FIRST.items() if key in found}
    joined = {name: "; ".join(dict.fromkeys(found[key])) for name, key in _ALL.items() if key in found}
    return {**first, **joined, **({"url": urls[0]} if urls else {})}


_FIRST = {"book": "title", "date": "date", "lang": "language", "publisher": "publisher"}
_ALL = {"author": "creator", "tags": "subject"}


def _record(file: File, archive: zipfile.ZipFile, book: dict[str, str], chapter: _Chapter) -> Record:
    place = chapter.path or chapter.href[:80]
    doc_id = f"{file.name}/{chapter.key}"
    doubts: tuple[str, ...] = ()
    metadata = dict(book)
    try:
        if chapter.path is None:
            raise InputError("names a chapter outside of the book, which is never read")
        data = read_member(archive, chapter.path, MAX_CHAPTER)
        markup, heading, encoding, certain = _markup(data)
        text = text_of_html(markup)
        problem = unfit(text)
        if problem:
            raise InputError(problem)
    except InputError as error:
        return Record(doc_id, refused=str(error), place=place)
    if heading:
        metadata["title"] = heading
    metadata["encoding"] = encoding
    if not certain:
        doubts = (f"encoding guessed: {encoding}",)
    if not re.fullmatch(r"[\w.-]{1,200}", chapter.key):
        doc_id = f"{file.name}/{content_id(text, metadata)}"
    return Record(doc_id, text, metadata, doubts, place=place)


def _markup(data: bytes) -> tuple[str, str, str, bool]:
    """A chapter as HTML, its first heading, its encoding and whether that was certain.

    XHTML goes through the XML parser first, because HTML does not know that ``<title/>`` and ``<a/>`` are closed; a
    chapter that is no well-formed XML is HTML as it is.
    """
    from lxml import etree

    if b"<!ENTITY" in data:
        problem = prolog_problem(data)
        if problem:
            raise InputError(problem)
    try:
        root = parse_xml(data)
    except InputError:
        decoded = decode(data)
        markup = re.sub(r"^\s*<\?xml[^>]*\?>", "", decoded.text)
        found = re.search(r"<h([1-3])\b[^>]*>(.*?)</h\1>", markup[:100_000], re.DOTALL | re.IGNORECASE)
        heading = text_of_html(found.group(2)) if found else ""
        return markup, _one_line(heading), decoded.encoding, decoded.certain
    encoding = (root.getroottree().docinfo.encoding or "utf-8").lower()
    headings = (element for element in root.iter() if _name(element) in ("h1", "h2", "h3"))
    heading = next((words for words in map(_heading, headings) if words), "")
    for element in root.iter():
        # Out of their namespace, <br/> and the like are written as HTML knows them.
        if isinstance(element.tag, str):
            element.tag = _name(element)
    etree.cleanup_namespaces(root)
    markup = str(etree.tostring(root, encoding="unicode", method="html", with_tail=False))
    return markup, heading, encoding, True


def _heading(element: "etree._Element") -> str:
    from lxml import etree

    return _one_line(text_of_html(str(etree.tostring(element, encoding="unicode", method="html", with_tail=False))))


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]


def _name(element: "etree._Element") -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
