"""The same work in this process, in a pool of processes or on a Dask cluster, with the same result."""

from toolkit.parallel.cluster import connected, is_client, local_cluster
from toolkit.parallel.memory import release_memory
from toolkit.parallel.pool import kept_pool
from toolkit.parallel.tasks import default_workers, each_task, run_tasks

__all__ = [
    "connected",
    "default_workers",
    "each_task",
    "is_client",
    "kept_pool",
    "local_cluster",
    "release_memory",
    "run_tasks",
]
