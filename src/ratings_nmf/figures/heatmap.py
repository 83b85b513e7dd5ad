"""A matrix and its sides in, a figure out; nothing is saved and no global state is touched."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ratings_nmf.core.words import aligned
from ratings_nmf.figures.arrangement import LABEL_ALL, Arrangement, Matrix, annotates
from ratings_nmf.figures.colours import AMOUNT, DIFFERENCE, INK, MUTED, NOT_RATED
from ratings_nmf.figures.lettering import LABEL_SIZE, drawable, font, text_width, write_caption, write_ticks

MIDDLE = 0.4
"""Relative luminance (WCAG 2) above which a colour is light."""

ROOMY = 20
"""Lines of a side up to which its cells have space around their numbers."""

WIDEST = 1.1
"""Inches that such a cell grows to at most, so that its column label can stand upright."""

LENGTH = 6.0
"""Inches that a side of more than `LABEL_ALL` lines takes."""

Scale = Literal["amount", "difference", "correlation"]


@dataclass(frozen=True, kw_only=True)
class Caption:
    """What is written around a heatmap: its title, lines below the title, and what its colours mean."""

    title: str
    lines: tuple[str, ...]
    colours: str


def heatmap(
    matrix: Matrix,
    sides: Sequence[Arrangement],
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
    annotated = annotates(matrix.shape)
    texts = np.array(aligned(matrix.ravel().tolist())).reshape(matrix.shape) if annotated else None
    figure = Figure(dpi=120)
    cell = _cell_size(figure, matrix.shape, sides[1], texts)
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
    bar.tick_params(labelsize=LABEL_SIZE - 1, length=2, colors=MUTED)
    bar.set_ylabel(caption.colours, fontproperties=font(LABEL_SIZE - 1), color=MUTED)
    omissions = dict.fromkeys(side.caption for side in sides)
    write_caption(axes, caption.title, (*caption.lines, *omissions), width)
    return figure


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
    figure: Figure, shape: tuple[int, ...], columns: Arrangement, texts: NDArray[np.str_] | None
) -> tuple[float, float]:
    """Return a cell's width and height in inches: wide enough for its number and, where short, its heading."""
    if texts is not None:
        roomy = [lines <= ROOMY for lines in shape]
        width = max(text_width(figure, text) for text in texts.ravel()) + (0.2 if roomy[1] else 0.1)
        heading = max(text_width(figure, drawable(label)) for label in columns.labels.values()) + 0.12
        return max(width, heading if roomy[1] and heading <= WIDEST else 0.45), 0.36 if roomy[0] else 0.24
    width, height = (
        np.clip(LENGTH / count, 0.19, 0.6) if count <= LABEL_ALL else LENGTH / count for count in shape[::-1]
    )
    return float(width), float(height)


def _colours(matrix: Matrix, scale: Scale, limit: float | None) -> dict[str, Any]:
    strongest = limit or float(np.nanmax(np.abs(matrix), initial=0.0)) or 1.0
    if scale == "amount":
        return {"cmap": LinearSegmentedColormap.from_list("amount", AMOUNT), "vmin": 0.0, "vmax": strongest}
    strongest = 1.0 if scale == "correlation" else strongest
    cmap = LinearSegmentedColormap.from_list("difference", DIFFERENCE)
    return {"cmap": cmap, "vmin": -strongest, "vmax": strongest}


def _label_sides(figure: Figure, axes: Axes, sides: Sequence[Arrangement], cell: tuple[float, float]) -> None:
    rows, columns = sides
    axes.tick_params(left=bool(rows.caption), bottom=bool(columns.caption), length=3, color=MUTED)
    axes.set_yticks([position + 0.5 for position in rows.labels])
    axes.set_yticklabels([drawable(label) for label in rows.labels.values()], rotation=0)
    axes.set_xticks([position + 0.5 for position in columns.labels])
    texts = [drawable(label) for label in columns.labels.values()]
    widest = max((text_width(figure, text) for text in texts), default=0.0)
    if columns.caption:
        axes.set_xticklabels(texts, rotation=90)
    elif widest + 0.1 <= cell[0]:
        axes.set_xticklabels(texts, rotation=0)
    else:
        axes.set_xticklabels(texts, rotation=45, ha="right", rotation_mode="anchor")
    write_ticks([*axes.get_xticklabels(), *axes.get_yticklabels()])
