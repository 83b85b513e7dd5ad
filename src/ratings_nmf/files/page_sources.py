"""`reports/index.html`, and the artifacts that it shows where a pipeline makes them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ratings_nmf.files.atomic import replacing
from ratings_nmf.files.formats import iterate_csv, read_csv, read_json

PAGE = Path("reports/index.html")


def write(page: str) -> None:
    """Write the page."""
    with replacing(PAGE) as file:
        file.write_text(page, encoding="utf-8", newline="\n")


def read_survey(dataset: str) -> tuple[list[dict[str, float | None]], dict[str, Any]] | None:
    """Return the records of survey.csv, None where a score is not known, and survey.json; None without a survey."""
    scores, choice = _metrics(dataset, "survey.csv"), _metrics(dataset, "survey.json")
    if not (scores.exists() and choice.exists()):
        return None
    header, records = read_csv(scores)
    numbers = [[float(field) if field else None for field in record] for record in records]
    return [dict(zip(header, record, strict=True)) for record in numbers], read_json(choice)


def read_heldout(dataset: str) -> dict[str, Any] | None:
    """Return heldout.json, or None where nothing was held out."""
    file = _metrics(dataset, "heldout.json")
    return read_json(file) if file.exists() else None


def read_recommendations(dataset: str) -> tuple[list[str], Iterator[list[str]]] | None:
    """Return the header and the records of a dataset's recommendations, or None where there are none."""
    file = Path("data/recommendations", f"{dataset}.csv")
    if not file.exists():
        return None
    records = iterate_csv(file)
    return next(records), records


def _metrics(dataset: str, name: str) -> Path:
    return Path("reports/metrics", dataset, name)
