"""The themes of one language: how many, the consensus of many fits, and how far each theme holds."""

import warnings as python_warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toolkit.codebook import Codebook
from toolkit.display import Card, SelfShown, card, plain_text, show
from toolkit.errors import InputError
from toolkit.parallel import run_tasks
from toolkit.topics.choice import ThemeChoice
from toolkit.topics.documents import DocumentTerms
from toolkit.topics.engines.gibbs import SWEEPS
from toolkit.topics.guided import fit_guided, kept_seeds
from toolkit.topics.model import TopicModel
from toolkit.topics.selection import Recommendation, Selection, folds_by_group, recommend_k, select_k
from toolkit.topics.stability import (
    Runs,
    consensus,
    consensus_scores,
    medoid,
    runs_over_samples,
    runs_over_seeds,
    stability_scores,
)
from toolkit.topics.terms import terms_of

__all__ = ["LanguageThemes", "find_in_language"]

#: A language's model needs this many posts, and as many paragraphs with words per topic.
_FEWEST_POSTS = 2
_PARAGRAPHS_PER_TOPIC = 5
#: Numbers of topics that "auto" tries, as far as the posts bear them: about a third more each time.
_NUMBERS = (2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50)
#: Posts per topic that the largest number tried leaves.
_POSTS_PER_TOPIC = 3
#: Fits per number of topics, and folds, when how many is found out.
_SELECTION_RUNS, _FOLDS = 5, 5
#: Runs from which halves can be compared.
_HALVES = 4
#: Tokens times sweeps times runs from which processes save more than the seconds they take to start (1e8: about 4 s).
_WORTH_A_POOL = 200_000_000


@dataclass(frozen=True, repr=False, eq=False)
class LanguageThemes(SelfShown):
    """``model`` of ``documents``, which are the passages ``rows`` of those given (it was fitted to neighbours put
    together); ``stability``: one row per topic and what it was tried against (seeds; samples of the posts);
    ``removed``: what each filter of terms removed; ``selection``, ``recommendation``: where the number was found out.
    """

    lang: str
    rows: np.ndarray
    documents: DocumentTerms
    model: TopicModel
    stability: pd.DataFrame
    removed: pd.DataFrame
    selection: Selection | None = None
    recommendation: Recommendation | None = None

    def _card_(self, lang: str = "en") -> Card:
        columns = ["topic", "over", "runs", "jaccard", "chance", "returns", "unstable"]
        table = show(self.stability, [name for name in columns if name in self.stability], rows=200, lang=lang)
        facts = {"passages": len(self.rows), "topics": self.model.k}
        notes = [str(self.recommendation)] if self.recommendation is not None else []
        model = self.model._card_(lang).tables
        return card("language_themes", lang, title=self.lang, facts=facts, tables=[*model, table], notes=notes)

    def __repr__(self) -> str:
        return plain_text(f"LanguageThemes ({self.lang}): {self.model.k} topics in {len(self.rows):,} passages")


def find_in_language(
    lang: str,
    rows: np.ndarray,
    paragraphs: pd.DataFrame,
    tokens: pd.DataFrame,
    choice: ThemeChoice,
    *,
    warnings: list[str],
    workers: int = 1,
    resume: Path | None = None,
    progress: bool = False,
) -> LanguageThemes | None:
    """The themes of the paragraphs of one language (``paragraphs.iloc[rows]``), or None, with a sentence in
    ``warnings``, where there are too few. See :func:`toolkit.topics.find_themes`."""
    own = paragraphs.iloc[rows].reset_index(drop=True)
    posts = own["doc_id"].to_numpy(dtype=str)
    if len(set(posts)) < _FEWEST_POSTS:
        warnings.append(
            f"{lang}: {len(set(posts))} post is too few for a model of its own (at least {_FEWEST_POSTS}); "
            "its paragraphs take part in the joint themes."
        )
        return None
    try:
        documents, removed = terms_of(own, tokens, choice.terms)
    except InputError as error:
        warnings.append(f"{lang}: {error}")
        return None
    filled = int((documents.lengths > 0).sum())
    most = min(len(set(posts)), filled // _PARAGRAPHS_PER_TOPIC)
    if most < 2:
        warnings.append(f"{lang}: {filled} paragraphs with words are too few for a model of their own.")
        return None
    selection = recommendation = None
    if choice.guided is not None:
        model, stability = _guided(lang, documents, choice, choice.guided, warnings, workers, progress)
    else:
        fit_to, place = documents.pooled(posts, choice.pool)
        fit_posts = posts[np.unique(place, return_index=True)[1]]
        most = min(most, int((fit_to.lengths > 0).sum()))
        asked = choice.per_language
        k = most if asked == "auto" else min(asked, most)
        if asked == "auto":
            tried = _tried(fit_to, fit_posts, most, choice.seed)
            if len(tried) < 2:
                k = min(2, most)
                if k == 2:
                    warnings.append(
                        f"{lang}: how many topics cannot be found out, 2 made: there are {len(set(posts))} posts, "
                        f"{filled} paragraphs."
                    )
            else:
                selection = _select(fit_to, fit_posts, tried, choice, workers, resume, progress)
                recommendation = recommend_k(selection.runs, seed=choice.seed)
                warnings += [f"{lang}: {note}" for note in selection.notes]
                warnings.append(f"{lang}: {recommendation}")
                k = recommendation.k
        elif asked > most:
            warnings.append(
                f"{lang}: {asked} topics asked for, {most} made: there are {len(set(posts))} posts, "
                f"{filled} paragraphs."
            )
        if k < 2:
            warnings.append(f"{lang}: the posts with words are too few for a model of their own.")
            return None
        model, stability = _consensus(fit_to, fit_posts, k, choice, workers, progress)
        model, stability = _of_paragraphs(model, stability, documents)
    return LanguageThemes(lang, rows, documents, model, stability, removed, selection, recommendation)


def _tried(documents: DocumentTerms, posts: np.ndarray, most: int, seed: int) -> list[int]:
    """The numbers of topics that "auto" tries: those that the posts bear, and the documents outside each fold."""
    count = len(set(posts.tolist()))
    folds = min(_FOLDS, count)
    fold_of = folds_by_group(posts.tolist(), documents.lengths, folds, seed)
    filled = documents.lengths > 0
    borne = min(int(filled[fold_of != fold].sum()) for fold in range(folds))
    largest = max(3, min(most, count // _POSTS_PER_TOPIC))
    return [k for k in _NUMBERS if k <= min(largest, borne)]


def _select(
    documents: DocumentTerms,
    posts: np.ndarray,
    tried: list[int],
    choice: ThemeChoice,
    workers: int,
    resume: Path | None,
    progress: bool,
) -> Selection:
    return select_k(
        documents,
        posts.tolist(),
        tried,
        engine=choice.engine,
        runs=_SELECTION_RUNS,
        folds=min(_FOLDS, len(set(posts.tolist()))),
        iterations=choice.iterations or None,
        alpha=choice.alpha,
        eta=choice.eta,
        seed=choice.seed,
        workers=workers,
        resume=resume,
        progress=progress,
    )


def _consensus(
    documents: DocumentTerms, posts: np.ndarray, k: int, choice: ThemeChoice, workers: int, progress: bool
) -> tuple[TopicModel, pd.DataFrame]:
    """The consensus of all runs over seeds; its stability over halves of them, and over samples of the posts."""
    work = len(documents.ids) * choice.runs * (choice.iterations or SWEEPS)
    common: dict[str, Any] = {
        "seed": choice.seed,
        "workers": workers if work >= _WORTH_A_POOL else 1,
        "progress": progress,
        **choice.options(),
    }
    runs = runs_over_seeds(documents, k, choice.runs, **common)
    if len(runs) < 2:
        return runs.models[0], pd.DataFrame()
    samples = runs_over_samples(documents, posts, k, choice.runs, **common)
    # fits of hdp differ in their number of topics, so there is no consensus of all: the most central one is shown
    if len(runs) >= _HALVES and choice.engine != "hdp":
        model = consensus(runs, documents)
        seeds = consensus_scores(runs, documents, model, seed=choice.seed)
    else:
        model = runs.models[medoid(runs)]
        seeds = stability_scores(model, runs, seed=choice.seed)
    return model, pd.concat([seeds, stability_scores(model, samples, seed=choice.seed)], ignore_index=True)


def _of_paragraphs(
    model: TopicModel, stability: pd.DataFrame, documents: DocumentTerms
) -> tuple[TopicModel, pd.DataFrame]:
    """The model with the shares of single paragraphs; its topics, and the rows on them, by size there."""
    model = replace(model, document_topic=model.infer(documents), lengths=documents.lengths)
    order = np.argsort(-model.sizes, kind="stable")
    per_topic = {
        name: [values[topic] for topic in order]
        for name, values in model.settings.items()
        if name in ("support", "affinity")
    }
    renamed = {model.names[topic]: str(rank) for rank, topic in enumerate(order, 1)}
    model = replace(model.reordered(order), settings={**model.settings, **per_topic})
    if len(stability):
        stability = stability.assign(topic=stability["topic"].map(renamed))
        rank = stability["topic"].astype(int)
        stability = stability.assign(rank=rank).sort_values(["over", "rank"], ascending=[False, True], kind="stable")
        stability = stability.drop(columns="rank").reset_index(drop=True)
    return model, stability


def _guided(
    lang: str,
    documents: DocumentTerms,
    choice: ThemeChoice,
    book: Codebook,
    warnings: list[str],
    workers: int,
    progress: bool,
) -> tuple[TopicModel, pd.DataFrame]:
    """The most central of the guided fits: their topics have names, so nothing is put together."""
    options = {"alpha": choice.alpha, "eta": choice.eta}
    options |= {"iterations": choice.iterations} if choice.iterations else {}
    tasks = [(documents, book, lang, choice.seed + 1000 * run, options) for run in range(choice.runs)]
    fits = run_tasks(_fit_guided, tasks, workers=workers, label=f"guided, {lang}", progress=progress)
    warnings += [f"{lang}: {note}" for note in fits[0][1]]
    runs = Runs(tuple(model for model, _ in fits), "seeds", (np.arange(len(documents)),) * len(fits))
    if len(runs) < 2:
        return runs.models[0], pd.DataFrame()
    model = runs.models[medoid(runs)]
    kept = kept_seeds(model)
    lost = kept["topic"][kept["lost"]].tolist()
    if lost:
        warnings.append(
            f"{lang}: of {', '.join(lost)} no seed is left among the first 20 terms; do not cite these by their codes."
        )
    return model, stability_scores(model, runs, seed=choice.seed)


def _fit_guided(
    documents: DocumentTerms, book: Codebook, lang: str, seed: int, options: dict[str, float]
) -> tuple[TopicModel, Sequence[str]]:
    with python_warnings.catch_warnings(record=True) as caught:
        python_warnings.simplefilter("always", UserWarning)
        model = fit_guided(documents, book, lang, seed=seed, **options)  # type: ignore[arg-type]
    return model, [str(one.message) for one in caught if one.category is UserWarning]
