"""The native solver as a scikit-learn estimator."""

import warnings
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.table import Places, Zeros, weight_of
from ratings_nmf.model.factors import Factors, predicted_range
from ratings_nmf.solvers.cells import Cells, Floats
from ratings_nmf.solvers.native import fit, fold_in
from ratings_nmf.solvers.options import NativeKeys, NativeOptions, native_options

_HIDE_EVERY = 5


class RatingsNMF(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Non-negative matrix factorization of a table with unknown cells.

    Predicts x_ij as Σ_c w_ic h_cj + b_i + c_j, all ≥ 0, and minimises

        Σ (x_ij - prediction)² + regularization s (Σ w² + Σ h²) + baseline_regularization (Σ (b_i - m)² + Σ (c_j - m)²)

    by cyclic coordinate descent over rows and columns in turn, s being the root mean square of the values above 0 and m
    half the mean value. With zeros="missing" the first sum is over the known cells; with zeros="observed" it is over
    all, an absent cell being 0, without baselines: scikit-learn's NMF objective. With a number a 0 is added for each
    absent cell whose square counts times that number, and the squares of a row's (column's) factors are penalised once
    for each of its known cells and times that number for each of all (Hu, Koren & Volinsky 2008; Rendle et al. 2021).
    A fit has converged when a sweep lowers the loss by less than `tol` times the loss.

    Parameters
    ----------
    n_components : int
        Number of components, at least 1.
    zeros : {"missing", "observed"} or float
        What a cell that a sparse X does not store means: unknown, 0, or a 0 of this weight from 0 to 1. In any X, NaN
        is unknown and a stored or dense 0 is 0.
    regularization, baseline, baseline_regularization, ensemble, max_iter, tol
        As in `solvers.options.NativeKeys`, which says what None stands for. An ensemble has ensemble * n_components
        components.
    random_state : int, RandomState or None
        Where the restarts start.

    Attributes
    ----------
    components_ : ndarray of shape (n_components_, n_features_in_)
        H, components by falling share of the total. With baselines there are two more: "row baseline", which
        is 1, and "column baseline", so that transform(X) @ components_ is the whole prediction,
        which `inverse_transform` and `predict_cells` keep within the values that were known, where zeros="missing".
    n_components_ : int
        Number of rows of components_.
    n_iter_ : int
        Number of sweeps, in the longest restart.
    loss_curve_ : ndarray of shape (n_iter_,)
        The objective after each sweep, averaged over restarts.
    reconstruction_err_ : float
        Square root of the first sum.
    converged_ : bool
        Whether every restart has converged.
    solution_ : Solution
        The fit of the training rows, `solution_.factors` being their W and H.

    References
    ----------
    Hsieh & Dhillon 2011, Fast coordinate descent methods with variable selection for NMF. Yu, Hsieh, Si &
    Dhillon 2012, Scalable coordinate descent approaches to parallel matrix factorization (CCD++). Koren, Bell
    & Volinsky 2009, Matrix factorization techniques for recommender systems (baselines). Lee & Seung 1999,
    Learning the parts of objects by NMF. Cichocki & Phan 2009, Fast local algorithms for large scale
    nonnegative matrix and tensor factorizations (HALS).

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[5, 3, np.nan, 1], [4, np.nan, np.nan, 1], [1, 1, np.nan, 5], [1, np.nan, np.nan, 4]])
    >>> model = RatingsNMF(2, regularization=0.03).fit(X)
    >>> model.predict_cells([0, 1], [0, 1]).round(1)
    array([4.9, 2.7])
    """

    def __init__(
        self,
        n_components: int,
        *,
        zeros: Zeros = "missing",
        regularization: float | None = None,
        baseline: bool = True,
        baseline_regularization: float = 5.0,
        ensemble: int = 1,
        max_iter: int = 200,
        tol: float | None = None,
        random_state: Any = 0,
    ) -> None:
        self.n_components = n_components
        self.zeros = zeros
        self.regularization = regularization
        self.baseline = baseline
        self.baseline_regularization = baseline_regularization
        self.ensemble = ensemble
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state

    def fit(self, X: Any, y: None = None) -> Self:
        """Fit X (rows, columns): an array, DataFrame or sparse array, values ≥ 0, NaN for unknown cells."""
        cells, held_out = self._read(X, reset=True)
        options = self._options()
        solution = fit(cells, n_components=self.n_components, options=options, seed=self._seed(), held_out=held_out)
        self.solution_ = solution.within(predicted_range(self.zeros, cells.range))
        self.components_ = solution.factors.H
        self.n_components_ = len(self.components_)
        self.n_iter_ = solution.n_iter
        self.loss_curve_ = solution.loss_curve
        self.reconstruction_err_ = solution.error
        self.converged_ = solution.converged
        if not self.converged_:
            message = f"not converged after max_iter={self.max_iter} sweeps: raise it, or tol={options.tolerance:g}"
            warnings.warn(message, ConvergenceWarning, stacklevel=2)
        return self

    def fit_transform(self, X: Any, y: None = None) -> Floats:
        """Fit and return the rows' factors (rows, n_components_)."""
        return self.fit(X).solution_.factors.W

    def transform(self, X: Any) -> Floats:
        """Factors (rows, n_components_) of any rows; a training row gets what fit_transform gave it."""
        check_is_fitted(self)
        return self._fold_in(*self._read(X, reset=False))

    def inverse_transform(self, X: Any) -> Floats:
        """The predicted table (rows, columns) of the factors X (rows, n_components_).

        With zeros="missing" X @ components_ is cut off at the least and the largest value that the fit knew.
        """
        check_is_fitted(self)
        return np.asarray((np.asarray(X) @ self.components_).clip(*self.solution_.factors.range))

    def predict_cells(self, rows: Any, columns: Any) -> Floats:
        """Predicted values (cells,) of the training table in rows[i] and columns[i], counted from 0."""
        check_is_fitted(self)
        return self.solution_.predictor.predict(*self._checked(rows, columns))

    def _checked(self, rows: Any, columns: Any) -> Places:
        """Places of the training table, refused where it has no such cell."""
        shape = len(self.solution_.factors.W), self.n_features_in_
        numbers = [np.asarray(part) for part in (rows, columns)]
        for name, part, size in zip(("rows", "columns"), numbers, shape, strict=True):
            if part.size and not 0 <= part.min() <= part.max() < size:
                raise ValueError(f"{name} must be between 0 and {size - 1}; got {part.min()} to {part.max()}")
        return numbers[0].astype(np.int32), numbers[1].astype(np.int32)

    def score(self, X: Any, y: None = None) -> float:
        """Minus the root mean square error on every fifth known cell of X.

        The rows' factors are found without those cells. With zeros="observed" a sparse X is made dense.
        """
        check_is_fitted(self)
        dense = weight_of(self.zeros) == 1 and sparse.issparse(X)
        cells, unknown = self._read(X.toarray() if dense else X, reset=False)
        hidden = np.arange(cells.values.size) % _HIDE_EVERY == 0
        rows, columns = cells.rows[hidden], cells.columns[hidden]
        held_out = np.concatenate([unknown[0], rows]), np.concatenate([unknown[1], columns])
        errors = self._predictor(cells, held_out).predict(rows, columns) - cells.values[hidden]
        return -float(np.sqrt(np.mean(errors**2)))

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Names of the components: "component 1" …, with baselines "row baseline" and "column baseline"."""
        check_is_fitted(self)
        return np.array(self.solution_.factors.components, dtype=object)

    def _options(self) -> NativeOptions:
        try:
            return native_options(self._plain(NativeKeys.__struct_fields__), zeros=self.zeros, at="")
        except InputError as error:
            raise ValueError(str(error)) from None

    def _plain(self, names: Iterable[str]) -> dict[str, Any]:
        """The parameters of these names, numbers of NumPy's as Python's."""
        values = {name: getattr(self, name) for name in names}
        return {name: value.item() if isinstance(value, np.generic) else value for name, value in values.items()}

    def _seed(self) -> int:
        state = self.random_state
        return int(state) if isinstance(state, int | np.integer) else int(check_random_state(state).randint(2**31))

    def _predictor(self, cells: Cells, held_out: Places) -> Factors:
        """The factors that predict the cells of any rows."""
        return replace(self.solution_.factors, W=self._fold_in(cells, held_out))

    def _fold_in(self, cells: Cells, held_out: Places) -> Floats:
        solution, options = self.solution_, self._options()
        W, row_baseline = fold_in(
            cells,
            solution.factors.H[: solution.factors.parts],
            restart_baselines=solution.restart_baselines,
            units=solution.units,
            options=options,
            held_out=held_out,
        )
        return np.column_stack([W, row_baseline, np.ones(len(W))]) if options.has_baseline else W

    def _read(self, X: Any, *, reset: bool) -> tuple[Cells, Places]:
        """The known cells of X, and the places of the unknown ones."""
        X = validate_data(self, X, reset=reset, accept_sparse="csr", dtype=np.float64, ensure_all_finite="allow-nan")
        if sparse.issparse(X):
            table = X.tocoo(copy=True)
            table.sum_duplicates()
            rows, columns, values = table.row, table.col, table.data
        else:
            (rows, columns), values = np.indices(X.shape, np.int32).reshape(2, -1), X.ravel()
        unknown = np.isnan(values)
        places = rows.astype(np.int32), columns.astype(np.int32)
        known = [part[~unknown] for part in (*places, values)]
        return Cells(known[0], known[1], known[2], X.shape), (places[0][unknown], places[1][unknown])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.positive_only = True
        tags.input_tags.allow_nan = True
        return tags
