"""Factor tables as the kernels take them."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ratings_nmf.solvers.kernels import LANES, gram
from ratings_nmf.solvers.threads import Run, alone

_GRAM_PARTS = 8
_SMALL = 2**14
"""Numbers of a table up to which handing its parts to threads would take longer than multiplying them."""


def pad(table: NDArray[Any], dtype: DTypeLike) -> NDArray[Any]:
    """Copy a (lines, components) table, with zeros up to multiples of 8 and at least one line of zeros."""
    n_lines, n_components = table.shape
    padded = np.zeros((_multiple(n_lines + 1), _multiple(n_components)), dtype)
    padded[:n_lines, :n_components] = table
    return padded


def _multiple(size: int) -> int:
    return -(-size // LANES) * LANES


def gram_of(table: NDArray[Any], run: Run) -> NDArray[Any]:
    """Return table.T @ table of a padded table, summed in a fixed number of parts."""
    n_lines, width = table.shape
    bounds = np.arange(_GRAM_PARTS + 1) * (n_lines // LANES) // _GRAM_PARTS * LANES
    sums = np.empty((_GRAM_PARTS, width, width), table.dtype)
    parts = [(part, part + 1) for part in range(_GRAM_PARTS)]
    tables = np.ascontiguousarray(table.T), table
    (alone if table.size <= _SMALL else run)(gram, parts, bounds, tables, np.arange(n_lines, dtype=np.int32), sums)
    return np.asarray(sums.cumsum(axis=0)[-1])
