"""`layout: table`: row labels × column labels."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
from numpy.typing import NDArray

from ratings_nmf.artifacts.raw.faults import bad_places, check_some, check_zeros, listing, numbers, refuse_cells
from ratings_nmf.artifacts.raw.files import Delimited, opening
from ratings_nmf.errors import InputError
from ratings_nmf.table import RatingsTable, Zeros, from_dense


@dataclass(frozen=True)
class _Fields:
    """A table before its numbers are read: labels, and an array of texts or numbers for each column."""

    row_labels: tuple[str, ...]
    column_labels: tuple[str, ...]
    columns: list[Any]


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
    with opening(path):
        fields = _read_parquet(path) if path.suffix == ".parquet" else _read_csv(path, separator)
    _check_labels(path, "row", fields.row_labels)
    _check_labels(path, "column", fields.column_labels)
    cells = _cells(path, fields, zeros)
    zeros = check_zeros(path, int(np.sum(~(cells > 0))), zeros)
    check_some(path, int(np.sum(cells > 0)))
    return from_dense(cells, row_labels=fields.row_labels, column_labels=fields.column_labels, zeros=zeros)


def _read_csv(path: Path, separator: str | None) -> _Fields:
    file = Delimited(path, separator)
    types = dict.fromkeys(range(len(file.first)), pa.string())
    batches = zip(*file.batches(types, skip_first=True), strict=True)
    columns = [pa.concat_arrays(column) for column in batches]
    _check_size(path, len(columns[0]), len(columns) - 1)
    labels, *cells = columns
    return _Fields(tuple(labels.to_pylist()), tuple(file.first[1:]), cells)


def _read_parquet(path: Path) -> _Fields:
    table = pyarrow.parquet.read_table(path)
    _check_size(path, table.num_rows, table.num_columns - 1)
    index = (table.schema.pandas_metadata or {}).get("index_columns", [])
    label_column = next((name for name in index if isinstance(name, str)), table.column_names[0])
    labels = table.column(label_column).cast(pa.string()).fill_null("").to_pylist()
    cells = table.drop_columns([label_column])
    return _Fields(tuple(labels), tuple(cells.column_names), [column.combine_chunks() for column in cells.columns])


def _check_size(path: Path, rows: int, columns: int) -> None:
    if rows < 1 or columns < 1:
        raise InputError(
            f"{path}: found {rows} rows and {max(columns, 0)} columns besides the labels; "
            "expected at least one of each: a line of column labels, then a line for each row"
        )


def _check_labels(path: Path, side: str, labels: tuple[str, ...]) -> None:
    seen: dict[str, int] = {}
    wrong = []
    for position, label in enumerate(labels, start=1):
        first = seen.setdefault(label, position)
        if not label.strip():
            wrong.append(f"{side} {position} has no label")
        elif first != position:
            wrong.append(f"{side} label {label!r} stands at {side}s {first} and {position}")
    if wrong:
        raise InputError(f"{path}: {listing(wrong)}; every {side} needs a label of its own")


def _cells(path: Path, fields: _Fields, zeros: Zeros | None) -> NDArray[np.float64]:
    """Return the cells, shape (rows, columns), NaN where blank; refuse all bad ones in one message."""
    cells = np.empty((len(fields.row_labels), len(fields.column_labels)))
    bad = []
    for position, column in enumerate(fields.columns):
        cells[:, position], blank = numbers(column)
        bad += [(row, position) for row in bad_places(cells[:, position], blank, zeros)]
    if bad:
        refuse_cells(
            path,
            [
                (fields.row_labels[row], fields.column_labels[column], fields.columns[column][row].as_py())
                for row, column in sorted(bad)
            ],
        )
    return cells
