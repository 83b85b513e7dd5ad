"""A table packed for Gibbs sampling, and a chain that goes through it.

A cell is normal around w·h + b_row + b_column, with one precision for all. Coordinates of H are half-normal, those of W
normal and cut off below 0, levels b normal, with a precision and, but for H, a mean for each component on each side;
where zeros are observed there are no levels. Levels may be below 0, so that parts can be large for all. Spreads of
priors are half-Cauchy distributed, the noise's precision is gamma distributed, values being measured in halves of their
standard deviation, so that a table in another unit is the same table. Each coordinate, each prior and the noise is
drawn in turn, given all else (Schmidt, Winther & Hansen 2009; Salakhutdinov & Mnih 2008), but parts whatever the level.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.streams import derived_seed, stream
from ratings_nmf.core.table import Places, Zeros, weight_of
from ratings_nmf.model.factors import BASELINES, numbered
from ratings_nmf.model.samples import Samples
from ratings_nmf.solvers.cells import Cells, Floats, not_held_out, pack_sides
from ratings_nmf.solvers.kernels.drawing import gamma, key_of
from ratings_nmf.solvers.kernels.gibbs import Chance, Prior, draw_known, draw_observed, draw_prior
from ratings_nmf.solvers.kernels.packing import Abreast, Packed, abreast
from ratings_nmf.solvers.problem import checked_largest, gram_of, pad
from ratings_nmf.solvers.threads import alone

_NOISE_SHAPE, _NOISE_RATE = 1.0, 0.1
"""Of the gamma distribution that the noise's precision comes from."""

_START = 0.01
"""Share of the mean that the parts begin with: from larger ones a chain takes longer."""

_SPREAD_OUT = 20
"""Sweeps for which priors stay wide where there are no levels, and parts make the mean: a few would take all of it."""

_LEAST_SPREAD = 0.02
"""Of the values, as a share of their mean, which they are measured by where theirs is less."""


@dataclass(frozen=True, eq=False)
class SampledSide:
    """The rows or the columns of a table: known cells, or all that are above 0 and those held out, if others are 0."""

    n_lines: int
    cells: Abreast | tuple[Packed, Packed]

    def draw(self, own: NDArray[Any], against: NDArray[Any], prior: Prior, chance: Chance) -> float:
        """Draw `own` in place; return the sum of squared errors."""
        errors = np.zeros(self.n_lines)
        if isinstance(self.cells, Abreast):
            draw_known(self.cells, against, own, prior, chance, errors)
        else:
            draw_observed(*self.cells, (against, gram_of(against, alone)), own, prior, chance, errors)
        # where all cells count it is a difference that rounding can make negative
        return max(math.fsum(errors), 0.0)


@dataclass(frozen=True, eq=False)
class SampledTable:
    """A table whose values are divided by `unit`; `mean` is theirs, `count` the number of cells that count."""

    rows: SampledSide
    columns: SampledSide
    unit: float
    mean: float
    count: int
    parts: int
    has_baseline: bool

    @property
    def components(self) -> tuple[str, ...]:
        """Names of the components."""
        return numbered(self.parts) + (BASELINES if self.has_baseline else ())

    @property
    def scales(self) -> tuple[Floats, Floats]:
        """What coordinates of rows and of columns are divided by."""
        each = [math.sqrt(self.unit)] * self.parts
        ends = ([self.unit, 1.0], [1.0, self.unit]) if self.has_baseline else ([], [])
        return np.array([*each, *ends[0]]), np.array([*each, *ends[1]])

    def pad(self, lines: Floats) -> NDArray[Any]:
        """Return factors, shape (lines, components), as kernels take them, in single precision where it is enough."""
        return pad(lines, np.float32 if isinstance(self.rows.cells, Abreast) else np.float64)


def pose_sampling(
    cells: Cells,
    n_components: int,
    zeros: Zeros,
    *,
    baseline: bool = True,
    held_out: Places | None = None,
    unit: float | None = None,
) -> SampledTable:
    """Pack a table for sampling, its values measured in half their standard deviation, or in a unit given.

    Raises ValueError for less than one component, or values whose squares overflow.
    """
    if n_components < 1:
        raise ValueError(f"n_components must be at least 1; got {n_components}")
    checked_largest(cells.values)
    if held_out is not None:
        cells = cells.where(not_held_out(cells, held_out))
    count = cells.values.size
    if weight_of(zeros):
        places = held_out if held_out is not None else (np.empty(0, np.int32), np.empty(0, np.int32))
        nothing = np.zeros(places[0].size)
        gaps = pack_sides(Cells(*places, nothing, cells.shape), nothing)
        cells, count = cells.where(cells.values > 0), math.prod(cells.shape) - places[0].size
    sides = pack_sides(cells, cells.values)
    mean, half_spread = _measured(sides[0].values, count)
    unit = half_spread if unit is None else unit
    # in single precision, a table in another unit is the same to the bit
    in_unit = [side._replace(values=side.values / unit).of(np.float32) for side in sides]
    both: list[Any] = (
        list(zip([side.of(np.float64) for side in in_unit], gaps, strict=True))
        if weight_of(zeros)
        else [abreast(side, n_others) for side, n_others in zip(in_unit, cells.shape[::-1], strict=True)]
    )
    rows, columns = (SampledSide(*side) for side in zip(cells.shape, both, strict=True))
    return SampledTable(rows, columns, unit, mean / unit, count, n_components, baseline and not weight_of(zeros))


def _measured(values: Floats, count: int) -> tuple[float, float]:
    """Return the mean of so many values, those not given being 0, and half their standard deviation; (0, 1) of none."""
    if not values.any():
        return 0.0, 1.0
    mean = float(values.cumsum()[-1]) / count
    square = float(np.square(values / mean).cumsum()[-1]) / count
    return mean, mean * max(math.sqrt(max(square - 1.0, 0.0)), _LEAST_SPREAD) / 2.0


class Chain:
    """Factors of both sides, their priors and the noise, of which `sweep` draws the next."""

    def __init__(self, table: SampledTable, seed: int, number: int) -> None:
        """Begin with small parts, from random numbers of this chain's own."""
        n_rows, n_columns, parts = table.rows.n_lines, table.columns.n_lines, table.parts
        random = stream(seed, "chain", parts, number)
        W = np.zeros((n_rows, parts))
        H = 2.0 * math.sqrt(_START * table.mean / parts) * random.random((n_columns, parts))
        fixed = -1, -1
        if table.has_baseline:
            W = np.column_stack([W, np.full(n_rows, table.mean / 2), np.ones(n_rows)])
            H = np.column_stack([H, np.ones(n_columns), np.full(n_columns, table.mean / 2)])
            fixed = parts + 1, parts
        self.table, self.W, self.H = table, table.pad(W), table.pad(H)
        means = np.where(np.arange(W.shape[1]) < parts, 0.0, table.mean / 2)
        self.W_prior = Prior(means.copy(), np.ones(means.size), parts, 0, fixed[0])
        self.H_prior = Prior(means.copy(), np.ones(means.size), parts, parts, fixed[1])
        self.precision = 1.0
        self.key = key_below(np.uint64(derived_seed(seed, "chain", parts, number)), 0)
        self.sweeps = 0

    def sweep(self) -> float:
        """Draw all anew; return the standard deviation of the noise."""
        self.sweeps += 1
        table, key = self.table, key_below(self.key, self.sweeps)
        are_wide = not table.has_baseline and self.sweeps <= _SPREAD_OUT
        for number, (side, own, against, prior) in enumerate(
            ((table.rows, self.W, self.H, self.W_prior), (table.columns, self.H, self.W, self.H_prior))
        ):
            names = np.arange(side.n_lines + 1)
            squares = side.draw(own, against, prior, Chance(self.precision, key_below(key, number), names, 1))
            if not are_wide:
                draw_prior(own, side.n_lines, prior, key_below(key, 2 + number))
        self.precision = gamma(key_below(key, 4), _NOISE_SHAPE + table.count / 2.0, _NOISE_RATE + squares / 2.0)
        return table.unit / math.sqrt(self.precision)

    def keep(self, samples: Samples, place: int) -> None:
        """Write what was drawn last to a place among samples, in the unit of the values."""
        table, size = self.table, self.W_prior.means.size
        row_scales, column_scales = table.scales
        samples.W[place] = self.W[: table.rows.n_lines, :size] * row_scales
        samples.H[place] = (self.H[: table.columns.n_lines, :size] * column_scales).T
        samples.noise[place] = table.unit / math.sqrt(self.precision)
        for prior, scales, store in (
            (self.W_prior, row_scales, samples.W_prior),
            (self.H_prior, column_scales, samples.H_prior),
        ):
            store[place] = np.stack([prior.means, 1.0 / np.sqrt(prior.precisions)]) * scales


def key_below(key: Any, number: int) -> Any:
    """Return `key_of` as what kernels take: compiled, it gives an integer of Python's."""
    return np.uint64(key_of(key, number))
