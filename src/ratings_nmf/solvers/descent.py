"""Alternating coordinate descent: the rows against the columns, then the columns against the rows."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.progress import progress
from ratings_nmf.solvers.cells import Floats
from ratings_nmf.solvers.kernels import Rule
from ratings_nmf.solvers.problem import Problem, tables, untable
from ratings_nmf.solvers.solution import Factors
from ratings_nmf.solvers.threads import Run, alone

_SETTLE_PASSES, _SETTLE_TOLERANCE = 100, 1e-6


def solve(problem: Problem, W: Floats, H: Floats, run: Run, *, show: bool = True) -> Factors:
    """Sweep from the start W, H until a sweep lowers the loss by at most tol times the loss, then settle."""
    options = problem.options
    row_table, column_table = tables(problem, W, H, (problem.level, problem.level))
    curve: list[float] = []
    converged = False
    with progress(total=options.max_iter, unit="sweeps", show=show) as bar:
        while len(curve) < options.max_iter and not converged:
            penalty = problem.rows.update(row_table, column_table, run)[1]
            loss = float(penalty + problem.columns.update(column_table, row_table, run).sum())
            converged = bool(curve) and curve[-1] - loss <= options.tolerance * curve[-1]
            curve.append(loss)
            bar.set_postfix_str(f"loss {math.ldexp(loss, 4 * problem.exponent):.6g}", refresh=False)
            bar.update()
    squared_error = settle(problem, row_table, column_table, run)
    W, H, row_baseline, column_baseline = untable(problem, row_table, column_table)
    order = np.argsort(-W.cumsum(axis=0)[-1] * H.T.cumsum(axis=0)[-1], kind="stable")
    return Factors(
        W=W[:, order],
        H=H[order],
        row_baseline=row_baseline,
        restart_baselines=column_baseline[np.newaxis],
        level=problem.level,
        loss_curve=np.ldexp(curve, 4 * problem.exponent),
        error=_error(problem, squared_error),
        converged=converged,
    )


def settle(problem: Problem, row_table: NDArray[Any], column_table: NDArray[Any], run: Run) -> float:
    """Minimise over the rows alone; return the sum of squared errors, in the problem's scale.

    After a fit this makes W what `fold_in` finds for the same rows.
    """
    rule = problem.rows.rule._replace(passes=_SETTLE_PASSES, tolerance=_SETTLE_TOLERANCE)
    return float(problem.rows.update(row_table, column_table, run, rule)[0])


def error_of(problem: Problem, factors: Factors) -> float:
    """Square root of the sum of squared errors of any factors, such as those of an ensemble."""
    pair = tables(problem, factors.W, factors.H, (factors.row_baseline, factors.column_baseline))
    nothing = np.zeros(len(factors.H) + 2 * problem.options.has_baseline, pair[0].dtype)
    return _error(problem, float(problem.rows.update(*pair, alone, Rule(nothing, nothing, -1, 0, 0.0))[0]))


def _error(problem: Problem, squared_error: float) -> float:
    # Where all cells count, the squared error is a difference that rounding can make negative.
    return math.ldexp(math.sqrt(max(squared_error, 0.0)), 2 * problem.exponent)
