r"""Words and phrases as they are asked for, found in the numbers of an index.

A query is written as in the text: ``l'azienda``, ``redes sociales``, ``¿qué``. Between its words there is nothing but
white space in the text, or nothing at all: punctuation is found where it is written in the query, and passed over
nowhere. All of it stands in one passage. ``*`` stands for any run of signs inside a word, ``?`` for one, ``*`` alone
for one word; ``a|b`` for one word or another; a backslash before one of these takes it as it is. Straight and curly
apostrophes are one, and so are composed and decomposed accents. Occurrences that overlap are all found.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from toolkit.errors import InputError
from toolkit.statistics.counting.token_index import Vocabulary
from toolkit.statistics.kwic.contexts import Hits, Reader, normal
from toolkit.text import LANGUAGES, fold
from toolkit.text.pipelines import simple_tokens

__all__ = ["LONGEST_QUERY", "Term", "find_words", "folded", "lemma_hint", "term_of"]

#: Characters of a query or a regular expression; a longer one is a text pasted by mistake.
LONGEST_QUERY = 1_000
#: Ways to read a phrase whose words are cut into tokens in several ways; each is one pass over the corpus.
_MOST_READINGS = 64


class Term(NamedTuple):
    """One token of a query: its terms in the vocabulary, and the patterns that the token's own text must match."""

    codes: np.ndarray
    patterns: tuple[str, ...] = ()

    def among(self, codes: np.ndarray, size: int) -> np.ndarray:
        """Which tokens have one of the terms; ``size``: terms of the vocabulary."""
        if len(self.codes) == 1:
            return codes == self.codes[0]
        # the last place is that of tokens without a term, -1
        wanted = np.zeros(size + 1, dtype=bool)
        wanted[self.codes] = True
        return wanted[codes]


def folded(text: str, case: bool, accents: bool) -> str:
    """What words are compared by.

    >>> folded("L’Ágora", False, True), folded("L’Ágora", True, False)
    ("l'ágora", "L'Agora")
    """
    if not accents:
        # accents come apart from capitals one sign at a time
        signs = unicodedata.normalize("NFC", text) if case else text
        return "".join(fold(sign).upper() if sign.isupper() else fold(sign) for sign in signs) if case else fold(text)
    return normal(text if case else text.lower())


def find_words(reader: Reader, query: str, unit: str, case: bool, accents: bool) -> Hits:
    """All places of a word or phrase; ``unit``: "form" or "lemma". ``found`` are the terms that stand there.

    Raises :class:`InputError` for an empty query, one of more than 1,000 characters, or of too many readings.
    """
    vocabulary = reader.index.vocabulary(unit)
    options = [_options(reader, word, unit, case, accents) for word in _words(query)]
    if np.prod([float(len(option)) for option in options]) > _MOST_READINGS:
        raise InputError(
            f"concordance: '{query[:60]}' can be cut into tokens in more than {_MOST_READINGS} ways; ask for a "
            "shorter phrase or fewer alternatives."
        )
    found = []
    for reading in product(*options):
        # pieces of one word touch in the text
        touching = [place > 0 for pieces in reading for place in range(len(pieces))]
        terms = [term for pieces in reading for term in pieces]
        at = _sequence(reader, vocabulary, terms, touching)
        if case and unit == "form":
            at = _of_this_case(reader, at, terms, accents)
        found.append((at, len(terms)))
    return _hits(reader, vocabulary, found)


def term_of(reader: Reader, word: str, unit: str, case: bool = False, accents: bool = True) -> Term:
    """One word that is one token, with wildcards and alternatives.

    Raises :class:`InputError` for several words.
    """
    words = _words(word)
    if len(words) > 1:
        raise InputError(f"concordance: got '{word[:60]}', expected one word; '*', '?' and '|' may stand in it.")
    single = [option[0] for option in _options(reader, words[0], unit, case, accents) if len(option) == 1]
    return single[0] if single else Term(np.zeros(0, dtype=np.int64))


def lemma_hint(reader: Reader, query: str) -> str:
    """Where no token has a lemma that is a form: a sentence that names the lemmas of the form; "" else."""
    forms = reader.index.vocabulary("form")
    code = _codes(reader, "form", query.strip(), False, True)
    if not len(code) or len(query.split()) != 1:
        return ""
    lemmas = reader.index.vocabulary("lemma")
    of_it = np.unique(lemmas.codes[np.isin(forms.codes, code)])
    shown = ", ".join(f"'{lemmas.terms[place]}'" for place in of_it[of_it >= 0][:3])
    return f"no lemma is '{query.strip()}'; as a form its lemma is {shown}" if shown else ""


def _words(query: str) -> list[str]:
    if not isinstance(query, str) or not query.strip():
        raise InputError("concordance: got no query; give a word, a phrase, a pattern, a cue or a code.")
    if len(query) > LONGEST_QUERY:
        raise InputError(f"concordance: the query has {len(query):,} characters; allowed are {LONGEST_QUERY:,}.")
    return query.split()


def _options(reader: Reader, word: str, unit: str, case: bool, accents: bool) -> list[tuple[Term, ...]]:
    """The ways to find one word of the query: as one token, or cut into several."""
    alone: list[str] = []
    options: list[tuple[Term, ...]] = []
    for alternative in filter(None, re.split(r"(?<!\\)\|", word)):
        whole = _codes(reader, unit, alternative, case, accents)
        if len(whole):
            alone.append(alternative)
        # tokenisers cut "l'azienda" and "cannot"; a plain word that stands somewhere whole is not cut
        if not len(whole) or not alternative.isalnum():
            for pieces in _cuts(reader, alternative):
                terms = tuple(Term(_codes(reader, unit, piece, case, accents), (piece,)) for piece in pieces)
                options += [terms] if all(len(term.codes) for term in terms) else []
    if alone:
        codes = [_codes(reader, unit, alternative, case, accents) for alternative in alone]
        options.insert(0, (Term(np.unique(np.concatenate(codes)), tuple(alone)),))
    return options


def _cuts(reader: Reader, word: str) -> list[tuple[str, ...]]:
    """The ways a word may have been cut into tokens: after apostrophes, and as the tokenisers do."""
    cuts = [tuple(re.findall(r"[^'’]*['’]|[^'’]+", word))]
    if not _wild(word):
        plain = _unescaped(word)
        langs = [lang for lang in LANGUAGES if lang in reader.index.langs] or list(LANGUAGES)
        cuts += [tuple(_escaped(token.text) for token in simple_tokens(plain, lang)) for lang in langs]
    return [pieces for pieces in dict.fromkeys(cuts) if len(pieces) > 1]


def _codes(reader: Reader, unit: str, piece: str, case: bool, accents: bool) -> np.ndarray:
    """The terms of a vocabulary that a piece of the query names; forms are compared without case here."""
    case = case and unit != "form"
    name = (unit, case, accents)
    if name not in reader.keys:
        keys = [folded(str(term), case, accents) for term in reader.index.vocabulary(unit).terms]
        places: dict[str, list[int]] = {}
        for place, key in enumerate(keys):
            places.setdefault(key, []).append(place)
        reader.keys[name] = (keys, places)
    keys, places = reader.keys[name]
    if not _wild(piece):
        return np.array(places.get(folded(_unescaped(piece), case, accents), []), dtype=np.int64)
    fits = _matcher(piece, case, accents)
    # wildcards stand for words, never for punctuation alone
    return np.array([n for n, key in enumerate(keys) if fits(key) and any(map(str.isalnum, key))], dtype=np.int64)


def _wild(piece: str) -> bool:
    return bool(re.search(r"(?<!\\)[*?]", piece))


def _unescaped(piece: str) -> str:
    return re.sub(r"\\([*?|])", r"\1", piece)


def _escaped(piece: str) -> str:
    return re.sub(r"([*?|])", r"\\\1", piece)


def _matcher(piece: str, case: bool, accents: bool) -> Callable[[str], bool]:
    """Whether a key fits a piece with wildcards; the groups take no step back, so that many stars cost no time."""
    parts = re.split(r"(?<!\\)\*+", piece)
    single = [
        ".".join(re.escape(folded(_unescaped(bit), case, accents)) for bit in re.split(r"(?<!\\)\?", part))
        for part in parts
    ]
    middle = "".join(f"(?>.*?{part})" for part in single[1:-1] if part)
    pattern = re.compile(single[0] + (middle + ".*" + single[-1] if len(single) > 1 else ""), re.DOTALL)
    return lambda key: pattern.fullmatch(key) is not None


def _sequence(reader: Reader, vocabulary: Vocabulary, terms: Sequence[Term], touching: Sequence[bool]) -> np.ndarray:
    """The tokens where a sequence of terms begins; looked for from its rarest term on."""
    codes, size = vocabulary.codes, len(vocabulary.terms)
    order = [0]
    if len(terms) > 1:
        counts = np.bincount(codes[codes >= 0], minlength=size)
        order = sorted(range(len(terms)), key=lambda place: int(counts[terms[place].codes].sum()))
    at = np.flatnonzero(terms[order[0]].among(codes, size)) - order[0]
    at = at[(at >= 0) & (at + len(terms) <= len(codes))]
    for place in order[1:]:
        at = at[terms[place].among(codes[at + place], size)]
    index, last = reader.index, at + len(terms) - 1
    if len(terms) > 1:
        at = at[(index.doc[at] == index.doc[last]) & (index.passage[at] == index.passage[last])]
    for place in np.flatnonzero(touching).tolist():
        at = at[index.start[at + place] == index.end[at + place - 1]]
    return at


def _of_this_case(reader: Reader, at: np.ndarray, terms: Sequence[Term], accents: bool) -> np.ndarray:
    """Those whose tokens have the capitals of the query."""
    index = reader.index
    for place, term in enumerate(terms):
        wanted = [
            _matcher(piece, True, accents) if _wild(piece) else folded(_unescaped(piece), True, accents).__eq__
            for piece in term.patterns
        ]
        token = at + place
        spans = zip(index.doc[token].tolist(), index.start[token].tolist(), index.end[token].tolist(), strict=True)
        forms = [folded(reader.texts.at(doc)[start:end], True, accents) for doc, start, end in spans]
        fits = {form: any(fit(form) for fit in wanted) for form in dict.fromkeys(forms)}
        at = at[np.array([fits[form] for form in forms], dtype=bool)]
    return at


def _hits(reader: Reader, vocabulary: Vocabulary, found: Sequence[tuple[np.ndarray, int]]) -> Hits:
    """Hits in the order of the text, each once; of one beginning the shortest first."""
    longest = max((length for _, length in found), default=1)
    keys = np.unique(np.concatenate([at * (longest + 1) + length for at, length in found] or [np.zeros(0, np.int64)]))
    first, length = np.divmod(keys, longest + 1)
    names: dict[str, int] = {}
    which = np.zeros(len(first), dtype=np.int32)
    for size in np.unique(length).tolist():
        here = np.flatnonzero(length == size)
        rows = vocabulary.codes[first[here, None] + np.arange(size)]
        distinct, inverse = (
            np.unique(rows, axis=0, return_inverse=True) if size > 1 else np.unique(rows, return_inverse=True)
        )
        shown = [" ".join(str(term) for term in vocabulary.terms[np.atleast_1d(row)]) for row in distinct]
        which[here] = np.array([names.setdefault(name, len(names)) for name in shown])[inverse.ravel()]
    index, last = reader.index, first + length
    start, end = index.start[first], index.end[last - 1] if len(last) else index.end[:0]
    return Hits(index.doc[first], start, end, first, last, which, tuple(names))
