"""Codings that were made elsewhere, brought into a project as decisions of one of its coders."""

from collections.abc import Collection
from typing import Any

import pandas as pd

from toolkit.annotation.projects.project import Project
from toolkit.annotation.session import Session
from toolkit.errors import InputError
from toolkit.tables import check

__all__ = ["import_annotations"]


def import_annotations(
    project: Project,
    coder: str,
    annotations: pd.DataFrame,
    judged: pd.DataFrame | None = None,
    *,
    source: str = "annotations table",
    replace_in: Collection[str] = (),
    take_over: bool = False,
) -> pd.DataFrame:
    """Take the codings of one person into a project, as one step of that coder (or curator) which undo takes back.

    Parameters
    ----------
    annotations : annotations table of one person; rows of other texts and of other codebooks are left out. The times
        of the codings become those of the import.
    judged : judged table (``coder`` may be missing): what the person went through to the end. Items that lie in it are
        marked as done (so where an item is a whole text, that must have been judged as a whole), but for those over
        which a coding lies that could not be taken in. Without it, items with a code are.
    source : where they come from; it stands in the log.
    replace_in : texts that ``annotations`` hold whole: what the coder has in them and ``annotations`` do not is taken
        out in the same step, but for texts of which a row could not be taken in.

    Returns
    -------
    pandas.DataFrame
        what could not be taken in, with ``reason``: rows of other texts or codebooks, codes of a machine (they can be
        shown as suggestions: ``create_project``), places that are no item, rows that give a code at a place again with
        another stance or note (the first is taken).

    Raises
    ------
    InputError
        for tables that break their contract, quotes that are not the text, several coders, codes the codebook does not
        have; nothing is taken in then.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.annotation import create_project, import_annotations
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "",
    ...     "text": "Las marcas escuchan. La gente habla."})
    >>> given = pd.DataFrame({"doc_id": ["a"], "start": 0, "end": 20, "quote": "Las marcas escuchan.",
    ...     "stance": "endorses", "codebook": "groundswell", "code": "listening", "coder": "first", "kind": "human"})
    >>> with TemporaryDirectory() as folder:
    ...     project = create_project(Path(folder, "work"), posts, coders=["first", "second"], codebook="groundswell")
    ...     left = import_annotations(project, "first", given, project.items)  # all items were gone through
    ...     len(left), len(project.annotations("first")), len(project.judged("first"))
    (0, 1, 2)
    """
    table = check("annotations", annotations).reset_index(drop=True)
    if table["coder"].nunique() > 1:
        names = ", ".join(sorted(set(table["coder"])))
        raise InputError(f"annotations: holds several coders ({names}); bring them in one by one.")
    reason = pd.Series([""] * len(table), dtype="str")
    reason[~table["doc_id"].isin(list(project.texts))] = "no text of the project"
    reason[table["codebook"] != project.codebook.id] = f"not of codebook '{project.codebook.id}'"
    reason[table["kind"] == "machine"] = "given by a machine, no decision of a person"
    mine = check("annotations", table[reason == ""], project.texts).set_index(table.index[reason == ""])
    items = _Items(project)
    given: dict[str, list[dict[str, Any]]] = {}
    first: dict[tuple[Any, ...], dict[str, Any]] = {}
    for number, row in mine.iterrows():
        item = items.of(row["doc_id"], int(row["start"]), int(row["end"]))
        if item is None:
            reason[number] = f"no {project.unit} of the project"
            continue
        decision = _decision(item, row)
        key = tuple(row[name] for name in ("doc_id", "start", "end", "code"))
        if first.setdefault(key, decision) is decision:
            given.setdefault(item, []).append(decision)
        elif first[key] != decision:
            reason[number] = "this code stands at this place already, of another row of the table"
    done = set(given) if judged is None else items.inside(judged) - items.touched(mine[reason[mine.index] != ""])
    changes: list[dict[str, Any]] = []
    gone = _removals(project, coder, items, mine, set(replace_in) - set(table["doc_id"][reason != ""]))
    for item in project.items["item"]:
        changes += gone.get(item, [])
        changes += given.get(item, [])
        if item in done:
            changes.append({"do": "done", "item": item})
    if changes:
        role = "curator" if coder in project.curators else "coder"
        everything = project.items["item"].tolist()
        session = Session(project, coder, role=role, queue=everything, take_over=take_over)
        try:
            session.decide({"do": "batch", "source": source, "changes": changes})
        finally:
            session.close()
    return table.assign(reason=reason)[reason != ""].reset_index(drop=True)


def _removals(
    project: Project, coder: str, items: "_Items", mine: pd.DataFrame, texts: Collection[str]
) -> dict[str, list[dict[str, Any]]]:
    """By item: what takes out the coder's codes in these texts that are not among ``mine``."""
    keys = ["doc_id", "start", "end", "code"]
    there = set(mine[keys].itertuples(index=False, name=None))
    found: dict[str, list[dict[str, Any]]] = {}
    for row in project.annotations(coder)[keys].itertuples(index=False, name=None):
        doc_id, start, end, code = row
        item = items.of(doc_id, int(start), int(end))
        if doc_id in texts and row not in there and item is not None:
            place = {"item": item, "doc_id": doc_id, "start": int(start), "end": int(end)}
            found.setdefault(item, []).append({"do": "remove", **place, "code": code})
    return found


def _decision(item: str, row: pd.Series) -> dict[str, Any]:
    stance, note = (row[name] if isinstance(row[name], str) else None for name in ("stance", "note"))
    places = {"item": item, "doc_id": row["doc_id"], "start": int(row["start"]), "end": int(row["end"])}
    return {"do": "set", **places, "quote": row["quote"], "code": row["code"], "stance": stance, "note": note or ""}


class _Items:
    """Finds items by place: the very place where units are fixed, else the text the place lies in."""

    def __init__(self, project: Project) -> None:
        columns = (project.items[name] for name in ("doc_id", "start", "end"))
        self._places = list(zip(*columns, strict=True))
        self._names = project.items["item"].tolist()
        self._free = project.unit == "span"
        self._exact = dict(zip(self._places, self._names, strict=True))
        self._of_doc = {place[0]: (*place[1:], name) for place, name in zip(self._places, self._names, strict=True)}

    def of(self, doc_id: str, start: int, end: int) -> str | None:
        """The item of a place, or None."""
        if not self._free:
            return self._exact.get((doc_id, start, end))
        low, high, name = self._of_doc.get(doc_id, (0, -1, None))
        return name if low <= start and end <= high else None

    def touched(self, codings: pd.DataFrame) -> set[str]:
        """Items that share a character with one of the codings."""
        spans: dict[str, list[tuple[int, int]]] = {}
        for doc_id, start, end in codings[["doc_id", "start", "end"]].itertuples(index=False, name=None):
            spans.setdefault(doc_id, []).append((start, end))
        return {
            name
            for (doc_id, start, end), name in zip(self._places, self._names, strict=True)
            if any(low < end and start < high for low, high in spans.get(doc_id, []))
        }

    def inside(self, judged: pd.DataFrame) -> set[str]:
        """Items that lie in what was judged."""
        spans: dict[str, list[tuple[int, int]]] = {}
        table = check("judged", judged if "coder" in judged else judged.assign(coder="-"))
        for doc_id, start, end in table[["doc_id", "start", "end"]].itertuples(index=False, name=None):
            spans.setdefault(doc_id, []).append((start, end))
        return {
            name
            for (doc_id, start, end), name in zip(self._places, self._names, strict=True)
            if any(low <= start and end <= high for low, high in spans.get(doc_id, []))
        }
