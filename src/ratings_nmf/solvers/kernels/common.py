"""What the kernels share: the data they work on, and sums over vectors whose sizes are multiples of 8."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ratings_nmf.solvers.kernels.cache import by_contents
from ratings_nmf.solvers.kernels.lanes import LANES, load, spread, store, total

Lines = tuple[int, int]
Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile a function at its first call, and keep the result on disk."""
    with by_contents():
        return cast(Function, njit(cache=True, nogil=True, error_model="numpy")(function))


class Packed(NamedTuple):
    """Cells line by line, each line padded to a multiple of 8 with zeros that point past the last line.

    Line i holds the cells starts[i]:starts[i + 1]: `others`, their lines on the other side, and `values`.
    """

    starts: NDArray[np.int64]
    others: NDArray[np.int32]
    values: NDArray[Any]


class Rule(NamedTuple):
    """What one update minimises besides the squared error, and when it stops.

    The penalty of coordinate c is penalties[c] * (x[c] - priors[c])²; coordinate `fixed` (-1: none) stays as
    it is. A line is passed over `passes` times, or until no coordinate moves by more than `tolerance` times
    the largest.
    """

    penalties: NDArray[Any]
    priors: NDArray[Any]
    fixed: int
    passes: int
    tolerance: float


@compiled
def dot(left: Any, right: Any) -> Any:
    """Return the sum of the products of two vectors."""
    products = spread(left.dtype.type(0))
    for at in range(0, left.size, LANES):
        products = products + load(left, at) * load(right, at)
    return total(products)


@compiled
def penalty_of(x: Any, rule: Rule) -> float:
    """Return the penalty of one line's coordinates."""
    penalty = np.float64(0)
    for c in range(rule.penalties.size):
        if c != rule.fixed:
            distance = x[c] - rule.priors[c]
            penalty += rule.penalties[c] * distance * distance
    return penalty


@compiled
def add_multiple(vector: Any, number: Any, other: Any) -> None:
    """Add number * other to a vector."""
    many = spread(number)
    for at in range(0, vector.size, LANES):
        store(vector, at, load(vector, at) + many * load(other, at))


@compiled
def add_multiples(vector: Any, numbers: Any, table: Any, lines: Any) -> None:
    """Add numbers[i] * table[lines[i]], for all i, to a vector; their count is a multiple of 4.

    Four lines at a visit load and store the vector a quarter as often.
    """
    width, flat = table.shape[1], table.reshape(table.size)
    for i in range(0, numbers.size, 4):
        a, b, c, d = (
            spread(numbers[i]),
            spread(numbers[i + 1]),
            spread(numbers[i + 2]),
            spread(numbers[i + 3]),
        )
        p, q = np.int64(lines[i]) * width, np.int64(lines[i + 1]) * width
        r, s = np.int64(lines[i + 2]) * width, np.int64(lines[i + 3]) * width
        for at in range(0, width, LANES):
            first = a * load(flat, p + at) + b * load(flat, q + at)
            second = c * load(flat, r + at) + d * load(flat, s + at)
            store(vector, at, load(vector, at) + (first + second))
