"""Curves: the evidence of a survey over the number of components, and how the loss falls while a solver runs."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, LogLocator, MaxNLocator, NullFormatter

from ratings_nmf.core.words import NOT_MEASURED
from ratings_nmf.figures.arrangement import Matrix
from ratings_nmf.figures.colours import BAND, GRID, INK, LINES
from ratings_nmf.figures.lettering import LABEL_SIZE, font, style_axes, write_caption
from ratings_nmf.survey.criterion import deciding

WIDTH, HEIGHT, GAP = 5.6, 1.75, 0.3
"""Inches that a panel is wide and high, and between two panels."""

TICKS = 16
"""Counts up to which each is written below the axis."""

MARKS = ("o", "s", "^", "D")

PANELS = {
    "agreement": {
        "stability": "stability",
        "weakest": "least alike part",
        "cophenetic": "cophenetic correlation",
        "silhouette": "silhouette",
    },
    "explained variance": {"explained_variance": "best restart"},
}
"""Label and lines of each panel below that of held-out cells, from top to bottom."""

Points = dict[str, Matrix]
"""By score, the counts for which it was measured and its values, shape (2, counts)."""


def survey_figure(
    dataset: str, evidence: Sequence[dict[str, Any]], survey: dict[str, Any], *, fitted: int
) -> Figure | None:
    """Draw the score on held-out cells, agreement of restarts, and explained variance; mark choice and fitted count.

    The evidence is None where a score was not measured: the caption names scores without any point, and None is
    returned where no score has one.
    """
    criterion = deciding(evidence)
    every = {f"held-out {criterion.unit}": {criterion.column: f"{criterion.over}, ± 1 SE"}, **PANELS}
    points: Points = {}
    for name in (name for names in every.values() for name in names):
        known = [(line["n_components"], line[name]) for line in evidence if line[name] is not None]
        if known:
            points[name] = np.array(known, dtype=np.float64).T
    panels = {label: names for label, names in every.items() if points.keys() & names}
    if not panels:
        return None
    figure = Figure(figsize=(WIDTH, 1.0), dpi=120)
    counts = [line["n_components"] for line in evidence]
    errors = {line["n_components"]: line[criterion.error] or 0.0 for line in criterion.known(evidence)}
    for place, (label, names) in enumerate(panels.items()):
        axes = figure.add_axes((0, -place * (HEIGHT + GAP), 1, HEIGHT))
        for (name, text), colour, mark in zip(names.items(), LINES, MARKS, strict=False):
            if name in points:
                size = 4 if len(points[name][0]) <= TICKS else 2.5
                style: dict[str, Any] = {"color": colour, "marker": mark, "markersize": size}
                axes.plot(*points[name], label=text, linewidth=1.2, zorder=3, **style)
            if name == criterion.column and name in points:
                _draw_errors(axes, points[name], errors, colour)
        _dress(axes, counts, label, choice=survey["choice"], fitted=fitted)
        if criterion.column in names:
            _scale(
                axes, points[criterion.column][1], errors.values(), best=criterion.best_of(evidence)[criterion.column]
            )
        else:
            axes.set_ylim(*_limits([points[name] for name in names if name in points]))
        axes.tick_params(labelbottom=place == len(panels) - 1)
    figure.axes[-1].set_xlabel("components", fontproperties=font(LABEL_SIZE), color=INK)
    marks = f"{'Grey: the choice. ' if survey['choice'] else ''}Dashed: the count that was fitted"
    lines = [
        f"{criterion.speaks} and high agreement between restarts speak for a count. {marks}",
        f"To predict: {survey['reason']}",
        f"To name: {survey['parts_reason']}",
    ]
    gaps = [
        label if label not in panels else f"{label} ({text})"
        for label, names in every.items()
        for name, text in names.items()
        if name not in points
    ]
    if gaps:
        lines.append(f"{NOT_MEASURED.capitalize()}: {', '.join(dict.fromkeys(gaps))}")
    write_caption(figure.axes[0], f"{dataset}: how many components?", lines, WIDTH)
    return figure


def convergence(dataset: str, loss_curve: Matrix, fit_lines: Sequence[str]) -> Figure:
    """Draw the loss after each iteration, shape (iterations,), on a logarithmic scale where it falls tenfold."""
    figure = Figure(figsize=(5.0, 2.8), dpi=120)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.plot(np.arange(1, len(loss_curve) + 1), loss_curve, color=LINES[0], marker="o", markersize=3, linewidth=1.2)
    if loss_curve[-1] > 0 and loss_curve[0] > 10 * loss_curve[-1]:
        axes.set_yscale("log")
    else:
        axes.yaxis.set_major_formatter("{x:,.6g}")  # a factor of all ticks would stand in the caption
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlim(0.5, len(loss_curve) + 0.5)
    style_axes(axes, "iteration", "loss")
    axes.grid(axis="y", color=BAND, linewidth=0.6)
    lines = ("What the solver minimises, after each sweep over the table", *fit_lines)
    write_caption(axes, f"{dataset}: convergence", lines, 5.0)
    return figure


def trace_figure(dataset: str, traces: Matrix, fit_lines: Sequence[str]) -> Figure:
    """Draw the noise after each sweep of each chain, shape (chains, sweeps), NaN after a chain's last."""
    figure = Figure(figsize=(5.0, 2.8), dpi=120)
    axes = figure.add_axes((0, 0, 1, 1))
    for number, trace in enumerate(traces):
        axes.plot(np.arange(1, len(trace) + 1), trace, color=LINES[number % len(LINES)], linewidth=0.8, alpha=0.8)
    axes.set_xlim(0, traces.shape[1])
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    style_axes(axes, "sweep", "noise")
    axes.grid(axis="y", color=BAND, linewidth=0.6)
    lines = ("Standard deviation of the noise in each chain: from different starts they should come to one level",)
    write_caption(axes, f"{dataset}: chains", (*lines, *fit_lines), 5.0)
    return figure


def _draw_errors(axes: Axes, points: Matrix, errors: dict[int, float], colour: str) -> None:
    """Draw one standard error up and down."""
    counts, values = points
    above = np.array([errors[count] for count in counts.tolist()])
    least = values.min() * 1e-3  # so that a bar that would reach 0 can be drawn on a logarithmic scale
    below = np.minimum(above, values - least)
    axes.errorbar(counts, values, (below, above), fmt="none", ecolor=colour, elinewidth=1, capsize=2)


def _dress(axes: Axes, counts: list[int], label: str, *, choice: int | None, fitted: int) -> None:
    """Ticks, grid, labels, a band at the choice, and a line at the count that was fitted."""
    step = -(-len(counts) // TICKS)
    axes.xaxis.set_major_locator(FixedLocator(counts[::step]))
    axes.set_xlim(min(counts) - 0.5, max(counts) + 0.5)
    style_axes(axes, "", label)
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    if choice is not None:
        half = 0.02 * (max(counts) - min(counts) + 1)
        axes.axvspan(choice - half, choice + half, color=BAND, linewidth=0, zorder=0)
    if counts[0] <= fitted <= counts[-1]:
        axes.axvline(fitted, color=INK, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
    legend = axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, prop=font(LABEL_SIZE - 1))
    for text in legend.get_texts():
        text.set_color(INK)


def _scale(axes: Axes, values: Matrix, errors: Iterable[float], *, best: float) -> None:
    """Use a logarithmic scale where values rise to tenfold the best; else let the differences fill the axis."""
    if 0 < 10 * best < values.max():
        axes.set_yscale("log")
        axes.set_ylim(values.min() / 1.5, values.max() * 2.5)
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter("{x:,g}")
        axes.yaxis.set_minor_formatter(NullFormatter())
    else:
        margin = max(errors) + 0.08 * float(np.ptp(values)) or 0.5
        axes.set_ylim(max(values.min() - margin, 0.0), values.max() + margin)


def _limits(lines: Sequence[Matrix]) -> tuple[float, float]:
    """Return the ends of an axis for shares: it ends at 1, and starts at the least tenth below all points."""
    least = min(values.min() for _, values in lines)
    start = float(min(np.floor(10 * least - 0.2) / 10, 0.9))
    return start, 1.0 + 0.06 * (1.0 - start)
