"""Products of matrices in which each row comes out the same, whatever rows stand beside it and wherever it stands.

What BLAS makes of a row depends, in the last digit, on how many rows there are and on its place among them: those at
either end are added up in another order. So as many are always multiplied together, and those at the ends are rows
that nobody asks for. Stored the other way round, as columns, the rest is treated alike (with the kernels of OpenBLAS
that numpy brings for processors from Nehalem to Haswell and Zen; tests/test_rowwise.py). BLAS must be held to one
thread, as several share the rows out.
"""

import numpy as np

__all__ = ["BLOCK", "MARGIN", "block_of", "columns", "product"]

#: Rows of a block, and how many at either end of it hold nothing.
BLOCK, MARGIN = 256, 8


def columns(table: np.ndarray, block: np.ndarray) -> np.ndarray:
    """``(block @ table).T``: of (n, m) rows in a block (:func:`block_of`) and (m, k) the results as columns, (k, n).

    >>> import numpy as np
    >>> columns(np.array([[2.0], [0.5]]), block_of(np.array([[1.0, 2.0], [0.0, 3.0]])))[:, MARGIN : MARGIN + 2].tolist()
    [[3.0, 1.5]]
    """
    return np.asarray(table.T @ block.T)


def block_of(rows: np.ndarray) -> np.ndarray:
    """Rows, at most ``BLOCK - 2 * MARGIN``, in the middle of a block of zeros: the first stands in row ``MARGIN``.

    >>> import numpy as np
    >>> block_of(np.ones((2, 3))).shape, block_of(np.ones((2, 3))).sum(1).nonzero()[0].tolist()
    ((256, 3), [8, 9])
    """
    block = np.zeros((BLOCK, rows.shape[1]), rows.dtype)
    block[MARGIN : MARGIN + len(rows)] = rows
    return block


def product(rows: np.ndarray, table: np.ndarray) -> np.ndarray:
    """``rows @ table`` for (n, m) and (m, k), of the wider of the two types.

    >>> import numpy as np
    >>> product(np.array([[1.0, 2.0], [0.0, 3.0]]), np.array([[2.0], [0.5]])).tolist()
    [[3.0], [1.5]]
    """
    kind, room = np.result_type(rows, table), BLOCK - 2 * MARGIN
    rows, table = rows.astype(kind, copy=False), table.astype(kind, copy=False)
    found = np.empty((len(rows), table.shape[1]), kind)
    for first in range(0, len(rows), room):
        some = rows[first : first + room]
        found[first : first + room] = columns(table, block_of(some))[:, MARGIN : MARGIN + len(some)].T
    return found
