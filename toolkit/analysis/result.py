"""What an analysis holds."""

from dataclasses import dataclass, field

import pandas as pd

from toolkit.analysis.parts import Parts
from toolkit.analysis.tables import Tables
from toolkit.codebook import Codebook
from toolkit.display import Card, SelfShown, card, plain_text, show, table_meanings
from toolkit.settings import Study
from toolkit.tables import ThemeShares
from toolkit.topics import Themes

__all__ = ["Analysis"]

_WITHOUT_EVIDENCE = (
    *("doc_id", "start", "end", "quote", "codebook", "codebook_version", "code", "stance", "coder", "kind", "score"),
)


@dataclass(repr=False)
class Analysis(SelfShown):
    """What came out: ``tables`` by name (see :data:`toolkit.tables.CONTRACTS`; of a large corpus some are read when
    they are asked for, see :class:`Tables`), ``notes`` (sentences on what a reader must know), ``used`` (pipelines,
    encoder, coder, cut), ``seconds`` per stage, the codebook, the ``themes`` with their models, and the ``parts`` of
    the posts with what was made of each.

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
    tables: Tables = field(default_factory=Tables)
    notes: list[str] = field(default_factory=list)
    used: dict[str, object] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    themes: Themes | None = None
    parts: Parts | None = None
    _compact: ThemeShares | None = None

    def __post_init__(self) -> None:
        """Tables may be given as any mapping."""
        if not isinstance(self.tables, Tables):
            self.tables = Tables(self.tables)

    def given(self) -> pd.DataFrame:
        """What the machine gave the passages; of a large corpus without evidence, notes and times."""
        held = self.tables.held("annotations")
        return self.tables["annotations"] if held else self.tables.some("annotations", _WITHOUT_EVIDENCE)

    def theme_shares(self) -> pd.DataFrame | ThemeShares:
        """The shares of the themes; of a large corpus in their compact form."""
        if self.tables.held("shares"):
            return self.tables["shares"]
        if self._compact is None:
            self._compact = ThemeShares.of_parts(self.tables.each("shares"))
        return self._compact

    def _card_(self, lang: str = "en") -> Card:
        said = table_meanings(lang)
        filled = {name: rows for name in self.tables if (rows := self.tables.rows(name))}
        listed = pd.DataFrame(
            {
                "table": list(filled),
                "rows": list(filled.values()),
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
        tables = ", ".join(f"{name} ({self.tables.rows(name):,})" for name in self.tables)
        book = f"'{self.codebook.id}' {self.codebook.version}"
        return plain_text(f"Analysis with codebook {book}; tables (rows): {tables}")
