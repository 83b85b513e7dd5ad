"""Rows or columns that come later: loadings against the other side's, which stays as it was fitted, and files."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.sections import convert
from ratings_nmf.core.table import LISTED, RatingsTable, Side
from ratings_nmf.files.columns import Coded
from ratings_nmf.files.formats import append_columns, append_frame
from ratings_nmf.files.lists import BOUNDS
from ratings_nmf.model.factors import Factors
from ratings_nmf.model.frame import Frame, Units
from ratings_nmf.model.samples import SampledFactors, Samples, predictor
from ratings_nmf.recommend.recommendations import Recommendations

TOLERANCE, ITERATIONS = 1e-9, 100_000
"""Where scikit-learn's update of W stops: far enough for it not to matter which rows are solved for together."""


@dataclass(frozen=True, kw_only=True)
class Method:
    """How a table was fitted: solver, options, and what penalties refer to."""

    solver: str
    options: Mapping[str, Any]
    units: Units

    def transposed(self) -> "Method":
        """Return the method with the columns' penalty in the rows' place."""
        penalty = self.options.get("alpha_H", "same")
        return self if penalty == "same" else replace(self, options={**self.options, "alpha_W": penalty})


def method_of(fitted_table: RatingsTable, *, solver: str, options: Mapping[str, Any]) -> Method:
    """Return how a table was fitted."""
    return Method(solver=solver, options=options, units=Units(fitted_table.mean / 2, fitted_table.spread))


def side_of(rows: Collection[str], columns: Collection[str], fitted_table: RatingsTable) -> Side:
    """Return which side of a file the newcomers are, given the labels of both.

    The rows if the trained table knows a label of the columns, or none at all; else the columns.
    """
    known = set(fitted_table.row_labels), set(fitted_table.column_labels)
    return "columns" if known[1].isdisjoint(columns) and not known[0].isdisjoint(rows) else "rows"


def check_known(
    labels: Collection[str], fitted_table: RatingsTable, *, source: object, side: Side, ignore_unknown: bool
) -> int:
    """Return how many of the trained lines that newcomers have cells under do not stand among these labels.

    The labels, from this source, are those of the other side than the newcomers': of columns, where newcomers are rows.

    Raises
    ------
    InputError
        If there are unknown labels that are not to be ignored, or no known one.
    """
    known, kind = (fitted_table.column_labels, "column") if side == "rows" else (fitted_table.row_labels, "row")
    places = set(known)
    unknown = [label for label in labels if label not in places]
    if len(unknown) == len(labels) or (unknown and not ignore_unknown):
        more = f" and {len(unknown) - LISTED:,} more" if len(unknown) > LISTED else ""
        mend = "mend them, or leave them out with --ignore-unknown"
        if len(unknown) == len(labels):
            mend = f"none is known; expected some of: {', '.join(map(repr, known[:LISTED]))}"
        raise InputError(
            f"{source}: {kind} labels that the fitted table does not have: "
            f"{', '.join(map(repr, unknown[:LISTED]))}{more}; {mend}"
        )
    return len(known) - (len(labels) - len(unknown))


def fold_in(
    newcomers: RatingsTable, factors: Factors, *, side: Side, frame: Frame, method: Method
) -> NDArray[np.float64]:
    """Return the loadings of newcomers, shape (newcomers, components), as W has them for rows and H.T for columns.

    Minimises over each newcomer what the fit minimised, the other side's loadings fixed at what was written. The table
    is newcomers × trained lines, in the order of the fitted table.

    Raises
    ------
    InputError
        If columns are to join an ensemble, whose rows are a mean over restarts, or an option is not the solver's.
    """
    rows, parts = side == "rows", factors.parts
    others = np.empty((parts, newcomers.shape[1]))
    others[frame.position] = (
        factors.H[:parts] * frame.scale[:, None] if rows else (factors.W[:, :parts] / frame.scale).T
    )
    has_baselines = parts < len(factors.components)
    baselines = np.zeros((1, newcomers.shape[1]))
    if has_baselines:
        baselines[0] = factors.H[-1] if rows else factors.W[:, -2]
    if frame.restart_baselines is not None:
        if not rows:
            raise InputError(
                "an ensemble takes new rows only; fit the table transposed to fold in its columns",
                parameter="fit.options.ensemble",
            )
        baselines = frame.restart_baselines
    W, level = SOLVERS[method.solver](newcomers, others, baselines, method if rows else method.transposed())
    loadings = W[:, frame.position] * (frame.scale if rows else 1 / frame.scale)
    ones = np.ones(len(loadings))
    return np.column_stack([loadings, *((level, ones) if rows else (ones, level))]) if has_baselines else loadings


def _sklearn(
    newcomers: RatingsTable, others: NDArray[np.float64], baselines: NDArray[np.float64], method: Method
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Scikit-learn's own update of W, carried on until it settles; 0 where no cell is above 0, which it cannot do."""
    if not len(newcomers.values):
        return np.zeros((newcomers.shape[0], len(others))), np.zeros(newcomers.shape[0])
    from msgspec.structs import asdict
    from scipy.sparse import csr_array
    from sklearn.decomposition import non_negative_factorization

    from ratings_nmf.solvers.options import AT, SklearnOptions

    settings = convert(dict(method.options), SklearnOptions, at=AT)
    unit = settings.unit(method.units.spread)
    X = csr_array((newcomers.values / unit, (newcomers.rows, newcomers.columns)), newcomers.shape)
    options = {**asdict(settings), "init": None, "tol": TOLERANCE, "max_iter": ITERATIONS, "random_state": 0}
    others = others / np.sqrt(unit)
    W, _, _ = non_negative_factorization(X, H=others, n_components=len(others), update_H=False, **options)
    return np.sqrt(unit) * W, np.zeros(len(W))


def _native(
    newcomers: RatingsTable, others: NDArray[np.float64], baselines: NDArray[np.float64], method: Method
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The native solver's own update of W, which `RatingsNMF.transform` calls as well."""
    from ratings_nmf.solvers import native
    from ratings_nmf.solvers.cells import Cells
    from ratings_nmf.solvers.options import native_options

    options = native_options(method.options, zeros=newcomers.zeros)
    cells = Cells.of(newcomers)
    return native.fold_in(cells, others, restart_baselines=baselines, units=method.units, options=options)


def _spark(
    newcomers: RatingsTable, others: NDArray[np.float64], baselines: NDArray[np.float64], method: Method
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What ALS solves for a line: non-negative least squares, the penalty regParam times its number of known cells
    and the spread of the values.

    Where cells that are not given count by a weight, they are all of H by that weight, and known ones by the rest of 1.
    """
    from scipy.optimize import nnls

    from ratings_nmf.solvers.options import AT, SparkOptions

    weight, identity = newcomers.weight, np.eye(len(others))
    settings = convert({**method.options, "zeros": newcomers.zeros}, SparkOptions, at=AT)
    penalty = settings.penalty * (weight or method.units.spread)
    W, gram_of_all = np.zeros((newcomers.shape[0], len(others))), weight * others @ others.T
    for line, (first, last) in enumerate(pairwise(newcomers.starts.tolist())):
        if last > first:
            known = others[:, newcomers.columns[first:last]]
            if weight:
                gram = gram_of_all + (1 - weight) * known @ known.T + penalty * (last - first) * identity
                root = np.linalg.cholesky(gram)
                W[line], _ = nnls(root.T, np.linalg.solve(root, known @ newcomers.values[first:last]))
            else:
                values = np.concatenate([newcomers.values[first:last], np.zeros(len(others))])
                W[line], _ = nnls(np.vstack([known.T, np.sqrt(penalty * (last - first)) * identity]), values)
    return W, np.zeros(len(W))


SOLVERS = {"sklearn": _sklearn, "native": _native, "spark": _spark}


def sampled(newcomers: RatingsTable, samples: Samples, *, side: Side) -> Samples:
    """Return the draws of a fit with newcomers in place of their side: loadings drawn for each draw of the other side.

    The table is newcomers × trained lines. What a newcomer gets depends on its own cells alone.
    """
    from ratings_nmf.solvers import bayes
    from ratings_nmf.solvers.cells import Cells

    cells, zeros = Cells.of(newcomers), newcomers.zeros
    if side == "rows":
        return bayes.fold_in(cells, samples, zeros=zeros)
    columns = bayes.fold_in(cells, samples.transposed(), zeros=zeros)
    return replace(samples, H=replace(columns, H=columns.H[:, :, :0]).transposed().H)


def kinds_of(*, side: Side, dense: bool, has_intervals: bool) -> list[str]:
    """Return what is written of newcomers of a side; where `dense`, predictions and intervals are of all cells."""
    loadings = "W" if side == "rows" else "H"
    return [loadings, "predictions", "recommendations", *(BOUNDS if dense and has_intervals else ())]


class Results:
    """Files that grow side by side with each few newcomers; what stands across all of them is written last.

    W of new rows is as in W.csv, H of new columns as in H.csv, recommendations as in
    `data/recommendations/<dataset>.csv`. Predictions are in the raw table's orientation, and so are the ends of their
    intervals; of a large table the known cells only. New columns, of which each line of H has all, are kept until the
    end: their loadings, and their draws where all cells are predicted.
    """

    def __init__(self, files: Mapping[str, Path], *, side: Side, known: tuple[str, ...], dense: bool) -> None:
        """Begin the files of `kinds_of`; `dense` as it was there."""
        self.files, self.side, self.known, self.dense = files, side, known, dense
        self._labels: list[str] = []
        self._kept: list[Factors] = []

    def add(self, newcomers: RatingsTable, factors: Factors, lists: Recommendations) -> None:
        """Write some newcomers × known lines, factors of which a side is theirs, and what they get."""
        labels = newcomers.row_labels
        if self.side == "rows":
            self._write_across(labels, factors)
        else:
            self._kept.append(factors if self.dense else predictor(factors, None))
            self._labels += labels
        if not self.dense:
            self._write_cells(newcomers, factors)
        columns = lists.to_columns(receivers=labels, items=self.known, components=factors.components)
        append_columns(self.files["recommendations"], columns)

    def finish(self) -> None:
        """Write the lines that hold something of every new column."""
        if self.side == "columns":
            self._write_across(self._labels, _side_by_side(self._kept))

    def _write_across(self, labels: Sequence[str], factors: Factors) -> None:
        """Write the loadings of new lines and, unless there are too many, all their predictions."""
        rows, columns = (labels, self.known) if self.side == "rows" else (self.known, labels)
        own = factors.rows_frame(labels) if self.side == "rows" else factors.columns_frame(labels)
        append_frame(self.files["W" if self.side == "rows" else "H"], own)
        if self.dense:
            for name, frame in factors.reconstruction_frames(rows, columns).items():
                append_frame(self.files["predictions" if name == "reconstruction" else name], frame)

    def _write_cells(self, newcomers: RatingsTable, factors: Factors) -> None:
        """Write a line for each known cell: row, column, value, and what is predicted of it."""
        own, known = (newcomers.rows, newcomers.row_labels), (newcomers.columns, newcomers.column_labels)
        rows, columns = (Coded(*side) for side in ((own, known) if self.side == "rows" else (known, own)))
        estimates = factors.estimates(rows.codes, columns.codes)
        cells: dict[str, Any] = {"row": rows, "column": columns, "value": newcomers.values, **estimates}
        append_columns(self.files["predictions"], cells)


def _side_by_side(parts: Sequence[Factors]) -> Factors:
    """Return factors of which each of these has some columns."""
    samples = [part.samples for part in parts if isinstance(part, SampledFactors)]
    factors = replace(parts[0], H=np.hstack([part.H for part in parts]))
    H = np.concatenate([some.H for some in samples], axis=2) if samples else None
    return predictor(factors, None if H is None else replace(samples[0], H=H))


def extended(factors: Factors, loadings: NDArray[np.float64], *, side: Side) -> Factors:
    """Return factors whose rows, or columns, are newcomers with these loadings, (newcomers, components)."""
    if side == "rows":
        return replace(factors, W=loadings)
    return replace(factors, H=np.ascontiguousarray(loadings.T))
