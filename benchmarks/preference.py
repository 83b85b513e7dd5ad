"""Time of a fit to what people took, and what its lists find, beside implicit's ALS where that is installed.

    PYTHONPATH=src python benchmarks/preference.py --cells 1000000 --components 50

A drawn table of 6,000 × 4,000, a tenth of whose cells is held out. Every fit is one thread's, after a small one that
compiles, and each prints the median processor time over turns, in which all take part, its ratio to the first, and
NDCG@10. implicit has its own defaults and 15 iterations, by conjugate gradients and exactly.
"""

import argparse
import importlib.util
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

os.environ |= {"OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, csr_matrix

from ratings_nmf.holdout.rivals import listed
from ratings_nmf.holdout.targets import LONG, Sought, measured
from ratings_nmf.solvers.cells import Cells
from ratings_nmf.solvers.native import fit
from ratings_nmf.solvers.options import NativeOptions

SHAPE, GROUPS = (6_000, 4_000), 30
Places = tuple[NDArray[np.int32], NDArray[np.int32]]
Fit = Callable[[], tuple[NDArray[Any], NDArray[Any]]]

OURS: dict[str, dict[str, Any]] = {
    "native": {},
    "native, 2 sweeps": {"max_iter": 2},
}


def drawn(cells: int) -> tuple[Places, Places]:
    """Return what is known, and what is held out: (rows, columns) each; some rows hold more, some columns are liked."""
    draw = np.random.default_rng(0)
    W, H = draw.gamma(0.3, 1, (SHAPE[0], GROUPS)), draw.gamma(0.3, 1, (GROUPS, SHAPE[1]))
    chances = np.log(W @ (H * draw.lognormal(0, 1, SHAPE[1])) + 1e-3)
    counts = np.minimum(20 + draw.lognormal(4.6, 0.9, SHAPE[0]), 1200)
    counts = (counts * cells / 0.9 / counts.sum()).astype(int)
    each = [
        np.sort(np.argpartition(-(line + draw.gumbel(size=SHAPE[1])), count)[:count])
        for line, count in zip(chances, counts, strict=True)
    ]
    rows, columns = np.repeat(np.arange(SHAPE[0]), counts).astype(np.int32), np.concatenate(each).astype(np.int32)
    hidden = draw.random(len(rows)) < 0.1
    return (rows[~hidden], columns[~hidden]), (rows[hidden], columns[hidden])


def known_cells(places: Places) -> Cells:
    """Return 1 in each of the places."""
    return Cells(places[0], places[1], np.ones(len(places[0])), SHAPE)


def ours(places: Places, components: int, options: dict[str, Any]) -> Fit:
    """Return a call of the native solver that gives loadings of rows and of columns."""
    cells = known_cells(places)

    def call() -> tuple[NDArray[Any], NDArray[Any]]:
        factors = fit(cells, n_components=components, options=NativeOptions(zeros=0.1, **options)).factors
        return factors.W, factors.H.T

    return call


def implicits(places: Places, components: int, use_cg: bool) -> Fit:
    """Return a call of implicit's ALS."""
    from implicit.als import AlternatingLeastSquares

    table = csr_matrix((np.ones(len(places[0]), np.float32), places), SHAPE)

    def call() -> tuple[NDArray[Any], NDArray[Any]]:
        model = AlternatingLeastSquares(factors=components, num_threads=1, random_state=0, use_cg=use_cg)
        model.fit(table, show_progress=False)
        return model.user_factors, model.item_factors

    return call


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=1_000_000)
    parser.add_argument("--components", type=int, default=50)
    parser.add_argument("--turns", type=int, default=3)
    arguments = parser.parse_args()
    known, hidden = drawn(arguments.cells)
    marks = [csr_array((np.ones(len(rows)), (rows, columns)), SHAPE) for rows, columns in (known, hidden)]
    cold = np.diff(marks[0].indptr) == 0
    what = Sought(known=marks[0], likes=marks[0], targets=marks[1], cold=cold, receivers=np.unique(hidden[0]))
    fit(known_cells(known), n_components=2, options=NativeOptions(zeros=0.1, max_iter=1))
    calls = {name: ours(known, arguments.components, options) for name, options in OURS.items()}
    if importlib.util.find_spec("implicit"):
        calls["implicit, CG"] = implicits(known, arguments.components, use_cg=True)
        calls["implicit, exact"] = implicits(known, arguments.components, use_cg=False)
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    ndcg = {}
    for _ in range(arguments.turns):
        for name, call in calls.items():
            start = time.process_time()
            W, H = call()
            seconds[name].append(time.process_time() - start)
            lists = listed(W[what.receivers] @ H.T, csr_array(what.known[what.receivers]), length=LONG)
            ndcg[name] = measured(lists, what)[:, 0].mean()
    print(f"{len(known[0]):,} cells, {arguments.components} components")
    for name, times in seconds.items():
        ratios = [one / first for one, first in zip(times, seconds["native"], strict=True)]
        print(f"{name:>18} {statistics.median(times):6.2f} s  × {statistics.median(ratios):.2f}  {ndcg[name]:.4f}")


if __name__ == "__main__":
    main()
