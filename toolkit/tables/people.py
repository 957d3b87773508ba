"""The tables of people's work: what was judged, where coders agree and differ, what several codings come to."""

from toolkit.tables.columns import SCORE, SPAN, STANCES, Column

__all__ = ["PEOPLE", "PEOPLE_UNIQUE"]

_COUNT = Column("whole", low=0)
_STANCE = Column(missing=True, allowed=STANCES)
#: What one item of an annotation project is; "span": a whole document in which stretches are chosen freely.
_ITEM_UNITS = ("span", "sentence", "paragraph", "document")

PEOPLE: dict[str, dict[str, Column]] = {
    # what did not come through when annotations were read from a file of another program, or written for one
    "losses": {
        "kind": Column(allowed=("refused", "lost", "changed")),
        "field": Column(),
        "reason": Column(),
        "place": Column(missing=True),
        "doc_id": Column(missing=True),
        "start": Column("number", missing=True, low=0),
        "end": Column("number", missing=True, low=0),
        "code": Column(missing=True),
        "coder": Column(missing=True),
        "value": Column(missing=True),
    },
    # what a coder went through: a unit here without an annotation was judged to take no code
    "judged": {"coder": Column(), "doc_id": Column(), **SPAN},
    "items": {
        "item": Column(),
        "doc_id": Column(),
        **SPAN,
        "unit": Column(allowed=_ITEM_UNITS),
        "lang": Column(missing=True),
    },
    "decisions": {
        "coder": Column(),
        "n": Column("whole", low=1),
        "at": Column(),
        "do": Column(),
        "item": Column(missing=True),
        "doc_id": Column(missing=True),
        "start": Column("number", missing=True, low=0),
        "end": Column("number", missing=True, low=0),
        "code": Column(missing=True),
        "stance": _STANCE,
        "note": Column(missing=True),
        "undone": Column("truth"),
    },
    "progress": {
        "coder": Column(),
        "assigned": _COUNT,
        "done": _COUNT,
        "skipped": _COUNT,
        "flagged": _COUNT,
        "codes": _COUNT,
        "minutes": Column("number", low=0),
        "per_hour": Column("number", missing=True, low=0),
        "hours_left": Column("number", missing=True, low=0),
        "last": Column(missing=True),
    },
    "agreement": {
        "measure": Column(),
        "code": Column(missing=True),
        "by": Column(missing=True),
        "of": Column(missing=True),
        "coders": Column(),
        "value": Column("number", missing=True),
        "ci_low": Column("number", missing=True),
        "ci_high": Column("number", missing=True),
        "n": _COUNT,
        "documents": _COUNT,
        "note": Column(missing=True),
    },
    "disagreements": {
        "doc_id": Column(),
        **SPAN,
        "quote": Column(),
        "kind": Column(allowed=("label", "stance", "boundary", "missed")),
        "code": Column(),
        "other_code": Column(missing=True),
        "first": Column(),
        "second": Column(),
        "first_stance": _STANCE,
        "second_stance": _STANCE,
        "other_start": Column("number", missing=True, low=0),
        "other_end": Column("number", missing=True, low=0),
        "rule": Column(missing=True),
    },
    "curator_changes": {
        "coder": Column(),
        "doc_id": Column(),
        **SPAN,
        "quote": Column(),
        "what": Column(allowed=("kept", "added", "removed", "stance", "boundary")),
        "code": Column(),
        "was": _STANCE,
        "became": _STANCE,
        "curator": Column(),
        "at": Column(missing=True),
        "why": Column(missing=True),
    },
    "aggregated": {
        "doc_id": Column(),
        **SPAN,
        "code": Column(),
        "probability": Column("number", low=0, high=1),
        "decided": Column("truth"),
        "stance": _STANCE,
        "stance_probability": SCORE,
        "coders": Column("whole", low=1),
    },
    "coder_errors": {
        "coder": Column(),
        "code": Column(),
        "true": Column(),
        "given": Column(),
        "rate": Column("number", low=0, high=1),
        "n": Column("number", low=0),
    },
    "learning_curve": {
        "documents": _COUNT,
        "items": _COUNT,
        "annotations": _COUNT,
        "measure": Column(),
        "value": Column("number", missing=True),
        "ci_low": Column("number", missing=True),
        "ci_high": Column("number", missing=True),
        "n": _COUNT,
    },
}

PEOPLE_UNIQUE = {
    "judged": ["coder", "doc_id", "start", "end"],
    "items": ["item"],
    "decisions": ["coder", "n"],
    "progress": ["coder"],
    "aggregated": ["doc_id", "start", "end", "code"],
    "coder_errors": ["coder", "code", "true", "given"],
}
