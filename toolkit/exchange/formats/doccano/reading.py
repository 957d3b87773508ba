"""Records of doccano as documents and spans; the format is told in :mod:`toolkit.exchange.formats.doccano`."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from toolkit.exchange.formats.doccano.records import files_of, records_of
from toolkit.exchange.formats.label_studio.values import list_of, mapping_of, said, text_of, text_or_json, whole_of
from toolkit.exchange.model import Choices, Document, Found, Loss, Span
from toolkit.exchange.offsets import Offsets

__all__ = ["LABELS", "TEXTS", "read"]

#: Keys with the text: of now, of older exports, and of the example of a JSON import.
TEXTS = ("text", "data", "column_data")
#: Keys with labels: spans as lists or objects, categories as names.
LABELS = ("label", "labels", "entities", "cats", "annotations", "column_label")
#: Names of files that are not those of a member.
_NOBODY = ("all", "unknown")
#: What does not become a loss when it is not taken in.
_KNOWN = (*TEXTS, *LABELS, "relations", "Comments", "id", "doc_id", "lang", "language", "title", "codings", "username")
#: Signs that count more than one unit here and one or none there: above U+FFFF, marks, joiners, CR LF.
_UNEVEN = re.compile("[\U00010000-\U0010ffff\u0300-\u036f\u200d\ufe0f]|\r\n")


class _Label(NamedTuple):
    """One label and whose it is, if one can say; ``start`` None for a category of the whole text."""

    start: int | None
    end: int | None
    code: str
    coder: str | None

    @property
    def key(self) -> tuple[int | None, int | None, str]:
        return self.start, self.end, self.code


@dataclass
class _Text:
    """One record: its document, its labels, and the rows that we wrote with it."""

    document: Document
    labels: list[_Label] = field(default_factory=list)
    rows: list[tuple[int, int, str, Mapping[str, Any]]] = field(default_factory=list)


@dataclass
class _Reading:
    choices: Choices
    documents: dict[str, Document] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)
    others: Counter[tuple[str, str]] = field(default_factory=Counter)


def read(path: Path, choices: Choices) -> Found:
    """What stands in an export, or in the exports of all members in a folder.

    Raises :class:`InputError` if no record can be read.
    """
    reading = _Reading(choices)
    files: list[tuple[Path, list[_Text]]] = []
    for file in files_of(path):
        texts = []
        for place, record in records_of(file, reading.losses):
            text = _text(reading, file, place, record)
            if text is not None:
                texts.append(text)
        files.append((file, texts))
    # labels that were imported are those of the member who imported; the rows go out with the texts of all members
    standing = [sum(_standing(text) for text in texts) for _, texts in files]
    importer = standing.index(max(standing)) if any(standing) else 0
    written = any(text.rows for _, texts in files for text in texts)
    unit = "utf16" if written else _unit([text for _, texts in files for text in texts])
    spans: list[Span] = []
    uneven: list[str] = []
    for number, (_, texts) in enumerate(files):
        for text in texts:
            if number != importer:
                text.rows = []
            spans += _spans(reading, text, unit, uneven)
    if uneven:
        counted = "UTF-16 units, as doccano's editor counts" if unit == "utf16" else "code points, which fits better"
        reason = (
            f"the file does not say how it counts emoji, marks and CR LF; taken as {counted}: "
            f"look at the {len(uneven):,} labels behind such signs"
        )
        reading.losses.append(Loss("changed", "start", reason, uneven[0]))
    for (name, key), count in sorted(reading.others.items()):
        reason = "the posts have no place for what doccano knows of a text"
        reading.losses.append(Loss("lost", key, reason, name, value=f"{count:,} texts"))
    return Found(list(reading.documents.values()), spans, reading.losses, (unit,))


def _text(reading: _Reading, file: Path, place: str, record: Mapping[str, Any]) -> _Text | None:
    content = next((record[key] for key in TEXTS if isinstance(record.get(key), str)), None)
    if content is None or (content == "" and file.suffix.lower() == ".csv"):
        keys = ", ".join(record)[:60]
        reading.losses.append(Loss("refused", "document", f"has no text; its keys are {keys}", place))
        return None
    document = _document(reading, file, place, record, content)
    text = _Text(document)
    member = None if file.stem in _NOBODY or type(record.get("id")) is not int else file.stem
    user = text_of(record.get("username")) or member
    for key in LABELS:
        if key in record and (not reading.choices.layers or key in reading.choices.layers):
            items = record[key] if isinstance(record[key], list) else [record[key]]
            for item in items:
                text.labels += _label(reading, item, user, place)
    for relation in list_of(record.get("relations")):
        reason = "relations between annotations have no place in our table"
        kind = mapping_of(relation).get("type")
        reading.losses.append(Loss("lost", "relation", reason, place, value=said(kind)))
    for comment in list_of(record.get("Comments")):
        said_there = mapping_of(comment).get("comment", comment)
        reason = "a comment on a whole text has no place in our table"
        reading.losses.append(Loss("lost", "comment", reason, place, value=text_or_json(said_there)[:200]))
    for row in list_of(record.get("codings")):
        if _is_row(row):
            text.rows.append((row[0], row[1], row[2], row[3]))
        else:
            reading.losses.append(Loss("refused", "annotation", f"got {said(row)} among the codings", place))
    for key, value in record.items():
        if key not in _KNOWN and value not in (None, "", [], {}):
            reading.others[file.name, key] += 1
    return text


def _document(reading: _Reading, file: Path, place: str, record: Mapping[str, Any], content: str) -> Document:
    given = record.get("doc_id", record.get("id"))
    number = place.rpartition(" ")[2]
    doc_id = given if isinstance(given, str) else said(given) if type(given) is int else f"{file.stem}-{number}"
    before = reading.documents.get(doc_id)
    if before is not None and before.text != content:
        taken, again = doc_id, 2
        while f"{taken} ({again})" in reading.documents:
            again += 1
        doc_id = f"{taken} ({again})"
        reason = f"another text has the name '{taken[:60]}'"
        reading.losses.append(Loss("changed", "doc_id", reason, place, doc_id=doc_id))
    lang = text_of(record.get("lang")) or text_of(record.get("language"))
    document = Document(doc_id, content, lang, text_of(record.get("title")), place)
    return reading.documents.setdefault(doc_id, document)


def _is_row(row: Any) -> bool:
    return (
        isinstance(row, list)
        and len(row) == 4
        and whole_of(row[0]) is not None
        and whole_of(row[1]) is not None
        and isinstance(row[2], str)
        and isinstance(row[3], dict)
    )


def _label(reading: _Reading, item: Any, user: str | None, place: str) -> Iterator[_Label]:
    """The label that an item of a list stands for, or a loss."""
    if isinstance(item, str):
        if item:
            yield _Label(None, None, item, user)
        return
    if item is None:
        return
    if type(item) is int:
        # doccano takes numbers as names of categories (CategoryLabel.parse)
        yield _Label(None, None, said(item), user)
        return
    start = end = code = None
    if isinstance(item, list) and len(item) == 3:
        start, end, code = item
    elif isinstance(item, dict):
        start, end, code = item.get("start_offset"), item.get("end_offset"), item.get("label")
        user = text_of(item.get("user")) or (said(item["user"]) if type(item.get("user")) is int else user)
    first, last = whole_of(start), whole_of(end)
    if first is not None and last is not None and text_of(code):
        yield _Label(first, last, str(code), user)
    else:
        problem = f"got {said(item)}, expected [start, end, name] or a name"
        if first is not None and last is not None and type(code) is int:
            problem = f"the label is the number {said(code)} of an old export, whose names are not in the file"
        reading.losses.append(Loss("refused", "annotation", problem, place))


def _standing(text: _Text) -> int:
    """How many of the rows that went out still have their label."""
    there = {one.key for one in text.labels}
    return sum(row[:3] in there for row in text.rows)


def _unit(texts: Sequence[_Text]) -> str:
    """The unit in which most labels begin and end as words do; UTF-16, doccano's own, if both are alike."""
    fits: Counter[str] = Counter()
    for text in texts:
        content = text.document.text or ""
        if not content or max(content) <= "\uffff":
            continue
        for unit in ("utf16", "codepoint"):
            offsets = Offsets(content, unit)
            for label in text.labels:
                if label.start is not None and label.end is not None:
                    fits[unit] += _fits(content, offsets, label.start, label.end)
    return "codepoint" if fits["codepoint"] > fits["utf16"] else "utf16"


def _fits(text: str, offsets: Offsets, start: int, end: int) -> bool:
    try:
        first, last = offsets.to_points(start), offsets.to_points(end)
    except ValueError:
        return False
    inside = text[first:last]
    cut = text[first - 1 : first].isalnum() and inside[:1].isalnum()
    cut = cut or (text[last : last + 1].isalnum() and inside[-1:].isalnum())
    return inside != "" and inside == inside.strip() and not cut


def _spans(reading: _Reading, text: _Text, unit: str, uneven: list[str]) -> Iterator[Span]:
    document = text.document
    content = document.text or ""
    there = Counter(label.key for label in text.labels)
    for row in text.rows:
        if row[:3] in there:
            yield _row(document, row)
        else:
            who = f"of '{text_of(row[3].get('coder')) or 'unknown'}' from {row[0]} to {row[1]}"
            loss = Loss(
                "changed",
                "annotation",
                f"the label {who} was taken away or changed in doccano",
                document.place,
                document.doc_id,
                code=row[2],
                value=json.dumps(row[3], ensure_ascii=False),
            )
            reading.losses.append(loss)
    ours: Counter[tuple[Any, ...]] = Counter({row[:3]: 1 for row in text.rows})
    offsets = Offsets(content, unit)
    first = match.start() if (match := _UNEVEN.search(content)) else None
    for label in text.labels:
        if ours[label.key] > 0:
            ours[label.key] -= 1
            continue
        start, end = label.start, label.end
        if start is None or end is None:
            if not content:
                reason = "a category of a text that is empty"
                reading.losses.append(
                    Loss("lost", "annotation", reason, document.place, document.doc_id, code=label.code)
                )
                continue
            start, end = 0, offsets.from_points(len(content))
        elif first is not None and end > first:
            uneven.append(document.place)
        yield Span(document.doc_id, start, end, label.code, coder=label.coder, kind="human", place=document.place)


def _row(document: Document, row: tuple[int, int, str, Mapping[str, Any]]) -> Span:
    """A row that we wrote."""
    start, end, code, rest = row
    names = ("codebook", "codebook_version", "stance", "coder", "kind", "evidence", "created", "note")
    values: dict[str, Any] = {name: text_of(rest.get(name)) for name in names}
    features = {str(name): one for name, one in mapping_of(rest.get("features")).items() if isinstance(one, str)}
    score = text_of(rest.get("score"))
    try:
        values["score"] = float(score) if score else None
    except ValueError:
        features.setdefault("score", str(score))
    if values.get("score") is not None and not abs(values["score"]) < float("inf"):
        features["score"], values["score"] = str(score), None
    return Span(document.doc_id, start, end, code, **values, features=features, place=document.place)
