"""LDA over shards on Dask beside gensim's own: held-out bound, sameness, time, memory. Prints Markdown.

    python tests/benchmarks/topics_distributed.py

Corpora: ``congreso`` (see topic_corpora.py; a tenth of its documents held out) and one ten times as large, whose
documents are put together from the halves of two others. 20 topics, alpha 0.1, eta 0.01, the same seed.

bound: gensim's ``log_perplexity`` on the held-out documents, ``total_docs`` those trained on (nats per word, higher is
better). completion: log likelihood per word of one half of each held-out document, with shares inferred from the
other half (nats, higher is better); it has no term for the topics' own prior.
Times are of one run on this machine; the ratio says what two processes bring, their start counted apart.
"""

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from gensim.models import LdaModel
from threadpoolctl import threadpool_limits
from topic_corpora import congreso

from toolkit.parallel import local_cluster
from toolkit.topics.distribution.on_dask import _on, _train, fit_distributed
from toolkit.topics.distribution.shards import TermShards, open_shards, write_shards
from toolkit.topics.distribution.streaming import fit_streaming, here
from toolkit.topics.documents import DocumentTerms
from toolkit.topics.engines import ALPHA, ETA, fit_model
from toolkit.topics.inference import fold_in

K, SEED, SIZE = 20, 1, 500
#: Name, decay, shards per update.
FITS = [("batch, decay 0.5", 0.5, 0), ("batch, decay 0", 0.0, 0), ("online, decay 0.5", 0.5, 4)]


def main() -> None:
    documents = congreso().documents
    order = np.random.default_rng(0).permutation(len(documents))
    held = documents.take(np.sort(order[: len(order) // 10]))
    train = documents.take(np.sort(order[len(order) // 10 :]))
    large = recombined(train, 10)
    with tempfile.TemporaryDirectory() as folder:
        bounds(train, held, Path(folder) / "small", f"congreso, {len(train):,} documents", (3, 10, 20), FITS)
        shards = bounds(large, held, Path(folder) / "large", f"recombined, {len(large):,} documents", (3,), FITS[:2])
        times(shards)
        memory(train, Path(folder))


def bounds(
    train: DocumentTerms, held: DocumentTerms, folder: Path, name: str, after: tuple[int, ...], fits: list
) -> TermShards:
    """Print the bounds of native gensim and of ours after some passes."""
    shards = sharded(train, folder)
    bags = [bag for bag in train.bags() if bag]
    print(f"\n## {name}, {len(train.ids):,} tokens, {len(train.vocabulary):,} terms, shards of {SIZE}\n")
    print("| fit | passes | bound | completion | statistics as native, bit for bit |\n|---|---:|---:|---:|---|")
    for title, decay, every in fits:
        many = max(after)
        native = snapshots(lambda d=decay, e=every, m=many: natively(bags, train, d, e, SIZE, m), shards, every, after)
        ours = snapshots(
            lambda d=decay, e=every, m=many: _train(shards, K, m, SEED, ALPHA, ETA, d, e, here, _Bar()),
            shards,
            every,
            after,
        )
        for passes in after:
            for who, states in (("gensim", native), ("ours", ours)):
                same = "" if who == "gensim" else str(np.array_equal(native[passes], ours[passes]))
                scores = f"{bound(states[passes], held, train):.4f} | {completion(states[passes], held):.4f}"
                print(f"| {who}, {title} | {passes} | {scores} | {same} |", flush=True)
    if len(after) == 1:
        return shards
    print("\nthe step and the chunk: gensim alone, batch, decay 0.5, 3 passes\n")
    print("| documents per chunk | bound |\n|---:|---:|")
    for size in (2000, 500, 50):
        model = natively(bags, train, 0.5, 0, size, 3)
        print(f"| {size} | {bound(model.state.sstats, held, train):.4f} |", flush=True)
    return shards


class _Bar:
    def update(self) -> None:
        """A progress bar that shows nothing."""


def natively(bags, train: DocumentTerms, decay: float, every: int, size: int, passes: int) -> LdaModel:
    with threadpool_limits(1):
        return LdaModel(bags, passes=passes, update_every=every, chunksize=size, **settings(train, decay))


def settings(train: DocumentTerms, decay: float) -> dict:
    return {
        "id2word": dict(enumerate(train.vocabulary)),
        "num_topics": K,
        "alpha": np.full(K, ALPHA),
        "eta": ETA,
        "iterations": 100,
        "decay": decay,
        "eval_every": None,
        "random_state": SEED,
        "dtype": np.float64,
    }


def snapshots(fit, shards: TermShards, every: int, after: tuple[int, ...]) -> dict[int, np.ndarray]:
    """Statistics of the topics at the end of some passes of one fit."""
    steps, states, original = [0], {}, LdaModel.do_mstep
    per_pass = -(-len(shards) // every) if every else 1

    def noting(self, rho, other, extra_pass=False):
        original(self, rho, other, extra_pass)
        steps[0] += 1
        if steps[0] % per_pass == 0 and steps[0] // per_pass in after:
            states[steps[0] // per_pass] = self.state.sstats.copy()

    LdaModel.do_mstep = noting
    try:
        fit()
    finally:
        LdaModel.do_mstep = original
    return states


def bound(statistics: np.ndarray, held: DocumentTerms, train: DocumentTerms) -> float:
    with threadpool_limits(1):
        model = LdaModel(**settings(train, 0.5))
        model.state.sstats[...] = statistics
        model.sync_state()
        return float(model.log_perplexity([bag for bag in held.bags() if bag], total_docs=len(train)))


def completion(statistics: np.ndarray, held: DocumentTerms) -> float:
    topics = statistics + ETA
    topics = topics / topics.sum(1, keepdims=True)
    rng, seen, asked = np.random.default_rng(1), [], []
    for document in range(len(held)):
        row = rng.permutation(held.row(document))
        seen.append(row[: len(row) // 2])
        asked.append(row[len(row) // 2 :])
    starts = np.concatenate([[0], np.cumsum([len(row) for row in seen])])
    shares = fold_in(DocumentTerms(held.vocabulary, np.concatenate(seen), starts), topics, np.full(K, ALPHA))
    shares[shares.sum(1) == 0] = 1 / K
    said = [np.log(share @ topics[:, row]).sum() for share, row in zip(shares, asked, strict=True) if len(row)]
    return float(np.sum(said) / sum(len(row) for row in asked))


def times(shards: TermShards) -> None:
    """Print wall and CPU time of one process and of two on Dask, and whether the results are the same."""
    print(f"\n## time, 2 passes over {shards.documents:,} documents in {len(shards)} shards\n")
    single, wall, cpu = measured(lambda: fit_distributed(shards, K, passes=2), None)
    print("| | wall s | CPU s | start s | single / this, wall | same bits |\n|---|---:|---:|---:|---:|---|")
    print(f"| one process, no Dask | {wall:.1f} | {cpu:.1f} | | | |")
    for workers in (1, 2):
        start = time.perf_counter()
        with local_cluster(workers) as client:
            # the first task of a worker imports gensim: part of its start
            list(_on(client)(_import, None, range(8 * workers)))
            start = time.perf_counter() - start
            model, mine, used = measured(lambda c=client: fit_distributed(shards, K, passes=2, client=c), client)
        same = np.array_equal(model.topic_term, single.topic_term)
        same = same and np.array_equal(model.document_topic, single.document_topic)
        row = f"{mine:.1f} | {used:.1f} | {start:.1f} | {wall / mine:.2f} | {same}"
        print(f"| Dask, {workers} processes of one thread | {row} |", flush=True)


def _import(_shared, _task) -> None:
    import gensim.models  # noqa: F401


def measured(work, client):
    def used() -> float:
        return time.process_time() + (sum(client.run(time.process_time).values()) if client else 0)

    cpu, wall = used(), time.perf_counter()
    result = work()
    return result, time.perf_counter() - wall, used() - cpu


def memory(train: DocumentTerms, folder: Path) -> None:
    """Print the peak memory of processes that fit the corpus once and ten times over, streaming and in memory."""
    print("\n## peak memory of a process, one pass, shards of 2,000 documents\n")
    print("| documents | streaming, MB | in memory, MB |\n|---:|---:|---:|")
    for times_over in (1, 10):
        place = folder / f"memory-{times_over}"
        shards = sharded(train, place, times_over, 2000)
        peaks = []
        for how in ("streaming", "whole"):
            done = subprocess.run([sys.executable, __file__, how, place], capture_output=True, text=True, check=True)
            peaks.append(int(done.stdout.split()[-1]))
        print(f"| {shards.documents:,} | {peaks[0]} | {peaks[1]} |", flush=True)


def fit_and_tell(how: str, folder: str) -> None:
    shards = open_shards(folder)
    if how == "streaming":
        fit_streaming(shards, K, passes=1)
    else:
        parts = [shards.read(number).documents for number in range(len(shards))]
        starts = np.concatenate([[0], np.cumsum(np.concatenate([part.lengths for part in parts]))])
        ids = np.concatenate([part.ids for part in parts])
        fit_model(DocumentTerms(shards.vocabulary, ids, starts), K, engine="gensim", iterations=1)
    # not getrusage: its peak is that of the process that started this one, where that was larger
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(int(peak[1]) // 1024)


def sharded(documents: DocumentTerms, folder: Path, times_over: int = 1, size: int = SIZE) -> TermShards:
    names = [f"d{number:05}" for number in range(len(documents))]
    table = pd.DataFrame({"doc_id": names, "passage_id": names})
    return write_shards(folder, ((table, documents) for _ in range(times_over)), documents.vocabulary, size=size)


def recombined(documents: DocumentTerms, times_over: int) -> DocumentTerms:
    """Documents put together from halves of two others, times as many."""
    rng = np.random.default_rng(2)
    rows = []
    for first, second in rng.integers(len(documents), size=(times_over * len(documents), 2)):
        a, b = rng.permutation(documents.row(first)), rng.permutation(documents.row(second))
        rows.append(np.concatenate([a[: (len(a) + 1) // 2], b[: (len(b) + 1) // 2]]))
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    return DocumentTerms(documents.vocabulary, np.concatenate(rows).astype(np.int32), starts)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        fit_and_tell(*sys.argv[1:])
    else:
        main()
