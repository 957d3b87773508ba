"""Independent tasks, here or elsewhere; results in the order of the tasks.

The unit of work is a task whose result does not depend on the others. Every task runs with one BLAS thread, so that
the number of cores changes no digit. A process that is killed (by the system, for want of memory) takes its tasks with
it and nothing else: they are done again.
"""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from typing import Any, TypeAlias, TypeVar

from tqdm import tqdm

from toolkit.errors import InputError
from toolkit.parallel.cluster import is_client, on_client
from toolkit.parallel.pool import one_thread, pool_of

__all__ = ["Workers", "default_workers", "each_task", "run_tasks"]

Result = TypeVar("Result")
#: What does the work: a number of processes (1: this one), or a ``distributed.Client`` of a Dask cluster.
Workers: TypeAlias = Any

#: Times tasks are begun again that a killed process took with it: as often as dask's allowed-failures.
_AGAIN = 3
#: Tasks under way for each process: one at work, one waiting, and some that finish before their turn.
_AHEAD = 4


def default_workers() -> int:
    """The number of cores that this process may use: of a job on a shared machine those it was given, not all.

    >>> default_workers() >= 1
    True
    """
    allowed = getattr(os, "sched_getaffinity", None)  # not on Windows and macOS
    return len(allowed(0)) if allowed is not None else os.cpu_count() or 1


def run_tasks(
    function: Callable[..., Result],
    tasks: Sequence[tuple[Any, ...]],
    *,
    shared: tuple[Any, ...] = (),
    workers: Workers = 1,
    label: str = "",
    progress: bool = False,
) -> list[Result]:
    """``[function(*shared, *task) for task in tasks]``, wherever ``workers`` says; see :func:`each_task`.

    >>> run_tasks(pow, [(2, 3), (3, 2)])
    [8, 9]
    >>> run_tasks(max, [(1,), (9,)], shared=(5,))
    [5, 9]
    """
    some = workers if len(tasks) > 1 or is_client(workers) else _checked(workers) and 1
    with closing(
        each_task(
            function, tasks, shared=shared, workers=some, label=label, progress=progress, total=len(tasks),
            ahead=max(1, len(tasks)),
        )
    ) as results:  # fmt: skip
        return list(results)


def each_task(
    function: Callable[..., Result],
    tasks: Iterable[tuple[Any, ...]],
    *,
    shared: tuple[Any, ...] = (),
    workers: Workers = 1,
    label: str = "",
    progress: bool = False,
    total: int | None = None,
    ahead: int | None = None,
) -> Generator[Result, None, None]:
    """The results of ``function(*shared, *task)`` one by one, in the order of the tasks.

    Parameters
    ----------
    function : must stand in an importable module. ``shared`` goes to each process once and not with every task.
    tasks : may be an iterator: no more than ``ahead`` tasks are taken from it before the result of the first is given,
        so that what waits does not pile up (default: some for each process).
    workers : processes; 1: this one. Or a ``distributed.Client``: the same tasks on a Dask cluster.
    label, progress, total : of a bar on standard error, where that is a terminal.

    An error in one task, or an interruption, ends all: what runs is waited for, what waits is not started. Tasks of
    killed processes and workers are begun again, three times at most.

    >>> list(each_task(pow, iter([(2, 3), (3, 2)])))
    [8, 9]
    """
    _checked(workers)
    if is_client(workers):
        results = on_client(workers, function, tasks, shared, ahead)
    elif workers == 1:
        results = (one_thread(function, (*shared, *task)) for task in tasks)
    else:
        results = _in_pool(function, tasks, shared, min(workers, total or workers), ahead or _AHEAD * workers)
    with tqdm(total=total, desc=label, disable=None if progress else True, leave=False) as bar, closing(results):
        for result in results:
            bar.update()
            yield result


def _checked(workers: Workers) -> Workers:
    if not is_client(workers) and (not isinstance(workers, int) or workers < 1):
        raise InputError(f"workers: got {workers}, allowed is 1 or more, or a Dask client.")
    return workers


def _in_pool(
    function: Callable[..., Result], tasks: Iterable[tuple[Any, ...]], shared: tuple[Any, ...], workers: int, ahead: int
) -> Generator[Result, None, None]:
    waiting = iter(tasks)
    under_way: deque[tuple[tuple[Any, ...], Future[Result]]] = deque()
    again = 0
    with pool_of(workers, shared) as (pool, file):
        try:
            while True:
                try:
                    while len(under_way) < ahead:
                        task = next(waiting, None)
                        if task is None:
                            break
                        # among those under way before it is begun: a pool may break between two results
                        under_way.append((task, Future()))
                        under_way[-1] = task, pool.submit(file, function, task)
                    if not under_way:
                        return
                    _, first = under_way[0]
                    # an error anywhere ends all, also while an earlier task is still at work
                    _raise_failed(under_way)
                    result = first.result()
                except BrokenProcessPool:
                    again += 1
                    pool.close()
                    if again > _AGAIN:
                        raise
                    under_way = deque(
                        (task, future if _given(future) else pool.submit(file, function, task))
                        for task, future in under_way
                    )
                    continue
                under_way.popleft()
                yield result
        finally:
            # the pool may be wanted again: what waits is not started, what runs is waited for
            wait([future for _, future in under_way if not future.cancel()])


def _raise_failed(under_way: deque[tuple[tuple[Any, ...], Future[Result]]]) -> None:
    for _, future in under_way:
        error = future.exception() if future.done() and not future.cancelled() else None
        if error is not None and not isinstance(error, BrokenProcessPool):
            raise error


def _given(future: Future[Result]) -> bool:
    """Whether a task gave its result before the pool broke."""
    return future.done() and not future.cancelled() and future.exception() is None
