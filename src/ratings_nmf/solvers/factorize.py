"""Solvers: a table in, factors and how they were found out."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from msgspec.structs import asdict
from numpy.typing import NDArray

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.table import RatingsTable
from ratings_nmf.model.factors import Factors, numbered, with_baselines
from ratings_nmf.solvers.options import native_options, sklearn_options, spark_options


@dataclass(frozen=True, kw_only=True)
class Fit:
    """Factors, and how they were found.

    ``converged`` is whether the solver's rule to stop was met, None where it has no such rule; ``loss_curve`` and the
    restarts' column baselines are given where the solver tells them.
    """

    factors: Factors
    n_iter: int
    converged: bool | None
    loss_curve: NDArray[np.float64] | None
    restart_baselines: NDArray[np.float64] | None = None


Places = tuple[NDArray[np.int32], NDArray[np.int32]]
Start = tuple[NDArray[np.float64], NDArray[np.float64]]


def factorize(table: RatingsTable, *, n_components: int, solver: str, options: Mapping[str, Any], seed: int) -> Fit:
    """Factorize a table into `n_components` non-negative parts.

    Raises
    ------
    InputError
        If the count does not fit the table, the solver does not know an option or refuses its value, or it cannot
        take the table's meaning of zero.
    """
    check_count(table.shape, n_components, "fit.n_components")
    return SOLVERS[solver](table, n_components, options, seed)


def check_count(shape: tuple[int, int], n_components: int, parameter: str) -> None:
    """Refuse a count of components that does not fit a table of this shape."""
    smaller = min(shape)
    if not 1 <= n_components <= smaller:
        raise InputError(
            f"expected 1 to {smaller}; found {n_components}; the table has {shape[0]} rows and "
            f"{shape[1]} columns, and more parts than the smaller side has lines explain nothing",
            parameter=parameter,
        )


def factorize_without(
    table: RatingsTable,
    *,
    n_components: int,
    options: Mapping[str, Any],
    seed: int,
    solver: str = "native",
    held_out: Places | None = None,
    start: Start | None = None,
) -> Fit:
    """Factorize a table as if the cells held out were not known.

    Parameters
    ----------
    solver
        ``native`` or ``spark``, to which a cell that is not stored is not known in any case.
    held_out
        Rows and columns of the cells, stored or not, that the fit does not see.
    start
        W (rows, components) and H (components, columns) for the native solver to start from; None lets it choose by
        the seed.
    """
    if solver == "spark":
        from ratings_nmf.holdout.folds import not_held_out

        kept = slice(None) if held_out is None else not_held_out(table, held_out)
        known = replace(table, rows=table.rows[kept], columns=table.columns[kept], values=table.values[kept])
        return _spark(known, n_components, options, seed)
    return _native(table, n_components, options, seed, held_out=held_out, start=start)


def counterpart(solver: str, options: Mapping[str, Any], table: RatingsTable) -> tuple[dict[str, Any], list[str]]:
    """Return options of the native solver that come closest to another solver's, and what has no counterpart.

    Scikit-learn's NMF cannot leave out cells, so that where cells are held out the native solver, which minimises
    the same Σ(x − w·h)², stands in for it: with its max_iter and tol, without its penalties and other losses.

    Spark's ALS would take too long for as many fits as a survey needs. It has no baselines, and its penalty grows with
    a line's known cells: regParam √(n_row n_column), n being the means, is the constant one that W @ H feels the same.

    >>> from ratings_nmf.core.table import from_dense
    >>> table = from_dense(np.ones((4, 9)), row_labels=(*"abcd",), column_labels=(*"ABCDEFGHI",), zeros="missing")
    >>> counterpart("sklearn", {"max_iter": 500, "alpha_W": 0.1}, replace(table, zeros="observed"))
    ({'tol': 0.0001, 'max_iter': 500}, ['alpha_W'])
    >>> counterpart("spark", {"master": "local[2]", "maxIter": 20, "regParam": 0.5}, table)
    ({'baseline': False, 'regularization': 3.0}, ['maxIter'])
    """
    if solver == "native":
        native_options(options, zeros=table.zeros)
        return dict(options), []
    if solver == "spark":
        chosen = spark_options(
            options, zeros=table.zeros, lowest=float(table.values.min()), highest=float(table.values.max())
        )
        penalty = chosen.regParam * len(table.values) / float(np.sqrt(table.shape[0] * table.shape[1]))
        return {"baseline": False, "regularization": penalty}, sorted({"maxIter"} & set(options))
    sklearn_options(options, zeros=table.zeros, lowest=_lowest(table))
    shared = {name: options[name] for name in ("max_iter", "tol") if name in options}
    return {"tol": 1e-4, **shared}, sorted(set(options) - set(shared))


def _sklearn(table: RatingsTable, n_components: int, options: Mapping[str, Any], seed: int) -> Fit:
    from scipy.sparse import csr_array
    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning

    chosen = sklearn_options(options, zeros=table.zeros, lowest=_lowest(table))
    X = table.dense() if table.fits_dense else csr_array((table.values, (table.rows, table.columns)), table.shape)
    model = NMF(n_components, random_state=seed, **asdict(chosen))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        W = model.fit_transform(X)
    if not np.isfinite(W).all():  # its start divides by the length of a singular vector, which may be 0
        raise InputError(
            "scikit-learn's start from singular vectors fails where rows or columns are multiples of one another; "
            "set `init: random`, or fewer components",
            parameter="fit.options.init",
        )
    for warning in caught:
        if not issubclass(warning.category, ConvergenceWarning):
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    return Fit(
        factors=Factors(W=W.astype(np.float64), H=model.components_, components=numbered(n_components)),
        n_iter=int(model.n_iter_),
        converged=not any(issubclass(warning.category, ConvergenceWarning) for warning in caught),
        loss_curve=None,
    )


def _native(
    table: RatingsTable,
    n_components: int,
    options: Mapping[str, Any],
    seed: int,
    *,
    held_out: Places | None = None,
    start: Start | None = None,
) -> Fit:
    from ratings_nmf.solvers import native as solver
    from ratings_nmf.solvers.cells import Cells

    chosen = native_options(options, zeros=table.zeros)
    try:
        solved = solver.fit(
            Cells(table.rows, table.columns, table.values, table.shape),
            n_components=n_components,
            options=chosen,
            seed=seed,
            held_out=held_out,
            start=start,
        )
    except ValueError as error:
        raise InputError(f"native: {error}", parameter="fit.solver") from None
    found = Factors(W=solved.W, H=solved.H, components=numbered(len(solved.H)))
    if chosen.has_baseline:
        found = with_baselines(found, solved.row_baseline, solved.column_baseline)
    return Fit(
        factors=found,
        n_iter=solved.n_iter,
        converged=solved.converged,
        loss_curve=solved.loss_curve,
        restart_baselines=solved.restart_baselines,
    )


def _spark(table: RatingsTable, n_components: int, options: Mapping[str, Any], seed: int) -> Fit:
    from ratings_nmf.solvers.spark import als

    chosen = spark_options(
        options, zeros=table.zeros, lowest=float(table.values.min()), highest=float(table.values.max())
    )
    W, H = als.factorize(table, n_components=n_components, options=chosen, seed=seed)
    return Fit(
        factors=Factors(W=W, H=H, components=numbered(n_components)),
        n_iter=chosen.maxIter,
        converged=None,
        loss_curve=None,
    )


def _lowest(table: RatingsTable) -> float:
    stored = len(table.values) == table.shape[0] * table.shape[1]
    return float(table.values.min()) if stored else 0.0


LEAVE_OUT = ("native", "spark")
"""Solvers that can fit as if cells were not known; where cells are held out, the first stands in for another."""

SOLVERS = {"sklearn": _sklearn, "native": _native, "spark": _spark}
