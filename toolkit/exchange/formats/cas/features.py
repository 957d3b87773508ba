"""Which feature of a layer in INCEpTION, DKPro or WebAnno is the code, and which are plainly fields of ours.

One feature is the code of a whole layer, in all files that are read together: what stands there in one annotation and
not in the next is no other code, but none. UIMA CAS and WebAnno TSV make their spans here.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from toolkit.exchange.formats.cas.layer import FEATURES, LAYER, name_of_feature
from toolkit.exchange.formats.cas.model import short_name
from toolkit.exchange.model import Loss, Span
from toolkit.tables import STANCES

__all__ = ["Said", "Survey", "joined", "known_code", "spans_of_said"]

#: Features that hold a code: ours, NamedEntity and most layers (value), concepts, then what people call it.
_CODES = ("code", "value", "identifier", "label", "category", "tag", "posvalue")
#: Features of others that are one of our fields by their names.
_FIELDS = {
    "coder": "coder", "annotator": "coder", "author": "coder", "created": "created", "note": "note", "comment": "note",
    "score": "score",
}  # fmt: skip
#: What people who work in Spanish, Italian or English call a feature for free text, which is never a code, however
#: many annotations fill it.
_FREE = re.compile(
    "comments?|comentarios?|comment[oi]|notas?|notes?|observ(?:ación|acion|aciones|ation|ations)|osservazion[ei]|remarks?",
    re.IGNORECASE,
)
#: Values that are no name of a code.
_NO_WORD = re.compile(r"[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?|true|false|NaN|-?Infinity", re.IGNORECASE)


class Said(NamedTuple):
    """One annotation as its file says it, before its code is known. ``values``: features with what they say (several
    for an array); ``coded``: False for what has no code but its layer (links of chains)."""

    layer: str
    doc_id: str
    start: int
    end: int
    values: Mapping[str, Sequence[str]]
    place: str
    coded: bool = True


class Survey:
    """What the features of each layer hold in all files that are read together; from it comes the code of a layer."""

    def __init__(self) -> None:
        self._declared: dict[str, dict[str, None]] = {}
        self._filled: Counter[tuple[str, str]] = Counter()
        self._words: Counter[tuple[str, str]] = Counter()
        self._different: dict[tuple[str, str], set[str]] = {}
        self._chosen: dict[str, str] = {}

    def declare(self, layer: str, features: Iterable[str]) -> None:
        """The features of a layer in the order in which a type system or a header names them."""
        self._declared.setdefault(layer, {}).update(dict.fromkeys(features))

    def add(self, said: Said) -> None:
        """One more annotation."""
        if not said.coded or said.layer == LAYER:
            return
        order = self._declared.setdefault(said.layer, {})
        for key, values in said.values.items():
            filled = [value for value in values if value]
            if not filled:
                continue
            order.setdefault(key)
            self._filled[said.layer, key] += 1
            if not _FREE.fullmatch(key) and not any(
                _NO_WORD.fullmatch(value) or field_of(key, value) for value in filled
            ):
                self._words[said.layer, key] += 1
                self._different.setdefault((said.layer, key), set()).update(filled)

    def code_of(self, layer: str) -> str:
        """The feature that is the code of a layer, "" if there is none.

        In our layer "code". In others the first of code, value, identifier, label, category, tag, PosValue that any
        annotation fills; where the layer has one of them and none is filled, that one. Else the feature that most
        annotations fill with a word (no number, no truth value, no comment, no field of ours); of several the one with
        fewest different values, then the one that is declared first.

        >>> survey = Survey()
        >>> for said in ({"mood": ["glad"], "why": ["it rains"]}, {"why": ["?"]}, {"mood": ["sad"]}, {"mood": ["sad"]}):
        ...     survey.add(Said("custom.Mood", "d", 0, 1, said, ""))
        >>> survey.code_of("custom.Mood"), survey.code_of("webanno.custom.Code")
        ('mood', 'code')
        """
        if layer == LAYER:
            return "code"
        if layer not in self._chosen:
            self._chosen[layer] = self._choose(layer, list(self._declared.get(layer, ())))
        return self._chosen[layer]

    def fills(self, layer: str) -> bool:
        """Does any annotation of a layer have its code?"""
        return self._filled[layer, self.code_of(layer)] > 0

    def _choose(self, layer: str, features: Sequence[str]) -> str:
        known = [key for want in _CODES for key in features if key.lower() == want]
        if known:
            return next((key for key in known if self._filled[layer, key]), known[0])
        words = [key for key in features if self._words[layer, key]]
        # of equals, min takes the first
        return min(words, key=lambda key: (-self._words[layer, key], len(self._different[layer, key])), default="")


def spans_of_said(said: Said, survey: Survey) -> tuple[list[Span], list[Loss]]:
    """The spans of an annotation: one for each value of the feature that is its code; without a value one that is
    called as the layer, and a loss where others of the layer have a code. In our layer it must have a code."""
    own, short = said.layer == LAYER, short_name(said.layer)
    key = survey.code_of(said.layer) if said.coded else ""
    codes = [value for value in said.values.get(key, ()) if value]
    fields = _fields(said, key, own)
    losses = []
    if not codes and own:
        where = said.place, said.doc_id
        return [], [Loss("refused", "annotation", "it has no code", *where)]
    spans = [
        Span(said.doc_id, said.start, said.end, code, place=said.place, **fields)  # type: ignore[arg-type]
        for code in codes or [short]
    ]
    if not codes and said.coded and survey.fills(said.layer):
        reason = f"it has no '{key}', which is the code of {short}, and is called as the layer"
        losses.append(Loss("changed", "code", reason, said.place, said.doc_id, code=short))
    return spans, losses


def known_code(said: Said) -> str:
    """What a message calls an annotation that is no span: its code by a known name, else its layer."""
    found = {key.lower(): values for key, values in said.values.items()}
    return next((", ".join(found[want]) for want in _CODES if any(found.get(want, ()))), short_name(said.layer))


def field_of(key: str, value: str) -> str | None:
    """Which of our fields a feature of another layer plainly is."""
    low = key.lower()
    if low == "stance":
        return "stance" if value in STANCES else None
    return _FIELDS.get(low)


def joined(values: Sequence[str]) -> str | None:
    """The values of a feature as one text; several as a list in JSON.

    >>> joined(["a"]), joined(["a", "b"]), joined([])
    ('a', '["a", "b"]', None)
    """
    return None if not values else values[0] if len(values) == 1 else json.dumps(values, ensure_ascii=False)


def _fields(said: Said, code: str, own: bool) -> dict[str, object]:
    """What the features say beside the code, as fields of a span."""
    fields: dict[str, object] = {}
    features: dict[str, str] = {} if own else {"layer": said.layer}
    for key, values in said.values.items():
        value = joined(values)
        if key == code or not value:
            continue
        field = (key if key in FEATURES else None) if own else field_of(key, value)
        score = _score_of(value) if field == "score" else None
        if field is None or field in fields or not _fits(field, value, score):
            features[name_of_feature(key) if own and key.startswith("feature_") else key] = value
        else:
            fields[field] = value if score is None else score
    return {**fields, "features": features}


def _fits(field: str, value: str, score: float | None) -> bool:
    """Can a field of ours have this value? Programs of others let people write anything."""
    allowed = {"stance": STANCES, "kind": ("human", "machine")}
    return score is not None if field == "score" else value in allowed.get(field, (value,))


def _score_of(value: str) -> float | None:
    """A number from 0 to 1, or None: what other programs count differently stays theirs."""
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) and 0 <= number <= 1 else None
