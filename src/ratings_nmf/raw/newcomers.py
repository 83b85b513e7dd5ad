"""A file of rows, or columns, that come later, given some of them at a time against the labels of a fitted table."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.table import RatingsTable, Side
from ratings_nmf.core.transform import valued
from ratings_nmf.raw.faults import refuse_repeated
from ratings_nmf.raw.spool import Spool, table_of


def tables(
    spool: Spool, path: Path, source: IngestParameters, *, side: Side, known: tuple[str, ...], many: int
) -> Iterator[RatingsTable]:
    """Give the newcomers of a file in tables of up to so many, as newcomers × known labels, as they first appear.

    Cells under other labels than the known ones are left out.

    Parameters
    ----------
    spool
        The cells of the file.
    path, source
        Where they come from, and how it was read.
    side
        Which side of the file the newcomers are.
    known
        Labels of the other side of the fitted table.
    many
        Newcomers of a table.

    Raises
    ------
    InputError
        If a cell stands twice and it was not said what to make of it: all such cells, at the end.
    """
    spool = spool if side == "rows" else spool.transposed()
    labels, first, duplicate_cells = tuple(spool.rows), 0, []
    position = {label: place for place, label in enumerate(known)}
    places = np.array([position.get(label, -1) for label in spool.columns], dtype=np.int32)
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
