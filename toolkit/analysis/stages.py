"""The stages that make passages and tokens of posts, each post by itself; :mod:`toolkit.analysis.parts` runs them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from toolkit.analysis.parts import Stage
from toolkit.corpus import (
    Ruleset,
    declared_language,
    duplicate_signatures,
    languages_of_posts,
    line_counts,
    load_rules,
    mark_furniture,
    mark_repeats,
    repeated_lines,
    segment,
    without_furniture,
)
from toolkit.corpus.furniture.repeated import sites_of
from toolkit.corpus.language import LanguageGuess
from toolkit.settings import Study
from toolkit.text import pipeline, tokenise

__all__ = [
    "cleaning",
    "listing",
    "pipelines_of",
    "repeated_in",
    "rules_key",
    "rules_of",
    "tokenising",
]

#: A post with fewer letters holds no words.
_FEWEST_LETTERS = 3


def rules_of(study: Study) -> Ruleset:
    """The furniture rules of a study: of a file of one's own as it is now, since it may have been edited meanwhile.

    Raises :class:`InputError` for a file that cannot be read or holds no rules, and for rules to switch off that are
    none.
    """
    path = study.corpus.furniture_rules
    rules = load_rules.__wrapped__(Path(path)) if path else load_rules()
    return rules.without(*study.corpus.furniture_off)


def rules_key(rules: Ruleset) -> str:
    """All that furniture depends on; the patterns alone are not, since they name macros and looks can be off."""
    return repr((rules.macros, rules.rules, rules.glue, sorted(rules.off)))


def pipelines_of(study: Study) -> tuple[str, ...]:
    """The names of the pipelines of a study, with their versions.

    English ones too: quotations are tokenised in every study, and what is not installed is no error for them.
    """
    choice = study.text.pipeline
    return tuple(pipeline(lang, "auto" if choice == "trained" else choice).name for lang in ("es", "it", "en"))


def listing() -> Stage:
    """Table ``lines`` (doc_id, line): numbers of the lines of posts whose site is known, and 0 for the post."""
    return Stage("lines", _list)


def _list(posts: pd.DataFrame) -> dict[str, pd.DataFrame]:
    named = posts[np.array(sites_of(posts), dtype=object) != ""]
    # each post as a site of its own
    counts = line_counts(named.assign(site=named["doc_id"]))
    place = {doc_id: number for number, doc_id in enumerate(posts["doc_id"])}
    lines = pd.DataFrame({"doc_id": counts["site"], "line": counts["line"]})
    return {"lines": lines.sort_values("doc_id", key=lambda names: names.map(place), kind="stable", ignore_index=True)}


def repeated_in(posts: pd.DataFrame, lines: pd.DataFrame) -> list[str]:
    """For each post the numbers of its lines that repeat through its site, "" without: what :func:`cleaning` must be
    told. ``lines``: the table of all posts."""
    sites = dict(zip(posts["doc_id"], sites_of(posts), strict=True))
    lines = lines.assign(site=lines["doc_id"].map(sites))
    counts = lines.groupby(["site", "line"], as_index=False).size().rename(columns={"size": "posts"})
    own = lines.merge(repeated_lines(counts), on=["site", "line"]).groupby("doc_id")["line"]
    found = {doc_id: ",".join(map(str, sorted(numbers.tolist()))) for doc_id, numbers in own}
    return [found.get(doc_id, "") for doc_id in posts["doc_id"]]


def cleaning(study: Study, repeated: Sequence[str]) -> Stage:
    """Tables ``marked`` (furniture), ``verdicts`` (doc_id, lang, or missing where a post does not go on, and reason)
    and ``signatures`` (for near duplicates). ``repeated``: see :func:`repeated_in`."""
    rules, languages = rules_of(study), study.corpus.languages
    settings = (rules_key(rules), repr(languages))
    return Stage("furniture", _clean, (rules, languages), settings=settings, more={"repeated": repeated})


def _clean(rules: Ruleset, languages: tuple[str, ...], posts: pd.DataFrame) -> dict[str, pd.DataFrame]:
    rows = [
        (site, int(line))
        for site, lines in zip(sites_of(posts), posts["repeated"], strict=True)
        for line in lines.split(",")
        if line
    ]
    repeated = pd.DataFrame(rows, columns=["site", "line"]).drop_duplicates()
    posts = posts.drop(columns="repeated")
    furniture = mark_furniture(posts, rules, repeated=repeated.astype({"line": np.uint64}))
    prose = without_furniture(dict(zip(posts["doc_id"], posts["text"], strict=True)), furniture)
    guesses = languages_of_posts([prose[doc_id] for doc_id in posts["doc_id"]])
    verdicts = [
        (doc_id, *_language(prose[doc_id], declared, guess, languages))
        for doc_id, declared, guess in zip(posts["doc_id"], posts["lang"], guesses, strict=True)
    ]
    return {
        "marked": furniture,
        "verdicts": pd.DataFrame(verdicts, columns=["doc_id", "lang", "reason"]).astype("str"),
        "signatures": duplicate_signatures(posts, furniture=furniture),
    }


def _language(
    prose: str, declared: object, guess: LanguageGuess, wanted: tuple[str, ...]
) -> tuple[str | None, str | None]:
    """The language a post goes on with (None: not at all), and what is to be said about it."""
    if not prose.strip():
        return None, "holds nothing but page furniture"
    if sum(map(str.isalpha, prose)) < _FEWEST_LETTERS:
        return None, "holds no words"
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


def tokenising(study: Study, langs: Sequence[str]) -> Stage:
    """Tables ``furniture``, ``repeats``, ``sentences``, ``paragraphs`` and ``tokens`` of the posts that go on.

    ``langs``: the language of each post, "" for one that does not go on.
    """
    choice = study.text.pipeline
    settings = (choice, *pipelines_of(study))
    return Stage("tokens", _tokenise, (choice,), ("marked",), settings, {"goes on as": langs})


def _tokenise(choice: str, posts: pd.DataFrame, marked: pd.DataFrame) -> dict[str, pd.DataFrame]:
    posts = posts.assign(lang=posts["goes on as"])[posts["goes on as"] != ""].drop(columns="goes on as")
    furniture = marked[marked["doc_id"].isin(posts["doc_id"])].reset_index(drop=True)
    sentences = segment(posts, furniture, unit="sentence")
    return {
        "furniture": furniture,
        "repeats": mark_repeats(posts, furniture=furniture),
        "sentences": sentences,
        "paragraphs": segment(posts, furniture, unit="paragraph"),
        # of posts that all do not go on there are none, and their languages are texts nevertheless
        "tokens": tokenise(posts, sentences, choice=choice).astype({"lang": "str"}),  # type: ignore[arg-type]
    }
