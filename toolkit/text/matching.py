"""Finding cue words and phrases in passages, by lemma.

A cue is a sequence of words. Articles are skipped on both sides, contracted prepositions are reduced ("della" to
"di"), accents are ignored (sloppy prose leaves them out; ñ stays), and up to two other words may stand between
the words of a phrase. Lemmas here always come from simplemma, whichever pipelines are installed: a passage has
the same cues on every machine.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from toolkit.text.pieces import TokenColumns
from toolkit.text.pipelines import lemmatise, pipeline, simple_tokens
from toolkit.text.recent import Recent

__all__ = ["LONGEST_CUED", "CueMatcher", "Hit", "fold"]

#: Characters of a passage that cues are looked for in. A longer one is a text without full stops; matching all of it
#: costs minutes and says nothing of a sentence.
LONGEST_CUED = 20_000
#: Words that may stand between two words of a phrase.
_GAP = 2
#: Word forms whose keys are kept.
_KEPT = 60_000
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


@lru_cache(maxsize=20_000)
def fold(word: str) -> str:
    """Lower case without accents; ñ stays.

    >>> fold("Señal"), fold("Perché")
    ('señal', 'perche')
    """
    if word.isascii():
        return word.lower()
    # a composed ñ is no letter with a combining sign any more
    apart = unicodedata.normalize("NFD", word.lower()).replace("n\u0303", "ñ")
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).replace("’", "'")


def _key(word: str, lang: str) -> str:
    """What a word is compared by: its folded lemma; "" for an article."""
    lowered = word.lower()
    if lowered in _ARTICLES[lang]:
        return ""
    return _CONTRACTED[lang].get(lowered) or fold(lemmatise(lowered, lang))


class CueMatcher:
    """Matches the cues of one language.

    ``cues``: pairs of the cue's words and the lemmas of which one must stand elsewhere in the passage (none:
    no condition). Hits name a cue by its place in this sequence. Punctuation in a cue is passed over, as in texts.

    >>> matcher = CueMatcher("es", [("escuchar al cliente", ()), ("precio", ("mercado",))])
    >>> matcher.match("Escuchan a los clientes y miran el precio.")
    [Hit(cue=0, start=0, end=23)]
    """

    def __init__(self, lang: str, cues: Sequence[tuple[str, Iterable[str]]]) -> None:
        pipeline(lang, "simple")  # refuses other languages
        self.lang = lang
        #: Keys of words in cues, numbered from 1; 0 is any other word.
        self._numbers: dict[str, int] = {}
        self._forms = Recent(self._number_of_form, _KEPT)
        self._needs = [
            frozenset(self._number(key) for need in needs for key in (_key(need, lang), fold(need)))
            for _, needs in cues
        ]
        #: Cues of one word by its key, longer ones by the keys of their first two words with those of their further
        #: words. spaCy's matchers find the same at half the speed (1,500 sentences of the example bank) and with more
        #: code around them.
        self._single: dict[int, list[int]] = {}
        self._pairs: dict[tuple[int, int], list[tuple[int, list[frozenset[int]]]]] = {}
        for number, (cue, _) in enumerate(cues):
            words = [token.text for token in simple_tokens(cue, lang) if not _is_passed_over(token.text)]
            steps = [
                frozenset({self._number(_key(word, lang)), self._number(fold(word))})
                for word in words
                if _key(word, lang)
            ]
            for first in sorted(steps[0]) if steps else ():
                if len(steps) == 1:
                    self._single.setdefault(first, []).append(number)
                for second in sorted(steps[1]) if len(steps) > 1 else ():
                    self._pairs.setdefault((first, second), []).append((number, steps[1:]))
        base = len(self._numbers) + 1
        self._is_single = np.zeros(base, dtype=bool)
        self._is_single[list(self._single)] = True
        self._pair_keys = np.array(sorted(first * base + second for first, second in self._pairs), dtype=np.int64)

    def match(self, text: str) -> list[Hit]:
        """All cues in a passage, by position; of several readings of one cue at one place the shortest.

        >>> text = "El mercado pone los precios."
        >>> [text[hit.start : hit.end] for hit in CueMatcher("es", [("precio", ("mercado",))]).match(text)]
        ['precios']
        """
        tokens = simple_tokens(text, self.lang)
        numbered = [(number, token) for token in tokens if (number := self._forms[token.text]) >= 0]
        keys = [number for number, _ in numbered]
        return self._hits(keys, range(len(keys)), [t.start for _, t in numbered], [t.end for _, t in numbered])

    def match_tokens(self, tokens: TokenColumns) -> dict[int, list[Hit]]:
        """All cues in many passages, given their tokens: by the number of the passage, for those that have any.

        >>> from toolkit.text.pipelines import simple_columns
        >>> texts = ["Llueve.", "Sube el precio."]
        >>> CueMatcher("es", [("precio", ())]).match_tokens(simple_columns(texts, "es"))
        {1: [Hit(cue=0, start=8, end=14)]}
        """
        of_form = np.fromiter(map(self._forms.__getitem__, tokens.forms), np.int64, len(tokens.forms))
        key = of_form[tokens.form]
        kept = key >= 0
        key, text, start, end = key[kept], tokens.text[kept], tokens.start[kept], tokens.end[kept]
        begins = self._is_single[key]
        for step in range(1, _GAP + 2):
            pairs = key[:-step] * (len(self._numbers) + 1) + key[step:]
            begins[:-step] |= _among(pairs, self._pair_keys) & (text[:-step] == text[step:])
        places = np.flatnonzero(begins)
        passages, first = np.unique(text[places], return_index=True)
        lows, highs = np.searchsorted(text, passages), np.searchsorted(text, passages, side="right")
        found = {}
        for passage, low, high, some in zip(passages, lows, highs, np.split(places, first[1:]), strict=False):
            own = slice(low, high)
            hits = self._hits(key[own].tolist(), (some - low).tolist(), start[own], end[own])
            if hits:
                found[int(passage)] = hits
        return found

    def _hits(
        self, keys: list[int], places: Iterable[int], start: Sequence[int] | np.ndarray, end: Sequence[int] | np.ndarray
    ) -> list[Hit]:
        """Cues that begin at some places of a passage; ``start`` and ``end`` of its words."""
        hits = {
            Hit(cue, int(start[place]), int(end[last - 1])) for place in places for cue, last in self._from(keys, place)
        }
        return sorted(hits, key=lambda hit: (hit.start, hit.end, hit.cue))

    def _from(self, keys: list[int], start: int) -> Iterator[tuple[int, int]]:
        """The cues that begin at a word and meet their condition, and the place after their last word."""
        ends = dict.fromkeys(self._single.get(keys[start], ()), start + 1)
        for second in set(keys[start + 1 : start + 2 + _GAP]):
            for cue, steps in self._pairs.get((keys[start], second), ()):
                ends[cue] = _shortest(keys, start, steps)
        for cue, end in ends.items():
            needs = self._needs[cue]
            if end and (not needs or needs.intersection(keys[:start]) or needs.intersection(keys[end:])):
                yield cue, end

    def _number(self, key: str) -> int:
        return self._numbers.setdefault(key, len(self._numbers) + 1)

    def _number_of_form(self, form: str) -> int:
        """Number of a form's key; -1 where it is passed over."""
        key = "" if _is_passed_over(form) else _key(form, self.lang)
        return self._numbers.get(key, 0) if key else -1


def _is_passed_over(form: str) -> bool:
    """Commas and brackets take no room between the words of a phrase, nor in a cue; a hyphen is part of some cues."""
    return form != "-" and _is_punctuation(form)


def _is_punctuation(form: str) -> bool:
    """What spaCy's tokens call punctuation."""
    return all(unicodedata.category(sign).startswith("P") for sign in form)


def _among(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Which values are among the known ones, which are sorted."""
    if not len(known):
        return np.zeros(len(values), dtype=bool)
    return np.asarray(known[np.minimum(np.searchsorted(known, values), len(known) - 1)] == values)


def _shortest(keys: list[int], start: int, steps: list[frozenset[int]]) -> int:
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
