"""Intervals of the log ratio: they know of documents, and of what a part without an occurrence may still have."""

import numpy as np
import pytest
from scipy import sparse

from toolkit.statistics.comparison.bootstrap import log_ratio_limits
from toolkit.statistics.comparison.measures import log_likelihood, log_ratio, p_value


def left_out(counts: np.ndarray, sizes: np.ndarray, first: np.ndarray, **settings: int) -> np.ndarray:
    """Terms whose interval leaves out 0, the documents of ``first`` against the others."""
    parts = [sparse.csr_matrix(counts * which[:, None], dtype=float) for which in (first, ~first)]
    low, high = log_ratio_limits(*parts, sizes * first, sizes * ~first, **settings)
    return (low > 0) | (high < 0)


def test_intervals_keep_their_word_where_the_test_does_not():
    """Two samples of one population whose documents use a word in bursts: one interval in twenty leaves out 0, while
    the test of independent words calls many more different."""
    random = np.random.default_rng(7)
    documents, terms, size = 60, 400, 300
    counts = random.negative_binomial(0.25, 0.25 / (0.25 + 0.8), (2 * documents, terms))
    sizes = np.full(2 * documents, size)
    first = np.arange(2 * documents) < documents
    likelihood = log_likelihood(counts[first].sum(0), counts[~first].sum(0), documents * size, documents * size)
    assert 0.02 <= left_out(counts, sizes, first, repeats=400).mean() <= 0.08
    assert (p_value(likelihood) < 0.05).mean() > 0.2


@pytest.mark.parametrize("of_part", [36, 15])
def test_words_that_one_part_lacks_are_no_difference_by_that_alone(of_part):
    """Words of 3 to 12 of 72 documents, parts drawn by chance: those with none in one part are the ones to be seen."""
    random = np.random.default_rng(3)
    documents, terms = 72, 2000
    having = random.random((documents, terms)).argsort(0) < random.integers(3, 13, terms)
    counts = having * random.integers(1, 5, (documents, terms))
    first = random.permutation(documents) < of_part
    out = left_out(counts, np.full(documents, 400), first, repeats=300)
    none = np.minimum(counts[first].sum(0), counts[~first].sum(0)) == 0
    assert none.sum() > 80
    assert out.mean() <= 0.07
    assert out[none].mean() <= 0.07


def test_a_word_of_six_documents_of_36_and_none_of_36_is_a_difference():
    """As Fisher's exact test has it: .025 for 6, .054 for 5."""
    counts = np.zeros((72, 2))
    counts[:5, 0], counts[:6, 1] = 1, 1
    assert left_out(counts, np.full(72, 300), np.arange(72) < 36).tolist() == [False, True]


def test_the_log_ratio_lies_in_its_interval():
    random = np.random.default_rng(5)
    counts = random.poisson(random.choice([0.03, 0.2, 2], 60), (20, 60)) * random.integers(1, 60, 60)
    first = np.arange(20) < 6
    parts = [sparse.csr_matrix(counts * which[:, None], dtype=float) for which in (first, ~first)]
    sizes = np.full(20, 5000)
    low, high = log_ratio_limits(*parts, sizes * first, sizes * ~first, repeats=300)
    value = np.nan_to_num(log_ratio(counts[first].sum(0), counts[~first].sum(0), 6 * 5000, 14 * 5000))
    assert ((low <= value) & (value <= high)).all()


def test_exchanging_the_parts_turns_the_interval():
    """But for the chance of the drawing."""
    counts = np.array([[1, 0, 3]] * 4 + [[0, 1, 2]] * 16)
    first = np.arange(20) < 4
    limits = []
    for which in (first, ~first):
        parts = [sparse.csr_matrix(counts * part[:, None], dtype=float) for part in (which, ~which)]
        limits.append(log_ratio_limits(*parts, np.full(20, 90) * which, np.full(20, 90) * ~which, repeats=4000))
    np.testing.assert_allclose(limits[0][0], -limits[1][1], atol=0.15)


def test_blocks_of_terms_change_nothing(monkeypatch):
    random = np.random.default_rng(2)
    parts = [sparse.csr_matrix(random.poisson(0.4, (9, 7)).astype(float)) for _ in range(2)]
    sizes = np.array([5, 5, 5, 5, 5, 0, 0, 0, 0]), np.array([0, 0, 0, 0, 0, 5, 5, 5, 5])
    whole = log_ratio_limits(*parts, *sizes, repeats=50)
    monkeypatch.setattr("toolkit.statistics.comparison.bootstrap._AT_ONCE", 100)
    np.testing.assert_array_equal(whole, log_ratio_limits(*parts, *sizes, repeats=50))
