"""Cells in the order of a file, kept on disk where they are many, and given back some rows at a time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.raw.assembly import Triples


@dataclass(kw_only=True)
class Spool:
    """Cells that are added in the order of a file, and given back some successive rows at a time.

    What is in memory are the labels, and the cells of one run or of one block; the rest is in files below `folder`.

    Attributes
    ----------
    folder
        Where the files go; the spool makes and removes none but its own.
    cells
        Cells of a run, and about so many of a block.
    rows, columns
        Labels of either side and their places, in order of appearance.
    """

    folder: Path
    cells: int
    rows: dict[str, int] = field(default_factory=dict)
    columns: dict[str, int] = field(default_factory=dict)
    _latest: list[Triples] = field(default_factory=list)
    _runs: list[tuple[Path, int]] = field(default_factory=list)
    _counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def add(self, rows: Any, columns: Any, values: NDArray[np.float64], *, all_count: bool) -> None:
        """Add cells, given by labels as Arrow dictionaries; unless all count, only those above 0."""
        places = _places(self.rows, rows), _places(self.columns, columns)
        if not all_count:
            above = values > 0
            places, values = (places[0][above], places[1][above]), values[above]
        counts = np.bincount(places[0], minlength=len(self.rows))
        counts[: len(self._counts)] += self._counts
        self._counts = counts
        self._latest.append((*places, values))
        if sum(len(part) for *_, part in self._latest) >= self.cells:
            self._write()

    def blocks(self) -> Iterator[Triples]:
        """Give all cells, each row whole and in one block, and the cells of a row in the order of the file."""
        if not self._runs:
            yield _joined(self._latest)
            return
        if self._latest:
            self._write()
        runs = [(path, count, np.memmap(path, np.int32, "r", shape=count)) for path, count in self._runs]
        ends, first = self._counts.cumsum(), 0
        while first < len(ends):
            before = ends[first - 1] if first else 0
            last = max(first + 1, int(np.searchsorted(ends, before + self.cells, side="right")))
            bounds = np.array([first, last], dtype=np.int32)
            yield _joined([_read(path, count, *np.searchsorted(rows, bounds)) for path, count, rows in runs])
            first = last

    def _write(self) -> None:
        rows, columns, values = _joined(self._latest)
        if np.any(rows[1:] < rows[:-1]):
            order = np.argsort(rows, kind="stable")
            rows, columns, values = rows[order], columns[order], values[order]
        path = self.folder / f"run {len(self._runs)}"
        with path.open("wb") as stream:
            for part in (rows, columns, values):
                part.tofile(stream)
        self._runs.append((path, len(rows)))
        self._latest = []


def _places(known: dict[str, int], labels: Any) -> NDArray[np.int32]:
    """Return the place of each label, and add labels that are new."""
    texts = labels.dictionary.to_pylist()
    for text in texts:
        if text not in known:
            known[text] = len(known)
    places = np.fromiter(map(known.__getitem__, texts), np.int32, len(texts))
    codes: NDArray[np.int32] = places[np.from_dlpack(labels.indices)]
    return codes


def _joined(parts: list[Triples]) -> Triples:
    rows, columns, values = (np.concatenate(part) for part in zip(*parts, strict=True))
    return rows, columns, values


def _read(path: Path, count: int, first: int, last: int) -> Triples:
    """Return some cells of a run, in whose file lie its rows, then its columns, then its values."""
    size = int(last - first)
    rows = np.fromfile(path, np.int32, size, offset=4 * int(first))
    columns = np.fromfile(path, np.int32, size, offset=4 * (count + int(first)))
    values = np.fromfile(path, np.float64, size, offset=8 * (count + int(first)))
    return rows, columns, values
