"""Are the topics different from each other? Diversity and exclusivity of their top terms."""

import numpy as np

from toolkit.topics.model import TopicModel
from toolkit.topics.selection.coherence import top_terms

__all__ = ["diversity", "exclusivity"]


def diversity(model: TopicModel, top: int = 25) -> float:
    """Share of different terms among the top terms of all topics, 1/k to 1, higher is more diverse.

    Dieng, Ruiz & Blei (2020), TACL 8, section 6: 25 terms of each topic. With a vocabulary of fewer terms than
    ``k * top`` it cannot reach 1.

    >>> from toolkit.topics import document_terms, fit_model
    >>> from toolkit.topics.selection import diversity
    >>> model = fit_model(document_terms([["voz", "cliente"] * 4, ["precio", "venta"] * 4] * 6), 2)
    >>> diversity(model, top=2), diversity(model, top=4)  # four terms cannot fill two lists of four
    (1.0, 0.5)
    """
    lists = top_terms(model, top)
    return len({term for terms in lists for term in terms}) / sum(map(len, lists))


def exclusivity(model: TopicModel, top: int = 10, weight: float = 0.7) -> np.ndarray:
    """Mean FREX score of each topic's top terms, shape (k,), 0 to 1, higher is more exclusive.

    FREX is the harmonic mean of two ranks within a topic, as shares of the vocabulary: that of the term's
    exclusivity, ``topic_term[k, w] / sum_j topic_term[j, w]``, with weight 0.7, and that of its probability
    (Bischof & Airoldi 2012, ICML; as Roberts et al. 2014, AJPS 58, use it for choosing a number of topics; their
    R package stm adds up the top terms where this takes the mean).

    >>> from toolkit.topics import document_terms, fit_model
    >>> from toolkit.topics.selection import exclusivity
    >>> model = fit_model(document_terms([["voz", "cliente"] * 4, ["precio", "venta"] * 4] * 6), 2)
    >>> found = exclusivity(model, top=2)
    >>> found.shape, bool((found > 0.7).all())
    ((2,), True)
    """
    from scipy.stats import rankdata

    column = model.topic_term.sum(0)
    alone = np.divide(model.topic_term, column, out=np.zeros_like(model.topic_term), where=column > 0)
    terms = len(model.terms)
    exclusive = rankdata(alone, axis=1) / terms
    frequent = rankdata(model.topic_term, axis=1) / terms
    frex = 1 / (weight / exclusive + (1 - weight) / frequent)
    best = np.argsort(-model.topic_term, axis=1, kind="stable")[:, :top]
    scores, there = (np.take_along_axis(table, best, axis=1) for table in (frex, model.topic_term > 0))
    if there.all():
        return np.asarray(scores.mean(1))
    # terms of probability 0 are no terms of a topic
    return np.array([row[own].mean() if own.any() else np.nan for row, own in zip(scores, there, strict=True)])
