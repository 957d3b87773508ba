"""Coefficients of agreement between coders, each in every bootstrap sample of documents.

Every measure takes ``Ratings`` and ``weights`` (R, documents), how often each document counts in each of R samples
(toolkit.resampling.sample_weights: first row once each, then bootstrap samples), and returns its R values. All rest on
sums per document, so that a thousand samples cost one product of matrices and no unit is ever copied.

1 is perfect agreement; more is better. A coefficient corrected for chance is 1 - D_o / D_e, observed by expected
disagreement: 0 is what chance gives, below 0 is worse than chance. Where all used one single category there is nothing
to disagree about, D_e is 0 and the coefficient 0 / 0: missing (NaN), not 1, since data without variation cannot show
that coders tell the categories apart (Krippendorff 2004, Content Analysis, 2nd ed., chapter 11). A sample without a
unit that two coders judged is missing in every measure.
"""

from collections.abc import Hashable

import numpy as np

from toolkit.errors import InputError
from toolkit.reliability.distances import BLOCK, DISTANCES, SCALES, check_name, label_distance, label_distances
from toolkit.reliability.ratings import MISSING, Ratings
from toolkit.reliability.sums import (
    Counts,
    Pairable,
    PairOfCoders,
    expected_disagreement,
    label_shares,
    mean_disagreement,
    one_thread,
    pair_of_coders,
    pairable,
    pairs_of,
    ratio,
    unit_disagreement,
    varied,
)

__all__ = [
    "cohen_kappa",
    "cohen_kappa_max",
    "fleiss_kappa",
    "gwet_ac",
    "krippendorff_alpha",
    "percent_agreement",
    "scott_pi",
]


@one_thread
def percent_agreement(r: Ratings, weights: np.ndarray | None = None) -> np.ndarray:
    """The share of pairs of coders who said the same of a unit, (R,), 0 to 1, not corrected for chance.

    Any number of coders, with missing data: of each unit that two or more judged, the share of its pairs that agree;
    then the mean over these units, each counting the same (P-bar of Fleiss 1971; p_a of Gwet 2014).
    Sets agree when they are equal. Defined with one category, too.

    >>> r = Ratings.from_rows([["a", "a"], ["a", "b"], ["b", "b"], ["b", None]])
    >>> percent_agreement(r, np.ones((1, 4))).round(3).tolist()
    [0.667]
    """
    weights = r.check_weights(weights)
    return 1 - mean_disagreement(r, weights, "nominal")


@one_thread
def cohen_kappa(r: Ratings, weights: np.ndarray | None = None, scale: str = "nominal") -> np.ndarray:
    """Cohen's kappa of two coders, (R,), -1 to 1: chance is what each coder's own shares of the labels give.

    ``scale``: "nominal" (Cohen 1960, Educational and Psychological Measurement 20, p. 40), "linear" or "quadratic"
    for ordered labels (Cohen 1968, Psychological Bulletin 70, 213-220), see ``label_distance``. Units that only one of
    the two judged are left out everywhere. Raises InputError unless there are two coders: take a pair with ``r.of``.

    >>> r = Ratings.from_rows([["a", "a"], ["a", "b"], ["b", "b"], ["b", "b"]])
    >>> cohen_kappa(r, np.ones((1, 4))).tolist()
    [0.5]
    """
    check_name(scale, SCALES[:3], "scale")
    pair = _two_coders(r, weights, "Cohen's kappa", scale)
    expected = expected_disagreement(pair.first, pair.second, r.labels, scale)
    return 1 - ratio(pair.apart * pair.units, expected, varied(pair.first + pair.second))


@one_thread
def cohen_kappa_max(r: Ratings, weights: np.ndarray | None = None) -> np.ndarray:
    """The highest kappa that the two coders' shares of the labels allow, (R,), -1 to 1 (Cohen 1960, p. 42).

    Below 1 where one coder gives a label more often than the other: then no sorting of units could reach 1.

    >>> import numpy as np
    >>> from toolkit.reliability import Ratings, cohen_kappa_max
    >>> r = Ratings.from_rows([["a", "a"], ["a", "b"], ["b", "b"], ["b", "b"]])
    >>> cohen_kappa_max(r, np.ones((1, 4))).round(3).tolist()  # the second said "a" less often: 1 is out of reach
    [0.5]
    """
    pair = _two_coders(r, weights, "the maximum of Cohen's kappa", "nominal")
    expected = expected_disagreement(pair.first, pair.second, r.labels, "nominal")
    unavoidable = pair.units - np.minimum(pair.first, pair.second).sum(1)
    return 1 - ratio(unavoidable * pair.units, expected, varied(pair.first + pair.second))


@one_thread
def scott_pi(r: Ratings, weights: np.ndarray | None = None) -> np.ndarray:
    """Scott's pi of two coders, (R,), -1 to 1: chance is what the shares of both together give (Scott 1955, Public
    Opinion Quarterly 19, 321-325). Units that only one of the two judged are left out.

    Raises InputError unless there are two coders; ``fleiss_kappa`` is the same for more.

    >>> import numpy as np
    >>> from toolkit.reliability import Ratings, scott_pi
    >>> r = Ratings.from_rows([["a", "a"], ["a", "b"], ["b", "b"], ["b", "b"]])
    >>> scott_pi(r, np.ones((1, 4))).round(3).tolist()
    [0.467]
    """
    pair = _two_coders(r, weights, "Scott's pi", "nominal")
    both = pair.first + pair.second
    return 1 - ratio(4 * pair.apart * pair.units, expected_disagreement(both, both, r.labels, "nominal"), varied(both))


@one_thread
def fleiss_kappa(r: Ratings, weights: np.ndarray | None = None, category: Hashable = None) -> np.ndarray:
    """Fleiss' kappa of any number of coders, (R,), -1 to 1 (Fleiss 1971, Psychological Bulletin 76, 378-382).

    Fleiss has the same number of judgements for every unit. With missing data as Gwet generalises it (2014, Handbook of
    Inter-Rater Reliability, 4th ed.; his R package irrCAC): agreement is ``percent_agreement``; the share of a label is
    the mean, over all units that anybody judged, of its share in the unit's judgements, so that units judged by one
    coder count for chance alone. ``category``: kappa of this label against all others (Fleiss 1971).

    >>> r = Ratings.from_rows([["a", "a", "a"], ["a", "b", "b"], ["b", "b", "b"]])
    >>> fleiss_kappa(r, np.ones((1, 3))).round(3).tolist()
    [0.55]
    """
    weights = r.check_weights(weights)
    if category is not None:
        r = r.against_rest(category)
    shares = label_shares(r, weights)
    expected = expected_disagreement(shares, shares, r.labels, "nominal")
    return 1 - ratio(mean_disagreement(r, weights, "nominal"), expected, varied(shares))


@one_thread
def gwet_ac(r: Ratings, weights: np.ndarray | None = None, scale: str = "nominal") -> np.ndarray:
    """Gwet's AC1 ("nominal") and AC2 (another scale) of any number of coders, (R,), -1 to 1.

    Gwet 2008, British Journal of Mathematical and Statistical Psychology 61, 29-48: chance agreement is small where one
    label is far more common than the others, so that AC1 stays high where kappa falls. ``scale``: "linear",
    "quadratic" or "ordinal", see ``label_distance``. Missing data as in ``fleiss_kappa`` (Gwet 2014).
    The number of categories is that of ``r.labels``, used or not. Unlike the other coefficients it stays defined
    when all used one single category of several, and is 1 then; missing with fewer than two labels.

    >>> import numpy as np
    >>> from toolkit.reliability import Ratings, cohen_kappa, gwet_ac
    >>> r = Ratings.from_rows([["yes", "no"], ["no", "yes"], *[["no", "no"]] * 8])  # one label is far more common
    >>> gwet_ac(r, np.ones((1, 10))).round(2).tolist(), cohen_kappa(r, np.ones((1, 10))).round(2).tolist()
    ([0.76], [-0.11])
    """
    check_name(scale, SCALES, "scale")
    weights = r.check_weights(weights)
    count = len(r.labels)
    if count < 2:
        return np.full(len(weights), np.nan)
    shares = label_shares(r, weights)
    weight_sum = count**2 - sum(block.sum() for _, block in label_distances(r.labels, scale))
    chance = weight_sum / (count * (count - 1)) * (shares * (1 - shares)).sum(1)
    return 1 - mean_disagreement(r, weights, scale) / (1 - chance)


@one_thread
def krippendorff_alpha(r: Ratings, weights: np.ndarray | None = None, distance: str = "nominal") -> np.ndarray:
    """Krippendorff's alpha of any number of coders with missing data, (R,), up to 1; below 0 is worse than chance.

    ``distance``: "nominal", "ordinal" (labels from low to high), "interval", "ratio" (numbers), "jaccard" or "masi"
    (frozensets of codes): see ``label_distance``. Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability",
    sections C and D: units that one coder judged are left out; in the others every value is paired with every other of
    the unit. Corrected for small samples, so that for two coders alpha is above Scott's pi by (1 - pi) / 2N.

    >>> rows = [[1, 0], [1, 1], [0, 1], [0, 0], [0, 0], [0, 1], [0, 0], [0, 1], [0, 0], [0, 0]]  # ibid., section A
    >>> krippendorff_alpha(Ratings.from_rows(rows), np.ones((1, 10))).round(3).tolist()
    [0.095]
    """
    check_name(distance, DISTANCES, "distance")
    weights = r.check_weights(weights)
    units = pairable(r)
    if distance == "ordinal":
        return _alpha_ordinal(r, units, weights)
    apart = unit_disagreement(units, label_distance(r.labels, distance)) * 2 / (units.judged - 1)
    observed = weights @ np.bincount(units.doc, apart, r.documents)
    given = _labels_given(r, units)
    alpha = np.full(len(weights), np.nan)
    for rows in _blocks(len(weights), len(r.labels)):
        labels = given.sums(weights[rows])
        if distance == "interval":
            numbers = np.array([float(label) for label in r.labels])
            expected = _squared_differences(labels, np.broadcast_to(numbers, labels.shape))
        else:
            expected = expected_disagreement(labels, labels, r.labels, distance)
        alpha[rows] = 1 - ratio((labels.sum(1) - 1) * observed[rows], expected, varied(labels))
    return alpha


def _alpha_ordinal(r: Ratings, units: Pairable, weights: np.ndarray) -> np.ndarray:
    """The ordinal distance depends on how often each label was given in the sample, so that the coincidences of labels
    are needed. It is the square of how many values lie between two labels, half of their own counted (Krippendorff
    2011, section D): the difference of the mean ranks of the two labels.
    """
    given = _labels_given(r, units)
    first, second, met = _coincidences(r, units)
    alpha = np.full(len(weights), np.nan)
    for rows in _blocks(len(weights), max(len(r.labels), len(first))):
        labels = given.sums(weights[rows])
        rank = np.cumsum(labels, 1) - labels / 2
        observed = (met.sums(weights[rows]) * (rank[:, first] - rank[:, second]) ** 2).sum(1)
        expected = _squared_differences(labels, rank)
        alpha[rows] = 1 - ratio((labels.sum(1) - 1) * observed, expected, varied(labels))
    return alpha


def _labels_given(r: Ratings, units: Pairable) -> Counts:
    """How often each label was given in each document."""
    unit, place = np.nonzero(units.values != MISSING)
    return Counts(units.doc[unit], units.values[unit, place], np.ones(len(unit)), r.documents, len(r.labels))


def _coincidences(r: Ratings, units: Pairable) -> tuple[np.ndarray, np.ndarray, Counts]:
    """The pairs of different labels that met in a unit (two arrays of P places), and how often in each document, a unit
    of m values counting 1 / (m - 1) for each (Krippendorff 2011, section C, step 2)."""
    doc, pair, amount = [np.empty(0, int)], [np.empty(0, int)], [np.empty(0)]
    for rows, one, other in pairs_of(units.values):
        differ = one != other
        low, high = np.minimum(one, other)[differ], np.maximum(one, other)[differ]
        doc.append(units.doc[rows][differ])
        pair.append(low.astype(np.int64) * len(r.labels) + high)
        amount.append(2 / (units.judged[rows][differ] - 1))
    kinds, column = np.unique(np.concatenate(pair), return_inverse=True)
    met = Counts(np.concatenate(doc), column, np.concatenate(amount), r.documents, len(kinds))
    return kinds // max(1, len(r.labels)), kinds % max(1, len(r.labels)), met


def _squared_differences(labels: np.ndarray, number: np.ndarray) -> np.ndarray:
    """The sum of the squared differences of all pairs of values, each pair twice: how often each label was given and
    its number, both (R, L) -> (R,). As 2 n times the sum of squares about the mean, since L can be thousands."""
    total = labels.sum(1)
    mean = ratio((labels * number).sum(1), total, total > 0)
    return 2 * total * (labels * (number - mean[:, None]) ** 2).sum(1)


def _two_coders(r: Ratings, weights: np.ndarray | None, measure: str, scale: str) -> PairOfCoders:
    if r.values.shape[1] != 2:
        raise InputError(
            f"{measure} compares two coders, got {r.values.shape[1]}; choose a pair with ratings.of(first, second), "
            "or take fleiss_kappa or krippendorff_alpha for any number."
        )
    return pair_of_coders(r, r.check_weights(weights), scale)


def _blocks(samples: int, width: int) -> list[slice]:
    """Stretches of samples whose sums (rows, ``width``) take four blocks of memory: the fewer stretches, the less often
    the distances of thousands of sets are worked out again."""
    rows = max(1, 4 * BLOCK // max(1, width))
    return [slice(start, start + rows) for start in range(0, samples, rows)]
