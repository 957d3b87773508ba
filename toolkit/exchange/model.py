"""What passes between our tables and the modules of the formats: documents, spans, losses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from toolkit.codebook import Codebook

__all__ = ["FEATURE", "FIELDS", "Choices", "Document", "Found", "Loss", "Material", "Span"]

#: What a span says besides where it is and its code; the columns of the annotations table of the same names.
FIELDS = (
    "codebook", "codebook_version", "stance", "coder", "kind", "score", "evidence", "created", "note",
)  # fmt: skip
#: Columns of annotations that hold what other programs say of a span begin with this.
FEATURE = "feature_"


@dataclass(frozen=True, slots=True)
class Document:
    """One text. ``text`` is None where a file points to it and does not hold it; ``place``: the file, for messages."""

    doc_id: str
    text: str | None
    lang: str | None = None
    title: str | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """One code given to one stretch of a text.

    On reading, ``start`` and ``end`` count in the unit of the format, ``quote`` is what the format itself says stands
    there (None where it does not say), and None in a field means that the format does not say. On writing they are
    Unicode code points and ``quote`` is the text between them. ``features``: what else the format says of it, by name.
    ``place``: where it stands in its file ("line 3"), for messages.
    """

    doc_id: str
    start: int
    end: int
    code: str
    quote: str | None = None
    codebook: str | None = None
    codebook_version: str | None = None
    stance: str | None = None
    coder: str | None = None
    kind: str | None = None
    score: float | None = None
    evidence: str | None = None
    created: str | None = None
    note: str | None = None
    features: Mapping[str, str] = field(default_factory=dict)
    place: str = ""


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that did not come through: a row of the table of losses.

    ``kind``: "refused" (the input contradicts itself or points nowhere), "lost" (there is no place for it on the other
    side), "changed" (it went through in another form). ``field``: the column concerned, "annotation" for a whole row,
    "text", "document", or what other programs call it ("relation"). ``reason``: a sentence without full stop. The rest
    says where: ``place`` in a file that was read; ``doc_id, start, end, code, coder`` of our row on writing (``start``
    and ``end`` in code points).
    """

    kind: Literal["refused", "lost", "changed"]
    field: str
    reason: str
    place: str | None = None
    doc_id: str | None = None
    start: int | None = None
    end: int | None = None
    code: str | None = None
    coder: str | None = None
    value: str | None = None

    @classmethod
    def of(cls, span: Span, kind: Literal["refused", "lost", "changed"], field: str, reason: str) -> "Loss":
        """A loss at one of our rows; its value is that of the field."""
        value: Any = getattr(span, field, None) if field in FIELDS or field == "code" else None
        if field.startswith(FEATURE):
            value = span.features.get(field.removeprefix(FEATURE))
        return cls(
            kind, field, reason, span.place or None, span.doc_id, span.start, span.end, span.code, span.coder,
            None if value is None else str(value),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choices:
    """What a user can say about reading. ``layers``: only these annotation layers, types or label sets (all that carry
    codes, if none is named); ``texts``: texts by doc_id, for files that only point to them; ``coder``: who coded where
    the files do not say."""

    layers: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    coder: str | None = None


class Found(NamedTuple):
    """What a format's reader found.

    ``units``: the offset units its files may count in, the likeliest first (see :mod:`toolkit.exchange.offsets`); where
    there are several, quotes decide. ``as_quoted``: what the format does to a text before it writes it as a quote.
    """

    documents: Sequence[Document]
    spans: Sequence[Span]
    losses: Sequence[Loss] = ()
    units: tuple[str, ...] = ("codepoint",)
    as_quoted: Callable[[str], str] | None = None


@dataclass(frozen=True)
class Material:
    """What a format's writer gets: documents by doc_id, spans by doc_id, start and end, codes of the codebook.

    Everything is checked: quotes are the text, documents have a text, no value holds a character that the format
    cannot. ``coders``: all who coded, sorted. ``codes``: all codes used, in the order of the codebook where there is
    one. ``title``: of the whole.
    """

    documents: Sequence[Document]
    spans: Sequence[Span]
    codes: Sequence[str]
    coders: Sequence[str]
    codebook: "Codebook | None" = None
    title: str = "annotations"

    def by_document(self) -> list[tuple[Document, list[Span]]]:
        """Each document with its spans (an empty list where it has none)."""
        spans: dict[str, list[Span]] = {one.doc_id: [] for one in self.documents}
        for span in self.spans:
            spans[span.doc_id].append(span)
        return [(one, spans[one.doc_id]) for one in self.documents]


#: A format's reader: a file or folder to what was found in it. Raises InputError when nothing can be read from it.
Reader = Callable[[Path, Choices], Found]
#: A format's writer: into a new file, or an empty folder; returns what it could not write (beyond whole columns).
Writer = Callable[[Material, Path], list[Loss]]
