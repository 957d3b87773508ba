"""A pool of processes on this machine.

Starting a process costs seconds: within :func:`kept_pool` the same processes do all the work, and what one of them has
worked out for one kind of task (words looked up, models loaded) is there for the next. What the tasks of a call share
goes to each process once, in a file.
"""

import pickle
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

__all__ = ["Pool", "kept_pool", "one_thread", "pool_of"]

Result = TypeVar("Result")

#: In a process of a pool: the file last read, and the arguments in it.
_SHARED: dict[str, tuple[Any, ...]] = {}
#: What Windows can wait for at once; Python refuses more processes there.
_MOST_ON_WINDOWS = 61


class Pool:
    """Processes that are started when the first task comes."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._executor: ProcessPoolExecutor | None = None

    def submit(self, shared: str | None, function: Callable[..., Result], task: tuple[Any, ...]) -> "Future[Result]":
        """Begin a task; ``shared``: the file with the arguments before its own."""
        if self._executor is None:
            # spawned, not forked: a fork copies locks that threads of numpy or spaCy may hold
            most = _MOST_ON_WINDOWS if sys.platform == "win32" else self.workers
            self._executor = ProcessPoolExecutor(min(self.workers, most), get_context("spawn"))
        return self._executor.submit(_run, shared, function, task)

    def close(self) -> None:
        """End the processes, what runs being waited for; the next task starts new ones."""
        if self._executor is not None:
            self._executor.shutdown(cancel_futures=True)
            self._executor = None


_kept: ContextVar[Pool | None] = ContextVar("kept_pool", default=None)


@contextmanager
def kept_pool(workers: object) -> Generator[None, None, None]:
    """Work in pools of so many processes or fewer, begun within the block, is done by the same processes.

    ``workers``: a number; anything else (a Dask client) has processes of its own, and nothing happens.

    >>> from toolkit.parallel import run_tasks
    >>> with kept_pool(2):
    ...     print(run_tasks(pow, [(2, 3), (3, 2)], workers=2), run_tasks(abs, [(-1,), (2,)], workers=2))
    [8, 9] [1, 2]
    """
    if not isinstance(workers, int) or workers < 2 or _kept.get() is not None:
        yield
        return
    pool = Pool(workers)
    token = _kept.set(pool)
    try:
        yield
    finally:
        _kept.reset(token)
        pool.close()


@contextmanager
def pool_of(workers: int, shared: tuple[Any, ...]) -> Iterator[tuple[Pool, str | None]]:
    """A pool of at least so many processes for one call, and the file with what its tasks share."""
    kept = _kept.get()
    pool = kept if kept is not None and kept.workers >= workers else Pool(workers)
    try:
        if not shared:
            yield pool, None
            return
        with tempfile.TemporaryDirectory(prefix="cluetrain-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "shared"
            with path.open("wb") as file:
                pickle.dump(shared, file, protocol=pickle.HIGHEST_PROTOCOL)
            yield pool, str(path)
    finally:
        if pool is not kept:
            pool.close()


def one_thread(function: Callable[..., Result], arguments: tuple[Any, ...]) -> Result:
    """``function(*arguments)`` with one BLAS thread."""
    with threadpool_limits(1):
        return function(*arguments)


def _run(shared: str | None, function: Callable[..., Result], task: tuple[Any, ...]) -> Result:
    return one_thread(function, (*_read(shared), *task))


def _read(shared: str | None) -> tuple[Any, ...]:
    """The shared arguments; those of one call at a time are held."""
    if shared is None:
        return ()
    if shared not in _SHARED:
        _SHARED.clear()
        with Path(shared).open("rb") as file:
            _SHARED[shared] = pickle.load(file)
    return _SHARED[shared]
