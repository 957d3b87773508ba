"""What was found about an answer, and how answers of learners are read."""

import math
from collections.abc import Iterable
from contextlib import suppress
from numbers import Real
from typing import Any, NamedTuple

__all__ = [
    "Finding",
    "NotAsked",
    "Rounded",
    "close",
    "is_percent",
    "names_of",
    "number_of",
    "parts_of",
    "right",
    "shown",
    "text_of",
]


class Finding(NamedTuple):
    """``message``: which of the exercise's messages to show ("right" where the answer is right); ``values``: what
    stands in its gaps. Numbers among them are written as the language of the message does.

    >>> Finding("too_high", {"got": 12}).message
    'too_high'
    """

    message: str
    values: dict[str, Any]


class Rounded(NamedTuple):
    """A number with so many digits after the point, ``sign``: with + where it is above 0.

    >>> Finding("right", {"recall": Rounded(0.4286, 2)}).values["recall"].digits
    2
    """

    value: float
    digits: int
    sign: bool = False


class NotAsked(Exception):
    """An answer of another kind than was asked for; the messages are in ``data/lessons/common.yaml``."""

    def __init__(self, message: str, **values: Any) -> None:
        super().__init__(message)
        self.finding = Finding(message, values)


def right(**values: Any) -> Finding:
    """The answer is right."""
    return Finding("right", values)


def number_of(answer: object) -> float:
    """The answer as a number.

    Raises :class:`NotAsked` for anything else, truth values and "not a number" included.
    """
    # an "item" of another kind, a number that no float holds: whatever it is, it is no answer
    with suppress(Exception):
        plain = answer.item() if hasattr(answer, "item") and getattr(answer, "size", 1) == 1 else answer
        if not isinstance(plain, bool) and isinstance(plain, Real) and not math.isnan(plain):
            return float(plain)
    raise NotAsked("no_number", got=shown(answer))


def close(one: float, other: float) -> bool:
    """Whether two shares are the same: who rounds to two decimals is right.

    >>> close(0.33, 1 / 3), close(0.3, 1 / 3)
    (True, False)
    """
    return math.isclose(one, other, abs_tol=0.006)


def is_percent(one: float, share: float) -> bool:
    """Whether a number is the share in per cent, rounded or not.

    >>> is_percent(33, 1 / 3), is_percent(0.33, 1 / 3)
    (True, False)
    """
    return one > 1 and math.isclose(one, 100 * share, abs_tol=0.6)


def text_of(answer: object) -> str:
    """The answer as a text without the spaces around it; raises :class:`NotAsked` for anything else."""
    if not isinstance(answer, str):
        raise NotAsked("no_text", got=shown(answer))
    return answer.strip()


def names_of(answer: object) -> list[str]:
    """The answer as a list of texts, in its order; raises :class:`NotAsked` for anything else."""
    found = [one.strip() if isinstance(one, str) else one for one in parts_of(answer, "no_names")]
    strange = [one for one in found if not isinstance(one, str)]
    if strange:
        raise NotAsked("no_names", got=shown(strange[0]))
    return [str(one) for one in found]


def parts_of(answer: object, message: str) -> list[Any]:
    """What an answer holds; raises :class:`NotAsked` with ``message`` for a text, and for what holds nothing."""
    if not isinstance(answer, str) and isinstance(answer, Iterable):
        with suppress(Exception):  # an array without a dimension says that it can be gone through, and cannot
            return list(answer)
    raise NotAsked(message, got=shown(answer))


def shown(answer: object) -> str:
    """An answer as a message shows it: what it is, and its beginning."""
    try:
        said = repr(answer)
    except Exception:  # numbers of too many digits, and whatever cannot say what it is
        said = "…"
    return f"{type(answer).__name__}: {said if len(said) <= 60 else said[:59] + '…'}"
