"""Annotations of any kind of source to any format: the command ``toolkit convert``."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from toolkit.annotation import Project, open_project
from toolkit.codebook import Codebook, codebook_names, load_codebook
from toolkit.corpus import human_annotations, load_posts
from toolkit.errors import InputError
from toolkit.exchange import read_exchange, write_annotations
from toolkit.exchange.codebooks.draft import ids_of
from toolkit.exchange.codebooks.registry import read_codebook, write_codebook, write_codebook_yaml
from toolkit.exchange.gather import UNKNOWN_CODEBOOK, losses_table
from toolkit.exchange.model import Loss
from toolkit.printable import counted
from toolkit.storage import read_table
from toolkit.tables import empty

__all__ = ["Annotated", "annotated", "convert", "convert_codebook", "loss_lines", "with_codes_of"]


class Annotated(NamedTuple):
    """Annotations with their texts: ``what`` says where they come from, ``losses`` what could not be read, ``notes``
    where texts were found and what could not be proved.

    >>> import toolkit
    >>> from toolkit.converting import annotated
    >>> found = annotated(toolkit.bundled_corpus())
    >>> found.what, len(found.posts), len(found.losses)
    ('corpus', 120, 0)
    """

    annotations: pd.DataFrame
    posts: pd.DataFrame
    losses: pd.DataFrame
    what: str
    codebook: Codebook | None = None
    notes: tuple[str, ...] = ()


def annotated(
    source: str | Path,
    format: str | None = None,
    *,
    texts: str | Path | None = None,
    layers: Sequence[str] = (),
    coder: str | None = None,
    codebook: str | None = None,
) -> Annotated:
    """The annotations of an annotation project (all that coders and curators decided), a corpus with annotations, the
    folder of a run (what the machine coded), or a file or folder of any exchange format.

    Parameters as in :func:`toolkit.exchange.read_exchange`; projects, corpora and runs take none of them.

    Raises :class:`InputError` as that function does, and for choices that the source does not take.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a.txt").write_text("Escuchan poco.", encoding="utf-8")
    ...     _ = Path(folder, "a.ann").write_text("T1\\tlistening 0 8\\tEscuchan\\n", encoding="utf-8")
    ...     found = annotated(folder, coder="first", codebook="cluetrain")
    >>> found.what, found.codebook, found.annotations["quote"].tolist()
    ('brat', <codebook cluetrain 1.1.0: 14 codes>, ['Escuchan'])
    """
    folder = Path(source)
    kind = _kind(folder)
    if format is None and kind is not None:
        chosen = {"texts": texts, "layers": layers, "coder": coder}
        named = [name for name, value in chosen.items() if value]
        if named:
            raise InputError(f"{source}: is {kind}, for which '{named[0]}' cannot be chosen; leave it out.")
        return _READERS[kind](folder)
    found = read_exchange(folder, format, texts=texts, layers=list(layers), coder=coder, codebook=codebook)
    return Annotated(
        found.annotations, found.posts, found.losses, found.format, _bundled(found.annotations), found.notes
    )


def convert(
    source: str | Path,
    target: str | Path,
    *,
    format: str | None = None,
    to: str | None = None,
    texts: str | Path | None = None,
    layers: Sequence[str] = (),
    coder: str | None = None,
    codebook: str | Path | None = None,
) -> tuple[list[str], pd.DataFrame]:
    """Read annotations from one format and write them in another.

    Parameters
    ----------
    source, format, texts, layers, coder : see :func:`annotated`.
    target, to : see :func:`toolkit.exchange.write_annotations`.
    codebook : names and definitions of the codes for the target, and the codebook of annotations that name none;
        default: the bundled one that the annotations name.

    Returns
    -------
    tuple
        what was read and written, a line each; the losses table of both ways, with ``way`` ("read", "written").

    Raises
    ------
    InputError
        as those functions do, and where nothing at all could be read.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a.txt").write_text("Escuchan poco.", encoding="utf-8")
    ...     _ = Path(folder, "a.ann").write_text("T1\\tlistening 0 8\\tEscuchan\\n", encoding="utf-8")
    ...     lines, losses = convert(Path(folder, "a.ann"), Path(folder, "a.csv"))
    ...     Path(folder, "a.csv").exists(), lines[-1].split(": ")[-1], len(losses)
    (True, '1 annotation', 0)
    """
    book = load_codebook(codebook) if codebook is not None else None
    name = None if book is None else book.id
    found = annotated(source, format, texts=texts, layers=layers, coder=coder, codebook=name)
    refused = found.losses[found.losses["kind"] == "refused"]
    if found.annotations.empty and len(refused):
        first = refused.iloc[0]
        place = f" ({first['place']})" if isinstance(first["place"], str) else ""
        raise InputError(
            f"{source}: all {len(refused):,} annotations were refused and nothing was written; the first{place}: "
            f"{first['reason']}."
        )
    if book is not None:
        table, renamed = with_codes_of(found.annotations, book)
        found = found._replace(annotations=table, losses=pd.concat([found.losses, renamed], ignore_index=True))
    lost = write_annotations(found.annotations, target, to, texts=found.posts, codebook=book or found.codebook)
    gone = int(((lost["field"] == "annotation") & (lost["kind"] == "lost")).sum())
    read = f"{counted(len(found.annotations), 'annotation')} of {counted(len(found.posts), 'document')}"
    lines = [
        f"Read:    {source} ({found.what}): {read}",
        *(f"Note:    {note}" for note in found.notes),
        f"Written: {target}: {counted(len(found.annotations) - gone, 'annotation')}",
    ]
    losses = pd.concat([found.losses.assign(way="read"), lost.assign(way="written")], ignore_index=True)
    return lines, losses


def with_codes_of(annotations: pd.DataFrame, book: Codebook) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Annotations with the ids of a codebook for codes that it has under a name, or that are an id but for capitals,
    blanks and signs ("PER" for per); and the losses table that says which. Only codes of no or of this codebook.

    >>> import pandas as pd
    >>> from toolkit.codebook import load_codebook
    >>> given = pd.DataFrame({"codebook": "imported", "code": ["Escuchar", "TALKING", "other"]})
    >>> table, losses = with_codes_of(given, load_codebook("groundswell"))
    >>> table["code"].tolist(), losses["kind"].tolist()
    (['listening', 'talking', 'other'], ['changed', 'changed'])
    """
    ids = set(book.code_ids)
    names: dict[str, set[str]] = {}
    for code in book.codes:
        for name in code.name.values():
            names.setdefault(name, set()).add(code.id)
    given = annotations["code"].astype("str")
    concerned = annotations["codebook"].isin([book.id, UNKNOWN_CODEBOOK])
    new: dict[str, str] = {}
    losses = []
    for code, count in given[concerned].value_counts(sort=False).items():
        found = names.get(str(code), set()) or {ids_of([str(code)])[0]} & ids
        if code not in ids and len(found) == 1:
            (new[str(code)],) = found
            said = f"{int(count):,} annotations"
            losses.append(Loss("changed", "code", f"the codebook has it as '{new[str(code)]}'", code=code, value=said))
    codes = given.map(lambda code: new.get(code, code)).where(concerned, given)
    return annotations.assign(code=codes.astype("str")), losses_table(losses)


def convert_codebook(
    source: str | Path,
    target: str | Path,
    *,
    format: str | None = None,
    to: str | None = None,
    lang: str | None = None,
) -> tuple[str, pd.DataFrame]:
    """Read a codebook of ours (bundled name or .yaml) or of another tool, and write it for another, or as ours.

    ``lang``: the language written, for tools that know one only (default English, else the codebook's first); and that
    of a codebook read that does not say it. Returns a line on what was written, and the losses table of both ways.

    Raises :class:`InputError` as :func:`toolkit.exchange.codebooks.registry.read_codebook` and
    :func:`~toolkit.exchange.codebooks.registry.write_codebook` do.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     line, losses = convert_codebook("groundswell", Path(folder, "groundswell.qdc"), lang="it")
    >>> line.split(": ")[-1], losses["kind"].unique().tolist()
    ('codebook groundswell 1.1.0, 5 codes', ['lost'])
    """
    name, endings = str(source), (".yaml", ".yml")
    ours = format == "yaml" or (format is None and (name in codebook_names() or name.lower().endswith(endings)))
    losses: list[Loss] = []
    with tempfile.TemporaryDirectory(prefix="toolkit-") as folder:
        if ours:
            book = load_codebook(source)
        else:
            draft = read_codebook(Path(source), format)
            losses += draft.losses
            losses += write_codebook_yaml(draft, Path(folder) / "codebook.yaml", lang)
            book = load_codebook(Path(folder) / "codebook.yaml")
        language = lang or ("en" if "en" in book.languages else book.languages[0])
        losses += write_codebook(book, Path(target), to, language)
    line = f"Written: {target}: codebook {book.id} {book.version}, {counted(len(book.codes), 'code')}"
    return line, losses_table(losses)


def loss_lines(losses: pd.DataFrame) -> list[str]:
    """The losses for a reader, a line for each reason: of what, how many, and the first as an example.

    >>> import pandas as pd
    >>> row = {"kind": "lost", "field": "note", "reason": "the format has no place for it", "doc_id": "a"}
    >>> loss_lines(pd.DataFrame([row, row], columns=["kind", "field", "reason", "place", "doc_id", "value"]))
    ['lost 2 x note: the format has no place for it (a)']
    """
    lines = []
    for (kind, reason), part in losses.groupby(["kind", "reason"], sort=False):
        counts = part["field"].value_counts(sort=False)
        fields = ", ".join(f"{count:,} x {field}" for field, count in counts.items())
        said = [part.iloc[0][name] for name in ("place", "doc_id", "value")]
        place, value = next((one for one in said[:2] if isinstance(one, str)), None), said[2]
        example = ": ".join(one for one in (place, value) if isinstance(one, str)) if len(counts) == 1 else place
        lines.append(f"{kind} {fields}: {reason}" + (f" ({example[:100]})" if example else ""))
    return lines


def _kind(folder: Path) -> str | None:
    """What a folder is that is no exchange format."""
    if (folder / "project.json").is_file():
        return "an annotation project"
    if (folder / "annotations" / "coverage.csv").is_file():
        return "a corpus with annotations"
    if (folder / "run.json").is_file() and (folder / "tables" / "annotations.parquet").is_file():
        return "a run"
    return None


def _project(folder: Path) -> Annotated:
    project = open_project(folder)
    people = [one for one in (*project.coders, *project.curators) if project.lines(one)]
    tables = [project.annotations(one) for one in people]
    table = pd.concat(tables, ignore_index=True) if tables else empty("annotations")
    return Annotated(table, project.posts, _left_in(project, people), "annotation project", project.codebook)


def _left_in(project: Project, people: Sequence[str]) -> pd.DataFrame:
    """What annotations cannot say of a project: which items were done, skipped or flagged, and notes on items."""
    reason = "it is said of items, and annotations do not say it; toolkit annotate export writes all of a project"
    losses = []
    for one in people:
        states = project.state(one).items.values()
        said = {
            "done": sum(state.status == "done" for state in states),
            "skipped": sum(state.status == "skipped" for state in states),
            "flag": sum(state.flag for state in states),
            "item note": sum(bool(state.note) for state in states),
        }
        for field, count in said.items():
            if count:
                value = counted(count, "item")
                losses.append(Loss("lost", field, reason, project.folder.name, coder=one, value=value))
    return losses_table(losses)


def _corpus(folder: Path) -> Annotated:
    posts = load_posts(folder)
    human = human_annotations(folder, posts=posts)
    # who went through a post without giving a code has said something too
    covered = posts[posts["doc_id"].isin(human.coverage["doc_id"])].reset_index(drop=True)
    return Annotated(human.annotations, covered, empty("losses"), "corpus", _bundled(human.annotations))


def _run(folder: Path) -> Annotated:
    tables = folder / "tables"
    texts = tables / "posts.parquet"
    found = read_exchange(
        tables / "annotations.parquet", "parquet", texts=read_table(texts) if texts.is_file() else None
    )
    return Annotated(found.annotations, found.posts, found.losses, "run", _bundled(found.annotations), found.notes)


_READERS = {"an annotation project": _project, "a corpus with annotations": _corpus, "a run": _run}


def _bundled(annotations: pd.DataFrame) -> Codebook | None:
    """The bundled codebook that all annotations name."""
    names = set(annotations["codebook"])
    name = names.pop() if len(names) == 1 else ""
    return load_codebook(name) if name in codebook_names() else None
