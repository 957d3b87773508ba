"""The stages that read passages: codes, sentence vectors, shares of themes; :mod:`toolkit.analysis.parts` runs them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from toolkit.analysis.parts import Stage
from toolkit.codebook import Codebook
from toolkit.principles import CODED_LANGUAGES, Coder, code_passages
from toolkit.principles.coders import encoders_here
from toolkit.principles.held_out import group_of
from toolkit.settings import Study
from toolkit.text import SentenceEncoder, embed, pooled
from toolkit.topics import ThemeReader
from toolkit.topics.terms import passage_rows

__all__ = ["coding", "encoding", "reading", "vectors_of"]

#: Annotations are kept without the time at which they are given; this stands for it.
_NO_TIME = "1970-01-01T00:00:00Z"
#: Columns of shares beyond the contract, which have no type where there is no share.
_OF_SHARES = {"start": "int64", "end": "int64", "model": "str", "tokens": "int64"}


def coding(study: Study, codebook: Codebook, used: Coder, *, vectors: bool = False) -> Stage:
    """Tables ``annotations``, ``scores``, ``left_out`` (doc_id, lang, n: passages not coded, since they are in none of
    the study's languages) and ``learnt_from`` (doc_id of posts that a model codes that did not see them).

    ``vectors``: also the table of :func:`encoding` with ``from_sentences``: the coder has read the sentences then, and
    they need not be encoded a second time.
    """
    wanted = study.principles
    cut, unit = None if wanted.cut == "auto" else wanted.cut, f"{wanted.unit}s"
    # facts say what a model was learnt with, not which version of the second encoder reads here
    here = () if used.name == "machine:cues" else tuple(encoder.name for encoder in encoders_here())
    facts = repr((getattr(used, "facts", None), here))
    langs = _languages(study)
    named = (codebook.sha256, used.name, facts, repr(cut), repr(wanted.unsure), unit, repr(langs))
    coded = Stage("codes", _code, (codebook, used, cut, wanted.unsure, langs), (unit,), named)
    if not vectors:
        return coded
    # the encoder remembers the sentences of a part from one to the other
    some = (coded, encoding(study, from_sentences=True))
    needs = tuple(name for stage in some for name in stage.needs)
    settings = tuple(text for stage in some for text in stage.settings)
    calls = tuple((stage.make, stage.shared, len(stage.needs)) for stage in some)
    return Stage("codes+vectors", _one_after_the_other, (calls,), needs, settings)


def _languages(study: Study) -> tuple[str, ...]:
    return tuple(sorted(set(study.corpus.languages) & set(CODED_LANGUAGES)))


def _code(
    codebook: Codebook, used: Coder, cut: float | None, unsure: float, langs: tuple[str, ...],
    posts: pd.DataFrame, passages: pd.DataFrame,
) -> dict[str, pd.DataFrame]:  # fmt: skip
    own = passages["furniture"] | passages["lang"].isin(langs)
    found = code_passages(
        posts, passages[own].reset_index(drop=True), codebook, method=used, cut=cut, unsure=unsure, created=_NO_TIME
    )
    left = passages[~own]
    left_out = left.assign(lang=left["lang"].fillna("unknown")).groupby(["doc_id", "lang"], sort=False).size()
    return {
        "annotations": found.annotations,
        "scores": found.scores,
        "left_out": left_out.rename("n").reset_index(),
        "learnt_from": pd.DataFrame({"doc_id": _learnt_from(used, posts, passages)}, dtype="str"),
    }


def _one_after_the_other(
    calls: Sequence[tuple[Callable[..., dict[str, pd.DataFrame]], tuple[Any, ...], int]],
    posts: pd.DataFrame,
    *inputs: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    """The tables of stages that need nothing of each other: of each ``make``, ``shared``, the number of ``needs``."""
    tables: dict[str, pd.DataFrame] = {}
    for make, shared, needs in calls:
        tables |= make(*shared, posts, *inputs[:needs])
        inputs = inputs[needs:]
    return tables


def _learnt_from(used: Coder, posts: pd.DataFrame, passages: pd.DataFrame) -> list[str]:
    """The posts that the coder learnt from, which a model codes that did not see them."""
    groups = getattr(getattr(used, "model", None), "groups", {})
    if not groups:
        return []
    texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
    parts: dict[str, list[str]] = {doc_id: [] for doc_id in texts}
    for doc_id, start, end in zip(passages["doc_id"], passages["start"], passages["end"], strict=True):
        parts[doc_id].append(texts[doc_id][start:end])
    return [str(doc_id) for doc_id, text in texts.items() if group_of(text, parts[doc_id], groups) >= 0]


def encoding(study: Study, *, from_sentences: bool = False) -> Stage:
    """Table ``vectors`` (doc_id, passage_id, vector as bytes of float32) of the paragraphs of prose in the languages
    of the study, read whole or (``from_sentences``) put together from those of their sentences."""
    langs = _languages(study)
    settings = (repr(langs), SentenceEncoder().name)
    if from_sentences:
        return Stage("pooled", _pool, (langs,), ("paragraphs", "sentences"), settings)
    return Stage("vectors", _encode, (langs,), ("paragraphs",), settings)


def _encode(langs: tuple[str, ...], posts: pd.DataFrame, paragraphs: pd.DataFrame) -> dict[str, pd.DataFrame]:
    own, found = _read_in(langs, posts, paragraphs)
    return _vectors(own, embed(found))


def _pool(
    langs: tuple[str, ...], posts: pd.DataFrame, paragraphs: pd.DataFrame, sentences: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    own, whole = _read_in(langs, posts, paragraphs)
    some, texts = _read_in(langs, posts, sentences)
    belongs = passage_rows(some, own).to_numpy()
    inside = belongs >= 0
    read = [text for text, here in zip(texts, inside, strict=True) if here]
    vectors = _no_vectors(len(own))
    if read:
        vectors = pooled(embed(read), belongs[inside], list(map(len, read)), len(own))
    # a paragraph without a sentence of its own
    missing = np.flatnonzero(np.bincount(belongs[inside], minlength=len(own)) == 0)
    if len(missing):
        vectors[missing] = embed([whole[row] for row in missing])
    return _vectors(own, vectors)


def _vectors(passages: pd.DataFrame, vectors: np.ndarray) -> dict[str, pd.DataFrame]:
    named = passages[["doc_id", "passage_id"]]
    return {"vectors": named.assign(vector=[row.tobytes() for row in vectors])}


def _read_in(langs: tuple[str, ...], posts: pd.DataFrame, passages: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The passages of prose in some languages, and their texts."""
    texts = dict(zip(posts["doc_id"], posts["text"], strict=True))
    own = _prose(langs, passages)
    spans = zip(own["doc_id"], own["start"], own["end"], strict=True)
    return own, [texts[doc_id][start:end] for doc_id, start, end in spans]


def _prose(langs: tuple[str, ...], passages: pd.DataFrame) -> pd.DataFrame:
    return passages[~passages["furniture"] & passages["lang"].isin(langs)].reset_index(drop=True)


def reading(study: Study, reader: ThemeReader) -> Stage:
    """Table ``shares`` of the paragraphs, by models that were fitted before."""
    langs = tuple(sorted(set(study.corpus.languages) & set(CODED_LANGUAGES)))
    return Stage("shares", _read, (langs, reader), ("paragraphs", "tokens", "vectors"), (repr(langs), reader.key))


def _read(
    langs: tuple[str, ...], reader: ThemeReader, posts: pd.DataFrame, paragraphs: pd.DataFrame, tokens: pd.DataFrame,
    vectors: pd.DataFrame,
) -> dict[str, pd.DataFrame]:  # fmt: skip
    own = _prose(langs, paragraphs)
    shares = reader.shares(own, tokens, vectors_of(vectors))
    shares = shares if len(shares) else shares.astype(_OF_SHARES)
    # by post, as the tables of all stages are
    place = {doc_id: number for number, doc_id in enumerate(posts["doc_id"])}
    return {"shares": shares.sort_values("doc_id", key=lambda names: names.map(place), kind="stable")}


def vectors_of(table: pd.DataFrame) -> np.ndarray:
    """The vectors of a table ``vectors``: (paragraphs, dimension), float32."""
    if not len(table):
        return _no_vectors(0)
    return np.frombuffer(b"".join(table["vector"]), dtype=np.float32).reshape(len(table), -1)


def _no_vectors(count: int) -> np.ndarray:
    return np.zeros((count, SentenceEncoder.dimension), dtype=np.float32)
