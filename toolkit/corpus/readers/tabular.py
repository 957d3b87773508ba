"""Tables with one post a row: JSON Lines, CSV, TSV and Parquet with the columns doc_id, lang, text."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from toolkit.corpus.encoding import decode
from toolkit.corpus.readers.record import MAX_CHARACTERS, Record
from toolkit.errors import InputError

__all__ = ["read_csv", "read_jsonl", "read_parquet", "read_tsv"]


def read_jsonl(path: Path, name: str) -> Iterator[Record]:
    """One record a line; a line that is no JSON object, or has no text, is refused with its number."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            place = f"{name}:{number}"
            if not line.strip():
                continue
            try:
                row = json.loads(line.decode("utf-8-sig"))
            except (ValueError, RecursionError) as error:
                yield Record(place, refused=f"line {number} is not JSON in UTF-8: {_reason(error)}")
                continue
            if not isinstance(row, dict):
                yield Record(place, refused=f"line {number} is not a JSON object with the keys doc_id, lang, text")
                continue
            yield _record(row, place, f"line {number}")


def read_csv(path: Path, name: str) -> Iterator[Record]:
    """One record a row; the first row names the columns, the separator (comma or semicolon) is found out."""
    return _read_separated(path, name, None)


def read_tsv(path: Path, name: str) -> Iterator[Record]:
    """One record a row; the first row names the columns, separated by tabs."""
    return _read_separated(path, name, "\t")


def read_parquet(path: Path, name: str) -> Iterator[Record]:
    """One record a row."""
    import pyarrow.lib
    import pyarrow.parquet

    try:
        batches = pyarrow.parquet.ParquetFile(path).iter_batches(batch_size=1000)
        rows = (row for batch in batches for row in batch.to_pylist())
        for number, row in enumerate(rows, 1):
            yield _record(row, f"{name}:{number}", f"row {number}")
    except (pyarrow.lib.ArrowInvalid, OSError, UnicodeError) as error:
        yield Record(name, refused=f"cannot be read as Parquet: {_reason(error)}")


def _read_separated(path: Path, name: str, separator: str | None) -> Iterator[Record]:
    try:
        decoded = decode(path.read_bytes())
    except InputError as error:
        yield Record(name, refused=str(error))
        return
    head = decoded.text.split("\n", 1)[0]
    separator = separator or (";" if head.count(";") > head.count(",") else ",")
    csv.field_size_limit(max(len(decoded.text), 1))
    reader = csv.DictReader(io.StringIO(decoded.text, newline=""), delimiter=separator, strict=True)
    try:
        columns = list(reader.fieldnames or [])
    except csv.Error as error:
        yield Record(name, refused=f"line 1 cannot be read as the names of columns: {error}")
        return
    if "text" not in columns:
        named = ", ".join(columns) or "none"
        yield Record(name, refused=f"has no column 'text' (columns: {named}); name the column of the texts so")
        return
    if columns.count("text") > 1:
        yield Record(name, refused="has two columns 'text'; name the one that holds the texts so, and no other")
        return
    doubts = () if decoded.certain else (f"encoding guessed: {decoded.encoding}",)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Record(name, refused=f"up to line {reader.line_num} a row cannot be read: {error}")
            continue
        record = _record(row, f"{name}:{reader.line_num}", f"line {reader.line_num}")
        # the doubt is about the file: it is told once
        yield replace(record, doubts=doubts)
        doubts = ()


def _record(row: Mapping[Any, Any], place: str, where: str) -> Record:
    text = row.get("text")
    if not isinstance(text, str):
        return Record(place, refused=f"{where} has no text in 'text' (got {str(text)[:40]!r})")
    if not text.strip():
        return Record(place, refused=f"{where} is empty")
    if "\x00" in text:
        return Record(place, refused=f"{where} is not text (it contains a zero character)")
    if len(text) > MAX_CHARACTERS:
        return Record(place, refused=f"{where} has {len(text):,} characters, more than {MAX_CHARACTERS:,}")
    metadata = {
        str(key).lower(): str(value)
        for key, value in row.items()
        if key is not None and key not in ("text", "doc_id") and value not in (None, "") and not _nested(value)
    }
    doc_id = row.get("doc_id")
    name = place if doc_id in (None, "") else str(doc_id)
    try:
        "".join((text, name, *metadata, *metadata.values())).encode("utf-8")
    except UnicodeEncodeError:
        return Record(place, refused=f"{where} has half a character (a lone surrogate)")
    return Record(name, text, metadata)


def _nested(value: Any) -> bool:
    return isinstance(value, dict | list)


def _reason(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
