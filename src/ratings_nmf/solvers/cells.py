"""The cells of a table as three vectors, and packed by rows and by columns."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.table import Places, RatingsTable
from ratings_nmf.solvers.kernels.packing import Packed, among, pack, sorted_order

Integers = NDArray[np.int32]
Floats = NDArray[np.float64]


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

    @property
    def range(self) -> tuple[float, float]:
        """Least and largest value; 0 of none."""
        return (float(self.values.min()), float(self.values.max())) if self.values.size else (0.0, 0.0)

    @classmethod
    def of(cls, table: RatingsTable) -> Self:
        """The stored cells of a ratings table."""
        return cls(table.rows, table.columns, table.values, table.shape)

    def where(self, keep: NDArray[Any]) -> "Cells":
        """The cells where `keep` is true, or whose numbers it holds."""
        return Cells(self.rows[keep], self.columns[keep], self.values[keep], self.shape)


def not_held_out(cells: Cells | RatingsTable, held_out: Places) -> NDArray[np.bool_]:
    """Which of a table's stored cells are not among the (rows, columns) held out, shape (stored cells,)."""
    own = sorted_order(cells.rows, cells.columns, cells.shape)
    others = sorted_order(*held_out, cells.shape)
    is_left = np.empty(cells.values.size, np.bool_)
    is_left[own] = ~among(cells.rows[own], cells.columns[own], held_out[0][others], held_out[1][others])
    return is_left


def pack_sides(cells: Cells, values: NDArray[Any]) -> tuple[Packed, Packed]:
    """Pack the cells, with these values, by rows and by columns.

    Each line is sorted by the other side, so that the order in which cells are given changes nothing.
    """
    by_row = sorted_order(cells.rows, cells.columns, cells.shape)
    return (
        pack(by_row, cells.rows, cells.columns, values, cells.shape),
        pack(by_row, cells.columns, cells.rows, values, cells.shape[::-1]),
    )
