"""The same bits for every thread count, processor and BLAS kernel, and interpreted instead of compiled."""

import ast
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import hashlib
import sys

import numpy as np

from ratings_nmf.recommend.by_draws import best_by_draws
from ratings_nmf.recommend.recommendations import Ranking
from ratings_nmf.solvers import bayes
from ratings_nmf.solvers.cells import Cells
from ratings_nmf.solvers.kernels.topk import Known
from ratings_nmf.solvers.native import fit, fold_in
from ratings_nmf.solvers.options import BayesOptions, NativeOptions


def digest(shape, share, n_components, max_iter):
    random = np.random.default_rng(0)
    known, values = random.random(shape) < share, random.integers(1, 11, shape) / 2
    rows, columns = (places.astype(np.int32) for places in np.nonzero(known))
    cells = Cells(rows, columns, values[known], shape)
    held_out = rows[::7], columns[::7]
    result = hashlib.sha256()
    for zeros in ("missing", "observed", 0.1):
        for ensemble in (1, 2):
            options = NativeOptions(
                zeros=zeros, regularization=1.0, ensemble=ensemble, max_iter=max_iter, tol=0
            )
            solution = fit(cells, n_components=n_components, options=options, held_out=held_out)
            factors, restart_baselines, units = solution.factors, solution.restart_baselines, solution.units
            H = factors.H[: factors.parts]
            parts = fold_in(cells, H, restart_baselines=restart_baselines, units=units, options=options)
            for part in (*parts, factors.W, factors.H, restart_baselines, solution.loss_curve):
                result.update(np.ascontiguousarray(part).tobytes())
    options = BayesOptions(chains=3, samples=2, burn_in=max_iter, thinning=2)
    for zeros in ("missing", "observed"):
        solution = bayes.fit(cells, n_components=n_components, zeros=zeros, options=options, held_out=held_out)
        folded = bayes.fold_in(cells, solution.samples, zeros=zeros)
        known = Known(np.zeros(shape[0] + 1, np.int64), columns)
        usual, cold = folded.W.mean(axis=1), np.zeros(shape[0], bool)
        lists = best_by_draws(folded, known, Ranking(5, "low"), usual=usual, cold=cold)
        for part in (lists.items, lists.interval, lists.gives):
            result.update(np.ascontiguousarray(part).tobytes())
        for part in (folded.W, solution.factors.W, solution.factors.H, solution.traces):
            result.update(np.ascontiguousarray(part).tobytes())
    return result.hexdigest()


print(digest((12, 9), 0.6, 3, 3))
if sys.argv[1] == "large":
    print(digest((600, 300), 0.5, 10, 5))
"""


def _digests(size, **environment):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | environment
    command = [sys.executable, "-c", SCRIPT, size]
    return subprocess.run(command, check=True, env=environment, capture_output=True, text=True).stdout.split()


@pytest.fixture(scope="module")
def expected():
    return _digests("large", NUMBA_NUM_THREADS="1", OPENBLAS_CORETYPE="Haswell")


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the processors named are of the x86-64 family")
@pytest.mark.parametrize(
    ("processor", "blas", "threads"),
    [
        ("host", "Prescott", "2"),
        pytest.param("generic", "Haswell", "2", marks=pytest.mark.slow),  # each compiles all kernels
        pytest.param("nehalem", "Prescott", "1", marks=pytest.mark.slow),
    ],
)
def test_processors_and_threads_change_no_bit(expected, processor, blas, threads):
    names = {} if processor == "host" else {"NUMBA_CPU_NAME": processor}
    assert _digests("large", NUMBA_NUM_THREADS=threads, OPENBLAS_CORETYPE=blas, **names) == expected


def test_compiling_changes_no_bit(expected):
    assert _digests("small", NUMBA_DISABLE_JIT="1") == expected[:1]


PACKAGE = Path(__file__).resolve().parent.parent / "src/ratings_nmf"

DIFFERENT = {"einsum", "dot", "vdot", "matmul", "tensordot", "corrcoef", "cov", "exp", "log", "log1p", "log2", "power"}
"""Functions of numpy and math whose last bits depend on the processor or the C library, as those of @ do."""

HARMLESS = {
    "figures/heatmap.py": "whether a number is written dark or light: no colour of the maps is that near the middle",
    "files/interim.py": "a power of whole numbers",
    "model/factors.py, order_like": "an order, by cosines rounded to 9 digits",
    "holdout/targets.py": "logarithms rounded to 12 digits",
    "holdout/rivals.py": "scores rounded to 9 decimals before they are ranked",
    "holdout/trial.py": "a product of scipy's sparse array, which is a loop of its own",
    "survey/spectrum.py": "a count, of differences rounded to 6 decimals",
    "recommend/foldin.py": "newcomers against Spark's factors, which differ between machines themselves",
    "recommend/recommendations.py": "logarithms rounded to 12 digits",
}


def test_after_the_fit_nothing_is_computed_whose_last_bits_differ_between_machines():
    suspects = set()
    for room in ("model", "recommend", "holdout", "survey", "figures", "files"):
        for module in (PACKAGE / room).rglob("*.py"):
            name = module.relative_to(PACKAGE).as_posix()
            nodes = [*ast.walk(ast.parse(module.read_text(encoding="utf-8")))]
            functions = (node for node in nodes if isinstance(node, ast.FunctionDef))
            places = {inner: f"{name}, {function.name}" for function in functions for inner in ast.walk(function)}
            for node in nodes:
                product = isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult | ast.Pow)
                if product or (isinstance(node, ast.Attribute) and node.attr in DIFFERENT):
                    suspects.add(places[node] if places.get(node) in HARMLESS else name)
    assert suspects == set(HARMLESS)
