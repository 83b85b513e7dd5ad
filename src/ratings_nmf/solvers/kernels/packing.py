"""Cells sorted and packed line by line."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.solvers.kernels.cache import compiled
from ratings_nmf.solvers.kernels.lanes import LANES


class Packed(NamedTuple):
    """Cells line by line, each line padded to a multiple of 8 with zeros that point past the last line.

    Line i holds the cells starts[i]:starts[i + 1]: `others`, their lines on the other side, and `values`.
    """

    starts: NDArray[np.int64]
    others: NDArray[np.int32]
    values: NDArray[Any]


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
    """Pack the cells (lines, others, values), visited in `order`, which must be sorted by line.

    `shape` counts the lines and the lines of the other side.
    """
    n_lines, n_others = shape
    starts = np.zeros(n_lines + 1, np.int64)
    for line in lines:
        starts[line + 1] += 1
    for line in range(n_lines):
        starts[line + 1] = starts[line] + (starts[line + 1] + LANES - 1) // LANES * LANES
    packed = Packed(starts, np.full(starts[-1], n_others, np.int32), np.zeros(starts[-1], values.dtype))
    last, place = -1, 0
    for cell in order:
        line = lines[cell]
        place = place + 1 if line == last else starts[line]
        last = line
        packed.others[place] = others[cell]
        packed.values[place] = values[cell]
    return packed
