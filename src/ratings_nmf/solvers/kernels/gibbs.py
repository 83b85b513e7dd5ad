"""Draws of one side's factors given the other's, a line at a time, and of the priors that a side's factors come from.

A coordinate of a part, given all else, is normal and cut off below 0 (Schmidt, Winther & Hansen 2009): where coordinate
descent steps to the minimum, this draws around it. Of a line with a level, parts are drawn with the level, which is
normal, integrated out, and the level after them (Liu 1994): as parts are 0 or more, they and levels stand for much the
same, and exchange it slowly otherwise.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.solvers.kernels import compiled
from ratings_nmf.solvers.kernels.descent import gather_line
from ratings_nmf.solvers.kernels.drawing import exponential, gamma, key_of, normal, positive_normal
from ratings_nmf.solvers.kernels.lanes import LANES, load, spread, store, total
from ratings_nmf.solvers.kernels.packing import Lines, Packed, add_multiple, add_multiples, add_outer, dot, moments


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

    Lines with the same number in `names` share theirs. All coordinates of a line are drawn `passes` times.
    """

    noise: float
    key: Any
    names: NDArray[np.int64]
    passes: int


@compiled
def draw_known(lines: Lines, cells: Packed, against: Any, own: Any, prior: Prior, chance: Chance, errors: Any) -> None:
    """Draw own[first:last] given the known cells and the other side's factors `against`.

    Writes to errors[line] the squared error after it. `lines` is (first, last).
    """
    first, last = lines
    longest = 0
    for line in range(first, last):
        longest = max(longest, cells.starts[line + 1] - cells.starts[line])
    residual = np.empty(longest, own.dtype)
    factors = np.empty(longest * own.shape[1], own.dtype)
    curves, sums, shares = np.empty(prior.means.size), np.empty(prior.means.size), np.empty(prior.means.size)
    level = prior.means.size - 1 - (prior.fixed == prior.means.size - 1)
    for line in range(first, last):
        start = cells.starts[line]
        size = cells.starts[line + 1] - start
        x = own[line, : prior.means.size]
        gather_line(cells, start, against, (factors, residual[:size]))
        whole = moments(factors[level * size : (level + 1) * size])[0] + prior.precisions[level] / chance.noise
        for c in range(x.size):
            factor = factors[c * size : (c + 1) * size]
            add_multiple(residual[:size], -x[c], factor)
            curve, sums[c] = moments(factor)
            shares[c] = sums[c] / whole if c < prior.parts <= level else 0.0
            curves[c] = max(curve - shares[c] * sums[c], 0.0)
        for number in range(chance.passes):
            key = key_of(key_of(chance.key, chance.names[line]), number)
            _pass_known(x, (factors, residual[:size], curves, sums, shares), prior, level, (chance.noise, key))
        errors[line] = dot(residual[:size], residual[:size])


@compiled
def _pass_known(x: Any, known: Any, prior: Prior, level: int, chance: Any) -> None:
    """Draw each of a line's coordinates in turn, parts whatever the level is, which comes last."""
    factors, residual, curves, sums, shares = known
    step, moved = x.dtype.type(0), 0
    pull = moments(residual)[1] + prior.precisions[level] / chance[0] * (prior.means[level] - x[level])
    for c in range(x.size):
        if c == prior.fixed:
            continue
        # The step of the coordinate before is taken on the way: one visit to the residual instead of two.
        slope, change = spread(x.dtype.type(0)), spread(step)
        for at in range(0, residual.size, LANES):
            rest = load(residual, at) - change * load(factors, moved * residual.size + at)
            store(residual, at, rest)
            slope = slope + rest * load(factors, c * residual.size + at)
        before, moved = x[c], c
        x[c] = _draw(prior, c, (curves[c], total(slope) - shares[c] * pull, before), chance)
        step = x[c] - before
        pull -= sums[c] * step
    change = spread(step)
    for at in range(0, residual.size, LANES):
        store(residual, at, load(residual, at) - change * load(factors, moved * residual.size + at))


@compiled
def _draw(prior: Prior, c: int, parabola: Any, chance: Any) -> float:
    """Draw a coordinate now at x, whose squared error is curve · (new − x)² − 2 slope · (new − x) and a constant."""
    noise, key = chance
    curve, slope, x = parabola[0], np.float64(parabola[1]), np.float64(parabola[2])
    deviation = 1.0 / math.sqrt(noise * curve + prior.precisions[c])
    mean = noise * (slope + curve * x) + prior.precisions[c] * prior.means[c]
    return _normal(key_of(key, c), mean * deviation, deviation, c < prior.parts)


@compiled
def _normal(key: Any, ratio: float, deviation: float, is_cut_off: bool) -> float:
    """Draw from a normal distribution, cut off below 0 or not, given mean / deviation and deviation."""
    return deviation * (positive_normal(key, ratio) if is_cut_off else ratio + normal(key, 0))


@compiled
def draw_observed(
    lines: Lines, cells: Packed, held_out: Packed, against: Any, own: Any, prior: Prior, chance: Chance, errors: Any
) -> None:
    """Draw own[first:last] given all cells but the held-out ones, absent cells being 0.

    `against` is (factors of the other side, their Gram), the rest as for `draw_known`.
    """
    factors, whole = against
    width = own.shape[1]
    product, image = np.empty(width, own.dtype), np.empty(width, own.dtype)
    reduced, components = np.empty_like(whole), np.arange(width).astype(np.int32)
    for line in range(*lines):
        start, stop = cells.starts[line], cells.starts[line + 1]
        values, x = cells.values[start:stop], own[line]
        product[:] = 0
        add_multiples(product, values, factors, cells.others[start:stop])
        gaps = held_out.others[held_out.starts[line] : held_out.starts[line + 1]]
        curvature = whole
        if gaps.size:
            curvature = reduced
            reduced[:] = whole
            add_outer(reduced, own.dtype.type(-1), factors, gaps)
        image[:] = 0
        add_multiples(image, x, curvature, components)
        for number in range(chance.passes):
            key = key_of(key_of(chance.key, chance.names[line]), number)
            for c in range(prior.means.size):
                before, curve = x[c], max(curvature[c, c], 0.0)
                x[c] = _draw(prior, c, (curve, product[c] - image[c], before), (chance.noise, key))
                add_multiple(image, x[c] - before, curvature[c])
        errors[line] = dot(values, values) + dot(x, image) - 2 * dot(x, product)


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
                below = min(prior.means[c] + spread_ * normal(draws, count), 0.0)
                inside, count = inside + (below == 0.0), count + 1
                total_, squares = total_ + below, squares + below * below
        if c >= prior.centred:
            deviation = 1.0 / math.sqrt(count * prior.precisions[c])
            mean = _normal(key_of(own_key, 0), total_ / count / deviation, deviation, c < prior.parts)
            prior.means[c] = mean
            squares += mean * (count * mean - 2.0 * total_)
        rate = exponential(own_key, 3) / (prior.precisions[c] + 1.0)
        prior.precisions[c] = gamma(key_of(own_key, 1), (1.0 + count) / 2.0, rate + max(squares, 0.0) / 2.0)
