"""A stage, or DVC with it, killed at any moment leaves every file whole; the next `dvc repro` gives the same bytes."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv

from conftest import Workspace

ROWS, COLUMNS, CELLS = 6_000, 4_000, 1_000_000
MOMENTS = 10

KILLER = """
import os, runpy, signal, sys
countdown = int(sys.argv.pop(1))

def count(event, arguments):
    global countdown
    writes = event in {"os.mkdir", "os.rename", "os.remove", "shutil.rmtree"} or (
        event == "open" and isinstance(arguments[1], str) and "w" in arguments[1]
    )
    if writes and not str(arguments[0]).endswith(".pyc"):
        if countdown == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        countdown -= 1

sys.argv.pop(0)
sys.path.insert(0, "src")
sys.dont_write_bytecode = True
sys.addaudithook(count)
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.mark.parametrize(("stage", "moments"), [("fit", (0, 2, 5, 8)), ("report", (0, 3, 9, 10))])
def test_killed_stage(workspace, tmp_path, stage, moments):
    old = workspace.artifacts()
    params = workspace.params()
    params["datasets"]["groceries"]["fit"]["n_components"] = 2
    workspace.write_params(params)
    if stage == "report":
        workspace.dvc("repro", "fit@groceries")
    undisturbed = workspace.copy(tmp_path / "undisturbed")
    undisturbed.dvc("repro")
    new = undisturbed.artifacts()
    for moment in moments:
        disturbed = workspace.copy(tmp_path / f"moment {moment}")
        killed = disturbed.run(
            sys.executable, "-c", KILLER, str(moment), f"src/{stage}.py", "groceries", check=False
        )  # fmt: skip
        assert killed.returncode == -signal.SIGKILL, f"the stage ended before moment {moment}"
        for path, content in disturbed.artifacts().items():
            assert content in (old.get(path), new.get(path)), f"{path} is half-written"
        disturbed.dvc("repro")
        assert disturbed.artifacts() == new


def draw_cells(place: Path) -> None:
    """Write a million cells of a table of 20 parts, one a line."""
    random = np.random.default_rng(0)
    rows, columns = np.divmod(random.choice(ROWS * COLUMNS, CELLS, replace=False), COLUMNS)
    W, H = random.gamma(0.3, size=(ROWS, 20)), random.gamma(0.3, size=(COLUMNS, 20))
    values = np.round(1 + np.einsum("ck,ck->c", W[rows], H[columns]) + random.uniform(0, 0.5, CELLS), 1)
    csv.write_csv(pa.table({"row": rows, "column": columns, "value": values}), place)


@pytest.fixture(scope="module")
def drawn(checkout: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A clone for a million cells in which all that comes before the fit has run; its commit holds all that follows."""
    folder = tmp_path_factory.mktemp("drawn")
    fitted = checkout.copy(folder / "fitted")
    draw_cells(fitted.root / "data/raw/drawn.csv")
    params = fitted.params()
    params["datasets"] = {
        "drawn": {
            "ingest": {"path": "data/raw/drawn.csv", "layout": "triples", "zeros": "missing"},
            "survey": {"components": [20], "folds": 0, "restarts": 0},
            "fit": {"n_components": 20, "solver": "native", "form": "raw", "options": {}},
            "evaluate": {"folds": 0},
            "recommend": {"to": "rows", "top": 3},
        }
    }
    fitted.write_params(params)
    (fitted.root / "dvc.lock").unlink()
    fitted.dvc("repro", "fit")
    fitted.git("add", "--all")
    fitted.git("commit", "--quiet", "--message", "Fit a million cells")
    fitted.git("clone", "--quiet", ".", str(folder / "ratings nmf"))
    workspace = Workspace(folder / "ratings nmf")
    workspace.dvc("repro", "survey")
    assert not (workspace.root / "data/factors").exists()
    return workspace


@pytest.fixture(scope="module")
def expected(drawn: Workspace, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], float]:
    """What an undisturbed `dvc repro fit` makes, and the seconds that it takes."""
    undisturbed = drawn.copy(tmp_path_factory.mktemp("undisturbed") / "ratings nmf")
    start = time.monotonic()
    undisturbed.dvc("repro", "fit")
    duration = time.monotonic() - start
    assert undisturbed.git("status", "--porcelain") == ""
    return undisturbed.artifacts(), duration


def test_a_long_fit_killed_at_random_moments(drawn, expected, tmp_path):
    whole, duration = expected
    shell, random = tmp_path / "deadly-shell", np.random.default_rng(7)
    shell.write_text('#!/bin/sh\nexec timeout --signal=KILL "$MOMENT" /bin/sh "$@"\n')
    shell.chmod(0o755)
    hit = 0
    for number in range(MOMENTS):
        moment = (number + random.random()) / MOMENTS * duration
        disturbed = drawn.copy(tmp_path / "disturbed")
        done = disturbed.dvc("repro", "fit", check=False, SHELL=str(shell), MOMENT=f"{moment:.2f}")
        hit += "ERROR: failed to reproduce 'fit@drawn'" in done
        left = disturbed.artifacts()
        assert all(content == whole[path] for path, content in left.items())
        disturbed.dvc("repro", "fit")
        assert disturbed.artifacts() == whole
        assert disturbed.git("status", "--porcelain") == ""
        assert disturbed.partial() == []
        shutil.rmtree(disturbed.root)
    assert hit >= MOMENTS // 2


def test_dvc_killed_at_random_moments_of_a_long_fit(drawn, expected, tmp_path):
    whole, duration = expected
    random = np.random.default_rng(7)
    hit = 0
    for number in range(MOMENTS // 2):
        moment = (number + random.random()) / (MOMENTS // 2) * duration
        disturbed = drawn.copy(tmp_path / "disturbed")
        while not killed(disturbed, moment):
            shutil.rmtree(disturbed.root)
            disturbed = drawn.copy(tmp_path / "disturbed")
            moment /= 2
        left = disturbed.artifacts()
        assert all(content == whole[path] for path, content in left.items())
        hit += "reports/metrics/drawn/fit.json" not in left  # DVC takes it away when the fit starts
        refused = disturbed.dvc("repro", "fit", check=False)
        if "dvc.lock' is invalid" in refused or "dvc.lock' validation failed" in refused:
            disturbed.git("checkout", "dvc.lock")
        if "rwlock" in refused or "is busy" in refused:
            (disturbed.root / ".dvc/tmp/rwlock").unlink()
        disturbed.dvc("repro", "fit")
        assert disturbed.artifacts() == whole
        assert disturbed.git("status", "--porcelain") == ""
        assert disturbed.partial() == []
        shutil.rmtree(disturbed.root)
    assert hit >= 1


def killed(workspace: Workspace, moment: float) -> bool:
    """Start `dvc repro` and kill it with all that it started after `moment` seconds; False if it had ended before."""
    process = workspace.start(sys.executable, "-m", "dvc", "repro", "fit")
    try:
        process.communicate(timeout=moment)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return True
    return False
