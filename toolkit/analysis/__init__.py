"""One analysis from posts to all tables: what ``toolkit run`` and the notebooks both call."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from toolkit.analysis import codes, texts, themes, words
from toolkit.analysis.result import Analysis
from toolkit.analysis.tables import InParts, Tables
from toolkit.codebook import load_codebook
from toolkit.corpus import Corpus
from toolkit.parallel import kept_pool, release_memory
from toolkit.parallel.tasks import Workers
from toolkit.settings import Study
from toolkit.storage import let_go
from toolkit.text import pipeline

__all__ = ["Analysis", "InParts", "Tables", "analyse", "prepare"]

Say = Callable[[str], None]
Stage = tuple[str, Callable[[], None]]


def analyse(
    corpus: Corpus,
    study: Study | None = None,
    *,
    workers: Workers = 1,
    resume: Path | None = None,
    keep: bool = True,
    say: Say | None = None,
) -> Analysis:
    """Analyse a corpus as a study says.

    Parameters
    ----------
    corpus : what :func:`toolkit.corpus.load_corpus` returns.
    study : the settings; the defaults without.
    workers : processes, or a Dask client (:func:`toolkit.parallel.connected`); changes the time and nothing else.
    keep : what is said of single posts is kept in the user's cache folder and taken from there when the same post is
        analysed again with the same settings by the same program; without, all is made anew.
    resume : a folder for finished fits while the number of themes is found out; an interrupted study goes on there.
    say : called with a line of text as each stage begins.

    Raises
    ------
    InputError
        if no post in the study's languages is left, or the codebook cannot be used.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from toolkit import Study, load_corpus
    >>> from toolkit.analysis import analyse
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "uno.txt").write_text("Las marcas escuchan a la gente y aprenden.", encoding="utf-8")
    ...     corpus = load_corpus(folder)
    >>> found = analyse(corpus, Study(study={"parts": ("words",)}, text={"pipeline": "simple"}))
    >>> found.tables["frequencies"].columns.tolist()[:5]
    ['lang', 'by', 'value', 'term', 'rank']
    """
    result = _begun(study)
    parts = result.study.study.parts
    coded, modelled, counted = list[Stage](), list[Stage](), list[Stage]()
    if "principles" in parts:
        both = "themes" in parts
        coded.append(
            ("principles of each passage", lambda: codes.code(result, workers, vectors=both and themes.draws(result)))
        )
        counted.append(("themes x principles, intervals", lambda: codes.cross(result)))
    if "themes" in parts:
        modelled.append(("themes", lambda: themes.find(result, workers, resume)))
    else:
        themes.none(result)
    if "words" in parts:
        counted.append(("words: frequency, diversity, dispersion", lambda: words.count(result)))
    if {"words", "principles"} <= set(parts):
        counted.append(("principles of Spanish beside Italian", lambda: words.compare(result)))
    return _through([_preparation(corpus, result, workers, keep), coded, modelled, counted], result, workers, say)


def prepare(
    corpus: Corpus, study: Study | None = None, *, workers: Workers = 1, keep: bool = True, say: Say | None = None
) -> Analysis:
    """The first half of :func:`analyse`, with the same arguments and errors: posts, furniture, passages and tokens,
    which is what topic models are fitted to.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from toolkit import Study, load_corpus
    >>> from toolkit.analysis import prepare
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "uno.txt").write_text("Las marcas escuchan a la gente y aprenden.", encoding="utf-8")
    ...     corpus = load_corpus(folder)
    >>> found = prepare(corpus, Study(text={"pipeline": "simple"}))
    >>> {name: len(found.tables[name]) for name in ("posts", "passages", "tokens")}
    {'posts': 1, 'passages': 2, 'tokens': 9}
    """
    result = _begun(study)
    return _through([_preparation(corpus, result, workers, keep)], result, workers, say)


def _preparation(corpus: Corpus, result: Analysis, workers: Workers, keep: bool) -> list[Stage]:
    return [
        ("page furniture and languages", lambda: texts.clean(corpus, result, workers, keep=keep)),
        ("passages and tokens", lambda: texts.cut_up(result, workers)),
    ]


def _begun(study: Study | None) -> Analysis:
    study = study or Study()
    result = Analysis(study, load_codebook(study.principles.codebook))
    # what cannot be had is said before the work begins
    for lang in study.corpus.languages:
        result.used[f"pipeline {lang}"] = pipeline(lang, study.text.pipeline).name
    if "themes" in study.study.parts:
        themes.choice(result)
    return result


def _through(groups: Sequence[Sequence[Stage]], result: Analysis, workers: Workers, say: Say | None) -> Analysis:
    """Run the stages; those of a group by the same processes, which hold what they have read and end with it."""
    number, count = 0, sum(map(len, groups))
    for stages in groups:
        with kept_pool(workers):
            for name, stage in stages:
                number += 1
                if say is not None:
                    say(f"[{number}/{count}] {name}")
                began = time.perf_counter()
                stage()
                result.seconds[name] = round(time.perf_counter() - began, 2)
                let_go()
                release_memory()
    if result.parts is not None:
        result.parts.tidy()
    return result
