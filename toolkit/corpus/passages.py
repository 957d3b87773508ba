"""Posts to passages: paragraphs, sentences or whole documents, as positions in the unchanged text."""

import re
from collections.abc import Iterator
from itertools import accumulate

import pandas as pd
import sentencex

from toolkit.corpus.language import language_of_passage, languages_of_passages
from toolkit.errors import InputError, suggestion
from toolkit.tables import UNITS, check

__all__ = ["segment"]

#: Line ends of all kinds, as Unicode's line breaking has them.
_LINE = re.compile(r"[^\r\n\x0b\x0c\x85\u2028\u2029]*")
#: Numbers and letters of list items. A lone I, V or X with a full stop may be somebody's initial and is text.
_NUMBER = r"\(?\d{1,2}(?:\.-|[.)º])|[IVX]{1,4}\)|(?:I{2,3}|IV|VI{1,3}|IX|XI{1,3})\.|\(?[a-h]\)"
#: What stands before the first word of a list item, heading or quotation and is not part of the passage.
_MARK = re.compile(rf"(?:[•·▪‣◦●○*+>–—-]+|#{{1,6}}|{_NUMBER})(?:[ \t\xa0]+|\Z)")
_LIST_MARK = re.compile(rf"\s*(?:[•·▪‣◦●○*+–—-]|{_NUMBER})[ \t\xa0]")
_CLOSED = re.compile(r"[.!?…:;»”\")\]]\s*\Z")
#: A line at least this long that does not close a sentence was wrapped by a mail program or an editor.
_WRAPPED = 55
#: Borders that sentencex leaves out: after an ellipsis, a bracket, and abbreviations that may end a sentence.
_MORE_BORDERS = re.compile(
    r"(?:…|(?<!\.)\.{3,}+|[.!?][)\]]|"
    r"\b(?:così via|(?:in|per|la|una|di|alla) via|etc|ecc|k[gb]|km|mb|gb|min|h)\.)[\"'»”’)]*\s+"
    r"(?=[¿¡«“\"(]?[A-ZÁÉÍÓÚÑÀÈÌÒÙ])|(?:(?<=^)|(?<=[.!?…] ))[\"«“]?[Nn]o\.\s+(?=[¿¡«“\"(]?[A-ZÁÉÍÓÚÑÀÈÌÒÙ])"
)
#: One of these stands before every such border. Most blocks have none, and the search for them is many times as fast.
_BORDER_SIGNS = (
    *("…", "...", ".)", "!)", "?)", ".]", "!]", "?]", "via.", "etc.", "ecc.", "kg.", "kb.", "km.", "mb.", "gb."),
    *("min.", "h.", "No.", "no."),
)
#: The longest block that is given to sentencex at once: three pages of a book.
_LONGEST_PART = 10_000
#: Where a sentence surely ends, but for abbreviations.
_SENTENCE_END = re.compile(r"(?<=[a-záéíóúñàèìòù]{2}[.!?])[\"'»”’)]*\s+(?=[¿¡«“\"(]?[A-ZÁÉÍÓÚÑÀÈÌÒÙ])")
#: What comes first after a border; characters before it that are looked at; signs that no sentence begins with.
_NEXT = re.compile(r"\s*+(\S?)")
_SEEN = 1_000
_GO_ON = ("", ":", ";", ",", ")")
#: Where a sentence may end, if nothing better is known.
_AFTER_STOP = re.compile(r"(?<=[.!?…])(?=\s)")
#: Abbreviations after which a sentence goes on, missing in sentencex; before a number only: those of counting.
_GOES_ON = re.compile(
    r"(?:\b(?:D[ñn]a|Dr[ae]?s?|Sr[ae]?s?|Srta|Cf|cf|vs|Ing|Lic|Prof|Dott|Sig|Geom|Arch|[A-Z])|nº|Nº|n°)\.\s*\Z"
)
_COUNTS = re.compile(r"\b(?:aprox|p[aá]gs?|pp|núm|art|cap|n|N|ca|max|mín|min|vol|tel)\.\s*\Z")
#: Nothing shorter than this is left standing as a sentence of its own.
_SHORTEST = 2


def segment(posts: pd.DataFrame, furniture: pd.DataFrame | None = None, *, unit: str = "sentence") -> pd.DataFrame:
    """Cut posts into passages.

    Parameters
    ----------
    posts : posts table; ``lang`` guides sentence borders (Spanish and Italian abbreviations) and languages.
    furniture : furniture table; passages never cross its borders, and those inside it are marked.
    unit : "sentence"; "paragraph" (a block between blank lines, or a list item); "document" (the whole text
        from its first to its last visible character, furniture included but not marked).

    Returns
    -------
    DataFrame
        passages table, ``passage_id`` being ``doc_id:s12-80`` (unit, start, end). Sorted by post and position,
        without overlaps. List marks, heading marks and outer spaces stay outside.

    >>> import pandas as pd
    >>> text = "La empresa escucha. El cliente habla con el Sr. Ruiz.\\n\\nY nada más."
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": ["es"], "text": [text], "sha256": [""]})
    >>> [text[start:end] for start, end in segment(posts)[["start", "end"]].to_numpy()]
    ['La empresa escucha.', 'El cliente habla con el Sr. Ruiz.', 'Y nada más.']
    >>> segment(posts, unit="paragraph")["passage_id"].tolist()
    ['a:p0-53', 'a:p55-66']
    """
    if unit not in UNITS:
        raise InputError(f"unit '{unit}' is unknown; {suggestion(unit, UNITS)}")
    posts = check("posts", posts)
    spans: dict[str, list[tuple[int, int]]] = {}
    if furniture is not None:
        for doc_id, start, end in zip(furniture["doc_id"], furniture["start"], furniture["end"], strict=True):
            spans.setdefault(doc_id, []).append((start, end))
    rows: list[tuple[str, int, int, bool]] = []
    texts: list[str] = []
    langs: list[str | None] = []
    for doc_id, text, lang in zip(*(posts[column].tolist() for column in ("doc_id", "text", "lang")), strict=True):
        lang = lang if isinstance(lang, str) and lang else None
        marked = sorted(spans.get(doc_id, []))
        for start, end, is_furniture in _passages(text, lang, marked, unit):
            rows.append((doc_id, start, end, is_furniture))
            texts.append(text[start:end])
            langs.append(lang)
    if unit == "document":
        believed = [lang or language_of_passage(text, None) for text, lang in zip(texts, langs, strict=True)]
    else:
        believed = languages_of_passages(texts, langs)
    table = pd.DataFrame(rows, columns=["doc_id", "start", "end", "furniture"])
    table["passage_id"] = [f"{doc_id}:{unit[0]}{start}-{end}" for doc_id, start, end, _ in rows]
    return check("passages", table.assign(unit=unit, lang=believed))


def _passages(text: str, lang: str | None, marked: list[tuple[int, int]], unit: str) -> Iterator[tuple[int, int, bool]]:
    if unit == "document":
        start, end = _trim(text, 0, len(text), marks=False)
        if start < end:
            yield start, end, not _visible_outside(text, start, end, marked)
        return
    for start, end, is_furniture in _pieces(text, marked):
        for block_start, block_end in _blocks(text, start, end):
            parts = [(block_start, block_end)]
            if unit == "sentence" and not is_furniture:
                parts = list(_sentences(text, block_start, block_end, lang or "es"))
            for part_start, part_end in parts:
                part_start, part_end = _trim(text, part_start, part_end, marks=True)
                if part_start < part_end:
                    yield part_start, part_end, is_furniture


def _visible_outside(text: str, start: int, end: int, marked: list[tuple[int, int]]) -> bool:
    return any(
        text[a:b].strip() for a, b, furniture in _pieces(text, marked) if not furniture and b > start and a < end
    )


def _pieces(text: str, marked: list[tuple[int, int]]) -> Iterator[tuple[int, int, bool]]:
    """The text cut at the borders of furniture."""
    position = 0
    for start, end in marked:
        if position < start:
            yield position, start, False
        # spans may overlap
        if end > max(position, start):
            yield max(position, start), end, True
            position = end
    if position < len(text):
        yield position, len(text), False


def _blocks(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Paragraphs: a new one begins at a blank line, at a list item, and after a line that is not wrapped prose."""
    block: tuple[int, int] | None = None
    position = start
    while position < end:
        match = _LINE.match(text, position, end)
        line_end = match.end() if match else end
        line = text[position:line_end]
        blank = not line.strip()
        if block is not None and (blank or not _continues(text[max(block[0], block[1] - 400) : block[1]], line)):
            yield block
            block = None
        if not blank:
            block = (position if block is None else block[0], line_end)
        position = line_end + (2 if text[line_end : line_end + 2] == "\r\n" else 1)
    if block is not None:
        yield block


def _continues(block: str, line: str) -> bool:
    """Whether a line goes on with the sentence of the block before it."""
    if _LIST_MARK.match(line):
        return False
    last = re.split(r"[\r\n\x0b\x0c\x85\u2028\u2029]", block)[-1]
    first = line.lstrip()[:1]
    return (len(last.rstrip()) >= _WRAPPED and (not _CLOSED.search(last) or first.islower())) or first.islower()


def _sentences(text: str, start: int, end: int, lang: str) -> Iterator[tuple[int, int]]:
    start, end = _trim(text, start, end, marks=True)
    block = text[start:end]
    # a wrapped line break is a space to the splitter: same length, so positions hold
    plain = re.sub(r"[\r\n\x0b\x0c\x85\u2028\u2029]", " ", block)
    borders = set(accumulate(map(len, _split(lang, plain))))
    if any(sign in plain for sign in _BORDER_SIGNS):
        borders |= {match.end() for match in _MORE_BORDERS.finditer(plain)}
    position = 0
    for border in sorted(borders | {len(block)}):
        if border < len(block) and _wrong_border(plain, position, border):
            continue
        if border > position:
            yield start + position, start + border
            position = border


def _split(lang: str, plain: str) -> list[str]:
    """The pieces that sentencex finds in a block, part by part in an endless one."""
    pieces: list[str] = []
    for part, joined in _parts(plain):
        found = _of_part(lang, part)
        if joined and pieces and found:
            pieces[-1] += found.pop(0)
        pieces += found
    return pieces


def _parts(plain: str) -> Iterator[tuple[str, bool]]:
    """A block in parts that are not too long, and whether each goes on with the sentence of the one before.

    sentencex takes the square of a block's length where it has many quotation marks.
    """
    start, joined = 0, False
    while len(plain) - start > _LONGEST_PART:
        window = range(start + _LONGEST_PART // 2, start + _LONGEST_PART)
        ends = [match.end() for match in _SENTENCE_END.finditer(plain, window.start, window.stop)]
        end = ends[-1] if ends else plain.rfind(" ", window.start, window.stop) + 1 or window.stop
        yield plain[start:end], joined
        start, joined = end, not ends
    yield plain[start:], joined


def _of_part(lang: str, part: str) -> list[str]:
    """The pieces that sentencex finds; where its compiled part gives up on odd signs, those that full stops make."""
    try:
        return list(sentencex.segment(lang, part))
    except BaseException as error:  # a panic is no Exception, and would end the run of all other texts
        if type(error).__name__ != "PanicException":
            raise
        return _AFTER_STOP.split(part)


def _wrong_border(plain: str, position: int, border: int) -> bool:
    """A border inside a name, after an abbreviation, or before what cannot begin a sentence."""
    after = _NEXT.match(plain, border)
    first = after[1] if after else ""
    before = plain[max(position, border - _SEEN) : border]
    # "Hola.Adiós" are two sentences, "ASP.NET" and "S.p.A" are names
    inside_name = not plain[border - 1].isspace() and not re.search(r"[a-záéíóúñàèìòù][.!?…]\Z", before)
    if inside_name or first.islower() or first in _GO_ON or len(before.strip()) <= _SHORTEST:
        return True
    return bool(_GOES_ON.search(before) or (first.isdigit() and _COUNTS.search(before)))


def _trim(text: str, start: int, end: int, *, marks: bool) -> tuple[int, int]:
    """Without outer white space and, if wanted, without list and heading marks in front."""
    while start < end and text[start].isspace():
        start += 1
    while marks and start < end and (match := _MARK.match(text, start, end)):
        start = match.end()
        while start < end and text[start].isspace():
            start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
