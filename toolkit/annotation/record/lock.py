"""A lock that the operating system lets go of when its holder dies, however it dies."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from toolkit.errors import OutputError

__all__ = ["locked"]

#: Seconds to wait for another holder. A holder keeps it for one line to reach the disk; a disk that needs longer
#: than this is not one to wait for without a word.
_PATIENCE = 10.0


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file ``path`` (made where it is missing) for the length of a ``with`` block.

    Raises :class:`OutputError` if it cannot be made, or another program holds it for ten seconds.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}.") from error
    try:
        _wait(handle, path)
        try:
            yield
        finally:
            _release(handle)
    finally:
        os.close(handle)


def _wait(handle: int, path: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while not _take(handle):
        if time.monotonic() > end:
            raise OutputError(f"{path}: another program holds it for {_PATIENCE:.0f} seconds; try again.")
        time.sleep(0.01)


if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _release(handle: int) -> None:
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            # a file system without locks (some network folders): the writer's token and the length of the log
            # still tell two writers apart
            return True
        return True

    def _release(handle: int) -> None:
        try:
            fcntl.flock(handle, fcntl.LOCK_UN)
        except OSError:
            return
