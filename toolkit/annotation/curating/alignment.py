"""What several coders gave on the same stretch of text, laid side by side."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from itertools import accumulate
from typing import Any, NamedTuple

import pandas as pd

from toolkit.errors import InputError

__all__ = [
    "Alignment",
    "Given",
    "Stretch",
    "align",
    "best_pairs",
    "by_overlap",
    "codings_by_stretch",
    "mostly_same",
    "records",
    "unit_of",
]

#: What a coder gave: start, end, code, stance ("" where there is none).
Given = tuple[int, int, str, str]
#: What was judged: doc_id, start, end.
Stretch = tuple[str, int, int]
_Pair = tuple[Given, Given]
_NOTHING: frozenset[Given] = frozenset()


class Alignment(NamedTuple):
    """Two codings of one stretch laid side by side.

    ``same``: same code, same borders. ``moved``: same code, overlapping, other borders. ``first``, ``second``: what
    one gave and the other did not.
    """

    same: list[_Pair]
    moved: list[_Pair]
    first: list[Given]
    second: list[Given]


def codings_by_stretch(
    annotations: pd.DataFrame, judged: pd.DataFrame, unit: str | None = None, coders: Iterable[str] | None = None
) -> dict[Stretch, dict[str, frozenset[Given]]]:
    """What each coder gave in each stretch that was judged, by place; an empty set: judged to take no code.

    Parameters
    ----------
    annotations, judged : the tables, checked already. Annotations of what their coder has not judged are left aside.
    unit : "span" if codes lie inside what was judged, else a code is given to exactly what was judged; None: as
        :func:`unit_of` finds.
    coders : only these (default: all).

    Raises
    ------
    InputError
        if a code is given twice by one coder at one place, an annotation overlaps what its coder judged without being
        it (or, in spans, without lying in it), or, in spans, stretches that one coder judged overlap.
    """
    chosen = None if coders is None else set(coders)
    spans = (unit or unit_of(annotations, judged, coders)) == "span"
    areas = _Areas(judged, chosen)
    if spans:
        areas.refuse_overlaps()
    found: dict[Stretch, dict[str, frozenset[Given]]] = {}
    for doc_id, start, end, coder in sorted(records(judged, ["doc_id", "start", "end", "coder"])):
        if chosen is None or coder in chosen:
            found.setdefault((doc_id, start, end), {})[coder] = _NOTHING
    given: dict[Stretch, dict[str, dict[tuple[int, int, str], str]]] = {}
    rows = records(annotations, ["doc_id", "start", "end", "coder", "code", "stance"])
    for number, (doc_id, start, end, coder, code, stance) in enumerate(rows, start=1):
        place = (doc_id, start, end)
        if spans or coder not in found.get(place, ()):
            area = areas.of(coder, doc_id)
            home = area.around(start, end) if spans and area else None
            if home is None:
                if area and area.touches(start, end):
                    rule = "lie inside one of these stretches" if spans else "be one of these units (or unit='span')"
                    raise InputError(
                        f"annotations, row {number}: '{doc_id}' from {start} to {end} overlaps what '{coder}' has "
                        f"judged; it must {rule}."
                    )
                continue
            place = (doc_id, *home)
        codes = given.setdefault(place, {}).setdefault(coder, {})
        if (start, end, code) in codes:
            raise InputError(
                f"annotations, row {number}: '{coder}' gave the code '{code}' twice to '{doc_id}' from {start} to "
                f"{end}; one row per coder, place and code is expected."
            )
        codes[start, end, code] = stance or ""
    for place, by_coder in given.items():
        for coder, codes in by_coder.items():
            found[place][coder] = frozenset((*key, stance) for key, stance in codes.items())
    return found


def unit_of(annotations: pd.DataFrame, judged: pd.DataFrame, coders: Iterable[str] | None = None) -> str:
    """ "span" if any annotation overlaps what its coder judged without being it, else "sentence"; tables checked."""
    chosen = None if coders is None else set(coders)
    areas = _Areas(judged, chosen)
    exact = set(records(judged, ["doc_id", "start", "end", "coder"]))
    for row in records(annotations, ["doc_id", "start", "end", "coder"]):
        doc_id, start, end, coder = row
        if row not in exact and (area := areas.of(coder, doc_id)) and area.touches(start, end):
            return "span"
    return "sentence"


class _Areas:
    """What each coder judged of each text; made when it is first asked for."""

    def __init__(self, judged: pd.DataFrame, chosen: set[str] | None) -> None:
        self._judged, self._chosen = judged, chosen
        self._areas: dict[tuple[str, str], _Area] | None = None

    def _all(self) -> dict[tuple[str, str], "_Area"]:
        if self._areas is None:
            places: dict[tuple[str, str], list[tuple[int, int]]] = {}
            for coder, doc_id, start, end in records(self._judged, ["coder", "doc_id", "start", "end"]):
                if self._chosen is None or coder in self._chosen:
                    places.setdefault((coder, doc_id), []).append((start, end))
            self._areas = {key: _Area(stretches) for key, stretches in places.items()}
        return self._areas

    def of(self, coder: str, doc_id: str) -> "_Area | None":
        return self._all().get((coder, doc_id))

    def refuse_overlaps(self) -> None:
        """In spans each part of a text is judged once."""
        for (coder, doc_id), area in self._all().items():
            if any(start < end for start, end in zip(area.starts[1:], area.reach, strict=False)):
                raise InputError(
                    f"judged: stretches of '{doc_id}' that '{coder}' judged overlap; where spans are chosen freely, "
                    "each part of a text is judged once."
                )


class _Area:
    """The stretches of one text that one coder has judged."""

    def __init__(self, stretches: list[tuple[int, int]]) -> None:
        self.stretches = sorted(stretches)
        self.starts = [start for start, _ in self.stretches]
        self.reach = list(accumulate((end for _, end in self.stretches), max))

    def touches(self, start: int, end: int) -> bool:
        """Does any stretch share a character with this one?"""
        before = bisect_left(self.starts, end)
        return before > 0 and self.reach[before - 1] > start

    def around(self, start: int, end: int) -> tuple[int, int] | None:
        """The stretch that holds this one, where stretches do not overlap."""
        place = bisect_right(self.starts, start) - 1
        return self.stretches[place] if place >= 0 and self.stretches[place][1] >= end else None


def align(first: Iterable[Given], second: Iterable[Given]) -> Alignment:
    """Lay two coders' codings of one stretch side by side.

    The same code at the same place is taken first, then the same code by overlap (characters in both / in either,
    largest first), each once. A rest that still overlaps the same code of the other, as where one divided what the
    other took whole, goes with its best partner in ``moved``.
    """
    ones, others = sorted(first), sorted(second)
    there = {other[:3]: other for other in others}
    same = [(one, there[one[:3]]) for one in ones if one[:3] in there]
    agreed = {one[:3] for one, _ in same}
    rest = [one for one in ones if one[:3] not in agreed]
    other_rest = [other for other in others if other[:3] not in agreed]
    moved = best_pairs(rest, other_rest, by_overlap, lambda one, other: one[2] == other[2])
    paired, other_paired = {one for one, _ in moved}, {other for _, other in moved}
    for one in rest:
        if one not in paired and (near := _nearest(one, others)):
            moved.append((one, near))
            paired.add(one)
    for other in other_rest:
        if other not in other_paired and (near := _nearest(other, ones)):
            moved.append((near, other))
            other_paired.add(other)
    return Alignment(
        same,
        moved,
        [one for one in rest if one not in paired],
        [other for other in other_rest if other not in other_paired],
    )


def _nearest(coding: Given, others: list[Given]) -> Given | None:
    """The coding of the same code that overlaps most."""
    pairs = _overlapping([coding], [other for other in others if other[2] == coding[2]])
    return min(pairs, key=lambda pair: by_overlap(*pair))[1] if pairs else None


def best_pairs(
    first: list[Given],
    second: list[Given],
    key: Callable[[Given, Given], tuple[object, ...]],
    fits: Callable[[Given, Given], bool],
) -> list[_Pair]:
    """Overlapping pairs that fit, the best (smallest key) first, each coding used once."""
    pairs = [pair for pair in _overlapping(first, second) if fits(*pair)]
    taken: list[_Pair] = []
    used: tuple[set[Given], set[Given]] = (set(), set())
    for one, other in sorted(pairs, key=lambda pair: key(*pair)):
        if one not in used[0] and other not in used[1]:
            taken.append((one, other))
            used[0].add(one)
            used[1].add(other)
    return taken


def _end(coding: Given) -> int:
    """The end, one character on where a coding holds none (the code of an empty text)."""
    return max(coding[1], coding[0] + 1)


def by_overlap(one: Given, other: Given) -> tuple[object, ...]:
    """Largest share of common characters first, then by place; the same whichever of the two comes first."""
    common = min(_end(one), _end(other)) - max(one[0], other[0])
    either = max(_end(one), _end(other)) - min(one[0], other[0])
    return -common / either, min(one, other), max(one, other)


def mostly_same(one: Given, other: Given) -> bool:
    """Does at least half of each lie in the other?"""
    common = min(_end(one), _end(other)) - max(one[0], other[0])
    return 2 * common >= max(_end(one) - one[0], _end(other) - other[0])


def _overlapping(first: list[Given], second: list[Given]) -> list[_Pair]:
    """All pairs that share a character; both lists are sorted."""
    starts = [other[0] for other in second]
    reach = list(accumulate(map(_end, second), max))
    pairs = []
    for one in first:
        place = bisect_left(starts, _end(one)) - 1
        while place >= 0 and reach[place] > one[0]:
            if _end(second[place]) > one[0]:
                pairs.append((one, second[place]))
            place -= 1
    return pairs


def records(table: pd.DataFrame, columns: list[str]) -> Iterable[tuple[Any, ...]]:
    """Rows as tuples of plain values, None for what is missing."""
    plain = (table[column].astype(object).where(table[column].notna(), None).tolist() for column in columns)
    return zip(*plain, strict=True)
