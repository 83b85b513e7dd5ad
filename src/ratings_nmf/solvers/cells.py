"""The cells of a table as three vectors, and packed by rows and by columns."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.solvers.kernels import Packed, among, order_by, pack, sorted_order

Integers = NDArray[np.int32]
Floats = NDArray[np.float64]
Places = tuple[Integers, Integers]


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells of a table: values[i] stands in row rows[i] and column columns[i], each cell at most once.

    rows, columns: int32, from 0. values: float64, finite and ≥ 0. shape: (rows, columns). Raises ValueError
    for anything else.
    """

    rows: Integers
    columns: Integers
    values: Floats
    shape: tuple[int, int]

    def __post_init__(self) -> None:
        for name, places, size in zip(("rows", "columns"), (self.rows, self.columns), self.shape, strict=True):
            if places.dtype != np.int32 or places.shape != self.values.shape:
                raise ValueError(f"{name} must be int32, one for each value; got {places.dtype} {places.shape}")
            if places.size and not 0 <= places.min() <= places.max() < size:
                raise ValueError(f"{name} must be from 0 to {size - 1}; got {places.min()} to {places.max()}")
        if not np.isfinite(self.values).all():
            raise ValueError("values must be finite: leave an unknown cell out")
        least = self.values.min(initial=0.0)
        if least < 0:
            raise ValueError(f"Negative values in data: values must be 0 or more; got {least:g}")

    def where(self, keep: NDArray[np.bool_]) -> "Cells":
        """The cells where `keep` is true."""
        return Cells(self.rows[keep], self.columns[keep], self.values[keep], self.shape)

    def without(self, places: Places) -> "Cells":
        """The cells that are not at these (rows, columns)."""
        own, others = (sorted_order(*pair, self.shape) for pair in ((self.rows, self.columns), places))
        left = np.empty(self.values.size, np.bool_)
        left[own] = ~among(self.rows[own], self.columns[own], places[0][others], places[1][others])
        return self.where(left)

    def total(self) -> float:
        """Sum of the values, always in the same order."""
        return float(np.bincount(self.rows, self.values, 1).cumsum()[-1])


def pack_sides(cells: Cells, values: NDArray[Any]) -> tuple[Packed, Packed]:
    """Pack the cells, with these values, by rows and by columns.

    Each line is sorted by the other side, so that the order in which cells are given changes nothing.
    """
    n_rows, n_columns = cells.shape
    by_row = sorted_order(cells.rows, cells.columns, cells.shape)
    by_column = order_by(cells.columns, by_row, n_columns)
    return (
        pack(by_row, cells.rows, cells.columns, values, (n_rows, n_columns)),
        pack(by_column, cells.columns, cells.rows, values, (n_columns, n_rows)),
    )
