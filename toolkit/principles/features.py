"""What the learnt coders see of a passage: its meaning, its cues, its words, its spelling, its markers of stance.

``meaning`` are sentence vectors (one array for each encoder), ``cues`` the summed weights of distinct cues for each
code, ``words`` tf-idf weights of lemmas (1-2 grams) and ``spelling`` of character 3-5 grams, both of length 1.
Meaning finds the same thought in other words and in the other language; words and spelling find terms that the
encoders blur; markers tell which side a sentence takes.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, diags_array
from sklearn.feature_extraction.text import TfidfVectorizer

from toolkit.codebook import Codebook
from toolkit.principles.cues import LONGEST, CueHit, cue_index
from toolkit.principles.interface import CODED_LANGUAGES
from toolkit.principles.markers import MARKED_LANGUAGES, marker_features
from toolkit.text import Encoder, embed, fold, folded_lemmas

__all__ = ["FEWEST", "Described", "TermSpace", "describe"]

#: More cue weight than this for one code says nothing more.
_MOST_CUE_WEIGHT = 6.0
#: Training passages that a term of words and of spelling must occur in; more of them where
#: there are many passages: 75,000 terms then instead of 113,000.
FEWEST = ((2, 3), (3, 6))
MANY = 10_000


class Described(NamedTuple):
    """n passages as the learner sees them: ``meaning`` one (n, dimensions) array for each encoder, ``cues``
    (n, codes), sparse ``words`` and ``spelling``, ``markers`` (n, markers), and the cue ``hits`` they contain."""

    meaning: tuple[np.ndarray, ...]
    cues: np.ndarray
    words: csr_matrix
    spelling: csr_matrix
    markers: np.ndarray
    hits: list[list[CueHit]]

    def rows(self, chosen: Any) -> "Described":
        """The passages at these places."""
        places = np.arange(len(self.cues))[chosen]
        return Described(
            tuple(part[places] for part in self.meaning),
            self.cues[places],
            self.words[places],
            self.spelling[places],
            self.markers[places],
            [self.hits[place] for place in places],
        )


class TermSpace:
    """The terms of words and spelling with their inverse document frequencies."""

    def __init__(self, fewest: tuple[int, int] = FEWEST[0]) -> None:
        words, spelling = fewest
        self._words = TfidfVectorizer(analyzer=_ngrams, min_df=words, sublinear_tf=True)
        self._spelling = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=spelling, sublinear_tf=True)

    @classmethod
    def fitted(cls, texts: Sequence[str], langs: Sequence[str]) -> "TermSpace":
        """The space of training texts."""
        words, spelling = FEWEST[len(texts) >= MANY]
        space = cls((words, spelling))
        # without a term that comes back, an empty vocabulary would be an error
        space._words.fit([*_lemmas(texts, langs), *([["\x00"]] * words)])
        space._spelling.fit([*map(fold, texts), *(["\x00\x01\x02"] * spelling)])
        return space

    def arrays(self) -> dict[str, np.ndarray]:
        """The space as arrays, for a model file; see :meth:`of_arrays`."""
        found: dict[str, np.ndarray] = {}
        for name, vectorizer in (("words", self._words), ("spelling", self._spelling)):
            terms = "\n".join(vectorizer.get_feature_names_out())
            found[f"{name}_terms"] = np.frombuffer(terms.encode("utf-8"), dtype=np.uint8)
            found[f"{name}_idf"] = vectorizer.idf_.astype(np.float32)
        return found

    @classmethod
    def of_arrays(cls, arrays: dict[str, np.ndarray]) -> "TermSpace":
        """The space that :meth:`arrays` described."""
        space = cls()
        for name, vectorizer in (("words", space._words), ("spelling", space._spelling)):
            terms = arrays[f"{name}_terms"].tobytes().decode("utf-8").split("\n")
            vectorizer.vocabulary = {term: place for place, term in enumerate(terms)}
            vectorizer.idf_ = arrays[f"{name}_idf"].astype(np.float64)
        return space

    def weigh(self, texts: Sequence[str], langs: Sequence[str]) -> tuple[csr_matrix, csr_matrix]:
        """Weights of words and of spelling, (n, terms) each, float32."""
        words = self._words.transform(_lemmas(texts, langs))
        spelling = self._spelling.transform([fold(text) for text in texts])
        return csr_matrix(words, dtype=np.float32), csr_matrix(spelling, dtype=np.float32)


def describe(
    passages: pd.DataFrame,
    codebook: Codebook,
    space: TermSpace,
    encoders: Sequence[Encoder],
    *,
    keep: bool = False,
    markers: bool = True,
    progress: bool = False,
) -> Described:
    """Features of passages (doc_id, lang, text); of one longer than 20,000 characters its beginning counts.

    Of passages in other languages than Spanish and Italian the meaning alone is read: terms and cues that they share
    with these two are chance ("come", "sale").
    The passages of a document are encoded together: a vector depends on its document, not on the other documents.
    """
    texts = [text[:LONGEST] for text in passages["text"]]
    langs = passages["lang"].tolist()
    groups = passages["doc_id"].tolist()
    known = np.isin(np.array(langs, dtype=object), CODED_LANGUAGES)
    words, spelling = (diags_array(known.astype(np.float32)) @ part for part in space.weigh(texts, langs))
    index = cue_index(codebook)
    hits = [index.find(text, lang) if lang in CODED_LANGUAGES else [] for text, lang in zip(texts, langs, strict=True)]
    return Described(
        tuple(embed(texts, encoder, groups=groups, keep=keep, progress=progress) for encoder in encoders),
        np.minimum(index.weights(hits), _MOST_CUE_WEIGHT).astype(np.float32),
        csr_matrix(words),
        csr_matrix(spelling),
        _markers(texts, langs) if markers else np.zeros((len(texts), 0), np.float32),
        hits,
    )


def _markers(texts: Sequence[str], langs: Sequence[str]) -> np.ndarray:
    """Markers of stance; all 0 for passages in other languages, which have no list."""
    known = [lang in MARKED_LANGUAGES for lang in langs]
    found, names = marker_features(
        [text for text, here in zip(texts, known, strict=True) if here],
        [lang for lang, here in zip(langs, known, strict=True) if here],
    )
    result = np.zeros((len(texts), len(names)), np.float32)
    result[known] = found
    return result


def _lemmas(texts: Sequence[str], langs: Sequence[str]) -> list[list[str]]:
    """Lemmas; none in other languages, which have no pipeline."""
    return [
        folded_lemmas(text, lang) if lang in CODED_LANGUAGES else [] for text, lang in zip(texts, langs, strict=True)
    ]


def _ngrams(lemmas: list[str]) -> list[str]:
    return lemmas + [f"{a} {b}" for a, b in pairwise(lemmas)]
