"""What ``toolkit agreement`` measures: files of any format, an annotation project, or a corpus with annotations."""

import argparse
from typing import TYPE_CHECKING, NamedTuple

from toolkit.cli.arguments import name_argument

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from toolkit.codebook import Codebook

__all__ = [
    "Given",
    "chosen",
    "levels",
    "of_corpus",
    "of_files",
    "of_project",
    "read",
    "stands_alone",
    "texts_and_languages",
]


class Given(NamedTuple):
    """What the inputs hold. ``left_out``: coders that agree with the others by their making. ``notes``: what is to be
    known before a number is quoted."""

    annotations: "pd.DataFrame"
    judged: "pd.DataFrame | None" = None
    texts: dict[str, str] | None = None
    langs: dict[str, str] | None = None
    unit: str = "sentence"
    labels: str = "multiple"
    book: "Codebook | None" = None
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def of_files(files: "Sequence[Path]", book: "Codebook | None", options: argparse.Namespace) -> Given:
    """Annotations from files, one after the other.

    Where each file is of one coder and says which documents it holds, each document of it was judged as a whole; that
    is what freely chosen stretches and whole documents are compared in.
    """
    import pandas as pd

    from toolkit.errors import InputError
    from toolkit.exchange.gather import UNKNOWN_CODEBOOK

    for file in files:
        if sum(other.resolve() == file.resolve() for other in files) > 1:
            raise InputError(f"{file}: is given twice; name each file once.")
    names = _coder_names(files)
    tables = [_annotations(file, book, options.texts, name) for file, name in zip(files, names, strict=True)]
    table = pd.concat([found for found, _ in tables], ignore_index=True)
    texts: dict[str, str] = {}
    for file, (_, of_file) in zip(files, tables, strict=True):
        for doc_id, text in (of_file or {}).items():
            if texts.setdefault(doc_id, text) != text:
                raise InputError(f"{file}: gives the document '{doc_id}' another text than the files before it.")
    notes = []
    named = sorted(set(table["codebook"]) - {UNKNOWN_CODEBOOK})
    taken = book.id if book is not None else named[0] if len(named) == 1 else None
    if taken is not None and (table["codebook"] == UNKNOWN_CODEBOOK).any():
        table["codebook"] = table["codebook"].where(table["codebook"] != UNKNOWN_CODEBOOK, taken)
        notes.append(f"codes of files that name no codebook are taken for those of '{taken}'")
    judged = None
    if options.judged is None and options.unit in ("span", "document"):
        judged = _judged([(found, of_file) for found, of_file in tables])
    if judged is not None:
        notes.append("each file is of one coder: all texts in it count as gone through to the end")
    return Given(
        _of_book(table, book, "--codebook NAME|FILE"),
        judged,
        texts=texts or None,
        left_out=("adjudicated",),
        notes=tuple(notes),
    )


def _judged(tables: "Sequence[tuple[pd.DataFrame, dict[str, str] | None]]") -> "pd.DataFrame | None":
    """Whole documents as judged by the one coder of each file; None where a file has several, or names no documents."""
    import pandas as pd

    rows = []
    for found, texts in tables:
        coders = set(found["coder"])
        if texts is None or len(coders) != 1:
            return None
        rows += [(*coders, doc_id, 0, len(text)) for doc_id, text in texts.items()]
    return pd.DataFrame(rows, columns=["coder", "doc_id", "start", "end"]).drop_duplicates(ignore_index=True)


def stands_alone(folder: "Path") -> bool:
    """A project or a corpus, and not a folder in which a format has a file per document."""
    from toolkit.errors import InputError
    from toolkit.exchange import FORMATS, detect_format

    if (folder / "project.json").is_file() or (folder / "annotations").is_dir() or (folder / "texts").is_dir():
        return True
    try:
        # tables of ours in a folder are named one by one: there may be others beside them
        return FORMATS[detect_format(folder)].own
    except InputError:
        return True


def _coder_names(files: "Sequence[Path]") -> list[str]:
    """What the coder of a file that names none is called: as the file is, or with its folder before it where a file of
    another folder is called so too, as when two people export under the same name."""
    stems = [(file.name or file.resolve().name).removesuffix(file.suffix) for file in files]
    whole = [(file.parent / stem).as_posix() for file, stem in zip(files, stems, strict=True)]
    folders = {stem: {one for one, other in zip(whole, stems, strict=True) if other == stem} for stem in stems}
    return [one if len(folders[stem]) > 1 else stem for one, stem in zip(whole, stems, strict=True)]


def _annotations(
    file: "Path", book: "Codebook | None", texts: "str | None", coder: str
) -> "tuple[pd.DataFrame, dict[str, str] | None]":
    """The annotations of a file of any format; texts by doc_id where the file, or one written with it, holds them.

    ``coder``: who it is of, where it names nobody.
    """
    from toolkit.cli.arguments import say
    from toolkit.converting import loss_lines
    from toolkit.errors import InputError
    from toolkit.exchange import FORMATS, detect_format, read_exchange
    from toolkit.exchange.gather import UNKNOWN_CODER
    from toolkit.printable import printable

    try:
        name = detect_format(file)
    except InputError:
        name = "jsonl"
    what = FORMATS[name]
    codebook = None if book is None else book.id
    if what.own and file.is_file():
        return _own_table(file, name, texts, codebook, coder)
    found = read_exchange(file, texts=texts, codebook=codebook)
    table = found.annotations
    # in folders of files for each person, formats know who they are of
    nobody = table["coder"] == UNKNOWN_CODER
    table = table.assign(coder=table["coder"].mask(nobody, coder))
    for line in (*found.notes, *loss_lines(found.losses)):
        say(printable(f"{file}: {line}"))
    if what.texts:
        return table, _by_id(found.posts)
    return table, _written(file)


def _own_table(
    file: "Path", name: str, texts: "str | None", codebook: "str | None", coder: str
) -> "tuple[pd.DataFrame, dict[str, str] | None]":
    """One of our tables: as it is, or, where a column is missing or the delimiter another, as convert reads it."""
    from toolkit.errors import InputError
    from toolkit.exchange import read_exchange

    own = _written(file)
    try:
        return read(file, "annotations"), own
    except InputError:
        found = read_exchange(file, name, texts=texts, coder=coder, codebook=codebook)
        if found.annotations.empty or (found.losses["kind"] == "refused").any():
            raise
        return found.annotations, own


def _written(file: "Path") -> dict[str, str] | None:
    """The texts that were written with a file."""
    from toolkit.exchange.texts import written_texts

    posts = written_texts(file)
    return None if posts is None else _by_id(posts)


def _by_id(posts: "pd.DataFrame") -> dict[str, str]:
    return dict(zip(posts["doc_id"], posts["text"], strict=True))


def of_project(folder: "Path", book: "Codebook | None", options: argparse.Namespace) -> Given:
    """The coders of an annotation project, and a machine."""
    from pathlib import Path

    import pandas as pd

    from toolkit.annotation import open_project
    from toolkit.annotation.projects.coordination import agreement_material
    from toolkit.errors import InputError

    project = open_project(folder)
    if book is not None and book.id != project.codebook.id:
        raise InputError(f"--codebook: got '{book.id}', the project uses '{project.codebook.id}'; leave it out.")
    if options.judged is not None or options.texts is not None:
        raise InputError("--judged and --texts are for files of annotations; a project holds both, leave them out.")
    machine = None if options.machine is None else read(Path(options.machine), "annotations")
    found = agreement_material(project, machine, options.lang, options.unit)
    # who decides between the others is compared with them only where asked for
    named = [who for who in project.curators if who in (options.coders or ())]
    return Given(
        pd.concat([found.annotations, *map(project.annotations, named)], ignore_index=True),
        pd.concat([found.judged, *map(project.judged, named)], ignore_index=True),
        found.texts,
        found.langs,
        found.unit,
        "multiple" if project.codebook.multi_label else "single",
        project.codebook,
        notes=tuple(found.notes),
    )


def of_corpus(folder: "Path", book: "Codebook | None") -> Given:
    """A corpus with annotations."""
    import pandas as pd

    from toolkit.corpus import human_annotations
    from toolkit.errors import InputError

    if not (folder / "annotations" / "coverage.csv").is_file():
        raise InputError(
            f"{folder}: is neither an annotation project (project.json) nor a corpus with annotations "
            "(annotations/coverage.csv); give one of these, or files of annotations."
        )
    human = human_annotations(folder, None if book is None else book.id)
    annotations = _of_book(human.annotations, book, "--codebook NAME")
    coverage = human.coverage[human.coverage["codebook"].isin(annotations["codebook"])]
    judged = human._replace(coverage=coverage).judged
    texts, langs = texts_and_languages(folder)
    return Given(pd.DataFrame(annotations), judged, texts, langs, left_out=("adjudicated",))


def _of_book(table: "pd.DataFrame", book: "Codebook | None", option: str) -> "pd.DataFrame":
    """The annotations with one codebook."""
    from toolkit.errors import InputError

    there = sorted(set(table["codebook"]))
    if book is None:
        if len(there) > 1:
            raise InputError(
                f"the annotations are with {len(there)} codebooks ({', '.join(there)}); choose by {option}."
            )
        return table
    if book.id not in there:
        raise InputError(f"no annotation is with the codebook '{book.id}'; there are {', '.join(there) or 'none'}.")
    return table[table["codebook"] == book.id].reset_index(drop=True)


def chosen(given: Given, coders: "Sequence[str] | None") -> Given:
    """The coders asked for, or all but those who decided between the others."""
    from toolkit.errors import InputError, suggestion

    tables = [table for table in (given.annotations, given.judged) if table is not None]
    known = sorted({str(name) for table in tables for name in table["coder"]})
    # files may hold names that are not composed
    composed = {name_argument(name): name for name in known}
    coders = None if coders is None else [composed.get(name, name) for name in coders]
    for name in coders or ():
        if name not in known:
            raise InputError(f"--coders: nobody is called '{name}'; {suggestion(name, known)}")
    left = tuple(name for name in given.left_out if name in known and coders is None)
    kept = [name for name in known if name not in left] if coders is None else list(coders)
    own = [table[table["coder"].isin(kept)].reset_index(drop=True) for table in tables]
    return given._replace(annotations=own[0], judged=own[1] if len(own) > 1 else None, left_out=left)


def levels(book: "Codebook | None") -> list[str] | None:
    """The codes of the codebook's one ordered group, from low to high."""
    if book is None:
        return None
    groups = [group.id for group in book.groups if group.ordered]
    codes = [code for code in book.codes if len(groups) == 1 and code.group == groups[0]]
    return [code.id for code in sorted(codes, key=lambda code: code.order or 0)] if len(codes) > 1 else None


def texts_and_languages(source: "str | Path") -> tuple[dict[str, str], dict[str, str]]:
    """Texts and languages by doc_id."""
    from toolkit.corpus import declared_language, language_of_post, load_posts

    posts = load_posts(source)
    texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
    declared = dict(zip(posts["doc_id"], posts["lang"], strict=True))
    langs = {name: declared_language(declared[name]) or language_of_post(text).lang for name, text in texts.items()}
    return texts, {name: lang for name, lang in langs.items() if lang}


def read(file: "Path", name: str) -> "pd.DataFrame":
    """A checked table; in a CSV file of any name a doc_id such as 007 stays what it is."""
    from toolkit.errors import InputError
    from toolkit.storage import read_named
    from toolkit.tables import check

    table = read_named(file, name)
    try:
        return check(name, table)
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
