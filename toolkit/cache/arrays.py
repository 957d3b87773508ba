"""Arrays that are costly to make and follow from their inputs alone, kept in the user's cache folder.

Entries are plain .npz files without pickled objects; a damaged or missing one is made again, and a folder that cannot
be written is no reason to stop.
"""

import hashlib
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from toolkit.cache.folder import cache_folder
from toolkit.errors import OutputError
from toolkit.files import write_bytes

__all__ = ["key_of", "load_arrays", "store_arrays"]


def key_of(parts: Iterable[str]) -> str:
    """A name for the result of these inputs: SHA-256 over the parts, which are kept apart.

    >>> key_of(["USE v3", "Hola."]) == key_of(["USE v3", "Hola."]), key_of(["a", "b"]) == key_of(["ab"])
    (True, False)
    >>> len(key_of([]))
    64
    """
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def load_arrays(kind: str, key: str) -> dict[str, np.ndarray] | None:
    """The arrays stored under a key, or None when there are none, or they are damaged or not finite.

    >>> load_arrays("embeddings", "no-such-key") is None
    True
    """
    try:
        with np.load(_file(kind, key), allow_pickle=False) as file:
            # a damaged heading may ask for fewer numbers than there are, and what is not read to its end is not checked
            whole = file.zip.testzip() is None
            arrays = {name: file[name] for name in file.files}
            good = whole and all(np.isfinite(array).all() for array in arrays.values())
    except Exception:
        # numpy and zipfile raise whatever they come across in a damaged file
        return None
    return arrays if good else None


def store_arrays(kind: str, key: str, arrays: Mapping[str, np.ndarray]) -> None:
    """Keep arrays under a key; nothing happens where the folder cannot be written.

    >>> import os
    >>> from tempfile import TemporaryDirectory
    >>> from unittest.mock import patch
    >>> import numpy as np
    >>> from toolkit.cache import load_arrays
    >>> with TemporaryDirectory() as folder, patch.dict(os.environ, {"CLUETRAIN_CACHE": folder}):
    ...     store_arrays("embeddings", "abc", {"vectors": np.array([0.5, 1.0])})
    ...     load_arrays("embeddings", "abc")["vectors"].tolist()
    [0.5, 1.0]
    """
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    try:
        write_bytes(_file(kind, key), buffer.getvalue())
    except OutputError:
        return


def _file(kind: str, key: str) -> Path:
    return cache_folder(kind) / f"{key}.npz"
