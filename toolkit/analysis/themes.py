"""Themes of the passages, and what they mean."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from toolkit.analysis.passage_stages import encoding, reading, vectors_of
from toolkit.analysis.result import Analysis
from toolkit.analysis.texts import hold, passages_of, pool
from toolkit.codebook import load_codebook
from toolkit.errors import InputError
from toolkit.files import sha256_text
from toolkit.parallel.tasks import Workers
from toolkit.tables import check, empty
from toolkit.text import SentenceEncoder
from toolkit.topics import TermChoice, ThemeChoice, Themes, find_themes, prevalence, theme_reader
from toolkit.topics.theme_tables import no_themes

__all__ = ["PREVALENCE", "choice", "draws", "find", "none"]

#: Columns of the posts by which the sizes of themes are given, where a corpus has them.
PREVALENCE = ("lang", "date", "country", "genre")
#: A column with more values than this is no grouping.
_MOST_VALUES = 60


def find(result: Analysis, workers: Workers, resume: Path | None = None) -> None:
    """The tables of themes."""
    parts, posts, statistics = result.parts, result.tables["posts"], result.study.statistics
    assert parts is not None
    drawn = _drawn(result)
    paragraphs = passages_of(result, "paragraph", drawn)
    if not parts.has("vectors"):
        parts.run(encoding(result.study, from_sentences=drawn is not None), workers=pool(workers, posts))
    result.used["encoder"] = SentenceEncoder().name
    chosen = choice(result)
    if drawn is None:
        vectors, tokens, texts = parts.whole("vectors"), result.tables["tokens"], posts
    else:
        _phrases_refused(chosen)
        vectors, tokens = (_of_posts(parts.each(name), drawn) for name in ("vectors", "tokens"))
        texts = posts[posts["doc_id"].isin(drawn)]
    themes = find_themes(
        paragraphs,
        tokens,
        vectors_of(vectors),
        dict(zip(texts["doc_id"], texts["text"], strict=True)),
        chosen,
        workers=workers,
        resume=resume,
        progress=True,
    )
    result.themes = themes
    result.tables |= themes.tables
    result.notes += themes.warnings
    if drawn is not None:
        _read_all(result, themes, chosen, len(drawn), workers)
    found = [
        prevalence(
            result.theme_shares(),
            posts,
            by,
            repeats=statistics.bootstrap,
            confidence=statistics.confidence,
            seed=result.study.study.seed,
        )
        for by in PREVALENCE
        if result.tables.rows("shares")
        and by in posts
        and posts[by].notna().any()
        and (by == "date" or posts[by].nunique() <= _MOST_VALUES)
    ]
    tables = [part for part in found if len(part)]
    result.tables["prevalence"] = (
        check("prevalence", pd.concat(tables, ignore_index=True)) if tables else empty("prevalence")
    )


def draws(result: Analysis) -> bool:
    """Whether models are fitted to some of the posts; vectors of paragraphs are those of their sentences then."""
    return _drawn(result) is not None


def _drawn(result: Analysis) -> frozenset[str] | None:
    """The posts that models are fitted to; None: all.

    Of each language those whose names, hashed with the seed, come first: a random draw in which a new post takes the
    place of one other at most.
    """
    posts, most, seed = result.tables["posts"], result.study.topics.sample, result.study.study.seed
    if not most or posts["lang"].value_counts().max() <= most:
        return None
    found: list[str] = []
    # the names alone: a group of posts is a copy of their texts
    for _, own in posts[["doc_id", "lang"]].groupby("lang", sort=True):
        found += sorted(own["doc_id"].tolist(), key=lambda doc_id: sha256_text(f"{seed} {doc_id}"))[:most]
    return frozenset(found)


def _of_posts(parts: Iterable[pd.DataFrame], doc_ids: frozenset[str]) -> pd.DataFrame:
    return pd.concat([part[part["doc_id"].isin(doc_ids)] for part in parts], ignore_index=True)


def _phrases_refused(chosen: ThemeChoice) -> None:
    if chosen.terms.ngrams > 1:
        raise InputError(
            f"topics.ngrams is {chosen.terms.ngrams}, and models that are fitted to some of the posts have no phrases; "
            "set topics.sample = 0 to fit them to all posts, or topics.ngrams = 1."
        )


def _read_all(result: Analysis, themes: Themes, chosen: ThemeChoice, drawn: int, workers: Workers) -> None:
    """Shares of the themes in all posts, and the sizes of the themes that follow."""
    parts, posts = result.parts, result.tables["posts"]
    assert parts is not None
    parts.run(reading(result.study, theme_reader(themes, chosen.terms)), workers=pool(workers, posts))
    hold(result, "shares")
    sizes = pd.concat([_sizes(part) for part in result.tables.each("shares")]).groupby(level=0).sum()
    summary = result.tables["topic_summary"]
    for column in ("n", "tokens"):
        found = summary["topic"].map(sizes[column]).fillna(0)
        summary = summary.assign(**{column: found.astype(int) if column == "n" else found.round(1)})
    result.tables["topic_summary"] = summary
    result.used["themes fitted to"] = drawn
    result.notes.append(
        f"The models of themes were fitted to {drawn:,} of {len(posts):,} posts, drawn at random (topics.sample), and "
        "then read all of them: shares and sizes are those of all posts; stability, labels and example passages those "
        "of the posts drawn. The vector of a paragraph, for the joint themes, is the mean of those of its sentences."
    )


def _sizes(shares: pd.DataFrame) -> pd.DataFrame:
    """Passages that a theme leads (n) and tokens it accounts for, by theme."""
    first = shares.sort_values("share", ascending=False, kind="stable").drop_duplicates(["model", "passage_id"])
    tokens = (shares["share"] * shares["tokens"]).groupby(shares["topic"]).sum()
    return pd.DataFrame({"n": first["topic"].value_counts(), "tokens": tokens}).fillna(0)


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
