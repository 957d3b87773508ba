"""Where selections of a REFI-QDA project stand: the unit of their positions, proven by their names."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from toolkit.exchange.formats.refi_qda.fields import ORIGIN, clean
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
    """The annotations, each with its text where the selection's name says it; refused ones are added to ``losses``."""
    for one in selections:
        if one.end < 0:
            one.end = Offsets(one.text, unit).from_points(len(one.text))
        quote = _slice(one, unit) if one.name else None
        said = quote is not None and _is_text(one.name, quote)
        if one.name and not said and one.name.endswith("…") and len(one.name) >= _CUT:
            reason = "its name, a text cut short, is not what stands at its positions"
            for fields in one.spans:
                losses.append(
                    Loss("refused", "annotation", reason, one.place, one.doc_id, code=fields["code"], value=one.name)
                )
            continue
        for fields in one.spans:
            if one.name and not said:
                fields["features"].setdefault("name", one.name)
            yield Span(one.doc_id, one.start, one.end, quote=quote if said else None, place=one.place, **fields)


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
    said, stands = "".join(name.split()), "".join(clean(text).split())
    return said == stands or (said.endswith("…") and len(said) > 1 and stands.startswith(said[:-1]))
