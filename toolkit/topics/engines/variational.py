"""Latent Dirichlet allocation by online variational Bayes (gensim LdaModel): for corpora beyond memory.

Hoffman, Blei & Bach (2010), NeurIPS 23. It reads the documents anew in every pass and holds one chunk of them.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from toolkit.topics.documents import DocumentTerms
from toolkit.topics.model import TopicModel

__all__ = ["fit_variational", "train_variational"]

#: Sweeps over one document within a pass, and documents per update.
_INNER, _CHUNK = 100, 2000


def fit_variational(
    documents: DocumentTerms,
    k: int,
    *,
    seed: int = 1,
    iterations: int = 20,
    alpha: float = 0.1,
    eta: float = 0.01,
) -> TopicModel:
    """Fit k topics in ``iterations`` passes; see :func:`toolkit.topics.engines.fit_model`."""
    bags = documents.bags()
    filled = [row for row, bag in enumerate(bags) if bag]
    trained = train_variational(
        [bags[row] for row in filled], documents.vocabulary, k, seed=seed, passes=iterations, alpha=alpha, eta=eta
    )
    document_topic = np.zeros((len(documents), k))
    for first in range(0, len(filled), _CHUNK):
        rows = filled[first : first + _CHUNK]
        gamma, _ = trained.inference([bags[row] for row in rows])
        document_topic[rows] = gamma / gamma.sum(1, keepdims=True)
    return as_model(trained, documents.vocabulary, document_topic, documents.lengths, seed, iterations).by_size()


def train_variational(
    bags: Iterable[Sequence[tuple[int, int]]],
    vocabulary: Sequence[str],
    k: int,
    *,
    seed: int,
    passes: int,
    alpha: float = 0.1,
    eta: float = 0.01,
) -> Any:
    """A trained gensim LdaModel. ``bags``: gensim's bags of words, without empty ones; read once per pass, so a
    generator must be wrapped in something that can be read again."""
    from gensim.models import LdaModel

    return LdaModel(
        corpus=bags,
        id2word=dict(enumerate(vocabulary)),
        num_topics=k,
        alpha=np.full(k, alpha),
        eta=eta,
        passes=passes,
        iterations=_INNER,
        chunksize=_CHUNK,
        eval_every=None,
        random_state=seed,
        dtype=np.float64,
    )


def as_model(
    trained: Any,
    vocabulary: Sequence[str],
    document_topic: np.ndarray,
    lengths: np.ndarray,
    seed: int,
    passes: int,
    engine: str = "gensim",
) -> TopicModel:
    """A gensim LdaModel in the common form; topics in gensim's order."""
    import gensim

    k = trained.num_topics
    settings = {
        "k": k,
        "seed": seed,
        "iterations": passes,
        "alpha": float(trained.alpha[0]),
        "eta": float(np.ravel(trained.eta)[0]),
        "gensim": gensim.__version__,
    }
    names = tuple(str(number) for number in range(1, k + 1))
    topic_term = np.asarray(trained.get_topics(), dtype=np.float64)
    arrays = {"alpha": np.asarray(trained.alpha, dtype=np.float64)}
    return TopicModel(engine, tuple(vocabulary), topic_term, document_topic, lengths, names, settings, arrays)
