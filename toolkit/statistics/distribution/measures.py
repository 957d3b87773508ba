"""How evenly a term is spread over the parts of a corpus: one function per measure.

All take ``counts``, how often each term occurs in each part: (parts,) of one term, or (terms, parts) as an array or
scipy.sparse matrix; and ``sizes``, (parts,) how many places each part has, all above 0. They give one number a term,
(terms,), or a single number for one term. A term that occurs nowhere has a missing value, and so has any measure over a
single part. **Mind the direction**: D, D2 and S are 1 for what is spread evenly; DP, DPnorm and the divergence are 0.

Sparse matrices are never filled: the cells without an occurrence are added up from the sizes.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

__all__ = ["Counts", "carroll_d2", "dp", "dp_norm", "juilland_d", "kl_divergence", "part_range", "rosengren_s"]

Counts: TypeAlias = ArrayLike | sparse.csr_matrix


def part_range(counts: Counts) -> np.ndarray:
    """In how many parts a term occurs, 0 and more: the more, the wider spread; sizes play no part.

    >>> int(part_range([2, 0, 1, 1, 3, 0, 3, 0, 0, 0]))
    5
    """
    cells = _cells(counts, np.ones(np.shape(counts)[-1]))
    return cells.result(cells.sum((cells.counts > 0).astype(float)), least_parts=0)


def juilland_d(counts: Counts, sizes: ArrayLike) -> np.ndarray:
    """Juilland's D, 0-1: 1 where the share of the term is the same in all parts, 0 where it occurs in only one.

    1 - V / sqrt(n - 1), V being the standard deviation (of a population) over the mean of the n shares (occurrences
    over the size of the part): Juilland and Chang-Rodríguez (1964, Frequency dictionary of Spanish words, Mouton) with
    shares for parts of different sizes, as Gries (2020, Analyzing dispersion, in Paquot and Gries, A practical handbook
    of corpus linguistics, Springer, 99-118) has it. With many parts it is near 1 for all but rare terms (Biber, Reppen,
    Schnur and Ghanem 2016, On the (non)utility of Juilland's D, International Journal of Corpus Linguistics 21(4),
    439-464): then take DPnorm.

    The letter a in the corpus of five parts of Gries (2020, table 1):

    >>> float(juilland_d([1, 2, 3, 4, 5], [9, 10, 10, 10, 11]).round(3))
    0.785
    """
    cells = _cells(counts, sizes)
    shares = cells.counts / cells.sizes
    mean = cells.sum(shares) / cells.parts
    absent = cells.parts - cells.sum(np.ones(len(shares)))
    squares = cells.sum((shares - mean[cells.rows]) ** 2) + absent * mean**2
    variation = np.sqrt(squares / cells.parts) / np.where(cells.found, mean, 1)
    return cells.result(np.clip(1 - variation / np.sqrt(max(cells.parts - 1, 1)), 0, 1))


def dp(counts: Counts, sizes: ArrayLike) -> np.ndarray:
    """Deviation of proportions, from 0 to almost 1: 0 where the occurrences lie as the sizes of the parts would have
    it; greatest, 1 less the share of the smallest part, where all lie in that.

    Half the sum of |share of the occurrences - share of the places| over the parts: Gries (2008, Dispersions and
    adjusted frequencies in corpora, International Journal of Corpus Linguistics 13(4), 403-437). A term with fewer
    occurrences than there are parts cannot come near 0.

    >>> float(dp([1, 2, 3, 4, 5], [9, 10, 10, 10, 11]).round(2))  # the letter a of Gries (2020, table 1)
    0.18
    """
    cells = _cells(counts, sizes)
    return cells.result(_deviation(cells))


def dp_norm(counts: Counts, sizes: ArrayLike) -> np.ndarray:
    """DP over its greatest possible value, 0-1: 0 where the term is spread evenly, 1 where all lie in the smallest
    part.

    DP / (1 - share of the smallest part): Lijffijt and Gries (2012, Correction to Stefan Th. Gries' "Dispersions and
    adjusted frequencies in corpora", International Journal of Corpus Linguistics 17(1), 147-149).

    >>> float(dp_norm([2, 1, 0], [3, 3, 3]).round(3))  # their example, p. 148
    0.5
    >>> float(dp_norm([1, 2, 3, 4, 5], [9, 10, 10, 10, 11]).round(4))  # Gries (2020, table 1)
    0.2195
    """
    cells = _cells(counts, sizes)
    most = 1 - cells.share.min() if cells.parts > 1 else 1.0
    return cells.result(np.minimum(_deviation(cells) / most, 1))


def carroll_d2(counts: Counts, sizes: ArrayLike) -> np.ndarray:
    """Carroll's D2, 0-1: 1 where the share of the term is the same in all parts, 0 where it occurs in only one.

    Entropy of the shares (occurrences over the size of the part, made to add up to 1) over its greatest value, the
    logarithm of the number of parts: Carroll (1970, An alternative to Juilland's usage coefficient for lexical
    frequencies, and a proposal for a standard frequency index, Computer Studies in the Humanities and Verbal Behaviour
    3(2), 61-65).

    >>> float(carroll_d2([2, 1, 1, 1, 0], [10] * 5).round(4))  # his example
    0.8277
    """
    cells = _cells(counts, sizes)
    shares = cells.counts / cells.sizes
    total = cells.sum(shares)
    shares = shares / total[cells.rows]
    entropy = -cells.sum(shares * np.log2(shares))
    return cells.result(np.clip(entropy / np.log2(max(cells.parts, 2)), 0, 1))


def rosengren_s(counts: Counts, sizes: ArrayLike) -> np.ndarray:
    """Rosengren's S, from the share of the smallest part to 1: 1 where the occurrences lie as the sizes would have it.

    (Sum of sqrt(share of the places x occurrences))^2 / all occurrences: Rosengren (1971, The quantitative concept of
    language and its relation to the structure of frequency dictionaries, Études de linguistique appliquée 1, 103-127).

    >>> float(rosengren_s([1, 2, 3, 4, 5], [9, 10, 10, 10, 11]).round(2))  # Gries (2020, table 1)
    0.95
    """
    cells = _cells(counts, sizes)
    root = cells.sum(np.sqrt(cells.places * cells.counts))
    return cells.result(np.clip(root**2 / np.where(cells.found, cells.total, 1), 0, 1))


def kl_divergence(counts: Counts, sizes: ArrayLike) -> np.ndarray:
    """Divergence (Kullback and Leibler) of the occurrences from the sizes in bits: 0 where they lie as the sizes would
    have it; greatest, log2(1 / share of the smallest part), where all lie in that.

    Sum of p log2(p / s) over the parts, p the share of the occurrences and s that of the places: Gries (2020, see
    :func:`juilland_d`).

    >>> float(kl_divergence([1, 2, 3, 4, 5], [9, 10, 10, 10, 11]).round(3))  # Gries (2020, table 1)
    0.137
    """
    cells = _cells(counts, sizes)
    own = cells.counts / cells.total[cells.rows]
    return cells.result(np.maximum(cells.sum(own * np.log2(own / cells.places)), 0))


@dataclass(frozen=True)
class _Cells:
    """The cells with an occurrence: their term (``rows``), count, size of the part, and its share of all places."""

    rows: np.ndarray
    counts: np.ndarray
    sizes: np.ndarray
    places: np.ndarray
    share: np.ndarray
    terms: int
    total: np.ndarray
    single: bool

    @property
    def parts(self) -> int:
        return len(self.share)

    @property
    def found(self) -> np.ndarray:
        return self.total > 0

    def sum(self, values: np.ndarray) -> np.ndarray:
        """By term; in the order of the cells, so that it is the same on every machine."""
        return np.bincount(self.rows, weights=values, minlength=self.terms)

    def result(self, values: np.ndarray, least_parts: int = 2) -> np.ndarray:
        """Missing for terms that occur nowhere (a number of parts is 0), and over a single part."""
        if least_parts:
            values = np.where(self.found & (self.parts >= least_parts), values, np.nan)
        return values[0] if self.single else values


def _cells(counts: Counts, sizes: ArrayLike) -> _Cells:
    single = not sparse.issparse(counts) and np.ndim(counts) == 1
    table = sparse.csr_matrix(counts if sparse.issparse(counts) else np.atleast_2d(np.asarray(counts, dtype=float)))
    rows = np.repeat(np.arange(table.shape[0]), np.diff(table.indptr))
    some = table.data > 0
    rows, columns, values = rows[some], table.indices[some], table.data[some].astype(float)
    size = np.asarray(sizes, dtype=float)
    share = size / size.sum()
    total = np.bincount(rows, weights=values, minlength=table.shape[0])
    return _Cells(rows, values, size[columns], share[columns], share, table.shape[0], total, single)


def _deviation(cells: _Cells) -> np.ndarray:
    own = cells.counts / cells.total[cells.rows]
    # the parts without the term differ by their whole share: 1 less the shares of the parts with it
    return np.clip((1 + cells.sum(np.abs(own - cells.places) - cells.places)) / 2, 0, 1)
