"""Which files there are to read under the paths given, each with a name that is the same on any machine."""

import os
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from glob import has_magic
from pathlib import Path
from typing import NamedTuple

from toolkit.corpus.readers import READERS, reader_of, without_suffix
from toolkit.corpus.readers.record import ABOUT_FILES
from toolkit.corpus.store.manifest import SHARDS, numbers
from toolkit.errors import InputError

__all__ = ["EARLIER_RUN", "Found", "find_files", "first_reason", "inputs_of", "is_loaded"]

#: Why the results of a run inside a corpus folder are not read as texts.
EARLIER_RUN = "is the folder of an earlier run"
#: Folders inside folders beyond this are no way to keep texts.
_DEEPEST = 50


class Found(NamedTuple):
    """A file to read (``reason`` None), or a thing that is not read and why.

    ``name``: inside the corpus, without suffix; ``source``: inside the corpus, with suffix; ``folders``: the folders
    between the path given and the file.
    """

    path: Path
    name: str
    source: str
    folders: tuple[str, ...] = ()
    reason: str | None = None


class Input(NamedTuple):
    """One path to read, and the label that stands in front of the names found there ("" with a single path)."""

    path: Path
    label: str


def inputs_of(paths: str | Path | Sequence[str | Path]) -> list[Input]:
    """The paths meant by a path, a pattern (``blog/*.html``; quote it in a shell) or a list of them.

    A label is the last part of a path, or as many parts as tell the paths from each other; files of one pattern are
    named from the folder where the pattern begins to vary.

    Raises :class:`InputError` for a path that does not exist and a pattern that fits nothing.
    """
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    if not given:
        raise InputError("no path was given; give a folder of texts or a file.")
    wanted: dict[Path, str | None] = {}
    for path in given:
        for found, label in _expanded(path):
            wanted.setdefault(found, label)
    owners: dict[Path, Path] = {}
    for path in sorted(path for path in wanted if path.is_dir()):
        owners.setdefault(_top(path).resolve(), path)
    roots = sorted(path for path in wanted if not _in_another(path, owners))
    if len(roots) == 1 and wanted[roots[0]] is None:
        return [Input(roots[0], "")]
    free = [path for path in roots if wanted[path] is None]
    labels = {path: label for path, label in wanted.items() if label is not None} | _labels(free)
    return [Input(path, labels[path]) for path in roots]


def find_files(given: Input) -> Iterator[Found]:
    """The files under one path, sorted by name, and what is not read there."""
    root = given.path
    if root.is_file():
        own = _name(root.name)
        source = given.label or own
        reason = None if reader_of(own) else f"'{root.suffix or root.name}' files are not read"
        yield Found(root, without_suffix(source), source, (), reason)
        return
    yield from _walk(root, _top(root), given.label, ())


def _top(root: Path) -> Path:
    """Where the texts of a folder begin."""
    return root / "texts" if (root / "texts").is_dir() else root


def _in_another(path: Path, owners: dict[Path, Path]) -> bool:
    """Whether a path lies among the texts of another folder that was given."""
    real = path.resolve()
    return any(owners.get(folder, path) != path for folder in (real, *real.parents))


def _expanded(path: str | Path) -> Iterator[tuple[Path, str | None]]:
    text = str(path)
    try:
        if Path(path).exists():
            yield Path(path), None
            return
    except OSError as error:
        raise InputError(f"{text[:100]}...: cannot be looked up: {error.strerror}.") from error
    if not has_magic(text):
        raise InputError(f"{text}: does not exist; give a folder of texts or a file.")
    # the fixed part of the pattern: names of what it finds begin there
    parts = Path(text).parts
    first = next(n for n, part in enumerate(parts) if has_magic(part))
    fixed = Path(*parts[:first])
    hits = sorted(fixed.glob("/".join(parts[first:])))
    files = [hit for hit in hits if hit.is_file()] or hits
    if not files:
        raise InputError(f"{text}: no file fits this pattern; put it in quotes and look at its folder.")
    for hit in files:
        yield hit, _name(hit.relative_to(fixed).as_posix())


def _labels(paths: list[Path]) -> dict[Path, str]:
    whole = {path: path.resolve().parts for path in paths}
    depth = max(map(len, whole.values()), default=1)
    for length in range(1, depth + 1):
        names = {path: _name("/".join(parts[-length:])) for path, parts in whole.items()}
        if len({without_suffix(name) for name in names.values()}) == len(paths):
            return names
    return {path: _name("/".join(parts[1:])) for path, parts in whole.items()}


def _walk(root: Path, folder: Path, label: str, below: tuple[str, ...]) -> Iterator[Found]:
    """One folder: its files and folders in the order of their names."""

    def inside(path: Path) -> str:
        return _joined(label, path.relative_to(root).as_posix())

    def told(path: Path, reason: str) -> Found:
        return Found(path, "", inside(path), below, reason)

    try:
        with os.scandir(folder) as entries:
            here = sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: entry.name)
    except OSError as error:
        yield told(folder, f"is a folder that cannot be read: {error.strerror}")
        return
    names = {entry.name for entry in here}
    result = _result(folder, names)
    if result:
        yield told(folder, result)
        return
    stems = Counter(map(without_suffix, {_name(name) for name in names if _readable(name)}))
    for entry in here:
        path = folder / entry.name
        if entry.is_dir(follow_symlinks=False):
            if len(below) < _DEEPEST:
                yield from _walk(root, path, label, (*below, _name(entry.name)))
            else:
                yield told(path, f"lies more than {_DEEPEST} folders deep")
        elif not _is_file(entry):
            yield told(path, _no_file(path))
        elif entry.name.lower() in ABOUT_FILES:
            continue
        elif not _readable(entry.name):
            yield told(path, f"'{path.suffix or path.name}' files are not read")
        elif entry.is_symlink() and not path.resolve().is_relative_to(root.resolve()):
            yield told(path, "is a link that leads out of the folder")
        else:
            own = _name(entry.name)
            stem = without_suffix(own)
            name = "/".join((*below, stem if stems[stem] == 1 else own))
            yield Found(path, _joined(label, name), inside(path), below)


def _result(folder: Path, names: set[str]) -> str | None:
    """Why a folder is passed over that this toolkit wrote, or None."""
    if "run.json" in names and (folder / "tables").is_dir():
        return EARLIER_RUN
    return "is a loaded corpus; load it by itself" if is_loaded(folder) else None


def is_loaded(folder: Path) -> bool:
    """Whether a folder is a corpus that ``toolkit load`` wrote."""
    return (folder / SHARDS).is_dir() and bool(numbers(folder))


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link that leads to itself
        return False


def _no_file(path: Path) -> str:
    try:
        if path.is_dir():
            return "is a link to a folder; give that folder itself, or copy it here"
    except OSError:
        pass
    return "is no file (a broken link, a link to itself or a device)"


def _readable(name: str) -> bool:
    return reader_of(name) is not None and name.lower() not in ABOUT_FILES


def _joined(label: str, name: str) -> str:
    return f"{label}/{_name(name)}" if label else _name(name)


def _name(name: str) -> str:
    """A path as text: composed letters, and bytes of an old file system that are no UTF-8 as Windows-1252."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        name = name.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
    return unicodedata.normalize("NFC", name)


def kinds_read() -> str:
    """The suffixes that are read, for messages."""
    return ", ".join(sorted(READERS))


def first_reason(root: str, rows: Iterable[tuple[str, str]]) -> str:
    """Why nothing at all was read, as one sentence."""
    reasons = list(rows)
    if not reasons:
        return f"{root}: holds no text; kinds that are read: {kinds_read()}."
    source, reason = reasons[0]
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    return f"{root}: nothing could be read; {source}: {reason.rstrip('.')}{more}."
