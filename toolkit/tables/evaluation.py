"""The tables of an evaluation: how good a coding is, where it errs, and what it is held against."""

from toolkit.tables.columns import SCORE, SPAN, Column

__all__ = ["EVALUATION"]

EVALUATION: dict[str, dict[str, Column]] = {
    "evaluation_measures": {
        "measure": Column(),
        "scope": Column(allowed=("all", "code", "lang", "stance", "gap")),
        "of": Column(),
        "value": Column("number", missing=True, low=-1, high=1),
        "ci_low": Column("number", missing=True, low=-1, high=1),
        "ci_high": Column("number", missing=True, low=-1, high=1),
        "n": Column("whole", low=0),
    },
    "evaluation_confusion": {
        "kind": Column(allowed=("code", "stance")),
        "gold": Column(),
        "predicted": Column(),
        "n": Column("whole", low=0),
        "share": SCORE,
    },
    "evaluation_errors": {
        "kind": Column(allowed=("false positive", "miss")),
        "doc_id": Column(),
        **SPAN,
        "quote": Column(missing=True),
        "code": Column(),
        "score": SCORE,
        "gold": Column(),
        "predicted": Column(),
        "evidence": Column(missing=True),
    },
    "evaluation_reliability": {
        "bins": Column(allowed=("equal n", "equal hits")),
        "low": Column("number", low=0, high=1),
        "high": Column("number", low=0, high=1),
        "mean": Column("number", low=0, high=1),
        "observed": Column("number", low=0, high=1),
        "ci_low": SCORE,
        "ci_high": SCORE,
        "n": Column("whole", low=1),
    },
    "evaluation_matching": {
        "table": Column(allowed=("gold", "predicted", "scores")),
        "how": Column(allowed=("exact", "overlap", "unmatched", "merged")),
        "n": Column("whole", low=0),
    },
    "evaluation_comparison": {
        "gold": Column(),
        "coder": Column(),
        "measure": Column(),
        "value": Column("number", missing=True, low=-1, high=1),
        "ci_low": Column("number", missing=True, low=-1, high=1),
        "ci_high": Column("number", missing=True, low=-1, high=1),
        "n": Column("whole", low=0),
        "difference": Column("number", missing=True, low=-1, high=1),
        "difference_low": Column("number", missing=True, low=-1, high=1),
        "difference_high": Column("number", missing=True, low=-1, high=1),
    },
}
