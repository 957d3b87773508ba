"""What a rule for one line cannot say about page furniture: where lines stand, what they are made of, what follows.

Lines of a page, rows of links, heads of reader comments, the top and the bottom of a page, captions that lost their
line break. ``toolkit.corpus.furniture`` decides what is marked; this module only describes.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from toolkit.corpus.furniture.timed import Pattern

__all__ = [
    "LONGEST_LINE",
    "Line",
    "comment_heads",
    "edges",
    "is_body",
    "is_link",
    "is_lone_word",
    "is_menu_line",
    "is_small_note",
    "parts_of",
    "read_keys",
    "read_lines",
    "without_ornaments",
]

#: Longer lines are prose; only "starts" and "inside" rules look at them.
LONGEST_LINE = 300
_LONGEST_LINK = 110
_LINE = re.compile(r"[^\r\n\x0b\x0c\x85\u2028\u2029]+")
#: List marks and quote marks that a copied line may carry in front.
_MARK = re.compile(r"^(?:[•·▪‣◦●○*+>–—-]|\d{1,2}[.)])\s+")
#: Prose: four words or more, closed as a sentence is; "Cargando...", "with Anna B." and "11:03 p.m." are none.
_CLOSED = re.compile(r"(?<![.…])(?<!\s\w)(?<!p\.m)(?<!a\.m)(?<!\shrs)(?<!s\.l)(?<!r\.l)(?<!s\.a)[.!?]")
_CLOSING = "\"'»”’)]"
_SENTENCE_END = re.compile(r"[.!?…:;][\"'»”’)\]]*$")
_HARD = re.compile(r"\s*[|¦·•►▼≡☰♥♡❤]\s*|\s+::\s+|\s+[»›]\s+|\s{3,}|\t+")
_SOFT = re.compile(r"\s*[|¦·•►▼≡☰♥♡❤]\s*|\s+::\s+|\s+[»›]\s+|\s{2,}|\s+[>/~–—*-]+\s+")
#: No verb that is common, no stop: "the counter at four in the morning".
_SMALL_NOTE = re.compile(
    r"(?:el|la|los|las|un|una|il|lo|i|gli|le|uno|l['’])\s?(?:\s?(?!(?:es|era|fue|está|hay|no|se|me|que|y|o|è|e|ha|ho|non|si|"
    r"che|mi|ma|sono|son|tiene|dice|dijo|viene|va|sigue|resta)\s)[^\s.!?:;,…]{1,20}){2,8}"
)
#: What a line may be wrapped in: brackets, arrows, stars, notes.
_ORNAMENTS = "()[]{}<>|=~_*↓↑→←↳►◄▼▲■□●○♥♡❤★☆✦✉☎✎♪♫·•…–—- \t\xa0"
#: Without one of these a line has no pieces.
_SPLIT = re.compile(r"[|¦·•►▼≡☰♥♡❤]|\s[\s:»›>/~–—*-]")


class Line(NamedTuple):
    """A line without outer spaces: where it stands, how it reads in lower case, whether a blank line is before it."""

    start: int
    end: int
    key: str
    ends_sentence: bool
    gap: bool
    item: bool
    prose: bool

    @property
    def length(self) -> int:
        """Characters of the line."""
        return self.end - self.start


def composed(text: str) -> str:
    """A text as patterns see it: with letters and accents as one sign. Positions are those of the text itself."""
    return unicodedata.normalize("NFC", text)


def read_lines(text: str) -> list[Line]:
    """The lines of a text that hold something."""
    lines: list[Line] = []
    last = 0
    for match in _LINE.finditer(text):
        line = match.group()
        stripped = line.strip()
        if not stripped:
            continue
        start = match.start() + line.index(stripped[0])
        key = _key(stripped)
        between = text[last:start]
        gap = not lines or (between != "\n" and _is_gap(between))
        ends = bool(_SENTENCE_END.search(stripped[-4:]))
        prose = key.count(" ") > 2 and _CLOSED.match(key, len(key.rstrip(_CLOSING)) - 1) is not None
        last = start + len(stripped)
        lines.append(Line(start, last, key, ends, gap, bool(_MARK.match(stripped)), prose))
    return lines


def read_keys(text: str) -> Iterator[str]:
    """The keys of the lines of a text, as :func:`read_lines` has them."""
    return (_key(stripped) for line in _LINE.findall(text) if (stripped := line.strip()))


def _key(stripped: str) -> str:
    """How a line reads in lower case, without a list mark and with single spaces."""
    return " ".join(_MARK.sub("", composed(stripped[: LONGEST_LINE * 2])).lower().split())


def _is_gap(between: str) -> bool:
    """Whether a blank line stands in what is between two lines."""
    return sum(between.count(end) for end in "\n\x0b\x0c\x85\u2028\u2029") > 1 or between.count("\r") > 1


def is_link(line: Line) -> bool:
    """Short and no sentence, as the title of another page is."""
    title = not line.ends_sentence or (line.key.endswith("?") and ". " not in line.key)
    return title and line.length <= _LONGEST_LINK


def is_menu_line(line: Line, raw: str) -> bool:
    """Four words or fewer that are no sentence, no item of a list and no number."""
    short = bool(raw) and line.length <= 40 and raw.count(" ") <= 3
    return short and not line.ends_sentence and not line.item and not raw[0].isdigit()


def without_ornaments(raw: str) -> str:
    """A line without what it is wrapped in; nothing if it is not wrapped, or holds nothing else."""
    bare = raw.strip(_ORNAMENTS)
    wrapped = len(bare) > 1 and bare != raw.strip() and raw[0] in _ORNAMENTS and not _MARK.match(raw)
    return bare if wrapped else ""


def is_lone_word(line: Line, text: str) -> bool:
    """One lower-case word alone on its line: the alternative text of a picture, no heading (nor one of a list)."""
    word = text[line.start : line.end]
    return word.isalpha() and word.islower()


def is_small_note(text: str, lines: Sequence[Line], number: int) -> bool:
    """An article and some words, begun small and not ended, alone between two paragraphs of prose that begin large."""
    line = lines[number]
    if not 0 < number < len(lines) - 1 or not (line.gap and lines[number + 1].gap) or line.item or line.length > 60:
        return False
    above, below = lines[number - 1], lines[number + 1]
    prose = above.ends_sentence and is_body(above) and is_body(below)
    large = all(text[other.start].isupper() or not text[other.start].isalpha() for other in (above, below))
    return prose and large and _SMALL_NOTE.fullmatch(text, line.start, line.end) is not None


def is_body(line: Line) -> bool:
    """A sentence of six words or more, or a line too long for a label."""
    return (line.prose and line.key.count(" ") >= 5) or line.length > LONGEST_LINE // 2


def edges(lines: Sequence[Line], marked: Sequence[bool]) -> tuple[int, int]:
    """Numbers of the first and the last line of prose: what stands before and after is top and bottom of the page."""
    body = [number for number, line in enumerate(lines) if not marked[number] and is_body(line)]
    return (body[0], body[-1]) if body else (0, len(lines) - 1)


def parts_of(raw: str) -> tuple[list[str], bool]:
    """The pieces of a line between bars, arrows and wide spaces; whether the marks between them are no mere dashes."""
    if _SPLIT.search(raw) is None:
        return [part] if (part := raw.strip()) else [], False
    hard = [part for part in (part.strip() for part in _HARD.split(raw)) if part]
    soft = [part for part in (part.strip() for part in _SOFT.split(raw)) if part]
    return soft, len(hard) == len(soft) > 1 or (len(soft) > 2 and not re.search(r"\s[>/~–—*-]+\s", raw))


def comment_heads(
    lines: Sequence[Line],
    one: Pattern,
    name: Pattern,
    date: Pattern,
    heading: Pattern,
    *,
    after: int,
) -> set[int]:
    """Lines that name the writer and the time of a reader's comment.

    Either "name, date" on one line (``one``) or a name and under it a date (``name``, ``date``), each with the
    comment directly under it. One alone may be the place and hour of a meeting: two are asked for, or a heading
    such as "Comentarios (5)" (``heading``) before it, or a line of the comments' own (``after``, its number).
    """
    found: list[tuple[int, ...]] = []
    headed = [number for number, line in enumerate(lines) if heading.fullmatch(line.key)]
    for number, line in enumerate(lines[:-1]):
        below = lines[number + 1]
        if line.item or line.length > 90:
            continue
        if below.gap:
            continue
        if one.fullmatch(line.key):
            found.append((number,))
        elif number and not line.gap and date.fullmatch(line.key):
            before = lines[number - 1]
            if before.gap and not before.item and before.length <= 60 and name.fullmatch(before.key):
                found.append((number - 1, number))
    texts = [lines[heads[-1] + 1] for heads in found]
    spoken = sum(text.ends_sentence or text.length > 60 for text in texts)
    headings = [number for number in headed if found and found[0][0] - 2 <= number < found[0][0]]
    if len(found) >= 2 and (2 * spoken >= len(found) or (headed and headed[0] < found[0][0])):
        return {number for heads in found for number in heads} | set(headings)
    late = [heads for heads in found if heads[0] > after or (headed and headed[0] < heads[0])]
    return {number for heads in late for number in heads}
