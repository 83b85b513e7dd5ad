"""What is drawn of one side of a table: the order of its lines, the blocks they form and the labels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.figures.glyphs import drawable

ANNOTATE = 400
"""Cells up to which a table's numbers are written."""

LABEL_ALL = 60
BLOCKS = 300
LABELS = 36
"""Most labels of a side whose lines are not all labelled."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """The rows or the columns of a heatmap.

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

    def means(self, lines: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the mean over each block, shape (blocks, n), of values by line, shape (lines, n)."""
        totals = [np.bincount(self.block, weights=column, minlength=len(self.sizes)) for column in lines.T]
        return np.array(totals).reshape(lines.shape[1], -1).T / self.sizes[:, None]


def arrange(labels: Sequence[str], loadings: NDArray[np.float64], *, kind: str) -> Side:
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
        return Side(
            block=np.arange(count),
            sizes=np.ones(count, dtype=np.intp),
            labels={position: drawable(label) for position, label in enumerate(labels)},
        )
    blocks = min(count, BLOCKS)
    order, block = by_component(loadings, blocks)
    chosen = _spread(order, loadings.argmax(axis=1), block)
    grouped = f"{count:,} {kind} in {blocks} blocks" if blocks < count else f"{count:,} {kind}"
    return Side(
        block=block,
        sizes=np.bincount(block, minlength=blocks),
        labels={int(block[line]): drawable(labels[line]) for line in chosen},
        caption=f"{grouped} by dominant component, {len(chosen)} labelled",
    )


def by_component(loadings: NDArray[np.float64], blocks: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Order lines by dominant component, then by falling loading, and put neighbours into blocks.

    Returns
    -------
    order, block
        The lines in that order, and for each line, in the table's order, its block, both of shape (lines,). The
        first of a block's lines has the largest loading of those of its component.

    >>> by_component(np.array([[0.0, 1.0], [5.0, 0.0], [0.0, 3.0], [4.0, 0.0]]), 2)
    (array([1, 3, 2, 0]), array([1, 0, 1, 0]))
    """
    order = np.lexsort((-loadings.max(axis=1), loadings.argmax(axis=1)))
    block = np.empty(len(order), dtype=np.intp)
    block[order] = np.arange(len(order)) * blocks // len(order)
    return order, block


def _spread(order: NDArray[np.intp], dominant: NDArray[np.intp], block: NDArray[np.intp]) -> list[int]:
    """Choose lines to label: the largest loading of every component first, then the next, where there is room."""
    place = np.arange(len(order)) - np.searchsorted(dominant[order], dominant[order])
    gap = -(-(int(block.max()) + 1) // LABELS)
    chosen: list[int] = []
    taken: list[int] = []
    for line in order[np.lexsort((dominant[order], place))][: BLOCKS * 4]:
        if all(abs(int(block[line]) - other) >= gap for other in taken):
            chosen.append(int(line))
            taken.append(int(block[line]))
    return chosen
