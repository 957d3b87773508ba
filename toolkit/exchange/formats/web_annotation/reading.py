"""Files of Web Annotations to documents and spans: every target of every annotation, a row for each of its tags."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from toolkit.errors import InputError
from toolkit.exchange.formats.web_annotation.bodies import Said, said_by
from toolkit.exchange.formats.web_annotation.counting import Counted, Counting, joined
from toolkit.exchange.formats.web_annotation.selectors import Place, Unplaced, plain_position, quote_of, resolve
from toolkit.exchange.formats.web_annotation.shapes import Item, annotations_in, as_list, kind_of, text_or_none
from toolkit.exchange.formats.web_annotation.sources import Sources
from toolkit.exchange.inputs import read_json
from toolkit.exchange.model import Choices, Document, Found, Loss, Span

__all__ = ["read"]

#: Rows that one annotation may make (targets times tags).
_MOST_ROWS = 100_000


class _Target(NamedTuple):
    """A document and the selectors of the place in it; without any, the whole of it is meant."""

    document: Document
    selectors: list[Any]


def read(path: Path, choices: Choices) -> Found:
    """All annotations of a file, in code points.

    Selectors are ways to say the same place, so the reader itself proves positions by quotes, in the unit that most
    quotes of the file have. Annotations of a text that is not at hand are refused; so are those that name no source,
    unless one text alone was given. Raises :class:`InputError` for what is no JSON, or no Web Annotations.
    """
    losses: list[Loss] = []
    value = read_json(path)
    items, described, ours = annotations_in(value, losses)
    if not items and not described and not _empty(value):
        raise InputError(
            f"{path}: holds no Web Annotations; expected an annotation with a target, an AnnotationPage, an "
            "AnnotationCollection or a list of them."
        )
    sources = Sources(path, choices.texts)
    for one in described:
        if isinstance(one.get("id"), str):
            sources.document(one["id"], text_or_none(one.get("language")), text_or_none(one.get("title")))
    targets = [list(_targets(item, sources, losses)) for item in items]
    if sources.guessed is not None:
        reason = "targets that name no source are taken to be in the only text that was given"
        losses.append(Loss("changed", "doc_id", reason, path.name, sources.guessed))
    places = _Places(targets, ours, losses)
    spans: list[Span] = []
    for item, aims in zip(items, targets, strict=True):
        if item.value.get("reply_to"):
            reply = said_by(item, ours, [])
            reason, note = "a reply to another annotation stands at no passage", "; ".join(reply.notes)[:300] or None
            losses.append(Loss("lost", "reply", reason, item.place, coder=reply.by.coder, value=note))
            continue
        said = said_by(item, ours, losses)
        if not said.codes:
            losses.append(
                Loss("lost", "annotation", "it has no tag and no motivation, so there is no code", item.place)
            )
            continue
        if len(aims) * len(said.codes) > _MOST_ROWS:
            reason = f"it would be {len(aims) * len(said.codes):,} rows, more than {_MOST_ROWS:,}"
            losses.append(Loss("refused", "annotation", reason, item.place))
            continue
        if len(said.notes) > 1:
            losses.append(Loss("changed", "note", f"{len(said.notes)} comments became one note", item.place))
        for document, selectors in aims:
            spans += _spans(item, said, document, selectors, places, losses)
    total = value.get("total") if isinstance(value, dict) else None
    replies = len(as_list(value.get("replies"))) if isinstance(value, dict) and "rows" in value else 0
    # replies that stand beside the rows are not counted with them
    if isinstance(total, int) and not isinstance(total, bool) and total not in (len(items), len(items) - replies):
        reason = f"the file says that there are {total:,} annotations and holds {len(items):,}"
        losses.append(Loss("lost", "page", reason))
    return Found(sources.all(), spans, losses, as_quoted=joined)


def _empty(value: Any) -> bool:
    """Is it a collection or page that says that it has no annotations?"""
    return bool({"AnnotationCollection", "AnnotationPage"} & kind_of(value))


def _spans(
    item: Item,
    said: Said,
    document: Document,
    selectors: list[Any],
    places: "_Places",
    losses: list[Loss],
) -> Iterator[Span]:
    """The rows of one target."""
    try:
        place = places.place(document, selectors, item.place)
        if place.start == place.end:
            raise Unplaced(f"nothing stands between {place.start} and {place.end}", "lost")
    except Unplaced as problem:
        code, reason = said.codes[0], str(problem)
        who = (document.doc_id, None, None, code.name, code.by.coder)
        losses.append(Loss(problem.kind, "annotation", reason, item.place, *who))
        return
    if place.changed:
        losses.append(Loss("changed", "annotation", place.changed, item.place, document.doc_id))
    note = "\n\n".join(said.notes) or None
    for code in said.codes:
        yield Span(
            document.doc_id, place.start, place.end, code.name, place.quote, code.codebook, code.version, said.stance,
            code.by.coder, said.kind or code.by.kind, said.score, said.evidence, code.by.created, note, said.features,
            item.place,
        )  # fmt: skip


class _Places:
    """Finds places in the texts of one file."""

    def __init__(self, targets: list[list[_Target]], ours: bool, losses: list[Loss]) -> None:
        self._ours, self._losses = ours, losses
        self._texts: dict[str, Counted] = {}
        # texts in which all units are the same decide nothing
        self._differing: dict[str, bool] = {}
        self._unproved: set[str] = set()
        quoted = []
        for document, selectors in (one for aims in targets for one in aims):
            text = document.text
            if text is None:
                continue
            if document.doc_id not in self._differing:
                self._differing[document.doc_id] = "\r\n" in text or max(text, default="") > "\uffff"
            if self._differing[document.doc_id]:
                position, quote = plain_position(selectors), quote_of(selectors)
                if position is not None and quote:
                    quoted.append((text, *position, quote))
        self._counting = Counting(quoted)

    def place(self, document: Document, selectors: list[Any], where: str) -> Place:
        """The place that selectors say. Raises :class:`Unplaced`."""
        text = document.text
        if text is None:
            source = document.place if document.place != document.doc_id else document.doc_id
            raise Unplaced(f"the text of '{source[:100]}' is not at hand; give it under the doc_id '{document.doc_id}'")
        if not selectors:
            return Place(0, len(text), None, "it is on the whole document; the row goes from its beginning to its end")
        counted = self._texts.setdefault(document.doc_id, Counted(text))
        place = resolve(selectors, counted, self._counting.unit)
        if place.quote is None and self._differing[document.doc_id] and not self._ours:
            self._prove(document.doc_id, selectors, counted, place, where)
        return place

    def _prove(self, doc_id: str, selectors: list[Any], counted: Counted, place: Place, where: str) -> None:
        """Report, once for a document, that a place would be another one in a unit that is as likely."""
        for unit in (self._counting.unit, *self._counting.rivals) if doc_id not in self._unproved else ():
            try:
                other = resolve(selectors, counted, unit, fragments=unit)
            except Unplaced:
                continue
            if (other.start, other.end) != (place.start, place.end):
                reason = (
                    "positions without a quote, and line ends of two characters or characters beyond U+FFFF, which "
                    "programs count in several ways; nothing proves that the places are the right ones"
                )
                self._losses.append(Loss("changed", "annotation", reason, where, doc_id))
                self._unproved.add(doc_id)
                return


def _targets(item: Item, sources: Sources, losses: list[Loss]) -> Iterator[_Target]:
    """The targets of an annotation: addresses, resources and lists of them."""
    found = as_list(item.value.get("target"))
    if not found:
        losses.append(Loss("refused", "annotation", "it has no target", item.place))
    if len(found) > 1 and "reply_to" not in item.value:
        losses.append(Loss("changed", "annotation", f"its {len(found)} targets are rows of their own", item.place))
    for one in found:
        if isinstance(one, dict) and "items" in one and "source" not in one:
            reason = f"a {', '.join(sorted(kind_of(one))) or 'list'} of targets: how they belong together is lost"
            losses.append(Loss("changed", "target", reason[:200], item.place))
            inner = as_list(one["items"])
        else:
            inner = [one]
        for each in inner:
            target = _target(each, sources)
            if target is None:
                reason = f"its target names no source: {str(each)[:80]}"
                losses.append(Loss("refused", "annotation", reason, item.place))
            else:
                yield target


def _target(one: Any, sources: Sources) -> _Target | None:
    """One target: an address (perhaps with a fragment), or a resource with selectors."""
    if isinstance(one, str):
        address, mark, fragment = one.partition("#")
        if mark and fragment.startswith("char="):
            return _Target(sources.document(address), [{"type": "FragmentSelector", "value": fragment}])
        return _Target(sources.document(one), [])
    if not isinstance(one, dict):
        return None
    source: Any = one.get("source", one.get("id", one.get("@id")))
    lang = title = None
    if _nameless(one):
        only = sources.only()
        return None if only is None else _Target(only, _selectors(one))
    if isinstance(source, dict):
        lang, title = text_or_none(source.get("language")), text_or_none(source.get("title"))
        source = source.get("id", source.get("@id"))
    if not isinstance(source, str) or not source:
        return None
    return _Target(sources.document(source, lang, title), _selectors(one))


def _nameless(one: dict[str, Any]) -> bool:
    """Has a target selectors and no source, as Recogito writes it, which knows what text it shows?"""
    return one.get("selector") is not None and all(one.get(name) is None for name in ("source", "id", "@id"))


def _selectors(one: dict[str, Any]) -> list[Any]:
    return [
        each if isinstance(each, dict) else {"type": "selector that is only an address"}
        for each in as_list(one.get("selector"))
    ]
