"""Coding by the codebook's cue words and phrases: transparent, needs no examples, misses what is put otherwise."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from toolkit.codebook import Codebook
from toolkit.text import LONGEST_CUED as LONGEST
from toolkit.text import CueMatcher, Hit
from toolkit.text.pieces import TokenColumns

__all__ = ["LONGEST", "CueHit", "CueIndex", "cue_index", "cue_score"]


class CueHit(NamedTuple):
    """A cue found in a text: its code (place in the codebook), words, weight 1-3, and position in the text."""

    code: int
    cue: str
    weight: int
    start: int
    end: int


class CueIndex:
    """All cues of a codebook, ready to be looked for in texts of its languages."""

    def __init__(self, codebook: Codebook) -> None:
        places = {code: number for number, code in enumerate(codebook.code_ids)}
        self._cues = {lang: [cue for cue in codebook.cues if cue.lang == lang] for lang in ("es", "it", "en")}
        self._places = places
        self._matchers = {
            lang: CueMatcher(lang, [(cue.cue, cue.needs) for cue in cues]) for lang, cues in self._cues.items() if cues
        }

    def find(self, text: str, lang: str) -> list[CueHit]:
        """The cues in a text, by position; of a text longer than LONGEST in its beginning."""
        if lang not in self._matchers:
            return []
        return self._named(self._matchers[lang].match(text[:LONGEST]), lang)

    def find_all(self, count: int, tokens: Mapping[str, tuple[np.ndarray, TokenColumns]]) -> list[list[CueHit]]:
        """The cues in each of so many texts, given their tokens (:func:`toolkit.principles.terms.tokens_of`)."""
        hits: list[list[CueHit]] = [[] for _ in range(count)]
        for lang, (rows, columns) in tokens.items():
            if lang in self._matchers:
                for number, found in self._matchers[lang].match_tokens(columns).items():
                    hits[rows[number]] = self._named(found, lang)
        return hits

    def _named(self, hits: list[Hit], lang: str) -> list[CueHit]:
        cues = self._cues[lang]
        return [
            CueHit(self._places[cues[hit.cue].code], cues[hit.cue].cue, cues[hit.cue].weight, hit.start, hit.end)
            for hit in hits
        ]

    def weights(self, hits: Sequence[Sequence[CueHit]]) -> np.ndarray:
        """Sum of the weights of distinct cues, shape (texts, codes)."""
        result = np.zeros((len(hits), len(self._places)))
        for row, found in enumerate(hits):
            for code, _, weight in {(hit.code, hit.cue, hit.weight) for hit in found}:
                result[row, code] += weight
        return result


@lru_cache(maxsize=8)
def cue_index(codebook: Codebook) -> CueIndex:
    """The cue index of a codebook, made once per process."""
    return CueIndex(codebook)


def cue_score(weights: np.ndarray) -> np.ndarray:
    """Weights of distinct cues w to scores w / (w + 2), 0 to 1, higher for more evidence; decided from .5.

    A single good cue (2) or a nearly decisive one (3) decides, a weak one (1) only beside another. Not a
    probability: the hybrid coder gives those.

    >>> cue_score(np.array([0.0, 1.0, 2.0, 3.0])).round(2).tolist()
    [0.0, 0.33, 0.5, 0.6]
    """
    return weights / (weights + 2.0)
