"""`dvc repro`, sweeps and comparisons, through the real DVC in temporary clones."""

import csv
import json

import pandas as pd
import pytest

from examples import planted

PAGE = "reports/index.html"
GROCERIES_AGAIN = [*(f"{name}@groceries" for name in ("fit", "evaluate", "recommend", "report")), "page"]


def run_stages(output):
    """Return the stages that a `dvc repro` ran or took from its run cache, in order."""
    marks = ("Running stage '", "Stage '")
    lines = [line for line in output.splitlines() if line.startswith(marks) and "skipping" not in line]
    return [line.split("'")[1] for line in lines if "didn't change" not in line or "cached" in line]


def test_a_second_repro_does_nothing(workspace):
    assert run_stages(workspace.dvc("repro")) == []


@pytest.mark.slow
def test_one_count_reruns_one_dataset_and_every_diff_names_what_it_did(workspace):
    before = workspace.artifacts()
    ran = run_stages(workspace.dvc("exp", "run", "-S", "datasets.groceries.fit.n_components=2"))
    assert ran == GROCERIES_AGAIN
    after = workspace.artifacts()
    changed = {path for path in before if before[path] != after[path]}
    assert all("groceries" in path for path in changed - {PAGE})
    assert PAGE in changed
    assert "data/factors/groceries/W.csv" in changed
    assert not any(path.startswith("data/interim") for path in changed)
    folder = "reports/metrics/groceries"
    difference = json.loads(workspace.dvc("metrics", "diff", "--json"))
    assert "groceries.relative_error" in difference[f"{folder}/fit-summary.json"]
    heldout = difference[f"{folder}/heldout-summary.json"]
    assert {"groceries.heldout_rmse", "groceries.heldout_ndcg"} <= heldout.keys()
    whole = json.loads(workspace.dvc("metrics", "diff", "--json", "--targets", f"{folder}/heldout.json"))
    assert {"n_components", "rmse", "rmse_se", "mae", "mae_se"} <= whole[f"{folder}/heldout.json"].keys()
    assert "datasets.groceries.fit.n_components" in workspace.dvc("params", "diff", "--md")


@pytest.mark.slow
def test_a_dataset_is_one_block_and_one_file(workspace):
    before = workspace.artifacts()
    (workspace.root / "data/raw/visits.tsv").write_text("who\tmon\ttue\nann\t3\t0\nbob\t0\t1\ncid\t2\t2\n")
    params = workspace.params()
    params["datasets"]["visits"] = {
        "ingest": {"path": "data/raw/visits.tsv", "layout": "table", "zeros": "observed"},
        "survey": {"components": [1, 2], "folds": 2, "restarts": 2},
        "fit": {
            "n_components": 2,
            "solver": "sklearn",
            "options": {},
            "form": "canonical",
            "names": ["early", "late"],
        },
        "evaluate": {"folds": 2},
        "recommend": {"to": "rows", "top": 2},
    }
    workspace.write_params(params)
    stages = run_stages(workspace.dvc("repro"))
    names = ("ingest", "survey", "fit", "evaluate", "recommend", "report")
    assert stages == [*(f"{name}@visits" for name in names), "page"]
    after = workspace.artifacts()
    assert {path: after[path] for path in before if path != PAGE} == {
        path: content for path, content in before.items() if path != PAGE
    }
    assert b"dataset-visits" in after[PAGE]
    H = [line.split(",") for line in after["data/factors/visits/H.csv"].decode().splitlines()]
    assert [line[0] for line in H] == ["component", "early", "late"]
    assert H[0] == ["component", "mon", "tue"]
    assert after["data/factors/visits/W.csv"].decode().splitlines()[0] == "row,early,late"
    lines = after["data/recommendations/visits.csv"].decode().splitlines()
    assert lines[0].startswith("for,rank,item,predicted,level,part_1,gives_1,part_2,") and lines[0].endswith(",flag")
    assert [line.split(",")[:3] for line in lines[1:]] == [["ann", "1", "tue"], ["bob", "1", "mon"]]
    assert {path for path in after if path.startswith("reports/figures/visits/")}


@pytest.mark.slow
def test_a_sweep_computes_each_count_with_the_code_of_its_own_workspace_and_shows_a_table(workspace):
    code = workspace.root / "src/ratings_nmf/model/metrics.py"
    code.write_text(code.read_text().replace('"relative_error"] = float', '"relative_error"] = 1000 + float'))
    workspace.dvc("exp", "run", "--queue", "-S", "datasets.groceries.fit.n_components=2,3,4")
    code.write_text(code.read_text().replace("1000 + ", "2000 + "))
    workspace.dvc("exp", "run", "--run-all", "-j", "3")  # each with a worker: one that goes may lose the next
    shown = json.loads(workspace.dvc("exp", "show", "--json"))
    (head,) = (row for row in shown if row["rev"] != "workspace")
    assert [experiment["executor"]["state"] for experiment in head["experiments"]] == ["success"] * 3
    table = workspace.dvc(
        "exp", "show", "--only-changed", "--csv", "--drop", "(data|reports|src)/|params.yaml"
    ).splitlines()
    records = list(csv.DictReader(table))
    figures = ("n_components", "relative_error", "heldout_ndcg", "heldout_rmse")
    columns = [name for name in records[0] if name not in {"Experiment", "rev", "typ", "Created", "State", "Executor"}]
    other = {f"{dataset}.relative_error" for dataset in workspace.params()["datasets"]} - {"groceries.relative_error"}
    assert other < set(columns)  # by the change of the code
    assert [name for name in columns if name not in other] == [
        *(f"groceries.{name}" for name in figures),
        "datasets.groceries.fit.n_components",
    ]
    found = {record["groceries.n_components"]: float(record["groceries.relative_error"]) for record in records[2:]}
    assert found.keys() == {"2", "3", "4"}
    assert len(set(found.values())) == 3
    assert all(1000 < error < 1001 for error in found.values())


@pytest.mark.slow
def test_an_experiment_in_a_temporary_folder_leaves_the_workspace_alone(workspace):
    before = workspace.artifacts()
    workspace.dvc("exp", "run", "--temp", "--name", "two", "-S", "datasets.groceries.fit.n_components=2")
    assert workspace.artifacts() == before
    assert workspace.params()["datasets"]["groceries"]["fit"]["n_components"] == 3
    difference = json.loads(workspace.dvc("metrics", "diff", "--json", "HEAD", "two"))
    counts = difference["reports/metrics/groceries/fit-summary.json"]["groceries.n_components"]
    assert (counts["old"], counts["new"]) == (3, 2)


def test_a_fresh_clone_shows_metrics_and_plots_without_a_run(reproduced, tmp_path):
    reproduced.git("clone", "--quiet", ".", str(tmp_path / "clone"))
    clone = type(reproduced)(tmp_path / "clone")
    shown = json.loads(clone.dvc("metrics", "show", "--json"))
    assert shown[""]["data"].keys() == {
        f"reports/metrics/{dataset}/{name}.json"
        for dataset in clone.params()["datasets"]
        for name in ("fit-summary", "heldout-summary")
    }
    assert clone.dvc("metrics", "diff") == ""
    assert clone.dvc("params", "diff") == ""
    for command in ("show", "diff"):
        assert "WARNING" not in clone.dvc("plots", command, "--out", str(tmp_path / command))
    page = (tmp_path / "show/index.html").read_text(encoding="utf-8")
    figures = list((clone.root / "reports/figures").rglob("*.png"))
    assert page.partition("<body>")[2].count("<img") == len(figures)
    assert page.count("held-out RMSE") and page.count('"y": {"field": "cv_rmse"')
    assert (
        page.count('"x": {"field": "share"') == page.count('"x": {"field": "rmse"') == len(clone.params()["datasets"])
    )
    assert "<script src" not in page


@pytest.mark.slow
def test_other_counts_in_the_survey_leave_a_given_count_alone(workspace):
    change(workspace, survey={"components": [1, 2], "folds": 3, "restarts": 2})
    before = (workspace.root / "reports/metrics/groceries/choice.json").read_bytes()
    ran = run_stages(workspace.dvc("repro"))
    assert (workspace.root / "reports/metrics/groceries/choice.json").read_bytes() == before
    assert ran == ["survey@groceries", "report@groceries", "page"]


def change(workspace, **sections):
    """Change keys of the sections of `groceries`."""
    params = workspace.params()
    for section, keys in sections.items():
        params["datasets"]["groceries"][section] |= keys
    workspace.write_params(params)


def test_auto_takes_the_choice_of_the_survey(workspace, in_process):
    change(workspace, fit={"n_components": "parts"}, survey={"components": [1, 2]})
    pd.DataFrame(planted((30, 12), 2)[2]).to_csv(workspace.root / "data/raw/groceries.csv", index_label="label")
    in_process(workspace, "ingest", "survey", "fit")
    folder = workspace.root / "reports/metrics/groceries"
    choice, fit = (json.loads((folder / f"{name}.json").read_text()) for name in ("choice", "fit"))
    assert choice["parts"] == 2 and fit["n_components"] == 2


def test_parts_of_the_survey_that_are_off_leave_whole_outputs(workspace, in_process):
    change(workspace, survey={"folds": 0, "restarts": 0}, evaluate={"folds": 0})
    in_process(workspace, "survey", "evaluate", "report", "page")
    folder = workspace.root / "reports"
    survey = json.loads((folder / "metrics/groceries/survey.json").read_text())
    assert survey["choice"] is None and len(survey["notes"]) == 2
    assert json.loads((folder / "metrics/groceries/heldout.json").read_text())["verdict"].startswith("Nothing was held")
    assert not (folder / "figures/groceries/survey.png").exists()
    assert not (folder / "figures/groceries/consensus.png").exists()
    assert "WARNING" not in workspace.dvc("plots", "show", "--out", "shown")
