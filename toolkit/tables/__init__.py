"""The table contracts: columns, types and rules of every table, and the error that says which row broke which.

Public functions of all rooms check their tables here on the way in and on the way out. All tables are tidy
pandas DataFrames. Positions (``start``, ``end``) count Unicode code points in the unchanged text of a post,
half-open: ``text[start:end]`` is the passage. Columns beyond the contract are kept, to the right of it.
"""

from toolkit.tables.checks import check, check_quotes, empty
from toolkit.tables.columns import STANCES, UNITS, Column
from toolkit.tables.contracts import CONTRACTS
from toolkit.tables.spans import run_places, span_rows
from toolkit.tables.theme_shares import ThemeShares

__all__ = [
    "CONTRACTS",
    "STANCES",
    "UNITS",
    "Column",
    "ThemeShares",
    "check",
    "check_quotes",
    "empty",
    "run_places",
    "span_rows",
]
