"""Topic models of corpora beyond memory: terms and vocabulary in two readings, gensim's LDA over shards, shares.

One shard of documents is held at a time, so memory depends on vocabulary and topics, not on the number of documents.
A model fitted so has no row per document: its ``document_topic`` has one row per *shard* (settings: rows "shards"),
which keeps sizes exact; shares of documents are written shard by shard by :func:`transform_shards`.
"""

import json
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from toolkit.errors import InputError
from toolkit.files import new_folder, write_bytes, write_json
from toolkit.topics.distribution.shards import SIZE, TermShards, write_shards
from toolkit.topics.documents import DocumentTerms, document_terms
from toolkit.topics.engines import ALPHA, ETA
from toolkit.topics.model import TopicModel
from toolkit.topics.terms import TermChoice, passage_rows, terms_of, within_limits

__all__ = ["Run", "StreamTerms", "check_fit", "fit_streaming", "here", "model_of", "shard_terms", "topic_tokens"]
__all__ += ["transform_shards"]

Parts = Iterable[tuple[pd.DataFrame, pd.DataFrame]]
#: Calls a function with (shared, task) for every task and gives the results in the order of the tasks.
Run = Callable[[Callable[[Any, Any], Any], Any, Iterable[Any]], Generator[Any, None, None]]


class StreamTerms(NamedTuple):
    """``shards``: the documents on disk; ``removed``: one row per limit with columns filter, terms (types removed),
    tokens (removed), terms_left, tokens_left."""

    shards: TermShards
    removed: pd.DataFrame


def shard_terms(
    folder: str | Path,
    parts: Parts,
    choice: TermChoice | None = None,
    *,
    vocabulary: Iterable[str] | None = None,
    size: int = SIZE,
    progress: bool = False,
) -> StreamTerms:
    """The terms of passages on disk: the documents and the vocabulary of :func:`toolkit.topics.terms.terms_of`.

    Parameters
    ----------
    folder : new or empty.
    parts : pairs of tables (passages, tokens), read twice: a list, or an object that begins anew each time it is
        iterated. All passages of a post stand in one part.
    choice : what counts as a term; phrases (ngrams) need all texts at once and are refused.
    vocabulary : the terms of a model that these documents are meant for; the limits are not applied then, and one
        reading is enough.

    Raises
    ------
    InputError
        for a generator, phrases, a post that goes on in the next part, and where no term is left.

    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.corpus import segment
    >>> from toolkit.text import tokenise
    >>> from toolkit.topics.distribution import shard_terms
    >>> posts = pd.DataFrame({"doc_id": ["a", "b"], "lang": "es", "sha256": "",
    ...     "text": ["Las marcas escuchan a la gente.", "La gente escucha a las marcas."]})
    >>> passages = segment(posts, unit="document")
    >>> with TemporaryDirectory() as folder:
    ...     found = shard_terms(folder, [(passages, tokenise(posts, passages, choice="simple"))])
    >>> found.shards.vocabulary
    ('gente', 'marca')
    """
    choice = choice or TermChoice()
    if choice.ngrams > 1:
        raise InputError(f"shards: ngrams is {choice.ngrams}; phrases need all texts at once, allowed is 1.")
    removed = pd.DataFrame(columns=["filter", "terms", "tokens", "terms_left", "tokens_left"])
    if vocabulary is None:
        if iter(parts) is parts:
            raise InputError("shards: the parts are read twice; give a list or an object that can be iterated anew.")
        vocabulary, removed = _within_limits(_content(parts, choice, progress, "counting terms"), choice)
    pairs = _content(parts, choice, progress, "writing shards")
    return StreamTerms(write_shards(folder, pairs, sorted(vocabulary), size=size), removed)


def fit_streaming(
    shards: TermShards,
    k: int,
    *,
    passes: int = 20,
    seed: int = 1,
    alpha: float = ALPHA,
    eta: float = ETA,
    progress: bool = False,
) -> TopicModel:
    """Fit k topics to documents on disk with gensim's LdaModel, reading them anew in each pass.

    The topics are those of ``fit_model(documents, k, engine="gensim", iterations=passes)`` on the same documents,
    digit for digit. ``document_topic`` has one row per shard: the mean of its documents' shares (gamma, scaled to add
    up to 1) weighted by their tokens; ``lengths`` holds the tokens of the shards. ``alpha``, ``eta``: symmetric priors.

    Raises :class:`InputError` for a k that the documents do not bear, and for changed shards.

    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.topics import document_terms
    >>> from toolkit.topics.distribution import fit_streaming, write_shards
    >>> documents = document_terms([["marca", "voz"], ["precio", "venta"]] * 6)
    >>> names = pd.DataFrame({"doc_id": [f"p{n}" for n in range(12)]}).assign(passage_id="1")
    >>> with TemporaryDirectory() as folder:
    ...     model = fit_streaming(write_shards(folder, [(names, documents)], documents.vocabulary, size=5), 2, passes=3)
    >>> model.document_topic.shape, model.lengths.tolist()  # a row per shard
    ((3, 2), [10, 10, 4])
    """
    from toolkit.topics.engines.variational import train_variational

    check_fit(shards, k, passes, seed)
    with tqdm(total=passes * shards.filled, desc="topics", disable=None if progress else True, leave=False) as bar:
        bags = _Bags(shards, bar)
        with threadpool_limits(1):
            trained = train_variational(bags, shards.vocabulary, k, seed=seed, passes=passes, alpha=alpha, eta=eta)
            rows = [topic_tokens(trained, shards.bags(number)) for number in range(len(shards))]
    return model_of(trained, shards, rows, seed, passes, "gensim")


def transform_shards(
    model: TopicModel, shards: TermShards, out: str | Path, *, run: Run | None = None, progress: bool = False
) -> list[Path]:
    """Write the topic shares of documents on disk, one Parquet file per shard, and give the files.

    Each file is a table "shares": doc_id, passage_id, topic (its name), share (0 to 1), a row per document and topic;
    zeros where a document has no term that the model knows. The shares are those of :meth:`TopicModel.infer`. The
    folder ``out`` must be new or empty; it is there whole or not at all. ``_shares.json`` in it names the model's
    engine, topics and settings. ``run``: who does the work; this process without it
    (:func:`toolkit.topics.distribution.on_dask.transform_distributed` for a cluster).

    Raises :class:`InputError` for a folder that is not empty and for changed shards.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from toolkit.topics import document_terms, fit_model
    >>> from toolkit.topics.distribution import transform_shards, write_shards
    >>> documents = document_terms([["marca", "voz"], ["precio", "venta"]] * 6)
    >>> names = pd.DataFrame({"doc_id": [f"p{n}" for n in range(12)]}).assign(passage_id="1")
    >>> with TemporaryDirectory() as folder:
    ...     shards = write_shards(Path(folder, "in"), [(names, documents)], documents.vocabulary, size=6)
    ...     files = transform_shards(fit_model(documents, 2), shards, Path(folder, "out"))
    ...     len(files), pd.read_parquet(files[0]).columns.tolist(), len(pd.read_parquet(files[0]))
    (2, ['doc_id', 'passage_id', 'topic', 'share'], 12)
    """
    run, out = run or here, Path(out)
    about = {"engine": model.engine, "topics": list(model.names), "settings": dict(model.settings)}
    with new_folder(out) as part:
        shared = (shards, _light(model))
        with closing(run(_share_table, shared, range(len(shards)))) as results:
            bar = tqdm(results, total=len(shards), desc="shares", disable=None if progress else True, leave=False)
            for shard, data in zip(shards.shards, bar, strict=True):
                write_bytes(part / shard.file, data)
        write_json(part / "_shares.json", json.loads(json.dumps(about, default=str)))
    return [out / shard.file for shard in shards.shards]


def here(function: Callable[[Any, Any], Any], shared: Any, tasks: Iterable[Any]) -> Generator[Any, None, None]:
    """The work in this process, one task after the other, with one BLAS thread."""
    for task in tasks:
        with threadpool_limits(1):
            result = function(shared, task)
        yield result


def topic_tokens(trained: Any, bags: list[list[tuple[int, int]]]) -> np.ndarray:
    """Tokens of each topic in bags of words (k,), by the inference of a gensim LdaModel."""
    if not bags:
        return np.zeros(trained.num_topics)
    gamma, _ = trained.inference(bags)
    tokens = np.array([sum(count for _, count in bag) for bag in bags])
    return np.asarray(tokens @ (gamma / gamma.sum(1, keepdims=True)))


def model_of(
    trained: Any, shards: TermShards, rows: list[np.ndarray], seed: int, passes: int, engine: str
) -> TopicModel:
    """A gensim LdaModel as a TopicModel with topics by size; ``rows``: tokens of each topic in each shard."""
    from toolkit.topics.engines.variational import as_model

    lengths = np.array([shard.tokens for shard in shards.shards], dtype=np.int64)
    shares = np.array(rows) / np.maximum(lengths, 1)[:, None]
    model = as_model(trained, shards.vocabulary, shares, lengths, seed, passes, engine)
    about = {"rows": "shards", "documents": shards.documents, "shard_size": shards.size}
    return replace(model, settings={**model.settings, **about}).by_size()


def check_fit(shards: TermShards, k: int, passes: int, seed: int) -> None:
    """Refuse what cannot be fitted."""
    if k < 2 or k > shards.filled:
        raise InputError(
            f"topics: got {k}, allowed is 2 to {shards.filled}, the number of documents with words; ask for fewer."
        )
    if passes < 1:
        raise InputError(f"topics: passes is {passes}, allowed is 1 or more.")
    if not 0 <= seed < 2**31:
        raise InputError(f"topics: the seed is {seed}, allowed is 0 to {2**31 - 1}.")


class _Bags:
    """The bags of words of all documents with terms, read again each time they are iterated."""

    def __init__(self, shards: TermShards, bar: Any) -> None:
        self._shards, self._bar = shards, bar

    def __len__(self) -> int:
        return self._shards.filled

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        for number in range(len(self._shards)):
            bags = self._shards.bags(number)
            yield from bags
            self._bar.update(len(bags))


def _light(model: TopicModel) -> TopicModel:
    """The model without its documents, to be sent about."""
    return replace(model, document_topic=np.zeros((0, model.k)), lengths=np.zeros(0, dtype=np.int64))


def _share_table(shared: tuple[TermShards, TopicModel], number: int) -> bytes:
    """The shares of one shard as a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    shards, model = shared
    names, documents = shards.read(number)
    shares = model.infer(documents)
    columns: dict[str, Any] = {
        column: pa.array(np.repeat(names[column].to_numpy(dtype=object), model.k), pa.string())
        for column in ("doc_id", "passage_id")
    }
    columns["topic"] = pa.array(list(model.names) * len(documents), pa.string())
    # sums of shares may pass 1 by a rounding error, which the contract of the table refuses
    columns["share"] = pa.array(np.clip(shares, 0, 1).ravel())
    buffer = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), buffer, compression="zstd")
    return bytes(buffer.getvalue().to_pybytes())


def _content(
    parts: Parts, choice: TermChoice, progress: bool, label: str
) -> Iterator[tuple[pd.DataFrame, DocumentTerms]]:
    """The content terms of each part, before any limit that needs all parts."""
    everything = replace(choice, fewest_posts=1, largest_share=1.0, most_terms=0)
    last: str | None = None
    for passages, tokens in tqdm(parts, desc=label, disable=None if progress else True, leave=False):
        if not len(passages):
            continue
        posts = passages["doc_id"].tolist()
        if posts[0] == last:
            raise InputError(f"shards: the post {last!r} goes on in another part; keep its passages together.")
        last = posts[-1]
        try:
            documents = terms_of(passages, tokens, everything).documents
        except InputError:
            # a part of stop words only is no error; missing parts of speech are, and so are passages that overlap
            if choice.pos and len(tokens) and tokens["pos"].isna().all():
                raise
            passage_rows(tokens, passages)
            documents = document_terms([[]] * len(passages))
        yield passages, documents


def _within_limits(
    pairs: Iterable[tuple[pd.DataFrame, DocumentTerms]], choice: TermChoice
) -> tuple[list[str], pd.DataFrame]:
    """The vocabulary within the limits on posts, as in :func:`toolkit.topics.terms.terms_of`, and what each removed."""
    spread: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    posts = 0
    for passages, documents in pairs:
        numbers, _ = pd.factorize(passages["doc_id"])
        posts += int(numbers.max()) + 1
        owners = np.repeat(numbers, documents.lengths)
        once = np.unique(np.stack([owners, documents.ids], axis=1), axis=0)[:, 1]
        for held, ids in ((spread, once), (counts, documents.ids)):
            found = np.bincount(ids, minlength=len(documents.vocabulary))
            held.update({term: int(n) for term, n in zip(documents.vocabulary, found, strict=True) if n})
    limits = within_limits(spread, counts, posts, choice)
    rows, before = [], (len(counts), counts.total())
    for name, kept in limits:
        left = (len(kept), sum(counts[term] for term in kept))
        rows.append((name, before[0] - left[0], before[1] - left[1], *left))
        before = left
    removed = pd.DataFrame(rows, columns=["filter", "terms", "tokens", "terms_left", "tokens_left"])
    if not before[0]:
        if not counts:
            raise InputError("terms: the passages have no content words; give passages and tokens of the same posts.")
        said = "; ".join(f"{row[0]}: {row[1]:,} terms" for row in rows if row[1])
        raise InputError(f"terms: none is left. Removed were, in this order, {said}; loosen the last filter.")
    return sorted(limits[-1][1]), removed
