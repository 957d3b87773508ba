"""Tables from files."""

import warnings
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from toolkit.errors import InputError
from toolkit.files import json_lines
from toolkit.storage.csv_rows import restored
from toolkit.tables import CONTRACTS

__all__ = ["FORMATS", "read_batches", "read_named", "read_table"]

FORMATS = (".csv", ".jsonl", ".parquet")


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
            with warnings.catch_warnings():
                # of cells without a heading those that are empty are left out, and others are no table
                warnings.simplefilter("error", pd.errors.ParserWarning)
                table = pd.read_csv(
                    path, dtype=kinds, keep_default_na=False, na_values=[""], encoding="utf-8-sig", sep=delimiter,
                    index_col=False,
                )  # fmt: skip
            text = table.select_dtypes("str").columns
            return table.assign(**{column: table[column].map(restored, na_action="ignore") for column in text})
        return _read_parquet(path)
    except InputError:
        raise
    except pd.errors.ParserWarning as error:
        raise InputError(f"{path}: rows have more cells than the heading; name every column.") from error
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
    >>> from toolkit.storage import write_table
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
