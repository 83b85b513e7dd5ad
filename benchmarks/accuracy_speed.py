"""Compare the native solver with other solvers: accuracy on held-out ratings, time of a fit and peak memory.

    PYTHONPATH=src python benchmarks/accuracy_speed.py CACHE --sizes 1m 20m
    PYTHONPATH=src python benchmarks/accuracy_speed.py CACHE --sizes 100k --folds FOLDER

CACHE is a folder for the generated tables; FOLDER holds the folds u1.base, u1.test, … of MovieLens 100K, to be had
from GroupLens. Each fit is a process of its own. The solvers take turns, and a ratio compares fits of the same turn,
so that a machine that is slow for a while is slow for both. Printed are medians over turns and folds of the seconds
and ratios; the fastest and slowest fit, and the ratio of the fastest ones, which other work on the machine disturbs
least; the mean test RMSE over folds, the largest peak of memory and the most iterations.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

from solvers import SOLVERS

OURS = "ratings-nmf"
LINE = "{:26} {:>8} {:>8} {:>8} {:>8} {:>10} {:>7} {:>6} {:>6}"
Results = dict[str, list[dict[str, float]]]  # of each solver, its runs in turn


def run(script: str, *arguments: str) -> str:
    """What a script of this folder prints; BLAS gets one thread, so as not to fight the solvers' own threads."""
    command = [sys.executable, str(Path(__file__).with_name(script)), *arguments]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["no message"])[-1])
    return done.stdout


def tables(size: str, cache: Path, folds: Path | None) -> list[tuple[str, str]]:
    """Train and test files of a size."""
    if size != "100k":
        run("generate.py", size, str(cache))
        return [(str(cache / size / "train.npz"), str(cache / size / "test.npz"))]
    if folds is None:
        raise SystemExit("--sizes 100k needs --folds, the folder of u1.base, u1.test, …")
    found = sorted(folds.glob("u[0-9].base"))
    if not found:
        raise SystemExit(f"{folds} holds no fold u1.base … u5.base")
    return [(str(train), str(train.with_suffix(".test"))) for train in found]


def compare(size: str, files: list[tuple[str, str]], rounds: int) -> tuple[Results, list[float]]:
    """Run all solvers in turns; a solver that fails is left out from then on."""
    results: Results = defaultdict(list)
    probes = []
    left = list(SOLVERS[size])
    for turn in range(rounds):
        for train, test in files:
            probes.append(probe())
            for solver in left[turn % len(left) :] + left[: turn % len(left)]:
                try:
                    results[solver].append(json.loads(run("measure.py", solver, size, train, test)))
                except RuntimeError as error:
                    print(f"{solver} failed: {error}", file=sys.stderr)
                    if solver == OURS:
                        raise SystemExit("nothing to compare with") from error
                    results.pop(solver, None)
                    left.remove(solver)
    return {solver: results[solver] for solver in SOLVERS[size] if solver in results}, probes


def probe() -> float:
    """Seconds of the same plain work every time, which show how steady the machine is."""
    start = time.perf_counter()
    sum(i * i for i in range(3_000_000))
    return time.perf_counter() - start


def print_table(size: str, results: Results) -> None:
    """Print a line for each solver."""
    ours = [one["seconds"] for one in results[OURS]]
    print(f"\n{size}, {len(ours)} fits each")
    print(LINE.format("solver", "seconds", "fastest", "slowest", "× ours", "(fastest)", "RMSE", "MB", "iter."))
    for solver, runs in results.items():
        seconds = [one["seconds"] for one in runs]
        ratio = statistics.median(theirs / own for theirs, own in zip(seconds, ours, strict=True))
        times = (f"{time:.3f}" for time in (statistics.median(seconds), min(seconds), max(seconds)))
        ratios = f"{ratio:.2f}", f"{min(seconds) / min(ours):.2f}"
        rmse = f"{statistics.mean(one['rmse'] for one in runs):.4f}"
        megabytes, iterations = (f"{max(one[name] for one in runs):.0f}" for name in ("megabytes", "iterations"))
        print(LINE.format(solver, *times, *ratios, rmse, megabytes, iterations))


def main() -> None:
    """Compare on each size asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--sizes", nargs="+", choices=SOLVERS, default=["1m"])
    parser.add_argument("--folds", type=Path)
    parser.add_argument("--rounds", type=int, default=5, help="turns; the table of 20 million cells takes at most 3")
    arguments = parser.parse_args()
    for size in arguments.sizes:
        rounds = min(arguments.rounds, 3) if size == "20m" else arguments.rounds
        results, probes = compare(size, tables(size, arguments.cache, arguments.folds), rounds)
        print_table(size, results)
        least, most = (extreme / statistics.median(probes) - 1 for extreme in (min(probes), max(probes)))
        print(f"the machine's noise, by the same work each turn: {least:+.0%} {most:+.0%}", flush=True)


if __name__ == "__main__":
    main()
