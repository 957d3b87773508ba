"""The machine codes: coders, themes x principles, prevalence."""

from toolkit.principles.coders import METHODS, Coder, Scored, coder
from toolkit.principles.coding import CODED_LANGUAGES, Coding, code_passages
from toolkit.principles.prevalence import principle_shares, stance_counts
from toolkit.principles.themes import passage_shares, theme_principles

__all__ = [
    "CODED_LANGUAGES",
    "METHODS",
    "Coder",
    "Coding",
    "Scored",
    "code_passages",
    "coder",
    "passage_shares",
    "principle_shares",
    "stance_counts",
    "theme_principles",
]
