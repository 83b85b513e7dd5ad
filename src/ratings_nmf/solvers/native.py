"""The native solver: W, H ≥ 0 by cyclic coordinate descent, where absent cells are unknown, 0, or a 0 that counts less.

Minimises Σ_known (x - w·h - b_row - b_column)² + weight Σ_other (w·h)² + penalty, the baselines b being there where the
weight of the other cells is 0, s the root mean square of the values above 0, m half the mean value, and penalty

    regularization s (Σ w² + Σ h²) + baseline_regularization Σ (b - m)²,

where with a weight between 0 and 1 each w² and h² is taken once for each known cell of its row or column, and weight
times for each of all its cells (Rendle et al. 2021). Multiplied by any number, a table has the same factors, but for
their unit.
"""

import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.progress import progress
from ratings_nmf.core.streams import stream
from ratings_nmf.core.table import Places
from ratings_nmf.model.factors import Factors, numbered, order_like
from ratings_nmf.model.frame import Solution, Units
from ratings_nmf.solvers.cells import Cells, Floats
from ratings_nmf.solvers.options import NativeOptions
from ratings_nmf.solvers.problem import Problem, pose, random_start, svd_start
from ratings_nmf.solvers.threads import Run, alone, crew, thread_count

Start = tuple[Floats, Floats] | Literal["random"]

Tables = tuple[NDArray[Any], NDArray[Any]]

_SETTLE_PASSES, _SETTLE_TOLERANCE = 1000, 1e-9


def fit(
    cells: Cells,
    *,
    n_components: int,
    options: NativeOptions,
    seed: int = 0,
    start: Start | None = None,
    held_out: Places | None = None,
) -> Solution:
    """Factorize a table.

    start: W (rows, components) and H (components, columns) to start a single restart from; or "random": numbers from
    a stream of the seed's for each restart. None is random too, but where zeros are observed a single restart starts
    from singular vectors.
    held_out: (rows, columns) of cells that the fit must not know, be they among `cells` or not.
    Raises ValueError where values are too large or too small to be squared, or a start has another shape.
    """
    problem = pose(cells, n_components, options, held_out)
    shapes = [(cells.shape[0], n_components), (n_components, cells.shape[1])]
    if isinstance(start, tuple) and (options.ensemble > 1 or [part.shape for part in start] != shapes):
        raise ValueError(f"start must be W {shapes[0]} and H {shapes[1]}, for a single restart")
    if options.ensemble > 1:
        return _fit_ensemble(problem, n_components, seed)
    random = stream(seed, "start", n_components, 0)
    with crew() as run:
        if isinstance(start, tuple):
            first = problem.factors(*start)
        elif start is None and options.weight == 1:
            first = svd_start(problem, n_components, random, run)
        else:
            first = random_start(problem, n_components, random)
        return _descend(problem, first, run)


def _descend(problem: Problem, start: Factors, run: Run, *, show: bool = True) -> Solution:
    """Update rows and columns in turn until a sweep lowers the loss by at most tol times the loss, then settle.

    Where going beyond raised the loss, sweeps from then on go half as far (as Ang & Gillis 2019 do).
    """
    options = problem.options
    tables = row_table, column_table = problem.tables(start, problem.rows.rule.penalties.dtype)
    curve: list[float] = []
    converged, beyond = False, problem.beyond
    with progress(total=options.max_iter, unit="sweeps", show=show) as bar:
        while len(curve) < options.max_iter and not converged:
            for_rows, for_columns = (axis.rule._replace(beyond=beyond) for axis in (problem.rows, problem.columns))
            penalty = problem.rows.update(row_table, column_table, run, for_rows)[2]
            loss = float(penalty + problem.columns.update(column_table, row_table, run, for_columns)[:2].sum())
            if curve and loss > curve[-1] and beyond:
                beyond /= 2
            else:
                converged = bool(curve) and curve[-1] - loss <= options.tolerance * curve[-1]
            curve.append(loss)
            bar.set_postfix_str(f"loss {math.ldexp(loss, 4 * problem.exponent):.6g}", refresh=False)
            bar.update()
    tables, error = _settle(problem, tables, run)
    W, H = problem.untable(tables)
    parts = start.parts
    falling = np.argsort(-W[:, :parts].cumsum(axis=0)[-1] * H[:parts].T.cumsum(axis=0)[-1], kind="stable")
    order = np.append(falling, np.arange(parts, len(H)))
    return Solution(
        factors=Factors(W=W[:, order], H=H[order], components=start.components),
        n_iter=len(curve),
        converged=converged,
        loss_curve=np.ldexp(curve, 4 * problem.exponent),
        error=error,
        units=problem.units,
        restart_baselines=H[-1:] if options.has_baseline else np.zeros((1, H.shape[1])),
    )


def _settle(problem: Problem, tables: Tables, run: Run) -> tuple[Tables, float]:
    """Minimise over the rows alone, so that `fold_in` finds for the same rows what the fit gives.

    With a penalty there is one minimum; without, cells may leave it open, and both start from the same place.
    Return the tables, in double precision, and the square root of the sum of squared errors.
    """
    rows, columns = (table.astype(np.float64) for table in tables)
    own = rows[: problem.rows.n_lines, : problem.rows.rule.penalties.size]
    if not problem.options.penalty:
        own[:] = problem.rows.rule.priors
        if problem.options.has_baseline:
            own[:, problem.rows.rule.fixed] = 1
    axis = problem.rows.exact(_SETTLE_PASSES, _SETTLE_TOLERANCE)
    return (rows, columns), _error(problem, axis.update(rows, columns, run)[0])


def _error(problem: Problem, squared_error: float) -> float:
    """The square root of a sum of squared errors, which is a difference that rounding can make negative."""
    return math.ldexp(math.sqrt(max(squared_error, 0.0)), 2 * problem.exponent)


def _fit_ensemble(problem: Problem, n_components: int, seed: int) -> Solution:
    """Fit restarts side by side, each in one thread, and join them."""

    def restart(number: int) -> Solution:
        random = stream(seed, "start", n_components, number)
        return _descend(problem, random_start(problem, n_components, random), alone, show=False)

    restarts = []
    with (
        ThreadPoolExecutor(thread_count()) as pool,
        progress(total=problem.options.ensemble, unit="restarts") as bar,
    ):
        for solution in pool.map(restart, range(problem.options.ensemble)):
            restarts.append(solution)
            bar.set_postfix_str(f"loss {solution.loss_curve[-1]:.6g}", refresh=False)
            bar.update()
    factors = _join([solution.factors for solution in restarts])
    axis, nothing = problem.rows.exact(0, 0.0), np.zeros(len(factors.H))
    rule = axis.rule._replace(penalties=nothing, priors=nothing, fixed=-1)
    longest = max(solution.n_iter for solution in restarts)
    curves = [np.pad(solution.loss_curve, (0, longest - solution.n_iter), mode="edge") for solution in restarts]
    return Solution(
        factors=factors,
        n_iter=longest,
        converged=all(solution.converged for solution in restarts),
        loss_curve=_mean(curves),
        error=_error(problem, axis.update(*problem.tables(factors, np.float64), alone, rule)[0]),
        units=problem.units,
        restart_baselines=np.concatenate([solution.restart_baselines for solution in restarts]),
    )


def _join(restarts: list[Factors]) -> Factors:
    """Join R restarts of k components into one factorization of R·k components that predicts their mean.

    W holds 1 / R of each restart's, H is theirs; component c of restart r becomes component c·R + r, where
    the components of each restart are first matched to those of the first. Baselines are the means.
    """
    first, parts = restarts[0], restarts[0].parts
    orders = [order_like(first.H[:parts], restart.H[:parts]) for restart in restarts]
    W = np.stack([restart.W[:, order] for restart, order in zip(restarts, orders, strict=True)], axis=2)
    H = np.stack([restart.H[order] for restart, order in zip(restarts, orders, strict=True)], axis=1)
    return Factors(
        W=np.hstack([W.reshape(len(W), -1) / len(restarts), _mean([restart.W[:, parts:] for restart in restarts])]),
        H=np.vstack([H.reshape(-1, H.shape[2]), _mean([restart.H[parts:] for restart in restarts])]),
        components=numbered(parts * len(restarts)) + first.components[parts:],
    )


def _mean(arrays: list[Floats]) -> Floats:
    """Mean of arrays of one shape, summed in their order."""
    return np.asarray(np.cumsum(arrays, axis=0)[-1] / len(arrays))


def fold_in(
    cells: Cells,
    H: Floats,
    *,
    restart_baselines: Floats,
    units: Units,
    options: NativeOptions,
    held_out: Places | None = None,
) -> tuple[Floats, Floats]:
    """W (rows, components) and row baselines (rows,) of any rows, the columns' factors fixed.

    H, without baselines, restart_baselines and units are a `Solution`'s; cells, options and held-out cells as for
    `fit`. A training row gets what the fit gave it.
    """
    n_restarts, n_columns = restart_baselines.shape
    if cells.shape[1] != n_columns:
        raise ValueError(f"the cells must have the {n_columns} columns of the fit; got {cells.shape[1]}")
    n_components = len(H) // n_restarts
    problem = pose(cells, n_components, options, held_out, units)
    W, row_baseline = np.zeros((cells.shape[0], len(H))), np.zeros(cells.shape[0])
    with crew() as run:
        for restart, column_baseline in enumerate(restart_baselines):
            own = slice(restart, None, n_restarts)
            tables = problem.tables(problem.factors(W[:, own], H[own], column_baseline), np.float64)
            loadings, _ = problem.untable(_settle(problem, tables, run)[0])
            W[:, own] = loadings[:, :n_components] / n_restarts
            if options.has_baseline:
                row_baseline += loadings[:, -2] / n_restarts
    return W, row_baseline
