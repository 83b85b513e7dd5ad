"""What folding in writes: loadings, predictions and recommendations of rows or columns that came later."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.artifacts.atomic import replacing
from ratings_nmf.artifacts.formats import write_csv
from ratings_nmf.artifacts.recommendations import write_lines
from ratings_nmf.factors import Factors
from ratings_nmf.table import RatingsTable, Side


def place(file: Path, folder: Path | None, kind: str) -> Path:
    """Return where a result goes: beside the file, or in a folder, under the file's name and what it is.

    >>> place(Path("in/new people.csv.gz"), None, "W").as_posix()
    'in/new people-W.csv'
    """
    name = file.name
    for suffix in (".gz", ".csv", ".tsv", ".txt", ".parquet"):
        name = name.removesuffix(suffix)
    return (folder or file.parent) / f"{name}-{kind}.csv"


def write_factors(
    path: Path, newcomers: tuple[str, ...], loadings: NDArray[np.float64], *, side: Side, like: Factors
) -> None:
    """Write new rows' W as in W.csv, or new columns' H as in H.csv."""
    rows, header, numbers = newcomers, ("row", *like.components), loadings
    if side == "columns":
        rows, header, numbers = like.components, ("component", *newcomers), loadings.T
    with replacing(path) as partial:
        write_csv(partial, header, ([label, *line.tolist()] for label, line in zip(rows, numbers, strict=True)))


def write_predictions(path: Path, newcomers: RatingsTable, factors: Factors, *, side: Side) -> None:
    """Write W @ H of the newcomers in the raw table's orientation; of a large table the known cells only.

    `newcomers` is newcomers × known lines; `factors` has the newcomers' loadings in place of the trained ones.
    """
    rows, columns = newcomers.row_labels, newcomers.column_labels
    with replacing(path) as partial:
        if newcomers.fits_dense:
            if side == "columns":
                rows, columns = columns, rows
            predicted = factors.reconstruction().tolist()
            write_csv(partial, ("row", *columns), ([row, *line] for row, line in zip(rows, predicted, strict=True)))
        else:
            write_csv(partial, ("row", "column", "value", "predicted"), _known_cells(newcomers, factors, side=side))


def write_recommendations(path: Path, below: Iterable[str]) -> None:
    """Write lines as in `data/recommendations/<dataset>.csv`."""
    with replacing(path) as partial:
        write_lines(partial, below)


def _known_cells(newcomers: RatingsTable, factors: Factors, *, side: Side) -> Iterator[tuple[object, ...]]:
    places = (newcomers.rows, newcomers.columns) if side == "rows" else (newcomers.columns, newcomers.rows)
    predicted = factors.predict(*places).tolist()
    for row, column, value, prediction in zip(
        newcomers.rows.tolist(), newcomers.columns.tolist(), newcomers.values.tolist(), predicted, strict=True
    ):
        labels = newcomers.row_labels[row], newcomers.column_labels[column]
        yield *(labels if side == "rows" else labels[::-1]), value, prediction
