"""What a revision holds: its parameters, and the figures, factors, lists and pictures of each dataset."""

from collections.abc import Mapping
from contextlib import chdir
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from ratings_nmf.core import params
from ratings_nmf.core.errors import InputError
from ratings_nmf.files import interim, lists, loadings, reports
from ratings_nmf.model.factors import Factors


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
        The few numbers that experiments are compared by, by name.
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
    missing
        What is not there and how to make it, a sentence each.
    """

    name: str
    parameters: Mapping[str, Any]
    results: Mapping[str, DatasetResults]
    missing: tuple[str, ...] = ()


def read(folder: Path, name: str) -> Snapshot:
    """Return what lies in a folder with the files of a revision.

    Raises
    ------
    InputError
        If it has no params.yaml, or one without datasets.
    """
    with chdir(folder):
        document = params.document()
        if not isinstance(document, dict) or not isinstance(datasets := document.get("datasets"), dict):
            raise InputError(f"{name}: params.yaml has no datasets; name a revision of this pipeline")
        missing: list[str] = []
        results = {dataset: _results(dataset, missing) for dataset in map(str, datasets)}
    return Snapshot(name=name, parameters=document, results=results, missing=tuple(missing))


def _results(dataset: str, missing: list[str]) -> DatasetResults:
    fit = recommendations = None
    metrics = reports.read_summaries(dataset)
    if not metrics:
        missing.append(f"{reports.METRICS / dataset}: no summary; make them with `dvc repro report@{dataset}`")
    try:
        fit = Fit(
            factors=Factors(**loadings.read(dataset)),
            rows=tuple(interim.iterate_labels(dataset, "rows")),
            columns=tuple(interim.iterate_labels(dataset, "columns")),
        )
    except InputError as error:
        missing.append(str(error))
    try:
        recommendations = lists.read(dataset)
    except InputError as error:
        missing.append(str(error))
    pictures = sorted((reports.FIGURES / dataset).glob("*.png"))
    return DatasetResults(
        metrics=metrics,
        pictures={picture.stem: sha256(picture.read_bytes()).hexdigest() for picture in pictures},
        fit=fit,
        recommendations=recommendations,
    )
