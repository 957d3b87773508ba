"""Reading brat standoff; :mod:`toolkit.exchange.formats.brat` says how."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from toolkit.errors import InputError
from toolkit.exchange.codebooks.brat_names import decode, fragments_of, is_gap, one_line
from toolkit.exchange.formats.brat.lines import Ann, Textbound, counting_mark, parse
from toolkit.exchange.formats.brat.writing import DOCUMENTS, FIELDS_NOTE, RESERVED
from toolkit.exchange.inputs import read_bytes, read_text
from toolkit.exchange.model import Choices, Document, Found, Loss, Span
from toolkit.exchange.names import documents_in
from toolkit.exchange.offsets import Offsets, likeliest_unit
from toolkit.tables.columns import STANCES

__all__ = ["read"]

#: brat counts code points; other programs that write its format: line ends counted once, UTF-16 units (Java).
_UNITS = ("codepoint", "codepoint/lf", "utf16", "utf16/lf")
#: How many quotes decide on the unit: those of the first annotations behind a character that units count differently.
_WITNESSES = 300
_TEXT_FIELDS = ("codebook", "codebook_version", "evidence", "created")


@dataclass
class _File:
    """One .ann with its text."""

    doc_id: str
    text: str
    ann: Ann
    place: str

    def say(self, line: int, code: str, losses: list[Loss]) -> Callable[..., None]:
        """What notes a loss at one of its lines."""

        def loss(kind: Literal["refused", "lost", "changed"], what: str, reason: str, value: str | None = None) -> None:
            losses.append(Loss(kind, what, reason, f"{self.place}, line {line}", self.doc_id, code=code, value=value))

        return loss


def read(path: Path, choices: Choices) -> Found:
    """Documents and annotations of a folder of brat, or of one .ann with its .txt beside it.

    ``choices.layers``: only these codes. Raises :class:`InputError` if no document can be read.
    """
    losses: list[Loss] = []
    files = list(_files(path, choices, losses))
    if not files:
        raise InputError(f"{path}: no document of brat in it can be read ({losses[0].place}: {losses[0].reason}).")
    described = _described(path if path.is_dir() else path.parent, losses)
    unit = likeliest_unit(_UNITS, _witnesses(files), one_line)
    documents, spans = [], []
    for file in files:
        lang, title = described.get(file.doc_id, (None, None))
        documents.append(Document(file.doc_id, file.text, lang, title, file.place))
        losses += file.ann.losses
        offsets = Offsets(file.text, unit)
        for one in file.ann.textbounds.values():
            code = decode(one.type)
            if not choices.layers or code in choices.layers or one.type in choices.layers:
                spans += _spans(file, one, code, offsets, losses)
    return Found(documents, spans, losses, (unit,), one_line)


def _files(path: Path, choices: Choices, losses: list[Loss]) -> Iterator[_File]:
    """The files .ann with their texts; one that cannot be read is a loss."""
    root = path if path.is_dir() else path.parent
    for doc_id, file in documents_in(path, (".ann",)):
        place = file.relative_to(root).as_posix()
        text = choices.texts.get(doc_id)
        beside = file.with_suffix(".txt")
        try:
            if beside.is_file() and beside.resolve().is_relative_to(root.resolve()):
                text = _decoded(read_bytes(beside), beside.relative_to(root).as_posix())
            ann = parse(_decoded(read_bytes(file).removeprefix(b"\xef\xbb\xbf"), place), place)
        except InputError as error:
            losses.append(Loss("refused", "document", str(error).rstrip("."), place, doc_id))
            continue
        if text is None:
            count = len(ann.textbounds)
            reason = f"its text {beside.name} is not beside it: {count} annotations are left out; put the text there"
            losses.append(Loss("refused", "document", reason, place, doc_id))
            continue
        yield _File(doc_id, text, counting_mark(ann, text), place)


def _decoded(data: bytes, place: str) -> str:
    """UTF-8 as it stands: a byte order mark counts as a character, as in brat."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(f"{place}, line {line}: not UTF-8; save the file as UTF-8") from error


def _described(folder: Path, losses: list[Loss]) -> Mapping[str, tuple[str | None, str | None]]:
    """Language and title by document, from the file that we write beside brat's."""
    file = folder / DOCUMENTS
    found: dict[str, tuple[str | None, str | None]] = {}
    if not file.is_file() or not file.resolve().is_relative_to(folder.resolve()):
        return found
    try:
        rows = read_text(file).split("\n")
    except InputError as error:
        losses.append(Loss("refused", "document", str(error).rstrip("."), DOCUMENTS))
        return found
    for number, row in enumerate(rows, 1):
        value = _json(row) if row.strip() else {}
        doc_id, lang, title = (value.get(name) for name in ("doc_id", "lang", "title")) if value else (None,) * 3
        if isinstance(doc_id, str) and all(one is None or isinstance(one, str) for one in (lang, title)):
            found[doc_id] = (lang, title)
        elif row.strip():
            reason = "language and title of a document cannot be read"
            losses.append(Loss("refused", "document", reason, f"{DOCUMENTS}, line {number}"))
    return found


def _witnesses(files: list[_File]) -> list[tuple[str, int, int, str]]:
    """Annotations with quotes that lie behind a character which the units count differently."""
    found: list[tuple[str, int, int, str]] = []
    for file in files:
        text = file.text
        first = next((at for at, sign in enumerate(text) if sign > "\uffff"), len(text))
        pair = text.find("\r\n")
        first = min(first, pair if pair >= 0 else len(text))
        if first == len(text):
            continue
        for one in file.ann.textbounds.values():
            if len(one.fragments) == 1 and one.quote and one.fragments[0][1] > first:
                found.append((text, *one.fragments[0], one.quote))
        if len(found) >= _WITNESSES:
            break
    return found[:_WITNESSES]


def _spans(file: _File, one: Textbound, code: str, offsets: Offsets, losses: list[Loss]) -> list[Span]:
    """The spans of one line: one, or one for each fragment that stands for itself."""
    loss = file.say(one.line, code, losses)
    zero = [pair for pair in one.fragments if pair[0] == pair[1]]
    kept = [pair for pair in one.fragments if pair[0] < pair[1]]
    if zero:
        loss("lost", "annotation", "it marks a place between two characters, and our annotations mark characters")
    if not kept:
        return []
    try:
        points = [(offsets.to_points(start), offsets.to_points(end)) for start, end in kept]
    except ValueError as error:
        loss("refused", "annotation", str(error), one.quote)
        return []
    slices = [file.text[start:end] for start, end in points]
    quotes = _pieces(one.quote, slices, loss) if not zero else None
    span = Span(file.doc_id, *kept[0], code, place=f"{file.place}, line {one.line}")
    own = _own(one, loss)
    span = _with_fields(span, one, own, loss)
    exact = _exact(own.get("span"), file.text, points)
    if exact is not None and quotes is not None and list(map(one_line, quotes)) == list(map(one_line, slices)):
        start, end = (offsets.from_points(at) for at in exact)
        return [replace(span, start=start, end=end, quote=file.text[exact[0] : exact[1]])]
    if len(kept) == 1:
        return [replace(span, quote=quotes[0] if quotes else one.quote)]
    if quotes is None and one.quote is not None:
        loss("refused", "annotation", "its text is not what stands at its fragments", one.quote)
        return []
    gaps = [file.text[end:start] for (_, end), (start, _) in pairwise(points)]
    if all(is_gap(gap) for gap in gaps):
        whole = None if quotes is None else "".join(f"{a}{b}" for a, b in zip(quotes, [*gaps, ""], strict=True))
        return [replace(span, end=kept[-1][1], quote=whole)]
    loss("changed", "annotation", f"it has {len(kept)} parts with other text between them: one annotation for each",
         one.quote)  # fmt: skip
    parts: list[str | None] = [*quotes] if quotes else [None] * len(kept)
    return [replace(span, start=start, end=end, quote=quote) for (start, end), quote in zip(kept, parts, strict=True)]


def _pieces(quote: str | None, slices: list[str], loss: Callable[..., None]) -> list[str] | None:
    """The text of a line for each of its fragments, or None if it does not fit them.

    brat puts a blank between fragments, nothing in versions before 1.3, and passes over what follows after a blank.
    """
    if quote is None:
        return None
    for between in (1, 0) if len(slices) > 1 else (0,):
        pieces, at = [], 0
        for part in slices:
            pieces.append(quote[at : at + len(part)])
            at += len(part) + between
        at -= between
        rest = quote[at:]
        if list(map(one_line, pieces)) == list(map(one_line, slices)) and (not rest or rest[0].isspace()):
            if rest.strip():
                loss("lost", "annotation text", "there is no place for what follows the text of an annotation", rest)
            return pieces
    return None


def _exact(given: object, text: str, points: list[tuple[int, int]]) -> tuple[int, int] | None:
    """The borders that we noted for a passage that begins or ends with line ends, if its line was not changed since."""
    if not isinstance(given, list) or len(given) != 2 or any(type(at) is not int for at in given):
        return None
    start, end = given
    inside = 0 <= start < end <= len(text) and start <= points[0][0] and points[-1][1] <= end
    return (start, end) if inside and fragments_of(text, start, end) == points else None


def _own(one: Textbound, loss: Callable[..., None]) -> dict[str, Any]:
    """What our own note says of an annotation."""
    found: dict[str, Any] = {}
    for text in one.notes.get(FIELDS_NOTE, []):
        value = _json(text)
        if value is None:
            loss("refused", "note", f"its note {FIELDS_NOTE} cannot be read", text[:200])
        else:
            found |= value
    return found


def _with_fields(span: Span, one: Textbound, own: dict[str, Any], loss: Callable[..., None]) -> Span:
    """The span with what attributes and notes say of it."""
    fields: dict[str, Any] = {}
    features: dict[str, str] = {}
    for name, given in one.attributes:
        value = "true" if given is None else decode(given)
        field = RESERVED.get(name.lower())
        allowed = {"stance": STANCES, "kind": ("human", "machine")}.get(field or "", (value,))
        if field is not None and value in allowed and given is not None and field not in fields:
            fields[field] = value
        elif name not in features:
            features[name] = value
        else:
            loss("lost", name, "the attribute is given twice; the first one is kept", value)
    for name, texts in one.notes.items():
        if name not in (FIELDS_NOTE, "AnnotatorNotes"):
            if name in features:
                loss("lost", name, "a note of the same type stands in the place of the attribute", features[name])
            features[name] = "\n".join(texts)
    note = "\n".join(one.notes["AnnotatorNotes"]) if "AnnotatorNotes" in one.notes else None
    for name in _TEXT_FIELDS:
        if isinstance(own.get(name), str):
            fields[name] = own[name]
        elif name in own:
            loss("refused", name, "it is no text", str(own[name])[:200])
    # what a person wrote in brat stands above what we noted of our own row
    exact = own.get("note")
    if isinstance(exact, str) and one_line(exact).strip() == (note or "").strip():
        note = exact
    score = own.get("score")
    if isinstance(score, int | float) and not isinstance(score, bool) and 0 <= score <= 1:
        fields["score"] = float(score)
    elif score is not None:
        loss("refused", "score", "it is no number from 0 to 1", str(score)[:200])
    given = own.get("features", {})
    for name, text in given.items() if isinstance(given, dict) else ():
        if isinstance(text, str):
            features.setdefault(name, text)
    return replace(span, note=note, features=features, **fields)


def _json(text: str) -> dict[str, Any] | None:
    """A JSON object, or None for anything else; also where it says halves of surrogate pairs, which are no text."""
    try:
        value = json.loads(text)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
