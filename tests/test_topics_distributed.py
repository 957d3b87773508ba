"""LDA on Dask: gensim's own topics, the same bits for any number of workers, also when workers die."""

import os
import signal
import threading
import time

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from toolkit.errors import InputError
from toolkit.parallel import cluster, local_cluster
from toolkit.topics.distribution import streaming
from toolkit.topics.distribution.on_dask import fit_distributed, transform_distributed
from toolkit.topics.distribution.shards import write_shards
from toolkit.topics.distribution.streaming import fit_streaming, transform_shards
from toolkit.topics.documents import document_terms

K, SEED = 4, 3


@pytest.fixture(scope="module")
def corpus():
    """300 documents drawn from four topics, some empty."""
    rng = np.random.default_rng(7)
    terms = [f"t{topic}{number:02}" for topic in range(K) for number in range(15)]
    rows = [
        [terms[15 * topic + rng.integers(15)] for topic in np.where(rng.random(length) < 0.7, main, rng.integers(K))]
        for main, length in zip(rng.integers(K, size=300), rng.integers(0, 25, size=300), strict=True)
    ]
    return document_terms(rows, terms)


@pytest.fixture(scope="module")
def shards(corpus, tmp_path_factory):
    names = [f"d{number:03}" for number in range(len(corpus))]
    table = pd.DataFrame({"doc_id": names, "passage_id": names})
    return write_shards(tmp_path_factory.mktemp("shards") / "s", [(table, corpus)], corpus.vocabulary, size=40)


@pytest.fixture(scope="module")
def client():
    pytest.importorskip("distributed")
    with local_cluster(2) as client:
        yield client


def same(one, other):
    np.testing.assert_array_equal(one.topic_term, other.topic_term)
    np.testing.assert_array_equal(one.document_topic, other.document_topic)
    assert one.settings == other.settings


# ---- gensim's own topics ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("decay", "every"), [(0.0, 0), (0.5, 0), (0.7, 1), (0.5, 3)])
def test_topics_are_those_of_gensim_bit_for_bit(corpus, shards, decay, every):
    from gensim.models import LdaModel

    ours = fit_distributed(shards, K, passes=4, seed=SEED, decay=decay, shards_per_update=every)
    with threadpool_limits(1):
        native = LdaModel(
            [bag for bag in corpus.bags() if bag],
            id2word=dict(enumerate(corpus.vocabulary)),
            num_topics=K,
            alpha=np.full(K, 0.1),
            eta=0.01,
            passes=4,
            iterations=100,
            chunksize=40,
            update_every=every,
            decay=decay,
            eval_every=None,
            random_state=SEED,
            dtype=np.float64,
        )
    order = np.lexsort(native.get_topics().T)
    np.testing.assert_array_equal(ours.topic_term[np.lexsort(ours.topic_term.T)], native.get_topics()[order])


def test_shards_of_gensims_chunk_give_the_streamed_model(corpus, tmp_path):
    table = pd.DataFrame({"doc_id": [f"d{number}" for number in range(len(corpus))]}).assign(passage_id="p")
    shards = write_shards(tmp_path / "s", [(table, corpus)], corpus.vocabulary)
    streamed = fit_streaming(shards, K, passes=3, seed=SEED)
    ours = fit_distributed(shards, K, passes=3, seed=SEED, decay=0.5, shards_per_update=1)
    np.testing.assert_array_equal(ours.topic_term, streamed.topic_term)
    np.testing.assert_array_equal(ours.sizes, streamed.sizes)


# ---- any number of workers -------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"decay": 0.5, "shards_per_update": 3}])
def test_two_processes_give_the_bits_of_one(shards, client, options):
    alone = fit_distributed(shards, K, passes=3, seed=SEED, **options)
    same(fit_distributed(shards, K, passes=3, seed=SEED, client=client, **options), alone)
    assert not np.array_equal(fit_distributed(shards, K, passes=3, seed=SEED + 1).topic_term, alone.topic_term)


def processes():
    """Children of this process, without the one that Python keeps for all its spawning."""
    psutil = pytest.importorskip("psutil")
    children = psutil.Process().children(recursive=True)
    return {child.pid for child in children if "resource_tracker" not in " ".join(child.cmdline())}


@pytest.mark.slow
def test_a_cluster_of_its_own_is_started_and_ended(shards):
    pytest.importorskip("distributed")
    before = processes()
    same(fit_distributed(shards, K, passes=2, workers=3), fit_distributed(shards, K, passes=2))
    assert processes() <= before


def test_shares_written_by_two_processes_are_the_same_files(shards, client, tmp_path):
    model = fit_distributed(shards, K, passes=2)
    alone = transform_shards(model, shards, tmp_path / "alone")
    both = transform_distributed(model, shards, tmp_path / "both", client=client)
    assert [path.read_bytes() for path in both] == [path.read_bytes() for path in alone]
    assert sorted(path.name for path in (tmp_path / "both").iterdir()) == sorted(
        path.name for path in (tmp_path / "alone").iterdir()
    )


# ---- workers that die, work that is cancelled ------------------------------------------------------------


def kill_during(work, client, how_many):
    """The result of ``work`` while some workers are killed once it is under way."""
    done = []
    thread = threading.Thread(target=lambda: done.append(work()))
    pids = list(client.run(os.getpid).values())
    thread.start()
    end = time.monotonic() + 30
    while not client.processing or not any(client.processing().values()):
        assert time.monotonic() < end
        time.sleep(0.01)
    for pid in pids[:how_many]:
        os.kill(pid, signal.SIGKILL)
    assert thread.is_alive()
    thread.join(300)
    assert set(client.run(os.getpid).values()) != set(pids)
    return done[0]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills processes as Unix does")
@pytest.mark.parametrize("how_many", [1, 2])
def test_killed_workers_change_nothing(shards, client, how_many):
    alone = fit_distributed(shards, K, passes=10, seed=SEED)
    same(kill_during(lambda: fit_distributed(shards, K, passes=10, seed=SEED, client=client), client, how_many), alone)


def test_a_cancelled_run_leaves_nothing(shards, client, tmp_path, monkeypatch):
    model = fit_distributed(shards, K, passes=1)
    written = []

    def interrupted(path, data):
        written.append(path)
        if len(written) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(streaming, "write_bytes", interrupted)
    with pytest.raises(KeyboardInterrupt):
        transform_distributed(model, shards, tmp_path / "out", client=client)
    assert list(tmp_path.iterdir()) == []
    end = time.monotonic() + 10
    while (
        left := client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks))
    ) and time.monotonic() < end:
        time.sleep(0.05)
    assert left == 0


def test_a_changed_shard_is_the_same_error_from_a_worker(corpus, client, tmp_path):
    table = pd.DataFrame({"doc_id": [f"d{number}" for number in range(len(corpus))]}).assign(passage_id="p")
    shards = write_shards(tmp_path / "s", [(table, corpus)], corpus.vocabulary, size=100)
    path = tmp_path / "s" / "part-000001.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    for where in ({}, {"client": client}):
        with pytest.raises(InputError, match=r"part-000001\.parquet: .*cut or changed"):
            fit_distributed(shards, K, passes=1, **where)


# ---- what is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"k": 1}, "allowed is 2 to"),
        ({"decay": 0.3}, "decay is 0.3"),
        ({"decay": float("nan")}, "decay is nan"),
        ({"shards_per_update": -1}, "shards_per_update is -1"),
        ({"shards_per_update": 2}, "forgets"),
        ({"workers": 0}, "workers"),
    ],
)
def test_what_cannot_be_is_refused(shards, options, said):
    with pytest.raises(InputError, match=said):
        fit_distributed(shards, **{"k": K, "passes": 1, **options})


def test_without_dask_the_sentence_says_what_to_install(shards, monkeypatch):
    monkeypatch.setattr(cluster, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'cluetrain-toolkit\[cluster\]'"):
        fit_distributed(shards, K, passes=1, workers=2)
    # one process needs none
    assert fit_distributed(shards, K, passes=1, workers=1).k == K
