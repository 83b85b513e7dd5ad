"""What folding in makes, for files: loadings, predictions and recommendations of rows or columns that came later."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame, Index

from ratings_nmf.core.table import DENSE_LIMIT, RatingsTable, Side
from ratings_nmf.files.columns import Coded
from ratings_nmf.files.formats import append_columns, append_frame
from ratings_nmf.model.factors import Factors
from ratings_nmf.recommend.foldin import with_newcomers
from ratings_nmf.recommend.recommendations import Recommendations


class Results:
    """Three files that grow side by side with each few newcomers; what stands across all of them is written last.

    W of new rows is as in W.csv, H of new columns as in H.csv, recommendations as in
    `data/recommendations/<dataset>.csv`. Predictions are W @ H in the raw table's orientation; of a large table the
    known cells only. Loadings of new columns, of which each line of H has all, are kept until the end.
    """

    def __init__(
        self, files: Sequence[Path], *, side: Side, factors: Factors, known: tuple[str, ...], count: int
    ) -> None:
        """Begin three files.

        Parameters
        ----------
        files
            Where loadings, predictions and recommendations go.
        side
            Which side the newcomers are.
        factors
            What was fitted, as written.
        known
            Labels of the other side.
        count
            Number of newcomers there will be.
        """
        self.loadings, self.predictions, self.recommendations = files
        self.side, self.factors, self.known = side, factors, known
        self.dense = count * len(known) <= DENSE_LIMIT
        self._labels: list[str] = []
        self._kept: list[NDArray[np.float64]] = []

    def add(self, newcomers: RatingsTable, loadings: NDArray[np.float64], found: Recommendations) -> None:
        """Write some newcomers × known lines, their loadings as written, (newcomers, components), and what they get."""
        labels = newcomers.row_labels
        if self.side == "rows":
            self._write_across(labels, loadings)
        else:
            self._kept.append(loadings)
            self._labels += labels
        if not self.dense:
            self._write_cells(newcomers, loadings)
        columns = found.to_columns(receivers=labels, items=self.known, components=self.factors.components)
        append_columns(self.recommendations, columns)

    def finish(self) -> None:
        """Write the lines that hold something of every new column."""
        if self.side == "columns":
            self._write_across(self._labels, np.vstack(self._kept))

    def _write_across(self, labels: Sequence[str], loadings: NDArray[np.float64]) -> None:
        """Write the loadings of new lines and, unless there are too many, all their predictions."""
        extended = with_newcomers(self.factors, loadings, side=self.side)
        rows, columns = (labels, self.known) if self.side == "rows" else (self.known, labels)
        own = extended.rows_frame(labels) if self.side == "rows" else extended.columns_frame(labels)
        append_frame(self.loadings, own)
        if self.dense:
            predicted = DataFrame(extended.reconstruction(), index=Index(rows, name="row"), columns=list(columns))
            append_frame(self.predictions, predicted)

    def _write_cells(self, newcomers: RatingsTable, loadings: NDArray[np.float64]) -> None:
        """Write a line for each known cell: row, column, value, predicted."""
        extended = with_newcomers(self.factors, loadings, side=self.side)
        own, known = (newcomers.rows, newcomers.row_labels), (newcomers.columns, newcomers.column_labels)
        rows, columns = (Coded(*side) for side in ((own, known) if self.side == "rows" else (known, own)))
        predicted = extended.predict(rows.codes, columns.codes)
        cells: dict[str, Any] = {"row": rows, "column": columns, "value": newcomers.values, "predicted": predicted}
        append_columns(self.predictions, cells)
