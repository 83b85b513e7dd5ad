"""`layout: triples`: one cell a line, as row label, column label and value."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet
from numpy.typing import NDArray

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.table import RatingsTable, Zeros
from ratings_nmf.files.columns import to_mask
from ratings_nmf.raw.batches import LABEL, Batch, Coded, Duplicates, joined, table_of
from ratings_nmf.raw.delimited import Delimited, opening
from ratings_nmf.raw.faults import bad_places, check_some, check_zeros, numbers, refuse_cells, refuse_repeated

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
    table, repeated = table_of(
        (row_labels, column_labels), (rows, column_places, values), zeros=zeros, duplicates=duplicates
    )
    if repeated:
        refuse_repeated(path, repeated)
    check_zeros(path, len(row_labels) * len(column_labels) - len(table.values), zeros)
    check_some(path, len(table.values))
    return table


def read_cells(
    path: Path, *, zeros: Zeros | None, separator: str | None, columns: list[str | int] | None
) -> tuple[Coded, Coded, NDArray[np.float64]]:
    """Read cells given one a line, as they are: labels and each line's place in them, by rows and by columns; values.

    Parameters and errors are those of `read_triples`, which makes a table of them; a blank value is NaN.
    """
    read = list(batches(path, zeros=zeros, separator=separator, columns=columns))
    with ThreadPoolExecutor() as pool:
        sides = [
            pool.submit(joined, side) for side in zip(*((batch.rows, batch.columns) for batch in read), strict=True)
        ]
        return sides[0].result(), sides[1].result(), np.concatenate([batch.values for batch in read])


def batches(
    path: Path, *, zeros: Zeros | None, separator: str | None, columns: list[str | int] | None
) -> Iterator[Batch]:
    """Give cells some lines at a time; parameters are those of `read_triples`.

    What is wrong with labels and values is said after the last batch, all in one go.

    Raises
    ------
    InputError
        If the file is missing, empty or ragged, a named column is not there, a label is blank, or a value is not a
        finite number of 0 or more.
    """
    count, bad = 0, []
    unlabelled: dict[str, list[int]] = {"row": [], "column": []}
    with opening(path):
        read = _read_parquet(path, columns) if path.suffix == ".parquet" else _read_csv(path, separator, columns)
        for row, column, value in read:
            found, blank = numbers(value)
            places = bad_places(found, blank, zeros).tolist()
            bad += [(row[place].as_py(), column[place].as_py(), value[place].as_py()) for place in places]
            for side, labels in zip(unlabelled, (row, column), strict=True):
                unlabelled[side] += (count + _unlabelled(labels)).tolist()
            count += len(found)
            yield Batch(rows=row, columns=column, values=found)
    if not count:
        raise InputError(f"{path}: no line below the header; expected a cell a line: row label, column label, value")
    for side, lines in unlabelled.items():
        if lines:
            raise InputError(
                f"{path}: {len(lines):,} cells have no {side} label, the first of them cell {lines[0] + 1}"
            )
    if bad:
        refuse_cells(path, bad)


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


def _unlabelled(labels: Any) -> NDArray[np.intp]:
    """Return which cells have a blank label."""
    blank = to_mask(pc.equal(pc.utf8_trim_whitespace(labels.dictionary), ""))
    return np.flatnonzero(blank[np.from_dlpack(labels.indices)]) if blank.any() else np.empty(0, dtype=np.intp)
