"""Time of a sweep of the native solver against cells, components and the memory traffic that it cannot avoid.

    PYTHONPATH=src python benchmarks/scaling.py

A sweep updates all rows, then all columns. The last two columns are its time in units of its memory traffic at the
copy bandwidth of as many threads. `once`: each cell (a position and a value) is moved once a side, and each factor
table once. `gathered`: the other side's factors are besides fetched anew for every cell, as if nothing stayed in a
cache.
"""

import argparse
import itertools
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from generate import Size, generate

from ratings_nmf.solvers.cells import Cells
from ratings_nmf.solvers.options import NativeOptions
from ratings_nmf.solvers.problem import pose, random_start
from ratings_nmf.solvers.threads import crew, thread_count

SHAPE = 10_000, 4_000
CELLS = 250_000, 500_000, 1_000_000, 2_000_000, 4_000_000
COMPONENTS = 10, 20, 40, 80
WARM, TIMED = 1, 3  # sweeps
LINE = "{:>9} {:>10} {:>10} {:>15} {:>10} {:>8} {:>10}"


def known_cells(n_cells: int) -> Cells:
    """A generated table of the fixed shape."""
    train, test = generate(Size(*SHAPE, n_cells))
    rows, columns, ratings = (np.concatenate([part, test[name]]) for name, part in train.items())
    return Cells(rows, columns, ratings.astype(float), SHAPE)


def sweep_seconds(cells: Cells, n_components: int) -> tuple[float, int]:
    """Seconds of a sweep after a warm-up, and the padded width of the factor tables."""
    problem = pose(cells, n_components, NativeOptions(zeros="missing", regularization=1.4))
    rows, columns = problem.tables(random_start(problem, n_components, np.random.default_rng(0)), np.float32)
    with crew() as run:
        for sweep in range(WARM + TIMED):
            if sweep == WARM:
                start = time.perf_counter()
            problem.rows.update(rows, columns, run)
            problem.columns.update(columns, rows, run)
        return (time.perf_counter() - start) / TIMED, rows.shape[1]


def copy_bandwidth() -> float:
    """Bytes read and written a second while each thread copies 256 MiB."""
    pairs = [np.ones((2, 2**25)) for _ in range(thread_count())]
    with ThreadPoolExecutor(len(pairs)) as pool:
        times = []
        for _ in range(3):
            start = time.perf_counter()
            list(pool.map(lambda pair: np.copyto(pair[0], pair[1]), pairs))
            times.append(time.perf_counter() - start)
    return len(pairs) * pairs[0].nbytes / min(times)


def traffic(n_cells: int, width: int) -> tuple[int, int]:
    """Bytes that a sweep moves: (once, gathered). Cells and factors have 4 bytes a number.

    A table is read as the other side, then read and written as the own side.
    """
    cells, tables = 2 * n_cells * 8, 3 * sum(SHAPE) * width * 4
    return cells + tables, cells + 2 * n_cells * width * 4 + tables


def exponent(sizes: list[int], times: list[float]) -> float:
    """Slope of the line through the logarithms: 1 where time is proportional to size."""
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    known = {n_cells: known_cells(n_cells) for n_cells in CELLS}
    cases = [(n_cells, 20) for n_cells in CELLS] + [(1_000_000, k) for k in COMPONENTS if k != 20]
    measured: dict[tuple[int, int], list[tuple[float, int]]] = {case: [] for case in cases}
    bandwidths = []
    for _ in range(rounds):
        bandwidths.append(copy_bandwidth())
        for case in cases:
            measured[case].append(sweep_seconds(known[case[0]], case[1]))
    bandwidth = statistics.median(bandwidths)
    print(f"{SHAPE[0]:,} × {SHAPE[1]:,}, {thread_count()} threads, copy bandwidth {bandwidth / 1e9:.1f} GB/s", end="")
    print(f" ({min(bandwidths) / 1e9:.1f} to {max(bandwidths) / 1e9:.1f}), {rounds} turns")
    print(LINE.format("cells", "components", "ms", "min max", "ns/cell/k", "× once", "× gathered"))
    medians = {}
    for (n_cells, k), runs in measured.items():
        seconds, width = [one[0] for one in runs], runs[0][1]
        medians[n_cells, k] = middle = statistics.median(seconds)
        bounds = (f"{middle * bandwidth / moved:.1f}" for moved in traffic(known[n_cells].rows.size, width))
        least_most = f"{min(seconds) * 1e3:.1f} {max(seconds) * 1e3:.1f}"
        each = f"{middle / n_cells / k * 1e9:.2f}"
        print(LINE.format(f"{n_cells:,}", k, f"{middle * 1e3:.1f}", least_most, each, *bounds))
    for name, by, fixed in (("cells", CELLS, 20), ("components", COMPONENTS, 1_000_000)):
        times = [medians[(one, fixed) if name == "cells" else (fixed, one)] for one in by]
        print(f"time of a sweep grows with {name} to the power of {exponent(list(by), times):.2f}", end="")
        pairs = itertools.pairwise(zip(by, times, strict=True))
        print(" (each step ×" + ", ×".join(f"{later[1] / earlier[1]:.2f}" for earlier, later in pairs) + ")")


if __name__ == "__main__":
    main()
