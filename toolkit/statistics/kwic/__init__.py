"""The concordance: every occurrence of a word, phrase, pattern, cue or code in its context."""

from toolkit.statistics.kwic.concordance import concordance
from toolkit.statistics.kwic.lines import Concordance

__all__ = ["Concordance", "concordance"]
