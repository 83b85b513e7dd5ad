"""Parquet files of cells and loadings, with settings that give the same bytes for the same numbers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
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
    with appending(path) as append:
        append(columns, labels)


@contextmanager
def appending(path: Path) -> Iterator[Callable[..., None]]:
    """Yield a function that takes columns and labels as `write_columns` does and adds lines each time."""
    with ExitStack() as stack:
        writer: Any = None

        def append(
            columns: Mapping[str, NDArray[Any]], labels: Mapping[str, Sequence[str]] = MappingProxyType({})
        ) -> None:
            nonlocal writer
            texts = [pa.array(column, pa.string()) for column in labels.values()]
            table = pa.Table.from_arrays([*texts, *map(to_arrow, columns.values())], names=[*labels, *columns])
            if writer is None:
                writer = stack.enter_context(
                    pyarrow.parquet.ParquetWriter(path, table.schema, store_schema=False, compression="zstd")
                )
            writer.write_table(table)

        yield append


def read_columns(path: Path, names: Sequence[str] | None = None) -> dict[str, NDArray[Any]]:
    """Return columns of numbers that `write_columns` wrote, all of them or those named."""
    with pyarrow.parquet.ParquetFile(path) as opened:
        return _numbers(opened.read(names))


def iterate_columns(path: Path, names: Sequence[str] | None = None) -> Iterator[dict[str, NDArray[Any]]]:
    """Give columns as `read_columns` returns them, a row group of the file at a time."""
    with pyarrow.parquet.ParquetFile(path) as opened:
        for group in range(opened.num_row_groups):
            yield _numbers(opened.read_row_group(group, names))


def column_names(path: Path) -> list[str]:
    """Return the names of the columns of a file."""
    with pyarrow.parquet.ParquetFile(path) as opened:
        return list(opened.schema_arrow.names)


def _numbers(table: Any) -> dict[str, NDArray[Any]]:
    return {name: to_numpy(table.column(name)) for name in table.column_names}
