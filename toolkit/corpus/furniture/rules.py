"""The rules of page furniture: how a file of rules is read, checked, added to and taken from."""

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from pydantic import Field

from toolkit.corpus.furniture.rule import Glue, Mark, Rule, expanded, ready
from toolkit.corpus.furniture.rulebook import Rulebook
from toolkit.errors import InputError, suggestion
from toolkit.files import read_yaml
from toolkit.resources import data_file
from toolkit.schema import StrictModel, validate

__all__ = ["Mark", "Rule", "Rulebook", "Ruleset", "load_rules"]


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
    glue: Glue
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
    def book(self) -> Rulebook:
        """The rules made ready: some hundred expressions, compiled once."""
        bundled = load_rules()
        known = {rule.id: rule for rule in bundled.rules} if self.macros == bundled.macros else {}
        own = frozenset(rule.id for rule in self.rules if known.get(rule.id) != rule)
        return Rulebook(self.rules, self.macros, self.glue, self.off, own)


@lru_cache(maxsize=4)
def load_rules(path: Path | None = None) -> Ruleset:
    """The bundled rules, or those of a file of the same form.

    >>> rules = load_rules()
    >>> len(rules.rules) > 100, rules.rules[0].kind
    (True, 'comment_form')
    """
    own = path or data_file("furniture", "rules.yaml")
    rules = validate(Ruleset, read_yaml(own), str(own))
    # the bundled rules are expressions; to compile them takes seconds, and what only hands them on need not
    for rule in rules.rules if path else ():
        _compilable(rule, rules.macros, f"{path}: rule '{rule.id}'")
    return rules


def _compilable(rule: Rule, macros: Mapping[str, str], where: str) -> None:
    try:
        ready(rule, macros)
        ready(rule, macros, timed=True)  # what it compiles is kept and used again by the rulebook
    except re.error:
        for pattern in rule.patterns:
            try:
                re.compile(expanded(pattern, macros))
            except re.error as error:
                raise InputError(f"{where}: not a regular expression: {pattern!r}.") from error
        raise
