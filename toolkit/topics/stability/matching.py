"""Which topic of one model is which topic of another: one-to-one matching by top terms or by distributions."""

from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from toolkit.errors import InputError, suggestion
from toolkit.topics.model import TopicModel

__all__ = ["HALF", "TOP", "Matched", "Measure", "match_topics", "stability", "topic_similarity"]

Measure = Literal["jaccard", "rbo", "jensen-shannon"]

#: Terms of a topic that are compared: as many as readers are shown (Greene, O'Callaghan & Cunningham 2014 took 10
#: to 100; coherence is measured over 10).
TOP = 10
#: Jaccard similarity of ten terms and ten terms of which five, half, are the same: 5 / 15.
HALF = 1 / 3
#: Persistence of rank-biased overlap: with .9 the first ten ranks carry 86 % of the weight (Webber, Moffat & Zobel
#: 2010, section 4.2).
_PERSISTENCE = 0.9


class Matched(NamedTuple):
    """``pairs``: one row per pair, in the order of the first model, with columns topic, partner (names) and
    similarity (0-1); ``unmatched``, ``unmatched_partners``: names of topics without a partner because the other
    model has fewer.

    >>> from toolkit.topics import document_terms, fit_model, match_topics
    >>> documents = document_terms([["marca", "cliente", "voz"], ["precio", "oferta", "venta"]] * 6)
    >>> found = match_topics(fit_model(documents, 2), fit_model(documents, 3), top=3)
    >>> len(found.pairs), found.unmatched, len(found.unmatched_partners)
    (2, (), 1)
    """

    pairs: pd.DataFrame
    unmatched: tuple[str, ...]
    unmatched_partners: tuple[str, ...]


def match_topics(one: TopicModel, other: TopicModel, *, measure: Measure = "jaccard", top: int = TOP) -> Matched:
    """Pair the topics of two models so that the similarities add up to the most possible (Hungarian method).

    The models may have different vocabularies (compared over the union; a term that a model lacks has weight 0) and
    different numbers of topics. ``measure`` and ``top``: see :func:`topic_similarity`. Every topic of the smaller
    model gets a partner however little they share: read the similarity.

    >>> from toolkit.topics import document_terms, fit_model, match_topics
    >>> documents = document_terms([["marca", "cliente", "voz"], ["precio", "oferta", "venta"]] * 6)
    >>> found = match_topics(fit_model(documents, 2, seed=1), fit_model(documents, 2, seed=2), top=3)
    >>> found.pairs[["topic", "similarity"]]
      topic  similarity
    0     1         1.0
    1     2         1.0
    """
    table = topic_similarity(one, other, measure=measure, top=top)
    rows, columns = linear_sum_assignment(-table)
    pairs = pd.DataFrame(
        {
            "topic": [one.names[row] for row in rows],
            "partner": [other.names[column] for column in columns],
            "similarity": table[rows, columns],
        }
    )
    return Matched(
        pairs,
        tuple(name for place, name in enumerate(one.names) if place not in set(rows.tolist())),
        tuple(name for place, name in enumerate(other.names) if place not in set(columns.tolist())),
    )


def topic_similarity(one: TopicModel, other: TopicModel, *, measure: Measure = "jaccard", top: int = TOP) -> np.ndarray:
    """Similarity of every topic of one model with every topic of another, shape (one.k, other.k), 0 to 1, higher is
    more alike.

    Measures
    --------
    jaccard : top terms in both over top terms in either. 10 terms each: 5 shared are .33, 7 are .54, 9 are .82.
    rbo : rank-biased overlap of the top terms, p = .9, extrapolated from the ranks compared (Webber, Moffat & Zobel
        2010, ACM TOIS 28(4), equation 30): as jaccard, with the first ranks counting most.
    jensen-shannon : 1 - the Jensen-Shannon distance (base 2, the square root of the divergence) of the whole
        distributions.

    Raises
    ------
    InputError
        for an unknown measure, ``top`` below 1, or topics that are no distributions (NaN).

    >>> from toolkit.topics import document_terms, fit_model
    >>> from toolkit.topics.stability import topic_similarity
    >>> documents = document_terms([["marca", "voz"] * 3, ["precio", "venta"] * 3] * 6)
    >>> one = fit_model(documents, 2)
    >>> topic_similarity(one, one, top=2).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    if measure not in get_args(Measure):
        raise InputError(f"match topics: no measure '{measure}'; {suggestion(measure, get_args(Measure))}")
    checked_top(top)
    ours, theirs = _over_union(one, other)
    return _similarity(ours, theirs, measure, top)


def stability(reference: Sequence[frozenset[object]], others: Sequence[Sequence[frozenset[object]]]) -> np.ndarray:
    """Mean Jaccard similarity of each reference topic with its partner in each other run, 0 to 1, higher is
    more stable.

    Topics are sets (of top terms, or of passages). Partners are found one to one so that the similarities of a
    run add up to the most possible (Hungarian method; Greene, O'Callaghan & Cunningham 2014, section 3.2).
    Missing (nan) without other runs.

    >>> stability([frozenset("ab"), frozenset("cd")], [[frozenset("cd"), frozenset("ax")]]).round(2).tolist()
    [0.33, 1.0]
    """
    if not others:
        return np.full(len(reference), np.nan)
    found = np.zeros((len(others), len(reference)))
    for run, topics in enumerate(others):
        table = np.array([[_set_jaccard(ours, theirs) for theirs in topics] for ours in reference])
        rows, columns = linear_sum_assignment(-table)
        found[run, rows] = table[rows, columns]
    return np.asarray(found.mean(0))


def _set_jaccard(one: frozenset[object], other: frozenset[object]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0


def matched_similarity(ours: np.ndarray, theirs: np.ndarray, top: int = TOP) -> np.ndarray:
    """Jaccard similarity of each of our topics with its partner, shape (k,); 0 for one without a partner. Both are
    topic-term tables over one vocabulary."""
    checked_top(top)
    table = _similarity(ours, theirs, "jaccard", top)
    rows, columns = linear_sum_assignment(-table)
    found = np.zeros(len(ours))
    found[rows] = table[rows, columns]
    return found


def checked_top(top: int) -> None:
    """Refuse to compare no terms: nothing over nothing is no likeness."""
    if top < 1:
        raise InputError(f"match topics: top is {top}, allowed is 1 or more terms.")


def _over_union(one: TopicModel, other: TopicModel) -> tuple[np.ndarray, np.ndarray]:
    """Both topic-term tables over the terms of either, checked."""
    for model in (one, other):
        if not (model.topic_term.size and np.isfinite(model.topic_term).all() and model.topic_term.any(1).all()):
            raise InputError(
                f"match topics: {model!r} has topics that are no distributions over terms (empty, zeros, or NaN); "
                "fit it anew."
            )
    if one.terms == other.terms:
        return one.topic_term, other.topic_term
    union = {term: place for place, term in enumerate(sorted({*one.terms, *other.terms}))}
    tables = []
    for model in (one, other):
        table = np.zeros((model.k, len(union)))
        table[:, [union[term] for term in model.terms]] = model.topic_term
        tables.append(table)
    return tables[0], tables[1]


def _similarity(ours: np.ndarray, theirs: np.ndarray, measure: Measure, top: int) -> np.ndarray:
    if measure == "jensen-shannon":
        from scipy.spatial.distance import jensenshannon

        # rounding can leave a hair below zero under the square root: identical rows come out as nan
        distance = [[jensenshannon(row, column, base=2) for column in theirs] for row in ours]
        return np.clip(1 - np.nan_to_num(np.array(distance)), 0, 1)
    first, second = _best(ours, top), _best(theirs, top)
    if measure == "rbo":
        return np.array([[_rank_biased_overlap(row, column) for column in second] for row in first])
    inside, outside = (_indicator(best, ours.shape[1]) for best in (first, second))
    shared = inside @ outside.T
    return np.asarray(shared / (inside.sum(1)[:, None] + outside.sum(1)[None, :] - shared))


def _best(table: np.ndarray, top: int) -> list[np.ndarray]:
    """Numbers of the top terms of each topic, best first; ties go by name, and terms without weight are none."""
    # the weight of the last of them: whatever weighs less needs no sorting
    least = np.partition(table, -top, axis=1)[:, -top] if 0 < top <= table.shape[1] else np.zeros(len(table))
    found = []
    for row, limit in zip(table, least, strict=True):
        places = np.flatnonzero((row >= limit) & (row > 0))
        found.append(places[np.argsort(-row[places], kind="stable")][:top])
    return found


def _indicator(best: list[np.ndarray], size: int) -> np.ndarray:
    table = np.zeros((len(best), size))
    for place, row in enumerate(best):
        table[place, row] = 1
    return table


def _rank_biased_overlap(one: np.ndarray, other: np.ndarray) -> float:
    """RBO of two rankings cut at the shorter one's length: agreement at each depth d weighs p^d, and the agreement at
    the last depth is taken to go on."""
    depth = min(len(one), len(other))
    if not depth:
        return 0.0
    agreement = [len(set(one[:d]) & set(other[:d])) / d for d in range(1, depth + 1)]
    seen = sum(value * _PERSISTENCE**d for d, value in enumerate(agreement, 1))
    return float((1 - _PERSISTENCE) / _PERSISTENCE * seen + agreement[-1] * _PERSISTENCE**depth)
