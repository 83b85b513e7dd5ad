"""The stages with the solver that samples."""

import json

import numpy as np
import pandas as pd
import pytest

from conftest import Workspace
from ratings_nmf.figures.curves import trace_figure
from ratings_nmf.files import loadings
from ratings_nmf.model import reading


@pytest.fixture
def sampled(checkout, tmp_path, in_process) -> Workspace:
    workspace = checkout.copy(tmp_path / "ratings nmf")
    params = workspace.params()
    options = {"chains": 2, "samples": 5, "burn_in": 20}
    params["datasets"]["ratings-unrated"]["fit"] |= {"solver": "bayes", "options": options}
    params["datasets"]["ratings-unrated"]["survey"] |= {"restarts": 2}
    workspace.write_params(params)
    params["datasets"]["ratings-unrated"]["recommend"] |= {"by": "low"}
    stages = "ingest", "survey", "fit", "evaluate", "recommend", "report"
    in_process(workspace, *stages, dataset="ratings-unrated")
    return workspace


def test_what_the_chains_did_is_written_and_drawn(sampled):
    metrics = sampled.root / "reports/metrics/ratings-unrated"
    fit, heldout, survey = (json.loads((metrics / f"{name}.json").read_text()) for name in ("fit", "heldout", "survey"))
    assert fit["converged"] is None
    assert fit["n_iter"] == 20 + 5 * 5
    assert fit["product_distance"] > 0
    assert fit["rhat_noise"] > 0.5
    assert heldout["intervals"]["cells"] == heldout["cells"]
    assert (
        survey["notes"][0] == "The native solver, with the penalty that suits the table, stands in for sampling here."
    )
    traces = loadings.read_traces("ratings-unrated")
    assert traces.shape == (2, fit["n_iter"])
    assert (traces > 0).all()
    assert (sampled.root / "reports/figures/ratings-unrated/chains.png").exists()


def test_reconstruction_lists_and_figures_are_of_the_draws(sampled):
    folder = sampled.root / "data/factors/ratings-unrated"
    factors = reading.read("ratings-unrated")
    tables = {name: pd.read_csv(folder / f"{name}.csv", index_col=0) for name in ("reconstruction", "low", "high")}
    np.testing.assert_allclose(tables["reconstruction"], factors.samples.table[0], rtol=1e-8)
    lists = pd.read_csv(sampled.root / "data/recommendations/ratings-unrated.csv")
    for name, column in (("reconstruction", "predicted"), ("low", "low"), ("high", "high")):
        cells = [tables[name].loc[line["for"], line["item"]] for _, line in lists.iterrows()]
        np.testing.assert_allclose(lists[column], cells, rtol=1e-7)
    assert (lists.groupby("for")["low"].diff().dropna() <= 0).all()
    reasons = lists[["level", "gives_1", "gives_2", "gives_3", "rest"]].sum(axis=1)
    np.testing.assert_allclose(reasons, lists["predicted"], rtol=1e-6)
    assert (sampled.root / "reports/figures/ratings-unrated/width.png").exists()


def test_a_chain_that_ends_earlier_is_drawn_as_far_as_it_went():
    traces = np.array([[3.0, 2.0, 1.0], [2.0, 1.0, np.nan]])
    lines = trace_figure("name", traces, ["one line"]).axes[0].get_lines()
    for line, trace in zip(lines, traces, strict=True):
        np.testing.assert_array_equal(line.get_xydata()[:, 1], trace)
