"""Files by the labels of a fitted table: rows, or columns, that come later, and cells that the user holds out."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.table import RatingsTable, Side
from ratings_nmf.core.transform import became, valued
from ratings_nmf.raw.faults import keys, listing, quoted, refusal, refuse_repeated
from ratings_nmf.raw.layouts import spooled
from ratings_nmf.raw.spool import Spool, table_of

FOLDS = f"mend it or, to hold out cells of the table itself, put in place of `test`: {keys(folds=5)}"
"""What to do where a file of held-out cells cannot serve."""


def tables(
    spool: Spool, path: Path, source: IngestParameters, *, side: Side, known: tuple[str, ...], many: int
) -> Iterator[RatingsTable]:
    """Give the newcomers of a file in tables of up to so many, as newcomers × known labels, as they first appear.

    They are a side of the file that the spool holds the cells of; those under other labels than the known ones, of the
    other side of the fitted table, are left out. Refuse cells that stand twice, at the end, where nobody said what to
    make of them.
    """
    spool = spool if side == "rows" else spool.transposed()
    labels, first, duplicate_cells = tuple(spool.rows), 0, []
    places = _places(spool.columns, known)
    for rows, columns, values in spool.blocks(lines=many):
        is_known = places[columns] >= 0
        cells = rows[is_known] - np.int32(first), places[columns[is_known]], values[is_known]
        own = labels[first : first + many]
        table, more = table_of((own, known), cells, source)
        duplicate_cells += more
        if not duplicate_cells:
            yield valued(table, source.values)
        first += many
    if duplicate_cells:
        refuse_repeated(path, [cell if side == "rows" else (cell[1], cell[0], cell[2]) for cell in duplicate_cells])


class UnseenCells(NamedTuple):
    """Cells by their place in a table, −1 where it has no such label; how many have none, and these labels in words.

    Lines that were left out are counted as ``unrated``, 0 or blank where this means "not rated", and as ``undrawn``, of
    rows that are not among those drawn.
    """

    rows: NDArray[np.int32]
    columns: NDArray[np.int32]
    values: NDArray[np.float64]
    unknown_cells: int
    unknown_labels: list[str]
    unrated: int
    undrawn: int


def read_unseen(
    path: Path, table: RatingsTable, ingest: IngestParameters, *, row_labels: Iterable[str] = ()
) -> UnseenCells:
    """Read cells given one a line: row label, column label, value; the rest as in `read_blocks`.

    Of a table whose rows were drawn from a larger one, `row_labels` are those of the larger one. Refuse a cell that
    stands twice, fewer than two to predict, and a file without a label of the table.
    """
    with spooled(path, replace(ingest, layout="triples", zeros=table.zeros)) as (spool, _):
        ((rows, columns, values),) = spool.blocks(lines=len(spool.rows))
    own, other = both = tuple(spool.rows), tuple(spool.columns)
    each = replace(ingest, zeros="observed", duplicates=None, unrated=[], values="as given")
    if several := table_of(both, (rows, columns, values), each)[1]:
        refuse_repeated(path, several, FOLDS)
    values = became(values, ingest.values)
    is_rating = (values > 0) | (table.zeros == "observed")
    elsewhere = {*own}.difference(table.row_labels).intersection(row_labels)
    undrawn = np.array([label in elsewhere for label in own], dtype=bool)[rows] & is_rating
    is_cell = is_rating & ~undrawn
    if is_cell.sum() < 2:
        wrong = f"found {is_cell.sum()} cells to predict"
        raise refusal(path, wrong, "two or more, for a standard error", FOLDS)
    unknown_labels: list[str] = []
    places = []
    for side, codes, labels, known in (
        ("row", rows[is_cell], own, table.row_labels), ("column", columns[is_cell], other, table.column_labels)
    ):  # fmt: skip
        place = _places(labels, known)
        places.append(place[codes])
        unknown_labels += [f"{side} {quoted(labels[code])}" for code in np.unique(codes) if place[code] < 0]
    unknown = (places[0] < 0) | (places[1] < 0)
    if unknown.all():
        expected = f"a cell a line, such as {quoted(table.row_labels[0])}, {quoted(table.column_labels[0])}, 1"
        raise refusal(path, f"no cell has labels of the table: {listing(unknown_labels)}", expected, FOLDS)
    return UnseenCells(
        places[0], places[1], values[is_cell], unknown_cells=int(unknown.sum()), unknown_labels=unknown_labels,
        unrated=int(np.sum(~is_rating)), undrawn=int(undrawn.sum()),
    )  # fmt: skip


def _places(labels: Iterable[str], known: Iterable[str]) -> NDArray[np.int32]:
    """Return the place of each label among the known ones, −1 where it is none of them."""
    position = {label: place for place, label in enumerate(known)}
    return np.array([position.get(label, -1) for label in labels], dtype=np.int32)
