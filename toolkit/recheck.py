"""Repeating a run and comparing every table: the proof that a study can be reproduced."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit.analysis import Tables, analyse
from toolkit.corpus import EARLIER_RUN, Corpus, load_corpus
from toolkit.errors import CheckFailed, InputError
from toolkit.parallel.tasks import Workers
from toolkit.settings import load_study
from toolkit.storage import read_batches, read_table
from toolkit.study import corpus_path
from toolkit.versions import versions

__all__ = ["check_run"]

#: Columns that say when, not what.
_TIMES = ["created"]

Say = Callable[[str], None]


def check_run(
    folder: str | Path, *, workers: Workers = 1, corpus: str | Path | None = None, say: Say | None = None
) -> list[str]:
    """Repeat the study of a run folder and compare all its tables.

    ``corpus``: where the texts are now, if they were moved. Returns one sentence per table that is identical.

    Raises :class:`CheckFailed` with one line per difference: table, row, column and both values; or saying that
    texts or codebook are not the same any more. Time stamps are not compared.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from toolkit import Study, run_study
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder,
    ...     "uno.txt").write_text("Las marcas que escuchan a la gente aprenden de ella.", encoding="utf-8")
    ...     made = run_study(Study(study={"parts": ("words",)}, corpus={"path": folder}), Path(folder, "run"))
    ...     same = check_run(made)
    >>> [line for line in same if line.startswith(("posts", "tokens"))]
    ['posts: 1 rows identical', 'tokens: 11 rows identical']
    """
    folder = Path(folder)
    record = _record_of(folder)
    study = load_study(folder / "study.toml")
    path = corpus or record["corpus"]["path"]
    if record["corpus"].get("bundled") and corpus is None:
        path = ""
    study = study.with_corpus(str(path))
    book = record["codebook"].get("path")
    if book:
        study = study.with_codebook(book)
    texts = load_corpus(corpus_path(study))
    problems = _changed_inputs(record, texts)
    if problems:
        raise CheckFailed("\n".join(problems))
    analysis = analyse(texts, study, workers=workers, keep=False, say=say)
    if analysis.codebook.sha256 != record["codebook"]["sha256"]:
        raise CheckFailed(f"codebook '{analysis.codebook.id}' has changed since the run; results cannot be the same.")
    same, different = [], []
    for name in record["tables"]:
        if name not in analysis.tables:
            different.append(f"{name}: is not made any more (the annotations beside the texts are missing or others).")
            continue
        found, rows = _compared(name, folder / "tables" / f"{name}.parquet", analysis.tables)
        if found is None:
            same.append(f"{name}: {rows:,} rows identical")
        else:
            different.append(found)
    if different:
        now = versions()
        moved = [f"{name} {old} -> {now.get(name)}" for name, old in record["versions"].items() if now.get(name) != old]
        because = [f"Versions differ: {', '.join(moved)}."] if moved else []
        raise CheckFailed("\n".join([*different, *because]))
    return same


def _record_of(folder: Path) -> dict[str, Any]:
    try:
        record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        told = [record["corpus"]["posts"], record["versions"], record["tables"], record["codebook"]]
        paths = [record["corpus"]["path"], record["codebook"]["sha256"], record["codebook"].get("path") or ""]
        if not all(isinstance(one, dict) for one in told) or not all(isinstance(one, str) for one in paths):
            raise TypeError("what it says of corpus, codebook, versions or tables has another form")
    except OSError as error:
        raise InputError(f"{folder}: has no readable run.json; give a folder made by 'toolkit run'.") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        problem = str(error).splitlines()[0][:200]
        raise InputError(f"{folder}/run.json: is damaged ({problem}); it is no record of a run.") from error
    return dict(record)


def _changed_inputs(record: dict[str, Any], corpus: Corpus) -> list[str]:
    """Sentences on texts that are not what they were."""
    old, new = (
        record["corpus"]["posts"],
        dict(zip(corpus.posts["doc_id"], corpus.posts["sha256"], strict=True)),
    )
    problems = [f"posts: '{doc_id}' is missing now." for doc_id in old if doc_id not in new]
    problems += [f"posts: '{doc_id}' is new." for doc_id in new if doc_id not in old]
    problems += [
        f"posts: the text of '{doc_id}' has changed." for doc_id in old if new.get(doc_id, old[doc_id]) != old[doc_id]
    ]
    return problems


def _compared(name: str, path: Path, tables: Tables) -> tuple[str | None, int]:
    """The first difference between a table of the run and one made anew, or None; and the rows that were compared."""
    if tables.held(name):
        old = read_table(path)
        return _difference(name, old, tables[name]), len(old)
    rows = 0
    written = read_batches(path)
    old = next(written, None)
    for new in tables.each(name):
        parts, wanted = [], len(new)
        while old is not None and wanted:
            parts.append(old.iloc[:wanted])
            wanted -= len(parts[-1])
            old = old.iloc[len(parts[-1]) :] if len(old) > len(parts[-1]) else next(written, None)
        before = pd.concat(parts, ignore_index=True) if parts else new.iloc[:0]
        if (found := _difference(name, before, new, rows)) is not None:
            return found, rows
        rows += len(new)
    return (None if old is None else f"{name}: had more than {rows:,} rows, now {rows:,}."), rows


def _difference(name: str, old: pd.DataFrame, new: pd.DataFrame, first: int = 0) -> str | None:
    """The first difference of two tables as a sentence, or None; ``first``: rows of the table before these."""
    old, new = (table.drop(columns=[column for column in _TIMES if column in table]) for table in (old, new))
    if name == "skipped":  # runs made in the corpus folder since then
        old, new = (table[table["reason"] != EARLIER_RUN] for table in (old, new))
    if list(old.columns) != list(new.columns):
        return f"{name}: columns were {', '.join(old.columns)}, now {', '.join(map(str, new.columns))}."
    if len(old) != len(new):
        return f"{name}: had {first + len(old):,} rows, now {first + len(new):,}."
    for column in old.columns:
        a, b = old[column].reset_index(drop=True), new[column].reset_index(drop=True)
        unequal = ~((a == b) | (a.isna() & b.isna()))
        if unequal.any():
            row = int(unequal.to_numpy().argmax())
            return f"{name}, row {first + row + 1}, column '{column}': was {a.iloc[row]!r}, now {b.iloc[row]!r}."
    return None
