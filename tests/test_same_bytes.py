"""Loadings are written the same on processors of two kinds, whose BLAS sums in other orders."""

import os
import subprocess
import sys

import pytest

TABLES = 100

CHILD = f"""
import numpy as np
from ratings_nmf.core.table import from_dense
from ratings_nmf.files.loadings import as_written
from ratings_nmf.model.frame import frame_of
from ratings_nmf.solvers.factorize import factorize

for number in range({TABLES}):
    draw = np.random.default_rng(number)
    shape = draw.integers(6, (201, 51))
    cells = draw.integers(0, 6, shape).astype(float)
    labels = [tuple(map(str, range(length))) for length in shape]
    table = from_dense(cells, row_labels=labels[0], column_labels=labels[1], zeros="observed")
    count = int(draw.integers(1, 7))
    solved = factorize(table, n_components=count, solver="sklearn", options={{}}, seed=0).factors
    for factors in (solved, frame_of(solved, "canonical", None).arranged(solved)):
        for loadings in (factors.W, factors.H.T):
            print(as_written(loadings, loadings.max(axis=0), csv=True).tolist())
"""


@pytest.mark.slow
def test_w_and_h_of_random_tables_are_the_same_on_two_kernels():
    written = []
    for kernel in ("Prescott", "Haswell"):
        environment = {**os.environ, "OPENBLAS_CORETYPE": kernel, "PYTHONPATH": os.pathsep.join(sys.path)}
        child = subprocess.run(
            [sys.executable, "-c", CHILD], env=environment, capture_output=True, text=True, check=True
        )
        written.append(child.stdout.splitlines())
    assert len(written[0]) == 4 * TABLES
    assert written[0] == written[1]
