"""TEI P5 standoff of CATMA to documents and spans.

What is read of CATMA's form (forTEXT/catma, package ``de.catma.serialization.tei``): ``seg/@ana`` names feature
structures, the pointers in the segment say where, and the structure's ``type`` names its tag. A tag's name is the code,
the tagset's name the codebook; the author, times and properties of an instance become our fields where they plainly are
those (:data:`~toolkit.exchange.formats.tei.names.FIELD_OF`) and else features. Beyond those: feature ``parent`` (the
tags above this one, outermost first), feature ``collection`` (the title of a file that CATMA wrote). Pointers outside
of segments only repeat the text. Pointers of both styles are read: ``#char=0,16`` (RFC 5147; CATMA since version 3) and
``#range( /.0, /.16)`` (before).
"""

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.errors import InputError
from toolkit.exchange.formats.tei.names import FIELD_OF, QUOTE, TEI, feature_name, first_of, without_forbidden
from toolkit.exchange.formats.tei.tags import Tag, properties_of, tags_of
from toolkit.exchange.formats.tei.texts import Beside
from toolkit.exchange.formats.tei.tree import tree_of
from toolkit.exchange.model import FIELDS, Choices, Document, Found, Loss, Span
from toolkit.exchange.names import documents_in

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["read"]

#: How many pairs of annotation and pointer one file may name: 10,000 annotations cut into 100 pieces each.
_MOST_PAIRS = 1_000_000
_ID = "{http://www.w3.org/XML/1998/namespace}id"
_POINTER = re.compile(
    r"(?P<file>[^#]*)#\s*(?:char=(?P<start>\d{1,15}),(?P<end>\d{1,15})"
    r"|range\(\s*/\.(?P<from>\d{1,15})\s*,\s*/\.(?P<to>\d{1,15})\s*\))\s*"
)
#: In the order in which CATMA files are most likely to count: see tei_write for why not in UTF-16.
_UNITS = ("codepoint", "utf16")


def read(path: Path, choices: Choices) -> Found:
    """One TEI file, or all of a folder with its subfolders.

    The text of a file is looked for as :mod:`~toolkit.exchange.formats.tei.texts` says. Raises :class:`InputError`
    where no file can be read, with the first one's reason.
    """
    folder = path if path.is_dir() else path.parent
    files = [file for _, file in documents_in(path, (".xml", ".tei"))] if path.is_dir() else [path]
    documents: dict[str, Document] = {}
    spans: list[Span] = []
    losses: list[Loss] = []
    problems: list[InputError] = []
    for file in files:
        place = file.relative_to(folder).as_posix()
        try:
            one = _Collection(file, place, Beside(file, folder, path, choices.texts), choices)
        except InputError as error:
            problems.append(error)
            reason = str(error).removeprefix(f"{file}: ").rstrip(".")
            losses.append(Loss("refused", "document", reason, place))
            continue
        other = set()
        for document in one.documents:
            before = documents.get(document.doc_id)
            if before is None or (before.text is None and document.text is not None):
                documents[document.doc_id] = document
            elif document.text is not None and document.text != before.text:
                count = sum(span.doc_id == document.doc_id for span in one.spans)
                reason = f"its text is not that of {before.place}, which has the same name; {count:,} annotations"
                losses.append(Loss("refused", "document", reason, place, document.doc_id))
                other.add(document.doc_id)
        spans += [span for span in one.spans if span.doc_id not in other]
        losses += one.losses
    if len(problems) == len(files):
        raise problems[0]
    return Found(list(documents.values()), spans, losses, _UNITS, without_forbidden)


class _Collection:
    """One file: an annotation collection."""

    def __init__(self, file: Path, place: str, beside: Beside, choices: Choices) -> None:
        self.place, self.choices = place, choices
        self.losses: list[Loss] = []
        self.spans: list[Span] = []
        root = tree_of(file)
        about = root.find(f"{TEI}teiHeader/{TEI}fileDesc/{TEI}sourceDesc/{TEI}ab[@type='document']/{TEI}bibl")
        self.ours = about is not None
        doc_id = _content(about, "idno") if about is not None else None
        title = _content(about, "title") if about is not None else None
        collection = root.findtext(f"{TEI}teiHeader/{TEI}fileDesc/{TEI}titleStmt/{TEI}title")
        self.collection = None if self.ours or collection in (None, "", "empty") else collection
        lang = root.find(f"{TEI}teiHeader/{TEI}profileDesc/{TEI}langUsage/{TEI}language[@ident]")
        of_ours = about.find(f"{TEI}lang[@n]") if about is not None else None
        language = of_ours.get("n") if of_ours is not None else lang.get("ident") if lang is not None else None

        self.tags = tags_of(root, place, self.losses)
        self.structures = {one.get(_ID, ""): one for one in root.iter(f"{TEI}fs")}
        ranges = self._ranges(root)
        targets = dict.fromkeys(target for _, target in ranges)
        targets.update(dict.fromkeys(_targets(root) if not targets else ()))
        self.documents: list[Document] = []
        by_target: dict[str, str] = {}
        for target in targets or ("",):
            found = beside.text(target, alone=len(targets) < 2, doc_id=doc_id)
            by_target[target] = found.doc_id
            self.documents.append(Document(found.doc_id, found.text, language, title, place))
            if found.text is None:
                self.losses.append(Loss("refused", "text", found.problem, place, found.doc_id))
        self._read_instances(ranges, by_target)
        self._lost(root)

    def _ranges(self, root: "etree._Element") -> dict[tuple[str, str], list[tuple[int, int, int]]]:
        """The pieces (start, end, line) of each annotation (id and file pointed to) in their order."""
        ranges: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
        pairs = 0
        for segment in root.iter(f"{TEI}seg"):
            named = (segment.get("ana") or "").split()
            if not named:
                continue
            pointers = segment.findall(f"{TEI}ptr")
            if not pointers:
                self._refused(segment, "the segment has no pointer into the text")
            pairs += len(named) * len(pointers)
            if pairs > _MOST_PAIRS:
                raise InputError(f"{self.place}: its segments name more than {_MOST_PAIRS:,} annotations; divide it.")
            for pointer in pointers:
                match = _POINTER.fullmatch(pointer.get("target") or "")
                if match is None:
                    got = (pointer.get("target") or "")[-60:]
                    self._refused(pointer, f"the pointer {got!r} is not '#char=START,END'")
                    continue
                start, end = int(match["start"] or match["from"]), int(match["end"] or match["to"])
                for name in named:
                    if name.startswith("#"):
                        piece = (start, end, pointer.sourceline or 0)
                        ranges.setdefault((name[1:], match["file"].strip()), []).append(piece)
                    else:
                        self._refused(segment, f"'{name[:60]}' in its ana points to no annotation of this file")
        return ranges

    def _read_instances(
        self, ranges: dict[tuple[str, str], list[tuple[int, int, int]]], by_target: dict[str, str]
    ) -> None:
        """The spans of all annotations: one for each stretch without a gap."""
        for (name, target), pieces in ranges.items():
            line = pieces[0][2]
            structure = self.structures.get(name)
            if structure is None:
                self._refused(line, f"the annotation '{name[:60]}' that a segment names is not in the file")
                continue
            tag, old = self._tag(structure)
            if tag is None or not tag.code:
                kind = (structure.get("type") or "")[:60]
                self._refused(line, f"its tag '{kind}' is not declared, or has no name")
                continue
            if self.choices.layers and tag.tagset not in self.choices.layers:
                continue
            whole = [one for one in _joined(pieces) if one[0] != one[1]]
            for start, end, at in _joined(pieces):
                if start == end:
                    reason = f"nothing stands between {start} and {end}"
                    self.losses.append(Loss("lost", "annotation", reason, self._at(at), code=tag.code))
            said = {} if old else properties_of(structure, tag, self._at(line), self.losses)
            if len(whole) > 1 and not old:
                reason = f"its {len(whole)} separate stretches are rows of their own"
                self.losses.append(Loss("changed", "annotation", reason, self._at(line), code=tag.code))
            for start, end, at in whole:
                self.spans.append(self._span(by_target[target], start, end, tag, said, at, len(whole) == 1))

    def _tag(self, structure: "etree._Element") -> tuple[Tag | None, bool]:
        """The tag of an annotation; and whether it is of the form before version 3, where segments name tags."""
        if structure.get("type") == "catma_tag":
            for f in structure.iterfind(f"{TEI}f[@name='catma_tagname']"):
                return Tag("".join(f.itertext()).strip(), None, None, {}), True
        return self.tags.get(structure.get("type") or ""), False

    def _span(self, doc_id: str, start: int, end: int, tag: Tag, said: dict[str, str], line: int, alone: bool) -> Span:
        fields: dict[str, str | float] = {}
        chosen = first_of(said)
        for field, name in chosen.items():
            value = _number(said[name]) if field == "score" else said[name]
            if value is not None:
                fields[field] = value
        taken = {name for field, name in chosen.items() if field in fields}
        features = {
            feature_name(name): value
            for name, value in said.items()
            if name not in taken and name != QUOTE and not _repeated(name, value, fields)
        }
        if tag.parent:
            features.setdefault("parent", tag.parent)
        if self.collection:
            features.setdefault("collection", self.collection)
        quote = said.get(QUOTE) if alone else None
        known = {field: fields[field] for field in FIELDS if field in fields}
        return Span(doc_id, start, end, tag.code, quote, tag.tagset, features=features, place=self._at(line), **known)  # type: ignore[arg-type]

    def _lost(self, root: "etree._Element") -> None:
        """What the file holds beyond annotations."""
        if not self.ours and any(tag.colour for tag in self.tags.values()):
            self.losses.append(Loss("lost", "colour", "colours of tags have no place in a table", self.place))
        used = {name[1:] for one in root.iter(f"{TEI}seg") for name in (one.get("ana") or "").split()}
        for name, structure in self.structures.items():
            if structure.get("type") in self.tags and name not in used:
                self._refused(structure, "no segment says where the annotation stands")
        marked: dict[str, int] = {}
        for pointer in root.iter(f"{TEI}ptr"):
            parent = pointer.getparent()
            if parent is not None and parent.tag not in (f"{TEI}ab", f"{TEI}seg", f"{TEI}body"):
                name = str(parent.tag).rpartition("}")[2]
                marked[name] = marked.get(name, 0) + 1
        for name, count in marked.items():
            reason = f"{count:,} pointers of structure (<{name}>) are no annotations"
            self.losses.append(Loss("lost", "structure", reason, self.place))

    def _at(self, line: int) -> str:
        return f"{self.place}, line {line}"

    def _refused(self, where: "etree._Element | int", reason: str) -> None:
        line = where if isinstance(where, int) else where.sourceline or 0
        self.losses.append(Loss("refused", "annotation", reason, self._at(line)))


def _content(parent: "etree._Element", name: str) -> str | None:
    """The text of a child, or None where there is no such child."""
    child = parent.find(f"{TEI}{name}")
    return None if child is None else "".join(child.itertext())


def _targets(root: "etree._Element") -> Iterator[str]:
    """The files that pointers name, where nothing is annotated."""
    for pointer in root.iter(f"{TEI}ptr"):
        match = _POINTER.fullmatch(pointer.get("target") or "")
        if match:
            yield match["file"].strip()


def _joined(pieces: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Pieces that touch or overlap as one: an annotation is cut wherever another one begins or ends.

    >>> _joined([(0, 4, 1), (4, 9, 2), (12, 13, 3)])
    [(0, 9, 1), (12, 13, 3)]
    """
    joined: list[tuple[int, int, int]] = []
    for start, end, line in sorted(pieces):
        if joined and start <= joined[-1][1] and start < end and joined[-1][0] < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]), joined[-1][2])
        else:
            joined.append((start, end, line))
    return joined


def _number(value: str) -> float | None:
    """A score, or None for what is no finite number."""
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _repeated(name: str, value: str, fields: dict[str, str | float]) -> bool:
    """Is this CATMA's own copy of what a field says: its author beside our coder, its time beside ours?"""
    field = FIELD_OF.get(name) if name.startswith("catma_") else None
    said = fields.get(field or "")
    return isinstance(said, str) and (said == value or f"{said.removesuffix('Z')}.000+0000" == value)
