"""A folder or file of texts to the table of posts, with a row for everything that was not read."""

import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from toolkit.corpus.readers import READERS, Record
from toolkit.errors import InputError
from toolkit.files import sha256_text
from toolkit.tables import check

__all__ = ["EARLIER_RUN", "Corpus", "load_corpus", "load_posts"]

#: Why the results of a run inside a corpus folder are not read as texts.
EARLIER_RUN = "is the folder of an earlier run"

_COLUMNS = ("lang", "title", "author", "date", "url")
#: Columns that metadata of a file may not set.
_OWN = ("doc_id", "text", "source", "sha256")
#: Files that describe a corpus and are not part of it.
_ABOUT = {"readme.md", "readme.txt", "license", "license.md", "license.txt", "datapackage.json"}


class Corpus(NamedTuple):
    """``posts`` and ``skipped`` (source, reason: what was not read, or was read with doubt)."""

    posts: pd.DataFrame
    skipped: pd.DataFrame


def load_posts(path: str | Path) -> pd.DataFrame:
    """The posts of a corpus folder, a folder of texts, or one file; see :func:`load_corpus`."""
    return load_corpus(path).posts


def load_corpus(path: str | Path) -> Corpus:
    """Read every supported file of a folder (with its subfolders), or one file.

    Parameters
    ----------
    path : a corpus folder (with ``texts/``), a folder of .txt, .md, .jsonl, .csv, .tsv or .parquet files, or
        one such file. Tables need a column ``text`` and should have ``doc_id`` and ``lang``.

    Returns
    -------
    Corpus
        ``posts``: one row a post, sorted by ``doc_id``; the text is never changed. ``doc_id`` is the path
        inside the folder without suffix, or the column of that name: the same on any machine. All further
        metadata become columns. ``skipped``: source, reason, and ``read`` (True: read with a doubt).

    Raises
    ------
    InputError
        if the path does not exist, or nothing in it could be read.
    """
    root = Path(path)
    try:
        there = root.exists()
    except OSError as error:
        raise InputError(f"{str(root)[:100]}...: cannot be looked up: {error.strerror}.") from error
    if not there:
        raise InputError(f"{root}: does not exist; give a folder of texts or a file.")
    skipped: list[dict[str, object]] = []
    rows: dict[str, dict[str, str]] = {}
    for file, name in _files(root, skipped):
        source = _name(Path(file.name) if root.is_file() else file.relative_to(root))
        for record in _read(file, name):
            _take(record, source, rows, skipped)
    skipped_table = check("skipped", pd.DataFrame(skipped, columns=["source", "reason", "read"]))
    if not rows:
        raise InputError(_nothing_read(root, skipped_table))
    posts = pd.DataFrame(sorted(rows.values(), key=lambda row: row["doc_id"]))
    return Corpus(check("posts", posts), skipped_table)


def _files(root: Path, skipped: list[dict[str, object]]) -> Iterator[tuple[Path, str]]:
    """The files to read in sorted order, each with its name inside the corpus (NFC, without suffix)."""
    if root.is_file():
        if root.suffix.lower() not in READERS:
            raise InputError(f"{root}: '{root.suffix}' files are not read; supported are {', '.join(READERS)}.")
        yield root, _name(Path(root.stem))
        return
    top = root / "texts" if (root / "texts").is_dir() else root
    inside = root.resolve()
    everything = sorted(top.rglob("*"))
    runs = [path.parent for path in everything if path.name == "run.json" and (path.parent / "tables").is_dir()]
    skipped.extend(_skip(_name(run.relative_to(root)), EARLIER_RUN) for run in runs)
    everything = [path for path in everything if not any(path.is_relative_to(run) for run in runs)]
    odd = [path for path in everything if not path.is_file() and not path.is_dir()]
    skipped.extend(_skip(_name(path.relative_to(root)), "is no file (a broken link or a device)") for path in odd)
    paths = [path for path in everything if path.is_file()]
    found = [path for path in paths if not any(part.startswith(".") for part in path.relative_to(top).parts)]
    readable = [path for path in found if path.suffix.lower() in READERS and path.name.lower() not in _ABOUT]
    stems = Counter(_name(path.relative_to(top).with_suffix("")) for path in readable)
    for path in found:
        source = _name(path.relative_to(root))
        if path.name.lower() in _ABOUT:
            continue
        if path.suffix.lower() not in READERS:
            skipped.append(_skip(source, f"'{path.suffix or path.name}' files are not read"))
        elif not path.resolve().is_relative_to(inside):
            skipped.append(_skip(source, "is a link that leads out of the folder"))
        else:
            name = _name(path.relative_to(top).with_suffix(""))
            yield path, name if stems[name] == 1 else _name(path.relative_to(top))


def _name(path: Path) -> str:
    """A path as text: composed letters, and bytes of an old file system that are no UTF-8 as Windows-1252."""
    name = path.as_posix()
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        name = name.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
    return unicodedata.normalize("NFC", name)


def _read(file: Path, name: str) -> Iterator[Record]:
    try:
        yield from READERS[file.suffix.lower()](file, name)
    except OSError as error:
        yield Record(name, refused=f"cannot be read: {error.strerror}")


def _take(record: Record, source: str, rows: dict[str, dict[str, str]], skipped: list[dict[str, object]]) -> None:
    """Put a record among the posts, or say why not."""
    reason = record.refused
    if reason is None and not record.text.strip():
        reason = "is empty"
    if reason is None and record.doc_id in rows:
        reason = f"doc_id '{record.doc_id}' is taken by {rows[record.doc_id]['source']}"
    if reason is not None:
        skipped.append(_skip(source, reason))
        return
    skipped.extend(_skip(source, doubt, read=True) for doubt in record.doubts)
    own = [key for key in record.metadata if key in _OWN]
    if own:
        skipped.append(
            _skip(source, f"its metadata '{', '.join(own)}' were not taken: the toolkit sets them", read=True)
        )
    further = {key: value for key, value in record.metadata.items() if key not in _OWN}
    rows[record.doc_id] = {
        "doc_id": record.doc_id,
        "text": record.text,
        **{column: further.pop(column) for column in _COLUMNS if column in further},
        **further,
        "source": source,
        "sha256": sha256_text(record.text),
    }


def _skip(source: str, reason: str, *, read: bool = False) -> dict[str, object]:
    return {"source": source, "reason": reason, "read": read}


def _nothing_read(root: Path, skipped: pd.DataFrame) -> str:
    if skipped.empty and root.is_file():
        return f"{root}: holds no text."
    if skipped.empty:
        return f"{root}: holds no file of the kinds {', '.join(READERS)}; put texts there or give another folder."
    first = skipped.iloc[0]
    more = f" (and {len(skipped) - 1} more)" if len(skipped) > 1 else ""
    return f"{root}: nothing could be read; {first['source']}: {str(first['reason']).rstrip('.')}{more}."
