"""A file of rows, or columns, that come later: looked through once, then read again and given some at a time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.table import RatingsTable, Side, Zeros
from ratings_nmf.core.transform import valued
from ratings_nmf.raw.assembly import Triples, table_of
from ratings_nmf.raw.faults import check_labels, command, refusal, refuse_repeated
from ratings_nmf.raw.layouts import batches
from ratings_nmf.raw.scan import LIMITS, Limits


@dataclass(frozen=True)
class Labels:
    """Labels of one side of a file, in order of appearance.

    Attributes
    ----------
    places
        The place of each.
    last
        The number of the last batch that has it, by place.
    """

    places: dict[str, int] = field(default_factory=dict)
    last: list[int] = field(default_factory=list)

    def note(self, labels: list[str], batch: int) -> None:
        """Take in the labels of a batch."""
        for label in labels:
            place = self.places.setdefault(label, len(self.places))
            if place == len(self.last):
                self.last.append(batch)
            else:
                self.last[place] = batch


@dataclass(frozen=True, kw_only=True)
class Contents:
    """All that is kept of a file between the two times that it is read.

    Attributes
    ----------
    rows, columns
        Labels of either side.
    state
        Size of the file and time of its last change.
    """

    rows: Labels
    columns: Labels
    state: tuple[int, int]

    def sides(self, newcomers: Side) -> tuple[Labels, Labels]:
        """Return the newcomers' labels, and those that their cells stand under."""
        return (self.rows, self.columns) if newcomers == "rows" else (self.columns, self.rows)


def look_through(path: Path, source: IngestParameters, *, zeros: Zeros, limits: Limits = LIMITS) -> Contents:
    """Read a file and keep its labels only.

    Raises
    ------
    InputError
        If the file cannot be read, or anything is wrong with its labels and values, all in one go.
    """
    rows, columns = Labels(), Labels()
    state = _state(path)
    for number, batch in enumerate(batches(path, source, zeros=zeros, limits=limits)):
        rows.note(batch.rows.dictionary.to_pylist(), number)
        columns.note(batch.columns.dictionary.to_pylist(), number)
    for side, labels in ("row", rows), ("column", columns):
        check_labels(path, side, [*labels.places])
    return Contents(rows=rows, columns=columns, state=state)


def read(
    path: Path,
    source: IngestParameters,
    contents: Contents,
    *,
    side: Side,
    known: tuple[str, ...],
    zeros: Zeros,
    limits: Limits = LIMITS,
) -> Iterator[RatingsTable]:
    """Read a file again and give its newcomers in tables of up to `limits.newcomers`, as newcomers × known labels.

    They come in the order in which they first appear, each when the last cell of its own and of those before it has
    been read. What is kept meanwhile are the cells of a block and of those newcomers that still wait. Where these are
    columns of ``layout: table`` they wait for the last line, and all cells are kept. Cells under other labels than the
    known ones are left out.

    Parameters
    ----------
    path, source, contents
        As `look_through` was given them, and what it gave.
    side
        Which side of the file the newcomers are.
    known
        Labels of the other side of the fitted table.
    zeros
        What 0 and absent mean.

    Raises
    ------
    InputError
        If a cell stands twice and it was not said what to make of it (all such cells, when the file is read), or the
        file changed meanwhile.
    """
    own, _ = contents.sides(side)
    labels, complete_after = tuple(own.places), np.maximum.accumulate(own.last)
    places = {label: place for place, label in enumerate(known)}
    start, duplicate_cells = 0, []
    waiting: list[Triples] = []
    for number, batch in enumerate(batches(path, source, zeros=zeros, limits=limits)):
        sides = (batch.rows, batch.columns) if side == "rows" else (batch.columns, batch.rows)
        waiting.append(_known_cells(sides, (own.places, places), batch.values, zeros=zeros))
        stop = int(np.searchsorted(complete_after, number, side="right"))
        if stop < len(labels):
            stop -= stop % limits.newcomers
        if stop > start:
            ready, waiting = _split(waiting, stop)
            for first in range(start, stop, limits.newcomers):
                last = min(first + limits.newcomers, stop)
                cells = slice(*np.searchsorted(ready[0], (first, last)))
                some = ready[0][cells] - np.int32(first), ready[1][cells], ready[2][cells]
                table, more = table_of((labels[first:last], known), some, zeros=zeros, duplicates=source.duplicates)
                duplicate_cells += more
                if not duplicate_cells:
                    yield valued(table, source.values)
            start = stop
    if duplicate_cells:
        refuse_repeated(path, [cell if side == "rows" else (cell[1], cell[0], cell[2]) for cell in duplicate_cells])
    if _state(path) != contents.state:
        remedy = f"run it again when it is whole: {command('ls -l', path)}"
        raise refusal(path, "changed while it was read", "a file that nobody writes", remedy)


def _known_cells(
    sides: tuple[Any, Any], places: tuple[dict[str, int], dict[str, int]], values: NDArray[np.float64], *, zeros: Zeros
) -> Triples:
    """Return the cells of a batch by place, without those that have none and those that are not rated."""
    rows, columns = (
        np.array([known.get(label, -1) for label in labels.dictionary.to_pylist()], dtype=np.int32)[
            np.from_dlpack(labels.indices)
        ]
        for labels, known in zip(sides, places, strict=True)
    )
    is_cell = (rows >= 0) & (columns >= 0)
    if zeros != "observed":
        is_cell &= values > 0
    return rows[is_cell], columns[is_cell], values[is_cell]


def _split(waiting: list[Triples], stop: int) -> tuple[Triples, list[Triples]]:
    """Part cells into those of the rows before `stop`, sorted by row and else in their order, and the others."""
    rows, columns, values = (np.concatenate(parts) for parts in zip(*waiting, strict=True))
    ready = rows < stop
    order = np.flatnonzero(ready)[np.argsort(rows[ready], kind="stable")]
    return (rows[order], columns[order], values[order]), [(rows[~ready], columns[~ready], values[~ready])]


def _state(path: Path) -> tuple[int, int]:
    """Return the size of a file and the time of its last change."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns
