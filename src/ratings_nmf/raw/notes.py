"""What may be wrong with a table that can be read: a mark for "not rated", totals, labels that differ by case."""

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.table import LISTED, RatingsTable

FAR, OFTEN = 3, 0.01
"""A value is a mark where it is more than so many times the next largest, and so large a share of the cells."""


def notes(table: RatingsTable) -> list[str]:
    """Return what a careful reader of the table would ask about, each with its remedy."""
    remarks = _marks(table)
    for side, line in totals(table):
        label = (table.row_labels if side == "row" else table.column_labels)[line]
        remedy = f"`skip: {{{side}s: [{label!r}]}}`"
        remarks.append(f"{side} {label!r} is the sum of the others; if it is a total: {remedy}")
    for side, labels in ("row", table.row_labels), ("column", table.column_labels):
        remarks += _alike(side, labels)
    return remarks


def is_mark(largest: float, next_largest: float, *, times: int, cells: int) -> bool:
    """Return whether the largest value is frequent and far off all others: of so many cells it stands so many times.

    >>> is_mark(99, 5, times=10, cells=100), is_mark(99, 5, times=1, cells=1000)
    (True, False)
    """
    return times >= max(2, OFTEN * cells) and cells - times > 1 and largest > FAR * next_largest


def totals(table: RatingsTable) -> list[tuple[str, int]]:
    """Return the rows and columns that are, cell by cell, the sum of all others: the side, and the place on it."""
    sides = (
        ("row", table.rows, table.columns, table.row_labels),
        ("column", table.columns, table.rows, table.column_labels),
    )
    return [
        (side, line) for side, own, other, labels in sides for line in _totals(own, other, table.values, len(labels))
    ]


def _marks(table: RatingsTable) -> list[str]:
    largest = float(table.values.max())
    below = table.values[table.values < largest]
    next_largest, times = float(below.max(initial=0.0)), len(table.values) - len(below)
    if not is_mark(largest, next_largest, times=times, cells=len(table.values)):
        return []
    return [
        f"{largest:g} stands {times:,} times, and the next largest value is {next_largest:g}; if it means that a "
        f"cell was not rated: `unrated: [{largest:g}]` and `zeros: missing`"
    ]


def _totals(own: NDArray[np.int32], other: NDArray[np.int32], values: NDArray[np.float64], count: int) -> list[int]:
    """Return the lines that are, cell by cell, the sum of all others, of which there are two at least."""
    if count < 3:
        return []
    sums, whole = np.bincount(own, values, minlength=count), np.bincount(other, values)
    candidates = np.flatnonzero(np.isclose(2 * sums, values.sum(), rtol=1e-9, atol=0))
    totals = []
    for line in candidates.tolist():
        cells = own == line
        mine = np.bincount(other[cells], values[cells], minlength=len(whole))
        if np.count_nonzero(mine) > 1 and np.allclose(2 * mine, whole, rtol=1e-9, atol=0):
            totals.append(line)
    return totals


def _alike(side: str, labels: tuple[str, ...]) -> list[str]:
    """Return a note on labels that differ by case only, the first of them named."""
    first: dict[str, str] = {}
    pairs = [(other, label) for label in labels if (other := first.setdefault(label.casefold(), label)) != label]
    examples = ", ".join(f"{one!r} and {two!r}" for one, two in pairs[:LISTED])
    more = f" and {len(pairs) - LISTED:,} more" if len(pairs) > LISTED else ""
    return [f"{side} labels differ by case only: {examples}{more}; write them alike if they are one"] if pairs else []
