"""The rules made ready, applied to one line after the other: whether a line, or a piece of it, fits a rule.

The patterns are tried one by one, but only those that may fit the line by the literals they need (``gates``): some
dozens of nine hundred.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np

from toolkit.corpus.furniture import shapes
from toolkit.corpus.furniture.captions import glued_by
from toolkit.corpus.furniture.gates import Gates
from toolkit.corpus.furniture.literals import needed
from toolkit.corpus.furniture.rule import Glue, Mark, Ready, Rule, ready
from toolkit.corpus.furniture.shapes import Line
from toolkit.corpus.furniture.timed import Pattern

__all__ = ["Hints", "Rulebook"]

_LONGEST_ADVERT = 200
#: Kinds whose pieces are words of any text as well: "Blog - Forum" may be a heading.
_WORDS = frozenset(["navigation", "share_bar"])
#: Kinds that name a writer or a day: "(12 March 2010)" is the writer's own.
_SPEAKING = frozenset(["byline", "comment_meta"])
_QUOTED = re.compile(r"^[\"«“]|[«“].*[»”]$")
#: Short lines of pages come again and again: the rules of so many, up to this length, are kept.
_MOST_KEPT, _LONGEST_KEPT = 20_000, 100
#: For fewer lines all patterns are tried: to make the gates would take longer.
_WORTH_GATES = 300


class Hints:
    """What may fit a line, as places in the lists of a :class:`Rulebook`."""

    __slots__ = ("_lists", "_number")

    def __init__(self, lists: Sequence[tuple[list[int], list[int]]], number: int) -> None:
        self._lists, self._number = lists, number

    def _of(self, place: int) -> list[int]:
        numbers, borders = self._lists[place]
        return numbers[borders[self._number] : borders[self._number + 1]]

    def line(self, *, edge: bool) -> list[int]:
        """Rules for lines anywhere, or for those at the edges of a page."""
        return self._of(edge)

    def part(self) -> list[int]:
        """Rules for parts of lines."""
        return self._of(2)

    def inside(self) -> list[int]:
        """Rules for what stands inside lines."""
        return self._of(3)

    def box(self) -> list[int]:
        """Cues of boxes."""
        return self._of(4)


class Rulebook:
    """Rules made ready; ``off``: names of looks at the whole page that are not wanted; ``own``: ids of rules that are
    not those of the package, whose patterns have a limit of time."""

    def __init__(
        self,
        rules: Iterable[Rule],
        macros: Mapping[str, str],
        glue: Glue,
        off: frozenset[str],
        own: frozenset[str] = frozenset(),
    ) -> None:
        self.off = off
        self.glued = glued_by(glue)
        every = [ready(rule, macros, timed=rule.id in own) for rule in rules]
        lines = [one for one in every if one.rule.where in ("line", "starts", "block", "cues")]
        parts = [one for one in every if one.rule.where in ("line", "part") and not one.rule.edge]
        self.heads = next((one for one in every if one.rule.where == "head"), None)
        self._words = [one.patterns[0] for one in every if one.rule.where == "words"]
        self._blocks = [one for one in every if one.rule.where == "block"]
        self._line = list(_singly(one for one in lines if not one.rule.edge))
        self._edge = list(_singly(one for one in lines if one.rule.edge))
        self._part = list(_singly(parts))
        self.inside = [one for one in every if one.rule.where == "inside"]
        self._boxes: list[tuple[Rule, range]] = []
        self._cues: list[Ready] = []
        for one in every:
            if one.rule.where == "box":
                self._boxes.append((one.rule, range(len(self._cues), len(self._cues) + len(one.patterns))))
                self._cues += _singly([one])
        self._known: dict[tuple[str, int, bool], Mark | None] = {}
        self._lists = (self._line, self._edge, self._part, self.inside, self._cues)

    @cached_property
    def _gates(self) -> Gates:
        return Gates(needed(pattern) for own in self._lists for one in own for pattern in one.written)

    def hints(self, raws: Sequence[str], prose: Sequence[bool]) -> list[Hints]:
        """What may fit each of some lines (whole and in composed form); ``prose``: whether it is a sentence."""
        every = [one for own in self._lists for one in own]
        if len(raws) < _WORTH_GATES and "_gates" not in self.__dict__:
            fitting = np.ones((len(every), len(raws)), dtype=bool)
        else:
            found = self._gates.open(raws)
            stops = np.cumsum([len(one.written) for one in every])
            fitting = found[stops - 1]
            for number, one in enumerate(every):
                if len(one.written) > 1:  # cues of a line count together; of what is inside a line one is enough
                    least = one.rule.least if one.rule.where == "cues" else 1
                    fitting[number] = found[stops[number] - len(one.written) : stops[number]].sum(axis=0) >= least
        whole = len(self._line) + len(self._edge)
        single = np.flatnonzero([not one.rule.sentences for one in every[:whole]])
        fitting[single] &= ~np.asarray(prose, dtype=bool)
        stops = np.cumsum([0, *map(len, self._lists)])
        lists = [_by_line(fitting[start:stop]) for start, stop in pairwise(stops)]
        return [Hints(lists, number) for number in range(len(raws))]

    def rule_of(self, line: Line, raw: str, hints: Hints, *, edge: bool) -> Mark | None:
        """The first rule that fits; with ``edge`` one of those that hold at the top and the bottom of a page alone.

        A line in brackets, between arrows or stars is looked at without them as well.
        """
        if line.length > _LONGEST_KEPT:
            return self._any_rule_of(line, raw, hints, edge=edge)
        known = (raw, line.length, edge)
        if known not in self._known:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            self._known[known] = self._any_rule_of(line, raw, hints, edge=edge)
        return self._known[known]

    def _any_rule_of(self, line: Line, raw: str, hints: Hints, *, edge: bool) -> Mark | None:
        mark = self._rule_of(line, raw, hints, edge=edge)
        if mark is None and (bare := shapes.without_ornaments(raw)):
            mark = self._rule_of(line._replace(key=" ".join(bare.lower().split())), bare, hints, edge=edge)
            return None if mark is not None and mark.kind in _SPEAKING else mark
        return mark

    def box_of(self, raw: str, hints: Iterable[Hints], *, edge: bool, more: int = 0) -> Mark | None:
        """The first rule for boxes of which a paragraph has enough cues; ``most`` sentences may stand in it.

        ``hints``: of its lines. ``more`` : so many cues beyond those of the rule are asked for.
        """
        may = {number for own in hints for number in own.box()}
        for rule, numbers in self._boxes:
            if rule.edge and not edge:
                continue
            cues, least = [number for number in numbers if number in may], rule.least + more
            if len(cues) >= least and sum(self._cues[n].patterns[0].search(raw) is not None for n in cues) >= least:
                return Mark(rule.id, rule.kind, rule.most)
        return None

    def _rule_of(self, line: Line, raw: str, hints: Hints, *, edge: bool) -> Mark | None:
        tries = self._edge if edge else self._line
        for number in hints.line(edge=edge):
            rule, patterns, _ = tries[number]
            if rule.where == "starts":
                fits = patterns[0].match(line.key) is not None
            elif rule.where == "cues":
                fits = _has_cues(line, raw, patterns, rule)
            else:
                fits = bool(raw) and patterns[0].fullmatch(raw if rule.cased else line.key) is not None
            if fits:
                return Mark(rule.id, rule.kind, rule.most, rule.tight)
        return None if edge else self._row(raw, hints, prose=line.prose)

    def _row(self, raw: str, hints: Hints, *, prose: bool) -> Mark | None:
        """A line of pieces between bars, arrows or wide spaces, half of which are furniture by themselves."""
        parts, hard = shapes.parts_of(raw)
        if len(parts) < 2 or (prose and not (hard and len(parts) > 2)):
            return None
        headed = hard and len(parts) > 2 and any(one.rule.kind == "advert" for one in self._blocks_of(parts[0]))
        if headed:
            return Mark("row_of_parts", "advert")
        known = [rule for rule in (self._part_of(part, hints) for part in parts) if rule is not None]
        kinds = [rule.kind for rule in known if rule.kind != "byline"]
        whole = len(known) == len(parts) and (hard or len(parts) > 2 or not _WORDS.issuperset(kinds))
        enough = 2 * len(known) >= len(parts) and (len(known) > 1 or (hard and bool(kinds)))
        if whole or (enough and bool(kinds) and all(len(part.split()) <= 12 for part in parts)):
            return Mark("row_of_parts", kinds[0] if kinds else known[0].kind)
        return None

    def heads_list(self, raw: str) -> int:
        """How many lines below a row of links may belong to it: "The latest | Most read" heads a list."""
        fits = (one.rule for part in shapes.parts_of(raw)[0] for one in self._blocks_of(part))
        return max((rule.most for rule in fits if rule.kind == "related_links"), default=0)

    def _blocks_of(self, part: str) -> Iterator[Ready]:
        """The rules that head a block and fit a piece of a line."""
        key = part.lower()
        return (one for one in self._blocks if any(pattern.fullmatch(key) for pattern in one.patterns))

    def has_page_word(self, key: str, least: int = 1) -> bool:
        """Whether words of pages occur in a line that stands where no text is."""
        return sum(1 for pattern in self._words for _ in pattern.finditer(key)) >= least

    def is_part(self, raw: str, hints: Hints) -> bool:
        """Whether a short line is a word of a menu or another piece of furniture."""
        return bool(raw) and self._part_of(raw, hints) is not None

    def _part_of(self, part: str, hints: Hints) -> Rule | None:
        key = " ".join(part.lower().split())
        for number in hints.part():
            rule, (pattern,), _ = self._part[number]
            if pattern.fullmatch(part if rule.cased else key):
                return rule
        return None


def _singly(rules: Iterable[Ready]) -> Iterator[Ready]:
    """Each pattern of a rule by itself, but for cues, which count together."""
    for one in rules:
        if one.rule.where == "cues":
            yield one
        else:
            yield from (Ready(one.rule, (each,), (text,)) for each, text in zip(one.patterns, one.written, strict=True))


def _by_line(fitting: np.ndarray) -> tuple[list[int], list[int]]:
    """The numbers of the rows that are true, column by column, and where those of each column begin."""
    columns, rows = np.nonzero(fitting.T)
    return rows.tolist(), [0, *np.cumsum(np.bincount(columns, minlength=fitting.shape[1])).tolist()]


def _has_cues(line: Line, raw: str, cues: tuple[Pattern, ...], rule: Rule) -> bool:
    """A line by itself with words of several classes; no item of a list, and nothing quoted from elsewhere."""
    longest = shapes.LONGEST_LINE if rule.edge else _LONGEST_ADVERT
    if not raw or line.item or line.length > longest or _QUOTED.search(raw):
        return False
    missing = len(cues) - rule.least  # so many cues more may be missing
    for cue in cues:
        if cue.search(line.key) is None:
            missing -= 1
            if missing < 0:
                return False
    return True
