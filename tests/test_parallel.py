"""Tasks here, in processes and on Dask: the same results in the same order, whatever happens to a process."""

import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures.process import BrokenProcessPool

import pytest
from parallel_jobs import dies, dies_once, fails_at, noted, process, scaled, slow, square, too_late

from toolkit.errors import InputError
from toolkit.parallel import connected, each_task, is_client, kept_pool, local_cluster, run_tasks
from toolkit.parallel.pool import Pool, _kept

TASKS = [(number,) for number in range(12)]


@pytest.fixture(scope="module")
def client():
    pytest.importorskip("distributed")
    with local_cluster(2) as client:
        yield client


@pytest.fixture(params=["serial", "pool", "dask"])
def workers(request):
    return {"serial": 1, "pool": 2}.get(request.param) or request.getfixturevalue("client")


def test_results_come_in_the_order_of_the_tasks(workers):
    assert run_tasks(square, TASKS, workers=workers) == [number * number for number in range(12)]


def test_what_is_shared_reaches_every_task(workers):
    assert list(each_task(scaled, iter(TASKS), shared=(3,), workers=workers)) == [3 * n for n in range(12)]


def test_no_task_is_no_result(workers):
    assert run_tasks(square, [], workers=workers) == []


def test_an_error_comes_out_as_it_is(workers):
    with pytest.raises(ValueError, match="no 5"):
        run_tasks(fails_at, TASKS, shared=(5,), workers=workers)


def test_tasks_are_taken_from_an_iterator_as_results_are_used(workers, tmp_path):
    taken = []

    def tasks():
        for number in range(1_000):
            taken.append(number)
            yield (number,)

    results = each_task(noted, tasks(), shared=(str(tmp_path),), workers=workers)
    assert next(results) == 0
    results.close()
    assert len(taken) <= 10
    assert len(list(tmp_path.iterdir())) <= len(taken)


def test_a_killed_process_changes_nothing(tmp_path):
    assert run_tasks(dies_once, TASKS, shared=(str(tmp_path),), workers=2) == list(range(12))
    assert (tmp_path / "died").exists()


def test_processes_killed_between_two_results_lose_no_task():
    with kept_pool(2):
        results = each_task(square, iter(TASKS), workers=2, ahead=3)
        found = [next(results)]
        executor = _kept.get()._executor
        for child in list(executor._processes.values()):
            child.kill()
        until = time.monotonic() + 60
        # the pool is told of it by a thread of its own
        while not executor._broken and time.monotonic() < until:
            time.sleep(0.01)
        found += results
    assert found == [number * number for number in range(12)]


@pytest.mark.parametrize(("system", "processes"), [("win32", 61), ("linux", 200)])
def test_windows_gets_no_more_processes_than_it_can_wait_for(monkeypatch, system, processes):
    asked = []

    class Executor:
        def __init__(self, workers, context):
            asked.append(workers)

        def submit(self, *arguments):
            return arguments

    monkeypatch.setattr("toolkit.parallel.pool.ProcessPoolExecutor", Executor)
    monkeypatch.setattr("sys.platform", system)
    Pool(200).submit(None, abs, (-1,))
    assert asked == [processes]


def test_a_killed_worker_changes_nothing(client, tmp_path):
    assert run_tasks(dies_once, TASKS, shared=(str(tmp_path),), workers=client) == list(range(12))
    assert (tmp_path / "died").exists()


def test_work_that_always_kills_its_process_ends():
    with pytest.raises(BrokenProcessPool):
        run_tasks(dies, TASKS, workers=2)


def test_processes_are_kept_for_the_next_tasks():
    def pids():
        return set(run_tasks(process, TASKS, workers=2))

    with kept_pool(2):
        first = pids()
        assert pids() <= first
        assert run_tasks(scaled, TASKS, shared=(3,), workers=2) == [3 * n for n in range(12)]
        assert run_tasks(scaled, TASKS, shared=(4,), workers=2) == [4 * n for n in range(12)]
        with kept_pool(2):
            assert pids() <= first
    assert not pids() & first


def test_kept_processes_outlive_an_error_and_not_a_killed_one(tmp_path):
    with kept_pool(2):
        with pytest.raises(ValueError, match="no 5"):
            run_tasks(fails_at, TASKS, shared=(5,), workers=2)
        assert run_tasks(dies_once, TASKS, shared=(str(tmp_path),), workers=2) == list(range(12))
        with pytest.raises(BrokenProcessPool):
            run_tasks(dies, TASKS, workers=2)
        assert run_tasks(square, TASKS, workers=2) == [number * number for number in range(12)]


def test_what_is_shared_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert run_tasks(scaled, TASKS, shared=(3,), workers=2) == [3 * n for n in range(12)]
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system gives no cores to processes")
def test_cores_of_others_are_not_counted():
    code = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); "
        "from toolkit.parallel import default_workers; print(default_workers())"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "1\n"


@pytest.mark.parametrize("workers", [0, -1, "two", None, 1.5])
def test_a_wrong_number_of_workers_is_refused(workers):
    with pytest.raises(InputError, match="workers: got"):
        run_tasks(square, TASKS, workers=workers)


def test_a_client_is_told_from_a_number(client):
    assert is_client(client)
    assert not is_client(2)


def test_a_scheduler_is_found_by_its_address(client):
    with connected(client.scheduler.address) as again:
        assert run_tasks(square, TASKS, workers=again) == [number * number for number in range(12)]


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nowhere.json", "no address"])
def test_a_scheduler_that_is_not_there_is_said_in_a_sentence(address, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("toolkit.parallel.cluster._CONNECT", 1)
    with pytest.raises(InputError, match=f"^scheduler '{address}': [^\n]*$"), connected(address):
        pass


@pytest.mark.parametrize("told", ["", "[]", '{"address": 5}', json.dumps({"folder": "a run", "seed": 1})])
def test_a_file_that_names_no_scheduler_is_said_to_be_none(told, tmp_path):
    pytest.importorskip("distributed")
    path = tmp_path / "run.json"
    path.write_text(told, encoding="utf-8")
    with pytest.raises(InputError, match=r"run\.json': names no scheduler; [^\n]+$"), connected(str(path)):
        pass


def test_a_cluster_without_workers_is_said_in_a_sentence(monkeypatch):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr("toolkit.parallel.cluster._WAIT", 0.5)
    cluster = distributed.LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address=None)
    said = pytest.raises(InputError, match=r"^cluster: no worker came within 0.5 s; [^\n]*$")
    with cluster, distributed.Client(cluster) as client, said:
        run_tasks(square, TASKS, workers=client)


@pytest.fixture
def impatient(monkeypatch):
    """Looks after tasks that do not come at once."""
    monkeypatch.setattr("toolkit.parallel.cluster._LOOK", 0.2)
    monkeypatch.setattr("toolkit.parallel.cluster._LOOKS", 2)


def test_a_task_that_a_cluster_forgot_is_begun_again(client, impatient, monkeypatch):
    from distributed import Future

    submit, seen = client.submit, []

    def forgetful(*arguments, **further):
        seen.append(arguments)
        return Future(f"nobody-knows-{len(seen)}", client) if len(seen) in (3, 4) else submit(*arguments, **further)

    monkeypatch.setattr(client, "submit", forgetful)
    assert run_tasks(square, TASKS, workers=client) == [number * number for number in range(12)]
    assert len(seen) > len(TASKS)


def test_a_cluster_that_forgets_everything_is_said_in_a_sentence(client, impatient, monkeypatch):
    from distributed import Future

    monkeypatch.setattr(client, "submit", lambda *arguments, **further: Future("nobody-knows", client))
    with pytest.raises(InputError, match=r"^cluster: tasks wait, and for [\d.]+ s no worker has been at work; [^\n]+$"):
        run_tasks(square, TASKS, workers=client)


def test_a_task_that_takes_long_is_waited_for(client, impatient):
    assert run_tasks(slow, TASKS[:4], workers=client) == [0, 1, 2, 3]


def test_an_error_that_looks_like_waiting_is_the_task_s_own(client, impatient):
    with pytest.raises(TimeoutError, match="too late for 0"):
        run_tasks(too_late, TASKS, workers=client)


def test_an_encrypted_address_without_certificates_is_said_in_a_sentence():
    pytest.importorskip("distributed")
    said = pytest.raises(InputError, match=r"^scheduler 'tls://127.0.0.1:1': [^\n]*certificates")
    with said, connected("tls://127.0.0.1:1"):
        pass


def test_a_cluster_that_lost_count_of_its_workers_ends_no_work(monkeypatch):
    distributed = pytest.importorskip("distributed")
    close = distributed.LocalCluster.close

    def confused(cluster, timeout=None):
        close(cluster, timeout)
        raise KeyError("tcp://127.0.0.1:1")

    monkeypatch.setattr(distributed.LocalCluster, "close", confused)
    with local_cluster(1) as client:
        assert client.submit(abs, -3).result(timeout=60) == 3
    assert client.status == "closed"
