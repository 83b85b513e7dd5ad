"""How close W @ H comes to the table, and how sparse the parts are."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.table import RatingsTable
from ratings_nmf.model.factors import Factors, inner


def fit_metrics(table: RatingsTable, factors: Factors) -> dict[str, Any]:
    """Compare W @ H with every cell that counts: the stored ones, and as zeros the others, by their weight.

    Returns
    -------
    dict
        ``frobenius_error`` √Σ(x − w·h)², in units of the cells; ``relative_error`` the same over √Σx²;
        ``explained_variance`` 1 − Σ(x − w·h)² / Σx² (about 0, not the mean, as is usual for NMF: Hutchins et al.
        2008); ``rmse`` √mean (x − w·h)²; ``mae`` mean |x − w·h|; ``sparsity_W`` and ``sparsity_H`` the mean Hoyer
        sparsity of the components, baselines left out. A share of nothing, and a mean over no cell, is None.

    >>> from ratings_nmf.core.table import from_dense
    >>> table = from_dense(np.array([[3.0, 0.0]]), row_labels=("a",), column_labels=("x", "y"), zeros="observed")
    >>> factors = Factors(W=np.ones((1, 1)), H=np.array([[1.0, 1.0]]), components=("component 1",))
    >>> metrics = fit_metrics(table, factors)
    >>> round(metrics["frobenius_error"] ** 2, 9), metrics["mae"], round(metrics["explained_variance"], 9)
    (5.0, 1.5, 0.444444444)
    """
    return measures(sums(table, factors, factors.predict(table.rows, table.columns)), factors)


class Sums(NamedTuple):
    """What `measures` needs to know of some rows.

    Σ(x − w·h)², Σ|x − w·h| and Σx² over the cells that count, and the number of these cells, all by their weights; the
    number of rows; Σw and Σw² of each component, shape (components,).
    """

    squares: float
    distances: float
    total: float
    cells: float
    rows: int
    loadings: NDArray[np.float64]
    loadings_squared: NDArray[np.float64]


def sums(table: RatingsTable, factors: Factors, prediction: NDArray[np.float64]) -> Sums:
    """Return the sums over a table, or some rows of a larger one, given the prediction of its stored cells."""
    squares = float(np.square(table.values - prediction).sum())
    distances = float(np.abs(table.values - prediction).sum())
    if table.weight:
        zero_squares, zero_distances = _at_zeros(table, factors, prediction)
        squares += table.weight * zero_squares
        distances += table.weight * zero_distances
    return Sums(
        squares=squares,
        distances=distances,
        total=float(np.square(table.values).sum()),
        cells=table.counted,
        rows=table.shape[0],
        loadings=factors.W.sum(axis=0),
        loadings_squared=np.square(factors.W).sum(axis=0),
    )


def joined(parts: Iterable[Sums]) -> Sums:
    """Return the sums over all rows from those over some of them each."""
    return Sums(*(sum(each) for each in zip(*parts, strict=True)))


def measures(total: Sums, factors: Factors) -> dict[str, Any]:
    """Return what `fit_metrics` returns from the sums over all rows; of the factors only H counts."""
    sparsity = hoyer_of_norms(total.loadings, np.sqrt(total.loadings_squared), size=total.rows)[: factors.parts]
    metrics: dict[str, Any] = {
        "frobenius_error": float(np.sqrt(total.squares)),
        "sparsity_W": float(sparsity.mean()),
        "sparsity_H": float(hoyer_sparsity(factors.H[: factors.parts]).mean()),
    }
    metrics |= dict.fromkeys(("relative_error", "explained_variance", "rmse", "mae"))
    if total.total:
        metrics["relative_error"] = float(np.sqrt(total.squares / total.total))
        metrics["explained_variance"] = 1.0 - total.squares / total.total
    if total.cells:
        metrics["rmse"] = float(np.sqrt(total.squares / total.cells))
        metrics["mae"] = total.distances / total.cells
    return metrics


def _at_zeros(table: RatingsTable, factors: Factors, prediction: NDArray[np.float64]) -> tuple[float, float]:
    """Return Σp² and Σp over the cells that are 0, where p is all there is to the residual."""
    if table.fits_dense:
        at_zeros = factors.reconstruction()
        at_zeros[table.rows, table.columns] = 0.0
        return float(np.square(at_zeros).sum()), float(at_zeros.sum())
    # ‖WH‖² = Σ (WᵀW ∘ HHᵀ): the zero cells' sums without a dense array
    squares = (inner(factors.W.T, factors.W.T) * inner(factors.H, factors.H)).sum() - np.square(prediction).sum()
    distances = (factors.W.sum(axis=0) * factors.H.sum(axis=1)).sum() - prediction.sum()
    return max(float(squares), 0.0), max(float(distances), 0.0)


def hoyer_sparsity(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (√n − ‖v‖₁ / ‖v‖₂) / (√n − 1) for each row v of n numbers: 0 all equal, 1 all in one place.

    A vector of zeros, or of one number, has sparsity 0. Source: Hoyer 2004, JMLR 5, section 3.1.

    >>> hoyer_sparsity(np.array([[1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 3.0, 0.0], [0.0, 0.0, 0.0, 0.0]]))
    array([0., 1., 0.])
    """
    norms = np.sqrt(np.square(vectors).sum(axis=1))
    return hoyer_of_norms(np.abs(vectors).sum(axis=1), norms, size=vectors.shape[1])


def hoyer_of_norms(sums: NDArray[np.float64], norms: NDArray[np.float64], *, size: int) -> NDArray[np.float64]:
    """Return `hoyer_sparsity` of vectors of `size` numbers from their ‖v‖₁ and ‖v‖₂, both of shape (vectors,).

    >>> hoyer_of_norms(np.array([4.0, 3.0]), np.array([2.0, 3.0]), size=4)
    array([0., 1.])
    """
    root = np.sqrt(size)
    if root == 1:
        return np.zeros(len(norms))
    flatness = np.divide(sums, norms, out=np.full(len(norms), root), where=norms > 0)
    return np.asarray((root - flatness) / (root - 1))
