"""doccano: JSON Lines of sequence labelling, relation extraction and text classification, in and out.

Looked up in doccano/doccano: ``backend/data_import/pipeline`` (what an import takes), ``backend/data_export/pipeline``
(what an export gives), ``frontend/components/tasks/sequenceLabeling/EntityEditor.vue``.

A label of doccano is a name and a place, nothing more; but all other keys of a line are kept as metadata of the text
(``meta=kwargs`` in ``data_import/pipeline/data.py``) and come out again (``**self.meta`` in ``data_export/models.py``).
So the whole rows stand in a key of their own, "codings", beside the labels. On reading, a row counts as long as its
label stands; labels without a row are new codings; rows whose label was taken away in doccano are listed as losses.

Positions. doccano's editor gives UTF-16 units (issue 2290 of doccano/doccano), so that is written: in a project
without "Count grapheme clusters as one character" labels sit right.

Who. An export has one file per member, named after the member, or "all" where annotations are shared
(``create_individual_dataset`` and ``create_collaborative_dataset`` in ``data_export/celery_tasks.py``); each holds the
rows that were imported with the texts, whoever imported them (:mod:`toolkit.exchange.formats.doccano.members`).

What doccano does not take: a line with an empty text; overlapping labels, unless the project allows them.
"""

import json
import re
from pathlib import Path
from typing import Any

from toolkit.exchange.formats.doccano.reading import LABELS, TEXTS, read
from toolkit.exchange.formats.spacy_docs.prodigy import MARKS
from toolkit.exchange.json_values import longer_head
from toolkit.exchange.model import Loss, Material, Span
from toolkit.exchange.offsets import Offsets
from toolkit.files import write_text

__all__ = ["read", "recognise", "write"]

#: How a line begins that is longer than what is looked at.
_BEGINS = re.compile(rb'\{\s*(?:"id"\s*:\s*\d+\s*,\s*)?"(?:text|data)"\s*:\s*"')
_PRODIGY = frozenset(MARKS)
_FIELDS = ("coder", "kind", "stance", "evidence", "created", "note", "codebook", "codebook_version")


def recognise(path: Path, head: bytes) -> bool:
    """Lines (or a list) of objects with a text and labels; CSV with the columns text and label; fastText lines."""
    suffix, whole, head = path.suffix.lower(), head, head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if suffix == ".csv":
        names = [name.strip(b'"') for name in re.split(rb"\r?\n", head)[0].split(b",")]
        return b"text" in names and b"label" in names and b"start" not in names
    if suffix == ".txt":
        return head.startswith(b"__label__")
    if suffix == ".json" and not re.match(rb"\[\s*\{", head):
        return False
    if suffix not in (".json", ".jsonl"):
        return False
    row = _first(head)
    if row is None:
        # the first text may be longer than the head
        row = _first(longer_head(path, whole).removeprefix(b"\xef\xbb\xbf").lstrip())
    if row is None:
        return suffix == ".jsonl" and _BEGINS.match(head.lstrip(b"[").lstrip()) is not None
    # Label Studio's JSON-MIN has texts and labels too, and so have Prodigy's tasks: there a label may be rejected
    if not isinstance(row, dict) or "annotation_id" in row or (_PRODIGY & row.keys() and not _is_listed(row)):
        return False
    return any(isinstance(row.get(key), str) for key in TEXTS) and any(key in row for key in LABELS)


def _is_listed(row: dict[str, Any]) -> bool:
    """Do labels stand in a list? doccano gives back what it was given as metadata, Prodigy's keys too."""
    return any(isinstance(row.get(key), list) for key in LABELS)


def _first(begin: bytes) -> Any:
    """The first value of a list or of lines, None if it does not end here or is no JSON."""
    try:
        return json.JSONDecoder().raw_decode(begin.lstrip(b"[").lstrip().decode("utf-8", "ignore"))[0]
    except (ValueError, RecursionError):
        return None


def write(material: Material, path: Path) -> list[Loss]:
    """Write a line per document, all with the same keys (doccano reads them as a table). Nothing is lost."""
    lines = []
    for document, spans in material.by_document():
        text = document.text or ""
        offsets = Offsets(text, "utf16")
        codings = [_coding(span, offsets) for span in spans]
        # several coders may have given one label: doccano gets it once
        labels = list(dict.fromkeys((start, end, code) for start, end, code, _ in codings))
        line = {
            "text": text,
            "label": labels,
            "doc_id": document.doc_id,
            "lang": document.lang,
            "title": document.title,
            "codings": codings,
        }
        lines.append(json.dumps(line, ensure_ascii=False) + "\n")
    write_text(path, "".join(lines))
    return []


def _coding(span: Span, offsets: Offsets) -> tuple[int, int, str, dict[str, Any]]:
    rest: dict[str, Any] = {name: value for name in _FIELDS if (value := getattr(span, name)) is not None}
    if span.score is not None:
        # as text: doccano writes numbers with ten decimals (pandas.DataFrame.to_json)
        rest["score"] = repr(span.score)
    if span.features:
        rest["features"] = dict(sorted(span.features.items()))
    return offsets.from_points(span.start), offsets.from_points(span.end), span.code, rest
