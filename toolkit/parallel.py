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


def default_workers() -> int:
    """The number of cores."""
    return cpu_count() or 1


def run_tasks(
    function: Callable[..., Result],
    tasks: Sequence[tuple[Any, ...]],
    *,
    workers: int = 1,
    label: str = "",
    progress: bool = False,
) -> list[Result]:
    """``[function(*task) for task in tasks]``, in processes when ``workers`` is more than 1.

    ``function`` must stand in an importable module. An error in one task ends all and is raised here.
    """
    if workers < 1:
        raise InputError(f"workers: got {workers}, allowed is 1 or more.")
    bar = tqdm(total=len(tasks), desc=label, disable=None if progress else True, leave=False)
    with bar:
        if workers == 1 or len(tasks) < 2:
            results = []
            for task in tasks:
                results.append(_one_thread(function, task))
                bar.update()
            return results
        # spawned, not forked: a fork copies locks that threads of numpy or spaCy may hold
        with ProcessPoolExecutor(min(workers, len(tasks)), mp_context=get_context("spawn")) as pool:
            futures = [pool.submit(_one_thread, function, task) for task in tasks]
            for _ in as_completed(futures):
                bar.update()
            return [future.result() for future in futures]


def _one_thread(function: Callable[..., Result], task: tuple[Any, ...]) -> Result:
    with threadpool_limits(1):
        return function(*task)
