"""Cells in any order, sorted into a table, with several lines for one cell made one."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.table import RatingsTable, Zeros

Duplicates = Literal["last", "mean", "sum"]

Triples = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]
"""Rows, columns and values of cells, each of shape (cells,)."""


def table_of(
    labels: tuple[tuple[str, ...], tuple[str, ...]],
    cells: Triples,
    *,
    zeros: Zeros | None,
    duplicates: Duplicates | None,
) -> tuple[RatingsTable, list[tuple[str, str, int]]]:
    """Return a table of cells given in any order, and what stands several times where it may not.

    Parameters
    ----------
    labels
        Of the rows and of the columns.
    cells
        Positions and values; under ``zeros: missing`` without those that are not rated.
    zeros
        What 0 and absent mean.
    duplicates
        What to make of several lines for one cell, in their order; None returns row label, column label and number
        of lines of each such cell, and the table is of no use.
    """
    (rows, columns, values), duplicate_cells = _in_order(labels, cells, duplicates)
    stored = values > 0
    table = RatingsTable(
        row_labels=labels[0],
        column_labels=labels[1],
        rows=rows[stored],
        columns=columns[stored],
        values=values[stored],
        zeros=zeros or "observed",
    )
    return table, duplicate_cells


def _in_order(
    labels: tuple[tuple[str, ...], tuple[str, ...]], cells: Triples, duplicates: Duplicates | None
) -> tuple[Triples, list[tuple[str, str, int]]]:
    """Return the cells sorted by row, then column, one for each pair, and what stands several times."""
    rows, columns, values = cells
    keys = rows.astype(np.int64) * len(labels[1]) + columns
    order = np.argsort(keys)
    starts_new = np.ones(len(keys), dtype=np.bool_)
    starts_new[1:] = keys[order[1:]] != keys[order[:-1]]
    if starts_new.all():
        return (rows[order], columns[order], values[order]), []
    first = np.flatnonzero(starts_new)
    counts = np.diff(first, append=len(keys))
    duplicate_cells = []
    if duplicates is None:
        duplicate_cells = [
            (labels[0][rows[cell]], labels[1][columns[cell]], count)
            for cell, count in zip(order[first].tolist(), counts.tolist(), strict=True)
            if count > 1
        ]
    order = np.argsort(keys, kind="stable")
    values = _combined(values[order], first, counts, duplicates)
    return (rows[order][first], columns[order][first], values), duplicate_cells


def _combined(
    values: NDArray[np.float64], first: NDArray[np.intp], counts: NDArray[np.intp], duplicates: Duplicates | None
) -> NDArray[np.float64]:
    """Make one value of each run of values, given where the runs start and how long they are."""
    if duplicates in ("mean", "sum"):
        merged: NDArray[np.float64] = np.add.reduceat(values, first)
        if duplicates == "mean":
            merged /= counts
    else:
        merged = values[first + counts - 1]
    return merged
