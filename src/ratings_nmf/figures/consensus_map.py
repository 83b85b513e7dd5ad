"""The consensus matrix as a heatmap with the tree that ordered it."""

from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from scipy.cluster.hierarchy import dendrogram

from ratings_nmf.core.words import counted
from ratings_nmf.figures.arrangement import LABEL_ALL, LABELS, Arrangement, one_by_one
from ratings_nmf.figures.colours import INK, MUTED
from ratings_nmf.figures.heatmap import Caption, heatmap
from ratings_nmf.figures.lettering import LABEL_SIZE, font
from ratings_nmf.survey.consensus import Shown, tree

TREE = 1.0
"""Inches that the tree takes beside the matrix."""

MOST_EDGES = 16
"""Groups from which the lines between them are left out: they would hide the matrix."""


def consensus_figure(dataset: str, consensus: Shown, survey: dict[str, Any]) -> Figure:
    """Draw a consensus matrix, in the order of its tree, with the tree on its right and a line between groups.

    Parameters
    ----------
    dataset
        Its name, for the title.
    consensus, survey
        Contents of consensus.csv and survey.json.
    """
    caption = Caption(
        title=f"{dataset}: consensus",
        lines=(
            "Share of restarts in which two columns have the same strongest of "
            f"{counted(survey['consensus'], 'component')}",
        ),
        colours="share of restarts",
    )
    joins = dendrogram(tree(consensus.matrix), no_plot=True) if len(consensus.labels) > 1 else {"leaves": [0]}
    order = np.array(joins["leaves"])
    side = _side([consensus.labels[place] for place in order])
    figure = heatmap(consensus.matrix[np.ix_(order, order)], (side, side), caption, limit=1.0)
    axes, bar = figure.axes
    edges = (np.flatnonzero(np.diff(consensus.group[order])) + 1).tolist()
    edge_width = 1.6 if len(order) <= LABEL_ALL else 0.8
    for edge in edges if len(edges) < MOST_EDGES else ():
        axes.axhline(edge, color="white", linewidth=edge_width)
        axes.axvline(edge, color="white", linewidth=edge_width)
    if len(order) > 1:
        width = figure.get_size_inches()[0]
        beside = figure.add_axes((1 + 0.06 / width, 0, TREE / width, 1))
        for heights, places in zip(joins["dcoord"], joins["icoord"], strict=True):
            beside.plot(heights, np.array(places) / 10, color=MUTED, linewidth=0.8, solid_capstyle="butt")
        beside.set_ylim(len(order), 0)
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
    return replace(side, labels=some, caption=f"{count:,} columns or blocks of columns, {len(some)} labelled")
