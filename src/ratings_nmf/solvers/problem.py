"""What a factorization minimises, the packed table, the penalties and the scale; and where it starts."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ratings_nmf.core.table import LARGEST, Places
from ratings_nmf.model.factors import Factors, numbered, with_baselines
from ratings_nmf.model.frame import Units
from ratings_nmf.solvers.cells import Cells, Floats, not_held_out, pack_sides
from ratings_nmf.solvers.kernels.descent import Rule, update
from ratings_nmf.solvers.kernels.lanes import LANES
from ratings_nmf.solvers.kernels.packing import Lines, Packed, gram, moments, multiply, orthonormalize
from ratings_nmf.solvers.options import NativeOptions
from ratings_nmf.solvers.threads import Run, alone, split

_MOST_PASSES = 10
_GRAM_PARTS = 8
_SMALL = 2**14
"""Numbers of a table up to which handing its parts to threads would take longer than multiplying them."""
_ITERATIONS = 10
_ROWS_A_PART = 10
"""Rows whose mean a part starts from; with 3 to 20 lists of hidden training cells are as good after as many sweeps."""
_BEYOND, _BEYOND_WHOLE = 0.5, 0.7
"""Where cells that are not given count by a weight, which saves more than half of the sweeps; and where every cell
counts alike, half of them. What cells that are held out leave open would run away."""
_SHARE_BESIDE_BASELINES = 0.25


@dataclass(frozen=True, eq=False)
class Axis:
    """The rows or the columns of a table."""

    cells: Packed
    held_out: Packed
    rule: Rule
    parts: list[Lines]

    @property
    def n_lines(self) -> int:
        """Number of rows, or of columns."""
        return self.cells.starts.size - 1

    def update(self, own: NDArray[Any], against: NDArray[Any], run: Run, rule: Rule | None = None) -> Floats:
        """Update `own` in place; return the sums over the lines of the `losses` of `kernels.descent.update`."""
        losses, weight = np.empty((self.n_lines, 3)), self.rule.weight
        whole = weight * gram_of(against, run) if weight else np.zeros((against.shape[1],) * 2, against.dtype)
        run(update, self.parts, self.cells, self.held_out, (against, whole), own, rule or self.rule, losses)
        return np.asarray(losses.cumsum(axis=0)[-1])

    def exact(self, passes: int, tolerance: float) -> "Axis":
        """The same in double precision, with so many passes to settle in."""
        vectors = {name: getattr(self.rule, name).astype(np.float64) for name in ("penalties", "sizes", "priors")}
        rule = self.rule._replace(**vectors, passes=passes, tolerance=tolerance)
        return Axis(self.cells.of(np.float64), self.held_out.of(np.float64), rule, self.parts)


@dataclass(frozen=True, eq=False)
class Problem:
    """What a fit minimises.

    Values are divided by 4^exponent and factors by 2^exponent: huge and tiny values stay in range, and no
    digit changes. mean: the mean value of the cells that count, by their weights; units: what penalties refer to.

    With baselines, the last two coordinates are a row's baseline and 1, and a column's 1 and baseline, as in
    `Factors`.
    """

    rows: Axis
    columns: Axis
    exponent: int
    mean: float
    units: Units
    options: NativeOptions

    @property
    def beyond(self) -> float:
        """How far beyond where its passes end a line may go, as `Rule` says."""
        if self.options.weight == 1:
            return 0.0 if self.rows.held_out.values.size else _BEYOND_WHOLE
        return _BEYOND if self.options.weight else 0.0

    def factors(self, W: Floats, H: Floats, column_baseline: Floats | None = None) -> Factors:
        """W and H with baselines, if the model has any: the level, unless the columns' are given."""
        parts = Factors(W=W, H=H, components=numbered(len(H)))
        if not self.options.has_baseline:
            return parts
        row_baseline, level = (np.full(axis.n_lines, self.units.level) for axis in (self.rows, self.columns))
        return with_baselines(parts, row_baseline, level if column_baseline is None else column_baseline)

    def tables(self, factors: Factors, dtype: DTypeLike) -> tuple[NDArray[Any], NDArray[Any]]:
        """Padded tables of the rows' and the columns' factors, in the scale of the problem."""
        row_exponents, column_exponents = self._exponents(factors.parts)
        return pad(np.ldexp(factors.W, -row_exponents), dtype), pad(np.ldexp(factors.H.T, -column_exponents), dtype)

    def untable(self, tables: tuple[NDArray[Any], NDArray[Any]]) -> tuple[Floats, Floats]:
        """W and H, baselines in the last two components, of padded tables: the reverse of `tables`."""
        size = self.rows.rule.penalties.size
        row_exponents, column_exponents = self._exponents(size - 2 * self.options.has_baseline)
        W = tables[0][: self.rows.n_lines, :size].astype(np.float64)
        columns_first = tables[1][: self.columns.n_lines, :size].astype(np.float64)
        return np.ldexp(W, row_exponents), np.ldexp(columns_first, column_exponents).T

    def _exponents(self, parts: int) -> list[NDArray[np.int64]]:
        """The power of 2 that each coordinate of rows and of columns was divided by."""
        each, level = [self.exponent] * parts, 2 * self.exponent
        ends = ([level, 0], [0, level]) if self.options.has_baseline else ([], [])
        return [np.array([*each, *end]) for end in ends]


def pose(
    cells: Cells,
    n_components: int,
    options: NativeOptions,
    held_out: Places | None = None,
    units: Units | None = None,
) -> Problem:
    """Pack a table for a fit; the units are its own unless given."""
    if n_components < 1:
        raise ValueError(f"n_components must be at least 1; got {n_components}")
    weight, places = options.weight, (np.empty(0, np.int32), np.empty(0, np.int32))
    if held_out is not None:
        cells = cells.where(not_held_out(cells, held_out))
        places = held_out if weight else places
    exponent, count = _exponent(cells.values), cells.values.size
    cells_above = cells.where(cells.values > 0) if weight == 1 else cells
    sides = pack_sides(cells_above, np.ldexp(cells_above.values, -2 * exponent))
    squares, values = moments(sides[0].values)
    mean = math.ldexp(values, 2 * exponent) / ((count + weight * (math.prod(cells.shape) - count)) or 1)
    spread = math.sqrt(squares / max(1, np.count_nonzero(cells.values)))
    units = units or Units(mean / 2, math.ldexp(spread, 2 * exponent))
    if weight < 1:
        sides = sides[0].of(np.float32), sides[1].of(np.float32)
    nothing = np.zeros(places[0].size, sides[0].values.dtype)
    gaps = pack_sides(Cells(*places, nothing, cells.shape), nothing)
    rules = _rules(n_components, options, cells_above, sides, units.scaled(exponent))
    rows, columns = (Axis(*parts, split(parts[0].starts)) for parts in zip(sides, gaps, rules, strict=True))
    return Problem(rows, columns, exponent, mean, units, options)


def _exponent(values: Floats) -> int:
    return math.frexp(checked_largest(values))[1] // 2


def checked_largest(values: Floats) -> float:
    """Return the largest of some values, 0 if there is none; raise ValueError where its square overflows."""
    largest = float(values.max(initial=0.0))
    least = 1 / LARGEST
    if largest and not least <= largest <= LARGEST:
        raise ValueError(f"the largest value must be from {least:g} to {LARGEST:g}; got {largest:g}: rescale")
    return largest


def _rules(
    n_components: int, options: NativeOptions, cells: Cells, sides: tuple[Packed, Packed], units: Units
) -> list[Rule]:
    """The rules of rows and columns."""
    n_baselines, weight = 2 if options.has_baseline else 0, options.weight
    dtype = sides[0].values.dtype
    penalties = [options.penalty * units.spread] * n_components + [options.baseline_regularization] * n_baselines
    priors = [0.0] * n_components + [units.level] * n_baselines
    rules = []
    for axis, fixed, lines, n_lines, n_others in zip(
        sides, (1, 0), (cells.rows, cells.columns), cells.shape, cells.shape[::-1], strict=True
    ):
        is_weighted = 0 < weight < 1
        sizes = np.bincount(lines, minlength=n_lines) + weight * n_others if is_weighted else np.ones(n_lines)
        rules.append(
            Rule(
                weight=weight,
                penalties=np.array(penalties, dtype),
                sizes=sizes.astype(dtype),
                priors=np.array(priors, dtype),
                fixed=n_components + fixed if n_baselines else -1,
                passes=_passes(axis, n_components, weight),
                tolerance=0.0,
                beyond=0.0,
            )
        )
    return rules


def _passes(cells: Packed, n_components: int, weight: float) -> int:
    """Passes over a line's coordinates for each product of the line with the factors: more, where they cost little.

    Full lines of cells that all weigh the same take a tenth of the sweeps so (Gillis & Glineur 2012). Where cells that
    are not given count by a weight, a second pass saves a third of the sweeps, for a third as much time as the first.
    """
    if weight < 1:
        return 2 if weight else 1
    n_lines, n_cells = cells.starts.size - 1, int(cells.starts[-1])
    return min(_MOST_PASSES, 1 + n_cells // max(1, 4 * n_lines * n_components))


def pad(table: NDArray[Any], dtype: DTypeLike) -> NDArray[Any]:
    """Copy a (lines, components) table, with zeros up to multiples of 8 and at least one line of zeros."""
    n_lines, n_components = table.shape
    whole = np.zeros((-(-(n_lines + 1) // LANES) * LANES, -(-n_components // LANES) * LANES), dtype)
    whole[:n_lines, :n_components] = table
    return whole


def gram_of(table: NDArray[Any], run: Run) -> NDArray[Any]:
    """Return table.T @ table of a padded table, summed in a fixed number of parts."""
    n_lines, width = table.shape
    bounds = np.arange(_GRAM_PARTS + 1) * (n_lines // LANES) // _GRAM_PARTS * LANES
    sums = np.empty((_GRAM_PARTS, width, width), table.dtype)
    parts = [(part, part + 1) for part in range(_GRAM_PARTS)]
    (alone if table.size <= _SMALL else run)(gram, parts, bounds, table, np.arange(n_lines, dtype=np.int32), sums)
    return np.asarray(sums.cumsum(axis=0)[-1])


def random_start(problem: Problem, n_components: int, random: np.random.Generator) -> Factors:
    """W and H uniform from 0, so that W @ H is the mean on average.

    Beside baselines, which start at the whole mean, it is a quarter of the mean. Where cells that are not given count
    by a weight, the mean of a few rows is added to each row of H (Langville et al. 2006, random Acol), which saves a
    quarter of the sweeps.
    """
    mean = problem.mean * (_SHARE_BESIDE_BASELINES if problem.options.has_baseline else 1)
    top = 2 * np.sqrt(mean / n_components)
    n_rows, n_columns = problem.rows.n_lines, problem.columns.n_lines
    W, H = random.random((n_rows, n_components)), random.random((n_components, n_columns))
    if 0 < problem.options.weight < 1:
        H += _means_of_rows(problem, random.integers(n_rows, size=(n_components, _ROWS_A_PART)))
        H *= H.size / (2 * H.cumsum()[-1])
    return problem.factors(top * W, top * H)


def _means_of_rows(problem: Problem, rows: NDArray[np.int64]) -> Floats:
    """The means of some rows, (parts, rows a part), by the mean value, absent cells being 0: (parts, columns)."""
    cells, unit = problem.rows.cells, math.ldexp(problem.mean, -2 * problem.exponent) * rows.shape[1] or 1.0
    sums = np.zeros((len(rows), problem.columns.n_lines + 1))
    for part, row in zip(np.repeat(np.arange(len(rows)), rows.shape[1]), rows.flat, strict=True):
        own = slice(cells.starts[row], cells.starts[row + 1])
        sums[part, cells.others[own]] += cells.values[own] / unit
    return sums[:, :-1]


def svd_start(problem: Problem, n_components: int, random: np.random.Generator, run: Run) -> Factors:
    """W and H from the leading singular vectors of the table.

    Of each pair the larger of the positive and the negative parts, zeros replaced by the mean value (Boutsidis &
    Gallopoulos 2008, NNDSVDa) over the root of the spread, which makes it one of W and H. The vectors come from
    orthogonal iteration with the kernels, as LAPACK's last bits depend on the processor.
    """
    n_rows, n_columns = problem.rows.n_lines, problem.columns.n_lines
    right = pad(random.random((n_columns, n_components)), np.float64)
    for _ in range(_ITERATIONS):
        vectors = _multiply(problem.columns, _multiply(problem.rows, right, run), run).T.copy()
        orthonormalize(vectors)
        right = vectors.T.copy()
    left = _multiply(problem.rows, right, run)
    W, H = _dominant_parts(left[:n_rows, :n_components], right[:n_columns, :n_components])
    spread = problem.units.scaled(problem.exponent).spread
    small = math.ldexp(problem.mean, -2 * problem.exponent) / math.sqrt(spread or 1.0)
    W[W == 0], H[H == 0] = small, small
    return problem.factors(np.ldexp(W, problem.exponent), np.ldexp(H.T, problem.exponent))


def _multiply(axis: Axis, table: NDArray[Any], run: Run) -> NDArray[Any]:
    product = pad(np.zeros((axis.n_lines, table.shape[1])), np.float64)
    run(multiply, axis.parts, axis.cells, table, product)
    return product


def _dominant_parts(left: Floats, right: Floats) -> tuple[Floats, Floats]:
    """Of each pair of columns the positive or negative parts, by the larger product of norms, balanced."""
    signs = np.array([1.0, -1.0])[:, np.newaxis, np.newaxis]
    lefts, rights = np.maximum(signs * left, 0), np.maximum(signs * right, 0)
    left_norms, right_norms = (np.sqrt((parts**2).cumsum(axis=1)[:, -1]) for parts in (lefts, rights))
    better = np.argmax(left_norms * right_norms, axis=0)
    each = np.arange(better.size)
    ratio = right_norms[better, each] / np.maximum(left_norms[better, each], np.finfo(float).tiny)
    balance = np.sqrt(np.where(ratio > 0, ratio, 1))
    return lefts[better, :, each].T * balance, rights[better, :, each].T / balance
