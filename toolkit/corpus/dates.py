"""Dates as Spanish and Italian pages write them, to ISO 8601: read strictly, never completed from today's date."""

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

__all__ = ["DateReading", "read_date"]

_LONGEST = 80
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}.*)?")
#: A year that stands first is followed by the month: nobody writes the day there.
_YEAR_FIRST = re.compile(r"((?:19|20)\d{2})([/.-])(\d{1,2})\2(\d{1,2})(?:[T ]\d{1,2}:\d{2}.*)?")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_YEAR_MONTH = re.compile(r"((?:19|20)\d{2})[-/](\d{1,2})|(\d{1,2})[-/]((?:19|20)\d{2})")
_YEAR = re.compile(r"(?:19|20)\d{2}")
#: A year with two digits stands after an apostrophe or as the third part of a date in figures.
_SHORT_YEAR = re.compile(r"['’](\d{2})\b|\d{1,2}[-/. ]\w{1,10}[-/. ](\d{2})\b")
#: What stands before a date on a page: "Publicado el", "il", "l'" of "l'8 marzo".
_LEAD = re.compile(
    r"(?:publicad[oa]|pubblicat[oa]|escrit[oa]|scritt[oa]|inviat[oa]|enviad[oa]|posted)?\s*(?:(?:el|il|on)\s+|l['’](?=\d))"
)
_ORDINAL = re.compile(r"(?<=\d)\s*[º°ª]")
#: From where the readings take what is not written: nothing of one is that of the other, no hour is one of these years.
_BASES = {"first": datetime(1960, 1, 11), "last": datetime(1977, 12, 22)}
#: WordPress writes this for "no date yet".
_NONE = re.compile(r"0000-00-00.*")


class DateReading(NamedTuple):
    """``iso``: YYYY-MM-DD, YYYY-MM or YYYY as far as it was written, or None; ``problem``: why not, or None."""

    iso: str | None
    problem: str | None


@lru_cache(maxsize=20_000)
def read_date(text: str) -> DateReading:
    """A date in figures or in words (Spanish, Italian, English; day before month; RFC 822; ISO 8601).

    The day is that of the writer's clock: an hour is dropped and a time zone is not applied. A date without a year
    ("12 de marzo"), one that counts from today ("hace 3 días") and one that no calendar has (31/02) are not read.

    >>> read_date("12 de marzo de 2009").iso, read_date("3 marzo 2010").iso, read_date("marzo 2010").iso
    ('2009-03-12', '2010-03-03', '2010-03')
    >>> read_date("31/02/2009").problem
    "'31/02/2009' is no date that can be read"
    """
    written = " ".join(text.split())
    if not written or _NONE.fullmatch(written):
        return DateReading(None, None)
    iso = _figures(written) if len(written) <= _LONGEST else None
    if iso is None and len(written) <= _LONGEST and not _ISO.fullmatch(written):
        iso = _words(written)
    return DateReading(iso, None if iso else f"'{written[:_LONGEST]}' is no date that can be read")


def _figures(written: str) -> str | None:
    match = _ISO.fullmatch(written) or _COMPACT.fullmatch(written)
    if match:
        return _day(*map(int, match.groups()))
    match = _YEAR_FIRST.fullmatch(written)
    if match and (day := _day(int(match[1]), int(match[3]), int(match[4]))):
        return day
    if _YEAR.fullmatch(written):
        return written
    match = _YEAR_MONTH.fullmatch(written)
    if match:
        year, month = (match[1], match[2]) if match[1] else (match[4], match[3])
        return f"{year}-{int(month):02}" if 1 <= int(month) <= 12 else None
    return None


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _words(written: str) -> str | None:
    lower = written.lower()
    lead = _LEAD.match(lower)
    plain = _ORDINAL.sub("", lower[lead.end() :] if lead else lower)
    found = _parser("first").get_date_data(plain)
    moment = found.date_obj
    if moment is None or not _has_year(plain, moment.year):
        return None
    iso = str(moment.date().isoformat())
    if found.period in ("month", "year"):
        return iso[: 7 if found.period == "month" else 4]
    # what is not written there is another in another reading, whatever dateparser says that it found
    other = _parser("last").get_date_data(plain).date_obj
    if other is None or moment.year != other.year:
        return None
    if moment.month != other.month:
        return iso[:4] if moment.day != other.day else None
    return iso if moment.day == other.day else iso[:7]


def _has_year(written: str, year: int) -> bool:
    """Whether the year stands there: dateparser takes that of its base where none does."""
    if str(year) in written:
        return True
    return any(int(short) == year % 100 for pair in _SHORT_YEAR.findall(written) for short in pair if short)


@lru_cache(maxsize=2)
def _parser(missing: str) -> Any:
    """A parser that takes the ``first`` or the ``last`` month and day for those that are not written."""
    from dateparser.date import DateDataParser

    settings = {"PARSERS": ["absolute-time"], "DATE_ORDER": "DMY", "NORMALIZE": True}
    settings |= {"PREFER_DAY_OF_MONTH": missing, "PREFER_MONTH_OF_YEAR": missing, "RELATIVE_BASE": _BASES[missing]}
    return DateDataParser(languages=["es", "it", "en"], settings=settings)
