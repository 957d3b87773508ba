"""Where what can be made again is kept: the user's cache folder.

The environment variable CLUETRAIN_CACHE moves it. On a cluster it must be a folder that all machines see under the same
path.
"""

import os
from pathlib import Path

import platformdirs

__all__ = ["cache_folder"]


def cache_folder(kind: str) -> Path:
    """Where entries of this kind are kept; it need not exist.

    >>> cache_folder("embeddings").name
    'embeddings'
    """
    folder = os.environ.get("CLUETRAIN_CACHE") or platformdirs.user_cache_dir("cluetrain-toolkit")
    return Path(folder) / kind
