"""Components of one factorization matched to those of another."""

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def inner(left: Matrix, right: Matrix) -> Matrix:
    """Return left @ right.T, shape (rows of left, rows of right), with the same bits on every machine.

    Each product is summed by numpy's pairwise rule, whose order the number of columns alone decides; that of BLAS and
    einsum depends on the processor.
    """
    left, right = np.ascontiguousarray(left), np.ascontiguousarray(right)
    return np.stack([(row * right).sum(axis=1) for row in left])


def cosines(left: Matrix, right: Matrix) -> Matrix:
    """Return the cosines between rows, shape (rows of left, rows of right); those of a row of zeros are 0.

    >>> cosines(np.array([[1.0, 0.0], [0.0, 0.0]]), np.array([[3.0, 4.0], [0.0, 5.0]]))
    array([[0.6, 0. ],
           [0. , 0. ]])
    """
    return inner(_unit_rows(left), _unit_rows(right))


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
    lengths = np.sqrt(np.square(H).sum(axis=1, keepdims=True))
    unit: Matrix = H / np.where(lengths > 0, lengths, 1.0)
    return unit
