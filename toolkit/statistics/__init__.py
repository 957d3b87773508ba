"""Corpus statistics on the token table: frequency, concordance, collocations, keyness, dispersion.

Words are counted in each language by itself; codes and themes of passages over all languages, so that what Spanish
and Italian texts say can be compared where their words cannot.
"""

from toolkit.statistics.counting.concepts import count_codes, count_themes
from toolkit.statistics.counting.count import count_words
from toolkit.statistics.counting.counted import Counted
from toolkit.statistics.counting.token_index import TokenIndex

__all__ = ["Counted", "TokenIndex", "count_codes", "count_themes", "count_words"]
