"""How many items to code for an interval of a wanted width, and how alike the items of one document are."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.errors import InputError, suggestion
from toolkit.tables import check

if TYPE_CHECKING:
    from toolkit.reliability import Ratings

__all__ = ["SampleSize", "icc_of", "items_for_width"]

_QUANTITIES = ("share", "f1", "kappa", "alpha")
#: Fewer agreed codes than this, and normal intervals are not to be relied on: the rule of five for expected counts.
_EXPECTED_COUNT = 5
_PILOT_COLUMNS = ("ci_low", "ci_high", "n", "documents")


@dataclass(frozen=True)
class SampleSize:
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

    def __str__(self) -> str:
        """One sentence, and what it rests on."""
        return (
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
    cluster_size, icc : items per document that are coded, and how alike they are (:func:`icc_of` measures both).
    population : number of items there are in all, if what is said shall hold for these alone.
    pilot : instead of all these, what was measured already: a row of the agreement table (ci_low, ci_high, n,
        documents; at the same confidence), or Ratings (kappa: of the first two coders if there are two, else Fleiss';
        alpha: nominal). Use it for several codes or coders, for which there is no closed formula here.

    Formulas (n items, deff = 1 + (cluster_size - 1) icc, Kish 1965, section 5.4; t: Student's quantile with one degree
    of freedom less than documents, as in :func:`toolkit.resampling.sample_limits`; Korn and Graubard 1998 use both so)
        share p: Wilson's interval (1927) with n / deff items.
        f1: 2 t sqrt(V deff / n), V = F (1 - F) (2 - F) / (2 prevalence): the delta method on F = 2a / (2a + b) of a
        agreed and b other codes.
        kappa, alpha: the same with V = (1 - k) ((1 - k) (1 - 2k) + k (2 - k) / (2 q (1 - q))), q the prevalence, which
        both coders share (Bloch and Kraemer 1989; Donner and Eliasziw 1992). For two coders and many items alpha,
        Scott's pi and, with equal prevalence, Cohen's kappa have the same variance.
        population N: the variance times (N - n) / (N - 1) (Cochran 1977, section 3.2).
        pilot: its width times sqrt(pilot's documents / documents), t for t.

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


def icc_of(annotations: pd.DataFrame, judged: pd.DataFrame, *, quantity: str = "share") -> pd.DataFrame:
    """How alike the items of one document are, from codings in hand: what :func:`items_for_width` needs.

    Parameters
    ----------
    annotations, judged : tables of one or several coders (two for f1, kappa and alpha, on items that both judged).
        Annotations of items that their coder did not finish (not in ``judged``, the same span) do not count.
    quantity : what the sample shall measure. For a share, how alike items are in taking the code (the value of an item
        is the share of its coders who gave the code). For f1, kappa and alpha, how alike they are in what they add to
        that measure (its linearised values; Kish and Frankel 1974): coders may disagree evenly over all documents
        about a code that is crowded in a few. On the bundled corpus' forty doubly coded posts, the formulas' widths
        came to 1.49 times those of the bootstrap with the correlation of the code itself, to .96
        times with this one (median of fourteen codes, f1).

    Returns
    -------
    DataFrame
        one row per code, by name: ``code``; ``share`` of items with it (0 to 1); ``value`` of the quantity; ``icc``,
        the one-way analysis of variance estimator (Donner 1986): 0 if items of one document are no more alike than
        others, 1 if all alike, below 0 if less (by chance, mostly); missing where nothing varies; ``cluster_size``,
        sum(m^2) / sum(m) of the m items of each document, which for documents of unequal size takes the place of m in
        the design effect (Kerry and Bland 2001); ``design_effect`` = 1 + (cluster_size - 1) icc, at least 1;
        ``items``; ``documents``.

    Raises :class:`InputError` if no annotation is of a judged item, there are fewer than two documents or no document
    with two items, or not two coders where two are needed.
    """
    if quantity not in _QUANTITIES:
        raise InputError(f"quantity is '{quantity}'; {suggestion(quantity, _QUANTITIES)}")
    span = ["doc_id", "start", "end"]
    judged = check("judged", judged)[[*span, "coder"]].drop_duplicates()
    given = check("annotations", annotations)[[*span, "coder", "code"]].drop_duplicates()
    given = given.merge(judged, on=[*span, "coder"])
    if given.empty:
        raise InputError("annotations: none is of an item (the same doc_id, start, end) that its coder judged.")
    items = judged.groupby(span).size().rename("judges").reset_index()
    if quantity != "share":
        if (coders := judged["coder"].nunique()) != 2:
            raise InputError(f"judged: {quantity} is of two coders, got {coders}; choose the rows of two.")
        items = items[items["judges"] == 2].reset_index(drop=True)
    doc, names = pd.factorize(items["doc_id"])
    sizes = np.bincount(doc)
    if len(names) < 2 or sizes.max() < 2:
        raise InputError(
            f"judged: {len(items):,} items in {len(names):,} documents; an intra-class correlation needs two "
            "documents, and one with two items."
        )
    codes = sorted(set(given["code"]))
    values = given.merge(items.assign(row=items.index), on=span)
    share = np.zeros((len(items), len(codes)))
    np.add.at(share, (values["row"].to_numpy(), pd.Index(codes).get_indexer(values["code"])), 1)
    share /= items["judges"].to_numpy()[:, None]
    value, parts = _linearised(share, quantity)
    icc, size = _anova_icc(parts, doc, sizes), float((sizes**2).sum() / sizes.sum())
    return pd.DataFrame(
        {
            "code": codes,
            "share": share.mean(0),
            "value": value,
            "icc": icc,
            "cluster_size": size,
            "design_effect": 1 + (size - 1) * np.maximum(icc, 0),
            "items": len(items),
            "documents": len(names),
        }
    )


def _linearised(share: np.ndarray, quantity: str) -> tuple[np.ndarray, np.ndarray]:
    """Each code's value (C), and what each item adds to it (U, C) but for a constant factor.

    ``share`` (U, C): share of the coders who gave the code; of two coders 0, 1/2 or 1. The derivatives of
    f1 = 1 - d / 2q and of kappa (as Scott's pi) = 1 - d / 2q(1-q), d being the share of items on which two coders
    differ and q the mean share of the code.
    """
    mean, differ = share.mean(0), (share == 0.5).astype(float)
    if quantity == "share":
        return mean, share
    apart = differ.mean(0)
    with np.errstate(divide="ignore", invalid="ignore"):  # a code that nobody, or everybody, always gave
        if quantity == "f1":
            return 1 - apart / (2 * mean), apart * share - mean * differ
        spread = mean * (1 - mean)
        return 1 - apart / (2 * spread), apart * (1 - 2 * mean) * share - spread * differ


def _anova_icc(values: np.ndarray, doc: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """(MSB - MSW) / (MSB + (n0 - 1) MSW) of each column of ``values`` (U, C); ``doc`` (U), ``sizes`` (documents)."""
    units, documents = len(values), len(sizes)
    sums = np.zeros((documents, values.shape[1]))
    np.add.at(sums, doc, values)
    between = (sums**2 / sizes[:, None]).sum(0) - values.sum(0) ** 2 / units
    within = (values**2).sum(0) - (sums**2 / sizes[:, None]).sum(0)
    msb, msw = between / (documents - 1), within / (units - documents)
    usual = (units - (sizes**2).sum() / units) / (documents - 1)
    bottom = msb + (usual - 1) * msw
    return np.divide(msb - msw, bottom, out=np.full(len(bottom), np.nan), where=bottom > 1e-12)


def _check_numbers(
    width: float, quantity: str, confidence: float, cluster_size: float, icc: float, population: int | None
) -> None:
    if quantity not in _QUANTITIES:
        raise InputError(f"quantity is '{quantity}'; {suggestion(quantity, _QUANTITIES)}")
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
