"""How far two labels lie apart, 0 for the same: what a disagreement costs in a coefficient of agreement."""

from collections.abc import Callable, Iterator

import numpy as np

from toolkit.errors import InputError, suggestion

__all__ = ["DISTANCES", "SCALES", "label_distance", "label_distances"]

#: Places in ``labels`` (two whole-number arrays that broadcast against each other) -> distances.
Distance = Callable[[np.ndarray, np.ndarray], np.ndarray]

#: Distances of Krippendorff's alpha ("ordinal" depends on how often each label was given: see coefficients.py).
DISTANCES = ("nominal", "ordinal", "interval", "ratio", "jaccard", "masi")
#: Weights of Cohen's kappa and Gwet's AC2, as disagreement: 1 - weight.
SCALES = ("nominal", "linear", "quadratic", "ordinal")

#: Numbers held at once in one step of a calculation: 32 MB as floats.
BLOCK = 4_000_000


def label_distance(labels: tuple, name: str) -> Distance:
    """The distance ``name`` between ``labels`` as a function of two arrays of places.

    - "nominal": 0 for the same label, else 1.
    - "interval": the square of the difference of two numbers. "ratio": ((a - b) / (a + b)) squared, 0 to 1, for
      numbers of 0 or more (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", section D).
    - "jaccard": 1 - J for two sets, where J is the size of what both hold by the size of what either holds (Jaccard
      1912). "masi": 1 - J M, where M is 1 for equal sets, 2/3 if one holds the other, 1/3 if each holds something the
      other lacks but they share something, 0 if they share nothing (Passonneau 2006, "Measuring Agreement on Set-valued
      Items", LREC; nltk rounds to .67 and .33; DKPro Statistics multiplies the distance 1 - J instead, which gives
      other numbers). Both 0 to 1. Two empty sets are the same (0); an empty set and another one share nothing (1).
    - "linear": the number of steps between two ordered labels, 1 for the ends of the scale; "quadratic": its square
      (Cohen 1968, Psychological Bulletin 70, 213-220). Steps count as equal, whatever the labels are called.
    - "ordinal": M / M of the ends, where M = s (s + 1) / 2 for labels s steps apart, the number of pairs of labels
      from one to the other, both included (Gwet 2014, Handbook of Inter-Rater Reliability, 4th ed., chapter 3).

    >>> masi = label_distance((frozenset(), frozenset("a"), frozenset("ab")), "masi")
    >>> [round(float(masi(np.array(a), np.array(b))), 3) for a, b in [(0, 0), (0, 1), (1, 2)]]
    [0.0, 1.0, 0.667]
    """
    if name in ("linear", "quadratic", "ordinal"):
        return _steps(len(labels), name)
    if name in ("interval", "ratio"):
        return _numbers(labels, name)
    if name in ("jaccard", "masi"):
        return _sets(labels, name)
    return lambda first, second: (first != second).astype(float)


def label_distances(labels: tuple, name: str) -> Iterator[tuple[slice, np.ndarray]]:
    """The distances between all labels, (rows, L) for one stretch of rows after the other: L can be thousands."""
    distance, places = label_distance(labels, name), np.arange(len(labels))
    rows = max(1, BLOCK // max(1, len(labels)))
    for start in range(0, len(labels), rows):
        block = slice(start, min(start + rows, len(labels)))
        yield block, distance(places[block, None], places[None, :])


def check_name(name: str, allowed: tuple[str, ...], what: str) -> None:
    """Refuse a distance or scale that does not exist."""
    if name not in allowed:
        raise InputError(f"{what}: got {name!r}, {suggestion(str(name), allowed)}")


def _steps(count: int, name: str) -> Distance:
    ends = max(count - 1, 1)

    def distance(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        steps = np.abs(np.asarray(first) - np.asarray(second))
        if name == "ordinal":
            return steps * (steps + 1) / (ends * (ends + 1))
        return steps / ends if name == "linear" else (steps / ends) ** 2

    return distance


def _numbers(labels: tuple, name: str) -> Distance:
    try:
        numbers = np.array([float(label) for label in labels])
    except (TypeError, ValueError):
        word = next(label for label in labels if not isinstance(label, (int, float, np.number)))
        raise InputError(
            f"the distance {name!r} needs numbers as labels, got {word!r}; for ordered words take 'ordinal'."
        ) from None
    if name == "ratio" and (numbers < 0).any():
        raise InputError(f"the distance 'ratio' needs numbers of 0 or more, got {numbers.min():g}; take 'interval'.")

    def interval(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        return (numbers[first] - numbers[second]) ** 2

    def ratio(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        total = numbers[first] + numbers[second]
        return ((numbers[first] - numbers[second]) / np.where(total == 0, 1, total)) ** 2

    return interval if name == "interval" else ratio


def _sets(labels: tuple, name: str) -> Distance:
    for label in labels:
        if not isinstance(label, frozenset):
            raise InputError(f"the distance {name!r} needs frozensets of codes as labels, got {label!r}.")
    bit = {code: number for number, code in enumerate(sorted(frozenset().union(*labels), key=str))}
    # sixty-four codes to a word of bits: what two sets share is one operation for the whole word
    words = np.zeros((len(bit) // 64 + 1, len(labels)), dtype=np.uint64)
    for place, label in enumerate(labels):
        for code in label:
            words[bit[code] // 64, place] |= np.uint64(1 << (bit[code] % 64))
    size = np.bitwise_count(words).sum(0, dtype=np.int64)

    def distance(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        both = sum(np.bitwise_count(word[first] & word[second]).astype(np.int64) for word in words)
        either = size[first] + size[second] - both
        alike = np.where(either == 0, 1.0, both / np.where(either == 0, 1, either))
        if name == "masi":
            within = both == np.minimum(size[first], size[second])
            alike *= np.where(both == either, 1.0, np.where(within, 2 / 3, 1 / 3))
        return 1 - alike

    return distance
