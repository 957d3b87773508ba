"""Intervals of the log ratio: documents are drawn, since the words of one document hang together."""

import numpy as np
from scipy import sparse

from toolkit.errors import InputError
from toolkit.resampling import bootstrap_weights, sample_limits
from toolkit.statistics.comparison.measures import log_ratio

__all__ = ["check_bootstrap", "check_least", "log_ratio_limits"]

#: Numbers (samples x terms) held at once: 32 MB each of some ten arrays, whatever the size of the vocabulary.
_AT_ONCE = 4_000_000


def check_bootstrap(function: str, repeats: int, confidence: float, seed: int) -> None:
    """Raise :class:`InputError` for settings of a bootstrap that are none."""
    if not 0 < confidence < 1:
        raise InputError(
            f"{function}: got the confidence {confidence}, allowed is above 0 and below 1 (0.95 for 95 %)."
        )
    for name, value in (("repeats", repeats), ("seed", seed)):
        check_least(function, name, value, 0)


def check_least(function: str, name: str, value: int, least: int) -> None:
    """Raise :class:`InputError` for what is no whole number of at least ``least``."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise InputError(f"{function}: got {name}={value!r}, expected a whole number from {least} upwards.")


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
        each document.
    size_target, size_reference : (documents,) the places in either part; a document may have some in both.

    Where no document has places in both, those of the target and of the reference are drawn each by themselves, as two
    samples; otherwise whole documents of all, with both their parts, as one sample. A term that no drawn document has
    shows no difference, so that such a sample counts as 0; so a term of three among many documents or fewer, which
    one sample in twenty leaves out, has an interval with 0. The tails are those of as many documents as the smaller
    part has (see :func:`toolkit.resampling.sample_limits`).

    Measured on random halves of the Spanish texts of the bundled corpus, where nothing differs: 6 % of the intervals of
    95 % left out 0, while 10 to 14 % of the terms had p < .05 by log-likelihood.

    Returns lower and upper limit, (terms,) each, in powers of two; missing without repeats, and where target or
    reference is a single document.
    """
    terms = target.shape[1]
    in_target, in_reference = np.flatnonzero(size_target), np.flatnonzero(size_reference)
    documents = min(len(in_target), len(in_reference))
    low, high = np.full(terms, np.nan), np.full(terms, np.nan)
    if documents < 2 or not repeats:
        return low, high
    both = np.union1d(in_target, in_reference)
    if len(both) < len(in_target) + len(in_reference):
        weights = bootstrap_weights(len(both), repeats, seed)
        drawn = [weights[:, np.searchsorted(both, part)] for part in (in_target, in_reference)]
    else:
        drawn = [
            bootstrap_weights(len(part), repeats, seed + far) for far, part in enumerate((in_target, in_reference))
        ]
    sizes = [
        weights @ size[part]
        for weights, size, part in zip(drawn, (size_target, size_reference), (in_target, in_reference), strict=True)
    ]
    # a pooled sample may have no document of one part, and then nothing to compare
    fit = (sizes[0] > 0) & (sizes[1] > 0)
    drawn = [np.ascontiguousarray(weights[fit].T) for weights in drawn]
    by_term = [target.T.tocsr()[:, in_target], reference.T.tocsr()[:, in_reference]]
    step = max(1, _AT_ONCE // max(1, repeats))
    for first in range(0, terms, step):
        some = slice(first, first + step)
        counts = [matrix[some] @ weights for matrix, weights in zip(by_term, drawn, strict=True)]
        samples = log_ratio(counts[0], counts[1], sizes[0][fit], sizes[1][fit])
        low[some], high[some] = sample_limits(np.nan_to_num(samples, copy=False, nan=0.0).T, documents, confidence)
    return low, high
