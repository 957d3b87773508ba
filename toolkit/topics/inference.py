"""The shares of topics in documents under fixed topics, without chance: what a model gives, saved or new."""

from typing import Any

import numpy as np

from toolkit.errors import InputError
from toolkit.topics.documents import DocumentTerms

__all__ = ["fold_in", "nmf_shares", "tfidf"]

#: Fixed-point sweeps of the inference of one document, and the change of a share at which it rests.
_SWEEPS, _REST = 200, 1e-5
#: Numbers held at a time: 2 MB of them, what a processor keeps near.
_MOST_NUMBERS = 250_000


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
    table = documents.matrix()
    kinds = np.diff(table.indptr)
    # documents with the same number of different terms go through the sweeps together, each until it rests
    for kind in np.unique(kinds[kinds > 0]):
        same = np.flatnonzero(kinds == kind)
        for first in range(0, len(same), step := max(1, _MOST_NUMBERS // (int(kind) * len(topic_term)))):
            rows = same[first : first + step]
            places = table.indptr[rows][:, None] + np.arange(kind)
            shares[rows] = _at_rest(topic_term.T[table.indices[places]], table.data[places], alpha)
    return shares


def _at_rest(likelihood: np.ndarray, counts: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Shares of documents: ``likelihood`` (documents, terms, topics) and ``counts`` (documents, terms) of their
    terms."""
    likelihood = np.maximum(likelihood, 1e-300)
    total, tokens = alpha.sum(), counts.sum(1, keepdims=True)
    weight = counts[:, :, None]
    gamma = likelihood * alpha
    gamma /= gamma.sum(2, keepdims=True)
    shares = np.tile(alpha / total, (len(counts), 1))
    open_ = np.arange(len(counts))
    for _ in range(_SWEEPS):
        expected = (weight * gamma).sum(1)
        gamma = likelihood * np.maximum(alpha + expected[:, None, :] - gamma, 1e-12)
        gamma /= gamma.sum(2, keepdims=True)
        new = (alpha + (weight * gamma).sum(1)) / (total + tokens)
        moving = np.abs(new - shares[open_]).max(1) >= _REST
        shares[open_] = new
        if not moving.any():
            break
        if not moving.all():
            open_, likelihood, gamma = open_[moving], likelihood[moving], gamma[moving]
            weight, tokens = weight[moving], tokens[moving]
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
