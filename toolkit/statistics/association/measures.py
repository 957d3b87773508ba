"""Measures of association, each a formula on the counts of a pair.

All work on the four-field table of a pair of words u and v, given by its cell and margins, as Evert (2005, The
Statistics of Word Cooccurrences, dissertation, University of Stuttgart) writes them:

=============  ==========  ================  =====
\\              v           another word
=============  ==========  ================  =====
u              O11         O12 = R1 - O11    R1
another word   O21         O22               R2
\\              C1          C2                N
=============  ==========  ================  =====

O11 is how often u and v occur together, R1 and C1 in how many of the N observations u and v have part; by chance
E11 = R1 C1 / N are expected. :func:`dice` and :func:`log_dice` take the frequencies of the words instead.

Arguments are numbers or arrays that fit one another, results are arrays of floats of their common shape. Missing (nan)
means that the formula has no value there: for a word that never occurs, or a logarithm of a pair that never occurs.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from toolkit.errors import InputError

__all__ = [
    "chi_square",
    "delta_p",
    "dice",
    "expected",
    "log_dice",
    "log_likelihood",
    "mi",
    "mi3",
    "minimum_sensitivity",
    "npmi",
    "t_score",
    "z_score",
]


def expected(r1: ArrayLike, c1: ArrayLike, n: ArrayLike) -> np.ndarray:
    """How often u and v would occur together by chance: R1 C1 / N. Missing where N is 0.

    >>> expected(200, 50, 1000).item()
    10.0
    """
    r1, c1, n = _numbers(r1, c1, n)
    return _divided(r1 * c1, n)


def dice(o11: ArrayLike, f1: ArrayLike, f2: ArrayLike) -> np.ndarray:
    """Dice's coefficient 2 f(uv) / (f(u) + f(v)) of the frequencies of two words; the higher the stronger.

    0 to 1 where each occurrence of a word has part in one pair at most; more in windows in which a word meets several.
    Missing where neither word occurs. Source: Dice 1945, Ecology 26, 297-302; for words Smadja, McKeown &
    Hatzivassiloglou 1996, Computational Linguistics 22, 1-38.

    >>> dice(8, 10, 30).item()  # own arithmetic: 16 / 40
    0.4
    """
    o11, f1, f2 = _numbers(o11, f1, f2)
    return _divided(2 * o11, f1 + f2)


def log_dice(o11: ArrayLike, f1: ArrayLike, f2: ArrayLike) -> np.ndarray:
    """logDice: 14 + log2(2 f(uv) / (f(u) + f(v))) of the frequencies of two words; the higher the stronger.

    At most 14 where each occurrence of a word has part in one pair at most, usually below 10; one point more is twice
    as strong. It does not depend on the size of the corpus. f(uv) is not divided by the width of a window (some
    programs do: their values are lower by log2 of the width). Missing for pairs that never occur. Source: Rychlý 2008,
    A lexicographer-friendly association score, Proceedings of RASLAN 2008, 6-9.

    >>> log_dice(300, 300, 300).item()
    14.0
    >>> log_dice([4, 8], 1000, 1048).round(6).tolist()  # own arithmetic: twice as often is one point more
    [6.0, 7.0]
    """
    return 14 + _log2(dice(o11, f1, f2))


def mi(o11: ArrayLike, r1: ArrayLike, c1: ArrayLike, n: ArrayLike) -> np.ndarray:
    """Mutual information in bits: log2(O11 / E11). 0 is chance, the higher the stronger; prefers rare words.

    Missing for pairs that never occur. Source: Church & Hanks 1990, Word association norms, mutual information, and
    lexicography, Computational Linguistics 16, 22-29. Example: "Ayatollah Ruhollah" in Manning & Schütze 1999,
    Foundations of Statistical Natural Language Processing, section 5.4.

    >>> mi(20, 42, 20, 14307668).round(2).item()
    18.38
    """
    o11, r1, c1, n = _table(o11, r1, c1, n)
    return _log2(_divided(o11, expected(r1, c1, n)))


def mi3(o11: ArrayLike, r1: ArrayLike, c1: ArrayLike, n: ArrayLike) -> np.ndarray:
    """Cubic mutual information in bits: log2(O11³ / E11). The higher the stronger; prefers frequent pairs.

    It has no value that stands for chance. Missing for pairs that never occur. Source: Daille 1994, Approche mixte pour
    l'extraction automatique de terminologie, dissertation, Université Paris 7.

    >>> mi3(4, 8, 8, 64).item()  # own arithmetic: log2(64 / 1)
    6.0
    """
    o11, r1, c1, n = _table(o11, r1, c1, n)
    return _log2(_divided(o11**3, expected(r1, c1, n)))


def npmi(o11: ArrayLike, r1: ArrayLike, c1: ArrayLike, n: ArrayLike) -> np.ndarray:
    """Normalised pointwise mutual information: MI / -log2(O11 / N), from -1 (never together) over 0 (chance) to 1.

    1 is where u and v occur together or not at all. Missing where a word never occurs, and where all observations are
    of this pair. Source: Bouma 2009, Normalized (pointwise) mutual information in collocation extraction, Proceedings
    of the GSCL conference 2009.

    >>> npmi([10, 0], 10, 10, 1000).tolist()  # own arithmetic
    [1.0, -1.0]
    """
    o11, r1, c1, n = _table(o11, r1, c1, n)
    found = _divided(mi(o11, r1, c1, n), -_log2(_divided(o11, n)))
    return np.where((o11 == 0) & (r1 > 0) & (c1 > 0), -1.0, found)


def t_score(o11: ArrayLike, r1: ArrayLike, c1: ArrayLike, n: ArrayLike) -> np.ndarray:
    """t-score: (O11 - E11) / √O11. 0 is chance, the higher the surer that there is any association.

    It says how sure, not how strong, and prefers frequent pairs. Missing for pairs that never occur. Source: Church,
    Gale, Hanks & Hindle 1991, Using statistics in lexical analysis, in Zernik (ed.), Lexical Acquisition, 115-164.
    Example: "new companies" in Manning & Schütze 1999, section 5.3.1, who write 0.999932.

    >>> t_score(8, 15828, 4675, 14307668).round(6).item()
    0.999932
    """
    o11, r1, c1, n = _table(o11, r1, c1, n)
    return _divided(o11 - expected(r1, c1, n), np.sqrt(o11))


def z_score(o11: ArrayLike, r1: ArrayLike, c1: ArrayLike, n: ArrayLike) -> np.ndarray:
    """z-score: (O11 - E11) / √E11. 0 is chance, the higher the surer; too high for rare words.

    Missing where a word never occurs. Source: Evert 2008, Corpora and collocations, in Lüdeling & Kytö (eds.), Corpus
    Linguistics: An International Handbook, section 4.

    >>> z_score(8, 20, 20, 100).item()  # own arithmetic: (8 - 4) / 2
    2.0
    """
    o11, r1, c1, n = _table(o11, r1, c1, n)
    by_chance = expected(r1, c1, n)
    return _divided(o11 - by_chance, np.sqrt(by_chance))


def log_likelihood(o11: ArrayLike, r1: ArrayLike, c1: ArrayLike, n: ArrayLike) -> np.ndarray:
    """Log-likelihood ratio over the four cells: 2 Σ O ln(O / E), at least 0; the higher the surer.

    It says how sure, not how strong, and is high for pairs that shun each other too: compare O11 with E11. A cell of 0
    counts 0. With independent observations it follows chi-square with one degree of freedom (3.84 for 5 %); pairs of
    overlapping windows are not independent, so read it as an order there and not as a test. Missing where N is 0.
    Source: Dunning 1993, Accurate methods for the statistics of surprise and coincidence, Computational Linguistics 19,
    61-74. Example: "the swiss" there.

    >>> log_likelihood(110, 110 + 2442, 110 + 111, 110 + 2442 + 111 + 29114).round(2).item()
    270.72
    """
    found = _table(o11, r1, c1, n)
    rows, columns = (found.r1, found.n - found.r1), (found.c1, found.n - found.c1)
    total = np.zeros(found.o11.shape)
    for row, cells in zip(rows, _cells(found), strict=True):
        for column, cell in zip(columns, cells, strict=True):
            by_chance = np.where(cell > 0, _divided(row * column, found.n), 1.0)
            total += cell * np.log(np.where(cell > 0, cell, 1.0) / by_chance)
    # rounding can leave a hair below 0 where all is as expected
    return np.where(found.n > 0, np.maximum(2 * total, 0.0), np.nan)


def chi_square(o11: ArrayLike, r1: ArrayLike, c1: ArrayLike, n: ArrayLike) -> np.ndarray:
    """Pearson's chi-square, N (O11 O22 - O12 O21)² / (R1 R2 C1 C2), without Yates' correction; the higher the surer.

    At least 0; too high for rare words, where :func:`log_likelihood` is better. Missing where a word has part in none
    or all of the observations. Example: "new companies" in Manning & Schütze 1999, section 5.3.3.

    >>> chi_square(8, 15828, 4675, 14307668).round(2).item()
    1.55
    """
    found = _table(o11, r1, c1, n)
    (o11, o12), (o21, o22) = _cells(found)
    # the margins one after another: their product alone may be too large for whole numbers in floats
    one = _divided(o11 * o22 - o12 * o21, found.r1 * (found.n - found.r1))
    other = _divided(o11 * o22 - o12 * o21, found.c1 * (found.n - found.c1))
    return found.n * one * other


def delta_p(o11: ArrayLike, r1: ArrayLike, c1: ArrayLike, n: ArrayLike) -> np.ndarray:
    """ΔP of v given u: P(v | u) - P(v | another word) = O11 / R1 - O21 / R2, from -1 over 0 (chance) to 1.

    Association in one direction: how much likelier u makes v. The other direction is ``delta_p(o11, c1, r1, n)``.
    Missing where u has part in none or all of the observations. Sources: Ellis 2006, Language acquisition as rational
    contingency learning, Applied Linguistics 27, 1-24; Gries 2013, 50-something years of work on collocations,
    International Journal of Corpus Linguistics 18, 137-165. Example: "of course" there.

    >>> of_course, of, course, n = 5610, 5610 + 168938, 5610 + 2257, 5610 + 168938 + 2257 + 10233063
    >>> delta_p(of_course, of, course, n).round(3).item(), delta_p(of_course, course, of, n).round(3).item()
    (0.032, 0.697)
    """
    o11, r1, c1, n = _table(o11, r1, c1, n)
    return _divided(o11, r1) - _divided(c1 - o11, n - r1)


def minimum_sensitivity(o11: ArrayLike, r1: ArrayLike, c1: ArrayLike, n: ArrayLike) -> np.ndarray:
    """Minimum sensitivity: the smaller of O11 / R1 and O11 / C1, from 0 to 1; the higher the stronger.

    N has no part in it. Missing where a word never occurs. Source: Pedersen & Bruce 1996, What to infer from a
    description, technical report, Southern Methodist University.

    >>> minimum_sensitivity(8, 10, 40, 1000).item()  # own arithmetic
    0.2
    """
    o11, r1, c1, n = _table(o11, r1, c1, n)
    return np.minimum(_divided(o11, r1), _divided(o11, c1))


class _Table(NamedTuple):
    o11: np.ndarray
    r1: np.ndarray
    c1: np.ndarray
    n: np.ndarray


def _numbers(*values: ArrayLike) -> tuple[np.ndarray, ...]:
    return np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in values))


def _table(o11: ArrayLike, r1: ArrayLike, c1: ArrayLike, n: ArrayLike) -> _Table:
    """The counts as floats of one shape; refuses those that no corpus can have."""
    found = _Table(*_numbers(o11, r1, c1, n))
    if any((cell < 0).any() for cells in _cells(found) for cell in cells):
        raise InputError(
            "association: these counts cannot be; expected are 0 <= O11 <= R1 and C1, and N >= R1 + C1 - O11."
        )
    return found


def _cells(found: _Table) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    o11, r1, c1, n = found
    return (o11, r1 - o11), (c1 - o11, n - r1 - c1 + o11)


def _divided(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """part / whole, missing where the whole is 0."""
    return np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole != 0)


def _log2(value: np.ndarray) -> np.ndarray:
    """Missing where there is nothing to take the logarithm of."""
    return np.log2(value, out=np.full(np.shape(value), np.nan), where=value > 0)
