"""Figures: one table in, one matplotlib Axes out. They compute nothing and never call ``show()``."""

from toolkit.plots.agreement import agreement_codes, agreement_drift, coder_pairs
from toolkit.plots.collocations import association_directions, association_map, collocation_bars, collocation_network
from toolkit.plots.dispersion import dispersion_map, dispersion_plot
from toolkit.plots.evaluation import code_f1, confusion, reliability
from toolkit.plots.frameworks import balance, chain, steps
from toolkit.plots.frequency import diversity_points, frequency_bars, general_comparison, rank_frequency
from toolkit.plots.heat import crossing, principle_groups, theme_principles
from toolkit.plots.keyness import keyness_bars, keyness_map
from toolkit.plots.learning import learning_curve
from toolkit.plots.maps import intertopic_map, theme_documents
from toolkit.plots.principles import adjusted_shares, principle_shares, principles_over_time, stances
from toolkit.plots.selection import selection_curves
from toolkit.plots.style import LANGUAGE_COLOURS, STANCE_COLOURS
from toolkit.plots.themes import theme_sizes, theme_terms
from toolkit.plots.topics import prevalence_bars, term_bars, themes_over_time
from toolkit.plots.trends import trend_lines

__all__ = [
    "LANGUAGE_COLOURS",
    "STANCE_COLOURS",
    "adjusted_shares",
    "agreement_codes",
    "agreement_drift",
    "association_directions",
    "association_map",
    "balance",
    "chain",
    "code_f1",
    "coder_pairs",
    "collocation_bars",
    "collocation_network",
    "confusion",
    "crossing",
    "dispersion_map",
    "dispersion_plot",
    "diversity_points",
    "frequency_bars",
    "general_comparison",
    "intertopic_map",
    "keyness_bars",
    "keyness_map",
    "learning_curve",
    "prevalence_bars",
    "principle_groups",
    "principle_shares",
    "principles_over_time",
    "rank_frequency",
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
    "trend_lines",
]
