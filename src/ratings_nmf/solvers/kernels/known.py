"""Coordinate descent where only known cells count."""

from typing import Any

import numpy as np

from ratings_nmf.solvers.kernels.common import Lines, Packed, Rule, compiled, dot, penalty_of
from ratings_nmf.solvers.kernels.lanes import LANES, gather, load, spread, store, total


@compiled
def update_known(lines: Lines, cells: Packed, against: Any, own: Any, rule: Rule, losses: Any) -> None:
    """Coordinate descent over own[first:last] on the known cells, the other side's factors `against` fixed.

    For each line, minimise Σ_known (value - x·against)² + penalty over x ≥ 0 by cyclic passes that keep the
    residual: 2 products a cell and coordinate (Hsieh & Dhillon 2011; Yu et al. 2012). Writes to losses[line]
    the squared error after the update and the penalty. `lines` is (first, last).
    """
    first, last = lines
    longest = 0
    for line in range(first, last):
        longest = max(longest, cells.starts[line + 1] - cells.starts[line])
    residual = np.empty(longest, own.dtype)
    factors = np.empty(longest * own.shape[1], own.dtype)
    for line in range(first, last):
        start = cells.starts[line]
        size = cells.starts[line + 1] - start
        x = own[line, : rule.penalties.size]
        _gather_line(cells, start, against, x, (factors, residual[:size]))
        for _ in range(rule.passes):
            if _pass_known(x, factors, residual[:size], rule) <= rule.tolerance:
                break
        losses[line, 0] = dot(residual[:size], residual[:size])
        losses[line, 1] = penalty_of(x, rule)


@compiled
def _gather_line(cells: Packed, start: int, against: Any, x: Any, copies: Any) -> None:
    """Copy the factors of one line's cells, component by component, and compute the residual."""
    factors, residual = copies
    for at in range(0, residual.size, LANES):
        for block in range(0, against.shape[1], LANES):
            place = block * residual.size + at
            gather(against, cells.others, start + at, block, (factors, place, residual.size))
        rest = load(cells.values, start + at)
        for c in range(x.size):
            rest = rest - spread(x[c]) * load(factors, c * residual.size + at)
        store(residual, at, rest)


@compiled
def _pass_known(x: Any, factors: Any, residual: Any, rule: Rule) -> Any:
    """One pass over a line's coordinates; return the largest step relative to the largest coordinate."""
    zero = x.dtype.type(0)
    step, moved, largest, largest_step = zero, 0, zero, zero
    for c in range(x.size):
        if c == rule.fixed:
            continue
        # The step of the coordinate before is taken on the way: one visit to the residual instead of two.
        slope, curvature, change = spread(zero), spread(zero), spread(step)
        for at in range(0, residual.size, LANES):
            rest = load(residual, at) - change * load(factors, moved * residual.size + at)
            store(residual, at, rest)
            factor = load(factors, c * residual.size + at)
            slope = slope + rest * factor
            curvature = curvature + factor * factor
        curve, penalty, new = total(curvature), rule.penalties[c], rule.priors[c]
        if curve + penalty > zero:
            new = max(zero, (total(slope) + curve * x[c] + penalty * new) / (curve + penalty))
        step, moved, x[c] = new - x[c], c, new
        largest, largest_step = max(largest, new), max(largest_step, abs(step))
    change = spread(step)
    for at in range(0, residual.size, LANES):
        store(residual, at, load(residual, at) - change * load(factors, moved * residual.size + at))
    return largest_step / largest if largest > zero else zero
