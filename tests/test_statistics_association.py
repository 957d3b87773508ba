"""Measures of association: published examples, other implementations, and counts at the edge."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from toolkit.errors import InputError
from toolkit.statistics.association import measures

TABLES = (
    measures.mi,
    measures.mi3,
    measures.npmi,
    measures.t_score,
    measures.z_score,
    measures.log_likelihood,
    measures.chi_square,
    measures.delta_p,
    measures.minimum_sensitivity,
)

#: measure, O11, R1, C1, N, value as printed; all but ΔP are also in nltk's own tests
PUBLISHED = [
    # Manning & Schütze 1999, chapter 5: "new companies", "Ayatollah Ruhollah", and pairs of their tables
    (measures.t_score, 8, 15828, 4675, 14307668, 0.999932, 6),
    (measures.t_score, 20, 42, 20, 14307668, 4.4721, 4),
    (measures.chi_square, 8, 15828, 4675, 14307668, 1.55, 2),
    (measures.chi_square, 59, 67, 65, 571007, 456400, 0),
    (measures.mi, 20, 42, 20, 14307668, 18.38, 2),
    (measures.mi, 20, 15019, 15629, 14307668, 0.29, 2),
    # Dunning 1993: "the swiss" and two other pairs of his table, by cells
    (measures.log_likelihood, 110, 110 + 2442, 110 + 111, 110 + 2442 + 111 + 29114, 270.72, 2),
    (measures.log_likelihood, 29, 29 + 13, 29 + 123, 29 + 13 + 123 + 31612, 263.90, 2),
    (measures.log_likelihood, 9, 9 + 12, 9 + 429, 9 + 12 + 429 + 31327, 48.94, 2),
    # Gries 2013: "of course" both ways
    (measures.delta_p, 5610, 5610 + 2257, 5610 + 168938, 5610 + 2257 + 168938 + 10233063, 0.697, 3),
    (measures.delta_p, 5610, 5610 + 168938, 5610 + 2257, 5610 + 2257 + 168938 + 10233063, 0.032, 3),
]


@pytest.mark.parametrize(("measure", "o11", "r1", "c1", "n", "printed", "digits"), PUBLISHED)
def test_published_examples(measure, o11, r1, c1, n, printed, digits):
    assert round(measure(o11, r1, c1, n).item(), digits) == printed


@st.composite
def tables(draw, least=0):
    """O11, R1, C1, N that a corpus can have."""
    cells = [draw(st.integers(least, 10**6)) for _ in range(4)]
    return cells[0], cells[0] + cells[1], cells[0] + cells[2], sum(cells)


@given(tables(least=1))
@settings(max_examples=200, deadline=None)
def test_as_nltk_where_all_cells_are_filled(table):
    association = pytest.importorskip("nltk.metrics.association").BigramAssocMeasures
    o11, r1, c1, n = table
    pairs = [
        (measures.mi, association.pmi),
        (measures.t_score, association.student_t),
        (measures.log_likelihood, association.likelihood_ratio),
        (measures.chi_square, association.chi_sq),
    ]
    for own, other in pairs:
        # the other one adds 1e-20 here and there, and loses digits where all is as expected
        assert own(o11, r1, c1, n).item() == pytest.approx(other(o11, (r1, c1), n), rel=1e-6, abs=1e-6 * n)
    assert measures.dice(o11, r1, c1).item() == pytest.approx(association.dice(o11, (r1, c1), n))


@given(tables(least=1))
@settings(max_examples=100, deadline=None)
def test_log_likelihood_and_chi_square_as_scipy(table):
    o11, r1, c1, n = table
    cells = [[o11, r1 - o11], [c1 - o11, n - r1 - c1 + o11]]
    for own, kind in ((measures.log_likelihood, "log-likelihood"), (measures.chi_square, "pearson")):
        other = chi2_contingency(cells, correction=False, lambda_=kind).statistic
        assert own(o11, r1, c1, n).item() == pytest.approx(other, rel=1e-7, abs=1e-6)


def test_where_anyts_divides_by_the_window_and_the_textbook_does_not():
    corpus = pytest.importorskip("anyts.corpus")
    words = ["red", "social"] * 50
    (found,) = [one for one in corpus.collocations(words, window=5) if (one.left, one.right) == ("red", "social")]
    own = measures.log_dice(found.freq_pair, found.freq_left, found.freq_right).item()
    assert own - found.score == pytest.approx(math.log2(5))
    neighbours = corpus.collocations(words, window=1)
    for one in neighbours:
        assert measures.log_dice(one.freq_pair, one.freq_left, one.freq_right).item() == pytest.approx(one.score)


@pytest.mark.parametrize(("o11", "f1", "f2", "value"), [(7, 7, 7, 14), (1, 2**14, 2**14, 0), (5, 40, 40, 11)])
def test_log_dice_by_hand(o11, f1, f2, value):
    assert measures.log_dice(o11, f1, f2).item() == pytest.approx(value)


@given(tables())
@settings(max_examples=300, deadline=None)
def test_no_counts_give_infinity_or_a_warning(table):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for measure in TABLES:
            value = measure(*table)
            assert not np.isinf(value)
        assert not np.isinf(measures.log_dice(*table[:3]))
        assert not np.isinf(measures.expected(*table[1:]))


@given(tables())
@settings(max_examples=200, deadline=None)
def test_ranges(table):
    for measure, low, high in (
        (measures.npmi, -1, 1),
        (measures.delta_p, -1, 1),
        (measures.minimum_sensitivity, 0, 1),
        (measures.log_likelihood, 0, math.inf),
        (measures.chi_square, 0, math.inf),
    ):
        value = measure(*table).item()
        assert math.isnan(value) or low - 1e-9 <= value <= high + 1e-9


@given(tables())
@settings(max_examples=100, deadline=None)
def test_only_delta_p_has_a_direction(table):
    o11, r1, c1, n = table
    for measure in TABLES:
        if measure is not measures.delta_p:
            one, other = measure(o11, r1, c1, n).item(), measure(o11, c1, r1, n).item()
            assert one == pytest.approx(other, nan_ok=True, rel=1e-9, abs=1e-9)


@given(st.integers(1, 1000), st.integers(1, 1000), st.integers(1, 100))
@settings(max_examples=100, deadline=None)
def test_chance_is_nought(row, column, factor):
    """Cells in proportion: O11 is what is expected."""
    o11, r1, c1, n = row * column, row * column * 2, row * column * factor, row * column * 2 * factor
    for measure in (measures.mi, measures.npmi, measures.t_score, measures.z_score, measures.log_likelihood):
        if not (measure is measures.npmi and o11 == n):
            assert measure(o11, r1, c1, n).item() == pytest.approx(0, abs=1e-6)


MISSING = [
    (measures.mi, (0, 5, 5, 100)),
    (measures.mi3, (0, 5, 5, 100)),
    (measures.t_score, (0, 5, 5, 100)),
    (measures.z_score, (0, 0, 5, 100)),
    (measures.npmi, (0, 0, 5, 100)),
    (measures.npmi, (9, 9, 9, 9)),
    (measures.delta_p, (0, 0, 5, 100)),
    (measures.delta_p, (5, 100, 5, 100)),
    (measures.chi_square, (0, 0, 5, 100)),
    (measures.minimum_sensitivity, (0, 0, 5, 100)),
    (measures.log_likelihood, (0, 0, 0, 0)),
]


@pytest.mark.parametrize(("measure", "table"), MISSING)
def test_missing_where_the_formula_has_no_value(measure, table):
    assert np.isnan(measure(*table))


@pytest.mark.parametrize(
    ("measure", "table", "value"),
    [
        (measures.log_likelihood, (0, 5, 5, 100), 2 * (5 * math.log(5 / 4.75) * 2 + 90 * math.log(90 / 90.25))),
        (measures.log_likelihood, (9, 9, 9, 9), 0),
        (measures.delta_p, (0, 5, 5, 100), -5 / 95),
        (measures.z_score, (0, 5, 20, 100), -1),
        (measures.npmi, (0, 5, 5, 100), -1),
        (measures.mi, (1, 1, 1, 1), 0),
    ],
)
def test_zero_and_all_by_hand(measure, table, value):
    assert measure(*table).item() == pytest.approx(value)


def test_arrays_of_any_shape():
    o11 = np.array([[1, 2], [3, 4]])
    for measure in TABLES:
        values = measure(o11, [10, 20], 30, 1000)
        assert values.shape == (2, 2)
        assert values[1, 0] == measure(3, 10, 30, 1000)
        assert measure([], [], [], []).shape == (0,)


@pytest.mark.parametrize("table", [(6, 5, 9, 100), (6, 9, 5, 100), (-1, 5, 5, 100), (1, 60, 60, 100)])
def test_counts_that_cannot_be_are_refused(table):
    for measure in TABLES:
        with pytest.raises(InputError, match="counts cannot be"):
            measure(*table)
