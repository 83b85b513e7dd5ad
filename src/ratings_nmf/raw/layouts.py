"""A raw file in the layout that params.yaml names, as cells some lines at a time or as a table."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.table import RatingsTable
from ratings_nmf.core.words import counted
from ratings_nmf.files.columns import texts_to_arrow, to_arrow, to_mask
from ratings_nmf.raw.commands import NUMBERED_ROWS, copied, filled, numbered, taken_back
from ratings_nmf.raw.faults import (
    DITTO,
    NUMBER,
    check_labels,
    check_zeros,
    keys,
    leaving_out,
    listing,
    quoted,
    refusal,
    refuse_repeated,
    skipping,
    tidy,
)
from ratings_nmf.raw.kinds import Kinds
from ratings_nmf.raw.names import check_header, check_not_triples, check_table, positions
from ratings_nmf.raw.scan import LIMITS, Limits, lines, refuse_absent
from ratings_nmf.raw.source import Columns, Source, opened
from ratings_nmf.raw.spool import Spool, table_of
from ratings_nmf.raw.unpacking import in_words

LABEL = pa.dictionary(pa.int32(), pa.string())


class Batch(NamedTuple):
    """Some of a file's lines as cells, in order: labels, values, NaN where blank, and what `Reading` says of them.

    Labels are Arrow arrays of type `LABEL`, whose dictionaries hold those of these lines in order of appearance, those
    without a cell too.
    """

    rows: Any
    columns: Any
    values: NDArray[np.float64]
    origin: str
    remarks: list[str]
    separator: str | None


class Reading(NamedTuple):
    """A table, the columns of the file that it comes from, in words, and how its values were read, if not plainly.

    And what separates the fields of the file, None for Parquet.
    """

    table: RatingsTable
    origin: str
    remarks: list[str]
    separator: str | None


def read_blocks(path: Path, ingest: IngestParameters, limits: Limits = LIMITS) -> Iterator[Reading]:
    """Read a table of row labels × column labels, or cells given one a line, some successive rows at a time.

    Each table has all labels, in the order in which they first appear, and the cells of its rows alone, so that memory
    has bounds. What is wrong with the cells is said after the last. The file is CSV, packed or not, or Parquet.

    Raises
    ------
    InputError
        If the file cannot be read, is empty or ragged, a named column is not there, a label is blank or stands twice,
        a value is not a finite number of 0 or more, a cell stands twice and it was not said what to make of it, every
        cell is 0, or the meaning of zeros was not said.
    """
    with spooled(path, ingest, limits) as (spool, last):
        labels = tuple(spool.rows), tuple(spool.columns)
        duplicate_cells, count_above = [], 0
        for cells in spool.blocks():
            table, more = table_of(labels, cells, ingest)
            duplicate_cells += more
            count_above += len(table.values)
            yield Reading(table, last.origin, last.remarks, last.separator)
    if duplicate_cells:
        refuse_repeated(path, duplicate_cells, ditto(path, ingest, duplicate_cells))
    check_zeros(path, len(labels[0]) * len(labels[1]) - count_above, ingest.zeros)
    if not count_above:
        raise nothing_left(path, ingest)


def ditto(
    path: Path, ingest: IngestParameters, cells: list[tuple[str, str, int]], *, side: str | None = None
) -> str | None:
    """Return what to do where a label of cells that stand again means the one above, None where none does."""
    sides = [at for at in (0, 1) if any(DITTO.fullmatch(cell[:2][at]) for cell in cells)]
    if not sides:
        return None
    column = (ingest.columns or [1, 2])[sides[-(side == "column")]]
    place = int(column) - 1 if isinstance(column, int) else f"head.index({json.dumps(column, ensure_ascii=False)})"
    return f"if marks mean the label above: {filled(path, ingest, place)}"


def nothing_left(path: Path, ingest: IngestParameters) -> InputError:
    """Return what to say of a table without a cell above 0."""
    remedy = taken_back(path)
    if ingest.unrated:
        remedy = f"to read as values what `unrated` names: {keys(unrated=[])}"
    elif ingest.layout == "triples" and ingest.columns:
        first, second, _ = ingest.columns
        columns = [first, second, "count"] if isinstance(first, str) else [int(first) + 1, int(second) + 1, 1]
        each = '1 if at else "count"' if isinstance(first, str) else "1"
        code = f"out.writerows([{each}, *row] for at, row in enumerate(rows))"
        copy = copied(path, ingest, code, columns=columns, duplicates="sum")
        remedy = f"if each line counts, whatever its value: {copy}"
    return refusal(path, "every cell is 0 or blank", "at least one above 0", remedy)


@contextmanager
def spooled(
    path: Path, ingest: IngestParameters, limits: Limits = LIMITS, sample: Path | None = None
) -> Iterator[tuple[Spool, Batch]]:
    """Read the cells of a file, or of a sample of it, as they are, and return them with the last batch.

    They last as long as the context. Parameters and errors are those of `read_blocks`, which makes tables of them.
    """
    with TemporaryDirectory() as folder, in_words(path):
        spool = Spool(folder=Path(folder), cells=limits.sorted)
        for batch in batches(path, ingest, limits, sample):
            spool.add(batch.rows, batch.columns, batch.values)
        for side, labels in (("row", spool.rows), ("column", spool.columns)):
            check_labels(path, side, [*labels])
        yield spool, batch


def batches(path: Path, ingest: IngestParameters, limits: Limits, sample: Path | None = None) -> Iterator[Batch]:
    """Give the cells of a file of either layout some lines at a time, the same lines whenever it is asked.

    What is wrong with the file is said after the last batch at the latest, all in one go. Cells of a table that are 0
    or blank are left out.
    """
    if ingest.labels == "strip":
        skip = msgspec.structs.replace(
            ingest.skip, rows=[*map(tidy, ingest.skip.rows)], columns=[*map(tidy, ingest.skip.columns)]
        )
        columns = ingest.columns and [tidy(name) if isinstance(name, str) else name for name in ingest.columns]
        ingest = msgspec.structs.replace(ingest, skip=skip, columns=columns)
    with opened(path, ingest, sample) as source:
        ingest = msgspec.structs.replace(ingest, separator=source.separator)
        yield from (_table if ingest.layout == "table" else _triples)(source, ingest, limits)


def _triples(source: Source, ingest: IngestParameters, limits: Limits) -> Iterator[Batch]:
    header = not (ingest.columns and isinstance(ingest.columns[0], int))
    places = positions(source, ingest)
    if source.separator is not None:
        check_header(source, places, header=header, has_columns=ingest.columns is not None)
    names = [source.names[place] if header else f"column {place + 1}" for place in places]
    origin = "rows from {}, columns from {}, values from {}".format(*map(quoted, names) if header else names)
    without_label: dict[str, list[int]] = {"row": [], "column": []}
    count = 0
    starts = {0, 1} if ingest.columns is None else set[int]()  # from which row labels may count the lines
    columns = Columns(labels=places[:2], values=places[2:], header=header)
    values = Kinds(source, columns, ingest, names[2:])
    for sides, numbers, texts in lines(source, columns, ingest, limits):
        row, column = (labels.dictionary_encode().cast(LABEL) for labels in sides)
        floats = values.take(numbers, texts, [row, column])
        for side, labels in zip(without_label, (row, column), strict=True):
            without_label[side] += (count + _unlabelled(labels)).tolist()
        different = row.dictionary.to_pylist() if starts and len(row.dictionary) == len(row) else None
        starts = {start for start in starts if different == [*map(str, range(start + count, start + count + len(row)))]}
        count += len(row)
        yield Batch(row, column, floats, origin, values.remarks, source.separator)
    if not count:
        raise refusal(source.path, "no line below the header", "a cell a line: row label, column label, value",
                      _of_none(source.path, ingest))  # fmt: skip
    for side, cells in without_label.items():
        if cells:
            several = "cells have" if len(cells) > 1 else "cell has"
            wrong = f"{len(cells):,} {several} no {side} label, the first of them cell {cells[0] + 1}"
            remedy = f"to leave such lines out: {leaving_out(ingest, f'{side}s', [''])}"
            above = _from_above(source, ingest, places[side == "column"]) * (cells[0] > 0)
            raise refusal(source.path, wrong, "a label for every cell", above + remedy)
    if starts and count > 2:
        (start,) = starts
        raise refusal(source.path, f"the first column, {quoted(names[0])}, counts the lines from {start}", "row labels",
                      f"if it does hold them, say so: {keys(columns=names)}")  # fmt: skip
    values.refuse()


def _table(source: Source, ingest: IngestParameters, limits: Limits) -> Iterator[Batch]:
    label = source.index[0] if source.index else _label(source.names, ingest.skip.columns)
    refuse_absent(source.path, "columns", [name for name in ingest.skip.columns if name not in source.names], ingest)
    others = [place for place in range(len(source.names)) if place != label]
    others = [place for place in others if source.names[place] not in ingest.skip.columns]
    names = [source.names[place] for place in others]
    if not others:
        raise _no_cells(source, ingest, "0 columns")
    check_not_triples(source, [source.names[label], *names])
    column_labels, labels = texts_to_arrow(names), []
    width = len(others)
    origin = f"row labels from {quoted(source.names[label])}"
    columns = Columns(labels=[label], values=others, header=True)
    values = Kinds(source, columns, ingest, names)
    for (row_labels,), numbers, texts in lines(source, columns, ingest, limits):
        count = len(row_labels)
        cells = values.take(numbers, texts, [row_labels])
        labels.append(row_labels)
        cells = cells.reshape(width, count).T
        rows, at = (part.astype(np.int32) for part in np.nonzero(cells > 0))
        row = pa.DictionaryArray.from_arrays(to_arrow(rows), row_labels)
        column = pa.DictionaryArray.from_arrays(to_arrow(at), column_labels)
        yield Batch(row, column, cells[rows, at], origin, values.remarks, source.separator)
    if not sum(map(len, labels)):
        raise _no_cells(source, ingest, f"0 rows and {counted(width, 'column')}")
    check_table(source, ingest, (label for some in labels for label in some.to_pylist()))
    _check_unique(source, pa.chunked_array(labels), ingest, place=label)
    _check_unique(source, pa.chunked_array([column_labels]), ingest)
    values.refuse()


def _label(names: list[str], skip: list[str]) -> int:
    """Return the first column that is not left out; a name that stands several times may be that of the labels."""
    return next((place for place, name in enumerate(names) if name not in skip or names.count(name) > 1), 0)


def _no_cells(source: Source, ingest: IngestParameters, what: str) -> InputError:
    return refusal(source.path, f"found {what} besides the labels",
                   "at least one of each: a line of column labels, then a line for each row",
                   _of_none(source.path, ingest))  # fmt: skip


def _of_none(path: Path, ingest: IngestParameters) -> str:
    """Return what to do where no row or column is left."""
    if ingest.skip.rows or ingest.skip.columns:
        return f"to leave out none: {skipping(ingest, rows=[], columns=[])}"
    return taken_back(path)


def _check_unique(source: Source, labels: Any, ingest: IngestParameters, *, place: int | None = None) -> None:
    """Refuse labels that are blank or stand again: of rows, which are in the column at a place, or those of columns."""
    side = "column" if place is None else "row"
    blank = _blank(labels)
    if pc.count_distinct(labels).as_py() == len(labels) and not pc.any(blank).as_py():
        return
    first_places: dict[str, int] = {}
    wrong, without, twice = [], [], []
    for position, label in enumerate(labels.to_pylist(), start=1):
        first = first_places.setdefault(label, position)
        if not label.strip():
            wrong.append(f"{side} {position} has no label")
            without.append(label)
        elif first != position:
            wrong.append(f"{side} label {quoted(label)} stands at {side}s {first} and {position}")
            twice.append(label)
    remedy = f"to leave it out: {leaving_out(ingest, f'{side}s', [*dict.fromkeys(without)])}"
    if place is not None:
        remedy = _from_above(source, ingest, place) * bool(labels[0].as_py().strip()) + remedy
    if twice:
        remedy = numbered(source.path, ingest, place=None if place is None else source.order.index(place))
        numbers = all(map(NUMBER.fullmatch, first_places))
        if side == "row" and (numbers or len(twice) > len(labels) / 2):
            remedy = f"if rows have no labels, to number them: {copied(source.path, ingest, NUMBERED_ROWS)}"
        if side == "row" and len({*source.names}) == len(source.names) == 3:
            columns = [1, 2, 3] if NUMBER.fullmatch(source.names[2].strip()) else source.names
            remedy = f"if it is a cell a line: {keys(layout='triples', columns=columns)}; {remedy}"
    raise refusal(source.path, listing(wrong), f"a label of its own for every {side}", remedy)


def _from_above(source: Source, ingest: IngestParameters, place: int) -> str:
    """Return what to do where blank labels, in the column at a place, mean the one above, before other remedies."""
    return f"if blank means the one above: {filled(source.path, ingest, source.order.index(place))}; "


def _unlabelled(labels: Any) -> NDArray[np.intp]:
    """Return which cells have a blank label."""
    blank = to_mask(_blank(labels.dictionary))
    return np.flatnonzero(blank[np.from_dlpack(labels.indices)]) if blank.any() else np.empty(0, dtype=np.intp)


def _blank(texts: Any) -> Any:
    """Return which texts of an Arrow array are blank; a comparison with a text of Python's would import pandas."""
    return pc.invert(pc.cast(pc.binary_length(pc.utf8_trim_whitespace(texts)), pa.bool_()))
