"""The same work in this process or in a pool of processes, with the same result.

The unit of work is a task whose result does not depend on the others; results come in the order of the tasks.
Every task runs with one BLAS thread, so that the number of cores changes no digit.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from os import cpu_count
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits
from tqdm import tqdm

from toolkit.errors import InputError

__all__ = ["default_workers", "run_tasks"]

Result = TypeVar("Result")

#: In a process of the pool: the arguments that all its tasks share.
_SHARED: list[Any] = []


def default_workers() -> int:
    """The number of cores.

    >>> default_workers() >= 1
    True
    """
    return cpu_count() or 1


def run_tasks(
    function: Callable[..., Result],
    tasks: Sequence[tuple[Any, ...]],
    *,
    shared: tuple[Any, ...] = (),
    workers: int = 1,
    label: str = "",
    progress: bool = False,
) -> list[Result]:
    """``[function(*shared, *task) for task in tasks]``, in processes when ``workers`` is more than 1.

    ``function`` must stand in an importable module. ``shared`` goes to each process once and not with every task.
    Tasks start in the order given. An error in one task, or an interruption, ends all: what runs is waited for,
    what waits is not started.

    >>> run_tasks(pow, [(2, 3), (3, 2)])
    [8, 9]
    >>> run_tasks(max, [(1,), (9,)], shared=(5,))
    [5, 9]
    """
    if workers < 1:
        raise InputError(f"workers: got {workers}, allowed is 1 or more.")
    bar = tqdm(total=len(tasks), desc=label, disable=None if progress else True, leave=False)
    with bar:
        if workers == 1 or len(tasks) < 2:
            results = []
            for task in tasks:
                results.append(_one_thread(function, (*shared, *task)))
                bar.update()
            return results
        # spawned, not forked: a fork copies locks that threads of numpy or spaCy may hold
        pool = ProcessPoolExecutor(min(workers, len(tasks)), get_context("spawn"), _receive, shared)
        try:
            futures = [pool.submit(_with_shared, function, task) for task in tasks]
            for future in as_completed(futures):
                future.result()
                bar.update()
            return [future.result() for future in futures]
        finally:
            pool.shutdown(cancel_futures=True)


def _receive(*shared: Any) -> None:
    _SHARED[:] = shared


def _with_shared(function: Callable[..., Result], task: tuple[Any, ...]) -> Result:
    return _one_thread(function, (*_SHARED, *task))


def _one_thread(function: Callable[..., Result], arguments: tuple[Any, ...]) -> Result:
    with threadpool_limits(1):
        return function(*arguments)
