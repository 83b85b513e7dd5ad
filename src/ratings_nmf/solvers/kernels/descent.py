"""Coordinate descent over one side's factors, a line at a time, whatever a cell that is not given means.

The table is never made dense.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.solvers.kernels import compiled
from ratings_nmf.solvers.kernels.lanes import LANES, gather, load, spread, store, total
from ratings_nmf.solvers.kernels.packing import (
    Lines,
    Packed,
    add_multiple,
    add_multiples,
    add_outer,
    add_outer_to_four,
    dot,
)


class Rule(NamedTuple):
    """What one update minimises besides the squared error, and when it stops.

    A cell that is not given counts as a 0 of this weight, from 0 (not at all) to 1 (like any other). The penalty of
    coordinate c of a line is penalties[c] * sizes[line] * (x[c] - priors[c])²; coordinate `fixed` (-1: none) stays as
    it is. A line is passed over `passes` times; with a `tolerance` above 0, to the minimum, in so many passes at most,
    until none moves a coordinate by more than that times the largest. It then goes on by `beyond` times as much as all
    passes moved it, to 0 at least: where both sides are updated in turn, each stops short of where they will meet.
    """

    weight: float
    penalties: NDArray[Any]
    sizes: NDArray[Any]
    priors: NDArray[Any]
    fixed: int
    passes: int
    tolerance: float
    beyond: float


@compiled
def update(lines: Lines, cells: Packed, held_out: Packed, against: Any, own: Any, rule: Rule, losses: Any) -> None:
    """Coordinate descent over own[first:last], `lines` being (first, last), the other side's factors fixed.

    `against` is (factors F of the other side, weight * F.T @ F). For each line, minimise over x ≥ 0

        Σ_known (value - x·f)² + weight Σ_other (x·f)² + penalty = Σ_known value² - 2 a·x + x·Q·x + penalty,
        Q = weight Σ_all f f' + (1 - weight) Σ_known f f' - weight Σ_held-out f f',  a = Σ_known value f,

    by cyclic passes. Those to the minimum, and those where all cells weigh the same, keep Q·x (Cichocki & Phan 2009;
    one pass is scikit-learn's). Few passes would not repay the known cells' part of Q: they keep their residual
    instead, 2 products a cell and coordinate (Hsieh & Dhillon 2011; Yu et al. 2012), beside the others' part of Q·x (as
    He et al. 2016), and visit it for two coordinates at a time. Writes to losses[line] the squared error and the
    penalty after the passes, and the penalty beyond.
    """
    factors, whole = against
    width, weight, rest = own.shape[1], own.dtype.type(rule.weight), own.dtype.type(1 - rule.weight)
    keeps_residual = rest > 0 and rule.tolerance == 0
    longest = 0
    for line in range(*lines):
        longest = max(longest, cells.starts[line + 1] - cells.starts[line])
    product, image, before = np.zeros(width, own.dtype), np.zeros(width, own.dtype), np.zeros(width, own.dtype)
    reduced, components = np.empty_like(whole), np.arange(width).astype(np.int32)
    paired = rule.penalties.size + rule.penalties.size % 2
    residuals = np.empty(longest if keeps_residual else 0, own.dtype)
    others_copy, plan = np.empty(residuals.size * width, own.dtype), np.zeros((4, width), own.dtype)
    for line in range(*lines):
        start, stop = cells.starts[line], cells.starts[line + 1]
        values, others, x = cells.values[start:stop], cells.others[start:stop], own[line]
        gaps = held_out.others[held_out.starts[line] : held_out.starts[line + 1]]
        residual, curvature, before[:] = residuals[: stop - start], whole, x
        if gaps.size or (rest > 0 and not keeps_residual):
            curvature = reduced
            reduced[:] = whole
            add_outer(reduced, -weight, factors, gaps)
            if not keeps_residual:
                add_outer(reduced, rest, factors, others)
        if keeps_residual:
            gather_line(cells, start, factors, (others_copy, residual))
            _plan(x, (others_copy, residual, rest), (curvature, whole), (rule, rule.sizes[line]), plan)
        else:
            product[:] = 0
            add_multiples(product, values, factors, others)
        if rule.weight > 0 or not keeps_residual:
            image[:] = 0
            add_multiples(image, x, curvature, components)
        if keeps_residual:
            for _ in range(rule.passes):
                _pass_residual(x[:paired], (others_copy, residual, rest), (image, curvature), plan)
        else:
            _passes(x, (product, image, curvature, whole), rule, rule.sizes[line])
        losses[line, 0] = dot(x, image)
        if keeps_residual:  # value - (1 - weight) x·f
            losses[line, 0] += (dot(residual, residual) - weight * dot(values, values)) / rest
        else:
            losses[line, 0] += dot(values, values) - 2 * dot(x, product)
        losses[line, 1] = penalty_of(x, rule, rule.sizes[line])
        _go_beyond(x, before, own.dtype.type(rule.beyond))
        losses[line, 2] = penalty_of(x, rule, rule.sizes[line])


@compiled
def gather_line(cells: Packed, start: int, factors: Any, copies: Any) -> None:
    """Copy the factors of one line's cells, component by component, and its values."""
    others_copy, values = copies
    for at in range(0, values.size, LANES):
        for block in range(0, factors.shape[1], LANES):
            place = block * values.size + at
            gather(factors, cells.others, start + at, block, (others_copy, place, values.size))
        store(values, at, load(cells.values, start + at))


@compiled
def _plan(x: Any, known: Any, whole: Any, line: Any, plan: Any) -> None:
    """Turn a line's values into its residual, value - (1 - weight) x·f, and plan its passes.

    Of each coordinate that is how far a slope moves it, 1 / (curvature + penalty), 0 if it stays; what its partner's
    move adds to its slope, that is the curvature they share; the penalty; and its prior.
    """
    others_copy, residual, rest = known
    (curvature, gram), (rule, size) = whole, line
    zero, one, count, number = x.dtype.type(0), x.dtype.type(1), residual.size, rule.penalties.size
    rounding = x.dtype.type(1e-12 if x.itemsize == 8 else 1e-5)
    for c in range(0, number, 2):
        first, second, shared = spread(zero), spread(zero), spread(zero)
        left, right = spread(rest * x[c]), spread(rest * x[c + 1])
        for at in range(0, count, LANES):
            f, g = load(others_copy, c * count + at), load(others_copy, (c + 1) * count + at)
            store(residual, at, load(residual, at) - (left * f + right * g))
            first, second, shared = first + f * f, second + g * g, shared + f * g
        plan[0, c], plan[0, c + 1] = total(first), total(second)
        plan[1, c] = curvature[c, c + 1] + rest * total(shared)
    for c in range(number):
        curve, plan[2, c], plan[3, c] = curvature[c, c] + rest * plan[0, c], rule.penalties[c] * size, rule.priors[c]
        # Where all cells are held out, what is left of the Gram is rounding.
        is_open = plan[2, c] <= zero and curve <= rounding * gram[c, c]
        if is_open and rule.passes > 0 and c != rule.fixed:
            x[c] = rule.priors[c]
        plan[0, c] = zero if is_open or c == rule.fixed else one / (curve + plan[2, c])


@compiled
def _pass_residual(x: Any, known: Any, whole: Any, plan: Any) -> None:
    """One pass over a line's coordinates, two at a visit to the residual, which takes the steps of the last two on."""
    others_copy, residual, rest = known
    image, curvature = whole
    count, zero = residual.size, x.dtype.type(0)
    step, partner_step, moved = zero, zero, 0
    for c in range(0, x.size, 2):
        slopes, partner_slopes = spread(zero), spread(zero)
        change, partner_change = spread(rest * step), spread(rest * partner_step)
        for at in range(0, count, LANES):
            moves = change * load(others_copy, moved + at) + partner_change * load(others_copy, moved + count + at)
            left = load(residual, at) - moves
            store(residual, at, left)
            slopes = slopes + left * load(others_copy, c * count + at)
            partner_slopes = partner_slopes + left * load(others_copy, (c + 1) * count + at)
        step = _step(x, c, total(slopes) - image[c], plan)
        partner_step = _step(x, c + 1, total(partner_slopes) - image[c + 1] - plan[1, c] * step, plan)
        moved = c * count
        if rest < 1:
            add_multiple(image, step, curvature[c])
            add_multiple(image, partner_step, curvature[c + 1])
    change, partner_change = spread(rest * step), spread(rest * partner_step)
    for at in range(0, count, LANES):
        moves = change * load(others_copy, moved + at) + partner_change * load(others_copy, moved + count + at)
        store(residual, at, load(residual, at) - moves)


@compiled
def _step(x: Any, c: int, slope: Any, plan: Any) -> Any:
    """Move a coordinate to its minimum, or 0, and return by how much."""
    before = x[c]
    x[c] = max(x.dtype.type(0), before + plan[0, c] * (slope - plan[2, c] * (before - plan[3, c])))
    return x[c] - before


@compiled
def _passes(x: Any, whole: Any, rule: Rule, size: Any) -> None:
    """As many passes over a line's coordinates as the rule says, or to the minimum."""
    for _ in range(rule.passes):
        if _pass(x, whole, rule, size) <= rule.tolerance:
            return
        if rule.tolerance > 0:
            _step_free(x, whole[:3], rule, size)


@compiled
def _pass(x: Any, whole: Any, rule: Rule, size: Any) -> Any:
    """One pass over a line's coordinates; return the largest step relative to the largest coordinate."""
    product, image, curvature, gram = whole
    zero = x.dtype.type(0)
    rounding = x.dtype.type(1e-12 if x.itemsize == 8 else 1e-5)
    largest, largest_step = zero, zero
    for c in range(rule.penalties.size):
        if c == rule.fixed:
            continue
        curve, penalty, new = curvature[c, c], rule.penalties[c] * size, rule.priors[c]
        # Where all cells are held out, what is left of the Gram is rounding.
        if curve > rounding * gram[c, c] or penalty > zero:
            new = max(zero, (curve * x[c] + product[c] - image[c] + penalty * new) / (curve + penalty))
        step, x[c] = new - x[c], new
        if step != zero:
            add_multiple(image, step, curvature[c])
        largest, largest_step = max(largest, new), max(largest_step, abs(step))
    return largest_step / largest if largest > zero else largest_step


@compiled
def _go_beyond(x: Any, before: Any, share: Any) -> None:
    """Move coordinates by this share of how far they are from where they were before, to 0 at least."""
    for c in range(x.size):
        x[c] = max(x.dtype.type(0), x[c] + share * (x[c] - before[c]))


@compiled
def _step_free(x: Any, whole: Any, rule: Rule, size: Any) -> None:
    """Step to the minimum over a line's coordinates above 0, by Cholesky's factor, unless the cells leave it open.

    Those that would fall below 0 become 0, or where that does not lower the loss, the step ends at the first of them
    (Lawson & Hanson 1974, chapter 23; Bertsekas 1982). Passes between let others in.
    """
    product, image, curvature = whole
    free = np.flatnonzero(x[: rule.penalties.size] > 0)
    free = free[free != rule.fixed]
    count = free.size
    width = (count // LANES + 1) * LANES
    system, lines = np.zeros((width, width), x.dtype), np.arange(width)
    for i in range(count):
        c = free[i]
        penalty, curves, line = rule.penalties[c] * size, curvature[c], system[i]
        for j in range(i, count):
            line[j] = curves[free[j]]
        line[i] += penalty
        line[count] = product[c] - image[c] + penalty * (rule.priors[c] - x[c])
    for first in range(0, count, 4):
        add_outer_to_four(system, first, x.dtype.type(-1), system, lines[:first])
        for i in range(first, min(first + 4, count)):
            line = system[i]
            for j in range(first, i):
                add_multiple(line, -system[j, i], system[j])
            if line[i] <= 1e-12 * abs(curvature[free[i], free[i]]):
                return
            inverse = spread(x.dtype.type(1) / np.sqrt(line[i]))
            for at in range(first // LANES * LANES, width, LANES):
                store(line, at, inverse * load(line, at))
    steps, share = np.zeros(width, x.dtype), x.dtype.type(1)
    for i in range(count - 1, -1, -1):
        steps[i] = (system[i, count] - dot(system[i], steps)) / system[i, i]
        if x[free[i]] + steps[i] < 0:
            share = min(share, -x[free[i]] / steps[i])
    before, start, start_image = _loss(x, product, image, rule, size), x.copy(), image.copy()
    for length in (x.dtype.type(1), share):
        x[:], image[:] = start, start_image
        for i in range(count):
            c = free[i]
            x[c] = max(x.dtype.type(0), start[c] + length * steps[i])
            add_multiple(image, x[c] - start[c], curvature[c])
        if share == 1 or _loss(x, product, image, rule, size) < before:
            return


@compiled
def _loss(x: Any, product: Any, image: Any, rule: Rule, size: Any) -> float:
    """Return the loss of one line without the squares of its values."""
    return float(dot(x, image) - 2 * dot(x, product) + penalty_of(x, rule, size))


@compiled
def penalty_of(x: Any, rule: Rule, size: Any) -> float:
    """Return the penalty of one line's coordinates."""
    penalty = np.float64(0)
    for c in range(rule.penalties.size):
        if c != rule.fixed:
            distance = x[c] - rule.priors[c]
            penalty += rule.penalties[c] * size * distance * distance
    return penalty
