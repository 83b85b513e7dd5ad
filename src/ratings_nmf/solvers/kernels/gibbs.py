"""Draws of one side's factors given the other's, lines side by side, and of the priors that a side's factors come from.

A coordinate of a part, given all else, is normal and cut off below 0 (Schmidt, Winther & Hansen 2009): where coordinate
descent steps to the minimum, this draws around it. Of a line with a level, parts are drawn with the level, which is
normal, integrated out, and the level after them (Liu 1994): as parts are 0 or more, they and levels stand for much the
same, and exchange it slowly otherwise.

A coordinate has to wait for the one before, and most lines have few cells: sixteen at once wait no longer than one. In
what is kept of a group, by component, place i is that of its i-th line.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.solvers.kernels import compiled, inlined
from ratings_nmf.solvers.kernels.descent import gather_line
from ratings_nmf.solvers.kernels.drawing import exponential, gamma, is_far, key_of, near_normal, normal, positive_normal
from ratings_nmf.solvers.kernels.lanes import LANES, gather, load, spread, store, total
from ratings_nmf.solvers.kernels.packing import ABREAST, Abreast, Lines, Packed, add_multiples, add_outer, dot

_BLOCK = 64
"""Normal draws that are made at once where it is not known how many are needed."""


class Prior(NamedTuple):
    """The normal distributions that a side's coordinates come from.

    Coordinate `fixed` (−1: none) stays as it is. Those before `parts` are cut off below 0, the others are levels. Means
    are drawn of those from `centred` on; others stay as they are.
    """

    means: NDArray[np.float64]
    precisions: NDArray[np.float64]
    parts: int
    centred: int
    fixed: int


class Chance(NamedTuple):
    """The precision of a cell's noise, and what names the random numbers of an update of a side.

    Lines with the same number in `names`, shape (lines + 1,), share theirs; the last is of places without a line. All
    coordinates of a line are drawn `passes` times.
    """

    noise: float
    key: Any
    names: NDArray[np.int64]
    passes: int


@compiled
def draw_known(table: Abreast, against: Any, own: Any, prior: Prior, chance: Chance, errors: Any) -> None:
    """Draw all lines of `own` given the known cells and the other side's factors `against`, a group at a time.

    Writes to errors[line] the squared error after it.
    """
    members, cells = table
    longest, n = 0, prior.means.size
    for group in range(len(members)):
        longest = max(longest, cells.starts[group + 1] - cells.starts[group])
    factors, residual = np.empty(longest * own.shape[1], own.dtype), np.empty(longest, own.dtype)
    shape = own.shape[1], ABREAST
    x, curves, sums = np.empty(shape, own.dtype), np.empty(shape, own.dtype), np.empty(shape, own.dtype)
    flat, keys = x.reshape(-1), np.empty(ABREAST, np.uint64)
    shares, deviations = np.zeros((n, ABREAST)), np.empty((n, ABREAST))
    level = n - 1 - (prior.fixed == n - 1)
    for group in range(len(members)):
        start, lines = cells.starts[group], members[group]
        size, is_one = cells.starts[group + 1] - start, lines[0] == lines[ABREAST - 1]
        known = factors[: size * own.shape[1]], residual[:size], is_one
        gather_line(cells, start, against, known[:2])
        for c in range(0, own.shape[1], LANES):
            for lane in range(0, ABREAST, LANES):
                gather(own, lines, lane, c, (flat, c * ABREAST + lane, ABREAST))
        for c in range(0, n, 2):
            _leave_out(x, known, c, curves, sums)
        plan = curves, sums, shares, deviations
        for c in range(n):
            if c < prior.parts <= level:
                _integrate_out(plan, c, level, prior.precisions[level] / chance.noise)
        for c in range(n):
            _set_deviations(plan, c, chance.noise, prior.precisions[c])
        for number in range(chance.passes):
            for lane in range(ABREAST):
                keys[lane] = key_of(key_of(chance.key, chance.names[lines[lane]]), number)
            _pass_known(x, known, plan, prior, level, (chance.noise, keys))
        _write_moments(residual[:size], is_one, curves, sums)
        _keep(lines, x, curves, own, errors)


@compiled
def _keep(lines: Any, x: Any, squares: Any, own: Any, errors: Any) -> None:
    """Write a group's coordinates and squared errors to where its lines are; the one past the last is none."""
    for lane in range(ABREAST):
        if lines[lane] < errors.size:
            errors[lines[lane]] = squares[0, lane]
            for c in range(len(x)):
                own[lines[lane], c] = x[c, lane]


@compiled
def _leave_out(x: Any, known: Any, c: int, curves: Any, sums: Any) -> None:
    """Take what components c and c + 1 of a group's lines give off the values; write the moments of their factors."""
    factors, residual, is_one = known
    size, zero = residual.size, spread(x.dtype.type(0))
    p, q = load(x, c * ABREAST), load(x, c * ABREAST + LANES)
    r, s = load(x, (c + 1) * ABREAST), load(x, (c + 1) * ABREAST + LANES)
    e2, f2, g2, h2, e1, f1, g1, h1 = zero, zero, zero, zero, zero, zero, zero, zero
    for at in range(0, size, ABREAST):
        e, f = load(factors, c * size + at), load(factors, c * size + at + LANES)
        g, h = load(factors, (c + 1) * size + at), load(factors, (c + 1) * size + at + LANES)
        store(residual, at, load(residual, at) - (p * e + r * g))
        store(residual, at + LANES, load(residual, at + LANES) - (q * f + s * h))
        e2, f2, g2, h2 = e2 + e * e, f2 + f * f, g2 + g * g, h2 + h * h
        e1, f1, g1, h1 = e1 + e, f1 + f, g1 + g, h1 + h
    _write(e2, f2, is_one, curves, c)
    _write(g2, h2, is_one, curves, c + 1)
    _write(e1, f1, is_one, sums, c)
    _write(g1, h1, is_one, sums, c + 1)


@compiled
def _write_moments(numbers: Any, is_one: bool, squares: Any, sums: Any) -> None:
    """Write the sum of squares and the sum of each line of a group, as those of component 0."""
    zero = spread(numbers.dtype.type(0))
    e2, f2, e1, f1 = zero, zero, zero, zero
    for at in range(0, numbers.size, ABREAST):
        e, f = load(numbers, at), load(numbers, at + LANES)
        e2, f2, e1, f1 = e2 + e * e, f2 + f * f, e1 + e, f1 + f
    _write(e2, f2, is_one, squares, 0)
    _write(e1, f1, is_one, sums, 0)


@inlined
def _write(left: Any, right: Any, is_one: bool, out: Any, c: int) -> None:
    """Write sums over the lines of a group to out[c]; those of a line that fills it are parts of one sum."""
    if is_one:
        left = spread(total(left + right))
        right = left
    store(out, c * ABREAST, left)
    store(out, c * ABREAST + LANES, right)


@inlined
def _integrate_out(plan: Any, c: int, level: int, precision: float) -> None:
    """Write which share of a part's sum the level takes, and make its curves those that are left then."""
    curves, sums, shares, _ = plan
    for lane in range(sums.shape[1]):
        shares[c, lane] = sums[c, lane] / (curves[level, lane] + precision)
    for lane in range(sums.shape[1]):
        curves[c, lane] = max(curves[c, lane] - shares[c, lane] * sums[c, lane], 0.0)


@inlined
def _set_deviations(plan: Any, c: int, noise: float, precision: float) -> None:
    """Write the standard deviations of a coordinate of a group's lines, given all else."""
    curves, _, _, deviations = plan
    for lane in range(curves.shape[1]):
        deviations[c, lane] = 1.0 / math.sqrt(noise * np.float64(curves[c, lane]) + precision)


@compiled
def _pass_known(x: Any, known: Any, plan: Any, prior: Prior, level: int, chance: Any) -> None:
    """Draw each coordinate of a group's lines in turn, parts whatever the level is, which comes last."""
    factors, residual, is_one = known
    size, moved = residual.size, 0
    steps, slopes, rests = np.zeros_like(x[:1]), np.zeros_like(x[:1]), np.zeros_like(x[:1])
    pulls, ratios = np.empty(ABREAST), np.empty(ABREAST)
    _write_moments(residual, is_one, slopes, rests)
    weight = prior.precisions[level] / chance[0]
    for lane in range(ABREAST):
        pulls[lane] = rests[0, lane] + weight * (prior.means[level] - x[level, lane])
    for c in range(prior.means.size):
        if c == prior.fixed:
            continue
        # The step of the coordinate before is taken on the way: one visit to the residual instead of two.
        left, right = load(steps, 0), load(steps, LANES)
        slope, other_slope = spread(x.dtype.type(0)), spread(x.dtype.type(0))
        for at in range(0, size, ABREAST):
            rest = load(residual, at) - left * load(factors, moved * size + at)
            other_rest = load(residual, at + LANES) - right * load(factors, moved * size + at + LANES)
            store(residual, at, rest)
            store(residual, at + LANES, other_rest)
            slope = slope + rest * load(factors, c * size + at)
            other_slope = other_slope + other_rest * load(factors, c * size + at + LANES)
        _write(slope, other_slope, is_one, slopes, 0)
        _draw(x, plan, c, (slopes, pulls, steps, ratios), prior, chance)
        moved = c
    left, right = load(steps, 0), load(steps, LANES)
    for at in range(0, size, ABREAST):
        store(residual, at, load(residual, at) - left * load(factors, moved * size + at))
        store(residual, at + LANES, load(residual, at + LANES) - right * load(factors, moved * size + at + LANES))


@inlined
def _draw(x: Any, plan: Any, c: int, line: Any, prior: Prior, chance: Any) -> None:
    """Draw a coordinate of a group's lines, whose squared errors are curve · (new − x)² − 2 slope · (new − x) + …."""
    slopes, pulls, steps, ratios = line
    noise, keys = chance
    _set_ratios(x, plan, c, (slopes, pulls), (noise, prior.precisions[c] * prior.means[c]), ratios)
    _draw_abreast(ratios, keys, c, c < prior.parts)
    _step(x, plan, c, ratios, steps, pulls)


@inlined
def _set_ratios(x: Any, plan: Any, c: int, pulled: Any, constants: Any, ratios: Any) -> None:
    """Write mean / deviation of a coordinate of a group's lines."""
    curves, _, shares, deviations = plan
    slopes, pulls = pulled
    noise, prior = constants
    for lane in range(ratios.size):
        slope = slopes[0, lane] - shares[c, lane] * pulls[lane] + np.float64(curves[c, lane]) * np.float64(x[c, lane])
        ratios[lane] = (noise * slope + prior) * deviations[c, lane]


@inlined
def _draw_abreast(ratios: Any, keys: Any, c: int, is_cut_off: bool) -> None:
    """Replace means of normal distributions of variance 1, cut off below 0 or not, by draws."""
    if not is_cut_off:
        for lane in range(ratios.size):
            ratios[lane] += normal(keys[lane], c)
        return
    far = 0
    for lane in range(ratios.size):
        far += is_far(ratios[lane])
    if far > 0:
        for lane in range(ratios.size):
            ratios[lane] = positive_normal(keys[lane], c, ratios[lane])
        return
    for lane in range(ratios.size):
        ratios[lane] = near_normal(keys[lane], c, ratios[lane])


@inlined
def _step(x: Any, plan: Any, c: int, draws: Any, steps: Any, pulls: Any) -> None:
    """Move a coordinate of a group's lines to where it is drawn; write how far, and what that takes off pulls."""
    _, sums, _, deviations = plan
    for lane in range(draws.size):
        new = x.dtype.type(draws[lane] * deviations[c, lane])
        steps[0, lane] = new - x[c, lane]
        x[c, lane] = new
    for lane in range(draws.size):
        pulls[lane] -= np.float64(sums[c, lane]) * np.float64(steps[0, lane])


@compiled
def _normal(key: Any, number: int, ratio: float, deviation: float, is_cut_off: bool) -> float:
    """Draw from a normal distribution, cut off below 0 or not, given mean / deviation and deviation."""
    return deviation * (positive_normal(key, number, ratio) if is_cut_off else ratio + normal(key, number))


@compiled
def draw_observed(
    cells: Packed, held_out: Packed, against: Any, own: Any, prior: Prior, chance: Chance, errors: Any
) -> None:
    """Draw all lines of `own` given all cells but the held-out ones, absent cells being 0.

    `against` is (factors of the other side, their Gram), the rest as for `draw_known`.
    """
    factors, whole = against
    n, n_lines, shape = prior.means.size, errors.size, (own.shape[1], ABREAST)
    x, product, image = np.empty(shape), np.empty(shape), np.empty(shape)
    plan = np.empty(shape), np.zeros(shape), np.zeros(shape), np.empty(shape)
    slopes, steps, pulls, ratios = np.empty((1, ABREAST)), np.empty((1, ABREAST)), np.zeros(ABREAST), np.empty(ABREAST)
    curvature, keys = np.empty((own.shape[1], *shape)), np.empty(ABREAST, np.uint64)
    are_whole = False
    for first in range(0, n_lines, ABREAST):
        last = min(first + ABREAST, n_lines)
        has_gaps = held_out.starts[last] > held_out.starts[first]
        if has_gaps or not are_whole:
            _set_curvature(curvature, whole, factors, (first, last), held_out)
            are_whole = not has_gaps
        x[:] = 0.0
        product[:] = 0.0
        for line in range(first, last):
            errors[line] = _set_product(product, line - first, factors, cells, line)
            for c in range(n):
                x[c, line - first] = own[line, c]
        image[:] = 0.0
        for c in range(n):
            plan[0][c] = np.maximum(curvature[c, c], 0.0)
            _set_deviations(plan, c, chance.noise, prior.precisions[c])
            steps[0] = x[c]
            _add_image(image, curvature, c, steps)
        for number in range(chance.passes):
            for line in range(first, last):
                keys[line - first] = key_of(key_of(chance.key, chance.names[line]), number)
            for c in range(n):
                slopes[0] = product[c] - image[c]
                _draw(x, plan, c, (slopes, pulls, steps, ratios), prior, (chance.noise, keys))
                _add_image(image, curvature, c, steps)
        for line in range(first, last):
            for c in range(n):
                own[line, c] = x[c, line - first]
                errors[line] += own[line, c] * (image[c, line - first] - 2.0 * product[c, line - first])


@compiled
def _set_curvature(curvature: Any, whole: Any, factors: Any, lines: Lines, held_out: Packed) -> None:
    """Write to curvature[:, :, i] the Gram of a line's factors without those of its held-out cells."""
    reduced = np.empty_like(whole)
    for lane in range(ABREAST):
        reduced[:] = whole
        line = lines[0] + lane
        if line < lines[1]:
            gaps = held_out.others[held_out.starts[line] : held_out.starts[line + 1]]
            add_outer(reduced, whole.dtype.type(-1), factors, gaps)
        curvature[:, :, lane] = reduced


@compiled
def _set_product(product: Any, lane: int, factors: Any, cells: Packed, line: int) -> Any:
    """Write a line's values times their factors to product[:, lane]; return the sum of the values' squares."""
    start, stop = cells.starts[line], cells.starts[line + 1]
    values, sums = cells.values[start:stop], np.zeros(len(product))
    add_multiples(sums, values, factors, cells.others[start:stop])
    for c in range(sums.size):
        product[c, lane] = sums[c]
    return dot(values, values)


@compiled
def _add_image(image: Any, curvature: Any, c: int, steps: Any) -> None:
    """Add what steps of coordinate c of a group's lines change."""
    left, right = load(steps, 0), load(steps, LANES)
    for d in range(len(image)):
        at, place = d * ABREAST, (c * len(image) + d) * ABREAST
        store(image, at, load(image, at) + left * load(curvature, place))
        store(image, at + LANES, load(image, at + LANES) + right * load(curvature, place + LANES))


@compiled
def draw_prior(own: Any, n_lines: int, prior: Prior, key: Any) -> None:
    """Draw the means and precisions of a side's prior given its factors.

    Before these are known a spread, 1 / √precision, is half-Cauchy distributed with scale 1: it may be next to 0, which
    parts that a table does not need come to, but does not tend to, however few lines there are (Gelman 2006). Given the
    precision before, the next has shape 1/2 and an exponential rate of mean 1 / (precision + 1) (Wand et al. 2011). Of
    a mean that is drawn nothing is known but that a part's is 0 or more. What is cut off of a part below 0 is put in
    again then, by draws until as many are not as there are lines, so that given all a prior is that of a whole normal
    distribution (Rao, Lin & Dunson 2016).
    """
    below = np.empty(_BLOCK)
    for c in range(prior.means.size):
        if c == prior.fixed:
            continue
        own_key, count, total_, squares = key_of(key, c), n_lines, 0.0, 0.0
        for line in range(n_lines):
            total_ += np.float64(own[line, c])
            squares += np.float64(own[line, c]) * np.float64(own[line, c])
        if prior.centred <= c < prior.parts:
            draws, spread_, inside, count = key_of(own_key, 2), 1.0 / math.sqrt(prior.precisions[c]), 0, 0
            while inside < n_lines:
                for i in range(below.size):
                    below[i] = min(prior.means[c] + spread_ * normal(draws, count + i), 0.0)
                for i in range(below.size):
                    if inside < n_lines:
                        inside, count = inside + (below[i] == 0.0), count + 1
                        total_, squares = total_ + below[i], squares + below[i] * below[i]
        if c >= prior.centred:
            deviation = 1.0 / math.sqrt(count * prior.precisions[c])
            mean = _normal(own_key, 0, total_ / count / deviation, deviation, c < prior.parts)
            prior.means[c] = mean
            squares += mean * (count * mean - 2.0 * total_)
        rate = exponential(own_key, 3) / (prior.precisions[c] + 1.0)
        prior.precisions[c] = gamma(key_of(own_key, 1), (1.0 + count) / 2.0, rate + max(squares, 0.0) / 2.0)
