"""Horizontal bars, each with its label before it and what it says after it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ratings_nmf.figures.captions import INK, LABEL_SIZE, MUTED, font
from ratings_nmf.figures.glyphs import drawable
from ratings_nmf.figures.heatmap import text_width

BAR = "#3b82c4"
LINE = 0.2
"""Inches from bar to bar."""


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
    values: NDArray[np.float64]
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
    for tick in axes.get_yticklabels():
        tick.set(fontproperties=font(LABEL_SIZE), color=INK, parse_math=False)
    for place, (value, text) in enumerate(zip(bars.values, bars.texts, strict=True)):
        axes.annotate(
            text,
            (value / longest, place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontproperties=font(LABEL_SIZE - 1),
            color=MUTED,
            parse_math=False,
        )
    axes.annotate(
        heading,
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, 4),
        textcoords="offset points",
        fontproperties=font(LABEL_SIZE - 0.5),
        color=MUTED,
        parse_math=False,
    )
