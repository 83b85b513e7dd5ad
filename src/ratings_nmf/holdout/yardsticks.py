"""What predicts without any component: the mean, a level for each row and column, the most popular columns."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.table import RatingsTable
from ratings_nmf.holdout.folds import Cells, not_held_out

SWEEPS = 20


@dataclass(frozen=True, eq=False, kw_only=True)
class Training:
    """The known cells of a table but those held out.

    Attributes
    ----------
    table, held_out
        The table, and rows and columns of cells it must not be asked for.
    rows, columns, values
        The table's stored cells that are not held out, shape (cells,), by row, then column.
    """

    table: RatingsTable
    held_out: Cells
    rows: NDArray[np.int32]
    columns: NDArray[np.int32]
    values: NDArray[np.float64]

    @property
    def observed(self) -> bool:
        """Whether cells that are not stored are known to be 0."""
        return self.table.zeros == "observed"

    @property
    def mean(self) -> float:
        """Mean of the known cells."""
        counts = self.per_line(0, None)
        return float(self.values.sum() / counts.sum())

    @property
    def range(self) -> tuple[float, float]:
        """Least and largest of the known cells."""
        least = 0.0 if self.observed else float(self.values.min())
        return least, float(self.values.max(initial=least))

    def per_line(self, side: int, weights: NDArray[np.float64] | None) -> NDArray[np.float64]:
        """Return, for each row (side 0) or column (1), the sum over its known cells of the other side's weights.

        Without weights, the number of known cells.
        """
        count, across = self.table.shape[side], self.table.shape[1 - side]
        weights = np.ones(across) if weights is None else weights
        if self.observed:
            lines, others = self.held_out[side], self.held_out[1 - side]
            unknown = np.bincount(lines, weights=weights[others], minlength=count)
            return np.asarray(weights.sum() - unknown, np.float64)
        return np.asarray((self._places if side == 0 else self._places.T) @ weights, np.float64)

    @cached_property
    def _places(self) -> csr_array:
        """1 at each stored cell that is not held out, shape (rows, columns)."""
        starts = np.searchsorted(self.rows, np.arange(self.table.shape[0] + 1))
        return csr_array((np.ones(len(self.rows)), self.columns, starts), self.table.shape)

    def sums(self, side: int) -> NDArray[np.float64]:
        """Return the sum of the known values of each row (side 0) or column (1)."""
        lines = (self.rows, self.columns)[side]
        return np.asarray(np.bincount(lines, weights=self.values, minlength=self.table.shape[side]), np.float64)


def training(table: RatingsTable, held_out: Cells) -> Training:
    """Return the known cells of a table without those held out, given as rows and columns; they need not be stored.

    Raises
    ------
    InputError
        If no known cell is left.
    """
    rows, columns = np.unique(np.stack(held_out), axis=1)  # a cell given twice is still one
    left = not_held_out(table, (rows, columns))
    known = Training(
        table=table,
        held_out=(rows, columns),
        rows=table.rows[left],
        columns=table.columns[left],
        values=table.values[left],
    )
    if not known.per_line(0, None).any():
        raise InputError("test: expected some known cells beside those held out, to fit to; found none")
    return known


@dataclass(frozen=True, eq=False, kw_only=True)
class Levels:
    """Prediction mean + row[i] + column[j]; row has the shape (rows,), column (columns,)."""

    mean: float
    row: NDArray[np.float64]
    column: NDArray[np.float64]

    def predict(self, rows: NDArray[np.int32], columns: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return the predictions of cells, shape (cells,); a position of −1 is an unknown row or column, of level 0."""
        of_rows = np.where(rows >= 0, self.row[rows], 0.0)
        return self.mean + of_rows + np.where(columns >= 0, self.column[columns], 0.0)


def levels(known: Training, *, penalty: float) -> Levels:
    """Fit a level for each row and each column, alone, to the known cells.

        Minimises Σ (x − mean − row − column)² + penalty (Σ row² + Σ column²) by alternating over the sides. Source:
        Koren 2010, ACM TKDD 4, section 2.2.

        >>> from ratings_nmf.core.errors import InputError
    from ratings_nmf.core.table import from_dense
        >>> cells = np.array([[1.0, 2.0], [3.0, 4.0]])
        >>> table = from_dense(cells, row_labels=("a", "b"), column_labels=("x", "y"), zeros="observed")
        >>> corner = (np.array([1], dtype=np.int32), np.array([1], dtype=np.int32))
        >>> round(float(levels(training(table, corner), penalty=0.0).predict(*corner)[0]), 3)
        4.0
    """
    mean, counts, sums = known.mean, [known.per_line(side, None) for side in (0, 1)], [known.sums(0), known.sums(1)]
    found = [np.zeros(count) for count in known.table.shape]
    for _ in range(SWEEPS):
        for side in (0, 1):
            rest = sums[side] - counts[side] * mean - known.per_line(side, found[1 - side])
            weight = counts[side] + penalty
            found[side] = np.divide(rest, weight, out=np.zeros(len(rest)), where=weight > 0)
    return Levels(mean=mean, row=found[0], column=found[1])


def popularity(known: Training) -> NDArray[np.float64]:
    """Return the number of known cells of each column, shape (columns,)."""
    return known.per_line(1, None)
