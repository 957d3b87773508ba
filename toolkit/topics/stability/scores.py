"""How well each topic holds: over runs, over halves of the runs, beside what topics without meaning reach."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from toolkit.errors import InputError
from toolkit.topics.documents import DocumentTerms
from toolkit.topics.model import TopicModel
from toolkit.topics.stability.consensus import consensus
from toolkit.topics.stability.matching import HALF, TOP, checked_top, matched_similarity
from toolkit.topics.stability.runs import Runs

__all__ = ["assignment_agreement", "consensus_scores", "stability_scores"]

#: A topic that comes back in fewer than half of the runs is unstable: the next run has it less often than not.
_OFTEN = 0.5
#: Resamples of the runs for an interval.
_RESAMPLES = 1000
_COLUMNS = ["topic", "over", "runs", "jaccard", "low", "high", "chance", "returns", "unstable"]


def stability_scores(
    reference: TopicModel,
    runs: Runs,
    *,
    top: int = TOP,
    confidence: float = 0.95,
    permutations: int = 200,
    seed: int = 1,
) -> pd.DataFrame:
    """How well each topic of a single model comes back in other runs.

    The reference itself is left out where it is among the runs (the medoid is). A consensus is not scored fairly by
    the runs it was made from: see :func:`consensus_scores`.

    Returns
    -------
    DataFrame
        One row per topic, in the reference's order: ``topic``; ``over`` ("seeds" or "samples"); ``runs``, how many
        it was compared with; ``jaccard``, mean similarity of its ``top`` terms with those of its partner in each run
        (0-1, higher is more stable; partners one to one by the Hungarian method); ``low``, ``high``, percentile
        bootstrap interval of this mean over the runs; ``chance``, the 95th percentile of the similarity when a run's
        weights are dealt out anew among its topics, term by term: what topics without meaning over the same
        vocabulary reach, which grows as topics get fewer; ``returns``, the share of runs in which the similarity is
        above chance and at least 1/3 (half of ten terms); ``unstable``, returns below one half.

    Raises
    ------
    InputError
        without a run to compare with, or over another vocabulary.

    >>> from toolkit.topics import document_terms, fit_model, runs_over_seeds, stability_scores
    >>> documents = document_terms([["marca", "cliente", "voz"], ["precio", "oferta", "venta"]] * 6)
    >>> runs = runs_over_seeds(documents, 2, 4, iterations=100)
    >>> table = stability_scores(fit_model(documents, 2, seed=99, iterations=100), runs, top=3, permutations=20)
    >>> table[["topic", "over", "runs", "jaccard"]]
      topic   over  runs  jaccard
    0     1  seeds     4      1.0
    1     2  seeds     4      1.0
    """
    others = [model for model in runs.models if model is not reference]
    if not others:
        raise InputError("stability: there is no other run to compare with; fit two or more.")
    if any(model.terms != reference.terms for model in others):
        raise InputError("stability: the model and the runs have different vocabularies; use match_topics for these.")
    found = np.stack([matched_similarity(reference.topic_term, model.topic_term, top) for model in others])
    chance = chance_level([(reference.topic_term, model.topic_term) for model in others], permutations, seed, top)
    return _table(reference.names, runs.over, len(others), found, chance, confidence, seed)


def consensus_scores(
    runs: Runs,
    documents: DocumentTerms,
    model: TopicModel | None = None,
    *,
    splits: int = 20,
    top: int = TOP,
    confidence: float = 0.95,
    permutations: int = 200,
    seed: int = 1,
) -> pd.DataFrame:
    """How well each topic of a consensus comes back when the whole procedure is repeated.

    The runs are dealt into two halves that share none, ``splits`` times; a consensus is made of each half, the topics
    of both are matched to those of the consensus of all (``model``; made here without it), and the two that fall to a
    topic are compared. A half has half the runs, so the figures are cautious for the whole.

    Returns the table of :func:`stability_scores`, with ``runs`` the number of runs per half, and ``jaccard``,
    ``returns`` over the splits. The halves of different splits overlap: ``low`` and ``high`` are percentiles of the
    splits themselves, no interval of a mean. Raises :class:`InputError` for fewer than four runs.

    >>> from toolkit.topics import document_terms, runs_over_seeds
    >>> from toolkit.topics.stability import consensus_scores
    >>> documents = document_terms([["marca", "voz"] * 3, ["precio", "venta"] * 3] * 6)
    >>> runs = runs_over_seeds(documents, 2, 4, iterations=100)
    >>> table = consensus_scores(runs, documents, splits=3, top=2, permutations=20)
    >>> table[["topic", "runs", "jaccard"]]
      topic  runs  jaccard
    0     1     2      1.0
    1     2     2      1.0
    """
    if len(runs) < 4:
        raise InputError(f"consensus: got {len(runs)} runs, two halves need 4 or more; fit more runs.")
    if splits < 1:
        raise InputError(f"consensus: splits is {splits}, allowed is 1 or more.")
    checked_top(top)
    model = consensus(runs, documents) if model is None else model
    wanted = model.settings.get("asked", model.k)
    random, half = np.random.default_rng(seed), len(runs) // 2
    found, pairs = [], []
    for _ in range(splits):
        order = random.permutation(len(runs))
        one, other = (
            _aligned(model, consensus(runs.take(np.sort(places)), documents, k=wanted))
            for places in (order[:half], order[half : 2 * half])
        )
        pairs.append((one, other))
        found.append([matched_similarity(one[[row]], other[[row]], top)[0] for row in range(model.k)])
    chance = chance_level(pairs, permutations, seed, top)
    return _table(model.names, runs.over, half, np.array(found), chance, confidence, None)


def assignment_agreement(runs: Runs, *, confidence: float = 0.95, seed: int = 1) -> pd.DataFrame:
    """Do runs put the same documents together?

    Each document with terms goes to its largest topic; pairs of runs are compared on the documents both have (the
    first copy where a sample has several) by the adjusted Rand index (Hubert & Arabie 1985, Journal of Classification
    2: 1 is the same grouping, 0 is chance, below 0 is less).

    Returns one row: ``over``, ``runs``, ``pairs``, ``rand`` (mean over the pairs), ``low``, ``high`` (percentile
    bootstrap over runs; a run is never compared with its own copy). Raises :class:`InputError` for fewer than two runs.

    >>> from toolkit.topics import document_terms, runs_over_seeds
    >>> from toolkit.topics.stability import assignment_agreement
    >>> documents = document_terms([["marca", "voz"] * 3, ["precio", "venta"] * 3] * 6)
    >>> runs = runs_over_seeds(documents, 2, 3, iterations=100)
    >>> assignment_agreement(runs)
        over  runs  pairs  rand  low  high
    0  seeds     3      3   1.0  1.0   1.0
    """
    from sklearn.metrics import adjusted_rand_score

    if len(runs) < 2:
        raise InputError(f"agreement: got {len(runs)} run, allowed is 2 or more.")
    chosen = []
    for model, drawn in zip(runs.models, runs.drawn, strict=True):
        first = np.unique(drawn, return_index=True)[1]
        first = first[model.document_topic[first].sum(1) > 0]
        chosen.append(pd.Series(model.document_topic[first].argmax(1), index=drawn[first]))
    size = len(chosen)
    table = np.full((size, size), np.nan)
    for row in range(size):
        for column in range(row):
            both = chosen[row].index.intersection(chosen[column].index)
            value = adjusted_rand_score(chosen[row][both], chosen[column][both]) if len(both) else np.nan
            table[row, column] = table[column, row] = value
    random = np.random.default_rng(seed)
    means = []
    for _ in range(_RESAMPLES):
        drawn = random.integers(size, size=size)
        again = table[np.ix_(drawn, drawn)]
        if np.isfinite(again).any():
            means.append(np.nanmean(again))
    low, high = _limits(np.array(means or [np.nan])[:, None], confidence)
    mean = np.nanmean(table) if np.isfinite(table).any() else np.nan
    values = (runs.over, size, size * (size - 1) // 2, mean, low[0], high[0])
    return pd.DataFrame([values], columns=["over", "runs", "pairs", "rand", "low", "high"])


def chance_level(
    pairs: Sequence[tuple[np.ndarray, np.ndarray]], permutations: int, seed: int, top: int = TOP
) -> np.ndarray:
    """The 95th percentile, per topic of the first tables, of the matched similarity when the weights of every term
    are dealt out anew among the topics of the second: common terms stay common, what belongs together does not."""
    if permutations < 1:
        raise InputError(f"stability: permutations is {permutations}, allowed is 1 or more.")
    random = np.random.default_rng(seed)
    found = []
    for number in range(permutations):
        ours, theirs = pairs[number % len(pairs)]
        dealt = random.permuted(theirs, axis=0)
        found.append(matched_similarity(ours, dealt / np.maximum(dealt.sum(1, keepdims=True), 1e-300), top))
    return np.asarray(np.percentile(found, 95, axis=0))


def _aligned(model: TopicModel, other: TopicModel) -> np.ndarray:
    """The topic-term table of another model with the partner of each of our topics in its place."""
    rows, columns = linear_sum_assignment(-(np.sqrt(model.topic_term) @ np.sqrt(other.topic_term).T))
    table = np.zeros_like(model.topic_term)
    table[rows] = other.topic_term[columns]
    return table


def _table(
    names: Sequence[str],
    over: str,
    runs: int,
    found: np.ndarray,
    chance: np.ndarray,
    confidence: float,
    seed: int | None,
) -> pd.DataFrame:
    """``found`` (repeats, topics); with a seed the interval is that of the mean, without it the spread."""
    values = found
    if seed is not None:
        drawn = np.random.default_rng(seed).integers(len(found), size=(_RESAMPLES, len(found)))
        values = found[drawn].mean(1)
    low, high = _limits(values, confidence)
    # half a unit of the twelfth digit: 5 / 15 is 1/3 however it was computed
    returns = ((found > chance) & (found >= HALF - 5e-13)).mean(0)
    columns = (names, over, runs, found.mean(0), low, high, chance, returns, returns < _OFTEN)
    return pd.DataFrame(dict(zip(_COLUMNS, columns, strict=True)))


def _limits(values: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    if not 0 < confidence < 1:
        raise InputError(f"stability: confidence is {confidence}, allowed is between 0 and 1.")
    beyond = 50 * (1 - confidence)
    low, high = np.percentile(values, [beyond, 100 - beyond], axis=0)
    return low, high
