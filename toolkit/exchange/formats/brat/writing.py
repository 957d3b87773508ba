"""Writing brat standoff; :mod:`toolkit.exchange.formats.brat` says how."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from toolkit.exchange.codebooks.brat_conf import annotation_conf, visual_conf
from toolkit.exchange.codebooks.brat_names import decode, encode_type, encode_value, fragments_of, one_line
from toolkit.exchange.codebooks.draft import CodebookDraft, CodeDraft, draft_of
from toolkit.exchange.model import Document, Loss, Material, Span
from toolkit.exchange.names import file_names
from toolkit.tables.columns import STANCES

__all__ = ["DOCUMENTS", "FIELDS_NOTE", "RESERVED", "write"]

#: The file that says language and title of documents.
DOCUMENTS = "documents.jsonl"
#: The type of the note that holds what brat has no place for.
FIELDS_NOTE = "Toolkit"
#: Names of attributes, in small letters, that are fields of ours; ``annotator`` as other programs call the coder.
RESERVED = {"stance": "stance", "coder": "coder", "annotator": "coder", "kind": "kind"}
#: Further columns whose names and values read well as attributes are written as such, the others in the note.
_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")
_VALUE = re.compile(r"[\w.-]{1,60}")
#: Endings of files that we write.
_ENDING = re.compile(r"(?i)\.(ann|txt|conf|jsonl)$")
_REST = ("codebook", "codebook_version", "score", "evidence", "created")
_NOTHING_LEFT = "brat has no annotation that holds nothing but line ends and tabs"


def write(material: Material, path: Path) -> list[Loss]:
    """All documents into an empty folder, with annotation.conf, visual.conf and documents.jsonl."""
    texts = {one.doc_id: one.text or "" for one in material.documents}
    held, losses = [], []
    for span in material.spans:
        if fragments_of(texts[span.doc_id], span.start, span.end):
            held.append(span)
        else:
            losses.append(Loss.of(span, "lost", "annotation", _NOTHING_LEFT))
    names = {doc_id: _no_files(name) for doc_id, name in file_names(texts).items()}
    flags = _flags(held)
    described = []
    for document, spans in replace(material, spans=held).by_document():
        text = texts[document.doc_id]
        file = path / f"{names[document.doc_id]}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8"))
        lines = _lines(text, spans, flags)
        (path / f"{names[document.doc_id]}.ann").write_bytes("".join(lines).encode("utf-8"))
        if document.lang is not None or document.title is not None:
            described.append(_described(document))
    if described:
        (path / DOCUMENTS).write_bytes("".join(described).encode("utf-8"))
    draft = _draft(material, held)
    attributes = _attributes(held, draft, flags)
    (path / "annotation.conf").write_bytes(annotation_conf(draft, attributes).encode("utf-8"))
    (path / "visual.conf").write_bytes(visual_conf(draft).encode("utf-8"))
    return losses


def _no_files(name: str) -> str:
    """A path none of whose folders is called as a file here; the point of the ending is written as in URLs."""
    *folders, last = name.split("/")
    return "/".join([*(_ENDING.sub(r"%2E\1", folder) for folder in folders), last])


def _lines(text: str, spans: Iterable[Span], flags: set[str]) -> list[str]:
    """The lines of a document's .ann: each annotation with its attributes and notes."""
    lines: list[str] = []
    attributes = notes = 0
    for number, span in enumerate(spans, 1):
        fragments = fragments_of(text, span.start, span.end)
        places = ";".join(f"{start} {end}" for start, end in fragments)
        quote = " ".join(text[start:end] for start, end in fragments)
        lines.append(f"T{number}\t{encode_type(span.code)} {places}\t{quote}\n")
        shown, rest = _divided(span, flags)
        if (fragments[0][0], fragments[-1][1]) != (span.start, span.end):
            rest["span"] = [span.start, span.end]
        for name, value in shown:
            attributes += 1
            lines.append(f"A{attributes}\t{name} T{number}{value}\n")
        note = one_line(span.note or "").strip()
        if note:
            notes += 1
            lines.append(f"#{notes}\tAnnotatorNotes T{number}\t{note}\n")
        if span.note is not None and note != span.note:
            rest["note"] = span.note
        if rest:
            notes += 1
            lines.append(f"#{notes}\t{FIELDS_NOTE} T{number}\t{json.dumps(rest)}\n")
    return lines


def _divided(span: Span, flags: set[str]) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """What brat shows as attributes (name, blank and value), and what goes into the note."""
    fields = (("Stance", span.stance), ("Coder", span.coder), ("Kind", span.kind))
    shown = [(name, f" {encode_value(value)}") for name, value in fields if value is not None]
    rest: dict[str, Any] = {name: getattr(span, name) for name in _REST if getattr(span, name) is not None}
    features = {}
    for name, value in sorted(span.features.items()):
        if name in flags:
            shown.append((name, ""))
        elif _as_attribute(name, value):
            shown.append((name, f" {value}"))
        else:
            features[name] = value
    return shown, rest | ({"features": features} if features else {})


def _as_attribute(name: str, value: str) -> bool:
    if name.lower() in RESERVED or not _ATTRIBUTE.fullmatch(name) or not _VALUE.fullmatch(value):
        return False
    return decode(name) == name and decode(value) == value


def _flags(spans: Iterable[Span]) -> set[str]:
    """Further columns that say "true" or nothing: attributes without value, as brat has them."""
    values: dict[str, set[str]] = {}
    for span in spans:
        for name, value in span.features.items():
            values.setdefault(name, set()).add(value)
    return {name for name, given in values.items() if given == {"true"} and _as_attribute(name, "true")}


def _attributes(spans: Sequence[Span], draft: CodebookDraft, flags: set[str]) -> dict[str, list[str]]:
    """The attributes for annotation.conf with their values, none for flags."""
    defined = [one.id for one in draft.stances] or list(STANCES)
    used = sorted({one.stance for one in spans if one.stance is not None and one.stance not in defined})
    found = {"Stance": [encode_value(one) for one in [*defined, *used]]}
    found["Coder"] = [encode_value(one) for one in sorted({one.coder for one in spans if one.coder is not None})]
    found["Kind"] = ["human", "machine"]
    features: dict[str, set[str]] = {}
    for span in spans:
        for name, value in span.features.items():
            if name in flags or _as_attribute(name, value):
                features.setdefault(name, set()).add(value)
    listed = {name: [] if name in flags else sorted(features[name]) for name in sorted(features)}
    return {name: values for name, values in found.items() if values} | listed


def _draft(material: Material, spans: Sequence[Span]) -> CodebookDraft:
    """The codebook as a draft, with the codes used that are not in it."""
    book = material.codebook
    if book is None:
        draft = CodebookDraft(id="", title=material.title, codes=())
    else:
        draft = draft_of(book, "en" if "en" in book.languages else book.languages[0])
    further = {one.code for one in spans} - {one.id for one in draft.codes}
    codes = tuple(CodeDraft(code, code) for code in material.codes if code in further)
    return replace(draft, codes=draft.codes + codes)


def _described(document: Document) -> str:
    row = {"doc_id": document.doc_id, "lang": document.lang, "title": document.title}
    return json.dumps({name: value for name, value in row.items() if value is not None}, ensure_ascii=True) + "\n"
