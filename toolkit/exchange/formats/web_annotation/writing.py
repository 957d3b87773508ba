"""Our table as an AnnotationCollection of the Web Annotation Data Model with one page.

A row is an annotation: the code a TextualBody with the purpose "tagging", the stance one for "classifying", the note
one for "commenting"; the coder its creator (a Person, or Software for kind "machine"); the place a SpecificResource
with a TextPositionSelector (Unicode code points, end exclusive: sections 4.2.4 and 4.2.5) and a TextQuoteSelector. What
the model has no term for stands under terms of our own, declared in the context. The texts stand beside the file.
"""

import json
import uuid
from pathlib import Path
from typing import Any

from toolkit.exchange.formats.web_annotation.terms import CONTEXT, GENERATOR, is_utc, source_of, urn
from toolkit.exchange.model import Loss, Material, Span

__all__ = ["write"]

#: Characters before and after a quote that are told with it: as many as Hypothes.is does (hypothesis/client,
#: annotator/anchoring/types: contextLen); the model names no number.
_AROUND = 32
_AGENTS = {"human": "Person", "machine": "Software"}


def write(material: Material, path: Path) -> list[Loss]:
    """Write the collection; nothing is lost."""
    texts = {one.doc_id: one.text or "" for one in material.documents}
    sources = {one.doc_id: source_of(one.doc_id) for one in material.documents}
    seen: dict[str, int] = {}
    items = []
    for span in material.spans:
        item = _annotation(span, texts[span.doc_id], sources[span.doc_id])
        said = json.dumps(item, ensure_ascii=False)
        # the same row twice is two annotations
        number = seen[said] = seen.get(said, 0) + 1
        id_ = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{number} {said}')}"
        items.append(f'{{"id": "{id_}", {said[1:]}')
    head = {
        "@context": CONTEXT,
        "id": urn("collection", material.title),
        "type": "AnnotationCollection",
        "label": material.title,
        "generator": GENERATOR,
        "total": len(items),
        "documents": [_described(sources[one.doc_id], one.lang, one.title) for one in material.documents],
    }
    page = {
        "id": urn("page", material.title),
        "type": "AnnotationPage",
        "partOf": urn("collection", material.title),
        "startIndex": 0,
    }
    lines = ",\n".join(items)
    first = f'{json.dumps(page, ensure_ascii=False)[:-1]}, "items": [\n{lines}\n]}}'
    path.write_text(
        f'{json.dumps(head, ensure_ascii=False, indent=1)[:-2]},\n "first": {first}\n}}\n', encoding="utf-8", newline=""
    )
    return []


def _described(source: str, lang: str | None, title: str | None) -> dict[str, str]:
    """A document: section 3.2.1, External Web Resources."""
    said = {"id": source, "type": "Text", "format": "text/plain", "language": lang, "title": title}
    return {name: value for name, value in said.items() if value is not None}


def _annotation(span: Span, text: str, source: str) -> dict[str, Any]:
    """An annotation without its id."""
    tag = {
        "type": "TextualBody",
        "purpose": "tagging",
        "value": span.code,
        "codebook": span.codebook,
        "codebookVersion": span.codebook_version,
    }
    bodies: list[dict[str, Any]] = [{name: value for name, value in tag.items() if value is not None}]
    if span.stance is not None:
        bodies.append({"type": "TextualBody", "purpose": "classifying", "value": span.stance})
    if span.note is not None:
        bodies.append({"type": "TextualBody", "purpose": "commenting", "format": "text/plain", "value": span.note})
    item: dict[str, Any] = {"type": "Annotation", "motivation": "tagging", "body": bodies}
    agent = _AGENTS.get(span.kind or "")
    creator = {"type": agent, "name": span.coder}
    if agent or span.coder is not None:
        item["creator"] = {name: value for name, value in creator.items() if value is not None}
    if span.kind is not None and not agent:
        item["kind"] = span.kind
    if span.created is not None:
        item["created" if is_utc(span.created) else "createdText"] = span.created
    if span.score is not None:
        item["score"] = float(span.score)
    if span.evidence is not None:
        item["evidence"] = span.evidence
    if span.features:
        item["features"] = [{"name": name, "value": value} for name, value in sorted(span.features.items())]
    item["target"] = {
        "type": "SpecificResource",
        "source": source,
        "selector": [
            {"type": "TextPositionSelector", "start": span.start, "end": span.end},
            {
                "type": "TextQuoteSelector",
                "exact": text[span.start : span.end],
                "prefix": text[max(0, span.start - _AROUND) : span.start],
                "suffix": text[span.end : span.end + _AROUND],
            },
        ],
    }
    return item
