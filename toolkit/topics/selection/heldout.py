"""How well a model foresees texts it has not seen: document completion."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from toolkit.errors import InputError
from toolkit.topics.documents import DocumentTerms
from toolkit.topics.engines import ETA
from toolkit.topics.model import TopicModel

__all__ = ["Completion", "completion", "folds_by_group", "halves", "one_topic"]

#: Tokens scored at once: bounds the memory to this many times k numbers.
_AT_ONCE = 20_000


class Completion(NamedTuple):
    """How well the second halves of documents were foreseen.

    ``log_likelihood``: natural logarithm per scored token, below 0, higher is better; nan where there is none.
    ``perplexity``: exp(-log_likelihood), 1 to infinity, lower is better: as many equally likely terms the model
    wavers between. ``tokens``: scored. ``documents``: scored. ``left_out``: documents with fewer than two tokens
    that the model knows.

    >>> from toolkit.topics import document_terms, fit_model
    >>> from toolkit.topics.selection import completion
    >>> documents = document_terms([["voz", "cliente"] * 4, ["precio", "venta"] * 4] * 6)
    >>> found = completion(fit_model(documents, 2), documents)
    >>> found.documents, found.tokens, found.left_out, bool(found.log_likelihood < 0)
    (12, 48, 0, True)
    """

    log_likelihood: float
    perplexity: float
    tokens: int
    documents: int
    left_out: int


def completion(model: TopicModel, documents: DocumentTerms, *, seed: int = 1) -> Completion:
    """Log-likelihood per token of one half of each document, given its other half.

    Document completion (Wallach, Murray, Salakhutdinov & Mimno 2009, ICML, section 5) with estimated shares: the
    tokens of a document are split at random, the shares of the topics are inferred from the larger half
    (``model.infer``), and each token w of the other half scores ``log sum_k share[k] * topic_term[k, w]``. The
    documents should be none the model was fitted to. NMF is no probability model: its result is missing.

    >>> from toolkit.topics import document_terms, fit_model
    >>> from toolkit.topics.selection import completion, one_topic
    >>> documents = document_terms([["voz", "cliente"] * 4, ["precio", "venta"] * 4] * 6)
    >>> two, one = fit_model(documents, 2), one_topic(documents)
    >>> completion(two, documents).perplexity < completion(one, documents).perplexity
    True
    """
    documents = documents.over(model.terms)
    first, second = halves(documents, seed)
    scored = int((second.lengths > 0).sum())
    left_out = len(documents) - scored
    if "components" in model.arrays or not scored:
        return Completion(float("nan"), float("nan"), 0, 0, left_out)
    shares = model.infer(first)
    rows = np.repeat(np.arange(len(second)), second.lengths)
    total = 0.0
    for start in range(0, len(rows), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        terms = second.ids[part]
        chance = np.einsum("tk,kt->t", shares[rows[part]], model.topic_term[:, terms])
        if not (chance > 0).all():
            term = model.terms[int(terms[int(np.argmin(chance))])]
            raise InputError(
                f"held-out likelihood: the model gives the term '{term}' no chance at all; only models with a prior "
                "over terms (tomotopy, gensim) can be compared by it."
            )
        total += float(np.log(chance).sum())
    mean = total / len(rows)
    return Completion(mean, float(np.exp(-mean)), len(rows), scored, left_out)


def halves(documents: DocumentTerms, seed: int = 1) -> tuple[DocumentTerms, DocumentTerms]:
    """The tokens of each document split at random; the first half has one more of an odd number.

    Documents with fewer than two tokens are empty in both. The same documents and seed give the same halves.

    >>> from toolkit.topics import document_terms
    >>> from toolkit.topics.selection import halves
    >>> first, second = halves(document_terms([["voz", "red", "voz", "blog", "red"], ["voz"]]))
    >>> first.lengths.tolist(), second.lengths.tolist()
    ([3, 0], [2, 0])
    """
    rng = np.random.default_rng(seed)
    parts: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
    for document in range(len(documents)):
        row = documents.row(document)
        mixed = rng.permutation(row) if len(row) > 1 else row[:0]
        middle = (len(mixed) + 1) // 2
        parts[0].append(mixed[:middle])
        parts[1].append(mixed[middle:])
    return _together(documents.vocabulary, parts[0]), _together(documents.vocabulary, parts[1])


def one_topic(documents: DocumentTerms, eta: float = ETA) -> TopicModel:
    """The model with a single topic and the prior ``eta``: how often each term occurs, and nothing else.

    What topics must beat: a model that foresees texts worse than this has learnt nothing of them that holds.

    >>> from toolkit.topics import document_terms
    >>> from toolkit.topics.selection import one_topic
    >>> model = one_topic(document_terms([["voz", "voz", "voz"], ["red"]]), eta=1.0)
    >>> model.terms, model.topic_term.round(2).tolist()
    (('red', 'voz'), [[0.33, 0.67]])
    """
    counts = np.bincount(documents.ids, minlength=len(documents.vocabulary)) + eta
    shares = (documents.lengths > 0).astype(float)[:, None]
    settings = {"k": 1, "eta": eta}
    table = (counts / counts.sum())[None, :]
    return TopicModel(
        "one topic", documents.vocabulary, table, shares, documents.lengths, ("1",), settings, {"alpha": np.ones(1)}
    )


def folds_by_group(groups: Sequence[str], weights: np.ndarray, folds: int, seed: int = 1) -> np.ndarray:
    """The fold of each document, 0 to folds - 1, shape (documents,), so that a group is in one fold only.

    Heaviest group first, each to the lightest fold (equal weights by chance): the folds are about equally heavy.

    >>> folds_by_group(["a", "a", "b", "c"], np.array([1, 1, 2, 2]), 3).tolist()
    [0, 0, 1, 2]

    Raises
    ------
    InputError
        for fewer groups than folds: parts of one post would be on both sides.
    """
    names, place = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    if folds < 2 or folds > len(names):
        raise InputError(
            f"folds: got {folds}, allowed is 2 to {len(names)}, the number of posts, each of which stays whole; "
            "ask for fewer or give more posts."
        )
    heavy = np.bincount(place, weights=weights, minlength=len(names))
    mixed = np.random.default_rng(seed).permutation(len(names))
    fold_of, load = np.zeros(len(names), dtype=int), np.zeros(folds)
    taken = np.zeros(folds, dtype=int)
    for name in mixed[np.argsort(-heavy[mixed], kind="stable")]:
        # by number of groups among equally light folds, so that groups without tokens are spread too
        fold = int(np.lexsort((taken, load))[0])
        fold_of[name] = fold
        load[fold] += heavy[name]
        taken[fold] += 1
    return fold_of[place]


def _together(vocabulary: tuple[str, ...], rows: list[np.ndarray]) -> DocumentTerms:
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    return DocumentTerms(vocabulary, np.concatenate([*rows, np.zeros(0, np.int32)]).astype(np.int32), starts)
