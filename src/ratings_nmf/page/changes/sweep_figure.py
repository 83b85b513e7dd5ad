"""A sweep as a figure: error against the parameter that differs, the survey's own curve beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import cycle
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ratings_nmf.core.words import counted
from ratings_nmf.figures.colours import GRID, INK, LINES, MUTED
from ratings_nmf.figures.lettering import LABEL_SIZE, drawable, font, style_axes, write_caption, write_ticks
from ratings_nmf.page.changes.sweep_table import Sweep, spelled

WIDTH, HEIGHT, GAP = 5.6, 2.2, 0.3
"""Inches that a panel is wide and high, and between the two."""

TICKS = 16
"""Values up to which each is written below the axis."""

PANELS = {"heldout_rmse": "held-out RMSE, ± 1 SE", "relative_error": "relative error"}


def sweep_figure(sweep: Sweep, evidence: Sequence[Mapping[str, Any]]) -> Figure | None:
    """Draw the errors of a sweep over the parameter of most values; None where nothing was measured.

    Numbers stand to scale, other values side by side. Experiments with the same other parameters are joined; the best
    is ringed. Where the parameter is the number of components, the held-out error of the survey's evidence is drawn.
    """
    sweep = replace(sweep, lines=tuple(line for line in sweep.lines if line.metrics.get(sweep.dataset)))
    path = max(sweep.parameters, key=lambda path: len({spelled(line, path) for line in sweep.lines}))
    panels = {name: text for name, text in PANELS.items() if any(value is not None for value in sweep.numbers(name))}
    if not panels:
        return None
    places, ticks, to_scale = _places(sweep, path)
    counts = to_scale and path.endswith(".fit.n_components")
    figure = Figure(figsize=(WIDTH, 1.0), dpi=120)
    for panel, (name, text) in enumerate(panels.items()):
        shared = figure.axes[0] if panel else None
        axes = figure.add_axes((0, -panel * (HEIGHT + GAP), 1, HEIGHT), sharex=shared)
        if name == "heldout_rmse" and counts:
            _draw_survey(axes, evidence)
        _draw_errors(axes, sweep, name, places, _groups(sweep, path))
        style_axes(axes, "", text)
        axes.grid(axis="y", color=GRID, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
        axes.tick_params(labelbottom=panel == len(panels) - 1)
    if len(ticks) <= TICKS:
        axes.set_xticks([*ticks.values()], [drawable(tick) for tick in ticks])
        write_ticks(axes.get_xticklabels())
    name = path.removeprefix(f"datasets.{sweep.dataset}.")
    figure.axes[-1].set_xlabel(drawable(name), fontproperties=font(LABEL_SIZE), color=INK)
    legend = figure.axes[0].legend(
        loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, prop=font(LABEL_SIZE - 1)
    )
    for line in legend.get_texts():
        line.set_color(INK)
    caption = f"{counted(len(sweep.lines) - 1, 'experiment')} and the commit they start from; the best is ringed"
    write_caption(figure.axes[0], f"{sweep.dataset}: error by {drawable(name)}", [caption], WIDTH)
    return figure


def _places(sweep: Sweep, path: str) -> tuple[list[float], dict[str, float], bool]:
    """Return where each line stands on the axis of a parameter, where each value does, and whether it is to scale."""
    values: dict[str, Any] = {spelled(line, path): line.parameters.get(path) for line in sweep.lines}
    to_scale = all(isinstance(value, (int, float)) for value in values.values())
    ticks = {name: float(value if to_scale else place) for place, (name, value) in enumerate(values.items())}
    return [ticks[spelled(line, path)] for line in sweep.lines], ticks, to_scale


def _groups(sweep: Sweep, path: str) -> dict[str, list[int]]:
    """Return the lines that have the same other parameters, by these."""
    groups: dict[str, list[int]] = {}
    for place, line in enumerate(sweep.lines):
        others = [f"{other.rpartition('.')[2]} {spelled(line, other)}" for other in sweep.parameters if other != path]
        groups.setdefault(", ".join(others) or "experiments", []).append(place)
    return groups


def _draw_errors(axes: Axes, sweep: Sweep, name: str, places: Sequence[float], groups: Mapping[str, list[int]]) -> None:
    """Draw a metric with its standard errors, joined within a group."""
    triples = [*zip(places, sweep.numbers(name), sweep.numbers(f"{name}_se"), strict=True)]
    for (others, lines), colour in zip(groups.items(), cycle(LINES), strict=False):
        points = [triples[line] for line in lines if triples[line][1] is not None]
        if points:
            across, up, errors = map(list, zip(*points, strict=True))
            style: dict[str, Any] = {"color": colour, "marker": "o", "markersize": 4, "linewidth": 1.2, "capsize": 2}
            axes.errorbar(across, up, [error or 0.0 for error in errors], label=drawable(others), **style)
    least = min(up for _, up, _ in triples if up is not None)
    best = [across for across, up, _ in triples if up == least]
    axes.scatter(best, [least] * len(best), s=110, facecolors="none", edgecolors=INK, zorder=4)


def _draw_survey(axes: Axes, evidence: Sequence[Mapping[str, Any]]) -> None:
    points = [(line["n_components"], line["cv_rmse"]) for line in evidence if line["cv_rmse"] is not None]
    if points:
        axes.plot(*zip(*points, strict=True), color=MUTED, linestyle="--", linewidth=1.2, label="survey")
