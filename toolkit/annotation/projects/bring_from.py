"""Annotations of another tool, brought into a project as decisions of one of its coders."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from toolkit.annotation.projects.bring_in import import_annotations
from toolkit.annotation.projects.project import Project
from toolkit.errors import InputError, suggestion
from toolkit.exchange import FORMATS, Exchange, read_exchange
from toolkit.exchange.texts import written_texts

__all__ = ["BroughtIn", "import_exchange"]

_KEYS = ["doc_id", "start", "end", "code"]


class BroughtIn(NamedTuple):
    """What an import did. ``taken, removed``: codes; ``left``: rows that were not taken in, with ``reason``;
    ``losses``: losses table of the file; ``notes``: what else is to be known, a sentence each."""

    taken: int
    removed: int
    left: pd.DataFrame
    losses: pd.DataFrame
    notes: list[str]


def import_exchange(
    project: Project,
    coder: str,
    source: str | Path,
    format: str | None = None,
    *,
    of: Sequence[str] = (),
    replace: bool = False,
    take_over: bool = False,
) -> BroughtIn:
    """Take annotations in any format of :data:`toolkit.exchange.FORMATS` into a project, as one step of a coder.

    Parameters
    ----------
    of : whose annotations of the file, where it holds several coders (default: those of ``coder``).
    replace : also take out what the coder has in texts of the file and the file has not. Texts of which a row could not
        be read or taken in are left as they are.

    Raises
    ------
    InputError
        as :func:`toolkit.exchange.read_exchange` and :func:`import_annotations` do, for people who are not in the file,
        and where nothing could be taken in; nothing is changed then.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.exchange import write_annotations
    >>> from toolkit.annotation import create_project, import_exchange
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "",
    ...     "text": "Las marcas escuchan. La gente habla."})
    >>> given = pd.DataFrame({"doc_id": ["a"], "start": 0, "end": 20, "quote": "Las marcas escuchan.",
    ...     "stance": "endorses", "codebook": "groundswell", "code": "listening", "coder": "first", "kind": "human"})
    >>> with TemporaryDirectory() as folder:
    ...     project = create_project(Path(folder, "work"), posts, coders=["first", "second"], codebook="groundswell")
    ...     losses = write_annotations(given, Path(folder, "brat"), "brat", texts=posts)
    ...     found = import_exchange(project, "second", Path(folder, "brat"), of=["first"])
    ...     found.taken, found.removed, len(found.left)
    (1, 0, 0)
    """
    found = read_exchange(source, format, texts=project.posts, codebook=project.codebook.id)
    if found.annotations.empty:
        raise InputError(f"{source}: nothing could be taken in: no row of it could be read, or it has none.")
    table, notes = _of_coders(found.annotations, coder, of, source)
    notes = [*found.notes, *notes]
    table, other = _of_these_texts(project, table)
    table, double = _once(table)
    before = set(project.annotations(coder)[_KEYS].itertuples(index=False, name=None))
    whole = _texts_of(source, found)
    refused = found.losses[(found.losses["kind"] == "refused") | (found.losses["field"] == "annotation")]
    whole -= {*refused["doc_id"].dropna(), *other["doc_id"], *double["doc_id"]}
    if not replace:
        there = set(table[_KEYS].itertuples(index=False, name=None))
        gone = sum(row not in there for row in before if row[0] in whole)
        if gone:
            notes.append(f"{gone:,} of the decisions of {coder} in these texts stand not in the file, and stay")
    left = import_annotations(
        project,
        coder,
        table,
        source=f"{found.format} {source}",
        replace_in=whole if replace else (),
        take_over=take_over,
    )
    after = set(project.annotations(coder)[_KEYS].itertuples(index=False, name=None))
    left = pd.concat([left, other, double], ignore_index=True)
    if len(table) == len(left) - len(other) - len(double) and before == after:
        reasons = ", ".join(f"{count:,}: {reason}" for reason, count in left["reason"].value_counts().items())
        raise InputError(f"{source}: nothing could be taken in ({reasons}).")
    taken = len(table) - (len(left) - len(other) - len(double))
    return BroughtIn(taken, len(before - after), left, found.losses, notes)


def _of_coders(
    table: pd.DataFrame, coder: str, of: Sequence[str], source: str | Path
) -> tuple[pd.DataFrame, list[str]]:
    """The rows of the people asked for, as of one; and what others have in the file."""
    who = sorted(set(table["coder"]))
    wanted = list(of) or ([coder] if len(who) > 1 else who)
    for name in wanted:
        if name not in who:
            raise InputError(f"{source}: holds no annotations of '{name}'; name one by --of: {suggestion(name, who)}")
    others = table.loc[~table["coder"].isin(wanted), "coder"].value_counts().sort_index()
    notes = [f"left out {count:,}: of '{name}' in the file (--of NAME ...)" for name, count in others.items()]
    return table[table["coder"].isin(wanted)].assign(coder=coder).reset_index(drop=True), notes


def _of_these_texts(project: Project, table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows whose quote is the text of the project, or that are of no text of it; and the others."""
    rows = zip(*(table[key] for key in ("doc_id", "start", "end", "quote")), strict=True)
    fits = pd.Series(
        [
            doc_id not in project.texts or project.texts[doc_id][start:end] == quote
            for doc_id, start, end, quote in rows
        ],
        index=table.index,
        dtype=bool,
    )
    other = table[~fits].assign(reason="the project has another text of this name")
    return table[fits].reset_index(drop=True), other.reset_index(drop=True)


def _once(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Each code at a place once; and the rows that say it again (of several people, or twice of one)."""
    again = table.duplicated(_KEYS)
    double = table[again].assign(reason="this code stands at this place already, of another row of the file")
    return table[~again].reset_index(drop=True), double.reset_index(drop=True)


def _texts_of(source: str | Path, found: Exchange) -> set[str]:
    """The documents that the file holds: all its texts, or those its rows name and those written beside it."""
    if FORMATS[found.format].texts:
        return set(found.posts["doc_id"])
    written = written_texts(Path(source))
    return set(found.annotations["doc_id"]) | (set() if written is None else set(written["doc_id"]))
