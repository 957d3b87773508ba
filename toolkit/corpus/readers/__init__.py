"""Readers turn one file into records; each lives in a module of its own and is listed here by suffix.

A reader is a function ``read(file: File) -> Iterator[Record]``. It raises nothing for bad content: it yields a record
with ``refused``, and goes on where it can. To add a format, write such a function and register it::

    from toolkit.corpus.readers import File, Record, register

    def read_srt(file: File):
        lines = file.path.read_text(encoding="utf-8").splitlines()
        text = "\\n".join(line for line in lines if line and not line[0].isdigit())
        yield Record(file.name, text, {"encoding": "utf-8"})

    register(".srt", read_srt)
"""

from collections.abc import Iterator
from importlib import import_module

from toolkit.corpus.readers.record import File, Options, Reader, Record
from toolkit.errors import InputError

__all__ = ["READERS", "File", "Options", "Reader", "Record", "reader_of", "register", "without_suffix"]


def _in_module(name: str, function: str = "read") -> Reader:
    """A reader that imports its module when the first file of its kind comes."""

    def read(file: File) -> Iterator[Record]:
        reader: Reader = getattr(import_module(f"toolkit.corpus.readers.{name}"), function)
        return reader(file)

    return read


READERS: dict[str, Reader] = {
    **dict.fromkeys((".txt", ".md"), _in_module("plain")),
    **dict.fromkeys((".html", ".htm", ".xhtml", ".mht", ".mhtml"), _in_module("html")),
    ".xml": _in_module("xml"),
    **dict.fromkeys((".rss", ".atom"), _in_module("feeds")),
    ".tei": _in_module("tei"),
    **dict.fromkeys((".warc", ".warc.gz", ".warc.wet", ".warc.wet.gz"), _in_module("warc")),
    ".wacz": _in_module("warc", "read_wacz"),
    ".csv": _in_module("separated", "read_csv"),
    ".tsv": _in_module("separated", "read_tsv"),
    **dict.fromkeys((".jsonl", ".ndjson"), _in_module("jsonlines", "read_jsonl")),
    ".json": _in_module("jsonlines", "read_json"),
    ".parquet": _in_module("columnar", "read_parquet"),
    **dict.fromkeys((".xlsx", ".xls", ".ods"), _in_module("sheets", "read_sheets")),
    ".pdf": _in_module("pdf"),
    **dict.fromkeys((".docx", ".docm"), _in_module("docx")),
    ".odt": _in_module("odt"),
    **dict.fromkeys((".doc", ".rtf"), _in_module("docx", "refuse_old")),
    ".epub": _in_module("epub"),
    ".zip": _in_module("archives", "read_zip"),
    ".gz": _in_module("archives", "read_gzip"),
}


def register(suffix: str, reader: Reader) -> None:
    """Read files whose name ends in ``suffix`` (".srt") with ``reader``, in place of any reader they had.

    Raises :class:`InputError` if the suffix has no dot in front.

    >>> from toolkit.corpus import READERS, Record
    >>> def read_lines(file):
    ...     for number, line in enumerate(file.path.read_text(encoding="utf-8").splitlines(), 1):
    ...         yield Record(f"{file.name}:{number}", line)
    >>> register(".lines", read_lines)
    >>> READERS.pop(".lines") is read_lines
    True
    """
    if not suffix.startswith(".") or len(suffix) < 2:
        raise InputError(f"suffix '{suffix}': must begin with a dot and go on, as '.srt' does.")
    READERS[suffix.lower()] = reader


def reader_of(name: str) -> Reader | None:
    """The reader for a file name: that of its longest known ending (".warc.gz" before ".gz"), or None.

    >>> reader_of("blog/uno.txt") is not None, reader_of("blog/uno.xyz")
    (True, None)
    """
    suffix = _suffix(name)
    return READERS[suffix] if suffix else None


def without_suffix(name: str) -> str:
    """A name without its longest known ending, or without its last suffix.

    >>> without_suffix("2011/v1.2 borrador.txt")
    '2011/v1.2 borrador'
    """
    suffix = _suffix(name)
    if suffix:
        return name[: -len(suffix)]
    head, dot, _ = name.rpartition(".")
    return head if dot and head and not head.endswith("/") and "/" not in name[len(head) :] else name


def _suffix(name: str) -> str:
    last = name.rpartition("/")[2].lower()
    for start in (n for n, sign in enumerate(last) if sign == "." and n > 0):
        if last[start:] in READERS:
            return last[start:]
    return ""
