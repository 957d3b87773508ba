"""One rule of page furniture, its patterns made ready, and the mark it leaves."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, NamedTuple

from toolkit.corpus.furniture.timed import Pattern, Timed
from toolkit.schema import StrictModel

__all__ = ["Glue", "Mark", "Ready", "Rule", "expanded", "ready"]

_MACRO = re.compile(r"\{([a-z_]+)\}")
#: Characters of a pattern with its macros; the longest of the package has some 5,000.
_LONGEST = 100_000
#: What these find in a line depends on the order of their patterns.
_JOINED = frozenset(["inside", "words"])


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


class Glue(StrictModel):
    """Words by which captions that lost their line break are told."""

    names: tuple[str, ...]
    starters: dict[str, tuple[str, ...]]


class Mark(NamedTuple):
    """What a line was marked as, and by which rule; how many lines below may belong to it."""

    rule: str
    kind: str
    most: int = 0
    tight: bool = False


class Ready(NamedTuple):
    """A rule with its patterns compiled ("inside" and "words" have all in one), and as they are written, one by one."""

    rule: Rule
    patterns: tuple[Pattern, ...]
    written: tuple[str, ...]


def ready(rule: Rule, macros: Mapping[str, str], *, timed: bool = False) -> Ready:
    """A rule with its patterns compiled; ``timed``: each with a limit of time, for those that nobody of us has read.

    Raises :class:`re.error` for one that is no regular expression.
    """
    written = tuple(f"(?:{expanded(pattern, macros)})" for pattern in rule.patterns)
    flags = re.IGNORECASE if rule.where == "inside" and not rule.cased else 0
    flags |= re.MULTILINE if rule.where == "box" else 0
    whole = ("|".join(written),) if rule.where in _JOINED else written
    return Ready(rule, tuple((Timed if timed else _compiled)(pattern, flags) for pattern in whole), written)


@lru_cache(maxsize=8192)
def _compiled(pattern: str, flags: int) -> re.Pattern[str]:
    return re.compile(pattern, flags)


def expanded(pattern: str, macros: Mapping[str, str]) -> str:
    """A pattern with the macros it names written out. Raises :class:`re.error` for one that grows without bounds."""
    for _ in range(3):  # a macro may name others
        if len(pattern) + sum(len(macros.get(name, "")) for name in _MACRO.findall(pattern)) > _LONGEST:
            raise re.error(f"has more than {_LONGEST:,} characters with its macros written out")
        pattern = _MACRO.sub(lambda found: f"(?:{macros[found[1]]})" if found[1] in macros else found[0], pattern)
    return pattern
