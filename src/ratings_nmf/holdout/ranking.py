"""How many of the columns that would be recommended to a row are among those it rated well, unseen."""

import math

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.streams import cell_hash
from ratings_nmf.core.table import Places
from ratings_nmf.holdout.trial import Training
from ratings_nmf.recommend.search import best_items
from ratings_nmf.solvers.kernels.topk import Known

ROWS = 2000
"""Most rows of a fold that are ranked; of more, these are drawn by hash."""

Matrix = NDArray[np.float64]

NAMES = ("precision", "recall", "ndcg", "coverage")


def liked(known: Training, places: Places, values: Matrix, *, most: int = ROWS) -> Places:
    """Return those of some held-out cells, each once, that are worth the mean of the known cells or more.

    They are what a ranking should find; of `most` rows at most, sorted by row, then column.
    """
    rows, columns = np.unique(np.stack(places)[:, values >= known.mean], axis=1)
    some = np.unique(rows)
    some = some[np.argsort(cell_hash(0, some, np.zeros_like(some)), kind="stable")[:most]]
    inside = np.isin(rows, some)
    return rows[inside], columns[inside]


def ranked(
    known: Training, relevant: Places, loadings: Matrix, items: Matrix, *, top: int
) -> tuple[Matrix, NDArray[np.bool_]]:
    """Return precision, recall and ndcg of each row that has a relevant cell, (rows, 3), and the columns that came up.

    A row is recommended the `top` columns of highest score it does not know. With hits h_1 … h_top (0 or 1), r
    relevant cells and d_i = 1 / log2(i + 1): precision Σ h / top, recall Σ h / r, ndcg Σ d h / Σ_{i ≤ min(r, top)} d
    (Järvelin & Kekäläinen 2002). Of equal scores the earlier column comes first. Without a relevant cell there are
    no rows, and no column came up.

    Parameters
    ----------
    relevant
        As `liked` returns them.
    loadings, items
        Of all rows (rows, components) and of the columns (columns, components), 0 or more; their products are the
        scores.
    """
    width = known.shape[1]
    top = min(top, width)
    rows, wanted = np.unique(relevant[0], return_counts=True)
    if not len(rows):
        return np.empty((0, 3)), np.zeros(width, dtype=bool)
    lengths = np.diff(known.starts)[rows]
    columns = Known(np.concatenate([[0], lengths.cumsum()]), known.columns[np.isin(known.rows, rows)])
    lists = best_items(loadings[rows], items, columns, typical=None, top=top)
    hits, came_up = np.zeros((len(rows), top)), np.zeros(width, dtype=bool)
    hits[lists.receivers, lists.ranks - 1] = np.isin(
        rows[lists.receivers].astype(np.int64) * width + lists.items, relevant[0].astype(np.int64) * width + relevant[1]
    )
    came_up[lists.items] = True
    # rounded: the last bits of a logarithm are not the same on every machine
    discount = np.array([round(1.0 / math.log2(rank + 1), 12) for rank in range(1, top + 1)])
    number, ideal = hits.sum(axis=1), discount.cumsum()[np.minimum(wanted, top) - 1]
    return np.column_stack([number / top, number / wanted, (hits * discount).sum(axis=1) / ideal]), came_up
