"""Coordinate descent over one side's factors, a line at a time: where only known cells count, and where all do.

Where all count, absent cells are 0 and the table is never made dense.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.solvers.kernels import compiled
from ratings_nmf.solvers.kernels.lanes import LANES, gather, load, spread, store, total
from ratings_nmf.solvers.kernels.packing import Lines, Packed, add_multiple, add_multiples, dot


class Rule(NamedTuple):
    """What one update minimises besides the squared error, and when it stops.

    The penalty of coordinate c is penalties[c] * (x[c] - priors[c])²; coordinate `fixed` (-1: none) stays as
    it is. A line is passed over `passes` times, or until no coordinate moves by more than `tolerance` times
    the largest.
    """

    penalties: NDArray[Any]
    priors: NDArray[Any]
    fixed: int
    passes: int
    tolerance: float


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


@compiled
def update_observed(
    lines: Lines, cells: Packed, held_out: Packed, against: Any, own: Any, rule: Rule, losses: Any
) -> None:
    """Coordinate descent over own[first:last] on all cells but the held-out ones, absent cells being 0.

    `against` is (factors of the other side, their Gram). For each line, minimise x·Q·x - 2 a·x + penalty over
    x ≥ 0, where Q is the Gram less the outer products of the line's held-out cells and a the line's product
    with the factors, by cyclic passes that keep Q·x (Cichocki & Phan 2009; one pass is scikit-learn's).
    Writes to losses[line] the squared error after the update and the penalty. `lines` is (first, last).
    """
    factors, whole = against
    width = own.shape[1]
    product, image = np.empty(width, own.dtype), np.empty(width, own.dtype)
    reduced, components = np.empty_like(whole), np.empty(width, np.int32)
    for c in range(width):
        components[c] = c
    for line in range(*lines):
        start, stop = cells.starts[line], cells.starts[line + 1]
        values, x = cells.values[start:stop], own[line]
        product[:] = 0
        add_multiples(product, values, factors, cells.others[start:stop])
        held = held_out.others[held_out.starts[line] : held_out.starts[line + 1]]
        curvature = whole
        if held.size:
            curvature = reduced
            _take_out(reduced, whole, factors, held)
        image[:] = 0
        add_multiples(image, x, curvature, components)
        for _ in range(rule.passes):
            if _pass_observed(x, (product, image), (curvature, whole), rule) <= rule.tolerance:
                break
        losses[line, 0] = dot(values, values) + dot(x, image) - 2 * dot(x, product)
        losses[line, 1] = penalty_of(x, rule)


@compiled
def _take_out(reduced: Any, whole: Any, factors: Any, held: Any) -> None:
    """Write to `reduced` the Gram less the outer products of the held-out cells' factors."""
    for c in range(len(whole)):
        row = reduced[c]
        row[:] = 0
        add_multiple(row, row.dtype.type(1), whole[c])
        for other in held:
            add_multiple(row, -factors[other, c], factors[other])


@compiled
def _pass_observed(x: Any, vectors: Any, grams: Any, rule: Rule) -> Any:
    """One pass over a line's coordinates; return the largest step relative to the largest coordinate."""
    product, image = vectors
    curvature, whole = grams
    zero = x.dtype.type(0)
    largest, largest_step = zero, zero
    for c in range(rule.penalties.size):
        curve, penalty, new = curvature[c, c], rule.penalties[c], rule.priors[c]
        # Where all cells are held out, what is left of the Gram is rounding.
        if curve > 1e-12 * whole[c, c] or penalty > zero:
            new = max(zero, (curve * x[c] + product[c] - image[c] + penalty * new) / (curve + penalty))
        step, x[c] = new - x[c], new
        if step != zero:
            add_multiple(image, step, curvature[c])
        largest, largest_step = max(largest, new), max(largest_step, abs(step))
    return largest_step / largest if largest > zero else zero


@compiled
def penalty_of(x: Any, rule: Rule) -> float:
    """Return the penalty of one line's coordinates."""
    penalty = np.float64(0)
    for c in range(rule.penalties.size):
        if c != rule.fixed:
            distance = x[c] - rule.priors[c]
            penalty += rule.penalties[c] * distance * distance
    return penalty
