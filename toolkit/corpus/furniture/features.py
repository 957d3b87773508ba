"""How a line of a page looks, stands and is worded, as features with names: what the line model reads.

Features are on or off ("zone=bottom", "words=2", "said" for a line under the head of a comment), but for words
("w:suscríbete"), which count the less the longer the line is. Zones are "top", "body", "tail", "bottom" and "prose".
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from math import floor

from toolkit.corpus.furniture import shapes
from toolkit.corpus.furniture.rule import Mark
from toolkit.corpus.furniture.shapes import LONGEST_LINE, Line

__all__ = ["describe_lines", "zones_of"]

#: Kinds with which what readers say begins.
_AFTER = frozenset(["comment_meta", "comment_form"])
#: How many lines up and down a line's neighbours are looked for.
_NEAR = 3
#: Beyond this many words a line is described by its first ones: the rest says no more.
_MOST_WORDS = 24
_STEM = 5
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+|[@#]\w+")
_SIGNS = {
    "bar": re.compile(r"\S\s{0,9}[|¦·•]"),
    "arrow": re.compile(r"[»«›‹>►▼↑↓←→]"),
    "wide": re.compile(r"\S(?: {2,}|\t)\S"),
    "slash": re.compile(r" / "),
    "star": re.compile(r"\*"),
    "dots": re.compile(r"\.\.\.|…"),
    "count": re.compile(r"\(\d{1,6}\)|\[\d{1,4}\]"),
    "counted": re.compile(r"[^\W\d_]\d{1,6}$"),
    "time": re.compile(r"\b\d{1,2}[:.]\d{2}(?:[:.]\d{2})?\b"),
    "year": re.compile(r"\b(?:19|20)\d\d\b"),
    "day": re.compile(r"\b\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d\d)\b"),
    "url": re.compile(r"https?://|www\.|\b\w+\.(?:com|org|net|it|es|ar|mx|cl)\b"),
    "mail": re.compile(r"\S@\w"),
    "nick": re.compile(r"(?<!\w)@\w|\b[a-z]+[_\d]+\w*\b"),
    "tag": re.compile(r"(?<!\w)#\w"),
    "euro": re.compile(r"[€$%]"),
    "copy": re.compile(r"[©®™]"),
    "bracket": re.compile(r"^\(.*\)$"),
    "quote": re.compile(r"[\"“”«»]"),
    "colon": re.compile(r": "),
    "comma": re.compile(r", "),
    "dash": re.compile(r" [-–—] "),
    "stop": re.compile(r"[.;!?] \S"),
}
_WIDTHS = ((1, "1"), (2, "2"), (3, "3"), (5, "4-5"), (8, "6-8"), (14, "9-14"), (24, "15-24"))
_STEPS = ((0, "0"), (1, "1"), (2, "2"), (5, "3-5"), (10, "6-10"))


def zones_of(lines: Sequence[Line], marks: Sequence[Mark | None]) -> list[str]:
    """For each line "top", "body", "tail" (among comments), "bottom", or "prose" if it is; empty without prose."""
    body = [number for number, line in enumerate(lines) if marks[number] is None and shapes.is_body(line)]
    if not body:
        return []
    said = (n for n, mark in enumerate(marks) if n > body[0] and mark is not None and mark.kind in _AFTER)
    tail = next(said, len(lines))
    zones = []
    for number, line in enumerate(lines):
        if line.prose or line.length > LONGEST_LINE // 2:
            zones.append("prose")
        elif number < body[0]:
            zones.append("top")
        else:
            zones.append("bottom" if number > body[-1] else "tail" if number > tail else "body")
    return zones


def describe_lines(
    text: str,
    lines: Sequence[Line],
    marks: Sequence[Mark | None],
    known: Mapping[str, float],
    *,
    prose: bool = True,
) -> Iterator[dict[str, float]]:
    """The features of each line: name and value (0 to 1), a name without a value being absent.

    None are given for lines that are marked already or longer than ``LONGEST_LINE``, nor, without ``prose``, for
    sentences.
    ``known`` are words of the rules with the log-odds that one is met in a rule rather than in prose.
    """
    page = _Page(text, lines, marks)
    for number, line in enumerate(lines):
        if marks[number] is not None or line.length > LONGEST_LINE or (line.prose and not prose):
            yield {}
            continue
        raw = text[line.start : line.end]
        words, looks, wording = _worded(raw, line.item, line.prose, line.ends_sentence)
        features = dict.fromkeys(looks, 1.0)
        features.update(dict.fromkeys(page.places(number, _step(len(words), _WIDTHS)), 1.0))
        features.update(wording)
        features.update(dict.fromkeys(_known_words(words, known, page.zones[number] if page.zones else "none"), 1.0))
        features.update(page.wording_beside(number))
        yield features


def _step(value: int, steps: tuple[tuple[int, str], ...]) -> str:
    return next((name for most, name in steps if value <= most), "more")


@lru_cache(maxsize=4096)  # lines of pages come again and again, on one page with every round
def _worded(raw: str, item: bool, prose: bool, ends: bool) -> tuple[list[str], list[str], dict[str, float]]:
    """The words of a line, what it looks like, and its wording."""
    words = _WORD.findall(raw)
    return words, list(_looks(raw, words, item, prose, ends)), _wording(words)


def _looks(raw: str, words: list[str], item: bool, prose: bool, ends: bool) -> Iterator[str]:
    """What the line itself looks like."""
    width = _step(len(words), _WIDTHS)
    yield f"words={width}"
    first, last = raw[0], raw[-1]
    yield "begins=" + ("capital" if first.isupper() else "small" if first.islower() else _sign(first))
    yield "ends=" + ("letter" if last.isalpha() else _sign(last))
    letters = [sign for sign in raw if sign.isalpha()]
    if letters and all(sign.isupper() for sign in letters):
        yield "shouted"
    capitals = sum(word[0].isupper() for word in words)
    if len(words) > 1 and capitals >= 0.6 * len(words):
        yield "title case"
    digits = sum(sign.isdigit() for sign in raw)
    yield "digits=" + ("none" if not digits else "few" if 4 * digits < len(raw) else "many")
    if item:
        yield "item"
    if prose:
        yield "prose"
    if ends:
        yield f"sentence end, words={width}"
    for name, pattern in _SIGNS.items():
        if pattern.search(raw):
            yield name


def _sign(sign: str) -> str:
    if sign.isdigit():
        return "digit"
    return sign if sign in ".,:;!?…¿¡\"'()[]«»“”-–—*#@©•·>+/|" else "other"


def _wording(words: list[str]) -> dict[str, float]:
    """Words, beginnings of long words (forms of one verb, kin words of two languages), and a short line as a whole.

    Each counts the less, the more words the line has.
    """
    plain = ["0" if word.isdigit() else word.lower() for word in words[:_MOST_WORDS]]
    if not plain:
        return {}
    value = round(min(1.0, (3 / len(plain)) ** 0.5), 3)
    names = [f"w:{word}" for word in plain]
    names += [f"s:{word[:_STEM]}" for word in plain if len(word) > _STEM]
    names += [f"1:{plain[0]}", f"z:{plain[-1]}"]
    names += [f"2:{one} {two}" for one, two in pairwise(plain)]
    return dict.fromkeys(names, value)


def _known_words(words: list[str], known: Mapping[str, float], zone: str) -> Iterator[str]:
    """How much the words are those of the rules: on the whole, and the two that are most."""
    odds = sorted((known.get(word.lower(), 0.0) for word in words[:_MOST_WORDS] if not word.isdigit()), reverse=True)
    if odds:
        mean = floor(sum(odds) / len(odds))
        yield f"words of rules={mean}"
        yield f"words of rules={mean}, zone={zone}"
        yield f"words of rules, best={floor(sum(odds[:2]))}"


class _Page:
    """Where the lines of one page stand, and what is around them."""

    def __init__(self, text: str, lines: Sequence[Line], marks: Sequence[Mark | None]) -> None:
        self.lines, self.marks = lines, marks
        self.zones = zones_of(lines, marks)
        self.keys = Counter(line.key for line in lines)
        self.short = [not line.prose and line.length <= LONGEST_LINE // 3 for line in lines]
        count = len(lines)
        self.paragraph = [(0, 0)] * count
        self.run = [0] * count
        self.said = [False] * count  # after the head of a comment in the same paragraph
        self.since = [99] * count  # lines since the prose, counted from the nearer side
        for start, end in _stretches([line.gap for line in lines]):
            said = False
            for number in range(start, end):
                self.paragraph[number] = (start, end)
                self.said[number] = said
                mark = marks[number]
                said = said or (mark is not None and mark.kind == "comment_meta")
        for start, end in _stretches([one != two for one, two in zip(self.short, [None, *self.short], strict=False)]):
            self.run[start:end] = [end - start if self.short[start] else 0] * (end - start)
        body = [mark is None and shapes.is_body(line) for line, mark in zip(lines, marks, strict=True)]
        for order in (range(count), range(count - 1, -1, -1)):
            far = 99
            for number in order:
                far = 0 if body[number] else far + 1
                self.since[number] = min(self.since[number], far)
        spoken = [number for number, mark in enumerate(marks) if mark is not None and mark.kind == "comment_meta"]
        self.first_comment = spoken[0] if spoken else count
        self.last_comment = spoken[-1] if spoken else -1
        self.share = sum(mark is not None for mark in marks) / max(1, count)
        self.body_before = list(accumulate(body, initial=0))
        self.text = text
        self.size = lines[-1].end if lines else 1

    def places(self, number: int, width: str) -> Iterator[str]:
        """What is said of one line by where it stands."""
        zone = self.zones[number] if self.zones else "none"
        line, count = self.lines[number], len(self.lines)
        yield f"zone={zone}"
        yield f"zone={zone}, words={width}"
        yield f"zone={zone}, since prose={_step(self.since[number], _STEPS)}"
        yield f"zone={zone}, sentence end={line.ends_sentence}"
        if line.item:
            yield f"zone={zone}, item"
        if number < 3:
            yield f"line {number} of page"
        if count - number <= 3:
            yield f"line {number - count} of page"
        yield from self._in_paragraph(number, zone)
        yield from self._beside(number, zone)
        if self.keys[line.key] > 1 and zone != "body":  # there it is a heading that a list of contents names too
            yield "twice on page"
        above, below = self.body_before[number], self.body_before[-1] - self.body_before[number + 1]
        kind = "prose" if zone == "prose" else "short"
        yield f"{kind}, prose above={_step(above, _STEPS)}"
        yield f"{kind}, prose below={_step(below, _STEPS)}"
        yield f"{kind}, tenth of page={10 * line.start // self.size}"
        if self.said[number]:
            yield "said"
        if number > self.first_comment:
            yield "after a comment" if number < self.last_comment else "after the last comment"
        yield "page marked=" + _step(int(10 * self.share), _STEPS)

    def wording_beside(self, number: int) -> dict[str, float]:
        """Words of the line that heads the paragraph, or of a line alone above it: "Lo más leído"."""
        start, _ = self.paragraph[number]
        head = start if number > start else start - 1
        if (
            head < 0
            or (number == start and self.paragraph[head][1] - self.paragraph[head][0] > 1)
            or not self.short[head]
        ):
            return {}
        words = _WORD.findall(self.lines[head].key)[:8]
        return dict.fromkeys([f"h:{word}" for word in words if not word.isdigit()], 0.5)

    def _in_paragraph(self, number: int, zone: str) -> Iterator[str]:
        start, end = self.paragraph[number]
        size = _step(end - start, _STEPS)
        yield f"zone={zone}, paragraph={size}"
        place = "only" if end - start == 1 else "first" if number == start else "last" if number == end - 1 else "inner"
        yield f"place={place}"
        yield f"run={_step(self.run[number], _STEPS)}"
        if end - start > 1:
            near = [*self.marks[max(start, number - 8) : number], *self.marks[number + 1 : min(end, number + 9)]]
            marked = sum(mark is not None for mark in near) / len(near)
            yield f"zone={zone}, paragraph marked=" + ("no" if not marked else "some" if marked < 0.5 else "most")

    def _beside(self, number: int, zone: str) -> Iterator[str]:
        for name, step in (("above", -1), ("below", 1)):
            other = number + step
            if not 0 <= other < len(self.lines):
                yield f"{name}=edge"
                continue
            mark, line = self.marks[other], self.lines[other]
            gap = "gap " if (self.lines[number] if step < 0 else line).gap else ""
            what = mark.kind if mark is not None else "item" if line.item else "short" if self.short[other] else "prose"
            yield f"{name}={gap}{what}"
            yield f"zone={zone}, {name} {'marked' if mark is not None else 'open'}"
            for look in _glance(self.text[line.start : min(line.end, line.start + LONGEST_LINE)]):
                yield f"{name}: {gap}{look}"
        low, high = max(0, number - _NEAR), number + _NEAR + 1
        near = sum(mark is not None for mark in (*self.marks[low:number], *self.marks[number + 1 : high]))
        yield f"zone={zone}, near marked={_step(near, _STEPS)}"


@lru_cache(maxsize=4096)
def _glance(raw: str) -> list[str]:
    """What is seen of a neighbour."""
    names = [name for name in ("time", "year", "bar", "count", "arrow", "colon", "nick") if _SIGNS[name].search(raw)]
    names.append(f"words={_step(len(_WORD.findall(raw)), _WIDTHS)}")
    names.append("ends=" + ("letter" if raw[-1].isalpha() else _sign(raw[-1])))
    return names


def _stretches(starts: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Begin and end of stretches, from where each one starts."""
    begin = 0
    for number in range(1, len(starts) + 1):
        if number == len(starts) or starts[number]:
            yield begin, number
            begin = number
