"""What each component is made of: its largest loadings, so that a person can name it."""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ratings_nmf.core.table import RatingsTable
from ratings_nmf.figures.bars import Bars, draw_bars
from ratings_nmf.figures.captions import INK, LABEL_SIZE, Caption, font, write_caption
from ratings_nmf.figures.glyphs import drawable
from ratings_nmf.figures.heatmap import number_texts
from ratings_nmf.model.factors import Factors

LARGEST = 10
DRAWN = 16
"""Most components of one figure."""

LEAST = 0.01
"""Share of the largest loading below which a bar would not be seen."""

WIDTH, GAP, HEAD = 1.5, 0.45, 0.55
"""Inches of the longest bar, between panels, and above each component."""


def components(dataset: str, table: RatingsTable, factors: Factors) -> Figure:
    """Draw, for each component, the 10 rows and the 10 columns with the largest loadings that can be seen.

    Of more than 16 components, those with the largest share of the total of W @ H are drawn; baselines are left out.
    """
    chosen = drawn_components(factors)
    panels = [
        (_bars(table.row_labels, factors.W[:, part]), _bars(table.column_labels, factors.H[part])) for part in chosen
    ]
    figure = Figure(dpi=100)
    FigureCanvasAgg(figure)
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
    for number, (part, pair) in enumerate(zip(chosen, panels, strict=True)):
        top = sum(heights[: number // across]) + HEAD
        left = number % across * pair_width
        for side, bars in enumerate(pair):
            start = left + before[side] + side * (before[0] + WIDTH + after[0] + GAP)
            place = (start / width, 1 - (top + bars.height) / height, WIDTH / width, bars.height / height)
            draw_bars(figure.add_axes(place), bars, f"{('rows', 'columns')[side]} with the most")
        figure.text(
            left / width,
            1 - (top - 0.28) / height,
            drawable(factors.components[part]),
            fontproperties=font(LABEL_SIZE + 0.5),
            fontweight="bold",
            color=INK,
            parse_math=False,
        )
    frame = figure.add_axes((0, 0, 1, 1))
    frame.set_axis_off()
    said = _caption(dataset, factors, len(chosen))
    write_caption(frame, said, said.lines, width)
    return figure


def drawn_components(factors: Factors) -> list[int]:
    """Return the positions of the components that are drawn, in their own order."""
    share = factors.W[:, : factors.parts].sum(axis=0) * factors.H[: factors.parts].sum(axis=1)
    return sorted(np.argsort(-share, kind="stable")[:DRAWN].tolist())


def _bars(labels: tuple[str, ...], loadings: NDArray[np.float64]) -> Bars:
    order = np.argsort(-loadings, kind="stable")[:LARGEST]
    order = order[loadings[order] > LEAST * loadings.max()]
    values = loadings[order]
    return Bars(labels=[labels[line] for line in order], values=values, texts=number_texts(values[None])[0].tolist())


def _caption(dataset: str, factors: Factors, drawn: int) -> Caption:
    lines = [f"Up to {LARGEST} rows and {LARGEST} columns with the largest loadings"]
    if drawn < factors.parts:
        lines.append(f"The {drawn} of {factors.parts} components with the largest share of W @ H")
    if factors.parts < len(factors.components):
        lines.append("Left out: the baselines, a level for each row and each column")
    return Caption(title=f"{dataset}: components", lines=tuple(lines), colours="")
