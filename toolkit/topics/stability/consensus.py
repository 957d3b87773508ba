"""One model out of many runs: the topics that come back, averaged, instead of the accidents of one seed."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from toolkit.errors import InputError
from toolkit.topics.documents import DocumentTerms
from toolkit.topics.engines import ALPHA
from toolkit.topics.inference import fold_in
from toolkit.topics.model import TopicModel
from toolkit.topics.stability.matching import HALF, TOP, matched_similarity
from toolkit.topics.stability.runs import Runs

__all__ = ["consensus", "medoid"]

#: Rounds of matching and averaging; on the corpora of tests/benchmarks/topics_stability.py no start took over 30.
_ROUNDS = 100


def medoid(runs: Runs, *, top: int = TOP) -> int:
    """The number of the run whose topics are most like those of all other runs (mean Jaccard similarity of the top
    terms after matching): the prototype of Rieger, Rahnenfuehrer & Jentsch (2020), LDAPrototype. The first of equals.

    >>> from toolkit.topics import document_terms, runs_over_seeds
    >>> from toolkit.topics.stability import medoid
    >>> documents = document_terms([["marca", "voz"] * 3, ["precio", "venta"] * 3] * 6)
    >>> medoid(runs_over_seeds(documents, 2, 3, iterations=100), top=2)  # all are alike here: the first
    0
    """
    _checked(runs, 1)
    tables = [model.topic_term for model in runs.models]
    alike = np.zeros((len(tables), len(tables)))
    for row, ours in enumerate(tables):
        for column in range(row):
            # a model with more topics has some without a partner: they count as not found
            size = max(len(ours), len(tables[column]))
            alike[row, column] = alike[column, row] = matched_similarity(ours, tables[column], top).sum() / size
    return int(alike.sum(1).argmax())


def consensus(runs: Runs, documents: DocumentTerms, *, k: int | None = None, fewest: float = 0.0) -> TopicModel:
    """The topics that many runs have in common, as one model.

    The topics of all runs are put into k groups with at most one topic of each run in a group: every run's topics
    are matched one to one to the means of the groups, the means are taken anew, until nothing moves (k-means under
    the constraint that topics of one run stay apart; clusters of runs as in Mantyla, Claes & Farooq 2018, matching
    as in Greene, O'Callaghan & Cunningham 2014). Likeness is the affinity sum(sqrt(p * q)), 0 to 1 (the complement
    of the squared Hellinger distance). This starts once from every run; the grouping with the highest mean affinity
    stays. No chance is involved.

    Parameters
    ----------
    runs : two or more, over the vocabulary of ``documents``.
    documents : those the runs were fitted to (over seeds), or all from which samples were drawn.
    k : groups; as the first run without it. Runs that differ in k (hdp) take part with what they have.
    fewest : groups supported by a smaller share of the runs are dropped, 0 to 1; 0 keeps all (and
        :func:`toolkit.topics.stability.stability_scores` marks the unstable). A run supports a group if the topic it
        put there shares half or more of the ten top terms with the group's mean (Jaccard of 1/3).

    Returns
    -------
    TopicModel
        engine "consensus". ``topic_term``: mean of the members' distributions; ``document_topic``: mean of the
        members' shares where all runs had the same documents, else inferred; ``arrays["alpha"]``: mean of the
        members' priors; ``settings``: what it was made of, with ``support`` (share of the runs, per topic) and
        ``affinity`` (mean over the members, per topic). Topics in order of size.

    >>> from toolkit.topics import consensus, document_terms, runs_over_seeds
    >>> documents = document_terms([["marca", "cliente", "voz"], ["precio", "oferta", "venta"]] * 6)
    >>> runs = runs_over_seeds(documents, 2, 4, iterations=100)
    >>> model = consensus(runs, documents)
    >>> model.engine, model.k, model.settings["support"]
    ('consensus', 2, [1.0, 1.0])
    """
    _checked(runs, 2)
    if not 0 <= fewest <= 1:
        raise InputError(f"consensus: fewest is {fewest}, allowed is 0 to 1, a share of the runs.")
    if any(model.terms != documents.vocabulary for model in runs.models):
        raise InputError("consensus: the runs and the documents have different vocabularies; give those of the runs.")
    sizes = {len(model.document_topic) for model in runs.models} if runs.over == "seeds" else {len(documents)}
    if sizes != {len(documents)}:
        raise InputError(
            f"consensus: the runs have {', '.join(map(str, sorted(sizes)))} documents and {len(documents)} are given; "
            "give those of the runs."
        )
    wanted = runs.models[0].k if k is None else k
    grouped = group_topics(runs, wanted)
    topic_term, affinity = _means(runs, grouped.members), _affinities(runs, grouped)
    support = _support(runs, grouped.members, topic_term)
    alphas = [model.arrays.get("alpha", np.full(model.k, ALPHA)) for model in runs.models]
    alpha = np.array([np.mean(values) for values in _of_groups(alphas, grouped.members)])
    if runs.over == "seeds":
        shares = np.stack([_shares(model, row) for model, row in zip(runs.models, grouped.members, strict=True)])
        document_topic = shares.mean(0)
    else:
        document_topic = fold_in(documents, topic_term, alpha)
    keep = np.flatnonzero(support >= fewest)
    if not len(keep):
        raise InputError(
            f"consensus: no group is supported by {fewest:.0%} of the {len(runs)} runs (the best by "
            f"{support.max():.0%}); lower fewest, or ask for another number of topics."
        )
    document_topic = document_topic[:, keep]
    total = document_topic.sum(1, keepdims=True)
    document_topic = np.divide(document_topic, total, out=np.zeros_like(document_topic), where=total > 0)
    model = TopicModel(
        "consensus",
        documents.vocabulary,
        topic_term[keep],
        document_topic,
        documents.lengths,
        tuple(str(number) for number in range(1, len(keep) + 1)),
        {},
        {"alpha": alpha[keep]},
    )
    order = np.argsort(-model.sizes, kind="stable")
    return replace(
        model.reordered(order),
        settings={
            "k": len(keep),
            "asked": wanted,
            "fewest": fewest,
            "over": runs.over,
            "runs": len(runs),
            "engine": runs.models[0].engine,
            "seeds": [one.settings.get("seed") for one in runs.models],
            "of": {name: value for name, value in runs.models[0].settings.items() if name not in ("seed", "k")},
            "support": [round(float(support[keep][place]), 6) for place in order],
            "affinity": [round(float(affinity[keep][place]), 6) for place in order],
        },
    )


class Grouped(NamedTuple):
    """``members`` (runs, k): which topic each run has in each group, -1 for none; ``centres`` (k, terms): the square
    roots of the groups' means."""

    members: np.ndarray
    centres: np.ndarray


def group_topics(runs: Runs, k: int) -> Grouped:
    """The best grouping of :func:`consensus` over all starts with k topics."""
    starts = [number for number, model in enumerate(runs.models) if model.k == k]
    if not starts:
        sizes = sorted({model.k for model in runs.models})
        raise InputError(
            f"consensus: no run has {k} topics (they have {', '.join(map(str, sizes))}); give one of these."
        )
    roots = [np.sqrt(model.topic_term) for model in runs.models]
    best, found = -1.0, None
    for start in starts:
        centres, before = roots[start], None
        for _ in range(_ROUNDS):
            tables = [root @ centres.T for root in roots]
            members = np.stack([_assign(table, k) for table in tables])
            if before is not None and (members == before).all():
                break
            before = members
            centres = np.sqrt(_means(runs, members))
        fit = float(np.mean([_inside(table, row).sum() for table, row in zip(tables, members, strict=True)]))
        # a gain within rounding is no gain: the first of equal groupings stays on every machine
        if fit > best + 1e-9:
            best, found = fit, Grouped(members, centres)
    assert found is not None
    return found


def _assign(table: np.ndarray, k: int) -> np.ndarray:
    rows, columns = linear_sum_assignment(-table)
    members = np.full(k, -1)
    members[columns] = rows
    return members


def _inside(table: np.ndarray, members: np.ndarray) -> np.ndarray:
    groups = np.flatnonzero(members >= 0)
    return np.asarray(table[members[groups], groups])


def _of_groups(tables: list[np.ndarray], members: np.ndarray) -> list[np.ndarray]:
    """The rows of each group's members, one array per group."""
    return [
        np.stack([table[row[group]] for table, row in zip(tables, members, strict=True) if row[group] >= 0])
        for group in range(members.shape[1])
    ]


def _means(runs: Runs, members: np.ndarray) -> np.ndarray:
    rows = _of_groups([model.topic_term for model in runs.models], members)
    return np.stack([group.mean(0) for group in rows])


def _affinities(runs: Runs, grouped: Grouped) -> np.ndarray:
    rows = _of_groups([model.topic_term for model in runs.models], grouped.members)
    return np.array([(np.sqrt(group) @ centre).mean() for group, centre in zip(rows, grouped.centres, strict=True)])


def _shares(model: TopicModel, members: np.ndarray) -> np.ndarray:
    shares = np.zeros((len(model.document_topic), len(members)))
    shares[:, members >= 0] = model.document_topic[:, members[members >= 0]]
    return shares


def _support(runs: Runs, members: np.ndarray, topic_term: np.ndarray) -> np.ndarray:
    count = np.zeros(len(topic_term))
    for group in range(len(topic_term)):
        for model, row in zip(runs.models, members, strict=True):
            if row[group] >= 0:
                alike = matched_similarity(topic_term[[group]], model.topic_term[[row[group]]])[0]
                count[group] += alike >= HALF - 5e-13
    return count / len(runs)


def _checked(runs: Runs, least: int) -> None:
    if len(runs) < least:
        raise InputError(f"consensus: got {len(runs)} run, allowed is {least} or more; fit more runs.")
    if any(not np.isfinite(model.topic_term).all() for model in runs.models):
        raise InputError("consensus: a run has topics that are no numbers (NaN); fit it anew.")
    if len({model.terms for model in runs.models}) > 1:
        raise InputError("consensus: the runs have different vocabularies; fit them to the same documents.")
