"""The stages of an analysis that look at each post by itself; :mod:`toolkit.analysis.parts` runs them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from toolkit.analysis.parts import Stage
from toolkit.codebook import Codebook
from toolkit.corpus import (
    Ruleset,
    declared_language,
    duplicate_signatures,
    language_of_post,
    line_counts,
    load_rules,
    mark_furniture,
    mark_repeats,
    repeated_lines,
    segment,
    without_furniture,
)
from toolkit.corpus.furniture.repeated import sites_of
from toolkit.principles import CODED_LANGUAGES, Coder, code_passages
from toolkit.principles.held_out import group_of
from toolkit.settings import Study
from toolkit.text import SentenceEncoder, embed, pipeline, tokenise
from toolkit.topics import ThemeReader

__all__ = [
    "cleaning",
    "coding",
    "encoding",
    "listing",
    "reading",
    "repeated_in",
    "rules_of",
    "tokenising",
    "vectors_of",
]

#: A post with fewer letters holds no words.
_FEWEST_LETTERS = 3
#: Annotations are kept without the time at which they are given; this stands for it.
_NO_TIME = "1970-01-01T00:00:00Z"


def rules_of(study: Study) -> Ruleset:
    """The furniture rules of a study."""
    path = study.corpus.furniture_rules
    return load_rules(Path(path) if path else None).without(*study.corpus.furniture_off)


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
    settings = (repr(rules.rules), repr(languages))
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
    verdicts = [
        (doc_id, *_language(prose[doc_id], declared, languages))
        for doc_id, declared in zip(posts["doc_id"], posts["lang"], strict=True)
    ]
    return {
        "marked": furniture,
        "verdicts": pd.DataFrame(verdicts, columns=["doc_id", "lang", "reason"]).astype("str"),
        "signatures": duplicate_signatures(posts, furniture=furniture),
    }


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


def tokenising(study: Study, langs: Sequence[str]) -> Stage:
    """Tables ``furniture``, ``repeats``, ``sentences``, ``paragraphs`` and ``tokens`` of the posts that go on.

    ``langs``: the language of each post, "" for one that does not go on.
    """
    choice = study.text.pipeline
    # English quotations are tokenised in every study
    settings = (
        choice,
        *(pipeline(lang, "auto" if choice == "trained" else choice).name for lang in ("es", "it", "en")),
    )
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
        "tokens": tokenise(posts, sentences, choice=choice),  # type: ignore[arg-type]
    }


def coding(study: Study, codebook: Codebook, used: Coder) -> Stage:
    """Tables ``annotations``, ``scores``, ``left_out`` (doc_id, lang, n: passages not coded) and ``learnt_from``
    (doc_id of posts that a model codes that did not see them)."""
    settings = study.principles
    cut = None if settings.cut == "auto" else settings.cut
    unit = f"{settings.unit}s"
    named = (codebook.sha256, used.name, repr(getattr(used, "facts", None)), repr(cut), repr(settings.unsure), unit)
    return Stage("codes", _code, (codebook, used, cut, settings.unsure), (unit,), named)


def _code(
    codebook: Codebook, used: Coder, cut: float | None, unsure: float, posts: pd.DataFrame, passages: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    found = code_passages(posts, passages, codebook, method=used, cut=cut, unsure=unsure, created=_NO_TIME)
    left = passages[~passages["furniture"] & ~passages["lang"].isin(CODED_LANGUAGES)]
    left_out = left.assign(lang=left["lang"].fillna("unknown")).groupby(["doc_id", "lang"], sort=False).size()
    return {
        "annotations": found.annotations,
        "scores": found.scores,
        "left_out": left_out.rename("n").reset_index(),
        "learnt_from": pd.DataFrame({"doc_id": _learnt_from(used, posts, passages)}, dtype="str"),
    }


def _learnt_from(used: Coder, posts: pd.DataFrame, passages: pd.DataFrame) -> list[str]:
    """The posts that the coder learnt from, which a model codes that did not see them."""
    groups = getattr(getattr(used, "model", None), "groups", {})
    if not groups:
        return []
    spans = {doc_id: own[["start", "end"]].to_numpy() for doc_id, own in passages.groupby("doc_id")}
    texts = zip(posts["doc_id"], posts["text"], strict=True)
    sentences = ((doc_id, text, [text[start:end] for start, end in spans.get(doc_id, ())]) for doc_id, text in texts)
    return [str(doc_id) for doc_id, text, parts in sentences if group_of(text, parts, groups) >= 0]


def encoding(study: Study) -> Stage:
    """Table ``vectors`` (doc_id, passage_id, vector as bytes of float32) of the paragraphs of prose in the languages
    of the study."""
    langs = tuple(sorted(set(study.corpus.languages) & set(CODED_LANGUAGES)))
    return Stage("vectors", _encode, (langs,), ("paragraphs",), (repr(langs), SentenceEncoder().name))


def _encode(langs: tuple[str, ...], posts: pd.DataFrame, paragraphs: pd.DataFrame) -> dict[str, pd.DataFrame]:
    texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
    own = paragraphs[~paragraphs["furniture"] & paragraphs["lang"].isin(langs)]
    spans = zip(own["doc_id"], own["start"], own["end"], strict=True)
    vectors = embed([texts[doc_id][start:end] for doc_id, start, end in spans], groups=own["doc_id"].tolist())
    table = own[["doc_id", "passage_id"]].reset_index(drop=True)
    return {"vectors": table.assign(vector=[row.tobytes() for row in vectors])}


def reading(study: Study, reader: ThemeReader) -> Stage:
    """Table ``shares`` of the paragraphs, by models that were fitted before."""
    langs = tuple(sorted(set(study.corpus.languages) & set(CODED_LANGUAGES)))
    return Stage("shares", _read, (langs, reader), ("paragraphs", "tokens", "vectors"), (repr(langs), reader.key))


def _read(
    langs: tuple[str, ...], reader: ThemeReader, posts: pd.DataFrame, paragraphs: pd.DataFrame, tokens: pd.DataFrame,
    vectors: pd.DataFrame,
) -> dict[str, pd.DataFrame]:  # fmt: skip
    own = paragraphs[~paragraphs["furniture"] & paragraphs["lang"].isin(langs)].reset_index(drop=True)
    shares = reader.shares(own, tokens, vectors_of(vectors))
    # by post, as the tables of all stages are
    place = {doc_id: number for number, doc_id in enumerate(posts["doc_id"])}
    return {"shares": shares.sort_values("doc_id", key=lambda names: names.map(place), kind="stable")}


def vectors_of(table: pd.DataFrame) -> np.ndarray:
    """The vectors of a table ``vectors``: (paragraphs, dimension), float32."""
    if not len(table):
        return np.zeros((0, SentenceEncoder.dimension), dtype=np.float32)
    return np.frombuffer(b"".join(table["vector"]), dtype=np.float32).reshape(len(table), -1)
