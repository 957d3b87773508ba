"""Fit a range of numbers of topics and score each: one model per task, finished fits are kept."""

from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from toolkit.display import Card, card, show
from toolkit.errors import InputError
from toolkit.parallel import run_tasks
from toolkit.topics.documents import DocumentTerms
from toolkit.topics.engines import ALPHA, ENGINES, ETA, fit_model
from toolkit.topics.selection.coherence import COHERENCES, coherence, mean_and_left_out
from toolkit.topics.selection.distinct import diversity, exclusivity
from toolkit.topics.selection.heldout import completion, folds_by_group, one_topic
from toolkit.topics.selection.progress import Store, documents_digest, open_store
from toolkit.topics.selection.summary import summary
from toolkit.topics.stability import stability

__all__ = ["Selection", "select_k"]

#: Top terms of a topic for coherence, exclusivity and stability.
_TOP = 10
#: Of the files of finished fits; raise it when what they say changes.
_FORMAT = 1
#: What decides a score besides the engine.
_LIBRARIES = {"tomotopy": "tomotopy", "gensim": "gensim", "nmf": "scikit-learn"}


class Selection(NamedTuple):
    """What a range of numbers of topics scored.

    ``table``: one row per k and measure, see :func:`toolkit.topics.selection.summary.summary`.
    ``runs``: what it sums up and :func:`toolkit.topics.selection.recommend.recommend_k` reads: one row per single
    value, with columns k, measure, run (number of the run, or of the fold for heldout and perplexity), other (the
    run compared with, for stability; else 0), value (nan where missing) and left_out (topics, or for heldout
    documents, that have no value and are not in the mean).
    ``notes``: sentences on fits that were damaged on disk and made again.

    >>> from toolkit.topics import document_terms, select_k
    >>> documents = document_terms([["marca", "cliente", "voz"], ["precio", "oferta", "venta"]] * 6)
    >>> found = select_k(documents, [f"p{n}" for n in range(12)], [2, 3], runs=2, folds=0, iterations=20)
    >>> found.runs.query("measure == 'diversity'")[["k", "run", "value"]]
        k  run     value
    6   2    1  0.500000
    7   2    2  0.500000
    15  3    1  0.333333
    16  3    2  0.333333
    >>> found.notes
    ()
    """

    table: pd.DataFrame
    runs: pd.DataFrame
    notes: tuple[str, ...]

    def _card_(self, lang: str = "en") -> Card:
        wide = self.table.pivot_table(index="k", columns="measure", values="value", sort=True).rename_axis(columns=None)
        return card("selection", lang, tables=[show(wide, rows=200, lang=lang)] if len(wide) else [], notes=self.notes)

    def __repr__(self) -> str:
        return repr(self._card_())

    def _repr_html_(self) -> str:
        return self._card_()._repr_html_()


def select_k(
    documents: DocumentTerms,
    groups: Sequence[str],
    ks: Sequence[int],
    *,
    engine: str = "tomotopy",
    runs: int = 5,
    folds: int = 5,
    iterations: int | None = None,
    alpha: float = ALPHA,
    eta: float = ETA,
    seed: int = 1,
    workers: int = 1,
    resume: Path | None = None,
    progress: bool = False,
) -> Selection:
    """Score numbers of topics.

    For each k ``runs`` models of all documents (seeds ``seed``, ``seed + 1`` ...; the first is the model that
    ``fit_model(documents, k, seed=seed)`` gives) are scored for coherence, exclusivity, diversity and, all pairs of
    them, stability; ``folds`` models, each without the posts of a fold, foresee that fold, in so far as its terms occur
    in the other posts. The rows with k 1 say how well one topic, the bare frequency of terms, foresees it.

    Parameters
    ----------
    groups : the post of each document. A post is on one side of a fold only; give the cluster of near duplicates
        where the corpus has some, or copies make the likelihood look better than it is.
    ks : numbers of topics, in any order, each once.
    runs : 1 or more; stability needs 2.
    folds : 2 or more; 0 leaves held-out likelihood out (it is half of the work).
    workers : processes; the result is the same for any number.
    resume : a folder for finished fits. A second call with the same documents and settings reads what is there and
        makes the rest; more ks or runs may be asked for. None: nothing is kept.

    Raises
    ------
    InputError
        for ks the documents do not bear, an engine that does not take k, fewer posts than folds, and a folder
        that holds a selection of other documents or settings.

    >>> from toolkit.topics import document_terms, select_k
    >>> documents = document_terms([["marca", "cliente", "voz"], ["precio", "oferta", "venta"]] * 6)
    >>> found = select_k(documents, [f"p{n}" for n in range(12)], [2, 3], runs=2, folds=2, iterations=20)
    >>> sorted(found.table["measure"].unique()), found.table["k"].unique().tolist()
    (['c_v', 'diversity', 'exclusivity', 'heldout', 'npmi', 'perplexity', 'stability'], [1, 2, 3])
    """
    groups, ks = [str(group) for group in groups], list(ks)
    _checked(documents, groups, ks, engine, runs, folds, seed)
    fold_of = folds_by_group(groups, documents.lengths, folds, seed) if folds else np.zeros(len(documents), int)
    _bearable(documents, ks, fold_of, folds)
    settings = {
        "documents": documents_digest(documents, groups),
        # what fits of NMF say was changed once
        "format": _FORMAT + (engine == "nmf"),
        "engine": engine,
        "iterations": iterations,
        "alpha": alpha,
        "eta": eta,
        "folds": folds,
        "seed": seed,
        **{name: version(name) for name in sorted({"gensim", _LIBRARIES[engine]})},
    }
    store, notes = (None, ()) if resume is None else open_store(Path(resume), settings)
    fit = {"engine": engine, "iterations": iterations, "alpha": alpha, "eta": eta}
    work = [("run", k, run) for k in ks for run in range(1, runs + 1)]
    # NMF is no probability model and foresees nothing
    work += [("fold", k, fold) for k in ks for fold in range(1, folds + 1)] if engine != "nmf" else []
    found: dict[tuple[str, int, int], dict[str, Any]] = {}
    for task in work if store else ():
        try:
            kept = store.read(_name(task)) if store else None
        except ValueError as error:
            notes += (f"{error}; this fit was made again.",)
            continue
        if kept is not None:
            found[task] = kept
    # the largest models first: a long task started last would leave the other processes idle
    waiting = sorted((task for task in work if task not in found), key=lambda task: (-task[1], task[0], task[2]))
    made = run_tasks(
        _fit_and_score,
        waiting,
        shared=(documents, fold_of, fit, seed, store),
        workers=workers,
        label="numbers of topics",
        progress=progress,
    )
    found |= dict(zip(waiting, made, strict=True))
    table = _runs_table(found, sorted(ks), runs, folds)
    return Selection(summary(table), table, notes)


def _fit_and_score(
    documents: DocumentTerms,
    fold_of: np.ndarray,
    fit: dict[str, Any],
    seed: int,
    store: Store | None,
    kind: str,
    k: int,
    number: int,
) -> dict[str, Any]:
    """One model and its scores: the unit of work, written to the store before it is handed back."""
    if kind == "run":
        model = fit_model(documents, k, seed=seed + number - 1, **fit)
        result: dict[str, Any] = {measure: _listed(coherence(model, documents, measure)) for measure in COHERENCES}  # type: ignore[arg-type]
        result["exclusivity"] = _listed(exclusivity(model, _TOP))
        result["diversity"] = diversity(model)
        order = np.argsort(-model.topic_term, axis=1, kind="stable")[:, :_TOP].tolist()
        # a term without weight is none of the topic's: NMF has many, and the first of them would be in every list
        result["top"] = [
            [term for term in row if weights[term] > 0] for row, weights in zip(order, model.topic_term, strict=True)
        ]
    else:
        inside = fold_of == number - 1
        known, unseen = documents.take(np.flatnonzero(~inside)), documents.take(np.flatnonzero(inside))
        # Only terms of the training texts: what others score is the prior alone, and that grows with k. In the bundled
        # Spanish posts 5 % of the tokens are such, and with them the largest k always had the best likelihood.
        known = known.over([documents.vocabulary[term] for term in np.unique(known.ids)])
        model = fit_model(known, k, seed=seed + number - 1, **fit)
        # the same halves whatever k: the ks are compared on the same tokens
        scored, alone = (completion(tried, unseen, seed=seed) for tried in (model, one_topic(known, fit["eta"])))
        both = _listed(np.array([scored.log_likelihood, alone.log_likelihood]))
        result = {"heldout": both[0], "one_topic": both[1], "left_out": scored.left_out}
    if store is not None:
        store.write(_name((kind, k, number)), result)
    return result


def _runs_table(
    found: dict[tuple[str, int, int], dict[str, Any]], ks: list[int], runs: int, folds: int
) -> pd.DataFrame:
    rows: list[tuple[int, str, int, int, float, int]] = []
    nothing = {"heldout": None, "one_topic": None, "left_out": 0}
    for k in (1, *ks):
        for fold in range(1, folds + 1):
            kept = found.get(("fold", max(k, ks[0]), fold), nothing)
            value = np.array(kept["one_topic" if k == 1 else "heldout"], dtype=float)
            rows.append((k, "heldout", fold, 0, float(value), int(kept["left_out"])))
            rows.append((k, "perplexity", fold, 0, float(np.exp(-value)), int(kept["left_out"])))
        if k == 1:
            continue
        scored = [found["run", k, run] for run in range(1, runs + 1)]
        tops = [[frozenset(topic) for topic in kept["top"]] for kept in scored]
        for measure in (*COHERENCES, "exclusivity"):
            for run, kept in enumerate(scored, 1):
                rows.append((k, measure, run, 0, *mean_and_left_out(np.array(kept[measure], dtype=float))))
        rows += [(k, "diversity", run, 0, float(kept["diversity"]), 0) for run, kept in enumerate(scored, 1)]
        rows += [
            (k, "stability", one + 1, other + 1, float(stability(tops[one], [tops[other]]).mean()), 0)
            for one in range(runs)
            for other in range(one + 1, runs)
        ]
    return pd.DataFrame(rows, columns=["k", "measure", "run", "other", "value", "left_out"])


def _checked(
    documents: DocumentTerms, groups: list[str], ks: list[int], engine: str, runs: int, folds: int, seed: int
) -> None:
    if engine not in _LIBRARIES:
        reason = "it finds its own number of topics" if engine in ENGINES else "there is none of this name"
        raise InputError(f"number of topics: engine '{engine}', {reason}; allowed are {', '.join(_LIBRARIES)}.")
    if len(groups) != len(documents):
        raise InputError(
            f"number of topics: {len(documents):,} documents and {len(groups):,} posts they come from; "
            "give the post of each document."
        )
    wrong = [k for k in ks if isinstance(k, bool) or not isinstance(k, int | np.integer)]
    if wrong or not ks or len(set(ks)) < len(ks):
        got = repr(wrong[0]) if wrong else "the same number twice" if ks else "none"
        raise InputError(
            f"number of topics: got {got}, expected are whole numbers, each once, such as range(5, 55, 5)."
        )
    bounds: list[tuple[str, int, Callable[[int], bool], str]] = [
        ("runs", runs, lambda number: number >= 1, "1 or more"),
        ("folds", folds, lambda number: number == 0 or number >= 2, "2 or more, or 0 for no held-out likelihood"),
        ("seed", seed, lambda number: number >= 0 and number + max(runs, folds) < 2**31, "0 to 2**31 - runs - 1"),
    ]
    for name, number, holds, allowed in bounds:
        if not holds(number):
            raise InputError(f"number of topics: {name} is {number}, allowed is {allowed}.")


def _bearable(documents: DocumentTerms, ks: list[int], fold_of: np.ndarray, folds: int) -> None:
    """Refuse before the first fit what the last would refuse."""
    filled = documents.lengths > 0
    most = int(min([filled.sum(), *(filled[fold_of != fold].sum() for fold in range(folds))]))
    for k in ks:
        if k < 2 or k > most:
            where = "documents with words" + (" outside the largest fold" if folds else "")
            raise InputError(f"number of topics: got {k}, allowed is 2 to {most}, the number of {where}.")


def _name(task: tuple[str, int, int]) -> str:
    kind, k, number = task
    return f"k{k:04}-{kind}-{number:02}"


def _listed(values: np.ndarray) -> list[float | None]:
    """Numbers as JSON knows them: missing is null."""
    return [float(value) if np.isfinite(value) else None for value in values]
