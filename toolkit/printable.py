"""What a terminal shows: texts of strangers without signs that steer it or turn its direction, and numbers."""

import re
from unicodedata import category, combining, east_asian_width

__all__ = ["beginning", "counted", "printable", "width_of"]

#: Control characters but for tab and line feed, and the marks that change the direction of writing.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
#: Joins emoji; what belongs to the sign before it beside combining marks: variants, the tones of a skin, tags of flags.
_JOINER = "\u200d"
_BOUND = re.compile("[\u200c\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
#: Two of these letters are a flag.
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]*\\Z")
#: Signs that are looked at for the border of a letter; no word of a language piles up more marks.
_LONGEST = 32


def printable(text: str) -> str:
    """The text without control and direction signs; emoji sequences stay whole.

    >>> printable("a\\x1b[31mb")
    'a[31mb'
    """
    return _STEERING.sub("", text)


def beginning(text: str, most: int) -> str:
    """The first signs of a text, ``most`` of them or a few less: no letter loses its accent, no emoji a part.

    >>> beginning("promesa", 4), beginning("sen\u0303al", 3), beginning("sen\u0303al", 4) == "sen\u0303"
    ('prom', 'se', True)
    """
    if len(text) <= most:
        return text
    for end in range(most, max(most - _LONGEST, 0), -1):
        if not _inside(text, end):
            return text[:end]
    return text[:most]


def _inside(text: str, place: int) -> bool:
    """Whether a cut before this sign would divide what a reader sees as one."""
    before, after = text[place - 1], text[place]
    if category(after)[0] == "M" or _BOUND.match(after) or (before == _JOINER and not after.isascii()):
        return True
    if before == "\r" and after == "\n":
        return True
    flags = _FLAG.search(text, max(place - _LONGEST, 0), place)
    return bool(flags and len(flags[0]) % 2 and _FLAG.fullmatch(after))


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
