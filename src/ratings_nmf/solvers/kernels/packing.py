"""Cells packed line by line, and sums and products of vectors whose sizes are multiples of 8, in a fixed order."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ratings_nmf.solvers.kernels import compiled
from ratings_nmf.solvers.kernels.lanes import LANES, load, spread, store, total

Lines = tuple[int, int]
"""The first of some lines, and the one after the last."""

_FEW = 32
"""Lines whose factors stay in a processor's first cache while they are multiplied with one another."""


ABREAST = 2 * LANES
"""Lines that a group holds."""

LONG = 512
"""Cells above which a line is a group of its own: the factors of more would outgrow a processor's second cache."""


class Packed(NamedTuple):
    """Cells line by line, each line padded to a multiple of 8 with zeros that point past the last line.

    Line i holds the cells starts[i]:starts[i + 1]: `others`, their lines on the other side, and `values`.
    """

    starts: NDArray[np.int64]
    others: NDArray[np.int32]
    values: NDArray[Any]

    def of(self, dtype: DTypeLike) -> "Packed":
        """The same with values of this type."""
        return self._replace(values=self.values.astype(dtype))


@compiled
def is_sorted(rows: Any, columns: Any) -> bool:
    """Return whether cells stand row by row, each row by columns."""
    for cell in range(1, rows.size):
        same = rows[cell] == rows[cell - 1]
        if rows[cell] < rows[cell - 1] or (same and columns[cell] < columns[cell - 1]):
            return False
    return True


@compiled
def among(rows: Any, columns: Any, other_rows: Any, other_columns: Any) -> Any:
    """Return which cells are among other cells; both stand row by row, each row by columns."""
    inside = np.zeros(rows.size, np.bool_)
    at = 0
    for cell in range(rows.size):
        row, column = rows[cell], columns[cell]
        while at < other_rows.size and (other_rows[at] < row or (other_rows[at] == row and other_columns[at] < column)):
            at += 1
        inside[cell] = at < other_rows.size and other_rows[at] == row and other_columns[at] == column
    return inside


@compiled
def order_by(keys: Any, order: Any, n_keys: int) -> Any:
    """Return `order` sorted by keys[order], stable; keys are 0 … n_keys - 1."""
    ends = np.zeros(n_keys + 1, np.int64)
    for key in keys:
        ends[key + 1] += 1
    for key in range(n_keys):
        ends[key + 1] += ends[key]
    result = np.empty_like(order)
    for cell in order:
        key = keys[cell]
        result[ends[key]] = cell
        ends[key] += 1
    return result


def sorted_order(rows: Any, columns: Any, shape: tuple[int, int]) -> Any:
    """Return the order in which cells stand row by row, each row by columns."""
    order = np.arange(rows.size, dtype=np.int32)
    if is_sorted(rows, columns):
        return order
    return order_by(rows, order_by(columns, order, shape[1]), shape[0])


@compiled
def pack(order: Any, lines: Any, others: Any, values: Any, shape: Any) -> Packed:
    """Pack the cells (lines, others, values), each line's as `order` visits them.

    `shape` counts the lines and the lines of the other side.
    """
    n_lines, n_others = shape
    starts = np.zeros(n_lines + 1, np.int64)
    for line in lines:
        starts[line + 1] += 1
    for line in range(n_lines):
        starts[line + 1] = starts[line] + (starts[line + 1] + LANES - 1) // LANES * LANES
    packed = Packed(starts, np.full(starts[-1], n_others, np.int32), np.zeros(starts[-1], values.dtype))
    ends = starts.copy()
    for cell in order:
        place = ends[lines[cell]]
        ends[lines[cell]] += 1
        packed.others[place] = others[cell]
        packed.values[place] = values[cell]
    return packed


class Abreast(NamedTuple):
    """Cells of as many lines as a group holds side by side: an instruction then works on a cell of each.

    Group i holds the lines members[i], or the one past the last where there are no more, and `cells` has a line for
    each: its cell ABREAST · j + k is the j-th of line members[i, k]. A long line is alone in its group, all members,
    and keeps its own order.
    """

    members: NDArray[np.int32]
    cells: Packed


def abreast(packed: Packed, n_others: int, *, long: int = LONG) -> Abreast:
    """Group lines that have about as many cells each, one of more than `long` cells alone.

    n_others: number of lines of the other side.
    """
    n_lines = packed.starts.size - 1
    line_of = np.repeat(np.arange(n_lines), np.diff(packed.starts))
    counts = np.bincount(line_of[packed.others < n_others], minlength=n_lines)
    order = np.argsort(-counts, kind="stable").astype(np.int32)
    n_long = int(np.count_nonzero(counts > long))
    others = np.pad(order[n_long:], (0, -(n_lines - n_long) % ABREAST), constant_values=n_lines).reshape(-1, ABREAST)
    members = np.concatenate([np.repeat(order[:n_long, None], ABREAST, axis=1), others])
    sizes = ABREAST * counts[members[:, 0]]
    sizes[:n_long] = -(-counts[order[:n_long]] // ABREAST) * ABREAST
    starts = np.concatenate([[0], sizes.cumsum()])
    cells = Packed(starts, np.full(starts[-1], n_others, np.int32), np.zeros(starts[-1], packed.values.dtype))
    _put_abreast(packed, counts, members, cells)
    return Abreast(members, cells)


@compiled
def _put_abreast(packed: Packed, counts: Any, members: Any, into: Packed) -> None:
    """Copy cells to their places among those of their group."""
    for group in range(len(members)):
        is_one = members[group, 0] == members[group, ABREAST - 1]
        for k in range(1 if is_one else ABREAST):
            line, place = members[group, k], into.starts[group] + k
            for cell in range(counts[line] if line < counts.size else 0):
                into.others[place] = packed.others[packed.starts[line] + cell]
                into.values[place] = packed.values[packed.starts[line] + cell]
                place += 1 if is_one else ABREAST


@compiled
def dot(left: Any, right: Any) -> Any:
    """Return the sum of the products of two vectors."""
    products = spread(left.dtype.type(0))
    for at in range(0, left.size, LANES):
        products = products + load(left, at) * load(right, at)
    return total(products)


@compiled
def moments(vector: Any) -> Any:
    """Return the sum of squares and the sum of a vector."""
    squares, numbers = spread(vector.dtype.type(0)), spread(vector.dtype.type(0))
    for at in range(0, vector.size, LANES):
        number = load(vector, at)
        squares, numbers = squares + number * number, numbers + number
    return total(squares), total(numbers)


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
    width = table.shape[1]
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
            first = a * load(table, p + at) + b * load(table, q + at)
            second = c * load(table, r + at) + d * load(table, s + at)
            store(vector, at, load(vector, at) + (first + second))


@compiled
def add_outer(square: Any, number: Any, factors: Any, others: Any) -> None:
    """Add number * the sum of f f' to a symmetric square, over the factors f of other lines."""
    if others.size == 0:
        return
    width = factors.shape[1]
    for first in range(0, others.size, _FEW):
        for c in range(0, width, 4):
            add_outer_to_four(square, c, number, factors, others[first : first + _FEW])
    for c in range(width):
        for d in range(c):
            square[c, d] = square[d, c]


@compiled
def add_outer_to_four(square: Any, c: int, number: Any, factors: Any, others: Any) -> None:
    """Add number * the sum of f f' to lines c … c + 3 of a square, from their diagonal on, 4 x 8 numbers at a time."""
    width, many, zeros = factors.shape[1], spread(number), spread(square.dtype.type(0))
    for block in range(c // LANES * LANES, width, LANES):
        p, q, r, s = zeros, zeros, zeros, zeros
        for line in others:
            factor = load(factors, np.int64(line) * width + block)
            p = p + spread(factors[line, c]) * factor
            q = q + spread(factors[line, c + 1]) * factor
            r = r + spread(factors[line, c + 2]) * factor
            s = s + spread(factors[line, c + 3]) * factor
        store(square[c], block, load(square[c], block) + many * p)
        store(square[c + 1], block, load(square[c + 1], block) + many * q)
        store(square[c + 2], block, load(square[c + 2], block) + many * r)
        store(square[c + 3], block, load(square[c + 3], block) + many * s)


@compiled
def gram(parts: Lines, bounds: Any, table: Any, lines: Any, out: Any) -> None:
    """Write to out[part], width × width, what lines bounds[part]:bounds[part + 1] add to table.T @ table.

    `lines` counts from 0.
    """
    for part in range(*parts):
        out[part] = 0
        add_outer(out[part], table.dtype.type(1), table, lines[bounds[part] : bounds[part + 1]])


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
