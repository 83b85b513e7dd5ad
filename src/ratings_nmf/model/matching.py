"""Components of one factorization matched to those of another."""

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def cosines(left: Matrix, right: Matrix) -> Matrix:
    """Return the cosines between rows, shape (rows of left, rows of right); those of a row of zeros are 0.

    Each is summed in the order of the columns: the same bits on every machine, which a BLAS product does not give.

    >>> cosines(np.array([[1.0, 0.0], [0.0, 0.0]]), np.array([[3.0, 4.0], [0.0, 5.0]]))
    array([[0.6, 0. ],
           [0. , 0. ]])
    """
    left, right = _unit_rows(left), _unit_rows(right)
    return np.stack([(row * right).cumsum(axis=1)[:, -1] for row in left])


def matched(reference: Matrix, H: Matrix) -> tuple[NDArray[np.intp], Matrix]:
    """Return the order of H's rows that is most like the reference's, and the cosine of each pair.

    The order makes the sum of the cosines largest: the Hungarian method (Kuhn 1955). Both have the shape
    (components, columns); order and cosines (components,).

    >>> order, alike = matched(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[0.0, 5.0], [3.0, 4.0]]))
    >>> order.tolist(), alike.round(9).tolist()
    ([1, 0], [0.6, 1.0])
    """
    from scipy.optimize import linear_sum_assignment

    alike = cosines(reference, H)
    rows, order = linear_sum_assignment(alike, maximize=True)
    return order, alike[rows, order]


def _unit_rows(H: Matrix) -> Matrix:
    lengths = np.sqrt(np.square(H).cumsum(axis=1)[:, -1:])
    unit: Matrix = H / np.where(lengths > 0, lengths, 1.0)
    return unit
