"""Where what can be made again is kept: the user's cache folder.

The environment variable CLUETRAIN_CACHE moves it. On a cluster it must be a folder that all machines see under the same
path. It holds what texts say, so it is made readable by its owner alone; a folder that is there keeps its permissions.
"""

import os
from contextlib import suppress
from pathlib import Path

import platformdirs

__all__ = ["cache_folder"]


def cache_folder(kind: str) -> Path:
    """Where entries of this kind are kept; it need not exist. The folder above it is made if it can be.

    >>> cache_folder("embeddings").name
    'embeddings'
    """
    folder = Path(os.environ.get("CLUETRAIN_CACHE") or platformdirs.user_cache_dir("cluetrain-toolkit"))
    with suppress(OSError):  # there already, or nothing can be kept here: whoever writes finds out
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
    return folder / kind
