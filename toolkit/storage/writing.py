"""Tables to files, whole or not at all."""

import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toolkit.errors import InputError, OutputError
from toolkit.files import write_bytes
from toolkit.storage.csv_rows import csv_pieces
from toolkit.storage.reading import FORMATS

__all__ = ["write_file", "write_files", "write_parts", "write_table"]

#: Rows of a sheet under its heading.
_MOST_ROWS_OF_SHEET = 2**20 - 1
#: Bytes of rows that are packed, and unpacked by those who read them, together.
_GROUP = 64_000_000


def write_table(table: pd.DataFrame, folder: Path, name: str) -> dict[str, object]:
    """Write NAME.parquet and NAME.csv; what a run record says of them: ``rows``, and ``sha256`` of the CSV.

    In the CSV, texts that a spreadsheet would run are made harmless (:func:`neutral`). Raises
    :class:`toolkit.errors.OutputError` where the folder cannot be written.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> with TemporaryDirectory() as folder:
    ...     said = write_table(pd.DataFrame({"term": ["cliente"], "n": [3]}), Path(folder), "words")
    ...     sorted(path.name for path in Path(folder).iterdir())
    ['words.csv', 'words.parquet']
    >>> said["rows"], len(said["sha256"])
    (1, 64)
    """
    return write_parts([table], len(table), folder, name)


def write_parts(parts: Iterable[pd.DataFrame], rows: int, folder: Path, name: str) -> dict[str, object]:
    """Write a table that comes in parts as :func:`write_table` does, with the memory of one part.

    A table of more rows than a spreadsheet holds (1,048,575 and a heading) gets no CSV; ``sha256`` is that of the
    Parquet file then, and ``file`` says so.

    >>> import pandas as pd
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from toolkit.storage import read_table
    >>> parts = [pd.DataFrame({"doc_id": ["a"], "n": [1]}), pd.DataFrame({"doc_id": ["b"], "n": [2]})]
    >>> with TemporaryDirectory() as folder:
    ...     said = write_parts(parts, 2_000_000, Path(folder), "words")
    ...     said["rows"], said["file"], read_table(Path(folder, "words.parquet"))["doc_id"].tolist()
    (2, 'words.parquet', ['a', 'b'])
    """
    path = folder / f"{name}.parquet"
    if rows > _MOST_ROWS_OF_SHEET:
        written = 0
        with _aside(path) as part:
            for table in _kept(parts, part):
                written += len(table)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
        return {"rows": written, "sha256": digest.hexdigest(), "file": path.name}
    digest = hashlib.sha256()
    with _aside(path) as part, _aside(folder / f"{name}.csv") as sheet, sheet.open("wb") as file:
        for piece in csv_pieces(_kept(parts, part)):
            file.write(piece)
            digest.update(piece)
    return {"rows": rows, "sha256": digest.hexdigest()}


@contextmanager
def _aside(path: Path) -> Iterator[Path]:
    """A file beside ``path`` to write to, which becomes it at the end, or is removed when anything went wrong."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        part.replace(path)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}.") from error
    finally:
        part.unlink(missing_ok=True)


def _kept(parts: Iterable[pd.DataFrame], path: Path) -> Iterator[pd.DataFrame]:
    """The parts, each when it is in a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with ExitStack() as stack:
        writer: Any = None
        for table in parts:
            rows = pa.Table.from_pandas(table, preserve_index=False)
            if writer is None:
                writer = stack.enter_context(pq.ParquetWriter(path, rows.schema, compression="zstd"))
            # a part whose column is empty has no type of its own
            groups = rows.nbytes // _GROUP + 1
            writer.write_table(rows.cast(writer.schema), row_group_size=max(len(table) // groups, 1))
            yield table


def write_file(table: pd.DataFrame, path: Path) -> None:
    """Write one table as .csv, .jsonl or .parquet, as the name says; :class:`InputError` for another ending.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> with TemporaryDirectory() as folder:
    ...     write_file(pd.DataFrame({"term": ["café"], "n": [3]}), Path(folder, "words.jsonl"))
    ...     print(Path(folder, "words.jsonl").read_text(encoding="utf-8"), end="")
    {"term": "café", "n": 3}
    """
    write_bytes(path, _as_file(table, path))


def write_files(tables: Mapping[Path, pd.DataFrame]) -> None:
    """Write tables as :func:`write_file` does, so that all files become new or none: all stand whole beside their
    places before the first is put there.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> with TemporaryDirectory() as folder:
    ...     write_files({Path(folder, f"{n}.csv"): pd.DataFrame({"n": [n]}) for n in (1, 2)})
    ...     sorted(path.name for path in Path(folder).iterdir())
    ['1.csv', '2.csv']
    """
    with ExitStack() as stack:
        for path, table in tables.items():
            part = stack.enter_context(_aside(path))
            try:
                write_bytes(part, _as_file(table, path))
            except OutputError as error:
                raise OutputError(str(error).replace(str(part), str(path))) from error


def _as_file(table: pd.DataFrame, path: Path) -> bytes:
    kind = path.suffix.lower()
    if kind == ".csv":
        return b"".join(csv_pieces([table]))
    if kind == ".parquet":
        return _parquet(table)
    if kind == ".jsonl":
        return _jsonl(table)
    raise InputError(f"{path}: cannot write '{kind}'; the name must end in {', '.join(FORMATS)}.")


def _parquet(table: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()


def _jsonl(table: pd.DataFrame) -> bytes:
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return b"".join(_line(row) for row in rows)


def _line(row: object) -> bytes:
    """A line of JSON in UTF-8; halves of surrogate pairs, which UTF-8 cannot hold, are escaped."""
    try:
        return (json.dumps(row, ensure_ascii=False, default=_plain) + "\n").encode("utf-8")
    except UnicodeEncodeError:
        return (json.dumps(row, default=_plain) + "\n").encode("ascii")


def _plain(value: object) -> object:
    """Lists of cells as Parquet gives them."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    raise TypeError(f"a cell holds {type(value).__name__}, which JSON has no form for")
