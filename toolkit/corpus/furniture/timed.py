"""Patterns of users with a limit of time: one that tries without end is refused by name and stops no run."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import regex

from toolkit.errors import InputError

__all__ = ["SECONDS", "Pattern", "Timed"]

#: A line is found to fit or not within microseconds; patterns that repeat what is repeated can take years.
SECONDS = 2.0


class Timed:
    """A regular expression with the methods of ``re.Pattern`` that rules of furniture use.

    Raises :class:`InputError` where it takes longer than :data:`SECONDS` for a text, and ``re.error`` for what is no
    regular expression.

    >>> Timed("vis[ií]tanos.*", 0).fullmatch("visítanos en la feria") is not None
    True
    """

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern = pattern
        self._compiled = _compiled(pattern, flags)

    def match(self, text: str) -> Any:
        """As ``re.Pattern.match``."""
        return self._within(self._compiled.match, text)

    def fullmatch(self, text: str) -> Any:
        """As ``re.Pattern.fullmatch``."""
        return self._within(self._compiled.fullmatch, text)

    def search(self, text: str) -> Any:
        """As ``re.Pattern.search``."""
        return self._within(self._compiled.search, text)

    def finditer(self, text: str, *span: int) -> Iterator[Any]:
        """As ``re.Pattern.finditer``, all at once; ``span``: where to begin and end."""
        return iter(self._within(lambda *given, **more: list(self._compiled.finditer(*given, **more)), text, *span))

    def _within(self, look: Callable[..., Any], text: str, *span: int) -> Any:
        try:
            return look(text, *span, timeout=SECONDS)
        except (TimeoutError, MemoryError) as error:
            raise InputError(
                f"furniture rule: the pattern {self.pattern[:80]!r} takes more than {SECONDS:g} s for a line of "
                f"{len(text):,} characters; repeat nothing that is repeated itself, as (a+)+."
            ) from error


Pattern = re.Pattern[str] | Timed


@lru_cache(maxsize=512)
def _compiled(pattern: str, flags: int) -> Any:
    try:
        return regex.compile(pattern, flags=_flags(flags))
    except regex.error as error:
        raise re.error(str(error), pattern) from error


def _flags(flags: int) -> int:
    """The flags of ``re`` as those of ``regex``, which then behaves as ``re`` does."""
    found = regex.VERSION0 | regex.UNICODE
    for ours, theirs in ((re.IGNORECASE, regex.IGNORECASE), (re.MULTILINE, regex.MULTILINE)):
        found |= theirs if flags & ours else 0
    return int(found)
