"""What a terminal shows: texts of strangers without signs that steer it or turn its direction, and numbers."""

import re
from unicodedata import combining, east_asian_width

__all__ = ["counted", "printable", "width_of"]

#: Control characters but for tab and line feed, and the marks that change the direction of writing.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """The text without control and direction signs; emoji sequences stay whole.

    >>> printable("a\\x1b[31mb")
    'a[31mb'
    """
    return _STEERING.sub("", text)


def width_of(text: str) -> int:
    """Places of a text in a terminal: accents set by themselves take none, East Asian signs and emoji two.

    >>> width_of("blog"), width_of("e\u0301"), width_of("日本")
    (4, 1, 4)
    """
    if text.isascii():
        return len(text)
    return sum(0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def counted(number: int, word: str) -> str:
    """A number with its word.

    >>> counted(1, "item"), counted(1200, "item")
    ('1 item', '1,200 items')
    """
    return f"{number:,} {word}{'' if number == 1 else 's'}"
