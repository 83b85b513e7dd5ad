"""Rows drawn by hash, which stand for all rows of a table that is too large to be in memory as a whole."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.streams import cell_hash, derived_seed

CHUNK = 1_000_000


@dataclass(frozen=True, eq=False, kw_only=True)
class Draw:
    """Rows of a table that were drawn.

    Attributes
    ----------
    rows
        Their positions among all rows, rising, shape (rows drawn,).
    row_count
        Number of all rows.
    """

    rows: NDArray[np.int64]
    row_count: int

    def places(self, rows: NDArray[np.integer]) -> NDArray[np.int32]:
        """Return the place of each row among those drawn, −1 where it is not one of them; same shape."""
        place = np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1)
        return np.where(self.rows[place] == rows, place, -1).astype(np.int32)

    def __str__(self) -> str:
        return f"drawn {len(self.rows):,} of {self.row_count:,} rows"


def draw_rows(row_count: int, cell_count: int, *, most_cells: int, seed: int) -> Draw | None:
    """Draw the share of the rows that holds about `most_cells` of a table's cells; None where all rows do.

    A row is drawn where the hash of seed and row is below the share: whether it is depends on no other row.

    Raises
    ------
    InputError
        If no row is drawn.

    >>> draw_rows(4, 100, most_cells=100, seed=0), str(draw_rows(1000, 100, most_cells=50, seed=0))
    (None, 'drawn 494 of 1,000 rows')
    """
    if cell_count <= most_cells:
        return None
    key, limit = derived_seed(seed, "rows drawn"), np.uint64(most_cells * 2**64 // cell_count)
    drawn = []
    for start in range(0, row_count, CHUNK):
        rows = np.arange(start, min(start + CHUNK, row_count))
        drawn.append(rows[cell_hash(key, rows, np.zeros_like(rows)) < limit])
    found = Draw(rows=np.concatenate(drawn), row_count=row_count)
    if not len(found.rows):
        raise InputError(
            f"draws none of {row_count:,} rows with {cell_count:,} cells; found {most_cells}; give a larger number",
            parameter="most_cells",
            block="",
        )
    return found
