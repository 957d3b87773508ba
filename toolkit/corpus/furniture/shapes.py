"""What a rule for one line cannot say about page furniture: where lines stand, what they are made of, what follows.

Lines of a page, rows of links, heads of reader comments, the top and the bottom of a page, captions that lost their
line break. ``toolkit.corpus.furniture`` decides what is marked; this module only describes.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

__all__ = [
    "LONGEST_LINE",
    "Glued",
    "Line",
    "comment_heads",
    "edges",
    "glued_captions",
    "glued_to_item",
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
_LONGEST_CAPTION_WORDS = 16
_SHORTEST_REST = 12
#: How far a name or the next item of a list is looked for: the whole text would cost the square of a long one.
_NEAR = 5000
_LINE = re.compile(r"[^\r\n\x0b\x0c\x85\u2028\u2029]+")
#: List marks and quote marks that a copied line may carry in front.
_MARK = re.compile(r"^(?:[•·▪‣◦●○*+>–—-]|\d{1,2}[.)])\s+")
#: Prose: four words or more, closed as a sentence is; "Cargando...", "with Anna B." and "11:03 p.m." are none.
_CLOSED = re.compile(r"(?<![.…])(?<!\s\w)(?<!p\.m)(?<!a\.m)(?<!\shrs)(?<!s\.l)(?<!r\.l)(?<!s\.a)[.!?]")
_CLOSING = "\"'»”’)]"
_SENTENCE_END = re.compile(r"[.!?…:;][\"'»”’)\]]*$")
_HARD = re.compile(r"\s*[|¦·•►▼≡☰♥♡❤]\s*|\s+::\s+|\s+[»›]\s+|\s{3,}|\t+")
_SOFT = re.compile(r"\s*[|¦·•►▼≡☰♥♡❤]\s*|\s+::\s+|\s+[»›]\s+|\s{2,}|\s+[>/~–—*-]+\s+")
_PICTURE = re.compile(
    r"[/|]|(?:foto|imagen|fuente|immagine|fonte|photo|crédito|cortesía|courtesy|archivo|archivio|autore?:)\b|autore?:",
    re.IGNORECASE,
)
#: Names of picture files: with an ending, as cameras give them, or words joined by _ or - with a number.
_FILE = re.compile(
    r"(?<![\w/@#.=?&:-])(?:"
    r"[\w%()+-]{1,60}\.(?i:jpe?g|png|gif|bmp|tiff?|webp)"
    r"|[\w-]{2,50}\.(?i:xlsx?|docx?|pdf|pptx?) \((?:anteprima|vista previa|preview)\)"
    r"|(?:Schermata|Captura-de-pantalla|Screen-[Ss]hot)-\d{4}-\d\d-\d\d(?:-\w{1,5}){1,4}[\d.-]{4,9}"
    r"|(?i:IMG|DSCN?|DSCF|CIMG|PICT|SAM|WP|PANO|MVC|HPIM|SNV?|IMAG|Imagen|Immagine|Foto|Captura|Screenshot|P\d)"
    r"[_-]?\d{2,}(?:[_-]\d{1,9}){0,3}"
    r"|(?=[^\s_.,;:!?]{0,60}[\d_])[a-z0-9ñáéíóúàèìòù]{2,30}(?:[_-][a-z0-9ñáéíóúàèìòù]{1,30}){1,8}(?:\(\d{1,2}\))?"
    r")(?:\[\d\])?(?=[A-ZÁÉÍÓÚÈÀ¿¡«“\"][\w'’¿¡]|[AEIOYÈ] \w|\s*$)"
)
#: A word that begins small and has a capital inside, glued from two: "llenarseCafé" (no name repeats so).
_TWO_WORDS = re.compile(r"(?<![\w@#/.&'’-])[a-záéíóúñüàèìòù]{4,}(?=([A-ZÁÉÍÓÚÑÈÀ][a-záéíóúñüàèìòù]{2,})[\s:.])")
#: "Photo: Some AgencyThe next sentence", "the shop (archive photo)the next words".
_CREDITED = re.compile(
    r"(?:^|(?<=[\n\r])|(?<=[.!?…(] ))"
    r"(?:[/|] ?|(?:[Ff]oto|FOTO|[Ii]magen|[Ii]mmagine|[Ff]uente|[Ff]onte|[Pp]h|[Cc]ortesía)\b ?[:|/.]? ?)"
    r"[^.!?\n]{2,60}?[a-záéíóúñüàèìòù)](?=[A-ZÁÉÍÓÚÑÈÀ][a-záéíóúñüàèìòù]{2,}[\s,])"
    r"|\((?:[Ff]oto|[Ii]magen|[Ii]mmagine|[Ff]uente|[Ff]onte|[Aa]rchiv|[Cc]lic|[Hh]a[zg]a? clic|[Ff]ai clic|[Pp]in?cha|"
    r"[Aa]mpliar|[Ii]lustraci|[Ii]llustraz|[Aa]nteprima|[Vv]ista previa)[^()\n]{0,60}\)(?=[^\W\d_])"
    r"|[Aa]ut(?:or|ora|ore|rice): [^.!?\n]{2,40}?[a-záéíóúñüàèìòù](?=[A-ZÁÉÍÓÚÑÈÀ][a-záéíóúñüàèìòù]{1,}[\s,])"
)
_CAPITAL_WITHIN = re.compile(r"(?<=[a-záéíóúñüàèìòù,] )(?=(?:El|La|Los|Las|Un|Una|Il|Lo|I|Gli|Le|Uno|L['’])\b)")
_NUMBER = re.compile(r"(\d{1,2})[.)]\s")
_ITEM_WITHIN = re.compile(r"(?<=[a-záéíóúñüàèìòù)])(?:([-*•–])\s|(\d{1,2})[.)]\s)")
#: No verb that is common, no stop: "the counter at four in the morning".
_SMALL_NOTE = re.compile(
    r"(?:el|la|los|las|un|una|il|lo|i|gli|le|uno|l['’])\s?(?:\s?(?!(?:es|era|fue|está|hay|no|se|me|que|y|o|è|e|ha|ho|non|si|"
    r"che|mi|ma|sono|son|tiene|dice|dijo|viene|va|sigue|resta)\s)[^\s.!?:;,…]{1,20}){2,8}"
)
# Where two things are glued together is looked for by the rarer sign, the one behind the border.
#: "Ramiro at the desk¿Have you read them?"
_QUESTION = re.compile(r"[¿¡](?=[A-ZÁÉÍÓÚÑ])(?<=[a-záéíóúñü)].)")
#: What a line may be wrapped in: brackets, arrows, stars, notes.
_ORNAMENTS = "()[]{}<>|=~_*↓↑→←↳►◄▼▲■□●○♥♡❤★☆✦✉☎✎♪♫·•…–—- \t\xa0"
_FIRST_OF_LIST = re.compile(r"1(?=[.)]\s)(?<=[a-záéíóúñüàèìòù)].)")
_SECOND_OF_LIST = re.compile(r"^\s*2[.)]\s", re.MULTILINE)
#: Without these no caption in brackets, no name of a file and no row of pieces is met.
_AFTER_BRACKET = re.compile(r"\)[^\W\d_]")
_OF_FILE = re.compile(r"[\d_]|\.(?i:jpe?g|png|gif|bmp|tiff?|webp|xlsx?|docx?|pdf|pptx?)")
_SIGN_OF_FILE = re.compile(r"[\d_.]")
_PREVIEW = re.compile(r"\((?:anteprima|vista previa|preview)\)")
_AFTER_FILE = re.compile(r"[A-ZÁÉÍÓÚÈÀ¿¡«“\"](?<=[\w.)\]-].)")
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


class Glued(NamedTuple):
    """Where a caption may end inside a line, and the names that look like one but are none.

    ``seam``: the signs before which ``border`` may fit, and all capitals and question marks glued to a word.
    """

    seam: re.Pattern[str]
    border: re.Pattern[str]
    names: frozenset[str]


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
    one: re.Pattern[str],
    name: re.Pattern[str],
    date: re.Pattern[str],
    heading: re.Pattern[str],
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


def glued_to_item(text: str, lines: Sequence[Line], number: int) -> tuple[int, int] | None:
    """A caption that lost the line break before an item of a list: "the blackboard (blurred)- deadlines: one day"."""
    line = lines[number]
    near = [lines[other] for other in (number - 1, number + 1) if 0 <= other < len(lines)]
    marks = {text[other.start] for other in near if other.item} & set("-*•–")
    numbers = {int(found[1]) for other in near if (found := _NUMBER.match(text, other.start, other.end))}
    if line.item or not (marks or numbers):
        return None
    end = min(line.end, line.start + LONGEST_LINE // 3)
    for found in _ITEM_WITHIN.finditer(text, line.start + 3, end):
        of_list = found[1] in marks or (found[2] and {int(found[2]) - 1, int(found[2]) + 1} & numbers)
        if of_list and not re.search(r"[.!?]\s", text[line.start : found.start()]):
            return line.start, found.start()
    return None


def glued_captions(text: str, line: Line, glued: Glued) -> Iterator[tuple[int, int, str]]:
    """Captions and file names that lost the line break after them: start, end and the name of the rule."""
    seams = [seam.start() for seam in glued.seam.finditer(text, line.start, line.end)]
    files = _files(text, line)
    yield from ((start, end, "file_name") for start, end in files)
    if not (seams or _AFTER_BRACKET.search(text, line.start, line.end) or _FIRST_OF_LIST.search(text, *line[:2])):
        return
    taken = [end for _, end in files]
    earliest = line.start
    for border, first in sorted(set(_borders(text, line, glued, seams))):
        if border in taken or (first and border - line.start > LONGEST_LINE // 2):
            continue
        # a caption is short: looking back further would cost the square of a long line
        earliest = max(earliest, border - LONGEST_LINE, *(end for end in taken if end < border), line.start)
        before = text[earliest:border]
        sentences = before[: before.rfind("(")] if before.endswith(")") and "(" in before else before
        borders = [found.end() for found in re.finditer(r"(?<!\b[Ff]ig)[.!?…][\"'»”’)]*\s+", sentences)]
        for back, end in enumerate(reversed(borders[-3:]), 1):
            if _PICTURE.match(before[end:]):  # "The speakers. Photo: Some Assoc. of Somewhere"
                borders = borders[:-back]
                break
        if before.endswith(")"):  # "in the course of which The works (archive photo)the firm has"
            borders += [found.end() for found in _CAPITAL_WITHIN.finditer(before)]
        start = earliest + max(borders, default=0)
        if first and start != line.start:
            continue
        caption = text[start:border]
        sure = first or _PICTURE.search(caption) is not None
        enough = line.end - border > (_SHORTEST_REST if sure else len(caption))
        if 0 < len(caption.split()) <= _LONGEST_CAPTION_WORDS and enough:
            yield start, border, "glued_caption"
            earliest = border


def _files(text: str, line: Line) -> list[tuple[int, int]]:
    """Names of picture files that are alone on the line or glued to a capital."""
    if not _OF_FILE.search(text, line.start, line.end):
        return []
    words = text[line.start : line.end].split()
    if len(words) > 1 and not _PREVIEW.search(text, line.start, line.end):
        glued = _AFTER_FILE.search(text, line.start, line.end) is not None
        if not glued or not any(_AFTER_FILE.search(word) and _SIGN_OF_FILE.search(word) for word in words):
            return []
    return [match.span() for match in _FILE.finditer(text, line.start, line.end) if _is_file(text, line, match)]


def _borders(text: str, line: Line, glued: Glued, seams: Sequence[int]) -> Iterator[tuple[int, bool]]:
    """Where a caption may end; true where it must begin its line to be one."""
    for seam in seams:
        if glued.border.match(text, seam, line.end) is None:
            continue
        word = re.search(r"\w+\Z", text[max(line.start, seam - 40) : seam])
        rest = re.match(r"\w+", text[seam : seam + 40])
        if not (word and rest and (word.group() + rest.group()).lower() in glued.names):
            yield seam, False
    for match in _CREDITED.finditer(text, line.start, line.end):
        yield match.end(), False
    near = min(line.end, line.start + LONGEST_LINE)
    for match in _TWO_WORDS.finditer(text, line.start, near) if seams else ():
        whole = match.group() + match.group(1)
        if whole.lower() not in glued.names and text.count(whole, max(0, line.start - _NEAR), line.end + _NEAR) == 1:
            yield match.end(), True
    for match in _QUESTION.finditer(text, line.start, min(line.end, line.start + LONGEST_LINE // 3)):
        yield match.start(), True
    for match in _FIRST_OF_LIST.finditer(text, line.start, near):
        if _SECOND_OF_LIST.search(text, line.end, line.end + _NEAR):
            yield match.start(), True


def _is_file(text: str, line: Line, match: re.Match[str]) -> bool:
    """Whether what looks like a file name is one left by a picture: alone on its line, or glued to a capital."""
    if match.end() < line.end and not text[match.end()].isspace():
        return any(sign.isdigit() or sign in "_." for sign in match.group())
    return match.start() == line.start and match.end() == line.end
