"""Fit one solver to one table and print what it took, as a line of JSON.

    PYTHONPATH=src python benchmarks/measure.py SOLVER SIZE TRAIN TEST

TRAIN and TEST are .npz files of generate.py, or text with a row, a column and a rating a line, counted from 1. A tiny
table is fitted before the clock starts, so that neither imports nor compilation count. Predictions are clipped to the
range of the training ratings, for all solvers alike. Memory is the whole process's, with Python, the libraries and
the table.
"""

import argparse
import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
from solvers import SOLVERS, Ratings


def read(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows, columns and ratings of a file."""
    if path.suffix == ".npz":
        with np.load(path) as cells:
            return cells["rows"], cells["columns"], cells["ratings"].astype(float)
    rows, columns, ratings = np.loadtxt(path, usecols=(0, 1, 2), unpack=True)
    return rows.astype(np.int32) - 1, columns.astype(np.int32) - 1, ratings


def tiny() -> Ratings:
    """Half the cells of a table of 40 rows and 30 columns."""
    rows, columns = (side.astype(np.int32) for side in np.nonzero(np.random.default_rng(0).random((40, 30)) < 0.5))
    return Ratings(rows, columns, 1.0 + (rows + columns) % 5, (40, 30))


def peak_megabytes() -> float:
    """Peak memory of this process or of the largest one it started, whichever is larger."""
    end_spark()
    peaks = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return max(peaks) * (1 if sys.platform == "darwin" else 1024) / 1e6


def end_spark() -> None:
    """Wait for the end of Spark's Java process, if there is one: only then is its memory known."""
    if "pyspark" in sys.modules:
        from pyspark import SparkContext

        gateway = SparkContext._gateway
        SparkContext.getOrCreate().stop()
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait()


def main() -> None:
    """Measure one solver."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("solver")
    parser.add_argument("size", choices=SOLVERS)
    parser.add_argument("train", type=Path)
    parser.add_argument("test", type=Path)
    arguments = parser.parse_args()
    solver = SOLVERS[arguments.size][arguments.solver]
    rows, columns, ratings = read(arguments.train)
    test_rows, test_columns, test_ratings = read(arguments.test)
    shape = int(max(rows.max(), test_rows.max())) + 1, int(max(columns.max(), test_columns.max())) + 1
    warm_up = solver(tiny())
    for _ in range(3):
        warm_up()
    fit = solver(Ratings(rows, columns, ratings, shape))
    start = time.perf_counter()
    predict, iterations = fit()
    seconds = time.perf_counter() - start
    predicted = np.clip(predict(test_rows, test_columns), ratings.min(), ratings.max())
    rmse = float(np.sqrt(np.mean((predicted - test_ratings) ** 2)))
    taken = {"seconds": seconds, "rmse": rmse, "megabytes": peak_megabytes(), "iterations": iterations}
    print(json.dumps(taken))


if __name__ == "__main__":
    main()
