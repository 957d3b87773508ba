"""A project as a corpus folder that others can use: texts, annotations, who judged what, every decision, codebook."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit.annotation.projects.project import Project
from toolkit.codebook import codebook_files, codebook_names, load_codebook
from toolkit.corpus import load_corpus
from toolkit.errors import InputError
from toolkit.files import new_folder, write_bytes, write_text
from toolkit.resources import data_file
from toolkit.storage import write_file
from toolkit.tables import CONTRACTS

__all__ = ["export_project"]


def export_project(project: Project, folder: str | Path, *, who: Sequence[str] | None = None) -> Path:
    """Write what people decided into a new folder that needs no annotation project to be read.

    ``annotations.csv`` and ``.jsonl`` (annotations table, all codes that stand), ``judged.csv`` (which items each
    person marked as done: without a code they take none), ``decisions.csv`` (every decision, undone ones too;
    ``decisions/`` has the logs themselves), ``items.csv``, ``texts/``, ``codebook/``, ``guidelines/``, ``README.md``.
    Where items are sentences also ``annotations/`` as :func:`toolkit.corpus.human_annotations` reads it: the posts of
    which a person marked all items as done. What that form cannot hold is listed in the README and stands in the
    tables above.

    ``who``: coders and curators to export; default: all who decided something. Returns the folder.

    Raises :class:`InputError` for unknown people, a folder that is not empty, and a project without decisions;
    :class:`OutputError` if the folder cannot be written.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.annotation import create_project, export_project, import_annotations
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "",
    ...     "text": "Las marcas escuchan. La gente habla."})
    >>> given = pd.DataFrame({"doc_id": ["a"], "start": 0, "end": 20, "quote": "Las marcas escuchan.",
    ...     "stance": "endorses", "codebook": "groundswell", "code": "listening", "coder": "first", "kind": "human"})
    >>> with TemporaryDirectory() as folder:
    ...     project = create_project(Path(folder, "work"), posts, coders=["first", "second"], codebook="groundswell")
    ...     _ = import_annotations(project, "first", given, project.items)
    ...     sorted(path.name for path in export_project(project, Path(folder, "out")).iterdir() if path.suffix)
    ['README.md', 'annotations.csv', 'annotations.jsonl', 'decisions.csv', 'items.csv', 'judged.csv']
    """
    target = Path(folder)
    people = [one for one in (*project.coders, *project.curators) if project.lines(one)]
    people = people if who is None else list(dict.fromkeys(who))
    if not people:
        raise InputError(f"{project.folder}: nobody has decided anything yet; there is nothing to export.")
    codings = pd.concat([project.annotations(one) for one in people], ignore_index=True)
    judged = pd.concat([project.judged(one) for one in people], ignore_index=True)
    decisions = pd.concat([project.decisions(one) for one in people], ignore_index=True)
    with new_folder(target) as part:
        changed = _write_texts(project, part)
        for name in ("csv", "jsonl"):
            write_file(codings, part / f"annotations.{name}")
        write_file(judged, part / "judged.csv")
        write_file(decisions.astype({"start": "Int64", "end": "Int64"}), part / "decisions.csv")
        for one in people:
            # the lines themselves: a table has no place for all parts of a batch
            write_bytes(part / "decisions" / f"{one}.jsonl", _log(project, one))
        write_file(project.items, part / "items.csv")
        if len(project.furniture):
            write_file(project.furniture, part / "furniture.csv")
        for path in codebook_files(project.codebook.path):
            write_bytes(part / "codebook" / path.name, path.read_bytes())
        for path in sorted((project.folder / "guidelines").glob("*.md")):
            write_bytes(part / "guidelines" / path.name, path.read_bytes())
        left_out = _write_finished(project, people, codings, judged, changed, part / "annotations")
        write_text(part / "README.md", _readme(project, people, codings, judged, decisions, left_out))
    return target


def _log(project: Project, who: str) -> bytes:
    path = project.log_path(who)
    return path.read_bytes() if path.exists() else b""


def _write_texts(project: Project, folder: Path) -> set[str]:
    """The posts; returns those that cannot be read back as they are (halves of surrogate pairs, texts of nothing)."""
    posts = project.posts[[name for name in CONTRACTS["posts"] if name not in ("source", "sha256")]]
    write_file(posts, folder / "texts" / "texts.jsonl")
    try:
        back = load_corpus(folder, progress=False).posts
    except InputError:
        return set(project.texts)
    read = dict(zip(back["doc_id"], back["text"], strict=True))
    return {doc_id for doc_id, text in project.texts.items() if read.get(doc_id) != text}


def _write_finished(
    project: Project,
    people: Sequence[str],
    codings: pd.DataFrame,
    judged: pd.DataFrame,
    changed: set[str],
    folder: Path,
) -> list[str]:
    """Annotations of finished posts in the form of a corpus; returns what it cannot hold, a sentence each."""
    if project.unit != "sentence":
        return [
            f"Items are of the unit '{project.unit}': the folder `annotations/` holds sentences only, and is left out."
        ]
    book = project.codebook
    said = (
        [f"The text of {_some(changed)} cannot be read back unchanged from a file, and is left out."] if changed else []
    )
    known = load_codebook(book.id).code_ids if book.id in codebook_names() else None
    per_post = project.items.groupby("doc_id", sort=False).size()
    coverage: list[tuple[str, str, str]] = []
    for one in people:
        if not re.fullmatch(r"\w[\w.-]*", one):
            said.append(f"{one}: cannot be part of the name of a file there.")
            continue
        mine, done = codings[codings["coder"] == one], judged[judged["coder"] == one].groupby("doc_id").size()
        finished = {doc_id for doc_id, count in per_post.items() if done.get(doc_id, 0) == count} - changed
        begun = (set(mine["doc_id"]) | set(done.index)) - finished - changed
        if begun:
            said.append(f"{one} has not marked all items as done in {_some(begun)}.")
        if known is not None:
            odd = mine[~mine["code"].isin(known) | mine["stance"].isna()]
            strange = set(odd["doc_id"]) & finished
            if strange:
                why = f"codes that the bundled codebook '{book.id}' does not have, or without a stance"
                said.append(f"{one}: {_some(strange)} with {why}.")
            finished -= strange
        rows = mine[mine["doc_id"].isin(finished)].reset_index(drop=True)
        if finished and rows.empty:
            said.append(f"{one} went through {_some(finished)} and gave no code: see judged.csv.")
        elif finished:
            coverage += [(book.id, one, doc_id) for doc_id in per_post.index if doc_id in finished]
            for name in ("jsonl", "csv"):
                write_file(rows, folder / f"{book.id}_{one}.{name}")
    if not coverage:
        return [*said, "Nobody has finished a post with a code in it: the folder `annotations/` is left out."]
    table = pd.DataFrame(coverage, columns=["codebook", "coder", "doc_id"])
    write_file(table, folder / "coverage.csv")
    units = project.items[project.items["doc_id"].isin(table["doc_id"])][["doc_id", "start", "end"]]
    write_file(units.sort_values(["doc_id", "start"]).reset_index(drop=True), folder / "sentences.jsonl")
    return said


def _some(names: set[str]) -> str:
    """How many posts, and which."""
    shown = sorted(names)
    listed = ", ".join(f"`{name}`" for name in shown[:5]) + (" and others" if len(shown) > 5 else "")
    return f"{len(shown)} {'post' if len(shown) == 1 else 'posts'} ({listed})"


def _readme(
    project: Project,
    people: Sequence[str],
    codings: pd.DataFrame,
    judged: pd.DataFrame,
    decisions: pd.DataFrame,
    left_out: Sequence[str],
) -> str:
    book, settings = project.codebook, project.settings
    rows = []
    for one in people:
        role = "curator" if one in project.curators else "coder"
        rows.append(
            f"| {one} | {role} | {' | '.join(str(_count(table, one)) for table in (judged, codings, decisions))} |"
        )
    fill: dict[str, Any] = {
        "title": " ".join(settings.title.split()),
        "project": settings.id,
        "created": settings.created,
        "toolkit": settings.toolkit,
        "texts": len(project.posts),
        "items": len(project.items),
        "unit": project.unit,
        "codebook": f"{book.id} {book.version}",
        "sha256": book.sha256,
        "versions": ", ".join(frozen.version for frozen in settings.codebooks),
        "assignment": f"{settings.assignment.how}, order {settings.assignment.order}, seed {settings.assignment.seed}",
        "blind": "yes" if settings.blind else "no",
        "suggestions": f"yes, by {', '.join(settings.suggestions['by'])}" if settings.suggestions else "no",
        "people": "\n".join(rows),
        "left_out": "\n".join(f"- {line}" for line in left_out) or "Nothing.",
    }
    text = data_file("annotation", "export_readme.md").read_text(encoding="utf-8")
    return re.sub(r"\{(\w+)\}", lambda match: str(fill[match[1]]), text)


def _count(table: pd.DataFrame, who: str) -> int:
    return int((table["coder"] == who).sum())
