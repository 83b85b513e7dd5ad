"""A file of cells that the user holds out, by the labels of a table."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.table import RatingsTable
from ratings_nmf.core.transform import became
from ratings_nmf.raw.faults import listing, look, quoted, refusal
from ratings_nmf.raw.layouts import spooled


class UnseenCells(NamedTuple):
    """Cells by their place in a table, −1 where it has no such label; how many have none, and these labels in words.

    Lines that were left out are counted as ``unrated``, 0 or blank where this means "not rated", and as ``undrawn``, of
    rows that are not among those drawn.
    """

    rows: NDArray[np.int32]
    columns: NDArray[np.int32]
    values: NDArray[np.float64]
    unknown_cells: int
    unknown_labels: list[str]
    unrated: int
    undrawn: int


def read_unseen(
    path: Path, table: RatingsTable, ingest: IngestParameters, *, row_labels: Iterable[str] = ()
) -> UnseenCells:
    """Read cells given one a line: row label, column label, value; the rest as in `read_blocks`.

    Of a table whose rows were drawn from a larger one, `row_labels` are those of the larger one.

    Raises
    ------
    InputError
        If the file cannot be read, has a bad cell, a cell twice, fewer than two cells to predict, or none with labels
        of the table.
    """
    with spooled(path, replace(ingest, layout="triples", zeros=table.zeros)) as (spool, _):
        ((rows, columns, values),) = spool.blocks(lines=len(spool.rows))
    own, other = tuple(spool.rows), tuple(spool.columns)
    _refuse_repeated(path, own, other, rows.astype(np.int64) * len(other) + columns)
    values = became(values, ingest.values)
    is_rating = (values > 0) | (table.zeros == "observed")
    elsewhere = {*own}.difference(table.row_labels).intersection(row_labels)
    undrawn = np.array([label in elsewhere for label in own], dtype=bool)[rows] & is_rating
    is_cell = is_rating & ~undrawn
    if is_cell.sum() < 2:
        wrong = f"found {is_cell.sum()} cells to predict"
        raise refusal(path, wrong, "two or more, for a standard error", f"look at it: {look('head', path)}")
    unknown_labels: list[str] = []
    places = []
    for side, codes, labels, known in (
        ("row", rows[is_cell], own, table.row_labels), ("column", columns[is_cell], other, table.column_labels)
    ):  # fmt: skip
        position = {label: place for place, label in enumerate(known)}
        place = np.array([position.get(label, -1) for label in labels], dtype=np.int32)
        places.append(place[codes])
        unknown_labels += [f"{side} {quoted(labels[code])}" for code in np.unique(codes) if place[code] < 0]
    unknown = (places[0] < 0) | (places[1] < 0)
    if unknown.all():
        raise refusal(
            path,
            f"no cell has labels of the table: {listing(unknown_labels)}",
            f"a cell a line, such as {quoted(table.row_labels[0])}, {quoted(table.column_labels[0])}, 1",
            f"compare the labels, and the order of the columns: {look('head -3', path)}",
        )
    return UnseenCells(
        rows=places[0],
        columns=places[1],
        values=values[is_cell],
        unknown_cells=int(unknown.sum()),
        unknown_labels=unknown_labels,
        unrated=int(np.sum(~is_rating)),
        undrawn=int(undrawn.sum()),
    )


def _refuse_repeated(path: Path, rows: Sequence[str], columns: Sequence[str], keys: NDArray[np.int64]) -> None:
    """Refuse cells, numbered row by row, that stand on several lines, which would count several times."""
    keys, counts = np.unique(keys, return_counts=True)
    faults = [
        f"row {quoted(rows[key // len(columns)])}, column {quoted(columns[key % len(columns)])} stands {count} times"
        for key, count in zip(keys[counts > 1].tolist(), counts[counts > 1].tolist(), strict=True)
    ]
    if faults:
        raise refusal(path, listing(faults), "each cell once", f"see them side by side: {look('sort', path)}")
