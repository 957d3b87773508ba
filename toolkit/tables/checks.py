"""Is a table what its contract says? If not, which row broke which rule."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from toolkit.errors import InputError, suggestion
from toolkit.tables.columns import Column
from toolkit.tables.contracts import CONTRACTS, UNIQUE

__all__ = ["check", "check_quotes", "empty"]

_WORDS = {
    "text": "text",
    "whole": "a whole number",
    "number": "a number",
    "amount": "a number",
    "truth": "true or false",
    "any": "anything",
}

#: Columns of these types hold nothing that could break the rule; millions of tokens are checked in a moment.
_EXACT = {"truth": "bool", "whole": "int64"}
#: A whole number from here on is none that fits.
_TOO_LARGE = 2.0**63


def check(name: str, frame: pd.DataFrame, texts: Mapping[str, str] | None = None) -> pd.DataFrame:
    """The table in contract order and types, or :class:`InputError` naming column, row and rule.

    Parameters
    ----------
    name : a key of :data:`CONTRACTS`.
    frame : the table; columns that may be missing are added empty, further columns are kept.
    texts : text of each ``doc_id``; where given, positions must lie inside the text and, where the table has
        a ``quote``, the text between them must be the quote.

    Rows are numbered from 1 in the messages, as a spreadsheet would without its heading.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"topic": ["es.1"], "term": ["cliente"], "weight": [0.2]})
    >>> check("topics", table).dtypes["weight"]
    dtype('float64')
    >>> check("topics", table.assign(weight=-1))
    Traceback (most recent call last):
        ...
    toolkit.errors.InputError: topics, row 1, column 'weight': got -1, rule: at least 0.
    """
    contract = _contract(name)
    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"{name}: got {type(frame).__name__}, expected a pandas DataFrame.")
    double = frame.columns[frame.columns.duplicated()]
    if len(double):
        raise InputError(f"{name}: the column '{double[0]}' stands there twice; names of columns must be unique.")
    absent = [column for column, rule in contract.items() if column not in frame and not rule.missing]
    if absent:
        raise InputError(
            f"{name}: the column '{absent[0]}' is missing; the table has {', '.join(map(str, frame.columns))}."
        )
    rest = [column for column in frame.columns if column not in contract]
    values = {
        column: _checked(name, column, rule, frame[column]) if column in frame else _nothing(rule, frame.index)
        for column, rule in contract.items()
    }
    table = pd.DataFrame({**values, **{column: frame[column] for column in rest}}, index=frame.index, copy=False)
    table = table.reset_index(drop=True)
    if "start" in contract:
        _refuse(name, "end", table["end"] < table["start"], table["end"], "end >= start")
    if name in UNIQUE:
        keys = [key for key in UNIQUE[name] if key in table]
        double = table.duplicated(keys)
        if double.any():
            row = int(double.to_numpy().argmax())
            shown = ", ".join(f"{key} {_short(table[key].iloc[row])}" for key in keys)
            raise InputError(f"{name}, row {row + 1}: {shown} stands there a second time; it must be unique.")
    if texts is not None:
        check_quotes(name, table, texts)
    return table


def check_quotes(name: str, table: pd.DataFrame, texts: Mapping[str, str]) -> None:
    """Refuse rows that point to no text, outside a text, or whose ``quote`` is not the text they point to.

    ``table``: doc_id, start, end and, where it has it, quote; ``name``: what the message calls it; ``texts`` by doc_id.
    Returns nothing; raises :class:`InputError` for the first such row.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"doc_id": ["a"], "start": [0], "end": [4], "quote": ["Hola"]})
    >>> check_quotes("annotations", table, {"a": "Hola."})
    >>> check_quotes("annotations", table, {"a": "¡Hola!"})
    Traceback (most recent call last):
        ...
    toolkit.errors.InputError: annotations, row 1: the quote 'Hola' is not the text of 'a' from 0 to 4, which is '¡Hol'.
    """
    quotes = table["quote"].tolist() if "quote" in table else None
    rows = zip(table["doc_id"].tolist(), table["start"].tolist(), table["end"].tolist(), strict=True)
    for row, (doc_id, start, end) in enumerate(rows):
        text = texts.get(doc_id)
        if text is None:
            raise InputError(f"{name}, row {row + 1}: no post has the doc_id '{doc_id}'.")
        if end > len(text):
            raise InputError(
                f"{name}, row {row + 1}: end {end} lies outside the text of '{doc_id}', which has "
                f"{len(text)} characters (positions count Unicode code points)."
            )
        if quotes is not None and text[start:end] != quotes[row]:
            raise InputError(
                f"{name}, row {row + 1}: the quote {_short(quotes[row])} is not the text of '{doc_id}' "
                f"from {start} to {end}, which is {_short(text[start:end])}."
            )


def empty(name: str) -> pd.DataFrame:
    """A table of the contract without rows, columns in order and of their types; ``name``: a key of :data:`CONTRACTS`.

    >>> empty("topics").columns.tolist(), len(empty("topics"))
    (['topic', 'term', 'weight'], 0)
    """
    return check(name, pd.DataFrame({column: [] for column in _contract(name)}))


def _contract(name: str) -> dict[str, Column]:
    if name not in CONTRACTS:
        raise InputError(f"no table contract '{name}'; {suggestion(name, CONTRACTS)}")
    return CONTRACTS[name]


def _short(value: Any) -> str:
    text = repr(value.item() if isinstance(value, np.generic) else value)
    return text if len(text) <= 70 else text[:67] + "..."


def _nothing(rule: Column, index: pd.Index) -> pd.Series:
    dtype = "float64" if rule.kind == "number" else "str"
    return pd.Series([None] * len(index), index=index, dtype=dtype)


def _refuse(name: str, column: str, bad: pd.Series, values: pd.Series, rule: str) -> None:
    if bad.any():
        row = int(bad.to_numpy().argmax())
        raise InputError(f"{name}, row {row + 1}, column '{column}': got {_short(values.iloc[row])}, rule: {rule}.")


def _checked(name: str, column: str, rule: Column, values: pd.Series) -> pd.Series:
    missing = values.isna()
    if not rule.missing:
        _refuse(name, column, missing, values, "must not be missing")
    result = _typed(name, column, rule, values, missing)
    if rule.low is not None:
        _refuse(name, column, result < rule.low, values, f"at least {rule.low:g}")
    if rule.high is not None:
        _refuse(name, column, result > rule.high, values, f"at most {rule.high:g}")
    if rule.allowed:
        _refuse(name, column, ~missing & ~result.isin(rule.allowed), values, "one of " + ", ".join(rule.allowed))
    return result


def _typed(name: str, column: str, rule: Column, values: pd.Series, missing: pd.Series) -> pd.Series:
    wanted = f"must be {_WORDS[rule.kind]}"
    if rule.kind == "text":
        if not isinstance(values.dtype, pd.StringDtype):
            wrong = ~missing & ~values.map(lambda value: isinstance(value, str)).astype(bool)
            _refuse(name, column, wrong, values, wanted)
        return values.astype("str")
    if rule.kind in _EXACT and values.dtype == _EXACT[rule.kind]:
        return values
    if rule.kind == "truth":
        wrong = ~values.map(_is_truth).astype(bool)
        _refuse(name, column, wrong, values, wanted)
        return values.astype(bool)
    if values.dtype.kind in "mMc":
        # moments, durations and complex numbers would pass for others
        _refuse(name, column, ~missing, values, wanted)
        values = values.astype(object)
    try:
        numbers = pd.to_numeric(values, errors="coerce").astype("float64")
    except OverflowError:  # there are whole ones that no float holds
        numbers = values.map(_as_float).astype("float64")
    _refuse(name, column, numbers.isna() & ~missing, values, wanted)
    fits = (numbers % 1 == 0) & (numbers.abs() < _TOO_LARGE)
    if rule.kind == "whole":
        _refuse(name, column, ~fits, values, wanted)
        return numbers.astype("int64")
    if rule.kind == "amount" and not missing.any() and fits.all():
        return numbers.astype("int64")
    return numbers


def _as_float(value: Any) -> float:
    try:
        return float(value)
    except (OverflowError, TypeError, ValueError):
        return np.nan


def _is_truth(value: Any) -> bool:
    """Whether a cell is true or false, or 1 or 0 as some programs write them."""
    return isinstance(value, bool | int | float | np.bool_ | np.number) and value in (0, 1)
