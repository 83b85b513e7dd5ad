"""A file of cells that the user holds out, by the labels of a table."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.table import RatingsTable
from ratings_nmf.core.transform import became
from ratings_nmf.raw.layouts import read_cells


@dataclass(frozen=True, eq=False, kw_only=True)
class UnseenCells:
    """Cells by their place in a table; a cell given twice counts twice.

    Attributes
    ----------
    rows, columns
        Positions, −1 where the table has no such label, shape (cells,).
    values
        Shape (cells,).
    unknown_cells
        Number of cells with such a label.
    unknown_labels
        These labels, in words.
    unrated
        Lines that were left out: 0 or blank where this means "not rated".
    undrawn
        Lines that were left out: of rows that are not among those drawn.
    """

    rows: NDArray[np.int32]
    columns: NDArray[np.int32]
    values: NDArray[np.float64]
    unknown_cells: int
    unknown_labels: list[str]
    unrated: int
    undrawn: int


def read_unseen(
    path: Path,
    table: RatingsTable,
    ingest: IngestParameters,
    *,
    row_labels: Iterable[str] = (),
) -> UnseenCells:
    """Read cells given one a line: row label, column label, value; the rest as in `read_raw`.

    Of a table whose rows were drawn from a larger one, `row_labels` are those of the larger one.

    Raises
    ------
    InputError
        If the file cannot be read, has a bad cell, or fewer than two cells to predict.
    """
    *sides, values, _ = read_cells(path, replace(ingest, layout="triples"), zeros=table.zeros)
    values = became(values, ingest.values)
    rated = values > 0 if table.zeros != "observed" else np.ones(len(values), dtype=bool)
    codes, texts = sides[0]
    elsewhere = {*texts}.difference(table.row_labels).intersection(row_labels)
    undrawn = np.array([text in elsewhere for text in texts], dtype=bool)[codes] & rated
    counted = rated & ~undrawn
    if counted.sum() < 2:
        raise InputError(f"{path}: found {counted.sum()} cells to predict; expected two or more, for a standard error")
    labels: list[str] = []
    places = []
    for name, (codes, texts), known in zip(
        ("row", "column"), sides, (table.row_labels, table.column_labels), strict=True
    ):
        position = {label: place for place, label in enumerate(known)}
        place = np.array([position.get(label, -1) for label in texts], dtype=np.int32)
        places.append(place[codes][counted])
        used = np.unique(codes[counted])
        labels += [f"{name} {texts[code]!r}" for code in used if place[code] < 0]
    unknown = (places[0] < 0) | (places[1] < 0)
    return UnseenCells(
        rows=places[0],
        columns=places[1],
        values=values[counted],
        unknown_cells=int(unknown.sum()),
        unknown_labels=labels,
        unrated=int(np.sum(~rated)),
        undrawn=int(undrawn.sum()),
    )
