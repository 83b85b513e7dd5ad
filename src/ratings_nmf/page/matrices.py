"""What the page's heatmap shows of a table: every cell up to `CELLS`, means over blocks above."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.table import RatingsTable
from ratings_nmf.figures import blocks
from ratings_nmf.figures.arrangement import Side, by_component
from ratings_nmf.model.factors import Factors
from ratings_nmf.page import shown

CELLS = 40_000
SIDE = 200
"""Most blocks of a side whose partner is long, too."""


def matrices(table: RatingsTable, factors: Factors) -> dict[str, Any]:
    """Return values, W, H, labels and sizes for the page's script, which multiplies W and H itself.

    Where not every cell counts, a block's residual is a mean over its rated cells and not what its mean value and
    mean prediction differ by, so the residuals are given, too.
    """
    rows, columns = _sides(table, factors)
    aggregated = len(rows.block) > len(rows.sizes) or len(columns.block) > len(columns.sizes)
    content: dict[str, Any] = {
        "aggregated": aggregated,
        "components": list(factors.components),
        "parts": factors.parts,
        "rows": _lines(rows),
        "columns": _lines(columns),
        "values": shown.compact(blocks.table_means(table, rows, columns).tolist()),
        "W": shown.compact(rows.means(factors.W).tolist()),
        "H": shown.compact(columns.means(factors.H.T).T.tolist()),
    }
    if aggregated and table.zeros == "missing":
        content["residuals"] = shown.compact(blocks.residual_means(table, factors, rows, columns).tolist(), 4)
    if len(rows.sizes) <= SIDE:
        content["correlation"] = [
            [None if np.isnan(value) else round(value, 2) for value in line]
            for line in blocks.correlation_means(factors, rows).tolist()
        ]
    return content


def _sides(table: RatingsTable, factors: Factors) -> tuple[Side, Side]:
    """Return rows and columns, put into blocks where the table has more than `CELLS` cells."""
    rows, columns = table.shape
    if rows * columns <= CELLS:
        return _each(table.row_labels), _each(table.column_labels)
    row_blocks = min(rows, max(SIDE, CELLS // columns))
    column_blocks = min(columns, CELLS // row_blocks)
    return (
        _grouped(table.row_labels, factors.W[:, : factors.parts], row_blocks),
        _grouped(table.column_labels, factors.H[: factors.parts].T, column_blocks),
    )


def _each(labels: tuple[str, ...]) -> Side:
    count = len(labels)
    return Side(block=np.arange(count), sizes=np.ones(count, dtype=np.intp), labels=dict(enumerate(labels)))


def _grouped(labels: tuple[str, ...], loadings: NDArray[np.float64], blocks: int) -> Side:
    """Put lines into blocks by dominant component; a block is labelled by its line with the largest loading."""
    if blocks == len(labels):
        return _each(labels)
    order, block = by_component(loadings, blocks)
    firsts = order[np.searchsorted(block[order], np.arange(blocks))]
    return Side(
        block=block,
        sizes=np.bincount(block, minlength=blocks),
        labels={place: labels[line] for place, line in enumerate(firsts)},
    )


def _lines(side: Side) -> dict[str, Any]:
    """Return the labels of a side's blocks as shown, and how many lines each block stands for."""
    labels = [shown.label(side.labels[place]) for place in range(len(side.sizes))]
    return {"labels": labels, "sizes": side.sizes.tolist()} if side.sizes.max() > 1 else {"labels": labels}
