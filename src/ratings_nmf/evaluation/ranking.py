"""How many of the columns that would be recommended to a row are among those it rated well, unseen."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.evaluation.baselines import Training
from ratings_nmf.holdout import cell_hash
from ratings_nmf.table import DENSE_LIMIT

ROWS = 2000
"""Most rows of a fold that are ranked; of more, these are drawn by hash."""

Matrix = NDArray[np.float64]
Scores = Callable[[NDArray[np.intp]], Matrix]
"""Gives the scores (rows, columns) of some rows, by position."""

NAMES = ("precision", "recall", "ndcg", "coverage")


@dataclass(frozen=True, eq=False, kw_only=True)
class Task:
    """Cells to be found by ranking.

    Attributes
    ----------
    known
        What the ranking may know: no row is recommended a column it knows.
    rows, columns
        The relevant cells: held out, and worth at least the mean of the known cells; shape (cells,), by row.
    """

    known: Training
    rows: NDArray[np.int32]
    columns: NDArray[np.int32]


def task(known: Training, values: Matrix) -> Task:
    """Return the relevant ones of the held-out cells, given their values, shape (cells,); of `ROWS` rows at most."""
    rows, columns = known.held_out
    relevant = np.flatnonzero(values >= known.mean)
    asked = np.unique(rows[relevant])
    drawn = np.argsort(cell_hash(0, asked, np.zeros_like(asked)), kind="stable")[:ROWS]
    relevant = relevant[np.isin(rows[relevant], asked[drawn])]
    relevant = relevant[np.argsort(rows[relevant], kind="stable")]
    return Task(known=known, rows=rows[relevant], columns=columns[relevant])


def ranked(asked: Task, scores: Scores, *, top: int) -> tuple[Matrix, NDArray[np.bool_]]:
    """Return precision, recall and ndcg of each row that has a relevant cell, (rows, 3), and the columns that came up.

    A row is recommended the `top` columns of highest score it does not know. With hits h_1 … h_top (0 or 1), r
    relevant cells and d_i = 1 / log2(i + 1): precision Σ h / top, recall Σ h / r, ndcg Σ d h / Σ_{i ≤ min(r, top)} d
    (Järvelin & Kekäläinen 2002). Of equal scores the earlier column comes first.
    """
    table = asked.known.table
    top = min(top, table.shape[1])
    discount = 1.0 / np.log2(np.arange(2, top + 2))
    measured, shown = [np.empty((0, 3))], np.zeros(table.shape[1], dtype=bool)
    for chunk in _chunks(np.unique(asked.rows), table.shape[1]):
        given = scores(chunk).copy()
        given[_cells_in(chunk, table.rows[asked.known.stored], table.columns[asked.known.stored])] = -np.inf
        relevant = np.zeros(given.shape, dtype=bool)
        relevant[_cells_in(chunk, asked.rows, asked.columns)] = True
        hits = np.empty((len(chunk), top))
        lines = np.arange(len(chunk))
        for place in range(top):
            best = given.argmax(axis=1)
            offered = given[lines, best] > -np.inf
            hits[:, place] = relevant[lines, best] & offered
            shown[best[offered]] = True
            given[lines, best] = -np.inf
        wanted = relevant.sum(axis=1)
        ideal = np.cumsum(discount)[np.minimum(wanted, top) - 1]
        found = hits.sum(axis=1)
        measured.append(np.column_stack([found / top, found / wanted, (hits * discount).sum(axis=1) / ideal]))
    return np.vstack(measured), shown


def _chunks(rows: NDArray[np.intp], width: int) -> Iterator[NDArray[np.intp]]:
    size = max(1, DENSE_LIMIT // width)
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _cells_in(
    chunk: NDArray[np.intp], rows: NDArray[np.int32], columns: NDArray[np.int32]
) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
    """Return place in the chunk and column of the cells whose row is in it; cells and chunk are sorted by row."""
    first, last = np.searchsorted(rows, [chunk[0], chunk[-1] + 1])
    place = np.searchsorted(chunk, rows[first:last])
    inside = chunk[place] == rows[first:last]
    return place[inside], columns[first:last][inside]
