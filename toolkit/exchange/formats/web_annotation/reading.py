"""Files of Web Annotations to documents and spans: every target of every annotation, a row for each of its tags."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from toolkit.errors import InputError
from toolkit.exchange.formats.web_annotation.bodies import Said, said_by
from toolkit.exchange.formats.web_annotation.selectors import Place, Unplaced, plain_position, quote_of, resolve
from toolkit.exchange.formats.web_annotation.shapes import Item, annotations_in, as_list, kind_of, text_or_none
from toolkit.exchange.formats.web_annotation.sources import Sources
from toolkit.exchange.inputs import read_json
from toolkit.exchange.model import Choices, Document, Found, Loss, Span
from toolkit.exchange.offsets import Offsets, likeliest_unit

__all__ = ["read"]

#: The model wants code points (section 4.2.4); browsers, and Hypothes.is with them, count in UTF-16.
_UNITS = ("codepoint", "utf16")
#: Rows that one annotation may make (targets times tags).
_MOST_ROWS = 100_000


class _Target(NamedTuple):
    """A document and the selectors of the place in it; without any, the whole of it is meant."""

    document: Document
    selectors: list[Any]


def read(path: Path, choices: Choices) -> Found:
    """All annotations of a file, in code points.

    Selectors are ways to say the same place, so the reader itself proves positions by quotes, in code points or
    UTF-16 units as most quotes of the file have it. Annotations of a text that is not at hand are refused. Raises
    :class:`InputError` for what is no JSON, or no Web Annotations.
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
    unit = _unit(targets)
    offsets: dict[str, Offsets] = {}
    spans: list[Span] = []
    for item, aims in zip(items, targets, strict=True):
        if item.value.get("reply_to"):
            losses.append(Loss("lost", "reply", "a reply to another annotation stands at no passage", item.place))
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
            spans += _spans(item, said, document, selectors, unit, offsets, losses)
    total = value.get("total") if isinstance(value, dict) else None
    if isinstance(total, int) and not isinstance(total, bool) and total != len(items):
        reason = f"the file says that there are {total:,} annotations and holds {len(items):,}"
        losses.append(Loss("lost", "page", reason))
    return Found(sources.all(), spans, losses)


def _empty(value: Any) -> bool:
    """Is it a collection or page that says that it has no annotations?"""
    return bool({"AnnotationCollection", "AnnotationPage"} & kind_of(value))


def _spans(
    item: Item,
    said: Said,
    document: Document,
    selectors: list[Any],
    unit: str,
    offsets: dict[str, Offsets],
    losses: list[Loss],
) -> Iterator[Span]:
    """The rows of one target."""
    try:
        place = _place(document, selectors, unit, offsets)
        if place.start == place.end:
            raise Unplaced(f"nothing stands between {place.start} and {place.end}", "lost")
    except Unplaced as problem:
        code = said.codes[0][0]
        losses.append(
            Loss(problem.kind, "annotation", str(problem), item.place, document.doc_id, code=code, coder=said.coder)
        )
        return
    if place.changed:
        losses.append(Loss("changed", "annotation", place.changed, item.place, document.doc_id))
    for code, codebook, version in said.codes:
        yield Span(
            document.doc_id, place.start, place.end, code, place.quote, codebook, version, said.stance, said.coder,
            said.kind, said.score, said.evidence, said.created, "\n\n".join(said.notes) or None, said.features,
            item.place,
        )  # fmt: skip


def _place(document: Document, selectors: list[Any], unit: str, offsets: dict[str, Offsets]) -> Place:
    text = document.text
    if text is None:
        source = document.place if document.place != document.doc_id else document.doc_id
        raise Unplaced(f"the text of '{source[:100]}' is not at hand; give it under the doc_id '{document.doc_id}'")
    if not selectors:
        return Place(0, len(text), None, "it is on the whole document; the row goes from its beginning to its end")
    if document.doc_id not in offsets:
        offsets[document.doc_id] = Offsets(text, unit)
    return resolve(selectors, text, offsets[document.doc_id])


def _unit(targets: list[list[_Target]]) -> str:
    """The unit in which positions are what quotes say. Texts in which both units are the same decide nothing."""
    differing: dict[str, bool] = {}
    quoted = []
    for document, selectors in (one for aims in targets for one in aims):
        if document.text is None:
            continue
        if document.doc_id not in differing:
            differing[document.doc_id] = max(document.text, default="") > "\uffff"
        if differing[document.doc_id]:
            position, quote = plain_position(selectors), quote_of(selectors)
            if position is not None and quote:
                quoted.append((document.text, *position, quote))
    return likeliest_unit(_UNITS, quoted) if quoted else _UNITS[0]


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
    if isinstance(source, dict):
        lang, title = text_or_none(source.get("language")), text_or_none(source.get("title"))
        source = source.get("id", source.get("@id"))
    if not isinstance(source, str) or not source:
        return None
    selectors = [
        each if isinstance(each, dict) else {"type": "selector that is only an address"}
        for each in as_list(one.get("selector"))
    ]
    return _Target(sources.document(source, lang, title), selectors)
