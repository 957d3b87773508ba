"""Texts in, counts and lines out: the command ``toolkit words``."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toolkit import statistics
from toolkit.analysis.texts import POSTS_PER_TASK, WORTH_A_POOL, post_tasks
from toolkit.codebook import load_codebook
from toolkit.coded_texts import Coded, read_coded, spans_over
from toolkit.corpus import load_corpus, mark_furniture, segment, with_languages
from toolkit.errors import InputError, suggestion
from toolkit.parallel import run_tasks
from toolkit.printable import counted as _many
from toolkit.statistics import Concordance, Counted, TokenIndex
from toolkit.statistics.association.collocations import SORTS
from toolkit.statistics.counting.counted import Layer
from toolkit.statistics.counting.selection import Selection, select
from toolkit.statistics.counting.token_index import UNITS
from toolkit.text import LANGUAGES, tokenise

__all__ = ["Texts", "part_of", "prepare_texts", "word_table"]

Say = Callable[[str], None]

#: A run of years: "2005-2009".
_YEARS = re.compile(r"(\d{4})-(\d{4})")
#: As in a study.
_POSTS_PER_TASK = POSTS_PER_TASK
#: What codes are counted in.
_PLACES = ("sentence", "paragraph", "document")
_FUNCTIONS: dict[str, Callable[..., pd.DataFrame]] = {
    "frequency": statistics.frequency,
    "diversity": statistics.lexical_diversity,
    "collocations": statistics.collocations,
    "keyness": statistics.keyness,
    "dispersion": statistics.dispersion,
    "trends": statistics.trends,
}


@dataclass(frozen=True, repr=False, eq=False)
class Texts:
    """Texts made ready for counting.

    Attributes
    ----------
    posts : those whose language is told. furniture, skipped : what no count holds.
    source : where they are from. coded : annotations, where they were given.
    workers, say : processes for finding words, and what is called with a line of progress.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from toolkit.words import prepare_texts
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "uno.txt").write_text("Las marcas escuchan a la gente y la gente habla.", encoding="utf-8")
    ...     texts = prepare_texts(folder)
    ...     texts.index.langs, len(texts.index.doc)  # words and other signs
    (('es',), 11)
    """

    posts: pd.DataFrame
    furniture: pd.DataFrame
    skipped: pd.DataFrame
    source: str
    coded: Coded | None = None
    workers: int = 1
    say: Say | None = None

    @cached_property
    def index(self) -> TokenIndex:
        """The words; found when first asked for. Where coded texts are given, those of what the coder went through.

        Raises :class:`InputError` for texts without words.
        """
        if self.say is not None:
            self.say(f"finding the words of {len(self.posts):,} texts")
        tasks = post_tasks(self.posts, self.furniture, _POSTS_PER_TASK)
        pool = self.workers if len(self.posts) >= WORTH_A_POOL else 1
        parts = run_tasks(_sentences_and_words, tasks, workers=pool, label="words", progress=True)
        passages, tokens = (pd.concat(some, ignore_index=True) for some in zip(*parts, strict=True))
        posts = self.posts
        if self.coded is not None and not self.coded.every_text:
            passages = self.coded.gone_through(passages)
            tokens = tokens[tokens["passage_id"].isin(passages["passage_id"])]
            posts = posts[posts["doc_id"].isin(passages["doc_id"])]
        if tokens.empty:
            raise InputError(f"{self.source}: holds no words in {', '.join(LANGUAGES)}; give other texts.")
        return TokenIndex(tokens, posts)

    def codes(self, unit: str = "sentence", lang: str | None = None) -> Counted:
        """The codes of sentences, paragraphs or documents that the coder went through, of one language or of all.

        Raises :class:`InputError` where there is no such passage.
        """
        assert self.coded is not None
        passages = self.coded.gone_through(segment(self.posts, self.furniture, unit=unit))
        if lang is not None:
            known = sorted(set(passages["lang"].dropna()))
            passages = passages[passages["lang"] == lang]
            if passages.empty:
                raise InputError(f"--lang: no coded {unit} is in '{lang}'; {suggestion(lang, known)}")
        posts = self.posts[self.posts["doc_id"].isin(passages["doc_id"])]
        annotations = self.coded.annotations
        own = annotations[spans_over(annotations, passages)]
        if self.say is not None and len(own) < len(annotations):
            self.say(
                f"{len(annotations) - len(own):,} of {len(annotations):,} annotations stand in page furniture, another "
                "language, or what was not gone through, and count nowhere"
            )
        return statistics.count_codes(own, passages, posts=posts)

    def languages(self, counted: TokenIndex | Counted) -> list[str]:
        """The languages of what was counted, most words first; ["all"] of codes."""
        if isinstance(counted, Counted):
            return [layer.lang for layer in counted.layers]
        sizes = np.bincount(counted.lang[counted.is_word], minlength=len(counted.langs))
        return [counted.langs[place] for place in np.argsort(-sizes, kind="stable")]

    def told(self, counted: TokenIndex | Counted, lang: str | None = None) -> str:
        """What was counted, in a line: "counted: es 39,602 words in 72 documents; it 25,767 words in 48 documents"."""
        if isinstance(counted, Counted):
            layer = counted.layer()
            sizes = np.bincount(layer.place_lang[layer.place_lang >= 0], minlength=len(layer.langs))
            of = ", ".join(f"{layer.langs[place]} {sizes[place]:,}" for place in np.argsort(-sizes, kind="stable"))
            passages = f"{_many(len(layer.doc), 'passage')} of {_many(len(np.unique(layer.doc)), 'document')}"
            return f"counted: {_many(len(layer.place), 'code')} in {passages} ({of})"
        parts = []
        for name in self.languages(counted):
            here = counted.is_word & (counted.lang == counted.langs.index(name))
            documents = len(np.unique(counted.doc[here]))
            if lang in (None, name):
                parts.append(f"{name} {_many(int(here.sum()), 'word')} in {_many(documents, 'document')}")
        return f"counted: {'; '.join(parts)}"


def prepare_texts(
    source: str | Path, *, coded: Mapping[str, Any] | None = None, workers: int = 1, say: Say | None = None
) -> Texts:
    """Read texts, and annotations of them; mark page furniture.

    Parameters
    ----------
    source : corpus folder, or any file that ``toolkit load`` reads.
    coded : arguments of :func:`toolkit.coded_texts.read_coded`, where codes are to be counted or looked for.
    workers : processes for finding words; changes the time and nothing else.
    say : called with lines of progress.

    Raises
    ------
    InputError
        for files that cannot be read, or annotations that do not fit.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from toolkit.words import prepare_texts
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "uno.txt").write_text("Las marcas escuchan a la gente y la gente habla.", encoding="utf-8")
    ...     texts = prepare_texts(folder)
    >>> texts.posts[["doc_id", "lang"]].values.tolist(), len(texts.skipped)
    ([['uno', 'es']], 0)
    """
    corpus = load_corpus(source)
    posts = with_languages(corpus.posts)
    annotations = None if coded is None else read_coded(posts=posts, **coded)
    if say is not None:
        say(f"marking the page furniture of {len(posts):,} texts")
    return Texts(posts, mark_furniture(posts), corpus.skipped, str(source), annotations, workers, say)


def _sentences_and_words(posts: pd.DataFrame, furniture: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    passages = segment(posts, furniture)
    return passages, tokenise(posts, passages)


def part_of(words: Sequence[str], coded: Coded | None, option: str = "--target") -> Selection:
    """A part of the texts from what a person writes: "country=MX", "year=2005-2009", "genre=guide|blog-post", or
    "code=transparency:breach" for the passages of a code (and a stance).

    Raises :class:`InputError` for another form, a column named twice, and for codes without annotations.

    >>> from toolkit.words import part_of
    >>> part_of(["country=MX"], None), part_of(["year=2005-2007"], None), part_of(["genre=guide|blog-post"], None)
    ({'country': ['MX']}, {'year': range(2005, 2008)}, {'genre': ['guide', 'blog-post']})
    """
    part: dict[str, Any] = {}
    for word in words:
        column, sign, value = word.partition("=")
        values = value.split("|")
        if not sign or not column or not all(values):
            raise InputError(
                f"{option}: got '{word}', expected COLUMN=VALUE, such as country=MX, 'country=MX|AR', year=2005-2009 "
                "or code=listening."
            )
        if column in part:
            raise InputError(f"{option}: names '{column}' twice; put its values together, as in '{column}=ONE|OTHER'.")
        years = _YEARS.fullmatch(value)
        if column == "year" and years:
            if int(years[1]) > int(years[2]):
                raise InputError(f"{option}: got '{word}', whose first year is after its last; turn them round.")
            part[column] = range(int(years[1]), int(years[2]) + 1)
        else:
            part[column] = values
    if "code" not in part:
        return part
    if len(part) > 1:
        raise InputError(f"{option}: code=... cannot stand beside other columns; use it alone.")
    if coded is None:
        raise InputError(f"{option}: code=... needs annotations; give them with --codes FILE.")
    return _spans_of(coded.annotations, part["code"], option)


def _spans_of(annotations: pd.DataFrame, codes: Iterable[str], option: str) -> pd.DataFrame:
    """The annotations of codes; their column ``code`` says what was asked for."""
    parts = []
    for written in codes:
        code, _, stance = written.partition(":")
        found = (annotations["code"] == code) & ((annotations["stance"] == stance) if stance else True)
        # with --stances the codes hold them
        found |= annotations["code"] == written
        if not found.any():
            known = sorted({*annotations["code"], *_with_stance(annotations)})
            raise InputError(f"{option}: no annotation is coded '{written}'; {suggestion(written, known)}")
        parts.append(annotations[found].assign(code=written))
    return pd.concat(parts, ignore_index=True)


def _with_stance(annotations: pd.DataFrame) -> list[str]:
    rows = zip(annotations["code"], annotations["stance"], strict=True)
    return [f"{code}:{stance}" for code, stance in rows if isinstance(stance, str)]


def word_table(kind: str, texts: Texts, **choices: Any) -> tuple[pd.DataFrame | Concordance, TokenIndex | Counted]:
    """One of the statistics: "frequency", "diversity", "concordance", "collocations", "keyness", "dispersion",
    "trends"; and what was counted for it.

    ``choices`` are the arguments of the statistic; those that are None are left at their defaults. Where annotations
    were given, codes are counted in place of words; but a part of the texts that is named by a code ("code=listening")
    has its words counted.

    Raises :class:`InputError` for choices that do not fit, as far as can be told before the words are found.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from toolkit.words import prepare_texts, word_table
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "uno.txt").write_text("Las marcas escuchan a la gente y la gente habla.", encoding="utf-8")
    ...     table, counted = word_table("frequency", prepare_texts(folder), only="content")
    >>> table[["term", "rank", "n", "size"]].head(2)
           term  rank  n  size
    0     gente     1  2    10
    1  escuchar     2  1    10
    """
    if kind not in (*_FUNCTIONS, "concordance"):
        raise InputError(f"no statistic '{kind}'; {suggestion(kind, (*_FUNCTIONS, 'concordance'))}")
    given = {name: value for name, value in choices.items() if value is not None}
    parts = [given[name] for name in ("target", "reference", "where") if name in given]
    of_codes = texts.coded is not None and kind in _FUNCTIONS and kind != "diversity"
    of_codes = of_codes and not any(isinstance(part, pd.DataFrame) for part in parts)
    _check(kind, texts, given, parts, of_codes)
    if kind == "concordance":
        if given.get("match") == "cue":
            given["codebook"] = load_codebook(given.get("codebook", "cluetrain"))
        else:
            given.pop("codebook", None)
        coded = None if texts.coded is None else texts.coded.annotations
        return statistics.concordance(texts.index, given.pop("query"), annotations=coded, **given), texts.index
    if of_codes:
        counted = texts.codes(given.pop("unit", "sentence"), given.pop("lang", None))
        given |= {"window": "passage"} if kind == "collocations" else {}
        return _FUNCTIONS[kind](counted, **given), counted
    return _FUNCTIONS[kind](texts.index, **given), texts.index


def _check(kind: str, texts: Texts, given: Mapping[str, Any], parts: Sequence[Selection], of_codes: bool) -> None:
    """What can be told before words are found, which takes minutes for large texts."""
    units = _PLACES if of_codes else UNITS
    if "unit" in given and given["unit"] not in units:
        what = "codes are counted in" if of_codes else "words are counted by"
        raise InputError(f"--unit: {what} {', '.join(units)}; got '{given['unit']}'.")
    if of_codes and "only" in given:
        raise InputError("--only: chooses among words, and --codes counts codes; leave one of them out.")
    if of_codes and given.get("window", "passage") != "passage":
        raise InputError("--window: codes have no neighbours and are counted by passage; leave it out.")
    if (
        kind == "keyness"
        and not of_codes
        and any(not isinstance(part, pd.DataFrame) and "lang" in part for part in parts)
    ):
        raise InputError(
            "lang=...: words of two languages cannot be compared; compare codes with --codes FILE, or name one "
            "language with --lang."
        )
    if not of_codes and "lang" in given and given["lang"] not in LANGUAGES:
        raise InputError(f"--lang: words are found in {', '.join(LANGUAGES)}; got '{given['lang']}'.")
    if kind == "collocations" and given.get("sort", "n") not in SORTS:
        raise InputError(f"--sort: no measure '{given['sort']}'; {suggestion(given['sort'], SORTS)}")
    for name in given.get("metadata", ()):
        if name not in texts.posts:
            raise InputError(f"--show: the posts have no column '{name}'; {suggestion(name, map(str, texts.posts))}")
    doc_ids = texts.posts["doc_id"].to_numpy(dtype=object)
    nothing = np.zeros(0, dtype=np.int64)
    layer = Layer.bare(nothing, nothing, nothing)
    corpus = Counted(doc_ids, (layer,), "words", "form", texts.posts)
    for name in ("by", "parts"):
        if isinstance(given.get(name), str) and given[name] != "lang":
            corpus.groups(given[name])
    for part in parts:
        rest = part if isinstance(part, pd.DataFrame) else {name: one for name, one in part.items() if name != "lang"}
        if len(rest):
            select(corpus, layer, rest)
