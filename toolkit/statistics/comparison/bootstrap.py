"""Intervals of the log ratio: documents are drawn, since the words of one document hang together."""

import numpy as np
from scipy import sparse

from toolkit.resampling import document_draws, sample_limits, sample_sums, unseen
from toolkit.statistics.comparison.measures import NONE_COUNTS, log_ratio

__all__ = ["log_ratio_limits"]

#: Numbers (samples x terms) held at once: 32 MB each of some ten arrays, whatever the size of the vocabulary.
_AT_ONCE = 4_000_000


def log_ratio_limits(
    target: sparse.csr_matrix,
    reference: sparse.csr_matrix,
    size_target: np.ndarray,
    size_reference: np.ndarray,
    *,
    repeats: int = 1000,
    confidence: float = 0.95,
    seed: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """Limits of the log ratio of each term over bootstrap samples of documents.

    Parameters
    ----------
    target, reference : (documents, terms) how often each term occurs in the target's and in the reference's part of
        each document; documents in the order of their names, as they are drawn in the order given.
    size_target, size_reference : (documents,) the places in either part; a document may have some in both.

    Where no document has places in both, those of the target and of the reference are drawn each by themselves, as two
    samples; otherwise whole documents of all, with both their parts, as one sample. A term that no drawn document has
    shows no difference: such a sample counts as 0. The tails are those of as many documents as the smaller part has
    (see :func:`toolkit.resampling.sample_limits`).

    A part without an occurrence (themes: less than 0.5) in a sample, or in all of them, may still have the term. For
    the limit on its side, towards more of it, the sample takes what it could have though none of its documents is seen
    to: the share of documents of :func:`toolkit.resampling.unseen`, at a tail drawn for each sample evenly from 0 to 1,
    times its documents, times the mean occurrences in a document of either part that has the term; at least 0.5.
    (Drawn, as the other part has its chance too: both at the tail of the limit made intervals far too wide, see
    "tail".) For the limit on the other side it stays 0.5 (Hardie 2014): that limit rests on the sizes, in truth it has
    no end.

    Measured where nothing differs, the share of intervals of 95 % that leave out 0, of all terms and of those with none
    in one part: ``tests/benchmarks/keyness_intervals.py``, with 20 splits of the Spanish texts of the bundled corpus
    and 200 of constructed themes. "0.5" stands for none in all samples; "tail" is the tail of the limit in all samples.

    ==========================  ============  ==============  ============  =============
    parts                       none in one   0.5             tail          drawn (here)
    ==========================  ============  ==============  ============  =============
    words, 36 of 72 documents   6 %           5.5 %, 39.6 %   1.7 %, 0.2 %  3.0 %, 5.7 %
    words, 15 of 72 documents   23 %          6.3 %, 21.4 %   0.8 %, 0.0 %  1.2 %, 0.3 %
    themes, 30 of 60 documents  1 %           7.3 %, 75.6 %   5.5 %, 7.3 %  6.8 %, 58.5 %
    themes, 12 of 60 documents  13 %          16.0 %, 73.0 %  0.5 %, 0.0 %  3.5 %, 5.4 %
    ==========================  ============  ==============  ============  =============

    (By log-likelihood 10 to 13 % of the words had p < .05. Of the themes in 30 of 60 documents 41 of 4,000 had less
    than 0.5 in one half: as rare a chance as may leave out 0.) A word once in each of 6 of 36 documents, and in none of
    36, is the least that leaves out 0, as by Fisher's exact test; by "tail" it must be in 9.

    Another seed moves a limit by .1 (standard deviation with 1,000 samples and 15 documents against 57; for one term in
    twenty by .2), for rare terms as for others; of the words in ten documents or more, one in twenty to one in eleven
    is so near to the border that 20 seeds did not agree whether the interval leaves out 0.

    Returns lower and upper limit, (terms,) each, in powers of two; missing without repeats, and where target or
    reference is a single document.
    """
    terms = target.shape[1]
    low, high = np.full(terms, np.nan), np.full(terms, np.nan)
    rows = np.flatnonzero(size_target), np.flatnonzero(size_reference)
    fewest = min(len(row) for row in rows)
    if fewest < 2 or not repeats:
        return low, high
    draws = _draws(*rows, repeats, seed)
    sizes = [
        sample_sums(size[row], drawn)[:, None]
        for size, row, drawn in zip((size_target, size_reference), rows, draws, strict=True)
    ]
    by_term = [matrix[row].tocsc() for matrix, row in zip((target, reference), rows, strict=True)]
    # evenly from 0 to 1, in an order of chance; all terms may share it, as each is judged by itself
    left = draws[0].shape[1]
    tails = np.random.default_rng([seed, 2]).permutation((np.arange(left) + 0.5) / max(left, 1))[:, None]
    most = [unseen(len(row), tails) * len(row) for row in rows]

    def limits_of(counts: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        return sample_limits(np.nan_to_num(log_ratio(*counts, *sizes), copy=False, nan=0.0), fewest, confidence)

    step = max(1, _AT_ONCE // repeats)
    for first in range(0, terms, step):
        some = slice(first, first + step)
        cells = [matrix[:, some] for matrix in by_term]
        counts = [sample_sums(cell, drawn) for cell, drawn in zip(cells, draws, strict=True)]
        each = _each(*cells)
        none = [(count < NONE_COUNTS).any(0) for count in counts]
        sure = np.flatnonzero(~none[0] | ~none[1])
        low[first + sure], high[first + sure] = limits_of([count[:, sure] for count in counts])
        # more in the target moves the upper limit, more in the reference the lower
        for part, ends in enumerate((high, low)):
            unsure = np.flatnonzero(none[part])
            could = [count[:, unsure] for count in counts]
            floor = np.maximum(most[part] * each[unsure], NONE_COUNTS)
            could[part] = np.where((could[part] < NONE_COUNTS) & (could[1 - part] > 0), floor, could[part])
            ends[first + unsure] = limits_of(could)[1 - part]
    return low, high


def _draws(in_target: np.ndarray, in_reference: np.ndarray, repeats: int, seed: int) -> list[np.ndarray]:
    """How often the documents of either part are drawn, (its documents, samples) each."""
    both = np.union1d(in_target, in_reference)
    if len(both) == len(in_target) + len(in_reference):
        return [document_draws(len(part), repeats, seed + far) for far, part in enumerate((in_target, in_reference))]
    together = document_draws(len(both), repeats, seed)
    drawn = [together[np.searchsorted(both, part)] for part in (in_target, in_reference)]
    # a sample of whole documents may have none of one part, and then nothing to compare
    fit = (drawn[0] > 0).any(0) & (drawn[1] > 0).any(0)
    return [part[:, fit] for part in drawn]


def _each(*cells: sparse.csc_matrix) -> np.ndarray:
    """Mean occurrences of each term in the documents of either part that have it."""
    occurrences = sum(np.asarray(cell.sum(0)).ravel() for cell in cells)
    having = sum(np.diff(cell.indptr) for cell in cells)
    return occurrences / np.maximum(having, 1)
