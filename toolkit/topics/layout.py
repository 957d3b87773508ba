"""Where topics stand on a map: near each other when they use the same words."""

import numpy as np

from toolkit.errors import InputError

__all__ = ["layout_variance", "scaled", "topic_layout"]

#: Coordinates and eigenvalues below this share of the largest are noise of the arithmetic.
_NOISE = 1e-9


def topic_layout(topic_term: np.ndarray) -> np.ndarray:
    """Positions of topics on a plane, shape (k, 2).

    Jensen-Shannon distances (square root of the divergence to base 2, 0 the same words to 1 no word in common)
    between the rows of ``topic_term`` (k, terms; not negative, each with a positive sum; they are scaled to 1), laid
    out by :func:`scaled`. This is the map of LDAvis (Sievert & Shirley 2014) with the distance in place of the
    divergence: it is a metric of Hilbert type (Fuglede & Topsøe 2004), so that no eigenvalue is negative.

    The first axis holds the larger variance; :func:`layout_variance` says how much the two hold. One topic, or
    topics that are all the same, stand at (0, 0); two topics lie on the first axis.

    Raises
    ------
    InputError
        where ``topic_term`` is no table of finite numbers >= 0 or a row has no positive one.
    """
    return scaled(_distances(topic_term))


def layout_variance(topic_term: np.ndarray) -> tuple[float, float]:
    """The shares (0-1) of all variance of the distances that the two axes of :func:`topic_layout` hold."""
    values, _ = _axes(_distances(topic_term))
    total = values.sum()
    both = [*values[:2].tolist(), 0.0, 0.0]
    return (float(both[0] / total), float(both[1] / total)) if total > 0 else (0.0, 0.0)


def scaled(distances: np.ndarray) -> np.ndarray:
    """Positions on a plane, shape (k, 2), from distances (k, k): classical scaling (Torgerson 1952).

    On each axis the place farthest from the middle is positive (the first of them, where several are): an axis has
    no direction of its own, and two runs are to give one picture. Distances must be symmetric, finite and not
    negative; else :class:`InputError`.
    """
    values, vectors = _axes(np.asarray(distances, dtype=np.float64))
    places = np.zeros((len(vectors), 2))
    for axis in range(min(2, len(values))):
        if values[axis] > 0:
            places[:, axis] = _directed(vectors[:, axis] * np.sqrt(values[axis]))
    return places


def _directed(places: np.ndarray) -> np.ndarray:
    """The axis turned so that its farthest place is positive; what is only noise is 0."""
    far = np.abs(places).max()
    places = np.where(np.abs(places) < _NOISE * far, 0.0, places)
    # the first of the farthest, with ties up to noise: rounding must not turn the picture
    first = int(np.argmax(np.abs(places) >= far * (1 - 1e-6)))
    turned: np.ndarray = places * np.sign(places[first]) + 0.0
    return turned


def _axes(distances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues, largest first and not negative, and eigenvectors of the doubly centred squared distances."""
    from threadpoolctl import threadpool_limits

    shape = distances.shape
    if len(shape) != 2 or shape[0] != shape[1] or not shape[0]:
        raise InputError(f"map of topics: distances of shape {shape}, expected (topics, topics); give every pair.")
    if not np.isfinite(distances).all() or (distances < 0).any() or not np.allclose(distances, distances.T):
        raise InputError("map of topics: distances must be finite, 0 or more, and the same both ways.")
    squares = distances**2
    centred = squares - squares.mean(0) - squares.mean(1)[:, None] + squares.mean()
    # one BLAS thread: the number of cores changes no digit
    with threadpool_limits(1):
        values, vectors = np.linalg.eigh(-(centred + centred.T) / 4)
    values, vectors = values[::-1], vectors[:, ::-1]
    return np.where(values > _NOISE * values[0], values, 0.0), vectors


def _distances(topic_term: np.ndarray) -> np.ndarray:
    from scipy.spatial.distance import pdist, squareform

    rows = np.asarray(topic_term, dtype=np.float64)
    if rows.ndim != 2 or not rows.size:
        raise InputError(f"map of topics: topics of shape {rows.shape}, expected (topics, terms) with one or more.")
    if not np.isfinite(rows).all() or (rows < 0).any():
        raise InputError("map of topics: a weight is negative or no number; give topics as probabilities of terms.")
    if (rows.sum(1) <= 0).any():
        empty = int(np.argmax(rows.sum(1) <= 0)) + 1
        raise InputError(f"map of topics: row {empty} has no weight above 0; leave that topic out.")
    found = pdist(rows / rows.sum(1, keepdims=True), "jensenshannon") / np.sqrt(np.log(2))
    # rows that are the same up to rounding (1e-16) come out as its root, or as the root of a negative number
    return squareform(np.where(found > 1e-7, found, 0.0))
