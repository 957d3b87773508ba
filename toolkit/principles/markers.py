"""Markers of stance: the words and signs by which a sentence shows which side it takes.

Sentence vectors say what a sentence is about and blur whether it prescribes, reports, doubts or counts. This
module finds marker phrases (:mod:`toolkit.principles.marker_lexicon`), forms of the verb by their endings, and signs
(question, quotation, heading, figures), and counts them for a classifier.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np

from toolkit.errors import InputError
from toolkit.principles.marker_lexicon import LONGEST, MARKED_LANGUAGES, lexicon_of

__all__ = ["MARKED_LANGUAGES", "Marker", "find_markers", "marker_features"]

#: More markers of one category say nothing more: counts are cut here and divided by it.
_MOST = 2
#: Words from the start of a clause that count as its beginning.
_OPENING = 3
_QUOTED = re.compile(r"«[^«»]*»|“[^“”]*”|\"[^\"]*\"|‘[^‘’]{2,}’|(?<!\w)'[^']{2,}'(?!\w)")
_NUMBER = re.compile(r"\d+")
_SMILE = re.compile(r"[:;]-?[()DP](?!\w)")
_LISTED = re.compile(r"\(?\d{1,2}\s?[.)ºª-]")
#: Categories whose meaning turns round under a negation; they get a feature of their own when denied.
_TURNED = ("prescription", "praise", "criticism", "kept", "broken", "usefulness", "intensity")
#: Categories whose place matters: a feature of their own when one opens the sentence.
_OPENED = (
    *("negation", "prescription", "prohibition", "broken", "attribution"),
    *("disagreement", "concession", "self", "document", "question_word"),
)
#: Verb forms that are an order at the beginning of a clause.
_ORDERS = frozenset({"order", "subjunctive", "present", "plural_you"})
_ORDERS_DENIED = frozenset({"subjunctive", "plural_you"})
#: Categories whose verbs are no orders, though some have the ending of one ("bisogna").
_MODAL = frozenset({"prescription", "desirable", "prohibition", "opinion", "attribution", "disagreement"})
#: What a sentence does with conduct that keeps or breaks a principle, and how its clauses begin.
_CROSSED = (
    *(f"{how}_{side}" for how in ("prescribes", "forbids", "self", "others", "told") for side in ("kept", "broken")),
    *("only_kept", "self_denies", "no_finite_verb", "opens_with_infinitive", "opens_with_imperative"),
    *("denied_imperative", "denied_infinitive"),
)


class Marker(NamedTuple):
    """A marker in a text: ``text[start:end]``; ``denied``: a negation stands right before it."""

    category: str
    marker: str
    start: int
    end: int
    denied: bool


@lru_cache(maxsize=1)
def _names() -> tuple[str, ...]:
    lexicons = [lexicon_of(lang) for lang in MARKED_LANGUAGES]
    first = lexicons[0]
    for other in lexicons[1:]:
        if (other.categories, tuple(other.forms)) != (first.categories, tuple(first.forms)):
            raise InputError("the marker files must have the same categories and verb forms in the same order.")
    return (
        *first.categories,
        *(f"denied_{name}" for name in _TURNED),
        *(f"opening_{name}" for name in _OPENED),
        *(f"verb_{name}" for name in first.forms),
        *_CROSSED,
        *dict(_signs("any")),
    )


def find_markers(text: str, lang: str) -> list[Marker]:
    """The markers of stance in a text, by position; none in languages other than Spanish and Italian.

    >>> [(m.category, text[m.start : m.end]) for text in ["Hay que escuchar."] for m in find_markers(text, "es")]
    [('prescription', 'Hay que'), ('kept', 'escuchar')]
    """
    if lang not in MARKED_LANGUAGES:
        return []
    lexicon = lexicon_of(lang)
    tokens = lexicon.tokens(text)
    words = [token.word for token in tokens]
    found = list(lexicon.find(words))
    spent = _spent(found)
    hits = [
        Marker(name, marker, tokens[used[0]].start, tokens[used[-1]].end, lexicon.denied(words, used[0], spent))
        for name, marker, used in found
    ]
    return sorted(hits, key=lambda hit: (hit.start, hit.end, hit.category))


def marker_features(texts: Sequence[str], langs: Sequence[str]) -> tuple[np.ndarray, list[str]]:
    """How often a sentence shows each kind of marker, for a classifier of stance.

    Parameters
    ----------
    texts, langs : sentences and their languages, equally many. In a language other than "es" and "it" only the
        signs (questions, quotations, figures ...) are counted.

    Returns
    -------
    ndarray
        float64, shape (texts, features), all from 0 to 1: 0 absent, .5 once, 1 twice or more; shares and
        yes-or-no signs 0 to 1. A feature takes no side: its weight is for the classifier to learn.
    list of str
        Names of the features: a category; ``denied_`` one under a negation; ``opening_`` one among the first
        words; ``verb_`` a form of the verb by its ending; crossings such as ``prescribes_broken`` (recommends
        conduct that breaks a principle); signs.

    Raises :class:`InputError` when there are not as many languages as texts.
    """
    if len(texts) != len(langs):
        raise InputError(f"got {len(texts)} texts and {len(langs)} languages; give one language for each text.")
    names = _names()
    place = {name: number for number, name in enumerate(names)}
    counted = [[place[name] for name in _counted(text, lang)] for text, lang in zip(texts, langs, strict=True)]
    rows = np.repeat(np.arange(len(texts)), list(map(len, counted)))
    cells = rows * len(names) + np.array(list(chain.from_iterable(counted)), dtype=np.int64)
    counts = np.bincount(cells, minlength=len(texts) * len(names)).reshape(len(texts), len(names))
    result = np.minimum(counts, _MOST) / _MOST
    # the signs are the last features
    for row, text in enumerate(texts):
        values = [value for _, value in _signs(text)]
        if values:
            result[row, -len(values) :] = values
    return result, list(names)


def _spent(found: list[tuple[str, str, list[int]]]) -> frozenset[int]:
    """Places of the words of markers other than bare negations."""
    return frozenset(place for name, _, used in found if name != "negation" for place in used)


def _counted(text: str, lang: str) -> Iterator[str]:
    """Names of features, one for each time they occur."""
    if lang not in MARKED_LANGUAGES:
        return
    lexicon = lexicon_of(lang)
    words = lexicon.words(text)
    seen = {"kept": 0, "broken": 0}
    found: set[str] = set()
    modal: set[int] = set()
    hits = list(lexicon.find(words))
    spent = _spent(hits)
    for name, _, used in hits:
        if name in _MODAL:
            modal.update(used)
        if name in _TURNED and lexicon.denied(words, used[0], spent):
            name = f"denied_{name}"
        yield name
        found.add(name)
        if name.removeprefix("denied_") in seen:
            seen["kept" if (name == "kept") or (name == "denied_broken") else "broken"] += 1
        if used[0] < _OPENING and name in _OPENED:
            yield f"opening_{name}"
    opening, finite = True, False
    for number, word in enumerate(words):
        opening |= word.pauses
        kinds = word.kinds
        if kinds:
            names = [f"verb_{kind}" for kind in kinds]
            yield from names
            found.update(names)
            finite |= "finite" in kinds
            denied = opening and lexicon.denied(words, number)
            if opening and "infinitive" in kinds:
                yield "denied_infinitive" if denied else "opens_with_infinitive"
            elif opening and number not in modal and kinds & _ORDERS:
                yield "opens_with_imperative"
                found.add("prescription")
            if denied and kinds & _ORDERS_DENIED:
                yield "denied_imperative"
                found.add("prohibition")
        if not word.light:
            opening = False
    if not finite:
        yield "no_finite_verb"
    yield from _crossings(found, seen)


def _crossings(found: set[str], seen: dict[str, int]) -> Iterable[str]:
    orders = bool(found & {"prescription", "advice", "desirable"})
    forbids = bool(found & {"prohibition", "denied_prescription"})
    speaks = "self" in found or "we" in found
    told = bool(found & {"verb_past", "verb_past_self", "verb_imperfect"})
    for side, count in seen.items():
        if count:
            yield from (f"prescribes_{side}",) * orders
            yield from (f"forbids_{side}",) * forbids
            yield f"{'self' if speaks else 'others'}_{side}"
            yield from (f"told_{side}",) * told
    if seen["kept"] and not seen["broken"] and "negation" not in found:
        yield "only_kept"
    if speaks and found & {"negation", "disagreement", "denied_usefulness"}:
        yield "self_denies"


def _signs(text: str) -> Iterator[tuple[str, float]]:
    """Signs of writing and their values, 0 to 1."""
    text = text[:LONGEST].strip()
    words = text.split()
    if not words:
        return
    quoted = _quoted(text)
    letters, capitals, figures = map(sum, zip(*map(_letters, words), strict=True))
    colon = text.find(":")
    yield from (
        ("ends_question", float(text.rstrip('»”") ').endswith("?"))),
        ("opens_question", float(text[0] == "¿")),
        ("exclamation", float("!" in text)),
        ("quotation", float(quoted > 0)),
        ("quoted_share", quoted / len(text)),
        ("quoted_in_sentence", float(0 < quoted < 0.8 * len(text))),
        ("colon_early", float(0 <= colon < 0.4 * len(text))),
        ("parenthesis", float("(" in text)),
        ("figures", min(figures, 3) / 3),
        ("percent", float("%" in text)),
        ("smile", float((":" in text or ";" in text) and bool(_SMILE.search(text)))),
        ("no_full_stop", float(text[-1].isalnum() or text[-1] == ")")),
        ("list_number", float(bool(_LISTED.match(text)))),
        ("capitals", float(capitals > 0.6 * max(letters, 1))),
        ("short", float(len(words) <= 8)),
    )


def _quoted(text: str) -> int:
    """Number of characters in quotations."""
    if text.count("'") > 1 or any(mark in text for mark in '«“"‘'):
        return sum(len(found[0]) for found in _QUOTED.finditer(text))
    return 0


@lru_cache(maxsize=200_000)
def _letters(word: str) -> tuple[int, int, int]:
    """How many letters, capital letters and numbers stand in what spaces enclose."""
    letters = [sign for sign in word if sign.isalpha()]
    return len(letters), sum(map(str.isupper, letters)), len(_NUMBER.findall(word))
