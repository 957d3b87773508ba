"""The folder that we write for INCEpTION: a file per document, TypeSystem.xml and README.txt; names of documents.

INCEpTION makes the name of a file the name of the document, without the folder it came from, and refuses names that
hold one of ``!"#$%&'*+/:<=>?@\\`{|}`` or a control character, or begin with "-" or "." (inception, ValidationUtils and
DocumentServiceImpl; issue 4107). So a ``doc_id`` is one name without folders, in which such a sign is ``~`` and two
hexadecimal digits a byte: it comes back from what INCEpTION exports. Folders and names with ``%``, as other formats
write them, are read too.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from urllib.parse import unquote

from toolkit.errors import InputError
from toolkit.exchange.formats.cas.layer import declared_types, type_system
from toolkit.exchange.model import Document, Material, Span
from toolkit.exchange.names import doc_id_of, file_names

__all__ = ["columns_of", "document_names", "document_of", "write_folder"]

_TYPES, _README = "TypeSystem.xml", "README.txt"
#: What INCEpTION refuses, where :func:`toolkit.exchange.names.file_names` has not yet made a byte of it; and the sign
#: that bytes begin with here.
_REFUSED = re.compile(r"[!#$&'+=@`{}~/]|^-")
_BYTE = re.compile(r"%(?=[0-9A-F]{2})")
_ENCODED = re.compile(r"(?:[^~%]|~[0-9A-F]{2})*")
#: Bytes of a name that all file systems take, less room for the ending.
_LONGEST = 230


def write_folder(
    material: Material, path: Path, suffix: str, text_of: Callable[[Document, Sequence[Span]], str], readme: str
) -> None:
    """Write all documents into an empty folder, and what helps to import them.

    Raises :class:`InputError` for a name too long for a file system.
    """
    names = document_names(one.doc_id for one in material.documents)
    for document, spans in material.by_document():
        (path / (names[document.doc_id] + suffix)).write_bytes(text_of(document, spans).encode("utf-8"))
    (path / _TYPES).write_bytes(type_system(declared_types(columns_of(material.spans))).encode("utf-8"))
    (path / _README).write_bytes(readme.encode("utf-8"))


def columns_of(spans: Iterable[Span]) -> list[str]:
    """Further features of the spans, sorted: each becomes a feature of the layer."""
    return sorted({name for span in spans for name in span.features})


def document_names(doc_ids: Iterable[str]) -> dict[str, str]:
    """The name of each document in INCEpTION, which is also that of its file without ending.

    Raises :class:`InputError` for a name too long for a file system.

    >>> document_names(["es/uno: dos", "~a"])
    {'es/uno: dos': 'es~2Funo~3A dos', '~a': '~7Ea'}
    """
    names = {}
    for doc_id, name in file_names(doc_ids).items():
        # a part that is empty is written as "%"
        parts = [_BYTE.sub("~", _REFUSED.sub(_as_byte, "" if part == "%" else part)) for part in name.split("/")]
        names[doc_id] = "~2F".join(parts) or "~"
        if len(names[doc_id].encode("utf-8")) > _LONGEST:
            raise InputError(f"document {doc_id[:60]!r}...: its name is too long for a file; give it a shorter doc_id.")
    return names


def document_of(name: str) -> str:
    """The document of a file's path without ending, or of a document in INCEpTION.

    >>> document_of("es~2Funo~3A dos"), document_of("es/uno%3A dos"), document_of("~uno")
    ('es/uno: dos', 'es/uno: dos', '~uno')
    """
    if name == "~":
        return ""
    if "~" not in name or not _ENCODED.fullmatch(name):
        return doc_id_of(name)
    try:
        return unquote(name.replace("~", "%"), errors="surrogatepass")
    except UnicodeDecodeError:
        # a name of others, in which the signs after ~ are no UTF-8
        return name


def _as_byte(match: re.Match[str]) -> str:
    return f"%{ord(match[0]):02X}"
