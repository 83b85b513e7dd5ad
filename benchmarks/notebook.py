"""Compare the pipeline with a plain notebook that factorizes the same two tables.

    PATH=$PWD/.venv/bin:$PATH benchmarks/.venv/bin/python benchmarks/notebook.py

`jupyter nbconvert --execute` of the notebook and `dvc repro --force` of the stages that do the same (ingest, fit and
report of the two tables) take turns, the pipeline in a temporary copy of this folder with the `dvc` and `python` that
come first on PATH. The first turn fills caches and does not count.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]
DATASETS = "ratings", "groceries"
STAGES = "ingest", "fit", "report"
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


def seconds(command: list[str], folder: Path) -> float:
    """Time of a command that must succeed."""
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return time.perf_counter() - start


def summary(times: list[float]) -> str:
    """Median, least and most."""
    return f"{statistics.median(times):6.2f} s   ({min(times):.2f} to {max(times):.2f})"


def main() -> None:
    """Take turns and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--all", action="store_true", help="every dataset and stage of the pipeline")
    arguments = parser.parse_args()
    targets = [] if arguments.all else [f"{stage}@{dataset}" for stage in STAGES for dataset in DATASETS]
    notebook = [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", "--inplace", "notebook.ipynb"]
    pipeline = ["dvc", "repro", "--force", *(["--single-item", *targets] if targets else [])]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "repository"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_COPIED))
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        cells = [nbformat.v4.new_code_cell(cell.strip()) for cell in CELLS]
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), Path(folder) / "notebook.ipynb")
        turns = [(seconds(notebook, Path(folder)), seconds(pipeline, copy)) for _ in range(arguments.rounds + 1)][1:]
    theirs, ours = (list(times) for times in zip(*turns, strict=True))
    ratio = statistics.median(own / their for their, own in turns)
    print(f"notebook, by nbconvert   {summary(theirs)}")
    print(f"{' '.join(pipeline[:3])}        {summary(ours)}")
    print(f"the pipeline takes {ratio:.2f} × the notebook's time, median of {arguments.rounds} turns")


if __name__ == "__main__":
    main()
