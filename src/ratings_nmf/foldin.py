"""Rows or columns that come later: their loadings against the other side's, which stays as it was fitted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.errors import InputError
from ratings_nmf.factors import Factors
from ratings_nmf.frame import Frame
from ratings_nmf.table import LISTED, RatingsTable, Side

CHUNK = 10_000
"""Newcomers that are solved for together: memory depends on it."""

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
    count = len(trained.values)
    if trained.zeros == "observed":
        count = trained.shape[0] * trained.shape[1]
    total = float(np.bincount(trained.rows, trained.values).cumsum()[-1])
    return Method(solver=solver, options=options, level=total / count / 2)


def align(
    new: RatingsTable, trained: RatingsTable, *, side: Side | None, ignore_unknown: bool = False
) -> tuple[Side, RatingsTable]:
    """Return which side of a new table the newcomers are, and the table as newcomers × trained lines.

    Newcomers are the rows if the trained table knows a column label of theirs, else the columns if it knows a row
    label, unless `side` says which. Lines that the new table lacks hold no cell.

    Raises
    ------
    InputError
        If the newcomers' cells stand under labels that the trained table does not know, unless these are to be
        ignored; or if it knows none of them.
    """
    if side is None:
        columns_known = set(new.column_labels) & set(trained.column_labels)
        side = "columns" if not columns_known and set(new.row_labels) & set(trained.row_labels) else "rows"
    turned = new if side == "rows" else new.transposed()
    known = trained.column_labels if side == "rows" else trained.row_labels
    place = {label: position for position, label in enumerate(known)}
    kind = "column" if side == "rows" else "row"
    unknown = [label for label in turned.column_labels if label not in place]
    if len(unknown) == len(turned.column_labels) or (unknown and not ignore_unknown):
        more = f" and {len(unknown) - LISTED:,} more" if len(unknown) > LISTED else ""
        mend = "mend them, or leave them out with --ignore-unknown"
        if len(unknown) == len(turned.column_labels):
            mend = f"none is known; expected some of: {', '.join(map(repr, known[:LISTED]))}"
        raise InputError(
            f"{kind} labels that the fitted table does not have: {', '.join(map(repr, unknown[:LISTED]))}{more}; {mend}"
        )
    places = np.array([place.get(label, -1) for label in turned.column_labels], dtype=np.int32)[turned.columns]
    order = np.lexsort((places, turned.rows))
    order = order[places[order] >= 0]
    return side, replace(
        turned, column_labels=known, rows=turned.rows[order], columns=places[order], values=turned.values[order]
    )


def chunks(newcomers: RatingsTable) -> Iterator[tuple[slice, RatingsTable]]:
    """Give the newcomers in tables of up to `CHUNK` rows, with the positions of these."""
    for start in range(0, newcomers.shape[0], CHUNK):
        lines = slice(start, min(start + CHUNK, newcomers.shape[0]))
        cells = slice(*np.searchsorted(newcomers.rows, (lines.start, lines.stop)))
        yield (
            lines,
            replace(
                newcomers,
                row_labels=newcomers.row_labels[lines],
                rows=newcomers.rows[cells] - np.int32(lines.start),
                columns=newcomers.columns[cells],
                values=newcomers.values[cells],
            ),
        )


def fold_in(
    newcomers: RatingsTable, factors: Factors, *, side: Side, frame: Frame, method: Method
) -> NDArray[np.float64]:
    """Return the loadings of newcomers, shape (newcomers, components), as W has them for rows and H.T for columns.

    Minimises over each newcomer what the fit minimised, the other side's loadings fixed at what was written.

    Parameters
    ----------
    newcomers
        As `align` returns them.
    factors, frame
        What was fitted, as written.
    side
        Which side the newcomers are.
    method
        The solver that fitted them, with its options.

    Raises
    ------
    InputError
        If columns are to join an ensemble, whose rows are a mean over restarts, or the solver cannot take newcomers.
    """
    if method.solver not in SOLVERS:
        raise InputError(f"solver {method.solver} cannot take newcomers; these can: {', '.join(SOLVERS)}")
    rows, parts = side == "rows", factors.parts
    fixed = np.empty((parts, newcomers.shape[1]))
    fixed[frame.position] = factors.H[:parts] * frame.scale[:, None] if rows else (factors.W[:, :parts] / frame.scale).T
    has_baselines = parts < len(factors.components)
    baselines = np.zeros((1, newcomers.shape[1]))
    if has_baselines:
        baselines[0] = factors.H[-1] if rows else factors.W[:, -2]
    if frame.restart_baselines is not None:
        if not rows:
            raise InputError("an ensemble takes new rows only; fit the table transposed to fold in its columns")
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
    """Scikit-learn's own update of W, carried on until it settles."""
    from scipy.sparse import csr_array
    from sklearn.decomposition import non_negative_factorization

    X = csr_array((newcomers.values, (newcomers.rows, newcomers.columns)), newcomers.shape)
    options = {**method.options, "init": None, "tol": TOLERANCE, "max_iter": ITERATIONS, "random_state": 0}
    W, _, _ = non_negative_factorization(X, H=fixed, n_components=len(fixed), update_H=False, **options)
    return W, np.zeros(len(W))


def _native(
    newcomers: RatingsTable, fixed: NDArray[np.float64], baselines: NDArray[np.float64], method: Method
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The native solver's own update of W, which `RatingsNMF.transform` calls as well."""
    from ratings_nmf.native import solver
    from ratings_nmf.native.cells import Cells
    from ratings_nmf.native.factors import Factors as Solved
    from ratings_nmf.native.options import Options

    fitted = Solved(
        W=np.empty((0, len(fixed))),
        H=fixed,
        row_baseline=np.empty(0),
        restart_baselines=baselines,
        level=method.level,
        loss_curve=np.empty(0),
        error=0.0,
        converged=True,
    )
    cells = Cells(newcomers.rows, newcomers.columns, newcomers.values, newcomers.shape)
    options = Options(zeros=newcomers.zeros, **{"regularization": 0.0, **method.options})
    return solver.fold_in(fitted, cells, options=options)


SOLVERS = {"sklearn": _sklearn, "native": _native}
