"""`reports/metrics/<dataset>/`: measured figures as JSON, committed to Git."""

from pathlib import Path
from typing import Any

from ratings_nmf.artifacts.atomic import replacing
from ratings_nmf.artifacts.formats import made_by, read_json, write_json


def write(dataset: str, stage: str, content: dict[str, Any]) -> None:
    """Write what a stage measured: fit.json for fit."""
    with replacing(_file(dataset, stage)) as file:
        write_json(file, content)


def read(dataset: str, stage: str) -> dict[str, Any]:
    """Return what a stage measured.

    Raises
    ------
    InputError
        If the stage did not run yet.
    """
    return read_json(made_by(stage, _file(dataset, stage), dataset))


def _file(dataset: str, stage: str) -> Path:
    return Path("reports/metrics", dataset, f"{stage}.json")
