"""Texts of strangers made fit for a terminal: without signs that steer it or turn its direction."""

import re

__all__ = ["printable"]

#: Control characters but for tab and line feed, and the marks that change the direction of writing.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """The text without control and direction signs; emoji sequences stay whole.

    >>> printable("a\\x1b[31mb")
    'a[31mb'
    """
    return _STEERING.sub("", text)
