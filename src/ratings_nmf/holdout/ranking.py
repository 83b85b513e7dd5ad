"""How many of the columns that would be recommended to a row are among those it rated well, unseen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.holdout.folds import Cells, cell_hash
from ratings_nmf.holdout.yardsticks import Training
from ratings_nmf.recommend.search import best_items
from ratings_nmf.solvers.kernels.topk import Known

ROWS = 2000
"""Most rows of a fold that are ranked; of more, these are drawn by hash."""

Matrix = NDArray[np.float64]

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


def task(known: Training, cells: Cells, values: Matrix) -> Task:
    """Return the relevant ones of some held-out cells, shape (cells,), each once; of `ROWS` rows at most."""
    relevant = values >= known.mean
    rows, columns = np.unique(np.stack(cells)[:, relevant], axis=1)
    asked = np.unique(rows)
    drawn = np.argsort(cell_hash(0, asked, np.zeros_like(asked)), kind="stable")[:ROWS]
    inside = np.isin(rows, asked[drawn])
    return Task(known=known, rows=rows[inside], columns=columns[inside])


def ranked(asked: Task, loadings: Matrix, items: Matrix, *, top: int) -> tuple[Matrix, NDArray[np.bool_]]:
    """Return precision, recall and ndcg of each row that has a relevant cell, (rows, 3), and the columns that came up.

    A row is recommended the `top` columns of highest score it does not know. With hits h_1 … h_top (0 or 1), r
    relevant cells and d_i = 1 / log2(i + 1): precision Σ h / top, recall Σ h / r, ndcg Σ d h / Σ_{i ≤ min(r, top)} d
    (Järvelin & Kekäläinen 2002). Of equal scores the earlier column comes first. Without a relevant cell there are
    no rows, and no column came up.

    Parameters
    ----------
    loadings, items
        Of all rows (rows, components) and of the columns (columns, components), 0 or more; their products are the
        scores.
    """
    width = asked.known.table.shape[1]
    top = min(top, width)
    discount = 1.0 / np.log2(np.arange(2, top + 2))
    rows, wanted = np.unique(asked.rows, return_counts=True)
    if not len(rows):
        return np.empty((0, 3)), np.zeros(width, dtype=bool)
    found = best_items(loadings[rows], items, _known_of(rows, asked.known), typical=None, top=top)
    relevant = np.sort(asked.rows.astype(np.int64) * width + asked.columns)
    offered = rows[found.receivers].astype(np.int64) * width + found.items
    place = np.minimum(np.searchsorted(relevant, offered), len(relevant) - 1)
    hits, shown = np.zeros((len(rows), top)), np.zeros(width, dtype=bool)
    hits[found.receivers, found.ranks - 1] = relevant[place] == offered
    shown[found.items] = True
    number, ideal = hits.sum(axis=1), np.cumsum(discount)[np.minimum(wanted, top) - 1]
    return np.column_stack([number / top, number / wanted, (hits * discount).sum(axis=1) / ideal]), shown


def _known_of(rows: NDArray[np.int32], known: Training) -> Known:
    """Return the known columns of some rows."""
    first, last = np.searchsorted(known.rows, rows), np.searchsorted(known.rows, rows, side="right")
    columns = [known.columns[start:stop] for start, stop in zip(first, last, strict=True)]
    return Known(np.concatenate([[0], np.cumsum(last - first)]), np.concatenate(columns))
