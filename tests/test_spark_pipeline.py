"""The pipeline with `solver: spark`: through DVC; and where factors are many."""

import importlib
import json
import sys

import numpy as np
import pytest

from ratings_nmf.core.errors import InputError
from ratings_nmf.files import loadings as factor_files
from ratings_nmf.model.factors import Factors

pytestmark = pytest.mark.spark

BLOCK = {
    "ingest": {"path": "data/raw/films.csv", "layout": "triples", "zeros": "missing"},
    "survey": {"components": [1, 2, 3], "folds": 2, "restarts": 2},
    "fit": {
        "n_components": 3,
        "solver": "spark",
        "form": "canonical",
        "names": ["war", "love", "=SUM(A1)"],
        "options": {"master": "local[2]", "blocks": 2, "regParam": 0.05},
    },
    "evaluate": {"folds": 2},
    "recommend": {"to": "rows", "top": 3},
}


@pytest.fixture(scope="module")
def films(checkout, tmp_path_factory):
    """A clone in which `dvc repro` has run on planted ratings of half stars."""
    workspace = checkout.copy(tmp_path_factory.mktemp("films") / "ratings nmf")
    draw = np.random.default_rng(0)
    levels = draw.gamma(0.5, 1, (60, 3)) @ draw.gamma(0.5, 1, (3, 40))
    known = draw.random(levels.shape) < 0.4
    lines = [
        f"'user {row},=film {column},{np.clip(np.rint(2 * levels[row, column] + 1) / 2, 0.5, 5)}"
        for row, column in zip(*np.nonzero(known), strict=True)
    ]
    (workspace.root / "data/raw/films.csv").write_text("\n".join(["user,film,stars", *lines, ""]), encoding="utf-8")
    workspace.write_params({"seed": 0, "datasets": {"films": BLOCK}})
    workspace.dvc("repro")
    return workspace


def content(workspace, name):
    return json.loads((workspace.root / f"reports/metrics/films/{name}.json").read_text(encoding="utf-8"))


def test_artifacts_are_those_of_any_solver(films):
    made = {path for path in films.artifacts() if "films" in path}
    assert {f"data/factors/films/{name}.csv" for name in ("W", "H", "reconstruction", "scale")} <= made
    assert "data/recommendations/films.csv" in made and "reports/figures/films/W.png" in made
    assert (films.root / "data/factors/films/W.csv").read_text(encoding="utf-8").startswith("row,war,love,=SUM(A1)\n")
    found = content(films, "fit")
    assert (found["n_components"], found["n_iter"], found["converged"]) == (3, 10, None)
    assert found["explained_variance"] > 0.9
    assert "not converged" not in films.artifacts()["reports/index.html"].decode()
    assert not list(films.root.rglob("*.partial"))


def test_what_is_held_out_is_predicted_by_spark(films):
    found = content(films, "heldout")
    assert found["rmse"] < found["baselines_rmse"]
    assert "notes" not in found
    assert "stands in for Spark's ALS" in content(films, "survey")["notes"][0]


def test_another_run_gives_the_same_bytes(films, tmp_path):
    before = films.artifacts()
    again = films.copy(tmp_path / "ratings nmf")
    done = again.stage("fit", "films")  # a process of its own, with warnings as errors
    assert done.returncode == 0 and done.stdout.startswith("fit films: ")
    assert [line for line in done.stderr.splitlines() if not line.startswith(("WARNING: Using incub", "netlib"))] == []
    assert again.artifacts() == before


def test_without_java_the_stage_says_what_to_install(films, tmp_path):
    workspace = films.copy(tmp_path / "ratings nmf")
    done = workspace.run(sys.executable, "src/fit.py", "films", check=False, JAVA_HOME=str(tmp_path))
    assert done.returncode == 1
    where = "fit films: params.yaml: datasets.films.fit.solver: "
    assert done.stderr.startswith(f"{where}spark needs Java 17 or 21; found no java in JAVA_HOME")
    assert done.stderr.count("\n") == 1
    assert workspace.artifacts() == films.artifacts()


@pytest.fixture(scope="module")
def large(films, tmp_path_factory):
    """The same, from fit on, as Parquet and a few cells at a time."""
    workspace = films.copy(tmp_path_factory.mktemp("large") / "ratings nmf")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(workspace.root)
        importlib.import_module("fit").fit("films", csv_limit=0, block=100)
        importlib.import_module("recommend").recommend("films")
    return workspace


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_components": 41, "names": None}, "n_components: expected 1 to 40; found 41"),
        ({"names": ["a"]}, "names: expected 3 names"),
        ({"options": {"rank": 3}}, "options.rank: unknown key"),
    ],
)
def test_spark_refuses_what_any_solver_refuses(films, monkeypatch, tmp_path, change, message):
    workspace = films.copy(tmp_path / "ratings nmf")
    workspace.write_params({"seed": 0, "datasets": {"films": {**BLOCK, "fit": {**BLOCK["fit"], **change}}}})
    monkeypatch.chdir(workspace.root)
    with pytest.raises(InputError, match=f"fit.{message}"):
        importlib.import_module("fit").fit("films")
    assert workspace.artifacts() == films.artifacts()


def test_the_same_factors_are_written_a_few_rows_at_a_time(films, large, monkeypatch):
    monkeypatch.chdir(films.root)
    expected = Factors(**factor_files.read("films"))
    monkeypatch.chdir(large.root)
    found = Factors(**factor_files.read("films"))
    assert found.components == expected.components
    np.testing.assert_allclose(found.W, expected.W, rtol=0, atol=1e-8 * expected.W.max())
    np.testing.assert_allclose(found.H, expected.H, rtol=0, atol=1e-8 * expected.H.max())
    kept = {path.name for path in (large.root / "data/factors/films").iterdir()}
    assert kept == {"W.parquet", "H.parquet", "reconstruction.csv", "scale.csv"}
    measured = [content(some, "fit") for some in (large, films)]
    assert [some.pop("converged") for some in measured] == [None, None]
    parts = [{line["component"]: line["share"] for line in some.pop("components")} for some in measured]
    assert parts[0] == pytest.approx(parts[1], rel=1e-6)
    assert measured[0] == pytest.approx(measured[1], rel=1e-6)


def test_recommendations_are_the_same(films, large):
    texts = (some.artifacts()["data/recommendations/films.csv"].decode() for some in (large, films))
    found, expected = ([line.split(",") for line in text.splitlines()] for text in texts)
    assert [[*line[:3], line[-1]] for line in found] == [[*line[:3], line[-1]] for line in expected]
    numbers = (np.array([line[3:5] for line in some[1:]], dtype=float) for some in (found, expected))
    np.testing.assert_allclose(*numbers, rtol=1e-7)
    assert content(large, "recommend") == pytest.approx(content(films, "recommend"))


def test_report_and_page_read_what_spark_wrote(large, monkeypatch):
    before = large.artifacts()
    drawn = {path for path in before if path.startswith("reports/figures/films/")}
    for path in {*drawn, "reports/index.html"}:
        (large.root / path).unlink()
    monkeypatch.chdir(large.root)
    for stage, arguments in (("report", ["films"]), ("page", [])):
        getattr(importlib.import_module(stage), stage)(*arguments)
    after = large.artifacts()
    assert len(drawn) > 5 and after.keys() == before.keys()
    assert all(name.encode() in after["reports/index.html"] for name in ("war", "love", "film 1"))
