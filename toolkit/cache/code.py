"""A name for this very program: results of other code are no results of this one."""

import hashlib
from functools import cache
from pathlib import Path

__all__ = ["code_key"]

_PACKAGE = Path(__file__).resolve().parents[1]


@cache
def code_key() -> str:
    """SHA-256 over the names and contents of all files of the package, code and data; looked at once per process.

    >>> len(code_key())
    64
    """
    digest = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith("."):
            data = path.read_bytes()
            digest.update(f"{path.relative_to(_PACKAGE).as_posix()}\0{len(data)}\0".encode())
            digest.update(data)
    return digest.hexdigest()
