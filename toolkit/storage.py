"""Tables to files and back: Parquet holds them exactly, CSV for spreadsheets, JSON Lines for other programs."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit.errors import InputError, OutputError
from toolkit.files import json_lines, write_bytes
from toolkit.tables import CONTRACTS

__all__ = ["FORMATS", "neutral", "read_batches", "read_named", "read_table", "write_file", "write_parts", "write_table"]

FORMATS = (".csv", ".jsonl", ".parquet")
#: Rows of a sheet under its heading.
_MOST_ROWS_OF_SHEET = 2**20 - 1
#: Spreadsheets run cells that begin with these (OWASP, CSV injection); the wide ones in some languages.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


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
    sheet = _csv(table)
    write_bytes(folder / f"{name}.csv", sheet)
    write_bytes(folder / f"{name}.parquet", _parquet(table))
    return {"rows": len(table), "sha256": hashlib.sha256(sheet).hexdigest()}


def write_parts(parts: Iterable[pd.DataFrame], rows: int, folder: Path, name: str) -> dict[str, object]:
    """Write a table that comes in parts as :func:`write_table` does, with the memory of one part.

    A table of more rows than a spreadsheet holds (1,048,575 and a heading) gets no CSV; ``sha256`` is that of the
    Parquet file then, and ``file`` says so.

    >>> import pandas as pd
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> parts = [pd.DataFrame({"doc_id": ["a"], "n": [1]}), pd.DataFrame({"doc_id": ["b"], "n": [2]})]
    >>> with TemporaryDirectory() as folder:
    ...     said = write_parts(parts, 2_000_000, Path(folder), "words")
    ...     said["rows"], said["file"], read_table(Path(folder, "words.parquet"))["doc_id"].tolist()
    (2, 'words.parquet', ['a', 'b'])
    """
    if rows <= _MOST_ROWS_OF_SHEET:
        return write_table(pd.concat(parts, ignore_index=True), folder, name)
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / f"{name}.parquet"
    part = folder / f".{name}.part"
    written = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            writer: Any = None
            for table in parts:
                rows_here = pa.Table.from_pandas(table, preserve_index=False)
                if writer is None:
                    writer = stack.enter_context(pq.ParquetWriter(part, rows_here.schema, compression="zstd"))
                # a part whose column is empty has no type of its own
                writer.write_table(rows_here.cast(writer.schema))
                written += len(table)
        part.replace(path)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}.") from error
    finally:
        part.unlink(missing_ok=True)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"rows": written, "sha256": digest, "file": path.name}


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
    kind = path.suffix.lower()
    if kind == ".csv":
        write_bytes(path, _csv(table))
    elif kind == ".parquet":
        write_bytes(path, _parquet(table))
    elif kind == ".jsonl":
        write_bytes(path, _jsonl(table))
    else:
        raise InputError(f"{path}: cannot write '{kind}'; the name must end in {', '.join(FORMATS)}.")


def read_table(path: Path, *, contract: str | None = None, as_text: bool = False, delimiter: str = ",") -> pd.DataFrame:
    """Read a table written by :func:`write_table` or :func:`write_file`. Parquet and JSON Lines give it back as it
    was; CSV gives the columns of the contract (default: the one the file is named after) their type and guesses that
    of further ones (``as_text``: gives all as text; ``delimiter``: what divides its columns).

    Raises :class:`InputError` with the file, and for JSON Lines with the line, that cannot be read.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.storage import write_file
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "frequencies.csv")
    ...     write_file(pd.DataFrame({"term": ["=clientes", "007"], "n": [3, 1]}), path)
    ...     read_table(path, as_text=True).to_dict("list")
    {'term': ['=clientes', '007'], 'n': ['3', '1']}
    """
    try:
        if path.suffix.lower() == ".jsonl":
            return _read_jsonl(path)
        if path.suffix.lower() == ".csv":
            kinds = "str" if as_text else _text_columns(contract or path.stem)
            table = pd.read_csv(
                path, dtype=kinds, keep_default_na=False, na_values=[""], encoding="utf-8-sig", sep=delimiter
            )
            text = table.select_dtypes("str").columns
            return table.assign(**{column: table[column].map(_restored, na_action="ignore") for column in text})
        return _read_parquet(path)
    except InputError:
        raise
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as a table: {str(error).splitlines()[0]}.") from error


def read_named(path: Path, contract: str) -> pd.DataFrame:
    """A table of a contract from a file of any name. Raises :class:`InputError` as :func:`read_table` does, and for a
    name that ends otherwise or a file that is not there.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.storage import write_file
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "mine.csv")
    ...     write_file(pd.DataFrame({"topic": ["1"], "term": ["cliente"], "weight": [0.2]}), path)
    ...     read_named(path, "topics").to_dict("list")
    {'topic': ['1'], 'term': ['cliente'], 'weight': [0.2]}
    """
    if path.suffix.lower() not in FORMATS:
        raise InputError(f"{path}: cannot read '{path.suffix}'; the name must end in {', '.join(FORMATS)}.")
    if not path.is_file():
        raise InputError(f"{path}: no such file.")
    return read_table(path, contract=contract)


def read_batches(path: Path, rows: int = 100_000) -> Iterator[pd.DataFrame]:
    """A Parquet file in pieces of at most so many rows; :class:`InputError` as :func:`read_table` for a damaged one.

    >>> import pandas as pd
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = write_table(pd.DataFrame({"n": range(5)}), Path(folder), "numbers")
    ...     [piece["n"].tolist() for piece in read_batches(Path(folder, "numbers.parquet"), rows=3)]
    [[0, 1, 2], [3, 4]]
    """
    import pyarrow.parquet as pq

    if not path.is_file():
        raise InputError(f"{path}: cannot be read as a table: there is no such file.")
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(rows):
                yield batch.to_pandas()
    except Exception as error:
        raise InputError(f"{path}: is damaged, or no Parquet file; make it anew.") from error


def _read_parquet(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise InputError(f"{path}: cannot be read as a table: there is no such file.")
    try:
        table = pd.read_parquet(path)
        for column in table.columns:
            # texts are looked at only when they are asked for, and then found to be no UTF-8
            table[column].tolist()
    except Exception as error:
        # damaged files raise whatever pyarrow and pandas come across, and say it of their own inside
        raise InputError(f"{path}: is damaged, or no Parquet file; make it anew.") from error
    return table


def _read_jsonl(path: Path) -> pd.DataFrame:
    rows = []
    for number, row in json_lines(path):
        if not isinstance(row, dict):
            raise InputError(f"{path}, line {number}: expected a JSON object, got {str(row)[:40]!r}.")
        rows.append(row)
    return pd.DataFrame(rows)


def _text_columns(name: str) -> dict[str, str]:
    """The columns of a contract that hold text, even where all cells look like numbers."""
    return {column: "str" for column, rule in CONTRACTS.get(name, {}).items() if rule.kind == "text"}


def neutral(value: object) -> object:
    """A text that a spreadsheet would run as a formula gets an apostrophe in front; :func:`read_table` takes it off.

    >>> neutral("=1+1"), neutral("hola"), neutral("'hola")
    ("'=1+1", 'hola', "'hola")
    """
    return f"'{value}" if isinstance(value, str) and value.lstrip("'").startswith(_FORMULA) else value


def _restored(value: object) -> object:
    if isinstance(value, str) and value.startswith("'") and value.lstrip("'").startswith(_FORMULA):
        return value[1:]
    return value


def _csv(table: pd.DataFrame) -> bytes:
    safe = table.copy()
    for column in safe.columns:
        if isinstance(safe[column].dtype, pd.StringDtype) or safe[column].dtype == object:
            safe[column] = safe[column].map(neutral, na_action="ignore")
    text = safe.to_csv(index=False, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    # the mark makes spreadsheets read accents right
    return b"\xef\xbb\xbf" + text.encode("utf-8", "surrogatepass")


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
        return (json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8")
    except UnicodeEncodeError:
        return (json.dumps(row) + "\n").encode("ascii")
