"""Words and spelling of passages as weighted terms, looked up once per distinct word.

``words`` are lemmas and pairs of lemmas, ``spelling`` character 3-5-grams within words; both weighted by (1 + log
count) * inverse document frequency, rows of length 1. scikit-learn's TfidfVectorizer finds the terms and how rare
they are; the weights are those it would give, without making the n-grams of a word each time the word occurs.
"""

from array import array
from collections.abc import Sequence
from functools import partial
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from toolkit.principles.interface import CODED_LANGUAGES
from toolkit.text import fold, folded_lemmas, lemmatise
from toolkit.text.pieces import TokenColumns
from toolkit.text.pipelines import simple_columns
from toolkit.text.recent import Recent

__all__ = ["FEWEST", "MANY", "TermSpace", "Tokens", "tokens_of"]

#: Training passages that a term of words and of spelling must occur in; more of them where
#: there are many passages: 75,000 terms then instead of 113,000.
FEWEST = ((2, 3), (3, 6))
MANY = 10_000
_SHORTEST, _LONGEST = 3, 5
#: Distinct words whose terms are kept.
_KEPT = 80_000

#: By language: which of the texts are in it, and their tokens (``text`` counts these texts).
Tokens = dict[str, tuple[np.ndarray, TokenColumns]]


class TermSpace:
    """The terms of words and spelling with their inverse document frequencies."""

    def __init__(self, terms: tuple[Sequence[str], Sequence[str]], idf: tuple[np.ndarray, np.ndarray]) -> None:
        """``terms`` of words and of spelling in the order of their columns; ``idf``: float64, one for each."""
        self._terms, self._idf = terms, idf
        words = {term: column for column, term in enumerate(terms[0])}
        # a lemma may hold a space itself: a term is every pair that it can be read as
        pairs = {pair: column for term, column in words.items() for pair in _pairs(term)}
        #: Lemmas that terms consist of, numbered from 1.
        self._lemmas = {lemma: n for n, lemma in enumerate(dict.fromkeys([*words, *(x for p in pairs for x in p)]), 1)}
        self._column_of_lemma = np.array([-1, *(words.get(lemma, -1) for lemma in self._lemmas)])
        self._base = len(self._lemmas) + 1
        keys = np.array([self._lemmas[a] * self._base + self._lemmas[b] for a, b in pairs], dtype=np.int64)
        order = np.argsort(keys)
        self._pair_keys, self._pair_columns = keys[order], np.array(list(pairs.values()), dtype=np.int64)[order]
        self._forms = {lang: Recent(partial(self._lemma_of, lang=lang), _KEPT) for lang in CODED_LANGUAGES}
        self._columns = {term: column for column, term in enumerate(terms[1])}
        self._spelt = Recent(self._spelling_of, _KEPT)

    @classmethod
    def fitted(cls, texts: Sequence[str], langs: Sequence[str]) -> "TermSpace":
        """The space of training texts."""
        fewest, often = FEWEST[len(texts) >= MANY]
        words = TfidfVectorizer(analyzer=_ngrams, min_df=fewest)
        spelling = TfidfVectorizer(analyzer="char_wb", ngram_range=(_SHORTEST, _LONGEST), min_df=often)
        # without a term that comes back, an empty vocabulary would be an error
        words.fit([*_lemmas(texts, langs), *([["\x00"]] * fewest)])
        spelling.fit([*map(fold, texts), *(["\x00\x01\x02"] * often)])
        terms = words.get_feature_names_out().tolist(), spelling.get_feature_names_out().tolist()
        return cls(terms, (words.idf_, spelling.idf_))

    def arrays(self) -> dict[str, np.ndarray]:
        """The space as arrays, for a model file; see :meth:`of_arrays`."""
        found: dict[str, np.ndarray] = {}
        for name, terms, idf in zip(("words", "spelling"), self._terms, self._idf, strict=True):
            found[f"{name}_terms"] = np.frombuffer("\n".join(terms).encode("utf-8"), dtype=np.uint8)
            found[f"{name}_idf"] = idf.astype(np.float32)
        return found

    @classmethod
    def of_arrays(cls, arrays: dict[str, np.ndarray]) -> "TermSpace":
        """The space that :meth:`arrays` described."""
        words, spelling = (arrays[f"{name}_terms"].tobytes().decode("utf-8") for name in ("words", "spelling"))
        idf = arrays["words_idf"].astype(np.float64), arrays["spelling_idf"].astype(np.float64)
        return cls((words.split("\n"), spelling.split("\n")), idf)

    def weigh(
        self, texts: Sequence[str], langs: Sequence[str], tokens: Tokens | None = None
    ) -> tuple[csr_matrix, csr_matrix]:
        """Weights of words and of spelling, (n, terms) each, float32; ``tokens`` of the texts, if they are at hand."""
        rows, columns = self._words(tokens_of(texts, langs) if tokens is None else tokens)
        counts = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(texts), len(self._terms[0])))
        found = [b"".join(map(self._spelt.__getitem__, text.split())) for text in texts]
        ends = np.cumsum([0, *map(len, found)]) // np.dtype(np.int32).itemsize
        # a bytearray, for an array that can be sorted in place
        spelt = np.frombuffer(bytearray().join(found), dtype=np.int32)
        spelling = csr_matrix((np.ones(len(spelt)), spelt, ends), shape=(len(texts), len(self._terms[1])))
        return _weighted(counts, self._idf[0]), _weighted(spelling, self._idf[1])

    def _words(self, tokens: Tokens) -> tuple[np.ndarray, np.ndarray]:
        """Row and column of each lemma and each pair of lemmas that is a term."""
        rows, columns = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for lang, (texts, found) in tokens.items():
            of_form = np.fromiter(map(self._forms[lang].__getitem__, found.forms), np.int64, len(found.forms))
            lemma = of_form[found.form]
            single = self._column_of_lemma[lemma]
            rows.append(texts[found.text[single >= 0]])
            columns.append(single[single >= 0])
            beside = (found.text[1:] == found.text[:-1]) & (lemma[1:] > 0) & (lemma[:-1] > 0)
            keys = lemma[:-1][beside] * self._base + lemma[1:][beside]
            places = np.minimum(np.searchsorted(self._pair_keys, keys), max(len(self._pair_keys) - 1, 0))
            known = self._pair_keys[places] == keys if len(self._pair_keys) else np.zeros(len(keys), bool)
            rows.append(texts[found.text[1:][beside][known]])
            columns.append(self._pair_columns[places[known]])
        return np.concatenate(rows), np.concatenate(columns)

    def _lemma_of(self, form: str, lang: str) -> int:
        """Number of a form's lemma, 0 where no term has it."""
        return self._lemmas.get(fold(lemmatise(form, lang)), 0)

    def _spelling_of(self, word: str) -> bytes:
        """The columns of a word's character n-grams, each as often as it occurs, as the bytes of 32-bit integers."""
        # a word of accents alone folds to nothing
        grams = [gram for part in fold(word).lower().split() for gram in _character_ngrams(f" {part} ")]
        return array("i", [column for column in map(self._columns.get, grams) if column is not None]).tobytes()


def tokens_of(texts: Sequence[str], langs: Sequence[str]) -> Tokens:
    """Tokens of the texts that are in a coded language."""
    found = {}
    for lang in CODED_LANGUAGES:
        rows = np.array([row for row, other in enumerate(langs) if other == lang], dtype=np.int64)
        if len(rows):
            found[lang] = rows, simple_columns([texts[row] for row in rows], lang)
    return found


def _weighted(counts: csr_matrix, idf: np.ndarray) -> csr_matrix:
    """Counts of terms to weights, rows of length 1."""
    counts.sum_duplicates()
    counts.data = (np.log(counts.data) + 1) * idf[counts.indices]
    # scikit-learn refuses a matrix without rows
    return csr_matrix(normalize(counts, copy=False) if counts.shape[0] else counts, dtype=np.float32)


def _character_ngrams(word: str) -> list[str]:
    """The n-grams of a word between two spaces, as scikit-learn counts them: one shorter than n counts once."""
    sizes = range(_SHORTEST, min(_LONGEST, max(len(word), _SHORTEST)) + 1)
    return [word[start : start + size] for size in sizes for start in range(max(len(word) - size + 1, 1))]


def _pairs(term: str) -> list[tuple[str, str]]:
    """What stands before and after each space."""
    return [(term[:place], term[place + 1 :]) for place, sign in enumerate(term) if sign == " "]


def _lemmas(texts: Sequence[str], langs: Sequence[str]) -> list[list[str]]:
    """Lemmas; none in other languages, which have no pipeline."""
    return [
        folded_lemmas(text, lang) if lang in CODED_LANGUAGES else [] for text, lang in zip(texts, langs, strict=True)
    ]


def _ngrams(lemmas: list[str]) -> list[str]:
    return lemmas + [f"{a} {b}" for a, b in pairwise(lemmas)]
