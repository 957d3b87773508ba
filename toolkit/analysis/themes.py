"""Themes of the passages, and what they mean."""

from pathlib import Path

import numpy as np
import pandas as pd

from toolkit.analysis.result import Analysis
from toolkit.analysis.texts import WORTH_A_POOL, passages_of
from toolkit.codebook import load_codebook
from toolkit.parallel import run_tasks
from toolkit.tables import check, empty
from toolkit.text import SentenceEncoder, embed
from toolkit.topics import TermChoice, ThemeChoice, find_themes, prevalence
from toolkit.topics.theme_tables import no_themes

__all__ = ["PREVALENCE", "choice", "find", "none"]

#: Texts per task. The tasks are the same for any number of workers, and so are the results.
_TEXTS_PER_TASK = 500
#: Columns of the posts by which the sizes of themes are given, where a corpus has them.
PREVALENCE = ("lang", "date", "country", "genre")
#: A column with more values than this is no grouping.
_MOST_VALUES = 60


def find(result: Analysis, workers: int, resume: Path | None = None) -> None:
    """The tables of themes."""
    paragraphs = passages_of(result, "paragraph")
    posts, statistics = result.tables["posts"], result.study.statistics
    texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
    vectors = _vectors(result, paragraphs, texts, workers)
    themes = find_themes(
        paragraphs,
        result.tables["tokens"],
        vectors,
        texts,
        choice(result),
        workers=workers,
        resume=resume,
        progress=True,
    )
    result.themes = themes
    result.tables |= themes.tables
    result.notes += themes.warnings
    parts = [
        prevalence(
            themes.tables["shares"],
            posts,
            by,
            repeats=statistics.bootstrap,
            confidence=statistics.confidence,
            seed=result.study.study.seed,
        )
        for by in PREVALENCE
        if len(themes.tables["shares"])
        and by in posts
        and posts[by].notna().any()
        and (by == "date" or posts[by].nunique() <= _MOST_VALUES)
    ]
    tables = [part for part in parts if len(part)]
    result.tables["prevalence"] = (
        check("prevalence", pd.concat(tables, ignore_index=True)) if tables else empty("prevalence")
    )


def none(result: Analysis) -> None:
    """The tables of themes without themes, for studies that ask for none."""
    result.tables |= no_themes()


def choice(result: Analysis) -> ThemeChoice:
    """What the study asks for; :class:`InputError` for what cannot be had, before any work is done."""
    settings = result.study.topics
    return ThemeChoice(
        engine=settings.engine,
        per_language=settings.per_language,
        guided=load_codebook(settings.guided) if settings.guided else None,
        joint=settings.joint,
        runs=settings.runs,
        iterations=settings.iterations,
        alpha=settings.alpha,
        eta=settings.eta,
        terms=TermChoice(
            ngrams=settings.ngrams, fewest_posts=settings.fewest_posts, largest_share=settings.largest_share
        ),
        pool=settings.pool,
        seed=result.study.study.seed,
    )


def _vectors(result: Analysis, paragraphs: pd.DataFrame, texts: dict[str, str], workers: int) -> np.ndarray:
    """Sentence vectors of the paragraphs."""
    spans = zip(paragraphs["doc_id"], paragraphs["start"], paragraphs["end"], strict=True)
    quotes = [texts[doc_id][start:end] for doc_id, start, end in spans]
    tasks = [(quotes[first : first + _TEXTS_PER_TASK],) for first in range(0, len(quotes), _TEXTS_PER_TASK)]
    pool = workers if len(quotes) >= WORTH_A_POOL else 1
    vectors = run_tasks(embed, tasks, workers=pool, label="sentence vectors", progress=len(tasks) > 1)
    result.used["encoder"] = SentenceEncoder().name
    return np.vstack(vectors) if vectors else np.zeros((0, SentenceEncoder.dimension))
