"""The rules of page furniture: how a file of rules is read, and whether one line fits a rule."""

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field

from toolkit.corpus import furniture_shapes as shapes
from toolkit.corpus.furniture_shapes import Glued, Line
from toolkit.errors import InputError
from toolkit.files import read_yaml
from toolkit.resources import data_file
from toolkit.schema import StrictModel, validate

__all__ = ["Mark", "Ready", "Rule", "Rulebook", "Ruleset", "load_rules"]

_MACRO = re.compile(r"\{([a-z_]+)\}")
_LONGEST_ADVERT = 200
#: Kinds whose pieces are words of any text as well: "Blog - Forum" may be a heading.
_WORDS = frozenset(["navigation", "share_bar"])


class Rule(StrictModel):
    """One rule of the file: which lines it marks and as what."""

    id: str
    kind: str
    where: Literal["line", "starts", "block", "part", "inside", "cues", "head"]
    patterns: tuple[str, ...]
    most: int = 0
    least: int = 2
    sentences: bool = False
    edge: bool = False
    tight: bool = False
    cased: bool = False


class _Glue(StrictModel):
    names: tuple[str, ...]
    starters: dict[str, tuple[str, ...]]


class Ruleset(StrictModel):
    """The rules in the order they are tried; the first that fits a line names it."""

    version: str
    macros: dict[str, str] = Field(default_factory=dict)
    rules: tuple[Rule, ...]
    glue: _Glue

    @cached_property
    def book(self) -> "Rulebook":
        """The rules made ready: some hundred expressions, compiled once."""
        return Rulebook(self)


class Ready(NamedTuple):
    """A rule with its patterns compiled: all in one, and one by one for cues and heads."""

    rule: Rule
    pattern: re.Pattern[str]
    each: tuple[re.Pattern[str], ...]


class Mark(NamedTuple):
    """What a line was marked as, and by which rule; how many lines below may belong to it."""

    rule: str
    kind: str
    most: int = 0
    tight: bool = False


@lru_cache(maxsize=4)
def load_rules(path: Path | None = None) -> Ruleset:
    """The bundled rules, or those of a file of the same form."""
    path = path or data_file("furniture", "rules.yaml")
    rules = validate(Ruleset, read_yaml(path), str(path))
    for rule in rules.rules:
        for pattern in rule.patterns:
            try:
                re.compile(_expanded(pattern, rules.macros))
            except re.error as error:
                raise InputError(f"{path}: rule '{rule.id}': not a regular expression: {pattern!r}.") from error
    return rules


class Rulebook:
    """The rules made ready, applied to one line after the other."""

    def __init__(self, rules: Ruleset) -> None:
        ready = [_ready(rule, rules.macros) for rule in rules.rules]
        self.lines = [one for one in ready if one.rule.where in ("line", "starts", "block", "cues")]
        self.parts = [one for one in ready if one.rule.where in ("line", "part") and not one.rule.edge]
        self.inside = [one for one in ready if one.rule.where == "inside"]
        self.heads = next((one for one in ready if one.rule.where == "head"), None)
        self.glued = _glue(rules)

    def rule_of(self, line: Line, raw: str, *, edge: bool) -> Mark | None:
        """The first rule that fits; with ``edge`` one of those that hold at the top and the bottom of a page alone."""
        for rule, pattern, each in self.lines:
            if rule.edge != edge or (line.prose and not rule.sentences):
                continue
            if rule.where == "starts":
                fits = pattern.match(line.key) is not None
            elif rule.where == "cues":
                fits = _has_cues(line, raw, each, rule.least)
            else:
                fits = bool(raw) and pattern.fullmatch(raw if rule.cased else line.key) is not None
            if fits:
                return Mark(rule.id, rule.kind, rule.most, rule.tight)
        return None if edge else self._row(raw, prose=line.prose)

    def _row(self, raw: str, *, prose: bool) -> Mark | None:
        """A line of pieces between bars, arrows or wide spaces, half of which are furniture by themselves."""
        parts, hard = shapes.parts_of(raw)
        if len(parts) < 2 or (prose and not (hard and len(parts) > 2)):
            return None
        known = [rule for rule in (self._part(part) for part in parts) if rule is not None]
        kinds = [rule.kind for rule in known if rule.kind != "byline"]
        whole = len(known) == len(parts) and (hard or len(parts) > 2 or not _WORDS.issuperset(kinds))
        enough = 2 * len(known) >= len(parts) and (len(known) > 1 or (hard and bool(kinds)))
        if whole or (enough and bool(kinds) and all(len(part.split()) <= 12 for part in parts)):
            return Mark("row_of_parts", kinds[0] if kinds else known[0].kind)
        return None

    def is_part(self, raw: str) -> bool:
        """Whether a short line is a word of a menu or another piece of furniture."""
        return bool(raw) and self._part(raw) is not None

    def _part(self, part: str) -> Rule | None:
        key = " ".join(part.lower().split())
        for rule, pattern, _ in self.parts:
            if pattern.fullmatch(part if rule.cased else key):
                return rule
        return None


def _expanded(pattern: str, macros: Mapping[str, str]) -> str:
    for _ in range(3):  # a macro may name others
        pattern = _MACRO.sub(lambda found: f"(?:{macros[found[1]]})" if found[1] in macros else found[0], pattern)
    return pattern


def _ready(rule: Rule, macros: Mapping[str, str]) -> Ready:
    patterns = [_expanded(pattern, macros) for pattern in rule.patterns]
    flags = re.IGNORECASE if rule.where == "inside" and not rule.cased else 0
    whole = re.compile("|".join(f"(?:{pattern})" for pattern in patterns), flags)
    return Ready(rule, whole, tuple(re.compile(pattern) for pattern in patterns))


def _has_cues(line: Line, raw: str, cues: tuple[re.Pattern[str], ...], least: int) -> bool:
    """A line by itself with words of several classes; no item of a list, and nothing quoted from elsewhere."""
    if not raw or line.item or line.length > _LONGEST_ADVERT or re.search(r"^[\"«“]|[«“].*[»”]$", raw):
        return False
    return sum(cue.search(line.key) is not None for cue in cues) >= least


def _glue(rules: Ruleset) -> Glued:
    starters = {word for words in rules.glue.starters.values() for word in words}
    words = "|".join(re.escape(word) for word in sorted(starters, key=lambda word: (-len(word), word)))
    long = "|".join(re.escape(word) for word in sorted(starters) if len(word) > 1)
    # a small letter, a digit, a closing bracket or a shouted word, then at once a whole sentence-opening word
    border = re.compile(
        rf"(?:(?<=[a-záéíóúñüàèìòù)])(?=(?:{words})(?:(?<=['’])\w|[\s,]))"
        rf"|(?:(?<=[A-ZÁÉÍÓÚÑ]{{4}})|(?<=[^\w-]\d\d)|(?<=\s\d{{4}}))(?=(?:{long})(?:(?<=['’])\w|[\s,])))"
    )
    return Glued(border, frozenset(name.lower() for name in rules.glue.names))
