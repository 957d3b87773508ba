"""TEI P5 (Text Encoding Initiative, Guidelines P5): one document, or a ``teiCorpus`` with one post for each TEI.

The text is what stands on the page: in ``choice`` the original reading (``orig``, ``sic``, ``abbr``) is taken, in
``app`` the lemma or else the first reading; what an editor or encoder adds (``note``, ``figDesc``, ``fw``, ``del``,
the header) is left out. Front, body and back are read.
"""

import re
from collections.abc import Iterable, Iterator
from html.entities import html5
from typing import TYPE_CHECKING

from toolkit.corpus.readers.blocks import Blocks
from toolkit.corpus.readers.record import MAX_CHARACTERS, File, Record, content_id, unfit
from toolkit.corpus.readers.tei_header import collection_metadata, header_metadata, local_name
from toolkit.corpus.readers.zip_bounds import root_name
from toolkit.errors import InputError

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["read"]

#: The longest single TEI element, in bytes of the file: 2,000,000 characters with a tag around every word have 35 MB.
MAX_BYTES = 50_000_000
_CHUNK = 1 << 16
_ROOTS = ("TEI", "TEI.2", "teiCorpus", "teiCorpus.2")
_XML = "{http://www.w3.org/XML/1998/namespace}"


def _names(names: str) -> frozenset[str]:
    return frozenset(names.split())


#: Elements that are paragraphs, and those that are lines of one.
_PARAGRAPHS = _names(
    "p head ab lg sp u post list table div div1 div2 div3 div4 div5 div6 div7 body front back group text floatingText "
    "titlePage docTitle titlePart byline docAuthor docDate docEdition docImprint epigraph opener closer postscript "
    "trailer argument castList listBibl eg figure formula"
)
_LINES = _names("l item row speaker stage salute signed dateline castItem address addrLine imprimatur")
#: Inside these a paragraph is a line, so that a list, a table or a speech stays one block.
_TIGHT = _names("list item table row cell sp castList address")
#: These are paragraphs only outside of one: inside they run on with the sentence.
_EITHER = _names("quote q cit said label bibl")
_RUNNING = _names("p ab l head item cell label quote q seg hi u post said note cit bibl")
#: Not the text: what editors add, what printers repeat on each page, what was struck out, layers of description.
_LEFT_OUT = _names(
    "teiHeader note noteGrp fw del figDesc desc standOff facsimile sourceDoc fs fsdDecl interp interpGrp span spanGrp "
    "link linkGrp index certainty precision respons witDetail timeline TEI TEI.2 teiCorpus binaryObject egXML"
)
_ORIGINAL = ("orig", "sic", "abbr")
_HYPHENS = "-‐\xad"


def read(file: File) -> Iterator[Record]:
    """One record for each TEI element, streamed; doc_id is ``file.name`` if the file is one document.

    In a corpus the doc_id is ``file.name/<xml:id>``, or a digest of the content without one. Metadata come from the
    ``teiHeader``: title, author ("; "-joined), date (of the source before that of the edition; the ``when`` attribute
    before the words), lang, url, site, publisher, tags. A corpus' own header gives lang and site where a text's does
    not, and its title as ``collection``.

    Refused: XML that defines entities, is not well formed (with the line; the texts before it are read), or is no TEI.
    """
    with file.path.open("rb") as stream:
        head = stream.read(1_000_000)
    try:
        root = root_name(head)
    except InputError as error:
        yield Record(file.name, refused=str(error))
        return
    if root in _ROOTS:
        yield from _stream(file, corpus=root.startswith("teiCorpus"))
    else:
        yield Record(file.name, refused=f"is XML of another kind (<{root[:40]}>), not TEI")


def _stream(file: File, *, corpus: bool) -> Iterator[Record]:
    from lxml import etree

    tags = [f"{{*}}{name}" for name in (*_ROOTS, "teiHeader")]
    parser = etree.XMLPullParser(
        ("end",),
        tag=tags,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    inherited: dict[str, str] = {}
    found = pending = 0
    with file.path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            pending += len(chunk)
            problem = _fed(parser, chunk)
            for _, element in parser.read_events():
                name = local_name(element)
                if name == "teiHeader":
                    above = element.getparent()
                    if above is not None and local_name(above).startswith("teiCorpus"):
                        inherited = collection_metadata(element)
                elif name.startswith("TEI"):
                    found += 1
                    pending = 0
                    yield _record(file, element, inherited, corpus or element.getparent() is not None)
                    _free(element)
            if problem is None and pending > MAX_BYTES:
                problem = f"holds a single text of more than {MAX_BYTES / 1e6:,.0f} MB"
            if problem:
                yield Record(file.name, refused=problem + ("; the texts before it are read" if found else ""))
                return
    problem = _closed(parser) or (None if found else "holds no TEI element")
    if problem:
        yield Record(file.name, refused=problem + ("; the texts before it are read" if found else ""))


def _fed(parser: "etree.XMLPullParser", chunk: bytes) -> str | None:
    from lxml import etree

    try:
        parser.feed(chunk)
    except etree.XMLSyntaxError as error:
        return f"is no well-formed XML (line {error.lineno}: {_short(error.msg)})"
    except (ValueError, LookupError) as error:
        return f"is no XML that can be read ({_short(error)})"
    return None


def _closed(parser: "etree.XMLPullParser") -> str | None:
    from lxml import etree

    try:
        parser.close()
    except etree.XMLSyntaxError as error:
        return f"is truncated: it ends at line {error.lineno} ({_short(error.msg)})"
    return None


def _short(message: object) -> str:
    return re.sub(r", line \d+, column \d+$", "", " ".join(str(message).split()))[:120]


def _free(element: "etree._Element") -> None:
    """What has been read leaves memory, with what stands before it in a corpus; the element is still the parser's."""
    element.clear(keep_tail=True)
    above = element.getparent()
    while above is not None and local_name(above).startswith("teiCorpus") and element.getprevious() is not None:
        del above[0]


def _record(file: File, element: "etree._Element", inherited: dict[str, str], several: bool) -> Record:
    place = f"line {element.sourceline}" if several and element.sourceline else ""
    own = element.get(_XML + "id", "")
    texts = [child for child in element if local_name(child) == "text"]
    header = next((child for child in element if local_name(child) == "teiHeader"), None)
    metadata = {**inherited, **(header_metadata(header) if header is not None else {})}
    for holder in (element, *texts[:1]):
        if holder.get(_XML + "lang"):
            metadata["lang"] = holder.get(_XML + "lang", "")
    metadata["encoding"] = (element.getroottree().docinfo.encoding or "utf-8").lower()
    page = Blocks()
    unknown: set[str] = set()
    for part in texts:
        _walk(part, page, unknown, running=False)
        page.paragraph()
    text = page.text
    doc_id = file.name
    if several:
        doc_id += "/" + (own if re.fullmatch(r"[\w.-]{1,200}", own) else content_id(text, metadata))
    if not texts:
        return Record(doc_id, refused="holds a TEI header without a text element", place=place)
    problem = unfit(text)
    if problem:
        return Record(doc_id, refused=problem, place=place)
    doubts = (f"entities without a definition: {', '.join(sorted(unknown)[:5])}",) if unknown else ()
    return Record(doc_id, text, metadata, doubts, place=place)


def _walk(
    element: "etree._Element",
    page: Blocks,
    unknown: set[str],
    *,
    running: bool,
    tight: bool = False,
    exact: bool = False,
) -> None:
    """An element's text into ``page``; ``running``: inside a sentence. At most 256 deep, the parser's own bound."""
    name = local_name(element)
    close = page.paragraph if name in _PARAGRAPHS or (name in _EITHER and not running) else None
    close = page.line if name in _LINES or (close and tight) else close
    if close:
        close()
    if element.get("join") in ("left", "both"):
        page.glue()
    running = name in _RUNNING or (running and name not in _PARAGRAPHS)
    tight = tight or name in _TIGHT
    exact = element.get(_XML + "space") == "preserve" or exact or name == "eg"
    if element.text:
        page.add(element.text, exact=exact)
    for child in _standing(element, name):
        if page.size > MAX_CHARACTERS:
            return
        kind = local_name(child)
        if kind in ("lb", "pb", "cb", "gb", "milestone"):
            _break(child, kind, page)
        elif not isinstance(child.tag, str):
            _entity(child, page, unknown)
        elif kind not in _LEFT_OUT:
            if kind == "cell" and child.getprevious() is not None:
                page.glue()
                page.add("\t", exact=True)
            _walk(child, page, unknown, running=running, tight=tight, exact=exact)
        if child.tail and name not in ("choice", "app"):
            page.add(child.tail, exact=exact)
    if element.get("join") in ("right", "both"):
        page.glue()
    if close:
        close()


def _standing(element: "etree._Element", name: str) -> "Iterable[etree._Element]":
    """The children that stand on the page: of a choice or apparatus one, of others all."""
    if name == "choice":
        originals = [child for child in element if local_name(child) in _ORIGINAL]
        return originals[:1] or list(element)[:1]
    if name == "app":
        readings = [child for child in element if local_name(child) in ("lem", "rdg")]
        return sorted(readings, key=lambda child: local_name(child) != "lem")[:1]
    return element


def _break(element: "etree._Element", kind: str, page: Blocks) -> None:
    if element.get("break") == "no":
        page.glue(_HYPHENS)
    elif kind == "lb":
        page.line()


def _entity(element: "etree._Element", page: Blocks, unknown: set[str]) -> None:
    """A character by name (&eacute;) whose definition stands in a DTD that is not loaded."""
    name = (element.text or "").strip("&;")
    if name + ";" not in html5:
        unknown.add(name)
    page.add(html5.get(name + ";", "\ufffd"))
