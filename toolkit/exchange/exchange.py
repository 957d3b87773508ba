"""The two doors: annotations of any format in, annotations in any format out."""

import tempfile
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from toolkit.errors import InputError
from toolkit.exchange.detect import detect_format, files_of, format_of_target, is_of, others_in
from toolkit.exchange.gather import Exchange, gather, losses_table, whole_text
from toolkit.exchange.give import material_for
from toolkit.exchange.model import Choices, Document, Found, Loss
from toolkit.exchange.registry import Format, format_named
from toolkit.exchange.targets import write_to
from toolkit.exchange.texts import posts_of, texts_beside
from toolkit.exchange.unpack import unpacked

if TYPE_CHECKING:
    from toolkit.codebook import Codebook

Texts: TypeAlias = pd.DataFrame | Mapping[str, str] | str | Path

__all__ = ["LossWarning", "read_annotations", "read_exchange", "write_annotations"]


class LossWarning(UserWarning):
    """Something did not come through; :func:`read_exchange` gives the table of it.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import warnings
    >>> from toolkit.exchange import read_annotations
    >>> with TemporaryDirectory() as folder, warnings.catch_warnings(record=True) as said:
    ...     warnings.simplefilter("always", LossWarning)
    ...     _ = Path(folder, "a.txt").write_text("Escuchan poco.", encoding="utf-8")
    ...     _ = Path(folder, "a.ann").write_text("T1\\tlistening 9 13\\tmucho\\n", encoding="utf-8")
    ...     len(read_annotations(folder)), said[0].category.__name__
    (0, 'LossWarning')
    """


def read_exchange(
    path: str | Path,
    format: str | None = None,
    *,
    texts: Texts | None = None,
    layers: tuple[str, ...] | list[str] = (),
    coder: str | None = None,
    codebook: str | None = None,
) -> Exchange:
    """Annotations and texts from a file or folder of any format of :data:`FORMATS`, and what could not be taken in.

    Parameters
    ----------
    path : a file, a folder for formats with one file per document, or a ZIP of such a folder.
    format : its name; without, it is detected.
    texts : posts, texts by doc_id, or the path of a corpus, for formats that only point to texts (our own tables, Web
        Annotations, TEI without its text beside). Without, they are looked for beside the file.
    layers : only these annotation layers (types, tag sets, span groups); without, all that carry codes. Our own tables
        have none.
    coder, codebook : what stands in these columns where the file does not say ("unknown", "imported").

    Returns
    -------
    Exchange
        ``annotations`` (annotations table and ``feature_...`` columns), ``posts`` (posts table), ``losses`` (losses
        table; rows of kind "refused" were not taken in because their quote is not the text, or they point nowhere),
        ``notes`` (where texts were found, what could not be proved). Positions are code points into the unchanged text,
        whatever the format counts in.

    Raises
    ------
    InputError
        for a path that does not exist, a format that cannot be told, files that are not of it or damaged, two texts
        under one name, layers that nothing is in.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a.txt").write_text("Escuchan poco.", encoding="utf-8")
    ...     _ = Path(folder, "a.ann").write_text("T1\\tlistening 0 8\\tEscuchan\\n", encoding="utf-8")
    ...     found = read_exchange(folder, coder="first")
    >>> found.annotations[["doc_id", "start", "end", "quote", "code", "coder"]]
      doc_id  start  end     quote       code  coder
    0      a      0    8  Escuchan  listening  first
    """
    source = Path(path)
    if not source.exists():
        raise InputError(f"{source}: no such file or folder.")
    given = None if texts is None else posts_of(texts)
    with _opened(source, format) as (what, inside):
        if layers and what.own:
            raise InputError(f"{source}: our own tables have no layers; leave '{layers[0]}' out.")
        files = [inside]
        if inside.is_dir() and not (what.folder or what.folders):
            # a file for each person, or each part of the work
            files = files_of(inside, what.suffixes)
            if not files:
                raise InputError(f"{source}: holds no file that ends in {' or '.join(what.suffixes)}.")
        strange = [file for file in files if format is None and len(files) > 1 and not is_of(what, file)]
        files = [file for file in files if file not in strange]
        if inside.is_dir() and not what.folder and format is None:
            strange += others_in(inside, what)
        chosen = Choices(tuple(layers), _by_id(given), coder)
        parts = [what.read(file, chosen) for file in files]
        documents = {one.doc_id: one for part in parts for one in part.documents}
        # texts that were given, or written with these annotations, belong to them, coded or not
        own = [] if given is None or what.texts else given["doc_id"].tolist()
        guessed: set[str] = set()
        places: list[str] = []
        pointed = [whole_text(one.doc_id) for one in documents.values() if one.text is None]
        if given is None and (pointed or not what.texts):
            given, own, places = texts_beside(source, pointed, files)
            guessed = set(_by_id(given)) - set(own)
            if pointed and given is not None and not what.own:
                # some formats need the text to find a quote in it
                parts = [what.read(file, replace(chosen, texts=_by_id(given))) for file in files]
        rest = [Document(doc_id, None) for doc_id in own if doc_id not in documents]
        passed = [Loss("refused", "document", f"it is in another format than {what.name}", one.name) for one in strange]
        parts.append(Found(rest, [], passed))
    if layers and not any(part.spans for part in parts):
        raise InputError(f"{source}: has no annotation of the layer {' or '.join(layers)}; leave it out to read all.")
    found = gather(
        parts,
        texts=_by_id(given),
        posts=given,
        coder=coder,
        codebook=codebook,
        empty_spans=what.own,
        guessed=guessed,
    )
    return found._replace(notes=(*(f"texts from {place}" for place in places), *found.notes), format=what.name)


def read_annotations(
    path: str | Path,
    format: str | None = None,
    *,
    texts: Texts | None = None,
    layers: tuple[str, ...] | list[str] = (),
    coder: str | None = None,
    codebook: str | None = None,
) -> pd.DataFrame:
    """The annotations of a file or folder of any format; what could not be taken in is said in a :class:`LossWarning`.

    Parameters, columns and errors as in :func:`read_exchange`, which also gives the texts and the table of losses.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "work.jsonl")
    ...     line = '{"id": "a", "text": "Escuchan poco.", "label": [[0, 8, "listening"]]}'
    ...     _ = path.write_text(line, encoding="utf-8")
    ...     read_annotations(path, "doccano")[["doc_id", "start", "end", "quote", "code"]]
      doc_id  start  end     quote       code
    0      a      0    8  Escuchan  listening
    """
    found = read_exchange(path, format, texts=texts, layers=layers, coder=coder, codebook=codebook)
    if len(found.losses):
        counts = found.losses["kind"].value_counts()
        first = found.losses.iloc[0]
        where = f"{first['place']}: " if isinstance(first["place"], str) else ""
        said = ", ".join(f"{counts[kind]:,} {kind}" for kind in ("refused", "lost", "changed") if kind in counts)
        message = f"{path}: {said}; the first: {where}{first['field']}: {first['reason']}. read_exchange() lists all."
        warnings.warn(message, LossWarning, stacklevel=2)
    return found.annotations


def write_annotations(
    annotations: pd.DataFrame,
    path: str | Path,
    format: str | None = None,
    *,
    texts: Texts,
    codebook: "Codebook | str | Path | None" = None,
) -> pd.DataFrame:
    """Write annotations with their texts in any format of :data:`FORMATS`, whole or not at all.

    Parameters
    ----------
    annotations : annotations table; columns ``feature_<name>`` travel where the format has a place for them.
    path : a file; for formats with one file per document a new folder, a ``.zip`` of it, or, where there is one
        document only, a file.
    format : its name; without, the one whose files end as ``path`` does.
    texts : posts, texts by doc_id, or the path of a corpus: every document in it is written, also those without an
        annotation. Our own tables get them beside, as NAME.texts.jsonl.
    codebook : names, definitions and order of the codes, for formats that can tell them.

    Returns
    -------
    pandas.DataFrame
        losses table: everything that the format has no place for, a row per value; empty if all went through.

    Raises
    ------
    InputError
        for annotations that break their contract or whose quote is not the text (naming the row), an unknown format, a
        folder that is not empty. OutputError if the target cannot be written.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> row = {"doc_id": "a", "start": 0, "end": 8, "quote": "Escuchan", "codebook": "cluetrain", "code": "listening"}
    >>> given = pd.DataFrame([{**row, "coder": "first", "kind": "human"}])
    >>> with TemporaryDirectory() as folder:
    ...     losses = write_annotations(given, Path(folder, "brat"), "brat", texts={"a": "Escuchan poco."})
    ...     sorted(path.name for path in Path(folder, "brat").iterdir()), len(losses)
    (['a.ann', 'a.txt', 'annotation.conf', 'visual.conf'], 0)
    """
    from toolkit.codebook import load_codebook

    target = Path(path)
    what = format_of_target(target, format)
    book = load_codebook(codebook) if isinstance(codebook, str | Path) else codebook
    posts = posts_of(texts)
    material, losses = material_for(what, annotations, posts, book, target.stem or "annotations")
    losses += write_to(what, material, posts, target)
    return losses_table(losses)


def _by_id(posts: pd.DataFrame | None) -> dict[str, str]:
    """The texts by doc_id."""
    return {} if posts is None else dict(zip(posts["doc_id"], posts["text"], strict=True))


@contextmanager
def _opened(source: Path, format: str | None) -> Iterator[tuple[Format, Path]]:
    """The format and the path to read: the source itself, or what is in it if it is a ZIP of a folder."""
    packed = source.is_file() and source.suffix.lower() == ".zip" and zipfile.is_zipfile(source)
    if not packed:
        yield format_named(format or detect_format(source)), source
        return
    with tempfile.TemporaryDirectory(prefix="toolkit-") as folder:
        inside = unpacked(source, Path(folder))
        yield format_named(format or detect_format(inside)), inside
