"""The evidence of an annotation, read and checked: parts of the score, cues, nearest examples, stance."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from toolkit.errors import InputError
from toolkit.tables import STANCES

__all__ = ["CueFound", "Evidence", "NearExample", "read_evidence"]


class CueFound(NamedTuple):
    """A cue: its words in the codebook, weight, position in the post, and the text found there."""

    cue: str
    weight: float
    start: int
    end: int
    quote: str


class NearExample(NamedTuple):
    """An example near the passage: ``similarity`` (cosine, -1 to 1), ``stance`` (None: it does not carry the code),
    ``part`` (what it adds to the logit; None where the coder does not say)."""

    id: str
    similarity: float | None
    stance: str | None
    text: str
    part: float | None


@dataclass(frozen=True)
class Evidence:
    """What a coder keeps with an annotation; everything may be missing.

    ``probability`` 0 to 1; ``logit`` = log(p / (1 - p)); ``parts`` add up to the logit; ``stance``: probability of
    each stance; ``other``: further single values the coder wrote. ``slips``: what does not add up (see
    :func:`read_evidence`).
    """

    method: str | None = None
    probability: float | None = None
    logit: float | None = None
    parts: Mapping[str, float] = field(default_factory=dict)
    cues: tuple[CueFound, ...] = ()
    examples: tuple[NearExample, ...] = ()
    stance: Mapping[str, float] = field(default_factory=dict)
    other: Mapping[str, str] = field(default_factory=dict)
    slips: tuple[tuple[str, float, float], ...] = ()


def read_evidence(
    cell: object, where: str, text: str, *, offset: int = 0, whole: bool = True, score: float | None = None
) -> Evidence | None:
    """The ``evidence`` cell of an annotation; None where there is none.

    Parameters
    ----------
    cell : JSON, a dict, or missing (None, NaN).
    where : named in the errors.
    text, offset, whole : the text of the post, or with ``whole`` false what is known of it, which begins at
        ``offset``: quotes of cues must be the text they point to.
    score : the annotation's score, 0 to 1.

    Returns
    -------
    Evidence
        ``slips`` holds (name, got, expected) where numbers contradict each other by more than their rounding:
        "sum" (of the parts, and the logit), "probability" (and 1 / (1 + exp(-logit))), "score" (and probability).

    Raises
    ------
    InputError
        for what is not JSON or not in this form, numbers out of range, cues outside the text.
    """
    raw = _loaded(cell, where)
    if raw is None:
        return None
    parts = {str(name): _number(part, where, f"part '{name}'") for name, part in _dict(raw, "parts", where).items()}
    probability = _optional(raw, "probability", where, low=0, high=1)
    logit = _optional(raw, "logit", where)
    known = {"method", "probability", "logit", "parts", "cues", "examples", "stance"}
    return Evidence(
        method=None if raw.get("method") is None else str(raw["method"]),
        probability=probability,
        logit=logit,
        parts=parts,
        cues=tuple(_cue(row, where, text, offset, whole) for row in _list(raw, "cues", where)),
        examples=tuple(_example(row, where) for row in _list(raw, "examples", where)),
        stance={
            stance: _number(part, where, f"stance '{stance}'", low=0, high=1)
            for stance, part in sorted(_dict(raw, "stance", where).items(), key=_stance_order)
        },
        other={
            str(name): str(value)
            for name, value in raw.items()
            if name not in known and isinstance(value, str | int | float)
        },
        slips=_slips(parts, logit, probability, score),
    )


def _loaded(cell: object, where: str) -> dict[str, Any] | None:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return None
    raw = cell
    if isinstance(cell, str):
        try:
            raw = json.loads(cell)
        except (ValueError, RecursionError) as error:
            raise InputError(
                f"{where}: the evidence is not JSON ({error}); expected is what the coder wrote, or nothing."
            ) from error
    if not isinstance(raw, dict):
        raise InputError(
            f"{where}: the evidence is {type(raw).__name__}, expected a JSON object such as "
            '{"method": "cues", "cues": [...]}.'
        )
    return raw


def _dict(raw: dict[str, Any], key: str, where: str) -> dict[str, Any]:
    return _shaped(raw, key, where, dict, "an object of names and numbers")


def _list(raw: dict[str, Any], key: str, where: str) -> list[Any]:
    rows = _shaped(raw, key, where, list, "a list of objects")
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise InputError(f"{where}: evidence, {key}, entry {number} is {_shown(row)}, expected an object.")
    return rows


def _shaped(raw: dict[str, Any], key: str, where: str, kind: Callable[[], Any], wanted: str) -> Any:
    value = raw.get(key)
    if value is None:
        return kind()
    if not isinstance(value, kind):  # type: ignore[arg-type]
        raise InputError(f"{where}: evidence, '{key}' is {_shown(value)}, expected {wanted}.")
    return value


def _number(value: object, where: str, what: str, low: float = -math.inf, high: float = math.inf) -> float:
    fine = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not fine or not low <= value <= high:  # type: ignore[operator]
        allowed = "a finite number" if math.isinf(low) else f"a number from {low:g} to {high:g}"
        raise InputError(f"{where}: evidence, {what} is {_shown(value)}, expected {allowed}.")
    return float(value)  # type: ignore[arg-type]


def _optional(
    raw: dict[str, Any], key: str, where: str, low: float = -math.inf, high: float = math.inf
) -> float | None:
    return None if raw.get(key) is None else _number(raw[key], where, f"'{key}'", low, high)


def _cue(row: dict[str, Any], where: str, text: str, offset: int, whole: bool) -> CueFound:
    words = str(row.get("cue", ""))
    start, end, quote = row.get("start"), row.get("end"), row.get("quote")
    if type(start) is not int or type(end) is not int or not 0 <= start <= end:
        raise InputError(
            f"{where}: evidence, the cue '{_short(words)}' stands at {_shown(start)} to {_shown(end)}, expected whole "
            "numbers with 0 <= start <= end."
        )
    inside = offset <= start and end <= offset + len(text)
    if whole and not inside:
        raise InputError(
            f"{where}: evidence, the cue '{_short(words)}' at {start} to {end} lies outside the text, which has "
            f"{len(text)} characters (positions count Unicode code points)."
        )
    found = text[start - offset : end - offset] if inside else quote or ""
    if quote is not None and found != quote:
        raise InputError(
            f"{where}: evidence, the cue '{_short(words)}' quotes {_shown(quote)}, but the text from {start} to {end} "
            f"is {_shown(found)}."
        )
    weight = 1.0 if row.get("weight") is None else _number(row["weight"], where, f"weight of '{_short(words)}'")
    return CueFound(words, weight, start, end, str(found))


def _example(row: dict[str, Any], where: str) -> NearExample:
    stance = row.get("stance")
    return NearExample(
        str(row.get("id", "")),
        _optional(row, "similarity", where, -1.000001, 1.000001),
        None if stance is None else str(stance),
        str(row.get("text", "")),
        _optional(row, "part", where),
    )


def _slips(
    parts: Mapping[str, float], logit: float | None, probability: float | None, score: float | None
) -> tuple[tuple[str, float, float], ...]:
    """Contradictions. Numbers may be written rounded: allowed is half a unit of the last place of each of them."""
    found: list[tuple[str, float, float]] = []
    total = math.fsum(parts.values())
    if parts and logit is not None and abs(total - logit) > math.fsum(map(_half_unit, [*parts.values(), logit])):
        found.append(("sum", total, logit))
    if logit is not None and probability is not None:
        expected = 1 / (1 + math.exp(-min(max(logit, -700.0), 700.0)))
        # the slope of the logistic curve is at most 1/4
        if abs(probability - expected) > _half_unit(probability) + _half_unit(logit) / 4:
            found.append(("probability", probability, expected))
    if (
        score is not None
        and probability is not None
        and abs(score - probability) > max(_half_unit(score), _half_unit(probability))
    ):
        found.append(("score", score, probability))
    return tuple(found)


def _half_unit(number: float) -> float:
    """Half of the last decimal place in use, taken as the 2nd at least (1.90 is written 1.9) and the 6th at most."""
    places = len(f"{number:.6f}".rstrip("0").partition(".")[2])
    return 0.5 * 10.0 ** -max(places, 2) + 1e-9


def _stance_order(item: tuple[str, object]) -> tuple[int, str]:
    return (STANCES.index(item[0]) if item[0] in STANCES else len(STANCES), item[0])


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def _shown(value: object) -> str:
    return _short(repr(value))
