"""How likely each language is for many texts at once, by py3langid's model.

py3langid walks through a text byte by byte in Python. Here all texts are walked through side by side, in blocks; the
counts of its features are the same, and the probabilities up to rounding.
"""

import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

__all__ = ["Likelihood"]

#: Bytes walked through one after the other; the blocks are walked through side by side.
_BLOCK = 64
#: Bytes before a block to begin from: the model knows sequences of up to six, so where it stands depends on no more.
_BEFORE = 8
#: A byte that UTF-8 never has, so that no sequence reaches from one text into the next.
_BETWEEN = b"\xff"
#: Bytes worked on at a time: some ten arrays of this length are held.
_BATCH = 2_000_000


class Likelihood:
    """The model of a ``py3langid.langid.LanguageIdentifier`` (with ``norm_probs``), for many texts.

    >>> from py3langid.langid import MODEL_FILE, LanguageIdentifier
    >>> identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    >>> identifier.set_languages(["es", "it"])
    >>> likelihood = Likelihood(identifier)
    >>> likelihood.languages, likelihood(["Le marche ascoltano?", "Las marcas escuchan."]).round(1).tolist()
    (['es', 'it'], [[0.1, 0.9], [1.0, 0.0]])
    """

    def __init__(self, identifier: Any) -> None:
        self.languages: list[str] = identifier.nb_classes
        # place of the next state, by place of the state's row and byte; place of each state's row; feature found there
        self._next = np.asarray(identifier.tk_nextmove)
        self._row = np.asarray(identifier.tk_row).astype(np.int64) << 8
        self._feature = np.asarray(identifier.tk_output)
        self._weights = identifier.nb_ptc.astype(np.float64)
        self._prior = identifier.nb_pc.astype(np.float64)

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """The probability of each of ``languages`` for each text, (texts, languages)."""
        coded = [_bytes(text) for text in texts]
        lengths = np.fromiter(map(len, coded), np.int64, len(coded))
        batch = np.cumsum(lengths) // _BATCH
        borders = [0, *(np.flatnonzero(np.diff(batch)) + 1).tolist(), len(coded)]
        scores = np.concatenate([self._scores(coded[low:high], lengths[low:high]) for low, high in pairwise(borders)])
        # scaled as py3langid does, so that long texts are not always sure
        scores /= np.sqrt(np.maximum(lengths, 1))[:, None]
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(scores / scores.sum(axis=1, keepdims=True), dtype=np.float64)

    def _scores(self, coded: Sequence[bytes], lengths: NDArray[np.int64]) -> NDArray[np.float64]:
        counts = self.counts(coded, lengths)
        counts.data = np.log1p(counts.data)
        return np.asarray(counts @ self._weights + self._prior)

    def counts(self, coded: Sequence[bytes], lengths: NDArray[np.int64]) -> csr_matrix:
        """How often each text has each feature of the model, (texts, features)."""
        begin = np.cumsum(lengths + 1) - lengths - 1
        signs = np.frombuffer(_BETWEEN.join([*coded, b""]), dtype=np.uint8)
        blocks = -(-len(signs) // _BLOCK)
        padded = np.full(_BEFORE + blocks * _BLOCK, 0xFF, dtype=np.uint8)
        padded[_BEFORE : _BEFORE + len(signs)] = signs
        feature = np.empty((_BLOCK, blocks), dtype=self._feature.dtype)
        state = np.zeros(blocks, dtype=np.int64)
        for place in range(-_BEFORE, _BLOCK):
            state = self._next[self._row[state] + padded[_BEFORE + place :: _BLOCK][:blocks]]
            if place >= 0:
                feature[place] = self._feature[state]
        found = feature.T.ravel()
        places = np.flatnonzero(found >= 0)
        borders = np.searchsorted(places, np.append(begin, len(signs)))
        shape = len(coded), len(self._weights)
        counts = csr_matrix((np.ones(len(places)), found[places], borders), shape=shape)
        counts.sum_duplicates()
        return counts


def _bytes(text: str) -> bytes:
    """A text as py3langid reads it: shouting lowered, signs composed."""
    text = text.lower() if text.isupper() else text
    return unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass")
