"""The heatmaps of one dataset, each with a title that says what it is; the consensus with the tree that ordered it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from scipy.cluster.hierarchy import dendrogram

from ratings_nmf.core import words
from ratings_nmf.core.table import RatingsTable
from ratings_nmf.figures.arrangement import (
    LABEL_ALL,
    LABELS,
    Arrangement,
    Matrix,
    arrange,
    correlation_means,
    one_by_one,
    prediction_means,
    residual_means,
    table_means,
)
from ratings_nmf.figures.colours import INK, MUTED
from ratings_nmf.figures.heatmap import Caption, Colouring, Strip, heatmap
from ratings_nmf.figures.lettering import LABEL_SIZE, drawable, font
from ratings_nmf.figures.scales import kinds
from ratings_nmf.model.factors import Factors
from ratings_nmf.model.samples import SampledFactors
from ratings_nmf.survey.consensus import Consensus, tree

CAPTIONS = {
    "input": ("the table", "value", ""),
    "W": ("W", "weight", "What each row holds of each component"),
    "H": ("H", "weight", "What each component holds of each column"),
    "reconstruction": ("W @ H", "value", "The table as its components rebuild it"),
    "residual": ("residual", "difference", "The table − W @ H; red: the table has more"),
    "correlation": (
        "correlation",
        "correlation",
        "Between what components give rows, without levels; grey: constant",
    ),
    "width": (
        "how sure",
        "width",
        "Width of the interval that holds 90 % of the values observed in a cell, their noise included",
    ),
}
"""Title of each heatmap, what its colours mean, and a line that says what it shows."""

BESIDE = "Grey, on a scale of its own: the level, whatever the component"

TREE = 1.0
"""Inches that the tree takes beside the matrix."""

MOST_EDGES = 16
"""Groups from which the lines between them are left out: they would hide the matrix."""


def heatmaps(
    dataset: str, table: RatingsTable, factors: Factors, *, profile: dict[str, Any], fit_lines: Sequence[str]
) -> dict[str, Figure]:
    """Return the heatmaps of a dataset by name: input, W, H, reconstruction, residual, correlation; of draws width.

    The caption of the table says what profile.json knows of it, all others say the lines on the fit.
    """
    rows = arrange(table.row_labels, factors.W[:, : factors.parts], kind="rows")
    columns = arrange(table.column_labels, factors.H[: factors.parts].T, kind="columns")
    components = arrange(factors.components[: factors.parts], np.eye(factors.parts), kind="components")
    values, predictions = table_means(table, rows, columns), prediction_means(factors, rows, columns)
    peak = float(np.nanmax([values, predictions] if table.weight else values, initial=0.0))
    W, H = rows.means(factors.W), columns.means(factors.H.T).T
    kind = kinds(table, factors)
    by_table = Colouring(kind=kind["input"], limit=peak)
    by_residual = Colouring(scale="difference", kind=kind["residual"])
    levels: list[Strip | None] = [None, None]
    if factors.parts < len(factors.components):
        levels = [
            Strip(label="row level", values=W[:, factors.parts], below=False),
            Strip(label="column level", values=H[factors.parts + 1], below=True),
        ]
    table_lines = words.size(profile), *words.empty_lines(profile, drawable), *words.drawn_rows(table.draw)

    def draw(name: str, matrix: Matrix, *sides: Arrangement, **colouring: Any) -> Figure:
        title, colours, line = CAPTIONS[name]
        lines = (line, *([BESIDE] if colouring.get("strip") else []), *fit_lines) if line else table_lines
        return heatmap(matrix, sides, Caption(title=f"{dataset}: {title}", lines=lines, colours=colours), **colouring)

    figures = [
        draw("input", values, rows, columns, colouring=by_table),
        draw("W", W[:, : factors.parts], rows, components, colouring=Colouring(kind=kind["W"]), strip=levels[0]),
        draw("H", H[: factors.parts], components, columns, colouring=Colouring(kind=kind["H"]), strip=levels[1]),
        draw("reconstruction", predictions, rows, columns, colouring=by_table),
        draw("residual", residual_means(table, factors, rows, columns), rows, columns, colouring=by_residual),
        draw("correlation", correlation_means(factors, rows), rows, rows, colouring=Colouring(scale="correlation")),
    ]
    if isinstance(factors, SampledFactors):
        _, low, high = factors.reconstructions().values()
        figures.append(draw("width", rows.means(columns.means((high - low).T).T), rows, columns))
    return dict(zip(CAPTIONS, figures, strict=False))


def fit_line(fit: dict[str, Any]) -> str:
    """Say how many components there are and how close they come."""
    return f"{words.counted(fit['n_components'], 'component')}, relative error {words.percent(fit['relative_error'])}"


def consensus_figure(dataset: str, consensus: Consensus, survey: dict[str, Any], labels: Sequence[str]) -> Figure:
    """Draw a consensus matrix, in the order of its tree, with the tree on its right and a line between groups.

    `labels` are those of the table's columns.
    """
    caption = Caption(
        title=f"{dataset}: consensus",
        lines=(
            "Share of restarts in which two columns have the same strongest of "
            f"{words.counted(survey['consensus'], 'component')}",
        ),
        colours="share of restarts",
    )
    count, names = len(consensus.columns), consensus.named(labels)
    joins = dendrogram(tree(consensus.matrix), no_plot=True) if count > 1 else {"leaves": [0]}
    order = np.array(joins["leaves"])
    side = _side([names[place] for place in order])
    figure = heatmap(consensus.matrix[np.ix_(order, order)], (side, side), caption, colouring=Colouring(limit=1.0))
    axes, bar = figure.axes
    edges = (np.flatnonzero(np.diff(consensus.group[order])) + 1).tolist()
    edge_width = 1.6 if count <= LABEL_ALL else 0.8
    for edge in edges if len(edges) < MOST_EDGES else ():
        axes.axhline(edge, color="white", linewidth=edge_width)
        axes.axvline(edge, color="white", linewidth=edge_width)
    if count > 1:
        width = figure.get_size_inches()[0]
        beside = figure.add_axes((1 + 0.06 / width, 0, TREE / width, 1))
        for heights, places in zip(joins["dcoord"], joins["icoord"], strict=True):
            beside.plot(heights, np.array(places) / 10, color=MUTED, linewidth=0.8, solid_capstyle="butt")
        beside.set_ylim(count, 0)
        beside.set_xlim(0, 1.02)
        beside.set_yticks([])
        beside.set_xticks([0, 0.5, 1], ["1", "0.5", "0"])
        beside.tick_params(labelsize=LABEL_SIZE - 2, length=2, colors=MUTED)
        beside.set_xlabel("joined at", fontproperties=font(LABEL_SIZE - 1), color=INK)
        beside.spines[["top", "right", "left"]].set_visible(False)
        bar.set_position((1 + (TREE + 0.2) / width, 0, 0.14 / width, 1))
    return figure


def _side(labels: list[str]) -> Arrangement:
    side, count = one_by_one(labels), len(labels)
    if count <= LABEL_ALL:
        return side
    some = {place: labels[place] for place in range(0, count, -(-count // LABELS))}
    return replace(
        side, labels=some, caption=f"{count:,} columns or blocks of columns (+1: and 1 more), {len(some)} labelled"
    )
