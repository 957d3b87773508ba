"""Settings that several statistics share, refused in one sentence where they are none."""

from typing import Any, NamedTuple

import numpy as np

from toolkit.errors import InputError

__all__ = [
    "FEWEST_REPEATS",
    "Drawing",
    "check_bootstrap",
    "check_least",
    "check_share",
    "is_number",
    "is_whole",
]

#: With fewer samples the limits of an interval are those of single samples.
FEWEST_REPEATS = 100


class Drawing(NamedTuple):
    """The settings of a bootstrap."""

    repeats: int
    confidence: float
    seed: int


def check_bootstrap(function: str, repeats: int, confidence: float, seed: int) -> Drawing:
    """The settings of a bootstrap. Raise :class:`InputError` for those that are none."""
    if not is_number(confidence) or not 0 < confidence < 1:
        raise InputError(
            f"{function}: got the confidence {confidence!r}, allowed is a number above 0 and below 1 (0.95 for 95 %)."
        )
    for name, value in (("repeats", repeats), ("seed", seed)):
        check_least(function, name, value, 0)
    if 0 < repeats < FEWEST_REPEATS:
        raise InputError(
            f"{function}: {repeats} repeats are too few for an interval; allowed is {FEWEST_REPEATS} or more, or 0 "
            "for none."
        )
    return Drawing(repeats, confidence, seed)


def check_least(function: str, name: str, value: int, least: int) -> None:
    """Raise :class:`InputError` for what is no whole number of at least ``least``."""
    if not is_whole(value, least):
        raise InputError(f"{function}: got {name}={value!r}, expected a whole number from {least} upwards.")


def check_share(function: str, name: str, value: float) -> None:
    """Raise :class:`InputError` for what is no number from 0 to 1."""
    if not is_number(value) or not 0 <= value <= 1:
        raise InputError(f"{function}: got {name}={value!r}, allowed is a number from 0 to 1.")


def is_number(value: Any) -> bool:
    """Whether it is a number, and no truth value."""
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def is_whole(value: Any, least: int) -> bool:
    """Whether it is a whole number of at least ``least``, and no truth value."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and bool(value >= least)
