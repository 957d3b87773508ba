"""What a regular expression cannot match without: letters and signs that stand in every text that fits it.

Of hundreds of patterns hardly any fits a given line. Which of them may is read from the literals of each: for
``(?:deja|deje) un comentarios?`` one of "deja" and "deje", and "comentario". A line without them need not be tried.
What is not understood of a pattern (a group met again, a flag) makes it one without literals, which is always tried.
"""

import re
from functools import lru_cache

__all__ = ["needed"]

Literals = frozenset[str]
#: So many sets of literals of one pattern are enough.
_MOST = 3
#: Longer literals say no more than a part of this length.
_LONG = 4
#: Stands for all digits.
_DIGIT = frozenset("0")
_TOKEN = re.compile(
    r"(?P<zero>\\[bBAZ]|[\^$])"
    r"|(?P<sign>\\[^\w])"
    r"|(?P<set>\\[dDsSwW]|\[\^?\]?(?:\\.|[^\]\\])*\]|\.)"
    r"|(?P<look>\(\?<?[=!])"
    r"|(?P<open>\(\?(?:-?[imsau]+)?:|\(\?P<\w+>|\((?!\?))"
    r"|(?P<bar>\|)"
    r"|(?P<close>\))"
    r"|(?P<repeat>(?:[*+?]|\{\d*,?\d*\})[?+]?)"
    r"|(?P<letters>[^\\()\[\]{}.*+?|^$]+(?![*+?{])|[^\\(\[])",
    re.DOTALL,
)
#: Sets of single signs, all of which can be named.
_SIGNS = re.compile(r"\[([^\]^\\\[\s-]+)\]")


class _Part:
    """A pattern, or a group of one, as far as it was read."""

    def __init__(self, look: bool = False) -> None:
        self.look = look  # a look ahead or behind says nothing of what stands there
        self.run = ""  # letters and signs that follow each other
        self.sets: list[Literals] = []
        self.last: list[Literals] = []  # of the group or set just read, which may yet be made optional
        self.others: list[list[Literals]] = []  # of the alternatives before

    def settle(self) -> None:
        """The end of a run of letters."""
        # runs of white space are read as one space elsewhere: literals have none
        self.sets += [*self.last, *(frozenset([word]) for word in self.run.split())]
        self.run, self.last = "", []

    def repeat(self, least: int) -> None:
        """What was read last stands ``least`` times or more."""
        if self.run and not least:
            self.run = self.run[:-1]
        elif not least:
            self.last = []
        self.settle()

    def alternative(self) -> None:
        """The end of an alternative."""
        self.settle()
        self.others.append(sorted(self.sets, key=_worth, reverse=True))
        self.sets = []

    def whole(self) -> list[Literals]:
        """What is needed whichever alternative fits."""
        self.alternative()
        if len(self.others) == 1:
            return self.others[0]
        return [frozenset[str]().union(*(sets[0] for sets in self.others))] if all(self.others) else []


@lru_cache(maxsize=8192)
def needed(pattern: str) -> tuple[Literals, ...]:
    """Sets of literals, of each of which one stands in every text that has a match of the pattern; at most three.

    They hold no white space, and "0" stands for any digit. Letters stand as the pattern has them; where it takes them
    for capitals as well, the text may have these.
    """
    parts = [_Part()]
    place = 0
    while place < len(pattern):
        token = _TOKEN.match(pattern, place)
        if token is None:
            return ()
        place, kind, text = token.end(), token.lastgroup, token.group()
        part = parts[-1]
        if kind in ("letters", "sign"):
            if part.last:
                part.settle()
            part.run += text.removeprefix("\\")
        elif kind == "set":
            part.settle()
            signs = _SIGNS.fullmatch(text)
            part.last = [_DIGIT] if text == r"\d" else [frozenset(signs[1])] if signs else []
        elif kind in ("open", "look"):
            if kind == "open":
                part.settle()
            parts.append(_Part(look=kind == "look"))
        elif kind == "bar":
            part.alternative()
        elif kind == "close":
            if len(parts) == 1:
                return ()
            found = parts.pop().whole()
            if not part.look:
                parts[-1].last = found
        elif kind == "repeat":
            part.repeat(1 if text[0] == "+" else int(re.sub(r"\D.*", "", text[1:]) or 0))
    return tuple(dict.fromkeys(parts[0].whole()))[:_MOST] if len(parts) == 1 else ()


def _worth(literals: Literals) -> tuple[int, int]:
    """The more, the fewer texts have one of them: by the shortest and by their number."""
    return min(_LONG, *map(len, literals)), -len(literals)
