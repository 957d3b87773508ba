"""The group of each post: by country, genre, site ..., or by the period its date lies in."""

import re
from datetime import date

import pandas as pd

from toolkit.errors import InputError, suggestion

__all__ = ["MALFORMED", "MISSING", "PERIODS", "group_name", "group_order", "group_values"]

MISSING, MALFORMED = "(missing)", "(malformed)"
#: Read from the column ``date`` of the posts.
PERIODS = ("year", "quarter", "month")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:[T ]\d{2}:\d{2}.*)?")
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")
#: Malformed dates that a note quotes.
_QUOTED = 3


def group_values(posts: pd.DataFrame, by: str, period: str) -> tuple[dict[str, str], dict[str, str]]:
    """The group of each post, and a note on a group.

    ``by``: a column of the posts; of "date" the ``period``. Posts without a value are in the group "(missing)", dates
    that are none in "(malformed)", whose note quotes them.

    Raises :class:`InputError` for a column that is not there, and posts that are listed twice.
    """
    for column in ("doc_id", by):
        if column not in posts:
            columns = [str(name) for name in posts.columns]
            raise InputError(f"grouping: the posts have no column '{column}'; {suggestion(column, columns)}")
    double = posts["doc_id"][posts["doc_id"].duplicated()]
    if len(double):
        raise InputError(f"grouping: the post '{double.iloc[0]}' is listed twice; give each post once.")
    values: dict[str, str] = {}
    bad: list[str] = []
    for doc_id, raw in zip(posts["doc_id"], posts[by], strict=True):
        written = group_name(raw)
        value = _period(written, period) if by == "date" and written != MISSING else written
        bad += [written] if value == MALFORMED else []
        values[doc_id] = value
    shown = ", ".join(repr(written[:40]) for written in sorted(set(bad))[:_QUOTED])
    more = len(set(bad)) - _QUOTED
    note = f"not YYYY, YYYY-MM or YYYY-MM-DD: {shown}" + (f" and {more} more" if more > 0 else "")
    return values, {MALFORMED: note} if bad else {}


def group_name(raw: object) -> str:
    """A value of a column as the name of its group; "(missing)" for none.

    >>> group_name(" MX "), group_name(5.0), group_name(None)
    ('MX', '5', '(missing)')
    """
    # a column of whole numbers with a gap is one of floats to pandas
    raw = int(raw) if isinstance(raw, float) and raw.is_integer() else raw
    written = "" if pd.isna(raw) else str(raw).strip()
    return written or MISSING


def _period(written: str, period: str) -> str:
    """
    >>> _period("2010-05-03", "quarter"), _period("2010", "month"), _period("2010-13", "year")
    ('2010-Q2', '2010, no month', '(malformed)')
    """
    found = _DATE.fullmatch(written)
    if not found:
        return MALFORMED
    year, month, day = found.groups()
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return MALFORMED
    if period == "year":
        return year
    if not month:
        return f"{year}, no month"
    return f"{year}-{month}" if period == "month" else f"{year}-Q{(int(month) + 2) // 3}"


def group_order(value: str) -> tuple[int, float, str]:
    """A key to sort groups by: numbers, names, then "(malformed)" and "(missing)".

    >>> sorted(["(missing)", "b", "10", "(malformed)", "9"], key=group_order)
    ['9', '10', 'b', '(malformed)', '(missing)']
    """
    if value in (MALFORMED, MISSING):
        return ([MALFORMED, MISSING].index(value) + 2, 0.0, value)
    number = _NUMBER.fullmatch(value)
    return (0, float(value), value) if number else (1, 0.0, value)
