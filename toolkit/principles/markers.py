"""Markers of stance: the words and signs by which a sentence shows which side it takes.

Sentence vectors say what a sentence is about and blur whether it prescribes, reports, doubts or counts. This
module finds marker phrases (:mod:`toolkit.principles.marker_lexicon`), forms of the verb by their endings, and signs
(question, quotation, heading, figures), and counts them for a classifier.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np

from toolkit.errors import InputError
from toolkit.principles.marker_lexicon import (
    KINDS,
    LIGHT,
    LONGEST,
    MARKED_LANGUAGES,
    PAUSING,
    SIGNS,
    Lexicon,
    lexicon_of,
)
from toolkit.principles.marker_search import Found, denied, find_all
from toolkit.text.recent import Recent

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
#: Signs of writing; those that are counted in words, and the others.
_SIGNS = (
    *("ends_question", "opens_question", "exclamation", "quotation", "quoted_share", "quoted_in_sentence"),
    *("colon_early", "parenthesis", "figures", "percent", "smile", "no_full_stop", "list_number", "capitals", "short"),
)
_COUNTED = ("figures", "capitals", "short")
_WRITTEN = tuple(name for name in _SIGNS if name not in _COUNTED)
#: Bits for each of three counts in one number; a text has at most LONGEST of each.
_BITS = LONGEST.bit_length()
_FIELD = (1 << _BITS) - 1


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
        *_SIGNS,
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
    words = lexicon.numbered(token.form for token in tokens)
    found = find_all(lexicon.tree, words, np.array([0, len(words)]))
    hits = _hits(lexicon, found, len(words))
    turned = denied(words, hits.first, np.zeros(len(hits.first), np.int64), hits.spent)
    last = found.used.max(axis=1)[hits.row]
    named = [named for node in found.node for named in lexicon.tree.markers[node]]
    spans = zip(named, hits.first, last, turned, strict=True)
    markers = [
        Marker(category, marker, tokens[first].start, tokens[end].end, bool(no))
        for (category, marker), first, end, no in spans
    ]
    return sorted(markers, key=lambda hit: (hit.start, hit.end, hit.category))


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
    result = np.zeros((len(texts), len(names)))
    for lang in MARKED_LANGUAGES:
        rows = np.array([row for row, other in enumerate(langs) if other == lang], dtype=np.int64)
        if len(rows):
            result[rows] = np.minimum(_counts([texts[row] for row in rows], lexicon_of(lang)), _MOST) / _MOST
    result[:, -len(_SIGNS) :] = _signs(texts)
    return result, list(names)


class _Hits(NamedTuple):
    """Markers by category: the row in :class:`Found`, the category's number, the first word; and which words markers
    other than bare negations have taken."""

    row: np.ndarray
    category: np.ndarray
    first: np.ndarray
    spent: np.ndarray


def _hits(lexicon: Lexicon, found: Found, words: int) -> _Hits:
    number = {name: place for place, name in enumerate(lexicon.categories)}
    categories = [[number[name] for name, _ in lexicon.tree.markers[node]] for node in found.node.tolist()]
    row = np.repeat(np.arange(len(categories)), np.array(list(map(len, categories)), dtype=np.int64))
    category = np.array(list(chain.from_iterable(categories)), dtype=np.int64)
    return _Hits(row, category, found.used[row, 0], _taken(found.used[row[category != number["negation"]]], words))


def _taken(used: np.ndarray, words: int) -> np.ndarray:
    """Which of so many words are among the used ones."""
    taken = np.zeros(words, dtype=bool)
    taken[used[used >= 0]] = True
    return taken


def _counts(texts: Sequence[str], lexicon: Lexicon) -> np.ndarray:
    """How often each feature but the signs, which are 0, occurs in each text."""
    names = _names()
    place = {name: number for number, name in enumerate(names)}
    words, bounds = lexicon.words(texts)
    text = np.repeat(np.arange(len(texts)), np.diff(bounds))
    low = bounds[:-1][text]
    found = find_all(lexicon.tree, words, bounds)
    hits = _hits(lexicon, found, len(words))
    # the number of a category is that of its feature; under a negation it may have another one
    feature, first = hits.category.copy(), hits.first
    for name in _TURNED:
        own = np.flatnonzero(feature == place[name])
        turned = denied(words, first[own], low[first[own]], hits.spent)
        feature[own[turned]] = place[f"denied_{name}"]
    counts = _table(text[first], feature, len(texts))
    opening = first - low[first] < _OPENING
    for name in _OPENED:
        own = opening & (feature == place[name])
        counts[:, place[f"opening_{name}"]] = np.bincount(text[first[own]], minlength=len(texts))
    modal = np.isin(hits.category, [place[name] for name in _MODAL])
    _add_verbs(counts, words, bounds, _taken(found.used[hits.row[modal]], len(words)), list(lexicon.forms))
    return counts


def _table(row: np.ndarray, feature: np.ndarray, texts: int) -> np.ndarray:
    """Counts of pairs, (texts, features)."""
    size = len(_names())
    return np.bincount(row * size + feature, minlength=texts * size).reshape(texts, size)


def _add_verbs(counts: np.ndarray, words: np.ndarray, bounds: np.ndarray, modal: np.ndarray, forms: list[str]) -> None:
    """Count verb forms, how clauses open, and what crosses with these; ``modal``: words of modal markers."""
    texts = len(counts)
    place = {name: number for number, name in enumerate(_names())}
    text = np.repeat(np.arange(texts), np.diff(bounds))
    kinds, signs = words[:, KINDS], words[:, SIGNS]
    for bit, name in enumerate(forms):
        counts[:, place[f"verb_{name}"]] = np.bincount(text[kinds >> bit & 1 > 0], minlength=texts)
    bits = {name: 1 << bit for bit, name in enumerate(forms)}
    # a clause is still opening where no word but light ones stands between its beginning and the word
    every = np.arange(len(words))
    begun = np.maximum.accumulate(np.where((signs & PAUSING > 0) | (every == bounds[:-1][text]), every, -1))
    heavy = np.maximum.accumulate(np.where(signs & LIGHT == 0, every, -1))
    verbs = np.flatnonzero((kinds > 0) & (np.concatenate([[-1], heavy])[: len(words)] < begun))
    no = denied(words, verbs, bounds[:-1][text[verbs]])
    is_infinitive = kinds[verbs] & bits["infinitive"] > 0
    is_order = ~is_infinitive & ~modal[verbs] & (kinds[verbs] & sum(bits[name] for name in _ORDERS) > 0)
    is_denied = no & (kinds[verbs] & sum(bits[name] for name in _ORDERS_DENIED) > 0)
    for name, chosen in [
        ("denied_infinitive", is_infinitive & no),
        ("opens_with_infinitive", is_infinitive & ~no),
        ("opens_with_imperative", is_order),
        ("denied_imperative", is_denied),
    ]:
        counts[:, place[name]] = np.bincount(text[verbs[chosen]], minlength=texts)
    counts[:, place["no_finite_verb"]] = counts[:, place["verb_finite"]] == 0
    _add_crossings(counts)


def _add_crossings(counts: np.ndarray) -> None:
    """What a sentence does with conduct that keeps or breaks a principle."""
    place = {name: number for number, name in enumerate(_names())}

    def has(*names: str) -> np.ndarray:
        return np.asarray((counts[:, [place[name] for name in names]] > 0).any(axis=1))

    orders = has("prescription", "advice", "desirable", "opens_with_imperative")
    forbids = has("prohibition", "denied_prescription", "denied_imperative")
    speaks, told = has("self", "we"), has("verb_past", "verb_past_self", "verb_imperfect")
    seen = {"kept": has("kept", "denied_broken"), "broken": has("broken", "denied_kept")}
    for side, here in seen.items():
        doings = {"prescribes": orders, "forbids": forbids, "self": speaks, "others": ~speaks, "told": told}
        for how, does in doings.items():
            counts[:, place[f"{how}_{side}"]] = here & does
    counts[:, place["only_kept"]] = seen["kept"] & ~seen["broken"] & ~has("negation")
    counts[:, place["self_denies"]] = speaks & has("negation", "disagreement", "denied_usefulness")


def _signs(texts: Sequence[str]) -> np.ndarray:
    """Signs of writing and their values, 0 to 1, (texts, signs); all 0 where there is no word."""
    stripped = [text[:LONGEST].strip() for text in texts]
    pairs = [(len(words), sum(map(_letters.__getitem__, words))) for words in map(str.split, stripped)]
    count, total = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    counts = total & _FIELD, total >> _BITS & _FIELD, total >> 2 * _BITS
    result = np.zeros((len(texts), len(_SIGNS)))
    result[:, _SIGNS.index("figures")] = np.minimum(counts[2], 3) / 3
    result[:, _SIGNS.index("capitals")] = counts[1] > 0.6 * np.maximum(counts[0], 1)
    result[:, _SIGNS.index("short")] = (count > 0) & (count <= 8)
    rows = np.flatnonzero(count)
    written = np.array([_written(stripped[row]) for row in rows], dtype=np.float64).reshape(len(rows), len(_WRITTEN))
    for name, column in zip(_WRITTEN, written.T, strict=True):
        result[rows, _SIGNS.index(name)] = column
    return result


def _written(text: str) -> tuple[float, ...]:
    """The signs of a text that need no words, in the order of their names; no space stands around it."""
    quoted = _quoted(text)
    colon = text.find(":")
    return (
        text.rstrip('»”") ').endswith("?"),
        text[0] == "¿",
        "!" in text,
        quoted > 0,
        quoted / len(text),
        0 < quoted < 0.8 * len(text),
        0 <= colon < 0.4 * len(text),
        "(" in text,
        "%" in text,
        (colon >= 0 or ";" in text) and bool(_SMILE.search(text)),
        text[-1].isalnum() or text[-1] == ")",
        bool(_LISTED.match(text)),
    )


def _quoted(text: str) -> int:
    """Number of characters in quotations."""
    if text.count("'") > 1 or any(mark in text for mark in '«“"‘'):
        return sum(len(found[0]) for found in _QUOTED.finditer(text))
    return 0


def _letters_of(word: str) -> int:
    """How many letters, capital letters and numbers stand in what spaces enclose, in one number that can be summed."""
    letters = [sign for sign in word if sign.isalpha()]
    capitals, figures = sum(map(str.isupper, letters)), len(_NUMBER.findall(word))
    return len(letters) | capitals << _BITS | figures << 2 * _BITS


_letters = Recent(_letters_of, 60_000)
