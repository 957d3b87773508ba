"""Topics asked for by a codebook: one per code, seeded with the words of its cues, beside free ones.

The idea is that of seeded LDA (Lu, Ott, Cardie & Tsou 2011, ICDM Workshops; Jagarlamudi, Daumé & Udupa 2012, EACL):
words known for a theme get a larger prior in its topic. A cue is more than its words ("escuchar a cliente" beside
"cliente"), so each word counts for a code as far as the cues with it belong to that code and to no other.
How well such topics meet what people coded: tests/benchmarks/topics_guided.py.
"""

import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from toolkit.codebook import Codebook
from toolkit.errors import InputError, suggestion
from toolkit.text import LANGUAGES, fold, lemmatise, stop_words
from toolkit.topics.documents import DocumentTerms
from toolkit.topics.engines import ALPHA, ETA, refuse_numbers
from toolkit.topics.engines.gibbs import SEED_WEIGHT, fit_gibbs
from toolkit.topics.model import TopicModel

__all__ = ["Seeds", "codebook_seeds", "fit_guided", "kept_seeds"]

#: Doubt towards words of few or weak cues: one weak cue in all gives strength 1/2, a nearly decisive one 3/4. Values
#: from 0 to 4 met the codes equally well; more doubt made the topics a little more coherent and a little less steady.
_DOUBT = 1.0


class Seeds(NamedTuple):
    """The seeds that a codebook gives for a vocabulary.

    Attributes
    ----------
    strengths : code -> term -> strength (above 0, below 1: how much the term speaks for this code and no other), in
        the codebook's order; codes without a seed are missing.
    cues : one row per cue, in the codebook's order: code, cue, weight (1-3), terms (those of the vocabulary it gives,
        joined by a blank), strength (of its strongest term for this code, 0-1), status ("used"; "shared": each of
        its terms speaks more for other codes together; "not in vocabulary"; "function words": nothing else is in
        it), shared_with (the other codes whose cues have one of the terms, joined by a blank). Words of shared cues
        are seeds too, with their small strength.
    lacking : codes of which no cue gives a term.
    """

    strengths: dict[str, dict[str, float]]
    cues: pd.DataFrame
    lacking: tuple[str, ...]


def codebook_seeds(
    book: Codebook, lang: str, vocabulary: Sequence[str], *, codes: Sequence[str] | None = None
) -> Seeds:
    """Seed terms per code, from the cues of one language.

    A cue of weight w with n content words gives w / n evidence to each of them; a term of the vocabulary that is
    a phrase ("red_social") takes the evidence of its words. With e[t, c] the evidence of term t for code c, its
    strength is ``e[t, c] / (1 + sum over all codes of e[t])``. Cue words and terms are compared as forms and as
    lemmas, without accents. What a cue needs beside it in a passage is passed over: a prior knows of no passage.

    Parameters
    ----------
    vocabulary : the terms of a :class:`DocumentTerms`, of one language.
    codes : only these codes (default: all); the others still have their share in the words.

    Raises
    ------
    InputError
        for a language of which the codebook has no cues, and for unknown codes.

    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.topics import codebook_seeds
    >>> seeds = codebook_seeds(load_codebook(), "es", ["conversación", "escuchar", "precio"])
    >>> sorted(seeds.strengths["listening"]), "price" in seeds.strengths
    (['conversación', 'escuchar'], False)
    """
    wanted = _wanted(book, lang, codes)
    finder = _Finder(vocabulary, lang)
    rows, evidence = [], defaultdict[str, defaultdict[str, float]](lambda: defaultdict(float))
    for cue in book.cues:
        if cue.lang != lang:
            continue
        found, count = finder.terms_in(cue.cue)
        for term, words in found:
            evidence[term][cue.code] += cue.weight * words / count
        rows.append((cue.code, cue.cue, cue.weight, list(dict.fromkeys(term for term, _ in found)), count))
    strength = {
        term: {code: value / (_DOUBT + sum(given.values())) for code, value in given.items()}
        for term, given in evidence.items()
    }
    strengths = {
        code: {term: given[code] for term, given in sorted(strength.items()) if code in given} for code in wanted
    }
    table = [_cue_row(*row, evidence, strength, book.code_ids) for row in rows if row[0] in strengths]
    columns = ["code", "cue", "weight", "terms", "strength", "status", "shared_with"]
    order = {code: place for place, code in enumerate(book.code_ids)}
    cues = pd.DataFrame(table, columns=columns).sort_values("code", key=lambda c: c.map(order), kind="stable")
    lacking = tuple(code for code, terms in strengths.items() if not terms)
    return Seeds({code: terms for code, terms in strengths.items() if terms}, cues.reset_index(drop=True), lacking)


def fit_guided(
    documents: DocumentTerms,
    book: Codebook,
    lang: str,
    *,
    free: int | None = None,
    codes: Sequence[str] | None = None,
    weight: float = SEED_WEIGHT,
    seed: int = 1,
    iterations: int = 1000,
    alpha: float = ALPHA,
    eta: float = ETA,
) -> TopicModel:
    """Fit one topic per code of a codebook, named by it, and free topics, named "1", "2" ... by size.

    The same arguments give the same model, bit for bit. A guided topic is the words of a code's cues and what stands
    beside them; it is no coder. On the adjudicated posts of the bundled corpus guided topics meet people's codes
    better than as many unguided ones that are matched to codes afterwards (macro-F1 .22 beside .14 in Spanish, .19
    beside .14 in Italian), worse than counting the seeds does (.27, .25), and are less coherent (NPMI -.26 beside
    -.11, -.32 beside -.13). Look at :func:`kept_seeds` before citing a topic by its code.

    Parameters
    ----------
    documents : documents of one language.
    free : topics beside those of the codes, for all that the codebook does not speak of (default: as many as there
        are codes with seeds; without any, fewer seeds stay in their topics and these are less steady).
    codes : only these codes (default: all).
    weight : imagined occurrences of a seed of strength 1 in its topic for each real one, above 0. More: topics that
        keep to their seeds and hardly change with ``seed``, but less coherent ones.
    seed, iterations, alpha, eta : see :func:`toolkit.topics.engines.fit_model`.

    Returns
    -------
    TopicModel
        whose ``settings`` hold codebook, its sha256, language, and the seeds used with their strengths. A code of
        which no cue occurs in the documents is left out, with a warning that names it.

    Raises
    ------
    InputError
        if no code has a seed, for more topics than documents with terms, and for a number that is not allowed.

    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.topics import document_terms, fit_guided
    >>> documents = document_terms([["escuchar", "cliente", "respuesta"], ["precio", "oferta", "venta"]] * 6)
    >>> model = fit_guided(documents, load_codebook(), "es", codes=["listening"], free=1, iterations=50)
    >>> model.names
    ('listening', '1')
    """
    wanted = _wanted(book, lang, codes)
    used = sorted(set(documents.ids.tolist()))
    seeds = codebook_seeds(book, lang, [documents.vocabulary[number] for number in used], codes=wanted)
    if not seeds.strengths:
        raise InputError(
            f"guided topics: no cue of codebook '{book.id}' in '{lang}' has a word in the vocabulary of "
            f"{len(used):,} terms; check the language, or filter fewer terms."
        )
    if seeds.lacking:
        warnings.warn(
            f"guided topics: left out, because none of their cues occurs: {', '.join(seeds.lacking)}.", stacklevel=2
        )
    asked = len(seeds.strengths)
    more = asked if free is None else free
    filled = int((documents.lengths > 0).sum())
    if more < 0 or not 2 <= asked + more <= filled:
        raise InputError(
            f"guided topics: {asked} codes and {more} free topics are asked for, allowed are 2 to {filled} in all "
            "(the documents with words) and no less than 0 free; change free or codes."
        )
    refuse_numbers(asked + more, seed, iterations, alpha, eta)
    with threadpool_limits(1):
        model = fit_gibbs(
            documents,
            int(asked + more),
            seed=int(seed),
            iterations=int(iterations),
            alpha=float(alpha),
            eta=float(eta),
            seeds=seeds.strengths,
            seed_weight=weight,
        )
    about = {"codebook": book.id, "codebook_sha256": book.sha256, "lang": lang, "lacking": list(seeds.lacking)}
    return replace(model, settings={**model.settings, **about})


def kept_seeds(model: TopicModel, top: int = 20) -> pd.DataFrame:
    """How far each guided topic is still about the seeds it was asked for by.

    A topic whose code the texts hardly speak of is filled with something else under the code's name.

    Parameters
    ----------
    model : what :func:`fit_guided`, or ``fit_model`` with seeds, returned.
    top : terms of a topic that are looked at.

    Returns
    -------
    DataFrame
        one row per guided topic, in the model's order: topic, seeds (number), in_top (how many of them are among the
        ``top`` most probable terms), mass (their probability in the topic together, 0-1; higher: the topic keeps to
        its seeds), lost (truth: none of its seeds is among the top terms; show such a topic without its name).

    >>> from toolkit.codebook import load_codebook
    >>> from toolkit.topics import document_terms, fit_guided, kept_seeds
    >>> documents = document_terms([["escuchar", "cliente", "respuesta"], ["precio", "oferta", "venta"]] * 6)
    >>> model = fit_guided(documents, load_codebook(), "es", codes=["listening"], free=1, iterations=50)
    >>> kept_seeds(model)[["topic", "lost"]].values.tolist()
    [['listening', False]]
    """
    if top < 1:
        raise InputError(f"guided topics: top is {top}, allowed is 1 or more terms.")
    rows = []
    for name, seeds in model.settings.get("seeds", {}).items():
        row = model.topic_term[model.names.index(name)]
        first = {model.terms[place] for place in np.argsort(-row, kind="stable")[:top]}
        mass = sum(float(value) for term, value in zip(model.terms, row, strict=True) if term in seeds)
        rows.append((name, len(seeds), len(first & set(seeds)), min(mass, 1.0), not first & set(seeds)))
    table = pd.DataFrame(rows, columns=["topic", "seeds", "in_top", "mass", "lost"])
    order = {name: place for place, name in enumerate(model.names)}
    return table.sort_values("topic", key=lambda column: column.map(order), kind="stable").reset_index(drop=True)


class _Finder:
    """Which terms of a vocabulary stand in a cue."""

    def __init__(self, vocabulary: Sequence[str], lang: str) -> None:
        self._lang = lang
        self._stops = frozenset(fold(word) for word in stop_words(lang))
        self._terms: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for term in sorted(set(vocabulary)):
            parts = [part for part in term.split("_") if part]
            # the form as it stands, and its lemma: the vocabulary may be of word forms, or of another lemmatiser
            keys = {tuple(fold(part) for part in parts), tuple(fold(lemmatise(part, lang)) for part in parts)}
            for key in sorted(keys):
                self._terms[key].append(term)
        self._longest = max((len(key) for key in self._terms), default=1)

    def terms_in(self, cue: str) -> tuple[list[tuple[str, int]], int]:
        """The terms, longest first from the left, each with the words of the cue it covers; and the cue's content
        words."""
        words = [word for word in cue.split() if fold(word) not in self._stops and any(map(str.isalpha, word))]
        keys = [{fold(word), fold(lemmatise(word, self._lang))} for word in words]
        found: list[tuple[str, int]] = []
        place = 0
        while place < len(keys):
            for length in range(min(self._longest, len(keys) - place), 0, -1):
                terms = self._known(keys[place : place + length])
                if terms:
                    found += [(term, length) for term in terms]
                    break
            place += length
        return found, len(words)

    def _known(self, keys: Sequence[Iterable[str]]) -> list[str]:
        """The terms of this sequence of words, each word given by its form and its lemma."""
        sequences: list[tuple[str, ...]] = [()]
        for choices in keys:
            sequences = [(*sequence, key) for sequence in sequences for key in sorted(choices)]
        return sorted({term for sequence in sequences for term in self._terms.get(sequence, ())})


def _cue_row(
    code: str,
    cue: str,
    weight: int,
    terms: Sequence[str],
    content: int,
    evidence: Mapping[str, Mapping[str, float]],
    strength: Mapping[str, Mapping[str, float]],
    codes: Sequence[str],
) -> tuple[object, ...]:
    """One row of the table of cues."""
    others = {other for term in terms for other in evidence[term]} - {code}
    if not content:
        status = "function words"
    elif not terms:
        status = "not in vocabulary"
    else:
        own = any(2 * evidence[term][code] > sum(evidence[term].values()) for term in terms)
        status = "used" if own else "shared"
    strongest = max((strength[term][code] for term in terms), default=0.0)
    shared = " ".join(other for other in codes if other in others)
    return code, cue, weight, " ".join(terms), strongest, status, shared


def _wanted(book: Codebook, lang: str, codes: Sequence[str] | None) -> list[str]:
    """The codes asked for, in the codebook's order."""
    known = [name for name in LANGUAGES if any(cue.lang == name for cue in book.cues)]
    if lang not in known:
        raise InputError(f"guided topics: codebook '{book.id}' has no cues in '{lang}'; {suggestion(lang, known)}")
    if codes is None:
        return book.code_ids
    if not codes or isinstance(codes, str):
        raise InputError(f"guided topics: codes is {codes!r}, expected a list of codes, or None for all.")
    for code in codes:
        book.code(code)
    return [code for code in book.code_ids if code in codes]
