"""Tables as CSV for spreadsheets: the text of all rows made column by column, some rows at a time."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["csv_pieces", "neutral", "restored"]

#: Spreadsheets run cells that begin with these (OWASP, CSV injection); the wide ones in some languages.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_RUN = r"^'*[=+\-@\t\r\n\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}]"
#: Rows that are made text together: with long texts some 10 MB.
_AT_ONCE = 5_000


def neutral(value: object) -> object:
    """A text that a spreadsheet would run as a formula gets an apostrophe in front;
    :func:`toolkit.storage.read_table` takes it off.

    >>> neutral("=1+1"), neutral("hola"), neutral("'hola")
    ("'=1+1", 'hola', "'hola")
    """
    return f"'{value}" if isinstance(value, str) and value.lstrip("'").startswith(_FORMULA) else value


def restored(value: object) -> object:
    """A text as it was before :func:`neutral`."""
    if isinstance(value, str) and value.startswith("'") and value.lstrip("'").startswith(_FORMULA):
        return value[1:]
    return value


def csv_pieces(parts: Iterable[pd.DataFrame]) -> Iterator[bytes]:
    """Tables that follow one another, with the same columns, as one CSV in UTF-8, piece by piece.

    Texts are in quotes and numbers are not, so that a text of digits can be told from a number; missing cells are "".
    Texts that a spreadsheet would run are made harmless (:func:`neutral`).

    >>> import pandas as pd
    >>> b"".join(csv_pieces([pd.DataFrame({"term": ["«marca»", "=1"], "n": [3, 1]})])).decode("utf-8-sig").splitlines()
    ['"term","n"', '"«marca»",3', '"\\'=1",1']
    """
    begun = False
    for table in parts:
        if not begun:
            # the mark makes spreadsheets read accents right
            yield b"\xef\xbb\xbf" + _written(table.iloc[:0], header=True)
        begun = True
        for first in range(0, len(table), _AT_ONCE):
            rows = table.iloc[first : first + _AT_ONCE]
            yield _joined(rows) if all(map(_plain, rows.dtypes)) else _written(rows, header=False)


def _plain(dtype: Any) -> bool:
    """Whether cells of this type can be written a column at a time."""
    return isinstance(dtype, pd.StringDtype) or dtype in (np.dtype(float), np.dtype(np.int64), np.dtype(bool))


def _written(rows: pd.DataFrame, *, header: bool) -> bytes:
    """The rows as pandas writes them, cell by cell: of columns of anything."""
    safe = rows.copy()
    for column in safe.columns:
        if isinstance(safe[column].dtype, pd.CategoricalDtype):
            safe[column] = safe[column].astype(object)
        if isinstance(safe[column].dtype, pd.StringDtype) or safe[column].dtype == object:
            safe[column] = safe[column].map(neutral, na_action="ignore")
    text = safe.to_csv(index=False, header=header, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    return text.encode("utf-8", "surrogatepass")


def _joined(rows: pd.DataFrame) -> bytes:
    """The same of texts, numbers and truth values: the cells of each column, and these side by side."""
    import pyarrow as pa
    import pyarrow.compute as pc

    ends = [pa.scalar(text, pa.large_string()) for text in ("\n", ",")]
    cells = [_cells(rows.iloc[:, place]) for place in range(rows.shape[1])]
    cells[-1] = pc.binary_join_element_wise(cells[-1], ends[0], pa.scalar("", pa.large_string()))
    lines = pc.binary_join_element_wise(*cells, ends[1])
    # one after another in memory already, and the last offset says where they end
    _, offsets, letters = lines.buffers()
    return bytes(memoryview(letters)[: np.frombuffer(offsets, dtype=np.int64)[len(rows)]])


def _cells(values: pd.Series) -> Any:
    """The cells of a column as they are written."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not isinstance(values.dtype, pd.StringDtype):
        written = ['""' if value != value else repr(value) for value in values.tolist()]
        return pa.array(written, pa.large_string())
    nothing, apostrophe, quote = (pa.scalar(text, pa.large_string()) for text in ("", "'", '"'))
    texts = pa.array(values, pa.large_string(), from_pandas=True)
    # a column that was put together of others is in several pieces
    texts = pc.fill_null(texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts, nothing)
    sign = pc.if_else(pc.match_substring_regex(texts, _RUN), apostrophe, nothing)
    inside = pc.replace_substring(texts, '"', '""')
    return pc.binary_join_element_wise(quote, sign, inside, quote, nothing)
