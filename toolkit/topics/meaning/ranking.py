"""Which terms a topic is shown by: by probability, by relevance, by exclusivity; and the shares table of a model."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from toolkit.errors import InputError, suggestion
from toolkit.tables import check
from toolkit.topics.documents import DocumentTerms
from toolkit.topics.model import TopicModel

__all__ = ["FEWEST_TOKENS", "RANKINGS", "rank_terms", "shares_table", "topic_names"]

RANKINGS = ("probability", "relevance", "exclusivity")
#: Weight of exclusivity against frequency in FREX; an even harmonic mean, as in Bischof & Airoldi (2012) and R's stm.
_FREX_WEIGHT = 0.5
#: A term that a topic is expected to hold fewer than this many tokens of follows after all others (Cochran's rule for
#: expected counts, 1954, Biometrics 10). At lambda 0 the ten best terms of the bundled posts occur twice (median)
#: without the rule, in either language, and eight times with it; at lambda 0.3 and 0.6 the rule changes no median.
FEWEST_TOKENS = 5.0


def topic_names(model: TopicModel, name: str = "") -> list[str]:
    """The names of a model's topics, after the model's own where it has one: "es.1", "es.2" ...

    >>> from toolkit.topics import document_terms, fit_model
    >>> from toolkit.topics.meaning import topic_names
    >>> model = fit_model(document_terms([["marca", "voz"], ["precio", "venta"]] * 6), 2, iterations=20)
    >>> topic_names(model, "es")
    ['es.1', 'es.2']
    """
    return [f"{name}.{topic}" if name else topic for topic in model.names]


def rank_terms(
    model: TopicModel,
    documents: DocumentTerms | None = None,
    *,
    by: Literal["probability", "relevance", "exclusivity"] = "probability",
    lam: float = 0.6,
    most: int = 20,
    name: str = "",
) -> pd.DataFrame:
    """The terms of each topic, best first.

    Parameters
    ----------
    model : of any engine (rows of NMF are scaled to add up to 1).
    documents : what the model was fitted to: p(term) is counted there. Without them it is the model's own,
        the topics' distributions weighed by their sizes.
    by : "probability": p(term | topic), 0 to 1.
        "relevance": lam * log p(term | topic) + (1 - lam) * log(p(term | topic) / p(term)), natural logarithms, mostly
        below 0 (Sievert & Shirley 2014, ACL workshop on interactive language learning, equation 1). lam 1 is the order
        of probability, lam 0 that of lift; people told topics best by lam near 0.6 (their user study). Lift alone
        favours terms that occurred a few times and by chance in one topic: terms expected fewer than 5 times in the
        topic follow after all others, whatever their lift.
        "exclusivity": FREX, the harmonic mean (weight 0.5 each) of two ranks within the topic, as shares of the
        vocabulary, 0 to 1: that of p(term | topic), and that of p(term | topic) divided by its sum over the topics
        (Bischof & Airoldi 2012, ICML).
    lam : only for relevance, 0 to 1.
    most : terms per topic; fewer where a topic gives fewer terms any probability.
    name : the model's name, put before the topics' ("es" makes "es.1").

    Returns
    -------
    DataFrame
        topic, term, rank (from 1), by, weight (as above; higher is better, compare within one topic only). Ties are in
        the order of the terms.

    Raises
    ------
    InputError
        for an unknown ``by``, ``lam`` outside 0 to 1, ``most`` below 1, probabilities that are no numbers, and
        documents without tokens of the model's terms.

    >>> from toolkit.topics import document_terms, fit_model, rank_terms
    >>> documents = document_terms([["voz", "voz", "voz", "cliente"], ["precio", "precio", "precio", "venta"]] * 6)
    >>> table = rank_terms(fit_model(documents, 2), documents, by="relevance", most=1, name="es")
    >>> table.columns.tolist(), sorted(table["term"])
    (['topic', 'term', 'rank', 'by', 'weight'], ['precio', 'voz'])
    """
    if by not in RANKINGS:
        raise InputError(f"terms of topics: no ranking by '{by}'; {suggestion(by, RANKINGS)}")
    if not 0 <= lam <= 1:
        raise InputError(f"terms of topics: lam is {lam}, allowed is 0 (lift) to 1 (probability).")
    if most < 1:
        raise InputError(f"terms of topics: most is {most}, allowed is 1 or more.")
    topic_term = model.topic_term
    if not np.isfinite(topic_term).all() or (topic_term < 0).any():
        raise InputError("terms of topics: the model has probabilities that are no numbers from 0 on; fit it again.")
    common = np.zeros_like(topic_term, dtype=bool)
    if by == "probability":
        weight = topic_term
    elif by == "relevance":
        weight = _relevance(topic_term, _term_shares(model, documents), lam)
        common = topic_term * model.sizes[:, None] >= FEWEST_TOKENS
    else:
        weight = _frex(topic_term)
    rows = []
    for topic, title in enumerate(topic_names(model, name)):
        # rounded, so that equal terms are not told apart by the last digit of a sum
        order = np.lexsort((np.arange(len(model.terms)), -weight[topic].round(12), ~common[topic]))
        shown = [term for term in order if topic_term[topic, term] > 0][:most]
        rows += [(title, model.terms[term], rank, by, weight[topic, term]) for rank, term in enumerate(shown, 1)]
    return pd.DataFrame(rows, columns=["topic", "term", "rank", "by", "weight"])


def _term_shares(model: TopicModel, documents: DocumentTerms | None) -> np.ndarray:
    """p(term), shape (terms,); missing (nan) where a term does not occur."""
    if documents is None:
        counts = model.sizes @ model.topic_term
    else:
        counts = np.bincount(documents.over(model.terms).ids, minlength=len(model.terms)).astype(float)
    if not counts.sum():
        raise InputError("terms of topics: the documents have none of the model's terms; give those it was fitted to.")
    # a term absent from these documents is as rare as one token can be
    return np.asarray(np.maximum(counts, counts[counts > 0].min()) / counts.sum())


def _relevance(topic_term: np.ndarray, shares: np.ndarray, lam: float) -> np.ndarray:
    with np.errstate(divide="ignore"):
        log = np.log(topic_term)
    # a term without probability has no place, whatever lam: not 0 * -inf
    return np.where(topic_term > 0, log - (1 - lam) * np.log(shares), -np.inf)


def _frex(topic_term: np.ndarray) -> np.ndarray:
    from scipy.stats import rankdata

    exclusive = topic_term / np.maximum(topic_term.sum(0, keepdims=True), np.finfo(float).tiny)
    # the empirical distribution function: the share of terms with this value or a lower one
    frequency, exclusivity = (
        rankdata(values.round(15), method="max", axis=1) / topic_term.shape[1] for values in (topic_term, exclusive)
    )
    return np.asarray(1 / (_FREX_WEIGHT / exclusivity + (1 - _FREX_WEIGHT) / frequency))


def shares_table(model: TopicModel, passages: pd.DataFrame, name: str = "") -> pd.DataFrame:
    """The shares table of a model: how much of each passage each topic takes.

    ``passages``: one row per document the model was fitted to, in that order. Passages without a term the model knows
    have no shares and are left out. Returned: doc_id, passage_id, topic, share (0 to 1, adding up to 1 over the topics
    of a passage; shares of 0 are left out), start, end, model (``name``), tokens (of the passage that the model saw).

    >>> import pandas as pd
    >>> from toolkit.topics import document_terms, fit_model, shares_table
    >>> documents = document_terms([["marca", "cliente", "voz"], ["precio", "oferta", "venta"]] * 6)
    >>> passages = pd.DataFrame({"doc_id": [f"p{n}" for n in range(12)], "passage_id": [f"p{n}:0" for n in range(12)],
    ...     "start": 0, "end": 20, "unit": "document", "furniture": False})
    >>> table = shares_table(fit_model(documents, 2), passages, "es")
    >>> table.columns.tolist(), table.groupby("passage_id")["share"].sum().round(6).unique().tolist()
    (['doc_id', 'passage_id', 'topic', 'share', 'start', 'end', 'model', 'tokens'], [1.0])
    """
    if len(passages) != len(model.lengths):
        raise InputError(
            f"shares: the model was fitted to {len(model.lengths):,} documents and there are {len(passages):,} "
            "passages; give the passages it was fitted to, in the same order."
        )
    lengths = np.asarray(model.lengths).astype(int)
    return check(
        "shares", long_shares(np.clip(model.document_topic, 0, 1), lengths, passages, topic_names(model, name), name)
    )


def long_shares(
    shares: np.ndarray, lengths: np.ndarray, passages: pd.DataFrame, names: Sequence[str], model: str
) -> pd.DataFrame:
    """The shares (passages, topics) above 0, of passages with terms (``lengths``), one per row: topic by topic."""
    topic, row = np.nonzero(((shares > 0) & (lengths > 0)[:, None]).T)
    table = passages[["doc_id", "passage_id", "start", "end"]].take(row).reset_index(drop=True)
    title = pd.Series(names, dtype="str").take(topic).reset_index(drop=True)
    table.insert(2, "topic", title)
    table.insert(3, "share", shares[row, topic])
    return table.assign(model=pd.Series(model, index=table.index, dtype="str"), tokens=lengths[row])
