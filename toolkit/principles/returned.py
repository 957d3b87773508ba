"""What a coder of the user's own returned, value by value: taken over, or refused in one sentence."""

from collections.abc import Mapping
from numbers import Real
from typing import Any

import pandas as pd

from toolkit.codebook import Codebook
from toolkit.errors import InputError, suggestion
from toolkit.printable import printable
from toolkit.tables import STANCES

__all__ = ["Places", "cues_of", "returned_rows", "score_of", "shown", "stance_of", "text_of"]

_READ = ("passage_id", "doc_id", "start", "end", "code", "score", "stance", "note", "cues")
#: May come back and must then be what was given, so that a table made from the passages need not be cut.
_GIVEN = ("text", "quote", "codebook", "codebook_version")
#: May come back and are not read: the context of a passage, and what annotations get from elsewhere.
_PASSED_OVER = ("lang", "before", "after", "heading", "unit", "furniture", "coder", "kind", "created")
_CUE = ("cue", "weight", "start", "end", "quote")
_WANTED = "return a DataFrame or a list of dicts, one for each code given (an empty list for none)"


class Places:
    """The passages given, to be found by passage_id, or by doc_id, start and end."""

    def __init__(self, given: pd.DataFrame, codebook: Codebook) -> None:
        self._records = [{str(key): value for key, value in row.items()} for row in given.to_dict("records")]
        self._codebook = {"codebook": codebook.id, "codebook_version": codebook.version}
        self._by_id = {row["passage_id"]: number for number, row in enumerate(self._records)}
        self._by_span: dict[Any, int | None] = {}
        for number, row in enumerate(self._records):
            span = (row["doc_id"], row["start"], row["end"])
            self._by_span[span] = None if span in self._by_span else number

    def passage_of(self, row: Mapping[str, Any], place: str) -> tuple[int, dict[str, Any]]:
        """The number and the record of the passage that a row is about; what came back with it must be unchanged."""
        if "passage_id" in row:
            name = row["passage_id"]
            found = self._by_id.get(name) if isinstance(name, str) else None
            if found is None:
                raise InputError(
                    f"{place}: no passage has the passage_id {shown(name)}; return the passage_id of a passage given."
                )
        else:
            found = self._by_place(row, place)
        passage = self._records[found]
        expected = {key: passage[key] for key in ("doc_id", "start", "end", "text")}
        expected |= {"quote": passage["text"], **self._codebook}
        for column, value in expected.items():
            if column in row and not (pd.api.types.is_scalar(row[column]) and row[column] == value):
                raise InputError(
                    f"{place}: returned the {column} {shown(row[column])} for the passage '{passage['passage_id']}', "
                    f"where it is {shown(value)}; leave the column out, or return it unchanged."
                )
        return found, passage

    def _by_place(self, row: Mapping[str, Any], place: str) -> int:
        span = tuple(row.get(column) for column in ("doc_id", "start", "end"))
        if None in span:
            raise InputError(f"{place}: names no passage; return its passage_id, or its doc_id, start and end.")
        known = all(pd.api.types.is_scalar(part) for part in span) and span in self._by_span
        found = self._by_span[span] if known else None
        if found is None:
            raise InputError(
                f"{place}: {'more than one' if known else 'no'} passage is {shown(span[0])} from {shown(span[1])} to "
                f"{shown(span[2])}; {'return its passage_id' if known else 'return the three as they were given'}."
            )
        return found


def returned_rows(answer: Any, name: str) -> list[Mapping[str, Any]]:
    """The rows of an answer as dicts without missing values."""
    if isinstance(answer, pd.DataFrame):
        double = answer.columns[answer.columns.duplicated()]
        if len(double):
            raise InputError(f"coder '{name}': returned the column '{double[0]}' twice; names must be unique.")
        if "code" not in answer:
            has = ", ".join(map(str, answer.columns)) or "none"
            raise InputError(f"coder '{name}': returned a table without the column 'code' (it has {has}); {_WANTED}.")
        answer = answer.to_dict("records")
    if not isinstance(answer, list | tuple):
        raise InputError(f"coder '{name}': returned {type(answer).__name__}; {_WANTED}.")
    allowed = {*_READ, *_GIVEN, *_PASSED_OVER}
    rows: list[Mapping[str, Any]] = []
    for number, row in enumerate(answer, 1):
        if not isinstance(row, Mapping):
            raise InputError(f"coder '{name}', row {number}: got {shown(row)}; {_WANTED}.")
        unknown = [column for column in row if column not in allowed]
        if unknown:
            raise InputError(
                f"coder '{name}', row {number}: {shown(unknown[0])} is not read here; "
                f"{suggestion(str(unknown[0]), _READ)} What else there is to say goes into 'note'."
            )
        rows.append({column: value for column, value in row.items() if not _missing(value)})
    return rows


def score_of(row: Mapping[str, Any], place: str) -> float | None:
    """The score, 0 to 1, or None."""
    value = row.get("score")
    if value is None:
        return None
    if not _is_number(value) or not 0 <= float(value) <= 1:
        raise InputError(f"{place}: the score is {shown(value)}; return a number from 0 to 1, or none.")
    return float(value)


def stance_of(row: Mapping[str, Any], place: str) -> str | None:
    """The stance, or None."""
    value = row.get("stance")
    if value is None or (isinstance(value, str) and value in STANCES):
        return value
    raise InputError(f"{place}: unknown stance {shown(value)}; {suggestion(str(value), STANCES)}")


def text_of(row: Mapping[str, Any], key: str, place: str) -> str | None:
    """A text, or None."""
    value = row.get(key)
    if value is None or isinstance(value, str):
        return value
    raise InputError(f"{place}: the {key} is {shown(value)}; return a text, or none.")


def cues_of(row: Mapping[str, Any], passage: Mapping[str, Any], place: str) -> list[dict[str, Any]]:
    """Cues with positions in the post, sorted; those returned count from the passage's beginning."""
    value = row.get("cues")
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        raise InputError(f"{place}: the cues are {shown(value)}; return a list of dicts with start and end.")
    cues = [_cue(cue, passage, f"{place}, cue {number}") for number, cue in enumerate(value, 1)]
    return sorted(cues, key=lambda one: (one["start"], one["end"], one["cue"]))


def _cue(cue: Any, passage: Mapping[str, Any], place: str) -> dict[str, Any]:
    if not isinstance(cue, Mapping):
        raise InputError(f"{place}: got {shown(cue)}; return a dict with start and end.")
    unknown = [key for key in cue if key not in _CUE]
    if unknown:
        raise InputError(f"{place}: {shown(unknown[0])} is not read here; {suggestion(str(unknown[0]), _CUE)}")
    text = passage["text"]
    start, end = (_position(cue.get(key)) for key in ("start", "end"))
    if start is None or end is None or not 0 <= start < end <= len(text):
        raise InputError(
            f"{place}: lies from {shown(cue.get('start'))} to {shown(cue.get('end'))}, and the passage "
            f"'{passage['passage_id']}' has the positions 0 to {len(text)}; count characters from its beginning."
        )
    quote = text[start:end]
    if cue.get("quote", quote) != quote:
        raise InputError(f"{place}: the quote {shown(cue['quote'])} is not the text there, which is {shown(quote)}.")
    found: dict[str, Any] = {"cue": text_of(cue, "cue", place) or quote}
    weight = cue.get("weight")
    if weight is not None:
        if not _is_number(weight) or not abs(float(weight)) < float("inf"):
            raise InputError(f"{place}: the weight is {shown(weight)}; return a number, or none.")
        found["weight"] = float(weight)
    return found | {"start": passage["start"] + start, "end": passage["start"] + end, "quote": quote}


def _is_number(value: Any) -> bool:
    # numpy's numbers are Real; truth values are too, and are no number here
    return isinstance(value, Real) and not isinstance(value, bool)


def _position(value: Any) -> int | None:
    return int(value) if _is_number(value) and float(value).is_integer() else None


def _missing(value: Any) -> bool:
    """None, NaN or pandas' NA; lists and dicts are not missing."""
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def shown(value: Any) -> str:
    """A value for a message: on one line, short, numpy's numbers as plain ones."""
    plain = value.item() if isinstance(value, Real) and hasattr(value, "item") else value
    text = printable(repr(plain))
    return text if len(text) <= 70 else text[:67] + "..."
