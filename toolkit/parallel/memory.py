"""Memory that is free in this process goes back to the system."""

import ctypes
import gc
import sys
from contextlib import suppress

__all__ = ["release_memory"]


def release_memory() -> None:
    """Give back what was freed, as far as the system's allocator can (that of Linux) and pyarrow's.

    Without it a process keeps what its largest step took: after the passages of 100,000 posts a third of its memory.

    >>> release_memory()
    """
    gc.collect()
    if "pyarrow" in sys.modules:
        sys.modules["pyarrow"].default_memory_pool().release_unused()
    if sys.platform == "linux":
        # musl has no such function
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
