"""A stage killed at any moment leaves every file whole, and the next `dvc repro` gives the same bytes."""

import signal
import sys

import pytest

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
            assert ".partial" in path or content in (old.get(path), new.get(path)), f"{path} is half-written"
        disturbed.dvc("repro")
        after = {path: content for path, content in disturbed.artifacts().items() if ".partial" not in path}
        assert after == new
