"""Names of documents as names of files, and back.

A ``doc_id`` may hold anything; a file name may not. Slashes make folders; what no file system of the three common ones
takes is written as ``%`` and two hexadecimal digits a byte, as in URLs, so that the name can be read back from the
file alone.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote

from toolkit.errors import InputError

__all__ = ["doc_id_of", "documents_in", "file_names"]

#: Names that Windows keeps for devices, with any ending.
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
#: What Windows refuses in names, and signs that cannot be seen.
_REFUSED = re.compile(r'[%<>:"\\|?*\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]')
#: Bytes of one name that all file systems take, less room for the longest ending.
_LONGEST = 230
#: How many files a folder is searched for.
_MOST = 200_000


def file_names(doc_ids: Iterable[str]) -> dict[str, str]:
    """The path (with ``/``, without ending) for the file of each document; different for different documents, also
    where capitals do not count (Windows, macOS).

    Raises :class:`InputError` for a name too long for a file system.

    >>> file_names(["es/uno: dos", "..", "ES/uno: dos"])
    {'es/uno: dos': 'es/uno%3A dos', '..': '%2E%2E', 'ES/uno: dos': '%45%53/uno%3A dos'}
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    folders: dict[str, str] = {}
    for doc_id in doc_ids:
        parts = [_part(part) for part in doc_id.split("/")]
        for number in range(len(parts)):
            key = "/".join(parts[: number + 1])
            last = number == len(parts) - 1
            clash = key.lower() in taken if last else folders.get(key.lower(), key) != key
            if clash:
                parts[number] = "".join(_hex(sign) if sign.isupper() else sign for sign in parts[number])
                key = "/".join(parts[: number + 1])
            if not last:
                folders.setdefault(key.lower(), key)
        name = "/".join(parts)
        if name.lower() in taken:
            # two names that differ in letters without capitals of their own (ß, İ): all of it as bytes
            name = "".join(sign if sign == "/" else _hex(sign) for sign in doc_id) or "%"
        too_long = [part for part in name.split("/") if len(part.encode("utf-8")) > _LONGEST]
        if too_long:
            raise InputError(f"document {doc_id[:60]!r}...: its name is too long for a file; give it a shorter doc_id.")
        taken.add(name.lower())
        names[doc_id] = name
    return names


def doc_id_of(name: str) -> str:
    """The document of a file's path without ending.

    >>> doc_id_of("es/uno%3A dos")
    'es/uno: dos'
    """
    if name == "%":
        return ""
    return "/".join(unquote(part, errors="surrogatepass") for part in name.split("/"))


def documents_in(path: Path, suffixes: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    """The documents of a folder (with its subfolders) by file, or the one of a single file: doc_id and path, sorted.

    Hidden files and links that lead out of the folder are passed over. Raises :class:`InputError` where there is none.
    """
    if path.is_file():
        yield doc_id_of(path.name.removesuffix(path.suffix)), path
        return
    root = path.resolve()
    files = []
    for file in sorted(path.rglob("*")):
        relative = file.relative_to(path)
        if file.suffix.lower() not in suffixes or any(part.startswith(".") for part in relative.parts):
            continue
        if file.is_file() and file.resolve().is_relative_to(root):
            files.append((doc_id_of(relative.as_posix().removesuffix(file.suffix)), file))
        if len(files) > _MOST:
            raise InputError(f"{path}: holds more than {_MOST:,} files; read it in parts.")
    if not files:
        raise InputError(f"{path}: holds no file that ends in {' or '.join(suffixes)}.")
    yield from sorted(files)


def _part(part: str) -> str:
    """One part of a path as a name that every file system takes."""
    if part in ("", ".", ".."):
        return "".join(_hex(sign) for sign in part) or "%"
    safe = _REFUSED.sub(lambda match: _hex(match[0]), part)
    if safe[0] in ". " or _DEVICES.match(safe):
        safe = _hex(part[0]) + safe[1:]
    if safe[-1] in ". ":
        safe = safe[:-1] + _hex(safe[-1])
    return safe


def _hex(sign: str) -> str:
    """A sign as its bytes in UTF-8.

    >>> _hex("ñ")
    '%C3%B1'
    """
    return "".join(f"%{byte:02X}" for byte in sign.encode("utf-8", "surrogatepass"))
