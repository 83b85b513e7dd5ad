"""`layout: triples`: one cell a line, as row label, column label and value."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet
from numpy.typing import NDArray

from ratings_nmf.artifacts.arrow import to_numpy
from ratings_nmf.artifacts.raw.faults import bad_places, check_some, check_zeros, listing, numbers, refuse_cells
from ratings_nmf.artifacts.raw.files import Delimited, opening
from ratings_nmf.errors import InputError
from ratings_nmf.table import RatingsTable, Zeros

Duplicates = Literal["last", "mean", "sum"]

Coded = tuple[tuple[str, ...], NDArray[np.int32]]

LABEL = pa.dictionary(pa.int32(), pa.string())

LINES = 1_000_000
"""Lines of a Parquet file that are read at a time."""


def read_triples(
    path: Path,
    *,
    zeros: Zeros | None,
    separator: str | None,
    columns: list[str | int] | None,
    duplicates: Duplicates | None,
) -> RatingsTable:
    """Read cells given one a line; rows and columns keep the order in which their labels first appear.

    Parameters
    ----------
    path
        CSV (`.gz` is decompressed) or Parquet (`.parquet`).
    zeros
        What 0, blank and absent mean; None is enough where there are no such cells.
    separator
        The CSV's separator; None finds it out among comma, semicolon and tab.
    columns
        Names of the columns that hold row label, column label and value, or their numbers from 1 in a file without
        a header; None takes the first three of a file with a header. Other columns are ignored.
    duplicates
        What to make of several lines for one cell; None refuses them. Under ``zeros: missing``, lines whose value
        is 0 or blank are left out before.

    Raises
    ------
    InputError
        If the file is missing, empty or ragged, a named column is not there, a label is blank, a value is not a
        finite number of 0 or more, a cell stands twice, every cell is 0, or the meaning of zeros was not said.
    """
    (row_labels, rows), (column_labels, column_places), values = read_cells(
        path, zeros=zeros, separator=separator, columns=columns
    )
    if zeros != "observed":
        rated = values > 0
        rows, column_places, values = rows[rated], column_places[rated], values[rated]
    rows, column_places, values = _sorted(path, (row_labels, column_labels), (rows, column_places, values), duplicates)
    stored = values > 0
    size = len(row_labels) * len(column_labels)
    zeros = check_zeros(path, size - int(np.sum(stored)), zeros)
    check_some(path, int(np.sum(stored)))
    return RatingsTable(
        row_labels=row_labels,
        column_labels=column_labels,
        rows=rows[stored],
        columns=column_places[stored],
        values=values[stored],
        zeros=zeros,
    )


def read_cells(
    path: Path, *, zeros: Zeros | None, separator: str | None, columns: list[str | int] | None
) -> tuple[Coded, Coded, NDArray[np.float64]]:
    """Read cells given one a line, as they are: labels and each line's place in them, by rows and by columns; values.

    Parameters and errors are those of `read_triples`, which makes a table of them; a blank value is NaN.
    """
    rows, column_labels, values, bad = [], [], [], []
    with opening(path):
        read = _read_parquet(path, columns) if path.suffix == ".parquet" else _read_csv(path, separator, columns)
        for row, column, value in read:
            found, blank = numbers(value)
            bad += [(row[i], column[i], value[i]) for i in bad_places(found, blank, zeros).tolist()]
            rows.append(row)
            column_labels.append(column)
            values.append(found)
    sides = _encoded(path, "row", rows), _encoded(path, "column", column_labels)
    if bad:
        refuse_cells(path, [(row.as_py(), column.as_py(), value.as_py()) for row, column, value in bad])
    return *sides, np.concatenate(values)


def _read_csv(path: Path, separator: str | None, columns: list[str | int] | None) -> Iterator[list[Any]]:
    file = Delimited(path, separator)
    positions = _positions(path, file.first, columns)
    has_header = not (columns and isinstance(columns[0], int))
    first_value = file.first[positions[2]]
    if has_header and _is_number(first_value):
        raise InputError(
            f"{path}: line 1: {first_value!r} is a number where the name of the value column was expected; "
            "a file without a header needs numbered columns: `columns: [1, 2, 3]`"
        )
    if not has_header and first_value.strip() and not _is_number(first_value):
        raise InputError(
            f"{path}: line 1: {first_value!r} is not a number; numbered columns are for a file without a header; "
            f"name them: `columns: [{', '.join(file.first[position] for position in positions)}]`"
        )
    types = dict(zip(positions, (LABEL, LABEL, pa.float64()), strict=True))
    return file.batches(types, skip_first=has_header)


def _read_parquet(path: Path, columns: list[str | int] | None) -> Iterator[list[Any]]:
    with pyarrow.parquet.ParquetFile(path) as file:
        names = file.schema_arrow.names
        chosen = [names[position] for position in _positions(path, names, columns)]
        for batch in file.iter_batches(columns=chosen, batch_size=LINES):
            labels = [batch.column(name).cast(pa.string()).fill_null("").dictionary_encode() for name in chosen[:2]]
            yield [*labels, batch.column(chosen[2])]


def _is_number(text: str) -> bool:
    return bool(np.isfinite(numbers(pa.array([text]))[0][0]))


def _positions(path: Path, names: list[str], columns: list[str | int] | None) -> list[int]:
    """Return the positions (from 0) of the columns that hold row label, column label and value."""
    chosen = columns or [1, 2, 3]
    if len(names) < 3:
        raise InputError(f"{path}: found {len(names)} columns; expected at least three: row label, column label, value")
    if missing := [
        str(name) for name in chosen if name not in (names if isinstance(name, str) else _numbers_of(names))
    ]:
        raise InputError(
            f"{path}: no column {', '.join(missing)}; found {', '.join(names)}; mend `columns` in params.yaml"
        )
    return [names.index(name) if isinstance(name, str) else name - 1 for name in chosen]


def _numbers_of(names: list[str]) -> range:
    return range(1, len(names) + 1)


def _encoded(path: Path, side: str, batches: list[Any]) -> Coded:
    """Return the labels of dictionary-encoded batches, in order of appearance, and each line's position in them."""
    column = pa.chunked_array(batches, LABEL).unify_dictionaries()
    labels = tuple(column.chunk(0).dictionary.to_pylist()) if column.num_chunks else ()
    if not labels:
        raise InputError(f"{path}: no line below the header; expected a cell a line: row label, column label, value")
    places = pa.chunked_array([chunk.indices for chunk in column.chunks])
    blank = [place for place, label in enumerate(labels) if not label.strip()]
    if blank or places.null_count:
        unlabelled = np.flatnonzero(np.isin(to_numpy(places.fill_null(-1)), [*blank, -1]))
        raise InputError(
            f"{path}: {len(unlabelled):,} cells have no {side} label, the first of them cell {unlabelled[0] + 1}"
        )
    return labels, to_numpy(places)


def _sorted(
    path: Path,
    labels: tuple[tuple[str, ...], tuple[str, ...]],
    cells: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]],
    duplicates: Duplicates | None,
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
    """Return the cells sorted by row, then column, one for each pair."""
    rows, columns, values = cells
    keys = rows.astype(np.int64) * len(labels[1]) + columns
    order = np.argsort(keys)
    starts_new = keys[order[1:]] != keys[order[:-1]]
    if starts_new.all():
        return rows[order], columns[order], values[order]
    first = np.flatnonzero(np.concatenate([[True], starts_new]))
    counts = np.diff(first, append=len(keys))
    if duplicates is None:
        faults = [
            f"row {labels[0][rows[cell]]!r}, column {labels[1][columns[cell]]!r} stands {count} times"
            for cell, count in zip(order[first], counts, strict=True)
            if count > 1
        ]
        raise InputError(f"{path}: {listing(faults)}; say what to make of them: `duplicates: last`, `mean` or `sum`")
    order = np.argsort(keys, kind="stable")
    if duplicates == "last":
        combined = values[order][first + counts - 1]
    else:
        combined = np.add.reduceat(values[order], first)
        if duplicates == "mean":
            combined /= counts
    return rows[order][first], columns[order][first], combined
