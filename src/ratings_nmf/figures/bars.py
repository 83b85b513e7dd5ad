"""Horizontal bars with labels before and texts after them; what each component is made of, in such bars."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ratings_nmf.core import words
from ratings_nmf.core.table import RatingsTable
from ratings_nmf.figures.arrangement import Matrix, heaviest
from ratings_nmf.figures.colours import BAR, INK
from ratings_nmf.figures.lettering import LABEL_SIZE, drawable, text_width, write, write_caption, write_ticks
from ratings_nmf.model.factors import Factors

LINE = 0.2
"""Inches from bar to bar."""

LARGEST = 10
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
        return max((text_width(figure, drawable(label)) for label in self.labels), default=0.0) + 0.08

    def after(self, figure: Figure) -> float:
        """Return the width of the widest text after a bar and a gap, in inches."""
        return max((text_width(figure, text) for text in self.texts), default=0.0) + 0.08


def draw_bars(axes: Axes, bars: Bars, heading: str) -> None:
    """Draw bars over the whole width of axes, the longest as long as this, and a heading above them."""
    places = np.arange(len(bars.labels))
    longest = float(bars.values.max(initial=0.0)) or 1.0
    axes.barh(places, bars.values / longest, height=0.72, color=BAR)
    axes.set(xlim=(0, 1), ylim=(max(len(places), 1) - 0.5, -0.5), xticks=[])
    axes.set_yticks(places, [drawable(label) for label in bars.labels])
    axes.tick_params(left=False, pad=3)
    axes.spines[:].set_visible(False)
    write_ticks(axes.get_yticklabels())
    for place, (value, text) in enumerate(zip(bars.values, bars.texts, strict=True)):
        write(axes, text, (value / longest, place), size=LABEL_SIZE - 1, xytext=(4, 0), va="center")
    write(axes, heading, (0, 1), xycoords="axes fraction", xytext=(0, 4))


def component_bars(dataset: str, table: RatingsTable, factors: Factors) -> Figure:
    """Draw, for each component, the 10 rows and the 10 columns with the largest loadings that can be seen.

    Of more than 16 components, those with the largest share of the total of W @ H are drawn; baselines are left out.
    """
    parts = largest_parts(factors)
    panels = [
        (_bars(table.row_labels, factors.W[:, part]), _bars(table.column_labels, factors.H[part])) for part in parts
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
            draw_bars(figure.add_axes(place), bars, f"{('rows', 'columns')[side]} with the most")
        corner = (left / width, 1 - (top - 0.28) / height)
        name = drawable(factors.components[part])
        write(frame, name, corner, size=LABEL_SIZE + 0.5, color=INK, fontweight="bold")
    lines = [f"Up to {LARGEST} rows and {LARGEST} columns with the largest loadings", *words.drawn_rows(table.draw)]
    if len(parts) < factors.parts:
        lines.append(f"The {len(parts)} of {factors.parts} components with the largest share of W @ H")
    if factors.parts < len(factors.components):
        lines.append("Left out: the baselines, a level for each row and each column")
    write_caption(frame, f"{dataset}: components", lines, width)
    return figure


def largest_parts(factors: Factors) -> list[int]:
    """Return the positions of the up to 16 components that make up most of W @ H, in their own order."""
    return sorted(np.argsort(-factors.shares()[: factors.parts], kind="stable")[:DRAWN].tolist())


def _bars(labels: tuple[str, ...], loadings: Matrix) -> Bars:
    order = heaviest(loadings)[:LARGEST]
    return Bars(
        labels=[labels[line] for line in order], values=loadings[order], texts=words.aligned(loadings[order].tolist())
    )
