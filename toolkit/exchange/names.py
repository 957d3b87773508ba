"""Names of documents as names of files, and back.

A ``doc_id`` may hold anything; a file name may not. Slashes make folders; what no file system of the three common ones
takes is written as ``%`` and two hexadecimal digits a byte, as in URLs, so that the name can be read back from the
file alone.
"""

import re
import unicodedata
from collections.abc import Container, Iterable, Iterator, Mapping
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
    files: set[str] = set()
    folders: dict[str, str] = {}
    # what a file must not be called before its ending: "a.txt" could not stand beside the folder "a.txt"
    beginnings: set[str] = set()

    def taken(folded: str) -> bool:
        return folded in files or folded in beginnings

    for doc_id in dict.fromkeys(doc_ids):
        name = ""
        *above, last = doc_id.split("/")
        for part in above:
            name = next(
                (one for one in _forms(name, part) if _is_free_folder(one, folders, files)), name + _as_bytes(part)
            )
            folders[_folded(name)] = name
            beginnings.update(_beginnings(_folded(name)))
            name += "/"
        forms = _forms(name, last)
        name = next((one for one in forms if not taken(_folded(one))), name + _as_bytes(last))
        if any(len(part.encode("utf-8")) > _LONGEST for part in name.split("/")):
            raise InputError(f"document {doc_id[:60]!r}...: its name is too long for a file; give it a shorter doc_id.")
        files.add(_folded(name))
        names[doc_id] = name
    return names


def doc_id_of(name: str) -> str:
    """The document of a file's path without ending.

    >>> doc_id_of("es/uno%3A dos")
    'es/uno: dos'
    """
    # file systems and programs decompose accents; where they belong to a name, they are written as bytes
    name = unicodedata.normalize("NFC", name)
    try:
        return "/".join("" if part == "%" else unquote(part, errors="surrogatepass") for part in name.split("/"))
    except UnicodeDecodeError:
        # a name of others, in which the signs after % are no UTF-8
        return name


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
        return _as_bytes(part)
    safe = _REFUSED.sub(lambda match: _hex(match[0]), part)
    if safe[0] in ". " or _DEVICES.match(safe):
        safe = _hex(part[0]) + safe[1:]
    if safe[-1] in ". ":
        safe = safe[:-1] + _hex(safe[-1])
    return safe if unicodedata.normalize("NFC", safe) == safe else _as_bytes(part)


def _forms(above: str, part: str) -> Iterator[str]:
    """The ways to write a part below ``above``, the most readable first: as it is, capitals as bytes, all as bytes."""
    plain = _part(part)
    yield above + plain
    signs = re.findall(r"%[0-9A-F]{2}|[^%]", plain)
    yield above + "".join(_hex(sign) if sign[0].isupper() else sign for sign in signs)
    # for names that differ in letters without capitals of their own (ß, İ), or in how their accents are composed
    yield above + _as_bytes(part)


def _as_bytes(part: str) -> str:
    return "".join(_hex(sign) for sign in part) or "%"


def _folded(name: str) -> str:
    """What macOS and Windows compare: without capitals and ways to compose accents."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def _beginnings(folder: str) -> Iterator[str]:
    """What stands before each point of a folder's own name.

    >>> list(_beginnings("x.y/a.b.txt"))
    ['x.y/a', 'x.y/a.b']
    """
    at = folder.rfind("/")
    while (at := folder.find(".", at + 1)) > 0:
        yield folder[:at]


def _is_free_folder(name: str, folders: Mapping[str, str], files: Container[str]) -> bool:
    folded = _folded(name)
    return folders.get(folded, name) == name and not any(one in files for one in _beginnings(folded))


def _hex(sign: str) -> str:
    """A sign as its bytes in UTF-8.

    >>> _hex("ñ")
    '%C3%B1'
    """
    return "".join(f"%{byte:02X}" for byte in sign.encode("utf-8", "surrogatepass"))
