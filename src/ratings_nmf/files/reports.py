"""`reports/metrics/<dataset>/`: measured figures as JSON, committed to Git."""

from pathlib import Path
from typing import Any

from ratings_nmf.files.atomic import replacing
from ratings_nmf.files.formats import made_by, read_json, write_json


def write(dataset: str, name: str, content: dict[str, Any]) -> None:
    """Write what a stage measured: fit.json for fit, survey.json for survey, heldout.json for evaluate."""
    with replacing(_file(dataset, name)) as file:
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
    return read_json(made_by(stage or name, _file(dataset, name), dataset))


def _file(dataset: str, name: str) -> Path:
    return Path("reports/metrics", dataset, f"{name}.json")
