"""Annotation projects from files in one call, and what several coders' work comes to without a curator."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from toolkit.analysis.codes import coder_or_weaker
from toolkit.annotation import Project, create_project
from toolkit.annotation.planning.sampling import sample as draw
from toolkit.annotation.projects.create import items_of
from toolkit.annotation.projects.project_file import LONGEST_TITLE, checked_names
from toolkit.codebook import Codebook, load_codebook
from toolkit.corpus import load_corpus, mark_furniture, segment, with_languages
from toolkit.errors import InputError, suggestion
from toolkit.principles import Coding, code_passages
from toolkit.reliability.aggregation import Aggregation, dawid_skene, majority
from toolkit.storage import write_file
from toolkit.tables import check, empty

__all__ = ["Created", "aggregate_project", "aggregated_annotations", "create_from_files"]

_METHODS = ("majority", "dawid-skene")
_FIXED = ("sentence", "paragraph", "document")
_UNITS = ("span", *_FIXED)
_HOW = ("random", "stratified", "uncertainty")
_PLACE = ["doc_id", "start", "end"]


class Created(NamedTuple):
    """The project, and what the person should know about how it was made, a sentence each.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from toolkit.annotating import create_from_files
    >>> with TemporaryDirectory() as folder:
    ...     path, book = Path(folder, "uno.txt"), "groundswell"
    ...     _ = path.write_text("Las marcas escuchan a la gente. La gente habla de ellas.", encoding="utf-8")
    ...     project, said = create_from_files(Path(folder, "work"), path, coders=["first"], codebook=book, sample=1)
    ...     len(project.items), len(said) > 0
    (1, True)
    """

    project: Project
    said: list[str]


def create_from_files(
    folder: str | Path,
    corpus: str | Path | Sequence[str | Path],
    *,
    coders: Sequence[str],
    codebook: str | Path = "cluetrain",
    unit: str = "sentence",
    sample: int | None = None,
    how: str = "random",
    by: Sequence[str] | None = None,
    whole_texts: bool = False,
    suggest: str | None = None,
    order: str = "given",
    seed: int = 1,
    workers: int = 1,
    **settings: Any,
) -> Created:
    """Make an annotation project from texts: read, cut into items, drawn, coded by a machine where that is wanted.

    Parameters
    ----------
    corpus : what :func:`toolkit.corpus.load_corpus` reads.
    sample : how many items to draw (with ``whole_texts``: texts, with all their items); default: all.
    how, by : see :func:`toolkit.annotation.sample`: "random", "stratified" (by columns of the posts or items,
        such as lang, year, genre), "uncertainty" (those the machine is least sure of: no sample that shares or
        agreement could be estimated from). The draw, with the weight of each item, is kept in ``sample.csv``.
    suggest : a method of :func:`toolkit.principles.coder` ("hybrid", "cues", ...) whose codes are shown as
        suggestions. Coders are swayed by them.
    order : "given", "random", or "informative": first what the machine (``suggest``, or else "hybrid") is least sure
        of.
    **settings : the other settings of :func:`toolkit.annotation.create_project`.

    Raises
    ------
    InputError
        for files and settings that cannot be used; nothing is made then.
    OutputError
        if the folder cannot be written.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from toolkit.annotating import create_from_files
    >>> with TemporaryDirectory() as folder:
    ...     path, book = Path(folder, "uno.txt"), "groundswell"
    ...     _ = path.write_text("Las marcas escuchan a la gente. La gente habla de ellas.", encoding="utf-8")
    ...     made = create_from_files(Path(folder, "work"), path, coders=["first", "second"], codebook=book)
    ...     made.project.coders, len(made.project.items)
    (['first', 'second'], 2)
    """
    for what, value, allowed in (("unit", unit, _UNITS), ("how", how, _HOW)):
        if value not in allowed:
            raise InputError(f"{what} '{value}' is unknown; {suggestion(value, allowed)}")
    title = settings.get("title")
    if title is not None and not 0 < len(title) <= LONGEST_TITLE:
        raise InputError(f"title: got {len(title):,} characters, allowed are 1 to {LONGEST_TITLE}.")
    if sample is None and (how != "random" or by or whole_texts):
        raise InputError("how, by and whole_texts say how a sample is drawn; say how many items (sample), too.")
    if sample is not None and (how == "stratified") != bool(by):
        raise InputError("a stratified sample needs the columns to stratify by, and only that takes them (how, by).")
    if how == "uncertainty" and whole_texts:
        raise InputError("by uncertainty single items are chosen, not whole texts; leave one of the two out.")
    checked_names(coders, settings.get("curators", ()))
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        # said before the texts are read and coded, which may take long
        raise InputError(f"{target}: is not empty; give a new folder.")
    book = load_codebook(codebook)
    loaded = load_corpus(corpus)
    posts, said = with_languages(loaded.posts), list[str]()
    furniture = mark_furniture(posts)
    items = items_of(posts, furniture, unit)
    if sample is not None:
        _check_sample(sample, by or (), posts, items, whole_texts)
    coding: Coding | None = None
    if how == "uncertainty" and sample is not None:
        coding, said = _coded(posts, items, furniture, book, unit, suggest or "hybrid", workers)
    drawn = None
    if sample is not None:
        scores = None if coding is None else coding.scores
        drawn = draw(
            items, sample, how, by=list(by) if by else None, posts=posts, scores=scores, seed=seed,
            whole_documents=whole_texts,
        )  # fmt: skip
        items = drawn[items.columns]
    if coding is None and (suggest is not None or order == "informative"):
        coding, said = _coded(posts, items, furniture, book, unit, suggest or "hybrid", workers)
    project = create_project(
        target, posts, coders=coders, codebook=codebook, unit=unit, items=None if sample is None else items,
        order=order, scores=coding.scores if coding is not None and order == "informative" else None,
        suggestions=coding.annotations if coding is not None and suggest is not None else None, seed=seed, **settings,
    )  # fmt: skip
    if drawn is not None:
        write_file(drawn, target / "sample.csv")
        said = [*said, f"drawn: {len(items):,} items ({how}, seed {seed}); weights are in {target / 'sample.csv'}"]
    said += [f"{row['source']}: {row['reason']}" for row in loaded.skipped.to_dict("records")]
    return Created(project, said)


def aggregate_project(project: Project, method: str = "majority") -> Aggregation:
    """What the coders (without curators) of a project come to: ``aggregated``, ``coder_errors``, ``notes``.

    ``method``: "majority" or "dawid-skene"; see :mod:`toolkit.reliability.aggregation`. Items not marked as done count
    as not judged. Where stretches are chosen freely, the codes of whole texts are put together.

    Raises :class:`InputError` for an unknown method, and while fewer than two coders have marked items as done.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.annotating import aggregate_project
    >>> from toolkit.annotation import create_project, import_annotations
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "",
    ...     "text": "Las marcas escuchan. La gente habla."})
    >>> given = pd.DataFrame({"doc_id": ["a"], "start": 0, "end": 20, "quote": "Las marcas escuchan.",
    ...     "stance": "endorses", "codebook": "groundswell", "code": "listening", "coder": "first", "kind": "human"})
    >>> with TemporaryDirectory() as folder:
    ...     project = create_project(Path(folder, "work"), posts, coders=["first", "second"], codebook="groundswell")
    ...     for who in project.coders:
    ...         _ = import_annotations(project, who, given.assign(coder=who), project.items)
    ...     found = aggregate_project(project)
    >>> found.aggregated[["code", "probability", "decided", "coders"]]
            code  probability  decided  coders
    0  listening          1.0     True       2
    """
    if method not in _METHODS:
        raise InputError(f"method '{method}' is unknown; {suggestion(method, _METHODS)}")
    judged = project.judged()
    busy = sorted(set(judged["coder"]))
    if len(busy) < 2:
        who = f"only {busy[0]} has" if busy else "nobody has"
        raise InputError(f"{who} marked items as done yet; the codings of two or more coders can be put together.")
    # codes on items that are still open are not decided on yet
    codings = project.annotations()
    finished = {
        (who, item) for who in busy for item, found in project.state(who).items.items() if found.status == "done"
    }
    item = codings["evidence"].map(lambda text: json.loads(text)["item"]) if len(codings) else codings["evidence"]
    done = np.array([pair in finished for pair in zip(codings["coder"], item, strict=True)], dtype=bool)
    put_together = majority if method == "majority" else dawid_skene
    return put_together(
        codings[done].reset_index(drop=True),
        judged,
        project.codebook.code_ids,
        unit="document" if project.unit in ("span", "document") else "sentence",
        # where stretches take one code each, a whole text takes those of all its stretches
        labels="multiple" if project.codebook.multi_label or project.unit == "span" else "single",
    )


def aggregated_annotations(project: Project, found: Aggregation, method: str) -> pd.DataFrame:
    """The decided codes of :func:`aggregate_project` as annotations table.

    ``kind`` is "machine" and ``coder`` the method, "machine:majority" or "machine:dawid-skene": no person decided
    this, and it shall never count as one beside those it was made from. ``score`` is the probability, ``evidence``
    JSON: probability, coders (how many judged it), stance_probability.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.annotating import aggregate_project, aggregated_annotations
    >>> from toolkit.annotation import create_project, import_annotations
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "",
    ...     "text": "Las marcas escuchan. La gente habla."})
    >>> given = pd.DataFrame({"doc_id": ["a"], "start": 0, "end": 20, "quote": "Las marcas escuchan.",
    ...     "stance": "endorses", "codebook": "groundswell", "code": "listening", "coder": "first", "kind": "human"})
    >>> with TemporaryDirectory() as folder:
    ...     project = create_project(Path(folder, "work"), posts, coders=["first", "second"], codebook="groundswell")
    ...     for who in project.coders:
    ...         _ = import_annotations(project, who, given.assign(coder=who), project.items)
    ...     table = aggregated_annotations(project, aggregate_project(project), "majority")
    >>> table[["quote", "code", "stance", "coder", "kind"]]
                      quote       code    stance             coder     kind
    0  Las marcas escuchan.  listening  endorses  machine:majority  machine
    """
    decided = found.aggregated[found.aggregated["decided"]]
    if not len(decided):
        return empty("annotations")
    book, created = project.codebook, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    rows = [
        {
            **{name: row[name] for name in _PLACE},
            "quote": project.texts[row["doc_id"]][row["start"] : row["end"]],
            "codebook": book.id, "codebook_version": book.version, "code": row["code"],
            "stance": row["stance"] if isinstance(row["stance"], str) else None,
            "coder": f"machine:{method}", "kind": "machine", "score": row["probability"],
            "evidence": json.dumps(
                {
                    "probability": row["probability"], "coders": row["coders"],
                    "stance_probability": None if pd.isna(row["stance_probability"]) else row["stance_probability"],
                }
            ),
            "created": created, "note": None,
        }
        for row in decided.to_dict("records")
    ]  # fmt: skip
    return check("annotations", pd.DataFrame(rows), project.texts)


def _check_sample(sample: int, by: Sequence[str], posts: pd.DataFrame, items: pd.DataFrame, whole_texts: bool) -> None:
    """Refuse what cannot be drawn before anything is coded, which may take long."""
    there = items["doc_id"].nunique() if whole_texts else len(items)
    if not 1 <= sample <= there:
        what = "texts" if whole_texts else "items"
        raise InputError(f"sample: got {sample:,}, allowed is 1 to {there:,}: so many {what} there are.")
    # "year" is made of the date
    known = {*map(str, posts), *map(str, items), "year"} - {"item", *_PLACE, "text", "sha256"}
    for column in by:
        if column not in known:
            raise InputError(f"by: the texts have no column '{column}'; {suggestion(column, known)}")


def _coded(
    posts: pd.DataFrame,
    items: pd.DataFrame,
    furniture: pd.DataFrame,
    book: Codebook,
    unit: str,
    method: str,
    workers: int,
) -> tuple[Coding, list[str]]:
    """What a machine makes of the texts of these items. Free stretches are suggested sentence by sentence."""
    mine = posts[posts["doc_id"].isin(items["doc_id"])].reset_index(drop=True)
    beside = furniture[furniture["doc_id"].isin(mine["doc_id"])].reset_index(drop=True)
    passages = segment(mine, beside, unit=unit if unit in _FIXED else "sentence")
    used, weaker = coder_or_weaker(book, method)
    coding = code_passages(mine, passages, book, method=used, furniture=beside, every_language=True, workers=workers)
    said = [f"suggestions and scores: {used.name}"] + ([weaker] if weaker else [])
    return coding, said
