"""The heatmaps of one dataset, each with a title that says what it is and how good the fit is."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ratings_nmf.core import words
from ratings_nmf.core.table import RatingsTable
from ratings_nmf.figures.arrangement import (
    Arrangement,
    Matrix,
    arrange,
    correlation_means,
    prediction_means,
    residual_means,
    table_means,
)
from ratings_nmf.figures.heatmap import Caption, heatmap
from ratings_nmf.figures.lettering import drawable
from ratings_nmf.model.factors import Factors

CAPTIONS = {
    "input": ("the table", "value", ""),
    "W": ("W", "weight", "What each row holds of each component"),
    "H": ("H", "weight", "What each component holds of each column"),
    "reconstruction": ("W @ H", "value", "The table as its components rebuild it"),
    "residual": ("residual", "difference", "The table − W @ H; red: the table has more"),
    "correlation": ("correlation", "correlation", "Between rows of W @ H; grey where a row is constant"),
}
"""Title of each heatmap, what its colours mean, and a line that says what it shows."""


def heatmaps(
    dataset: str, table: RatingsTable, factors: Factors, *, profile: dict[str, Any], fit_lines: Sequence[str]
) -> dict[str, Figure]:
    """Return the heatmaps of a dataset by name: input, W, H, reconstruction, residual, correlation.

    Parameters
    ----------
    dataset
        Its name, for the titles.
    table, factors
        What went in and what came out.
    profile
        Content of profile.json, for what the caption says of the table.
    fit_lines
        What all captions of the factors say of the fit.
    """
    rows = arrange(table.row_labels, factors.W[:, : factors.parts], kind="rows")
    columns = arrange(table.column_labels, factors.H[: factors.parts].T, kind="columns")
    components = arrange(factors.components, np.eye(len(factors.components)), kind="components")
    values, predictions = table_means(table, rows, columns), prediction_means(factors, rows, columns)
    peak = float(np.nanmax([values, predictions], initial=0.0))
    table_lines = words.size(profile), *words.empty_lines(profile, drawable), *words.drawn_rows(table.draw)

    def draw(name: str, matrix: Matrix, *sides: Arrangement, **colouring: Any) -> Figure:
        title, colours, line = CAPTIONS[name]
        lines = (line, *fit_lines) if line else table_lines
        return heatmap(matrix, sides, Caption(title=f"{dataset}: {title}", lines=lines, colours=colours), **colouring)

    figures = (
        draw("input", values, rows, columns, limit=peak),
        draw("W", rows.means(factors.W), rows, components),
        draw("H", columns.means(factors.H.T).T, components, columns),
        draw("reconstruction", predictions, rows, columns, limit=peak),
        draw("residual", residual_means(table, factors, rows, columns), rows, columns, scale="difference"),
        draw("correlation", correlation_means(factors, rows), rows, rows, scale="correlation"),
    )
    return dict(zip(CAPTIONS, figures, strict=True))


def fit_line(fit: dict[str, Any]) -> str:
    """Say how many components there are and how close they come."""
    return f"{words.counted(fit['n_components'], 'component')}, relative error {words.percent(fit['relative_error'])}"
