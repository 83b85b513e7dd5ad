"""Which way a table goes under `solver: spark`: through this machine's memory, or through Spark alone."""

from ratings_nmf.core.table import DENSE_LIMIT
from ratings_nmf.files.loadings import CSV_LIMIT

LINES = 20_000_000
"""Rows and columns together above which recommend leaves factors and labels, then some 10 GB, to Spark."""


def fits_on_spark(solver: str, shape: tuple[int, int], n_components: int) -> bool:
    """Return whether fit leaves cells and factors to Spark: those that every solver's fit writes as Parquet."""
    rows, columns = shape
    return solver == "spark" and rows * columns > DENSE_LIMIT and (rows + columns) * n_components > CSV_LIMIT


def recommends_on_spark(solver: str, shape: tuple[int, int]) -> bool:
    """Return whether recommend leaves factors to Spark: those of more than `LINES`; below, one machine is faster."""
    return solver == "spark" and sum(shape) > LINES
