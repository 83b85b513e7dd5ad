"""The stages with the solver that samples."""

import importlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from conftest import Workspace, once
from ratings_nmf.core.errors import InputError
from ratings_nmf.figures.curves import trace_figure
from ratings_nmf.files import loadings
from ratings_nmf.model import reading
from ratings_nmf.raw.scan import Limits


@pytest.fixture
def sampled(checkout, tmp_path_factory, tmp_path, monkeypatch, in_process) -> Workspace:
    def make(workspace: Workspace) -> None:
        checkout.copy(workspace.root)
        params = workspace.params()
        options = {"chains": 2, "samples": 5, "burn_in": 20, "thinning": 5}
        dataset = params["datasets"]["ratings-unrated"]
        dataset["fit"] |= {"solver": "bayes", "options": options}
        dataset["survey"] |= {"restarts": 2}
        dataset["recommend"] |= {"by": "low"}
        workspace.write_params(params)
        stages = "ingest", "survey", "fit", "evaluate", "recommend", "report"
        in_process(workspace, *stages, dataset="ratings-unrated")

    workspace = once(tmp_path_factory, "sampled", make).copy(tmp_path / "ratings nmf")
    monkeypatch.chdir(workspace.root)
    return workspace


def test_what_the_chains_did_is_written_and_drawn(sampled):
    metrics = sampled.root / "reports/metrics/ratings-unrated"
    fit, heldout, survey = (json.loads((metrics / f"{name}.json").read_text()) for name in ("fit", "heldout", "survey"))
    assert fit["converged"] is None
    assert fit["n_iter"] == 20 + 5 * 5
    assert fit["product_distance"] > 0
    assert fit["rhat_noise"] > 0.5
    assert heldout["intervals"]["cells"] == heldout["cells"]
    assert survey["notes"][0].startswith("Held-out errors are of sampled fits; ")
    assert not any("not used here" in note for note in survey["notes"])
    traces = loadings.read_traces("ratings-unrated")
    assert traces.shape == (2, fit["n_iter"])
    assert (traces > 0).all()
    assert (sampled.root / "reports/figures/ratings-unrated/chains.png").exists()


def test_reconstruction_lists_and_figures_are_of_the_draws(sampled):
    folder = sampled.root / "data/factors/ratings-unrated"
    factors = reading.read("ratings-unrated")
    tables = {name: pd.read_csv(folder / f"{name}.csv", index_col=0) for name in ("reconstruction", "low", "high")}
    np.testing.assert_allclose(tables["reconstruction"], factors.samples.table[0].clip(1, 5), rtol=1e-8)
    lists = pd.read_csv(sampled.root / "data/recommendations/ratings-unrated.csv")
    for name, column in (("reconstruction", "predicted"), ("low", "low"), ("high", "high")):
        cells = [tables[name].loc[line["for"], line["item"]] for _, line in lists.iterrows()]
        np.testing.assert_allclose(lists[column], cells, rtol=1e-7)
    assert (lists.groupby("for")["low"].diff().dropna() <= 0).all()
    assert lists[["predicted", "low", "high"]].to_numpy().min() >= 1
    assert lists[["predicted", "low", "high"]].to_numpy().max() <= 5
    reasons = lists[["level", "gives_1", "gives_2", "gives_3", "rest", "beyond"]].sum(axis=1)
    np.testing.assert_allclose(reasons, lists["predicted"], rtol=1e-6)
    assert (sampled.root / "reports/figures/ratings-unrated/width.png").exists()


@pytest.mark.parametrize("side", ["rows", "columns"])
@pytest.mark.parametrize("dense_limit", [1000, 0])
def test_newcomers_are_sampled_against_the_draws_that_are_kept(sampled, side, dense_limit):
    fold_in = importlib.import_module("foldin").fold_in
    table = pd.read_csv(sampled.root / "data/raw/ratings.csv", index_col=0)
    new = table.iloc[:3].rename("new {}".format) if side == "rows" else table.iloc[:, :2].add_prefix("new ")
    new.to_csv("new.csv")
    written = {}
    for newcomers in (1, 100):
        limits = Limits(lines=100, newcomers=newcomers)
        fold_in("ratings-unrated", Path("new.csv"), output=Path("out"), limits=limits, dense_limit=dense_limit)
        written[newcomers] = {path.name: path.read_text() for path in Path("out").iterdir()}
    assert written[1] == written[100]
    loadings = "W" if side == "rows" else "H"
    ends = {"new-low.csv", "new-high.csv"} if dense_limit else set()
    assert {*written[1]} == {f"new-{loadings}.csv", "new-predictions.csv", "new-recommendations.csv"} | ends
    lists = pd.read_csv("out/new-recommendations.csv")
    assert ((lists["low"] <= lists["predicted"]) & (lists["predicted"] <= lists["high"])).all()
    assert (lists.groupby("for")["low"].diff().dropna() <= 0).all()
    cells = {
        name: pd.read_csv(f"out/new-{name}.csv", index_col=0)
        for name in ("predictions", "low", "high")
        if dense_limit or name == "predictions"
    }
    if dense_limit:
        pairs = [(line["item"], line["for"])[:: -1 if side == "rows" else 1] for _, line in lists.iterrows()]
        for name, column in (("predictions", "predicted"), ("low", "low"), ("high", "high")):
            np.testing.assert_allclose(lists[column], [cells[name].loc[pair] for pair in pairs], rtol=1e-7)
    else:
        assert list(cells["predictions"].columns) == ["column", "value", "predicted", "low", "high"]


def test_a_fit_that_kept_no_draws_is_to_be_made_anew(sampled):
    for file in (sampled.root / "data/factors/ratings-unrated").glob("samples*"):
        file.unlink()
    Path("new.csv").write_text("user,item 1\nann,5\n")
    with pytest.raises(InputError, match="make it with `dvc repro fit@ratings-unrated`"):
        importlib.import_module("foldin").fold_in("ratings-unrated", Path("new.csv"), output=Path("out"))


def test_a_chain_that_ends_earlier_is_drawn_as_far_as_it_went():
    traces = np.array([[3.0, 2.0, 1.0], [2.0, 1.0, np.nan]])
    lines = trace_figure("name", traces, ["one line"]).axes[0].get_lines()
    for line, trace in zip(lines, traces, strict=True):
        np.testing.assert_array_equal(line.get_xydata()[:, 1], trace)
