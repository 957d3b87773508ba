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
#: Rows of passages compared with the training passages at a time: 256 x 20,000 numbers are 20 MB.
_CHUNK = 256


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
        return (first @ self.axes, *((part - self.centre) / self.spread for part in second))

    def near(self, described: Described, rows: np.ndarray | None = None) -> list[np.ndarray]:
        """weight * exp(-gamma |v - v_i|^2) for each encoder, (passages, training passages)."""
        kernels = zip(MEANING, GAMMAS, self.placed(described), self.vectors, strict=False)
        return [
            np.float32(weight) * _exp(_squared(ours, theirs if rows is None else theirs[rows]), -gamma)
            for weight, gamma, ours, theirs in kernels
        ]

    def same_cues(self, cues: np.ndarray) -> list[np.ndarray]:
        """exp(-gamma s^2 |q - q_i|^2) for each encoder's gamma."""
        apart = _squared(cues, self.cues) * np.float32(CUE_SCALE**2)
        return [np.exp(np.float32(-gamma) * apart) for gamma in GAMMAS[: len(self.vectors)]]


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
        count, targets = len(described.cues), len(self.codes.means)
        meaning, cues = np.zeros((2, count, targets))
        stance_sums = np.zeros((count, len(self.stances.means)))
        # without cues the second factor is that of a passage with none
        none = np.zeros((1, self.kernels.cues.shape[1]), np.float32)
        coefficients = self.codes.coefficients[model].astype(np.float32)
        without = [coefficients * factor.T for factor in self.kernels.same_cues(none)]
        of_stances = self.stances.coefficients[model].astype(np.float32)
        for first in range(0, count, _CHUNK):
            part = slice(first, first + _CHUNK)
            here = described.rows(part)
            with_cues = here.cues.any(1)
            same = self.kernels.same_cues(here.cues[with_cues])
            for number, near in enumerate(self.kernels.near(here)):
                plain = near @ without[number]
                meaning[part] += plain
                if with_cues.any():
                    joint = (near[with_cues] * same[number]) @ coefficients
                    cues[np.flatnonzero(with_cues) + first] += joint - plain[with_cues]
                stance_sums[part] += near[:, self.stances.rows] @ of_stances
        parts = Parts(
            meaning,
            cues,
            described.words @ self.codes.words[model].astype(np.float32),
            described.spelling @ self.codes.spelling[model].astype(np.float32),
        )
        stances = (
            stance_sums
            + described.words @ self.stances.words[model].astype(np.float32)
            + described.spelling @ self.stances.spelling[model].astype(np.float32)
            + (described.markers / self.marker_spread) @ self.stances.markers[model].astype(np.float32)
            + self.stances.means
        )
        return parts, stances


def term_weights(terms: csr_matrix, coefficients: np.ndarray, weight: float) -> np.ndarray:
    """One weight for each model, term and target: what sums over training passages come to."""
    return np.array([weight * (terms.T @ of_model) for of_model in coefficients])


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
