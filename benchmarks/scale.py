"""Time and peak memory of every stage on ratings of MovieLens's shapes, and how they grow with the cells.

    PYTHONPATH=src python benchmarks/scale.py FOLDER [--sizes 1m 5m 20m] [--stages ingest survey …]

makes FOLDER/<size>/ratings.csv, triples with text labels, unless it is there, and runs the real `dvc repro`, stage by
stage, on it in a workspace of its own: 20 components, a survey of two counts on one split into two folds, ten
recommendations for every row. Time and memory are those of dvc and the stage together; memory is the largest
process's. The exponents are the slopes of log time and log memory over log cells, by least squares. Reading the file
is compared with `pyarrow.csv.read_csv`, in turns, by the medians; 200 million cells, which are asked for by name, are
only described and ingested, within RATINGS_NMF_MEMORY: 10 GB of disk.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import yaml
from generate import Size, chunks

from ratings_nmf.core.params import IngestParameters
from ratings_nmf.raw.layouts import read_blocks

ROOT = Path(__file__).resolve().parent.parent
SIZES = {
    "1m": Size(6_040, 3_706, 1_000_209),
    "5m": Size(34_623, 13_372, 5_000_066),
    "20m": Size(138_493, 26_744, 20_000_263),
    "200m": Size(138_493, 26_744, 20_000_263),
}
COPIES = {"200m": 10}
"""How often the rows of a size stand in its file, under other labels each time."""

STAGES = "ingest", "survey", "fit", "evaluate", "recommend", "report", "page"
TURNS = 5
PARAMETERS = {
    "seed": 0,
    "most_cells": 25_000_000,
    "datasets": {
        "films": {
            "ingest": {"path": "data/raw/ratings.csv", "layout": "triples", "zeros": "missing"},
            "survey": {"components": [10, 20], "folds": 2, "restarts": 0},
            "fit": {"n_components": 20, "solver": "native", "form": "raw", "options": {}},
            "evaluate": {"folds": 2},
            "recommend": {"to": "rows", "top": 10},
        }
    },
}


def write_ratings(path: Path, size: Size, *, copies: int = 1) -> None:
    """Write a generated table as triples, sorted by row as MovieLens's are; `copies` times, for other rows each."""
    path.parent.mkdir(parents=True, exist_ok=True)
    labels = [
        [f"{kind} {number}" for number in range(count)]
        for kind, count in zip(("user", "film"), (copies * size.n_rows, size.n_columns), strict=True)
    ]
    schema = pa.schema([("user", pa.string()), ("film", pa.string()), ("rating", pa.float32())])
    partial = path.with_suffix(".partial")
    with pa.csv.CSVWriter(partial, schema, write_options=pa.csv.WriteOptions(quoting_style="none")) as stream:
        pieces = [*chunks(size, seed=0)] if copies > 1 else chunks(size, seed=0)
        names = [*map(pa.array, labels)]
        for number in range(copies):
            for rows, columns, ratings in pieces:
                places = rows + np.int32(number * size.n_rows), columns
                users, films = (side.take(pa.array(place)) for side, place in zip(names, places, strict=True))
                stream.write_batch(pa.record_batch([users, films, pa.array(ratings.astype(np.float32))], schema=schema))
    partial.rename(path)


def workspace(folder: Path) -> Path:
    """Make a workspace with the code of this checkout and the parameters, beside a table."""
    root = folder / "workspace"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(ROOT / "src", root / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("dvc.yaml", ".dvcignore"):
        shutil.copy(ROOT / name, root)
    for name in ("data/raw", "data/test"):
        (root / name).mkdir(parents=True)
    os.link(folder / "ratings.csv", root / "data/raw/ratings.csv")
    (root / "params.yaml").write_text(yaml.safe_dump(PARAMETERS), encoding="utf-8")
    subprocess.run(["dvc", "init", "--no-scm", "--quiet"], cwd=root, check=True)
    return root


def run_stage(root: Path, stage: str) -> tuple[float, float]:
    """Seconds and peak megabytes of one stage, run by DVC."""
    target = stage if stage == "page" else f"{stage}@films"
    with (root / f"{stage}.log").open("w") as log:
        start = time.perf_counter()
        process = subprocess.Popen(["dvc", "repro", "--single-item", target], cwd=root, stdout=log, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit((root / f"{stage}.log").read_text())
    return seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6


def describe(root: Path) -> None:
    """Print how long `describe` takes to look at the table."""
    start = time.perf_counter()
    command = [sys.executable, "src/describe.py", "data/raw/ratings.csv", "--name", "more"]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    print(f"describe answers in {time.perf_counter() - start:.1f} s")


def reading(path: Path) -> tuple[list[float], list[float]]:
    """Seconds of reading a file into labels and values, ours and pyarrow's, in turns."""
    taken: tuple[list[float], list[float]] = [], []
    readers: tuple[Callable[[], object], ...] = (
        lambda: deque(read_blocks(path, IngestParameters(path="t.csv", layout="triples", zeros="missing")), maxlen=0),
        lambda: pa.csv.read_csv(path),
    )
    for _ in range(TURNS):
        for reader, seconds in zip(readers, taken, strict=True):
            start = time.perf_counter()
            reader()
            seconds.append(time.perf_counter() - start)
    return taken


def main() -> None:
    """Run the sizes and print a table of each, then the exponents."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=[name for name in SIZES if name not in COPIES])
    parser.add_argument("--stages", nargs="+", choices=STAGES, default=list(STAGES))
    arguments = parser.parse_args()
    found = []
    for name in arguments.sizes:
        folder = arguments.folder.resolve() / name
        if not (folder / "ratings.csv").exists():
            write_ratings(folder / "ratings.csv", SIZES[name], copies=COPIES.get(name, 1))
        if name in COPIES:
            root = workspace(folder)
            describe(root)
            seconds, megabytes = run_stage(root, "ingest")
            print(f"{name}: {'ingest':<10} {seconds:7.1f} s {megabytes:7,.0f} MB")
            continue
        # in a process that ends: a stage's peak would start from the memory of this one
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            ours, theirs = pool.submit(reading, folder / "ratings.csv").result()
        print(
            f"{name}: reading the CSV file takes {statistics.median(ours):.2f} s ({min(ours):.2f} to {max(ours):.2f}), "
            f"pyarrow's {statistics.median(theirs):.2f} s ({min(theirs):.2f} to {max(theirs):.2f}): "
            f"{statistics.median(ours) / statistics.median(theirs):.2f} ×"
        )
        root = workspace(folder)
        taken = [run_stage(root, stage) for stage in arguments.stages]
        for stage, (seconds, megabytes) in zip(arguments.stages, taken, strict=True):
            print(f"{name}: {stage:<10} {seconds:7.1f} s {megabytes:7,.0f} MB", flush=True)
        total, most = sum(seconds for seconds, _ in taken), max(megabytes for _, megabytes in taken)
        print(f"{name}: {'all':<10} {total:7.1f} s {most:7,.0f} MB at most")
        found.append(taken)
    if len(found) > 1:
        cells = np.log([SIZES[name].n_cells for name in arguments.sizes if name not in COPIES])
        for place, stage in enumerate(arguments.stages):
            time_slope, memory_slope = (
                np.polyfit(cells, np.log([taken[place][at] for taken in found]), 1)[0] for at in (0, 1)
            )
            print(f"{stage:<10} time grows with cells^{time_slope:.2f}, memory with cells^{memory_slope:.2f}")


if __name__ == "__main__":
    main()
