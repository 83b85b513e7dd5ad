"""The files of a revision or of an experiment, out of Git, DVC's cache and its remotes."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Any

from ratings_nmf.core import params
from ratings_nmf.core.errors import InputError
from ratings_nmf.files import reports

WORKSPACE = "workspace"
"""What the files in the working folder are called, as DVC calls them."""

TABLES = (
    "data/interim/{}/rows.csv", "data/interim/{}/columns.csv", "data/recommendations/{}.csv",
    *(f"data/factors/{{}}/{name}" for name in ("W.csv", "H.csv", "W.parquet", "H.parquet")),
)  # fmt: skip
"""What is read of a dataset out of DVC's cache."""


@contextmanager
def files_of(revision: str) -> Iterator[Path]:
    """Yield a folder that holds the parameters, figures, factors, labels and lists of a revision, those that are found.

    A revision is what Git or DVC calls one: a branch, a tag, a commit, an experiment; or the workspace.

    Raises
    ------
    InputError
        If there is no such revision, or it has no params.yaml.
    """
    if revision == WORKSPACE:
        yield Path()
        return
    from dvc.api import DVCFileSystem
    from dvc.exceptions import DvcException
    from dvc_data.index import DataIndexDirError

    with TemporaryDirectory() as name:
        folder, files = Path(name), DVCFileSystem(rev=revision)
        try:
            _copy(files, params.FILE, folder)
        except DvcException as error:
            remedy = "name a branch, a tag, a commit, an experiment of `dvc exp list --all-commits`, or workspace"
            raise InputError(f"{error}; {remedy}") from None
        except FileNotFoundError:
            raise InputError(f"{revision}: it has no {params.FILE}; name a revision of this pipeline") from None
        for kind in (reports.METRICS, reports.FIGURES):
            for path in files.find(kind.as_posix(), detail=False):
                _copy(files, path, folder)
        for dataset in files.ls("reports/metrics", detail=False):
            for table in TABLES:
                with suppress(OSError, DataIndexDirError):  # it is in no cache and no remote, or has another format
                    _copy(files, table.format(Path(dataset).name), folder)
        yield folder


def _copy(files: Any, path: str, folder: Path) -> None:
    place = folder / path
    with files.open(path) as source:
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("wb") as target:
            copyfileobj(source, target)
