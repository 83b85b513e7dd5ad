"""A raw table in the layout that params.yaml names."""

from pathlib import Path

from ratings_nmf.artifacts.raw.tables import read_table
from ratings_nmf.artifacts.raw.triples import read_triples
from ratings_nmf.params import Ingest
from ratings_nmf.table import RatingsTable, Zeros


def read_raw(path: Path, source: Ingest, *, zeros: Zeros | None) -> RatingsTable:
    """Read a table of row labels × column labels, or of triples, as `read_table` and `read_triples` do."""
    if source.layout == "table":
        return read_table(path, zeros=zeros, separator=source.separator)
    return read_triples(
        path, zeros=zeros, separator=source.separator, columns=source.columns, duplicates=source.duplicates
    )
