"""What predicts without any component: a mean, and a level for each row and column."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.holdout.trial import Training

SWEEPS = 20


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

    >>> from ratings_nmf.core.table import from_dense
    >>> from ratings_nmf.holdout.trial import training
    >>> cells = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> table = from_dense(cells, row_labels=("a", "b"), column_labels=("x", "y"), zeros="observed")
    >>> corner = (np.array([1], dtype=np.int32), np.array([1], dtype=np.int32))
    >>> round(float(levels(training(table, corner), penalty=0.0).predict(*corner)[0]), 3)
    4.0
    """
    mean, level = known.mean, [np.zeros(count) for count in known.shape]
    counts = [known.per_line(side) for side in (0, 1)]
    sums = [
        np.bincount(lines, known.values, minlength=count)
        for lines, count in zip((known.rows, known.columns), known.shape, strict=True)
    ]
    for _ in range(SWEEPS):
        for side in (0, 1):
            rest = sums[side] - counts[side] * mean - known.per_line(side, level[1 - side])
            weight = counts[side] + penalty
            level[side] = np.divide(rest, weight, out=np.zeros(len(rest)), where=weight > 0)
    return Levels(mean=mean, row=level[0], column=level[1])
