"""Cells in the order of a file: kept on disk, given back some rows at a time, and made tables."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.table import RatingsTable

Triples = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]
"""Rows, columns and values of cells, each of shape (cells,)."""

_NONE: Triples = np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0)


@dataclass(kw_only=True)
class Spool:
    """Cells that are added in the order of a file, and given back some successive rows at a time.

    What is in memory are the labels of either side with their places, in order of appearance, and the cells of one run,
    so many, or of one block; the rest is in files below `folder`, and whoever gives that removes them.
    """

    folder: Path
    cells: int
    rows: dict[str, int] = field(default_factory=dict)
    columns: dict[str, int] = field(default_factory=dict)
    _latest: list[Triples] = field(default_factory=list)
    _runs: list[tuple[Path, int]] = field(default_factory=list)
    _counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def add(self, rows: Any, columns: Any, values: NDArray[np.float64]) -> None:
        """Add cells, given by labels as Arrow dictionaries."""
        self._keep((_places(self.rows, rows), _places(self.columns, columns), values))

    def transposed(self) -> "Spool":
        """Return a spool of the same cells with rows for columns, of which it keeps a copy below `folder`."""
        other = Spool(folder=self.folder / "transposed", cells=self.cells, rows=self.columns, columns=self.rows)
        other.folder.mkdir()
        for rows, columns, values in self.blocks():
            other._keep((columns, rows, values))
        return other

    def blocks(self, *, lines: int | None = None) -> Iterator[Triples]:
        """Give all cells, each row whole and in one block, and the cells of a row in the order of the file.

        A block has `lines` rows, or about `cells` cells.
        """
        self._write()
        runs = [(path, size, np.memmap(path, np.int32, "r", shape=size)) for path, size in self._runs]
        ends, first = self._counts.cumsum(), 0
        while first < len(ends):
            before = ends[first - 1] if first else 0
            last = first + lines if lines else int(np.searchsorted(ends, before + self.cells, side="right"))
            last = max(last, first + 1)
            bounds = np.array([first, last], dtype=np.int32)
            yield _joined([_read(path, size, *np.searchsorted(rows, bounds)) for path, size, rows in runs])
            first = last

    def _keep(self, cells: Triples) -> None:
        counts = np.bincount(cells[0], minlength=len(self.rows))
        counts[: len(self._counts)] += self._counts
        self._counts = counts
        self._latest.append(cells)
        if sum(len(values) for *_, values in self._latest) >= self.cells:
            self._write()

    def _write(self) -> None:
        run = _joined(self._latest)
        self._latest = []
        if np.any(run[0][1:] < run[0][:-1]):
            run = _some(run, np.argsort(run[0], kind="stable"))
        if len(run[0]):
            path = self.folder / f"run {len(self._runs)}"
            with path.open("wb") as stream:
                for part in run:
                    stream.write(part.data)
            self._runs.append((path, len(run[0])))


def table_of(
    labels: tuple[tuple[str, ...], tuple[str, ...]], cells: Triples, ingest: IngestParameters
) -> tuple[RatingsTable, list[tuple[str, str, int]]]:
    """Return a table of cells given in any order, and what stands several times where it may not.

    Of these, rows and columns that have labels, and values, NaN where blank, ``zeros`` says which are left out first:
    all that are not above 0, unless they are observed. Of several lines for a cell ``duplicates`` says what counts, in
    their order; where it does not, the last, and row label, column label and number of lines of each are returned.
    """
    rows, columns, values = cells if ingest.zeros == "observed" else _some(cells, cells[2] > 0)
    keys = rows.astype(np.int64) * len(labels[1]) + columns
    order = np.argsort(keys)
    is_first = np.diff(keys[order], prepend=-1) > 0
    several = []
    if is_first.all():
        values = values[order]
    else:
        order = np.argsort(keys, kind="stable")
        first = np.flatnonzero(is_first)
        times = np.diff(first, append=len(keys))
        if ingest.duplicates in ("mean", "sum"):
            values = np.add.reduceat(values[order], first) / (times if ingest.duplicates == "mean" else 1)
        else:
            values = values[order][first + times - 1]
        order = order[first]
        if ingest.duplicates is None:
            twice = order[times > 1]
            several = [
                (labels[0][row], labels[1][column], number)
                for row, column, number in zip(rows[twice], columns[twice], times[times > 1].tolist(), strict=True)
            ]
    stored = values > 0
    order = order[stored]
    table = RatingsTable(
        row_labels=labels[0],
        column_labels=labels[1],
        rows=rows[order],
        columns=columns[order],
        values=values[stored],
        zeros=ingest.zeros or "observed",
    )
    return table, several


def _places(known: dict[str, int], labels: Any) -> NDArray[np.int32]:
    """Return the place of each label, and add labels that are new."""
    places = [known.setdefault(text, len(known)) for text in labels.dictionary.to_pylist()]
    codes: NDArray[np.int32] = np.array(places, dtype=np.int32)[np.from_dlpack(labels.indices)]
    return codes


def _some(cells: Triples, which: NDArray[Any]) -> Triples:
    rows, columns, values = cells
    return rows[which], columns[which], values[which]


def _joined(parts: list[Triples]) -> Triples:
    rows, columns, values = (np.concatenate(part) for part in zip(_NONE, *parts, strict=True))
    return rows, columns, values


def _read(path: Path, size: int, first: int, last: int) -> Triples:
    """Return some cells of a run, in whose file lie its rows, then its columns, then its values."""
    count = int(last - first)
    rows = np.fromfile(path, np.int32, count, offset=4 * int(first))
    columns = np.fromfile(path, np.int32, count, offset=4 * (size + int(first)))
    values = np.fromfile(path, np.float64, count, offset=8 * (size + int(first)))
    return rows, columns, values
