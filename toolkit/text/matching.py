"""Finding cue words and phrases in passages, by lemma.

A cue is a sequence of words. Articles are skipped on both sides, contracted prepositions are reduced ("della" to
"di"), accents are ignored (sloppy prose leaves them out; ñ stays), and up to two other words may stand between
the words of a phrase. Lemmas here always come from simplemma, whichever pipelines are installed: a passage has
the same cues on every machine.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from toolkit.text.pipelines import lemmatise, simple_tokens

__all__ = ["LONGEST_CUED", "CueMatcher", "Hit", "fold"]

#: Characters of a passage that cues are looked for in. A longer one is a text without full stops; matching all of it
#: costs minutes and says nothing of a sentence.
LONGEST_CUED = 20_000
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
    """Where the cue of number ``cue`` was found: ``start`` and ``end`` in the passage's text.

    >>> hit = Hit(cue=0, start=3, end=11)
    >>> "No escuchan."[hit.start : hit.end]
    'escuchan'
    """

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

    >>> matcher = CueMatcher("es", [("escuchar al cliente", ()), ("precio", ("mercado",))])
    >>> matcher.match("Escuchan a los clientes y miran el precio.")
    [Hit(cue=0, start=0, end=23)]
    """

    def __init__(self, lang: str, cues: Sequence[tuple[str, Iterable[str]]]) -> None:
        self.lang = lang
        self._needs = [
            frozenset(_key(need, lang) for need in needs) | frozenset(fold(need) for need in needs) for _, needs in cues
        ]
        #: By the key a cue may begin with: the cues and the keys of their further words. spaCy's matchers find the
        #: same at half the speed (1,500 sentences of the example bank) and with more code around them.
        self._beginning: dict[str, list[tuple[int, list[frozenset[str]]]]] = {}
        for number, (cue, _) in enumerate(cues):
            words = [token.text for token in simple_tokens(cue, lang)]
            steps = [frozenset({_key(word, lang), fold(word)}) for word in words if _key(word, lang)]
            for first in sorted(steps[0]) if steps else ():
                self._beginning.setdefault(first, []).append((number, steps[1:]))

    def match(self, text: str) -> list[Hit]:
        """All cues in a passage, by position; of several readings of one cue at one place the shortest.

        >>> text = "El mercado pone los precios."
        >>> [text[hit.start : hit.end] for hit in CueMatcher("es", [("precio", ("mercado",))]).match(text)]
        ['precios']
        """
        # commas and brackets take no room between the words of a phrase; a hyphen is part of some cues
        tokens = [token for token in simple_tokens(text, self.lang) if not token.punctuation or token.text == "-"]
        keyed = [(key, token) for token in tokens if (key := _key(token.text, self.lang))]
        keys = [key for key, _ in keyed]
        hits = []
        for start, key in enumerate(keys):
            for cue, steps in self._beginning.get(key, ()):
                end = _shortest(keys, start, steps)
                needs = self._needs[cue]
                if end and (not needs or needs.intersection(keys[:start]) or needs.intersection(keys[end:])):
                    hits.append(Hit(cue, keyed[start][1].start, keyed[end - 1][1].end))
        return sorted(set(hits), key=lambda hit: (hit.start, hit.end, hit.cue))


def _shortest(keys: list[str], start: int, steps: list[frozenset[str]]) -> int:
    """Where the phrase that begins at ``start`` ends at the earliest, or 0 where it does not go on."""
    places = {start}
    for step in steps:
        places = {
            place
            for before in places
            for place in range(before + 1, min(before + 2 + _GAP, len(keys)))
            if keys[place] in step
        }
    return min(places) + 1 if places else 0
