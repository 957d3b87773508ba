"""Finding cue words and phrases in passages, by lemma, with spaCy's matchers.

A cue is a sequence of words. Articles are skipped on both sides, contracted prepositions are reduced ("della" to
"di"), accents are ignored (sloppy prose leaves them out; ñ stays), and up to two other words may stand between
the words of a phrase. Lemmas here always come from simplemma, whichever pipelines are installed: a passage has
the same cues on every machine.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from toolkit.text.pipelines import lemmatise, pipeline

if TYPE_CHECKING:
    from spacy.tokens import Doc

__all__ = ["CueMatcher", "Hit", "fold"]

#: Words that may stand between two words of a phrase.
_GAP = 2
_ARTICLES = {
    "es": frozenset(["el", "la", "los", "las", "lo", "un", "una", "unos", "unas"]),
    "it": frozenset(["il", "lo", "la", "i", "gli", "le", "un", "uno", "una", "l'", "un'", "l’", "un’"]),
    "en": frozenset(["the", "a", "an"]),
}
_CONTRACTED = {
    "es": {"del": "de", "al": "a"},
    "it": {
        form: preposition
        for preposition, stem in {"di": "del", "a": "al", "da": "dal", "in": "nel", "su": "sul"}.items()
        for form in (
            stem,
            stem + "lo",
            stem + "la",
            stem[:-1] + "i",
            stem[:-1] + "gli",
            stem + "le",
            stem + "l'",
            stem + "l’",
        )
    }
    | {"col": "con", "coi": "con"},
    "en": {},
}


class Hit(NamedTuple):
    """Where the cue of number ``cue`` was found: ``start`` and ``end`` in the passage's text."""

    cue: int
    start: int
    end: int


@lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """Lower case without accents; ñ stays.

    >>> fold("Señal"), fold("Perché")
    ('señal', 'perche')
    """
    lowered = word.lower().replace("ñ", "\x00").replace("n\u0303", "\x00")
    plain = "".join(sign for sign in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(sign))
    return plain.replace("\x00", "ñ").replace("’", "'")


@lru_cache(maxsize=200_000)
def _key(word: str, lang: str) -> str:
    """What a word is compared by: its folded lemma; "" for an article."""
    lowered = word.lower()
    if lowered in _ARTICLES[lang]:
        return ""
    return _CONTRACTED[lang].get(lowered) or fold(lemmatise(lowered, lang))


class CueMatcher:
    """Matches the cues of one language.

    ``cues``: pairs of the cue's words and the lemmas of which one must stand elsewhere in the passage (none:
    no condition). Hits name a cue by its place in this sequence.
    """

    def __init__(self, lang: str, cues: Sequence[tuple[str, Iterable[str]]]) -> None:
        from spacy.matcher import Matcher, PhraseMatcher

        self.lang = lang
        self._nlp = pipeline(lang, "simple").nlp
        self._needs = [
            frozenset(_key(need, lang) for need in needs) | frozenset(fold(need) for need in needs) for _, needs in cues
        ]
        self._words = PhraseMatcher(self._nlp.vocab, attr="LEMMA")
        self._phrases: dict[str, Matcher] = {}
        for number, (cue, _) in enumerate(cues):
            steps = [sorted({_key(word, lang), fold(word)}) for word in self._split(cue) if _key(word, lang)]
            if len(steps) == 1:
                self._words.add(str(number), [self._doc([key]) for key in steps[0]])
            elif steps:
                pattern: list[dict[str, object]] = [{"LEMMA": {"IN": steps[0]}}]
                for keys in steps[1:]:
                    pattern += [{"OP": "?"} for _ in range(_GAP)]
                    pattern.append({"LEMMA": {"IN": keys}})
                for first in steps[0]:
                    self._phrases.setdefault(first, Matcher(self._nlp.vocab)).add(str(number), [pattern])

    def _split(self, text: str) -> list[str]:
        return [token.text for token in self._nlp.make_doc(text) if not token.is_space]

    def _doc(self, keys: list[str]) -> "Doc":
        from spacy.tokens import Doc

        return Doc(self._nlp.vocab, words=keys, lemmas=keys)

    def match(self, text: str) -> list[Hit]:
        """All cues in a passage, by position; of several readings of one cue at one place the shortest."""
        # commas and brackets take no room between the words of a phrase; a hyphen is part of some cues
        tokens = [t for t in self._nlp.make_doc(text) if not t.is_space and (not t.is_punct or t.text == "-")]
        keyed = [(key, token) for token in tokens if (key := _key(token.text, self.lang))]
        if not keyed:
            return []
        keys = [key for key, _ in keyed]
        doc = self._doc(keys)
        found = list(self._words(doc))
        for first in sorted(set(keys) & self._phrases.keys()):
            found += self._phrases[first](doc)
        best: dict[tuple[int, int], int] = {}
        for name, start, end in found:
            place = (int(self._nlp.vocab.strings[name]), start)
            best[place] = min(end, best.get(place, end))
        hits = []
        for (cue, start), end in best.items():
            needs = self._needs[cue]
            if not needs or needs.intersection(keys[:start]) or needs.intersection(keys[end:]):
                last = keyed[end - 1][1]
                hits.append(Hit(cue, keyed[start][1].idx, last.idx + len(last.text)))
        return sorted(hits, key=lambda hit: (hit.start, hit.end, hit.cue))
