"""Which feature of an annotation in INCEpTION, DKPro or WebAnno is the code, and which are plainly fields of ours."""

import math
import re
from collections.abc import Mapping, Sequence

from toolkit.tables import STANCES

__all__ = ["code_feature", "field_of", "score_of"]

#: Features that hold a code: ours, NamedEntity and most layers (value), concepts, then what people call it.
_CODES = ("code", "value", "identifier", "label", "category", "tag", "posvalue")
#: Features of others that are one of our fields by their names.
_FIELDS = {
    "coder": "coder", "annotator": "coder", "author": "coder", "created": "created", "note": "note", "comment": "note",
    "score": "score",
}  # fmt: skip
#: Values that are no name of a code.
_NO_WORD = re.compile(r"[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?|true|false|NaN|-?Infinity", re.IGNORECASE)


def code_feature(said: Mapping[str, Sequence[str]], own: bool) -> str:
    """The name of the feature whose value is the code, "" if there is none.

    In our layer (``own``) "code"; in others the first of code, value, identifier, label, category, tag, PosValue that
    has a value, else the first feature whose one value is a word (no number, no truth value) and no field of ours.

    >>> code_feature({"confidence": ["0.5"], "mood": ["glad"]}, False), code_feature({"mood": ["glad"]}, True)
    ('mood', '')
    """
    for want in _CODES[: 1 if own else None]:
        for key, values in said.items():
            if key.lower() == want and any(values):
                return key
    single = ((key, values[0]) for key, values in said.items() if len(values) == 1 and values[0])
    words = (key for key, value in single if not _NO_WORD.fullmatch(value) and not field_of(key, value))
    return "" if own else next(words, "")


def field_of(key: str, value: str) -> str | None:
    """Which of our fields a feature of another layer plainly is."""
    low = key.lower()
    if low == "stance":
        return "stance" if value in STANCES else None
    return _FIELDS.get(low)


def score_of(value: str) -> float | None:
    """A number from 0 to 1, or None: what other programs count differently stays theirs."""
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) and 0 <= number <= 1 else None
