"""Figures: one table in, one matplotlib Axes out. They compute nothing and never call ``show()``."""

from toolkit.plots.maps import intertopic_map, theme_documents
from toolkit.plots.principles import principle_shares, stances, theme_principles
from toolkit.plots.selection import selection_curves
from toolkit.plots.style import LANGUAGE_COLOURS, STANCE_COLOURS
from toolkit.plots.themes import theme_sizes, theme_terms
from toolkit.plots.topics import prevalence_bars, term_bars, themes_over_time

__all__ = [
    "LANGUAGE_COLOURS",
    "STANCE_COLOURS",
    "intertopic_map",
    "prevalence_bars",
    "principle_shares",
    "selection_curves",
    "stances",
    "term_bars",
    "theme_documents",
    "theme_principles",
    "theme_sizes",
    "theme_terms",
    "themes_over_time",
]
