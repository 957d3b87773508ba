"""Our table as TEI P5 standoff that CATMA imports: NAME.xml beside NAME.txt for each document.

How it stands in CATMA, by its sources (forTEXT/catma):

- The body repeats the text by pointers (``ptr type="inclusion"``), cut wherever an annotation begins or ends, with all
  annotations of a piece in ``seg/@ana`` (TeiUserMarkupCollectionSerializer).
- ``#char=`` counts Unicode code points here. CATMA counts Java's UTF-16 units, but in a text in which it has put one
  "?" for each character beyond U+FFFF (StandardContentHandler, TikaContentHandler: the class in their replaceAll ends
  at U+FFFD, as ``\\u10000`` is U+1000 and "0" in Java), so that its positions are code points of the file. CR LF
  are two characters, as it converts no line ends; a byte order mark is not counted.
- Each property of an instance must be declared at its tag (TeiUserMarkupCollectionDeserializer). The coder is both
  CATMA's author and a property, because CATMA 6 and later put the importing user in the author's place.
- A text of blanks in a property is passed over by CATMA, and all other properties are kept as they are.
"""

import re
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote as percent
from xml.sax.saxutils import escape, quoteattr

from toolkit.exchange.formats.tei.names import QUOTE, identifier, property_name, without_forbidden
from toolkit.exchange.model import Document, Loss, Material, Span
from toolkit.exchange.names import file_names

__all__ = ["write"]

#: The form that CATMA writes and to which it converts older ones (TeiDocumentVersion).
_VERSION = "5"
#: Tagsets and tags have a time there; CATMA up to 5 cannot do without one, later ones pass over it. Ours have none.
_NO_TIME = "1970-01-01T00:00:00.000+0000"
#: References to annotations in one body, 43 characters each. 10,000 annotations of one text that all overlap would
#: need 100 million; beyond this bound each annotation gets a segment of its own, uncut, which CATMA reads as well.
_MOST_REFERENCES = 200_000
_UTC = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z")
#: Colours of tags, told apart by people who see few colours: Okabe and Ito, Color Universal Design (2008).
_COLOURS = (0xE69F00, 0x56B4E9, 0x009E73, 0xF0E442, 0x0072B2, 0xD55E00, 0xCC79A7)


def write(material: Material, path: Path) -> list[Loss]:
    """Write all documents into the folder ``path``; returns values that XML cannot hold as "changed"."""
    losses: list[Loss] = []
    names = file_names(one.doc_id for one in material.documents)
    colours = {code: _COLOURS[number % len(_COLOURS)] for number, code in enumerate(material.codes)}
    for document, spans in material.by_document():
        # a folder must not be named as a file: "a.xml/b" beside "a"
        name = re.sub(r"(?i)\.(?=(?:xml|txt)/)", "%2E", names[document.doc_id])
        file = path / f"{name}.xml"
        file.parent.mkdir(parents=True, exist_ok=True)
        text = document.text or ""
        # a text that begins with U+FEFF: readers take the first one as a byte order mark
        mark = b"\xef\xbb\xbf" if text.startswith("\ufeff") else b""
        (path / f"{name}.txt").write_bytes(mark + text.encode("utf-8"))
        xml = _file(document, spans, f"{file.name.removesuffix('.xml')}.txt", colours, material.title, losses)
        file.write_bytes(xml.encode("utf-8"))
    return losses


def _file(
    document: Document, spans: list[Span], name: str, colours: dict[str, int], whole: str, losses: list[Loss]
) -> str:
    """The XML of one document."""
    target = f"catma:///{percent(name)}"
    ids = [identifier("instance", document.doc_id, str(number)) for number in range(len(spans))]
    properties = [_properties(span, losses) for span in spans]
    for field in ("title", "lang"):
        value = getattr(document, field)
        if value is not None and value != without_forbidden(value):
            losses.append(Loss("changed", field, _REASON, doc_id=document.doc_id, value=value))
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<TEI xmlns="http://www.tei-c.org/ns/1.0">']
    lines += _header(document, whole)
    lines += ["<encodingDesc>", *_tagsets(spans, properties, colours), "</encodingDesc>", "</teiHeader>", "<text>"]
    for span, id_, known in zip(spans, ids, properties, strict=True):
        lines.append(f'<fs xml:id="{id_}" type="{_tag_id(span)}">')
        lines.append(_f("catma_displaycolor", str(_colour(span, colours))))
        lines += [_f(property_, value) for property_, value in known.items()]
        lines.append("</fs>")
    lines += ["<body>", '<ab type="catma">']
    for start, end, present in _pieces(spans, len(document.text or "")):
        pointer = f'<ptr target="{target}#char={start},{end}" type="inclusion"/>'
        ana = " ".join(f"#{ids[number]}" for number in present)
        lines.append(f'<seg ana="{ana}">{pointer}</seg>' if present else pointer)
    lines += ["</ab>", "</body>", "</text>", "</TEI>", ""]
    return "\n".join(lines)


def _header(document: Document, whole: str) -> list[str]:
    """What TEI and CATMA want of a file, and the document it speaks of, which CATMA does not show."""
    title = without_forbidden(f"{whole}: {document.title or document.doc_id}")
    about = []
    if document.doc_id == without_forbidden(document.doc_id):
        about.append(f'<idno type="doc_id">{_text(document.doc_id)}</idno>')
    if document.title is not None:
        about.append(f"<title>{_text(without_forbidden(document.title))}</title>")
    if document.lang is not None:
        about.append(f"<lang n={_attribute(without_forbidden(document.lang))}/>")
    return [
        "<teiHeader>", "<fileDesc>",
        f"<titleStmt><title>{_text(title)}</title><author>empty</author></titleStmt>",
        "<publicationStmt><publisher>cluetrain-toolkit</publisher></publicationStmt>",
        "<sourceDesc>", "<p>Standoff Markup</p>",
        f'<ab><fs xml:id="CATMA_TECH_DESC">{_f("version", _VERSION)}</fs></ab>',
        f'<ab type="document"><bibl>{"".join(about)}</bibl></ab>',
        "</sourceDesc>", "</fileDesc>",
    ]  # fmt: skip


def _properties(span: Span, losses: list[Loss]) -> dict[str, str]:
    """The properties of an annotation in their order; None is left out."""
    values: dict[str, tuple[str, str]] = {}
    if span.coder is not None:
        values["catma_markupauthor"] = ("coder", span.coder)
    utc = _UTC.fullmatch(span.created or "")
    if utc:
        # CATMA's own form of times (Version.DATETIMEPATTERN); ours as it is stands under "created"
        values["catma_markuptimestamp"] = ("created", f"{utc[1]}.000+0000")
    for field in ("stance", "coder", "kind", "evidence", "created", "note", "codebook_version"):
        value = getattr(span, field)
        if value is not None:
            values[field] = (field, value)
    if span.score is not None:
        values["score"] = ("score", repr(float(span.score)))
    for feature, value in sorted(span.features.items()):
        values[property_name(feature)] = (f"feature_{feature}", value)
    changed = {field for field, value in values.values() if value != without_forbidden(value)}
    changed |= {field for field in ("code", "codebook") if (value := getattr(span, field)) != _kept(value)}
    changed |= {f"feature_{feature}" for feature in span.features if feature != without_forbidden(feature)}
    losses += [Loss.of(span, "changed", field, _REASON) for field in sorted(changed)]
    known = {without_forbidden(name): without_forbidden(value) for name, (_, value) in values.items()}
    if span.quote is not None:
        known[QUOTE] = without_forbidden(span.quote)
    return known


_REASON = "XML cannot hold its control characters; U+FFFD stands in their place"


def _kept(value: str | None) -> str | None:
    return None if value is None else without_forbidden(value)


def _tagsets(spans: list[Span], properties: list[dict[str, str]], colours: dict[str, int]) -> list[str]:
    """A tagset for each codebook and a tag for each of its codes that this document has."""
    tags: dict[str, dict[str, Span]] = {}
    used: dict[str, dict[str, None]] = {}
    for span, known in zip(spans, properties, strict=True):
        tags.setdefault(span.codebook or "", {}).setdefault(span.code, span)
        used.setdefault(_tag_id(span), {}).update(dict.fromkeys(known))
    lines = []
    for codebook in sorted(tags):
        # a blank and a time end the name (TeiTagLibraryDeserializer cuts at the last blank)
        name = _attribute(f"{without_forbidden(codebook)} {_NO_TIME}")
        lines.append(f'<fsdDecl xml:id="{identifier("tagset", codebook)}" n={name}>')
        for code in sorted(tags[codebook]):
            span = tags[codebook][code]
            tag = _tag_id(span)
            lines.append(f'<fsDecl xml:id="{tag}" n="{_NO_TIME}" type="{tag}">')
            lines.append(f"<fsDescr>{_text(without_forbidden(code))}</fsDescr>")
            colour = f"<string>{_colour(span, colours)}</string>"
            lines.append(_declaration(tag, "catma_displaycolor", colour))
            lines += [_declaration(tag, property_, "") for property_ in sorted(used[tag])]
            lines.append("</fsDecl>")
        lines.append("</fsdDecl>")
    return lines


def _declaration(tag: str, name: str, values: str) -> str:
    id_ = identifier("property", tag, name)
    return f'<fDecl xml:id="{id_}" name={_attribute(name)}><vRange><vColl>{values}</vColl></vRange></fDecl>'


def _tag_id(span: Span) -> str:
    return identifier("tag", span.codebook or "", span.code)


def _colour(span: Span, colours: dict[str, int]) -> int:
    """The colour of a tag as Java's signed ARGB integer, opaque (PropertyDefinition, ColorConverter)."""
    return colours.get(span.code, _COLOURS[0]) - 0x1000000


def _pieces(spans: list[Span], length: int) -> list[tuple[int, int, list[int]]]:
    """The text in pieces at every border of an annotation: start, end, numbers of the annotations that cover it."""
    opening: dict[int, list[int]] = {}
    closing: dict[int, list[int]] = {}
    for number, span in enumerate(spans):
        opening.setdefault(span.start, []).append(number)
        closing.setdefault(span.end, []).append(number)
    pieces: list[tuple[int, int, list[int]]] = []
    present: dict[int, None] = {}
    references = 0
    borders = sorted({0, length, *opening, *closing})
    for start, end in pairwise(borders):
        for number in closing.get(start, ()):
            del present[number]
        present.update(dict.fromkeys(opening.get(start, ())))
        references += len(present)
        if references > _MOST_REFERENCES:
            return [(span.start, span.end, [number]) for number, span in enumerate(spans)]
        pieces.append((start, end, list(present)))
    return pieces


def _f(name: str, value: str) -> str:
    return f"<f name={_attribute(name)}><string>{_text(value)}</string></f>"


def _text(value: str) -> str:
    # a carriage return that is not escaped is read as a line feed (XML 1.0, section 2.11)
    return escape(value).replace("\r", "&#13;")


@lru_cache(maxsize=10_000)
def _attribute(value: str) -> str:
    return quoteattr(value)
