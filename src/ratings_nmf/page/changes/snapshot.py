"""What a revision holds: its parameters, and the figures, factors, lists and pictures of each dataset."""

from collections.abc import Mapping
from contextlib import chdir, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from ratings_nmf.core import params
from ratings_nmf.core.errors import InputError
from ratings_nmf.files import interim, lists, loadings, reports
from ratings_nmf.holdout.evaluation import standard_errors
from ratings_nmf.model.factors import Factors

WORKSPACE = "workspace"
"""What the files in the working folder are called, as DVC calls them."""

LOCK = "dvc.lock"
"""What DVC has run, on what, with which parameters."""


@dataclass(frozen=True, kw_only=True)
class Fit:
    """W and H, and the labels of their rows and columns."""

    factors: Factors
    rows: tuple[str, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DatasetResults:
    """What the pipeline made of a dataset.

    Attributes
    ----------
    metrics
        The few numbers that experiments are compared by, by name, and their standard errors.
    pictures
        A digest of each figure of reports/figures, by name.
    fit, recommendations
        The factors, and the columns of the lists; None where they are missing.
    """

    metrics: Mapping[str, Any]
    pictures: Mapping[str, str]
    fit: Fit | None = None
    recommendations: lists.Columns | None = None


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What a revision, an experiment or the workspace holds.

    Attributes
    ----------
    name
        What it is called.
    parameters
        The document of params.yaml.
    results
        By dataset.
    page
        The page of all datasets; empty where it is not there.
    missing
        What is not there, or of other parameters than its own.
    """

    name: str
    parameters: Mapping[str, Any]
    results: Mapping[str, DatasetResults]
    page: str = ""
    missing: tuple[str, ...] = ()


def read(folder: Path, name: str) -> Snapshot:
    """Return what lies in a folder with the files of a revision.

    Raises
    ------
    InputError
        If its params.yaml has no datasets, or it or dvc.lock is not there or not YAML.
    """
    with chdir(folder):
        document, lock = params.document(), params.document(LOCK)
        if not isinstance(document, dict) or not isinstance(datasets := document.get("datasets"), dict):
            raise InputError(f"{name}: params.yaml has no datasets; name a revision of this pipeline")
        results = {dataset: _results(dataset) for dataset in map(str, datasets)}
        page = reports.PAGE.read_text(encoding="utf-8") if reports.PAGE.exists() else ""
    absent = {
        "figures": [dataset for dataset, result in results.items() if not result.metrics],
        "factors": [dataset for dataset, result in results.items() if result.fit is None],
        "recommendations": [dataset for dataset, result in results.items() if result.recommendations is None],
    }
    missing = [f"{what} of {', '.join(names)}" for what, names in absent.items() if names]
    if stale := _stale(document, lock):
        missing.append(f"results by its own parameters of {', '.join(stale)}")
    return Snapshot(name=name, parameters=document, results=results, page=page, missing=tuple(missing))


def _results(dataset: str) -> DatasetResults:
    fit = recommendations = None
    errors: dict[str, Any] = {}
    with suppress(InputError):
        errors = standard_errors(reports.read(dataset, "heldout", stage="evaluate"))
    with suppress(InputError):
        fit = Fit(
            factors=Factors(**loadings.read(dataset)),
            rows=tuple(interim.iterate_labels(dataset, "rows")),
            columns=tuple(interim.iterate_labels(dataset, "columns")),
        )
    with suppress(InputError):
        recommendations = lists.read(dataset)
    pictures = sorted((reports.FIGURES / dataset).glob("*.png"))
    return DatasetResults(
        metrics=errors | reports.read_summaries(dataset),
        pictures={picture.stem: sha256(picture.read_bytes()).hexdigest() for picture in pictures},
        fit=fit,
        recommendations=recommendations,
    )


def _stale(document: dict[str, Any], lock: Any) -> list[str]:
    """Return the datasets of which a stage last ran with other parameters than those of params.yaml.

    >>> _stale({"seed": 1}, {"stages": {"fit@a": {"params": {"params.yaml": {"seed": 0}}}, "page": {}}})
    ['a']
    """

    def now(path: str) -> Any:
        block: Any = document
        for key in path.split("."):
            block = block.get(key) if isinstance(block, dict) else None
        return block

    parameters = {name: stage.get("params", {}).get(params.FILE, {}) for name, stage in lock["stages"].items()}
    stale = [name for name, then in parameters.items() if any(now(path) != value for path, value in then.items())]
    return [*dict.fromkeys(name.partition("@")[2] for name in stale)]
