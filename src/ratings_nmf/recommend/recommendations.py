"""Recommendations as arrays, apart from the search that finds them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.table import RatingsTable, Side


@dataclass(frozen=True, kw_only=True)
class Recommendations:
    """Lists of items, receiver by receiver, each best first.

    Attributes
    ----------
    receivers
        Position of the row (or column) that receives, shape (lines,), int32.
    ranks
        From 1 within a receiver, shape (lines,), int32.
    items
        Position of the column (or row) recommended, shape (lines,), int32.
    predicted
        The cell of W @ H, shape (lines,), with `Factors.reconstruction`'s bits.
    components
        The component that contributes most to it, shape (lines,), int32; the first of equal ones, −1 where the
        prediction is 0.
    shares
        Its contribution / predicted, shape (lines,); 0 where the prediction is 0.
    cold
        Which receivers have no known cell, shape (number of receivers,).
    item_count
        Number of items, recommended or not.
    top
        Length of a full list.
    """

    receivers: NDArray[np.int32]
    ranks: NDArray[np.int32]
    items: NDArray[np.int32]
    predicted: NDArray[np.float64]
    components: NDArray[np.int32]
    shares: NDArray[np.float64]
    cold: NDArray[np.bool_]
    item_count: int
    top: int


def sides(table: RatingsTable, *, to: Side) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the labels of the receivers and of the items."""
    labels = table.row_labels, table.column_labels
    return labels if to == "rows" else labels[::-1]
