"""spaCy DocBin (``.spacy``) and the JSON Lines of Prodigy, which spaCy users keep their annotations in.

Written: the span group "sc", where spaCy's spancat component looks (spacy/pipeline/spancat.py, DEFAULT_SPANS_KEY), with
the code as label; spans may overlap there, which ``doc.ents`` forbids. For an entity recogniser, in spaCy:
``doc.ents = spacy.util.filter_spans(doc.spans["sc"])``. Each span has an id; ``doc.spans["sc"].attrs["annotations"]``
says the rest of it by this id (coder, stance, note, ...) and which place and label that was said of;
``doc.user_data`` has ``doc_id``, ``lang``, ``title``. spaCy keeps all of it through ``DocBin(store_user_data=True)``;
without that the three values of the document go.

Read: entities, span groups, and categories of the whole document from 0.5 upwards (the threshold of spaCy's textcat,
spacy/pipeline/textcat_multilabel.py). A span whose place or label was changed in spaCy is a new coding, of which nobody
says who made it; the old row is reported. Entities made from our spans as above are not read a second time.
"""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.errors import InputError
from toolkit.exchange.distinct import DistinctNames
from toolkit.exchange.formats.spacy_docs.groups import OF, REST, SCORES, rests_of, scores_of
from toolkit.exchange.formats.spacy_docs.prodigy import looks_like_prodigy, read_prodigy
from toolkit.exchange.inputs import read_bytes
from toolkit.exchange.json_values import longer_head
from toolkit.exchange.model import FIELDS, Choices, Document, Found, Loss, Material, Span
from toolkit.exchange.segments import tokens_of

if TYPE_CHECKING:
    from toolkit.text.docbin_unpack import Group, PackedDoc, Stretch

__all__ = ["read", "recognise", "write"]

#: spancat's own key for its spans.
_GROUP = "sc"
#: The layer of categories, beside "ents" and the names of the groups.
_CATEGORIES = "cats"
#: spaCy's textcat takes a category from here on.
_THRESHOLD = 0.5
#: The first bytes of zlib as Python writes it, at its levels of compression (RFC 1950, 2.2).
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")


def recognise(path: Path, head: bytes) -> bool:
    """Does the file look like a DocBin, or like JSON Lines of Prodigy?"""
    if path.suffix.lower() == ".spacy":
        return head[:2] in _ZLIB
    if path.suffix.lower() != ".jsonl":
        return False
    # a task with its tokens is longer than the head
    return looks_like_prodigy(head if b"\n" in head else longer_head(path, head))


def write(material: Material, path: Path) -> list[Loss]:
    """Write a DocBin; every value goes in."""
    from toolkit.text.docbin import CodedText, pack_docs, spaced_words

    docs = []
    for document, spans in material.by_document():
        text = document.text or ""
        borders = [(span.start, span.end) for span in spans]
        words, spaces = spaced_words(text, tokens_of(text, [at for pair in borders for at in pair]), borders)
        said = {"doc_id": document.doc_id, "lang": document.lang, "title": document.title}
        docs.append(
            CodedText(
                text,
                words,
                spaces,
                [(span.start, span.end, span.code, str(number)) for number, span in enumerate(spans, 1)],
                {REST: {str(number): _rest(span) for number, span in enumerate(spans, 1)}} if spans else {},
                {name: value for name, value in said.items() if value is not None},
            )
        )
    path.write_bytes(pack_docs(docs, _GROUP))
    return []


def _rest(span: Span) -> dict[str, Any]:
    """What a span says besides its place and code, and these too: someone may change them in spaCy."""
    rest: dict[str, Any] = {"start": span.start, "end": span.end, "label": span.code}
    rest |= {name: value for name in FIELDS if (value := getattr(span, name)) is not None}
    return rest | {"features": dict(span.features)} if span.features else rest


def read(path: Path, choices: Choices) -> Found:
    """Documents and spans of a DocBin, or of Prodigy's JSON Lines."""
    if path.suffix.lower() == ".jsonl":
        return read_prodigy(path, choices)
    from toolkit.text.docbin_unpack import unpack_docs

    docs, said = unpack_docs(read_bytes(path), str(path))
    layers = {group.name for doc in docs for group in doc.groups} | {_CATEGORIES for doc in docs if doc.cats}
    strange = [name for name in choices.layers if name not in layers]
    if strange:
        known = ", ".join(sorted(layers)) or "none"
        raise InputError(f"{path}: has no layer '{strange[0]}'; its layers are {known}.")
    wanted = set(choices.layers) or layers
    reader = _Reader(path, wanted, several=len(wanted) > 1)
    digits = len(str(len(docs)))
    for number, doc in enumerate(docs, 1):
        reader.take(doc, path.stem if len(docs) == 1 else f"{path.stem}-{number:0{digits}d}", number)
    if said:
        reason = "what the file says of single tokens is no annotation"
        reader.losses.append(Loss("lost", "token", reason, path.name, value=", ".join(said)))
    return Found(reader.documents, reader.spans, reader.losses)


class _Reader:
    """Collects the documents, spans and losses of one file."""

    def __init__(self, path: Path, wanted: set[str], *, several: bool) -> None:
        self.path, self.wanted, self.several = path, wanted, several
        self.documents: list[Document] = []
        self.spans: list[Span] = []
        self.losses: list[Loss] = []
        self.names = DistinctNames()

    def take(self, doc: "PackedDoc", counted: str, number: int) -> None:
        """Take a document in; ``counted`` is its name where it has none itself."""
        place = f"{self.path.name}, document {number}"
        named = _named(doc.user_data)
        doc_id = next((named[key] for key in ("doc_id", "id") if named.get(key)), counted)
        for problem in doc.problems:
            self._lose("refused", "document", problem, place, doc_id)
        if doc.text is None:
            return
        if doc.guessed:
            reason = "the file does not say where blanks stand, so one stands after each word"
            self._lose("changed", "text", reason, place, doc_id)
        wanted, doc_id = doc_id, self.names.of(doc_id, doc.text)
        if doc_id != wanted:
            self._lose("changed", "doc_id", f"another text has the name '{wanted[:60]}'", place, doc_id)
        self.documents.append(Document(doc_id, doc.text, named.get("lang"), named.get("title"), place))
        others = [str(key) for key in doc.user_data if not _is_known(key)]
        if others:
            reason = "data of the document that annotations have no place for"
            self._lose("lost", "user_data", reason, place, doc_id, ", ".join(others)[:300])
        from toolkit.text.docbin_unpack import ENTITIES

        extended = _by_place(doc.user_data)
        groups = [group for group in doc.groups if group.name in self.wanted]
        for group in groups:
            if group.name == ENTITIES:
                group = self._without_copies(group, groups, doc_id, place)
            self._take_group(group, doc_id, place, extended)
        if _CATEGORIES in self.wanted:
            self._take_categories(doc, doc_id, place)

    def _without_copies(self, entities: "Group", groups: Sequence["Group"], doc_id: str, place: str) -> "Group":
        """The entities that are not spans of ours too (``doc.ents = filter_spans(doc.spans["sc"])``)."""
        ids: dict[tuple[int, int, str], set[str]] = {}
        for group in groups:
            if rests_of(group):
                for one in group.stretches:
                    ids.setdefault((one.start, one.end, one.label), set()).add(one.id)
        kept, alike = [], 0
        for one in entities.stretches:
            known = ids.get((one.start, one.end, one.label)) if one.problem is None else None
            if known is None:
                kept.append(one)
            else:
                alike += one.id not in known
        if alike:
            reason = "entities that stand where a span with the same label stands are taken for this span"
            self._lose("changed", "annotation", reason, place, doc_id, str(alike))
        return entities._replace(stretches=kept)

    def _take_group(
        self, group: "Group", doc_id: str, place: str, extended: Mapping[tuple[int, int], dict[str, str]]
    ) -> None:
        rests = rests_of(group)
        # who codes by hand has no scores: beside what we say of each span they are of something else
        scores = None if rests else self._scores(group, doc_id, place)
        read = {REST: bool(rests) and len(rests) == len(group.attrs[REST]), SCORES: scores is not None}
        others = [str(key) for key in group.attrs if not read.get(key)]
        if others:
            reason = f"attributes of the span group '{group.name}' that annotations have no place for"
            self._lose("lost", "attrs", reason, place, doc_id, ", ".join(others)[:300])
        self._old_rows(group, rests, doc_id, place)
        for at, one in enumerate(group.stretches, 1):
            here = f"{place}, {group.name} {at}"
            if one.problem is None and one.start == one.end:
                self._lose("lost", "annotation", "nothing stands between its borders", here, doc_id, one.label or None)
            elif one.problem is not None:
                self._lose("refused", "annotation", one.problem, here, doc_id)
            else:
                features = {"kb_id": one.kb_id, **extended.get((one.start, one.end), {})}
                fields: dict[str, Any] = {name: features.pop(name) for name in _OURS if name in features}
                rest = rests.get(one.id)
                if rest is None:
                    features |= {"id": one.id} | ({"layer": group.name} if self.several else {})
                elif _is_of(rest, one):
                    fields |= self._fields(rest, features, here, doc_id)
                score = scores[at - 1] if scores else None
                if score is not None:
                    fields = {"score": score, "kind": "machine"} | fields
                features = {name: value for name, value in features.items() if value}
                self.spans.append(Span(doc_id, one.start, one.end, one.label, features=features, place=here, **fields))

    def _scores(self, group: "Group", doc_id: str, place: str) -> list[float | None] | None:
        """The scores of the spans of a group, None for one that is not from 0 to 1; None where it has none."""
        numbers = scores_of(group)
        if numbers is None:
            return None
        scores = [number if 0 <= number <= 1 else None for number in numbers]
        if None in scores:
            reason = f"{scores.count(None)} scores of the span group '{group.name}' are not from 0 to 1"
            self._lose("refused", "score", reason, place, doc_id)
        return scores

    def _old_rows(self, group: "Group", rests: Mapping[str, Mapping[Any, Any]], doc_id: str, place: str) -> None:
        """Report our rows whose spans were changed or taken away in spaCy."""
        ids = {one.id for one in group.stretches}
        standing = {one.id for one in group.stretches if one.id in rests and _is_of(rests[one.id], one)}
        for name, rest in rests.items():
            if name in standing:
                continue
            kind: Any = "changed" if name in ids else "lost"
            reason = "its span was taken away in spaCy"
            if name in ids:
                reason = "its place or code was changed in spaCy, nobody says by whom"
            coder = rest["coder"] if isinstance(rest.get("coder"), str) else None
            start, end, label = (rest[name] for name in OF)
            here = f"{place}, {group.name}"
            self.losses.append(Loss(kind, "annotation", reason, here, doc_id, start, end, label, coder))

    def _fields(self, rest: Mapping[Any, Any], features: dict[str, str], place: str, doc_id: str) -> dict[str, Any]:
        """The fields of a span as we wrote them, each of its kind; its features go to ``features``."""
        fields: dict[str, Any] = {}
        for name, value in rest.items():
            if name in OF:
                continue
            if name == "features" and isinstance(value, dict):
                features |= {str(key): one for key, one in value.items() if isinstance(one, str)}
            elif name == "score" and type(value) in (int, float) and math.isfinite(value):
                fields[name] = float(value)
            elif name in FIELDS and name != "score" and isinstance(value, str):
                fields[name] = value
            elif value is not None:
                reason = "it is not of the kind that this field has"
                self._lose("refused", str(name), reason, place, doc_id, str(value)[:300])
        return fields

    def _take_categories(self, doc: "PackedDoc", doc_id: str, place: str) -> None:
        below = []
        for name, score in doc.cats.items():
            here = f"{place}, category {name}"
            if not isinstance(name, str) or type(score) not in (int, float, bool) or not math.isfinite(score):
                self._lose("refused", "category", "a category needs a name and a number", here, doc_id, str(score))
            elif score < _THRESHOLD:
                below.append(f"{name} {score}")
            elif not doc.text:
                self._lose("lost", "annotation", "a code of a document without text", here, doc_id, name)
            else:
                features = {"layer": _CATEGORIES} if self.several else {}
                self.spans.append(
                    Span(doc_id, 0, len(doc.text), name, score=float(score), features=features, place=here)
                )
        if below:
            reason = f"categories below {_THRESHOLD} are not given to the document"
            self._lose("lost", "category", reason, place, doc_id, ", ".join(below)[:300])

    def _lose(self, kind: Any, field: str, reason: str, place: str, doc_id: str, value: str | None = None) -> None:
        self.losses.append(Loss(kind, field, reason, place, doc_id, value=value))


#: Fields that a custom attribute of a span (``span._.coder``) may be.
_OURS = tuple(name for name in FIELDS if name != "score")


def _is_of(rest: Mapping[Any, Any], one: "Stretch") -> bool:
    """Was it said of this span, as it now is?"""
    return (one.start, one.end, one.label) == tuple(rest[name] for name in OF)


def _named(user_data: Mapping[Any, Any]) -> dict[str, str]:
    """What the document says of itself, as ``doc.user_data["doc_id"]`` or as ``doc._.doc_id``."""
    named = {key: str(value) for key, value in user_data.items() if _is_said(key, value)}
    for key, value in user_data.items():
        if _is_extension(key) and key[2] is None and _is_said(key[1], value):
            named.setdefault(key[1], str(value))
    return named


def _is_said(key: object, value: object) -> bool:
    return key in ("doc_id", "id", "lang", "title") and type(value) in (str, int)


def _is_extension(key: object) -> bool:
    """Custom attributes stand in user data as ("._.", name, start, end) (spacy/tokens/underscore.py)."""
    return isinstance(key, tuple) and len(key) == 4 and key[0] == "._." and isinstance(key[1], str)


def _is_known(key: object) -> bool:
    if isinstance(key, tuple) and _is_extension(key):
        return key[1] in ("doc_id", "id", "lang", "title") if key[2] is None else type(key[3]) is int
    return isinstance(key, str) and key in ("doc_id", "id", "lang", "title")


def _by_place(user_data: Mapping[Any, Any]) -> dict[tuple[int, int], dict[str, str]]:
    """Custom attributes of spans by their characters."""
    found: dict[tuple[int, int], dict[str, str]] = {}
    for key, value in user_data.items():
        if _is_extension(key) and type(key[2]) is int and type(key[3]) is int:
            found.setdefault((key[2], key[3]), {})[key[1]] = value if isinstance(value, str) else _json(value)
    return found


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
