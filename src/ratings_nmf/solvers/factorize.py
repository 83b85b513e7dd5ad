"""A table in, W and H out, by one of the solvers."""

import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from msgspec.structs import asdict

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.table import Places, RatingsTable
from ratings_nmf.model.factors import Factors, numbered, predicted_range
from ratings_nmf.model.frame import Solution
from ratings_nmf.solvers.options import bayes_options, native_options, sklearn_options, spark_options

if TYPE_CHECKING:
    from ratings_nmf.solvers.native import Start

Solver = Literal["sklearn", "native", "bayes", "spark"]

LEAVE_OUT = ("native", "bayes", "spark")
"""Solvers that can fit as if cells were not known; where cells are held out, native stands in for another."""


def factorize(
    table: RatingsTable,
    *,
    n_components: int,
    solver: Solver,
    options: Mapping[str, Any],
    seed: int,
    held_out: Places | None = None,
    start: "Start | None" = None,
) -> Solution:
    """Factorize a table into `n_components` non-negative parts.

    Parameters
    ----------
    held_out
        Rows and columns of cells, stored or not, that the fit must not know. A solver that cannot leave out cells is
        stood in for by the native one, with its `counterpart` of the options.
    start
        Where the native solver starts, as its `fit` takes it; None lets it choose by the seed.

    Raises
    ------
    InputError
        If the count does not fit the table, the solver does not know an option or refuses its value, or it cannot
        take the table's meaning of zero.
    """
    check_count(table.shape, n_components, "fit.n_components")
    if held_out is not None and (solver not in LEAVE_OUT or (solver == "spark" and table.weight)):
        solver, options = "native", counterpart(solver, options, table)[0]
    match solver:
        case "sklearn":
            solution = _sklearn(table, n_components, options, seed)
        case "native":
            solution = _native(table, n_components, options, seed, held_out, start)
        case "bayes":
            solution = _bayes(table, n_components, options, seed, held_out)
        case "spark":
            solution = _spark(table, n_components, options, seed, held_out)
    return solution.within(predicted_range(table.zeros, table.range))


def check_count(shape: tuple[int, int], n_components: int, parameter: str) -> None:
    """Refuse a count of components that does not fit a table of this shape."""
    smaller = min(shape)
    if not 1 <= n_components <= smaller:
        raise InputError(
            f"expected 1 to {smaller}; found {n_components}; the table has {shape[0]} rows and "
            f"{shape[1]} columns, and more parts than the smaller side has lines explain nothing",
            parameter=parameter,
        )


def counterpart(solver: str, options: Mapping[str, Any], table: RatingsTable) -> tuple[dict[str, Any], list[str]]:
    """Return options of the native solver that come closest to another solver's, and what has no counterpart.

    Scikit-learn's NMF cannot leave out cells, so that where cells are held out the native solver, which minimises
    the same Σ(x − w·h)², stands in for it: with its max_iter and tol, without its penalties and other losses.

    Sampling would take too long for as many restarts as a survey needs, and Spark's ALS for all of its fits. Sampling
    has no penalty, and the native solver takes its default one; its other options are about chains, and nothing is
    missing without them. ALS has no baselines, and its penalty grows with a line's known cells:
    regParam √(n_row n_column), n being the means, is the constant one that W @ H feels the same, in the same units.
    Where cells that are not given count by a weight, ALS cannot leave out one of them either; its penalty is then on
    average the native solver's regParam · weight · n / (n + weight · all).

    >>> from ratings_nmf.core.table import from_dense
    >>> table = from_dense(np.ones((4, 9)), row_labels=(*"abcd",), column_labels=(*"ABCDEFGHI",), zeros="missing")
    >>> counterpart("sklearn", {"max_iter": 500, "alpha_W": 0.1}, replace(table, zeros="observed"))
    ({'regularization': 0.0, 'tol': 0.0001, 'max_iter': 500}, ['alpha_W'])
    >>> counterpart("spark", {"master": "local[2]", "maxIter": 20, "regParam": 0.5}, table)
    ({'baseline': False, 'regularization': 3.0}, ['maxIter'])
    """
    if solver == "native":
        native_options(options, zeros=table.zeros)
        return dict(options), []
    if solver == "bayes":
        return {"baseline": bayes_options(options, zeros=table.zeros).baseline}, []
    if solver == "spark":
        settings = spark_options(options, zeros=table.zeros, lowest=table.values.min(), highest=table.values.max())
        if table.weight:
            known, every = len(table.values), table.weight * table.size
            regularization = settings.penalty * table.weight * known / (known + every)
            return {"regularization": regularization}, sorted({"maxIter"} & set(options))
        penalty = settings.penalty * len(table.values) / float(np.sqrt(table.shape[0] * table.shape[1]))
        return {"baseline": False, "regularization": penalty}, sorted({"maxIter"} & set(options))
    alike = sklearn_options(options, zeros=table.zeros, lowest=table.range[0])
    return {"regularization": 0.0, "tol": alike.tol, "max_iter": alike.max_iter}, sorted(
        set(options) - {"tol", "max_iter"}
    )


def _sklearn(table: RatingsTable, n_components: int, options: Mapping[str, Any], seed: int) -> Solution:
    from scipy.sparse import csr_array
    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning

    settings = sklearn_options(options, zeros=table.zeros, lowest=table.range[0])
    unit = settings.unit(table.spread) or 1.0
    X = table.dense() if table.fits_dense else csr_array((table.values, (table.rows, table.columns)), table.shape)
    model = NMF(n_components, random_state=seed, **asdict(settings))
    with warnings.catch_warnings(record=True) as records:
        warnings.simplefilter("always")
        W = model.fit_transform(X / unit)  # dividing by 1 changes no digit
    if not np.isfinite(W).all():  # its start divides by the length of a singular vector, which may be 0
        raise InputError(
            "scikit-learn's start from singular vectors fails where rows or columns are multiples of one another; "
            "set `init: random`, or fewer components",
            parameter="fit.options.init",
        )
    for warning in records:
        if not issubclass(warning.category, ConvergenceWarning):
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    W, H = (np.sqrt(unit) * side.astype(np.float64) for side in (W, model.components_))
    return Solution(
        factors=Factors(W=W, H=H, components=numbered(n_components)),
        n_iter=int(model.n_iter_),
        converged=not any(issubclass(warning.category, ConvergenceWarning) for warning in records),
    )


def _native(
    table: RatingsTable,
    n_components: int,
    options: Mapping[str, Any],
    seed: int,
    held_out: Places | None,
    start: "Start | None",
) -> Solution:
    from ratings_nmf.solvers.cells import Cells
    from ratings_nmf.solvers.native import fit

    settings, cells = native_options(options, zeros=table.zeros), Cells.of(table)
    try:
        return fit(cells, n_components=n_components, options=settings, seed=seed, start=start, held_out=held_out)
    except ValueError as error:
        raise InputError(f"native: {error}", parameter="fit.solver") from None


def _bayes(
    table: RatingsTable, n_components: int, options: Mapping[str, Any], seed: int, held_out: Places | None
) -> Solution:
    from ratings_nmf.solvers import bayes
    from ratings_nmf.solvers.cells import Cells

    settings, cells = bayes_options(options, zeros=table.zeros), Cells.of(table)
    try:
        return bayes.fit(
            cells, n_components=n_components, zeros=table.zeros, options=settings, seed=seed, held_out=held_out
        )
    except ValueError as error:
        raise InputError(f"bayes: {error}", parameter="fit.solver") from None


def _spark(
    table: RatingsTable, n_components: int, options: Mapping[str, Any], seed: int, held_out: Places | None
) -> Solution:
    from ratings_nmf.solvers import spark

    if held_out is not None:
        from ratings_nmf.solvers.cells import not_held_out

        counts = not_held_out(table, held_out)
        table = replace(table, rows=table.rows[counts], columns=table.columns[counts], values=table.values[counts])
    settings = spark_options(options, zeros=table.zeros, lowest=table.values.min(), highest=table.values.max())
    W, H = spark.factorize(table, n_components=n_components, options=settings, seed=seed)
    factors = Factors(W=W, H=H, components=numbered(n_components))
    return Solution(factors=factors, n_iter=settings.maxIter, converged=None)
