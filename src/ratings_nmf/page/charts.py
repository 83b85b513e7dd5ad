"""Line charts as the template draws them in SVG: where each mark stands, in pixels that no font and no browser moves.

The style sheet colours the marks; no style stands in the SVG itself.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ratings_nmf.figures.arrangement import Matrix
from ratings_nmf.figures.scales import LogScale
from ratings_nmf.survey.criterion import Criterion

WIDTH, HEIGHT = 320, 190
"""Pixels between the ends of an axis."""

TOP = 10
"""Pixels above the vertical axis."""

CHARACTER = 8
"""Pixels that a character of a number takes."""

STEPS = 5
"""Most steps of an axis."""

DOTS = 60
"""Points of a curve up to which each is marked."""

SWEEPS = 150
"""Most points of a chain."""


@dataclass(frozen=True, kw_only=True)
class Ruler:
    """What measures an axis: its title, places of ticks and their texts, and what places values, from 0 to 1."""

    title: str
    ticks: Sequence[tuple[float, str]]
    place: Callable[[Any], Any]


def survey(evidence: Sequence[dict[str, Any]], criterion: Criterion) -> dict[str, Any]:
    """Return the chart of the score of each count on held-out cells, and its standard error."""
    values = np.array([line[criterion.column] for line in evidence])
    errors = np.array([line[criterion.error] or 0.0 for line in evidence])
    low, high = np.maximum(values - errors, 0.0), values + errors
    across = _counts([line["n_components"] for line in evidence])
    places = across.place(np.arange(len(evidence)))
    return _chart(
        across,
        linear(f"{criterion.noun} ({criterion.unit})", low.min(), high.max()),
        [(places, values)],
        bars=(low, high),
    )


def agreement(evidence: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the chart of how far restarts agree on the components, and on how columns group: 1 is always the same."""
    across = _counts([line["n_components"] for line in evidence])
    values = np.array([[line["stability"], line["cophenetic"]] for line in evidence], dtype=np.float64).T
    known = ~np.isnan(values)
    curves = [(across.place(np.flatnonzero(there)), line[there]) for line, there in zip(values, known, strict=True)]
    return _chart(across, linear("agreement of restarts", min(values[known].min(), 0.0), 1.0), curves)


def convergence(losses: Matrix) -> dict[str, Any]:
    """Return the chart of the loss after each iteration, on a logarithmic scale where it falls tenfold."""
    title, across = "what the solver minimises", _numbered("iteration", len(losses))
    if losses[0] > 10 * losses[-1] > 0:
        scale = LogScale(floor=losses.min(), limit=losses.max())
        values = scale.ticks()[1:]
        ticks = list(zip(scale.place(np.array(values)).tolist(), map(_text, values, values), strict=True))
        up = Ruler(title=title, ticks=ticks, place=scale.place)
    else:
        up = linear(title, losses.min(), losses.max())
    return _chart(across, up, [(across.place(np.arange(len(losses))), losses)])


def chains(traces: Matrix) -> dict[str, Any]:
    """Return the chart of the noise after each sweep of each chain; of many sweeps some are drawn."""
    count = traces.shape[1]
    places = np.arange(0, count, -(-count // SWEEPS))
    across = _numbered("sweep", count)
    curves = [
        (across.place(places[known]), trace[places][known])
        for trace, known in zip(traces, ~np.isnan(traces[:, places]), strict=True)
    ]
    return _chart(across, linear("noise", float(np.nanmin(traces)), float(np.nanmax(traces))), curves)


def linear(title: str, low: float, high: float) -> Ruler:
    """Return an axis that begins and ends at a tick, of ticks at multiples of 1, 2 or 5 of a power of ten.

    >>> axis = linear("", 2.6, 4.4)
    >>> axis.ticks, axis.place(3.0)
    ([(0.0, '2.5'), (0.25, '3.0'), (0.5, '3.5'), (0.75, '4.0'), (1.0, '4.5')], 0.25)
    """
    if low == high:
        low, high = 0.5 * low, 1.5 * high or 1.0
    step = _step(high - low)
    first, last = math.floor(low / step), math.ceil(high / step)
    ticks = [((tick - first) / (last - first), _text(tick * step, step)) for tick in range(first, last + 1)]
    return Ruler(title=title, ticks=ticks, place=lambda values: (values / step - first) / (last - first))


def _step(length: float) -> float:
    """Return 1, 2 or 5 times a power of ten, the least of at most `STEPS` that are as long."""
    power = float(f"1e{_power(length / STEPS)}")
    return next(times * power for times in (1, 2, 5, 10) if STEPS * times * power >= length)


def _text(value: float, step: float) -> str:
    """Return the text of a tick, with as many digits as tell it from others a step away."""
    size, last = _power(value), _power(step)
    text = f"{value:,.{max(-last, 0)}f}" if last > -5 and size < 7 else f"{value:.{max(size - last, 0)}e}"
    return text.replace("-", "−")


def _power(value: float) -> int:
    """Return the power of ten of a number's first digit."""
    return int(f"{value:e}".partition("e")[2])


def _numbered(title: str, count: int) -> Ruler:
    """Return the axis of so many steps, numbered from 1, which begins and ends at one."""
    step = int(max(_step(count), 1))
    ticks = [((number - 1) / max(count - 1, 1), f"{number:,}") for number in range(step, count + 1, step)]
    return Ruler(title=title, ticks=ticks, place=lambda values: values / max(count - 1, 1))


def _counts(counts: Sequence[int]) -> Ruler:
    """Return the axis of counts at equal distances, with the texts of as many as there is room for."""
    gap = math.ceil(len(counts) * CHARACTER * (len(str(counts[-1])) + 1) / WIDTH)
    ticks = [((at + 0.5) / len(counts), str(count)) for at, count in enumerate(counts)][::gap]
    return Ruler(title="number of components", ticks=ticks, place=lambda values: (values + 0.5) / len(counts))


def _chart(
    across: Ruler, up: Ruler, curves: Sequence[tuple[Matrix, Matrix]], *, bars: tuple[Matrix, Matrix] | None = None
) -> dict[str, Any]:
    """Return marks in pixels; `curves` are of places and values, `bars` ends of lines through points of the first."""
    left = 30 + CHARACTER * max(len(text) for _, text in up.ticks)

    def x(place: float) -> float:
        return round(left + WIDTH * place, 1)

    def y(place: float) -> float:
        return round(TOP + HEIGHT * (1 - place), 1)

    lines = [list(zip(places.tolist(), up.place(values).tolist(), strict=True)) for places, values in curves]
    ends = zip(*(up.place(values).tolist() for values in bars), strict=True) if bars else ()
    return {
        "left": left,
        "right": left + WIDTH,
        "bottom": TOP + HEIGHT,
        "titles": (across.title, up.title),
        "across": [(x(place), text) for place, text in across.ticks],
        "up": [(y(place), text) for place, text in up.ticks],
        "bars": [(x(place), y(low), y(high)) for (place, _), (low, high) in zip(lines[0], ends, strict=False)],
        "curves": [[(x(place), y(value)) for place, value in curve] for curve in lines],
        "has_dots": max(map(len, lines)) <= DOTS,
    }
