"""Figures: one table in, one matplotlib Axes out. They compute nothing and never call ``show()``."""

from toolkit.plots.principles import principle_shares, stances, theme_principles
from toolkit.plots.style import LANGUAGE_COLOURS, STANCE_COLOURS
from toolkit.plots.themes import theme_sizes, theme_terms

__all__ = [
    "LANGUAGE_COLOURS",
    "STANCE_COLOURS",
    "principle_shares",
    "stances",
    "theme_principles",
    "theme_sizes",
    "theme_terms",
]
