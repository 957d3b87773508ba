"""The texts that annotations point to, where their file does not hold them: found beside it, and written beside it.

Looked for in this order, and said where found: ``NAME.texts.jsonl`` (what is written beside ``NAME.jsonl``), a table of
posts or texts in the same folder, the folder ``texts/`` of a corpus here or one folder up, the corpus that ``run.json``
names, the bundled corpora.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pandas as pd

from toolkit.corpus import load_posts
from toolkit.errors import InputError
from toolkit.files import sha256_text
from toolkit.resources import bundled_corpus
from toolkit.storage import read_table, write_file
from toolkit.tables import CONTRACTS, check

__all__ = ["beside", "posts_of", "texts_beside", "write_texts"]

_NAMES = ("posts", "texts")
_SUFFIXES = (".jsonl", ".parquet", ".csv")
_BUNDLED = ("conversaciones",)


def beside(path: Path) -> Path:
    """Where the texts of a file of annotations are written: a.jsonl -> a.texts.jsonl."""
    return path.with_name(f"{path.name.removesuffix(path.suffix)}.texts.jsonl")


def posts_of(texts: pd.DataFrame | Mapping[str, str] | str | Path) -> pd.DataFrame:
    """Posts, a mapping of texts by doc_id, or anything :func:`toolkit.corpus.load_posts` reads, as a posts table.

    Raises :class:`InputError` for a table without doc_id and text, or what cannot be read.
    """
    if isinstance(texts, str | Path):
        return load_posts(texts)
    if isinstance(texts, Mapping):
        texts = pd.DataFrame({"doc_id": list(texts), "text": list(texts.values())}, dtype="str")
    if "text" in texts and "sha256" not in texts:
        texts = texts.assign(sha256=[sha256_text(str(text)) for text in texts["text"]])
    return check("posts", texts)


def texts_beside(path: Path, doc_ids: Iterable[str]) -> tuple[pd.DataFrame | None, str]:
    """The posts of these documents and where they are: the file written beside, else the first place near that has them
    all, else the one that has most. (None, "") if no place has any. Raises :class:`InputError` for a file beside that
    cannot be read."""
    wanted = set(doc_ids)
    best: tuple[pd.DataFrame | None, str, int] = (None, "", 0)
    for place, source in _places(path):
        if source == beside(path):
            posts = _written(source)
        else:
            try:
                posts = load_posts(source)
            except InputError:
                continue
        count = len(wanted & set(posts["doc_id"]))
        if source == beside(path) or (wanted and count == len(wanted)):
            return posts, place
        if count > best[2]:
            best = (posts, place, count)
    return best[0], best[1]


def write_texts(posts: pd.DataFrame, path: Path) -> None:
    """Write the posts beside a file of annotations, with all that is known of them."""
    empty = [name for name in posts.columns if name in CONTRACTS["posts"] and posts[name].isna().all()]
    write_file(posts.drop(columns=[*empty, "sha256"]).sort_values("doc_id"), beside(path))


def _written(file: Path) -> pd.DataFrame:
    """The posts that :func:`write_texts` wrote."""
    table = read_table(file)
    if not {"doc_id", "text"} <= set(table.columns):
        raise InputError(f"{file}: is no file of texts; it needs doc_id and text in every line.")
    try:
        posts = posts_of(table)
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
    return posts


def _places(path: Path) -> Iterator[tuple[str, Path]]:
    """Name and path of each place where texts could be."""
    own = beside(path)
    if own.is_file():
        yield str(own), own
    folder = path.absolute().parent
    for name in _NAMES:
        for suffix in _SUFFIXES:
            file = folder / f"{name}{suffix}"
            if file.is_file() and file != path.absolute():
                yield str(file), file
    for above in (folder, folder.parent):
        if (above / "texts").is_dir():
            yield str(above), above
        if (above / "run.json").is_file():
            corpus = _corpus_of_run(above / "run.json")
            if corpus is not None and corpus.exists():
                yield str(corpus), corpus
    for name in _BUNDLED:
        yield f"the bundled corpus '{name}'", bundled_corpus(name)


def _corpus_of_run(record: Path) -> Path | None:
    """The corpus that a run record names."""
    try:
        value = json.loads(record.read_text(encoding="utf-8"))
        return Path(value["study"]["corpus"]["path"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
