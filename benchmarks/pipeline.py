"""Time `dvc repro` itself: beside a plain notebook that factorizes the same two tables, and with many datasets.

    PATH=$PWD/.venv/bin:$PATH benchmarks/.venv/bin/python benchmarks/pipeline.py

`jupyter nbconvert --execute` of the notebook and `dvc repro --force` of the stages that do the same (ingest, fit and
report of the two tables) take turns, each followed by a `dvc repro` that has nothing to do. Then the pipeline gets
twelve datasets of the size of `groceries`, does nothing, and recommends for one of them after a change of its `top`.
It runs in a temporary copy of this folder, with the `dvc` and `python` that come first on PATH; first turns fill
caches.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from copy import deepcopy
from pathlib import Path

import nbformat
import yaml

ROOT = Path(__file__).parents[1]
DATASETS = "ratings", "groceries"
STAGES = "ingest", "fit", "report"
MANY = 12
NOT_COPIED = ".venv", "__pycache__", ".*_cache", ".hypothesis", "tmp", "cache"

CELLS = [
    """
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from sklearn.decomposition import NMF

sns.set_theme()
""",
    """
X = np.array([[5, 3, 0, 1], [4, 0, 0, 1], [1, 1, 0, 5], [1, 0, 0, 4], [0, 1, 5, 4]], dtype=np.float32)
model = NMF(n_components=3)
W = model.fit_transform(X)
H = model.components_
""",
    "sns.heatmap(np.corrcoef(W @ H))",
    "np.round(W @ H, 2)",
    "X",
    """
df = pd.DataFrame(
    {
        "John": [0, 2, 1, 0, 0],
        "Alice": [1, 3, 1, 2, 0],
        "Mary": [0, 1, 1, 3, 0],
        "Greg": [1, 1, 0, 4, 0],
        "Peter": [2, 2, 1, 1, 1],
        "Jennifer": [2, 2, 1, 1, 0],
    },
    index="vegetables fruits sweets bread coffee".split(),
)
df
""",
    """
sns.heatmap(df, annot=True)
plt.yticks(rotation=0)
pass
""",
    """
model = NMF(n_components=3)
W = model.fit_transform(df)
H = model.components_
parts = ["component 1", "component 2", "component 3"]
""",
    """
sns.heatmap(pd.DataFrame(W, index=df.index, columns=parts), annot=True)
plt.yticks(rotation=0)
pass
""",
    """
sns.heatmap(pd.DataFrame(H, index=parts, columns=df.columns), annot=True)
plt.yticks(rotation=0)
pass
""",
    "pd.DataFrame(H, index=parts, columns=df.columns)",
    "pd.DataFrame(W @ H, index=df.index, columns=df.columns).round(2)",
    "df",
]


REPRO = ["dvc", "repro", "--quiet"]


def seconds(command: list[str], folder: Path) -> float:
    """Time of a command that must succeed."""
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return time.perf_counter() - start


def line(name: str, times: list[float]) -> str:
    """A name, then the median, least and most."""
    return f"{name:<44} {statistics.median(times):6.2f} s   ({min(times):.2f} to {max(times):.2f})"


def beside_notebook(copy: Path, folder: Path, rounds: int) -> None:
    """Take turns with the notebook, and print."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [nbformat.v4.new_code_cell(cell.strip()) for cell in CELLS]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / "notebook.ipynb")
    notebook = [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", "--inplace", "notebook.ipynb"]
    targets = [f"{stage}@{dataset}" for stage in STAGES for dataset in DATASETS]
    seconds(REPRO, copy)
    pipeline = [*REPRO, "--force", "--single-item", *targets]
    turns = [(seconds(notebook, folder), seconds(pipeline, copy), seconds(REPRO, copy)) for _ in range(rounds + 1)][1:]
    theirs, ours, nothing = (list(times) for times in zip(*turns, strict=True))
    print(line("notebook, by nbconvert", theirs))
    print(line("dvc repro --force of the same", ours))
    print(line("dvc repro with nothing to do", nothing))
    ratio = statistics.median(own / their for their, own, _ in turns)
    print(f"the pipeline takes {ratio:.2f} × the notebook's time, median of {rounds} turns")


def with_many(copy: Path, rounds: int) -> None:
    """Give the copy many datasets, and print what doing nothing and changing one parameter cost."""
    file = copy / "params.yaml"
    parameters = yaml.safe_load(file.read_text(encoding="utf-8"))
    block = parameters["datasets"]["groceries"]
    parameters["datasets"] = {f"table-{number}": deepcopy(block) for number in range(1, MANY + 1)}
    last = parameters["datasets"][f"table-{MANY}"]
    file.write_text(yaml.safe_dump(parameters), encoding="utf-8")
    lock = copy / "dvc.lock"
    lock.unlink()  # DVC keeps stages there that dvc.yaml has no more
    seconds(REPRO, copy)
    nothing, changed = [], []
    for turn in range(rounds):
        last["recommend"]["top"] = 4 + turn
        file.write_text(yaml.safe_dump(parameters), encoding="utf-8")
        changed.append(seconds([*REPRO, f"recommend@table-{MANY}"], copy))
        seconds(REPRO, copy)
        nothing.append(seconds(REPRO, copy))
    lines = len(lock.read_text(encoding="utf-8").splitlines())
    print(f"{MANY} datasets: dvc.lock has {lines:,} lines")
    print(line("dvc repro with nothing to do", nothing))
    print(line("dvc repro recommend@… after a new top", changed))


def main() -> None:
    """Measure both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "repository"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_COPIED))
        beside_notebook(copy, Path(folder), rounds)
        with_many(copy, rounds)


if __name__ == "__main__":
    main()
