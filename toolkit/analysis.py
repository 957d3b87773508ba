"""One analysis from posts to all tables, in memory: what ``toolkit run`` and the notebooks both call."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from toolkit.codebook import Codebook, load_codebook
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
from toolkit.principles import (
    CODED_LANGUAGES,
    code_passages,
    coder,
    principle_shares,
    stance_counts,
    theme_principles,
)
from toolkit.settings import Study
from toolkit.tables import check
from toolkit.text import SentenceEncoder, embed, pipeline, tokenise
from toolkit.topics import find_themes

__all__ = ["Analysis", "analyse", "prepare"]

#: Posts and texts per task. The tasks are the same for any number of workers, and so are the results.
_POSTS_PER_TASK = 100
_TEXTS_PER_TASK = 500
#: Below this many texts to encode, or posts to cut up, starting processes takes longer than it saves.
_WORTH_A_POOL = 2_000
#: A post with fewer letters holds no words.
_FEWEST_LETTERS = 3

Say = Callable[[str], None]
Stage = tuple[str, Callable[[], None]]


@dataclass(repr=False)
class Analysis:
    """What came out: ``tables`` by name (see :data:`toolkit.tables.CONTRACTS`), ``notes`` (sentences on what a
    reader must know), ``used`` (pipelines, encoder, coder, cut), ``seconds`` per stage, and the codebook."""

    study: Study
    codebook: Codebook
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    used: dict[str, object] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def __repr__(self) -> str:
        tables = ", ".join(f"{name} ({len(table):,})" for name, table in self.tables.items())
        return f"Analysis with codebook '{self.codebook.id}' {self.codebook.version}; tables (rows): {tables}"


def analyse(corpus: Corpus, study: Study | None = None, *, workers: int = 1, say: Say | None = None) -> Analysis:
    """Analyse a corpus as a study says.

    Parameters
    ----------
    corpus : what :func:`toolkit.corpus.load_corpus` returns.
    study : the settings; the defaults without.
    workers : processes; changes the time and nothing else.
    say : called with a line of text as each stage begins.

    Raises
    ------
    InputError
        if no post in the study's languages is left, or the codebook cannot be used.
    """
    result = _begun(study)
    stages: list[Stage] = [
        ("page furniture and languages", lambda: _clean(corpus, result)),
        ("passages and tokens", lambda: _tokens(result, workers)),
        ("principles of each passage", lambda: _code(result)),
        ("themes", lambda: _themes(result, workers)),
        ("themes x principles, intervals", lambda: _cross(result)),
    ]
    return _through(stages, result, say)


def prepare(corpus: Corpus, study: Study | None = None, *, workers: int = 1, say: Say | None = None) -> Analysis:
    """The first half of :func:`analyse`, with the same arguments and errors: posts, furniture, passages and tokens,
    which is what topic models are fitted to."""
    result = _begun(study)
    stages: list[Stage] = [
        ("page furniture and languages", lambda: _clean(corpus, result)),
        ("passages and tokens", lambda: _tokens(result, workers)),
    ]
    return _through(stages, result, say)


def _begun(study: Study | None) -> Analysis:
    study = study or Study()
    result = Analysis(study, load_codebook(study.principles.codebook))
    # what cannot be had is said before the work begins
    for lang in study.corpus.languages:
        result.used[f"pipeline {lang}"] = pipeline(lang, study.text.pipeline).name
    return result


def _through(stages: Sequence[Stage], result: Analysis, say: Say | None) -> Analysis:
    for number, (name, stage) in enumerate(stages, 1):
        if say is not None:
            say(f"[{number}/{len(stages)}] {name}")
        began = time.perf_counter()
        stage()
        result.seconds[name] = round(time.perf_counter() - began, 2)
    return result


def _clean(corpus: Corpus, result: Analysis) -> None:
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


def _tokens(result: Analysis, workers: int) -> None:
    posts, furniture = result.tables["posts"], result.tables["furniture"]
    ids = posts["doc_id"].tolist()
    tasks = []
    for first in range(0, len(ids), _POSTS_PER_TASK):
        some = set(ids[first : first + _POSTS_PER_TASK])
        tasks.append(
            (
                posts[posts["doc_id"].isin(some)],
                furniture[furniture["doc_id"].isin(some)],
                result.study.text.pipeline,
            )
        )
    pool = workers if len(posts) >= _WORTH_A_POOL else 1
    parts = run_tasks(_segment_and_tokenise, tasks, workers=pool, label="posts", progress=True)
    # sentences first, then paragraphs, whatever the size of a task
    passages = pd.concat([part[0] for part in parts]).sort_values("unit", ascending=False, kind="stable")
    result.tables["passages"] = check("passages", passages)
    result.tables["tokens"] = check("tokens", pd.concat([part[1] for part in parts], ignore_index=True))


def _segment_and_tokenise(
    posts: pd.DataFrame, furniture: pd.DataFrame, choice: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    sentences = segment(posts, furniture, unit="sentence")
    paragraphs = segment(posts, furniture, unit="paragraph")
    return pd.concat([sentences, paragraphs]), tokenise(posts, sentences, choice=choice)  # type: ignore[arg-type]


def _passages(result: Analysis, unit: str) -> pd.DataFrame:
    """The passages of a unit that are prose in a coded language of the study."""
    passages = result.tables["passages"]
    langs = set(result.study.corpus.languages) & set(CODED_LANGUAGES)
    wanted = (passages["unit"] == unit) & ~passages["furniture"] & passages["lang"].isin(langs)
    return passages[wanted].reset_index(drop=True)


def _code(result: Analysis) -> None:
    settings, posts = result.study.principles, result.tables["posts"]
    used = coder(result.codebook, settings.method)
    passages = result.tables["passages"]
    coding = code_passages(
        posts,
        passages[passages["unit"] == settings.unit],
        result.codebook,
        method=used,
        cut=None if settings.cut == "auto" else settings.cut,
    )
    result.tables["annotations"], result.tables["scores"] = coding.annotations, coding.scores
    result.used["coder"] = used.name
    result.used["cut"] = round(getattr(used, "cut", 0.5), 2) if settings.cut == "auto" else settings.cut
    for lang, count in coding.left_out.items():
        result.notes.append(f"{count} {settings.unit}s in '{lang}' were recognised and not coded (quotations, mostly).")


def _themes(result: Analysis, workers: int) -> None:
    settings = result.study.topics
    paragraphs = _passages(result, "paragraph")
    texts = dict(zip(result.tables["posts"]["doc_id"], result.tables["posts"]["text"], strict=True))
    spans = zip(paragraphs["doc_id"], paragraphs["start"], paragraphs["end"], strict=True)
    quotes = [texts[doc_id][start:end] for doc_id, start, end in spans]
    tasks = [(quotes[first : first + _TEXTS_PER_TASK],) for first in range(0, len(quotes), _TEXTS_PER_TASK)]
    pool = workers if len(quotes) >= _WORTH_A_POOL else 1
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


def _cross(result: Analysis) -> None:
    settings, seed = result.study.statistics, result.study.study.seed
    passages = _passages(result, result.study.principles.unit)
    annotations, book = result.tables["annotations"], result.codebook
    result.tables["theme_principles"] = theme_principles(
        passages,
        annotations,
        result.tables["shares"],
        book,
        permutations=settings.permutations,
        confidence=settings.confidence,
        repeats=settings.bootstrap,
        seed=seed,
    )
    result.tables["principles"] = principle_shares(
        passages, annotations, book, confidence=settings.confidence, repeats=settings.bootstrap, seed=seed
    )
    result.tables["stances"] = stance_counts(passages, annotations, book)
