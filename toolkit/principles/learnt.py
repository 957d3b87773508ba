"""A learnt model of codes and stances: what it keeps of its training, and what it says of other passages.

The raw score of a code is its mean plus three sums over the training passages i,
sum_i c_i exp(-gamma (|v - v_i|^2 + s^2 |q - q_i|^2)) (meaning and cues), sum_i d_i w.w_i (words) and
sum_i d_i u.u_i (spelling), from one kernel ridge regression; the last two are kept as one weight for each term. With
a second encoder the first sum has a second kernel beside it. Model 0 was trained on everything; model 1 + g without
the posts of group g, and codes those posts: nothing is coded by a model that saw it coded.
"""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from toolkit.principles.features import Described, TermSpace
from toolkit.rowwise import BLOCK, MARGIN, block_of, columns, product

__all__ = [
    "AXES",
    "CUE_SCALE",
    "GAMMAS",
    "MARKER_WEIGHT",
    "SPELLING",
    "WORDS",
    "Kernels",
    "Learnt",
    "Parts",
    "Scorer",
    "Sums",
    "term_weights",
]

#: Constants of the kernel, chosen by two-fold cross-validation on the author's codes of the bundled corpus
#: (tests/benchmarks/coders.py constants), where the figures hardly move for half or twice of each.
GAMMAS = (1.2, 0.6)
#: How much the meaning kernel of each encoder counts.
MEANING = (1.0, 2.0)
CUE_SCALE = 0.08
WORDS = 0.4
SPELLING = 0.2
#: Axes of the first encoder's vectors that are kept: half of them, nearly as good (the same benchmark), half the size.
AXES = 256
#: Weight of the markers in the kernel of the stances.
MARKER_WEIGHT = 1.0
#: Passages compared with training passages at a time, and how many of these: two megabytes, which stay in the
#: processor's cache from one step to the next.
_PASSAGES, _TRAINING = BLOCK - 2 * MARGIN, 2_048


class Kernels(NamedTuple):
    """The training passages as the meaning kernels compare with them.

    ``vectors`` one (n, dimensions) array for each encoder: the first's on their main axes (``axes``, 512 x 256 or
    fewer), a second's standardised by ``centre`` and ``spread`` (raw E5 vectors all lie in one direction); ``cues``
    (n, codes).
    """

    vectors: tuple[np.ndarray, ...]
    axes: np.ndarray
    centre: np.ndarray
    spread: np.ndarray
    cues: np.ndarray

    def placed(self, described: Described) -> tuple[np.ndarray, ...]:
        """Sentence vectors of passages in the space of ``vectors``."""
        first, *second = described.meaning
        return (product(first, self.axes), *((part - self.centre) / self.spread for part in second))

    def near(self, described: Described, rows: np.ndarray | None = None) -> list[np.ndarray]:
        """weight * exp(-gamma |v - v_i|^2) for each encoder, (passages, training passages)."""
        kernels = zip(MEANING, GAMMAS, self.placed(described), self.vectors, strict=False)
        return [
            np.float32(weight) * _exp(_squared(ours, theirs if rows is None else theirs[rows]), -gamma)
            for weight, gamma, ours, theirs in kernels
        ]


class Sums(NamedTuple):
    """What a regression keeps: ``rows`` of the training passages it learnt from, ``coefficients`` (models, rows,
    targets), weights of ``words``, ``spelling`` and ``markers`` (models, terms, targets), ``means`` (targets)."""

    rows: np.ndarray
    coefficients: np.ndarray
    words: np.ndarray
    spelling: np.ndarray
    markers: np.ndarray
    means: np.ndarray


class Parts(NamedTuple):
    """Raw scores by what they come from, each (passages, codes): they and the mean add up to the score."""

    meaning: np.ndarray
    cues: np.ndarray
    words: np.ndarray
    spelling: np.ndarray

    def total(self) -> np.ndarray:
        """Their sum."""
        return np.asarray(self.meaning + self.cues + self.words + self.spelling)


class Learnt(NamedTuple):
    """A trained model. ``sigmoid`` (codes, 2) and ``choice`` (5) make probabilities of scores; ``cut`` decides;
    ``groups``: group of a training post or sentence by the key of its text (:mod:`toolkit.principles.held_out`);
    ``spread`` of the markers; ``facts``: what it was trained on and how well it did, for the run record."""

    space: TermSpace
    kernels: Kernels
    codes: Sums
    stances: Sums
    marker_spread: np.ndarray
    sigmoid: np.ndarray
    choice: np.ndarray
    cut: float
    groups: dict[int, int]
    facts: dict[str, object]

    def score(self, described: Described, model: int = 0) -> tuple[Parts, np.ndarray]:
        """Parts of the codes' raw scores, and raw scores of the stances (passages, 4), by one of the models."""
        return Scorer(self).score(described, model)


class Scorer:
    """A learnt model ready to score: what does not depend on the passages is worked out once."""

    def __init__(self, model: Learnt) -> None:
        self._model = model
        kernels = model.kernels
        self._theirs = [_as_theirs(vectors, gamma) for vectors, gamma in zip(kernels.vectors, GAMMAS, strict=False)]
        self._cues = _as_theirs(kernels.cues, CUE_SCALE**2)
        self._weights: dict[int, _Weights] = {}

    def score(self, described: Described, model: int = 0) -> tuple[Parts, np.ndarray]:
        """See :meth:`Learnt.score`."""
        weights = self._weights.get(model)
        if weights is None:
            weights = self._weights[model] = self._weights_of(model)
        count, codes = len(described.cues), len(self._model.codes.means)
        by_meaning = np.zeros((count, codes + len(self._model.stances.means)))
        cues = np.zeros((count, codes))
        with_cues = np.flatnonzero(described.cues.any(1))
        # few combinations of cues occur, and each is compared with the training passages once
        combinations, combination = np.unique(described.cues[with_cues], axis=0, return_inverse=True)
        combination = combination.reshape(-1)
        asked = _as_ours(combinations, CUE_SCALE**2)
        placed = self._model.kernels.placed(described)
        for number, (theirs, gamma) in enumerate(zip(self._theirs, GAMMAS, strict=False)):
            ours = _as_ours(placed[number], gamma)
            begins = range(0, count, _PASSAGES)
            blocks = [block_of(ours[first : first + _PASSAGES]) for first in begins]
            for low in range(0, len(theirs), _TRAINING):
                block = slice(low, low + _TRAINING)
                same = _decayed(product(asked, self._cues[block].T), gamma)
                joint = np.zeros((len(theirs[block]), BLOCK), np.float32)
                for first, of_block in zip(begins, blocks, strict=True):
                    # passages are columns here
                    near = _decayed(columns(theirs[block].T, of_block))
                    found = columns(weights.alone[number][block], near.T)
                    some = slice(first, min(first + _PASSAGES, count))
                    by_meaning[some] += found[:, MARGIN : MARGIN + some.stop - first].T
                    here = slice(*np.searchsorted(with_cues, [first, some.stop]))
                    used = slice(MARGIN, MARGIN + here.stop - here.start)
                    joint[:, used] = near[:, with_cues[here] - first + MARGIN] * same[combination[here]].T
                    cues[with_cues[here]] += columns(weights.joint[number][block], joint.T)[:, used].T
        meaning, stances = by_meaning[:, :codes], by_meaning[:, codes:]
        cues[with_cues] -= meaning[with_cues]
        words, spelling = described.words @ weights.words, described.spelling @ weights.spelling
        stances = (
            stances
            + words[:, codes:]
            + spelling[:, codes:]
            + product(described.markers / self._model.marker_spread, weights.markers)
            + self._model.stances.means
        )
        return Parts(meaning, cues, words[:, :codes], spelling[:, :codes]), stances

    def _weights_of(self, model: int) -> "_Weights":
        codes, stances = self._model.codes, self._model.stances
        of_codes = codes.coefficients[model].astype(np.float32)
        of_stances = np.zeros((len(of_codes), len(stances.means)), np.float32)
        of_stances[stances.rows] = stances.coefficients[model]
        # without cues the second factor is that of a passage with none
        without = self._cues[:, -1:]
        joint = [np.float32(weight) * of_codes for weight, _ in zip(MEANING, self._theirs, strict=False)]
        alone = [
            np.float32(weight) * np.hstack([of_codes * np.exp(without * np.float32(gamma)), of_stances])
            for weight, gamma, _ in zip(MEANING, GAMMAS, self._theirs, strict=False)
        ]
        words, spelling = (
            np.hstack([getattr(sums, part)[model] for sums in (codes, stances)]).astype(np.float32)
            for part in ("words", "spelling")
        )
        return _Weights(alone, joint, words, spelling, stances.markers[model].astype(np.float32))


class _Weights(NamedTuple):
    """Weights of one model, codes before stances: of each kernel ``alone`` and, of codes only, ``joint`` with cues."""

    alone: list[np.ndarray]
    joint: list[np.ndarray]
    words: np.ndarray
    spelling: np.ndarray
    markers: np.ndarray


def term_weights(terms: csr_matrix, coefficients: np.ndarray, weight: float) -> np.ndarray:
    """One weight for each model, term and target: what sums over training passages come to."""
    return np.array([weight * (terms.T @ of_model) for of_model in coefficients])


def _as_ours(vectors: np.ndarray, scale: float) -> np.ndarray:
    """Vectors with two numbers more, so that their product with those of :func:`_as_theirs` is -scale |v - v_i|^2."""
    vectors = vectors.astype(np.float32)
    lengths = np.einsum("ij,ij->i", vectors, vectors)[:, None] * np.float32(-scale)
    return np.hstack([vectors * np.float32(2 * scale), lengths, np.ones_like(lengths)])


def _as_theirs(vectors: np.ndarray, scale: float) -> np.ndarray:
    """See :func:`_as_ours`."""
    vectors = vectors.astype(np.float32)
    lengths = np.einsum("ij,ij->i", vectors, vectors)[:, None] * np.float32(-scale)
    return np.hstack([vectors, np.ones_like(lengths), lengths])


def _decayed(exponents: np.ndarray, factor: float = 1.0) -> np.ndarray:
    """exp(-factor * scale |v - v_i|^2), of products of what :func:`_as_ours` and :func:`_as_theirs` made, in place."""
    np.minimum(exponents, 0, out=exponents)
    return _exp(exponents, factor) if factor != 1 else np.exp(exponents, out=exponents)


def _exp(exponents: np.ndarray, factor: float) -> np.ndarray:
    """exp(factor * exponents), in place."""
    exponents *= np.float32(factor)
    return np.asarray(np.exp(exponents, out=exponents))


def _squared(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Squared distances, (ours, theirs), float32, not below 0."""
    ours, theirs = ours.astype(np.float32, copy=False), theirs.astype(np.float32, copy=False)
    result = (ours * np.float32(-2)) @ theirs.T
    result += np.einsum("ij,ij->i", ours, ours)[:, None]
    result += np.einsum("ij,ij->i", theirs, theirs)[None, :]
    return np.maximum(result, 0, out=result)
