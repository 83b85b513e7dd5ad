"""What components are made of, and what is recommended: bars with labels before and texts after them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from ratings_nmf.core import words
from ratings_nmf.core.table import RatingsTable, Side
from ratings_nmf.figures.arrangement import Matrix, annotates, most_relevant, one_by_one
from ratings_nmf.figures.colours import BAR, INK
from ratings_nmf.figures.heatmap import Caption, heatmap
from ratings_nmf.figures.lettering import (
    LABEL_SIZE,
    drawable,
    drawables,
    style_axes,
    text_width,
    write,
    write_caption,
    write_ticks,
)
from ratings_nmf.figures.scales import kind_of, log_scale
from ratings_nmf.model.factors import Factors
from ratings_nmf.recommend.recommendations import Recommendations, sides

LINE = 0.2
"""Inches from bar to bar."""

LARGEST = 10
MOST = 20
DRAWN = 16
"""Most components of one figure."""

WIDTH, GAP, HEAD = 1.5, 0.45, 0.55
"""Inches of the longest bar, between panels, and above each component."""


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Bars from top to bottom.

    Attributes
    ----------
    labels
        What stands before each bar.
    values
        Its length, shape (bars,), 0 or more.
    texts
        What stands after it.
    """

    labels: Sequence[str]
    values: Matrix
    texts: Sequence[str]

    @property
    def height(self) -> float:
        """Inches that they take."""
        return max(len(self.labels), 1) * LINE

    def before(self, figure: Figure) -> float:
        """Return the width of the widest label and a gap, in inches."""
        return max((text_width(figure, text) for text in drawables(self.labels)), default=0.0) + 0.08

    def after(self, figure: Figure) -> float:
        """Return the width of the widest text after a bar and a gap, in inches."""
        return max((text_width(figure, text) for text in self.texts), default=0.0) + 0.08


def draw_bars(axes: Axes, bars: Bars, heading: str) -> None:
    """Draw bars over the whole width of axes, the longest as long as this, and a heading above them."""
    places = np.arange(len(bars.labels))
    longest = float(bars.values.max(initial=0.0)) or 1.0
    axes.barh(places, bars.values / longest, height=0.72, color=BAR)
    axes.set(xlim=(0, 1), ylim=(max(len(places), 1) - 0.5, -0.5), xticks=[])
    axes.set_yticks(places, drawables(bars.labels))
    axes.tick_params(left=False, pad=3)
    axes.spines[:].set_visible(False)
    write_ticks(axes.get_yticklabels())
    for place, (value, text) in enumerate(zip(bars.values, bars.texts, strict=True)):
        write(axes, text, (value / longest, place), size=LABEL_SIZE - 1, xytext=(4, 0), va="center")
    write(axes, heading, (0, 1), xycoords="axes fraction", xytext=(0, 4))


def component_bars(dataset: str, table: RatingsTable, factors: Factors) -> Figure:
    """Draw, for each component, the loadings of the 10 rows and the 10 columns that set it apart most.

    Of more than 16 components, those with the largest share of the total of W @ H are drawn; baselines are left out.
    """
    parts = largest_parts(factors)
    W, H = factors.W[:, : factors.parts], factors.H[: factors.parts]
    orders = most_relevant(W, H.sum(axis=1)), most_relevant(H.T, W.sum(axis=0))
    panels = [
        (
            _bars(table.row_labels, W[:, part], orders[0][part]),
            _bars(table.column_labels, H[part], orders[1][part]),
        )
        for part in parts
    ]
    figure = Figure(dpi=100)
    before = [max(pair[side].before(figure) for pair in panels) for side in (0, 1)]
    after = [max(pair[side].after(figure) for pair in panels) for side in (0, 1)]
    across = 1 if len(panels) <= 3 else 2
    pair_width = sum(before) + sum(after) + 2 * WIDTH + 2 * GAP
    heights = [
        max(bars.height for pair in panels[start : start + across] for bars in pair) + HEAD
        for start in range(0, len(panels), across)
    ]
    width, height = across * pair_width - GAP, sum(heights)
    figure.set_size_inches(width, height)
    frame = figure.add_axes((0, 0, 1, 1))
    frame.set_axis_off()
    for number, (part, pair) in enumerate(zip(parts, panels, strict=True)):
        top = sum(heights[: number // across]) + HEAD
        left = number % across * pair_width
        for side, bars in enumerate(pair):
            start = left + before[side] + side * (before[0] + WIDTH + after[0] + GAP)
            place = (start / width, 1 - (top + bars.height) / height, WIDTH / width, bars.height / height)
            draw_bars(figure.add_axes(place), bars, f"{('rows', 'columns')[side]} that set it apart")
        corner = (left / width, 1 - (top - 0.28) / height)
        name = drawable(factors.components[part])
        write(frame, name, corner, size=LABEL_SIZE + 0.5, color=INK, fontweight="bold")
    lines = [
        f"Loadings of up to {LARGEST} rows and columns by relevance: heavy here, and more so than elsewhere (λ 0.6)",
        *words.drawn_rows(table.draw),
    ]
    if len(parts) < factors.parts:
        lines.append(f"The {len(parts)} of {factors.parts} components with the largest share of W @ H")
    if factors.parts < len(factors.components):
        lines.append("Left out: the baselines, a level for each row and each column")
    write_caption(frame, f"{dataset}: components", lines, width)
    return figure


def largest_parts(factors: Factors) -> list[int]:
    """Return the positions of the up to 16 components that make up most of W @ H, in their own order."""
    return sorted(np.argsort(-factors.shares()[: factors.parts], kind="stable")[:DRAWN].tolist())


def recommendation_figure(
    dataset: str, table: RatingsTable, factors: Factors, lists: Recommendations, *, to: Side, warnings: Sequence[str]
) -> Figure | None:
    """Draw the predictions for unknown cells, recommended ones framed; of more than 400 cells, how they spread.

    Where nothing is recommended None is returned.
    """
    if not len(lists.items):
        return None
    lines = (*example(lists, *sides(table, to=to), factors.components), *warnings)
    caption = Caption(title=f"{dataset}: recommendations to {to}", lines=lines, colours="value")
    if annotates(table.shape):
        return _matrix(caption, table, factors, lists, to)
    return _spread(caption, table, factors, lists, to)


def example(
    lists: Recommendations, receivers: Sequence[str], items: Sequence[str], components: Sequence[str]
) -> list[str]:
    """Say why the first recommendation that a part speaks for is made, where there is one."""
    (lines,) = np.nonzero(lists.parts[:, 0] >= 0)
    if not len(lines):
        return []
    line = int(lines[0])
    receiver, item = drawable(receivers[lists.receivers[line]]), drawable(items[lists.items[line]])
    return [
        f"For example, to {receiver} {item}: " + lists.reason(line, items=items, components=components, spell=drawable)
    ]


def most_recommended(lists: Recommendations, labels: tuple[str, ...], components: tuple[str, ...]) -> Bars:
    """Return the 20 items that stand on most lists, how often, and the part that most often gives most there."""
    times = np.bincount(lists.items, minlength=lists.item_count)
    order = np.argsort(-times, kind="stable")[:MOST]
    order = order[times[order] > 0]
    texts = []
    for item in order:
        reasons = lists.parts[(lists.items == item) & (lists.parts[:, 0] >= 0), 0]
        reason = components[np.bincount(reasons).argmax()] if len(reasons) else ""
        texts.append(f"{times[item]:,}  {reason}".rstrip())
    return Bars(labels=[labels[item] for item in order], values=times[order].astype(np.float64), texts=texts)


def _matrix(caption: Caption, table: RatingsTable, factors: Factors, lists: Recommendations, to: Side) -> Figure:
    prediction = factors.reconstruction()
    prediction[table.rows, table.columns] = np.nan
    lines = "What is predicted of unknown cells; grey: known", f"Framed: what each {to[:-1]} is recommended"
    caption = replace(caption, lines=(*caption.lines, *lines))
    figure = heatmap(prediction, (one_by_one(table.row_labels), one_by_one(table.column_labels)), caption)
    for receiver, item in zip(lists.receivers.tolist(), lists.items.tolist(), strict=True):
        row, column = (receiver, item) if to == "rows" else (item, receiver)
        frame = Rectangle((column + 0.04, row + 0.06), 0.92, 0.88, fill=False, edgecolor=INK, linewidth=1.4)
        figure.axes[0].add_patch(frame)
    return figure


def _spread(caption: Caption, table: RatingsTable, factors: Factors, lists: Recommendations, to: Side) -> Figure:
    labels = table.column_labels if to == "rows" else table.row_labels
    bars = most_recommended(lists, labels, factors.components)
    figure = Figure(dpi=120)
    before, after = bars.before(figure), bars.after(figure)
    body = max(bars.height, 2.2)
    histogram, longest, gap, head = 3.4, 1.8, 0.5, 0.25  # inches: its width, the longest bar, between them, above both
    height = body + head
    start = histogram + gap + before
    width = start + longest + after
    figure.set_size_inches(width, height)
    axes = figure.add_axes((0, 0, histogram / width, body / height))
    _draw_spread(axes, lists.predicted)
    style_axes(axes, "predicted value", "recommendations")
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.yaxis.set_major_formatter("{x:,.0f}")
    panel = figure.add_axes((start / width, (body - bars.height) / height, longest / width, bars.height / height))
    draw_bars(panel, bars, "lists")
    items = "columns" if to == "rows" else "rows"
    lines = (
        f"Left: {len(lists.items):,} recommendations to {len(lists.cold):,} {to} by what they predict",
        f"Right: the {len(bars.labels)} of {lists.item_count:,} {items} that stand on most lists, on how many, and the "
        "part that most often gives most beyond what it gives the mean receiver",
        *words.drawn_rows(table.draw),
        *caption.lines,
    )
    frame = figure.add_axes((0, 0, 1, 1))
    frame.set_axis_off()
    write_caption(frame, caption.title, lines, width)
    return figure


def _draw_spread(axes: Axes, predicted: Matrix) -> None:
    """Draw how predictions spread, on the scale that tells them apart."""
    if kind_of(predicted) == "linear":
        axes.hist(predicted, bins=40, color=BAR)
        return
    scale = log_scale(predicted, float(predicted.max()))
    axes.hist(scale.place(predicted), bins=40, color=BAR)
    ticks = scale.ticks()
    axes.set_xticks(scale.place(np.array(ticks)), map(words.number, ticks))


def _bars(labels: tuple[str, ...], loadings: Matrix, order: NDArray[np.intp]) -> Bars:
    values = loadings[order[:LARGEST]]
    return Bars(labels=[labels[line] for line in order[:LARGEST]], values=values, texts=words.aligned(values.tolist()))
