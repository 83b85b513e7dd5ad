"""What is recommended: cell by cell for a small table, how it spreads for a large one."""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from ratings_nmf.core.table import RatingsTable, Side
from ratings_nmf.figures.arrangement import ANNOTATE, LABEL_ALL, arrange
from ratings_nmf.figures.bars import BAR, Bars, draw_bars
from ratings_nmf.figures.captions import INK, LABEL_SIZE, MUTED, Caption, font, write_caption
from ratings_nmf.figures.heatmap import heatmap
from ratings_nmf.model.factors import Factors
from ratings_nmf.recommend.recommendations import Recommendations

MOST = 20
HISTOGRAM, WIDTH, GAP, HEAD = 3.4, 1.8, 0.5, 0.25
"""Inches of the histogram's width, of the longest bar, between the two panels, and above them."""


def recommendations(dataset: str, table: RatingsTable, factors: Factors, found: Recommendations, *, to: Side) -> Figure:
    """Draw the predictions for unknown cells, recommended ones framed; of more than 400 cells, how they spread."""
    size = table.shape[0] * table.shape[1]
    if size <= ANNOTATE and max(table.shape) <= LABEL_ALL:
        return _matrix(dataset, table, factors, found, to)
    return _spread(dataset, table, factors, found, to)


def _matrix(dataset: str, table: RatingsTable, factors: Factors, found: Recommendations, to: Side) -> Figure:
    predicted = factors.reconstruction()
    predicted[table.rows, table.columns] = np.nan
    rows = arrange(table.row_labels, factors.W[:, : factors.parts], kind="rows")
    columns = arrange(table.column_labels, factors.H[: factors.parts].T, kind="columns")
    lines = (
        "W @ H of unknown cells; grey: known",
        f"Framed: what each {to[:-1]} is recommended",
    )
    caption = Caption(title=f"{dataset}: recommendations to {to}", lines=lines, colours="value")
    figure = heatmap(predicted, (rows, columns), caption)
    for receiver, item in zip(found.receivers.tolist(), found.items.tolist(), strict=True):
        row, column = (receiver, item) if to == "rows" else (item, receiver)
        frame = Rectangle((column + 0.04, row + 0.06), 0.92, 0.88, fill=False, edgecolor=INK, linewidth=1.4)
        figure.axes[0].add_patch(frame)
    return figure


def _spread(dataset: str, table: RatingsTable, factors: Factors, found: Recommendations, to: Side) -> Figure:
    labels = table.column_labels if to == "rows" else table.row_labels
    bars = most_recommended(found, labels, factors.components)
    figure = Figure(dpi=120)
    FigureCanvasAgg(figure)
    before, after = bars.before(figure), bars.after(figure)
    body = max(bars.height, 2.2)
    height = body + HEAD
    width = HISTOGRAM + GAP + before + WIDTH + after
    figure.set_size_inches(width, height)
    axes = figure.add_axes((0, 0, HISTOGRAM / width, body / height))
    axes.hist(found.predicted, bins=40, color=BAR)
    axes.set_xlabel("predicted value", fontproperties=font(LABEL_SIZE), color=INK)
    axes.set_ylabel("recommendations", fontproperties=font(LABEL_SIZE), color=INK)
    axes.tick_params(labelsize=LABEL_SIZE - 1, length=2, colors=MUTED)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.spines[["top", "right"]].set_visible(False)
    start = HISTOGRAM + GAP + before
    panel = figure.add_axes((start / width, (body - bars.height) / height, WIDTH / width, bars.height / height))
    draw_bars(panel, bars, "lists")
    items = "columns" if to == "rows" else "rows"
    lines = (
        f"Left: {len(found.items):,} recommendations to {len(found.cold):,} {to} by what they predict",
        f"Right: the {len(bars.labels)} of {found.item_count:,} {items} that stand on most lists, on how many, and the "
        "component that most often contributes most there",
    )
    caption = Caption(title=f"{dataset}: recommendations to {to}", lines=lines, colours="")
    frame = figure.add_axes((0, 0, 1, 1))
    frame.set_axis_off()
    write_caption(frame, caption, lines, width)
    return figure


def most_recommended(found: Recommendations, labels: tuple[str, ...], components: tuple[str, ...]) -> Bars:
    """Return the 20 items that stand on most lists, how often, and the component that most often contributes most."""
    times = np.bincount(found.items, minlength=found.item_count)
    order = np.argsort(-times, kind="stable")[:MOST]
    order = order[times[order] > 0]
    texts = []
    for item in order:
        reasons = found.components[(found.items == item) & (found.components >= 0)]
        reason = components[np.bincount(reasons).argmax()] if len(reasons) else ""
        texts.append(f"{times[item]:,}  {reason}".rstrip())
    return Bars(labels=[labels[item] for item in order], values=times[order].astype(np.float64), texts=texts)
