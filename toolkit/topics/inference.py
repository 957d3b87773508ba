"""The shares of topics in documents under fixed topics, without chance: what a model gives, saved or new."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from toolkit.errors import InputError
from toolkit.topics.documents import DocumentTerms

__all__ = ["fold_in", "nmf_shares", "tfidf"]

#: Fixed-point sweeps of the inference of one document, and the change of a share at which it rests.
_SWEEPS, _REST = 200, 1e-5
#: Numbers held at a time: 2 MB of them, what a processor keeps near.
_MOST_NUMBERS = 250_000
#: Documents go together where the one with fewest different terms has this share of the most.
_FULL = 0.75


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
    for rows in _alike(kinds, len(topic_term)):
        kind = int(kinds[rows[0]])
        there = np.arange(kind)[:, None] < kinds[rows]
        places = np.where(there, table.indptr[rows] + np.arange(kind)[:, None], 0)
        # a document with fewer terms is filled up with terms that it has no time
        likelihood = np.where(there[:, :, None], topic_term.T[table.indices[places]], 1.0)
        shares[rows] = _at_rest(likelihood, np.where(there, table.data[places], 0.0), alpha)
    return shares


def _alike(kinds: np.ndarray, topics: int) -> Iterator[np.ndarray]:
    """Documents that go through the sweeps together: of nearly as many different terms, most first, and few enough.

    ``kinds``: different terms of each document; those without are left out.
    """
    order = np.argsort(-kinds, kind="stable")[: np.count_nonzero(kinds)]
    falling = -kinds[order]
    first = 0
    while first < len(order):
        most = int(kinds[order[first]])
        last = int(np.searchsorted(falling, -_FULL * most, side="right"))
        last = min(last, first + max(1, _MOST_NUMBERS // (most * topics)))
        yield order[first:last]
        first = last


def _at_rest(likelihood: np.ndarray, counts: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Shares of documents, each taken until it rests: ``likelihood`` (terms, documents, topics) and ``counts``
    (terms, documents) of their terms. Terms come first: what is added up over them lies in whole rows."""
    likelihood = np.maximum(likelihood, 1e-300)
    total, tokens = alpha.sum(), counts.sum(0)[:, None]
    weight = counts[:, :, None]
    gamma = likelihood * alpha
    gamma /= gamma.sum(2, keepdims=True)
    expected = (weight * gamma).sum(0)
    shares = np.tile(alpha / total, (len(expected), 1))
    open_ = np.arange(len(expected))
    for _ in range(_SWEEPS):
        np.subtract(alpha + expected, gamma, out=gamma)
        np.maximum(gamma, 1e-12, out=gamma)
        gamma *= likelihood
        gamma /= gamma.sum(2, keepdims=True)
        expected = (weight * gamma).sum(0)
        new = (alpha + expected) / (total + tokens)
        moving = np.abs(new - shares[open_]).max(1) >= _REST
        shares[open_] = new
        if not moving.any():
            break
        if not moving.all():
            open_, tokens, expected = open_[moving], tokens[moving], expected[moving]
            still = np.flatnonzero(moving)
            likelihood, gamma, weight = (table.take(still, axis=1) for table in (likelihood, gamma, weight))
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
