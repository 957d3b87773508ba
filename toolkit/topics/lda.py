"""Latent Dirichlet allocation by collapsed Gibbs sampling (tomotopy): the default engine for themes.

Blei, Ng & Jordan (2003), JMLR 3; sampler of Griffiths & Steyvers (2004), PNAS 101. One worker and a fixed seed:
the same texts give the same themes, bit for bit.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from toolkit.errors import InputError

__all__ = ["Lda", "fit_lda"]

#: Symmetric priors of documents over topics and of topics over words; with them tomotopy was ahead of gensim
#: in coherence, label agreement and stability on 3,807 Spanish documents.
ALPHA, ETA = 0.1, 0.01


class Lda(NamedTuple):
    """``terms``: the vocabulary, sorted. ``topic_term`` (k, terms) and ``document_topic`` (documents, k): rows
    are probability distributions; a document without a known word has a row of zeros."""

    terms: list[str]
    topic_term: np.ndarray
    document_topic: np.ndarray


def fit_lda(documents: Sequence[Sequence[str]], k: int, seed: int, iterations: int = 1000) -> Lda:
    """Fit k topics to documents given as lists of terms."""
    import tomotopy

    filled = [row for row, document in enumerate(documents) if document]
    if k < 2 or k > len(filled):
        raise InputError(
            f"topics: got {k}, allowed is 2 to {len(filled)}, the number of passages with words; ask for fewer."
        )
    model = tomotopy.LDAModel(k=k, alpha=ALPHA, eta=ETA, seed=seed)
    for row in filled:
        model.add_doc(list(documents[row]))
    model.train(iterations, workers=1, parallel=tomotopy.ParallelScheme.NONE)
    names = list(model.used_vocabs)
    order = sorted(range(len(names)), key=names.__getitem__)
    topic_term = np.array([model.get_topic_word_dist(topic) for topic in range(k)], dtype=np.float64)[:, order]
    document_topic = np.zeros((len(documents), k))
    for row, document in zip(filled, model.docs, strict=True):
        document_topic[row] = document.get_topic_dist()
    return Lda([names[place] for place in order], topic_term, document_topic)
