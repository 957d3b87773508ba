"""Selectors of a target to positions in its text (Web Annotation Data Model, section 4.2).

A list of selectors are ways to say the same place: a position is taken and proved by the quote; where it does not hold,
or there is none, the quote is looked for with its prefix and suffix, and taken if it stands there once. Line ends of
one character in a quote are those of two in the text. ``refinedBy`` counts inside what the outer selector chose. XPath,
CSS, SVG and data selectors need the page and are not followed.
"""

import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from toolkit.exchange.formats.web_annotation.counting import Counted, joined
from toolkit.exchange.formats.web_annotation.shapes import as_list, kind_of, text_or_none
from toolkit.exchange.json_values import whole_of

__all__ = ["FRAGMENTS", "Place", "Unplaced", "plain_position", "quote_of", "resolve"]

#: RFC 5147: a range of characters of a text/plain resource.
_CHARS = re.compile(r"(?:char=)(\d{1,15}),(\d{1,15})(?:;.*)?", re.DOTALL)
#: How deep refinements are followed; those of the specification's examples have one level.
_DEEPEST = 20
#: A fragment counts each line end as one character, however it is written (RFC 5147, 4.1).
FRAGMENTS = "codepoint/lf"
_POSITIONS = ("TextPositionSelector", "FragmentSelector", "RangeSelector")


class Unplaced(Exception):
    """Why a selector gives no place: the end of a sentence; ``kind`` of the loss."""

    def __init__(self, reason: str, kind: Literal["refused", "lost"] = "refused") -> None:
        super().__init__(reason)
        self.kind: Literal["refused", "lost"] = kind


class Place(NamedTuple):
    """Code points of a text, the quote if the selectors tell one, and how it was found if not as it was said."""

    start: int
    end: int
    quote: str | None = None
    changed: str | None = None


class _Units(NamedTuple):
    """The units in which positions and fragments count."""

    position: str
    fragment: str


def plain_position(selectors: list[Any]) -> tuple[int, int] | None:
    """Start and end of the text position among selectors that are not refined, as they stand."""
    for one in selectors:
        if "TextPositionSelector" in kind_of(one) and one.get("refinedBy") is None:
            start, end = one.get("start"), one.get("end")
            if whole_of(start) is not None and whole_of(end) is not None:
                return start, end
    return None


def quote_of(selectors: list[Any]) -> str | None:
    """The words that the selectors quote."""
    for one in selectors:
        if "TextQuoteSelector" in kind_of(one) and one.get("refinedBy") is None:
            exact = text_or_none(one.get("exact"))
            if exact is not None:
                return exact
    return None


def resolve(selectors: list[Any], counted: Counted, unit: str, fragments: str = FRAGMENTS) -> Place:
    """The place in a text; the units are those of positions and of fragments. Raises :class:`Unplaced`."""
    low, high, level = 0, len(counted.text), 0
    units = _Units(unit, fragments)
    while True:
        place = _alternatives(selectors, counted, units, low, high)
        inner = [one for each in selectors if isinstance(each, dict) for one in as_list(each.get("refinedBy"))]
        if not inner:
            return place
        level += 1
        if level > _DEEPEST:
            raise Unplaced(f"its selectors are refined more than {_DEEPEST} times")
        low, high, selectors = place.start, place.end, inner


def _alternatives(selectors: list[Any], counted: Counted, units: _Units, low: int, high: int) -> Place:
    """The place that alternative selectors say, inside of low and high."""
    quotes = [one for one in selectors if "TextQuoteSelector" in kind_of(one)]
    text, exact = counted.text, quote_of(selectors)
    problems: list[Unplaced] = []
    for one, way in _ways(selectors, units, exact):
        try:
            start, end = _position(one, counted, way, low, high)
        except Unplaced as problem:
            problems.append(problem)
            continue
        if exact is None or text[start:end] == exact or joined(text[start:end]) == joined(exact):
            return Place(start, end, exact)
        short = repr(text[start:end][:40])
        problems.append(Unplaced(f"the quote {exact[:40]!r} is not what stands at its position ({short})"))
    for one in quotes:
        try:
            start, end = _quoted(one, counted, low, high)
        except Unplaced as problem:
            problems.append(problem)
            continue
        changed = f"{problems[0]}; it was found by its quote" if problems else None
        return Place(start, end, exact, changed)
    if problems:
        raise problems[-1]
    names = sorted({name for one in selectors for name in kind_of(one)}) or ["no selector"]
    raise Unplaced(f"{', '.join(names)[:100]}: no position in a text, the page itself would be needed", "lost")


def _ways(selectors: list[Any], units: "_Units", exact: str | None) -> Iterator[tuple[dict[str, Any], "_Units"]]:
    """The selectors that count, each with the unit to try; with a quote a fragment is also tried as others count."""
    for one in selectors:
        kinds = kind_of(one)
        if kinds.isdisjoint(_POSITIONS) or ("startContainer" in one and "startSelector" not in one):
            continue
        if "FragmentSelector" in kinds:
            yield one, units
            if exact is not None and units.fragment != units.position:
                yield one, units._replace(fragment=units.position)
        else:
            yield one, units


def _position(one: dict[str, Any], counted: Counted, units: _Units, low: int, high: int) -> tuple[int, int]:
    """What a selector that counts says, in code points of the text."""
    kinds = kind_of(one)
    if "RangeSelector" in kinds:
        # from the beginning of the first to the beginning of the second (section 4.2.9)
        ends = []
        for name in ("startSelector", "endSelector"):
            inner = as_list(one.get(name))
            if any("RangeSelector" in kind_of(each) for each in inner):
                raise Unplaced("a range inside of a range is not followed", "lost")
            ends.append(_alternatives(inner, counted, units, low, high).start)
        start, end = ends
    else:
        if "TextPositionSelector" in kinds:
            said = one.get("start"), one.get("end")
        else:
            match = _CHARS.fullmatch(text_or_none(one.get("value")) or "")
            if match is None:
                value = str(one.get("value"))[:60]
                raise Unplaced(f"the fragment '{value}' is no range of characters (char=3,9)", "lost")
            said = int(match[1]), int(match[2])
        first, last = whole_of(said[0]), whole_of(said[1])
        if first is None or last is None:
            raise Unplaced(f"start {said[0]!r:.40} and end {said[1]!r:.40} are not both whole numbers from 0 on")
        offsets = counted.offsets(units.position if "TextPositionSelector" in kinds else units.fragment)
        before = offsets.from_points(low)
        try:
            start, end = offsets.to_points(before + first), offsets.to_points(before + last)
        except ValueError as error:
            raise Unplaced(str(error)) from None
    if not low <= start <= end <= high:
        raise Unplaced(f"its end {end} lies before its start {start}, or outside of what it refines")
    return start, end


def _quoted(one: dict[str, Any], counted: Counted, low: int, high: int) -> tuple[int, int]:
    """Where a quote stands, if that is one place."""
    exact = text_or_none(one.get("exact"))
    if not exact:
        raise Unplaced("its quote has no words")
    before, after = text_or_none(one.get("prefix")) or "", text_or_none(one.get("suffix")) or ""
    found = _found(exact, before, after, counted.text, low, high)
    if not found and "\r" in counted.text:
        # as browsers have it, and back to the line ends of the text
        offsets = counted.offsets("codepoint/lf")
        borders = offsets.from_points(low), offsets.from_points(high)
        exact, before, after = joined(exact), joined(before), joined(after)
        found = [offsets.to_points(at) for at in _found(exact, before, after, counted.joined, *borders)]
    if not found:
        raise Unplaced(f"the quote {exact[:40]!r} is not in the text")
    if len(found) > 2:
        raise Unplaced(f"the quote {exact[:40]!r} stands in the text more than once, also with what is around it")
    return found[0], found[1]


def _found(exact: str, before: str, after: str, text: str, low: int, high: int) -> list[int]:
    """Start and end of the first two places of a quote with what is around it."""
    whole = before + exact + after
    borders: list[int] = []
    # what stands around may lie outside of what is refined
    at = text.find(whole, max(0, low - len(before)), high + len(after))
    while at >= 0 and len(borders) < 4:
        start = at + len(before)
        borders += [start, start + len(exact)]
        at = text.find(whole, at + 1, high + len(after))
    return borders
