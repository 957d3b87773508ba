"""Making an annotation project: texts, codebook and guidelines are frozen in a folder, items are given out."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toolkit import __version__
from toolkit.annotation.planning.assignment import assign
from toolkit.annotation.planning.informative import order as order_by_information
from toolkit.annotation.projects.notebooks import write_notebooks
from toolkit.annotation.projects.project import Project, now
from toolkit.annotation.projects.project_file import (
    FORMAT,
    LONGEST_TITLE,
    Assignment,
    Frozen,
    ProjectFile,
    checked_names,
    write_project_file,
)
from toolkit.codebook import Codebook, codebook_files, guidelines, load_codebook
from toolkit.corpus import load_posts, mark_furniture, segment, with_languages
from toolkit.errors import InputError, OutputError, suggestion
from toolkit.files import new_folder, sha256_text, write_bytes, write_text
from toolkit.resources import data_file
from toolkit.storage import write_file
from toolkit.tables import CONTRACTS, check

__all__ = ["create_project", "freeze_codebook", "items_of"]

_UNITS = ("span", "sentence", "paragraph", "document")
_ORDERS = ("given", "random", "informative")
_LANGS = ("es", "it", "en")
_LARGEST_GUIDELINES = 2_000_000


def create_project(
    folder: str | Path,
    corpus: str | Path | pd.DataFrame,
    *,
    coders: Sequence[str],
    codebook: str | Path = "cluetrain",
    unit: str = "sentence",
    items: pd.DataFrame | None = None,
    assignment: str = "all",
    overlap: float = 0.2,
    per_item: int = 2,
    order: str = "given",
    whole_documents: bool = True,
    scores: pd.DataFrame | None = None,
    suggestions: pd.DataFrame | None = None,
    curators: Sequence[str] = ("curator",),
    blind: bool = True,
    stance_required: bool | None = None,
    guidelines_from: str | Path | None = None,
    title: str | None = None,
    lang: str = "en",
    seed: int = 1,
) -> Project:
    """Make an annotation project in a new folder.

    Everything coders need is copied there and never changed again: the texts, the codebook with all its files, the
    guidelines. The folder can be moved, put under git or sent away.

    Parameters
    ----------
    corpus : corpus folder, text file or posts table.
    coders, curators : names; each gets a file of decisions, and the coders a notebook.
    codebook : bundled name or .yaml file.
    unit : what one item is: "sentence" or "paragraph" (page furniture is left out), "document" (codes go to whole
        texts), or "span" (an item is a text in which stretches are chosen freely).
    items : the items to code, for example from :func:`sample`; default: all of the corpus.
    assignment : "all" (everybody codes everything) or "split" (each item to one coder, a share ``overlap`` (0-1) of
        them to ``per_item`` coders, for measuring agreement).
    order : of each queue: "given", "random" (by ``seed``), or "informative" (what the machine is least sure of first;
        needs ``scores``, a scores table).
    whole_documents : the items of a document go to the same coders, and a random order shuffles documents; without,
        single items are given out and shuffled.
    suggestions : annotations table of a machine, shown as suggestions; what becomes of each is recorded. Suggestions
        sway coders: agreement measured with them is not independent.
    blind : coders do not see each other's codings (the widget does not show them; the files are in the folder).
    stance_required : an item cannot be done while a code lacks its stance; default: yes where the codebook has stances.
    guidelines_from : Markdown file, or folder with es.md, it.md, en.md; default: those of cluetrain for it.
    lang : language of the interface and notebooks at first.

    Raises
    ------
    InputError
        for settings that do not fit, names that cannot be names of files, a folder that is not empty, items that are
        not of the corpus, suggestions of another codebook or text.
    OutputError
        if the folder cannot be written.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.annotation import create_project
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "",
    ...     "text": "Las marcas escuchan. La gente habla."})
    >>> with TemporaryDirectory() as folder:
    ...     project = create_project(Path(folder, "work"), posts, coders=["first", "second"], codebook="groundswell")
    ...     project.items[["doc_id", "start", "end", "unit"]], project.coders
    (  doc_id  start  end      unit
    0      a      0   20  sentence
    1      a     21   36  sentence, ['first', 'second'])
    """
    checked_names(coders, curators)
    for what, value, allowed in (("unit", unit, _UNITS), ("order", order, _ORDERS), ("lang", lang, _LANGS)):
        if value not in allowed:
            raise InputError(f"{what} '{value}' is unknown; {suggestion(value, allowed)}")
    if title is not None and not 0 < len(title) <= LONGEST_TITLE:
        raise InputError(f"title: got {len(title)} characters, allowed are 1 to {LONGEST_TITLE}.")
    if not isinstance(seed, int) or not 0 <= seed < 2**31:
        raise InputError(f"seed: got {seed!r}, allowed is a whole number from 0 to 2147483647.")
    if not coders:
        raise InputError("no coder is named; name at least one.")
    if order == "informative" and scores is None:
        raise InputError("order 'informative' needs scores of the machine: give scores=, a scores table.")
    book = load_codebook(codebook)
    posts = _posts(corpus)
    furniture = mark_furniture(posts)
    chosen = items_of(posts, furniture, unit, items)
    posts = posts[posts["doc_id"].isin(chosen["doc_id"])].reset_index(drop=True)
    furniture = furniture[furniture["doc_id"].isin(chosen["doc_id"])].reset_index(drop=True)
    ranking = order_by_information(chosen, scores=scores, unscored="last") if order == "informative" else None
    queues = assign(
        chosen, list(coders), how=assignment, overlap=overlap, per_item=per_item, order=order, ranking=ranking,
        seed=seed, whole_documents=whole_documents,
    )  # fmt: skip
    suggested = _suggestions(suggestions, book, chosen, unit, dict(zip(posts["doc_id"], posts["text"], strict=True)))
    target = Path(folder)
    with new_folder(target) as part:
        frozen = freeze_codebook(book.path, part, since=now())
        settings = ProjectFile(
            format=FORMAT,
            id=secrets.token_hex(6),
            title=title or f"{book.id}: {len(posts)} texts",
            toolkit=__version__,
            created=datetime.now(UTC).strftime("%Y-%m-%d"),
            lang=lang,  # type: ignore[arg-type]
            unit=unit,  # type: ignore[arg-type]
            coders=tuple(coders),
            curators=tuple(curators),
            assignment=Assignment(how=assignment, overlap=float(overlap), per_item=per_item, order=order, seed=seed),  # type: ignore[arg-type]
            blind=blind,
            stance_required=bool(book.stances) if stance_required is None else stance_required,
            codebooks=(frozen,),
            suggestions=_about(suggested),
        )
        write_project_file(part, settings)
        write_file(posts[[*CONTRACTS["posts"]]], part / "texts.jsonl")
        write_file(chosen, part / "items.jsonl")
        write_file(furniture, part / "furniture.jsonl")
        if suggested is not None:
            write_file(suggested, part / "suggestions.jsonl")
        _copy_guidelines(part, book, guidelines_from, lang)
        write_text(part / "README.md", data_file("annotation", "project_readme.md").read_text(encoding="utf-8"))
        # what tells two windows apart, and what a crash left, is of no use elsewhere
        write_text(part / ".gitignore", "*.lock\n*.writer\n.ipynb_checkpoints/\n")
        write_text(part / ".gitattributes", "*.jsonl -text\n")
        Project(part).assign(dict(queues), f"{assignment}, {order}, seed {seed}")
        (part / "decisions").mkdir()
        write_notebooks(part, settings)
    return Project(target)


def freeze_codebook(source: Path, folder: Path, *, since: str) -> Frozen:
    """Copy a codebook with all its files into ``codebook/<version>`` of a project.

    Raises :class:`InputError` if that version is there already with other content.
    """
    book = load_codebook(source)
    place = Path("codebook") / "".join(sign if sign.isalnum() or sign in "._-" else "_" for sign in book.version)
    for file in codebook_files(source):
        target = folder / place / file.name
        if target.exists() and target.read_bytes() != file.read_bytes():
            raise InputError(
                f"{file}: version {book.version} of codebook '{book.id}' is frozen in the project with other content; "
                "give the changed codebook a higher version."
            )
        write_bytes(target, file.read_bytes())
    frozen = folder / place / book.path.name
    return Frozen(
        id=book.id, version=book.version, sha256=load_codebook(frozen).sha256,
        file=(place / frozen.name).as_posix(), since=since,
    )  # fmt: skip


def _posts(corpus: str | Path | pd.DataFrame) -> pd.DataFrame:
    posts = check("posts", corpus) if isinstance(corpus, pd.DataFrame) else load_posts(corpus)
    if not len(posts):
        raise InputError("the corpus has no texts to code.")
    return with_languages(posts).assign(sha256=[sha256_text(text) for text in posts["text"]])


def items_of(
    posts: pd.DataFrame, furniture: pd.DataFrame, unit: str, items: pd.DataFrame | None = None
) -> pd.DataFrame:
    """items table of texts: their passages of the unit outside furniture; or those of them in ``items``.

    Raises :class:`InputError` if nothing is left, or an item is no such passage.

    >>> import pandas as pd
    >>> from toolkit.annotation import items_of
    >>> from toolkit.corpus import mark_furniture
    >>> posts = pd.DataFrame({"doc_id": ["a"], "lang": "es", "sha256": "",
    ...     "text": "Las marcas escuchan. La gente habla."})
    >>> items_of(posts, mark_furniture(posts), "sentence")[["item", "start", "end", "unit"]]
           item  start  end      unit
    0   a:s0-20      0   20  sentence
    1  a:s21-36     21   36  sentence
    """
    passages = segment(posts, furniture, unit=unit if unit in ("sentence", "paragraph") else "document")
    passages = passages[~passages["furniture"]]
    table = pd.DataFrame(
        {
            "item": passages["passage_id"],
            **{column: passages[column] for column in ("doc_id", "start", "end")},
            "unit": unit,
            "lang": passages["lang"],
        }
    )
    if items is not None:
        wanted = check("items", items)
        places = ["doc_id", "start", "end"]
        found = wanted[["item", *places]].merge(table, on=places, suffixes=("_given", ""))
        if len(found) < len(wanted):
            known = set(zip(*(found[column] for column in places), strict=True))
            row = next(row for row in wanted[places].itertuples(index=False, name=None) if tuple(row) not in known)
            raise InputError(
                f"items: '{row[0]}' from {row[1]} to {row[2]} is no {unit} of the corpus; choose the items from this "
                "corpus and unit."
            )
        table = found[table.columns]
    if not len(table):
        raise InputError(f"the corpus has no {unit} to code: all of it is page furniture or empty.")
    return check("items", table)


def _suggestions(
    table: pd.DataFrame | None, book: Codebook, items: pd.DataFrame, unit: str, texts: dict[str, str]
) -> pd.DataFrame | None:
    """The suggestions that can be shown: of this codebook, in these texts, and for fixed units on an item."""
    if table is None:
        return None
    found = check("annotations", table)
    mine = found[(found["codebook"] == book.id) & found["doc_id"].isin(items["doc_id"])]
    unknown = sorted(set(mine["code"]) - set(book.code_ids))
    if unknown:
        raise InputError(f"suggestions: codebook '{book.id}' has no code '{unknown[0]}'.")
    if len(found) and not (found["codebook"] == book.id).any():
        raise InputError(f"suggestions: are of codebook '{found['codebook'].iloc[0]}', the project's is '{book.id}'.")
    if unit != "span":
        places = set(zip(items["doc_id"], items["start"], items["end"], strict=True))
        there = [place in places for place in zip(mine["doc_id"], mine["start"], mine["end"], strict=True)]
        mine = mine[np.array(there, dtype=bool)]
    mine = check("annotations", mine, texts)
    return mine.assign(id=[f"s{number}" for number in range(1, len(mine) + 1)])


def _about(suggested: pd.DataFrame | None) -> dict[str, Any] | None:
    if suggested is None:
        return None
    return {"by": sorted(set(suggested["coder"])), "n": len(suggested)}


def _copy_guidelines(folder: Path, book: Codebook, source: str | Path | None, lang: str) -> None:
    """What coders read, as ``guidelines/<lang>.md``."""
    if source is None:
        if book.id == "cluetrain":
            for name in _LANGS:
                write_text(folder / "guidelines" / f"{name}.md", guidelines(name))
        return
    path = Path(source)
    files = {name: path / f"{name}.md" for name in _LANGS if (path / f"{name}.md").is_file()} if path.is_dir() else {}
    if path.is_file():
        files = {lang: path}
    if not files:
        raise InputError(f"{path}: no guidelines; give a Markdown file, or a folder with es.md, it.md or en.md.")
    for name, file in files.items():
        try:
            if file.stat().st_size > _LARGEST_GUIDELINES:
                raise InputError(
                    f"{file}: is larger than {_LARGEST_GUIDELINES:,} bytes; guidelines are read by people."
                )
            write_text(folder / "guidelines" / f"{name}.md", file.read_text(encoding="utf-8-sig"))
        except UnicodeDecodeError as error:
            raise InputError(f"{file}: not UTF-8 (byte {error.start}); save the file as UTF-8.") from error
        except OSError as error:
            if isinstance(error, OutputError):
                raise
            raise InputError(f"{file}: cannot be read: {error.strerror or error}.") from error
