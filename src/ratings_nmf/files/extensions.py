"""What folding in writes: loadings, predictions and recommendations of rows or columns that came later."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.table import DENSE_LIMIT, RatingsTable, Side
from ratings_nmf.files import lists as recommendations
from ratings_nmf.files.atomic import replacing
from ratings_nmf.files.formats import DIGITS, field, open_csv, write_records
from ratings_nmf.model.factors import Factors
from ratings_nmf.recommend.foldin import with_newcomers
from ratings_nmf.recommend.recommendations import Recommendations


def place(file: Path, folder: Path | None, kind: str) -> Path:
    """Return where a result goes: beside the file, or in a folder, under the file's name and what it is.

    >>> place(Path("in/new people.csv.gz"), None, "W").as_posix()
    'in/new people-W.csv'
    """
    name = file.name
    for suffix in (".gz", ".csv", ".tsv", ".txt", ".parquet"):
        name = name.removesuffix(suffix)
    return (folder or file.parent) / f"{name}-{kind}.csv"


class Results:
    """Three files that grow side by side with each few newcomers; what stands across all of them is written last."""

    def __init__(
        self, streams: Sequence[TextIO], *, side: Side, factors: Factors, known: tuple[str, ...], dense: bool
    ) -> None:
        """Write what stands above the first newcomer: parameters are those of `writing`."""
        self.loadings, self.predictions, self.recommendations = streams
        self.side, self.factors, self.known, self.dense = side, factors, known, dense
        self._labels: list[str] = []
        self._kept: list[NDArray[np.float64]] = []
        write_records(self.recommendations, [recommendations.HEADER])
        if side == "rows":
            write_records(self.loadings, [("row", *factors.components)])
        if not dense:
            write_records(self.predictions, [("row", "column", "value", "predicted")])
        elif side == "rows":
            write_records(self.predictions, [("row", *known)])

    def add(self, newcomers: RatingsTable, loadings: NDArray[np.float64], found: Recommendations) -> None:
        """Write some newcomers × known lines, their loadings as written, (newcomers, components), and what they get."""
        extended = with_newcomers(self.factors, loadings, side=self.side)
        if self.side == "columns":
            self._labels += newcomers.row_labels
            self._kept.append(loadings)
        else:
            _write_matrix(self.loadings, newcomers.row_labels, loadings)
            if self.dense:
                _write_matrix(self.predictions, newcomers.row_labels, extended.reconstruction())
        if not self.dense:
            self.predictions.writelines(_known_cells(newcomers, extended, side=self.side))
        self.recommendations.writelines(
            recommendations.lines(
                found, receivers=newcomers.row_labels, items=self.known, components=self.factors.components
            )
        )

    def finish(self) -> None:
        """Write the lines that hold something of every new column."""
        if self.side == "columns":
            loadings = np.vstack(self._kept)
            write_records(self.loadings, [("component", *self._labels)])
            _write_matrix(self.loadings, self.factors.components, loadings.T)
            if self.dense:
                write_records(self.predictions, [("row", *self._labels)])
                extended = with_newcomers(self.factors, loadings, side="columns")
                _write_matrix(self.predictions, self.known, extended.reconstruction())


@contextmanager
def writing(
    file: Path, folder: Path | None, *, side: Side, factors: Factors, known: tuple[str, ...], count: int
) -> Iterator[Results]:
    """Yield three open files, which take their places at the end, all of them if nothing was raised.

    W of new rows is as in W.csv, H of new columns as in H.csv, recommendations as in
    `data/recommendations/<dataset>.csv`. Predictions are W @ H in the raw table's orientation; of a large table the
    known cells only. Loadings of new columns, of which each line of H has all, are kept until the end.

    Parameters
    ----------
    file, folder
        As `place` takes them.
    side
        Which side the newcomers are.
    factors
        What was fitted, as written.
    known
        Labels of the other side.
    count
        Number of newcomers there will be.
    """
    kinds = "W" if side == "rows" else "H", "predictions", "recommendations"
    with ExitStack() as stack:
        partials = [stack.enter_context(replacing(place(file, folder, kind))) for kind in kinds]
        streams = [stack.enter_context(open_csv(partial)) for partial in partials]
        dense = count * len(known) <= DENSE_LIMIT
        results = Results(streams, side=side, factors=factors, known=known, dense=dense)
        yield results
        results.finish()


def _write_matrix(stream: TextIO, labels: Sequence[str], numbers: NDArray[np.float64]) -> None:
    write_records(stream, ([label, *line.tolist()] for label, line in zip(labels, numbers, strict=True)))


def _known_cells(newcomers: RatingsTable, factors: Factors, *, side: Side) -> Iterator[str]:
    """Give a line for each known cell: row, column, value, predicted."""
    turn = slice(None, None, 1 if side == "rows" else -1)
    labels = [[*map(field, labels)] for labels in (newcomers.row_labels, newcomers.column_labels)[turn]]
    rows, columns = (newcomers.rows, newcomers.columns)[turn]
    numbers = newcomers.values.tolist(), factors.predict(rows, columns).tolist()
    for row, column, value, predicted in zip(rows.tolist(), columns.tolist(), *numbers, strict=True):
        yield f"{labels[0][row]},{labels[1][column]},{value:.{DIGITS}g},{predicted:.{DIGITS}g}\n"
