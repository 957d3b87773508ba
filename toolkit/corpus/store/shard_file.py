"""One Parquet file of a corpus on disk: its rows checked, written, read back, and compared with its manifest."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.corpus.store.manifest import TABLES, Shard, write_shard
from toolkit.errors import InputError, suggestion
from toolkit.files import sha256_text
from toolkit.tables import CONTRACTS

__all__ = ["TYPES", "Gone", "Value", "checked", "fitted", "frame", "kind_of", "kinds_of", "known", "named", "ordered"]
__all__ += ["path_of", "problems", "read", "size_of", "values", "write"]

Value = str | bool | int | None
Kinds = dict[str, str]

#: The type in Parquet of what a column holds.
TYPES = {"text": pa.string(), "truth": pa.bool_(), "whole": pa.int64(), "none": pa.string()}
#: Rows that are decoded at a time, where it does not matter how many: as many as a shard has at most.
_ROWS = 25_000
#: The largest row: eight times the longest post that is read.
_ROW_BYTES = 64_000_000
#: The largest shard that is read. One that was written here has at most a full one, a small one and a row.
_UNPACKED = 200_000_000
#: Columns of a table; front matter of a whole corpus has some dozens of keys.
_COLUMNS = 1_000
#: Sentences about posts of one shard; more say nothing new.
_TOLD = 5
_WORDS = {"text": "text", "truth": "true or false", "whole": "a whole number"}
_FRAMES = {pa.string(): pd.StringDtype(na_value=np.nan)}
_WITH_GAPS = {**_FRAMES, pa.bool_(): pd.BooleanDtype(), pa.int64(): pd.Int64Dtype()}


class Gone(Exception):
    """A shard is not there: two commits of others may have removed it."""


def known(table: str) -> None:
    """Refuse the name of a table that a corpus does not have."""
    if table not in TABLES:
        raise InputError(f"no table '{table}'; {suggestion(table, TABLES)}")


def kind_of(value: object) -> str:
    """What a value is, as manifests call it; the name of its type for what a table cannot hold."""
    if value is None:
        return "none"
    for kind, type_ in (("text", str), ("truth", bool), ("whole", int)):
        if isinstance(value, type_):
            return kind
    return type(value).__name__


def size_of(value: Value) -> int | None:
    """Bytes of a value in memory; None for what Parquet cannot hold (half a character, 64 bits and more)."""
    if not isinstance(value, str):
        return 8 if value is None or -(2**63) <= value < 2**63 else None
    try:
        return len(value) if value.isascii() else len(value.encode("utf-8"))
    except UnicodeEncodeError:
        return None


def checked(where: str, row: Mapping[str, Value], kinds: Kinds) -> tuple[Kinds, int]:
    """The kinds of columns that a row is the first to have, and its size in bytes."""
    new: Kinds = {}
    total = 0
    for name, value in row.items():
        if not isinstance(name, str) or not name or size_of(name) is None or "\x00" in name:
            raise InputError(f"{where}: {name!r} cannot be the name of a column.")
        kind, before = kind_of(value), kinds.get(name, "")
        if kind != "none" and kind not in _WORDS:
            raise InputError(f"{where}, column '{name}': got {kind}, expected text, a whole number, true or false.")
        if kind != before and kind != "none" and before in _WORDS:
            raise InputError(f"{where}, column '{name}': got {_WORDS[kind]}, the column holds {_WORDS[before]}.")
        if kind != before and before not in _WORDS:
            new[name] = kind
        size = size_of(value)
        if size is None:
            raise InputError(f"{where}, column '{name}': has half a character (a lone surrogate) or over 64 bits.")
        total += size
    if all(value is None for value in row.values()):
        raise InputError(f"{where}: has no value.")
    if total > _ROW_BYTES:
        raise InputError(f"{where}: has {total:,} bytes, more than the {_ROW_BYTES:,} of one row; split it.")
    if new and len({*kinds, *new}) > _COLUMNS:
        raise InputError(
            f"{where}: column '{next(iter(new))}' would be one more than the {_COLUMNS:,} a table can have."
        )
    return new, total


def kinds_of(shards: Iterable[Shard]) -> Kinds:
    """The columns of shards, with what they hold."""
    found: Kinds = {}
    for shard in shards:
        for name, kind in shard.columns.items():
            before = found.setdefault(name, kind)
            if before == "none":
                found[name] = kind
            elif kind not in (before, "none"):
                raise InputError(f"{shard.file}: column '{name}' holds {kind}, in a shard before it {before}.")
    return found


def ordered(table: str, names: Collection[str]) -> list[str]:
    """Names of columns in the order of the table's contract, further ones by alphabet."""
    contract = CONTRACTS.get(table, {})
    return [name for name in contract if name in names] + sorted(name for name in names if name not in contract)


def named(table: str, kinds: Kinds, columns: Sequence[str] | None) -> list[str]:
    """The columns asked for; all of the table when none are."""
    contract = list(CONTRACTS.get(table, {}))
    if columns is None:
        return ordered(table, kinds) or contract
    allowed = {*kinds, *contract}
    for column in columns:
        if kinds and column not in allowed:
            raise InputError(f"{table}: has no column '{column}'; {suggestion(column, allowed)}")
    return list(dict.fromkeys(columns))


def path_of(folder: Path, shard: Shard) -> Path:
    """Where a shard is; :class:`InputError` if its size is another than the manifest says."""
    path = folder / shard.file
    try:
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise Gone(str(path)) from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}.") from error
    if size != shard.bytes or size > _UNPACKED:
        raise InputError(f"{path}: has {size:,} bytes, its manifest says {shard.bytes:,}; it was cut or changed.")
    return path


def read(folder: Path, shard: Shard, columns: Sequence[str], rows: int = _ROWS) -> Iterator[pa.RecordBatch]:
    """The rows of a shard in pieces of at most ``rows``, with those of the columns that it has.

    The whole file is compared with its SHA-256 first, which takes less time than decoding it: a changed byte in its
    footer can make rows vanish without an error.
    """
    path = path_of(folder, shard)
    held = {name: TYPES[kind] for name, kind in shard.columns.items() if kind != "none"}
    # rows are counted by a column, also where none of those asked for is there
    wanted = [name for name in columns if name in held] or list(held)[:1]
    try:
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != shard.sha256:
            raise InputError(f"{path}: its content was changed (SHA-256 is another than the manifest says).")
        with pq.ParquetFile(pa.BufferReader(content)) as file:
            data = file.metadata
            unpacked = sum(data.row_group(n).total_byte_size for n in range(data.num_row_groups))
            schema = file.schema_arrow
            if dict(zip(schema.names, schema.types, strict=True)) != held or len(schema) != len(held) or not held:
                raise InputError(f"{path}: has other columns than its manifest says.")
            if data.num_rows != shard.rows or unpacked > _UNPACKED:
                raise InputError(f"{path}: has {data.num_rows:,} rows of {unpacked:,} bytes, which it cannot have.")
            met = 0
            for piece in file.iter_batches(batch_size=rows, columns=wanted, use_threads=False):
                piece.validate(full=True)  # text is UTF-8
                met += piece.num_rows
                yield piece
            if met != shard.rows:
                raise InputError(f"{path}: has {met:,} rows, its manifest says {shard.rows:,}.")
    except InputError:
        raise
    except FileNotFoundError as error:
        raise Gone(str(path)) from error
    except (pa.ArrowException, OSError, ValueError) as error:
        problem = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise InputError(f"{path}: cannot be read: {problem.rstrip('.')}.") from error


def write(folder: Path, table: str, number: int, parts: Sequence[pa.Table], kinds: Kinds) -> Shard:
    """Write rows as a shard for the manifest ``number``. The same rows in the same order give the same bytes."""
    names = ordered(table, {name for part in parts for name in part.column_names})
    whole = pa.concat_tables([fitted(part, names, kinds) for part in parts]).combine_chunks()
    held = {name: kinds[name] if whole[name].null_count < len(whole) else "none" for name in names}
    buffer = pa.BufferOutputStream()
    pq.write_table(
        whole.select([name for name in names if held[name] != "none"]),
        buffer,
        compression="zstd",
        store_schema=False,
    )
    data = buffer.getvalue().to_pybytes()
    return Shard.model_validate(
        {
            "table": table,
            "file": write_shard(folder, table, number, data),
            "rows": len(whole),
            "bytes": len(data),
            "unpacked": whole.nbytes,
            "sha256": hashlib.sha256(data).hexdigest(),
            "columns": held,
        }
    )


def fitted(piece: pa.RecordBatch | pa.Table, names: Sequence[str], kinds: Kinds) -> pa.Table:
    """Rows with exactly these columns, missing where they have none."""
    there = set(piece.schema.names)
    rows = piece.num_rows
    types = {name: TYPES[kinds.get(name, "none")] for name in names}
    return pa.table(
        {name: piece[name].cast(kind) if name in there else pa.nulls(rows, kind) for name, kind in types.items()}
    )


def frame(table: pa.Table) -> pd.DataFrame:
    """A table as pandas has it."""
    columns = {
        name: table[name].to_pandas(types_mapper=(_WITH_GAPS if table[name].null_count else _FRAMES).get)
        for name in table.column_names
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(len(table)))


def values(
    folder: Path, shards: Iterable[Shard], column: str, stay: Mapping[str, np.ndarray] | None = None
) -> Iterator[Any]:
    """The values of a column in all shards, of the rows that stay."""
    for shard in shards:
        start = 0
        for piece in read(folder, shard, [column]):
            values = piece[column]
            if stay and shard.file in stay:
                values = values.filter(pa.array(stay[shard.file][start : start + len(values)]))
            yield from values.to_pylist()
            start += piece.num_rows


def problems(folder: Path, shard: Shard, seen: set[bytes]) -> Iterator[str]:
    """What is wrong with a shard; ``seen``: digests of each ``doc_id`` met so far, added to here."""
    told = 0
    columns = ["doc_id", "text", "sha256"] if shard.table == "posts" else list(shard.columns)
    try:
        for piece in read(folder, shard, columns, 1000):
            if shard.table == "posts":
                for problem in _post_problems(fitted(piece, columns, {}).to_pylist(), seen):
                    told += 1
                    if told <= _TOLD:
                        yield f"{folder / shard.file}: {problem}"
    except InputError as error:
        yield str(error)
    if told > _TOLD:
        yield f"{folder / shard.file}: {told - _TOLD:,} further posts have such problems."


def _post_problems(posts: list[dict[str, Any]], seen: set[bytes]) -> Iterator[str]:
    for post in posts:
        doc_id, text, digest = post["doc_id"], post["text"], post["sha256"]
        if doc_id is None:
            yield "a post has no doc_id."
            continue
        key = hashlib.sha256(doc_id.encode("utf-8")).digest()[:16]
        if key in seen:
            yield f"the doc_id {doc_id!r} stands there a second time."
        seen.add(key)
        if digest is not None and digest != sha256_text(text or ""):
            yield f"the text of {doc_id!r} is not the one its sha256 was made of."
