"""Rows or columns that come later: their loadings against the other side's, which stays as it was fitted."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.sections import convert
from ratings_nmf.core.table import LISTED, RatingsTable, Side
from ratings_nmf.model.factors import Factors
from ratings_nmf.model.frame import Frame

TOLERANCE, ITERATIONS = 1e-9, 100_000
"""Where scikit-learn's update of W stops: far enough for it not to matter which rows are solved for together."""


@dataclass(frozen=True, kw_only=True)
class Method:
    """How a table was fitted: solver, options, and half the mean of the cells that count, which baselines tend to."""

    solver: str
    options: Mapping[str, Any]
    level: float

    def transposed(self) -> "Method":
        """Return the method with the columns' penalty in the rows' place."""
        penalty = self.options.get("alpha_H", "same")
        return self if penalty == "same" else replace(self, options={**self.options, "alpha_W": penalty})


def method_of(trained: RatingsTable, *, solver: str, options: Mapping[str, Any]) -> Method:
    """Return how a table was fitted."""
    return Method(solver=solver, options=options, level=trained.mean / 2)


def side_of(rows: Collection[str], columns: Collection[str], trained: RatingsTable) -> Side:
    """Return which side of a file the newcomers are, given the labels of both.

    The rows if the trained table knows a label of the columns, or none at all; else the columns.
    """
    known_rows, known_columns = set(trained.row_labels), set(trained.column_labels)
    columns_known = any(label in known_columns for label in columns)
    return "columns" if not columns_known and any(label in known_rows for label in rows) else "rows"


def check_known(
    labels: Collection[str], trained: RatingsTable, *, source: object, side: Side, ignore_unknown: bool
) -> int:
    """Return how many of the trained lines that newcomers have cells under do not stand among these labels.

    Parameters
    ----------
    labels
        Under which the newcomers' cells stand: of columns, where newcomers are rows.
    trained
        The table that was fitted.
    source
        Where the labels are from, for the message.
    side
        Which side the newcomers are.
    ignore_unknown
        Whether labels that the table does not know may be among them.

    Raises
    ------
    InputError
        If there are unknown labels that are not to be ignored, or no known one.
    """
    known, kind = (trained.column_labels, "column") if side == "rows" else (trained.row_labels, "row")
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

    Minimises over each newcomer what the fit minimised, the other side's loadings fixed at what was written.

    Parameters
    ----------
    newcomers
        Newcomers × trained lines, in the order of the fitted table.
    factors, frame
        What was fitted, as written.
    side
        Which side the newcomers are.
    method
        The solver that fitted them, with its options.

    Raises
    ------
    InputError
        If columns are to join an ensemble, whose rows are a mean over restarts, or an option is not the solver's.
    """
    if method.solver not in SOLVERS:
        raise InputError(
            f"{method.solver} cannot take newcomers; these can: {', '.join(SOLVERS)}", parameter="fit.solver"
        )
    rows, parts = side == "rows", factors.parts
    fixed = np.empty((parts, newcomers.shape[1]))
    fixed[frame.position] = factors.H[:parts] * frame.scale[:, None] if rows else (factors.W[:, :parts] / frame.scale).T
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
    solved, level = SOLVERS[method.solver](newcomers, fixed, baselines, method if rows else method.transposed())
    found = solved[:, frame.position] * (frame.scale if rows else 1 / frame.scale)
    ones = np.ones(len(found))
    return np.column_stack([found, *((level, ones) if rows else (ones, level))]) if has_baselines else found


def with_newcomers(factors: Factors, loadings: NDArray[np.float64], *, side: Side) -> Factors:
    """Return factors whose rows, or columns, are the newcomers, with loadings as `fold_in` returns them."""
    return replace(factors, W=loadings) if side == "rows" else replace(factors, H=np.ascontiguousarray(loadings.T))


def _sklearn(
    newcomers: RatingsTable, fixed: NDArray[np.float64], baselines: NDArray[np.float64], method: Method
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Scikit-learn's own update of W, carried on until it settles; 0 where no cell is above 0, which it cannot do."""
    if not len(newcomers.values):
        return np.zeros((newcomers.shape[0], len(fixed))), np.zeros(newcomers.shape[0])
    from msgspec.structs import asdict
    from scipy.sparse import csr_array
    from sklearn.decomposition import non_negative_factorization

    from ratings_nmf.solvers.options import AT, SklearnOptions

    fitted = asdict(convert(dict(method.options), SklearnOptions, at=AT))
    X = csr_array((newcomers.values, (newcomers.rows, newcomers.columns)), newcomers.shape)
    options = {**fitted, "init": None, "tol": TOLERANCE, "max_iter": ITERATIONS, "random_state": 0}
    W, _, _ = non_negative_factorization(X, H=fixed, n_components=len(fixed), update_H=False, **options)
    return W, np.zeros(len(W))


def _native(
    newcomers: RatingsTable, fixed: NDArray[np.float64], baselines: NDArray[np.float64], method: Method
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The native solver's own update of W, which `RatingsNMF.transform` calls as well."""
    from ratings_nmf.solvers.cells import Cells
    from ratings_nmf.solvers.native import fold_in as solve
    from ratings_nmf.solvers.options import native_options

    options = native_options(method.options, zeros=newcomers.zeros)
    return solve(Cells.of(newcomers), fixed, restart_baselines=baselines, level=method.level, options=options)


def _spark(
    newcomers: RatingsTable, fixed: NDArray[np.float64], baselines: NDArray[np.float64], method: Method
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What ALS solves for a line: non-negative least squares, the penalty regParam times its number of known cells."""
    from scipy.optimize import nnls

    from ratings_nmf.solvers.options import AT, SparkOptions

    penalty = convert(dict(method.options), SparkOptions, at=AT).regParam
    W, nothing = np.zeros((newcomers.shape[0], len(fixed))), np.zeros(len(fixed))
    for line, (first, last) in enumerate(pairwise(newcomers.starts.tolist())):
        if last > first:
            known, ridge = (
                fixed[:, newcomers.columns[first:last]],
                np.sqrt(penalty * (last - first)) * np.eye(len(fixed)),
            )
            W[line], _ = nnls(np.vstack([known.T, ridge]), np.concatenate([newcomers.values[first:last], nothing]))
    return W, np.zeros(len(W))


SOLVERS = {"sklearn": _sklearn, "native": _native, "spark": _spark}
