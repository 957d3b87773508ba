"""What is costly to make and follows from its inputs alone: kept in the user's cache folder, made again if it is gone.

Nothing in it is needed: the folder can be deleted at any time.
"""

from toolkit.cache.arrays import key_of, load_arrays, store_arrays
from toolkit.cache.code import code_key
from toolkit.cache.contents import CACHE_KINDS, cache_contents, clear_cache
from toolkit.cache.folder import cache_folder
from toolkit.cache.parts import PartStore, remove_unused

__all__ = [
    "CACHE_KINDS",
    "PartStore",
    "cache_contents",
    "cache_folder",
    "clear_cache",
    "code_key",
    "key_of",
    "load_arrays",
    "remove_unused",
    "store_arrays",
]
