"""Texts of many posts in a file instead of in memory: to whoever reads the table nothing else changes.

The column is one of ``str`` like any other; its letters are in a file that the system reads where they are asked for,
and lets go of where memory is wanted. The file has no name (on Windows: a hidden one) and goes with the process,
however that ends.
"""

import mmap
import sys
import tempfile
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import IO
from weakref import WeakSet

import numpy as np
import pandas as pd

from toolkit.cache import cache_folder
from toolkit.errors import OutputError

__all__ = ["IN_MEMORY", "MappedTexts", "let_go", "rows_of"]

#: Up to so many posts all is held in memory.
IN_MEMORY = 5_000
#: Texts that are copied at a time.
_AT_ONCE = 1_000
_maps: WeakSet[mmap.mmap] = WeakSet()


class MappedTexts:
    """Texts one after another to a column: the first :data:`IN_MEMORY` in memory, with more all in a file.

    >>> texts = MappedTexts()
    >>> texts.add(["Escuchar es empezar.", "Ascoltare è cominciare."])
    >>> len(texts), texts.column().tolist()
    (2, ['Escuchar es empezar.', 'Ascoltare è cominciare.'])
    """

    def __init__(self) -> None:
        self._few: list[pd.Series] = [pd.Series(dtype="str")]
        self._file: IO[bytes] | None = None
        self._borders = array("q", [0])

    def __len__(self) -> int:
        return sum(map(len, self._few)) + len(self._borders) - 1

    def add(self, texts: Iterable[str]) -> None:
        """More texts, after those that are there. Raises :class:`OutputError` where the disk is full."""
        if self._file is None:
            self._few.append(pd.Series(list(texts), dtype="str"))
            if len(self) > IN_MEMORY and (file := _file()) is not None:
                self._file, few, self._few = file, self._few, []
                for some in few:
                    self._write(some.tolist())
        else:
            self._write(texts)

    def _write(self, texts: Iterable[str]) -> None:
        assert self._file is not None
        end = self._borders[-1]
        letters = [text.encode("utf-8") for text in texts]
        for one in letters:
            end += len(one)
            self._borders.append(end)
        with _room():
            self._file.write(b"".join(letters))

    def column(self) -> pd.Series:
        """All texts, ``str``; nothing can be added any more."""
        if self._file is None:
            return pd.concat(self._few, ignore_index=True)
        import pyarrow as pa

        with _room():
            self._file.flush()
        letters = b""
        if self._borders[-1]:
            letters = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)  # type: ignore[assignment]
            _maps.add(letters)  # type: ignore[arg-type]
        borders = pa.py_buffer(np.frombuffer(self._borders, dtype=np.int64))
        texts = pa.LargeStringArray.from_buffers(len(self._borders) - 1, borders, pa.py_buffer(letters))
        return pd.Series(texts.to_pandas(types_mapper=lambda _: pd.StringDtype(na_value=np.nan)))


def _file() -> IO[bytes] | None:
    """A file of our own; None where there is none to be had. Not first in the system's folder for such files, which is
    often in memory itself."""
    for folder in (cache_folder("texts").parent, None):
        with suppress(OSError):
            return tempfile.TemporaryFile(dir=folder, prefix="texts-")
    return None


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        folder = cache_folder("texts").parent
        raise OutputError(
            f"{folder}: the texts of many posts cannot be kept there: {error.strerror or error}; make room, or set "
            "CLUETRAIN_CACHE to a folder on a larger disk."
        ) from error


def rows_of(posts: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    """Some posts (``rows``: their places in the order that is wanted) of a table with a column ``text``, numbered anew.

    What ``posts.iloc[rows]`` gives, but the texts of many posts are in a file.

    >>> import numpy as np
    >>> posts = pd.DataFrame({"doc_id": ["a", "b", "c"], "text": ["Uno.", "Dos.", "Tres."]})
    >>> rows_of(posts, np.array([2, 0]))["text"].tolist()
    ['Tres.', 'Uno.']
    """
    if np.array_equal(rows, np.arange(len(posts))):
        return posts.reset_index(drop=True)
    texts = MappedTexts()
    for first in range(0, len(rows), _AT_ONCE):
        texts.add(posts["text"].iloc[rows[first : first + _AT_ONCE]].tolist())
        let_go()
    others = posts.drop(columns="text").iloc[rows].reset_index(drop=True)
    others.insert(posts.columns.get_loc("text"), "text", texts.column())
    return others


def let_go() -> None:
    """Give back the memory of texts that were read from files; they are read again where they are asked for.

    >>> let_go()
    """
    if sys.platform == "win32" or not hasattr(mmap, "MADV_DONTNEED"):
        return
    for one in list(_maps):
        with suppress(OSError, ValueError):
            one.madvise(mmap.MADV_DONTNEED)
