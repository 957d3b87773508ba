"""Corpus statistics on the token table: frequency, concordance, collocations, keyness, dispersion.

Words are counted in each language by itself; codes and themes of passages over all languages, so that what Spanish
and Italian texts say can be compared where their words cannot.
"""

from toolkit.statistics.association.collocations import collocations
from toolkit.statistics.association.network import collocation_network
from toolkit.statistics.comparison.keyness import keyness
from toolkit.statistics.counting.concepts import count_codes, count_themes
from toolkit.statistics.counting.count import count_words
from toolkit.statistics.counting.counted import Counted
from toolkit.statistics.counting.diversity import lexical_diversity
from toolkit.statistics.counting.frequency import frequency
from toolkit.statistics.counting.general import general_frequencies
from toolkit.statistics.counting.token_index import TokenIndex
from toolkit.statistics.distribution.dispersion import dispersion
from toolkit.statistics.distribution.occurrences import occurrences
from toolkit.statistics.distribution.trends import trends
from toolkit.statistics.kwic.concordance import Concordance, concordance

__all__ = [
    "Concordance",
    "Counted",
    "TokenIndex",
    "collocation_network",
    "collocations",
    "concordance",
    "count_codes",
    "count_themes",
    "count_words",
    "dispersion",
    "frequency",
    "general_frequencies",
    "keyness",
    "lexical_diversity",
    "occurrences",
    "trends",
]
