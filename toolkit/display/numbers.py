"""Numbers as a language writes them, with few digits, the same in a whole column."""

import math
import re
from collections.abc import Sequence
from functools import cache

from toolkit.display.words import display_words
from toolkit.tables import CONTRACTS, Column

__all__ = ["lone_number", "number", "number_column"]

#: Three digits that count, in a column from its largest value; more says more than samples of texts bear.
_DIGITS = 3
#: Digits after the point of shares and of probabilities of error.
_SHARE = 3
_PROBABILITY = re.compile(r"(^|_)[pq](_value)?$")
#: Whole numbers that are names and places, not amounts: no sign between their thousands.
_PLACES = re.compile(r"(?:^|_)(?:year|seed|start|end|k|thesis)$|(?:^|[\W_])(?:año|anno)(?:[\W_]|$)", re.IGNORECASE)
#: Whole numbers that all lie here are years, whatever their column is called.
_YEARS = (1950, 2050)


def number(value: float, lang: str = "en", digits: int = 0, *, grouped: bool = True, sign: bool = False) -> str:
    """A number as a language writes it: 1,234.5 in English, 1 234,5 in Spanish, 1.234,5 in Italian.

    ``digits`` after the point; ``grouped``: with a sign between thousands; ``sign``: with + before what is above 0.
    Empty for a missing number.

    >>> number(12345.6, "en", 1), number(0.5, "es", 2), number(1234, "it"), number(-2, "en")
    ('12,345.6', '0,50', '1.234', '−2')
    >>> number(0.693, "it", 2, sign=True)
    '+0,69'
    """
    if math.isnan(value):
        return ""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    words = display_words("words", lang)
    # a whole number keeps all its digits, which as a fraction it would not from 2 ** 53 on: posts have such names
    form = "d" if isinstance(value, int) and not digits else f".{digits}f"
    written = f"{value:{',' if grouped else ''}{form}}"
    if written.startswith("-"):
        # what rounds to zero has no sign
        written = "−" + written[1:] if written.strip("-0.,") else written[1:]
    elif sign and written.strip("0.,"):
        written = "+" + written
    return written.replace(".", "\n").replace(",", words["thousands"]).replace("\n", words["decimal"])


def lone_number(value: float, lang: str = "en") -> str:
    """A number that stands alone: whole, or with three digits that count and no zeros behind them.

    >>> lone_number(0.0999, "it"), lone_number(0.5), lone_number(1200), lone_number(2.98765)
    ('0,0999', '0.5', '1,200', '2.99')
    """
    if not math.isfinite(value) or float(value).is_integer() or abs(value) >= 1000:
        return number(value, lang)
    shown = f"{float(f'{value:.{_DIGITS}g}'):.9f}".rstrip("0")
    if not shown.strip("-0."):
        return _below(value, 1e-9, lang, 9)
    return number(value, lang, len(shown.partition(".")[2]))


def number_column(name: str, values: Sequence[float], lang: str = "en") -> list[str]:
    """The numbers of a column, each as text: as many digits as the column needs, whole numbers without a point.

    ``name`` tells shares (three digits), p and q values ("<0.001" for what would be 0.000), and whole numbers that are
    no amounts (years, places in a text), which get no sign between thousands. Missing ones are empty. Amounts above 0
    that would be written as zero are told as below the smallest that can be: "<0.001".

    >>> number_column("n", [1200, 7]), number_column("share", [0.5, 0.12345]), number_column("year", [2006, 2011])
    (['1,200', '7'], ['0.500', '0.123'], ['2006', '2011'])
    >>> number_column("q_value", [0.00002, 0.04, float("nan")], "it")
    ['<0,001', '0,040', '']
    """
    finite = [float(value) for value in values if math.isfinite(value)]
    # a column of that name may hold something else in another table
    share = name in _shares() and all(abs(value) <= 1 for value in finite)
    probability = bool(_PROBABILITY.search(name))
    whole = all(value.is_integer() for value in finite) and not share and not probability
    years = whole and bool(finite) and all(_YEARS[0] <= value <= _YEARS[1] for value in finite)
    grouped = not (whole and (years or _PLACES.search(name)))
    digits = _SHARE if probability else 0 if whole else _digits(finite, _SHARE if share else 0)
    least = 10.0**-digits
    written = []
    for value in values:
        text = number(value, lang, digits, grouped=grouped)
        if digits and 0 < abs(value) < least / 2:
            text = _below(value, least, lang, digits)
        written.append(text)
    return written


def _below(value: float, least: float, lang: str, digits: int) -> str:
    """An amount that would be written as zero."""
    return ("<" if value > 0 else ">−") + number(least, lang, digits)


def _digits(finite: list[float], least: int) -> int:
    """Digits after the point for the largest value of a column: 3 that count, none from a thousand on."""
    largest = max((abs(value) for value in finite), default=0.0)
    if largest >= 1000:
        return 0
    if largest >= 10:
        return 1
    if largest == 0:
        return least or 1
    return max(least, min(_DIGITS - 1 - math.floor(math.log10(largest)), 6))


@cache
def _shares() -> frozenset[str]:
    """Columns that all contracts keep between 0 and 1 or -1 and 1."""
    rules: dict[str, list[Column]] = {}
    for contract in CONTRACTS.values():
        for name, rule in contract.items():
            rules.setdefault(name, []).append(rule)
    return frozenset(
        name for name, own in rules.items() if all(rule.kind == "number" and rule.high == 1 for rule in own)
    )
