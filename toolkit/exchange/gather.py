"""What a reader found, made into our tables: positions become code points, and every row is proved by its quote."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from toolkit.errors import InputError
from toolkit.exchange.model import FEATURE, FIELDS, Document, Found, Loss, Span
from toolkit.exchange.offsets import Offsets, likeliest_unit
from toolkit.files import sha256_text
from toolkit.tables import CONTRACTS, STANCES, check

__all__ = ["UNKNOWN_CODEBOOK", "UNKNOWN_CODER", "Exchange", "gather", "losses_table", "row_order", "whole_text"]

#: What stands in the columns that must not be empty, where a file does not say.
UNKNOWN_CODER, UNKNOWN_CODEBOOK = "unknown", "imported"
#: Characters of a reason: three lines of a terminal.
_LONGEST = 300
_HALF = re.compile("[\ud800-\udfff]")
_LOSS_TEXTS = ("field", "place", "doc_id", "code", "coder", "value")
_HALVES = "half of a surrogate pair became U+FFFD"
_WORDS = ("doc_id", "text", "lang", "title")
_STRINGS = ("doc_id", "code", "quote", *(name for name in FIELDS if name != "score"))
_COLUMNS = ("doc_id", "start", "end", "quote", "code", *FIELDS)


class Exchange(NamedTuple):
    """Texts with what was said about them.

    ``annotations``: annotations table, by doc_id, start, end, code and coder; what other programs say of a span beyond
    our columns stands in text columns ``feature_<name>``. ``posts``: posts table of the documents, also of those
    without an annotation. ``losses``: losses table: what was refused, lost or changed on the way, and why.
    ``notes``: what else is to be known, a sentence each. ``format``: the one that was read.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from toolkit.exchange import read_exchange
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a.txt").write_text("Escuchan poco.", encoding="utf-8")
    ...     _ = Path(folder,
    ...     "a.ann").write_text("T1\\tlistening 0 8\\tEscuchan\\nT2\\tlistening 9 13\\tmucho\\n", encoding="utf-8")
    ...     found = read_exchange(folder)
    >>> found
    <1 annotation of 1 document; 1 loss reported>
    >>> found.losses["kind"].tolist(), found.format
    (['refused'], 'brat')
    """

    annotations: pd.DataFrame
    posts: pd.DataFrame
    losses: pd.DataFrame
    notes: tuple[str, ...] = ()
    format: str = ""

    def __repr__(self) -> str:
        counts = (len(self.annotations), "annotation"), (len(self.posts), "document"), (len(self.losses), "loss")
        rows, texts, lost = (f"{n:,} {word}{'' if n == 1 else 'es' if word == 'loss' else 's'}" for n, word in counts)
        return f"<{rows} of {texts}; {lost} reported>"


def gather(
    parts: Sequence[Found],
    *,
    texts: Mapping[str, str],
    posts: pd.DataFrame | None = None,
    coder: str | None = None,
    codebook: str | None = None,
    empty_spans: bool = False,
    guessed: Collection[str] = (),
) -> Exchange:
    """Our tables of what readers found, file by file: each may count in another unit.

    Parameters
    ----------
    texts : for documents whose text the files do not hold.
    posts : their other columns.
    coder, codebook : for spans that do not say ("unknown", "imported").
    empty_spans : take rows without a character between start and end too, as our own tables may hold them.
    guessed : documents whose text nobody named and that only has the same name: their rows need a quote.

    Rows are refused, each with its place, where the text is not at hand, a position lies outside the text or inside a
    character, nothing stands between start and end, or the quote in the file is not what stands there.

    Raises
    ------
    InputError
        if two files give one document different texts.
    """
    losses: list[Loss] = []
    documents: dict[str, Document] = {}
    rows: list[Span] = []
    known = {name: whole_text(text) for name, text in texts.items()}
    unproved = 0
    for part in parts:
        losses += part.losses
        found = _without_halves(part, losses)
        inside = {one.doc_id for one in found.documents if one.text is not None}
        _add_documents(documents, found.documents, known)
        as_quoted = found.as_quoted or str
        unit = _unit(found, documents, as_quoted)
        offsets: dict[str, Offsets] = {}
        for span in found.spans:
            document = documents.get(span.doc_id)
            problem: str | None = "its text is not at hand; give it (--texts, texts=)"
            moved = span
            if document is not None and document.text is not None:
                if span.doc_id not in offsets:
                    offsets[span.doc_id] = Offsets(document.text, unit)
                moved, problem = _moved(span, document.text, offsets[span.doc_id], as_quoted, empty_spans)
                if problem is None and span.quote is None and span.doc_id not in inside:
                    unproved += 1
                    if span.doc_id in guessed:
                        problem = "it has no quote to prove the text that was found; name the texts (--texts, texts=)"
            if problem is not None:
                # positions of the file are not ours, so they stand in the reason and not in the columns
                who = (span.doc_id, None, None, span.code, span.coder)
                losses.append(Loss("refused", "annotation", problem, span.place, *who))
            else:
                rows.append(_fitted(moved, coder or UNKNOWN_CODER, codebook or UNKNOWN_CODEBOOK))
    with_text = [one for one in documents.values() if one.text is not None]
    annotations = _annotations(rows, {one.doc_id: one.text or "" for one in with_text})
    notes = [f"{unproved:,} rows have no quote: that they mark what was meant is not proved"] if unproved else []
    return Exchange(annotations, _posts(with_text, posts), losses_table(losses), tuple(notes))


def losses_table(losses: Sequence[Loss]) -> pd.DataFrame:
    """The losses as a table."""
    columns = list(CONTRACTS["losses"])
    rows = [tuple(getattr(_one_line(loss), name) for name in columns) for loss in losses]
    table = check("losses", pd.DataFrame(rows, columns=columns))
    return table.astype({"start": "Int64", "end": "Int64"})


def _one_line(loss: Loss) -> Loss:
    """The loss with a reason of one line that can be read, whatever names stand in it; no halves of surrogate pairs."""
    reason = " ".join(loss.reason.split())
    reason = reason if len(reason) <= _LONGEST else f"{reason[: _LONGEST - 3]}..."
    texts = {"reason": reason} | {name: getattr(loss, name) for name in _LOSS_TEXTS}
    new = {name: whole_text(text) for name, text in texts.items() if text}
    return replace(loss, **new)  # type: ignore[arg-type]


def whole_text(text: str) -> str:
    """The text with U+FFFD for halves of surrogate pairs."""
    return _HALF.sub("\ufffd", text)


def _without_halves(found: Found, losses: list[Loss]) -> Found:
    """The same with U+FFFD for halves of surrogate pairs, which JSON can write and no table can hold.

    Both count one in UTF-16 and in code points, and three in UTF-8: positions stay.
    """
    documents = list(found.documents)
    for at, one in enumerate(documents):
        changed = {name: whole_text(value) for name in _WORDS if (value := getattr(one, name)) is not None}
        if any(value != getattr(one, name) for name, value in changed.items()):
            documents[at] = replace(one, **changed)
            losses.append(Loss("changed", "text", _HALVES, one.place or None, changed["doc_id"]))
    spans = list(found.spans)
    for at, span in enumerate(spans):
        strings = [getattr(span, name) for name in _STRINGS]
        if not _HALF.search("".join(one for one in (*strings, *span.features, *span.features.values()) if one)):
            continue
        new = {name: whole_text(value) for name, value in zip(_STRINGS, strings, strict=True) if value}
        features = {whole_text(name): whole_text(value) for name, value in span.features.items()}
        spans[at] = replace(span, **new, features=features)  # type: ignore[arg-type]
        said = [getattr(span, name) for name in new if name != "quote"]
        if features != dict(span.features) or said != [value for name, value in new.items() if name != "quote"]:
            losses.append(
                Loss("changed", "annotation", _HALVES, span.place, new.get("doc_id", ""), code=new.get("code"))
            )
    return found._replace(documents=documents, spans=spans)


def _add_documents(documents: dict[str, Document], found: Sequence[Document], texts: Mapping[str, str]) -> None:
    """Further documents by id, with the texts that are given for those that have none."""
    for one in found:
        if one.text is None and one.doc_id in texts:
            one = replace(one, text=texts[one.doc_id])
        before = documents.get(one.doc_id)
        if before is not None and before.text is not None and one.text is not None and before.text != one.text:
            raise InputError(
                f"{one.place or one.doc_id}: gives the document '{one.doc_id}' another text than "
                f"{before.place or 'before'}; annotations of different texts cannot stand under one name."
            )
        if before is None or before.text is None:
            documents[one.doc_id] = one


def _unit(found: Found, documents: Mapping[str, Document], as_quoted: Callable[[str], str]) -> str:
    if len(found.units) == 1:
        return found.units[0]
    quoted = [
        (document.text, span.start, span.end, span.quote)
        for span in found.spans
        if span.quote is not None and (document := documents.get(span.doc_id)) is not None and document.text is not None
    ]
    return likeliest_unit(found.units, quoted, as_quoted)


def _moved(
    span: Span, text: str, offsets: Offsets, as_quoted: Callable[[str], str], empty: bool
) -> tuple[Span, str | None]:
    """The span in code points, or why it is refused."""
    try:
        start, end = offsets.to_points(span.start), offsets.to_points(span.end)
    except ValueError as error:
        return span, str(error)
    if end < start or (end == start and not empty):
        return span, f"nothing stands between {span.start} and {span.end}"
    here = text[start:end]
    if span.quote is not None and here != span.quote and as_quoted(here) != as_quoted(span.quote):
        return span, f"the file says {_short(span.quote)}, but from {span.start} to {span.end} stands {_short(here)}"
    if not span.code:
        return span, "it has no code"
    return replace(span, start=start, end=end, quote=here), None


def _fitted(span: Span, coder: str, codebook: str) -> Span:
    """The span with our values; what is none of them stays, as a feature."""
    features = {name: value for name, value in span.features.items() if value}
    stance, kind, score = span.stance or None, span.kind or "human", span.score
    if stance is not None and stance not in STANCES:
        features[_free(features, "stance")], stance = stance, None
    if kind not in ("human", "machine"):
        features[_free(features, "kind")], kind = kind, "human"
    if score is not None and not 0 <= score <= 1:
        features[_free(features, "score")], score = repr(score), None
    return replace(
        span,
        stance=stance,
        kind=kind,
        score=score,
        coder=span.coder or coder,
        codebook=span.codebook or codebook,
        codebook_version=span.codebook_version or None,
        evidence=span.evidence or None,
        created=span.created or None,
        note=span.note or None,
        features=features,
    )


def _free(features: Mapping[str, str], name: str) -> str:
    """The name, or with lines behind it where a feature is called so already."""
    while name in features:
        name += "_"
    return name


def _annotations(rows: Sequence[Span], texts: Mapping[str, str]) -> pd.DataFrame:
    names = sorted({name for span in rows for name in span.features})
    order = sorted(rows, key=row_order)
    table = pd.DataFrame([tuple(getattr(span, name) for name in _COLUMNS) for span in order], columns=list(_COLUMNS))
    for name in names:
        table[FEATURE + name] = pd.Series([span.features.get(name) for span in order], dtype="str")
    return check("annotations", table, texts)


def row_order(span: Span) -> tuple[object, ...]:
    """The order of rows: by document, place, code, coder, then all the rest: only equal rows can change places."""
    rest = (
        span.stance, span.kind, span.created, span.note, span.evidence, span.codebook, span.codebook_version,
    )  # fmt: skip
    score = -1.0 if span.score is None else span.score
    features = sorted(span.features.items())
    return (
        span.doc_id,
        span.start,
        span.end,
        span.code,
        span.coder or "",
        *(one or "" for one in rest),
        score,
        features,
    )


def _posts(documents: Sequence[Document], posts: pd.DataFrame | None) -> pd.DataFrame:
    rows = sorted(documents, key=lambda one: one.doc_id)
    table = pd.DataFrame(
        [(one.doc_id, one.lang, one.text, one.title, sha256_text(one.text or "")) for one in rows],
        columns=["doc_id", "lang", "text", "title", "sha256"],
    )
    if posts is not None:
        known = posts.drop_duplicates("doc_id").set_index("doc_id")
        for name in (column for column in known.columns if column not in ("text", "sha256")):
            values = table["doc_id"].map(_whole(known[name], table["doc_id"]))
            table[name] = table[name].where(table[name].notna(), values) if name in table else values
    return check("posts", table)


def _whole(values: pd.Series, doc_ids: pd.Series) -> pd.Series:
    """Whole numbers in a type that stays whole where documents have none: ids of posts are too long for floats."""
    if pd.api.types.is_integer_dtype(values) and not doc_ids.isin(values.index).all():
        return values.astype("UInt64" if values.dtype.kind == "u" else "Int64")
    return values


def _short(text: str) -> str:
    return repr(text if len(text) <= 50 else text[:47] + "...")
