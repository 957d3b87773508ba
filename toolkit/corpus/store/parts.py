"""Files on their way into a corpus folder: written aside, flushed to disk, put in place or removed."""

import errno
import os
import secrets
import time
from contextlib import suppress
from pathlib import Path

__all__ = ["PART", "UNSUPPORTED", "age", "flush_folder", "remove", "write_part"]

#: Names of files that are not finished begin so.
PART = ".part-"
#: Where a file system has no hard links, or folders cannot be flushed, it answers with one of these.
UNSUPPORTED = {
    errno.EPERM,
    errno.EACCES,
    errno.ENOSYS,
    errno.ENOTSUP,
    errno.EOPNOTSUPP,
    errno.EINVAL,
    errno.EXDEV,
    errno.EMLINK,
    errno.EBADF,
}


def write_part(folder: Path, data: bytes) -> Path:
    """A new file with these bytes, on disk, under a name that nothing reads."""
    part = folder / f"{PART}{secrets.token_hex(8)}"
    try:
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        remove(part)
        raise
    return part


def flush_folder(folder: Path) -> None:
    """Names of new files to disk, where the system can do that (Windows cannot)."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise
    finally:
        os.close(handle)


def age(path: Path) -> float:
    """Seconds since a file was written; 0 where it is not there."""
    try:
        return time.time() - path.lstat().st_mtime
    except OSError:
        return 0


def remove(path: Path) -> None:
    """Remove a file if it is there and may be removed."""
    with suppress(OSError):
        path.unlink()
