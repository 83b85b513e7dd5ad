import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import check_estimator

from ratings_nmf import RatingsNMF

X = np.array([[5, 3, np.nan, 1], [4, np.nan, 0, 1], [1, 1, np.nan, 5], [1, np.nan, np.nan, 4], [np.nan, 1, 5, 4]])
zeros_meanings = pytest.mark.parametrize("zeros", ["missing", "observed", 0.1])


@zeros_meanings
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_scikit_learns_own_checks_pass(zeros):
    check_estimator(RatingsNMF(2, zeros=zeros))


@zeros_meanings
@pytest.mark.parametrize("ensemble", [1, 2])
def test_the_table_of_factors_times_components_is_the_whole_prediction(zeros, ensemble):
    model = RatingsNMF(2, zeros=zeros, regularization=0.1, ensemble=ensemble, max_iter=5000)
    W = model.fit_transform(X)
    assert W.shape == (5, model.n_components_)
    rows, columns = np.indices(X.shape).reshape(2, -1)
    np.testing.assert_allclose(model.inverse_transform(W).ravel(), model.predict_cells(rows, columns))
    np.testing.assert_allclose(model.transform(X), W, rtol=1e-6, atol=1e-6)
    error = np.sqrt(np.nansum((X - model.inverse_transform(W)) ** 2))
    np.testing.assert_allclose(model.reconstruction_err_, error, rtol=1e-4)
    assert len(model.loss_curve_) == model.n_iter_
    assert model.converged_


@pytest.mark.parametrize("zeros", ["missing", "observed"])
def test_sparse_equals_dense(zeros):
    known = ~np.isnan(X)
    rows, columns = np.nonzero(known)
    unknown = np.nan if zeros == "missing" else 0.0
    dense = np.where(known, X, unknown)
    table = sparse.coo_array((X[known], (rows, columns)), shape=X.shape)
    expected = RatingsNMF(2, zeros=zeros, max_iter=5000).fit(dense)
    for container in (sparse.csr_array, sparse.csc_matrix, sparse.coo_array):
        model = RatingsNMF(2, zeros=zeros, max_iter=5000).fit(container(table))
        np.testing.assert_array_equal(model.components_, expected.components_)
        np.testing.assert_array_equal(model.transform(container(table)), expected.transform(dense))
        assert model.score(container(table)) == expected.score(dense)


def test_nan_is_unknown_whatever_zeros_mean():
    filled = np.where(np.isnan(X), 100, X)
    model = RatingsNMF(2, zeros="observed", max_iter=5000).fit(X)
    assert model.reconstruction_err_ < 3
    assert abs(model.inverse_transform(model.transform(X)) - filled)[np.isnan(X)].min() > 50


def test_what_a_sparse_table_does_not_store_counts_by_its_weight():
    table = sparse.random_array((60, 40), density=0.2, rng=np.random.default_rng(0), format="csr")
    means = []
    for zeros in ("missing", 0.01, 0.1, "observed"):
        model = RatingsNMF(2, zeros=zeros, regularization=0, baseline=False, max_iter=1000).fit(table)
        means.append(model.inverse_transform(model.transform(table)).mean())
    assert means == sorted(means, reverse=True)


def test_a_table_in_another_unit_has_the_same_factors_in_that_unit():
    table = sparse.random_array((60, 40), density=0.2, rng=np.random.default_rng(0), format="csr")
    for zeros in ("missing", 0.1, "observed"):
        plain, other = (RatingsNMF(2, zeros=zeros).fit(each) for each in (table, 20 * table))
        predicted = [
            model.inverse_transform(model.transform(each)) for model, each in ((plain, table), (other, 20 * table))
        ]
        np.testing.assert_allclose(predicted[1], 20 * predicted[0], rtol=1e-4)
        assert other.reconstruction_err_ == pytest.approx(20 * plain.reconstruction_err_, rel=1e-4)


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, ["component 1", "component 2", "row baseline", "column baseline"]),
        ({"baseline": False}, ["component 1", "component 2"]),
        ({"zeros": "observed", "max_iter": 5000}, ["component 1", "component 2"]),
    ],
)
def test_feature_names_come_in_and_go_out(options, names):
    frame = pd.DataFrame(X, columns=["a", "b", "c", "d"], index=list("vwxyz"))
    model = RatingsNMF(2, **options).set_output(transform="pandas")
    W = model.fit_transform(frame)
    assert list(W.columns) == names == list(model.get_feature_names_out())
    assert list(W.index) == list(frame.index)
    assert list(model.feature_names_in_) == ["a", "b", "c", "d"]
    with pytest.raises(ValueError, match="feature names"):
        model.transform(frame[["b", "a", "c", "d"]])


def test_it_works_in_pipelines_and_searches():
    pipeline = make_pipeline(FunctionTransformer(), RatingsNMF(2))
    search = GridSearchCV(pipeline, {"ratingsnmf__regularization": [0.1, 1.0, 10.0]}, cv=2)
    search.fit(np.tile(X, (4, 1)))
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert clone(search.best_estimator_).get_params()["ratingsnmf"].n_components == 2


def test_random_states_are_seeds_or_generators():
    fits = [RatingsNMF(2, random_state=state, regularization=0.1).fit(X).components_ for state in (0, 0, 1)]
    np.testing.assert_array_equal(fits[0], fits[1])
    assert (fits[0] != fits[2]).any()
    fits = [RatingsNMF(2, random_state=np.random.RandomState(3)).fit(X).components_ for _ in range(2)]
    np.testing.assert_array_equal(fits[0], fits[1])


def test_a_heavy_penalty_holds_baselines_at_half_the_mean():
    model = RatingsNMF(2, baseline_regularization=1e9).fit(X)
    baselines = [*model.transform(X)[:, 2], *model.components_[3]]
    np.testing.assert_allclose(baselines, np.nanmean(X) / 2, rtol=1e-6)


def test_predict_cells_refuses_cells_outside_the_table():
    model = RatingsNMF(2).fit(X)
    with pytest.raises(ValueError, match="columns must be between 0 and 3; got 0 to 4"):
        model.predict_cells([0, 1], [0, 4])


def test_a_fit_that_has_not_converged_warns():
    with pytest.warns(ConvergenceWarning, match="max_iter=1 "):
        assert not RatingsNMF(2, max_iter=1).fit(X).converged_


def test_importing_the_package_does_not_import_scikit_learn():
    script = "import sys, ratings_nmf; assert 'sklearn' not in sys.modules; import ratings_nmf.solvers; "
    script += "assert not {'sklearn', 'scipy.optimize', 'pandas'} & set(sys.modules); ratings_nmf.RatingsNMF"
    subprocess.run([sys.executable, "-c", script], check=True, env={"PYTHONPATH": "src"})
