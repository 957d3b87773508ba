"""Themes of a corpus: one model per language and one across languages, with how stable each theme is."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from toolkit.parallel import run_tasks
from toolkit.tables import check, empty
from toolkit.topics.joint import class_terms, fit_joint
from toolkit.topics.lda import Lda, fit_lda
from toolkit.topics.stability import stability
from toolkit.topics.vocabulary import choose_terms, documents_of

__all__ = ["UNSTABLE", "Themes", "find_themes"]

_TOP = 10
_SHOWN = 20
#: Weight of probability against lift when labels are chosen (Sievert & Shirley 2014 found .6 best for people).
_RELEVANCE = 0.6
#: A language model needs this many posts, and as many paragraphs per topic.
_FEWEST_POSTS = 2
_PARAGRAPHS_PER_TOPIC = 5
#: A theme that comes back with less overlap than this is marked as unstable wherever it is shown.
UNSTABLE = 0.3
#: Words times sweeps from which processes save more than the seconds they take to start (1e8 are about 1 s).
_WORTH_A_POOL = 1_000_000_000
#: Headings, dates and greetings say too little to be grouped by meaning; they made groups of their own.
_FEWEST_WORDS = 5


class Themes(NamedTuple):
    """``topics`` (topic, term, weight; with model, lang, rank), ``shares`` (with start, end, model, and closeness:
    how typical the passage is, the share itself or the cosine with the theme's centre), ``summary``
    (topic, model, label, n, stability, unstable), and ``warnings``: sentences on what could not be done as asked."""

    topics: pd.DataFrame
    shares: pd.DataFrame
    summary: pd.DataFrame
    warnings: list[str]


def find_themes(
    paragraphs: pd.DataFrame,
    tokens: pd.DataFrame,
    vectors: np.ndarray,
    *,
    per_language: int = 4,
    joint: int = 6,
    runs: int = 10,
    iterations: int = 1000,
    fewest_posts: int = 2,
    largest_share: float = 0.5,
    seed: int = 1,
    workers: int = 1,
    progress: bool = False,
) -> Themes:
    """Find themes in paragraphs.

    Parameters
    ----------
    paragraphs : passages table (unit paragraph, without furniture); ``vectors`` (paragraphs, dimension): their
        sentence vectors; ``tokens`` : tokens table.
    per_language : topics of each language's LDA, fitted on its paragraphs; fewer where a language has fewer
        posts than that. joint : groups across languages. 0 leaves either out.
    runs : how often each model is fitted, with seeds ``seed``, ``seed + 1000`` ...; the run most like the others
        is shown, and stability is measured against them.
    fewest_posts, largest_share : limits on the posts a term stands in.

    Returns
    -------
    Themes
        Topics are named "es.1", "it.2", "joint.3", the largest of a model first. Weights: probability of the
        term in the topic (LDA), class-based tf-idf (joint). Shares add up to 1 over the topics of a model.
    """
    paragraphs, tokens = check("passages", paragraphs), check("tokens", tokens)
    documents = documents_of(tokens, paragraphs)
    found: list[tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]] = []
    warnings: list[str] = []
    seeds = [seed + 1000 * run for run in range(runs)]
    langs = paragraphs["lang"].to_numpy()
    jobs = []
    for lang in sorted(set(langs)) if per_language else []:
        rows = np.flatnonzero(langs == lang)
        posts = paragraphs["doc_id"].to_numpy()[rows]
        k = _bearable(lang, per_language, rows, posts, documents, warnings)
        kept = _kept_terms(lang, [documents[row] for row in rows], posts, fewest_posts, largest_share, warnings)
        if k >= 2 and kept:
            jobs.append((lang, rows, [[term for term in documents[row] if term in kept] for row in rows], k))
    tasks = [(texts, k, one, iterations) for _, _, texts, k in jobs for one in seeds]
    sweeps = iterations * sum(len(document) for texts, *_ in tasks for document in texts)
    pool = workers if sweeps >= _WORTH_A_POOL else 1
    models = run_tasks(fit_lda, tasks, workers=pool, label="themes", progress=progress)
    for number, (lang, rows, texts, _) in enumerate(jobs):
        fitted = models[number * len(seeds) : (number + 1) * len(seeds)]
        found.append(_lda_tables(lang, paragraphs.iloc[rows], texts, fitted))
    if joint:
        said = [row for row, document in enumerate(documents) if len(document) >= _FEWEST_WORDS]
        spoken = [documents[row] for row in said]
        tables = _joint_tables(paragraphs.iloc[said], spoken, vectors[said], joint, seeds, warnings)
        found += [tables] if tables else []
    if not found:
        return Themes(_no("topics"), _no("shares"), empty("topic_summary"), warnings)
    topics, shares, summary = (pd.concat(parts, ignore_index=True) for parts in zip(*found, strict=True))
    return Themes(check("topics", topics), check("shares", shares), check("topic_summary", summary), warnings)


def _no(name: str) -> pd.DataFrame:
    further = {"topics": ["model", "lang", "rank"], "shares": ["start", "end", "model", "closeness"]}[name]
    return empty(name).assign(**{column: [] for column in further})


def _bearable(
    lang: str,
    wanted: int,
    rows: np.ndarray,
    posts: np.ndarray,
    documents: Sequence[Sequence[str]],
    warnings: list[str],
) -> int:
    """As many topics as the material of a language bears, with a sentence where that is fewer than asked."""
    count = len(set(posts))
    filled = sum(bool(documents[row]) for row in rows)
    if count < _FEWEST_POSTS:
        warnings.append(
            f"{lang}: {count} post is too few for a model of its own (at least {_FEWEST_POSTS}); "
            "its paragraphs take part in the joint themes."
        )
        return 0
    k = min(wanted, count, filled // _PARAGRAPHS_PER_TOPIC)
    if k < 2:
        warnings.append(f"{lang}: {filled} paragraphs with words are too few for a model of their own.")
    elif k < wanted:
        warnings.append(f"{lang}: {wanted} topics asked for, {k} made: there are {count} posts, {filled} paragraphs.")
    return k


def _kept_terms(
    lang: str,
    documents: Sequence[Sequence[str]],
    posts: np.ndarray,
    fewest_posts: int,
    largest_share: float,
    warnings: list[str],
) -> frozenset[str]:
    count = len(set(posts))
    # in a handful of posts nearly every shared term stands in over half of them
    share = largest_share if count >= 8 else 1.0
    kept = choose_terms(documents, list(posts), fewest_posts=min(fewest_posts, count), largest_share=share)
    if not kept.terms:
        warnings.append(
            f"{lang}: no term is left: {kept.too_rare} stand in fewer than {fewest_posts} posts, {kept.too_common} in "
            f"more than {share:.0%} of them; lower topics.fewest_posts or raise topics.largest_share."
        )
    return kept.terms


def _lda_tables(
    lang: str, paragraphs: pd.DataFrame, texts: Sequence[Sequence[str]], runs: Sequence[Lda]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    chosen, stable = _medoid([_top_sets(run) for run in runs])
    first = runs[chosen]
    lengths = np.array([len(text) for text in texts], dtype=float)
    order = np.argsort(-(lengths @ first.document_topic), kind="stable")
    weights, shares = first.topic_term[order], first.document_topic[:, order]
    names = [f"{lang}.{number}" for number in range(1, len(order) + 1)]
    overall = np.maximum(lengths @ first.document_topic @ first.topic_term / lengths.sum(), 1e-12)
    topics, labels = [], []
    for name, weight in zip(names, weights, strict=True):
        best = np.argsort(-weight, kind="stable")[:_SHOWN]
        topics += [(name, first.terms[term], weight[term], lang, lang, rank) for rank, term in enumerate(best, 1)]
        relevance = _RELEVANCE * np.log(weight + 1e-12) + (1 - _RELEVANCE) * np.log((weight + 1e-12) / overall)
        labels.append(", ".join(first.terms[term] for term in np.argsort(-relevance, kind="stable")[:3]))
    largest = np.bincount(shares.argmax(1)[lengths > 0], minlength=len(names))
    return _tables(lang, paragraphs, shares, names, topics, labels, largest, stable[order])


def _top_sets(model: Lda) -> list[frozenset[object]]:
    best = np.argsort(-model.topic_term, axis=1, kind="stable")[:, :_TOP]
    return [frozenset(model.terms[term] for term in terms) for terms in best]


def _medoid(runs: Sequence[Sequence[frozenset[object]]]) -> tuple[int, np.ndarray]:
    """The run most like the others, and the stability of its topics: the one to show."""
    found = [stability(run, [other for other in runs if other is not run]) for run in runs]
    chosen = int(np.argmax([values.mean() for values in found])) if len(runs) > 1 else 0
    return chosen, found[chosen]


def _joint_tables(
    paragraphs: pd.DataFrame,
    documents: Sequence[Sequence[str]],
    vectors: np.ndarray,
    wanted: int,
    seeds: Sequence[int],
    warnings: list[str],
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame] | None:
    k = min(wanted, len(paragraphs) // _PARAGRAPHS_PER_TOPIC)
    if k < 2:
        warnings.append(f"joint: {len(paragraphs)} paragraphs are too few for themes across languages.")
        return None
    if k < wanted:
        warnings.append(f"joint: {wanted} themes asked for, {k} made: there are {len(paragraphs)} paragraphs.")
    runs = run_tasks(fit_joint, [(vectors, k, seed) for seed in seeds])
    sets = [[frozenset(np.flatnonzero(run == group).tolist()) for group in range(k)] for run in runs]
    chosen, stable = _medoid(sets)
    groups = runs[chosen]
    names = [f"joint.{number}" for number in range(1, k + 1)]
    terms = class_terms(documents, paragraphs["lang"].tolist(), groups, k, most=_SHOWN)
    topics, labels = [], []
    for group, name in enumerate(names):
        parts = []
        for lang, part in terms[terms["group"] == group].groupby("lang"):
            parts.append(", ".join(part["term"].head(3)))
            for rank, (term, weight) in enumerate(zip(part["term"], part["weight"], strict=True), 1):
                topics.append((name, term, weight, "joint", lang, rank))
        labels.append(" | ".join(parts) or name)
    shares = np.eye(k)[groups]
    centres = np.array([vectors[groups == group].mean(0) for group in range(k)])
    closeness = vectors @ (centres / np.linalg.norm(centres, axis=1, keepdims=True)).T
    return _tables(
        "joint",
        paragraphs,
        shares,
        names,
        topics,
        labels,
        np.bincount(groups, minlength=k),
        stable,
        closeness,
    )


def _tables(
    model: str,
    paragraphs: pd.DataFrame,
    shares: np.ndarray,
    names: list[str],
    topics: Sequence[tuple[object, ...]],
    labels: list[str],
    largest: np.ndarray,
    stable: np.ndarray,
    closeness: np.ndarray | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    long = paragraphs[["doc_id", "passage_id", "start", "end"]].copy()
    typical = shares if closeness is None else closeness
    parts = [
        long.assign(topic=name, share=shares[:, place].round(6), model=model, closeness=typical[:, place].round(6))
        for place, name in enumerate(names)
    ]
    share_table = pd.concat(parts, ignore_index=True)
    share_table = share_table[share_table["share"] > 0].reset_index(drop=True)
    topic_table = pd.DataFrame(topics, columns=["topic", "term", "weight", "model", "lang", "rank"])
    summary = pd.DataFrame(
        {
            "topic": names,
            "model": model,
            "label": labels,
            "n": largest.astype(int),
            "stability": stable.round(2),
        }
    )
    summary["unstable"] = summary["stability"] < UNSTABLE
    return topic_table, share_table, summary
