"""What the page's heatmap shows of a table: every cell up to `CELLS`, means over blocks above."""

import math
from typing import Any

import numpy as np

from ratings_nmf.core.table import RatingsTable
from ratings_nmf.core.words import label
from ratings_nmf.figures.arrangement import (
    Arrangement,
    Matrix,
    by_component,
    correlation_means,
    one_by_one,
    residual_means,
    table_means,
)
from ratings_nmf.model.factors import Factors

CELLS = 40_000
SIDE = 200
"""Most blocks of a side whose partner is long, too."""


def matrices(table: RatingsTable, factors: Factors) -> dict[str, Any]:
    """Return values, W, H, labels and sizes for the page's script, which multiplies W and H itself.

    Where not every cell counts, a block's residual is a mean over its rated cells and not what its mean value and
    mean prediction differ by, so the residuals are given, too.
    """
    rows, columns = _sides(table, factors)
    aggregated = (len(rows.sizes), len(columns.sizes)) != table.shape
    content: dict[str, Any] = {
        "aggregated": aggregated,
        "components": list(factors.components),
        "parts": factors.parts,
        "rows": _lines(rows),
        "columns": _lines(columns),
        "values": compact(table_means(table, rows, columns).tolist()),
        "W": compact(rows.means(factors.W).tolist()),
        "H": compact(columns.means(factors.H.T).T.tolist()),
        "unknown": not table.weight,
    }
    if aggregated and not table.weight:
        content["residuals"] = compact(residual_means(table, factors, rows, columns).tolist(), 4)
    if len(rows.sizes) <= SIDE:
        content["correlation"] = [
            [None if np.isnan(value) else round(value, 2) for value in line]
            for line in correlation_means(factors, rows).tolist()
        ]
    return content


def grouping(shape: tuple[int, int], data: dict[str, Any]) -> str:
    """Say what was put into blocks, where a table is too large to show cell by cell; else nothing."""
    if not data["aggregated"]:
        return ""
    sides = [
        f"{lines:,} {name} in {len(data[name]['labels']):,} blocks" if "sizes" in data[name] else f"{lines:,} {name}"
        for name, lines in zip(("rows", "columns"), shape, strict=True)
    ]
    return (
        f"It is too large to show cell by cell: {' and '.join(sides)}, ordered by the component they hold most of. "
        "A block shows the mean of its cells and the label of the line that holds most."
    )


def compact(value: Any, digits: int = 6) -> Any:
    """Round every number of nested lists for the page's data; what is not finite becomes None.

    >>> compact([[1.0, 0.1 + 0.2], [float("nan"), 2.5]])
    [[1, 0.3], [None, 2.5]]
    """
    if isinstance(value, list):
        return [compact(part, digits) for part in value]
    if not math.isfinite(value):
        return None
    rounded = float(f"{value:.{digits}g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded


def _sides(table: RatingsTable, factors: Factors) -> tuple[Arrangement, Arrangement]:
    """Return rows and columns, put into blocks where the table has more than `CELLS` cells."""
    rows, columns = table.shape
    if rows * columns <= CELLS:
        return one_by_one(table.row_labels), one_by_one(table.column_labels)
    row_blocks = min(rows, max(SIDE, CELLS // columns))
    column_blocks = min(columns, CELLS // row_blocks)
    return (
        _grouped(table.row_labels, factors.W[:, : factors.parts], row_blocks),
        _grouped(table.column_labels, factors.H[: factors.parts].T, column_blocks),
    )


def _grouped(labels: tuple[str, ...], loadings: Matrix, blocks: int) -> Arrangement:
    """Put lines into blocks by dominant component; a block is labelled by its line with the largest loading."""
    if blocks == len(labels):
        return one_by_one(labels)
    order, block = by_component(loadings, blocks)
    firsts = order[np.searchsorted(block[order], np.arange(blocks))]
    return Arrangement(
        block=block,
        sizes=np.bincount(block, minlength=blocks),
        labels={place: labels[line] for place, line in enumerate(firsts)},
    )


def _lines(side: Arrangement) -> dict[str, Any]:
    """Return the labels of a side's blocks as shown, and how many lines each block stands for."""
    labels = [label(side.labels[place]) for place in range(len(side.sizes))]
    return {"labels": labels, "sizes": side.sizes.tolist()} if side.sizes.max() > 1 else {"labels": labels}
