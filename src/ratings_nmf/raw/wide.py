"""`layout: table`: row labels × column labels."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet
from numpy.typing import NDArray

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.table import RatingsTable, Zeros
from ratings_nmf.files.columns import to_arrow
from ratings_nmf.raw.batches import Batch, joined
from ratings_nmf.raw.delimited import Delimited, opening
from ratings_nmf.raw.faults import bad_places, check_some, check_zeros, listing, numbers, refuse_cells

CELLS = 10_000_000
"""Cells of a Parquet file that are read at a time."""

TOGETHER = 100_000
"""Cells of several columns that are parsed together."""


def read_table(path: Path, *, zeros: Zeros | None, separator: str | None) -> RatingsTable:
    """Read a table of row labels × column labels; the first column holds the row labels.

    Parameters
    ----------
    path
        CSV (`.gz` is decompressed) or Parquet (`.parquet`).
    zeros
        What 0 means; None is enough where the table holds neither a zero nor a blank cell.
    separator
        The CSV's separator; None finds it out.

    Raises
    ------
    InputError
        If the file is missing, empty or ragged, a label is blank or stands twice, a cell is not a finite number of
        0 or more, every cell is 0, or the meaning of its zeros was not said.
    """
    read = list(batches(path, zeros=zeros, separator=separator))
    row_labels, rows = joined(batch.rows for batch in read)
    column_labels, columns = joined(batch.columns for batch in read)
    zeros = check_zeros(path, len(row_labels) * len(column_labels) - len(rows), zeros)
    check_some(path, len(rows))
    return RatingsTable(
        row_labels=row_labels,
        column_labels=column_labels,
        rows=rows,
        columns=columns,
        values=np.concatenate([batch.values for batch in read]),
        zeros=zeros,
    )


def batches(path: Path, *, zeros: Zeros | None, separator: str | None) -> Iterator[Batch]:
    """Give the cells above 0 some lines at a time, sorted by row, then column; parameters are those of `read_table`.

    What is wrong with labels and values is said after the last batch, all in one go.

    Raises
    ------
    InputError
        If the file is missing, empty or ragged, a label is blank or stands twice, or a cell is not a finite number of
        0 or more.
    """
    labels, bad = [], []
    with opening(path):
        header, read = _read_parquet(path) if path.suffix == ".parquet" else _read_csv(path, separator)
        column_labels = pa.array(header, pa.string())
        for row_labels, *columns in read:
            cells, wrong = _cells(columns, len(row_labels), zeros)
            bad += [(row_labels[row].as_py(), header[at], columns[at][row].as_py()) for row, at in wrong]
            labels.append(row_labels)
            rows, places = (part.astype(np.int32) for part in np.nonzero(cells > 0))
            yield Batch(
                rows=pa.DictionaryArray.from_arrays(to_arrow(rows), row_labels),
                columns=pa.DictionaryArray.from_arrays(to_arrow(places), column_labels),
                values=cells[rows, places],
            )
    _check_size(path, sum(map(len, labels)), len(header))
    _check_labels(path, "row", pa.chunked_array(labels))
    _check_labels(path, "column", pa.chunked_array([column_labels]))
    if bad:
        refuse_cells(path, bad)


def _read_csv(path: Path, separator: str | None) -> tuple[list[str], Iterator[list[Any]]]:
    """Return the column labels, and the row labels and columns of some lines at a time."""
    file = Delimited(path, separator)
    types = dict.fromkeys(range(len(file.first)), pa.string())
    return file.first[1:], file.batches(types, skip_first=True)


def _read_parquet(path: Path) -> tuple[list[str], Iterator[list[Any]]]:
    with pyarrow.parquet.ParquetFile(path) as file:
        schema = file.schema_arrow
        _check_size(path, file.metadata.num_rows, len(schema.names) - 1)
    index = (schema.pandas_metadata or {}).get("index_columns", [])
    label_column = schema.names.index(next((name for name in index if isinstance(name, str)), schema.names[0]))
    others = [position for position in range(len(schema.names)) if position != label_column]

    def read() -> Iterator[list[Any]]:
        with pyarrow.parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=max(1, CELLS // len(schema.names))):
                labels = batch.column(label_column).cast(pa.string()).fill_null("")
                yield [labels, *map(batch.column, others)]

    return [schema.names[position] for position in others], read()


def _cells(columns: list[Any], lines: int, zeros: Zeros | None) -> tuple[NDArray[np.float64], list[tuple[int, int]]]:
    """Return the cells, shape (lines, columns), NaN where blank, and the line and column of each bad one."""
    cells = np.empty((len(columns), lines))
    bad: list[tuple[int, int]] = []
    # Short columns are parsed together: a table may have more of them than a batch has lines
    width = 1 + TOGETHER // max(1, lines)
    for _, group in groupby(range(len(columns)), key=lambda position: (position // width, columns[position].type)):
        some = list(group)
        found, blank = numbers(pa.concat_arrays([columns[position] for position in some]))
        cells[some] = found.reshape(len(some), lines)
        bad += [(place % lines, some[place // lines]) for place in bad_places(found, blank, zeros).tolist()]
    return cells.T, sorted(bad)


def _check_size(path: Path, rows: int, columns: int) -> None:
    if rows < 1 or columns < 1:
        raise InputError(
            f"{path}: found {rows} rows and {max(columns, 0)} columns besides the labels; "
            "expected at least one of each: a line of column labels, then a line for each row"
        )


def _check_labels(path: Path, side: str, labels: Any) -> None:
    blank = pc.equal(pc.utf8_trim_whitespace(labels), "")
    if pc.count_distinct(labels).as_py() == len(labels) and not pc.any(blank).as_py():
        return
    seen: dict[str, int] = {}
    wrong = []
    for position, label in enumerate(labels.to_pylist(), start=1):
        first = seen.setdefault(label, position)
        if not label.strip():
            wrong.append(f"{side} {position} has no label")
        elif first != position:
            wrong.append(f"{side} label {label!r} stands at {side}s {first} and {position}")
    raise InputError(f"{path}: {listing(wrong)}; every {side} needs a label of its own")
