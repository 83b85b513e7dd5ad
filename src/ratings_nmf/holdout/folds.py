"""Speckled folds: single cells, spread over the whole table, that a fit does not see."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.streams import cell_hash, derived_seed
from ratings_nmf.core.table import Places, RatingsTable

NEVER = -1
"""The fold of a cell that is never held out."""

SAMPLE = 1_000_000
"""About how many cells, over all folds, are held out of a table whose cells are too many to list."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Folds:
    """Known cells of a table and the fold that holds each of them out.

    All arrays have the shape (cells,). A cell of value 0 is one that is not stored; its ``fold`` is `NEVER` or one of
    0 to n_folds − 1, of which ``numbers`` hold a cell; ``known`` counts the table's known cells, held out or not.
    """

    rows: NDArray[np.int32]
    columns: NDArray[np.int32]
    values: NDArray[np.float64]
    fold: NDArray[np.int16]
    numbers: tuple[int, ...]
    known: int

    @property
    def kept(self) -> int:
        """Number of listed cells that are never held out, so that their row and column keep a known cell."""
        return int(np.sum(self.fold == NEVER))

    def held_out(self, fold: int) -> tuple[Places, NDArray[np.float64]]:
        """Return the rows and columns of the cells that a fold holds out, and their values."""
        inside = self.fold == fold
        return (self.rows[inside], self.columns[inside]), self.values[inside]

    def first(self, cells: int) -> "Folds":
        """Return the first folds that hold so many cells, or all."""
        sizes = np.cumsum([np.sum(self.fold == number) for number in self.numbers])
        return replace(self, numbers=self.numbers[: 1 + int(np.searchsorted(sizes, cells))])


def make_folds(
    table: RatingsTable,
    *,
    folds: int,
    seed: int,
    purpose: str,
    parameter: str = "evaluate.folds",
    sample: int = SAMPLE,
) -> Folds:
    """Spread the known cells over folds by a hash of seed, purpose, row and column.

    Known are the rated cells under ``zeros: missing`` and all cells under ``observed``; where a cell that is not stored
    counts with a weight, this share of them, drawn by hash. A table of more than `sample` such cells has about as many
    of them in folds, the same number drawn by hash from each row; the others are never held out. A row or column whose
    cells all fall into one fold keeps one of them.

    Raises
    ------
    InputError
        Of this parameter, if there are fewer than `folds` cells to hold out.
    """
    key = derived_seed(seed, purpose)
    rows, columns, values = _listed(table, key, sample)
    hashes = cell_hash(key, rows, columns)
    fold = (hashes % np.uint64(folds)).astype(np.int16)
    every = table.weight > 0
    for line, count, across in ((rows, *table.shape), (columns, *table.shape[::-1])):
        known = np.full(count, across) if every else np.bincount(line, minlength=count)
        _keep_one(fold, line, known, hashes)
    able = int(np.sum(fold != NEVER))
    numbers = tuple(np.unique(fold[fold != NEVER]).tolist())
    if len(numbers) < 2:
        raise InputError(
            f"nothing can be held out: each row and column must keep a known cell, and that leaves {able} of "
            f"{len(rows):,}; set `folds: 0` to do without, or give a table with more known cells",
            parameter=parameter,
        )
    if folds > able:
        raise InputError(
            f"expected 0, or 2 to {able}; found {folds}; of {len(rows):,} known cells {able} can be held out",
            parameter=parameter,
        )
    return Folds(
        rows=rows,
        columns=columns,
        values=values,
        fold=fold,
        numbers=numbers,
        known=table.size if every else len(table.values),
    )


def fold_notes(folds: Folds, count: int) -> list[str]:
    """Say which cells no fold holds out, and which folds hold none."""
    notes = []
    if folds.kept:
        notes.append(
            f"{folds.kept:,} of {folds.known:,} known cells are never held out: their row or column has no other."
        )
    if len(folds.rows) < folds.known:
        notes.append(f"{len(folds.rows):,} cells, drawn from {folds.known:,}, are held out in turn.")
    if len(folds.numbers) < count:
        notes.append(f"{len(folds.numbers)} of the {count} folds hold cells: the table is small for so many.")
    return notes


def values_at(table: RatingsTable, rows: NDArray[np.integer], columns: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the values of cells, shape (cells,); 0 where a cell is not stored."""
    keys = table.rows.astype(np.int64) * table.shape[1] + table.columns
    keys_of_cells = rows.astype(np.int64) * table.shape[1] + columns
    first = np.searchsorted(keys, keys_of_cells)
    values = np.zeros(len(keys_of_cells))
    is_stored = np.searchsorted(keys, keys_of_cells, side="right") > first
    values[is_stored] = table.values[first[is_stored]]
    return values


def _listed(
    table: RatingsTable, key: int, sample: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
    if not table.weight:
        return table.rows, table.columns, table.values
    row_count, column_count = table.shape
    if table.size <= sample:
        places = np.arange(table.size)
    else:
        down = np.repeat(np.arange(row_count), max(1, sample // row_count))
        turns = np.arange(len(down)) + column_count  # beyond the columns: no cell's own hash
        across = cell_hash(key, down, turns) % np.uint64(column_count)
        places = np.unique(down * column_count + across.astype(np.int64))
    rows, columns = (part.astype(np.int32) for part in np.divmod(places, column_count))
    values = values_at(table, rows, columns)
    shares = cell_hash(derived_seed(key, "weight"), rows, columns)
    counts_in = (values > 0) | (shares < math.ldexp(table.weight, 64))
    return rows[counts_in], columns[counts_in], values[counts_in]


def _keep_one(
    fold: NDArray[np.int16], line: NDArray[np.int32], known: NDArray[np.int64], hashes: NDArray[np.uint64]
) -> None:
    """Where all known cells of a line are in one fold, take the one with the least hash out of it, in place."""
    counts, number = np.bincount(line, minlength=len(known)), fold.astype(np.float64)
    sums, squares = (np.bincount(line, each, len(known)) for each in (number, number * number))
    # all in one fold: no variance, in whole numbers and so exactly
    stuck = (counts * squares == sums * sums) & (sums >= 0) & (counts == known)
    cells = np.flatnonzero(stuck[line])
    cells = cells[np.lexsort((hashes[cells], line[cells]))]
    first = np.flatnonzero(np.diff(line[cells], prepend=-1))
    fold[cells[first]] = NEVER
