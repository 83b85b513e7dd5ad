"""What is recommended: cell by cell for a small table, how it spreads for a large one."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from ratings_nmf.core import words
from ratings_nmf.core.table import RatingsTable, Side
from ratings_nmf.figures.arrangement import annotates, one_by_one
from ratings_nmf.figures.bars import Bars, draw_bars
from ratings_nmf.figures.colours import BAR, INK
from ratings_nmf.figures.heatmap import Caption, heatmap
from ratings_nmf.figures.lettering import style_axes, write_caption
from ratings_nmf.model.factors import Factors
from ratings_nmf.recommend.recommendations import Recommendations

MOST = 20
HISTOGRAM, WIDTH, GAP, HEAD = 3.4, 1.8, 0.5, 0.25
"""Inches of the histogram's width, of the longest bar, between the two panels, and above them."""


def recommendation_figure(
    dataset: str, table: RatingsTable, factors: Factors, lists: Recommendations, *, to: Side
) -> Figure:
    """Draw the predictions for unknown cells, recommended ones framed; of more than 400 cells, how they spread."""
    if annotates(table.shape):
        return _matrix(dataset, table, factors, lists, to)
    return _spread(dataset, table, factors, lists, to)


def _matrix(dataset: str, table: RatingsTable, factors: Factors, lists: Recommendations, to: Side) -> Figure:
    predicted = factors.reconstruction()
    predicted[table.rows, table.columns] = np.nan
    lines = (
        "W @ H of unknown cells; grey: known",
        f"Framed: what each {to[:-1]} is recommended",
    )
    caption = Caption(title=f"{dataset}: recommendations to {to}", lines=lines, colours="value")
    figure = heatmap(predicted, (one_by_one(table.row_labels), one_by_one(table.column_labels)), caption)
    for receiver, item in zip(lists.receivers.tolist(), lists.items.tolist(), strict=True):
        row, column = (receiver, item) if to == "rows" else (item, receiver)
        frame = Rectangle((column + 0.04, row + 0.06), 0.92, 0.88, fill=False, edgecolor=INK, linewidth=1.4)
        figure.axes[0].add_patch(frame)
    return figure


def _spread(dataset: str, table: RatingsTable, factors: Factors, lists: Recommendations, to: Side) -> Figure:
    labels = table.column_labels if to == "rows" else table.row_labels
    bars = most_recommended(lists, labels, factors.components)
    figure = Figure(dpi=120)
    before, after = bars.before(figure), bars.after(figure)
    body = max(bars.height, 2.2)
    height = body + HEAD
    width = HISTOGRAM + GAP + before + WIDTH + after
    figure.set_size_inches(width, height)
    axes = figure.add_axes((0, 0, HISTOGRAM / width, body / height))
    axes.hist(lists.predicted, bins=40, color=BAR)
    style_axes(axes, "predicted value", "recommendations")
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.yaxis.set_major_formatter("{x:,.0f}")
    start = HISTOGRAM + GAP + before
    panel = figure.add_axes((start / width, (body - bars.height) / height, WIDTH / width, bars.height / height))
    draw_bars(panel, bars, "lists")
    items = "columns" if to == "rows" else "rows"
    lines = (
        f"Left: {len(lists.items):,} recommendations to {len(lists.cold):,} {to} by what they predict",
        f"Right: the {len(bars.labels)} of {lists.item_count:,} {items} that stand on most lists, on how many, and the "
        "component that most often contributes most there",
        *words.drawn_rows(table.draw),
    )
    frame = figure.add_axes((0, 0, 1, 1))
    frame.set_axis_off()
    write_caption(frame, f"{dataset}: recommendations to {to}", lines, width)
    return figure


def most_recommended(lists: Recommendations, labels: tuple[str, ...], components: tuple[str, ...]) -> Bars:
    """Return the 20 items that stand on most lists, how often, and the component that most often contributes most."""
    times = np.bincount(lists.items, minlength=lists.item_count)
    order = np.argsort(-times, kind="stable")[:MOST]
    order = order[times[order] > 0]
    texts = []
    for item in order:
        reasons = lists.components[(lists.items == item) & (lists.components >= 0)]
        reason = components[np.bincount(reasons).argmax()] if len(reasons) else ""
        texts.append(f"{times[item]:,}  {reason}".rstrip())
    return Bars(labels=[labels[item] for item in order], values=times[order].astype(np.float64), texts=texts)
