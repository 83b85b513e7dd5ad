"""The native solver: W, H ≥ 0 by cyclic coordinate descent, where absent cells are unknown or 0.

Minimises Σ (x - w·h - b_row - b_column)² + regularization (Σ w² + Σ h²) + baseline_regularization Σ (b - m)²
over the known cells, m being half the mean value, or over all cells and without baselines.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from ratings_nmf.core.progress import progress
from ratings_nmf.solvers.cells import Cells, Floats, Places
from ratings_nmf.solvers.descent import error_of, settle, solve
from ratings_nmf.solvers.ensemble import join
from ratings_nmf.solvers.options import NativeOptions
from ratings_nmf.solvers.problem import Problem, pose, tables, untable
from ratings_nmf.solvers.solution import Factors
from ratings_nmf.solvers.starts import random_start, stream, svd_start
from ratings_nmf.solvers.threads import alone, crew, thread_count


def fit(
    cells: Cells,
    *,
    n_components: int,
    options: NativeOptions,
    seed: int = 0,
    start: tuple[Floats, Floats] | None = None,
    held_out: Places | None = None,
) -> Factors:
    """Factorize a table.

    start: W (rows, components) and H (components, columns) to start a single restart from. By default, random
    numbers from a stream of the seed's for each restart; where zeros are observed, a single one starts from
    singular vectors.
    held_out: (rows, columns) of cells that the fit must not know, be they among `cells` or not.
    Raises ValueError where values are too large or too small to be squared, or a start has another shape.
    """
    problem = pose(cells, n_components, options, held_out)
    shapes = [(cells.shape[0], n_components), (n_components, cells.shape[1])]
    if start is not None and (options.ensemble > 1 or [part.shape for part in start] != shapes):
        raise ValueError(f"start must be W {shapes[0]} and H {shapes[1]}, for a single restart")
    if options.ensemble > 1:
        return _fit_ensemble(problem, n_components, seed)
    with crew() as run:
        if start is None:
            random = stream(seed, "start", n_components, 0)
            if options.zeros == "observed":
                start = svd_start(problem, n_components, random, run)
            else:
                start = random_start(problem, n_components, random)
        return solve(problem, *start, run)


def _fit_ensemble(problem: Problem, n_components: int, seed: int) -> Factors:
    """Restarts side by side, each in one thread."""

    def restart(number: int) -> Factors:
        random = stream(seed, "start", n_components, number)
        return solve(problem, *random_start(problem, n_components, random), alone, show=False)

    n_restarts = problem.options.ensemble
    restarts = []
    with ThreadPoolExecutor(thread_count()) as pool, progress(total=n_restarts, unit="restarts") as bar:
        for factors in pool.map(restart, range(n_restarts)):
            restarts.append(factors)
            bar.set_postfix_str(f"loss {factors.loss_curve[-1]:.6g}", refresh=False)
            bar.update()
    joined = join(restarts)
    return replace(joined, error=error_of(problem, joined))


def fold_in(
    factors: Factors, cells: Cells, *, options: NativeOptions, held_out: Places | None = None
) -> tuple[Floats, Floats]:
    """W (rows, components) and row baselines (rows,) of any rows, the columns' factors fixed.

    Cells, options and held-out cells are as for `fit`; a training row gets what the fit gave it.
    """
    n_restarts, n_columns = factors.restart_baselines.shape
    if cells.shape[1] != n_columns:
        raise ValueError(f"the cells must have the {n_columns} columns of the fit; got {cells.shape[1]}")
    problem = pose(cells, len(factors.H) // n_restarts, options, held_out, factors.level)
    W = np.zeros((cells.shape[0], len(factors.H)))
    row_baseline = np.zeros(len(W))
    with crew() as run:
        for restart, column_baseline in enumerate(factors.restart_baselines):
            own = slice(restart, None, n_restarts)
            pair = tables(problem, W[:, own], factors.H[own], (factors.level, column_baseline))
            settle(problem, *pair, run)
            new, _, baseline, _ = untable(problem, *pair)
            W[:, own] = new / n_restarts
            row_baseline += baseline / n_restarts
    return W, row_baseline
