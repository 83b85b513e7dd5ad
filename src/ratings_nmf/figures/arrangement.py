"""What is drawn of a table: the order of its lines, the blocks they form, their labels, and means over blocks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.table import SMALLEST, RatingsTable
from ratings_nmf.model.factors import Factors, inner
from ratings_nmf.model.samples import SampledFactors

Matrix = NDArray[np.float64]

ANNOTATE = 400
"""Cells up to which a table's numbers are written."""

LABEL_ALL = 60
BLOCKS = 300
LABELS = 36
"""Most labels of a side whose lines are not all labelled."""

LEAST = 0.01
"""A line counts to a component above this share of the largest loading: a shorter bar would not be seen."""


@dataclass(frozen=True, kw_only=True)
class Arrangement:
    """The rows or the columns of a heatmap, as drawn.

    Attributes
    ----------
    block
        For each line of the table, in the table's order, the block it is drawn in, shape (lines,).
    sizes
        Lines in each block, shape (blocks,).
    labels
        What is written beside a block, by its position.
    caption
        What was put together or left out, empty where nothing was.
    """

    block: NDArray[np.intp]
    sizes: NDArray[np.intp]
    labels: dict[int, str]
    caption: str = ""

    def means(self, lines: Matrix) -> Matrix:
        """Return the mean over each block, shape (blocks, n), of values by line, shape (lines, n)."""
        totals = [np.bincount(self.block, weights=column, minlength=len(self.sizes)) for column in lines.T]
        return np.array(totals).reshape(lines.shape[1], -1).T / self.sizes[:, None]


def annotates(shape: tuple[int, ...]) -> bool:
    """Return whether numbers are written into the cells of a heatmap."""
    return shape[0] * shape[1] <= ANNOTATE and max(shape) <= LABEL_ALL


def one_by_one(labels: Sequence[str]) -> Arrangement:
    """Arrange lines in their own order, each a block of its own and labelled."""
    count = len(labels)
    return Arrangement(block=np.arange(count), sizes=np.ones(count, dtype=np.intp), labels=dict(enumerate(labels)))


def arrange(labels: Sequence[str], loadings: Matrix, *, kind: str) -> Arrangement:
    """Decide order, blocks and labels of a side.

    Parameters
    ----------
    labels
        The lines' labels, in the table's order.
    loadings
        How much of each component a line holds, shape (lines, components).
    kind
        What the lines are called in the caption: ``rows``, ``columns`` or ``components``.
    """
    count = len(labels)
    if count <= LABEL_ALL:
        return one_by_one(labels)
    blocks = min(count, BLOCKS)
    order, block = by_component(loadings, blocks)
    lines = _lines_to_label(order, dominant(loadings), block)
    grouping = f"{count:,} {kind} in {blocks} blocks" if blocks < count else f"{count:,} {kind}"
    return Arrangement(
        block=block,
        sizes=np.bincount(block, minlength=blocks),
        labels={int(block[line]): labels[line] for line in lines},
        caption=f"{grouping} by dominant component, {len(lines)} labelled",
    )


def by_component(loadings: Matrix, blocks: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Order lines by dominant component, then by falling loading, and put neighbours into blocks.

    Lines without any loading belong to no component and come last.

    Returns
    -------
    order, block
        The lines in that order, and for each line, in the table's order, its block, both of shape (lines,). The
        first of a block's lines has the largest loading of those of its component.

    >>> by_component(np.array([[0.0, 1.0], [5.0, 0.0], [0.0, 3.0], [4.0, 0.0]]), 2)
    (array([1, 3, 2, 0]), array([1, 0, 1, 0]))
    """
    order = np.lexsort((-loadings.max(axis=1), dominant(loadings)))
    block = np.empty(len(order), dtype=np.intp)
    block[order] = np.arange(len(order)) * blocks // len(order)
    return order, block


def dominant(loadings: Matrix) -> NDArray[np.intp]:
    """Return the component that each line holds most of, shape (lines,), of loadings (lines, components).

    Of a line without any loading it is the number of components: it belongs to none.

    >>> dominant(np.array([[1.0, 2.0], [0.0, 0.0]])).tolist()
    [1, 2]
    """
    return np.asarray(np.where(loadings.max(axis=1) > 0, loadings.argmax(axis=1), loadings.shape[1]))


def heaviest(loadings: Matrix) -> NDArray[np.intp]:
    """Return the lines that count to a component, largest loading first, of loadings of shape (lines,).

    >>> heaviest(np.array([1.0, 0.001, 3.0])).tolist(), heaviest(np.zeros(2)).tolist()
    ([2, 0], [])
    """
    order = np.argsort(-loadings, kind="stable")
    return order[: np.count_nonzero(loadings > LEAST * loadings.max())]


def most_relevant(loadings: Matrix, totals: Matrix) -> list[NDArray[np.intp]]:
    """Return, for each part, the lines that count to it, those first that set it apart from the others.

    Lines are sorted by relevance, λ log φ + (1 − λ) log (φ / p) with λ = 0.6, φ being a line's share of the part and p
    its share of all parts: by φ⁵ / p², which needs no logarithm. Source: Sievert & Shirley 2014, section 3.1.

    Parameters
    ----------
    loadings
        Of the lines of one side, shape (lines, parts).
    totals
        Sums of the other side's loadings, shape (parts,).

    >>> [order.tolist() for order in most_relevant(np.array([[5.0, 4.0], [4.0, 0.0], [0.0, 0.0]]), np.ones(2))]
    [[1, 0], [0]]
    """
    shares = (loadings * totals).cumsum(axis=1)[:, -1:]
    shares = np.where(shares > 0, shares / (shares.max(initial=0.0) or 1.0), 1.0)
    heights = loadings / np.maximum(loadings.max(axis=0), SMALLEST)
    relevance = np.where(heights > LEAST, heights * heights * heights * heights * heights / shares / shares, 0.0)
    return [np.argsort(-part, kind="stable")[: np.count_nonzero(part)] for part in relevance.T]


def table_means(table: RatingsTable, rows: Arrangement, columns: Arrangement) -> Matrix:
    """Return the mean of the cells that count in each block, all alike; NaN where none was rated."""
    return _cell_means(table, table.values, rows, columns)


def prediction_means(factors: Factors, rows: Arrangement, columns: Arrangement) -> Matrix:
    """Return the mean prediction in each block: the blocks' mean W times their mean H, or the mean over draws."""
    if isinstance(factors, SampledFactors):
        return rows.means(columns.means(factors.reconstruction().T).T)
    return replace(factors, W=rows.means(factors.W), H=columns.means(factors.H.T).T).reconstruction()


def residual_means(table: RatingsTable, factors: Factors, rows: Arrangement, columns: Arrangement) -> Matrix:
    """Return the mean of x − w·h over the cells that count in each block; NaN where none was rated."""
    if table.weight:
        return table_means(table, rows, columns) - prediction_means(factors, rows, columns)
    return _cell_means(table, table.values - factors.predict(table.rows, table.columns), rows, columns)


def correlation_means(factors: Factors, rows: Arrangement) -> Matrix:
    """Return the mean correlation between what the parts give rows in each pair of blocks; NaN for constant rows."""
    standard, gram = correlation_parts(factors, rows)
    correlation: Matrix = np.clip(inner(standard, inner(gram, standard).T), -1.0, 1.0)
    return correlation


def correlation_parts(factors: Factors, rows: Arrangement) -> tuple[Matrix, Matrix]:
    """Return S (blocks, parts) and G (parts, parts), of which S G Sᵀ is the correlation between blocks of rows.

    With Hc the rows of H less their means and G = Hc Hcᵀ, rows i and j of W @ H have the covariance wᵢ G wⱼ: no array
    of rows × columns or rows × rows is needed. Levels are left out: that of the columns would make all rows alike.
    S is NaN for a block with a row that is constant.
    """
    W, H = factors.W[:, : factors.parts], factors.H[: factors.parts]
    deviations = H - H.mean(axis=1, keepdims=True)
    gram = inner(deviations, deviations)
    variance = (inner(gram, W).T * W).sum(axis=1)
    scale = np.square(W).sum(axis=1) * np.trace(gram)
    deviation = np.sqrt(np.where(variance > 1e-12 * scale, variance, np.nan))
    return rows.means(W / deviation[:, None]), gram


def _cell_means(table: RatingsTable, values: Matrix, rows: Arrangement, columns: Arrangement) -> Matrix:
    shape = len(rows.sizes), len(columns.sizes)
    place = rows.block[table.rows] * shape[1] + columns.block[table.columns]
    total = np.bincount(place, weights=values, minlength=shape[0] * shape[1]).reshape(shape)
    if table.weight:
        return total / np.outer(rows.sizes, columns.sizes)
    count = np.bincount(place, minlength=total.size).reshape(shape)
    means: Matrix = np.divide(total, count, out=np.full(shape, np.nan), where=count > 0)
    return means


def _lines_to_label(order: NDArray[np.intp], component: NDArray[np.intp], block: NDArray[np.intp]) -> list[int]:
    """Choose lines to label: the first of every component, then of the next block, where there is room."""
    firsts = np.flatnonzero(np.diff(component[order], prepend=-1) + np.diff(block[order], prepend=-1))
    place = firsts - np.searchsorted(component[order], component[order[firsts]])
    gap = -(-(int(block.max()) + 1) // LABELS)
    lines: dict[int, int] = {}
    for line in order[firsts[np.lexsort((component[order[firsts]], place))]].tolist():
        if all(abs(int(block[line]) - other) >= gap for other in lines.values()):
            lines[line] = int(block[line])
    return list(lines)
