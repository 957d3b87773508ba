"""Latent Dirichlet allocation by collapsed Gibbs sampling (tomotopy): the default engine.

Blei, Ng & Jordan (2003), JMLR 3; sampler of Griffiths & Steyvers (2004), PNAS 101. One worker and a fixed seed:
the same documents give the same model, bit for bit.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from toolkit.errors import InputError
from toolkit.topics.documents import DocumentTerms
from toolkit.topics.model import TopicModel

__all__ = ["fit_gibbs"]

#: Topics are averaged over this many states of the second half of the chain (Griffiths & Steyvers 2004 took ten).
_SAMPLES = 10
#: What a seed term's prior is raised to in its topic; see tests/benchmarks/topics_guided.py.
SEED_WEIGHT = 5.0


def fit_gibbs(
    documents: DocumentTerms,
    k: int,
    *,
    seed: int = 1,
    iterations: int = 1000,
    alpha: float = 0.1,
    eta: float = 0.01,
    seeds: Mapping[str, Sequence[str]] | None = None,
    seed_weight: float = SEED_WEIGHT,
) -> TopicModel:
    """Fit k topics; see :func:`toolkit.topics.engines.fit_model`."""
    import tomotopy

    filled = np.flatnonzero(documents.lengths > 0)
    texts = documents.texts()
    model = tomotopy.LDAModel(k=k, alpha=alpha, eta=eta, seed=seed)
    # equal priors throughout: what a topic is does not depend on how long the sampler has run
    model.optim_interval = 0
    for document in filled:
        model.add_doc(texts[document])
    found = _set_seeds(model, documents, k, eta, seeds, seed_weight)
    options = {"workers": 1, "parallel": tomotopy.ParallelScheme.NONE}
    step = max(1, iterations // (2 * _SAMPLES))
    samples = min(_SAMPLES, iterations)
    # tomotopy's progress and results are the same for one long run and for many short ones
    model.train(iterations - step * samples, **options) if iterations > step * samples else None
    topic_term = np.zeros((k, len(documents.vocabulary)))
    shares = np.zeros((len(filled), k))
    for _ in range(samples):
        model.train(step, **options)
        topic_term += _topics(model, documents, eta) / samples
        shares += np.array([document.get_topic_dist() for document in model.docs], dtype=np.float64) / samples
    document_topic = np.zeros((len(documents), k))
    document_topic[filled] = shares / shares.sum(1, keepdims=True)
    fitted = TopicModel(
        "tomotopy",
        documents.vocabulary,
        topic_term / topic_term.sum(1, keepdims=True),
        document_topic,
        documents.lengths,
        tuple(str(number) for number in range(1, k + 1)),
        {
            "k": k,
            "seed": seed,
            "iterations": iterations,
            "alpha": alpha,
            "eta": eta,
            "seeds": found,
            "seed_weight": seed_weight if found else None,
            "tomotopy": tomotopy.__version__,
        },
        {"alpha": np.full(k, alpha)},
    )
    if not found:
        return fitted.by_size()
    # topics asked for keep their place; the free ones follow by size
    free = sorted(range(len(found), k), key=lambda topic: -fitted.sizes[topic])
    names = (*found, *(str(number) for number in range(1, len(free) + 1)))
    return fitted.reordered(np.array([*range(len(found)), *free]), names)


def _topics(model: object, documents: DocumentTerms, eta: float) -> np.ndarray:
    """Term distributions of the present state, over the whole vocabulary: terms no document has get their prior."""
    k, names = model.k, list(model.used_vocabs)  # type: ignore[attr-defined]
    place = {term: number for number, term in enumerate(documents.vocabulary)}
    columns = np.array([place[name] for name in names])
    counts = np.asarray(model.get_count_by_topics(), dtype=np.float64)  # type: ignore[attr-defined]
    table = np.empty((k, len(place)))
    table[:] = (eta / (counts + eta * len(names)))[:, None]
    for topic in range(k):
        table[topic, columns] = model.get_topic_word_dist(topic)  # type: ignore[attr-defined]
    return table / table.sum(1, keepdims=True)


def _set_seeds(
    model: object,
    documents: DocumentTerms,
    k: int,
    eta: float,
    seeds: Mapping[str, Sequence[str]] | None,
    weight: float,
) -> dict[str, list[str]]:
    """Raise the priors of the seed terms; the seeds of each topic that the vocabulary has."""
    if not seeds:
        return {}
    if len(seeds) > k:
        raise InputError(f"topics: {len(seeds)} topics are asked for by seeds, and only {k} in all; raise the number.")
    known = set(documents.vocabulary)
    found = {name: sorted(set(terms) & known) for name, terms in seeds.items()}
    lacking = [name for name, terms in found.items() if not terms]
    if lacking:
        raise InputError(f"topics: no seed term of '{lacking[0]}' is in the vocabulary; give others or leave it out.")
    priors: dict[str, dict[int, float]] = {}
    for topic, terms in enumerate(found.values()):
        for term in terms:
            priors.setdefault(term, {})[topic] = weight
    for term in sorted(priors):
        model.set_word_prior(term, [priors[term].get(topic, eta) for topic in range(k)])  # type: ignore[attr-defined]
    return found
