"""How alike two passages are, for learning from examples: meaning, cues, words and spelling in one kernel.

k(a, b) = exp(-gamma |v_a - v_b|^2) + .3 w_a.w_b + .3 c_a.c_b, where v joins the sentence vector and the scaled
cue weights, w are tf-idf weights of lemmas (1-2 grams) and c of character 3-5 grams, both of length 1. Meaning
finds the same thought in other words and in the other language; words and spelling find terms the encoder blurs.
The constants were chosen by leave-one-out on the example bank (tests/benchmarks/mapping.py), not on test texts.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from toolkit.codebook import Codebook
from toolkit.principles.cues import LONGEST, CueHit, cue_index
from toolkit.text import Encoder, embed, fold, folded_lemmas

__all__ = ["Described", "SentenceKernel"]

GAMMA = 1.2
CUE_SCALE = 0.06
LEXICAL = 0.3
#: More cue weight than this for one code says nothing more.
_MOST_CUE_WEIGHT = 6.0


class Described(NamedTuple):
    """Passages as the kernel sees them: ``vectors`` (n, 512), joined ``meaning`` (n, 512 + codes), sparse
    ``words`` and ``spelling``, and the cue hits they contain."""

    vectors: np.ndarray
    meaning: np.ndarray
    words: object
    spelling: object
    hits: list[list[CueHit]]


class SentenceKernel:
    """The kernel fitted to an example bank; ``described`` holds the examples themselves."""

    def __init__(
        self,
        texts: Sequence[str],
        langs: Sequence[str],
        codebook: Codebook,
        *,
        with_cues: bool,
        encoder: Encoder | None,
    ) -> None:
        self._codebook, self._with_cues, self._encoder = codebook, with_cues, encoder
        self._words = TfidfVectorizer(analyzer=_ngrams, min_df=2, sublinear_tf=True)
        self._spelling = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=3, sublinear_tf=True)
        lemmas = [folded_lemmas(text, lang) for text, lang in zip(texts, langs, strict=True)]
        folded = [fold(text) for text in texts]
        # without a term that comes back, an empty vocabulary would be an error
        self._words.fit([*lemmas, ["\x00"], ["\x00"]])
        self._spelling.fit([*folded, "\x00\x01\x02", "\x00\x01\x02", "\x00\x01\x02"])
        self.described = self._describe(texts, langs, lemmas, folded, keep=True)

    def describe(self, texts: Sequence[str], langs: Sequence[str]) -> Described:
        """Features of other passages; of one longer than 20,000 characters its beginning counts."""
        texts = [text[:LONGEST] for text in texts]
        lemmas = [folded_lemmas(text, lang) for text, lang in zip(texts, langs, strict=True)]
        return self._describe(texts, langs, lemmas, [fold(text) for text in texts], keep=False)

    def _describe(
        self,
        texts: Sequence[str],
        langs: Sequence[str],
        lemmas: list[list[str]],
        folded: list[str],
        *,
        keep: bool,
    ) -> Described:
        vectors = embed(texts, self._encoder, keep=keep, progress=len(texts) > 500).astype(np.float64)
        index = cue_index(self._codebook)
        hits = [index.find(text, lang) for text, lang in zip(texts, langs, strict=True)]
        weights = np.minimum(index.weights(hits), _MOST_CUE_WEIGHT) * (CUE_SCALE if self._with_cues else 0.0)
        meaning = np.hstack([vectors, weights]) if len(texts) else np.zeros((0, 1))
        return Described(vectors, meaning, self._words.transform(lemmas), self._spelling.transform(folded), hits)

    def gram(self, passages: Described) -> np.ndarray:
        """Similarities of passages to the examples, shape (passages, examples)."""
        a, b = passages.meaning, self.described.meaning
        squared = (a**2).sum(1)[:, None] + (b**2).sum(1)[None, :] - 2 * (a @ b.T)
        result = np.exp(-GAMMA * np.maximum(squared, 0))
        for ours, theirs in (
            (passages.words, self.described.words),
            (passages.spelling, self.described.spelling),
        ):
            result += LEXICAL * (ours @ theirs.T).toarray()  # type: ignore[attr-defined]
        return np.asarray(result)


def _ngrams(lemmas: list[str]) -> list[str]:
    return lemmas + [f"{a} {b}" for a, b in pairwise(lemmas)]
