"""Tables made of posts, one part of the posts at a time, kept so that none is made twice.

A part is a folder of Parquet files with what one stage of an analysis said of some posts::

    FOLDER/PART/part.json      the keys of its posts in their order, their doc_ids, and each file's rows and bytes
    FOLDER/PART/tokens.parquet ...

A part is written aside and gets its name, which follows from the keys of its posts, when it is whole; a folder that was
cut off while it was written is never read. A part that is damaged counts as one that is not there.
"""

import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit.errors import OutputError

__all__ = ["PartStore", "remove_unused"]

_RECORD = "part.json"
_ASIDE = ".part-"
#: A part, or what is left of one that was cut off while it was written.
_OWN = re.compile(r"[0-9a-f]{32}|\.part-[0-9a-f]{16}")


class PartStore:
    """The parts of one stage in a folder, which need not exist yet.

    Every table has a column ``doc_id``; its rows stand in the order of the posts.

    >>> import pandas as pd
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     store = PartStore(folder)
    ...     store.write(["k1", "k2"], ["a", "b"], {"tokens": pd.DataFrame({"doc_id": ["a", "b", "b"], "n": [1, 2, 3]})})
    ...     store.has(["k1", "k2"]), store.has(["k1"]), store.read(["k1", "k2"], "tokens")["n"].tolist()
    ...     held = store.owners(["k2", "k9"])
    ...     store.rows_of({"b": held["k2"]}, "tokens")["b"]["n"].tolist()  # of single posts, whatever part they are in
    (True, False, [1, 2, 3])
    [2, 3]
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._owners: dict[str, str] | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Other processes look for themselves."""
        return {"folder": self.folder, "_owners": None}

    def path(self, keys: Sequence[str]) -> Path:
        """The folder of the part of posts with these keys."""
        return self.folder / hashlib.sha256("\n".join(keys).encode()).hexdigest()[:32]

    def has(self, keys: Sequence[str]) -> bool:
        """Whether the part is there, whole as far as names and sizes of its files tell."""
        return self._record(self.path(keys)) is not None

    def read(self, keys: Sequence[str], table: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """A table of a part.

        Raises :class:`OutputError` where the part is damaged, or was removed meanwhile; it is not kept any more then.
        """
        return self._table(self.path(keys), table, columns)

    def sizes(self, keys: Sequence[str]) -> dict[str, int]:
        """Rows of each table of a part; empty where it is not there."""
        record = self._record(self.path(keys))
        return {} if record is None else {name: about["rows"] for name, about in record["tables"].items()}

    def write(self, keys: Sequence[str], doc_ids: Sequence[str], tables: Mapping[str, pd.DataFrame]) -> None:
        """Keep the tables of a part; what is there stays. Raises :class:`OutputError` where it cannot be written."""
        path = self.path(keys)
        aside = self.folder / f"{_ASIDE}{secrets.token_hex(8)}"
        try:
            aside.mkdir(parents=True)
            about = {}
            for name, table in tables.items():
                file = aside / f"{name}.parquet"
                table.to_parquet(file, index=False, compression="zstd", write_page_checksum=True)
                about[name] = {"rows": len(table), "bytes": file.stat().st_size}
            record = {"keys": list(keys), "doc_ids": list(doc_ids), "tables": about}
            (aside / _RECORD).write_text(json.dumps(record), encoding="utf-8", errors="surrogatepass")
            if path.exists() and self._record(path) is None:  # damaged
                shutil.rmtree(path, ignore_errors=True)
            # another process may have made the same part meanwhile
            with suppress(OSError):
                aside.rename(path)
        except OSError as error:
            raise OutputError(f"{self.folder}: cannot be written: {error.strerror or error}.") from error
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        if not path.is_dir():
            raise OutputError(f"{path}: could not be put in place.")

    def mark_used(self, keys: Sequence[str]) -> None:
        """Note that a part was used now; see :func:`remove_unused`."""
        with suppress(OSError):
            os.utime(self.path(keys))

    def owners(self, keys: Iterable[str]) -> dict[str, str]:
        """Of posts with these keys those that some part holds, with the name of that part."""
        if self._owners is None:
            self._owners = {}
            for path in sorted(self.folder.iterdir()) if self.folder.is_dir() else ():
                record = None if path.name.startswith(_ASIDE) else self._record(path)
                self._owners |= dict.fromkeys(record["keys"], path.name) if record else {}
        return {key: self._owners[key] for key in keys if key in self._owners}

    def rows_of(self, parts: Mapping[str, str], table: str) -> dict[str, pd.DataFrame]:
        """The rows of single posts (``doc_id`` and name of the part that holds it) by ``doc_id``."""
        found: dict[str, pd.DataFrame] = {}
        for name in sorted(set(parts.values())):
            whole = self._table(self.folder / name, table)
            places = whole.groupby("doc_id", sort=False).indices
            found |= {doc_id: whole.iloc[places.get(doc_id, [])] for doc_id, part in parts.items() if part == name}
        return found

    def _record(self, path: Path) -> dict[str, Any] | None:
        try:
            record = json.loads((path / _RECORD).read_text(encoding="utf-8", errors="surrogatepass"))
            whole = all(
                (path / f"{name}.parquet").stat().st_size == about["bytes"] for name, about in record["tables"].items()
            )
            return dict(record) if whole and len(record["keys"]) == len(record["doc_ids"]) else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def _table(self, path: Path, table: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        try:
            return pd.read_parquet(
                path / f"{table}.parquet",
                columns=None if columns is None else list(columns),
                page_checksum_verification=True,
            )
        except Exception as error:
            # pyarrow and pandas raise whatever they come across in a damaged file
            shutil.rmtree(path, ignore_errors=True)
            raise OutputError(
                f"{path}: was damaged or removed since it was written, and is not kept any more; run the same again, "
                "and that part alone is made anew."
            ) from error


def remove_unused(folder: Path, most: int, *, since: float) -> int:
    """Of the parts of all stages in a folder remove those that were not used for longest, until they have at most
    ``most`` bytes; never those used after ``since`` (seconds, as :func:`time.time` gives them). Returns the bytes left.

    >>> import pandas as pd
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     for key in ("k1", "k2"):
    ...         PartStore(Path(folder, "tokens")).write([key], [key], {"tokens": pd.DataFrame({"doc_id": [key]})})
    ...     os.utime(PartStore(Path(folder, "tokens")).path(["k1"]), (0, 0))
    ...     _ = remove_unused(Path(folder), 0, since=1)
    ...     [PartStore(Path(folder, "tokens")).has([key]) for key in ("k1", "k2")]
    [False, True]
    """
    found = []
    with suppress(OSError):
        for path in filter(_is_own, folder.glob("*/*")):
            with suppress(OSError):  # removed meanwhile
                found.append((path.stat().st_mtime, sum(file.stat().st_size for file in path.iterdir()), path))
    total = sum(size for _, size, _ in found)
    for used, size, path in sorted(found):
        if total <= most or used > since:
            break
        shutil.rmtree(path, ignore_errors=True)
        total -= size
    return total


def _is_own(path: Path) -> bool:
    """Whether a part has this name; what others put there is theirs."""
    return _OWN.fullmatch(path.name) is not None
