"""`data/interim/<dataset>/`: the ingested table as cells, labels and a profile."""

from collections.abc import Callable, Iterable, Iterator
from itertools import compress, islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.streams import Draw, draw_rows
from ratings_nmf.core.table import RatingsTable, Side, parted
from ratings_nmf.files.atomic import replacing
from ratings_nmf.files.columns import appending, iterate_parquet
from ratings_nmf.files.formats import made_by, read_json, read_labels, write_json, write_labels

BLOCK = 4_000_000
"""Cells that are read together where a table need not be in memory as a whole."""


GROUP = 2**20
"""Cells of a row group of cells.parquet, so that its bytes do not depend on how many are written at a time."""


def write(dataset: str, tables: Iterable[RatingsTable], profile: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Write cells.parquet (row, column, value), rows.csv, columns.csv (labels in order), profile.json; return the last.

    The value of a cell that is set aside is 0.

    Parameters
    ----------
    dataset
        Its name.
    tables
        Some successive rows at a time, or all at once: each has the labels of the whole table, and the cells of its
        rows alone.
    profile
        What to write of the table, asked for when all of it has been given.
    """
    with replacing(_folder(dataset)) as folder:
        folder.mkdir()
        with appending(folder / "cells.parquet") as append:
            waiting: list[dict[str, NDArray[Any]]] = []
            for table in tables:
                waiting.append(dict(zip(("row", "column", "value"), table.given(), strict=True)))
                count = sum(len(part["row"]) for part in waiting)
                if count >= GROUP:
                    whole = _joined(waiting)
                    stop = count - count % GROUP
                    append({name: part[:stop] for name, part in whole.items()}, {})
                    waiting = [{name: part[stop:] for name, part in whole.items()}]
            append(_joined(waiting), {})
        write_labels(folder / "rows.csv", "row", table.row_labels)
        write_labels(folder / "columns.csv", "column", table.column_labels)
        content = profile()
        write_json(folder / "profile.json", content)
    return content


def read(dataset: str, *, draw: Draw | None = None) -> RatingsTable:
    """Return the table that `write` wrote, or those of its rows that were drawn.

    Raises
    ------
    InputError
        If it was not written yet, or the drawn rows hold no cell.
    """
    parts: list[tuple[NDArray[Any], ...]] = []
    for piece in iterate_parquet(cells_file(dataset)):
        rows, columns, values = piece["row"], piece["column"], piece["value"]
        if draw is not None:
            places = draw.places(rows)
            rows, columns, values = (part[places >= 0] for part in (places, columns, values))
        parts.append((rows, columns, values))
    cells = parted(*map(np.concatenate, zip(*parts, strict=True)))
    if not len(cells["rows"]):
        raise InputError(f"{draw}, and they hold no cell; give a larger number", parameter="most_cells", block="")
    labels = iterate_labels(dataset, "rows")
    if draw is not None:
        labels = compress(labels, draw.places(np.arange(draw.row_count)) >= 0)
    return RatingsTable(
        row_labels=tuple(labels),
        column_labels=tuple(iterate_labels(dataset, "columns")),
        zeros=read_profile(dataset)["zeros"],
        draw=draw,
        **cells,
    )


def draw(dataset: str, *, most_cells: int, seed: int) -> Draw | None:
    """Draw rows of a table of more than so many cells, as `draw_rows` does; None where all rows can be worked on."""
    profile = read_profile(dataset)
    return draw_rows(profile["rows"], profile["cells"], most_cells=most_cells, seed=seed)


def blocks(dataset: str, *, cells: int = BLOCK) -> Iterator[RatingsTable]:
    """Give the table some successive rows at a time, with about so many cells or all that are left.

    Errors are those of `read`.
    """
    profile, columns = read_profile(dataset), tuple(iterate_labels(dataset, "columns"))
    labels, start = iterate_labels(dataset, "rows"), 0

    def block(stop: int, rows: NDArray[Any], others: NDArray[Any], values: NDArray[Any]) -> RatingsTable:
        return RatingsTable(
            row_labels=tuple(islice(labels, stop - start)),
            column_labels=columns,
            zeros=profile["zeros"],
            **parted(rows - np.int32(start), others, values),
        )

    waiting: list[tuple[NDArray[Any], ...]] = []
    for piece in iterate_parquet(cells_file(dataset)):
        waiting.append((piece["row"], piece["column"], piece["value"]))
        if sum(len(rows) for rows, *_ in waiting) > cells:
            whole = [np.concatenate(parts) for parts in zip(*waiting, strict=True)]
            stop = int(whole[0][-1])  # this row may go on in the next piece
            cut = np.searchsorted(whole[0], stop)
            if cut:
                yield block(stop, *(part[:cut] for part in whole))
                start = stop
            waiting = [tuple(part[cut:] for part in whole)]
    yield block(profile["rows"], *(np.concatenate(parts) for parts in zip(*waiting, strict=True)))


def cells_file(dataset: str) -> Path:
    """Return the file of the cells, for what reads Parquet itself.

    Raises
    ------
    InputError
        If it was not written yet.
    """
    return made_by("ingest", _folder(dataset) / "cells.parquet", dataset)


def iterate_labels(dataset: str, side: Side) -> Iterator[str]:
    """Give the labels of the rows or of the columns in order, one at a time."""
    return read_labels(made_by("ingest", _folder(dataset) / f"{side}.csv", dataset))


def read_profile(dataset: str) -> dict[str, Any]:
    """Return profile.json: size, density, meaning of zero, values, empty rows and columns."""
    return read_json(made_by("ingest", _folder(dataset) / "profile.json", dataset))


def _joined(parts: list[dict[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _folder(dataset: str) -> Path:
    return Path("data/interim", dataset)
