"""What the page's heatmap shows of a table: every cell up to `CELLS`, means over blocks above."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.table import RatingsTable, Side
from ratings_nmf.core.words import label
from ratings_nmf.figures.arrangement import (
    Arrangement,
    Matrix,
    by_component,
    correlation_parts,
    one_by_one,
    residual_means,
    table_means,
)
from ratings_nmf.figures.scales import kinds
from ratings_nmf.files.lists import BOUNDS
from ratings_nmf.model.factors import Factors
from ratings_nmf.model.samples import SampledFactors
from ratings_nmf.page.codes import compact, integers, numbers
from ratings_nmf.recommend.recommendations import Recommendations
from ratings_nmf.survey.consensus import Consensus, block_means

CELLS = 40_000
SIDE = 200
"""Most blocks of a side whose partner is long, too."""

GIVEN = 100_000
"""Most numbers of what components give cells: mean products of draws, which are not the products of means."""

GROUPS = 120
"""Most lines of the consensus matrix."""

Order = NDArray[np.intp]


def sides_of(table: RatingsTable, factors: Factors) -> tuple[tuple[Arrangement, Order], tuple[Arrangement, Order]]:
    """Return how rows and columns are arranged, in blocks where the table has more than `CELLS` cells.

    Each side comes with its lines in the order in which they are shown, shape (lines,): block after block.
    """
    rows, columns = table.shape
    if rows * columns <= CELLS:
        return tuple((one_by_one(labels), np.arange(len(labels))) for labels in (table.row_labels, table.column_labels))  # type: ignore[return-value]
    row_blocks = min(rows, max(SIDE, CELLS // columns))
    column_blocks = min(columns, CELLS // row_blocks)
    return (
        _grouped(table.row_labels, factors.W[:, : factors.parts], row_blocks),
        _grouped(table.column_labels, factors.H[: factors.parts].T, column_blocks),
    )


def matrices(table: RatingsTable, factors: Factors) -> dict[str, Any]:
    """Return values, W, H, labels and sizes for the page's script, which multiplies W and H (of blocks, to 4 digits).

    Where not every cell counts, a block's residual is a mean over its rated cells and not what its mean value and
    mean prediction differ by, so the residuals are given, too. How alike rows are is given as `correlation_parts`, of
    more than `SIDE` of them for blocks of their own. Of draws ``predicted`` is given, since W @ H of their means is not
    the prediction, ``low`` and ``high``, between which 90 % of the values observed lie (of blocks to two digits, which
    may take one byte), and where cells are single up to `GIVEN` numbers ``gives``, what each component gives a cell.
    """
    (rows, row_order), (columns, column_order) = sides_of(table, factors)
    in_blocks = (len(rows.sizes), len(columns.sizes)) != table.shape
    digits = 4 if in_blocks else 6
    values, W, H = table_means(table, rows, columns), rows.means(factors.W), columns.means(factors.H.T).T
    content: dict[str, Any] = {
        "aggregated": in_blocks,
        "components": list(factors.components),
        "parts": factors.parts,
        "rows": _lines(rows, row_order, table.row_labels, table.draw.rows if table.draw else None),
        "columns": _lines(columns, column_order, table.column_labels),
        "values": numbers(values),
        "W": compact(W.tolist(), digits),
        "H": compact(H.tolist(), digits),
        "scales": kinds(table, factors),
        "unknown": not table.weight,
    }
    if in_blocks and not table.weight:
        content["residuals"] = numbers(residual_means(table, factors, rows, columns))
    if isinstance(factors, SampledFactors):
        for name, cells in zip(("predicted", "low", "high"), factors.reconstructions().values(), strict=True):
            means = rows.means(columns.means(cells.T).T)
            content[name] = numbers(np.array(compact(means.tolist(), 2 if in_blocks and name in BOUNDS else 6)))
        if not in_blocks and table.size * len(factors.components) <= GIVEN:
            places = np.indices(table.shape, np.int32).reshape(2, -1)
            content["gives"] = numbers(factors.samples.contributions(*places))
    few = rows if len(rows.sizes) <= SIDE else _grouped(table.row_labels, factors.W[:, : factors.parts], SIDE)[0]
    standard, gram = correlation_parts(factors, few)
    content["alike"] = {"standard": compact(standard.tolist(), digits), "gram": compact(gram.tolist())}
    if few is not rows:
        content["alike"] |= {"labels": [label(few.labels[block]) for block in range(SIDE)], "sizes": few.sizes.tolist()}
    return content


def grouping(shape: tuple[int, int], data: dict[str, Any]) -> str:
    """Say what was put into blocks, where a table is too large to show cell by cell; else nothing."""
    if not data["aggregated"]:
        return ""
    sides = [
        f"{lines:,} {name} in {len(data[name]['sizes']):,} blocks" if "sizes" in data[name] else f"{lines:,} {name}"
        for name, lines in zip(("rows", "columns"), shape, strict=True)
    ]
    known = "known cells (of what is predicted, of all its cells)" if data["unknown"] else "cells"
    return (
        f"It is too large to show cell by cell: {' and '.join(sides)}. Blocks stand in the order of the component that "
        f"their lines hold most of; one shows the mean of its {known} and the label of the line that holds most."
    )


def told_apart(labels: Sequence[str]) -> list[str]:
    """Number those of the labels that were given before: the address of the page holds a line's label.

    >>> told_apart(["a…z", "b", "a…z"])
    ['a…z', 'b', 'a…z (2)']
    """
    times: dict[str, int] = {}
    texts = []
    for text in labels:
        times[text] = times.get(text, 0) + 1
        texts.append(text if times[text] == 1 else f"{text} ({times[text]})")
    return texts


def consensus_blocks(consensus: Consensus, labels: tuple[str, ...]) -> dict[str, Any]:
    """Return a consensus matrix in the order of its tree, of up to `GROUPS` lines: blocks of neighbours above."""
    starts = np.arange(0, len(consensus.sizes), -(-len(consensus.sizes) // GROUPS))
    means, sizes = block_means(consensus.matrix, consensus.sizes, starts)
    return {
        "labels": [label(labels[column]) for column in consensus.columns[starts].tolist()],
        "values": numbers(means),
        **({"sizes": sizes.tolist()} if sizes.max() > 1 else {}),
    }


def lines(table: RatingsTable, factors: Factors) -> dict[str, Any]:
    """Return the loadings of every row and every column, in the order in which they are shown."""
    (_, row_order), (_, column_order) = sides_of(table, factors)
    return {
        "rows": [numbers(column, 4) for column in factors.W[row_order].T],
        "columns": [numbers(row, 4) for row in factors.H[:, column_order]],
    }


def cells(table: RatingsTable, factors: Factors) -> dict[str, Any]:
    """Return the stored cells, row after row as shown: how many each row has, and their columns and values.

    Of a table of which most cells are stored every cell is given, without the columns.
    """
    (_, row_order), (_, column_order) = sides_of(table, factors)
    if table.fits_dense and 2 * len(table.values) > table.size:
        return {"values": numbers(table.dense()[np.ix_(row_order, column_order)])}
    row, column = np.argsort(row_order)[table.rows], np.argsort(column_order)[table.columns]
    order = np.lexsort((column, row))
    return {
        "lengths": integers(np.bincount(row, minlength=table.shape[0])),
        "columns": integers(column[order]),
        "values": numbers(table.values[order]),
    }


def lists(table: RatingsTable, factors: Factors, recommendations: Recommendations, *, to: Side) -> dict[str, Any]:
    """Return the recommendations, receiver after receiver as shown, each best first.

    ``lengths`` has the length of each list; ``parts``, what they ``gives`` and ``known`` items, three a line, are those
    of the reason, numbered from 1, 0 for none; the level is what they, ``rest`` and ``beyond`` leave of the prediction.
    ``low`` and ``high`` are there where the solver tells them.
    """
    orders = [order for _, order in sides_of(table, factors)]
    receivers, items = (np.argsort(order) for order in (orders if to == "rows" else orders[::-1]))
    place = receivers[recommendations.receivers]
    order = np.lexsort((recommendations.ranks, place))
    return {
        "lengths": integers(np.bincount(place, minlength=len(receivers))),
        "items": integers(items[recommendations.items[order]]),
        "predicted": numbers(recommendations.predicted[order], 4),
        **{name: numbers(ends[order], 4) for name, ends in zip(BOUNDS, recommendations.interval.T, strict=False)},
        "parts": integers(recommendations.parts[order] + 1),
        "gives": numbers(recommendations.gives[order]),
        "rest": numbers(recommendations.rests[order]),
        "beyond": numbers(recommendations.beyond[order]),
        "known": integers(np.append(items, -1)[recommendations.telling[order]] + 1),
    }


def _grouped(labels: tuple[str, ...], loadings: Matrix, blocks: int) -> tuple[Arrangement, Order]:
    """Put lines into blocks by dominant component; a block is labelled by its line with the largest loading."""
    if blocks == len(labels):
        return one_by_one(labels), np.arange(len(labels))
    order, block = by_component(loadings, blocks)
    firsts = order[np.searchsorted(block[order], np.arange(blocks))]
    side = Arrangement(
        block=block,
        sizes=np.bincount(block, minlength=blocks),
        labels={place: labels[line] for place, line in enumerate(firsts)},
    )
    return side, order


def _lines(
    side: Arrangement, order: Order, labels: tuple[str, ...], drawn: NDArray[np.int64] | None = None
) -> dict[str, Any]:
    """Return labels of a side's lines, in their order, sizes of blocks, and places in the files where others."""
    places = order if drawn is None else drawn[order]
    return {
        "labels": told_apart([label(labels[line]) for line in order.tolist()]),
        **({"sizes": side.sizes.tolist()} if side.sizes.max() > 1 else {}),
        **({"places": integers(places)} if (places != np.arange(len(places))).any() else {}),
    }
