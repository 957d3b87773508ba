"""Captions, file names and list items that lost the line break after them and are glued to the text of a post.

A border is looked for by the rarer of the two signs that meet there, the capital or the question mark behind it.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from toolkit.corpus.furniture.rule import Glue
from toolkit.corpus.furniture.shapes import LONGEST_LINE, Line

__all__ = ["Glued", "glued_by", "glued_captions", "glued_to_item"]

_LONGEST_CAPTION_WORDS = 16
_SHORTEST_REST = 12
#: How far a name or the next item of a list is looked for: the whole text would cost the square of a long one.
_NEAR = 5000
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
#: "Ramiro at the desk¿Have you read them?"
_QUESTION = re.compile(r"[¿¡](?=[A-ZÁÉÍÓÚÑ])(?<=[a-záéíóúñü)].)")
_FIRST_OF_LIST = re.compile(r"1(?=[.)]\s)(?<=[a-záéíóúñüàèìòù)].)")
_SECOND_OF_LIST = re.compile(r"^\s*2[.)]\s", re.MULTILINE)
#: Without these no caption in brackets and no name of a file is met.
_AFTER_BRACKET = re.compile(r"\)[^\W\d_]")
_OF_FILE = re.compile(r"[\d_]|\.(?i:jpe?g|png|gif|bmp|tiff?|webp|xlsx?|docx?|pdf|pptx?)")
_SIGN_OF_FILE = re.compile(r"[\d_.]")
_PREVIEW = re.compile(r"\((?:anteprima|vista previa|preview)\)")
_AFTER_FILE = re.compile(r"[A-ZÁÉÍÓÚÈÀ¿¡«“\"](?<=[\w.)\]-].)")


class Glued(NamedTuple):
    """Where a caption may end inside a line, and the names that look like one but are none.

    ``seam``: the signs before which ``border`` may fit, and all capitals and question marks glued to a word.
    """

    seam: re.Pattern[str]
    border: re.Pattern[str]
    names: frozenset[str]


def glued_by(glue: Glue) -> Glued:
    """Borders and names as the rules have them, ready to be looked for."""
    starters = {word for words in glue.starters.values() for word in words}
    words = "|".join(re.escape(word) for word in sorted(starters, key=lambda word: (-len(word), word)))
    long = "|".join(re.escape(word) for word in sorted(starters) if len(word) > 1)
    # a small letter, a digit, a closing bracket or a shouted word, then at once a whole sentence-opening word
    border = re.compile(
        rf"(?:(?<=[a-záéíóúñüàèìòù)])(?=(?:{words})(?:(?<=['’])\w|[\s,]))"
        rf"|(?:(?<=[A-ZÁÉÍÓÚÑ]{{4}})|(?<=[^\w-]\d\d)|(?<=\s\d{{4}}))(?=(?:{long})(?:(?<=['’])\w|[\s,])))"
    )
    firsts = "".join(re.escape(sign) for sign in sorted({word[0] for word in starters if word}))
    seam = re.compile(rf"[A-ZÁÉÍÓÚÑÈÀ¿¡{firsts}](?<=[a-záéíóúñüàèìòùA-ZÁÉÍÓÚÑ\d)].)")
    return Glued(seam, border, frozenset(name.lower() for name in glue.names))


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
