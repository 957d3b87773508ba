"""The lexicons of markers of stance: what is known of the words of a text, and the marker phrases as a tree.

Phrases stand in data/stance/markers_*.yaml, over a thousand for each language, by category. Unlike cues
(toolkit.text.CueMatcher) they are matched by form as well as by lemma and without gaps: "debería", "debe" and
"no debe" are three markers of one verb, and "hay gente que" is not "hay que".
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from toolkit.files import read_yaml
from toolkit.resources import data_file
from toolkit.schema import StrictModel, validate
from toolkit.text import fold, is_known_word, lemmatise
from toolkit.text.recent import Recent

__all__ = [
    *("BREAKS", "LONGEST", "MARKED_LANGUAGES", "Lexicon", "MarkerFile", "Token", "Tree", "Words"),
    *("KINDS", "LEMMA", "SIGNS", "BREAKING", "LIGHT", "NEGATING", "PAUSING", "SKIPPED", "lexicon_of", "spelt_out"),
]

MARKED_LANGUAGES = ("es", "it")
#: A longer passage is a text without full stops; its beginning says enough (as for cues).
LONGEST = 20_000
#: What is known of words, int32 (words, 5): three keys (:meth:`Lexicon._read`), kinds of verb form, signs.
Words = NDArray[np.int32]
_COLUMNS = 5
LEMMA, KINDS, SIGNS = 1, 3, 4
#: Bits of the signs: passed over, negates, a clause begins after it, the same or a comma, light enough to stand
#: before the verb that opens a clause. The bits of the kinds are in the order of :attr:`Lexicon.forms`.
SKIPPED, NEGATING, BREAKING, PAUSING, LIGHT = (1 << bit for bit in range(5))
#: What stands between spaces, of which what is known is kept, for each language.
_KEPT = 80_000
_TOKEN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*['’]?|\d+(?:[.,]\d+)*|[:;]-?[()DP](?!\w)|\.\.\.|[^\w\s]")
BREAKS = frozenset('.:;!?¿¡…()[]«»"“”—–') | {"..."}
#: How keyboards without accents write Italian ("piu'", "e'"), and the shortened words that look alike.
_GRAVE = {"a'": "à", "e'": "è", "i'": "ì", "o'": "ò", "u'": "ù"}
_SHORTENED = frozenset(["po'", "mo'", "di'", "da'", "fa'", "sta'", "va'", "to'", "be'", "ve'"])
_SLOPPY = re.compile(r"i(as?|an|amos)$")
_VERB = re.compile(r"[aeií]r(?:se)?|[^\W\d_]*(?:are|ere|ire|urre|orre)(?:si)?")


class MarkerFile(StrictModel):
    """The markers of one language: phrases by category, endings of verb forms, articles that are passed over."""

    lang: str
    source: str
    licence: str
    skipped: tuple[str, ...]
    negations: tuple[str, ...]
    verb_forms: dict[str, Annotated[str, Field(min_length=1)]]
    categories: dict[str, tuple[Annotated[str, Field(min_length=1)], ...]]


class Token(NamedTuple):
    """A word in lower case in its place: ``text[start:end]``."""

    form: str
    start: int
    end: int


class Tree:
    """The markers of a language as a tree of words in arrays: nodes are numbered from the root 0.

    ``keys``: numbers of the words on its branches, from 1; ``opening``, the node of markers that stand at the beginning
    of a clause, 0 for none. By node: ``gap``, the node behind "..", 0 for none; ``ends``, whether a marker ends there,
    ``goes_on``, whether there are longer ones, and ``markers``, those that end there with their categories.
    """

    def __init__(self, markers: Iterable[tuple[str, str]]) -> None:
        """``markers``: categories and markers; of two that are written alike in one category the last is named."""
        self.keys: dict[str, int] = {}
        ways: dict[tuple[int, str], int] = {}
        named: dict[int, dict[str, str]] = {}
        depth = 0
        for category, marker in markers:
            for words in spelt_out(marker):
                node = 0
                for word in words:
                    key = word if word[0] in "=^." else fold(word)
                    node = ways.setdefault((node, key), len(ways) + 1)
                named.setdefault(node, {})[category] = marker
                depth = max(depth, len(words))
        self.depth = depth
        self.markers = [tuple(named.get(node, {}).items()) for node in range(len(ways) + 1)]
        self.ends = np.array([bool(found) for found in self.markers])
        self.opening = ways.get((0, "^"), 0)
        self.gap, self.goes_on = np.zeros(len(self.ends), np.int64), np.zeros(len(self.ends), bool)
        for (node, key), child in ways.items():
            self.goes_on[node] = True
            self.keys.setdefault(key, len(self.keys) + 1)
            if key == "..":
                self.gap[node] = child
        self._base = len(self.keys) + 1
        edges = sorted((node * self._base + self.keys[key], child) for (node, key), child in ways.items())
        self._edges, self._children = np.array(edges, dtype=np.int64).reshape(-1, 2).T
        self._first = np.zeros(self._base, np.int64)
        self._first[[self.keys[key] for node, key in ways if node == 0]] = [
            child for (node, _), child in ways.items() if node == 0
        ]

    def first(self, keys: NDArray[np.int32]) -> NDArray[np.int64]:
        """The nodes that keys lead to from the root, 0 for none."""
        found: NDArray[np.int64] = self._first[keys]
        return found

    def step(self, node: NDArray[np.int64], keys: NDArray[np.int32]) -> NDArray[np.int64]:
        """The nodes that the keys of words, (n, 3), lead to from n nodes, 0 for none."""
        wanted = node[:, None] * self._base + keys
        place = np.minimum(np.searchsorted(self._edges, wanted), len(self._edges) - 1)
        return np.where(self._edges[place] == wanted, self._children[place], 0)


class Lexicon:
    """The markers of a language as a tree of words, and the features of its verb forms."""

    def __init__(self, lang: str) -> None:
        path = data_file("stance", f"markers_{lang}.yaml")
        file = validate(MarkerFile, read_yaml(path), str(path))
        self.lang = lang
        self.categories = tuple(file.categories)
        self.skipped = frozenset(file.skipped)
        self.negations = frozenset(file.negations)
        self.forms = {name: re.compile(pattern) for name, pattern in file.verb_forms.items()}
        self.tree = Tree((category, marker) for category, own in file.categories.items() for marker in own)
        self._words = Recent(self._word, _KEPT // 2)
        self._parts = Recent(self._part, _KEPT)

    def _word(self, form: str) -> bytes:
        """What the lexicon knows of a word or sign: its keys in the tree, 0 where it has none, its kinds, its signs."""
        keys, kinds = self._read(form)
        negates, breaks = form in self.negations, form in BREAKS
        # pronouns may stand between a negation and its verb: "no les contesten"
        light = negates or len(form) <= 3
        signs = (form in self.skipped, negates, breaks, breaks or form == ",", light)
        numbers = [self.tree.keys.get(key, 0) for key in keys]
        return np.array([*numbers, _bits(kinds), _bits(signs)], dtype=np.int32).tobytes()

    def _read(self, form: str) -> tuple[tuple[str, str, str], Iterable[bool]]:
        """What a word form is looked up by (as it is written, its lemma where it is another word, this spelling alone),
        and whether it may be each of the verb forms."""
        if not form[0].isalpha():
            return (form, "", ""), ()
        plain = fold(form)
        lemma = fold(lemmatise(form, self.lang))
        if self.lang == "es" and (sloppy := _SLOPPY.search(form)) and not is_known_word(form, "es"):
            # simplemma knows "tonterías" only with its accent and guesses "tontereír" for "tonterias"
            lemma = fold(lemmatise(f"{form[: sloppy.start()]}í{sloppy[1]}", self.lang))
        verb = bool(_VERB.fullmatch(lemma)) or (self.lang == "es" and lemma.endswith(("ar", "er", "ir")))
        seen = f"{lemma[-3:]}|{form}"
        kinds = [bool(pattern.search(seen)) for pattern in self.forms.values()] if verb else ()
        return (plain, lemma if lemma != plain else "", "=" + form), kinds

    def tokens(self, text: str) -> list[Token]:
        """Words and signs with positions."""
        return [Token(self._form(match[0]), *match.span()) for match in _TOKEN.finditer(text[:LONGEST])]

    def numbered(self, forms: Iterable[str]) -> Words:
        """What is known of words and signs."""
        return np.frombuffer(b"".join(map(self._words.__getitem__, forms)), dtype=np.int32).reshape(-1, _COLUMNS)

    def words(self, texts: Sequence[str]) -> tuple[Words, NDArray[np.int64]]:
        """What is known of the words and signs of texts, and where those of each text begin, with the end of the last.

        What stands between spaces is cut up once.
        """
        found = [b"".join(map(self._parts.__getitem__, text[:LONGEST].split())) for text in texts]
        bounds = np.cumsum([0, *map(len, found)]) // (_COLUMNS * np.dtype(np.int32).itemsize)
        return np.frombuffer(b"".join(found), dtype=np.int32).reshape(-1, _COLUMNS), bounds

    def _part(self, part: str) -> bytes:
        return b"".join(self._words[self._form(found)] for found in _TOKEN.findall(part))

    def _form(self, found: str) -> str:
        form = found.lower().replace("’", "'")
        if self.lang == "it" and form[-2:] in _GRAVE and form not in _SHORTENED:
            form = form[:-2] + _GRAVE[form[-2:]]
        return form


def _bits(values: Iterable[bool]) -> int:
    """Yes or no, the first in the lowest bit."""
    return sum(value << place for place, value in enumerate(values))


def spelt_out(marker: str) -> list[list[str]]:
    """A marker as word lists, one for each choice: "(a|b) c" is written "a|b c".

    >>> spelt_out("deber|tener que")
    [['deber', 'que'], ['tener', 'que']]
    """
    ways: list[list[str]] = [[]]
    for word in marker.replace("^", "^ ").replace("'", "' ").split():
        ways = [[*way, choice] for way in ways for choice in word.split("|")]
    return ways


@lru_cache(maxsize=len(MARKED_LANGUAGES))
def lexicon_of(lang: str) -> Lexicon:
    """The lexicon of one of :data:`MARKED_LANGUAGES`, read once per process."""
    return Lexicon(lang)
