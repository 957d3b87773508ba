"""The results of one annotation or prediction of Label Studio as spans and losses.

The types of results and their values: https://labelstud.io/guide/task_format and the docs of the tags. A label,
choice or path of a taxonomy is a code: of its region where it has a start and an end, of the whole text where it has
none. In a region that has labels, choices and entries of text say more of it: stance, note, or a feature named after
the control.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from toolkit.exchange.json_values import (
    list_of,
    mapping_of,
    number_of,
    said,
    text_of,
    text_or_json,
    whole_of,
)
from toolkit.exchange.model import Loss
from toolkit.tables.columns import STANCES

__all__ = ["Coding", "Region", "regions_of"]

#: Results whose value is a list of codes.
_CODES = ("labels", "choices", "taxonomy")
#: Names under which other projects keep notes.
_NOTES = ("note", "notes", "comment", "comments", "nota", "comentario", "commento")


@dataclass(slots=True)
class Coding:
    """One code of one region: ``start`` None for the whole text."""

    code: str
    start: int | None
    end: int | None
    quote: str | None
    from_name: str
    to_name: str | None
    source: str | None


@dataclass(slots=True)
class Region:
    """What was said of one place: its codings, and what holds for all of them."""

    codings: list[Coding] = field(default_factory=list)
    stance: str | None = None
    notes: list[str] = field(default_factory=list)
    score: float | None = None
    origin: str | None = None
    features: dict[str, str] = field(default_factory=dict)
    meta: Mapping[str, Any] = field(default_factory=dict)


def regions_of(results: Sequence[Any], place: str, losses: list[Loss]) -> list[Region]:
    """The regions of one annotation in the order of the file; what is none of text goes to ``losses``."""
    groups: dict[Any, list[Mapping[str, Any]]] = {}
    for number, one in enumerate(results, 1):
        if not isinstance(one, dict) or not isinstance(one.get("type"), str):
            losses.append(Loss("refused", "annotation", f"got {said(one)}, expected a result with a type", place))
        elif one["type"] == "relation":
            ends = f"{said(one.get('from_id'))} to {said(one.get('to_id'))}"
            reason = "relations between annotations have no place in our table"
            losses.append(Loss("lost", "relation", reason, place, value=ends))
        elif not isinstance(one.get("value"), dict):
            losses.append(Loss("refused", "annotation", f"result {number} has no value", place))
        else:
            name = one.get("id")
            groups.setdefault(name if isinstance(name, str) and name else number, []).append(one)
    regions = []
    for group in groups.values():
        region = _region(group, place, losses)
        if region.codings:
            regions.append(region)
    return regions


def _region(group: Sequence[Mapping[str, Any]], place: str, losses: list[Loss]) -> Region:
    region = Region()
    labels = [one for one in group if one["type"].endswith("labels")]
    carrying = labels or [one for one in group if one["type"] in ("choices", "taxonomy") and not one.get("of_region")]
    for one in carrying:
        region.codings += _codings(one, place, losses)
    for one in group:
        if not any(one is other for other in carrying):
            _add(region, one, place, losses)
        region.score = number_of(one.get("score")) if region.score is None else region.score
        region.meta = mapping_of(one.get("meta")) or region.meta
        region.origin = text_of(one.get("origin")) or region.origin
    return region


def _codings(result: Mapping[str, Any], place: str, losses: list[Loss]) -> Iterator[Coding]:
    """The codes of a result, or a loss where it is not of text."""
    kind, value = result["type"], result["value"]
    problem = _not_text(result)
    if problem is None and kind not in _CODES:
        problem = ("lost", f"a region of the type '{kind[:40]}' is no stretch of a plain text")
    start, end = whole_of(value.get("start")), whole_of(value.get("end"))
    whole = kind != "labels" and value.get("start") is None and value.get("end") is None
    if problem is None and not whole and (start is None or end is None):
        got = f"got start {said(value.get('start'))}, end {said(value.get('end'))}, expected whole numbers"
        problem = ("refused", got)
    codes = [code for item in list_of(value.get(kind)) if (code := _code(item))]
    if problem is None and not codes:
        problem = ("lost", "a region without a label is no coding")
    if problem is not None:
        losses.append(Loss(problem[0], "annotation", problem[1], place, value=_value(result)))  # type: ignore[arg-type]
        return
    for code in codes:
        yield Coding(
            code,
            start,
            end,
            text_of(value.get("text")),
            text_of(result.get("from_name")) or "",
            text_of(result.get("to_name")),
            text_of(result.get("source")),
        )


def _not_text(result: Mapping[str, Any]) -> tuple[str, str] | None:
    """Why a result is not of a plain text, from the shape of its value."""
    value = result["value"]
    if "startOffset" in value or "globalOffsets" in value:
        # positions in HTML are XPaths, in dialogues numbers of turns; globalOffsets count what a browser shows
        return "lost", "marked in HTML or a dialogue, its position is not one in a plain text"
    floats = isinstance(value.get("start"), float) or isinstance(value.get("end"), float)
    if "channel" in value or "ranges" in value or "original_length" in result or floats:
        return "lost", "a stretch of sound, video or a time series is no stretch of text"
    return None


def _code(item: Any) -> str | None:
    """A label or choice; a path of a taxonomy as one code."""
    if isinstance(item, list):
        return "/".join(one for one in item if isinstance(one, str)) or None
    return text_of(item)


def _add(region: Region, result: Mapping[str, Any], place: str, losses: list[Loss]) -> None:
    """What a result without a code of its own says of its region."""
    kind, value = result["type"], result["value"]
    name = text_of(result.get("from_name")) or kind
    inside = value.get("text") if kind == "textarea" else value.get(kind)
    if inside is None or not region.codings:
        reason = "it belongs to no label" if inside is not None else f"the type '{kind[:40]}' is not known"
        if result.get("of_region"):
            reason = "JSON-MIN does not say which region it belongs to; export as JSON"
        losses.append(Loss("lost", name[:60], reason, place, value=_value(result)))
        return
    texts = [text_or_json(item) for item in (inside if isinstance(inside, list) else [inside])]
    if kind == "choices" and name == "stance" and len(texts) == 1 and texts[0] in STANCES and region.stance is None:
        region.stance = texts[0]
    elif kind == "textarea" and name.lower() in _NOTES:
        region.notes += texts
    else:
        before = region.features.get(name)
        region.features[name] = "; ".join(([before] if before else []) + texts)


def _value(result: Mapping[str, Any]) -> str:
    value = result["value"]
    inside = next((value[key] for key in (result["type"], "labels", "choices", "text") if key in value), value)
    return said(inside)
