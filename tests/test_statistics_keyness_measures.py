"""Measures of keyness: published values, other implementations, directions, and the borders."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from toolkit.resampling import false_discovery
from toolkit.statistics.comparison.measures import (
    bic,
    diff_percent,
    ell,
    log_likelihood,
    log_ratio,
    odds_ratio,
    p_value,
)

EFFECTS = (log_ratio, diff_percent, odds_ratio)
ALL = (*EFFECTS, log_likelihood, bic, ell)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        # as the log-likelihood calculator of Lancaster gives them (ucrel.lancs.ac.uk/llwizard.html)
        ((540, 7525, 116_000, 5_451_382), 534.64),
        ((227, 3635, 116_000, 5_451_382), 183.53),
        ((16, 650, 116_000, 5_451_382), 0.32),
        ((540, 0, 116_000, 5_451_382), 4180.78),
        ((7, 0, 10_000, 100_000), 33.57),
        ((10, 10, 150, 150), 0.00),
        ((0, 536, 10_000, 100_000), 102.17),  # own arithmetic: 1072 ln 1.1
    ],
)
def test_log_likelihood_of_the_calculator(numbers, expected):
    assert round(float(log_likelihood(*numbers)), 2) == expected


def test_two_cells_and_four():
    """The two-cell form is what a test of the two frequencies gives; the four-cell form adds the other words."""
    a, b, c, d = 40, 20, 1000, 2000
    two = stats.power_divergence([a, b], [(a + b) * c / (c + d), (a + b) * d / (c + d)], lambda_="log-likelihood")
    assert log_likelihood(a, b, c, d) == pytest.approx(two.statistic)
    assert p_value(two.statistic) == pytest.approx(two.pvalue)
    four = stats.chi2_contingency([[a, b], [c - a, d - b]], correction=False, lambda_="log-likelihood").statistic
    assert four == pytest.approx(log_likelihood(a, b, c, d) + log_likelihood(c - a, d - b, c, d))
    # small differences: greater by 1 / (1 - share), here of 40 %
    a, b = 410, 790
    four = stats.chi2_contingency([[a, b], [c - a, d - b]], correction=False, lambda_="log-likelihood").statistic
    assert four / log_likelihood(a, b, c, d) == pytest.approx(1 / 0.6, rel=0.01)


def test_corrected_p_values_are_those_of_statsmodels():
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    p = np.random.default_rng(1).beta(0.5, 2, 200).round(2)  # ties among them
    np.testing.assert_allclose(false_discovery(p), multitest.multipletests(p, method="fdr_bh")[1])
    with_missing = false_discovery(np.array([0.01, np.nan, 0.04]))
    assert with_missing[[0, 2]].tolist() == [0.02, 0.04]
    assert np.isnan(with_missing[1])
    assert false_discovery(np.array([])).shape == (0,)


counts = st.integers(0, 400)


@settings(max_examples=150, deadline=None)
@given(counts, counts, st.integers(500, 5000), st.integers(500, 5000))
def test_anyts_gives_the_same_but_for_known_differences(a, b, c, d):
    theirs = pytest.importorskip("anyts.corpus.keyness", reason="anyts is not installed")
    if a + b == 0:
        assert all(np.isnan(measure(a, b, c, d)) for measure in ALL)
        return
    assert log_likelihood(a, b, c, d) == pytest.approx(abs(theirs.calc_log_likelihood(a, b, c, d)), abs=1e-9)
    # 0.5 for a frequency of 0 may turn the direction of theirs; ours is then 0
    ratio, direction = theirs.calc_log_ratio(a, b, c, d), np.sign(a / c - b / d)
    assert log_ratio(a, b, c, d) == pytest.approx(ratio if ratio * direction > 0 else 0, abs=1e-9)
    # -100 % and odds of 0 need no 0.5, and a share over none is missing
    if b:
        assert diff_percent(a, b, c, d) == pytest.approx(theirs.calc_diff(a, b, c, d) if a else -100, abs=1e-9)
        assert odds_ratio(a, b, c, d) == pytest.approx(theirs.calc_odds_ratio(a, b, c, d) if a else 0)
    else:
        assert np.isnan(diff_percent(a, b, c, d))
        assert np.isnan(odds_ratio(a, b, c, d))
    # no sign of a direction
    direction = 1 if a / c >= b / d else -1
    assert bic(a, b, c, d) == pytest.approx(direction * theirs.calc_bic(a, b, c, d), abs=1e-9)
    # ELL by its source, where theirs divides by all words and the logarithm of a frequency
    if (a + b) * min(c, d) / (c + d) > 1 and abs(log_likelihood(a, b, c, d)) > 1e-6:
        expected = min(c, d) * (a + b) / (c + d)
        factor = (c + d) * np.log(expected) / (-2 * (a + b) * np.log(min(c, d) / (c + d)))
        assert ell(a, b, c, d) == pytest.approx(abs(theirs.calc_ell(a, b, c, d)) * factor)


@settings(max_examples=150, deadline=None)
@given(counts, counts, st.integers(401, 5000), st.integers(401, 5000))
def test_exchanging_the_corpora_turns_the_direction_alone(a, b, c, d):
    if a + b:
        assert log_ratio(b, a, d, c) == pytest.approx(-log_ratio(a, b, c, d))
        if a and b:
            assert odds_ratio(b, a, d, c) * odds_ratio(a, b, c, d) == pytest.approx(1)
        assert 0 <= ell(a, b, c, d) <= 1
        for measure in (log_likelihood, bic, ell):
            assert measure(b, a, d, c) == pytest.approx(measure(a, b, c, d), abs=1e-9)


amounts = st.one_of(st.just(0.0), st.floats(0.001, 3), st.integers(1, 40).map(float))


@settings(max_examples=300, deadline=None)
@given(amounts, amounts, st.integers(41, 10**6), st.integers(41, 10**6))
def test_the_direction_is_that_of_the_shares(a, b, c, d):
    """Also of shares of themes below 0.5, and where one part is a thousand times the other."""
    if a + b == 0:
        return
    direction = np.sign(a * d - b * c)
    assert np.sign(log_ratio(a, b, c, d)) in (direction, 0)
    if b > 0:
        assert np.sign(diff_percent(a, b, c, d)) == pytest.approx(direction) or a / c == pytest.approx(b / d)
        assert (odds_ratio(a, b, c, d) > 1) == (direction > 0) or a / c == pytest.approx(b / d)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        # only in the target, of 30 times the size: no share of the reference can be told from that of the target
        ((10, 0, 30_000, 1_000), (0, np.nan, np.nan)),
        ((0, 10, 1_000, 30_000), (0, -100, 0)),
        ((40, 0, 30_000, 1_000), (np.log2(40 / 15), np.nan, np.nan)),
        ((0, 5, 1_000, 1_000), (np.log2(0.1), -100, 0)),
        # all of the target is the term, and all of the reference
        ((5, 3, 5, 6), (1, 100, np.nan)),
        ((3, 5, 6, 5), (-1, -50, 0)),
        # shares of themes: 0.5 is the least that counts
        ((0.2, 8, 50, 50), (-4, -97.5, (0.2 / 49.8) / (8 / 42))),
        ((0.2, 0.4, 50, 50), (0, -50, (0.2 / 49.8) / (0.4 / 49.6))),
    ],
)
def test_none_and_nearly_none(numbers, expected):
    found = [float(measure(*numbers)) for measure in EFFECTS]
    assert found == pytest.approx(expected, nan_ok=True)


def test_more_occurrences_are_never_a_smaller_log_ratio():
    amount = np.array([0, 0.1, 0.4, 0.5, 0.6, 1, 2, 9])
    for sizes in ((50, 50), (50, 700), (700, 50)):
        for other in (0.3, 4):
            assert (np.diff(log_ratio(amount, other, *sizes)) >= 0).all()
            assert (np.diff(log_ratio(other, amount, *sizes)) <= 0).all()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("measure", ALL)
def test_zeros_are_never_infinite(measure):
    """Nothing to compare is missing; everything the term, or nothing in one corpus, is a number, or missing where a
    ratio would have no end."""
    a, b, c, d = np.array([[0, 0, 5, 5], [0, 5, 0, 5], [5, 0, 9, 9], [0, 5, 9, 9], [5, 5, 5, 5], [1, 0, 1, 1]]).T
    value = measure(a, b, c, d)
    assert not np.isinf(value).any()
    endless = {diff_percent: [2, 5], odds_ratio: [2, 4, 5]}.get(measure, [])
    assert np.flatnonzero(np.isnan(value)).tolist() == [0, 1, *endless]
