"""The shares of topics in documents under fixed topics, without chance: what a model gives, saved or new."""

from typing import Any

import numpy as np

from toolkit.errors import InputError
from toolkit.topics.documents import DocumentTerms

__all__ = ["fold_in", "nmf_shares", "tfidf"]

#: Fixed-point sweeps of the inference of one document, and the change of a share at which it rests.
_SWEEPS, _REST = 200, 1e-5


def fold_in(documents: DocumentTerms, topic_term: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Topic shares of documents under fixed topics, (documents, k): zero-order collapsed variational inference.

    For each document the fixed point of ``gamma[w, k] ~ topic_term[k, w] * (alpha[k] + n[k] - gamma[w, k])``, where
    ``n[k]`` adds up ``gamma`` over the document's tokens; the share is ``(alpha[k] + n[k]) / (sum(alpha) + tokens)``
    (Asuncion, Welling, Smyth & Teh 2009, UAI, equation 13, topics held fixed). A document without terms has zeros.
    """
    if topic_term.shape[1] != len(documents.vocabulary):
        raise InputError(
            f"inference: the topics are over {topic_term.shape[1]} terms and the documents over "
            f"{len(documents.vocabulary)}; use documents.over(model.terms)."
        )
    shares = np.zeros((len(documents), len(topic_term)))
    total = alpha.sum()
    for place in range(len(documents)):
        numbers, counts = np.unique(documents.row(place), return_counts=True)
        if not len(numbers):
            continue
        likelihood = np.maximum(topic_term[:, numbers].T, 1e-300)
        weight = counts[:, None].astype(np.float64)
        gamma = likelihood * alpha
        gamma /= gamma.sum(1, keepdims=True)
        share = alpha / total
        for _ in range(_SWEEPS):
            expected = (weight * gamma).sum(0)
            gamma = likelihood * np.maximum(alpha + expected - gamma, 1e-12)
            gamma /= gamma.sum(1, keepdims=True)
            new = (alpha + (weight * gamma).sum(0)) / (total + counts.sum())
            change, share = np.abs(new - share).max(), new
            if change < _REST:
                break
        shares[place] = share
    return shares


def nmf_shares(documents: DocumentTerms, idf: np.ndarray, components: np.ndarray) -> np.ndarray:
    """Shares (documents, k) by non-negative least squares of the tf-idf rows against fixed components.

    Each document is solved exactly and by itself (Lawson & Hanson 1974): its shares are the same among any others.
    """
    from scipy.optimize import nnls

    shares = np.zeros((len(documents), len(components)))
    filled = np.flatnonzero(documents.lengths > 0)
    if not len(filled):
        return shares
    # |x - H'w| and |Q'x - Rw| differ by a constant where H' = QR: k numbers per document in place of all terms
    base, triangle = np.linalg.qr(components.T)
    weights = np.array(
        [nnls(triangle, row, maxiter=100 * len(components))[0] for row in tfidf(documents, idf)[filled] @ base]
    )
    # weight of a topic in a document: what it contributes to the row, whatever the length of the component
    mass = weights * components.sum(1)
    sums = mass.sum(1, keepdims=True)
    shares[filled] = np.divide(mass, sums, out=np.full_like(mass, 1 / len(components)), where=sums > 0)
    return shares


def tfidf(documents: DocumentTerms, idf: np.ndarray) -> Any:
    """Rows of counts times idf, each of length 1: a scipy CSR array (documents, terms)."""
    from sklearn.preprocessing import normalize

    return normalize(documents.matrix().multiply(idf[None, :]).tocsr())
