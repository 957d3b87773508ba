"""The tables of an analysis by name: in memory, or read from the parts of a corpus that is larger than that."""

from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from typing import NamedTuple

import pandas as pd

__all__ = ["InParts", "Tables"]


class InParts(NamedTuple):
    """A table that is read when it is asked for: ``each`` gives its parts anew each time, with these columns or (None)
    all, ``rows`` counts their rows.

    >>> import pandas as pd
    >>> whole = pd.DataFrame({"doc_id": ["a", "b"], "start": [0, 0]})
    >>> table = InParts(lambda columns: iter([whole if columns is None else whole[list(columns)]]), lambda: len(whole))
    >>> table.rows(), [len(part) for part in table.each(None)]
    (2, [2])
    """

    each: Callable[[Sequence[str] | None], Iterator[pd.DataFrame]]
    rows: Callable[[], int]


class Tables(MutableMapping[str, pd.DataFrame]):
    """Tables by name.

    Those of a large corpus that have a row for each token, score, share, annotation or piece of furniture are not
    held: ``tables[name]`` reads all of it into memory each time, :meth:`each` part by part, which takes the memory of
    one part.

    >>> import pandas as pd
    >>> parts = [pd.DataFrame({"doc_id": ["a"]}), pd.DataFrame({"doc_id": ["b", "c"]})]
    >>> tables = Tables({"posts": parts[0]})
    >>> tables.put("tokens", InParts(lambda columns: iter(parts), lambda: 3))
    >>> sorted(tables), tables.rows("tokens"), [len(part) for part in tables.each("tokens")], tables.held("tokens")
    (['posts', 'tokens'], 3, [1, 2], False)
    >>> tables["tokens"]["doc_id"].tolist()
    ['a', 'b', 'c']
    """

    def __init__(self, held: Mapping[str, pd.DataFrame] | None = None) -> None:
        self._held: dict[str, pd.DataFrame] = dict(held or {})
        self._kept: dict[str, InParts] = {}

    def put(self, name: str, table: InParts) -> None:
        """Name a table that is read when it is asked for."""
        self._held.pop(name, None)
        self._kept[name] = table

    def held(self, name: str) -> bool:
        """Whether a table is in memory."""
        return name in self._held

    def rows(self, name: str) -> int:
        """The rows of a table, without reading it."""
        return len(self._held[name]) if name in self._held else self._kept[name].rows()

    def each(self, name: str, columns: Sequence[str] | None = None) -> Iterator[pd.DataFrame]:
        """A table part by part; one that is in memory in one part."""
        if name in self._held:
            yield self._held[name] if columns is None else self._held[name][list(columns)]
        else:
            yield from self._kept[name].each(columns)

    def some(self, name: str, columns: Sequence[str]) -> pd.DataFrame:
        """These columns of a table, in memory."""
        return pd.concat(self.each(name, columns), ignore_index=True)

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name in self._held:
            return self._held[name]
        return pd.concat(self._kept[name].each(None), ignore_index=True)

    def __setitem__(self, name: str, table: pd.DataFrame) -> None:
        self._kept.pop(name, None)
        self._held[name] = table

    def __delitem__(self, name: str) -> None:
        if name in self._held:
            del self._held[name]
        else:
            del self._kept[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._held
        yield from self._kept

    def __len__(self) -> int:
        return len(self._held) + len(self._kept)

    def __contains__(self, name: object) -> bool:
        return name in self._held or name in self._kept

    def __ior__(self, other: Mapping[str, pd.DataFrame]) -> "Tables":
        self.update(other)
        return self
