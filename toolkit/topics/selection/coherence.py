"""Coherence of topics: do their top terms stand together in the documents?"""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from toolkit.errors import InputError, suggestion
from toolkit.topics.documents import DocumentTerms
from toolkit.topics.model import TopicModel

__all__ = ["COHERENCES", "coherence", "mean_and_left_out", "top_terms"]

COHERENCES = {"npmi": "c_npmi", "c_v": "c_v"}


def top_terms(model: TopicModel, number: int = 10) -> list[list[str]]:
    """The most probable terms of each topic, best first; ties by alphabet; fewer where the vocabulary is smaller.

    Terms of probability 0 are no terms of a topic.

    >>> from toolkit.topics import document_terms, fit_model
    >>> from toolkit.topics.selection import top_terms
    >>> model = fit_model(document_terms([["voz", "cliente"] * 4, ["precio", "venta"] * 4] * 6), 2)
    >>> sorted(sorted(terms) for terms in top_terms(model, 2))
    [['cliente', 'voz'], ['precio', 'venta']]
    """
    # stable: among equals the order of the sorted vocabulary stays
    order = np.argsort(-model.topic_term, axis=1, kind="stable")[:, :number]
    return [
        [model.terms[term] for term in row if weights[term] > 0]
        for row, weights in zip(order.tolist(), model.topic_term, strict=True)
    ]


def coherence(
    topics: TopicModel | Sequence[Sequence[str]],
    documents: DocumentTerms,
    measure: Literal["npmi", "c_v"] = "npmi",
    *,
    top: int = 10,
) -> np.ndarray:
    """Coherence of each topic in the documents, shape (topics,), computed by gensim's CoherenceModel.

    Parameters
    ----------
    topics : a model, or lists of terms, best first.
    documents : where the terms are looked for; documents without terms do not count.
    measure : ``npmi``: mean normalised pointwise mutual information of all pairs of terms within windows of 10
        terms (Bouma 2009; Roeder, Both & Hinneburg 2015, WSDM, C_NPMI), -1 to 1, 0 as by chance, higher is better.
        A pair that never stands together counts about -0.6 and not -1, because gensim adds 1e-12 to its share.
        ``c_v``: mean cosine of the terms' vectors of NPMI within windows of 110 terms (Roeder et al., C_V), in
        practice 0 to 1, higher is better.
    top : terms of a topic that count, 2 or more.

    Missing (nan) where the measure is not defined: fewer than two terms; a term that the documents lack (gensim
    leaves it out without a word); two terms that stand in every document (gensim: -1, for division by log 1).
    Take the mean by :func:`mean_and_left_out`, which says how many these were.

    Raises
    ------
    InputError
        for an unknown measure, ``top`` below 2, and documents without terms.

    >>> from toolkit.topics import coherence, document_terms
    >>> documents = document_terms([["voz", "cliente"], ["voz", "cliente"], ["precio", "venta"], ["precio"]] * 5)
    >>> coherence([["voz", "cliente"], ["voz", "precio"]], documents).round(2).tolist()
    [1.0, -0.95]
    """
    if measure not in COHERENCES:
        raise InputError(f"coherence: no measure '{measure}'; {suggestion(measure, COHERENCES)}")
    if top < 2:
        raise InputError(f"coherence: top is {top}, expected is 2 or more; one term makes no pair.")
    if isinstance(topics, TopicModel):
        topics = top_terms(topics, top)
    elif any(isinstance(topic, str) for topic in topics):
        raise InputError("coherence: got a text where a list of terms is expected; give one list of terms per topic.")
    texts = [text for text in documents.texts() if text]
    if not texts:
        raise InputError("coherence: no document has a term; give the documents the model was fitted to.")
    lists = [list(dict.fromkeys(topic))[:top] for topic in topics]
    spread = dict(zip(documents.vocabulary, (documents.matrix() > 0).sum(0).tolist(), strict=True))
    sound = [
        number
        for number, terms in enumerate(lists)
        if len(terms) > 1
        and all(spread.get(term, 0) for term in terms)
        and sum(spread[term] == len(texts) for term in terms) < 2
    ]
    values = np.full(len(lists), np.nan)
    if sound:
        values[sound] = _gensim(texts, [lists[number] for number in sound], COHERENCES[measure])
    return values


def mean_and_left_out(values: np.ndarray) -> tuple[float, int]:
    """The mean of the values that are known, and how many are not; nan and their number where none is known.

    >>> mean_and_left_out(np.array([0.25, np.nan, 0.75]))
    (0.5, 1)
    """
    values = np.asarray(values, dtype=float)
    known = values[np.isfinite(values)]
    return (float(known.mean()) if len(known) else float("nan")), len(values) - len(known)


def _gensim(texts: list[list[str]], topics: list[list[str]], measure: str) -> list[float]:
    from gensim.corpora import Dictionary
    from gensim.models.coherencemodel import CoherenceModel

    # a c_v of a term whose vector is all zeros divides by zero: it comes back as nan and is counted as such
    with np.errstate(all="ignore"):
        found = CoherenceModel(
            topics=topics,
            texts=texts,
            dictionary=Dictionary(texts),
            coherence=measure,
            topn=max(len(terms) for terms in topics),
            processes=1,
        ).get_coherence_per_topic()
    return [float(value) for value in found]
