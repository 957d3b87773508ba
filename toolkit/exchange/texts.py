"""The texts that annotations point to, where their file does not hold them: found beside it, and written beside it.

Looked for in this order: ``NAME.texts.jsonl`` (what is written beside ``NAME.jsonl``), a table of
posts or texts in the same folder, the folder ``texts/`` of a corpus here or one folder up, the corpus that ``run.json``
names, the bundled corpora.
"""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from toolkit.corpus import load_posts
from toolkit.errors import InputError
from toolkit.exchange.detect import TEXTS
from toolkit.files import sha256_text, write_bytes
from toolkit.resources import bundled_corpus
from toolkit.storage import read_table, write_file
from toolkit.tables import CONTRACTS, check

__all__ = ["beside", "posts_of", "texts_beside", "write_texts", "written_texts"]

_NAMES = ("posts", "texts")
_SUFFIXES = (".jsonl", ".parquet", ".csv")
_BUNDLED = ("conversaciones",)


def beside(path: Path) -> Path:
    """Where the texts of a file of annotations are written: a.jsonl -> a.texts.jsonl."""
    return path.with_name(path.name.removesuffix(path.suffix) + TEXTS)


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


def texts_beside(
    path: Path, doc_ids: Iterable[str], files: Sequence[Path] = ()
) -> tuple[pd.DataFrame | None, list[str], list[str]]:
    """The posts of these documents, which of them were written with the annotations, and the places they come from.

    First the files ``NAME.texts.jsonl`` beside ``path`` and ``files``; for documents in none of them the first place
    near ``path`` that has them all, else the one that has most. (None, [], []) if no place has any.

    Raises
    ------
    InputError
        for a file beside that cannot be read, or two that give one document different texts.
    """
    written = [beside(file) for file in dict.fromkeys((path, *files)) if beside(file).is_file()]
    found = [_written(file) for file in written]
    posts = pd.concat(found, ignore_index=True).drop_duplicates(["doc_id", "text"]) if found else None
    if posts is not None and posts["doc_id"].duplicated().any():
        name = posts.loc[posts["doc_id"].duplicated(), "doc_id"].iloc[0]
        raise InputError(
            f"{written[0].parent}: two files of texts hold different texts of '{name}'; keep the right one."
        )
    own = [] if posts is None else posts["doc_id"].tolist()
    places = [str(file) for file in written]
    near, place = _near(path, set(doc_ids) - set(own))
    if near is not None:
        posts = near if posts is None else pd.concat([posts, near], ignore_index=True)
        places.append(place)
    return posts, own, places


def _near(path: Path, wanted: set[str]) -> tuple[pd.DataFrame | None, str]:
    """The posts among ``wanted`` from the first place that has all, else from the one that has most; and the place."""
    best: pd.DataFrame | None = None
    place = ""
    for source in _places(path) if wanted else ():
        try:
            posts = load_posts(source)
        except InputError:
            continue
        posts = posts[posts["doc_id"].isin(wanted)]
        if len(posts) > (0 if best is None else len(best)):
            best, place = posts, str(source)
        if len(posts) == len(wanted):
            break
    return best, place


def write_texts(posts: pd.DataFrame, path: Path) -> None:
    """Write the posts beside a file of annotations, with all that is known of them.

    Raises :class:`InputError` where other texts stand there that another table needs, or that were not written with
    ``path``.
    """
    file = beside(path)
    empty = [
        name for name, rule in CONTRACTS["posts"].items() if rule.missing and name in posts and posts[name].isna().all()
    ]
    with tempfile.TemporaryDirectory(prefix="toolkit-") as folder:
        part = Path(folder) / file.name
        write_file(posts.drop(columns=[*empty, "sha256"]).sort_values("doc_id"), part)
        content = part.read_bytes()
    if file.exists() and file.read_bytes() != content:
        stem = file.name.removesuffix(TEXTS)
        others = [path.with_name(f"{stem}{suffix}") for suffix in (*_SUFFIXES, ".jsonld")]
        if not path.exists() or any(other.exists() for other in others if other != path):
            raise InputError(f"{file}: is there already, with other texts, and would be replaced; give another name.")
    write_bytes(file, content)


def written_texts(path: Path) -> pd.DataFrame | None:
    """The posts that were written beside a file of annotations, None if none were. InputError for a file there that
    cannot be read."""
    return _written(beside(path)) if path.is_file() and beside(path).is_file() else None


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


def _places(path: Path) -> Iterator[Path]:
    """Each place near a file where texts could be."""
    folder = path.absolute() if path.is_dir() else path.absolute().parent
    for name in _NAMES:
        for suffix in _SUFFIXES:
            file = folder / f"{name}{suffix}"
            if file.is_file() and file != path.absolute():
                yield file
    for above in (folder, folder.parent):
        if (above / "texts").is_dir():
            yield above
        if (above / "run.json").is_file():
            corpus = _corpus_of_run(above / "run.json")
            if corpus is not None and corpus.exists():
                yield corpus
    for name in _BUNDLED:
        yield bundled_corpus(name)


def _corpus_of_run(record: Path) -> Path | None:
    """The corpus that a run record names."""
    try:
        value = json.loads(record.read_text(encoding="utf-8"))
        return Path(value["corpus"]["path"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
