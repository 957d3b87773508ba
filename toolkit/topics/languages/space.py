"""The part of the sentence vectors that tells meaning: without what only tells the language or the length."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from toolkit.errors import InputError
from toolkit.rowwise import product

__all__ = ["MeaningSpace", "checked_vectors", "fit_space", "unit_rows"]

#: Principal axes kept. On the bundled corpus (eight themes, language erased by plain means): agreement of
#: themes from four seeds (ARI) .66 with 15 axes, .53 with 30; mean stability .50 and .47; kappa of parallel texts .63
#: and .59. All 512 axes give nine passages in ten a share above .95, which is not how often translations agree.
DIMENSIONS = 15
#: Rounds of looking for neighbours, and the most passages of a language that are looked at (evenly spaced).
_ROUNDS, _MOST = 3, 5_000


@dataclass(frozen=True, repr=False, eq=False)
class MeaningSpace:
    """Where themes are sought.

    Attributes
    ----------
    mean : (dimension,), taken from every vector.
    axes : (dimension, d), orthonormal: the principal axes of what is left when the erased directions are removed.
    erased : (dimension, e), orthonormal: directions that tell languages or lengths apart; ``axes`` are at right
        angles to them.

    >>> import numpy as np
    >>> from toolkit.topics.languages import MeaningSpace
    >>> space = MeaningSpace(np.zeros(3), np.eye(3)[:, :2], np.eye(3)[:, 2:])  # the third direction is erased
    >>> space.transform(np.array([[3.0, 0.0, 5.0], [0.0, 0.0, 0.0]])).tolist()
    [[1.0, 0.0], [0.0, 0.0]]
    """

    mean: np.ndarray
    axes: np.ndarray
    erased: np.ndarray

    def transform(self, vectors: np.ndarray) -> np.ndarray:
        """Unit vectors in the space, float64, (n, d); a vector of zeros (an empty text) stays zeros."""
        vectors = checked_vectors(vectors, len(self.mean))
        points = unit_rows(product(vectors - self.mean, self.axes))
        points[~vectors.any(1)] = 0
        return points


def fit_space(
    vectors: np.ndarray, langs: Sequence[str], lengths: Sequence[int] | np.ndarray, dimensions: int = DIMENSIONS
) -> MeaningSpace:
    """The space of these passages.

    Two things are erased by orthogonal projection. *Language*: the mean difference of passages of two languages that
    are each other's nearest (Haghverdi, Lun, Morgan & Marioni 2018, Nature Biotechnology 36: mutual nearest
    neighbours); the plain difference of the language means would erase themes that one language alone holds.
    *Length*: the direction of covariance with the log length (compare Belrose et al. 2023, arXiv:2306.03819, section
    4), after which no axis has a linear covariance with it. k-means of the raw vectors sorts paragraphs by length
    (bundled corpus, 8 themes: 46 % of the variance of the log number of content terms lies between themes; here 1 %;
    tests/benchmarks/topics_languages.py).

    Parameters
    ----------
    vectors : (n, dimension). langs : the language of each. lengths : its number of terms, 1 or more.

    >>> import numpy as np
    >>> from toolkit.topics.languages import fit_space
    >>> random = np.random.default_rng(1)
    >>> vectors = random.normal(size=(40, 6))
    >>> space = fit_space(vectors, ["es", "it"] * 20, random.integers(5, 30, 40), dimensions=3)
    >>> points = space.transform(vectors)
    >>> points.shape, bool(np.allclose((points**2).sum(axis=1), 1))  # unit vectors
    ((40, 3), True)
    """
    vectors = checked_vectors(vectors)
    mean = vectors.mean(0)
    centred = vectors - mean
    spoken = np.asarray(langs, dtype=str)
    size = np.log(np.maximum(np.asarray(lengths, dtype=np.float64), 1))
    by_length = centred.T @ (size - size.mean()) / len(size)
    rows = [np.flatnonzero(spoken == lang) for lang in sorted(set(spoken.tolist()))]
    # the first look for neighbours is without the difference of the means, the following without that of neighbours
    erased = _basis(np.array([by_length, *(centred[part].mean(0) for part in rows)]))
    for _ in range(_ROUNDS if len(rows) > 1 else 0):
        points = unit_rows(centred - (centred @ erased) @ erased.T)
        apart = [_difference(centred, points, one, other) for one, other in combinations(rows, 2)]
        erased = _basis(np.array([by_length, *apart]))
    left = centred - (centred @ erased) @ erased.T
    _, strength, axes = np.linalg.svd(left, full_matrices=False)
    kept = min(dimensions, int((strength > 1e-6 * max(strength[0], 1e-12)).sum()))
    if strength[0] < 1e-9:
        raise InputError("joint themes: all passages have the same sentence vector; give texts that differ.")
    return MeaningSpace(mean, np.ascontiguousarray(axes[:kept].T), erased)


def _difference(centred: np.ndarray, points: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Mean difference of the pairs, one of each language, that are each other's nearest by ``points``."""
    one, other = (rows[np.linspace(0, len(rows) - 1, min(len(rows), _MOST)).astype(int)] for rows in (one, other))
    near = points[one] @ points[other].T
    partner = near.argmax(1)
    mutual = near.argmax(0)[partner] == np.arange(len(one))
    return np.asarray((centred[one[mutual]] - centred[other[partner[mutual]]]).mean(0))


def checked_vectors(vectors: np.ndarray, dimension: int | None = None) -> np.ndarray:
    """The vectors as float64, or the error that says what is wrong."""
    vectors = np.asarray(vectors, dtype=np.float64)
    if vectors.ndim != 2 or not len(vectors) or (dimension is not None and vectors.shape[1] != dimension):
        wanted = "any" if dimension is None else dimension
        raise InputError(f"vectors: got shape {vectors.shape}, expected (passages, dimension: {wanted}).")
    bad = np.flatnonzero(~np.isfinite(vectors).all(1))
    if len(bad):
        raise InputError(f"vectors: row {bad[0]} is not all numbers ({len(bad)} such rows); encode the texts again.")
    return vectors


def unit_rows(table: np.ndarray) -> np.ndarray:
    """Rows of length 1; rows of zeros stay."""
    return np.asarray(table / np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-12))


def _basis(directions: np.ndarray) -> np.ndarray:
    """An orthonormal basis (dimension, rank) of what the rows span; rows of (nearly) no length do not count."""
    lengths = np.linalg.norm(directions, axis=1)
    directions = directions[lengths > 1e-9]
    if not len(directions):
        return np.zeros((directions.shape[1], 0))
    _, strength, axes = np.linalg.svd(unit_rows(directions), full_matrices=False)
    return np.asarray(axes[strength > 1e-6].T)
