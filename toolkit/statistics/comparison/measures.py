"""How much more often something occurs in one corpus than in another, and how surely: one function per measure.

All take the same four numbers, or arrays of them that numpy can broadcast: how often the term occurs in the target and
in the reference (``n_target``, ``n_reference``), and how many places each has where it could occur (``size_target``,
``size_reference``; words of the running text, or passages). What occurs in neither, or has a corpus of no size, has a
missing value. Log ratio, %DIFF, odds ratio and ELL say how large a difference is; log-likelihood and BIC how strong the
evidence for it: a large corpus makes any small difference certain.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, xlogy

__all__ = [
    "NONE_COUNTS",
    "bic",
    "diff_percent",
    "ell",
    "log_likelihood",
    "log_ratio",
    "odds_ratio",
    "p_value",
]

#: The least that counts in a ratio (Hardie 2014; see :func:`log_ratio`).
NONE_COUNTS = 0.5


def log_likelihood(
    n_target: ArrayLike, n_reference: ArrayLike, size_target: ArrayLike, size_reference: ArrayLike
) -> np.ndarray:
    """Log-likelihood ratio G2, 0 and more: evidence of a difference, whichever its direction.

    The two-cell form of Rayson and Garside (2000, Comparing corpora using frequency profiling, Proceedings of the
    Workshop on Comparing Corpora, Hong Kong, 1-6): 2 (a ln(a/E1) + b ln(b/E2)), where the a + b occurrences are
    expected in proportion to the sizes of the corpora; 0 ln 0 = 0. The four-cell form (Dunning 1993, Accurate methods
    for the statistics of surprise and coincidence, Computational Linguistics 19(1), 61-74) adds the same sum over all
    other words; it is a little greater, for small differences by the factor 1 / (1 - share of the term): nothing for
    words, of which none is frequent, but for a code of 40 % of all passages the two-cell form is cautious.

    Above 3.84 means p < .05 and above 6.63 p < .01 for a single term (chi-square, 1 degree of freedom), if every
    occurrence were independent of the others, which words of one document are not.

    "hand" in a corpus of 116,000 words and one of 5,451,382, as the log-likelihood calculator of Lancaster gives it:

    >>> float(log_likelihood(540, 7525, 116_000, 5_451_382).round(2))
    534.64
    """
    a, b, c, d = _numbers(n_target, n_reference, size_target, size_reference)
    share = _over(a + b, c + d)
    # what is expected is asked for only where something occurs
    value = 2 * (xlogy(a, _over(a, c * share)) + xlogy(b, _over(b, d * share)))
    return np.where(_compared(a, b, c, d), np.maximum(value, 0), np.nan)


def log_ratio(
    n_target: ArrayLike, n_reference: ArrayLike, size_target: ArrayLike, size_reference: ArrayLike
) -> np.ndarray:
    """Binary logarithm of the ratio of the two shares: 0 none, 1 twice, 2 four times as frequent in the target;
    negative where it is more frequent in the reference.

    Hardie (2014, Log Ratio: an informal introduction, CASS, Lancaster University), who puts 0.5 for a frequency of 0,
    as nothing can be divided by it. Here 0.5 is the least that counts, for shares of themes between 0 and 0.5 as well.
    Such a value says little of how large the difference is: it depends on the sizes. And in a part much smaller than
    the other it would turn the direction: 10 in 30,000 words are a share below 0.5 in 1,000. The direction is that of
    the shares; where 0.5 would turn it, the smaller part is too small to tell, and the value is 0.

    Hardie's example of shares of .0006 and .0002, three times as many:

    >>> float(log_ratio(6, 2, 10_000, 10_000).round(3))
    1.585
    >>> log_ratio([4, 4, 0, 10], [4, 0, 0, 0], [100, 100, 100, 30_000], [100, 100, 100, 1_000]).tolist()
    [0.0, 3.0, nan, 0.0]
    """
    a, b, c, d = _numbers(n_target, n_reference, size_target, size_reference)
    value = np.log2(np.maximum(a, NONE_COUNTS)) - np.log2(np.maximum(b, NONE_COUNTS)) - np.log2(_over(c, d, 1.0))
    value = np.where(value * (a * d - b * c) > 0, value, 0.0)
    return np.where(_compared(a, b, c, d), value, np.nan)


def diff_percent(
    n_target: ArrayLike, n_reference: ArrayLike, size_target: ArrayLike, size_reference: ArrayLike
) -> np.ndarray:
    """%DIFF: by how many per cent the share in the target is greater than that in the reference; -100 where the term is
    only in the reference, 0 for equal shares, 100 for twice as many, no upper limit. Missing where the
    reference has none.

    Gabrielatos and Marchi (2011, Keyness: matching metrics to definitions, Corpus Linguistics in the South 1,
    Portsmouth; 2012, Keyness: appropriate metrics and practical issues, CADS, Bologna). Their tiny number for a
    frequency of 0 in the reference gives figures of 20 digits that say no more than "only in the target", which
    ``n_reference`` says. (anyts 0.4.3 puts 0.5 for a frequency of 0 in either part: no -100, and a negative value for
    a term that is only in the target where the reference is much smaller.)

    Their example (2011, p. 18), 206,523 of 959,641 words against 178,174 of 1,562,358:

    >>> float(diff_percent(206_523, 178_174, 959_641, 1_562_358).round(1))
    88.7
    """
    a, b, c, d = _numbers(n_target, n_reference, size_target, size_reference)
    ratio = _over(a, b) * _over(d, c)
    return np.where(_compared(a, b, c, d) & (b > 0), 100 * (ratio - 1), np.nan)


def odds_ratio(
    n_target: ArrayLike, n_reference: ArrayLike, size_target: ArrayLike, size_reference: ArrayLike
) -> np.ndarray:
    """Odds of the term in the target over its odds in the reference: 0 where it is only in the reference, 1 for equal,
    no upper limit. Missing where it would be infinite: the reference has none, or the target nothing else.

    (a / (c - a)) / (b / (d - b)). Nearly the ratio of the shares for words; further from 1 than it for codes of many
    passages. (anyts 0.4.3 puts 0.5 for a frequency of 0.)

    Example of Pojanapunya and Watson Todd (2018, Log-likelihood and odds ratio, Corpus Linguistics and Linguistic
    Theory 14(1), 133-167): 16,217 of 2,796,938 words against 735 of 2,087,946.

    >>> float(odds_ratio(16_217, 735, 2_796_938, 2_087_946).round(1))
    16.6
    """
    a, b, c, d = _numbers(n_target, n_reference, size_target, size_reference)
    value = _over(a, c - a) * _over(d - b, b)
    return np.where(_compared(a, b, c, d) & (b > 0) & (a < c), value, np.nan)


def bic(n_target: ArrayLike, n_reference: ArrayLike, size_target: ArrayLike, size_reference: ArrayLike) -> np.ndarray:
    """Approximate Bayes factor of a difference, G2 - ln(N) with N the size of both corpora: the greater, the stronger.

    Wilson (2013, Embracing Bayes factors for key item analysis in corpus linguistics, in New Approaches to the Study of
    Linguistic Variability, Peter Lang), one degree of freedom. On the scale of Kass and Raftery (1995, Bayes
    factors, JASA 90, 773-795): below 0 the corpora rather agree, 0-2 hardly worth a mention, 2-6 positive, 6-10 strong,
    above 10 very strong evidence of a difference, whichever its direction. (anyts turns the sign where the term is more
    frequent in the reference; here it never tells the direction.)

    >>> float(bic(10, 2, 1000, 1000).round(2))  # own arithmetic: 5.82 - 7.60
    -1.78
    """
    a, b, c, d = _numbers(n_target, n_reference, size_target, size_reference)
    return log_likelihood(a, b, c, d) - np.log(np.where(_compared(a, b, c, d), c + d, np.nan))


def ell(n_target: ArrayLike, n_reference: ArrayLike, size_target: ArrayLike, size_reference: ArrayLike) -> np.ndarray:
    """Effect size for log-likelihood: 0 where the occurrences lie as the sizes would have them, 1 where all lie in the
    smaller corpus; nothing greater.

    Johnston, Berry and Mielke (2006, Measures of effect size for chi-squared and likelihood-ratio goodness-of-fit
    tests, Perceptual and Motor Skills 103(2), 412-414; formula p. 413): -G2 / (2 n ln q), with n the occurrences (a +
    b) and q the least expected proportion, here that of the smaller corpus. anyts 0.4.3 computes G2 / (N ln(least
    expected frequency)) of N words under the same name, which is much smaller and reaches no 1.

    >>> ell([5, 1, 0], [5, 3, 4], 100, [100, 300, 300]).round(3).tolist()  # own arithmetic: as expected, twice
    [0.0, 0.0, 0.208]
    >>> float(ell(4, 0, 100, 300))
    1.0
    """
    a, b, c, d = _numbers(n_target, n_reference, size_target, size_reference)
    compared = _compared(a, b, c, d)
    least = np.minimum(c, d) / np.where(compared, c + d, 1)
    most = -2 * (a + b) * np.log(np.where(compared, least, 0.5))
    return np.where(compared, np.minimum(_over(log_likelihood(a, b, c, d), most), 1), np.nan)


def p_value(log_likelihood: ArrayLike) -> np.ndarray:
    """Chance, 0-1, of a log-likelihood as great without a difference: chi-square with 1 degree of freedom.

    True only for independent occurrences; those of one document are not, so that the value is too small for a term that
    few documents use often. The interval of the log ratio, which draws documents, has no such flaw.

    >>> p_value([0, 3.8415, 6.6349]).round(3).tolist()
    [1.0, 0.05, 0.01]
    """
    return chdtrc(1, np.asarray(log_likelihood, dtype=float))


def _numbers(*values: ArrayLike) -> list[np.ndarray]:
    return [np.asarray(value, dtype=float) for value in values]


def _compared(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> np.ndarray:
    """Where there is something to compare."""
    return (a + b > 0) & (c > 0) & (d > 0)


def _over(upper: np.ndarray, lower: np.ndarray, otherwise: float = 0.0) -> np.ndarray:
    """A quotient that is ``otherwise`` where either is 0 (or nothing is compared)."""
    fine = (lower > 0) & (upper > 0)
    return np.where(fine, upper, otherwise) / np.where(fine, lower, 1)
