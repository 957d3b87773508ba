"""How many items to code for an interval of a wanted width."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.annotation.planning.icc import QUANTITIES
from toolkit.display import Card, SelfShown, card, plain_text
from toolkit.errors import InputError, suggestion

if TYPE_CHECKING:
    from toolkit.reliability import Ratings

__all__ = ["SampleSize", "items_for_width"]

#: Fewer agreed codes than this, and normal intervals are not to be relied on: the rule of five for expected counts.
_EXPECTED_COUNT = 5
_PILOT_COLUMNS = ("ci_low", "ci_high", "n", "documents")


@dataclass(frozen=True)
class SampleSize(SelfShown):
    """How many to code: ``items`` in ``documents`` give an interval about ``width`` wide (upper minus lower limit).

    ``design_effect``: how many times the variance is that of as many items chosen one by one; missing with a pilot,
    whose interval has it in it. ``assumptions``: what this rests on, in words.
    """

    quantity: str
    items: int
    documents: int
    width: float
    confidence: float
    design_effect: float
    assumptions: tuple[str, ...]

    def _card_(self, lang: str = "en") -> Card:
        facts = {
            name: getattr(self, name)
            for name in ("items", "documents", "quantity", "width", "confidence", "design_effect")
        }
        return card("sample_size", lang, facts=facts, notes=self.assumptions)

    def __str__(self) -> str:
        """One sentence, and what it rests on."""
        return plain_text(
            f"{self.items:,} items in {self.documents:,} documents: the {self.confidence:.0%} interval of "
            f"{self.quantity} is then about {self.width:.3f} wide. This takes for granted: "
            f"{'; '.join(self.assumptions)}."
        )


def items_for_width(
    width: float,
    *,
    quantity: str = "share",
    expected: float | None = None,
    prevalence: float | None = None,
    confidence: float = 0.95,
    cluster_size: float = 1,
    icc: float = 0.0,
    population: int | None = None,
    pilot: "pd.DataFrame | pd.Series | Mapping[str, float] | Ratings | None" = None,
) -> SampleSize:
    """The fewest items with which the interval is on average no wider than wanted.

    Parameters
    ----------
    width : upper minus lower limit, above 0 and below 1: 0.1 for "plus or minus five points".
    quantity : "share" (of items that take a code), "f1" (positive agreement of two codings on one code), "kappa" or
        "alpha" (of two coders on one code, given or not).
    expected : the value one expects, 0 to 1. For a share 0.5 by default, for which most items are needed.
    prevalence : share of items that take the code, 0 to 1; needed for f1, kappa and alpha (rare codes need far more).
    confidence : 0 to 1.
    cluster_size, icc : items per document that are coded, and how alike they are (:func:`toolkit.annotation.icc_of`
        measures both).
    population : number of items there are in all, if what is said shall hold for these alone.
    pilot : instead of all these, what was measured already: a row of the agreement table (ci_low, ci_high, n,
        documents; at the same confidence), or Ratings (kappa: of the first two coders if there are two, else Fleiss';
        alpha: nominal). Use it for several codes or coders, for which there is no closed formula here.

    Formulas (n items, deff = 1 + (cluster_size - 1) icc, Kish 1965, section 5.4; t: Student's quantile with one degree
    of freedom less than documents, as in :func:`toolkit.resampling.sample_limits`; Korn and Graubard 1998 use both so):

    - share p: Wilson's interval (1927) with n / deff items.
    - f1: 2 t sqrt(V deff / n), V = F (1 - F) (2 - F) / (2 prevalence): the delta method on F = 2a / (2a + b) of a
      agreed and b other codes.
    - kappa, alpha: the same with V = (1 - k) ((1 - k) (1 - 2k) + k (2 - k) / (2 q (1 - q))), q the prevalence, which
      both coders share (Bloch and Kraemer 1989; Donner and Eliasziw 1992). For two coders and many items alpha,
      Scott's pi and, with equal prevalence, Cohen's kappa have the same variance.
    - population N: the variance times (N - n) / (N - 1) (Cochran 1977, section 3.2).
    - pilot: its width times sqrt(pilot's documents / documents), t for t.

    Examples
    --------
    >>> items_for_width(0.1).items
    383
    >>> needed = items_for_width(0.1, cluster_size=20, icc=0.1)
    >>> needed.items, needed.documents, round(needed.design_effect, 1)
    (1152, 58, 2.9)

    Raises
    ------
    InputError
        for numbers out of range, what is missing for a quantity, or a pilot without an interval.
    """
    _check_numbers(width, quantity, confidence, cluster_size, icc, population)
    if pilot is not None:
        if expected is not None or prevalence is not None or cluster_size != 1 or icc:
            raise InputError("a pilot brings its own values; leave expected, prevalence, cluster_size and icc out.")
        return _from_pilot(width, quantity, confidence, population, pilot)
    deff = 1 + (cluster_size - 1) * max(icc, 0.0)
    value, variance, agreed, assumed = _variance(quantity, expected, prevalence)
    assumptions = [assumed]
    if cluster_size > 1:
        assumptions += [
            f"documents drawn at random, with about {cluster_size:.3g} items each",
            f"an intra-class correlation of {icc:.3g} within documents (design effect {deff:.3g})",
        ]
        if quantity != "share":
            assumptions.append(f"the correlation being that of {quantity}, not of the code (icc_of with quantity=)")
    else:
        assumptions.append("items drawn one by one at random")

    def width_of(items: int) -> float:
        documents = math.ceil(items / cluster_size)
        critical = _student(confidence, documents)
        effective = items / deff / _left(items, population)
        if quantity == "share":
            return _wilson_width(value, effective, critical)
        return 2 * critical * math.sqrt(variance / effective)

    # Student's quantile needs two documents
    items = _fewest(width_of, width, math.floor(cluster_size) + 1, population)
    assumptions.append("Wilson's interval" if quantity == "share" else "enough items for a normal interval")
    if agreed * items < _EXPECTED_COUNT:
        assumptions.append(
            f"this is doubtful: only {agreed * items:.1f} items with the rarer answer are expected (for two coders: "
            f"with the code from both), {_EXPECTED_COUNT} are the least for which such intervals hold"
        )
    if population is not None:
        assumptions.append(f"that it is about these {population:,} items alone")
    documents = math.ceil(items / cluster_size)
    return SampleSize(quantity, items, documents, width_of(items), confidence, deff, tuple(assumptions))


def _check_numbers(
    width: float, quantity: str, confidence: float, cluster_size: float, icc: float, population: int | None
) -> None:
    if quantity not in QUANTITIES:
        raise InputError(f"quantity is '{quantity}'; {suggestion(quantity, QUANTITIES)}")
    if not isinstance(width, int | float | np.number):
        raise InputError(f"width: got {width!r}, expected a number between 0 and 1.")
    for name, value, low, high in (("width", width, 0, 1), ("confidence", confidence, 0, 1), ("icc", icc, -1, 1)):
        if not (low < value < high or (name == "icc" and value == high)):
            raise InputError(f"{name} is {value}; give a number between {low} and {high}.")
    if not cluster_size >= 1:
        raise InputError(f"cluster_size is {cluster_size}; give the number of items of a document, 1 or more.")
    if population is not None and population < 2 * cluster_size:
        raise InputError(
            f"population is {population} items, less than two documents of {cluster_size:g} items; an interval needs "
            "two documents."
        )


def _variance(quantity: str, expected: float | None, prevalence: float | None) -> tuple[float, float, float, str]:
    """The expected value, variance of one item, share of items that take the code by all, and this in words."""
    if expected is None and quantity == "share":
        expected = 0.5
    if expected is None or (prevalence is None and quantity != "share"):
        missing = "expected" if expected is None else "prevalence"
        raise InputError(
            f"quantity='{quantity}' needs {missing}= (the value you expect; the share of items with the code), "
            "or pilot=."
        )
    inside = 0 <= expected <= 1 if quantity == "share" else 0 <= expected < 1
    if not inside:
        raise InputError(
            f"expected is {expected}; give a number from 0 to {'1' if quantity == 'share' else 'below 1'}."
        )
    if quantity == "share":
        if prevalence is not None:
            raise InputError("for a share, expected is the prevalence; leave prevalence out.")
        return expected, expected * (1 - expected), min(expected, 1 - expected), f"an expected share of {expected:g}"
    assert prevalence is not None
    if not 0 < prevalence < 1 or (quantity == "f1" and expected == 0):
        wrong, number = ("expected", expected) if 0 < prevalence < 1 else ("prevalence", prevalence)
        raise InputError(f"{wrong} is {number}; for {quantity} give a number above 0 and below 1.")
    words = f"two coders, an expected {quantity} of {expected:g}, the code on {prevalence:.3g} of the items"
    if quantity == "f1":
        return expected, expected * (1 - expected) * (2 - expected) / (2 * prevalence), expected * prevalence, words
    spread = prevalence * (1 - prevalence)
    variance = (1 - expected) * ((1 - expected) * (1 - 2 * expected) + expected * (2 - expected) / (2 * spread))
    return expected, variance, prevalence**2 + expected * spread, f"{words} for each of them"


def _wilson_width(share: float, items: float, critical: float) -> float:
    if math.isinf(items):
        return 0.0
    squared = critical**2 / items
    return 2 * math.sqrt(squared * share * (1 - share) + squared**2 / 4) / (1 + squared)


def _student(confidence: float, documents: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(documents - 1, (1 + confidence) / 2))


def _left(items: int, population: int | None) -> float:
    """The finite population correction of the variance; never 0, so that one may divide by it."""
    return 1.0 if population is None else max((population - items) / (population - 1), 1e-300)


def _fewest(width_of: Callable[[int], float], width: float, least: int, most: int | None) -> int:
    """The smallest number from ``least`` with a width of at most ``width``, which falls with the number."""
    high = least
    while width_of(high) > width:
        high = 2 * high if most is None else min(2 * high, most)
    low = max(least, high // 2)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if width_of(middle) <= width else (middle + 1, high)
    return high


def _from_pilot(width: float, quantity: str, confidence: float, population: int | None, pilot: object) -> SampleSize:
    low, high, items, documents = _pilot_interval(pilot, quantity, confidence)
    if not high > low or documents < 2 or items < documents:
        raise InputError(
            f"pilot: an interval from {low:g} to {high:g} over {items:g} items in {documents:g} documents cannot be "
            "scaled; give a pilot of two or more documents in which the coders differ somewhere."
        )
    per_document, spread = items / documents, (high - low) / _student(confidence, documents) * math.sqrt(documents)

    def width_of(number: int) -> float:
        left = _left(min(round(number * per_document), population or 0), population)
        return spread * _student(confidence, number) * math.sqrt(left / number)

    most = None if population is None else max(2, math.ceil(population / per_document))
    number = _fewest(width_of, width, 2, most)
    wanted = math.ceil(number * per_document)
    assumptions: tuple[str, ...] = (
        f"documents like those of the pilot ({documents:,} with {items:,} items, interval {high - low:.3f} wide)",
        "a width that shrinks with the square root of the number of documents",
        # the relative standard error of a standard deviation of normal values
        f"the pilot's width, itself known within about {1 / math.sqrt(2 * (documents - 1)):.0%} (one standard error)",
    )
    if population is not None:
        wanted = min(wanted, population)
        assumptions += (f"that it is about these {population:,} items alone",)
    return SampleSize(quantity, wanted, number, width_of(number), confidence, math.nan, assumptions)


def _pilot_interval(pilot: object, quantity: str, confidence: float) -> tuple[float, float, int, int]:
    """Lower and upper limit, items and documents of a pilot."""
    from toolkit.reliability import Ratings

    if isinstance(pilot, Ratings):
        return _ratings_interval(pilot, quantity, confidence)
    if isinstance(pilot, pd.DataFrame):
        if len(pilot) != 1:
            raise InputError(f"pilot: got a table of {len(pilot)} rows; choose one row of the agreement table.")
        pilot = pilot.iloc[0]
    if not isinstance(pilot, pd.Series | Mapping):
        raise InputError(f"pilot: got {type(pilot).__name__}; give a row of the agreement table, or Ratings.")
    absent = [name for name in _PILOT_COLUMNS if name not in pilot or pd.isna(pilot[name])]
    if absent:
        raise InputError(f"pilot: has no {absent[0]}; it needs {', '.join(_PILOT_COLUMNS)}.")
    low, high, items, documents = (float(pilot[name]) for name in _PILOT_COLUMNS)
    return low, high, int(items), int(documents)


def _ratings_interval(pilot: "Ratings", quantity: str, confidence: float) -> tuple[float, float, int, int]:
    from toolkit.reliability import cohen_kappa, fleiss_kappa, krippendorff_alpha
    from toolkit.resampling import sample_limits, sample_weights

    if quantity not in ("kappa", "alpha"):
        raise InputError(f"pilot: Ratings serve for kappa and alpha; for {quantity} give a row of the agreement table.")
    # only documents with a unit count, or an empty one would make the pilot look larger than it is
    present, doc = np.unique(pilot.doc, return_inverse=True)
    ratings = type(pilot)(pilot.values, pilot.labels, doc, len(present), pilot.coders)
    kappa = cohen_kappa if ratings.values.shape[1] == 2 else fleiss_kappa
    measure = krippendorff_alpha if quantity == "alpha" else kappa
    samples = measure(ratings, sample_weights(ratings.documents, 1000, seed=1))[1:, None]
    low, high = sample_limits(samples, ratings.documents, confidence)
    if np.isnan(low[0]):
        raise InputError(f"pilot: {quantity} is undefined in it; give a pilot of two documents with two categories.")
    return float(low[0]), float(high[0]), len(ratings.values), ratings.documents
