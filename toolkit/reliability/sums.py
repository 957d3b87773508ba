"""Sums per document that coefficients of agreement rest on, and their value in every bootstrap sample."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, wraps
from typing import ParamSpec, TypeVar

import numpy as np
from threadpoolctl import ThreadpoolController

from toolkit.reliability.distances import BLOCK, Distance, label_distance, label_distances
from toolkit.reliability.ratings import MISSING, Ratings

__all__ = [
    "Counts",
    "PairOfCoders",
    "Pairable",
    "expected_disagreement",
    "label_shares",
    "mean_disagreement",
    "one_thread",
    "pair_of_coders",
    "pairable",
    "ratio",
    "unit_disagreement",
    "varied",
]

Given = ParamSpec("Given")
Result = TypeVar("Result")


@cache
def _threads() -> ThreadpoolController:
    """Made once: to look for the libraries of threads takes longer than many a coefficient."""
    return ThreadpoolController()


def one_thread(measure: Callable[Given, Result]) -> Callable[Given, Result]:
    """A measure that multiplies matrices in one thread, so that the number of cores changes no digit, and threads do
    not wait for each other while the cores are busy with other work."""

    @wraps(measure)
    def alone(*args: Given.args, **options: Given.kwargs) -> Result:
        with _threads().limit(limits=1):
            return measure(*args, **options)

    return alone


class Counts:
    """How much of each of ``columns`` things lies in each document; the sum over documents in each sample."""

    def __init__(self, doc: np.ndarray, column: np.ndarray, amount: np.ndarray, documents: int, columns: int) -> None:
        self.columns = columns
        if documents * columns <= BLOCK:
            flat = np.bincount(doc * columns + column, amount, documents * columns)
            self.of_document = flat.reshape(documents, columns)
        else:  # a document holds few of thousands of distinct sets: the full table would be mostly zeros
            from scipy.sparse import coo_array

            self.of_document = coo_array((amount, (column, doc)), shape=(columns, documents)).tocsr()

    def sums(self, weights: np.ndarray) -> np.ndarray:
        """``weights`` (R, documents) -> (R, columns)."""
        if isinstance(self.of_document, np.ndarray):
            return weights @ self.of_document
        return np.ascontiguousarray((self.of_document @ weights.T).T)


@dataclass(frozen=True)
class Pairable:
    """The units that two or more judged, each unit's values without gaps (U, most of a unit; the missing at the end),
    their number (U,) and the document (U,)."""

    values: np.ndarray
    judged: np.ndarray
    doc: np.ndarray


def pairable(r: Ratings) -> Pairable:
    """For measures to which it does not matter who said what: with many coders of whom few judge a unit, closing the
    gaps saves most of the work."""
    judged = (r.values != MISSING).sum(1)
    most = int(judged.max(initial=0))
    values = r.values if most == r.values.shape[1] else -np.sort(-r.values, axis=1)[:, :most]
    if judged.min(initial=2) > 1:
        return Pairable(values, judged, r.doc)
    some = judged > 1
    return Pairable(values[some], judged[some], r.doc[some])


def unit_disagreement(units: Pairable, distance: Distance) -> np.ndarray:
    """The sum of the distances of all pairs of a unit's values, each pair once, (U,)."""
    apart = np.zeros(len(units.values))
    for rows, first, second in pairs_of(units.values):
        apart[rows] += distance(first, second)
    return apart


def pairs_of(values: np.ndarray) -> Iterator[tuple[np.ndarray | slice, np.ndarray, np.ndarray]]:
    """For each pair of columns the units with a value in both, and these values."""
    there = values != MISSING
    for first in range(values.shape[1]):
        for second in range(first + 1, values.shape[1]):
            both = there[:, first] & there[:, second]
            rows = slice(None) if both.all() else np.flatnonzero(both)
            yield rows, values[rows, first], values[rows, second]


def mean_disagreement(r: Ratings, weights: np.ndarray, scale: str) -> np.ndarray:
    """The mean over the units of the mean distance of their pairs of values, (R,)."""
    units = pairable(r)
    mean = unit_disagreement(units, label_distance(r.labels, scale)) * 2 / (units.judged * (units.judged - 1))
    number = np.bincount(units.doc, minlength=r.documents)
    of_document = np.column_stack([np.bincount(units.doc, mean, r.documents), number])
    apart, count = (weights @ of_document).T
    return ratio(apart, count, count > 0)


def label_shares(r: Ratings, weights: np.ndarray) -> np.ndarray:
    """The mean share of each label in the judgements of a unit, over all units that anybody judged, (R, L)."""
    there = r.values != MISSING
    judged = there.sum(1)
    unit, coder = np.nonzero(there)
    counts = Counts(r.doc[unit], r.values[unit, coder], 1 / judged[unit], r.documents, len(r.labels))
    units = weights @ np.bincount(r.doc[judged > 0], minlength=r.documents)
    sums = counts.sums(weights)
    return np.divide(sums, units[:, None], out=np.zeros_like(sums), where=units[:, None] > 0)


@dataclass(frozen=True)
class PairOfCoders:
    """Of the units that both judged: the sum of their distances (R,), how often each of the two gave each label
    (R, L), and their number (R,)."""

    apart: np.ndarray
    first: np.ndarray
    second: np.ndarray
    units: np.ndarray


def pair_of_coders(r: Ratings, weights: np.ndarray, scale: str) -> PairOfCoders:
    """The sums of two coders; ``r`` has these two alone."""
    both = (r.values != MISSING).all(1)
    first, second, doc = r.values[both, 0], r.values[both, 1], r.doc[both]
    apart = label_distance(r.labels, scale)(first, second)
    ones = np.ones(len(doc))
    return PairOfCoders(
        weights @ np.bincount(doc, apart, r.documents),
        Counts(doc, first, ones, r.documents, len(r.labels)).sums(weights),
        Counts(doc, second, ones, r.documents, len(r.labels)).sums(weights),
        weights @ np.bincount(doc, minlength=r.documents),
    )


def expected_disagreement(first: np.ndarray, second: np.ndarray, labels: tuple, name: str) -> np.ndarray:
    """The sum over all pairs of labels of how often ``first`` has the one, ``second`` the other, and their distance:
    (R, L) twice -> (R,)."""
    total = np.zeros(len(first))
    for rows, distance in label_distances(labels, name):
        total += ((second @ distance.T) * first[:, rows]).sum(1)
    return total


def ratio(above: np.ndarray, below: np.ndarray, defined: np.ndarray) -> np.ndarray:
    """``above / below``, missing where it is not ``defined``."""
    return np.divide(above, below, out=np.full(len(above), np.nan), where=defined & (below > 0))


def varied(labels: np.ndarray) -> np.ndarray:
    """Where more than one label occurs, (R, L) -> (R,): counted, since rounding can hide an expected disagreement of
    exactly 0."""
    return (labels > 0).sum(1) > 1
