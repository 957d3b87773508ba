"""The JSON Lines of Prodigy, spaCy's annotation tool: a task a line with ``text``, ``spans`` and ``answer``. Read only.

Keys as Prodigy's documentation names them (prodi.gy/docs/api-interfaces, "ner", "spans", "textcat", "choice"):
``spans`` have ``start`` and ``end`` in code points and a ``label``; ``answer`` is accept, reject or ignore;
``_annotator_id`` or ``_session_id`` is the coder, ``_timestamp`` the second of the answer; ``label`` of the task is
that of the whole text, ``accept`` the options chosen.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from toolkit.errors import InputError
from toolkit.exchange.distinct import DistinctNames
from toolkit.exchange.inputs import read_text
from toolkit.exchange.model import Choices, Document, Found, Loss, Span
from toolkit.tables import STANCES

__all__ = ["MARKS", "looks_like_prodigy", "read_prodigy"]

#: Keys of a task that only Prodigy sets.
MARKS = ("_input_hash", "_task_hash", "_session_id", "_annotator_id", "_view_id")
#: Keys of a task that are read, or say nothing that the text does not say.
_READ = {*MARKS, "text", "spans", "answer", "label", "accept", "options", "meta", "tokens", "_timestamp", "_is_binary",
         "id", "doc_id", "html"}  # fmt: skip
#: Keys of a span that are fields of ours, if they hold text.
_WORDS = {"stance", "note", "comment", "coder", "annotator", "author", "created"}
#: Keys of a span that are read, or say nothing that the others do not say.
_READ_SPAN = {*_WORDS, "start", "end", "label", "text", "token_start", "token_end", "input_hash", "type", "score"}


def looks_like_prodigy(head: bytes) -> bool:
    """Is the first line a task of Prodigy? A long first line is judged by the keys that its beginning shows."""
    line = head.removeprefix(b"\xef\xbb\xbf").split(b"\n")[0]
    try:
        task = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return line.startswith(b'{"text":') and any(b'"%s":' % mark.encode() in line for mark in MARKS)
    if not isinstance(task, dict) or not isinstance(task.get("text"), str):
        return False
    spans = task.get("spans")
    if any(mark in task for mark in MARKS):
        return True
    return isinstance(spans, list) and all(isinstance(one, dict) and {"start", "end"} <= one.keys() for one in spans)


def read_prodigy(path: Path, choices: Choices) -> Found:
    """The texts and spans of accepted tasks. Layers: "spans", "label" and "accept" (of whole texts)."""
    strange = [name for name in choices.layers if name not in ("spans", "label", "accept")]
    if strange:
        raise InputError(f"{path}: has no layer '{strange[0]}'; its layers are spans, label, accept.")
    reader = _Reader(path.name, set(choices.layers) or {"spans", "label", "accept"})
    lines = [(number, line) for number, line in enumerate(read_text(path).split("\n"), 1) if line.strip()]
    names: dict[str, str] = {}
    for number, line in lines:
        place = f"{path.name}, line {number}"
        try:
            task = json.loads(line)
        except (ValueError, RecursionError):
            reader.lose("refused", "document", "the line is not JSON", place)
            continue
        if not isinstance(task, dict) or not isinstance(task.get("text"), str):
            reader.lose("refused", "document", "the line is no task with a text", place)
            continue
        # the same text coded by several is one document
        counted = names.setdefault(task["text"], f"{path.stem}-{len(names) + 1:0{len(str(len(lines)))}d}")
        reader.take(task, counted, place)
    if not reader.documents:
        raise InputError(f"{path}: holds no task of Prodigy (an object with 'text' and 'spans' a line).")
    return Found(list(reader.documents.values()), reader.spans, reader.losses)


class _Reader:
    """Collects the documents, spans and losses of one file."""

    def __init__(self, file: str, wanted: set[str]) -> None:
        self.file, self.wanted = file, wanted
        self.documents: dict[tuple[str, str], Document] = {}
        self.spans: list[Span] = []
        self.losses: list[Loss] = []
        self.names = DistinctNames()

    def take(self, task: Mapping[str, Any], counted: str, place: str) -> None:
        """Take a task in; ``counted`` is the name of its document where it has none itself."""
        meta = task["meta"] if isinstance(task.get("meta"), dict) else {}
        ids = [task.get("doc_id"), meta.get("doc_id"), task.get("id"), meta.get("id")]
        doc_id = next((str(one) for one in ids if type(one) in (str, int) and str(one)), counted)
        lang, title = (meta.get(name) if isinstance(meta.get(name), str) else None for name in ("lang", "title"))
        text = task["text"]
        wanted, doc_id = doc_id, self.names.of(doc_id, text)
        if doc_id != wanted:
            self.lose("changed", "doc_id", f"another text has the name '{wanted[:60]}'", place, doc_id)
        self.documents.setdefault((doc_id, text), Document(doc_id, text, lang, title, place))
        others = [key for key in task if key not in _READ]
        others += [f"meta.{key}" for key in meta if key not in ("doc_id", "id", "lang", "title")]
        if others:
            self.lose("lost", "task", "data of the task that annotations have no place for", place, doc_id, others)
        spans = self._spans(task, doc_id, place)
        answer = task.get("answer", "accept")
        if answer != "accept":
            for span in spans:
                self.losses.append(Loss.of(span, "lost", "annotation", f"the answer to the task is '{answer}'"))
        else:
            self.spans += spans

    def _spans(self, task: Mapping[str, Any], doc_id: str, place: str) -> list[Span]:
        common = _who_and_when(task)
        spans = []
        held = task.get("spans")
        if held is not None and not isinstance(held, list):
            self.lose("refused", "annotation", "the spans are no list", place, doc_id)
        for number, one in enumerate(held if isinstance(held, list) else [], 1):
            span = self._span(one, doc_id, f"{place}, span {number}", common) if "spans" in self.wanted else None
            if span is not None:
                spans.append(span)
        chosen = task.get("accept") if "accept" in self.wanted else None
        label = task.get("label") if "label" in self.wanted else None
        for code in (label, *(chosen if isinstance(chosen, list) else ())):
            if code is None:
                continue
            if type(code) not in (str, int) or not code or not task["text"]:
                self.lose("refused", "annotation", "a label of the whole text needs a name and a text", place, doc_id)
            else:
                spans.append(Span(doc_id, 0, len(task["text"]), str(code), place=place, **common))
        return spans

    def _span(self, one: object, doc_id: str, place: str, common: Mapping[str, Any]) -> Span | None:
        if not isinstance(one, dict):
            self.lose("refused", "annotation", "it is no object", place, doc_id)
            return None
        start, end, label = one.get("start"), one.get("end"), one.get("label")
        if type(start) is not int or type(end) is not int or not 0 <= start <= end:
            self.lose("refused", "annotation", "its start and end are no positions", place, doc_id)
            return None
        if not isinstance(label, str) or not label:
            self.lose("refused", "annotation", "it has no label", place, doc_id)
            return None
        if start == end:
            self.lose("lost", "annotation", "nothing stands between its borders", place, doc_id)
            return None
        score: Any = one.get("score")
        if type(score) not in (int, float) or not -1e300 < score < 1e300:
            score = None
        chosen = {"note": _first(one, "note", "comment"), "coder": _first(one, "coder", "annotator", "author")}
        said = {field: one[name] for field, name in chosen.items() if name is not None}
        fields: dict[str, Any] = {**common, **said}
        if _text(one, "created"):
            fields["created"] = one["created"]
        features = {
            str(name): value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            for name, value in one.items()
            if value is not None
            if name not in _READ_SPAN
            or (name in _WORDS and not isinstance(value, str))
            or _is_second(name, value, said)
        }
        if score is None and one.get("score") is not None:
            features["score"] = json.dumps(one["score"])
        if one.get("stance") in STANCES:
            fields["stance"] = one["stance"]
        elif _text(one, "stance"):
            features["stance"] = one["stance"]
        return Span(
            doc_id,
            start,
            end,
            label,
            quote=one["text"] if isinstance(one.get("text"), str) else None,
            score=None if score is None else float(score),
            features=features,
            place=place,
            **fields,
        )

    def lose(
        self, kind: Any, field: str, reason: str, place: str, doc_id: str | None = None, names: list[str] | None = None
    ) -> None:
        """Note a loss; ``names``: of what was lost."""
        self.losses.append(Loss(kind, field, reason, place, doc_id, value=", ".join(names or [])[:300] or None))


def _first(one: Mapping[str, Any], *names: str) -> str | None:
    """The first of these keys that holds text."""
    return next((name for name in names if isinstance(one.get(name), str) and one[name]), None)


def _text(one: Mapping[str, Any], *names: str) -> str | None:
    """What the first of these keys that holds text says."""
    name = _first(one, *names)
    return None if name is None else one[name]


def _is_second(name: str, value: Any, said: Mapping[str, str]) -> bool:
    """Does a key say something else of a field than the key that was taken for it?"""
    field = {"comment": "note", "annotator": "coder", "author": "coder"}.get(name)
    return field is not None and value not in ("", said.get(field))


def _who_and_when(task: Mapping[str, Any]) -> dict[str, Any]:
    common: dict[str, Any] = {}
    coder = _text(task, "_annotator_id", "_session_id")
    if coder:
        common["coder"] = coder
    second = task.get("_timestamp")
    # seconds since 1970, up to the year 9999
    if type(second) is int and 0 < second < 253_402_300_800:
        common["created"] = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return common
