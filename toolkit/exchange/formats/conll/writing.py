"""CoNLL columns as written here: a word, a tab, and a tag of IOB2 in the last column; the rest of it in comments.

::

    # global.columns = FORM IOB2:2 IOB2:1⇥O

    # newdoc id = es/uno⇥O

    # document = {"text": "La voz humana", "annotations": [{"start": 3, "end": 6, "code": "voz", "layer": 1, ...}]}⇥O

    La⇥O⇥O
    voz⇥O⇥B-voz
    humana⇥O⇥O

Overlapping annotations need more columns, each further one left of the last, so that programs that look at the last
column (spaCy, Flair, CoNLL-2003 tools) see the first layer. Comments end in a tab and ``O`` and stand between blank
lines, because many readers know no comments: doccano (data_import/pipeline/parsers.py, CoNLLParser) refuses a file with
a line that is not two columns, and spaCy's converter (training/converters/conll_ner_to_docs.py) takes the last column
of everything as a tag. To these a comment is a word that means nothing; it does not spoil the file. ``global.columns``
and ``newdoc id`` are those of CoNLL-U Plus.

No blank line stands inside an annotation, so that all readers see it whole. Stretches of white space have no token:
they stand in the comment alone.
"""

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from toolkit.exchange.formats.conll.tags import layers_of, tag_of
from toolkit.exchange.model import FIELDS, Document, Loss, Material, Span
from toolkit.exchange.segments import sentences_of, tokens_of

__all__ = ["tokens_within", "write"]

#: Line ends of Unicode and controls, which JSON allows in strings and at which some readers end a line.
_LINE_ENDS = re.compile(r"[\x7f-\x9f\u2028\u2029]")


def write(material: Material, path: Path) -> list[Loss]:
    """Write a file of columns; every value goes in."""
    bodies = []
    for document, spans in material.by_document():
        text = document.text or ""
        tokens = tokens_of(text, [at for span in spans for at in (span.start, span.end)])
        starts, ends = [start for start, _ in tokens], [end for _, end in tokens]
        within = [tokens_within(starts, ends, span.start, span.end) for span in spans]
        bodies.append((document, spans, tokens, within, layers_of(within)))
    depth = max((layer or 1 for *_, layers in bodies for layer in layers), default=1)
    columns = " ".join(["FORM", *(f"IOB2:{layer}" for layer in range(depth, 0, -1))])
    blocks = [_comment("global.columns", columns)]
    for document, spans, tokens, within, layers in bodies:
        blocks.append(_comment("newdoc id", _plain(document.doc_id)))
        blocks.append(_comment("document", _details(document, spans, layers)))
        blocks += _sentences(document.text or "", tokens, _columns(spans, len(tokens), within, layers, depth), within)
    path.write_bytes(("\n\n".join(blocks) + "\n").encode("utf-8"))
    return []


def tokens_within(starts: Sequence[int], ends: Sequence[int], start: int, end: int) -> tuple[int, int] | None:
    """The first and the last token between two positions, None where there is none."""
    first, last = bisect_left(starts, start), bisect_right(ends, end) - 1
    return (first, last) if first <= last else None


def _comment(key: str, value: str) -> str:
    return f"# {key} = {value}\tO"


def _plain(doc_id: str) -> str:
    """The id as it is, or as a JSON string where a line could not hold it or would trim it."""
    plain = doc_id.isprintable() and doc_id == doc_id.strip() and doc_id and not doc_id.startswith('"')
    return doc_id if plain else _json(doc_id)


def _json(value: object) -> str:
    return _LINE_ENDS.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(value, ensure_ascii=False))


def _details(document: Document, spans: Sequence[Span], layers: Sequence[int | None]) -> str:
    """All that the columns cannot say of a document."""
    details: dict[str, Any] = {"text": document.text or "", "lang": document.lang, "title": document.title}
    listed = []
    for span, layer in zip(spans, layers, strict=True):
        one = {"start": span.start, "end": span.end, "code": span.code, "layer": layer}
        one |= {name: getattr(span, name) for name in FIELDS} | {"features": dict(span.features) or None}
        listed.append({name: value for name, value in one.items() if value is not None})
    details["annotations"] = listed
    return _json({name: value for name, value in details.items() if value is not None})


def _columns(
    spans: Sequence[Span],
    length: int,
    within: Sequence[tuple[int, int] | None],
    layers: Sequence[int | None],
    depth: int,
) -> list[list[str]]:
    """The tags by layer, the highest first as they stand in the file."""
    columns = [["O"] * length for _ in range(depth)]
    for span, chunk, layer in zip(spans, within, layers, strict=True):
        if chunk is not None and layer is not None:
            first, last = chunk
            kind = tag_of(span.code)
            column = columns[depth - layer]
            column[first] = f"B-{kind}"
            column[first + 1 : last + 1] = [f"I-{kind}"] * (last - first)
    return columns


def _sentences(
    text: str,
    tokens: Sequence[tuple[int, int]],
    columns: Sequence[Sequence[str]],
    within: Sequence[tuple[int, int] | None],
) -> Iterator[str]:
    """The rows in blocks: one for each line of the text, or for all the lines that an annotation joins."""
    joined = [0] * (len(tokens) + 1)
    for chunk in within:
        if chunk is not None:
            # between the first and the second token, up to between the last but one and the last
            joined[chunk[0] + 1] += 1
            joined[chunk[1] + 1] -= 1
    begins = [start for start, _ in sentences_of(text)]
    rows: list[str] = []
    inside, line = 0, 0
    for at, ((start, end), tags) in enumerate(zip(tokens, zip(*columns, strict=True), strict=True)):
        inside += joined[at]
        now = bisect_right(begins, start)
        if now != line and not inside and rows:
            yield "\n".join(rows)
            rows = []
        line = now
        rows.append("\t".join((text[start:end], *tags)))
    if rows:
        yield "\n".join(rows)
