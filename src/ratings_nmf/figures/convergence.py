"""How the loss falls while a solver runs."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from ratings_nmf.figures.captions import INK, LABEL_SIZE, MUTED, Caption, font, write_caption

LINE = "#1d4ed8"


def convergence(loss_curve: NDArray[np.float64], caption: Caption) -> Figure:
    """Draw the loss after each iteration, shape (iterations,), on a logarithmic scale where it falls tenfold."""
    figure = Figure(figsize=(5.0, 2.8), dpi=120)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.plot(np.arange(1, len(loss_curve) + 1), loss_curve, color=LINE, marker="o", markersize=3, linewidth=1.2)
    if loss_curve[-1] > 0 and loss_curve[0] > 10 * loss_curve[-1]:
        axes.set_yscale("log")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlim(0.5, len(loss_curve) + 0.5)
    axes.set_xlabel("iteration", fontproperties=font(LABEL_SIZE), color=INK)
    axes.set_ylabel(caption.colours, fontproperties=font(LABEL_SIZE), color=INK)
    axes.tick_params(labelsize=LABEL_SIZE - 1, length=2, colors=MUTED, which="both")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e4e4e7", linewidth=0.6)
    write_caption(axes, caption, caption.lines, 5.0)
    return figure
