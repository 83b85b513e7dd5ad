"""A matrix and its sides in, a figure out; nothing is saved and no global state is touched."""

from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ratings_nmf.figures.arrangement import ANNOTATE, LABEL_ALL, Side
from ratings_nmf.figures.captions import INK, LABEL_SIZE, MUTED, Caption, font, write_caption

NOT_RATED = "#d4d4d8"
MIDDLE = 0.4
"""Relative luminance (WCAG 2) above which a colour is light."""
ROOMY = 20
"""Lines of a side up to which its cells have space around their numbers."""

WIDEST = 1.1
"""Inches that such a cell grows to at most, so that its column label can stand upright."""

SIDE = 6.0
"""Inches that a side of more than `LABEL_ALL` lines takes."""

Scale = Literal["amount", "difference", "correlation"]


def heatmap(
    matrix: NDArray[np.float64],
    sides: tuple[Side, Side],
    caption: Caption,
    *,
    scale: Scale = "amount",
    limit: float | None = None,
) -> Figure:
    """Draw a matrix of (row blocks, column blocks); NaN is grey.

    Parameters
    ----------
    matrix, sides
        The values, and its rows and columns as arranged.
    caption
        Title, lines below it, label of the colour bar.
    scale
        ``amount``: sequential from 0; ``difference``: diverging around 0; ``correlation``: diverging from −1 to 1.
    limit
        The value with the strongest colour; None takes the largest magnitude in the matrix.
    """
    annotated = matrix.size <= ANNOTATE and max(matrix.shape) <= LABEL_ALL
    texts = number_texts(matrix) if annotated else None
    figure = Figure(dpi=120)
    FigureCanvasAgg(figure)
    cell = _cell_size(figure, matrix.shape, sides[1].labels.values(), texts)
    width, height = cell[0] * matrix.shape[1], cell[1] * matrix.shape[0]
    figure.set_size_inches(width, height)
    axes = figure.add_axes((0, 0, 1, 1), facecolor=NOT_RATED)
    bar = figure.add_axes((1 + 0.15 / width, 0, 0.14 / width, 1))
    mesh = axes.pcolormesh(
        np.ma.masked_invalid(matrix),
        edgecolors="white" if annotated else "none",
        linewidth=0.75 if annotated else 0,
        **_colours(matrix, scale, limit),
    )
    axes.set_ylim(len(matrix), 0)
    axes.spines[:].set_visible(False)
    figure.colorbar(mesh, cax=bar).outline.set_visible(False)
    if texts is not None:
        _write_numbers(axes, mesh, texts)
    _label_sides(figure, axes, sides, cell)
    notes = dict.fromkeys(side.caption for side in sides if side.caption)
    bar.tick_params(labelsize=LABEL_SIZE - 1, length=2, colors=MUTED)
    bar.set_ylabel(caption.colours, fontproperties=font(LABEL_SIZE - 1), color=MUTED)
    write_caption(axes, caption, (*caption.lines, *notes), width)
    return figure


def number_texts(matrix: NDArray[np.float64]) -> NDArray[np.str_]:
    """Return what is written into the cells: as many decimals as three digits of the largest value leave.

    >>> number_texts(np.array([[0.0, 5.338], [np.nan, 1.0]])).tolist()
    [['0.00', '5.34'], ['', '1.00']]
    >>> number_texts(np.array([[4.0, 0.0]])).tolist(), number_texts(np.array([[-12345.6]])).tolist()
    ([['4', '0']], [['-12,346']])
    """
    known = matrix[np.isfinite(matrix)]
    largest = np.abs(known).max(initial=0.0)
    if largest >= 1e7 or 0 < largest < 5e-3:
        form = "{:.2e}"
    elif largest >= 1000 or np.all(known == np.round(known)):
        form = "{:,.0f}"
    else:
        form = "{:.1f}" if largest >= 100 else "{:.2f}"
    zero, negative_zero = form.format(0.0), form.format(-0.0)
    texts = [
        [form.format(value).replace(negative_zero, zero) if np.isfinite(value) else "" for value in row]
        for row in matrix
    ]
    return np.array(texts)


def _write_numbers(axes: Axes, mesh: QuadMesh, texts: NDArray[np.str_]) -> None:
    """Write a number into each cell, dark on light colours and light on dark ones."""
    mesh.update_scalarmappable()
    colours = np.asarray(mesh.get_facecolor(), dtype=np.float64)[:, :3]
    linear = np.where(colours <= 0.03928, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    is_light = (linear @ np.array([0.2126, 0.7152, 0.0722]) > MIDDLE).reshape(texts.shape)
    for (row, column), text in np.ndenumerate(texts):
        axes.text(
            column + 0.5,
            row + 0.5,
            text,
            ha="center",
            va="center",
            color=INK if is_light[row, column] else "white",
            fontproperties=font(LABEL_SIZE),
        )


def _cell_size(
    figure: Figure, shape: tuple[int, int], column_labels: Iterable[str], texts: NDArray[np.str_] | None
) -> tuple[float, float]:
    """Return a cell's width and height in inches: wide enough for its number and, where short, its heading."""
    if texts is not None:
        roomy = [lines <= ROOMY for lines in shape]
        width = max(text_width(figure, text) for text in texts.ravel()) + (0.2 if roomy[1] else 0.1)
        heading = max(text_width(figure, label) for label in column_labels) + 0.12
        return max(width, heading if roomy[1] and heading <= WIDEST else 0.45), 0.36 if roomy[0] else 0.24
    width, height = (np.clip(SIDE / count, 0.19, 0.6) if count <= LABEL_ALL else SIDE / count for count in shape[::-1])
    return float(width), float(height)


def text_width(figure: Figure, text: str) -> float:
    """Return the width of a label in inches."""
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    width, _, _ = renderer.get_text_width_height_descent(text, font(LABEL_SIZE), False)
    return float(width) / figure.dpi


def _colours(matrix: NDArray[np.float64], scale: Scale, limit: float | None) -> dict[str, Any]:
    if scale == "correlation":
        return {"cmap": "RdBu_r", "vmin": -1.0, "vmax": 1.0}
    strongest = limit or float(np.nanmax(np.abs(matrix), initial=0.0)) or 1.0
    if scale == "difference":
        return {"cmap": "RdBu_r", "vmin": -strongest, "vmax": strongest}
    return {"cmap": "YlGnBu", "vmin": 0.0, "vmax": strongest}


def _label_sides(figure: Figure, axes: Axes, sides: tuple[Side, Side], cell: tuple[float, float]) -> None:
    rows, columns = sides
    axes.tick_params(left=bool(rows.caption), bottom=bool(columns.caption), length=3, color=MUTED)
    axes.set_yticks([position + 0.5 for position in rows.labels])
    axes.set_yticklabels(list(rows.labels.values()), rotation=0)
    axes.set_xticks([position + 0.5 for position in columns.labels])
    texts = list(columns.labels.values())
    widest = max((text_width(figure, text) for text in texts), default=0.0)
    if columns.caption:
        axes.set_xticklabels(texts, rotation=90)
    elif widest + 0.1 <= cell[0]:
        axes.set_xticklabels(texts, rotation=0)
    else:
        axes.set_xticklabels(texts, rotation=45, ha="right", rotation_mode="anchor")
    for tick in [*axes.get_xticklabels(), *axes.get_yticklabels()]:
        tick.set(fontproperties=font(LABEL_SIZE), color=INK, parse_math=False)
