"""The human annotations that travel with a corpus folder, and which sentences were judged at all."""

import re
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from toolkit.codebook import codebook_names, load_codebook
from toolkit.corpus.load import load_posts
from toolkit.display import Card, card, show
from toolkit.errors import InputError
from toolkit.storage import read_table
from toolkit.tables import check, check_quotes

__all__ = ["HumanAnnotations", "human_annotations"]

_COVERAGE = ["codebook", "coder", "doc_id"]


class HumanAnnotations(NamedTuple):
    """What people coded in a corpus.

    ``annotations``: annotations table, one row per code given. ``units``: doc_id, start, end of every sentence
    that was judged. ``coverage``: codebook, coder, doc_id of every post a coder went through: a unit of such a
    post without a row in ``annotations`` was judged to take no code.

    >>> import toolkit
    >>> human = toolkit.human_annotations(toolkit.bundled_corpus(), "groundswell")
    >>> human.annotations["coder"].unique().tolist(), human.judged.columns.tolist()
    (['reader'], ['coder', 'doc_id', 'start', 'end'])
    """

    annotations: pd.DataFrame
    units: pd.DataFrame
    coverage: pd.DataFrame

    @property
    def judged(self) -> pd.DataFrame:
        """judged table: every sentence of every post a coder went through (with any of the codebooks read)."""
        coverage = self.coverage[["coder", "doc_id"]].drop_duplicates()
        return check("judged", coverage.merge(self.units[["doc_id", "start", "end"]], on="doc_id"))

    def _card_(self, lang: str = "en") -> Card:
        who = ["codebook", "coder"]
        given = self.annotations.groupby(who).size().rename("codes")
        table = self.coverage.groupby(who).size().rename("posts").to_frame().join(given).fillna({"codes": 0})
        facts = {
            "units": len(self.units),
            "posts": self.units["doc_id"].nunique(),
            "annotations": len(self.annotations),
        }
        return card("human_annotations", lang, facts=facts, tables=[show(table, lang=lang)])

    def __repr__(self) -> str:
        return repr(self._card_())

    def _repr_html_(self) -> str:
        return self._card_()._repr_html_()


def human_annotations(
    folder: str | Path, codebook: str | None = None, coder: str | None = None, *, posts: pd.DataFrame | None = None
) -> HumanAnnotations:
    """Read the annotations of a corpus folder, checked against its texts.

    Parameters
    ----------
    folder : a corpus folder with ``annotations/sentences.jsonl``, ``annotations/coverage.csv`` and
        ``annotations/<codebook>_<coder>.jsonl``.
    codebook, coder : only these (default: all).
    posts : the posts of the folder, if they are loaded already.

    Raises
    ------
    InputError
        naming file, row and rule if a quote is not the text it points to, an annotation is of no judged sentence
        or of a post its coder did not go through, a code is given twice or is none of a bundled codebook, sentences
        overlap, a post does not exist, or a file is missing, empty or damaged.

    >>> import toolkit
    >>> human = human_annotations(toolkit.bundled_corpus(), "cluetrain", "author")
    >>> human.annotations.loc[0, ["code", "stance"]].tolist()
    ['adapt_or_perish', 'mentions']
    >>> human.coverage["coder"].unique().tolist()
    ['author']
    """
    root = Path(folder) / "annotations"
    loaded = load_posts(folder) if posts is None else posts
    texts = dict(zip(loaded["doc_id"], loaded["text"], strict=True))
    units = _units(root / "sentences.jsonl", texts)
    coverage = _coverage(root / "coverage.csv", texts)
    if codebook is not None:
        coverage = coverage[coverage["codebook"] == codebook]
    if coder is not None:
        coverage = coverage[coverage["coder"] == coder]
    coverage = coverage.sort_values(_COVERAGE).reset_index(drop=True)
    judged = set(zip(units["doc_id"], units["start"], units["end"], strict=True))
    tables = [
        _codings(root / f"{book}_{who}.jsonl", str(book), str(who), set(part["doc_id"]), texts, judged)
        for (book, who), part in coverage.groupby(["codebook", "coder"])
    ]
    if not tables:
        raise InputError(f"{root}: holds no annotations" + (f" with '{codebook}'." if codebook else "."))
    units = units[units["doc_id"].isin(coverage["doc_id"])].reset_index(drop=True)
    return HumanAnnotations(pd.concat(tables, ignore_index=True), units, coverage)


def _units(file: Path, texts: dict[str, str]) -> pd.DataFrame:
    """The judged sentences: inside their texts, each once, none over another."""
    units = _known(file, ["doc_id", "start", "end"])
    # one gap makes a column one of floats
    gaps = units[["start", "end"]].isna().to_numpy().any()
    for row, place in enumerate(units[["start", "end"]].itertuples(index=False, name=None), 1):
        whole = [
            isinstance(value, int) or (gaps and isinstance(value, float) and value.is_integer()) for value in place
        ]
        wrong = [value for value, good in zip(place, whole, strict=True) if not good or value < 0]
        if wrong:
            raise InputError(f"{file}, row {row}: got {wrong[0]!r}, expected a position: a whole number from 0.")
    try:
        check_quotes("sentences", units, texts)
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
    _refuse(file, units, units["end"] == units["start"], "it holds nothing")
    ranked = units.sort_values(["doc_id", "start"], kind="stable")
    before = ranked["end"].shift().where(ranked["doc_id"] == ranked["doc_id"].shift(), 0)
    double = (ranked["start"] < before).reindex(units.index)
    _refuse(file, units, double, "it overlaps another sentence, or stands there twice")
    return ranked.reset_index(drop=True)


def _coverage(file: Path, texts: dict[str, str]) -> pd.DataFrame:
    """Who coded what: posts that exist, each once per codebook and coder."""
    coverage = _known(file, _COVERAGE).astype("str")
    for row, (book, who, doc_id) in enumerate(coverage.itertuples(index=False, name=None), 1):
        for name in (book, who):
            if not isinstance(name, str) or not re.fullmatch(r"\w[\w.-]*", name):
                raise InputError(f"{file}, row {row}: {name!r} is no name; letters, digits, _ - and . are.")
        if doc_id not in texts:
            raise InputError(f"{file}, row {row}: no post has the doc_id {doc_id!r}.")
    double = coverage.duplicated()
    if double.any():
        row = int(double.to_numpy().argmax())
        raise InputError(f"{file}, row {row + 1}: {', '.join(coverage.iloc[row])} stands there a second time.")
    return coverage


def _codings(
    file: Path, book: str, who: str, covered: set[str], texts: dict[str, str], judged: set[tuple[str, int, int]]
) -> pd.DataFrame:
    """The rows of one coder with one codebook."""
    table = read_table(file)
    if table.empty:
        raise InputError(
            f"{file}: is empty, though coverage.csv says that {who} coded {len(covered)} posts; restore it."
        )
    try:
        table = check("annotations", table, texts)
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
    _refuse(file, table, ~table["doc_id"].isin(covered), f"coverage.csv does not say that {who} coded it")
    places = zip(table["doc_id"], table["start"], table["end"], strict=True)
    _refuse(file, table, pd.Series([place not in judged for place in places]), "it is no sentence of sentences.jsonl")
    _refuse(file, table, (table["codebook"] != book) | (table["coder"] != who), f"it is not {book} by {who}")
    _refuse(file, table, table.duplicated(["doc_id", "start", "end", "code"]), "its code is given a second time")
    if book in codebook_names():
        codes = load_codebook(book).code_ids
        _refuse(file, table, ~table["code"].isin(codes), f"its code is none of codebook '{book}' ({', '.join(codes)})")
        _refuse(file, table, table["stance"].isna(), "it has no stance")
    return table


def _known(file: Path, columns: list[str]) -> pd.DataFrame:
    """A table with at least these columns; in CSV all is text, as "007" is."""
    table = read_table(file, as_text=True)
    absent = [column for column in columns if column not in table]
    if absent:
        raise InputError(f"{file}: the column '{absent[0]}' is missing; it needs {', '.join(columns)}.")
    return table[columns]


def _refuse(file: Path, table: pd.DataFrame, bad: pd.Series, reason: str) -> None:
    if bad.any():
        row = int(bad.to_numpy().argmax())
        place = f"'{table['doc_id'].iloc[row]}' from {table['start'].iloc[row]} to {table['end'].iloc[row]}"
        raise InputError(f"{file}, row {row + 1}: the annotation of {place} is refused: {reason}.")
