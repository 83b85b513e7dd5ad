"""The result of a factorization."""

from dataclasses import dataclass

import numpy as np

from ratings_nmf.solvers.cells import Floats, Integers
from ratings_nmf.solvers.kernels import predict_cells
from ratings_nmf.solvers.padding import pad
from ratings_nmf.solvers.threads import crew, split


@dataclass(frozen=True, eq=False, kw_only=True)
class Factors:
    """Factors whose prediction is W @ H + row_baseline[:, None] + column_baseline, all ≥ 0.

    W: (rows, components). H: (components, columns). Components stand by falling share of the total of W @ H.
    row_baseline: (rows,). restart_baselines: (restarts, columns), the column baselines of each restart;
    without baselines both are 0. An ensemble of R restarts has R neighbouring components for each one of a
    restart.
    level: half the mean value, which the baselines tend to. loss_curve: the loss after each sweep, of an
    ensemble the mean over restarts. error: square root of the sum of squared errors. converged: whether every
    restart ended because its loss had settled.
    """

    W: Floats
    H: Floats
    row_baseline: Floats
    restart_baselines: Floats
    level: float
    loss_curve: Floats
    error: float
    converged: bool

    @property
    def column_baseline(self) -> Floats:
        """Column baselines (columns,): the mean of the restarts'."""
        return np.asarray(self.restart_baselines.cumsum(axis=0)[-1] / len(self.restart_baselines))

    @property
    def n_iter(self) -> int:
        """Number of sweeps, of the longest restart."""
        return len(self.loss_curve)

    def predict(self, rows: Integers, columns: Integers) -> Floats:
        """Predictions (cells,) for the cells (rows[i], columns[i])."""
        row_table = np.column_stack([self.W, self.row_baseline, np.ones(len(self.W))])
        column_table = np.column_stack([self.H.T, np.ones(self.H.shape[1]), self.column_baseline])
        tables = pad(row_table, np.float64), pad(column_table, np.float64)
        predicted = np.empty(rows.size)
        with crew() as run:
            run(predict_cells, split(np.arange(rows.size + 1)), rows, columns, tables, predicted)
        return predicted
