"""Records of doccano as documents and spans; the format is told in :mod:`toolkit.exchange.formats.doccano`."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from toolkit.errors import InputError
from toolkit.exchange.distinct import DistinctNames
from toolkit.exchange.formats.doccano.members import Label, Part, Text, settle
from toolkit.exchange.formats.doccano.records import files_of, records_of
from toolkit.exchange.json_values import list_of, mapping_of, said, text_of, text_or_json, whole_of
from toolkit.exchange.model import Choices, Document, Found, Loss, Span
from toolkit.exchange.offsets import Offsets

__all__ = ["LABELS", "TEXTS", "read"]

#: Keys with the text: of now, of older exports, and of the example of a JSON import.
TEXTS = ("text", "data", "column_data")
#: Keys with labels: spans as lists or objects, categories as names.
LABELS = ("label", "labels", "entities", "cats", "annotations", "column_label")
#: What does not become a loss when it is not taken in.
_KNOWN = (*TEXTS, *LABELS, "relations", "Comments", "id", "doc_id", "lang", "language", "title", "codings", "username")
#: Signs that count more than one unit here and one or none there: above U+FFFF, marks, joiners, CR LF.
_UNEVEN = re.compile("[\U00010000-\U0010ffff\u0300-\u036f\u200d\ufe0f]|\r\n")


@dataclass
class _Reading:
    choices: Choices
    documents: dict[str, Document] = field(default_factory=dict)
    names: DistinctNames = field(default_factory=DistinctNames)
    losses: list[Loss] = field(default_factory=list)
    others: Counter[tuple[str, str]] = field(default_factory=Counter)


def read(path: Path, choices: Choices) -> Found:
    """What stands in an export, or in the exports of all members in a folder.

    Raises :class:`InputError` if no record can be read.
    """
    reading = _Reading(choices)
    parts = _parts(reading, files_of(path))
    reading.losses += settle(parts, choices.coder)
    texts = [text for part in parts for text in part.texts]
    unit = "utf16" if any(text.rows for text in texts) else _unit(texts)
    spans: list[Span] = []
    uneven: list[str] = []
    for text in texts:
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


def _parts(reading: _Reading, files: Sequence[Path]) -> list[Part]:
    """The files with their texts; of several, those that cannot be read are refused one by one."""
    parts: list[Part] = []
    for file in files:
        try:
            records = records_of(file, reading.losses)
        except InputError as error:
            if len(files) == 1:
                raise
            reading.losses.append(Loss("refused", "document", str(error).rstrip("."), file.name))
            continue
        texts = [text for place, record in records if (text := _text(reading, file, place, record)) is not None]
        given_out = any(type(record.get("id")) is int for _, record in records)
        parts.append(Part(file, texts, given_out))
    if not parts:
        raise InputError(f"{files[0].parent}: holds no file of doccano that can be read.")
    return parts


def _text(reading: _Reading, file: Path, place: str, record: Mapping[str, Any]) -> Text | None:
    content = next((record[key] for key in TEXTS if isinstance(record.get(key), str)), None)
    if content is None or (content == "" and file.suffix.lower() == ".csv"):
        keys = ", ".join(record)[:60]
        reading.losses.append(Loss("refused", "document", f"has no text; its keys are {keys}", place))
        return None
    document = _document(reading, file, place, record, content)
    text = Text(document, place)
    user = text_of(record.get("username"))
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
    known = reading.names.known(doc_id, content)
    if known is not None:
        return reading.documents[known]
    taken, doc_id = doc_id, reading.names.of(doc_id, content)
    if doc_id != taken:
        reason = f"another text has the name '{taken[:60]}'"
        reading.losses.append(Loss("changed", "doc_id", reason, place, doc_id=doc_id))
    lang = text_of(record.get("lang")) or text_of(record.get("language"))
    document = Document(doc_id, content, lang, text_of(record.get("title")), place)
    reading.documents[doc_id] = document
    return document


def _is_row(row: Any) -> bool:
    return (
        isinstance(row, list)
        and len(row) == 4
        and whole_of(row[0]) is not None
        and whole_of(row[1]) is not None
        and isinstance(row[2], str)
        and isinstance(row[3], dict)
    )


def _label(reading: _Reading, item: Any, user: str | None, place: str) -> Iterator[Label]:
    """The label that an item of a list stands for, or a loss."""
    if isinstance(item, str):
        if item:
            yield Label(None, None, item, user)
        return
    if item is None:
        return
    if type(item) is int:
        # doccano takes numbers as names of categories (CategoryLabel.parse)
        yield Label(None, None, said(item), user)
        return
    start = end = code = None
    if isinstance(item, list) and len(item) == 3:
        start, end, code = item
    elif isinstance(item, dict):
        start, end, code = item.get("start_offset"), item.get("end_offset"), item.get("label")
        user = text_of(item.get("user")) or (said(item["user"]) if type(item.get("user")) is int else user)
    first, last = whole_of(start), whole_of(end)
    if first is not None and last is not None and text_of(code):
        yield Label(first, last, str(code), user)
    else:
        problem = f"got {said(item)}, expected [start, end, name] or a name"
        if first is not None and last is not None and type(code) is int:
            problem = f"the label is the number {said(code)} of an old export, whose names are not in the file"
        reading.losses.append(Loss("refused", "annotation", problem, place))


def _unit(texts: Sequence[Text]) -> str:
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


def _spans(reading: _Reading, text: Text, unit: str, uneven: list[str]) -> Iterator[Span]:
    document = text.document
    content = document.text or ""
    there = Counter(label.key for label in text.labels)
    for row in text.rows:
        if row[:3] in there:
            yield _row(text, row)
        else:
            who = f"of '{text_of(row[3].get('coder')) or 'unknown'}' from {row[0]} to {row[1]}"
            loss = Loss(
                "changed",
                "annotation",
                f"the label {who} was taken away or changed in doccano",
                text.place,
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
                reading.losses.append(Loss("lost", "annotation", reason, text.place, document.doc_id, code=label.code))
                continue
            start, end = 0, offsets.from_points(len(content))
        elif first is not None and end > first:
            uneven.append(text.place)
        coder = label.coder or text.member
        yield Span(document.doc_id, start, end, label.code, coder=coder, kind="human", place=text.place)


def _row(text: Text, row: tuple[int, int, str, Mapping[str, Any]]) -> Span:
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
    return Span(text.document.doc_id, start, end, code, **values, features=features, place=text.place)
