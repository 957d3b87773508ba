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
#: Imagined occurrences of a seed term in its topic for each real one, added to its prior (so that the pull is the
#: same in a small corpus and a large one; Watanabe & Baturo 2024, Social Science Computer Review 42, weigh seeds by
#: counts too). Chosen on the singly coded posts of the bundled corpus (tests/benchmarks/topics_guided.py): from 0.1
#: to 100 agreement with people hardly changes (macro-F1 .25 to .29 in Spanish, .22 to .29 in Italian); beside 0.1,
#: 0.5 makes topics steadier over random seeds (Jaccard .28 to .57, .27 to .48) and less coherent (NPMI -.16 to -.23,
#: -.22 to -.31); 5 goes on in both (.79, .76; -.33, -.44).
SEED_WEIGHT = 0.5

#: Sweeps of the sampler. On 4,205 parts of Spanish speeches twice as many take twice the time and raise NPMI from .06
#: to .07 and stability over seeds from .34 to .39 (tests/benchmarks/topics.py).
SWEEPS = 500

#: Terms of a topic asked for: all alike, or each with a strength from 0 to 1.
SeedTerms = Sequence[str] | Mapping[str, float]


def fit_gibbs(
    documents: DocumentTerms,
    k: int,
    *,
    seed: int = 1,
    iterations: int = SWEEPS,
    alpha: float = 0.1,
    eta: float = 0.01,
    seeds: Mapping[str, SeedTerms] | None = None,
    seed_weight: float = SEED_WEIGHT,
) -> TopicModel:
    """Fit k topics; see :func:`toolkit.topics.engines.fit_model`.

    ``seeds``: a topic's terms, or terms with strengths (above 0, up to 1): the prior of a seed term in its topic is
    ``eta + seed_weight * strength * occurrences``. A term may be a seed of several topics.
    """
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
    """Term distributions of the present state, over the whole vocabulary: terms no document has get their prior.

    Of seeded topics too these are of real occurrences: tomotopy leaves what seeds add to the prior out of them.
    """
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
    seeds: Mapping[str, SeedTerms] | None,
    weight: float,
) -> dict[str, dict[str, float]]:
    """Raise the priors of the seed terms; the seeds of each topic that occur, with their strengths."""
    if not seeds:
        return {}
    if len(seeds) > k:
        raise InputError(f"topics: {len(seeds)} topics are asked for by seeds, and only {k} in all; raise the number.")
    if not 0 < weight < np.inf:
        raise InputError(f"topics: the weight of the seeds is {weight}, allowed is a number above 0.")
    counts = np.bincount(documents.ids, minlength=len(documents.vocabulary)).tolist()
    occurs = {term: count for term, count in zip(documents.vocabulary, counts, strict=True) if count}
    found = {name: _strengths(name, terms, occurs) for name, terms in seeds.items()}
    priors: dict[str, list[float]] = {}
    for topic, strengths in enumerate(found.values()):
        for term, strength in strengths.items():
            priors.setdefault(term, [eta] * k)[topic] += weight * strength * occurs[term]
    for term in sorted(priors):
        model.set_word_prior(term, priors[term])  # type: ignore[attr-defined]
    return found


def _strengths(name: str, terms: SeedTerms, occurs: Mapping[str, int]) -> dict[str, float]:
    """The seed terms of one topic that occur in the documents, by name, with their strengths."""
    if isinstance(terms, str):
        raise InputError(f"topics: the seeds of '{name}' are one text, expected a list of terms; put it in brackets.")
    strengths = {term: float(terms[term]) if isinstance(terms, Mapping) else 1.0 for term in sorted(set(terms))}
    for term, strength in strengths.items():
        if not 0 < strength <= 1:
            raise InputError(
                f"topics: the strength of seed '{term}' of '{name}' is {strength}, allowed is above 0, up to 1."
            )
    found = {term: strength for term, strength in strengths.items() if term in occurs}
    if not found:
        raise InputError(f"topics: no seed term of '{name}' is in the vocabulary; give others or leave it out.")
    return found
