"""What an analysis holds."""

from dataclasses import dataclass, field

import pandas as pd

from toolkit.codebook import Codebook
from toolkit.settings import Study
from toolkit.topics import Themes

__all__ = ["Analysis"]


@dataclass(repr=False)
class Analysis:
    """What came out: ``tables`` by name (see :data:`toolkit.tables.CONTRACTS`), ``notes`` (sentences on what a
    reader must know), ``used`` (pipelines, encoder, coder, cut), ``seconds`` per stage, the codebook, and the
    ``themes`` with their models."""

    study: Study
    codebook: Codebook
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    used: dict[str, object] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    themes: Themes | None = None

    def __repr__(self) -> str:
        tables = ", ".join(f"{name} ({len(table):,})" for name, table in self.tables.items())
        return f"Analysis with codebook '{self.codebook.id}' {self.codebook.version}; tables (rows): {tables}"
