"""Which measures answer a question about coded units: name of the measure -> its value in each sample."""

import warnings
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from toolkit.reliability.coded import Coded, document_sums
from toolkit.reliability.coefficients import (
    cohen_kappa,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    percent_agreement,
    scott_pi,
)
from toolkit.reliability.ratings import Ratings

__all__ = [
    "Block",
    "binary_block",
    "category_block",
    "mean_of",
    "overall_block",
    "ratings_f1",
    "scale_block",
    "set_block",
    "unit_f1",
]

#: Measure -> its value in each of R samples (R,); the first is that of the documents themselves.
Block = dict[str, np.ndarray]


def category_block(ratings: Ratings, weights: np.ndarray) -> Block:
    """Nominal categories: percent, the kappas that fit the number of coders, AC1 and alpha."""
    found = {"percent": percent_agreement(ratings, weights)}
    if ratings.values.shape[1] == 2:
        found |= {"cohen_kappa": cohen_kappa(ratings, weights), "scott_pi": scott_pi(ratings, weights)}
    else:
        # for two coders it would repeat Scott's pi
        found["fleiss_kappa"] = fleiss_kappa(ratings, weights)
    return found | {
        "gwet_ac1": gwet_ac(ratings, weights),
        "alpha_nominal": krippendorff_alpha(ratings, weights),
    }


def scale_block(ratings: Ratings, weights: np.ndarray) -> Block:
    """Levels from low to high: ordinal alpha, AC2, weighted kappas of two coders."""
    found = {
        "alpha_ordinal": krippendorff_alpha(ratings, weights, "ordinal"),
        "gwet_ac2": gwet_ac(ratings, weights, "ordinal"),
    }
    if ratings.values.shape[1] == 2:
        found["cohen_kappa_linear"] = cohen_kappa(ratings, weights, "linear")
        found["cohen_kappa_quadratic"] = cohen_kappa(ratings, weights, "quadratic")
    return found


def set_block(coded: Coded, weights: np.ndarray) -> Block:
    """Sets of codes: share of equal sets, micro-F1, alpha with Jaccard and MASI distances."""
    sets = coded.of_sets()
    return {
        "percent": percent_agreement(sets, weights),
        "f1": unit_f1(coded, weights)[0],
        "alpha_jaccard": krippendorff_alpha(sets, weights, "jaccard"),
        "alpha_masi": krippendorff_alpha(sets, weights, "masi"),
    }


def overall_block(coded: Coded, weights: np.ndarray, single: bool, means: bool = True) -> Block:
    """All codes at once, with one code per unit or sets of them; ``means``: with means over codes."""
    if single:
        return category_block(coded.of_one(), weights) | {"f1": unit_f1(coded, weights)[0]}
    found = set_block(coded, weights)
    if not means:
        return found
    of_codes = [coded.of_code(code) for code in range(len(coded.codes))]
    if len(coded.coders) == 2:
        found["cohen_kappa_mean"] = mean_of([cohen_kappa(one, weights) for one in of_codes])
    found["alpha_mean"] = mean_of([krippendorff_alpha(one, weights) for one in of_codes])
    return found


def binary_block(coded: Coded, given: np.ndarray, weights: np.ndarray) -> Block:
    """One question with yes or no, given (U, m): those of categories, F1 of "yes", and how often "yes" was said."""
    seen, sure = document_sums(coded.seen, coded.doc, coded.documents), given & coded.seen
    total = weights @ document_sums(sure, coded.doc, coded.documents).sum(1)
    f1 = _pair_f1(coded, sure[:, :, None], weights)[1][:, 0]
    return {"rate": _share(total, weights @ seen.sum(1)), "f1": f1, **category_block(coded.truth(given), weights)}


def unit_f1(coded: Coded, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """F1 = 2 both / (first + second) over units x codes, mean over pairs of coders: all codes (R,), each (R, C).

    Positive agreement (Dice 1945; Hripcsak & Rothschild 2005, J. Am. Med. Inform. Assoc. 12, 296-298): the same
    whoever of the two is taken as reference. Pairs that gave no code are left out; missing where none gave one.
    """
    return _pair_f1(coded, coded.given, weights)


def _pair_f1(coded: Coded, given: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    whole, each = [], []
    for first, second in coded.pairs():
        both_saw = (coded.seen[:, first] & coded.seen[:, second])[:, None]
        one, other = given[:, first] & both_saw, given[:, second] & both_saw
        hits = weights @ document_sums(one & other, coded.doc, coded.documents)
        total = weights @ document_sums(one.astype(np.int8) + other, coded.doc, coded.documents)
        whole.append(_share(2 * hits.sum(1), total.sum(1)))
        each.append(_share(2 * hits, total))
    return mean_of(whole), mean_of(each)


def ratings_f1(binary: Ratings, weights: np.ndarray) -> np.ndarray:
    """F1 of the second of two labels, as :func:`unit_f1`, (R,)."""
    values = []
    for first, second in combinations(range(binary.values.shape[1]), 2):
        one, other = binary.values[:, first], binary.values[:, second]
        both = (one >= 0) & (other >= 0)
        sums = weights @ document_sums(
            np.column_stack([2 * both * (one * other == 1), both * ((one == 1) * 1 + (other == 1))]),
            binary.doc,
            binary.documents,
        )
        values.append(_share(sums[:, 0], sums[:, 1]))
    return mean_of(values)


def mean_of(values: Sequence[np.ndarray]) -> np.ndarray:
    """The mean of those that are defined, sample by sample."""
    with warnings.catch_warnings():
        # a sample in which none is defined has no mean
        warnings.filterwarnings("ignore", "Mean of empty slice", RuntimeWarning)
        mean: np.ndarray = np.nanmean(np.stack(values), axis=0)
    return mean


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    found = np.full(whole.shape, np.nan)
    return np.divide(part, whole, out=found, where=whole > 0)
