"""A corpus on disk: tables of text in Parquet shards, to which a change is made whole or not at all.

How a commit works and what the folder holds stands in :mod:`toolkit.corpus.store.manifest`.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
import pyarrow as pa

from toolkit.corpus.store.change import Change
from toolkit.corpus.store.manifest import SHARDS, Manifest, Shard, latest, numbers, publish, writing
from toolkit.corpus.store.shard_file import (
    TYPES,
    Gone,
    fitted,
    frame,
    kinds_of,
    known,
    named,
    path_of,
    problems,
    read,
    values,
)
from toolkit.errors import InputError

__all__ = ["Change", "CorpusStore"]

_Read = TypeVar("_Read")


class CorpusStore:
    """A corpus folder as it was when it was opened, or last changed through this object.

    ``folder``: where it is; ``about``: what the last commit said about it.

    >>> from tempfile import TemporaryDirectory
    >>> from toolkit.files import sha256_text
    >>> with TemporaryDirectory() as folder:
    ...     store = CorpusStore.create(folder + "/corpus")
    ...     with store.begin() as change:
    ...         change.add("posts", [{"doc_id": "a", "text": "Hola.", "sha256": sha256_text("Hola.")}])
    ...         change.commit({"name": "prueba"})
    ...     store.count(), store.ids(), store.about, store.verify()
    (1, {'a'}, {'name': 'prueba'}, [])
    """

    def __init__(self, folder: Path, state: Manifest) -> None:
        self.folder = folder
        self._state = state

    @classmethod
    def create(cls, folder: str | Path) -> "CorpusStore":
        """A corpus without posts in a new or empty folder.

        Raises :class:`InputError` if the folder holds anything, :class:`OutputError` if it cannot be made.
        """
        folder = Path(folder)
        with writing(folder):
            if folder.exists() and not folder.is_dir():
                raise InputError(f"{folder}: is a file; give a new folder.")
            # a creation that was killed leaves no more than an empty folder of shards and a part of a manifest
            there = [path for path in folder.iterdir() if not path.name.startswith(".part-")] if folder.exists() else []
            if any(path.name != SHARDS or not path.is_dir() or any(path.iterdir()) for path in there):
                raise InputError(f"{folder}: is not empty; give a new folder.")
            (folder / SHARDS).mkdir(parents=True, exist_ok=True)
            state = Manifest(number=1, about={}, shards=())
            publish(folder, state, [])
        return cls(folder, state)

    @classmethod
    def open(cls, folder: str | Path) -> "CorpusStore":
        """The corpus in a folder.

        Raises :class:`InputError` if it is none, its manifest is damaged, or a shard is missing or has another size;
        :meth:`verify` compares content too.
        """
        store = cls(Path(folder), latest(Path(folder)))
        if (store.folder / SHARDS).is_symlink():  # leftovers in it are removed: they must be those of this corpus
            raise InputError(f"{store.folder / SHARDS}: is a link; a corpus has its shards in itself.")
        store._again(lambda: [path_of(store.folder, shard) for shard in store._state.shards])
        return store

    @staticmethod
    def is_store(folder: str | Path) -> bool:
        """Whether a folder has a manifest, be it readable or not."""
        try:
            return bool(numbers(Path(folder)))
        except OSError:
            return False

    @property
    def about(self) -> dict[str, Any]:
        """What was given to the last commit."""
        return dict(self._state.about)

    def count(self, table: str = "posts") -> int:
        """Rows of a table."""
        return sum(shard.rows for shard in self._shards(table))

    def batches(
        self, table: str = "posts", columns: Sequence[str] | None = None, rows: int = 1000
    ) -> Iterator[pd.DataFrame]:
        """A table in pieces of at most ``rows`` rows, in the order of the shards; memory is that of one shard.

        Columns stand in the order of the table's contract, further ones by alphabet, and are the same in every
        piece; a value that a row does not have is missing. Text is ``str``; truth and whole numbers are ``bool`` and
        ``int64``, in a piece with missing values ``boolean`` and ``Int64``.

        Raises :class:`InputError` for a column that the table does not have, a damaged shard, or when two commits of
        others happened while it was read.
        """
        if rows < 1:
            raise InputError(f"rows: got {rows}, must be at least 1.")
        begun = False
        for last in (False, True):
            kinds = kinds_of(self._shards(table))
            names = named(table, kinds, columns)
            try:
                for shard in self._shards(table):
                    for piece in read(self.folder, shard, names, rows):
                        begun = True
                        yield frame(fitted(piece, names, kinds))
                return
            except Gone as error:
                if begun and latest(self.folder).number != self._state.number:
                    raise InputError(f"{self.folder}: was changed while it was read; read it again.") from error
                self._reread(error, last)

    def table(self, table: str = "posts", *, without: str | None = None) -> pd.DataFrame:
        """A whole table, posts sorted by ``doc_id``, others in the order of the shards; see :meth:`batches`.

        ``without``: a column to leave out; posts stand in the order of the shards then.
        """

        def whole() -> pa.Table:
            kinds = kinds_of(self._shards(table))
            names = [name for name in named(table, kinds, None) if name != without]
            empty = pa.table({name: pa.array([], TYPES[kinds.get(name, "none")]) for name in names})
            parts = (read(self.folder, shard, names) for shard in self._shards(table))
            return pa.concat_tables([empty, *(fitted(piece, names, kinds) for part in parts for piece in part)])

        found = frame(self._again(whole))
        if table == "posts" and "doc_id" in found and without is None:
            return found.sort_values("doc_id", kind="stable", ignore_index=True)
        return found

    def ids(self) -> set[str]:
        """The ``doc_id`` of every post."""
        return self._again(lambda: set(values(self.folder, self._shards("posts"), "doc_id")))

    def begin(self) -> "Change":
        """A change of the newest state; use it in ``with`` and end it with :meth:`Change.commit`."""
        self._take(latest(self.folder))
        return Change(self.folder, self._state, self._take)

    def verify(self) -> list[str]:
        """What is wrong with the newest state, one sentence each; empty when all is well.

        Checked are the manifest, size and SHA-256 of every shard, that each ``doc_id`` stands there once, and that
        each post's ``sha256`` (where it has one) is that of its text.
        """
        for _ in range(5):  # as :func:`latest`: commits of others may remove what is about to be read
            try:
                state = latest(self.folder)
                seen: set[bytes] = set()
                return [problem for shard in state.shards for problem in problems(self.folder, shard, seen)]
            except InputError as error:
                return [str(error)]
            except Gone as error:
                gone = f"{error}: is missing."
                if numbers(self.folder)[-1:] == [state.number]:
                    return [gone, *self._others(state)]
        return [gone]

    def _others(self, state: Manifest) -> list[str]:
        """Problems of the shards that are there."""
        there = [shard for shard in state.shards if (self.folder / shard.file).exists()]
        return [problem for shard in there for problem in problems(self.folder, shard, set())]

    def _take(self, state: Manifest) -> None:
        self._state = state

    def _shards(self, table: str) -> list[Shard]:
        known(table)
        return [shard for shard in self._state.shards if shard.table == table]

    def _again(self, look: Callable[[], _Read]) -> _Read:
        """What ``look`` returns; once more, of the newest state, when a shard was gone."""
        for last in (False, True):
            try:
                return look()
            except Gone as error:
                self._reread(error, last)
        raise AssertionError

    def _reread(self, error: Gone, last: bool) -> None:
        state = latest(self.folder)
        if last or state.number == self._state.number:
            raise InputError(f"{error}: is missing; put back the whole folder from a copy.") from error
        self._state = state
