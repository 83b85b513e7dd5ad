"""The evidence of a survey against the number of components, one panel for each kind."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullFormatter

from ratings_nmf.figures.captions import INK, LABEL_SIZE, MUTED, Caption, font, write_caption

WIDTH, HEIGHT, GAP = 5.6, 1.75, 0.3
"""Inches that a panel is wide and high, and between two panels."""

TICKS = 16
"""Counts up to which each is written below the axis."""

COLOURS = ("#1d4ed8", "#b45309", "#0f766e", "#7c3aed")
MARKS = ("o", "s", "^", "D")
CHOSEN = "#e4e4e7"

Evidence = Sequence[dict[str, Any]]

PANELS: tuple[tuple[str, dict[str, str]], ...] = (
    ("RMSE", {"cv_rmse": "held-out cells, ± 1 SE", "train_rmse": "cells fitted to"}),
    (
        "agreement",
        {
            "stability": "stability",
            "cophenetic": "cophenetic correlation",
            "dispersion": "dispersion",
            "silhouette": "silhouette",
        },
    ),
    ("explained variance", {"explained_variance": "best restart"}),
)
"""Label and lines of each panel, from top to bottom."""


def survey_figure(evidence: Evidence, chosen: int | None, caption: Caption) -> Figure | None:
    """Draw held-out and train error, agreement between restarts, and explained variance; mark the chosen count.

    Parameters
    ----------
    evidence
        Lines of survey.csv. A panel whose lines are all None is left out; None is returned where no panel is left.
    chosen
        The count to mark.
    """
    panels = [(label, names) for label, names in PANELS if any(_points(evidence, name) for name in names)]
    if not panels:
        return None
    figure = Figure(figsize=(WIDTH, 1.0), dpi=120)
    counts = [line["n_components"] for line in evidence]
    for place, (label, names) in enumerate(panels):
        axes = figure.add_axes((0, -place * (HEIGHT + GAP), 1, HEIGHT))
        for (name, text), colour, mark in zip(names.items(), COLOURS, MARKS, strict=False):
            _draw(axes, evidence, name, label=text, color=colour, marker=mark)
        _dress(axes, counts, label, chosen)
        if label == "RMSE":
            _scale(axes, evidence)
        else:
            axes.set_ylim(*_limits(evidence, names))
        last = place == len(panels) - 1
        axes.tick_params(labelbottom=last)
        if last:
            axes.set_xlabel("components", fontproperties=font(LABEL_SIZE), color=INK)
    write_caption(figure.axes[0], caption, caption.lines, WIDTH)
    return figure


def _points(evidence: Evidence, name: str) -> list[tuple[int, float]]:
    return [(line["n_components"], line[name]) for line in evidence if line[name] is not None]


def _draw(axes: Axes, evidence: Evidence, name: str, **style: Any) -> None:
    points = _points(evidence, name)
    if not points:
        return
    counts, values = np.array(points).T
    size = 4 if len(counts) <= TICKS else 2.5
    axes.plot(counts, values, markersize=size, linewidth=1.2, zorder=3, **style)
    if name == "cv_rmse":
        errors = np.array([line["cv_rmse_se"] for line in evidence])
        least = values.min() * 1e-3  # so that a bar that would reach 0 can be drawn on a logarithmic scale
        below = np.minimum(errors, values - least)
        axes.errorbar(counts, values, (below, errors), fmt="none", ecolor=style["color"], elinewidth=1, capsize=2)


def _dress(axes: Axes, counts: list[int], label: str, chosen: int | None) -> None:
    """Ticks, grid, labels, and a band at the chosen count."""
    step = -(-len(counts) // TICKS)
    axes.xaxis.set_major_locator(FixedLocator(counts[::step]))
    axes.set_xlim(min(counts) - 0.5, max(counts) + 0.5)
    axes.set_ylabel(label, fontproperties=font(LABEL_SIZE), color=INK)
    axes.tick_params(labelsize=LABEL_SIZE - 1, length=2, colors=MUTED, which="both")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#f0f0f2", linewidth=0.6)
    axes.set_axisbelow(True)
    if chosen is not None:
        half = 0.02 * (max(counts) - min(counts) + 1)
        axes.axvspan(chosen - half, chosen + half, color=CHOSEN, linewidth=0, zorder=0)
    legend = axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, prop=font(LABEL_SIZE - 1))
    for text in legend.get_texts():
        text.set_color(INK)


def _scale(axes: Axes, evidence: Evidence) -> None:
    """Use a logarithmic scale where the held-out error rises tenfold; else start at 0 unless this flattens all."""
    values = [value for _, value in _points(evidence, "cv_rmse")]
    if max(values) > 10 * min(values):
        axes.set_yscale("log")
        trained = [value for _, value in _points(evidence, "train_rmse") if value > 0]
        axes.set_ylim(max(min(values) * 1e-2, min([*trained, min(values)]) / 1.5), max(values) * 2.5)
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter(NullFormatter())
    elif axes.get_ylim()[0] < 0.5 * max(values):
        axes.set_ylim(bottom=0.0)


def _limits(evidence: Evidence, names: dict[str, str]) -> tuple[float, float]:
    """Return the ends of an axis for shares: it ends at 1, and starts at the least tenth below all points."""
    least = min(value for name in names for _, value in _points(evidence, name))
    start = min(np.floor(10 * least - 0.2) / 10, 0.9)
    return float(start), 1.0 + 0.06 * (1.0 - float(start))
