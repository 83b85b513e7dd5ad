"""A full disk, two runs at once, files that DVC left half-written: what comes of it, and that nothing is lost."""

import gzip
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from conftest import Workspace
from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import IngestParameters
from ratings_nmf.raw.layouts import read_blocks
from ratings_nmf.raw.scan import MEMORY

OTHERS = (*(f"{stage}@groceries" for stage in ("ingest", "survey", "fit", "evaluate", "report")), "page")
PAGE_OF_MEMORY = os.sysconf("SC_PAGE_SIZE")

FILLING_SHELL = """#!/bin/sh
cat /dev/zero > "$FILLER" 2> /dev/null
truncate --size=-"$ROOM" "$FILLER"
exec /bin/sh "$@"
"""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, 64 MB, in memory."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", place], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"no small disk to fill, which takes root to mount: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def repro_on_a_full_disk(workspace: Workspace, *arguments: str, room: int) -> subprocess.CompletedProcess[str]:
    """Run `dvc repro`; `room` bytes of the workspace's disk are free from the moment that the stage starts."""
    disk = workspace.root.parent
    shell, filler = disk.parent / "filling-shell", disk / "filler"
    shell.write_text(FILLING_SHELL)
    shell.chmod(0o755)
    done = workspace.run(
        sys.executable, "-m", "dvc", "repro", *arguments,
        check=False, SHELL=str(shell), FILLER=str(filler), ROOM=str(room),
    )  # fmt: skip
    filler.unlink()
    return done


def try_two_components(workspace: Workspace) -> None:
    params = workspace.params()
    params["datasets"]["groceries"]["fit"]["n_components"] = 2
    workspace.write_params(params)


@pytest.mark.parametrize(
    ("name", "keys", "end"),
    [
        ("t.csv", {}, ""),
        ("t.csv", {"encoding": "latin-1"}, ""),
        ("t.csv.gz", {}, ""),
        ("t.csv", {}, ",one field too many, of some length"),
    ],
    ids=["cells", "a copy", "unpacked", "wrong lines"],
)
def test_a_disk_that_is_full_while_a_table_is_read_is_named(disk, tmp_path, monkeypatch, name, keys, end):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(disk))
    monkeypatch.setenv(MEMORY, "20MB")
    text = "".join(f"{n // 100},{n % 100},1{end}\n" for n in range(200_000)).encode()
    Path(name).write_bytes(gzip.compress(text, 1) if name.endswith(".gz") else text)
    (disk / "filler").write_bytes(bytes(2**26 - 2**18))
    with pytest.raises(InputError) as refused:
        [*read_blocks(Path(name), IngestParameters(path=name, layout="triples", columns=[1, 2, 3], **keys))]
    assert str(refused.value) == (
        f"{name}: the disk of {disk} is full; expected room for copies while it is read; "
        'name a folder with more: `export TMPDIR="$PWD"`'
    )


@pytest.fixture(scope="module")
def two_components(reproduced: Workspace, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What an undisturbed `dvc repro` makes with two components for `groceries`."""
    workspace = reproduced.copy(tmp_path_factory.mktemp("two components") / "ratings nmf")
    try_two_components(workspace)
    workspace.dvc("repro")
    return workspace.artifacts()


@pytest.mark.parametrize(
    "stage", ["recommend@groceries", *(pytest.param(stage, marks=pytest.mark.slow) for stage in OTHERS)]
)
def test_a_full_disk_fails_the_stage_in_one_line_and_loses_nothing(reproduced, disk, stage):
    workspace = reproduced.copy(disk / "ratings nmf")
    old = workspace.artifacts()
    outputs = outputs_of(workspace, stage)
    room = sum(-(-len(old[path]) // PAGE_OF_MEMORY) for path in outputs) // 2 * PAGE_OF_MEMORY
    failed = repro_on_a_full_disk(workspace, "--single-item", "--force", stage, room=room)
    assert failed.returncode != 0
    lines = failed.stderr.splitlines()
    assert lines[0].startswith(f"{stage.replace('@', ' ')}: ") and "No space left on device" in lines[0]
    assert lines[1].startswith(f"ERROR: failed to reproduce '{stage}'") and len(lines) == 2
    assert workspace.partial() == []
    left = workspace.artifacts()
    assert all(left[path] == old.get(path) for path in left)
    assert set(old) - set(left) <= set(outputs)

    workspace.dvc("repro")
    assert workspace.artifacts() == old
    assert workspace.git("status", "--porcelain") == ""


def outputs_of(workspace: Workspace, stage: str) -> list[str]:
    lock = yaml.safe_load((workspace.root / "dvc.lock").read_text(encoding="utf-8"))
    places = [out["path"] for out in lock["stages"][stage]["outs"]]
    return [path for path in workspace.artifacts() if any(path == p or path.startswith(f"{p}/") for p in places)]


@pytest.mark.slow
def test_a_disk_that_is_full_when_dvc_saves_a_stage(reproduced, two_components, disk):
    workspace = reproduced.copy(disk / "ratings nmf")
    try_two_components(workspace)
    room = (len(outputs_of(workspace, "fit@groceries")) + 2) * PAGE_OF_MEMORY
    failed = repro_on_a_full_disk(workspace, "fit@groceries", room=room)
    assert "s: 2 components, relative error" in failed.stdout
    assert "ERROR" in failed.stderr

    workspace.dvc("repro")
    assert workspace.artifacts() == two_components
    assert not [line for line in workspace.git("status", "--porcelain").splitlines() if not line.startswith(" M")]
    shutil.rmtree(workspace.root / "data/factors")
    workspace.dvc("checkout")
    assert workspace.artifacts() == two_components


@pytest.mark.slow
def test_two_at_once(workspace, two_components):
    try_two_components(workspace)
    both = [workspace.start(sys.executable, "-m", "dvc", "repro") for _ in range(2)]
    errors = [process.communicate()[1] for process in both]
    codes = [process.returncode for process in both]
    assert 0 in codes
    for code, error in zip(codes, errors, strict=True):
        assert code == 0 or "is busy, it is being blocked by" in error or "Unable to acquire lock" in error
    workspace.dvc("repro")
    assert workspace.artifacts() == two_components


@pytest.mark.slow
@pytest.mark.parametrize("ending", [b"", b"schema: '2.0'\nstages:\n  ingest@groceries:\n    cm"])
def test_a_half_written_lock_file_is_refused_until_it_is_checked_out(workspace, ending):
    old = workspace.artifacts()
    (workspace.root / "dvc.lock").write_bytes(ending)
    assert "dvc.lock' " in workspace.dvc("repro", check=False)
    workspace.git("checkout", "dvc.lock")
    workspace.dvc("repro")
    assert workspace.artifacts() == old
    assert workspace.git("status", "--porcelain") == ""


def test_a_lock_file_that_ends_between_two_stages_is_completed(workspace):
    old, lock = workspace.artifacts(), workspace.root / "dvc.lock"
    whole = lock.read_text(encoding="utf-8")
    half, _ = whole.split("  recommend@groceries:\n")
    lock.write_text(half, encoding="utf-8")
    workspace.dvc("repro")
    assert workspace.artifacts() == old
    assert yaml.safe_load(lock.read_text(encoding="utf-8")) == yaml.safe_load(whole)
    assert workspace.git("status", "--porcelain") in ("", " M dvc.lock\n")  # the same stages, in another order


@pytest.mark.slow
def test_half_written_locks_on_paths_are_refused_until_they_are_removed(workspace):
    locks = workspace.root / ".dvc/tmp/rwlock"
    locks.write_text("")
    assert "'.dvc/tmp/rwlock'" in workspace.dvc("repro", check=False)
    locks.unlink()
    workspace.dvc("repro")


def test_what_dvc_had_begun_to_write_is_nobodys_input(workspace):
    (workspace.root / "reports/metrics/groceries/.-5VitM6-syDamf-LXVvV_g.tmp").write_text("half")
    assert workspace.dvc("status").strip() == "Data and pipelines are up to date."
    assert workspace.git("status", "--porcelain") == ""
