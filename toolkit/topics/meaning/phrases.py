"""Multiword phrases that look like noun phrases, as they stand in the texts, with or without a tagger."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from toolkit.text import content_terms, fold, is_known_word
from toolkit.topics.terms import passage_rows

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
    posts = passages["doc_id"].to_numpy()
    found = list(words.sequences())
    counts = Counter(one.key for one, _ in found)
    total = sum(count for key, count in counts.items() if len(key) == 1)
    spread: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for one, whole in found:
        if whole:
            spread[one.key].add(posts[one.row])
    common = {key for key, seen in spread.items() if len(seen) >= fewest_posts}
    singles = [one for one, whole in found if whole and len(one.key) == 1 and one.key in common]
    strong = {key for key in common if len(key) > 1 and _together(key, counts, total)}
    phrases = [one for one, whole in found if whole and one.key in strong]
    # longest first, then commonest, each token in one phrase only
    phrases.sort(key=lambda one: (-sum(part not in _JOINTS for part in one.key), -counts[one.key], one.first))
    taken: set[int] = set()
    kept = []
    for one in phrases:
        span = range(one.first, one.last + 1)
        if taken.isdisjoint(span):
            taken.update(span)
            kept.append(one)
    return sorted(kept, key=lambda one: one.first), singles


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


class _Words:
    """The tokens inside passages and what each can be in a phrase: "noun" (any place), "late" (not the first), "inner"
    (between two others), "" (none)."""

    def __init__(self, tokens: pd.DataFrame, passages: pd.DataFrame) -> None:
        tokens = tokens.reset_index(drop=True)
        inside = passage_rows(tokens, passages)
        tokens, inside = tokens[inside >= 0], inside[inside >= 0]
        self.rows: list[int] = inside.tolist()
        self.texts: list[str] = tokens["text"].tolist()
        self.lemmas: list[str] = tokens["lemma"].tolist()
        starts, ends = tokens["start"].to_numpy(), tokens["end"].to_numpy()
        #: Whether a token follows the one before in the same passage with nothing but one sign of space between.
        self.joined = np.concatenate([[False], (inside.to_numpy()[1:] == inside.to_numpy()[:-1])]) & (
            np.concatenate([[9], starts[1:] - ends[:-1]]) <= 1
        )
        self.apart = np.concatenate([[True], starts[1:] > ends[:-1]])
        langs = tokens["lang"].tolist() if "lang" in tokens else [""] * len(tokens)
        content = content_terms(tokens).tolist()
        names = self._names(content)
        self.roles = [
            _role(text, lemma, pos if isinstance(pos, str) else "", lang, is_content or is_name)
            for text, lemma, pos, lang, is_content, is_name in zip(
                self.texts, self.lemmas, tokens["pos"].tolist(), langs, content, names, strict=True
            )
        ]
        capital = [text[:1].isupper() for text in self.texts]
        #: What can be a label alone: no adjective where those are known, and no "San" of San Juan.
        self.single = [
            is_content and pos != "ADJ" and not (capital[place] and any(capital[place + 1 : place + 2]) and is_next)
            for place, (is_content, pos, is_next) in enumerate(
                zip(content, tokens["pos"].tolist(), [*self.joined[1:].tolist(), False], strict=True)
            )
        ]

    def _names(self, content: Sequence[bool]) -> list[bool]:
        """Function words that are part of a name: "Estados" Unidos, "Poder" Judicial."""
        capital = [text[:1].isupper() and text[1:].islower() and len(text) > 3 for text in self.texts]
        following = [*capital[1:], False]
        joined = [*self.joined[1:].tolist(), False]
        after = [*content[1:], False]
        return [
            capital[place] and bool(self.joined[place]) and following[place] and joined[place] and after[place]
            for place in range(len(capital))
        ]

    def sequences(self) -> Iterator[tuple[Expression, bool]]:
        """All sequences of content words, and whether each could be a phrase or word by itself."""
        for first, role in enumerate(self.roles):
            if role not in ("noun", "late"):
                continue
            key: tuple[str, ...] = ()
            waiting: list[str] = []
            number = 0
            for last in range(first, min(first + _MOST_WORDS, len(self.roles))):
                if last > first and not self.joined[last]:
                    break
                role = self.roles[last]
                if role == "inner":
                    waiting.append(_INNER[fold(self.texts[last])])
                    if len(waiting) > 2:
                        break
                    continue
                number += 1
                if not role or number > _MOST_CONTENT or (waiting and not any(waiting)):
                    break
                key = (*key, *(sign for sign in waiting if sign), fold(self.lemmas[last]))
                # after a function word only a noun: "forma de vender" is none
                whole = self.roles[first] == "noun" and (role == "noun" or not waiting)
                if last == first:
                    whole = whole and self.single[first]
                waiting = []
                yield Expression(self.rows[first], key, self._surface(first, last), first, last), whole

    def _surface(self, first: int, last: int) -> str:
        rest = range(first + 1, last + 1)
        return self.texts[first] + "".join((" " if self.apart[place] else "") + self.texts[place] for place in rest)


def _role(text: str, lemma: str, pos: str, lang: str, content: bool) -> str:
    form = fold(text)
    if form in _INNER:
        return "inner"
    if not content or len(text) < 3:
        return ""
    if pos:
        return "noun" if pos in _NOUNS else ""
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
