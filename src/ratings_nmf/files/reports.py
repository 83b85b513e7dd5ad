"""`reports/`: what was measured of a dataset, its figures, and the page of all datasets, committed to Git."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import FitParameters
from ratings_nmf.core.progress import progress
from ratings_nmf.files.atomic import replacing
from ratings_nmf.files.formats import append_frame, iterate_csv, made_by, read_json, read_numbers, write_json

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

METRICS = Path("reports/metrics")
"""A folder a dataset: fit.json, survey.json, heldout.json and others, survey.csv and consensus.csv."""

FIGURES = Path("reports/figures")
"""A folder of PNG files a dataset."""

PAGE = Path("reports/index.html")


def write(dataset: str, name: str, content: dict[str, Any]) -> None:
    """Write what a stage measured: fit.json for fit, survey.json for survey, heldout.json for evaluate."""
    with replacing(METRICS / dataset / f"{name}.json") as file:
        write_json(file, content)


def write_summary(dataset: str, name: str, figures: dict[str, Any]) -> None:
    """Write the few figures of a stage that experiments are compared by: <name>-summary.json.

    They stand below the dataset's name, so that DVC, which puts a file's path before a name that two files have,
    heads a column with ``groceries.heldout_rmse`` alone.
    """
    write(dataset, f"{name}-summary", {dataset: figures})


def read(dataset: str, name: str, *, stage: str | None = None) -> dict[str, Any]:
    """Return what a stage measured; a stage that is not called like its file is named, for the message.

    Raises
    ------
    InputError
        If the stage did not run yet.
    """
    return read_json(made_by(stage or name, METRICS / dataset / f"{name}.json", dataset))


def read_summaries(dataset: str) -> dict[str, Any]:
    """Return the figures of all summaries of a dataset, as many as there are."""
    files = sorted((METRICS / dataset).glob("*-summary.json"))
    return {name: value for file in files for name, value in read_json(file).get(dataset, {}).items()}


def decisions(dataset: str, fit: FitParameters) -> tuple[int, dict[str, Any]]:
    """Return the count and the options that a dataset is fitted with, what is left to the survey filled in.

    The survey names penalty and levels where ``fit.options`` has no ``regularization``.

    Raises
    ------
    InputError
        If the survey did not run yet, or tells no count where it is asked for one.
    """
    count = fit.n_components
    if isinstance(count, int) and (fit.solver != "native" or "regularization" in fit.options):
        return count, fit.options
    choice = read(dataset, "choice", stage="survey")
    if isinstance(count, str):
        count = choice["n_components" if count == "auto" else "parts"]
    if count is None:
        why = METRICS / dataset / "survey.json"
        raise InputError(
            f"{fit.n_components}: the survey does not tell; {why} says why; give a number", parameter="fit.n_components"
        )
    return count, choice["options"] | fit.options


def write_survey(dataset: str, *, evidence: "DataFrame", consensus: "DataFrame") -> None:
    """Write survey.csv, a line a count, and consensus.csv, a line a column of the table."""
    for name, frame in (("survey", evidence), ("consensus", consensus)):
        with replacing(METRICS / dataset / f"{name}.csv") as file:
            append_frame(file, frame)


def read_evidence(dataset: str) -> list[dict[str, Any]]:
    """Return the lines of survey.csv; an empty field is None.

    Raises
    ------
    InputError
        If the survey did not run yet.
    """
    header, *records = iterate_csv(made_by("survey", METRICS / dataset / "survey.csv", dataset))
    lines: list[dict[str, Any]] = []
    for record in records:
        numbers = [float(field) if field else None for field in record]
        lines.append({**dict(zip(header, numbers, strict=True)), "n_components": int(record[0])})
    return lines


def read_consensus(dataset: str) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Return the names of the columns of consensus.csv but the first, and their numbers.

    Raises
    ------
    InputError
        If the survey did not run yet.
    """
    return read_numbers(made_by("survey", METRICS / dataset / "consensus.csv", dataset))


def write_figures(dataset: str, figures: Mapping[str, "Figure"]) -> None:
    """Write each named figure as PNG; figures of an earlier run that are not among them go.

    The Software tag, which holds matplotlib's version, is left out.
    """
    with replacing(FIGURES / dataset) as folder:
        folder.mkdir()
        for name, figure in progress(figures.items(), unit="figures"):
            _save(folder / f"{name}.png", figure)


def write_figure(path: Path, figure: "Figure") -> None:
    """Write a figure that is no output of the pipeline, as `write_figures` writes them."""
    with replacing(path) as file:
        _save(file, figure)


def _save(file: Path, figure: "Figure") -> None:
    box = figure.get_tightbbox().padded(0.15)  # what "tight" finds by drawing once more
    figure.savefig(file, format="png", bbox_inches=box, metadata={"Software": None})


def write_page(page: str) -> None:
    """Write the page of all datasets."""
    with replacing(PAGE) as file:
        file.write_text(page, encoding="utf-8", newline="\n")
