"""The consensus matrix as a heatmap with the tree that ordered it."""

import numpy as np
from matplotlib.figure import Figure
from scipy.cluster.hierarchy import dendrogram

from ratings_nmf.figures.arrangement import LABEL_ALL, LABELS, Side
from ratings_nmf.figures.captions import INK, LABEL_SIZE, MUTED, Caption, font
from ratings_nmf.figures.glyphs import drawable
from ratings_nmf.figures.heatmap import heatmap
from ratings_nmf.survey.consensus import Shown, tree

TREE = 1.0
"""Inches that the tree takes beside the matrix."""

MOST_EDGES = 16
"""Groups from which the lines between them are left out: they would hide the matrix."""


def consensus_figure(shown: Shown, caption: Caption) -> Figure:
    """Draw a consensus matrix, in the order of its tree, with the tree on its right and a line between groups."""
    order = np.zeros(1, dtype=np.intp)
    drawn = None
    if len(shown.labels) > 1:
        drawn = dendrogram(tree(shown.matrix), no_plot=True)
        order = np.array(drawn["leaves"])
    side = _side([shown.labels[place] for place in order])
    figure = heatmap(shown.matrix[np.ix_(order, order)], (side, side), caption, limit=1.0)
    axes, bar = figure.axes
    edges = (np.flatnonzero(np.diff(shown.group[order])) + 1).tolist()
    edge_width = 1.6 if len(order) <= LABEL_ALL else 0.8
    for edge in edges if len(edges) < MOST_EDGES else ():
        axes.axhline(edge, color="white", linewidth=edge_width)
        axes.axvline(edge, color="white", linewidth=edge_width)
    width = figure.get_size_inches()[0]
    if drawn is not None:
        beside = figure.add_axes((1 + 0.06 / width, 0, TREE / width, 1), sharey=None)
        for heights, places in zip(drawn["dcoord"], drawn["icoord"], strict=True):
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


def _side(labels: list[str]) -> Side:
    count = len(labels)
    step = 1 if count <= LABEL_ALL else -(-count // LABELS)
    shown = {place: drawable(labels[place]) for place in range(0, count, step)}
    return Side(
        block=np.arange(count),
        sizes=np.ones(count, dtype=np.intp),
        labels=shown,
        caption=f"{count:,} columns or blocks of columns, {len(shown)} labelled" if step > 1 else "",
    )
