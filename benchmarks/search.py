"""Time and memory of recommendations, and their ratio to implicit's `topk` where that is installed.

    PYTHONPATH=src python benchmarks/recommend.py --sizes 1m 20m --components 20 64

Both get the same loadings and the same known cells to leave out, and return the 10 best items for every receiver; ours
scores in double precision and orders ties, implicit's scores in single precision. Each run is a process of its own;
the two take turns, and a ratio compares runs of one turn, so that a machine that is slow for a while is slow for
both. Seconds are those of a second call, after compilation; MB is what the calls took beyond their inputs.
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

SIZES = {"1m": (6_000, 3_700, 165), "20m": (138_000, 27_000, 145)}
"""Receivers, items, and known cells of each receiver."""

TOP = 10


def inputs(size: str, components: int) -> tuple[Array, Array, Array, Array]:
    """Return loadings of receivers and items, and known cells as (starts, items), items more or less popular."""
    receivers, items, each = SIZES[size]
    draw = np.random.default_rng(0)
    popularity = 1 / np.arange(1, items + 1) ** 0.8
    W, H = draw.gamma(0.5, 1, (receivers, components)), draw.gamma(0.3, 1, (items, components))
    H *= np.sqrt(popularity / popularity.mean())[:, None]
    chosen = draw.choice(items, receivers * each, p=popularity / popularity.sum())
    keys = np.unique(np.repeat(np.arange(receivers), each) * items + chosen)
    return W, H, np.searchsorted(keys, np.arange(receivers + 1) * items), (keys % items).astype(np.int32)


def ours(W: Array, H: Array, starts: Array, known: Array) -> Callable[[], object]:
    """Return a call of this project's search."""
    from ratings_nmf.recommend.search import highest
    from ratings_nmf.solvers.kernels.topk import Known

    return lambda: highest(W, H, Known(starts, known), top=TOP)


def implicit(W: Array, H: Array, starts: Array, known: Array) -> Callable[[], object]:
    """Return a call of implicit's search."""
    from implicit.cpu.topk import topk
    from scipy.sparse import csr_matrix

    W, H = W.astype(np.float32), H.astype(np.float32)
    cells = csr_matrix((np.ones(len(known), np.float32), known, starts), (len(W), len(H)))
    return lambda: topk(H, W, TOP, filter_query_items=cells)


def measure(name: str, size: str, components: int) -> None:
    """Print seconds of the second of two calls, and the memory that both took, in MB."""
    call = {"ours": ours, "implicit": implicit}[name](*inputs(size, components))
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    before = memory_of("VmRSS")
    for _ in range(2):
        started = time.perf_counter()
        call()
        seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "mb": memory_of("VmHWM") - before}))


def memory_of(kind: str) -> float:
    """Return a memory figure of this process on Linux, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(kind)) / 1000


def run(name: str, size: str, components: int) -> dict[str, float]:
    """Measure in a process of its own."""
    command = [sys.executable, __file__, "--only", name, "--sizes", size, "--components", str(components)]
    done = subprocess.run(
        command, env=os.environ | {"OPENBLAS_NUM_THREADS": "1"}, capture_output=True, text=True, check=True
    )
    taken: dict[str, float] = json.loads(done.stdout)
    return taken


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--components", nargs="+", type=int, default=[20, 64])
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--only", choices=["ours", "implicit"], help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only:
        measure(given.only, given.sizes[0], given.components[0])
        return
    names = ["ours", *(["implicit"] if importlib.util.find_spec("implicit") else [])]
    print(f"{'size':>5} {'components':>10} {'':>9} {'seconds':>8} {'MB':>6} {'ours / implicit':>16}")
    for size in given.sizes:
        for components in given.components:
            turns = [{name: run(name, size, components) for name in names} for _ in range(given.turns)]
            for name in names:
                seconds, memory = (statistics.median(turn[name][key] for turn in turns) for key in ("seconds", "mb"))
                ratio = ""
                if name == "ours" and len(names) > 1:
                    ratios = [turn["ours"]["seconds"] / turn["implicit"]["seconds"] for turn in turns]
                    ratio = f"{statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"
                print(f"{size:>5} {components:>10} {name:>9} {seconds:8.2f} {memory:6.0f} {ratio:>16}", flush=True)


if __name__ == "__main__":
    main()
