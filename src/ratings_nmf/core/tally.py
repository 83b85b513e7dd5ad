"""What a profile says of a table, added up over some of its rows at a time."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.table import LISTED, RatingsTable, Zeros, weight_of

TOP = 5
"""How many of the largest different values are counted."""


@dataclass(kw_only=True)
class Tally:
    """Counts and sums of the stored cells of a table.

    Attributes
    ----------
    row_labels, column_labels, zeros
        Of the table.
    row_counts, column_counts
        Stored cells of each row and column, shapes (rows,) and (columns,).
    row_sums, column_sums, row_largest, column_largest
        Sums of their values, and the largest; 0 where there is none.
    cells
        Number of stored cells.
    least
        The least of their values.
    times
        How often each of the `TOP` largest different values stands.
    """

    row_labels: tuple[str, ...] = ()
    column_labels: tuple[str, ...] = ()
    zeros: Zeros = "observed"
    row_counts: NDArray[np.int64] = field(init=False)
    column_counts: NDArray[np.int64] = field(init=False)
    row_sums: NDArray[np.float64] = field(init=False)
    column_sums: NDArray[np.float64] = field(init=False)
    row_largest: NDArray[np.float64] = field(init=False)
    column_largest: NDArray[np.float64] = field(init=False)
    cells: int = 0
    least: float = np.inf
    times: dict[float, int] = field(default_factory=dict)

    @property
    def largest(self) -> float:
        """The largest value; 0 where there is none."""
        return max(self.times, default=0.0)

    def add(self, table: RatingsTable) -> None:
        """Add the cells of some rows, all those that these have; each time with the labels of the whole table."""
        if not self.row_labels:
            self.row_labels, self.column_labels, self.zeros = table.row_labels, table.column_labels, table.zeros
            height, width = table.shape
            self.row_counts, self.column_counts = np.zeros(height, np.int64), np.zeros(width, np.int64)
            self.row_sums, self.row_largest = np.zeros(height), np.zeros(height)
            self.column_sums, self.column_largest = np.zeros(width), np.zeros(width)
        rows, columns, values = table.rows, table.columns, table.values
        if not len(rows):
            return
        first, last = int(rows[0]), int(rows[-1]) + 1
        places = rows - np.int32(first)
        self.row_counts[first:last] += np.bincount(places)
        self.row_sums[first:last] += np.bincount(places, values)
        self.column_counts += np.bincount(columns, minlength=len(self.column_counts))
        self.column_sums += np.bincount(columns, values, minlength=len(self.column_sums))
        self.cells += len(rows)
        starts = np.flatnonzero(np.diff(rows, prepend=-1))
        self.row_largest[rows[starts]] = np.maximum.reduceat(values, starts)
        np.maximum.at(self.column_largest, columns, values)
        self.least = min(self.least, float(values.min()))
        if len(self.times) == TOP:
            values = values[values >= min(self.times)]
        for _ in range(TOP):
            if len(values):
                value = float(values.max())
                below = values[values < value]
                self.times[value] = self.times.get(value, 0) + len(values) - len(below)
                values = below
        self.times = dict(sorted(self.times.items(), reverse=True)[:TOP])

    def profile(self) -> dict[str, Any]:
        """Describe what went in: size, density, values, and rows and columns without a stored cell.

        ``density`` is the share of cells that are stored (above 0); minimum, maximum and mean are over those that
        count, the mean by their weights.
        """
        size = len(self.row_labels) * len(self.column_labels)
        weight_sum = self.cells + weight_of(self.zeros) * (size - self.cells)
        empty_rows, empty_columns = np.flatnonzero(self.row_counts == 0), np.flatnonzero(self.column_counts == 0)
        return {
            "rows": len(self.row_labels),
            "columns": len(self.column_labels),
            "cells": self.cells,
            "density": self.cells / size,
            "zeros": self.zeros,
            "minimum": 0.0 if weight_sum > self.cells else self.least,
            "maximum": self.largest,
            "mean": float(self.row_sums.cumsum()[-1]) / weight_sum,
            "empty_row_count": len(empty_rows),
            "empty_column_count": len(empty_columns),
            "empty_rows": [self.row_labels[row] for row in empty_rows[:LISTED]],
            "empty_columns": [self.column_labels[column] for column in empty_columns[:LISTED]],
        }


def tally_of(table: RatingsTable) -> Tally:
    """Return the tally of a whole table.

    >>> from ratings_nmf.core.table import from_dense
    >>> cells = np.array([[2.0, 0.0], [0.0, 0.0]])
    >>> table = from_dense(cells, row_labels=("a", "b"), column_labels=("x", "y"), zeros="observed")
    >>> profile = tally_of(table).profile()
    >>> profile["density"], profile["mean"], profile["empty_rows"], profile["empty_columns"]
    (0.25, 0.5, ['b'], ['y'])
    """
    tally = Tally()
    tally.add(table)
    return tally
