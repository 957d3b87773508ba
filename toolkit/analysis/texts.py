"""From posts to passages and tokens: furniture, languages, duplicates, borders."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toolkit.analysis.result import Analysis
from toolkit.corpus import (
    Corpus,
    Ruleset,
    declared_language,
    find_duplicates,
    language_of_post,
    load_rules,
    mark_furniture,
    mark_repeats,
    segment,
    without_furniture,
)
from toolkit.errors import InputError
from toolkit.parallel import run_tasks
from toolkit.principles import CODED_LANGUAGES
from toolkit.settings import Study
from toolkit.tables import check
from toolkit.text import tokenise

__all__ = ["POSTS_PER_TASK", "WORTH_A_POOL", "clean", "cut_up", "passages_of", "post_tasks"]

#: Posts per task. The tasks are the same for any number of workers, and so are the results.
POSTS_PER_TASK = 100
#: Below this many posts to cut up, or texts to encode, starting processes takes longer than it saves.
WORTH_A_POOL = 2_000
#: A post with fewer letters holds no words.
_FEWEST_LETTERS = 3


def clean(corpus: Corpus, result: Analysis) -> None:
    """Furniture, the language of each post, and which posts go on."""
    posts = corpus.posts.copy()
    furniture = mark_furniture(posts, _rules(result.study))
    prose = without_furniture(dict(zip(posts["doc_id"], posts["text"], strict=True)), furniture)
    skipped, keep, langs = [], [], []
    for doc_id, declared, source in zip(posts["doc_id"], posts["lang"], posts["source"], strict=True):
        lang, reason = _language(prose[doc_id], declared, result.study.corpus.languages)
        if reason:
            skipped.append({"source": source, "reason": reason, "read": bool(lang)})
        keep.append(bool(lang))
        langs.append(lang)
    posts = posts.assign(lang=langs)[np.array(keep, dtype=bool)]
    duplicates = check("duplicates", find_duplicates(posts, furniture=furniture))
    if result.study.corpus.duplicates == "first":
        again = duplicates[~duplicates["first"]].set_index("doc_id")["nearest"]
        copies = posts["doc_id"].isin(again.index)
        for doc_id, source in zip(posts["doc_id"][copies], posts["source"][copies], strict=True):
            reason = f"is a near duplicate of '{again[doc_id]}' and not the first of its cluster"
            skipped.append({"source": source, "reason": reason, "read": False})
        posts = posts[~copies]
    elif len(duplicates):
        result.notes.append(
            f"{len(duplicates)} posts are near duplicates of each other ({duplicates['cluster'].nunique()} clusters) "
            'and were all counted; corpus.duplicates = "first" keeps one of each cluster (table duplicates).'
        )
    skipped_table = pd.concat([corpus.skipped, pd.DataFrame(skipped, columns=["source", "reason", "read"])])
    result.tables["skipped"] = check("skipped", skipped_table)
    if posts.empty:
        wanted = ", ".join(result.study.corpus.languages)
        reasons = "; ".join(f"{row['source']}: {row['reason']}" for row in skipped[:3])
        raise InputError(f"no post in {wanted} is left to analyse ({reasons}); add texts or change corpus.languages.")
    result.tables["posts"] = check("posts", posts)
    result.tables["furniture"] = check("furniture", furniture[furniture["doc_id"].isin(posts["doc_id"])])
    result.tables["collisions"] = check("collisions", corpus.collisions)
    result.tables["duplicates"] = duplicates
    result.tables["repeats"] = check("repeats", mark_repeats(posts, furniture=result.tables["furniture"]))
    if skipped:
        result.notes.append(f"{len(skipped)} posts were left out or read with doubt; see the table of skipped texts.")


def _rules(study: Study) -> Ruleset:
    """The furniture rules of a study."""
    path = study.corpus.furniture_rules
    return load_rules(Path(path) if path else None).without(*study.corpus.furniture_off)


def _language(prose: str, declared: object, wanted: tuple[str, ...]) -> tuple[str | None, str | None]:
    """The language a post goes on with (None: not at all), and what is to be said about it."""
    if not prose.strip():
        return None, "holds nothing but page furniture"
    if sum(map(str.isalpha, prose)) < _FEWEST_LETTERS:
        return None, "holds no words"
    guess = language_of_post(prose)
    named = declared_language(declared)
    if named is not None:
        if named not in wanted:
            return None, f"its language is given as '{declared}', not among {', '.join(wanted)}"
        doubt = guess.lang != named and guess.probability > 0.95 and len(prose) > 200
        return named, f"its language is given as '{named}' but looks like '{guess.lang}'" if doubt else None
    if guess.lang not in wanted:
        return None, f"its language looks like '{guess.lang}' ({guess.probability:.2f}), not among {', '.join(wanted)}"
    stated = isinstance(declared, str) and declared.strip()
    return guess.lang, f"its language is given as '{declared}', taken for '{guess.lang}'" if stated else None


def cut_up(result: Analysis, workers: int) -> None:
    """Tables passages (sentences and paragraphs) and tokens."""
    posts, furniture = result.tables["posts"], result.tables["furniture"]
    tasks = post_tasks(posts, furniture, POSTS_PER_TASK, result.study.text.pipeline)
    pool = workers if len(posts) >= WORTH_A_POOL else 1
    parts = run_tasks(_segment_and_tokenise, tasks, workers=pool, label="posts", progress=True)
    # sentences first, then paragraphs, whatever the size of a task
    passages = pd.concat([part[0] for part in parts]).sort_values("unit", ascending=False, kind="stable")
    result.tables["passages"] = check("passages", passages)
    result.tables["tokens"] = check("tokens", pd.concat([part[1] for part in parts], ignore_index=True))


def post_tasks(posts: pd.DataFrame, furniture: pd.DataFrame, size: int, *more: Any) -> list[tuple[Any, ...]]:
    """Arguments of tasks of ``size`` posts each, in their order: the posts, their furniture, and ``more``."""
    ids = posts["doc_id"].tolist()
    parts = [set(ids[first : first + size]) for first in range(0, len(ids), size)]
    return [(posts[posts["doc_id"].isin(some)], furniture[furniture["doc_id"].isin(some)], *more) for some in parts]


def _segment_and_tokenise(
    posts: pd.DataFrame, furniture: pd.DataFrame, choice: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    sentences = segment(posts, furniture, unit="sentence")
    paragraphs = segment(posts, furniture, unit="paragraph")
    return pd.concat([sentences, paragraphs]), tokenise(posts, sentences, choice=choice)  # type: ignore[arg-type]


def passages_of(result: Analysis, unit: str) -> pd.DataFrame:
    """The passages of a unit that are prose in a coded language of the study."""
    passages = result.tables["passages"]
    langs = set(result.study.corpus.languages) & set(CODED_LANGUAGES)
    wanted = (passages["unit"] == unit) & ~passages["furniture"] & passages["lang"].isin(langs)
    return passages[wanted].reset_index(drop=True)
