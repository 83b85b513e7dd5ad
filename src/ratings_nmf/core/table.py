"""The ratings table: its known cells, its labels and the meaning of a cell that is not stored."""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from ratings_nmf.core.streams import Draw

Zeros = Literal["observed", "missing"] | Annotated[float, Meta(ge=0, le=1)]
"""What a cell that is not stored means: the value 0; not rated; a 0 that counts with this weight."""

Side = Literal["rows", "columns"]

LEAST_CELLS = 200
"""Cells that count below which the number of components that predicts best changes with those that are held out."""

Places = tuple[NDArray[np.int32], NDArray[np.int32]]
"""Rows and columns of cells, both of shape (cells,)."""

DENSE_LIMIT = 1_000_000
"""Largest number of cells (rows × columns) of which a dense array is ever built."""

SMALLEST, LARGEST = 1e-100, 1e36
"""Range of a cell above 0: squares of sums of squares, which solvers take, stay finite."""

LISTED = 20
"""How many labels a message or a profile lists before it only counts."""


@dataclass(frozen=True, kw_only=True)
class RatingsTable:
    """A non-negative table as its non-zero cells, sorted by row, then column.

    Attributes
    ----------
    row_labels, column_labels
        Labels in the order of the raw table; each is unique on its side.
    rows, columns
        Zero-based positions of the stored cells, shape (cells,), int32.
    values
        Values of the stored cells, shape (cells,), float64, finite and above 0.
    zeros
        What a cell that is not stored means: ``observed``, the value 0; ``missing``, not rated; a number from 0 to 1, a
        0 that counts with this weight.
    draw
        The rows that were drawn from a larger table to make this one, or None.
    aside
        Places of cells that were given but count as if they were not, sorted alike; they are never recommended.
    """

    row_labels: tuple[str, ...]
    column_labels: tuple[str, ...]
    rows: NDArray[np.int32]
    columns: NDArray[np.int32]
    values: NDArray[np.float64]
    zeros: Zeros
    draw: Draw | None = None
    aside: Places = field(default_factory=lambda: (np.empty(0, np.int32), np.empty(0, np.int32)))

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and number of columns."""
        return len(self.row_labels), len(self.column_labels)

    @property
    def size(self) -> int:
        """Number of rows times number of columns."""
        return len(self.row_labels) * len(self.column_labels)

    @property
    def fits_dense(self) -> bool:
        """Whether a dense array of this shape may be built: rows × columns up to `DENSE_LIMIT`."""
        return self.size <= DENSE_LIMIT

    @property
    def weight(self) -> float:
        """How much a cell that is not stored counts, beside one that is."""
        return weight_of(self.zeros)

    @property
    def is_for_lists(self) -> bool:
        """Whether it is asked what is taken next: a cell that is not stored counts, and less than one that is."""
        return 0 < self.weight < 1

    @property
    def counted(self) -> float:
        """Number of cells that count, by their weights: the stored ones, and the others times theirs."""
        return len(self.values) + self.weight * (self.size - len(self.values))

    @property
    def range(self) -> tuple[float, float]:
        """Least and largest value of the cells that count; 0 of none."""
        least = float(self.values.min()) if self.counted == len(self.values) > 0 else 0.0
        return least, float(self.values.max(initial=least))

    @property
    def mean(self) -> float:
        """Mean of the cells that count, by their weights; summed row by row, in the same order always."""
        return float(np.bincount(self.rows, self.values, minlength=1).cumsum()[-1]) / self.counted

    @property
    def spread(self) -> float:
        """Root mean square of the stored values, summed in their order."""
        return float(np.sqrt(np.square(self.values).cumsum()[-1:].sum() / max(1, self.values.size)))

    def given(self) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
        """Return rows, columns and values of all cells that were given, the value of those set aside being 0."""
        if not len(self.aside[0]):
            return self.rows, self.columns, self.values
        rows, columns = (np.concatenate(parts) for parts in zip((self.rows, self.columns), self.aside, strict=True))
        values, order = np.append(self.values, np.zeros(len(self.aside[0]))), np.lexsort((columns, rows))
        return rows[order], columns[order], values[order]

    @property
    def starts(self) -> NDArray[np.intp]:
        """Where the stored cells of each row begin, and where those of the last end, shape (rows + 1,)."""
        return np.searchsorted(self.rows, np.arange(self.shape[0] + 1, dtype=np.int32))

    def dense(self) -> NDArray[np.float64]:
        """Return the table as an array (rows, columns); a cell that was not rated is NaN."""
        whole = np.full(self.shape, 0.0 if self.weight else np.nan)
        whole[self.rows, self.columns] = self.values
        return whole

    def transposed(self) -> "RatingsTable":
        """Return the table with its rows as columns."""
        order, aside = np.argsort(self.columns, kind="stable"), np.argsort(self.aside[1], kind="stable")
        return RatingsTable(
            row_labels=self.column_labels,
            column_labels=self.row_labels,
            rows=self.columns[order],
            columns=self.rows[order],
            values=self.values[order],
            zeros=self.zeros,
            aside=(self.aside[1][aside], self.aside[0][aside]),
        )


def weight_of(zeros: Zeros) -> float:
    """Return how much a cell that is not stored counts, beside one that is: 1 where observed, 0 where missing."""
    return float(zeros == "observed") if isinstance(zeros, str) else float(zeros)


def free_loadings(shape: tuple[int, int], count: int) -> int:
    """Return how many loadings of so many components can be chosen freely: each may be mixed with the others.

    >>> free_loadings((5, 6), 3)
    24
    """
    return count * (sum(shape) - count)


def parted(rows: NDArray[np.int32], columns: NDArray[np.int32], values: NDArray[np.float64]) -> dict[str, Any]:
    """Return `RatingsTable`'s rows, columns, values and aside: the reverse of `RatingsTable.given`."""
    is_positive = values > 0
    if is_positive.all():
        return {"rows": rows, "columns": columns, "values": values}
    aside = rows[~is_positive], columns[~is_positive]
    return {"rows": rows[is_positive], "columns": columns[is_positive], "values": values[is_positive], "aside": aside}


def from_dense(
    cells: NDArray[np.float64], *, row_labels: tuple[str, ...], column_labels: tuple[str, ...], zeros: Zeros
) -> RatingsTable:
    """Build a table from an array (rows, columns); 0 and NaN are not stored."""
    rows, columns = np.nonzero(np.nan_to_num(cells))
    return RatingsTable(
        row_labels=row_labels,
        column_labels=column_labels,
        rows=rows.astype(np.int32),
        columns=columns.astype(np.int32),
        values=cells[rows, columns],
        zeros=zeros,
    )
