"""A raw file in the layout that params.yaml names, as cells some lines at a time or as a table."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.table import RatingsTable, Zeros
from ratings_nmf.files.columns import Coded, texts_to_arrow, to_arrow, to_coded, to_floats, to_mask
from ratings_nmf.raw.assembly import table_of
from ratings_nmf.raw.faults import check_labels, check_zeros, listing, refuse_cells, refuse_repeated
from ratings_nmf.raw.names import check_header, check_numbered_rows, positions
from ratings_nmf.raw.scan import LIMITS, Limits, lines, refuse_absent
from ratings_nmf.raw.source import Source, opened
from ratings_nmf.raw.splitting import Columns

LABEL = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True, eq=False, kw_only=True)
class Batch:
    """Some of a file's lines as cells, in their order.

    Attributes
    ----------
    rows, columns
        Labels of the cells, as Arrow arrays of type `LABEL`; a dictionary holds the labels of these lines in order of
        appearance, those without a cell too.
    values
        Shape (cells,); NaN where blank.
    """

    rows: Any
    columns: Any
    values: NDArray[np.float64]


def read_raw(path: Path, ingest: IngestParameters, *, zeros: Zeros | None, limits: Limits = LIMITS) -> RatingsTable:
    """Read a table of row labels × column labels, or cells given one a line.

    Rows and columns keep the order in which their labels first appear.

    Parameters
    ----------
    path
        CSV, gzipped, zipped or not, or Parquet (`.parquet`).
    ingest
        How to read it.
    zeros
        What 0, blank and absent mean; None is enough where there are no such cells. Where it is ``missing`` they are
        left out before lines for one cell are combined.

    Raises
    ------
    InputError
        If the file cannot be read, is empty or ragged, a named column is not there, a label is blank or stands twice,
        a value is not a finite number of 0 or more, a cell stands twice and it was not said what to make of it, every
        cell is 0, or the meaning of zeros was not said.
    """
    (rows, row_labels), (columns, column_labels), values = read_cells(path, ingest, zeros=zeros, limits=limits)
    if zeros != "observed":
        rated = values > 0
        rows, columns, values = rows[rated], columns[rated], values[rated]
    table, repeated = table_of(
        (tuple(row_labels), tuple(column_labels)), (rows, columns, values), zeros=zeros, duplicates=ingest.duplicates
    )
    if repeated:
        refuse_repeated(path, repeated)
    check_zeros(path, table.size - len(table.values), zeros)
    if not len(table.values):
        raise InputError(f"{path}: every cell is 0 or blank; at least one must be above 0")
    return table


def read_cells(
    path: Path, ingest: IngestParameters, *, zeros: Zeros | None, limits: Limits = LIMITS
) -> tuple[Coded, Coded, NDArray[np.float64]]:
    """Read cells as they are: labels, coded, of rows and of columns; values, NaN where blank.

    Parameters and errors are those of `read_raw`, which makes a table of them.
    """
    read = list(batches(path, ingest, zeros=zeros, limits=limits))
    with ThreadPoolExecutor() as pool:
        parts = [batch.rows for batch in read], [batch.columns for batch in read]
        sides = list(pool.map(lambda arrays: to_coded(pa.chunked_array(arrays, LABEL)), parts))
    values = np.concatenate([batch.values for batch in read])
    for side, (_, labels) in zip(("row", "column"), sides, strict=True):
        check_labels(path, side, labels)
    return sides[0], sides[1], values


def batches(path: Path, ingest: IngestParameters, *, zeros: Zeros | None, limits: Limits) -> Iterator[Batch]:
    """Give the cells of a file of either layout some lines at a time, the same lines whenever it is asked.

    What is wrong with the file is said after the last batch at the latest, all in one go. Cells of a table that are 0
    or blank are left out.
    """
    with opened(path, ingest) as source:
        yield from (_table if ingest.layout == "table" else _triples)(source, ingest, zeros, limits)


def _triples(source: Source, ingest: IngestParameters, zeros: Zeros | None, limits: Limits) -> Iterator[Batch]:
    header = not (ingest.columns and isinstance(ingest.columns[0], int))
    places = positions(source, ingest.columns)
    if source.separator is not None:
        check_header(source, places, header=header)
    bad: list[tuple[str, str, str]] = []
    unlabelled: dict[str, list[int]] = {"row": [], "column": []}
    count = 0
    numbers: list[str] | None = [] if ingest.columns is None else None
    columns = Columns(labels=places[:2], values=places[2:], header=header)
    for sides, values, faults in lines(source, columns, ingest, zeros=zeros, limits=limits):
        row, column = (labels.dictionary_encode().cast(LABEL) for labels in sides)
        bad += [(row[at].as_py(), column[at].as_py(), faults[at].as_py()) for at in _places(faults)]
        for side, labels in zip(unlabelled, (row, column), strict=True):
            unlabelled[side] += (count + _unlabelled(labels)).tolist()
        if numbers is not None:
            numbers += row.dictionary.to_pylist()
            if len(numbers) < count + len(row) or numbers[:1] not in ([], ["0"]):
                numbers = None
        count += len(row)
        yield Batch(rows=row, columns=column, values=to_floats(values))
    if not count:
        raise InputError(
            f"{source.path}: no line below the header; expected a cell a line: row label, column label, value"
        )
    for side, cells in unlabelled.items():
        if cells:
            raise InputError(
                f"{source.path}: {len(cells):,} cells have no {side} label, the first of them cell {cells[0] + 1}"
            )
    if numbers is not None:
        check_numbered_rows(source.path, tuple(numbers), count, [source.names[place] for place in places])
    if bad:
        refuse_cells(source.path, bad, ingest)


def _table(source: Source, ingest: IngestParameters, zeros: Zeros | None, limits: Limits) -> Iterator[Batch]:
    label = source.index[0] if source.index else 0
    others = [place for place in range(len(source.names)) if place != label]
    refuse_absent(source.path, "columns", [label for label in ingest.skip.columns if label not in source.names])
    others = [place for place in others if source.names[place] not in ingest.skip.columns]
    names = [source.names[place].strip() if ingest.labels == "strip" else source.names[place] for place in others]
    if not others:
        raise InputError(f"{source.path}: found 0 columns besides the labels; expected at least one: a line of column "
                         "labels, then a line for each row")  # fmt: skip
    column_labels, labels = texts_to_arrow(names), []
    bad: list[tuple[str, str, str]] = []
    width = len(others)
    columns = Columns(labels=[label], values=others, header=True)
    for (row_labels,), values, faults in lines(source, columns, ingest, zeros=zeros, limits=limits):
        count = len(row_labels)
        places = sorted((at % count, at // count) for at in _places(faults))
        bad += [(row_labels[row].as_py(), names[place], faults[place * count + row].as_py()) for row, place in places]
        labels.append(row_labels)
        cells = to_floats(values).reshape(width, count).T
        rows, at = (part.astype(np.int32) for part in np.nonzero(cells > 0))
        yield Batch(
            rows=pa.DictionaryArray.from_arrays(to_arrow(rows), row_labels),
            columns=pa.DictionaryArray.from_arrays(to_arrow(at), column_labels),
            values=cells[rows, at],
        )
    if not sum(map(len, labels)):
        raise InputError(f"{source.path}: found 0 rows and {len(others)} columns besides the labels; expected at least "
                         "one of each: a line of column labels, then a line for each row")  # fmt: skip
    _check_unique(source.path, "row", pa.chunked_array(labels))
    _check_unique(source.path, "column", pa.chunked_array([column_labels]))
    if bad:
        refuse_cells(source.path, bad, ingest)


def _places(faults: Any) -> list[int]:
    """Return where there is a fault."""
    return [] if faults.null_count == len(faults) else np.flatnonzero(to_mask(faults.is_valid())).tolist()


def _check_unique(path: Path, side: str, labels: Any) -> None:
    blank = _blank(labels)
    if pc.count_distinct(labels).as_py() == len(labels) and not pc.any(blank).as_py():
        return
    first_places: dict[str, int] = {}
    wrong = []
    for position, label in enumerate(labels.to_pylist(), start=1):
        first = first_places.setdefault(label, position)
        if not label.strip():
            wrong.append(f"{side} {position} has no label")
        elif first != position:
            wrong.append(f"{side} label {label!r} stands at {side}s {first} and {position}")
    raise InputError(f"{path}: {listing(wrong)}; every {side} needs a label of its own")


def _unlabelled(labels: Any) -> NDArray[np.intp]:
    """Return which cells have a blank label."""
    blank = to_mask(_blank(labels.dictionary))
    return np.flatnonzero(blank[np.from_dlpack(labels.indices)]) if blank.any() else np.empty(0, dtype=np.intp)


def _blank(texts: Any) -> Any:
    """Return which texts of an Arrow array are blank; a comparison with a text of Python's would import pandas."""
    return pc.invert(pc.cast(pc.binary_length(pc.utf8_trim_whitespace(texts)), pa.bool_()))
