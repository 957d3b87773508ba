"""Label Studio tasks with their annotations and predictions, as its import takes them.

One task per document, one annotation per person, one prediction per machine coder. What Label Studio keeps was looked
up in its source (HumanSignal/label-studio):

* ``label_studio/tasks/serializers.py``: an import keeps ``data`` whole, and of an annotation ``result``,
  ``was_cancelled``, ``ground_truth`` (true, if not said) and ``id``; not its time, and ``completed_by`` only if it is a
  member of that server (an unknown one stops the whole import, so it is not written). Of a prediction ``result``,
  ``score`` and ``model_version``.
* ``web/libs/editor/src/regions/Result.js``: the editor keeps ``meta``, ``score`` and ``origin`` of a region. So
  everything that has no control of its own stands in ``meta``, with what the region was when we wrote it.
* ``web/libs/editor/src/stores/Annotation/Annotation.js``: results of one ``id`` are one region; a result whose
  ``from_name`` the labelling configuration does not know is left out, two with the same ``id`` and ``from_name`` are
  one. The configuration needs Labels "code", and for each region Choices "stance" and TextArea "note", all to the
  Text "text" with the value "$text".
* ``web/libs/editor/src/tags/object/Text.js``: positions count code points, CR LF counts two.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from toolkit.exchange.model import Document, Loss, Material, Span
from toolkit.files import write_text

__all__ = ["write"]


def write(material: Material, path: Path) -> list[Loss]:
    """Write all documents as one list of tasks, a line each. Nothing is lost."""
    tasks, annotations = [], 0
    for number, (document, spans) in enumerate(material.by_document(), 1):
        task = _task(number, document, spans, annotations)
        annotations += len(task["annotations"])
        tasks.append(json.dumps(task, ensure_ascii=False))
    write_text(path, "[\n" + ",\n".join(tasks) + "\n]\n" if tasks else "[]\n")
    return []


def _task(number: int, document: Document, spans: list[Span], before: int) -> dict[str, Any]:
    data = {"text": document.text or "", "doc_id": document.doc_id}
    data |= {name: value for name, value in (("lang", document.lang), ("title", document.title)) if value is not None}
    people: dict[str, list[dict[str, Any]]] = {}
    machines: dict[str, list[dict[str, Any]]] = {}
    for at, span in enumerate(spans, 1):
        coders = machines if span.kind == "machine" else people
        coders.setdefault(span.coder or "", []).extend(_results(f"c{at}", span))
    return {
        "id": number,
        "data": data,
        "annotations": [
            {"id": before + at, "was_cancelled": False, "ground_truth": False, "result": people[coder]}
            for at, coder in enumerate(sorted(people), 1)
        ],
        "predictions": [{"model_version": coder, "result": machines[coder]} for coder in sorted(machines)],
    }


def _results(region: str, span: Span) -> Iterator[dict[str, Any]]:
    """The results of one region: its label, its stance, its note."""

    def result(name: str, kind: str, values: list[str]) -> dict[str, Any]:
        value = {
            "start": span.start,
            "end": span.end,
            "text": span.quote,
            "text" if kind == "textarea" else kind: values,
        }
        return {"id": region, "from_name": name, "to_name": "text", "type": kind, "value": value}

    machine = span.kind == "machine"
    label = result("code", "labels", [span.code])
    if not machine:
        label["origin"] = "manual"
    if span.score is not None:
        label["score"] = span.score
    label["meta"] = _meta(span, machine)
    yield label
    if span.stance is not None:
        yield result("stance", "choices", [span.stance])
    if span.note is not None:
        yield result("note", "textarea", [span.note])


def _meta(span: Span, machine: bool) -> dict[str, Any]:
    names = ("coder", "created", "codebook", "codebook_version", "evidence")
    meta = {name: value for name in names if (value := getattr(span, name)) is not None}
    if machine:
        meta["kind"] = "machine"
    if span.features:
        meta["features"] = dict(sorted(span.features.items()))
    # by this a reader sees what was changed since: then it is no longer the decision of the coder named here
    meta["given"] = [span.start, span.end, span.code, span.stance, span.note]
    return meta
