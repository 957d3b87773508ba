"""The human annotations that travel with a corpus folder, and which sentences were judged at all."""

from pathlib import Path
from typing import NamedTuple

import pandas as pd

from toolkit.corpus.load import load_posts
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
    """

    annotations: pd.DataFrame
    units: pd.DataFrame
    coverage: pd.DataFrame


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
        or of a post its coder did not go through, or a file is missing or damaged.
    """
    root = Path(folder) / "annotations"
    loaded = load_posts(folder) if posts is None else posts
    texts = dict(zip(loaded["doc_id"], loaded["text"], strict=True))
    coverage = _known(root / "coverage.csv", _COVERAGE).astype("str")
    units = _known(root / "sentences.jsonl", ["doc_id", "start", "end"])
    check_quotes("sentences", units, texts)
    judged = set(zip(units["doc_id"], units["start"], units["end"], strict=True))
    if codebook is not None:
        coverage = coverage[coverage["codebook"] == codebook]
    if coder is not None:
        coverage = coverage[coverage["coder"] == coder]
    coverage = coverage.sort_values(_COVERAGE).reset_index(drop=True)
    tables = []
    for (book, who), part in coverage.groupby(["codebook", "coder"]):
        file = root / f"{book}_{who}.jsonl"
        table = read_table(file)
        if table.empty:
            continue
        try:
            table = check("annotations", table, texts)
        except InputError as error:
            raise InputError(f"{file}: {error}") from error
        _refuse(file, table, ~table["doc_id"].isin(part["doc_id"]), f"coverage.csv does not say that {who} coded it")
        places = zip(table["doc_id"], table["start"], table["end"], strict=True)
        _refuse(
            file, table, pd.Series([place not in judged for place in places]), "it is no sentence of sentences.jsonl"
        )
        _refuse(file, table, (table["codebook"] != book) | (table["coder"] != who), f"it is not {book} by {who}")
        tables.append(table)
    annotations = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["doc_id"])
    units = units[units["doc_id"].isin(coverage["doc_id"])].reset_index(drop=True)
    if not tables:
        raise InputError(f"{root}: holds no annotations" + (f" with '{codebook}'." if codebook else "."))
    return HumanAnnotations(annotations, units, coverage)


def _known(file: Path, columns: list[str]) -> pd.DataFrame:
    """A table with at least these columns."""
    table = read_table(file)
    absent = [column for column in columns if column not in table]
    if absent:
        raise InputError(f"{file}: the column '{absent[0]}' is missing; it needs {', '.join(columns)}.")
    return table[columns]


def _refuse(file: Path, table: pd.DataFrame, bad: pd.Series, reason: str) -> None:
    if bad.any():
        row = int(bad.to_numpy().argmax())
        place = f"'{table['doc_id'].iloc[row]}' from {table['start'].iloc[row]} to {table['end'].iloc[row]}"
        raise InputError(f"{file}, row {row + 1}: the annotation of {place} is refused: {reason}.")
