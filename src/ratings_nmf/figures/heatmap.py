"""A matrix and its sides in, a figure out; nothing is saved and no global state is touched."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import LinearSegmentedColormap, ListedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ratings_nmf.core.words import aligned, number
from ratings_nmf.figures.arrangement import LABEL_ALL, Arrangement, Matrix, annotates
from ratings_nmf.figures.colours import AMOUNT, DIFFERENCE, LEVEL, MUTED, NOT_RATED
from ratings_nmf.figures.lettering import LABEL_SIZE, drawables, font, text_width, write_caption, write_ticks
from ratings_nmf.figures.scales import Kind, log_scale

MIDDLE = 0.179
"""Relative luminance (WCAG 2) above which black has more contrast than white: either has 4.58 at least."""

ROOMY = 20
"""Lines of a side up to which its cells have space around their numbers."""

WIDEST = 1.1
"""Inches that such a cell grows to at most, so that its column label can stand upright."""

GAP = 0.4
"""Lines between a matrix and the strip of levels beside it."""

LENGTH = 6.0
"""Inches that a side of more than `LABEL_ALL` lines takes."""

Scale = Literal["amount", "difference", "correlation"]


@dataclass(frozen=True, kw_only=True)
class Caption:
    """What is written around a heatmap: its title, lines below the title, and what its colours mean."""

    title: str
    lines: tuple[str, ...]
    colours: str


@dataclass(frozen=True, kw_only=True)
class Colouring:
    """How values become colours.

    Attributes
    ----------
    scale
        ``amount``: sequential from 0; ``difference``: diverging around 0; ``correlation``: diverging from −1 to 1.
    kind
        ``linear``, or ``log``: of a difference, of its size.
    limit
        The value with the strongest colour; None takes the largest magnitude in the matrix.
    """

    scale: Scale = "amount"
    kind: Kind = "linear"
    limit: float | None = None


@dataclass(frozen=True, kw_only=True)
class Strip:
    """Levels that stand right of a matrix, one for each row, or below it, in greys of their own scale."""

    label: str
    values: Matrix
    below: bool


def heatmap(
    matrix: Matrix,
    sides: Sequence[Arrangement],
    caption: Caption,
    *,
    colouring: Colouring = Colouring(),
    strip: Strip | None = None,
) -> Figure:
    """Draw a matrix of (row blocks, column blocks); NaN is grey.

    Parameters
    ----------
    matrix, sides
        The values, and its rows and columns as arranged.
    caption
        Title, lines below it, label of the colour bar.
    colouring, strip
        How values become colours, and what stands beside them on a scale of its own.
    """
    has_digits = annotates(matrix.shape)
    texts = np.array(aligned(matrix.ravel().tolist())).reshape(matrix.shape) if has_digits else None
    figure = Figure(dpi=120)
    cell = _cell_size(figure, matrix.shape, sides[1], texts)
    across, down = matrix.shape[1], matrix.shape[0]
    if strip:
        across, down = (across, down + GAP + _thick(down)) if strip.below else (across + GAP + _thick(across), down)
    width, height = cell[0] * across, cell[1] * down
    figure.set_size_inches(width, height)
    axes = figure.add_axes((0, 0, 1, 1), facecolor=NOT_RATED)
    bar = figure.add_axes((1 + 0.15 / width, 0, 0.14 / width, 1))
    edges: dict[str, Any] = {
        "edgecolors": "white" if has_digits else "none",
        "linewidth": 0.75 if has_digits else 0,
    }
    image, ticks, style = _colours(matrix, colouring)
    mesh = axes.pcolormesh(np.ma.masked_invalid(image), **edges, **style)
    if strip:
        axes.set_facecolor("white")
        axes.pcolormesh([0, matrix.shape[1]], [0, len(matrix)], [[0]], cmap=ListedColormap([NOT_RATED]), zorder=0)
    axes.set(xlim=(0, across), ylim=(down, 0))
    axes.spines[:].set_visible(False)
    figure.colorbar(mesh, cax=bar, ticks=[place for place, _ in ticks] or None).outline.set_visible(False)
    if ticks:
        bar.set_yticklabels([number(value) for _, value in ticks])
    if texts is not None:
        _write_numbers(axes, mesh, texts)
    _label_sides(figure, axes, sides, cell)
    if strip:
        _draw_strip(axes, strip, matrix.shape, edges if has_digits else None)
    bar.tick_params(labelsize=LABEL_SIZE - 1, length=2, colors=MUTED)
    bar.set_ylabel(caption.colours, fontproperties=font(LABEL_SIZE - 1), color=MUTED)
    omissions = dict.fromkeys(side.caption for side in sides)
    write_caption(axes, caption.title, (*caption.lines, *omissions), width)
    return figure


def _thick(lines: int) -> float:
    """Return how thick the strip beside so many lines is, in lines."""
    return max(1.0, lines / 24)


def _draw_strip(axes: Axes, strip: Strip, shape: tuple[int, ...], edges: dict[str, Any] | None) -> None:
    """Draw levels beside a matrix, with their numbers where it has numbers too."""
    lines = np.arange(len(strip.values) + 1)
    start = shape[0 if strip.below else 1] + GAP
    thick = np.array([start, start + _thick(shape[0 if strip.below else 1])])
    values = strip.values[None, :] if strip.below else strip.values[:, None]
    grey: dict[str, Any] = {"cmap": LinearSegmentedColormap.from_list("level", LEVEL), "vmin": 0.0}
    grey["vmax"] = float(strip.values.max(initial=0.0)) or 1.0
    mesh = axes.pcolormesh(*((lines, thick) if strip.below else (thick, lines)), values, **grey, **(edges or {}))
    if edges:
        texts = np.array(aligned(strip.values.tolist())).reshape(values.shape)
        _write_numbers(axes, mesh, texts, corner=(0.0, start) if strip.below else (start, 0.0))
    axis = axes.yaxis if strip.below else axes.xaxis
    labels = [*axis.get_ticklabels()]
    style = {name: getattr(labels[0], f"get_{name}")() for name in ("rotation", "ha", "rotation_mode")}
    axis.set_ticks([*axis.get_ticklocs(), float(thick.mean())], [*(each.get_text() for each in labels), strip.label])
    for each in axis.get_ticklabels():
        each.set(**style)
    write_ticks(axis.get_ticklabels())


def _write_numbers(
    axes: Axes, mesh: QuadMesh, texts: NDArray[np.str_], corner: tuple[float, float] = (0.0, 0.0)
) -> None:
    """Write a number into each cell of a mesh whose first cell is at a corner, black or white as contrast asks."""
    mesh.update_scalarmappable()
    colours = np.asarray(mesh.get_facecolor(), dtype=np.float64)[:, :3]
    linear = np.where(colours <= 0.03928, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    is_light = (linear @ np.array([0.2126, 0.7152, 0.0722]) > MIDDLE).reshape(texts.shape)
    for (row, column), text in np.ndenumerate(texts):
        axes.text(
            corner[0] + column + 0.5,
            corner[1] + row + 0.5,
            text,
            ha="center",
            va="center",
            color="black" if is_light[row, column] else "white",
            fontproperties=font(LABEL_SIZE),
        )


def _cell_size(
    figure: Figure, shape: tuple[int, ...], columns: Arrangement, texts: NDArray[np.str_] | None
) -> tuple[float, float]:
    """Return a cell's width and height in inches: wide enough for its number and, where short, its heading."""
    if texts is not None:
        roomy = [lines <= ROOMY for lines in shape]
        width = max(text_width(figure, text) for text in texts.ravel()) + (0.2 if roomy[1] else 0.1)
        heading = max(text_width(figure, text) for text in drawables(columns.labels.values())) + 0.12
        return max(width, heading if roomy[1] and heading <= WIDEST else 0.45), 0.36 if roomy[0] else 0.24
    width, height = (
        np.clip(LENGTH / count, 0.19, 0.6) if count <= LABEL_ALL else LENGTH / count for count in shape[::-1]
    )
    return float(width), float(height)


def _colours(matrix: Matrix, colouring: Colouring) -> tuple[Matrix, list[tuple[float, float]], dict[str, Any]]:
    """Return what is coloured, places and values of the bar's ticks where not its own, and how it is coloured."""
    amount = colouring.scale == "amount"
    strongest = colouring.limit or float(np.nanmax(np.abs(matrix), initial=0.0)) or 1.0
    strongest = 1.0 if colouring.scale == "correlation" else strongest
    ticks: list[tuple[float, float]] = []
    if colouring.kind == "log":
        scale = log_scale(np.abs(matrix), strongest)
        values = scale.ticks()
        places = scale.place(np.array(values)).tolist()
        ticks = list(zip(places, values, strict=True))
        if not amount:
            ticks = [(-place, -value) for place, value in ticks[:0:-1]] + ticks
        matrix, strongest = np.sign(matrix) * scale.place(np.abs(matrix)), 1.0
    cmap = LinearSegmentedColormap.from_list(*(("amount", AMOUNT) if amount else ("difference", DIFFERENCE)))
    return matrix, ticks, {"cmap": cmap, "vmin": 0.0 if amount else -strongest, "vmax": strongest}


def _label_sides(figure: Figure, axes: Axes, sides: Sequence[Arrangement], cell: tuple[float, float]) -> None:
    rows, columns = sides
    axes.tick_params(left=bool(rows.caption), bottom=bool(columns.caption), length=3, color=MUTED)
    axes.set_yticks([position + 0.5 for position in rows.labels])
    axes.set_yticklabels(drawables(rows.labels.values()), rotation=0)
    axes.set_xticks([position + 0.5 for position in columns.labels])
    texts = drawables(columns.labels.values())
    widest = max((text_width(figure, text) for text in texts), default=0.0)
    if columns.caption:
        axes.set_xticklabels(texts, rotation=90)
    elif widest + 0.1 <= cell[0]:
        axes.set_xticklabels(texts, rotation=0)
    else:
        axes.set_xticklabels(texts, rotation=45, ha="right", rotation_mode="anchor")
    write_ticks([*axes.get_xticklabels(), *axes.get_yticklabels()])
