"""The errors a user can meet: each message is one sentence that says what was got, expected, and what to do."""

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["CheckFailed", "InputError", "OutputError", "ToolkitError", "suggestion"]


#: Names that a message lists: a screen full at most.
_MOST_NAMED = 40


class ToolkitError(Exception):
    """Base of all errors this package raises on purpose; ``exit_status`` is what the command line returns."""

    exit_status = 2


class InputError(ToolkitError, ValueError):
    """A file, table, setting or argument is not what it should be."""


class OutputError(ToolkitError, OSError):
    """A result cannot be written where the user asked for it."""


class CheckFailed(ToolkitError):
    """A repeated study did not give the same tables."""

    exit_status = 1


def suggestion(got: str, allowed: Iterable[str]) -> str:
    """The nearest allowed name as the end of a sentence, or the allowed names when none is near.

    >>> suggestion("languges", ["languages", "path"])
    "did you mean 'languages'?"
    >>> suggestion("zzz", ["b", "a"])
    'allowed are a, b.'
    """
    names = sorted(allowed)
    near = get_close_matches(str(got), names, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    more = len(names) - _MOST_NAMED
    return "allowed are " + ", ".join(names[:_MOST_NAMED]) + (f" and {more:,} more." if more > 0 else ".")
