"""Runs that were made before: the same texts, settings and program give the same results, which need not be made twice.

The user's cache folder holds for each run where its folder is. What stands there is taken over only if every file is
still what the run left, by the hashes in its research object (ro-crate-metadata.json).
"""

import hashlib
import json
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

from toolkit.analysis.parts import post_keys
from toolkit.analysis.stages import pipelines_of, rules_key, rules_of
from toolkit.cache import cache_folder, code_key, key_of
from toolkit.codebook import load_codebook
from toolkit.corpus import Corpus
from toolkit.crate import METADATA, write_crate
from toolkit.errors import InputError, OutputError
from toolkit.files import write_json
from toolkit.principles.coders import encoders_here
from toolkit.settings import Study
from toolkit.versions import versions

__all__ = ["earlier_run", "remember_run", "run_key", "take_over"]


def run_key(study: Study, path: Path, corpus: Corpus) -> str:
    """A name for a run: of the study, the posts with all that is known of them, the codings beside them in ``path``,
    the codebooks, the furniture rules, and the program with all it builds on.

    Raises :class:`InputError` for codebooks, rules and codings that cannot be read.

    >>> import toolkit
    >>> from toolkit.settings import Study
    >>> path = toolkit.bundled_corpus()
    >>> corpus = toolkit.load_corpus(path)
    >>> keys = [run_key(Study(study={"seed": seed}), path, corpus) for seed in (1, 1, 2)]
    >>> keys[0] == keys[1] != keys[2]
    True
    """
    books = [load_codebook(name).sha256 for name in (study.principles.codebook, study.topics.guided) if name]
    beside = sorted(found for found in (path / "annotations").rglob("*") if found.is_file())
    codings = [text for found in beside for text in (found.relative_to(path).as_posix(), _digest_of_input(found))]
    told = [table.to_json() for table in (corpus.skipped, corpus.collisions)]
    posts = [*post_keys(corpus.posts), *corpus.posts["source"].fillna("").astype(str)]
    program = [code_key(), *map(str, sorted(versions().items()))]
    # what "auto" finds is no package of the program's own: it may be installed between two runs
    found_here = [*pipelines_of(study), *(encoder.name for encoder in encoders_here())]
    rules = rules_key(rules_of(study))
    return key_of([study.model_dump_json(), *books, rules, *codings, *told, *posts, *program, *found_here])


def earlier_run(key: str) -> Path | None:
    """The folder of an earlier run of this name, if it is there and every file is what that run left.

    >>> earlier_run("no such run") is None
    True
    """
    try:
        said = json.loads(_file(key).read_text(encoding="utf-8"))
        folder = Path(said["folder"])
        hashes = _left_by(folder)
        same = said["run.json"] == _digest(folder / "run.json") and "run.json" in hashes
        return folder if same and all(_digest(folder / name) == digest for name, digest in hashes.items()) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember_run(key: str, folder: Path) -> None:
    """Note where a run is; nothing happens where the cache folder cannot be written.

    >>> import os
    >>> from tempfile import TemporaryDirectory
    >>> from unittest.mock import patch
    >>> with TemporaryDirectory() as folder, patch.dict(os.environ, {"CLUETRAIN_CACHE": folder}):
    ...     _ = Path(folder, "run.json").write_text("{}")
    ...     remember_run("key of the run", Path(folder))
    ...     Path(folder, "runs", "key of the run.json").is_file(), earlier_run("key of the run")  # it has no hashes
    (True, None)
    """
    with suppress(OutputError):
        write_json(_file(key), {"folder": str(folder.resolve()), "run.json": _digest(folder / "run.json")})


def take_over(earlier: Path, folder: Path, name: str) -> None:
    """Copy what an earlier run left, and nothing that was put beside it since, into an empty folder that will be called
    ``name``; its record says where it comes from.

    >>> from tempfile import TemporaryDirectory
    >>> from toolkit import Study, bundled_corpus
    >>> from toolkit.study import run_study
    >>> study = Study(study={"parts": ("words",)}, text={"pipeline": "simple"})
    >>> with TemporaryDirectory() as folder:
    ...     first, again = run_study(study, Path(folder, "first")), Path(folder, "again")
    ...     again.mkdir()
    ...     take_over(first, again, "again")
    ...     json.loads((again / "run.json").read_text())["taken over from"] == str(first.resolve())
    True
    """
    for file in _left_by(earlier):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        # without its permissions: a run that was put away may be one that nobody may write to
        shutil.copyfile(earlier / file, folder / file)
    record: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    before = record.get("taken over from", str(earlier.resolve()))
    write_json(folder / "run.json", {**record, "folder": name, "taken over from": before})
    write_crate(folder)


def _left_by(folder: Path) -> dict[str, str]:
    """The files that a run left in its folder, with their SHA-256, by its research object."""
    graph = json.loads((folder / METADATA).read_text(encoding="utf-8"))["@graph"]
    hashes = {entity["@id"]: entity["sha256"] for entity in graph if "sha256" in entity and "contentSize" in entity}
    outside = [name for name in hashes if Path(name).is_absolute() or ".." in Path(name).parts]
    if outside:
        raise ValueError(f"{folder}: names '{outside[0]}', which lies outside")
    return hashes


def _file(key: str) -> Path:
    return cache_folder("runs") / f"{key}.json"


def _digest_of_input(path: Path) -> str:
    try:
        return _digest(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}.") from error


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
