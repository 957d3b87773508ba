"""A change of a corpus on disk: rows to add and to delete, made visible all at once."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.corpus.store.manifest import (
    TABLES,
    Manifest,
    Shard,
    as_json,
    discard,
    latest,
    lost,
    numbers,
    publish,
    sweep,
    writing,
)
from toolkit.corpus.store.shard_file import (
    TYPES,
    Gone,
    Value,
    checked,
    fitted,
    kind_of,
    kinds_of,
    known,
    named,
    ordered,
    read,
    size_of,
    values,
    write,
)
from toolkit.errors import InputError

__all__ = ["Change"]

#: A shard is full at so many rows or bytes (in memory, about a third of that on disk), whichever comes first.
SHARD_ROWS = 20_000
SHARD_BYTES = 16_000_000
#: More shards of a table than this with under a quarter of both are put together by the next commit.
MOST_SMALL = 8


class Change:
    """Rows to add to a store and to delete from it; :meth:`commit` makes them visible all at once.

    Shards are written as they fill. Leaving ``with`` without a commit, or with an error, removes them.

    >>> from tempfile import TemporaryDirectory
    >>> from toolkit.corpus import CorpusStore
    >>> with TemporaryDirectory() as folder:
    ...     store = CorpusStore.create(folder)
    ...     with store.begin() as change:
    ...         change.add("posts", [{"doc_id": "a", "text": "Uno."}, {"doc_id": "b", "text": "Dos."}])
    ...         change.commit({})
    ...     with store.begin() as change:
    ...         _ = change.delete(["a"])
    ...         change.commit({"why": "asked for"})
    ...     store.ids(), store.about
    ({'b'}, {'why': 'asked for'})
    """

    def __init__(self, folder: Path, base: Manifest, committed: Callable[[Manifest], None]) -> None:
        self._folder = folder
        self._base = base
        self._committed = committed
        self._open = True
        self._written: list[str] = []
        self._shards = {table: [shard for shard in base.shards if shard.table == table] for table in TABLES}
        self._kinds = {table: kinds_of(self._shards[table]) for table in TABLES}
        self._stay: dict[str, np.ndarray] = {}  # by shard that loses rows: which of them stay
        self._rows: dict[str, list[dict[str, Value]]] = {table: [] for table in TABLES}
        self._size = dict.fromkeys(TABLES, 0)
        self._ids: set[int] | None = None

    def __enter__(self) -> "Change":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._open:
            self._undo()

    def add(self, table: str, rows: Iterable[Mapping[str, Value]]) -> None:
        """Add rows to ``posts``, ``skipped``, ``collisions`` or ``files``.

        Raises :class:`InputError` naming the row for a ``doc_id`` that is there already, a value that is neither
        text nor whole number nor truth nor missing, or one of another kind than its column; rows before it stay
        part of the change. Raises :class:`OutputError` if a shard cannot be written.
        """
        self._check(table)
        for number, row in enumerate(rows, 1):
            where = f"{table}, {row['doc_id']!r}" if row.get("doc_id") else f"{table}, row {number}"
            kinds, size = checked(where, row, self._kinds[table])
            if table == "posts":
                self._claim(where, row.get("doc_id"))
            self._kinds[table].update(kinds)
            self._rows[table].append(dict(row))
            self._size[table] += size
            if len(self._rows[table]) >= SHARD_ROWS or self._size[table] >= SHARD_BYTES:
                with writing(self._folder):
                    self._fill(table)

    def delete(self, doc_ids: Collection[str]) -> int:
        """Delete posts; how many there were. Those added in this change count too."""
        return self.delete_where("posts", "doc_id", doc_ids)

    def delete_where(self, table: str, column: str, values: Collection[str | bool | int]) -> int:
        """Delete the rows of a table whose ``column`` has one of ``values``; how many there were.

        One call reads the column once: many values in one call are much faster than many calls. Raises
        :class:`InputError` for a column that the table does not have.
        """
        self._check(table)
        if isinstance(values, str):
            raise InputError(f"{column}: got the text {values[:60]!r}, expected a list of values.")
        named(table, self._kinds[table], [column])
        kind = self._kinds[table].get(column, "none")
        wanted = {value for value in values if kind_of(value) == kind and size_of(value) is not None}
        if not wanted:
            return 0
        deleted = 0
        chosen = pa.array(sorted(wanted), TYPES[kind])
        with self._reading():
            for shard in self._shards[table]:
                if shard.columns.get(column, "none") == "none":
                    continue
                pieces = [piece[column] for piece in read(self._folder, shard, [column])]
                hit = np.concatenate([pc.is_in(piece, chosen).to_numpy(zero_copy_only=False) for piece in pieces])
                stay = self._stay.get(shard.file, np.ones(shard.rows, dtype=bool))
                if (stay & hit).any():
                    deleted += int((stay & hit).sum())
                    self._stay[shard.file] = stay & ~hit
        rows = [row for row in self._rows[table] if row.get(column) not in wanted]
        deleted += len(self._rows[table]) - len(rows)
        self._rows[table] = rows
        self._size[table] = sum(size_of(value) or 0 for row in rows for value in row.values())
        if table == "posts" and deleted:
            self._ids = None
        return deleted

    def commit(self, about: Mapping[str, Any]) -> None:
        """Make the change the state of the corpus; ``about``: what to keep with it, as JSON can hold it.

        Raises :class:`OutputError` if it cannot be written, or somebody else's commit came first; nothing of the
        change is visible then. Shards that lose rows are written anew, and small ones are put together.
        """
        self._check("posts")
        try:
            with writing(self._folder), self._reading():
                number = self._base.number + 1
                if max(numbers(self._folder), default=0) >= number:
                    raise lost(self._folder)
                for table in TABLES:
                    self._fill(table)
                shards = tuple(shard for table in TABLES for shard in self._settled(table))
                state = Manifest(number=number, about=as_json(about), shards=shards)
                files = {shard.file for shard in shards}
                publish(self._folder, state, [file for file in self._written if file in files])
        except BaseException:
            self._undo()
            raise
        self._open = False
        self._committed(state)
        discard(self._folder, self._written, number)
        sweep(self._folder)

    def _check(self, table: str) -> None:
        if not self._open:
            raise InputError("this change is over; begin another one.")
        known(table)

    def _undo(self) -> None:
        self._open = False
        discard(self._folder, self._written, self._base.number + 1)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except Gone as error:
            if latest(self._folder).number != self._base.number:
                raise lost(self._folder) from error
            raise InputError(f"{error}: is missing; put back the whole folder from a copy.") from error

    def _claim(self, where: str, doc_id: Value) -> None:
        """Take a ``doc_id``, unless a post has it. Kept are hashes; a hash that is there is looked up exactly."""
        if not isinstance(doc_id, str) or not doc_id:
            raise InputError(f"{where}: a post needs a doc_id, got {doc_id!r}.")
        with self._reading():
            if self._ids is None:
                self._ids = set(map(hash, self._doc_ids()))
            key = hash(doc_id)
            if key in self._ids and doc_id in self._doc_ids():
                raise InputError(f"{where}: there is a post with this doc_id already; each must be unique.")
        self._ids.add(key)

    def _doc_ids(self) -> Iterator[Any]:
        yield from values(self._folder, self._shards["posts"], "doc_id", self._stay)
        yield from (row["doc_id"] for row in self._rows["posts"])

    def _fill(self, table: str) -> None:
        """The rows collected so far to a shard."""
        rows = self._rows[table]
        if rows:
            kinds = self._kinds[table]
            names = {name for row in rows for name in row}
            whole = pa.table({name: pa.array([row.get(name) for row in rows], TYPES[kinds[name]]) for name in names})
            self._shards[table].append(self._write(table, [whole]))
            self._rows[table], self._size[table] = [], 0

    def _settled(self, table: str) -> Iterator[Shard]:
        """The shards of a table after the change."""
        shards = [shard for shard in self._shards[table] if self._share(shard)]
        small = [
            shard
            for shard in shards
            if shard.rows * self._share(shard) < SHARD_ROWS / 4
            and shard.unpacked * self._share(shard) < SHARD_BYTES / 4
        ]
        together = {shard.file for shard in small} if len(small) > MOST_SMALL else set()
        for shard in shards:
            if shard.file in together:
                continue
            if shard.file in self._stay:
                yield from self._rewritten(table, [shard])
            else:
                yield shard
        if together:
            yield from self._rewritten(table, small)

    def _share(self, shard: Shard) -> float:
        """Which part of a shard's rows stays, 0 to 1."""
        return float(self._stay[shard.file].mean()) if shard.file in self._stay else 1.0

    def _rewritten(self, table: str, shards: list[Shard]) -> Iterator[Shard]:
        """The rows of shards that stay, in shards that are full but for the last."""
        parts: list[pa.Table] = []
        for shard in shards:
            names = ordered(table, shard.columns)
            pieces = read(self._folder, shard, names)
            whole = pa.concat_tables([fitted(piece, names, self._kinds[table]) for piece in pieces])
            parts.append(whole.filter(pa.array(self._stay[shard.file])) if shard.file in self._stay else whole)
            full = (
                sum(part.num_rows for part in parts) >= SHARD_ROWS or sum(part.nbytes for part in parts) >= SHARD_BYTES
            )
            if full or shard is shards[-1]:
                yield self._write(table, parts)
                parts = []

    def _write(self, table: str, parts: list[pa.Table]) -> Shard:
        shard = write(self._folder, table, self._base.number + 1, parts, self._kinds[table])
        self._written.append(shard.file)
        return shard
