"""Page furniture: comment forms, share bars, notices and the like, marked with a rule's name and never deleted."""

from toolkit.corpus.furniture.marks import mark_furniture, without_furniture
from toolkit.corpus.furniture.repeated import line_counts, repeated_lines
from toolkit.corpus.furniture.rules import Rule, Ruleset, load_rules

__all__ = [
    "Rule",
    "Ruleset",
    "line_counts",
    "load_rules",
    "mark_furniture",
    "repeated_lines",
    "without_furniture",
]
