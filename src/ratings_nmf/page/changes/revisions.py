"""The files of a revision or of an experiment, out of Git, DVC's cache and its remotes."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import copyfile, copyfileobj
from subprocess import DEVNULL, run
from tempfile import TemporaryDirectory
from typing import Any

from ratings_nmf.core import params
from ratings_nmf.core.errors import InputError
from ratings_nmf.files import reports
from ratings_nmf.page.changes import snapshot

TABLES = (
    "data/interim/{}/rows.csv", "data/interim/{}/columns.csv", "data/recommendations/{}.csv",
    *(f"data/factors/{{}}/{name}" for name in ("W.csv", "H.csv", "W.parquet", "H.parquet")),
)  # fmt: skip
"""What is read of a dataset out of DVC's cache."""


@contextmanager
def files_of(revision: str) -> Iterator[Path]:
    """Yield a folder that holds the parameters, figures, page, factors, labels and lists of a revision, where found.

    A revision is what Git or DVC calls one: a branch, a tag, a commit, an experiment; or the workspace.

    Raises
    ------
    InputError
        If there is no such revision, or it has no params.yaml or dvc.lock.
    """
    if revision == snapshot.WORKSPACE:
        yield Path()
        return
    from dvc.api import DVCFileSystem
    from dvc.exceptions import DvcException
    from dvc_data.index import DataIndexDirError

    with TemporaryDirectory() as name:
        folder, files = Path(name), DVCFileSystem(rev=revision)
        try:
            for file in (params.FILE, snapshot.LOCK):
                _copy(files, file, folder)
        except DvcException as error:
            remedy = "name a branch, a tag, a commit, an experiment of `dvc exp list --all-commits`, or workspace"
            raise InputError(f"{error}; {remedy}") from None
        except FileNotFoundError:
            remedy = "name a revision of this pipeline after its first run"
            raise InputError(f"{revision}: it has no {params.FILE} or no {snapshot.LOCK}; {remedy}") from None
        for kind in (reports.METRICS, reports.FIGURES, reports.PAGE):
            for path in files.find(kind.as_posix(), detail=False):
                _copy(files, path, folder)
        for dataset in files.ls("reports/metrics", detail=False):
            for table in TABLES:
                with suppress(OSError, DataIndexDirError):  # it is in no cache and no remote, or has another format
                    _copy(files, table.format(Path(dataset).name), folder)
        yield folder


@contextmanager
def run_again(revision: str) -> Iterator[Path]:
    """Yield a worktree of a revision, in a folder of its own, in which its pipeline has run by its own code.

    It takes what it can from the cache, and leaves there what it makes; the workspace stays as it is.

    Raises
    ------
    InputError
        If a stage of it fails, which has printed why.
    """
    from dvc.repo import Repo

    with Repo(rev=revision) as repo:
        commit, cache, remote = repo.get_rev(), repo.cache.local.path, repo.config["core"].get("remote")
    with TemporaryDirectory() as name:
        folder = Path(name, "worktree")
        run(["git", "worktree", "add", "--quiet", "--detach", folder, commit], check=True)
        try:
            if (local := Path(".dvc/config.local")).exists():
                copyfile(local, folder / local)
            dvc = [sys.executable, "-m", "dvc"]
            run([*dvc, "cache", "dir", "--local", cache], cwd=folder, stdout=DEVNULL, check=True)
            path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
            pull = ["--pull", "--allow-missing"] if remote else []
            environment = {**os.environ, "PATH": path}
            if run([*dvc, "repro", *pull], cwd=folder, stdout=sys.stderr, env=environment, check=False).returncode:
                raise InputError(f"{revision}: its pipeline does not run; compare it without --run")
            yield folder
        finally:
            run(["git", "worktree", "remove", "--force", folder], check=True)


def _copy(files: Any, path: str, folder: Path) -> None:
    place = folder / path
    with files.open(path) as source:
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("wb") as target:
            copyfileobj(source, target)
