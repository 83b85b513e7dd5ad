"""Independent streams of random numbers, each named by what it is for; hashes of places, and rows drawn by them."""

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.errors import InputError

CHUNK = 1_000_000
_STEP, _MIX_1, _MIX_2 = (np.uint64(number) for number in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


def stream(seed: int, purpose: str, *numbers: int) -> np.random.Generator:
    """Return a generator that depends on these alone: adding a count, a fold or a restart changes no other stream.

    >>> stream(0, "restart", 3, 1).random() == stream(0, "restart", 3, 1).random()
    True
    >>> stream(0, "restart", 3, 1).random() == stream(0, "restart", 3, 2).random()
    False
    """
    return np.random.default_rng(_sequence(seed, purpose, numbers))


def derived_seed(seed: int, purpose: str, *numbers: int) -> int:
    """Return the seed of the same stream, a whole number from 0 to 2³² − 1, for what takes a seed."""
    return int(_sequence(seed, purpose, numbers).generate_state(1)[0])


def cell_hash(seed: int, rows: NDArray[np.integer], columns: NDArray[np.integer]) -> NDArray[np.uint64]:
    """Return 64 well-mixed bits of (seed, row, column) for each cell, shape (cells,).

    Each is mixed in by the finalizer of SplitMix64 (Steele, Lea & Flood 2014), so that a cell's bits depend on
    nothing but its own place.

    >>> cells = np.array([0, 1]), np.array([5, 0])
    >>> cell_hash(0, *cells)[::-1].tolist() == cell_hash(0, cells[0][::-1], cells[1][::-1]).tolist()
    True
    """
    with np.errstate(over="ignore"):
        state = _mix(np.array([seed], dtype=np.uint64) + _STEP)
        state = _mix((state ^ rows.astype(np.uint64)) + _STEP)
        return _mix((state ^ columns.astype(np.uint64)) + _STEP)


def _sequence(seed: int, purpose: str, numbers: tuple[int, ...]) -> np.random.SeedSequence:
    return np.random.SeedSequence(seed, spawn_key=(zlib.crc32(purpose.encode()), *numbers))


def _mix(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    bits = (bits ^ (bits >> np.uint64(30))) * _MIX_1
    bits = (bits ^ (bits >> np.uint64(27))) * _MIX_2
    return bits ^ (bits >> np.uint64(31))


@dataclass(frozen=True, eq=False, kw_only=True)
class Draw:
    """Rows of a table that were drawn, where it is too large to be in memory as a whole.

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
    parts = []
    for start in range(0, row_count, CHUNK):
        rows = np.arange(start, min(start + CHUNK, row_count))
        parts.append(rows[cell_hash(key, rows, np.zeros_like(rows)) < limit])
    rows = np.concatenate(parts)
    if not len(rows):
        raise InputError(
            f"draws none of {row_count:,} rows with {cell_count:,} cells; found {most_cells}; give a larger number",
            parameter="most_cells",
            block="",
        )
    return Draw(rows=rows, row_count=row_count)
