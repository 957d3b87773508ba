"""The lexicons of markers of stance: words and verb forms of a text, and the marker phrases among them.

Phrases stand in data/stance/markers_*.yaml, over a thousand for each language, by category. Unlike cues
(toolkit.text.CueMatcher) they are matched by form as well as by lemma and without gaps: "debería", "debe" and
"no debe" are three markers of one verb, and "hay gente que" is not "hay que".
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, NamedTuple

from pydantic import Field

from toolkit.files import read_yaml
from toolkit.resources import data_file
from toolkit.schema import StrictModel, validate
from toolkit.text import fold, is_known_word, lemmatise

__all__ = ["BREAKS", "LONGEST", "MARKED_LANGUAGES", "Lexicon", "MarkerFile", "Token", "Word", "lexicon_of", "spelt_out"]

MARKED_LANGUAGES = ("es", "it")
#: A longer passage is a text without full stops; its beginning says enough (as for cues).
LONGEST = 20_000
#: Words between a negation and what it denies ("no les ha respondido").
_REACH = 3
#: Words that ".." in a marker may stand for.
_GAP = 4
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


class Word(NamedTuple):
    """What a lexicon knows of a word or sign: its ``form`` in lower case, ``keys`` to look it up by, ``kinds`` of verb
    form, ``ways`` into the tree of markers (node, whether by the form itself); whether it is passed over or negates,
    whether a clause begins after it (``breaks``; ``pauses``: a comma too), and whether it is ``light`` enough to stand
    before the verb that opens a clause."""

    form: str
    keys: tuple[str, ...]
    kinds: frozenset[str]
    ways: tuple[tuple[dict, bool], ...]
    skipped: bool
    negates: bool
    breaks: bool
    pauses: bool
    light: bool


class Token(NamedTuple):
    """A word in its place."""

    word: Word
    start: int
    end: int


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
        self.tree: dict[str, dict] = {}
        for category, markers in file.categories.items():
            for marker in markers:
                for words in spelt_out(marker):
                    node = self.tree
                    for word in words:
                        node = node.setdefault(word if word[0] in "=^." else fold(word), {})
                    node.setdefault("", {})[category] = marker

    @lru_cache(maxsize=200_000)  # noqa: B019 - lexicons live as long as the process
    def word(self, form: str) -> Word:
        """What the lexicon knows of a word form."""
        keys, kinds = self._read(form)
        ways = tuple((self.tree[key], _exact(key, keys)) for key in keys if key in self.tree)
        skipped, negates, breaks = form in self.skipped, form in self.negations, form in BREAKS
        # pronouns may stand between a negation and its verb: "no les contesten"
        light = negates or len(form) <= 3
        return Word(form, keys, frozenset(kinds), ways, skipped, negates, breaks, breaks or form == ",", light)

    def _read(self, form: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What a word form is looked up by, and which verb forms it may be."""
        plain = fold(form)
        if not form[0].isalpha():
            return (form,), ()
        lemma = fold(lemmatise(form, self.lang))
        if self.lang == "es" and (sloppy := _SLOPPY.search(form)) and not is_known_word(form, "es"):
            # simplemma knows "tonterías" only with its accent and guesses "tontereír" for "tonterias"
            lemma = fold(lemmatise(f"{form[: sloppy.start()]}í{sloppy[1]}", self.lang))
        keys = tuple(dict.fromkeys((plain, lemma, "=" + form)))
        verb = bool(_VERB.fullmatch(lemma)) or (self.lang == "es" and lemma.endswith(("ar", "er", "ir")))
        seen = f"{lemma[-3:]}|{form}"
        return keys, tuple(name for name, pattern in self.forms.items() if verb and pattern.search(seen))

    def tokens(self, text: str) -> list[Token]:
        """Words and signs with positions."""
        return [Token(self.word(self._form(match[0])), *match.span()) for match in _TOKEN.finditer(text[:LONGEST])]

    def words(self, text: str) -> list[Word]:
        """Words and signs without positions: what stands between spaces is cut up once."""
        return [word for part in text[:LONGEST].split() for word in self._words_of(part)]

    @lru_cache(maxsize=200_000)  # noqa: B019 - lexicons live as long as the process
    def _words_of(self, part: str) -> tuple[Word, ...]:
        return tuple(self.word(self._form(found)) for found in _TOKEN.findall(part))

    def _form(self, found: str) -> str:
        form = found.lower().replace("’", "'")
        if self.lang == "it" and form[-2:] in _GRAVE and form not in _SHORTENED:
            form = form[:-2] + _GRAVE[form[-2:]]
        return form

    def find(self, words: list[Word]) -> Iterator[tuple[str, str, list[int]]]:
        """Markers with the places of their words; each word belongs to one marker.

        The marker with more words is taken first, then the one given by its form ("debería") before the one
        given by its lemma ("deber").
        """
        found: list[tuple[int, int, int, list[int], dict[str, str]]] = []
        for place, word in enumerate(words):
            ways: list[tuple[dict, int, list[int], int]] = [
                (node, place + 1, [place], int(exact)) for node, exact in word.ways
            ]
            if "^" in self.tree and (place == 0 or words[place - 1].breaks):
                ways.append((self.tree["^"], place, [], 0))
            while ways:
                node, step, used, exact = ways.pop()
                if "" in node:
                    found.append((-len(used), -exact, place, used, node[""]))
                    if len(node) == 1:
                        continue
                if step >= len(words):
                    continue
                self._go_on(ways, node, words, step, used, exact)
                # one article, not a row of them: a text of nothing but articles would cost the square of its length
                if words[step].skipped and (step == place or not words[step - 1].skipped):
                    ways.append((node, step + 1, used, exact))
                if ".." in node:
                    for later in range(step, min(step + _GAP + 1, len(words))):
                        self._go_on(ways, node[".."], words, later, used, exact)
        taken: set[int] = set()
        for _, _, _, used, categories in sorted(found, key=lambda one: one[:4]):
            if taken.isdisjoint(used):
                taken.update(used)
                for category, marker in categories.items():
                    yield category, marker, used

    def _go_on(
        self,
        ways: list[tuple[dict, int, list[int], int]],
        node: dict,
        words: list[Word],
        place: int,
        used: list[int],
        exact: int,
    ) -> None:
        """Add the ways on from a node of the tree by one word."""
        keys = words[place].keys
        for key in keys:
            if key in node:
                ways.append((node[key], place + 1, [*used, place], exact + _exact(key, keys)))

    def denied(self, words: list[Word], place: int, spent: frozenset[int] = frozenset()) -> bool:
        """Whether a negation stands before a word, at most three words away and in the same clause.

        ``spent``: words of other markers; the "no" of "no hay que" forbids what follows and does not deny it.
        """
        seen = 0
        for before in range(place - 1, -1, -1):
            word = words[before]
            if word.negates and before not in spent:
                return True
            seen += not word.skipped
            if seen > _REACH or word.pauses:
                return False
        return False


def _exact(key: str, keys: tuple[str, ...]) -> bool:
    """Whether a key is the form itself, and not its lemma."""
    return key == keys[0] or key[0] == "="


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
