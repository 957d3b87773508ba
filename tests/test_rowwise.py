"""A row of a product is the same whatever stands beside it: what is said of a text does not hang on other texts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from toolkit.rowwise import BLOCK, MARGIN, block_of, product

#: Rows and columns of tables as the encoder, the coder and the joint themes have them, and very small ones.
SHAPES = [(2_048, 28), (2_048, 1), (700, 10), (258, 2_048), (512, 256), (384, 128), (50, 6), (8, 900), (2, 3), (1, 1)]


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_row_is_the_same_alone_and_anywhere_among_others(shape, kind):
    random = np.random.default_rng(1)
    table = random.standard_normal(shape).astype(kind)
    row = random.standard_normal((1, shape[0])).astype(kind)
    with threadpool_limits(1):
        alone = product(row, table)
    for count in (2, 3, 7, 64, BLOCK - 2 * MARGIN, BLOCK, 2 * BLOCK + 5):
        rows = random.standard_normal((count, shape[0])).astype(kind)
        for place in {0, 1, count // 2, count - 1}:
            rows[place] = row
        with threadpool_limits(1):
            found = product(rows, table)
        for place in {0, 1, count // 2, count - 1}:
            assert (found[place] == alone[0]).all(), (count, place)


@given(st.integers(0, 600), st.integers(1, 9), st.integers(0, 5))
def test_it_is_the_product(rows, inner, columns):
    random = np.random.default_rng(rows)
    left, right = random.standard_normal((rows, inner)), random.standard_normal((inner, columns))
    assert product(left, right) == pytest.approx(left @ right, abs=1e-12)


def test_the_wider_type_is_that_of_the_result_and_nothing_given_is_changed():
    left, right = np.ones((3, 2), np.float32), np.ones((2, 2))
    assert product(left, right).dtype == np.float64
    assert product(left, right.astype(np.float32)).dtype == np.float32
    assert (left == 1).all() and (right == 1).all()


def test_a_block_holds_no_more_than_its_middle():
    assert block_of(np.ones((BLOCK - 2 * MARGIN, 1))).sum() == BLOCK - 2 * MARGIN
    with pytest.raises(ValueError, match="broadcast"):
        block_of(np.ones((BLOCK, 1)))
