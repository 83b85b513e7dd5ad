"""What a factorization minimises: the packed table, the penalties and the scale."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.solvers.cells import Cells, Floats, Places, pack_sides
from ratings_nmf.solvers.kernels import Lines, Packed, Rule, update_known, update_observed
from ratings_nmf.solvers.options import NativeOptions
from ratings_nmf.solvers.padding import gram_of, pad
from ratings_nmf.solvers.threads import Run, split

_MOST_PASSES = 10
_LARGEST = 1e36


@dataclass(frozen=True, eq=False)
class Side:
    """The rows or the columns of a table; `held_out` is None where only known cells count."""

    cells: Packed
    held_out: Packed | None
    rule: Rule
    parts: list[Lines]

    @property
    def n_lines(self) -> int:
        """Number of rows, or of columns."""
        return self.cells.starts.size - 1

    def update(self, own: NDArray[Any], against: NDArray[Any], run: Run, rule: Rule | None = None) -> Floats:
        """Update `own` in place; return the sum over the lines of (squared error, penalty)."""
        losses = np.empty((self.n_lines, 2))
        data: tuple[Any, ...] = self.cells, against
        if self.held_out is not None:
            data = self.cells, self.held_out, (against, gram_of(against, run))
        kernel = update_known if self.held_out is None else update_observed
        run(kernel, self.parts, *data, own, rule or self.rule, losses)
        return np.asarray(losses.cumsum(axis=0)[-1])


@dataclass(frozen=True, eq=False)
class Problem:
    """What a fit minimises.

    Values are divided by 4^exponent and factors by 2^exponent: huge and tiny values stay in range, and no
    digit changes. mean: the mean value of the cells that count; level: what the baselines tend to.
    """

    rows: Side
    columns: Side
    exponent: int
    mean: float
    level: float
    options: NativeOptions


def pose(
    cells: Cells,
    n_components: int,
    options: NativeOptions,
    held_out: Places | None = None,
    level: float | None = None,
) -> Problem:
    """Pack a table for `solve`; `level` is half the mean value unless given."""
    if n_components < 1:
        raise ValueError(f"n_components must be at least 1; got {n_components}")
    if held_out is not None:
        cells = cells.without(held_out)
    exponent = _exponent(cells.values)
    observed = options.zeros == "observed"
    mean = cells.total() / max(1, math.prod(cells.shape) if observed else cells.values.size)
    level = mean / 2 if level is None else level
    rules = _rules(n_components, options, math.ldexp(level, -2 * exponent), exponent)
    gaps: tuple[Packed | None, Packed | None] = None, None
    if observed:
        stored = cells.where(cells.values > 0)
        packed = pack_sides(stored, np.ldexp(stored.values, -2 * exponent))
        gaps = _pack_places(held_out, cells.shape)
        rules = [rule._replace(passes=_passes(side, n_components)) for rule, side in zip(rules, packed, strict=True)]
    else:
        packed = pack_sides(cells, np.ldexp(cells.values, -2 * exponent).astype(np.float32))
    rows, columns = (
        Side(side, gap, rule, split(side.starts)) for side, gap, rule in zip(packed, gaps, rules, strict=True)
    )
    return Problem(rows, columns, exponent, mean, level, options)


def _exponent(values: Floats) -> int:
    largest = float(values.max(initial=0.0))
    least = 1 / _LARGEST
    if largest and not least <= largest <= _LARGEST:
        raise ValueError(f"the largest value must be from {least:g} to {_LARGEST:g}; got {largest:g}: rescale")
    return math.frexp(largest)[1] // 2


def _rules(n_components: int, options: NativeOptions, level: float, exponent: int) -> list[Rule]:
    """The rules of rows and columns.

    With baselines, coordinates n_components and n_components + 1 are a row's baseline and 1; a column's 1 and
    baseline.
    """
    n_baselines = 2 if options.has_baseline else 0
    dtype = np.float64 if options.zeros == "observed" else np.float32
    penalty = math.ldexp(options.penalty, -2 * exponent)
    penalties = [penalty] * n_components + [options.baseline_regularization] * n_baselines
    priors = [0.0] * n_components + [level] * n_baselines
    fixed = (n_components + 1, n_components) if n_baselines else (-1, -1)
    return [Rule(np.array(penalties, dtype), np.array(priors, dtype), place, 1, 0.0) for place in fixed]


def _pack_places(places: Places | None, shape: tuple[int, int]) -> tuple[Packed, Packed]:
    rows, columns = places if places is not None else (np.empty(0, np.int32), np.empty(0, np.int32))
    nothing = np.zeros(rows.size)
    return pack_sides(Cells(rows, columns, nothing, shape), nothing)


def _passes(cells: Packed, n_components: int) -> int:
    """Passes over a line's coordinates for each product of the line with the factors, where they cost little.

    With full lines this takes a tenth of the sweeps (Gillis & Glineur 2012).
    """
    n_lines, n_cells = cells.starts.size - 1, int(cells.starts[-1])
    return min(_MOST_PASSES, 1 + n_cells // max(1, 4 * n_lines * n_components))


def tables(problem: Problem, W: Floats, H: Floats, baselines: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    """Padded tables of the rows' and columns' factors and (row, column) baselines, in the problem's scale."""
    row_table, column_table = np.ldexp(W, -problem.exponent), np.ldexp(H.T, -problem.exponent)
    if problem.options.has_baseline:
        row_level, column_level = (np.ldexp(baseline, -2 * problem.exponent) for baseline in baselines)
        row_table, column_table = _append(row_table, row_level, 1), _append(column_table, 1, column_level)
    dtype = problem.rows.rule.penalties.dtype
    return pad(row_table, dtype), pad(column_table, dtype)


def _append(table: NDArray[Any], *columns: Any) -> NDArray[Any]:
    return np.column_stack([table, *(np.broadcast_to(column, len(table)) for column in columns)])


def untable(
    problem: Problem, row_table: NDArray[Any], column_table: NDArray[Any]
) -> tuple[Floats, Floats, Floats, Floats]:
    """W, H, row baselines and column baselines of padded tables: the reverse of `tables`."""
    n_coordinates = problem.rows.rule.penalties.size
    rows = row_table[: problem.rows.n_lines, :n_coordinates].astype(np.float64)
    columns = column_table[: problem.columns.n_lines, :n_coordinates].astype(np.float64)
    row_baseline, column_baseline = np.zeros(len(rows)), np.zeros(len(columns))
    if problem.options.has_baseline:
        row_baseline, column_baseline = rows[:, -2], columns[:, -1]
        rows, columns = rows[:, :-2], columns[:, :-2]
    W, H = np.ldexp(rows, problem.exponent), np.ldexp(columns.T, problem.exponent)
    return W, H, np.ldexp(row_baseline, 2 * problem.exponent), np.ldexp(column_baseline, 2 * problem.exponent)
