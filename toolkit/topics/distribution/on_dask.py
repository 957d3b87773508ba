"""Latent Dirichlet allocation whose E-step runs on Dask over shards; gensim does the maths.

The result is that of gensim's own LdaModel in one process, bit for bit, for any number of workers: each shard is one
chunk, its start of gamma is cut out of the one random stream that gensim would have drawn it from, and statistics
are added up in the order of the shards.

Why a first attempt had a bound 2 % below gensim's: of all that could differ, only the schedule of the step rho moves
the bound by percents. gensim starts at rho = 1 and lowers it by the documents of the *first* pass in units of
``chunksize``, after each M-step: smaller chunks learn more slowly in batch too (-8.82 with 2,000 documents, -8.88
with 50), and one step further on at the start, the random topics stay in (-9.44 for -8.86); other draws of gamma or
of the first topics move it by 0.02. (3 passes over 3,785 parts of speeches, 20 topics.) In batch there is no noise to
average away: rho = 1 (``decay=0``, the default) has a bound 2 to 5 % better (tests/benchmarks/topics_distributed.py).
"""

import copy
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from toolkit.errors import InputError
from toolkit.parallel import local_cluster
from toolkit.parallel.cluster import on_client
from toolkit.topics.distribution.shards import TermShards
from toolkit.topics.distribution.streaming import Run, check_fit, here, model_of, topic_tokens, transform_shards
from toolkit.topics.engines import ALPHA, ETA
from toolkit.topics.model import TopicModel

__all__ = ["fit_distributed", "transform_distributed"]


def fit_distributed(
    shards: TermShards,
    k: int,
    *,
    passes: int = 20,
    seed: int = 1,
    alpha: float = ALPHA,
    eta: float = ETA,
    decay: float = 0.0,
    shards_per_update: int = 0,
    workers: int = 1,
    client: Any = None,
    progress: bool = False,
) -> TopicModel:
    """Fit k topics to documents on disk, with the same result for any number of workers.

    Parameters
    ----------
    shards : in a folder that all workers see under the same path.
    passes : times all documents are read.
    decay : 0: each M-step takes the new statistics as they are; 0.5 to 1: it blends them with the old ones, the less
        the more documents were seen (Hoffman, Blei & Bach 2010, kappa; gensim's own default is 0.5).
    shards_per_update : shards between two M-steps; 0: all (batch). Fewer learn faster per pass on large corpora,
        with a decay of 0.5 or more; no more workers than these are of use.
    workers, client : 1: this process, without Dask; more: as many local processes, started and ended here; or a
        ``distributed.Client`` of a running cluster.

    Returns a model as :func:`~toolkit.topics.distribution.fit_streaming` does, with one row per shard. It equals
    ``LdaModel(..., chunksize=shards.size, update_every=shards_per_update, decay=decay)`` of gensim; the bits hold on
    machines whose numpy uses the same instructions.

    Raises :class:`InputError` for a k that the documents do not bear, another decay, changed shards, and where Dask
    is not installed.

    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.topics import document_terms
    >>> from toolkit.topics.distribution import fit_distributed, write_shards
    >>> documents = document_terms([["marca", "voz"], ["precio", "venta"]] * 6)
    >>> names = pd.DataFrame({"doc_id": [f"p{n}" for n in range(12)]}).assign(passage_id="1")
    >>> with TemporaryDirectory() as folder:
    ...     shards = write_shards(folder, [(names, documents)], documents.vocabulary, size=5)
    ...     model = fit_distributed(shards, 2, passes=3, workers=1)  # more than one: Dask, and the same topics
    >>> model.topic_term.shape, model.lengths.tolist()
    ((2, 4), [10, 10, 4])
    """
    check_fit(shards, k, passes, seed)
    if decay and not 0.5 <= decay <= 1:
        raise InputError(f"topics: decay is {decay}, allowed is 0, or 0.5 to 1.")
    if shards_per_update < 0 or (shards_per_update and not decay and shards_per_update < len(shards)):
        raise InputError(
            f"topics: shards_per_update is {shards_per_update} and decay {decay}; with fewer shards than all, "
            "a decay of 0.5 to 1 is needed, or every step forgets the ones before it."
        )
    total = passes * len(shards)
    with (
        _runner(workers, client) as run,
        tqdm(total=total, desc="topics", disable=None if progress else True, leave=False) as bar,
    ):
        trained = _train(shards, k, passes, seed, alpha, eta, decay, shards_per_update, run, bar)
        shared = (shards, _for_workers(trained))
        starts = _starts(trained.random_state, shards, range(len(shards)), k)
        with closing(run(_tokens, shared, starts)) as results:
            rows = list(results)
    model = model_of(trained, shards, rows, seed, passes, "distributed")
    return replace(model, settings={**model.settings, "decay": decay, "shards_per_update": shards_per_update})


def transform_distributed(
    model: TopicModel,
    shards: TermShards,
    out: str | Path,
    *,
    workers: int = 1,
    client: Any = None,
    progress: bool = False,
) -> list[Path]:
    """Write the topic shares of documents on disk, one Parquet file per shard, the work done on Dask.

    The files are those of :func:`~toolkit.topics.distribution.transform_shards`, byte for byte; ``workers``, ``client``
    as in :func:`fit_distributed`. Documents over another vocabulary than the model's are fine.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.topics import document_terms, fit_model
    >>> from toolkit.topics.distribution import transform_distributed, write_shards
    >>> documents = document_terms([["marca", "voz"], ["precio", "venta"]] * 6)
    >>> names = pd.DataFrame({"doc_id": [f"p{n}" for n in range(12)]}).assign(passage_id="1")
    >>> with TemporaryDirectory() as folder:
    ...     shards = write_shards(Path(folder, "in"), [(names, documents)], documents.vocabulary, size=6)
    ...     files = transform_distributed(fit_model(documents, 2), shards, Path(folder, "out"), workers=1)
    ...     len(files), pd.read_parquet(files[0])["topic"].unique().tolist()
    (2, ['1', '2'])
    """
    with _runner(workers, client) as run:
        return transform_shards(model, shards, out, run=run, progress=progress)


def _train(
    shards: TermShards,
    k: int,
    passes: int,
    seed: int,
    alpha: float,
    eta: float,
    decay: float,
    shards_per_update: int,
    run: Run,
    bar: Any,
) -> Any:
    """A gensim LdaModel, trained by the EM iterations of ``LdaModel.update``, with the E-step left to ``run``."""
    from gensim.models.ldamodel import LdaState

    from toolkit.topics.engines.variational import train_variational

    with threadpool_limits(1):
        # not trained yet: gensim draws the topics and leaves its random stream where the first gamma begins
        trained = train_variational([], shards.vocabulary, k, seed=seed, passes=passes, alpha=alpha, eta=eta)
    trained.state.numdocs = shards.filled
    stream, chunk = trained.random_state, min(shards.filled, shards.size)
    filled = [number for number, shard in enumerate(shards.shards) if shard.filled]
    step = shards_per_update or len(filled)
    groups = [filled[first : first + step] for first in range(0, len(filled), step)]
    for sweep in range(passes):
        for group in groups:
            found = LdaState(trained.eta, trained.state.sstats.shape, trained.dtype)
            shared = (shards, _for_workers(trained))
            with closing(run(_estep, shared, _starts(stream, shards, group, k))) as results:
                for number, (terms, statistics) in zip(group, results, strict=True):
                    found.sstats[:, terms] += statistics
                    found.numdocs += shards.shards[number].filled
                    bar.update()
            rho = (trained.offset + sweep + trained.num_updates / chunk) ** -decay
            with threadpool_limits(1):
                trained.do_mstep(rho, found, extra_pass=sweep > 0)
    return trained


def _starts(stream: Any, shards: TermShards, group: Iterable[int], k: int) -> Iterator[tuple[int, Any]]:
    """Shards with the state of the random stream at which their gammas begin.

    The stream is moved on by drawing what the shard will draw: 26 ns a number, a hundredth of the E-step.
    """
    for number in group:
        yield number, stream.get_state()
        stream.gamma(100.0, 1.0 / 100.0, (shards.shards[number].filled, k))


def _for_workers(trained: Any) -> Any:
    """A gensim model with nothing but what inference reads."""
    light = copy.copy(trained)
    light.state, light.id2word, light.random_state = None, {}, None
    return light


def _estep(shared: tuple[TermShards, Any], task: tuple[int, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Expected counts of topics and terms in one shard: the numbers of its terms, and (k, these terms)."""
    bags = shared[0].bags(task[0])
    _, statistics = _started(shared[1], task[1]).inference(bags, collect_sstats=True)
    terms = np.unique([number for bag in bags for number, _ in bag])
    # terms that do not occur have zeros, which need not travel
    return terms, statistics[:, terms]


def _tokens(shared: tuple[TermShards, Any], task: tuple[int, Any]) -> np.ndarray:
    """Tokens of each topic in one shard (k,)."""
    return topic_tokens(_started(shared[1], task[1]), shared[0].bags(task[0]))


def _started(light: Any, start: Any) -> Any:
    """The model with its random stream at this state; a copy, for threads of one worker share the model."""
    model = copy.copy(light)
    model.random_state = np.random.RandomState()
    model.random_state.set_state(start)
    return model


@contextmanager
def _runner(workers: int, client: Any) -> Iterator[Run]:
    if workers < 1:
        raise InputError(f"workers: got {workers}, allowed is 1 or more.")
    if client is not None:
        yield _on(client)
    elif workers == 1:
        yield here
    else:
        with local_cluster(workers) as own:
            yield _on(own)


def _on(client: Any) -> Run:
    """The work on a cluster."""

    def run(function: Callable[[Any, Any], Any], shared: Any, tasks: Iterable[Any]) -> Generator[Any, None, None]:
        return on_client(client, function, ((task,) for task in tasks), (shared,))

    return run
