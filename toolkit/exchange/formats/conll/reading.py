"""CoNLL columns to documents and spans: the text from our comment, from a text given, or made of the words.

Where the tags and our comment disagree, the tags are right: someone worked on them in another program. An annotation
whose tags are unchanged has all that the comment says of it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from toolkit.exchange.formats.conll.rows import Body, Columns, Sentence, bodies_of
from toolkit.exchange.formats.conll.tags import Chunk, chunks_of, code_of, tag_of
from toolkit.exchange.formats.conll.writing import tokens_within
from toolkit.exchange.model import FIELDS, Choices, Document, Found, Loss, Span

__all__ = ["read"]

_SPACE = re.compile(r"\s*")


class _Placed(NamedTuple):
    """A document's text and where its words are in it."""

    text: str
    starts: list[int]
    ends: list[int]


class _Problem(ValueError):
    """Why words cannot be placed: the end of a sentence, and the line."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.line = line


def read(path: Path, choices: Choices) -> Found:
    """Documents and spans of a file of columns."""
    bodies, columns, losses = bodies_of(path, choices.layers)
    # rows before the first named document are one too, an empty one is none
    bodies = [body for body in bodies if body.sentences or body.doc_id is not None or body.details]
    reader = _Reader(path, columns, choices, losses)
    digits = len(str(len(bodies)))
    for number, body in enumerate(bodies, 1):
        reader.take(body, path.stem if len(bodies) == 1 else f"{path.stem}-{number:0{digits}d}")
    return Found(reader.documents, reader.spans, losses)


class _Reader:
    """Collects documents and spans of one file."""

    def __init__(self, path: Path, columns: Columns, choices: Choices, losses: list[Loss]) -> None:
        self.file, self.columns, self.texts, self.losses = path.name, columns, choices.texts, losses
        self.chosen = bool(choices.layers)
        self.documents: list[Document] = []
        self.spans: list[Span] = []

    def take(self, body: Body, counted: str) -> None:
        """Take in a document; ``counted`` is its name where it has none itself."""
        details = self._details(body)
        doc_id = _unquoted(body.doc_id) if details is not None and body.doc_id is not None else body.doc_id or counted
        place = f"{self.file}, line {body.line}"
        text = self.texts.get(doc_id) if details is None else details["text"]
        if text is not None:
            lang, title = (None, None) if details is None else (details.get("lang"), details.get("title"))
            self.documents.append(
                Document(
                    doc_id,
                    text,
                    lang if isinstance(lang, str) else None,
                    title if isinstance(title, str) else None,
                    place,
                )
            )
            try:
                placed = _aligned(text, body.sentences, body.line)
            except _Problem as problem:
                line = f"{self.file}, line {problem.line}"
                reason = f"{problem}; no annotation of this document is read"
                self.losses.append(Loss("refused", "document", reason, line, doc_id))
                return
        else:
            placed = _made(body.sentences)
            self.documents.append(Document(doc_id, placed.text, place=place))
            if body.sentences:
                reason = (
                    "the file holds words only: the text is made of them, with blanks between and a line each sentence"
                )
                self.losses.append(Loss("changed", "text", reason, place, doc_id))
        if details is None:
            self._take_foreign(body, placed, doc_id)
        else:
            self._take_own(body, placed, doc_id, details)

    def _details(self, body: Body) -> dict[str, Any] | None:
        """What our comment says of the document, if there is one that can be read."""
        if body.details is None:
            return None
        value, line = body.details
        try:
            details = json.loads(value)
        except (ValueError, RecursionError):
            details = None
        if isinstance(details, dict) and isinstance(details.get("text"), str):
            return details
        reason = "the comment about the document is not the JSON it was written as"
        self.losses.append(Loss("refused", "document", reason, f"{self.file}, line {line}", body.doc_id))
        return None

    def _chunks(self, body: Body, number: int) -> Iterator[tuple[Chunk, int]]:
        """The stretches of one column of tags, with the line where each begins."""
        first = 0
        for sentence in body.sentences:
            for chunk in chunks_of([tags[number] for tags in sentence.tags], first):
                yield chunk, sentence.lines[chunk.first - first]
            first += len(sentence.words)

    def _take_foreign(self, body: Body, placed: _Placed, doc_id: str) -> None:
        for number, name in enumerate(self.columns.names):
            features = {"layer": name} if len(self.columns.names) > 1 else {}
            for chunk, line in self._chunks(body, number):
                start, end = placed.starts[chunk.first], placed.ends[chunk.last]
                place = f"{self.file}, line {line}"
                self.spans.append(Span(doc_id, start, end, chunk.type, features=features, place=place))

    def _take_own(self, body: Body, placed: _Placed, doc_id: str, details: Mapping[str, Any]) -> None:
        """The stretches of the tags, each with what the comment says of it."""
        tagged: dict[tuple[int, Chunk], list[int]] = {}
        for number, column in enumerate(self.columns.tags):
            for chunk, line in self._chunks(body, number):
                tagged.setdefault((-column, chunk), []).append(line)
        listed = details.get("annotations", [])
        comment = f"{self.file}, line {body.details[1] if body.details else 0}"
        for number, one in enumerate(listed if isinstance(listed, list) else [None], 1):
            place = f"{comment}, annotation {number}"
            span = _span(one, doc_id, len(placed.text), place)
            if span is None:
                reason = "an annotation in the comment is not as it was written"
                self.losses.append(Loss("refused", "annotation", reason, place, doc_id))
                continue
            within = tokens_within(placed.starts, placed.ends, span.start, span.end)
            layer = one.get("layer")
            if within is None or layer is None:
                self.spans.append(span)
                continue
            if self.chosen and type(layer) is int and -layer not in self.columns.tags:
                continue  # of a layer that was not asked for
            lines = tagged.get((layer, Chunk(*within, tag_of(span.code)))) if type(layer) is int else None
            if lines:
                lines.pop()
                self.spans.append(span)
            else:
                reason = "its tags were changed or taken away after the file was written; the tags are right"
                self.losses.append(Loss.of(span, "lost", "annotation", reason))
        for (_, chunk), lines in tagged.items():
            start, end = placed.starts[chunk.first], placed.ends[chunk.last]
            for line in lines:
                place = f"{self.file}, line {line}"
                self.spans.append(Span(doc_id, start, end, code_of(chunk.type), place=place))


def _unquoted(name: str) -> str:
    """A name that may be written as a JSON string."""
    try:
        value = json.loads(name) if name.startswith('"') else name
    except (ValueError, RecursionError):
        return name
    return value if isinstance(value, str) else name


def _span(one: object, doc_id: str, length: int, place: str) -> Span | None:
    """An annotation of our comment; None where it is not as we write it."""
    if not isinstance(one, dict):
        return None
    start, end, code = one.get("start"), one.get("end"), one.get("code")
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= length or not isinstance(code, str):
        return None
    fields = {name: one[name] for name in FIELDS if name in one}
    score = fields.pop("score", None)
    features = one.get("features", {})
    if any(not isinstance(value, str) for value in fields.values()) or type(score) not in (float, type(None)):
        return None
    if not isinstance(features, dict) or any(not isinstance(value, str) for value in features.values()):
        return None
    return Span(doc_id, start, end, code, score=score, features=features, place=place, **fields)


def _aligned(text: str, sentences: Sequence[Sentence], line: int = 0) -> _Placed:
    """The places of the words in a text: each where the white space after the one before ends.

    ``line``: where the document begins.

    Raises :class:`_Problem` at the first word that does not stand there, and where words are missing at the end.
    """
    starts, ends, at = [], [], 0
    space = _SPACE.match
    for sentence in sentences:
        for word, line in zip(sentence.words, sentence.lines, strict=True):
            found = space(text, at)
            at = found.end() if found else at
            if not text.startswith(word, at):
                raise _Problem(
                    f"the row says {word[:60]!r}, but at {at} of the text stands {text[at : at + 30]!r}", line
                )
            starts.append(at)
            at += len(word)
            ends.append(at)
    if text[at:].strip():
        raise _Problem(f"after this row {text[at:].strip()[:30]!r} of the text is missing", line)
    return _Placed(text, starts, ends)


def _made(sentences: Sequence[Sentence]) -> _Placed:
    """A text made of words; of the sentences' own texts where comments give them and their words stand there."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for number, sentence in enumerate(sentences):
        if number:
            parts.append("\n")
            at += 1
        try:
            placed = _aligned(sentence.text or "", [sentence])
        except _Problem:
            placed = _joined(sentence)
        parts.append(placed.text)
        starts += [at + start for start in placed.starts]
        ends += [at + end for end in placed.ends]
        at += len(placed.text)
    return _Placed("".join(parts), starts, ends)


def _joined(sentence: Sentence) -> _Placed:
    text, starts, ends = "", [], []
    for number, (word, glued) in enumerate(zip(sentence.words, sentence.glued, strict=True), 1):
        starts.append(len(text))
        text += word
        ends.append(len(text))
        text += "" if glued or number == len(sentence.words) else " "
    return _Placed(text, starts, ends)
