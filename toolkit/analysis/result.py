"""What an analysis holds."""

from dataclasses import dataclass, field

import pandas as pd

from toolkit.codebook import Codebook
from toolkit.display import Card, SelfShown, card, plain_text, show, table_meanings
from toolkit.settings import Study
from toolkit.topics import Themes

__all__ = ["Analysis"]


@dataclass(repr=False)
class Analysis(SelfShown):
    """What came out: ``tables`` by name (see :data:`toolkit.tables.CONTRACTS`), ``notes`` (sentences on what a
    reader must know), ``used`` (pipelines, encoder, coder, cut), ``seconds`` per stage, the codebook, and the
    ``themes`` with their models.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from toolkit import Study, load_corpus
    >>> from toolkit.analysis import analyse
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "uno.txt").write_text("Las marcas escuchan a la gente y aprenden.", encoding="utf-8")
    ...     corpus = load_corpus(folder)
    >>> found = analyse(corpus, Study(study={"parts": ("words",)}, text={"pipeline": "simple"}))
    >>> len(found.tables["posts"]), found.themes, found.used["pipeline es"].startswith("spaCy"), list(found.seconds)[:1]
    (1, None, True, ['page furniture and languages'])
    """

    study: Study
    codebook: Codebook
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    used: dict[str, object] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    themes: Themes | None = None

    def _card_(self, lang: str = "en") -> Card:
        said = table_meanings(lang)
        filled = {name: table for name, table in self.tables.items() if len(table)}
        listed = pd.DataFrame(
            {
                "table": list(filled),
                "rows": [len(table) for table in filled.values()],
                "": [said.get(name) for name in filled],
            }
        )
        used = {name: what for name, what in self.used.items() if isinstance(what, str)}
        facts = {
            "codebook": f"{self.codebook.id} {self.codebook.version}",
            "used": used,
        }
        tables = [show(listed, rows=100, lang=lang)] if filled else []
        return card("analysis", lang, title=self.study.study.title, facts=facts, tables=tables, notes=self.notes)

    def __repr__(self) -> str:
        tables = ", ".join(f"{name} ({len(table):,})" for name, table in self.tables.items())
        book = f"'{self.codebook.id}' {self.codebook.version}"
        return plain_text(f"Analysis with codebook {book}; tables (rows): {tables}")
