"""Coordinate descent where every cell counts and absent cells are 0: the table is never made dense."""

from typing import Any

import numpy as np

from ratings_nmf.solvers.kernels.common import (
    Lines,
    Packed,
    Rule,
    add_multiple,
    add_multiples,
    compiled,
    dot,
    penalty_of,
)


@compiled
def gram(parts: Lines, bounds: Any, tables: Any, lines: Any, out: Any) -> None:
    """Write to out[part], width × width, what lines bounds[part]:bounds[part + 1] add to table.T @ table.

    `tables` is (table.T, table), both contiguous; bounds are multiples of 4; `lines` counts from 0.
    """
    transposed, table = tables
    for part in range(*parts):
        out[part] = 0
        first, last = bounds[part], bounds[part + 1]
        for c in range(len(transposed)):
            add_multiples(out[part, c], transposed[c, first:last], table, lines[first:last])


@compiled
def multiply(lines: Lines, cells: Packed, against: Any, out: Any) -> None:
    """Write to out[first:last] the table times the other side's factors, absent cells being 0."""
    for line in range(*lines):
        start, stop = cells.starts[line], cells.starts[line + 1]
        out[line] = 0
        add_multiples(out[line], cells.values[start:stop], against, cells.others[start:stop])


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
def orthonormalize(vectors: Any) -> None:
    """Make the rows of a table orthonormal, in order (Gram-Schmidt, twice); a dependent row becomes 0."""
    for c in range(len(vectors)):
        before = dot(vectors[c], vectors[c])
        for _ in range(2):
            for d in range(c):
                add_multiple(vectors[c], -dot(vectors[c], vectors[d]), vectors[d])
        square = dot(vectors[c], vectors[c])
        scale = 1 / np.sqrt(square) if square > 1e-20 * before else 0.0
        for i in range(vectors.shape[1]):
            vectors[c, i] *= scale
