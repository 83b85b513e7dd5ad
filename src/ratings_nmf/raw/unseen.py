"""A file of cells that the user holds out, by the labels of a table."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.table import RatingsTable
from ratings_nmf.core.transform import became
from ratings_nmf.files.columns import Coded
from ratings_nmf.raw.faults import listing, look, quoted, refusal
from ratings_nmf.raw.layouts import read_cells


@dataclass(frozen=True, eq=False, kw_only=True)
class UnseenCells:
    """Cells by their place in a table.

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
        If the file cannot be read, has a bad cell, a cell twice, fewer than two cells to predict, or none with labels
        of the table.
    """
    *sides, values, _ = read_cells(path, replace(ingest, layout="triples"), zeros=table.zeros)
    values = became(values, ingest.values)
    _refuse_repeated(path, sides[0], sides[1])
    is_rating = values > 0 if table.zeros != "observed" else np.ones(len(values), dtype=bool)
    codes, texts = sides[0]
    elsewhere = {*texts}.difference(table.row_labels).intersection(row_labels)
    undrawn = np.array([text in elsewhere for text in texts], dtype=bool)[codes] & is_rating
    is_cell = is_rating & ~undrawn
    if is_cell.sum() < 2:
        wrong = f"found {is_cell.sum()} cells to predict"
        raise refusal(path, wrong, "two or more, for a standard error", f"look at it: {look('head', path)}")
    labels: list[str] = []
    places = []
    for name, (codes, texts), known in zip(
        ("row", "column"), sides, (table.row_labels, table.column_labels), strict=True
    ):
        position = {label: place for place, label in enumerate(known)}
        place = np.array([position.get(label, -1) for label in texts], dtype=np.int32)
        places.append(place[codes][is_cell])
        codes_in_use = np.unique(codes[is_cell])
        labels += [f"{name} {quoted(texts[code])}" for code in codes_in_use if place[code] < 0]
    unknown = (places[0] < 0) | (places[1] < 0)
    if unknown.all():
        raise refusal(
            path,
            f"no cell has labels of the table: {listing(labels)}",
            f"a cell a line, such as {quoted(table.row_labels[0])}, {quoted(table.column_labels[0])}, 1",
            f"compare the labels, and the order of the columns: {look('head -3', path)}",
        )
    return UnseenCells(
        rows=places[0],
        columns=places[1],
        values=values[is_cell],
        unknown_cells=int(unknown.sum()),
        unknown_labels=labels,
        unrated=int(np.sum(~is_rating)),
        undrawn=int(undrawn.sum()),
    )


def _refuse_repeated(path: Path, rows: Coded, columns: Coded) -> None:
    """Refuse cells that stand on several lines, which would count several times."""
    width = len(columns.texts)
    keys, counts = np.unique(rows.codes.astype(np.int64) * width + columns.codes, return_counts=True)
    faults = [
        f"row {quoted(rows.texts[key // width])}, column {quoted(columns.texts[key % width])} stands {count} times"
        for key, count in zip(keys[counts > 1].tolist(), counts[counts > 1].tolist(), strict=True)
    ]
    if faults:
        raise refusal(path, listing(faults), "each cell once", f"see them side by side: {look('sort', path)}")
