"""Tasks on a Dask cluster: what is shared is sent once, results come in order, lost work is done again.

Dask (extra ``cluster``) is imported when it is asked for.
"""

import json
import logging
import tempfile
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import Any

from threadpoolctl import threadpool_limits

from toolkit.errors import InputError, missing_extra

__all__ = ["connected", "is_client", "local_cluster", "on_client"]

#: Times a task is tried again when the workers that held what is shared are gone: as often as dask's allowed-failures.
_AGAIN = 3
#: Seconds to wait for a worker, when all are gone; starting one took 2 to 11 s on a busy machine.
_WAIT = 60
#: Seconds after which a task is looked after, and how often nobody may be found at work before it is begun again.
_LOOK, _LOOKS = 10, 3
#: Seconds to wait for the scheduler.
_CONNECT = 15


def is_client(workers: object) -> bool:
    """Whether this is a client of a Dask cluster.

    >>> is_client(2)
    False
    """
    return hasattr(workers, "submit") and hasattr(workers, "scatter")


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """A ``distributed.Client`` of the scheduler at an address ("tcp://10.0.0.5:8786"), or of the one that a scheduler
    file names (a path that ends in ".json").

    Raises :class:`InputError` where Dask is not installed and where no scheduler answers.

    >>> from importlib.util import find_spec
    >>> from toolkit.errors import InputError
    >>> try:
    ...     with connected("no-scheduler.json"):
    ...         pass
    ... except InputError as error:
    ...     print(find_spec("distributed") is None or str(error).split(";")[0])
    scheduler 'no-scheduler.json': there is no such file
    """
    _needs_dask()
    from distributed import Client

    if address.endswith(".json"):
        from pathlib import Path

        if not Path(address).is_file():
            raise InputError(f"scheduler '{address}': there is no such file; dask scheduler writes it.")
        try:
            named = isinstance(json.loads(Path(address).read_text(encoding="utf-8"))["address"], str)
        except (OSError, ValueError, KeyError, TypeError):
            named = False
        if not named:
            raise InputError(
                f"scheduler '{address}': names no scheduler; give the file of 'dask scheduler --scheduler-file'."
            )
        where = {"scheduler_file": address}
    else:
        where = {"address": address}
    try:
        client = Client(**where, timeout=_CONNECT)
    except TypeError as error:
        # what distributed says of tls:// without certificates
        raise InputError(
            f"scheduler '{address}': an encrypted connection needs certificates; name them in Dask's settings "
            "(distributed.comm.tls), here and for the workers."
        ) from error
    except (OSError, ValueError) as error:
        raise InputError(
            f"scheduler '{address}': does not answer within {_CONNECT} s; start it with 'dask scheduler' and give the "
            "address it prints."
        ) from error
    with client:
        yield client


@contextmanager
def local_cluster(workers: int) -> Iterator[Any]:
    """A ``distributed.Client`` with as many processes of one thread each on this machine, ended at the end.

    It listens on this machine only and has no dashboard. In a script, call it under ``if __name__ == "__main__":``.

    >>> from importlib.util import find_spec
    >>> from toolkit.parallel import local_cluster
    >>> def state(workers):
    ...     with local_cluster(workers) as client:  # give it as workers=client
    ...         return client.status
    >>> state(0) if find_spec("distributed") else "running"  # say how many processes shall work
    'running'
    """
    _needs_dask()
    from distributed import Client, LocalCluster

    with tempfile.TemporaryDirectory(prefix="cluetrain-dask-", ignore_cleanup_errors=True) as folder:
        with warnings.catch_warnings():
            # a second cluster takes another port for its state pages, which is no news to a user
            warnings.filterwarnings("ignore", "Port .* is already in use")
            cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address=None,
                local_directory=folder,
                silence_logs=logging.CRITICAL,
            )
        try:
            with Client(cluster) as client:
                yield client
        finally:
            # its list may have lost a worker that ended early: all are ended by then, and the work is done
            with suppress(KeyError):
                cluster.close()


def on_client(
    client: Any,
    function: Callable[..., Any],
    tasks: Iterable[tuple[Any, ...]],
    shared: tuple[Any, ...] = (),
    ahead: int | None = None,
) -> Generator[Any, None, None]:
    """``function(*shared, *task)`` on a cluster, results in the order of the tasks, a few tasks ahead under way."""
    waiting = iter(tasks)
    # two per thread keep the workers busy; more would pile up results, each as large as the topics
    ahead = min(ahead or 1_000_000, 2 * max(1, sum(client.nthreads().values())))
    sent = _send(client, shared)
    under_way: deque[tuple[Any, Any]] = deque()

    def submit(task: Any) -> tuple[Any, Any]:
        return task, client.submit(_alone, function, sent[0], task, pure=False)

    try:
        while True:
            while len(under_way) < ahead and (task := next(waiting, _END)) is not _END:
                under_way.append(submit(task))
            if not under_way:
                return
            for attempt in range(_AGAIN + 1):
                try:
                    result = _result(client, under_way[0][1])
                    break
                except Exception as error:
                    if attempt == _AGAIN or not _lost(error):
                        raise
                    # what is shared went with the workers that held it
                    sent = _send(client, shared)
                    under_way = deque(submit(task) for task, _ in under_way)
            under_way.popleft()
            yield result
    finally:
        client.cancel([*sent, *(future for _, future in under_way)])


_END: Any = object()


class _Forgotten(InputError):
    """A task waits and no worker is at work: a message between them got lost."""


def _result(client: Any, future: Any) -> Any:
    """What a future brings. Raises :class:`_Forgotten` where it waits and its workers stand idle."""
    from distributed import wait

    idle = 0
    while True:
        try:
            wait([future], timeout=_LOOK)
        except TimeoutError:
            pass
        else:
            return future.result()  # however long it travels
        # no worker at all: one may still come
        idle = idle + 1 if client.nthreads() and not client.call_stack() else 0
        if idle == _LOOKS:
            raise _Forgotten(
                f"cluster: tasks wait, and for {_LOOK * _LOOKS} s no worker has been at work; restart the workers and "
                "do the same again (what is done is kept)."
            )


def _send(client: Any, shared: Any) -> Any:
    try:
        client.wait_for_workers(1, timeout=_WAIT)
    except TimeoutError as error:
        raise InputError(
            f"cluster: no worker came within {_WAIT} s; start some with 'dask worker' and the scheduler's address. For "
            "workers that wait in a queue: client.wait_for_workers(1), and then this again."
        ) from error
    return client.scatter([shared], broadcast=True, hash=False)


def _lost(error: Exception) -> bool:
    """Whether an error is about workers and not about the work."""
    from concurrent.futures import CancelledError

    from distributed import KilledWorker
    from distributed.comm import CommClosedError

    return isinstance(error, CancelledError | KilledWorker | CommClosedError | _Forgotten)


def _alone(function: Callable[..., Any], shared: tuple[Any, ...], task: tuple[Any, ...]) -> Any:
    """One task on a worker. The limit stays: its threads may have others under way."""
    threadpool_limits(1)
    return function(*shared, *task)


def _needs_dask() -> None:
    if find_spec("distributed") is None:
        raise InputError(f"work on a cluster: {missing_extra('distributed', 'cluster')}.")
