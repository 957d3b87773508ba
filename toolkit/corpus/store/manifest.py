"""The state of a corpus folder: numbered manifests that name its shards; the highest number counts.

A commit is optimistic and needs no lock, as in the log of Delta Lake (Armbrust et al., "Delta Lake: High-Performance
ACID Table Storage over Cloud Object Stores", PVLDB 13(12), 2020): shards are written first under names nobody else
has, then the manifest with the next number is put in place, which only one of several writers can do. What a reader
sees is therefore the state before or after a commit, whenever a writer is killed::

    CORPUS/manifest-00000007.json                            format, number, about, shards, check (SHA-256 of the rest)
    CORPUS/shards/posts-00000007-0f3a5c7e9b1d2f40.parquet    table, manifest it was written for, SHA-256 of content
"""

import errno
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from toolkit.corpus.store.parts import PART, UNSUPPORTED, age, flush_folder, remove, write_part
from toolkit.errors import InputError, OutputError, ToolkitError
from toolkit.schema import StrictModel, validate

__all__ = ["SHARDS", "TABLES", "Kind", "Manifest", "Shard", "as_json", "discard", "latest", "lost", "numbers"]
__all__ += ["publish", "sweep", "write_shard", "writing"]

#: What a corpus on disk is made of.
TABLES = ("posts", "skipped", "collisions", "files")
#: What a column of a shard holds; "none": nothing in any row.
Kind = Literal["text", "truth", "whole", "none"]
#: The folder of the shards.
SHARDS = "shards"

_FORMAT = "cluetrain-corpus 1"
_MANIFEST = re.compile(r"manifest-([0-9]{8,15})\.json")
_SHARD = r"(?:posts|skipped|collisions|files)-[0-9]{8,15}-[0-9a-f]{16}(?:-[0-9]{1,4})?\.parquet"
#: The largest manifest that is read: 100,000 shards (a terabyte) of fifteen columns have about 60 MB.
_MAX_BYTES = 64_000_000
#: Seconds after which a file that no manifest names is a leftover and not part of a load that still runs.
_DAY = 86_400
#: Seconds after which the claim of a commit is that of a killed one; a commit holds it for milliseconds.
_CLAIM = 600


class Shard(StrictModel):
    """One Parquet file of a table. ``bytes`` and ``sha256`` are those of the file; ``unpacked``: bytes in memory."""

    table: Literal["posts", "skipped", "collisions", "files"]
    file: Annotated[str, Field(pattern=rf"^{SHARDS}/{_SHARD}$")]
    rows: Annotated[int, Field(ge=1)]
    bytes: Annotated[int, Field(ge=1)]
    unpacked: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    columns: dict[str, Kind]


class Manifest(StrictModel):
    """One state of a corpus: its number, its shards in order, and what the writer said about it."""

    format: str = _FORMAT
    number: Annotated[int, Field(ge=1)]
    about: dict[str, Any]
    shards: tuple[Shard, ...]


def numbers(folder: Path) -> list[int]:
    """The numbers of the manifests of a folder, rising; the last is its state."""
    found = (_MANIFEST.fullmatch(path.name) for path in folder.iterdir())
    return sorted(int(match[1]) for match in found if match)


def latest(folder: Path) -> Manifest:
    """The state of a corpus folder.

    Raises :class:`InputError` if the folder is no corpus, or its newest manifest is damaged, of another version, or
    names a file outside of it.
    """
    try:
        for _ in range(5):  # the one just found may be removed by two commits before it is read
            found = numbers(folder)
            if not found:
                break
            with suppress(FileNotFoundError):
                return _read(folder, found[-1])
    except OSError as error:
        raise InputError(f"{folder}: cannot be read: {error.strerror}.") from error
    raise InputError(f"{folder}: is no corpus written by toolkit load (it has no manifest).")


def _read(folder: Path, number: int) -> Manifest:
    path = folder / _name(number)
    with path.open("rb") as file:
        data = file.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        raise InputError(f"{path}: has more than {_MAX_BYTES:,} bytes, which no manifest has.")
    try:
        whole = json.loads(data)
        other = isinstance(whole, dict) and whole.get("format", _FORMAT) != _FORMAT
        intact = isinstance(whole, dict) and whole.pop("check", None) == _check(whole)
    except (ValueError, RecursionError):
        other = intact = False
    if other:
        raise InputError(f"{path}: has the format {str(whole['format'])[:60]!r}, this toolkit reads {_FORMAT!r}.")
    if not intact:
        raise InputError(
            f"{path}: is damaged (cut, or changed by hand); put back a copy, or delete it to go back to the state "
            "before the last change."
        )
    try:
        manifest = validate(Manifest, whole, str(path))
    except InputError as error:
        raise InputError(str(error).splitlines()[0]) from error
    files = {shard.file for shard in manifest.shards}
    if manifest.number != number or len(files) < len(manifest.shards):
        raise InputError(f"{path}: has the number of another manifest, or names a shard twice.")
    if any(not shard.file.startswith(f"{SHARDS}/{shard.table}-") for shard in manifest.shards):
        raise InputError(f"{path}: names a shard of one table as a shard of another.")
    return manifest


def publish(folder: Path, manifest: Manifest, own: Iterable[str]) -> None:
    """Make a manifest the state of the folder; ``own``: the shards written for it.

    Raises :class:`OutputError` if another commit came first, ``OSError`` if a file cannot be written; the folder
    has its old state then.
    """
    for file in own:
        os.utime(folder / file)  # fails if it is gone; and keeps it from being taken for a leftover
    flush_folder(folder / SHARDS)
    whole = manifest.model_dump()
    text = json.dumps({**whole, "check": _check(whole)}, ensure_ascii=False, indent=1)
    data = text.encode("utf-8", "surrogatepass")
    if len(data) > _MAX_BYTES:
        raise InputError(f"{folder}: its manifest would have {len(data):,} bytes, more than {_MAX_BYTES:,}.")
    path = folder / _name(manifest.number)
    part = write_part(folder, data)
    try:
        _put(part, path)
    finally:
        remove(part)
    if max(numbers(folder), default=0) > manifest.number:  # two others came first, and the second removed this number
        remove(path)
        raise lost(folder)
    with suppress(OSError):  # the commit is made and seen by all
        flush_folder(folder)


def as_json(about: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of what a writer says about a corpus, as JSON holds it; :class:`InputError` if JSON cannot."""
    try:
        return dict(json.loads(json.dumps(dict(about), allow_nan=False)))
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"about: cannot be kept as JSON: {error}.") from error


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Whatever cannot be written in here is an :class:`OutputError` that names the folder."""
    try:
        yield
    except ToolkitError:
        raise
    except OSError as error:
        reason = error.strerror or error
        raise OutputError(f"{folder}: cannot be written: {reason}; nothing of this change was taken over.") from error


def lost(folder: Path) -> OutputError:
    """What a writer is told who comes second."""
    return OutputError(
        f"somebody else changed {folder} in the meantime; nothing of this load was taken over; run it again."
    )


def _put(part: Path, path: Path) -> None:
    """Give a written file its name, unless there is a file of that name."""
    try:
        path.hardlink_to(part)
    except OSError as error:
        with suppress(OSError):
            if path.samefile(part):  # network file systems may report a link as failed that was made
                return
        if isinstance(error, FileExistsError):
            raise lost(path.parent) from error
        if error.errno not in UNSUPPORTED:
            raise
        _put_by_claim(part, path)


def _put_by_claim(part: Path, path: Path) -> None:
    """The same without hard links (memory sticks, some network folders): a claim that only one can create."""
    claim = path.with_suffix(".claim")
    if age(claim) > _CLAIM:
        remove(claim)
    try:
        claim.open("xb").close()
    except FileExistsError as error:
        raise lost(path.parent) from error
    try:
        if path.exists():
            raise lost(path.parent)
        part.replace(path)
    finally:
        remove(claim)


def write_shard(folder: Path, table: str, number: int, data: bytes) -> str:
    """Write a shard for the manifest ``number``; its name inside the folder, which no other writer has.

    Names hold the number of the manifest, so that a name given up is never given again.
    """
    stem = f"{table}-{number:08d}-{hashlib.sha256(data).hexdigest()[:16]}"
    part = write_part(folder / SHARDS, data)
    try:
        for same in range(10_000):
            file = f"{SHARDS}/{stem}-{same}.parquet" if same else f"{SHARDS}/{stem}.parquet"
            with suppress(FileExistsError):
                (folder / file).open("xb").close()
                break
        else:
            raise OSError(errno.EEXIST, "too many shards of the same content")
        try:
            part.replace(folder / file)
        except BaseException:
            remove(folder / file)
            raise
    except BaseException:
        remove(part)
        raise
    return file


def discard(folder: Path, files: Iterable[str], number: int) -> None:
    """Remove shards written for the manifest ``number``, but none that it or a later one names."""
    with suppress(InputError, OSError):  # what cannot be judged stays, as a leftover
        later = [_read(folder, found) for found in numbers(folder) if found >= number]
        named = {shard.file for manifest in later for shard in manifest.shards}
        for file in files:
            if file not in named:
                remove(folder / file)


def sweep(folder: Path) -> None:
    """Remove manifests older than the last two, shards that only those named, and leftovers older than a day."""
    try:
        found = numbers(folder)
        named = {shard.file for number in found[-2:] for shard in _read(folder, number).shards}
        for number in found[:-2]:
            with suppress(InputError):
                for shard in _read(folder, number).shards:
                    if shard.file not in named:
                        remove(folder / shard.file)
            remove(folder / _name(number))
        for path in folder.iterdir():
            if (path.name.startswith(PART) or path.suffix == ".claim") and age(path) > _DAY:
                remove(path)
        for path in (folder / SHARDS).iterdir():
            ours = path.name.startswith(PART) or re.fullmatch(_SHARD, path.name)
            if ours and f"{SHARDS}/{path.name}" not in named and age(path) > _DAY:
                remove(path)
    except (InputError, OSError):
        return  # nothing depends on it; the next commit tries again


def _name(number: int) -> str:
    return f"manifest-{number:08d}.json"


def _check(whole: dict[str, Any]) -> str:
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
