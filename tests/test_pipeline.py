"""`dvc repro`, sweeps and comparisons, through the real DVC in temporary clones."""

import json
import shutil

GROCERIES_AGAIN = ["fit@groceries", "report@groceries"]


def run_stages(output):
    """Return the stages that a `dvc repro` ran or took from its run cache, in order."""
    marks = ("Running stage '", "Stage '")
    lines = [line for line in output.splitlines() if line.startswith(marks) and "skipping" not in line]
    return [line.split("'")[1] for line in lines if "didn't change" not in line or "cached" in line]


def test_a_second_repro_does_nothing(workspace):
    assert run_stages(workspace.dvc("repro")) == []


def test_one_count_reruns_one_dataset(workspace):
    before = workspace.artifacts()
    workspace.dvc("exp", "run", "-S", "datasets.groceries.fit.n_components=2")
    after = workspace.artifacts()
    changed = {path for path in before if before[path] != after[path]}
    assert {path.split("/")[2] for path in changed} == {"groceries"}
    assert "data/factors/groceries/W.csv" in changed
    assert not any(path.startswith("data/interim") for path in changed)
    params = workspace.params()
    params["datasets"]["groceries"]["fit"]["n_components"] = 4
    workspace.write_params(params)
    assert run_stages(workspace.dvc("repro")) == GROCERIES_AGAIN


def test_a_dataset_is_one_block_and_one_file(workspace):
    before = workspace.artifacts()
    (workspace.root / "data/raw/visits.tsv").write_text("who\tmon\ttue\nann\t3\t0\nbob\t0\t1\ncid\t2\t2\n")
    params = workspace.params()
    params["datasets"]["visits"] = {
        "ingest": {"path": "data/raw/visits.tsv", "layout": "table", "zeros": "observed"},
        "fit": {"n_components": 2, "solver": "sklearn", "form": "canonical"},
    }
    workspace.write_params(params)
    assert run_stages(workspace.dvc("repro")) == ["ingest@visits", "fit@visits", "report@visits"]
    after = workspace.artifacts()
    assert {path: after[path] for path in before} == before
    assert after["data/factors/visits/H.csv"].decode().splitlines()[0] == "component,mon,tue"
    assert {path for path in after if path.startswith("reports/figures/visits/")}


def test_a_sweep_computes_each_count_with_the_code_of_its_own_workspace(workspace):
    code = workspace.root / "src/ratings_nmf/metrics.py"
    code.write_text(code.read_text().replace('"mae": distances', '"mae": 1000 + distances'))
    workspace.dvc("exp", "run", "--queue", "-S", "datasets.groceries.fit.n_components=2,3,4")
    code.write_text(code.read_text().replace("1000 + ", "2000 + "))
    workspace.dvc("exp", "run", "--run-all")
    shown = json.loads(workspace.dvc("exp", "show", "--json"))
    (head,) = (row for row in shown if row["rev"] != "workspace")
    found = {}
    for experiment in head["experiments"]:
        (revision,) = experiment["revs"]
        assert experiment["executor"]["state"] == "success"
        fit = revision["data"]["metrics"]["reports/metrics/groceries/fit.json"]["data"]
        found[fit["n_components"]] = fit
    assert found.keys() == {2, 3, 4}
    assert len({fit["relative_error"] for fit in found.values()}) == 3
    assert all(1000 < fit["mae"] < 1001 for fit in found.values())


def test_an_experiment_in_a_temporary_folder_leaves_the_workspace_alone(workspace):
    before = workspace.artifacts()
    workspace.dvc("exp", "run", "--temp", "--name", "two", "-S", "datasets.groceries.fit.n_components=2")
    assert workspace.artifacts() == before
    assert workspace.params()["datasets"]["groceries"]["fit"]["n_components"] == 3
    difference = json.loads(workspace.dvc("metrics", "diff", "--json", "HEAD", "two"))
    counts = difference["reports/metrics/groceries/fit.json"]["n_components"]
    assert (counts["old"], counts["new"]) == (3, 2)


def test_a_fresh_clone_shows_metrics_and_plots_without_a_run(checkout, tmp_path):
    shutil.copytree(checkout.root, tmp_path / "clone")
    clone = type(checkout)(tmp_path / "clone")
    shown = json.loads(clone.dvc("metrics", "show", "--json"))
    assert shown[""]["data"].keys() == {f"reports/metrics/{name}/fit.json" for name in clone.params()["datasets"]}
    assert clone.dvc("metrics", "diff") == ""
    assert clone.dvc("params", "diff") == ""
    for command in ("show", "diff"):
        clone.dvc("plots", command, "--out", str(tmp_path / command))
    page = (tmp_path / "show/index.html").read_text(encoding="utf-8")
    assert page.count("<img") == len(list((clone.root / "reports/figures").rglob("*.png")))


def test_metrics_and_params_diff_name_what_a_change_did(workspace):
    workspace.dvc("exp", "run", "-S", "datasets.groceries.fit.n_components=2")
    assert "reports/metrics/groceries/fit.json" in workspace.dvc("metrics", "diff", "--md")
    assert "datasets.groceries.fit.n_components" in workspace.dvc("params", "diff", "--md")
