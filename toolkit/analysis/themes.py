"""Themes of the passages."""

import numpy as np

from toolkit.analysis.result import Analysis
from toolkit.analysis.texts import WORTH_A_POOL, passages_of
from toolkit.parallel import run_tasks
from toolkit.text import SentenceEncoder, embed
from toolkit.topics import find_themes

__all__ = ["find"]

#: Texts per task. The tasks are the same for any number of workers, and so are the results.
_TEXTS_PER_TASK = 500


def find(result: Analysis, workers: int) -> None:
    """Tables topics, shares and topic_summary."""
    settings = result.study.topics
    paragraphs = passages_of(result, "paragraph")
    texts = dict(zip(result.tables["posts"]["doc_id"], result.tables["posts"]["text"], strict=True))
    spans = zip(paragraphs["doc_id"], paragraphs["start"], paragraphs["end"], strict=True)
    quotes = [texts[doc_id][start:end] for doc_id, start, end in spans]
    tasks = [(quotes[first : first + _TEXTS_PER_TASK],) for first in range(0, len(quotes), _TEXTS_PER_TASK)]
    pool = workers if len(quotes) >= WORTH_A_POOL else 1
    vectors = run_tasks(embed, tasks, workers=pool, label="sentence vectors", progress=len(tasks) > 1)
    result.used["encoder"] = SentenceEncoder().name
    themes = find_themes(
        paragraphs,
        result.tables["tokens"],
        np.vstack(vectors) if vectors else np.zeros((0, SentenceEncoder.dimension)),
        per_language=settings.per_language,
        joint=settings.joint,
        runs=settings.runs,
        iterations=settings.iterations,
        fewest_posts=settings.fewest_posts,
        largest_share=settings.largest_share,
        seed=result.study.study.seed,
        workers=workers,
    )
    result.tables |= {"topics": themes.topics, "shares": themes.shares, "topic_summary": themes.summary}
    result.notes += themes.warnings
