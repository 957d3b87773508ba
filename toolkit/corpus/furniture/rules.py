"""The rules of page furniture: how a file of rules is read, and whether one line fits a rule."""

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import Field

from toolkit.corpus.furniture import shapes
from toolkit.corpus.furniture.shapes import Glued, Line
from toolkit.errors import InputError, suggestion
from toolkit.files import read_yaml
from toolkit.resources import data_file
from toolkit.schema import StrictModel, validate

__all__ = ["Mark", "Ready", "Rule", "Rulebook", "Ruleset", "load_rules"]

_MACRO = re.compile(r"\{([a-z_]+)\}")
_LONGEST_ADVERT = 200
#: Kinds whose pieces are words of any text as well: "Blog - Forum" may be a heading.
_WORDS = frozenset(["navigation", "share_bar"])
#: Kinds that name a writer or a day: "(12 March 2010)" is the writer's own.
_SPEAKING = frozenset(["byline", "comment_meta"])


#: Names of marks that come from a look at the whole page and not from a rule of the file.
# fmt: off
PASSES = frozenset([
    "bottom_of_page", "file_name", "glued_caption", "line_model", "lone_caption",
    "menu_of_lines", "name_of_page", "name_under_comment", "page_words",
    "paragraph_of_page", "repeated_at_once", "repeated_line", "row_of_links",
    "row_of_parts", "small_note", "tags_by_shape", "title_of_comment",
    "word_of_menu",
])
# fmt: on


class Rule(StrictModel):
    """One rule of the file: which lines it marks and as what.

    >>> from toolkit.corpus import load_rules
    >>> rule = load_rules().adding("banner", "vis[ií]tanos.*", kind="advert").rules[0]
    >>> rule.id, rule.kind, rule.where, rule.patterns
    ('banner', 'advert', 'line', ('vis[ií]tanos.*',))
    """

    id: str
    kind: str
    where: Literal["line", "starts", "block", "part", "inside", "cues", "box", "words", "head"]
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
    """The rules in the order they are tried; the first that fits a line names it.

    >>> from toolkit.corpus import load_rules
    >>> rules = load_rules().without("line_model")
    >>> sorted(rules.off)
    ['line_model']
    >>> rules.adding("banner", "vis[ií]tanos en la feria.*", kind="advert").rules[0].id
    'banner'
    """

    version: str
    macros: dict[str, str] = Field(default_factory=dict)
    rules: tuple[Rule, ...]
    glue: _Glue
    off: frozenset[str] = frozenset()

    def without(self, *ids: str) -> "Ruleset":
        """These rules but for some, by the id that stands in the table of furniture.

        That is a rule of the file, a look at the whole page (``bottom_of_page`` ...), or ``line_model``.

        Raises :class:`InputError` for an id that is none, with the nearest.
        """
        known = PASSES.union(rule.id for rule in self.rules)
        for rule_id in ids:
            if rule_id not in known:
                raise InputError(f"furniture rule '{rule_id}': there is none; {suggestion(rule_id, known)}")
        return self._with(tuple(rule for rule in self.rules if rule.id not in ids), self.off | PASSES.intersection(ids))

    def adding(self, rule_id: str, *patterns: str, kind: str = "other", where: str = "line", **more: Any) -> "Ruleset":
        """These rules with one more in front, so that it is tried first.

        Parameters
        ----------
        rule_id : its name in the table of furniture; no other rule may have it.
        patterns : regular expressions of Python for what it marks, in lower case.
        kind : what a reader of the table sees (``advert``, ``byline``, ``share_bar`` ...).
        where : ``line`` (the whole line fits), ``starts``, ``block``, ``part``, ``inside`` or ``cues``.
        **more : ``sentences, edge, cased, most, tight, least``, as in ``toolkit/data/furniture/rules.yaml``.

        Raises
        ------
        InputError
            for an id that is taken, a pattern that is no regular expression, or another name.

        >>> rules = load_rules().adding("banner_feria", "vis[ií]tanos en la feria.*", kind="advert")
        """
        if rule_id in {rule.id for rule in self.rules}:
            raise InputError(f"furniture rule '{rule_id}': there is one already; give yours another id.")
        where_it_is = f"furniture rule '{rule_id}'"
        given = {"id": rule_id, "kind": kind, "where": where, "patterns": list(patterns), **more}
        rule = validate(Rule, given, where_it_is)
        _compilable(rule, self.macros, where_it_is)
        return self._with((rule, *self.rules), self.off)

    def _with(self, rules: tuple[Rule, ...], off: frozenset[str]) -> "Ruleset":
        """Other rules in a new object: a copy would take the ready ``book`` along."""
        given = self.model_dump(exclude={"rules", "off"})
        return Ruleset(**given, rules=rules, off=off)

    @cached_property
    def book(self) -> "Rulebook":
        """The rules made ready: some hundred expressions, compiled once."""
        return Rulebook(self)


class Ready(NamedTuple):
    """A rule with its patterns compiled: all in one, and for cues and heads one by one as well."""

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
    """The bundled rules, or those of a file of the same form.

    >>> rules = load_rules()
    >>> len(rules.rules) > 100, rules.rules[0].kind
    (True, 'comment_form')
    """
    path = path or data_file("furniture", "rules.yaml")
    rules = validate(Ruleset, read_yaml(path), str(path))
    for rule in rules.rules:
        _compilable(rule, rules.macros, f"{path}: rule '{rule.id}'")
    return rules


def _compilable(rule: Rule, macros: Mapping[str, str], where: str) -> None:
    try:
        _ready(rule, macros)  # what it compiles is kept by re and used again by the rulebook
    except re.error:
        for pattern in rule.patterns:
            try:
                re.compile(_expanded(pattern, macros))
            except re.error as error:
                raise InputError(f"{where}: not a regular expression: {pattern!r}.") from error
        raise


class Rulebook:
    """The rules made ready, applied to one line after the other."""

    def __init__(self, rules: Ruleset) -> None:
        self.off = rules.off
        ready = [_ready(rule, rules.macros) for rule in rules.rules]
        self.lines = [one for one in ready if one.rule.where in ("line", "starts", "block", "cues")]
        self.parts = [one for one in ready if one.rule.where in ("line", "part") and not one.rule.edge]
        self.inside = [one for one in ready if one.rule.where == "inside"]
        self.blocks = [one for one in ready if one.rule.where == "block"]
        self.words = [one.pattern for one in ready if one.rule.where == "words"]
        self.boxes = [one for one in ready if one.rule.where == "box"]
        self.heads = next((one for one in ready if one.rule.where == "head"), None)
        self.glued = _glue(rules)

    def rule_of(self, line: Line, raw: str, *, edge: bool) -> Mark | None:
        """The first rule that fits; with ``edge`` one of those that hold at the top and the bottom of a page alone.

        A line in brackets, between arrows or stars is looked at without them as well.
        """
        mark = self._rule_of(line, raw, edge=edge)
        if mark is None and (bare := shapes.without_ornaments(raw)):
            mark = self._rule_of(line._replace(key=" ".join(bare.lower().split())), bare, edge=edge)
            return None if mark is not None and mark.kind in _SPEAKING else mark
        return mark

    def box_of(self, raw: str, *, edge: bool, more: int = 0) -> Mark | None:
        """The first rule for boxes of which a paragraph has enough cues; ``most`` sentences may stand in it.

        ``more`` : so many cues beyond those of the rule are asked for.
        """
        for rule, _, cues in self.boxes:
            if (edge or not rule.edge) and sum(cue.search(raw) is not None for cue in cues) >= rule.least + more:
                return Mark(rule.id, rule.kind, rule.most)
        return None

    def _rule_of(self, line: Line, raw: str, *, edge: bool) -> Mark | None:
        for rule, pattern, each in self.lines:
            if rule.edge != edge or (line.prose and not rule.sentences):
                continue
            if rule.where == "starts":
                fits = pattern.match(line.key) is not None
            elif rule.where == "cues":
                fits = _has_cues(line, raw, each, rule)
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
        headed = hard and any(
            one.pattern.fullmatch(parts[0].lower()) for one in self.blocks if one.rule.kind == "advert"
        )
        if headed and len(parts) > 2:
            return Mark("row_of_parts", "advert")
        known = [rule for rule in (self._part(part) for part in parts) if rule is not None]
        kinds = [rule.kind for rule in known if rule.kind != "byline"]
        whole = len(known) == len(parts) and (hard or len(parts) > 2 or not _WORDS.issuperset(kinds))
        enough = 2 * len(known) >= len(parts) and (len(known) > 1 or (hard and bool(kinds)))
        if whole or (enough and bool(kinds) and all(len(part.split()) <= 12 for part in parts)):
            return Mark("row_of_parts", kinds[0] if kinds else known[0].kind)
        return None

    def heads_list(self, raw: str) -> int:
        """How many lines below a row of links may belong to it: "The latest | Most read" heads a list."""
        parts = [part.lower() for part in shapes.parts_of(raw)[0]]
        fits = [
            one.rule.most
            for one in self.blocks
            if one.rule.kind == "related_links" and any(one.pattern.fullmatch(part) for part in parts)
        ]
        return max(fits, default=0)

    def has_page_word(self, key: str, least: int = 1) -> bool:
        """Whether words of pages occur in a line that stands where no text is."""
        return sum(1 for pattern in self.words for _ in pattern.finditer(key)) >= least

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
    flags |= re.MULTILINE if rule.where == "box" else 0
    whole = re.compile("|".join(f"(?:{pattern})" for pattern in patterns), flags)
    one_by_one = patterns if rule.where in ("cues", "box", "head") else []
    return Ready(rule, whole, tuple(re.compile(pattern, flags) for pattern in one_by_one))


def _has_cues(line: Line, raw: str, cues: tuple[re.Pattern[str], ...], rule: Rule) -> bool:
    """A line by itself with words of several classes; no item of a list, and nothing quoted from elsewhere."""
    longest = shapes.LONGEST_LINE if rule.edge else _LONGEST_ADVERT
    if not raw or line.item or line.length > longest or re.search(r"^[\"«“]|[«“].*[»”]$", raw):
        return False
    return sum(cue.search(line.key) is not None for cue in cues) >= rule.least


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
