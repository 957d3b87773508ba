"""The lines of a brat .ann: annotations with what is said of them, and the rest as losses."""

import re
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from toolkit.exchange.model import Loss

__all__ = ["Ann", "Textbound", "counting_mark", "parse"]

#: More digits than a text has places.
_PLACES = re.compile(r"[0-9]{1,12} [0-9]{1,12}(?:;[0-9]{1,12} [0-9]{1,12})*")
_ID = re.compile(r"[A-Za-z]+[0-9]+\S*|#[A-Za-z]*[0-9]+\S*")
#: Lines that say something our table has no place for, by their first letter.
_ELSEWHERE = {"R": "relation", "E": "event", "*": "equivalence", "N": "normalization"}
#: Characters of a line that a loss shows.
_SHOWN = 200
_NO_PLACE = "our table has no place for it"


@dataclass
class Textbound:
    """A line T: type, fragments, its text (None where the line has none), attributes and notes in their order."""

    line: int
    type: str
    fragments: list[tuple[int, int]]
    quote: str | None
    attributes: list[tuple[str, str | None]] = field(default_factory=list)
    notes: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Ann:
    """A file, named by ``place``: its lines T by id, and what was lost."""

    place: str
    textbounds: dict[str, Textbound] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)

    def lose(self, kind: Literal["refused", "lost"], what: str, reason: str, number: int, line: str) -> None:
        """A line that is not taken in."""
        self.losses.append(Loss(kind, what, reason, f"{self.place}, line {number}", value=line[:_SHOWN]))


def counting_mark(ann: Ann, text: str) -> Ann:
    """The annotations as brat counts them in a text with a byte order mark. Other programs do not count it: where more
    quotes stand one character further on than they say, all are moved there."""
    if not text.startswith("\ufeff"):
        return ann
    moved = {
        name: replace(one, fragments=[(start + 1, end + 1) for start, end in one.fragments])
        for name, one in ann.textbounds.items()
    }
    further = replace(ann, textbounds=moved)
    return further if _hits(further, text) > _hits(ann, text) else ann


def _hits(ann: Ann, text: str) -> int:
    """How many quotes of one piece stand where they are said to, line ends counted as two characters or as one."""
    single = [one for one in ann.textbounds.values() if len(one.fragments) == 1 and one.quote]
    versions = (text, text.replace("\r\n", "\n"))
    return max(sum(version[slice(*one.fragments[0])] == one.quote for one in single) for version in versions)


def parse(text: str, place: str) -> Ann:
    """The lines of a file; ``place`` begins the places of losses. What cannot be read is a loss too."""
    ann = Ann(place)
    others: set[str] = set()
    waiting: list[tuple[int, str, str, list[str]]] = []

    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.removesuffix("\r")
        if not line.strip():
            continue
        name, *fields = line.split("\t", 2)
        if not fields or not (name == "*" or _ID.fullmatch(name)):
            ann.lose("refused", "annotation", "lines of brat begin with an id and a tab", number, line)
        elif name[0] == "T":
            _textbound(ann, name, fields, number, line)
        elif name[0] in _ELSEWHERE:
            others.add(name)
            ann.lose("lost", _ELSEWHERE[name[0]], _NO_PLACE, number, line)
        elif name[0] in "AM#":
            others.add(name)
            waiting.append((number, name, line, fields))
        else:
            ann.lose("refused", "annotation", f"brat has no lines that begin with {name[0]}", number, line)
    # what is said of an annotation may stand before it
    for number, name, line, fields in waiting:
        _said(ann, others, name, fields, number, line)
    ann.losses.sort(key=lambda one: int(str(one.place).rsplit(" ", 1)[1]))
    return ann


def _textbound(ann: Ann, name: str, fields: list[str], number: int, line: str) -> None:
    kind, _, places = fields[0].partition(" ")
    if name in ann.textbounds:
        ann.lose("refused", "annotation", f"its id {name} is given twice", number, line)
        return
    if not kind or not _PLACES.fullmatch(places.rstrip()):
        ann.lose("refused", "annotation", "expected a type and the positions of start and end", number, line)
        return
    fragments = [(int(start), int(end)) for start, end in (pair.split(" ") for pair in places.rstrip().split(";"))]
    if any(start > end for start, end in fragments):
        ann.lose("refused", "annotation", "it ends before it starts", number, line)
        return
    ordered = sorted(fragments)
    if any(end > start for (_, end), (start, _) in pairwise(ordered)):
        ann.lose("refused", "annotation", "its fragments overlap", number, line)
        return
    quote = fields[1] if len(fields) > 1 else None
    ann.textbounds[name] = Textbound(number, kind, fragments, quote)


def _said(ann: Ann, others: set[str], name: str, fields: list[str], number: int, line: str) -> None:
    """An attribute or a note: put to its annotation."""
    what = "note" if name[0] == "#" else "attribute"
    words = fields[0].split(" ", 2) if what == "attribute" else fields[0].split()
    if len(words) < 2 or not all(words[:2]) or (what == "note" and len(words) > 2):
        ann.lose("refused", what, "expected its name and the id of an annotation", number, line)
        return
    target = ann.textbounds.get(words[1])
    if target is None:
        if words[1] in others:
            ann.lose("lost", what, _NO_PLACE, number, line)
        else:
            ann.lose("refused", what, f"there is no annotation {words[1]}", number, line)
    elif what == "note":
        target.notes.setdefault(words[0], []).append(fields[1] if len(fields) > 1 else "")
    else:
        target.attributes.append((words[0], words[2] if len(words) > 2 and words[2] else None))
        if "".join(fields[1:]).strip():
            ann.lose("lost", what, "there is no place for what follows it", number, line)
