"""`data/interim/<dataset>/`: the ingested table as cells, labels and a profile."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.table import RatingsTable, Side
from ratings_nmf.files.atomic import replacing
from ratings_nmf.files.formats import iterate_csv, made_by, read_csv, read_json, write_csv, write_json
from ratings_nmf.files.parquet import read_columns, write_columns


def write(dataset: str, table: RatingsTable, profile: dict[str, Any]) -> None:
    """Write cells.parquet (row, column, value), rows.csv, columns.csv (labels, in order) and profile.json."""
    cells: dict[str, NDArray[Any]] = {"row": table.rows, "column": table.columns, "value": table.values}
    with replacing(_folder(dataset)) as folder:
        folder.mkdir()
        write_columns(folder / "cells.parquet", cells)
        write_csv(folder / "rows.csv", ["row"], ([label] for label in table.row_labels))
        write_csv(folder / "columns.csv", ["column"], ([label] for label in table.column_labels))
        write_json(folder / "profile.json", profile)


def read(dataset: str, *, places_only: bool = False) -> RatingsTable:
    """Return the table that `write` wrote; with `places_only` its values are not read, and each is 1.

    Raises
    ------
    InputError
        If it was not written yet.
    """
    folder = made_by("ingest", _folder(dataset), dataset)
    cells = read_columns(folder / "cells.parquet", ["row", "column"] if places_only else None)
    return RatingsTable(
        row_labels=tuple(label for (label,) in read_csv(folder / "rows.csv")[1]),
        column_labels=tuple(label for (label,) in read_csv(folder / "columns.csv")[1]),
        rows=cells["row"],
        columns=cells["column"],
        values=np.broadcast_to(1.0, len(cells["row"])) if places_only else cells["value"],
        zeros=read_profile(dataset)["zeros"],
    )


def cells_file(dataset: str) -> Path:
    """Return the file of the cells, for what reads Parquet itself.

    Raises
    ------
    InputError
        If it was not written yet.
    """
    return made_by("ingest", _folder(dataset) / "cells.parquet", dataset)


def iterate_labels(dataset: str, side: Side) -> Iterator[str]:
    """Give the labels of the rows or of the columns in order, one at a time."""
    records = iterate_csv(made_by("ingest", _folder(dataset) / f"{side}.csv", dataset))
    next(records)
    return (label for (label,) in records)


def read_profile(dataset: str) -> dict[str, Any]:
    """Return profile.json: size, density, meaning of zero, values, empty rows and columns."""
    return read_json(made_by("ingest", _folder(dataset) / "profile.json", dataset))


def _folder(dataset: str) -> Path:
    return Path("data/interim", dataset)
