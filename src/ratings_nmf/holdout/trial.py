"""A fit without some cells, what predicts them without any component, and how wrong both are there."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.table import Places, RatingsTable
from ratings_nmf.model.factors import Factors, predicted_range
from ratings_nmf.solvers.cells import not_held_out
from ratings_nmf.solvers.factorize import Solver, factorize

Matrix = NDArray[np.float64]

SWEEPS = 20
"""Of `levels` over the two sides."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Training(RatingsTable):
    """A table while some cells, each listed once, are held out: the cells that are stored are those left."""

    held_out: Places

    @property
    def counted(self) -> float:
        """Number of cells that count, by their weights, without those held out."""
        return super().counted - self.weight * len(self.held_out[0])

    def per_line(self, side: int, weights: Matrix | None = None) -> Matrix:
        """Return, for each row (side 0) or column (1), the sum over its cells that count of the other side's weights.

        Without weights, the number of these cells.
        """
        weights = np.ones(self.shape[1 - side]) if weights is None else weights
        known = (self._places if side == 0 else self._places.T) @ weights
        if not self.weight:
            return np.asarray(known, np.float64)
        unknown = np.bincount(self.held_out[side], weights[self.held_out[1 - side]], minlength=self.shape[side])
        return np.asarray((1 - self.weight) * known + self.weight * (weights.sum() - unknown), np.float64)

    @cached_property
    def _places(self) -> csr_array:
        """1 at each stored cell, shape (rows, columns)."""
        return csr_array((np.ones(len(self.values)), self.columns, self.starts), self.shape)


def training(table: RatingsTable, held_out: Places) -> Training:
    """Return a table without cells at some rows and columns, stored or not.

    Raises
    ------
    InputError
        If no cell that counts is left.
    """
    once = np.sort(np.ravel_multi_index(held_out, table.shape))
    once = once[np.diff(once, prepend=-1) > 0]
    rows, columns = (places.astype(np.int32) for places in np.unravel_index(once, table.shape))
    remaining = not_held_out(table, (rows, columns))
    known = Training(
        row_labels=table.row_labels,
        column_labels=table.column_labels,
        rows=table.rows[remaining],
        columns=table.columns[remaining],
        values=table.values[remaining],
        zeros=table.zeros,
        aside=table.aside,
        held_out=(rows, columns),
    )
    if not known.counted:
        raise InputError(
            "expected some known cells beside those held out, to fit to; found none", parameter="evaluate.test"
        )
    return known


@dataclass(frozen=True, eq=False, kw_only=True)
class Levels:
    """Prediction mean + row[i] + column[j]; row has the shape (rows,), column (columns,)."""

    mean: float
    row: Matrix
    column: Matrix

    def predict(self, rows: NDArray[np.int32], columns: NDArray[np.int32]) -> Matrix:
        """Return the predictions of cells, shape (cells,); a position of −1 is an unknown row or column, of level 0."""
        of_rows = np.where(rows >= 0, self.row[rows], 0.0)
        return self.mean + of_rows + np.where(columns >= 0, self.column[columns], 0.0)


def levels(known: Training, *, penalty: float) -> Levels:
    """Fit a level for each row and each column, alone, to the known cells.

    Minimises Σ (x − mean − row − column)² + penalty (Σ row² + Σ column²) by alternating over the sides. Source:
    Koren 2010, ACM TKDD 4, section 2.2.

    >>> from ratings_nmf.core.table import from_dense
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


@dataclass(frozen=True, kw_only=True)
class Model:
    """What is fitted to the cells that are not held out."""

    n_components: int
    solver: Solver
    options: Mapping[str, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class Trial:
    """What was known, and the factors that were fitted to it."""

    known: Training
    factors: Factors


def hold_out(table: RatingsTable, places: Places, model: Model, *, seed: int) -> Trial:
    """Fit a model as if the cells at these rows and columns were not known.

    Raises
    ------
    InputError
        If no other cell counts, or the solver refuses the count or an option.
    """
    known = training(table, places)
    fit = factorize(
        table,
        n_components=model.n_components,
        solver=model.solver,
        options=model.options,
        seed=seed,
        held_out=known.held_out,
    )
    return Trial(known=known, factors=fit.within(predicted_range(known.zeros, known.range)).predictor)


def fit_to_rest(table: RatingsTable, model: Model, *, seed: int) -> Factors:
    """Fit a model to what is stored, while a cell that is held out is to it like all others: not taken, so 0.

    A recommender knows no more than that. Errors are those of `hold_out`.
    """
    nothing = np.empty(0, np.int32), np.empty(0, np.int32)
    return factorize(
        table,
        n_components=model.n_components,
        solver=model.solver,
        options=model.options,
        seed=seed,
        held_out=nothing,
    ).predictor


def root_mean_square(errors: Matrix) -> Matrix:
    """Return √mean e² over the last axis."""
    return np.asarray(np.sqrt(np.square(errors).mean(axis=-1)))


def standard_error(values: Matrix) -> float:
    """Return the standard error of the mean of two values or more, √(variance / number), shape (values,)."""
    return float(values.std(ddof=1) / np.sqrt(len(values)))


def clustered_error(sums: Matrix, counts: Matrix) -> Matrix:
    """Return the standard error of a mean over cells, those of a row moving together: of Σ sums / Σ counts.

    √(R / (R − 1) Σ_r (sum_r − mean · count_r)²) / Σ counts over the R rows with cells. Source: Cochran 1977, Sampling
    Techniques, chapter 6 (ratio estimator).

    Parameters
    ----------
    sums
        Of what is averaged over a row's cells, shape (…, rows).
    counts
        Of a row's cells, (rows,).

    >>> float(clustered_error(np.array([1.0, 3.0]), np.array([1.0, 1.0])))
    1.0
    """
    total, clusters = float(counts.sum()), int(np.count_nonzero(counts))
    rest = sums - sums.sum(axis=-1, keepdims=True) / total * counts
    return np.asarray(np.sqrt(clusters / max(clusters - 1, 1) * np.square(rest).sum(axis=-1)) / total)


def error_by_row(values: Matrix, rows: NDArray[np.int32]) -> float:
    """Return the standard error of the mean of values of cells, those of a row moving together, as `clustered_error`.

    Cells of one row only are taken alone. Both have the shape (cells,), 2 cells or more.

    >>> error_by_row(np.array([1.0, 1.0, 3.0, 3.0]), np.array([0, 0, 2, 2]))
    1.0
    """
    places = rows - rows.min()
    sums, counts = np.bincount(places, values), np.bincount(places)
    if len(counts) == 1:
        return standard_error(values)
    some = counts > 0
    return float(clustered_error(np.asarray(sums[some], np.float64), counts[some].astype(np.float64)))
