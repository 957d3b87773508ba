"""Multiword phrases that look like noun phrases, as they stand in the texts, with or without a tagger."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from toolkit.text import fold, is_known_word
from toolkit.topics.terms import content_tokens, passage_rows

__all__ = ["Expression", "expressions"]

#: Content words of a phrase, and words in all ("Consejo General del Poder Judicial" has four and five).
_MOST_CONTENT, _MOST_WORDS = 4, 6
#: Function words that may stand inside a phrase, and what they are counted as: "gestión del riesgo" and "gestión de
#: riesgos" are one. Others ("en", "con", "per") bind to verbs as often as to nouns.
_INNER: Mapping[str, str] = dict.fromkeys(
    ["de", "del", "di", "d'", "dello", "della", "dei", "degli", "delle", "dell'"], "de"
) | {"y": "y", "e": "y", "ed": "y", "la": "", "las": "", "los": "", "el": ""}
_JOINTS = frozenset(_INNER.values()) - {""}
#: Normalised pointwise mutual information from which two parts of a phrase belong together, as in terms.py.
_TOGETHER = 0.3
_NOUNS = frozenset(["NOUN", "PROPN", "ADJ"])
#: Endings of infinitives, and of the imperfect made from them, which is regular in both languages.
_IMPERFECT = {
    "es": {"ar": "aba", "er": "ía", "ir": "ía"},
    "it": {"are": "ava", "ere": "eva", "ire": "iva", "rre": "ceva", "rsi": ""},
}
_PARTICIPLES = {"es": ("ado", "ido", "ada", "ida"), "it": ("ato", "uto", "ito", "ata", "uta", "ita")}


class Expression(NamedTuple):
    """One occurrence: ``row`` of the passage, ``key`` (lemmas; the same for all inflections), ``surface``, numbers of
    its ``first`` and ``last`` token."""

    row: int
    key: tuple[str, ...]
    surface: str
    first: int
    last: int


def expressions(
    tokens: pd.DataFrame, passages: pd.DataFrame, *, fewest_posts: int = 3
) -> tuple[list[Expression], list[Expression]]:
    """Phrases, and single words, that stand in the passages and in at least ``fewest_posts`` posts.

    A phrase has 2 to 4 content words that follow each other without punctuation; only "de", "y" and their like may
    stand between them. Where tokens have parts of speech its content words are nouns, names and adjectives. Without,
    verb forms are left out by their lemma (a lemma with a known imperfect is a verb; participles may follow a noun).
    All parts of a phrase stand together more than by chance (NPMI of every split 0.3 or more, Bouma 2009), and where
    phrases overlap, the one with most words counts: inside "Consejo General del Poder Judicial" there is no "consejo
    general".

    >>> import pandas as pd
    >>> from toolkit.corpus import segment
    >>> from toolkit.text import tokenise
    >>> from toolkit.topics.meaning import expressions
    >>> posts = pd.DataFrame({"doc_id": ["a", "b", "c"], "lang": "es", "sha256": "",
    ...     "text": ["Las redes sociales piden voz.", "En redes sociales pasa.", "Sin redes sociales no hay voz."]})
    >>> passages = segment(posts, unit="document")
    >>> phrases, words = expressions(tokenise(posts, passages, choice="simple"), passages)
    >>> phrases[0]
    Expression(row=0, key=('red', 'social'), surface='redes sociales', first=1, last=2)
    """
    words = _Words(tokens, passages)
    posts = passages["doc_id"].tolist()
    found = list(words.sequences())
    counts = Counter(one.key for one in found)
    total = sum(count for key, count in counts.items() if len(key) == 1)
    spread: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for one in found:
        if one.whole:
            spread[one.key].add(posts[words.rows[one.first]])
    common = {key for key, seen in spread.items() if len(seen) >= fewest_posts}
    singles = [one for one in found if one.whole and len(one.key) == 1 and one.key in common]
    strong = {key for key in common if len(key) > 1 and _together(key, counts, total)}
    phrases = [one for one in found if one.whole and one.key in strong]
    # longest first, then commonest, each token in one phrase only
    phrases.sort(key=lambda one: (-sum(part not in _JOINTS for part in one.key), -counts[one.key], one.first))
    taken: set[int] = set()
    kept = []
    for one in phrases:
        span = range(one.first, one.last + 1)
        if taken.isdisjoint(span):
            taken.update(span)
            kept.append(one)
    kept.sort(key=lambda one: one.first)
    return [words.expression(one) for one in kept], [words.expression(one) for one in singles]


def _together(key: tuple[str, ...], counts: Mapping[tuple[str, ...], int], total: int) -> bool:
    """Whether every split of a phrase has a normalised pointwise mutual information of ``_TOGETHER`` or more."""
    joint = counts[key] / total
    for cut in range(1, len(key)):
        if key[cut - 1] in _JOINTS:
            continue
        left, right = key[:cut], key[cut + 1 :] if key[cut] in _JOINTS else key[cut:]
        chance = (counts[left] / total) * (counts[right] / total)
        # "bolsa de y papel": the right part stands nowhere by itself
        if not chance or math.log(joint / chance) < _TOGETHER * -math.log(joint):
            return False
    return True


class _Sequence(NamedTuple):
    """Content words from token ``first`` to ``last``; ``whole``: whether it could be a phrase or word by itself."""

    key: tuple[str, ...]
    first: int
    last: int
    whole: bool


class _Words:
    """The tokens inside passages and what each can be in a phrase: "noun" (any place), "late" (not the first), "inner"
    (between two others), "" (none)."""

    def __init__(self, tokens: pd.DataFrame, passages: pd.DataFrame) -> None:
        inside = passage_rows(tokens, passages).to_numpy()
        tokens, inside = tokens[inside >= 0], inside[inside >= 0]
        # passages as they come, each in text order: neighbours are found whatever the order of the table
        order = np.lexsort((tokens["start"].to_numpy(), pd.factorize(inside)[0]))
        tokens, inside = tokens.iloc[order], inside[order]
        forms, lemmas, tags = (tokens[name].to_numpy(dtype=object) for name in ("text", "lemma", "pos"))
        self.rows: list[int] = inside.tolist()
        self.texts: list[str] = forms.tolist()
        folded = {lemma: fold(lemma) for lemma in dict.fromkeys(lemmas.tolist())}
        self.keys = [folded[lemma] for lemma in lemmas.tolist()]
        starts, ends = tokens["start"].to_numpy(), tokens["end"].to_numpy()
        #: Whether a token follows the one before in the same passage with nothing but one sign of space between.
        self.joined = np.concatenate([[False], inside[1:] == inside[:-1]]) & (
            np.concatenate([[9], starts[1:] - ends[:-1]]) <= 1
        )
        self.apart = np.concatenate([[True], starts[1:] > ends[:-1]])
        langs = tokens["lang"].to_numpy(dtype=object) if "lang" in tokens else [""] * len(tokens)
        content = content_tokens(tokens)
        capital, name = self._capitals()
        follows = _next(self.joined)
        # function words that are part of a name: "Estados" Unidos, "Poder" Judicial
        inner = name & self.joined & _next(name) & follows & _next(content)
        self.roles = [
            _role(text, lemma, pos if isinstance(pos, str) else "", lang, counts)
            for text, lemma, pos, lang, counts in zip(
                self.texts, lemmas, tags, langs, (content | inner).tolist(), strict=True
            )
        ]
        #: What can be a label alone: no adjective where those are known, and no "San" of San Juan.
        self.single: list[bool] = (content & (tags != "ADJ") & ~(capital & _next(capital) & follows)).tolist()

    def _capitals(self) -> tuple[np.ndarray, np.ndarray]:
        """Which tokens begin with a capital, and which look like a name of four letters or more."""
        place, forms = pd.factorize(np.array(self.texts, dtype=object))
        capital = np.array([form[:1].isupper() for form in forms], dtype=bool)
        name = capital & np.array([form[1:].islower() and len(form) > 3 for form in forms], dtype=bool)
        return capital[place], name[place]

    def sequences(self) -> Iterator[_Sequence]:
        """All sequences of content words."""
        roles, joined = self.roles, self.joined.tolist()
        for first, begin in enumerate(roles):
            if begin not in ("noun", "late"):
                continue
            key: tuple[str, ...] = ()
            waiting: list[str] = []
            number = 0
            for last in range(first, min(first + _MOST_WORDS, len(roles))):
                if last > first and not joined[last]:
                    break
                role = roles[last]
                if role == "inner":
                    waiting.append(_INNER[_as_listed(self.texts[last])])
                    if len(waiting) > 2:
                        break
                    continue
                number += 1
                if not role or number > _MOST_CONTENT or (waiting and not any(waiting)):
                    break
                key = (*key, *(sign for sign in waiting if sign), self.keys[last])
                # after a function word only a noun: "forma de vender" is none
                whole = begin == "noun" and (role == "noun" or not waiting)
                if last == first:
                    whole = whole and self.single[first]
                waiting = []
                yield _Sequence(key, first, last, whole)

    def expression(self, one: _Sequence) -> Expression:
        """A sequence as it stands in its passage."""
        rest = range(one.first + 1, one.last + 1)
        surface = self.texts[one.first] + "".join(
            (" " if self.apart[place] else "") + self.texts[place] for place in rest
        )
        return Expression(self.rows[one.first], one.key, surface, one.first, one.last)


def _next(flags: np.ndarray) -> np.ndarray:
    """What holds of the token that follows; nothing after the last."""
    return np.append(flags[1:], False)


def _as_listed(text: str) -> str:
    """A function word as the list has it. Accents tell words apart here: "e" is and, "è" is is, "el" the, "él" he."""
    return text.lower().replace("’", "'")


@lru_cache(maxsize=200_000)
def _role(text: str, lemma: str, pos: str, lang: str, content: bool) -> str:
    if _as_listed(text) in _INNER:
        return "inner"
    if not content or len(text) < 3:
        return ""
    if pos:
        return "noun" if pos in _NOUNS else ""
    form = fold(text)
    if form.endswith("mente") and len(form) > 7:
        return ""
    endings = _IMPERFECT.get(lang, {})
    verb = _is_verb(lemma, lang) if lemma.endswith(tuple(endings)) else False
    if not verb:
        return "noun"
    stem = form.rstrip("s") if lang == "es" else form[:-1] + "o" if form[-1:] in "ie" else form
    if form == fold(lemma) or form.removesuffix("es") == fold(lemma) or stem.endswith(_PARTICIPLES[lang]):
        return "late"
    return ""


@lru_cache(maxsize=50_000)
def _is_verb(lemma: str, lang: str) -> bool:
    """Whether a lemma that ends like an infinitive is one: its imperfect is a known word ("mujer" has none)."""
    for ending, imperfect in _IMPERFECT.get(lang, {}).items():
        if lemma.endswith(ending):
            return not imperfect or is_known_word(lemma.removesuffix(ending) + imperfect, lang)
    return False
