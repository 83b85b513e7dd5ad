"""A copy of the sources, such as the workspace of an experiment, uses what another copy has compiled."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import ratings_nmf

FIT = """
import numpy as np

from ratings_nmf.solvers.cells import Cells
from ratings_nmf.solvers.native import fit
from ratings_nmf.solvers.options import NativeOptions

cells = Cells(np.arange(3, dtype=np.int32), np.arange(3, dtype=np.int32), np.ones(3), (3, 3))
fit(cells, n_components=1, options=NativeOptions(zeros="missing", regularization=1.0))
"""


@pytest.mark.slow
def test_a_copy_of_the_sources_shares_compiled_kernels_and_an_edited_one_does_not(tmp_path):
    cache = tmp_path / "cache"
    package = Path(ratings_nmf.__file__).parent

    def compiled_files(tree):
        environment = os.environ | {"PYTHONPATH": str(tree), "NUMBA_CACHE_DIR": str(cache)}
        subprocess.run([sys.executable, "-c", FIT], check=True, env=environment)
        return {path: path.stat().st_mtime_ns for path in cache.rglob("*.nbc")}

    for copy in ("first", "second"):
        shutil.copytree(package, tmp_path / copy / package.name, ignore=shutil.ignore_patterns("__pycache__"))
    before = compiled_files(tmp_path / "first")
    assert before
    assert compiled_files(tmp_path / "second") == before
    with (tmp_path / "second" / package.name / "solvers" / "kernels" / "lanes.py").open("a") as source:
        source.write("# edited\n")
    assert len(compiled_files(tmp_path / "second")) == 2 * len(before)
