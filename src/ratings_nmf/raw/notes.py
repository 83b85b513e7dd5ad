"""What may be wrong with a table that can be read: a mark for "not rated", totals, labels that differ by case."""

import numpy as np

from ratings_nmf.core.table import LISTED
from ratings_nmf.core.tally import Tally

FAR, OFTEN = 3, 0.01
"""A value is a mark where it is more than so many times the next largest, and so large a share of the cells."""


def notes(tally: Tally) -> list[str]:
    """Return what a careful reader of a table would ask about, each with its remedy."""
    remarks = _marks(tally)
    for side, label in totals(tally):
        remedy = f"`skip: {{{side}s: [{label!r}]}}`"
        remarks.append(f"{side} {label!r} is the sum of the others; if it is a total: {remedy}")
    for side, labels in ("row", tally.row_labels), ("column", tally.column_labels):
        remarks += _alike(side, labels)
    return remarks


def is_mark(largest: float, next_largest: float, *, times: int, cells: int) -> bool:
    """Return whether the largest value is frequent and far off all others: of so many cells it stands so many times.

    >>> is_mark(99, 5, times=10, cells=100), is_mark(99, 5, times=1, cells=1000)
    (True, False)
    """
    return times >= max(2, OFTEN * cells) and cells - times > 1 and largest > FAR * next_largest


def totals(tally: Tally) -> list[tuple[str, str]]:
    """Return the side and the label of each row and column that is, cell by cell, the sum of all others.

    Of a column that has a total its largest value is half the sum. A row as large as all these values together holds
    every one of them.
    """
    sides = (
        ("row", tally.row_labels, tally.row_sums, tally.row_counts, tally.column_sums, tally.column_largest),
        ("column", tally.column_labels, tally.column_sums, tally.column_counts, tally.row_sums, tally.row_largest),
    )
    lines = []
    for side, labels, sums, counts, across, largest in sides:
        if len(labels) > 2 and np.allclose(2 * largest, across, rtol=1e-9, atol=0):
            places = np.flatnonzero(np.isclose(sums, largest.sum(), rtol=1e-9, atol=0) & (counts > 1))
            lines += [(side, labels[place]) for place in places.tolist()]
    return lines


def _marks(tally: Tally) -> list[str]:
    if not is_mark(tally.largest, tally.next_largest, times=tally.times, cells=tally.cells):
        return []
    return [
        f"{tally.largest:g} stands {tally.times:,} times, and the next largest value is {tally.next_largest:g}; if it "
        f"means that a cell was not rated: `unrated: [{tally.largest:g}]` and `zeros: missing`"
    ]


def _alike(side: str, labels: tuple[str, ...]) -> list[str]:
    """Return a note on labels that differ by case only, the first of them named."""
    first: dict[str, str] = {}
    pairs = [(other, label) for label in labels if (other := first.setdefault(label.casefold(), label)) != label]
    examples = ", ".join(f"{one!r} and {two!r}" for one, two in pairs[:LISTED])
    more = f" and {len(pairs) - LISTED:,} more" if len(pairs) > LISTED else ""
    return [f"{side} labels differ by case only: {examples}{more}; write them alike if they are one"] if pairs else []
