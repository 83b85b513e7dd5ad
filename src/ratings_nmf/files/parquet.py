"""Parquet files of cells and loadings, with settings that give the same bytes for the same numbers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.parquet
from numpy.typing import NDArray

from ratings_nmf.files.arrow import to_arrow, to_numpy


def write_columns(
    path: Path, columns: Mapping[str, NDArray[Any]], *, labels: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> None:
    """Write texts, then arrays of numbers, of the same length, as named columns."""
    texts = [pa.array(column, pa.string()) for column in labels.values()]
    table = pa.Table.from_arrays([*texts, *map(to_arrow, columns.values())], names=[*labels, *columns])
    pyarrow.parquet.write_table(table, path, store_schema=False, compression="zstd")


def read_columns(path: Path, names: Sequence[str] | None = None) -> dict[str, NDArray[Any]]:
    """Return columns of numbers that `write_columns` wrote, those of a folder's files one below the other by name."""
    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    tables = []
    for file in files:
        with pyarrow.parquet.ParquetFile(file) as opened:
            tables.append(opened.read(names))
    table = pa.concat_tables(tables)
    return {name: to_numpy(table.column(name)) for name in table.column_names}


def column_names(path: Path) -> list[str]:
    """Return the names of the columns of a file, or of a folder's files."""
    file = min(path.glob("*.parquet")) if path.is_dir() else path
    with pyarrow.parquet.ParquetFile(file) as opened:
        return list(opened.schema_arrow.names)
