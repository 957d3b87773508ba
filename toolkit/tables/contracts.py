"""What every table holds: columns, types, ranges, and what is unique."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["CONTRACTS", "STANCES", "UNIQUE", "UNITS", "Column", "Kind"]

#: How a coded passage stands towards its code; defined in the codebook.
STANCES = ("endorses", "breach", "rejects", "mentions")
#: What a passage can be.
UNITS = ("sentence", "paragraph", "document")

Kind = Literal["text", "whole", "number", "truth", "any"]


@dataclass(frozen=True)
class Column:
    """One column of a contract: ``kind`` of value, whether it may be missing, and the range or set allowed."""

    kind: Kind = "text"
    missing: bool = False
    low: float | None = None
    high: float | None = None
    allowed: tuple[str, ...] = ()


_SPAN = {"start": Column("whole", low=0), "end": Column("whole", low=0)}
_SCORE = Column("number", missing=True, low=0, high=1)

CONTRACTS: dict[str, dict[str, Column]] = {
    "posts": {
        "doc_id": Column(),
        "lang": Column(missing=True),
        "text": Column(),
        "title": Column(missing=True),
        "author": Column(missing=True),
        "date": Column(missing=True),
        "url": Column(missing=True),
        "source": Column(missing=True),
        "sha256": Column(),
    },
    "skipped": {"source": Column(), "reason": Column()},
    "collisions": {
        "doc_id": Column(),
        "field": Column(),
        "kept": Column(),
        "kept_from": Column(),
        "other": Column(),
        "other_from": Column(),
    },
    "furniture": {"doc_id": Column(), **_SPAN, "rule": Column(), "kind": Column(), "quote": Column()},
    "duplicates": {
        "cluster": Column(),
        "doc_id": Column(),
        "nearest": Column(),
        "jaccard": Column("number", low=0, high=1),
        "containment": Column("number", low=0, high=1),
        "first": Column("truth"),
    },
    "repeats": {
        "doc_id": Column(),
        **_SPAN,
        "quote": Column(),
        "first_start": Column("whole", low=0),
        "first_end": Column("whole", low=0),
    },
    "passages": {
        "doc_id": Column(),
        "passage_id": Column(),
        **_SPAN,
        "unit": Column(allowed=UNITS),
        "lang": Column(missing=True),
        "furniture": Column("truth"),
    },
    "tokens": {
        "doc_id": Column(),
        "passage_id": Column(),
        **_SPAN,
        "text": Column(),
        "lemma": Column(),
        "pos": Column(missing=True),
        "is_stop": Column("truth"),
    },
    "annotations": {
        "doc_id": Column(),
        **_SPAN,
        "quote": Column(),
        "codebook": Column(),
        "codebook_version": Column(missing=True),
        "code": Column(),
        "stance": Column(missing=True, allowed=STANCES),
        "coder": Column(),
        "kind": Column(allowed=("human", "machine")),
        "score": _SCORE,
        "evidence": Column(missing=True),
        "created": Column(missing=True),
        "note": Column(missing=True),
    },
    "scores": {
        "doc_id": Column(),
        **_SPAN,
        "code": Column(),
        "score": Column("number", low=0, high=1),
        "decided": Column("truth"),
        "stance": Column(missing=True, allowed=STANCES),
    },
    "topics": {"topic": Column(), "term": Column(), "weight": Column("number", low=0)},
    "shares": {
        "doc_id": Column(),
        "passage_id": Column(),
        "topic": Column(),
        "share": Column("number", low=0, high=1),
    },
    "topic_summary": {
        "topic": Column(),
        "model": Column(),
        "label": Column(),
        "n": Column("whole", low=0),
        "stability": _SCORE,
    },
    "topic_terms": {
        "topic": Column(),
        "term": Column(),
        "rank": Column("whole", low=1),
        "by": Column(),
        "weight": Column("number"),
    },
    "topic_labels": {
        "topic": Column(),
        "lang": Column(),
        "rank": Column("whole", low=1),
        "label": Column(),
        "score": Column("number", low=0),
        "n": Column("whole", low=0),
    },
    "topic_passages": {
        "topic": Column(),
        "rank": Column("whole", low=1),
        "doc_id": Column(),
        "passage_id": Column(),
        **_SPAN,
        "quote": Column(),
        "share": Column("number", low=0, high=1),
    },
    "topic_stability": {
        "topic": Column(),
        "over": Column(allowed=("seeds", "samples")),
        "runs": Column("whole", low=1),
        "jaccard": Column("number", low=0, high=1),
        "low": _SCORE,
        "high": _SCORE,
        "chance": _SCORE,
        "returns": _SCORE,
        "unstable": Column("truth"),
    },
    "alignment": {
        "topic": Column(),
        "lang": Column(),
        "partner": Column(),
        "similarity": Column("number", low=-1, high=1),
        "p_value": _SCORE,
        "matched": Column("truth"),
    },
    "selection": {
        "model": Column(),
        "k": Column("whole", low=1),
        "measure": Column(),
        "value": Column("number", missing=True),
        "low": Column("number", missing=True),
        "high": Column("number", missing=True),
        "n": Column("whole", low=0),
    },
    "terms_removed": {
        "model": Column(),
        "filter": Column(),
        "terms": Column("whole"),
        "tokens": Column("whole"),
        "terms_left": Column("whole", low=0),
        "tokens_left": Column("whole", low=0),
    },
    "prevalence": {
        "topic": Column(),
        "by": Column(),
        "value": Column(),
        "share": Column("number", low=0, high=1),
        "ci_low": _SCORE,
        "ci_high": _SCORE,
        "n": Column("whole", low=0),
    },
    "theme_principles": {
        "topic": Column(),
        "codebook": Column(),
        "code": Column(),
        "share": Column("number", low=0, high=1),
        "lift": Column("number", missing=True, low=0),
        "ci_low": _SCORE,
        "ci_high": _SCORE,
        "p_value": _SCORE,
        "n": Column("whole", low=0),
    },
    "principles": {
        "lang": Column(),
        "codebook": Column(),
        "code": Column(),
        "count": Column("whole", low=0),
        "n": Column("whole", low=0),
        "share": Column("number", low=0, high=1),
        "ci_low": _SCORE,
        "ci_high": _SCORE,
    },
    "stances": {
        "lang": Column(),
        "codebook": Column(),
        "code": Column(),
        "stance": Column(allowed=STANCES),
        "count": Column("whole", low=0),
    },
}

UNIQUE = {
    "posts": ["doc_id"],
    "duplicates": ["doc_id"],
    "passages": ["passage_id"],
    "scores": ["doc_id", "start", "end", "code"],
    "topics": ["topic", "lang", "term"],
    "shares": ["passage_id", "topic"],
    "topic_summary": ["topic"],
    "topic_terms": ["topic", "lang", "by", "term"],
    "topic_stability": ["topic", "over"],
    "prevalence": ["topic", "by", "value"],
    "theme_principles": ["topic", "codebook", "code"],
    "principles": ["lang", "codebook", "code"],
}
