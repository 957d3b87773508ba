"""Readers turn one file into records; each lives in a module of its own and is listed here by suffix.

A reader is a function ``read(path, name) -> Iterator[Record]``. ``name`` is the file's path inside the corpus
without suffix; a reader of one text per file uses it as ``doc_id``. To add a format, write such a function and
register it: ``READERS[".ext"] = read``.
"""

from toolkit.corpus.readers import plain, tabular
from toolkit.corpus.readers.record import Reader, Record

__all__ = ["READERS", "Reader", "Record"]

READERS: dict[str, Reader] = {
    ".txt": plain.read,
    ".md": plain.read,
    ".jsonl": tabular.read_jsonl,
    ".csv": tabular.read_csv,
    ".tsv": tabular.read_tsv,
    ".parquet": tabular.read_parquet,
}
