"""What the user's cache folder holds, and its removal.

Only what the toolkit writes there is looked at: known sub-folders, and in them known kinds of names. Links are left
alone, so that nothing outside the folder is counted or removed.
"""

import os
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd
from tqdm import tqdm

from toolkit.cache.folder import cache_folder
from toolkit.errors import InputError, OutputError, suggestion

__all__ = ["CACHE_KINDS", "cache_contents", "clear_cache"]

#: The sub-folders of the cache folder, and what is kept in them.
CACHE_KINDS = MappingProxyType(
    {
        "parts": "what the stages of studies say of posts",
        "runs": "where finished runs are (the runs themselves stay)",
        "embeddings": "sentence vectors",
        "general-lemmas": "lemmas of the bundled word lists",
        "coders": "coders learnt from examples",
        "endpoint": "answers of language models (without them the models are asked again)",
    }
)
_COLUMNS = ["kind", "stage", "what", "entries", "bytes", "last_used"]
#: Names end in a digest: a key, a part, the settings of a stage.
_ENTRY = re.compile(r"[0-9a-f]{64}\.(npz|json)")
_STAGE = re.compile(r"([\w+-]+)-[0-9a-f]{20}")
_PART = re.compile(r"[0-9a-f]{32}")
_IN_PART = re.compile(r"part\.json|\w+\.parquet")
#: What was begun and not finished; a process that lives needs it still, one of yesterday does not.
_ASIDE = re.compile(r"\.part-[0-9a-f]{16}|\.[0-9a-f]{40}\.\w+")
_STALE = 86_400.0


class _Entry(NamedTuple):
    """One thing that is kept: its files, and the folder that goes with them (of a part)."""

    kind: str
    stage: str | None
    files: tuple[Path, ...]
    folder: Path | None
    bytes: int
    used: float


def cache_contents(*, progress: bool = False) -> pd.DataFrame:
    """What the user's cache folder holds. ``progress``: a bar after two seconds, in a terminal.

    Returns
    -------
    DataFrame
        One row for each kind, of parts one for each stage of a study: ``kind`` (of ``CACHE_KINDS``), ``stage`` (of
        parts, else missing), ``what`` it is, ``entries`` (how many), ``bytes``, ``last_used`` (UTC; of files that
        are no parts as the file system tells it, which may be the day they were written). Empty where nothing is kept.

    Files and folders that the toolkit did not make, and links, are not counted. Raises :class:`InputError` where the
    folder cannot be read.

    >>> import os
    >>> from tempfile import TemporaryDirectory
    >>> from unittest.mock import patch
    >>> import numpy as np
    >>> from toolkit.cache import key_of, store_arrays
    >>> with TemporaryDirectory() as folder, patch.dict(os.environ, {"CLUETRAIN_CACHE": folder}):
    ...     store_arrays("embeddings", key_of(["a"]), {"vectors": np.zeros(2)})
    ...     cache_contents()[["kind", "entries"]].values.tolist()
    [['embeddings', 1]]
    """
    return _summary(_found(CACHE_KINDS, progress=progress))


def clear_cache(
    kinds: Sequence[str] | None = None, *, older_than: float | None = None, progress: bool = False
) -> pd.DataFrame:
    """Remove what the user's cache folder holds; it is made again when it is needed.

    Parameters
    ----------
    kinds : of ``CACHE_KINDS``; None: all.
    older_than : remove only what was not used for so many days.
    progress : a bar after two seconds, in a terminal.

    Returns
    -------
    DataFrame
        What was removed, as :func:`cache_contents` has it. What the toolkit did not make, links, and what another
        process has begun to write within a day, stay.

    Raises
    ------
    InputError
        for an unknown kind, a negative number of days, and a folder that cannot be read.
    OutputError
        where something cannot be removed.

    Do not call it while a study runs: the study would end with an error and have to be run again.

    >>> import os
    >>> from tempfile import TemporaryDirectory
    >>> from unittest.mock import patch
    >>> import numpy as np
    >>> from toolkit.cache import cache_contents, key_of, store_arrays
    >>> with TemporaryDirectory() as folder, patch.dict(os.environ, {"CLUETRAIN_CACHE": folder}):
    ...     store_arrays("embeddings", key_of(["a"]), {"vectors": np.zeros(2)})
    ...     len(clear_cache(["runs"])), len(clear_cache(older_than=30)), len(clear_cache()), len(cache_contents())
    (0, 0, 1, 0)
    """
    wanted = list(CACHE_KINDS) if kinds is None else [kinds] if isinstance(kinds, str) else list(dict.fromkeys(kinds))
    for kind in wanted:
        if kind not in CACHE_KINDS:
            raise InputError(f"the cache holds no kind '{kind}'; {suggestion(kind, CACHE_KINDS)}")
    if older_than is not None and not older_than >= 0:
        raise InputError(f"older_than: got {older_than}, expected a number of days from 0.")
    latest = None if older_than is None else time.time() - older_than * 86_400
    chosen = [entry for entry in _found(wanted, progress=progress) if latest is None or entry.used < latest]
    for entry in tqdm(chosen, desc="removing", delay=2, disable=None if progress else True, leave=False):
        _remove(entry)
    for stage in {entry.folder.parent for entry in chosen if entry.folder is not None}:
        _remove_empty(stage)
    return _summary(chosen)


def _found(kinds: Iterable[str], *, progress: bool) -> list[_Entry]:
    entries = (entry for kind in kinds for entry in (_parts() if kind == "parts" else _files(kind)))
    return list(tqdm(entries, desc="looking", delay=2, disable=None if progress else True, leave=False))


def _summary(entries: Sequence[_Entry]) -> pd.DataFrame:
    rows = pd.DataFrame(
        [(one.kind, one.stage, CACHE_KINDS[one.kind], 1, one.bytes, one.used) for one in entries], columns=_COLUMNS
    ).astype({"kind": "str", "stage": "str", "what": "str", "entries": "int64", "bytes": "int64", "last_used": "float"})
    groups = rows.groupby(["kind", "stage", "what"], sort=False, dropna=False, as_index=False)
    table = groups.agg({"entries": "sum", "bytes": "sum", "last_used": "max"})
    return table.assign(last_used=pd.to_datetime(table["last_used"].round(), unit="s", utc=True))


def _files(kind: str) -> Iterator[_Entry]:
    for file in _inside(cache_folder(kind)):
        whole = _ENTRY.fullmatch(file.name)
        if file.is_file(follow_symlinks=False) and (whole or _ASIDE.fullmatch(file.name)):
            with suppress(FileNotFoundError):  # removed meanwhile
                about = file.stat(follow_symlinks=False)
                if whole or _stale(about.st_mtime):
                    used = max(about.st_mtime, about.st_atime)
                    yield _Entry(kind, None, (Path(file.path),), None, about.st_size, used)


def _parts() -> Iterator[_Entry]:
    for stage in _inside(cache_folder("parts")):
        named = _STAGE.fullmatch(stage.name)
        if named is not None and stage.is_dir(follow_symlinks=False):
            for part in _inside(Path(stage.path)):
                with suppress(FileNotFoundError):
                    if entry := _part(named[1], part):
                        yield entry


def _part(stage: str, part: "os.DirEntry[str]") -> _Entry | None:
    """A part, or what is left of one; None for a folder that holds anything else."""
    whole = _PART.fullmatch(part.name)
    if not part.is_dir(follow_symlinks=False) or not (whole or _ASIDE.fullmatch(part.name)):
        return None
    files, used = _inside(Path(part.path)), part.stat(follow_symlinks=False).st_mtime
    own = all(file.is_file(follow_symlinks=False) and _IN_PART.fullmatch(file.name) for file in files)
    if not own or not (whole or _stale(used)):
        return None
    size = sum(file.stat(follow_symlinks=False).st_size for file in files)
    # the record goes first: a part without it counts as one that is not there
    paths = sorted((Path(file.path) for file in files), key=lambda path: path.suffix)
    return _Entry("parts", stage, tuple(paths), Path(part.path), size, used)


def _stale(written: float) -> bool:
    return time.time() - written > _STALE


def _inside(folder: Path) -> list[os.DirEntry[str]]:
    """What a folder holds, by name; nothing where it is a link or is gone."""
    try:
        if folder.is_symlink():
            return []
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except FileNotFoundError:
        return []
    except NotADirectoryError as error:
        raise InputError(
            f"{folder}: cannot be read, since it or what it lies in is no folder; CLUETRAIN_CACHE names a folder."
        ) from error
    except OSError as error:
        raise InputError(f"{folder}: cannot be read: {error.strerror or error}.") from error


def _remove(entry: _Entry) -> None:
    for path in entry.files:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(f"{path}: cannot be removed: {error.strerror or error}.") from error
    if entry.folder is not None:
        _remove_empty(entry.folder)


def _remove_empty(folder: Path) -> None:
    """Remove a folder in which nothing is left; another process may just have put something there."""
    try:
        folder.rmdir()
    except OSError:
        return
