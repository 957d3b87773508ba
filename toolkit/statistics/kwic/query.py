r"""Words and phrases as they are asked for, found in the numbers of an index.

A query is written as in the text: ``l'azienda``, ``redes sociales``, ``¿qué?``, ``#*``. Between its words there is
nothing but white space in the text, or nothing at all: punctuation is found where it is written in the query, and
passed over nowhere. All of it stands in one passage. ``*`` stands for any run of signs inside a token, ``?`` for one,
``*`` alone for one word; ``a|b`` for one word or another; a backslash before one of these takes it as it is, and a
``?`` after ``¿`` is a question mark. Where a tokeniser cuts a word, as in ``#pymes`` or ``cliente/amigo``, so does the
query; a wildcard then stands inside one of the tokens. Straight and curly apostrophes are one, and so are composed and
decomposed accents. Occurrences that overlap are all found, but of those that begin at one token the longest only:
``l'*`` is "l'azienda" where a tokeniser cuts it, not "l'" as well.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from toolkit.statistics.kwic.contexts import Hits, Reader
from toolkit.statistics.kwic.terms import Option, codes_of, compared, matcher, options_of, words_of

__all__ = ["find_places", "find_words", "lemmas_of_form"]


def find_words(reader: Reader, query: str, unit: str, case: bool, accents: bool) -> Hits:
    """All places of a word or phrase; ``unit``: "form" or "lemma". ``found`` are the terms that stand there.

    Raises :class:`InputError` as :func:`find_places` does.
    """
    first, last = find_places(reader, query, unit, case, accents)
    names, found = _names(reader, unit, first, last)
    index = reader.index
    end = index.end[last - 1] if len(last) else index.end[:0]
    return Hits(index.doc[first], index.start[first], end, first, last, found, names)


def find_places(reader: Reader, query: str, unit: str, case: bool, accents: bool) -> tuple[np.ndarray, np.ndarray]:
    """The first token of each occurrence and one after its last, in the order of the text, each once.

    Raises :class:`InputError` for an empty query, one of more than 1,000 characters, and signs that say nothing.
    """
    words = words_of(query)
    known = {word: options_of(reader, word, unit, case, accents) for word in dict.fromkeys(words)}
    options = [known[word] for word in words]
    search = _Search(reader, unit, case, accents)
    # from the rarest word on, to both sides
    rarest = int(np.argmin([search.most(word) for word in options])) if len(options) > 1 else 0
    first, last = search.places(options[rarest])
    for word in options[rarest + 1 :]:
        first, last = search.grown(first, last, word, to_right=True)
    for word in options[:rarest][::-1]:
        first, last = search.grown(first, last, word, to_right=False)
    index = reader.index
    if (last - first > 1).any():
        end = last - 1
        one = (index.doc[first] == index.doc[end]) & (index.passage[first] == index.passage[end])
        first, last = first[one], last[one]
    if any(len(word) > 1 for word in options):
        longest = int((last - first).max(initial=1)) + 1
        first, length = np.divmod(np.unique(first * longest + last - first), longest)
        longest_here = np.append(first[1:] != first[:-1], True) if len(first) else np.zeros(0, dtype=bool)
        first, last = first[longest_here], (first + length)[longest_here]
    return first, last


class _Search:
    """The tokens of an index as the options of words are looked for in them."""

    def __init__(self, reader: Reader, unit: str, case: bool, accents: bool) -> None:
        self._reader, self._index, self._unit = reader, reader.index, unit
        self._codes, terms = reader.index.vocabulary(unit)
        self._size = len(terms)
        self._case, self._accents = case and unit == "form", accents

    def most(self, word: Sequence[Option]) -> int:
        """How many places a word has at most."""
        return sum(min(self._often(option)) for option in word)

    def places(self, word: Sequence[Option]) -> tuple[np.ndarray, np.ndarray]:
        """Where a word stands: first token, and one after the last."""
        found = []
        for option in word:
            often = self._often(option) if len(option) > 1 else [0]
            place = often.index(min(often))
            begin = np.flatnonzero(option[place].among(self._codes, self._size)) - place
            begin = begin[self._fits(begin, option)]
            found.append((begin, begin + len(option)))
        return _joined(found)

    def grown(
        self, first: np.ndarray, last: np.ndarray, word: Sequence[Option], *, to_right: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """The occurrences before or after which a word stands, with it."""
        found = []
        for option in word:
            begin = last if to_right else first - len(option)
            rows = self._fits(begin, option)
            begin = begin[rows]
            found.append((first[rows], begin + len(option)) if to_right else (begin, last[rows]))
        return _joined(found)

    def _often(self, option: Option) -> list[int]:
        counts = self._reader.counts(self._unit)
        return [int(counts[term.codes].sum()) for term in option]

    def _fits(self, begin: np.ndarray, option: Option) -> np.ndarray:
        """The rows of ``begin`` where an option stands."""
        rows = np.flatnonzero((begin >= 0) & (begin + len(option) <= len(self._codes)))
        begin, index = begin[rows], self._index
        for place, term in enumerate(option):
            here = term.among(self._codes[begin + place], self._size)
            if place:
                here &= index.start[begin + place] == index.end[begin + place - 1]
            rows, begin = rows[here], begin[here]
        for place, term in enumerate(option) if self._case else ():
            here = self._of_this_case(begin + place, [matcher(piece, True, self._accents) for piece in term.patterns])
            rows, begin = rows[here], begin[here]
        return rows

    def _of_this_case(self, token: np.ndarray, wanted: list) -> np.ndarray:
        """Which tokens have the capitals of the query, (tokens,)."""
        index, texts = self._index, self._reader.texts
        spans = zip(index.doc[token].tolist(), index.start[token].tolist(), index.end[token].tolist(), strict=True)
        forms = [texts.at(doc)[start:end] for doc, start, end in spans]
        keys = {form: compared(form, True, self._accents) for form in dict.fromkeys(forms)}
        fits = {form: any(fit(key) for fit in wanted) for form, key in keys.items()}
        return np.array([fits[form] for form in forms], dtype=bool)


def _joined(found: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    if len(found) == 1:
        return found[0]
    nothing = np.zeros(0, dtype=np.int64)
    return (
        np.concatenate([nothing, *(first for first, _ in found)]),
        np.concatenate([nothing, *(last for _, last in found)]),
    )


class _Phrases(Sequence[str]):
    """The words of different phrases, each written when it is asked for: of three million most are never shown."""

    def __init__(self, terms: np.ndarray, rows: list[tuple[np.ndarray, np.ndarray]]) -> None:
        self._terms, self._rows = terms, rows
        self._begins = np.cumsum([0, *(len(codes) for codes, _ in rows)])

    def __len__(self) -> int:
        return int(self._begins[-1])

    def __getitem__(self, place: int) -> str:  # type: ignore[override]
        group = int(np.searchsorted(self._begins, place, side="right")) - 1
        codes, touching = (part[place - self._begins[group]] for part in self._rows[group])
        pieces = [str(self._terms[code]) for code in codes.tolist()]
        return pieces[0] + "".join(
            piece if touches else f" {piece}" for piece, touches in zip(pieces[1:], touching.tolist(), strict=True)
        )


def _names(reader: Reader, unit: str, first: np.ndarray, last: np.ndarray) -> tuple[Sequence[str], np.ndarray]:
    """The words that stand in each occurrence as in the text, with or without a blank between them."""
    index = reader.index
    codes, terms = index.vocabulary(unit)
    length = last - first
    if (length == 1).all():
        own: Any = terms
        return own, codes[first]
    found = np.zeros(len(first), dtype=np.int64)
    groups: list[tuple[np.ndarray, np.ndarray]] = []
    many = 0
    for size in np.flatnonzero(np.bincount(length)).tolist():
        here = np.flatnonzero(length == size)
        key = codes[first[here]].astype(np.int64)
        for place in range(1, size):
            token = first[here] + place
            touching = index.start[token] == index.end[token - 1]
            # numbered anew at each word, so that the keys of long phrases stay small
            key = pd.factorize(key * (2 * len(terms)) + 2 * codes[token] + touching)[0]
        key = pd.factorize(key)[0] if size == 1 else key
        found[here] = many + key
        # the occurrence from which each phrase is read; which of them is all the same
        shown = np.zeros(int(key.max()) + 1, dtype=np.int64)
        shown[key] = first[here]
        tokens = shown[:, None] + np.arange(size)
        groups.append((codes[tokens], index.start[tokens[:, 1:]] == index.end[tokens[:, :-1]]))
        many += len(shown)
    return _Phrases(terms, groups), found


def lemmas_of_form(reader: Reader, query: str) -> list[str]:
    """The lemmas of a form that is itself no lemma; [] for a lemma, several words, or what is no form."""
    word = query.strip()
    if len(query.split()) != 1 or len(codes_of(reader, "lemma", word, False, True)):
        return []
    code = codes_of(reader, "form", word, False, True)
    codes, terms = reader.index.vocabulary("lemma")
    of_it = np.unique(codes[np.isin(reader.index.vocabulary("form").codes, code)])
    return [str(terms[place]) for place in of_it[of_it >= 0]]
