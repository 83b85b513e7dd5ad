"""Compare the native solver with scikit-learn's NMF where zeros are values, from the same start.

    PYTHONPATH=src python benchmarks/observed.py

Both minimise Σ(x − w·h)² by coordinate descent. Scikit-learn runs a given number of sweeps; the native solver runs as
few as bring its error within 0.1 % of scikit-learn's. Each takes all cores it can; the two take turns, and a ratio
compares fits of one turn. Compilation does not count.
"""

import argparse
import statistics
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from sklearn.decomposition import NMF
from sklearn.exceptions import ConvergenceWarning

from ratings_nmf.solvers.cells import Cells
from ratings_nmf.solvers.native import fit
from ratings_nmf.solvers.options import NativeOptions

Matrix = NDArray[np.float64]
Start = tuple[Matrix, Matrix]

LINE = "{:32} {:>3} {:>7} {:>9} {:>10} {:>7} {:>9} {:>10} {:>8}"


def dense(rows: int, columns: int, k: int, noise: float) -> Matrix:
    """Return a dense table: planted parts plus noise."""
    draw = np.random.default_rng(0)
    planted = draw.gamma(0.5, 1, (rows, k)) @ draw.gamma(0.5, 1, (k, columns))
    return np.asarray(planted * (noise < 1) + noise * draw.random((rows, columns)) * planted.mean())


def sparse(rows: int, columns: int, cells: int) -> csr_array:
    """Return a sparse table of whole numbers, with more and less frequent rows and columns."""
    draw = np.random.default_rng(0)
    places = (draw.random(cells) ** 2 * rows).astype(int), (draw.random(cells) ** 2 * columns).astype(int)
    table = csr_array(coo_array((np.ones(cells), places), shape=(rows, columns)))
    table.sum_duplicates()
    return table


TABLES: dict[str, tuple[Callable[[], Matrix | csr_array], int, int]] = {
    "1,000 × 1,000, planted": (lambda: dense(1000, 1000, 20, 0.5), 20, 100),
    "1,000 × 1,000, noise": (lambda: dense(1000, 1000, 20, 1.0), 20, 100),
    "10,000 × 5,000, 1 M cells": (lambda: sparse(10_000, 5_000, 1_200_000), 50, 200),
}


def by_sklearn(table: Matrix | csr_array, start: Start, sweeps: int) -> tuple[float, float]:
    """Fit with scikit-learn; return seconds and error."""
    model = NMF(start[0].shape[1], init="custom", max_iter=sweeps, tol=0.0)
    begin = time.perf_counter()
    model.fit_transform(table, W=start[0].copy(), H=start[1].copy())
    return time.perf_counter() - begin, model.reconstruction_err_


def by_native(cells: Cells, start: Start, **options: Any) -> tuple[float, float]:
    """Fit with the native solver; return seconds and error."""
    begin = time.perf_counter()
    solution = fit(
        cells, n_components=start[0].shape[1], options=NativeOptions(zeros="observed", **options), start=start
    )
    return time.perf_counter() - begin, solution.error


def enough(cells: Cells, start: Start, error: float, sweeps: int) -> int | None:
    """Return the fewest sweeps that bring the native solver within 0.1 % of an error, or None."""
    low, high = 0, 1
    while by_native(cells, start, max_iter=high, tol=0.0)[1] > 1.001 * error:
        low, high = high, 2 * high
        if high > 2 * sweeps:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        reached = by_native(cells, start, max_iter=middle, tol=0.0)[1] <= 1.001 * error
        low, high = (low, middle) if reached else (middle, high)
    return high


def main() -> None:
    """Take turns and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    warnings.simplefilter("ignore", ConvergenceWarning)
    print(LINE.format("table", "k", "sweeps", "sklearn s", "error", "sweeps", "native s", "error", "× faster"))
    for name, (make, k, sweeps) in TABLES.items():
        table = make()
        listed = coo_array(table)
        rows, columns = (side.astype(np.int32) for side in listed.coords)
        cells = Cells(rows, columns, listed.data.astype(float), listed.shape)
        draw = np.random.default_rng(1)
        scale = np.sqrt(table.sum() / np.prod(table.shape) / k)
        start = scale * draw.random((table.shape[0], k)), scale * draw.random((k, table.shape[1]))
        count = enough(cells, start, by_sklearn(table, start, sweeps)[1], sweeps)
        if count is None:
            print(f"{name}: the native solver does not come within 0.1 % in twice the sweeps")
            continue
        turns = [
            (by_sklearn(table, start, sweeps), by_native(cells, start, max_iter=count, tol=0.0)) for _ in range(rounds)
        ]
        theirs, ours = turns[0]
        seconds = [statistics.median(turn[who][0] for turn in turns) for who in (0, 1)]
        ratio = statistics.median(turn[0][0] / turn[1][0] for turn in turns)
        figures = (
            f"{seconds[0]:.2f}",
            f"{theirs[1]:.2f}",
            count,
            f"{seconds[1]:.2f}",
            f"{ours[1]:.2f}",
            f"{ratio:.1f}",
        )
        print(LINE.format(name, k, sweeps, *figures))


if __name__ == "__main__":
    main()
