"""Figures: one table in, one matplotlib Axes out. They compute nothing and never call ``show()``."""

from toolkit.plots.agreement import agreement_codes, agreement_drift, coder_pairs
from toolkit.plots.evaluation import code_f1, confusion, reliability
from toolkit.plots.frameworks import balance, chain, crossing, steps
from toolkit.plots.learning import learning_curve
from toolkit.plots.maps import intertopic_map, theme_documents
from toolkit.plots.principles import (
    adjusted_shares,
    principle_groups,
    principle_shares,
    principles_over_time,
    stances,
    theme_principles,
)
from toolkit.plots.selection import selection_curves
from toolkit.plots.style import LANGUAGE_COLOURS, STANCE_COLOURS
from toolkit.plots.themes import theme_sizes, theme_terms
from toolkit.plots.topics import prevalence_bars, term_bars, themes_over_time

__all__ = [
    "LANGUAGE_COLOURS",
    "STANCE_COLOURS",
    "adjusted_shares",
    "agreement_codes",
    "agreement_drift",
    "balance",
    "chain",
    "code_f1",
    "coder_pairs",
    "confusion",
    "crossing",
    "intertopic_map",
    "learning_curve",
    "prevalence_bars",
    "principle_groups",
    "principle_shares",
    "principles_over_time",
    "reliability",
    "selection_curves",
    "stances",
    "steps",
    "term_bars",
    "theme_documents",
    "theme_principles",
    "theme_sizes",
    "theme_terms",
    "themes_over_time",
]
