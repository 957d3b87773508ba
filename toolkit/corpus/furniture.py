"""Page furniture: comment forms, share bars, notices and the like are marked with a rule's name, never deleted.

Rules are data (``toolkit/data/furniture/rules.yaml``, which says how each kind of rule works). Two kinds of
furniture need the whole text rather than one line and live here: captions glued to the next word, and lines
repeated through the posts of one site.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

import pandas as pd

from toolkit.errors import InputError
from toolkit.files import read_yaml
from toolkit.resources import data_file
from toolkit.schema import StrictModel, validate
from toolkit.tables import check

__all__ = ["Rule", "Ruleset", "load_rules", "mark_furniture", "without_furniture"]

_LINE = re.compile(r"[^\r\n\x0b\x0c\x85\u2028\u2029]+")
#: List marks and quote marks that a copied line may carry in front.
_MARK = re.compile(r"^(?:[•·▪‣◦●○*+>–—-]|\d{1,2}[.)])\s+")
#: Prose: four words or more, closed as a sentence is; "Cargando..." is none.
_SENTENCE = re.compile(r"(?:\S+\s+){3,}\S*(?<![.…])[.!?][\"'»”’)\]]*")
_SENTENCE_END = re.compile(r"[.!?…:;][\"'»”’)\]]*$")
#: Longer lines are prose; only "starts" rules look at them.
_LONGEST_LINE = 300
_LONGEST_LINK = 110
_LONGEST_CAPTION_WORDS = 16
_PICTURE = re.compile(r"(?:foto|imagen|fuente|immagine|fonte|photo|crédito)\b", re.IGNORECASE)
#: A line must stand in at least this many posts of a site, and this share of them, to be its furniture.
_REPEATS, _REPEAT_SHARE, _REPEAT_CHARACTERS = 3, 0.3, 12


class Rule(StrictModel):
    """One rule of the file: which lines it marks and as what."""

    id: str
    kind: str
    where: Literal["line", "starts", "block"]
    patterns: tuple[str, ...]
    most: int = 0
    sentences: bool = False


class _Glue(StrictModel):
    names: tuple[str, ...]
    starters: dict[str, tuple[str, ...]]


class Ruleset(StrictModel):
    """The rules in the order they are tried; the first that fits a line names it."""

    version: str
    rules: tuple[Rule, ...]
    glue: _Glue


class _Line(NamedTuple):
    start: int
    end: int
    key: str
    ends_sentence: bool


class _Glued(NamedTuple):
    """Where a caption may end inside a line, and the names that look like one but are none."""

    border: re.Pattern[str]
    names: frozenset[str]


@lru_cache(maxsize=4)
def load_rules(path: Path | None = None) -> Ruleset:
    """The bundled rules, or those of a file of the same form."""
    path = path or data_file("furniture", "rules.yaml")
    rules = validate(Ruleset, read_yaml(path), str(path))
    for rule in rules.rules:
        for pattern in rule.patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise InputError(f"{path}: rule '{rule.id}': not a regular expression: {pattern!r}.") from error
    return rules


def mark_furniture(posts: pd.DataFrame, rules: Ruleset | None = None) -> pd.DataFrame:
    """Spans of page furniture in posts.

    Parameters
    ----------
    posts : posts table. A column ``site`` (or the host of ``url``) groups posts for repeated lines.
    rules : a ruleset; the bundled one by default.

    Returns
    -------
    DataFrame
        doc_id, start, end, rule (its id), kind (comment_form, share_bar ...), quote; sorted, without overlaps.
        One row a line; nothing is taken out of the text.
    """
    posts = check("posts", posts)
    rules = rules or load_rules()
    repeated = _repeated_lines(posts)
    compiled, glued = _compiled(rules), _glue(rules)
    rows = []
    for doc_id, text, site in zip(posts["doc_id"], posts["text"], _sites(posts), strict=True):
        for start, end, rule, kind in _mark(text, compiled, glued, repeated.get(site, frozenset())):
            rows.append((doc_id, start, end, rule, kind, text[start:end]))
    frame = pd.DataFrame(rows, columns=["doc_id", "start", "end", "rule", "kind", "quote"])
    return check("furniture", frame, dict(zip(posts["doc_id"], posts["text"], strict=True)))


def without_furniture(texts: Mapping[str, str], furniture: pd.DataFrame) -> dict[str, str]:
    """Texts by doc_id with spaces where furniture stands: as long as before, so that positions hold."""
    parts: dict[str, list[str]] = {}
    reached: dict[str, int] = {}
    spans = sorted(zip(furniture["doc_id"], furniture["start"], furniture["end"], strict=True))
    for doc_id, start, end in spans:
        parts.setdefault(doc_id, []).append(texts[doc_id][reached.get(doc_id, 0) : start] + " " * (end - start))
        reached[doc_id] = end
    return {doc_id: "".join(parts.get(doc_id, [])) + text[reached.get(doc_id, 0) :] for doc_id, text in texts.items()}


def _mark(
    text: str, compiled: list[tuple[Rule, re.Pattern[str]]], glued: _Glued, repeated: frozenset[str]
) -> Iterator[tuple[int, int, str, str]]:
    block: tuple[str, str, int] | None = None
    last = ""
    lines = list(_lines(text))
    words = {number for number, line in enumerate(lines) if _is_lone_word(line, text)}
    for number, line in enumerate(lines):
        found = _rule_of(line, compiled)
        if found is None and line.key == last and len(last) >= _REPEAT_CHARACTERS:
            found = ("repeated_at_once", "other", 0)
        last = line.key
        if found is None and line.key in repeated:
            found = ("repeated_line", "other", 0)
        if found is None and block and block[2] > 0 and _is_link(line):
            found = (block[0], block[1], 0)
            block = (block[0], block[1], block[2] - 1)
        elif found is None or found[2]:
            block = found
        if found is not None:
            yield line.start, line.end, found[0], found[1]
        elif number in words and number > 0 and len(line.key) >= 4 and not words & {number - 1, number + 1}:
            yield line.start, line.end, "lone_caption", "caption"
        else:
            yield from _glued_captions(text, line, glued)


def _lines(text: str) -> Iterator[_Line]:
    for match in _LINE.finditer(text):
        line = match.group()
        stripped = line.strip()
        if not stripped:
            continue
        start = match.start() + line.index(stripped[0])
        key = " ".join(_MARK.sub("", stripped[: _LONGEST_LINE * 2]).lower().split())
        yield _Line(start, start + len(stripped), key, bool(_SENTENCE_END.search(stripped[-4:])))


def _compiled(rules: Ruleset) -> list[tuple[Rule, re.Pattern[str]]]:
    return [(rule, re.compile("|".join(f"(?:{pattern})" for pattern in rule.patterns))) for rule in rules.rules]


def _rule_of(line: _Line, compiled: list[tuple[Rule, re.Pattern[str]]]) -> tuple[str, str, int] | None:
    short = line.end - line.start <= _LONGEST_LINE
    prose = _SENTENCE.fullmatch(line.key) is not None
    for rule, pattern in compiled:
        if prose and not rule.sentences:
            continue
        if rule.where == "starts":
            if pattern.match(line.key):
                return rule.id, rule.kind, 0
        elif short and pattern.fullmatch(line.key):
            return rule.id, rule.kind, rule.most
    return None


def _is_link(line: _Line) -> bool:
    title = not line.ends_sentence or (line.key.endswith("?") and ". " not in line.key)
    return title and line.end - line.start <= _LONGEST_LINK


def _is_lone_word(line: _Line, text: str) -> bool:
    """One lower-case word alone on its line: the alternative text of a picture, no heading (nor one of a list)."""
    word = text[line.start : line.end]
    return word.isalpha() and word.islower()


def _glue(rules: Ruleset) -> _Glued:
    starters = {word for words in rules.glue.starters.values() for word in words}
    words = "|".join(re.escape(word) for word in sorted(starters, key=lambda word: (-len(word), word)))
    # a small letter or closing bracket, then at once a whole sentence-opening word
    border = re.compile(rf"(?<=[a-záéíóúñüàèìòù)])(?=(?:{words})(?:(?<=['’])\w|[\s,]))")
    return _Glued(border, frozenset(name.lower() for name in rules.glue.names))


def _glued_captions(text: str, line: _Line, glued: _Glued) -> Iterator[tuple[int, int, str, str]]:
    earliest = line.start
    for match in glued.border.finditer(text, line.start, line.end):
        word = re.search(r"\w+\Z", text[max(line.start, match.start() - 40) : match.start()])
        rest = re.match(r"\w+", text[match.start() : match.start() + 40])
        if word and rest and (word.group() + rest.group()).lower() in glued.names:
            continue
        # a caption is short: looking back further would cost the square of a long line
        earliest = max(earliest, match.start() - _LONGEST_LINE)
        before = text[earliest : match.start()]
        borders = [found.end() for found in re.finditer(r"[.!?…][\"'»”’)]*\s+", before)]
        for back, border in enumerate(reversed(borders[-3:]), 1):
            if _PICTURE.match(before[border:]):  # "The speakers. Photo: Some Assoc. of Somewhere"
                borders = borders[:-back]
                break
        start = earliest + (borders[-1] if borders else 0)
        caption = text[start : match.start()]
        if 0 < len(caption.split()) <= _LONGEST_CAPTION_WORDS and line.end - match.start() > len(caption):
            yield start, match.start(), "glued_caption", "caption"
            earliest = match.start()


def _sites(posts: pd.DataFrame) -> list[str]:
    if "site" in posts:
        return posts["site"].fillna("").astype(str).tolist()
    return posts["url"].fillna("").str.extract(r"^\w+://([^/?#]+)", expand=False).fillna("").tolist()


def _repeated_lines(posts: pd.DataFrame) -> dict[str, frozenset[str]]:
    """Per named site, the lines that stand in many of its posts."""
    lines: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    count: dict[str, int] = defaultdict(int)
    for text, site in zip(posts["text"], _sites(posts), strict=True):
        if site:
            count[site] += 1
            for key in {line.key for line in _lines(text) if len(line.key) >= _REPEAT_CHARACTERS}:
                lines[site][key] += 1
    return {
        site: frozenset(key for key, n in keys.items() if n >= max(_REPEATS, _REPEAT_SHARE * count[site]))
        for site, keys in lines.items()
    }
