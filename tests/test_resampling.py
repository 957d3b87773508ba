"""Documents drawn for a bootstrap, sums over the samples, and limits of shares that are 0 or 1."""

import numpy as np
import pytest
from scipy import sparse, stats

from toolkit.resampling import (
    BootstrapSamples,
    bootstrap_samples,
    bootstrap_weights,
    document_draws,
    sample_limits,
    sample_sums,
    share_limits,
    shared_samples,
    unseen,
)

NAMES = [f"es/{number:03}" for number in range(70)]


def test_as_many_are_drawn_as_there_are_and_each_as_often_as_any():
    draws = document_draws(NAMES, 5000, 1)
    assert draws.shape == (70, 5000)
    assert (draws.sum(0) == 70).all()
    # a document is drawn as a binomial of 70 chances in 70
    found = np.bincount(draws.ravel(), minlength=9)[:9] / draws.size
    np.testing.assert_allclose(found, stats.binom.pmf(np.arange(9), 70, 1 / 70), atol=0.002)
    np.testing.assert_allclose(draws.mean(1), 1, atol=0.06)


def test_the_order_of_the_names_and_further_samples_change_nothing():
    draws = document_draws(NAMES, 130, 2)
    mixed = np.random.default_rng(1).permutation(70)
    np.testing.assert_array_equal(document_draws([NAMES[place] for place in mixed], 130, 2), draws[mixed])
    np.testing.assert_array_equal(document_draws(NAMES, 40, 2), draws[:, :40])
    np.testing.assert_array_equal(document_draws(70, 130, 2), draws)
    assert (document_draws(NAMES, 130, 3) != draws).any()


def test_nothing_to_draw():
    assert document_draws([], 3, 1).shape == (0, 3)
    assert document_draws(NAMES, 0, 1).shape == (70, 0)


def test_sums_are_those_of_matrices(monkeypatch):
    draws = document_draws(NAMES, 50, 1)
    values = np.random.default_rng(1).random((70, 4))
    for form in (values, sparse.csr_matrix(values), sparse.csc_array(values)):
        np.testing.assert_allclose(sample_sums(form, draws), draws.T @ values)
    np.testing.assert_allclose(sample_sums(values[:, 0], draws), draws.T @ values[:, 0])
    monkeypatch.setattr("toolkit.resampling._AT_ONCE", 500)
    np.testing.assert_allclose(sample_sums(values, draws), draws.T @ values)


@pytest.mark.parametrize("documents", [2, 14, 112])
def test_what_none_has_is_the_exact_limit_of_a_binomial_share(documents):
    assert unseen(documents, 0.025) == pytest.approx(stats.binomtest(0, documents).proportion_ci().high)


def test_limits_of_shares_of_none_and_of_all():
    samples = np.tile([0.0, 0.4, 1.0], (100, 1))
    samples[:50, 1] = 0.2
    share = np.array([0, 0.3, 1])
    low, high = share_limits(samples, share, 20, 0.95)
    none = unseen(20, 0.025)
    assert low.tolist() == pytest.approx([0, 0.2, 1 - none])
    assert high.tolist() == pytest.approx([none, 0.4, 1])
    np.testing.assert_array_equal(np.array([low, high])[:, 1], np.array(sample_limits(samples, 20, 0.95))[:, 1])
    # a document that has it has little of it
    assert share_limits(samples, share, 20, 0.95, if_all=0.1)[1][0] == pytest.approx(none / 10)
    assert share_limits(samples, share, 20, 0.95, rest_if_all=np.inf)[0][2] == pytest.approx(1 - none)


@pytest.mark.parametrize(("documents", "repeats"), [(1, 9), (9, 0)])
def test_one_document_or_no_samples_have_no_limits(documents, repeats):
    assert np.isnan(share_limits(np.zeros((repeats, 2)), np.array([0, 1]), documents, 0.95)).all()


def test_samples_in_blocks_are_the_numbers_of_the_whole(monkeypatch):
    whole = bootstrap_weights(70, 130, 5)
    values = np.random.default_rng(1).random((70, 3))
    monkeypatch.setattr("toolkit.resampling._AT_ONCE", 500)
    for samples in (BootstrapSamples(70, 130, 5), bootstrap_samples(70, 130, 5)):
        assert isinstance(samples, BootstrapSamples) and samples.shape == whole.shape
        assert (samples @ np.eye(70) == whole).all()
        np.testing.assert_allclose(samples @ values, whole @ values, rtol=1e-13)
        np.testing.assert_allclose(samples @ values[:, 0], whole @ values[:, 0], rtol=1e-13)


def test_samples_are_shared_within_and_are_the_same_ones():
    alone = bootstrap_samples(50_000, 100, 1) @ np.arange(50_000.0)
    with shared_samples():
        sets = {count: bootstrap_samples(count, 100, 1) for count in (50_000, 60_000, 70_000)}
        assert bootstrap_samples(50_000, 100, 1) is sets[50_000]
        assert bootstrap_samples(50_000, 100, 2) is not sets[50_000]
        # three are held, those used last
        assert bootstrap_samples(50_000, 100, 1) is sets[50_000]
        assert bootstrap_samples(60_000, 100, 1) is not sets[60_000]
    np.testing.assert_array_equal(sets[50_000] @ np.arange(50_000.0), alone)
    assert bootstrap_samples(50_000, 100, 1) is not sets[50_000]
