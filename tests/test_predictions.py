"""What is predicted is the same wherever it is told, and within the known values where others are missing."""

import importlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from examples import table_of
from ratings_nmf import BayesNMF, RatingsNMF
from ratings_nmf.holdout import evaluation
from ratings_nmf.holdout.trial import Model
from ratings_nmf.model import reading
from ratings_nmf.model.factors import Factors, numbered
from ratings_nmf.recommend.search import recommend

WILD = {"baseline": False, "regularization": 1e-3}
"""Options under which W @ H goes far beyond the ratings."""


@pytest.fixture
def unrated(checkout, tmp_path, in_process):
    """A clone in which a fit of ratings from 1 to 5 predicts more."""
    workspace = checkout.copy(tmp_path / "ratings nmf")
    params = workspace.params()
    params["datasets"]["ratings-unrated"]["fit"] |= {"n_components": 3, "options": WILD}
    workspace.write_params(params)
    in_process(workspace, "ingest", "survey", "fit", "recommend", dataset="ratings-unrated")
    return workspace


@pytest.mark.usefixtures("unrated")
def test_files_hold_one_prediction_within_the_ratings():
    factors = reading.read("ratings-unrated")
    product, H = factors.W @ factors.H, factors.H
    assert product.max() > 5.5
    assert product.min() < 0.9
    cells = pd.read_csv("data/factors/ratings-unrated/reconstruction.csv", index_col=0)
    np.testing.assert_allclose(cells, product.clip(1, 5), rtol=1e-8)
    lists = pd.read_csv("data/recommendations/ratings-unrated.csv")
    expected = [cells.loc[line["for"], line["item"]] for _, line in lists.iterrows()]
    np.testing.assert_allclose(lists["predicted"], expected, rtol=1e-8)
    terms = ["level", "gives_1", "gives_2", "gives_3", "rest", "beyond"]
    np.testing.assert_allclose(lists[terms].sum(axis=1), lists["predicted"], rtol=1e-8)
    assert lists["beyond"].any()
    importlib.import_module("foldin").fold_in("ratings-unrated", Path("data/raw/ratings.csv"), output=Path("out"))
    new = pd.read_csv("out/ratings-predictions.csv", index_col=0)
    W = pd.read_csv("out/ratings-W.csv", index_col=0).to_numpy()
    np.testing.assert_allclose(new, (W @ H).clip(1, 5), rtol=1e-8)


def test_lists_are_sorted_before_predictions_are_cut_off():
    factors = Factors(W=np.ones((1, 1)), H=np.array([[0.5, 6.0, 9.0, 4.0, 7.0]]), components=numbered(1))
    found = recommend(replace(factors, range=(1.0, 5.0)), table_of(np.zeros((1, 5)), "missing"), to="rows", top=5)
    assert found.items.tolist() == [2, 4, 1, 3, 0]
    assert found.predicted.tolist() == [5.0, 5.0, 5.0, 4.0, 1.0]
    assert found.beyond.tolist() == [-4.0, -2.0, -1.0, 0.0, 0.5]
    told = found.reason(1, items=tuple("abcde"), components=factors.components)
    assert told == "7 level − 2 beyond the scale; no known cell"


@pytest.mark.parametrize("zeros", ["missing", "observed"])
def test_evaluate_and_the_estimator_predict_the_same(zeros):
    cells = np.outer([1.0, 2.0, 3.0, 1.5, 1.0, 2.5], [1.0, 0.5, 1.5, 1.0, 0.7])
    table, place = table_of(cells, zeros), (np.array([2], np.int32), np.array([2], np.int32))
    options = {"regularization": 0.0, "max_iter": 5000}
    model = Model(n_components=1, solver="native", options=options)
    errors = evaluation.score(table, (place, np.array([4.5])), model, seed=0, to="rows").errors
    cells[place] = np.nan
    estimator = RatingsNMF(1, zeros=zeros, **options).fit(cells)
    (told,) = estimator.predict_cells(*place)
    assert 4.5 - errors[0, 0] == pytest.approx(told, rel=1e-6)
    W = estimator.solution_.factors.W
    product, ends = W @ estimator.components_, (np.nanmin(cells), np.nanmax(cells))
    assert product[place] > ends[1]
    if zeros == "missing":
        product = product.clip(*ends)
        assert (4.5 - errors <= ends[1]).all()
    np.testing.assert_allclose(estimator.inverse_transform(W), product)


def test_draws_predict_within_the_known_values_with_their_intervals():
    random = np.random.default_rng(0)
    cells = np.where(random.random((12, 8)) < 0.5, random.integers(1, 6, (12, 8)).astype(float), np.nan)
    model = BayesNMF(2, chains=1, samples=10, burn_in=20).fit(cells)
    estimates = model.solution_.predictor.reconstructions()
    for name, each in estimates.items():
        assert 1 <= each.min() <= each.max() <= 5, name
    assert estimates["high"].max() == 5
    assert estimates["low"].min() == 1
    np.testing.assert_array_equal(
        model.predict_cells(*np.indices(cells.shape).reshape(2, -1)), estimates["reconstruction"].ravel()
    )
