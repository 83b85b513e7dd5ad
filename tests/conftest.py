"""Workspaces to run the pipeline in: copies of the checkout, with a Git history and a DVC cache of their own."""

import fcntl
import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from configparser import ConfigParser
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ROOT / "tests/project"
USERS = ("data/", "reports/", "params.yaml", "dvc.lock")
"""What is the user's to change, which no test reads."""

# The first example of a test may compile kernels, which no deadline allows for.
settings.register_profile("project", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("project")

collect_ignore = ["deadly"]
"""What runs in the processes of a test: its one module has the name that Python itself loads at its start."""


@dataclass(frozen=True)
class Workspace:
    """A checkout of the project in a temporary folder."""

    root: Path

    def run(
        self, *command: str, check: bool = True, start_new_session: bool = False, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.root,
            env={**_environment(self.root), **environment},
            capture_output=True,
            text=True,
            check=check,
            start_new_session=start_new_session,
        )

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start a command in a session of its own, to be killed with all that it starts."""
        return subprocess.Popen(
            command,
            cwd=self.root,
            env=_environment(self.root),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def dvc(self, *arguments: str, check: bool = True, **environment: str) -> str:
        done = self.run(sys.executable, "-m", "dvc", *arguments, check=False, **environment)
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def git(self, *arguments: str) -> str:
        return self.run("git", *arguments).stdout

    def stage(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one stage by hand, with warnings as errors."""
        return self.run(sys.executable, "-W", "error", f"src/{name}.py", *arguments, check=False)

    def params(self) -> dict:
        return yaml.safe_load((self.root / "params.yaml").read_text(encoding="utf-8"))

    def write_params(self, params: dict) -> None:
        content = {"most_cells": 25_000_000, **params}
        (self.root / "params.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")

    def copy(self, place: Path) -> "Workspace":
        shutil.copytree(self.root, place, symlinks=True)
        return Workspace(place)

    def artifacts(self) -> dict[str, bytes]:
        """Return what the pipeline made, by path, without what is on its way into place."""
        folders = [self.root / name for name in ("data/interim", "data/factors", "data/recommendations", "reports")]
        files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
        made = {str(file.relative_to(self.root)): file for file in files if file.suffix != ".tmp"}
        return {path: file.read_bytes() for path, file in made.items() if ".partial" not in path}

    def partial(self) -> list[Path]:
        """Return what a stage has begun to write."""
        return list(self.root.rglob("*.partial"))


def _environment(root: Path) -> dict[str, str]:
    tools = Path(sys.executable).parent
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("DVC_", "GIT_"))},
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        **dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "test"),
        **dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "test@example.org"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(root.parent / "site-cache"),
    }


def once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Workspace], None]) -> Workspace:
    """Return a workspace that is made once, in a path with a space, for all processes that share the tests."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    workspace = Workspace(folder / name / "ratings nmf")
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not workspace.root.exists():
            unfinished = Workspace(folder / name / "unfinished ratings nmf")
            shutil.rmtree(unfinished.root, ignore_errors=True)
            make(unfinished)
            unfinished.root.rename(workspace.root)
    return workspace


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A clone of the code as it is now, committed or not, around the tests' own project; nothing has run in it.

    Nothing of the user's comes along: no table, parameter, result or remote.
    """

    def make(workspace: Workspace) -> None:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).exists() and not name.startswith(USERS):
                (workspace.root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, workspace.root / name)
        shutil.copytree(PROJECT, workspace.root, dirs_exist_ok=True)
        forget_remotes(workspace.root / ".dvc/config")
        workspace.git("init", "--quiet", "--initial-branch=main")
        workspace.git("add", "--all")
        workspace.git("commit", "--quiet", "--message", "Start")

    return once(tmp_path_factory, "checkout", make)


def forget_remotes(file: Path) -> None:
    config = ConfigParser()
    config.read(file)
    config.remove_option("core", "remote")
    for section in config.sections():
        if section.startswith("'remote "):
            config.remove_section(section)
    with file.open("w") as stream:
        config.write(stream)


@pytest.fixture(scope="session")
def reproduced(checkout: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A clone in which `dvc repro` has run and its outcome is committed; tests only read it."""

    def make(workspace: Workspace) -> None:
        checkout.copy(workspace.root)
        workspace.dvc("repro")
        workspace.git("add", "--all")
        workspace.git("commit", "--quiet", "--message", "Run")

    return once(tmp_path_factory, "reproduced", make)


@pytest.fixture
def workspace(reproduced: Workspace, tmp_path: Path) -> Workspace:
    """A clone of one's own in which the pipeline has run."""
    return reproduced.copy(tmp_path / "ratings nmf")


@pytest.fixture(scope="session")
def database() -> Any:
    import duckdb

    return duckdb.connect(config={"threads": 1})


@pytest.fixture
def one_database(database: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """One database for all files: starting one takes longer than reading most of these."""
    monkeypatch.setattr("duckdb.connect", database.cursor)


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Run stages of a workspace in this process."""

    def run(workspace: Workspace, *stages: str, dataset: str = "groceries") -> None:
        monkeypatch.chdir(workspace.root)
        for name in stages:
            getattr(importlib.import_module(name), name)(*([] if name == "page" else [dataset]))

    return run
