"""The solvers behind `factorize`, and how the fit is measured."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.decomposition import NMF

from examples import planted, table_of
from ratings_nmf.core.errors import InputError
from ratings_nmf.core.table import RatingsTable
from ratings_nmf.model.factors import Factors, numbered
from ratings_nmf.model.metrics import fit_metrics, hoyer_sparsity
from ratings_nmf.solvers.factorize import counterpart, factorize


@pytest.fixture
def table():
    return table_of(planted((40, 30), 4, seed=1, spread=0.4)[2])


def solve(table, count, **options):
    return factorize(table, n_components=count, solver="sklearn", options=options, seed=0)


def test_sklearn_gives_what_sklearn_gives(table):
    model = NMF(3, random_state=0)
    W = model.fit_transform(table.dense())
    found = solve(table, 3)
    np.testing.assert_array_equal(found.factors.W, W)
    np.testing.assert_array_equal(found.factors.H, model.components_)
    assert found.n_iter == model.n_iter_


@pytest.mark.parametrize("options", [{"alpha_W": 0.01, "l1_ratio": 0.5}, {"alpha_W": 0, "alpha_H": 0.02}])
def test_penalties_mean_the_same_in_another_unit(table, options):
    found, other = (solve(each, 3, **options) for each in (table, table_of(20 * table.dense())))
    scale = found.factors.reconstruction().max()
    np.testing.assert_allclose(other.factors.reconstruction() / 20, found.factors.reconstruction(), atol=1e-6 * scale)


def test_planted_parts_are_found(table):
    found = solve(table, 4, max_iter=5000, tol=1e-6)
    assert found.converged
    assert fit_metrics(table, found.factors)["relative_error"] < 1e-3


def test_a_fit_that_has_not_converged_says_so_without_a_warning(table):
    assert not solve(table, 4, max_iter=2).converged


def test_another_warning_is_passed_on(table):
    with pytest.warns(UserWarning, match="cannot update zeros"):
        solve(table, 4, solver="mu", init="nndsvd", max_iter=500)


def test_cells_that_were_not_rated_are_refused(table):
    with pytest.raises(InputError, match="cannot leave out cells that were not rated"):
        solve(table_of(table.dense(), "missing"), 2)


def test_where_cells_are_held_out_the_native_solver_stands_in(table):
    held_out = np.arange(5, dtype=np.int32), np.arange(5, dtype=np.int32)
    options = {"max_iter": 30, "alpha_W": 0.1}
    stand_in, ignored = counterpart("sklearn", options, table)
    assert ignored == ["alpha_W"]
    found, native = (
        factorize(table, n_components=3, solver=solver, options=chosen, seed=0, held_out=held_out).factors
        for solver, chosen in (("sklearn", options), ("native", stand_in))
    )
    np.testing.assert_array_equal(found.reconstruction(), native.reconstruction())


@pytest.fixture
def large():
    """A table too large to be dense, with few cells above 0."""
    draw = np.random.default_rng(5)
    return table_of(draw.integers(1, 6, (1010, 1000)) * (draw.random((1010, 1000)) < 0.002) * 1.0)


def test_a_table_too_large_to_be_dense_is_factorized_sparse(large, monkeypatch):
    cells = csr_array((large.values, (large.rows, large.columns)), shape=large.shape)
    model = NMF(3, random_state=0, tol=0.1)
    W = model.fit_transform(cells)
    monkeypatch.setattr(RatingsTable, "dense", lambda _: pytest.fail("built a dense array"))
    found = solve(large, 3, tol=0.1)
    np.testing.assert_array_equal(found.factors.W, W)
    np.testing.assert_array_equal(found.factors.H, model.components_)


@pytest.mark.parametrize("zeros", ["observed", "missing", 0.3])
def test_fit_metrics_against_the_obvious_way(zeros):
    draw = np.random.default_rng(2)
    cells = draw.integers(0, 3, (7, 5)).astype(float)
    factors = Factors(W=draw.random((7, 2)), H=draw.random((2, 5)), components=numbered(2))
    residual, table = cells - factors.W @ factors.H, table_of(cells, zeros)
    weights = np.where(cells > 0, 1.0, table.weight)
    squares, norm = np.sum(weights * residual**2), np.linalg.norm(cells)
    found = fit_metrics(table, factors)
    assert found["frobenius_error"] == pytest.approx(np.sqrt(squares))
    assert found["relative_error"] == pytest.approx(np.sqrt(squares) / norm)
    assert found["explained_variance"] == pytest.approx(1 - squares / norm**2)
    assert found["rmse"] == pytest.approx(np.sqrt(squares / weights.sum()))
    assert found["mae"] == pytest.approx(np.average(np.abs(residual), weights=weights))


def test_fit_metrics_without_a_dense_array_are_the_same(large, monkeypatch):
    factors = solve(large, 3, tol=0.1).factors
    residual = np.zeros(large.shape)
    residual[large.rows, large.columns] = large.values
    residual -= factors.W @ factors.H
    monkeypatch.setattr(Factors, "reconstruction", lambda _: pytest.fail("built a dense array"))
    found = fit_metrics(large, factors)
    assert found["frobenius_error"] == pytest.approx(np.linalg.norm(residual))
    assert found["mae"] == pytest.approx(np.mean(np.abs(residual)))


def test_hoyer_sparsity_of_one_number_is_zero():
    np.testing.assert_array_equal(hoyer_sparsity(np.array([[3.0], [0.0]])), [0.0, 0.0])
