"""A stage, or DVC with it, killed at any moment leaves every file whole; the next `dvc repro` gives the same bytes."""

import signal
import sys
from pathlib import Path

import pytest
import yaml

from conftest import Workspace

DEADLY = Path(__file__).resolve().parent / "deadly"
KILLED = {-signal.SIGKILL, -signal.SIGXFSZ}
NEVER = 10**9


def run(workspace: Workspace, program: str, event: str, count: int, *command: str, group: bool = False, **more: str):
    """Run a command whose `program` dies after so many of an event, with it all else if it shall be the group."""
    return workspace.run(
        sys.executable, *command,
        check=False, start_new_session=group,
        PYTHONPATH=str(DEADLY), PYTHONDONTWRITEBYTECODE="1",
        DEADLY_PROGRAM=program, DEADLY_EVENT=event, DEADLY_COUNT=str(count),
        **({"DEADLY_GROUP": "1"} if group else {}), **more,
    )  # fmt: skip


def moments(workspace: Workspace, number: int, program: str, event: str, *command: str) -> list[int]:
    """Run a command undisturbed and return counts of the program's events, from its first to its last."""
    tally = workspace.root.parent / "tally"
    done = run(workspace, program, event, NEVER, *command, DEADLY_TALLY=str(tally))
    assert done.returncode == 0, done.stderr
    total = int(tally.read_text())
    assert total > number
    return [step * (total - 1) // (number - 1) for step in range(number)]


def try_two_components(workspace: Workspace) -> None:
    params = workspace.params()
    params["datasets"]["groceries"]["fit"]["n_components"] = 2
    workspace.write_params(params)


def check_whole(workspace: Workspace, *whole: dict[str, bytes]) -> None:
    for path, content in workspace.artifacts().items():
        assert content in [some.get(path) for some in whole], f"{path} is half-written"


@pytest.mark.slow
def test_a_killed_stage_leaves_every_file_whole(workspace, tmp_path):
    old = workspace.artifacts()
    try_two_components(workspace)
    undisturbed = workspace.copy(tmp_path / "undisturbed" / "ratings nmf")
    counts = moments(undisturbed, 3, "fit.py", "write", "src/fit.py", "groceries")
    new = undisturbed.artifacts()
    shortest = min(len(new[path]) for path in new if "groceries/fit" in path)
    for event, count in [*(("write", count) for count in counts), ("byte", 10), ("byte", shortest)]:
        killed = run(workspace, "fit.py", event, count, "src/fit.py", "groceries")
        assert killed.returncode in KILLED, killed.stderr
        check_whole(workspace, old, new)
    assert workspace.stage("fit", "groceries").returncode == 0
    assert workspace.artifacts() == new
    assert workspace.partial() == []


@pytest.fixture(scope="module")
def undisturbed(reproduced: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A clone in which `dvc repro` has run with two components for `groceries`."""
    workspace = reproduced.copy(tmp_path_factory.mktemp("undisturbed") / "ratings nmf")
    try_two_components(workspace)
    workspace.dvc("repro")
    return workspace


def lock_of(workspace: Workspace) -> dict:
    return yaml.safe_load((workspace.root / "dvc.lock").read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("program", "event", "number"),
    [("fit.py", "write", 5), ("fit.py", "call", 3), ("report.py", "write", 3), ("dvc", "write", 6)],
)
def test_a_killed_repro_goes_on_to_the_same_bytes(workspace, undisturbed, tmp_path, program, event, number):
    """Killed alone, a stage fails its `dvc repro`; DVC takes all with it."""
    old, new = workspace.artifacts(), undisturbed.artifacts()
    try_two_components(workspace)
    command = ("-m", "dvc", "repro", *([] if program == "report.py" else ["fit@groceries"]))
    counts = moments(workspace.copy(tmp_path / "counted" / "ratings nmf"), number, program, event, *command)
    for count in counts:
        disturbed = workspace.copy(tmp_path / f"{count}" / "ratings nmf")
        killed = run(disturbed, program, event, count, *command, group=program == "dvc")
        assert killed.returncode != 0
        check_whole(disturbed, old, new)
        refused = disturbed.dvc("repro", check=False)
        if "dvc.lock' is invalid" in refused or "dvc.lock' validation failed" in refused:
            disturbed.git("checkout", "dvc.lock")
        if "rwlock" in refused or "is busy" in refused:
            (disturbed.root / ".dvc/tmp/rwlock").unlink()
        disturbed.dvc("repro")
        assert disturbed.artifacts() == new
        assert lock_of(disturbed) == lock_of(undisturbed)  # DVC may write it in another order
        assert disturbed.partial() == []
