"""The matrices that heatmaps show, as means over blocks; nothing here is larger than blocks × blocks."""

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.table import RatingsTable
from ratings_nmf.figures.arrangement import Side
from ratings_nmf.model.factors import Factors

Matrix = NDArray[np.float64]


def table_means(table: RatingsTable, rows: Side, columns: Side) -> Matrix:
    """Return the mean of the cells that count in each block; NaN where none was rated."""
    return _cell_means(table, table.values, rows, columns)


def prediction_means(factors: Factors, rows: Side, columns: Side) -> Matrix:
    """Return the mean of W @ H in each block: the blocks' mean W times their mean H."""
    means = Factors(W=rows.means(factors.W), H=columns.means(factors.H.T).T, components=factors.components)
    return means.reconstruction()


def residual_means(table: RatingsTable, factors: Factors, rows: Side, columns: Side) -> Matrix:
    """Return the mean of x − w·h over the cells that count in each block; NaN where none was rated."""
    if table.zeros == "observed":
        return table_means(table, rows, columns) - prediction_means(factors, rows, columns)
    return _cell_means(table, table.values - factors.predict(table.rows, table.columns), rows, columns)


def correlation_means(factors: Factors, rows: Side) -> Matrix:
    """Return the mean correlation between the rows of W @ H in each pair of blocks; NaN for constant rows.

    With Hc the rows of H less their means and G = Hc Hcᵀ, rows i and j of W @ H have the covariance wᵢ G wⱼ:
    no array of rows × columns or rows × rows is needed.
    """
    centred = factors.H - factors.H.mean(axis=1, keepdims=True)
    gram = np.einsum("ac,bc->ab", centred, centred)
    variance = np.einsum("ra,ab,rb->r", factors.W, gram, factors.W)
    scale = np.square(factors.W).sum(axis=1) * np.trace(gram)
    deviation = np.sqrt(np.where(variance > 1e-12 * scale, variance, np.nan))
    standard = rows.means(factors.W / deviation[:, None])
    correlation: Matrix = np.clip(np.einsum("ra,ab,sb->rs", standard, gram, standard), -1.0, 1.0)
    return correlation


def _cell_means(table: RatingsTable, values: Matrix, rows: Side, columns: Side) -> Matrix:
    shape = len(rows.sizes), len(columns.sizes)
    place = rows.block[table.rows] * shape[1] + columns.block[table.columns]
    total = np.bincount(place, weights=values, minlength=shape[0] * shape[1]).reshape(shape)
    if table.zeros == "observed":
        return total / np.outer(rows.sizes, columns.sizes)
    count = np.bincount(place, minlength=total.size).reshape(shape)
    means: Matrix = np.divide(total, count, out=np.full(shape, np.nan), where=count > 0)
    return means
