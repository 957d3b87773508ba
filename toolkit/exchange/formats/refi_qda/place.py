"""Where selections of a REFI-QDA project stand: the unit of their positions, proven by their names."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from toolkit.exchange.formats.refi_qda.fields import NAME_LENGTH, ORIGIN, clean
from toolkit.exchange.model import Loss, Span
from toolkit.exchange.offsets import Offsets

__all__ = ["Selection", "spans_at", "unit_of"]

#: Units tried, by the program that wrote the file; the first one where names of selections prove nothing.
_STANDARD = ("codepoint", "codepoint/lf", "utf16", "utf16/lf")
_ATLAS = ("codepoint/lf", "utf16/lf", "codepoint", "utf16")
#: A name that ends in "…" and is at least so long is a text that ATLAS.ti cut (94 to 101 signs in Annex A.3).
_CUT = 90


@dataclass
class Selection:
    """A selection while its place is not yet proven."""

    doc_id: str
    text: str
    start: int
    end: int
    name: str
    spans: list[dict[str, Any]]
    place: str


def unit_of(selections: list[Selection], origin: str) -> str:
    """The unit in which most names of selections are the text at their positions; the first among equals.

    ``origin``: the program that wrote the file, as the file says.
    """
    units = ("codepoint",) if origin == ORIGIN else _ATLAS if "atlas" in origin.lower() else _STANDARD
    hits: Counter[str] = Counter()
    for one in selections:
        if one.name:
            hits.update(unit for unit in units if _is_text(one.name, _slice(one, unit)))
    return max(units, key=lambda unit: hits[unit])


def spans_at(selections: list[Selection], unit: str, losses: list[Loss]) -> Iterator[Span]:
    """The annotations, each with its text where the selection's name says it; refused ones are added to ``losses``.

    A long name that is a text cut short, but not the text at its positions, proves the positions wrong, unless we wrote
    it and the positions of the document are right otherwise: then a person moved the selection or edited the text, and
    the program left it its old name.
    """
    read = []
    for one in selections:
        if one.end < 0:
            one.end = Offsets(one.text, unit).from_points(len(one.text))
        quote = _slice(one, unit) if one.name else None
        read.append((one, quote, quote is not None and _is_text(one.name, quote)))
    wrong = _shifted([(one, said) for one, _, said in read if one.name])
    for one, quote, said in read:
        cut = one.name.endswith("…") and len(one.name) >= _CUT
        ours = cut and len(one.name) == NAME_LENGTH and quote is not None and one.doc_id not in wrong
        if cut and not said:
            kind: Literal["refused", "changed"] = "refused"
            reason = "its name, a text cut short, is not what stands at its positions"
            if ours:
                kind = "changed"
                reason = "it was moved, resized or edited since we named it by its text; read where it stands now"
            for fields in one.spans:
                losses.append(
                    Loss(kind, "annotation", reason, one.place, one.doc_id, code=fields["code"], value=one.name)
                )
            if not ours:
                continue
        for fields in one.spans:
            if one.name and not said and not ours:
                fields["features"].setdefault("name", one.name)
            yield Span(one.doc_id, one.start, one.end, quote=quote if said else None, place=one.place, **fields)


def _shifted(named: list[tuple[Selection, bool]]) -> set[str]:
    """The documents in which most names are texts of other places: there positions are counted in another way.

    ``named``: selections, and whether their name is the text at their positions. Where a document has but one such
    name, the other documents of the file decide.
    """
    if all(said for _, said in named):
        return set()
    right, wrong = Counter[str](), Counter[str]()
    texts: dict[str, str] = {}
    for one, said in named:
        if one.doc_id not in texts:
            texts[one.doc_id] = _words(one.text)
        if said:
            right[one.doc_id] += 1
        elif _words(one.name).removesuffix("…") in texts[one.doc_id]:
            wrong[one.doc_id] += 1
    whole = wrong.total() > max(right.total(), 1)
    return {doc_id for doc_id, count in wrong.items() if count > right[doc_id] and (count > 1 or whole)}


def _slice(one: Selection, unit: str) -> str | None:
    """The text at a selection's positions; None outside the text."""
    if unit == "codepoint" or (one.text.isascii() and "\r" not in one.text):
        return one.text[one.start : one.end] if one.end <= len(one.text) else None
    offsets = Offsets(one.text, unit)
    try:
        return one.text[offsets.to_points(one.start) : offsets.to_points(one.end)]
    except ValueError:
        return None


def _is_text(name: str, text: str | None) -> bool:
    """Is a name this text, or its beginning and "…"? Programs write it on one line, so white space does not count."""
    if text is None:
        return False
    said, stands = _words(name), _words(text)
    return said == stands or (said.endswith("…") and len(said) > 1 and stands.startswith(said[:-1]))


def _words(text: str) -> str:
    return "".join(clean(text).split())
