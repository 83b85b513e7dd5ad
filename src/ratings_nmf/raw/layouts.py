"""A raw file in the layout that params.yaml names."""

from collections.abc import Iterator
from pathlib import Path

from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.table import RatingsTable, Zeros
from ratings_nmf.raw import triples
from ratings_nmf.raw import wide as tables
from ratings_nmf.raw.batches import Batch


def read_raw(path: Path, source: IngestParameters, *, zeros: Zeros | None) -> RatingsTable:
    """Read a table of row labels × column labels, or of triples, as `read_table` and `read_triples` do."""
    if source.layout == "table":
        return tables.read_table(path, zeros=zeros, separator=source.separator)
    return triples.read_triples(
        path, zeros=zeros, separator=source.separator, columns=source.columns, duplicates=source.duplicates
    )


def batches(path: Path, source: IngestParameters, *, zeros: Zeros) -> Iterator[Batch]:
    """Give the cells of a file of either layout some lines at a time, the same lines whenever it is asked.

    What is wrong with the file is said after the last batch at the latest. Cells of a table that are 0 or blank are
    left out.
    """
    if source.layout == "table":
        return tables.batches(path, zeros=zeros, separator=source.separator)
    return triples.batches(path, zeros=zeros, separator=source.separator, columns=source.columns)
