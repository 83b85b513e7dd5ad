"""Sums and products of vectors whose sizes are multiples of 8, in a fixed order."""

from typing import Any

import numpy as np

from ratings_nmf.solvers.kernels.cache import compiled
from ratings_nmf.solvers.kernels.lanes import LANES, load, spread, store, total
from ratings_nmf.solvers.kernels.packing import Packed

Lines = tuple[int, int]
"""The first of some lines, and the one after the last."""


@compiled
def dot(left: Any, right: Any) -> Any:
    """Return the sum of the products of two vectors."""
    products = spread(left.dtype.type(0))
    for at in range(0, left.size, LANES):
        products = products + load(left, at) * load(right, at)
    return total(products)


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


@compiled
def gram(parts: Lines, bounds: Any, tables: Any, lines: Any, out: Any) -> None:
    """Write to out[part], width × width, what lines bounds[part]:bounds[part + 1] add to table.T @ table.

    `tables` is (table.T, table), both contiguous; bounds are multiples of 4; `lines` counts from 0.
    """
    transposed, table = tables
    for part in range(*parts):
        out[part] = 0
        first, last = bounds[part], bounds[part + 1]
        for c in range(len(transposed)):
            add_multiples(out[part, c], transposed[c, first:last], table, lines[first:last])


@compiled
def multiply(lines: Lines, cells: Packed, against: Any, out: Any) -> None:
    """Write to out[first:last] the table times the other side's factors, absent cells being 0."""
    for line in range(*lines):
        start, stop = cells.starts[line], cells.starts[line + 1]
        out[line] = 0
        add_multiples(out[line], cells.values[start:stop], against, cells.others[start:stop])


@compiled
def orthonormalize(vectors: Any) -> None:
    """Make the rows of a table orthonormal, in order (Gram-Schmidt, twice); a dependent row becomes 0."""
    for c in range(len(vectors)):
        before = dot(vectors[c], vectors[c])
        for _ in range(2):
            for d in range(c):
                add_multiple(vectors[c], -dot(vectors[c], vectors[d]), vectors[d])
        square = dot(vectors[c], vectors[c])
        scale = 1 / np.sqrt(square) if square > 1e-20 * before else 0.0
        for i in range(vectors.shape[1]):
            vectors[c, i] *= scale
