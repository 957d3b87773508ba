"""The machine codes: coders, themes x principles, prevalence."""

from toolkit.principles.callables import as_coder, coded_by
from toolkit.principles.coders import CodedPosts, coder, supervised_coder
from toolkit.principles.coding import Coding, code_passages
from toolkit.principles.correction import adjusted_differences, adjusted_shares
from toolkit.principles.crossing import crossed
from toolkit.principles.endpoint import EndpointCoder
from toolkit.principles.explain import explain
from toolkit.principles.frameworks import balance_table, chain_table, framework_shares
from toolkit.principles.groups import principles_by
from toolkit.principles.interface import CODED_LANGUAGES, METHODS, Coder, Scored
from toolkit.principles.markers import find_markers
from toolkit.principles.prevalence import principle_shares, stance_counts
from toolkit.principles.themes import passage_shares, passages_of_cell, passages_of_cells, theme_principles

__all__ = [
    "CODED_LANGUAGES",
    "METHODS",
    "CodedPosts",
    "Coder",
    "Coding",
    "EndpointCoder",
    "Scored",
    "adjusted_differences",
    "adjusted_shares",
    "as_coder",
    "balance_table",
    "chain_table",
    "code_passages",
    "coded_by",
    "coder",
    "crossed",
    "explain",
    "find_markers",
    "framework_shares",
    "passage_shares",
    "passages_of_cell",
    "passages_of_cells",
    "principle_shares",
    "principles_by",
    "stance_counts",
    "supervised_coder",
    "theme_principles",
]
