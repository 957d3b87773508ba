"""REFI-QDA projects, written: ``project.qde`` and one text per document.

Where our columns stand, so that users of QDA programs see them and a way back finds them:

- each annotation is a ``PlainTextSelection`` of its own, named by its text (cut at 100 signs, as in ATLAS.ti);
- ``code``: a ``Coding`` with the code's id as name; the codebook's names and definitions are its description, and
  its groups are folders of codes;
- ``stance``: a second ``Coding`` of the same selection with a code of the folder "stance" (endorses, breach ...);
- ``coder``: a ``User``; ``created``: the ``creationDateTime`` of the coding, where it is an ``xsd:dateTime``;
- ``note``: the comment of the selection. Below it, as lines, what has no attribute (score, evidence, kind where it is
  "machine", further columns, values that XML or a program would change, and the stance, where the same coder gave other
  codes at the same place another one): see :mod:`toolkit.exchange.formats.refi_qda.fields`. The first two lines name
  the code and the coder that the others speak of;
- ``codebook`` and ``codebook_version`` are lines in the comment of the project, as most annotations have them;
- ``doc_id``: the source's name; ``lang`` and ``title``: variables of the source.

Texts are plain (no DOCX: only styled text needs one, section 9.1.3). The same annotations give the same bytes: GUIDs
come from the content, and the ZIP is dated 1980-01-01, the first day it can name.
"""

import re
import zipfile
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.exchange.formats.refi_qda.codes import STANCE, stance_guid
from toolkit.exchange.formats.refi_qda.fields import NAME_LENGTH, ORIGIN, clean, comment_of, guid_of, natural
from toolkit.exchange.model import FEATURE, Document, Loss, Material, Span
from toolkit.files import sha256_text
from toolkit.tables.columns import STANCES

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["XML_SPACE", "write"]

#: The namespace of projects (section 5.3).
XML_SPACE = "urn:QDA-XML:project:1.0"
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-](0\d|1[0-3]):[0-5]\d)?")
_ABOUT = "Annotations written by cluetrain-toolkit; the lines below are read back by it."
#: Said in files with such texts, as no program says which it takes (see the package's description).
_LINE_ENDS = (
    "Positions count Unicode code points; some texts have CR LF line ends, which count two here. ATLAS.ti counts one:"
    " in it, codings of these texts stand too late by one character for each line end before them."
)
#: Fields that a line of the project says for all annotations that do not say otherwise.
_SHARED = ("codebook", "codebook_version")


def write(material: Material, path: Path) -> list[Loss]:
    """A .qdpx that validates against Project.xsd; everything in the table has a place in it, so no losses."""
    from lxml import etree

    texts: list[tuple[str, str]] = []
    root = _project(material, texts)
    etree.indent(root)
    data = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    with zipfile.ZipFile(path, "w") as archive:
        _put(archive, "project.qde", data)
        for name, text in texts:
            # a text that begins with U+FEFF gets a byte order mark before it, which readers take off
            mark = "\ufeff" if text.startswith("\ufeff") else ""
            _put(archive, f"sources/{name}", (mark + text).encode("utf-8"))
    return []


def _put(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    member.compress_type = zipfile.ZIP_DEFLATED
    member.create_system = 3
    member.external_attr = 0o644 << 16
    archive.writestr(member, data)


def _project(material: Material, texts: list[tuple[str, str]]) -> "etree._Element":
    from lxml import etree

    root = etree.Element(f"{{{XML_SPACE}}}Project", nsmap={None: XML_SPACE})
    root.set("name", clean(material.title) or "annotations")
    root.set("origin", ORIGIN)
    if material.coders:
        users = _in(root, "Users")
        for coder in material.coders:
            _in(users, "User", guid=guid_of("user", coder), name=clean(coder))
    _codebook(root, material)
    known = {name: guid_of("variable", name) for name in ("lang", "title")}
    used = [name for name in known if any(natural(getattr(one, name) or "") for one in material.documents)]
    if used:
        variables = _in(root, "Variables")
        for name in used:
            _in(variables, "Variable", guid=known[name], name=name, typeOfVariable="Text")
    shared = _shared(material.spans)
    if material.documents:
        sources = _in(root, "Sources")
        for document, spans in material.by_document():
            _source(sources, document, spans, shared, known, texts)
    two = any("\r\n" in (one.text or "") for one in material.documents)
    about = f"{_LINE_ENDS}\n{_ABOUT}" if two else _ABOUT
    _in(root, "Description").text = comment_of(about, shared | {"kind": "human"})
    return root


def _in(parent: "etree._Element", name: str, /, **attributes: str) -> "etree._Element":
    from lxml import etree

    return etree.SubElement(parent, f"{{{XML_SPACE}}}{name}", attributes)


def _shared(spans: Any) -> dict[str, str | None]:
    """What most annotations say of :data:`_SHARED`."""
    shared: dict[str, str | None] = {}
    for name in _SHARED:
        counts = Counter(getattr(span, name) for span in spans)
        # among equals the first in the alphabet, so that the same table gives the same file
        shared[name] = min(counts, key=lambda value: (-counts[value], str(value))) if counts else None
    return {name: value for name, value in shared.items() if value is not None}


def _codebook(root: "etree._Element", material: Material) -> None:
    """The codes: those of the codebook in folders by group, those used besides, and the stances."""
    from toolkit.codebook.schema import in_language

    book = material.codebook
    stances = sorted({span.stance for span in material.spans if span.stance in STANCES}, key=STANCES.index)
    known = {code.id: code for code in book.codes} if book else {}
    others = [code for code in material.codes if code not in known]
    if not (known or others or stances):
        return
    lang = _language(material)
    codes = _in(_in(root, "CodeBook"), "Codes")
    folders: dict[str, Any] = {}
    for group in book.groups if book else ():
        if any(code.group == group.id for code in known.values()):
            about = _about(in_language(group.name, lang), in_language(group.definition, lang))
            folders[group.id] = _code(codes, guid_of("group", group.id), group.id, about, False)
    for code in known.values():
        about = _about(in_language(code.name, lang), in_language(code.definition, lang))
        folder = folders.get(code.group or "", codes)
        _code(folder, guid_of("code", code.id), code.id, about)
    for name in others:
        _code(codes, guid_of("code", name), name)
    if stances:
        says: dict[str, Any] = {stance.id: stance for stance in book.stances} if book else {}
        folder = _code(codes, guid_of("folder", STANCE), STANCE, "", False)
        for stance in stances:
            text = says.get(stance)
            about = _about(in_language(text.name, lang), in_language(text.definition, lang)) if text else ""
            _code(folder, stance_guid(stance), stance, about)


def _language(material: Material) -> str:
    """The commonest language of the documents that the codebook is written in; else its first."""
    languages = material.codebook.languages if material.codebook else ()
    counts = Counter(one.lang for one in material.documents if one.lang in languages)
    found = counts.most_common(1)
    return str(found[0][0]) if found else (languages[0] if languages else "en")


def _about(name: str, definition: str) -> str:
    return "\n".join(filter(None, (name, definition)))


def _code(parent: "etree._Element", guid: str, name: str, about: str = "", codable: bool = True) -> "etree._Element":
    code = _in(parent, "Code", guid=guid, name=clean(name), isCodable="true" if codable else "false")
    if about:
        _in(code, "Description").text = clean(about)
    return code


def _source(
    sources: "etree._Element", document: Document, spans: list[Span], shared: dict[str, str | None],
    variables: dict[str, str], texts: list[tuple[str, str]],
) -> None:  # fmt: skip
    text = document.text or ""
    guid = guid_of("source", document.doc_id, sha256_text(text))
    file = f"{guid_of(guid, 'text')}.txt"
    texts.append((file, text))
    source = _in(sources, "TextSource", guid=guid, name=clean(document.doc_id), plainTextPath=f"internal://{file}")
    hidden: dict[str, str | None] = {}
    if not natural(document.doc_id):
        hidden["doc_id"] = document.doc_id
    values = {"lang": document.lang, "title": document.title}
    hidden |= {name: value for name, value in values.items() if value is not None and not natural(value)}
    if hidden:
        _in(source, "Description").text = comment_of("", hidden)
    seen: Counter[str] = Counter()
    stances: dict[tuple[int, int, str | None], set[str | None]] = {}
    for span in spans:
        stances.setdefault((span.start, span.end, span.coder), set()).add(span.stance)
    for span in spans:
        _selection(source, span, shared, seen, len(stances[span.start, span.end, span.coder]) > 1)
    for name, value in values.items():
        if value is not None and name not in hidden:
            holder = _in(source, "VariableValue")
            _in(holder, "VariableRef", targetGUID=variables[name])
            _in(holder, "TextValue").text = value


def _selection(
    source: "etree._Element", span: Span, shared: dict[str, str | None], seen: Counter[str], several: bool
) -> None:
    """One annotation. ``several``: its coder gave this place different stances."""
    place = guid_of(source.get("guid"), span.start, span.end, span.code, span.coder, span.stance)
    seen[place] += 1
    number = seen[place]
    guid = guid_of(place, number)
    attributes = {"guid": guid, "startPosition": str(span.start), "endPosition": str(span.end)}
    hidden = _hidden(span, shared)
    name = _name(span, hidden)
    if name:
        attributes["name"] = name
    by: dict[str, str] = {}
    if span.coder is not None:
        by["creatingUser"] = guid_of("user", span.coder)
    if span.created is not None and "created" not in hidden:
        by["creationDateTime"] = span.created
    selection = _in(source, "PlainTextSelection", **attributes, **by)
    if several:
        # programs that take codings apart (QualCoder, refi.py) would leave no other way to tell whose stance is which
        hidden["stance"] = span.stance
    if hidden or not natural(span.code) or not natural(span.coder or "-"):
        hidden = {"code": span.code, "coder": span.coder} | hidden
    note = span.note if span.note is not None and "note" not in hidden else ""
    comment = comment_of(note, hidden)
    if comment:
        _in(selection, "Description").text = comment
    coding = _in(selection, "Coding", guid=guid_of(guid, "code"), **by)
    _in(coding, "CodeRef", targetGUID=guid_of("code", span.code))
    if span.stance in STANCES:
        coding = _in(selection, "Coding", guid=guid_of(guid, "stance"), **by)
        _in(coding, "CodeRef", targetGUID=stance_guid(str(span.stance)))


def _hidden(span: Span, shared: dict[str, str | None]) -> dict[str, str | None]:
    """What stands in the lines of the comment."""
    hidden: dict[str, str | None] = {}
    if span.kind != "human":
        hidden["kind"] = span.kind
    if span.score is not None:
        hidden["score"] = repr(float(span.score))
    if span.evidence is not None:
        hidden["evidence"] = span.evidence
    if span.created is not None and not _is_date_time(span.created):
        hidden["created"] = span.created
    if span.note is not None and not natural(span.note, lines=True):
        hidden["note"] = span.note
    for name in _SHARED:
        value = getattr(span, name)
        if value != shared.get(name):
            hidden[name] = value
    return hidden | {f"{FEATURE}{name}": value for name, value in sorted(span.features.items())}


def _name(span: Span, hidden: dict[str, str | None]) -> str:
    """The selection's name: what a person called it in another program, else its text on one line, cut."""
    given = span.features.get("name", "")
    said = " ".join(clean(span.quote or "").split())
    if natural(given) and not given.endswith("…") and "".join(given.split()) != "".join(said.split()):
        del hidden[f"{FEATURE}name"]
        return given
    return said if len(said) <= NAME_LENGTH else said[: NAME_LENGTH - 1] + "…"


def _is_date_time(text: str) -> bool:
    """Is it an xsd:dateTime that every validator takes (XML Schema 2, section 3.2.7)?"""
    if not _DATE_TIME.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
