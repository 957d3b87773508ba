"""Files of strangers within bounds: bytes, text, JSON and XML, refused in one sentence that names the file."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.corpus.readers.zip_bounds import parse_xml
from toolkit.errors import InputError

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["MAX_BYTES", "no_number", "read_bytes", "read_json", "read_text", "read_xml", "xml_of"]

#: The largest file of annotations that is read. 10,000 annotations of 200 posts have 3 to 9 MB in every format here.
MAX_BYTES = 300_000_000


def read_bytes(path: Path, most: int = MAX_BYTES) -> bytes:
    """All bytes of a file. Raises :class:`InputError` for one that is too large or cannot be read."""
    try:
        size = path.stat().st_size
        if size > most:
            raise InputError(f"{path}: has {size / 1e6:,.0f} MB, more than {most / 1e6:,.0f} MB; divide it.")
        return path.read_bytes()
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}.") from error


def read_text(path: Path, most: int = MAX_BYTES) -> str:
    """A file in UTF-8 as text, its line ends as they are; a byte order mark is left out. InputError for other bytes."""
    data = read_bytes(path, most)
    try:
        return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(f"{path}, line {line}: not UTF-8; save the file as UTF-8.") from error


def no_number(word: str) -> Any:
    """Raises ValueError for NaN and Infinity, as ``parse_constant`` of :func:`json.loads`."""
    raise ValueError(f"'{word}' is no number of JSON")


def read_json(path: Path, most: int = MAX_BYTES) -> Any:
    """The value of a JSON file; NaN and Infinity, which JSON does not have, are refused."""
    text = read_text(path, most)
    try:
        return json.loads(text, parse_constant=no_number)
    except RecursionError as error:
        raise InputError(f"{path}: is JSON nested too deep to be read.") from error
    except ValueError as error:
        raise InputError(f"{path}: not JSON: {str(error).splitlines()[0]}.") from error


def read_xml(path: Path, most: int = MAX_BYTES) -> "etree._Element":
    """The root of an XML file, without entities, document type, comments and network; InputError for anything else."""
    return xml_of(read_bytes(path, most), str(path))


def xml_of(data: bytes, where: str) -> "etree._Element":
    """The same from bytes; ``where`` begins the message."""
    try:
        return parse_xml(data)
    except InputError as error:
        raise InputError(f"{where}: {error}.") from error
