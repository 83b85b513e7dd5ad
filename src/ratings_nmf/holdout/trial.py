"""A fit without some cells, and how wrong it is there."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.table import Places, RatingsTable
from ratings_nmf.model.factors import Factors
from ratings_nmf.solvers.cells import not_held_out
from ratings_nmf.solvers.factorize import Solver, factorize

Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class Training(RatingsTable):
    """A table as it is known while some cells are held out: the cells that are stored are those left.

    Attributes
    ----------
    held_out
        Rows and columns of the cells that are not known, each once, shape (cells,).
    """

    held_out: Places

    @property
    def counted(self) -> int:
        """Number of cells that count: where zeros are observed, all but those held out."""
        return super().counted - (len(self.held_out[0]) if self.zeros == "observed" else 0)

    def per_line(self, side: int, weights: Matrix | None = None) -> Matrix:
        """Return, for each row (side 0) or column (1), the sum over its known cells of the other side's weights.

        Without weights, the number of known cells.
        """
        weights = np.ones(self.shape[1 - side]) if weights is None else weights
        if self.zeros == "missing":
            return np.asarray((self._places if side == 0 else self._places.T) @ weights, np.float64)
        unknown = np.bincount(self.held_out[side], weights[self.held_out[1 - side]], minlength=self.shape[side])
        return np.asarray(weights.sum() - unknown, np.float64)

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
    rows, columns = np.unique(np.stack(held_out), axis=1)  # a cell given twice is still one
    left = not_held_out(table, (rows, columns))
    known = Training(
        row_labels=table.row_labels,
        column_labels=table.column_labels,
        rows=table.rows[left],
        columns=table.columns[left],
        values=table.values[left],
        zeros=table.zeros,
        held_out=(rows, columns),
    )
    if not known.counted:
        raise InputError(
            "expected some known cells beside those held out, to fit to; found none", parameter="evaluate.test"
        )
    return known


@dataclass(frozen=True, kw_only=True)
class Model:
    """What is fitted to the cells that are not held out."""

    n_components: int
    solver: Solver
    options: Mapping[str, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class Trial:
    """What was known, and what was fitted to it."""

    known: Training
    factors: Factors

    def errors(self, values: Matrix, predicted: Matrix) -> Matrix:
        """Return x − p for values x, shape (cells,), and predictions p, (…, cells), clipped to what was known."""
        return values - np.clip(predicted, *self.known.range)


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
    return Trial(known=known, factors=fit.factors)


def root_mean_square(errors: Matrix) -> Matrix:
    """Return √mean e² over the last axis."""
    return np.asarray(np.sqrt(np.square(errors).mean(axis=-1)))


def standard_error(values: Matrix) -> float:
    """Return the standard error of the mean of two values or more, √(variance / number), shape (values,)."""
    return float(values.std(ddof=1) / np.sqrt(len(values)))
