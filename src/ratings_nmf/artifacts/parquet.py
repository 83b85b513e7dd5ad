"""Parquet files of cells, with settings that give the same bytes for the same cells."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
from numpy.typing import NDArray


def write_columns(path: Path, columns: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays of the same length as named columns."""
    pyarrow.parquet.write_table(pa.table(dict(columns)), path, store_schema=False, compression="zstd")


def read_columns(path: Path) -> dict[str, NDArray[Any]]:
    """Return the columns that `write_columns` wrote."""
    table = pyarrow.parquet.read_table(path)
    return {name: table.column(name).to_numpy() for name in table.column_names}
