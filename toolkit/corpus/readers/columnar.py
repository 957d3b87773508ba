"""Parquet files with one post a row, read batch by batch."""

from collections.abc import Iterator
from typing import Any

from toolkit.corpus.readers.headings import shown, unique
from toolkit.corpus.readers.record import File, Record
from toolkit.corpus.readers.tabular import Rows
from toolkit.errors import InputError

__all__ = ["read_parquet"]

#: Rows that are in memory at once: 256 of the longest texts are one gigabyte, 256 common ones one megabyte.
_BATCH = 256
#: Unpacked bytes of one group of rows, which is read as a whole; common writers make groups of 10 to 500 MB.
MAX_GROUP = 2_000_000_000
#: Rows of one file; more is no table of posts, and columns that repeat one value can claim any number in few bytes.
MAX_ROWS = 20_000_000
#: A cell that is no value of its type: broken UTF-8, a time outside the calendar.
_BROKEN: tuple[()] = ()


def read_parquet(file: File) -> Iterator[Record]:
    """One record a row of an Apache Parquet file; times become ISO 8601, lists of plain values are joined by "; ".

    A cell that does not hold what its type says is left out, or its row refused if it is the text. A file that breaks
    off in the middle is read up to there.
    """
    import pyarrow.lib
    import pyarrow.parquet

    number = 0
    try:
        with pyarrow.parquet.ParquetFile(file.path) as table:
            problem = _too_large(table.metadata)
            if problem:
                yield Record(file.name, refused=problem)
                return
            headings, _ = unique(table.schema_arrow.names)
            rows = Rows(file, _flat_names(table.schema_arrow), unit="row")
            for batch in table.iter_batches(batch_size=_BATCH):
                columns = [_values(column) for column in batch.columns]
                for cells in zip(*columns, strict=True):
                    number += 1
                    yield rows.record(dict(zip(headings, cells, strict=True)), number)
    except InputError as error:
        yield Record(file.name, refused=str(error))
        return
    except (pyarrow.lib.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        after = f" after row {number}" if number else ""
        yield Record(file.name, refused=f"cannot be read as Parquet{after}: {shown(_reason(error))}")
        return
    if number == 0:
        yield Record(file.name, refused="holds no rows")


def _flat_names(schema: Any) -> list[str]:
    """The names of columns, of a column of objects those of its parts, as rows are read."""
    import pyarrow.types

    fields = [(field, list(field.type) if pyarrow.types.is_struct(field.type) else []) for field in schema]
    return [
        name for field, parts in fields for name in ([f"{field.name}.{part.name}" for part in parts] or [field.name])
    ]


def _too_large(metadata: Any) -> str | None:
    if metadata.num_rows > MAX_ROWS:
        return f"has {metadata.num_rows:,} rows, more than {MAX_ROWS:,}; split it"
    sizes = [metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups)]
    if max(sizes, default=0) > MAX_GROUP:
        return f"has a group of rows of {max(sizes) / 1e6:,.0f} MB; write it with smaller row groups"
    return None


def _values(column: Any) -> list[Any]:
    """The cells of a column as Python values."""
    try:
        return list(column.to_pylist())
    except (ValueError, OverflowError):
        return [_value(cell) for cell in column]


def _value(cell: Any) -> Any:
    try:
        return cell.as_py()
    except (ValueError, OverflowError):
        return _BROKEN


def _reason(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
