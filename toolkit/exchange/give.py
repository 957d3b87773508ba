"""Our tables made ready for a writer: checked, bounded to what the format can hold, and every loss listed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.errors import InputError
from toolkit.exchange.gather import UNKNOWN_CODEBOOK, UNKNOWN_CODER, row_order
from toolkit.exchange.model import FEATURE, FIELDS, Document, Loss, Material, Span
from toolkit.exchange.registry import Format
from toolkit.tables import CONTRACTS, check

if TYPE_CHECKING:
    from toolkit.codebook import Codebook

__all__ = ["material_for"]

#: What a reader fills in where a file does not say: these values need no place.
_FILLED = {"codebook": UNKNOWN_CODEBOOK, "kind": "human", "coder": UNKNOWN_CODER}
_OF_DOCUMENTS = ("lang", "title")
#: Columns of posts that say how they were read and nothing about the documents.
_OF_READING = ("sha256", "source", "encoding", "place_in_source")


def material_for(
    what: Format,
    annotations: pd.DataFrame,
    posts: pd.DataFrame,
    codebook: "Codebook | None" = None,
    title: str = "annotations",
) -> tuple[Material, list[Loss]]:
    """What a format's writer gets, and what has no place in the format.

    An empty text in a column that may be missing counts as missing. Rows without a character (start = end) are lost in
    all formats but our own tables.

    Raises
    ------
    InputError
        naming row and rule for annotations that break their contract, whose document is not among the posts, or whose
        quote is not the text.
    """
    texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
    table = check("annotations", annotations, texts)
    # where nobody codes, and by which codebook, formats of others say by saying nothing
    for name in ("code", "coder", "codebook") if what.own else ("code",):
        empty = (table[name] == "").to_numpy()
        if empty.any():
            raise InputError(
                f"annotations, row {empty.argmax() + 1}, column '{name}': got '', rule: must not be empty."
            )
    # where texts stand beside, the posts go there whole
    losses = list(_lost_metadata(what, posts)) if what.texts else []
    losses += _lost_columns(table)
    kept, documents = _spans(table), _documents(posts)
    if not what.own:
        losses += [
            Loss.of(span, "lost", "annotation", "no character stands between its start and its end")
            for span in kept
            if span.end <= span.start
        ]
        kept = [_carried(what, span, losses) for span in kept if span.end > span.start]
    if what.texts:
        documents = [_carried_document(what, one, losses) for one in documents]
    if what.forbidden:
        documents, kept = _without_forbidden(re.compile(what.forbidden), documents, kept, losses)
    return _material(documents, kept, codebook, title), losses


def _documents(posts: pd.DataFrame) -> list[Document]:
    columns = [posts[name].tolist() for name in ("doc_id", "text", "lang", "title")]
    rows = [
        Document(doc_id, text, _given(lang), _given(title)) for doc_id, text, lang, title in zip(*columns, strict=True)
    ]
    return sorted(rows, key=lambda one: one.doc_id)


def _spans(table: pd.DataFrame) -> list[Span]:
    """The rows as spans, by document, place, code and coder."""
    columns = {name: table[name].tolist() for name in CONTRACTS["annotations"]}
    extra = {name: table[name].tolist() for name in table.columns if str(name).startswith(FEATURE)}
    names = list(columns)
    spans = []
    for number, values in enumerate(zip(*columns.values(), strict=True)):
        row: dict[str, Any] = {name: _given(value) for name, value in zip(names, values, strict=True)}
        row |= {name: row[name] or "" for name in ("doc_id", "quote")}
        features = {
            name.removeprefix(FEATURE): str(cells[number])
            for name, cells in sorted(extra.items())
            if _given(cells[number]) is not None
        }
        spans.append(Span(**row, features=features))
    return sorted(spans, key=row_order)


def _given(value: Any) -> Any:
    """The value, or None for a missing or empty one."""
    if isinstance(value, str):
        return value or None
    # a list or an array in a cell is a value, whatever is in it
    return None if pd.api.types.is_scalar(value) and pd.isna(value) else value


def _carried(what: Format, span: Span, losses: list[Loss]) -> Span:
    """The span without what the format has no place for."""
    reason = f"{what.name} has no place for it"
    gone = [name for name in FIELDS if name not in what.carries and getattr(span, name) is not None]
    # nobody is called so: that it is not known is said by saying nothing
    gone += [name for name in ("coder", "codebook") if name not in gone and getattr(span, name) == _FILLED[name]]
    for name in gone:
        if getattr(span, name) != _FILLED.get(name):
            losses.append(Loss.of(span, "lost", name, reason))
    if gone:
        span = replace(span, **dict.fromkeys(gone))  # type: ignore[arg-type]
    if span.features and "features" not in what.carries:
        losses += [Loss.of(span, "lost", FEATURE + name, reason) for name in span.features]
        span = replace(span, features={})
    return span


def _carried_document(what: Format, document: Document, losses: list[Loss]) -> Document:
    for name in _OF_DOCUMENTS:
        value = getattr(document, name)
        if value is not None and name not in what.carries:
            reason = f"{what.name} has no place for it"
            losses.append(Loss("lost", name, reason, doc_id=document.doc_id, value=value))
            document = replace(document, lang=None) if name == "lang" else replace(document, title=None)
    return document


def _lost_metadata(what: Format, posts: pd.DataFrame) -> Iterable[Loss]:
    """Columns of the posts that go into no format of others: one loss a column."""
    for name in posts.columns:
        if name in ("doc_id", "text", *_OF_READING, *_OF_DOCUMENTS):
            continue
        values = [value for value in posts[name].tolist() if _given(value) is not None]
        if values:
            count = f"{len(values):,} document{'s' if len(values) > 1 else ''}"
            yield Loss("lost", str(name), f"{what.name} has no place for what is known of documents", value=count)


def _lost_columns(table: pd.DataFrame) -> Iterable[Loss]:
    """Columns of the annotations that no format takes: one loss a column."""
    for name in table.columns:
        if name in CONTRACTS["annotations"] or str(name).startswith(FEATURE):
            continue
        count = sum(_given(value) is not None for value in table[name].tolist())
        if count:
            reason = f"the annotations table has no such column; one called {FEATURE}{name} goes along"
            yield Loss("lost", str(name), reason, value=f"{count:,} row{'s' if count > 1 else ''}")


def _without_forbidden(
    forbidden: re.Pattern[str], documents: Sequence[Document], spans: Sequence[Span], losses: list[Loss]
) -> tuple[list[Document], list[Span]]:
    """Texts and values with U+FFFD for each character that the format cannot hold: positions stay."""
    reason = "a character that the format cannot hold became U+FFFD"

    def clean(value: str) -> str:
        return forbidden.sub("\ufffd", value)

    ids: dict[str, str] = {}
    taken: set[str] = set()
    texts: dict[str, str] = {}
    cleaned: list[Document] = []
    for one in documents:
        doc_id = clean(one.doc_id)
        while doc_id in taken:
            doc_id += "\ufffd"
        ids[one.doc_id] = doc_id
        taken.add(doc_id)
        if doc_id != one.doc_id:
            losses.append(Loss("changed", "doc_id", reason, doc_id=one.doc_id, value=doc_id))
        new = {name: clean(getattr(one, name) or "") or None for name in _OF_DOCUMENTS} | {
            "text": clean(one.text or "")
        }
        for name, value in new.items():
            if value != getattr(one, name):
                losses.append(Loss("changed", name, reason, doc_id=one.doc_id))
        texts[one.doc_id] = str(new["text"])
        cleaned.append(Document(doc_id, new["text"], new["lang"], new["title"]))
    rows = []
    for span in spans:
        new_fields = {"quote": texts[span.doc_id][span.start : span.end], "doc_id": ids[span.doc_id]}
        for name in ("code", *FIELDS):
            value = getattr(span, name)
            if isinstance(value, str) and clean(value) != value:
                losses.append(Loss.of(span, "changed", name, reason))
                new_fields[name] = clean(value)
        features = {clean(name): clean(value) for name, value in span.features.items()}
        if features != dict(span.features):
            losses += [
                Loss.of(span, "changed", FEATURE + name, reason)
                for name, value in span.features.items()
                if features.get(name) != value
            ]
        rows.append(replace(span, **new_fields, features=features))  # type: ignore[arg-type]
    return cleaned, rows


def _material(
    documents: Sequence[Document], spans: Sequence[Span], codebook: "Codebook | None", title: str
) -> Material:
    known = {one.doc_id for one in documents}
    strange = next((span.doc_id for span in spans if span.doc_id not in known), None)
    if strange is not None:
        raise InputError(f"annotations: no text was given for the document '{strange}'.")
    used = dict.fromkeys(span.code for span in spans)
    order: Mapping[str, int] = {} if codebook is None else {code: at for at, code in enumerate(codebook.code_ids)}
    codes = sorted(used, key=lambda code: (order.get(code, len(order)), code))
    coders = sorted({span.coder for span in spans if span.coder})
    return Material(documents, spans, codes, coders, codebook, title)
