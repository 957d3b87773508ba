"""Which format a file or folder is in, and which one the name of a target means."""

import itertools
import re
import tempfile
import zipfile
from pathlib import Path

from toolkit.corpus.readers.zip_bounds import root_name
from toolkit.errors import InputError
from toolkit.exchange.registry import FORMATS, Format, format_named
from toolkit.exchange.unpack import unpacked

__all__ = ["TEXTS", "detect_format", "files_of", "format_of_target", "is_of", "others_in"]

#: How much of a file is looked at.
_HEAD = 4_000
#: The end of the name of texts that stand beside annotations.
TEXTS = ".texts.jsonl"
#: How many files a folder is searched for, as in :mod:`toolkit.exchange.names`.
_MOST = 200_000


def detect_format(path: str | Path) -> str:
    """The name of the format a file or folder is in, from its name and its beginning.

    Raises :class:`InputError` where it is none of the formats, or cannot be told.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "work.jsonl")
    ...     _ = path.write_text('{"id": "a", "text": "Hola.", "label": [[0, 4, "listening"]]}', encoding="utf-8")
    ...     detect_format(path)
    'doccano'
    """
    source = Path(path)
    if not source.exists():
        raise InputError(f"{source}: no such file or folder.")
    if source.is_file() and zipfile.is_zipfile(source) and source.suffix.lower() == ".zip":
        with tempfile.TemporaryDirectory(prefix="toolkit-") as folder:
            inside = unpacked(source, Path(folder))
            found = _of_folder(inside)
    else:
        found = _of_folder(source) if source.is_dir() else _of_file(source, _head(source))
    if found is None:
        names = ", ".join(FORMATS)
        if source.is_dir() or source.suffix.lower() == ".zip":
            raise InputError(f"{source}: holds no file in a format read here; if it does, name the format: {names}.")
        raise InputError(
            f"{source}: is {_described(source)}, and so in none of the formats read here; if it is, name it: {names}."
        )
    return found.name


def format_of_target(path: Path, name: str | None) -> Format:
    """The format to write: the named one, or the one that files with this ending have.

    Raises :class:`InputError` for an unknown name, or an ending of none or of several formats.
    """
    if name is not None:
        return format_named(name)
    fitting = [one for one in FORMATS.values() if path.suffix.lower() in one.suffixes]
    if len(fitting) == 1:
        return fitting[0]
    # our own table comes before others with the ending
    if fitting and not fitting[0].texts:
        return fitting[0]
    if fitting:
        names = " or ".join(one.name for one in fitting)
        raise InputError(f"{path}: files of several formats end so; name the format: {names}.")
    raise InputError(f"{path}: no format has files that end so; name the format, allowed are {', '.join(FORMATS)}.")


def _described(file: Path) -> str:
    """What a file is at first sight: the keys of JSON, the root of XML, or its first words."""
    head = _head(file)
    text = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").lstrip()
    if not text:
        return "empty"
    if "\x00" in text:
        return "a binary file"
    if text[0] in "{[":
        keys = list(dict.fromkeys(re.findall(r'"([^"\\\n]{1,40})"\s*:', text)))[:6]
        return f"JSON with the keys {', '.join(keys)}" if keys else "JSON without keys"
    if text[0] == "<":
        try:
            return f"XML with the root <{root_name(head)}>"
        except InputError:
            return "XML that is not well formed"
    return f"a text that begins with {' '.join(text.split())[:40]!r}"


def _head(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(_HEAD)
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror or error}.") from error


def _of_file(file: Path, head: bytes) -> Format | None:
    """The first format that knows the file, those with its ending before the others."""
    suffix = file.suffix.lower()
    listed = sorted(FORMATS.values(), key=lambda one: suffix not in one.suffixes)
    return next((one for one in listed if one.recognise(file, head)), None)


def is_of(what: Format, file: Path) -> bool:
    """Does a file look like one of the format?"""
    return what.recognise(file, _head(file))


def others_in(folder: Path, what: Format) -> list[Path]:
    """The files of a folder that end otherwise and are in another format with one file for all documents."""
    formats = [one for one in FORMATS.values() if not one.folder and one != what]
    endings = tuple({suffix for one in formats for suffix in one.suffixes} - set(what.suffixes))
    return [file for file in files_of(folder, endings) if any(one.recognise(file, _head(file)) for one in formats)]


def files_of(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    """The files of a folder and its subfolders that end so, sorted; hidden ones and links that lead out of the folder
    are passed over. InputError for more than 200,000 files."""
    root = folder.resolve()
    listed = list(itertools.islice(folder.rglob("*"), _MOST + 1))
    if len(listed) > _MOST:
        raise InputError(f"{folder}: holds more than {_MOST:,} files; read it in parts.")
    return [
        file
        for file in sorted(listed)
        if file.suffix.lower() in suffixes
        and file.is_file()
        and file.resolve().is_relative_to(root)
        and not file.name.endswith(TEXTS)
        and not any(part.startswith((".", "__MACOSX")) for part in file.relative_to(folder).parts)
    ]


def _of_folder(folder: Path) -> Format | None:
    """The format of the first file in a folder that one knows; those with a file per document come first."""
    for whole in (True, False):
        formats = [one for one in FORMATS.values() if one.folder == whole]
        for file in files_of(folder, tuple(suffix for one in formats for suffix in one.suffixes)):
            head = _head(file)
            fitting = [one for one in formats if file.suffix.lower() in one.suffixes]
            found = next((one for one in fitting if one.recognise(file, head)), None)
            if found is not None:
                return found
    return None
