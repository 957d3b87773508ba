"""Texts in, counts and lines out: the command ``toolkit words``."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit import statistics
from toolkit.codebook import load_codebook
from toolkit.corpus import load_corpus, mark_furniture, segment, with_languages
from toolkit.errors import InputError
from toolkit.exchange import read_annotations
from toolkit.statistics import Counted, TokenIndex
from toolkit.text import LANGUAGES, tokenise

__all__ = ["Texts", "part_of", "prepare_texts", "word_table"]

#: A run of years: "2005-2009".
_YEARS = re.compile(r"(\d{4})-(\d{4})")


@dataclass(frozen=True, repr=False)
class Texts:
    """Texts made ready: posts, sentences, tokens as numbers, and annotations where they were given."""

    posts: pd.DataFrame
    passages: pd.DataFrame
    index: TokenIndex
    annotations: pd.DataFrame | None
    skipped: pd.DataFrame

    def material(self) -> TokenIndex | Counted:
        """What is counted: words, or codes where annotations were given."""
        if self.annotations is None:
            return self.index
        return statistics.count_codes(self.annotations, self.passages, posts=self.posts)


def prepare_texts(source: str | Path, *, codes: str | Path | None = None) -> Texts:
    """Read texts, leave page furniture out, find words.

    Parameters
    ----------
    source : corpus folder, or any file that ``toolkit load`` reads.
    codes : annotations of these texts in any format that ``toolkit convert`` reads; a code and its stance are told
        apart as "transparency:breach" by :func:`part_of` only.

    Raises
    ------
    InputError
        for files that cannot be read, texts without words, or annotations none of which lies in these texts.
    """
    corpus = load_corpus(source)
    posts = with_languages(corpus.posts)
    furniture = mark_furniture(posts)
    passages = segment(posts, furniture)
    index = TokenIndex(tokenise(posts, passages), posts)
    if not len(index):
        raise InputError(f"{source}: holds no words in {', '.join(LANGUAGES)}; give other texts.")
    annotations = None
    if codes is not None:
        annotations = read_annotations(codes)
        own = annotations[annotations["doc_id"].isin(posts["doc_id"])]
        if own.empty:
            raise InputError(
                f"{codes}: none of its {len(annotations)} annotations lies in the texts of {source}; "
                "their doc_id must be that of the texts."
            )
        annotations = own
    return Texts(posts, passages, index, annotations, corpus.skipped)


def part_of(words: Sequence[str], annotations: pd.DataFrame | None) -> Mapping[str, Any] | pd.DataFrame:
    """A part of the texts from what a person writes: "country=MX", "year=2005-2009", "genre=guide|blog-post", or
    "code=transparency:breach" for the passages of a code (and a stance).

    Raises :class:`InputError` for another form, and for codes without annotations.
    """
    part: dict[str, Any] = {}
    for word in words:
        column, sign, value = word.partition("=")
        if not sign or not column or not value:
            raise InputError(f"'{word}': expected COLUMN=VALUE, such as country=MX, year=2005-2009 or code=listening.")
        years = _YEARS.fullmatch(value)
        if column == "year" and years and int(years[1]) <= int(years[2]):
            part[column] = range(int(years[1]), int(years[2]) + 1)
        else:
            part[column] = value.split("|")
    if "code" not in part:
        return part
    if len(part) > 1:
        raise InputError("code=... cannot stand beside other columns; use it alone.")
    if annotations is None:
        raise InputError("code=... needs annotations; give them with --codes FILE.")
    return _coded(annotations, part["code"])


def _coded(annotations: pd.DataFrame, codes: Iterable[str]) -> pd.DataFrame:
    wanted = pd.Series(False, index=annotations.index)
    for written in codes:
        code, _, stance = written.partition(":")
        found = (annotations["code"] == code) & ((annotations["stance"] == stance) if stance else True)
        if not found.any():
            known = ", ".join(sorted(set(annotations["code"])))
            raise InputError(f"no annotation is coded '{written}'; codes there are {known}.")
        wanted |= found
    return annotations[wanted]


def word_table(kind: str, texts: Texts, **choices: Any) -> pd.DataFrame | statistics.Concordance:
    """One of the statistics: "frequency", "diversity", "concordance", "collocations", "keyness", "dispersion",
    "trends".

    ``choices`` that are None are left at their defaults. Where annotations were given, codes are counted in place of
    words (for a concordance: ``match="code"`` finds them).

    Raises :class:`InputError` for choices that do not fit.
    """
    given = {name: value for name, value in choices.items() if value is not None}
    if kind == "diversity":
        return statistics.lexical_diversity(texts.index, **given)
    if kind == "concordance":
        if given.get("match") == "cue":
            given["codebook"] = load_codebook(given.get("codebook", "cluetrain"))
        else:
            given.pop("codebook", None)
        return statistics.concordance(texts.index, given.pop("query"), annotations=texts.annotations, **given)
    material = texts.material()
    if isinstance(material, Counted):
        given = {name: value for name, value in given.items() if name not in ("unit", "only")}
        if kind == "collocations":
            given["window"] = "passage"
    functions: dict[str, Callable[..., pd.DataFrame]] = {
        "frequency": statistics.frequency,
        "collocations": statistics.collocations,
        "keyness": statistics.keyness,
        "dispersion": statistics.dispersion,
        "trends": statistics.trends,
    }
    return functions[kind](material, **given)
