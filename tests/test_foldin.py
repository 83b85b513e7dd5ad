"""Rows and columns that come later: a trained one gives its own loadings, and labels are checked."""

import csv
import importlib
import re
from pathlib import Path

import numpy as np
import pytest

from examples import planted, table_of
from ratings_nmf.core.errors import InputError
from ratings_nmf.core.table import from_dense
from ratings_nmf.model.factors import Factors, numbered
from ratings_nmf.model.frame import frame_of
from ratings_nmf.recommend.foldin import check_known, fold_in, method_of, side_of
from ratings_nmf.solvers.factorize import factorize


def partly_known(zeros):
    cells = 4 * planted((40, 25), seed=4, spread=0.5)[2] + 0.1
    return table_of(cells * (np.random.default_rng(4).random((40, 25)) < 0.6), zeros)


def folded(table, *, solver, options, form="raw", side="rows"):
    """Fit a table and fold all its own lines in."""
    solved = factorize(table, n_components=3, solver=solver, options=options, seed=0)
    frame = frame_of(solved.factors, form, solved.restart_baselines)
    factors = frame.arranged(solved.factors)
    method = method_of(table, solver=solver, options=options)
    newcomers = table if side == "rows" else table.transposed()
    return factors, fold_in(newcomers, factors, side=side, frame=frame, method=method)


NATIVE = {"regularization": 0.3, "max_iter": 3000, "tol": 1e-9}
SKLEARN = {"max_iter": 20_000, "tol": 1e-8}


@pytest.mark.parametrize("form", ["raw", "canonical"])
@pytest.mark.parametrize(
    ("zeros", "solver", "options"),
    [
        ("missing", "native", NATIVE),
        ("missing", "native", {**NATIVE, "baseline": False}),
        ("missing", "native", {"max_iter": 3000, "tol": 1e-9}),
        ("missing", "native", {"regularization": 0.3, "ensemble": 3}),
        ("missing", "native", {"regularization": 0, "baseline": False}),
        ("observed", "native", NATIVE),
        (0.1, "native", {}),
        (0.1, "native", {"regularization": 0, "ensemble": 2}),
        ("observed", "sklearn", SKLEARN),
        ("observed", "sklearn", {**SKLEARN, "alpha_W": 0.01, "l1_ratio": 0.5}),
        ("observed", "sklearn", {"solver": "mu", "init": "nndsvda", "max_iter": 20_000, "tol": 1e-9}),
    ],
)
def test_a_trained_row_gets_its_own_w(zeros, solver, options, form):
    factors, found = folded(partly_known(zeros), solver=solver, options=options, form=form)
    near = 1e-6 if solver == "native" else 2e-3
    np.testing.assert_allclose(found, factors.W, atol=near * factors.W.max())


@pytest.mark.parametrize("form", ["raw", "canonical"])
@pytest.mark.parametrize(
    ("zeros", "solver", "options"),
    [
        ("missing", "native", NATIVE),
        (0.1, "native", NATIVE),
        ("observed", "sklearn", SKLEARN),
        ("observed", "sklearn", {**SKLEARN, "alpha_W": 0.01, "alpha_H": 0.003}),
    ],
)
def test_a_trained_column_gets_its_own_h(zeros, solver, options, form):
    factors, found = folded(partly_known(zeros), solver=solver, options=options, form=form, side="columns")
    np.testing.assert_allclose(found, factors.H.T, atol=2e-3 * factors.H.max())


def test_an_ensemble_takes_no_columns():
    with pytest.raises(InputError, match="an ensemble takes new rows only"):
        folded(partly_known("missing"), solver="native", options={"ensemble": 2}, side="columns")


@pytest.mark.parametrize(
    ("zeros", "solver", "options", "bits"),
    [("missing", "native", NATIVE, True), ("observed", "native", NATIVE, True), ("observed", "sklearn", {}, False)],
)
def test_rows_do_not_depend_on_those_solved_with_them(zeros, solver, options, bits):
    table = partly_known(zeros)
    _, together = folded(table, solver=solver, options=options)
    solved = factorize(table, n_components=3, solver=solver, options=options, seed=0)
    frame = frame_of(solved.factors, "raw", solved.restart_baselines)
    method = method_of(table, solver=solver, options=options)
    cells = table.dense()
    parts = []
    for start in range(0, 40, 7):
        lines = slice(start, start + 7)
        labels = {"row_labels": table.row_labels[lines], "column_labels": table.column_labels}
        some = from_dense(cells[lines], zeros=zeros, **labels)
        parts.append(fold_in(some, solved.factors, side="rows", frame=frame, method=method))
    np.testing.assert_allclose(np.vstack(parts), together, rtol=0, atol=0 if bits else 1e-6 * together.max())


@pytest.mark.parametrize(
    ("zeros", "solver", "options"),
    [
        ("missing", "native", {"baseline": False}),
        ("observed", "native", {}),
        ("observed", "sklearn", {}),
        ("observed", "sklearn", {"alpha_W": 0.1}),
        ("observed", "sklearn", {"solver": "mu", "init": "nndsvda"}),
    ],
)
def test_without_a_cell_above_0_loadings_are_0(zeros, solver, options):
    table = partly_known(zeros)
    solved = factorize(table, n_components=3, solver=solver, options=options, seed=0)
    frame = frame_of(solved.factors, "raw", solved.restart_baselines)
    method = method_of(table, solver=solver, options=options)
    for cells in np.zeros((2, 25)), np.vstack([table.dense()[:5], np.zeros(25)]):
        labels = tuple(f"new {row}" for row in range(len(cells)))
        new = from_dense(np.nan_to_num(cells), row_labels=labels, column_labels=table.column_labels, zeros=zeros)
        assert not fold_in(new, solved.factors, side="rows", frame=frame, method=method)[-1].any()


def test_without_a_rating_only_the_level_is_left():
    table = partly_known("missing")
    solved = factorize(table, n_components=3, solver="native", options={}, seed=0)
    frame = frame_of(solved.factors, "raw", solved.restart_baselines)
    method = method_of(table, solver="native", options={})
    new = from_dense(np.zeros((1, 25)), row_labels=("new",), column_labels=table.column_labels, zeros="missing")
    found = fold_in(new, solved.factors, side="rows", frame=frame, method=method)
    np.testing.assert_allclose(found, [[0, 0, 0, table.values.mean() / 2, 1]], rtol=1e-6)


def test_newcomers_are_the_side_whose_labels_are_new():
    table = partly_known("missing")
    assert side_of(["new", "r1"], ["c2", "c99"], table) == "rows"
    assert side_of(["new"], ["other"], table) == "rows"
    assert side_of(["r3", "r99"], ["new"], table) == "columns"
    assert side_of(["r3", "r1"], ["new", "c2"], table) == "rows"


def test_lines_that_a_file_lacks_are_counted():
    table = partly_known("missing")
    assert check_known(["c7", "c2"], table, source="new.csv", side="rows", ignore_unknown=False) == 23
    assert check_known(["r7", "else", "r2"], table, source="new.csv", side="columns", ignore_unknown=True) == 38
    with pytest.raises(InputError, match=r"new\.csv: row labels that the fitted table does not have: 'else'; mend"):
        check_known(["r7", "else", "r2"], table, source="new.csv", side="columns", ignore_unknown=False)
    with pytest.raises(InputError, match="'else'; none is known; expected some of: 'c0', 'c1', "):
        check_known(["else"], table, source="new.csv", side="rows", ignore_unknown=True)


def fold(workspace, monkeypatch, dataset, file, **options):
    """Fold a file in, in this process; return how many cells it has, and the sentence about it."""
    monkeypatch.chdir(workspace.root)
    return importlib.import_module("foldin").fold_in(dataset, file, **options)


def records(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def test_one_new_person_in_the_groceries_table(reproduced, tmp_path):
    file = tmp_path / "sam.csv"
    file.write_text("product,Sam\nvegetables,0\nfruits,2\nsweets,1\nbread,3\ncoffee,0\n")
    done = reproduced.stage("foldin", "groceries", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"foldin groceries: 3 cells in \d+\.\d s: 1 new column\n", done.stdout)
    assert sorted(path.name for path in tmp_path.glob("sam-*")) == [
        "sam-H.csv", "sam-predictions.csv", "sam-recommendations.csv",
    ]  # fmt: skip
    assert [line[0] for line in records(tmp_path / "sam-H.csv")] == [
        "component", "component 1", "component 2", "component 3",
    ]  # fmt: skip
    predictions = {row: float(value) for row, value in records(tmp_path / "sam-predictions.csv")[1:]}
    assert predictions["bread"] == pytest.approx(3, abs=0.1)
    header, *lines = records(tmp_path / "sam-recommendations.csv")
    assert header[:5] == ["for", "rank", "item", "predicted", "level"] and header[-1] == "flag"
    assert [line[:3] for line in lines] == [["Sam", "1", "vegetables"], ["Sam", "2", "coffee"]]
    assert float(lines[0][3]) == predictions["vegetables"]


def test_trained_rows_of_every_dataset_fold_in(reproduced, tmp_path, monkeypatch):
    for dataset, raw in (("ratings", "ratings"), ("ratings-unrated", "ratings"), ("groceries", "groceries")):
        fold(reproduced, monkeypatch, dataset, Path(f"data/raw/{raw}.csv"), output=tmp_path / dataset)
        expected, found = (
            np.array([line[1:] for line in records(path)[1:]], dtype=float)
            for path in (reproduced.root / f"data/factors/{dataset}/W.csv", tmp_path / dataset / f"{raw}-W.csv")
        )
        np.testing.assert_allclose(found, expected, atol=1e-3)


def test_predictions_are_the_product_of_what_is_written(reproduced, tmp_path, monkeypatch):
    fold(reproduced, monkeypatch, "ratings", Path("data/raw/ratings.csv"), output=tmp_path)
    W, H, predicted = (
        [line[1:] for line in records(path)[1:]]
        for path in (
            tmp_path / "ratings-W.csv",
            reproduced.root / "data/factors/ratings/H.csv",
            tmp_path / "ratings-predictions.csv",
        )
    )
    factors = Factors(W=np.array(W, dtype=float), H=np.array(H, dtype=float), components=numbered(3))
    assert predicted == [[f"{value:.9g}" for value in line] for line in factors.reconstruction().tolist()]


def test_triples_fold_in(workspace, tmp_path, monkeypatch, in_process):
    parameters = workspace.params()
    (workspace.root / "data/raw/t.csv").write_text(
        "who,what,value\n"
        + "".join(f"u{u},i{i},{1 + (u * i) % 5}\n" for u in range(8) for i in range(6) if (u + i) % 4)
    )
    parameters["datasets"]["t"] = {
        "ingest": {"path": "data/raw/t.csv", "layout": "triples", "zeros": "missing"},
        "fit": {"n_components": 2, "solver": "native", "form": "canonical", "options": {"regularization": 0.1}},
        "survey": {"components": [1, 2], "folds": 2, "restarts": 2},
        "evaluate": {"folds": 2},
        "recommend": {"to": "rows", "top": 2},
    }
    workspace.write_params(parameters)
    in_process(workspace, "ingest", "fit", dataset="t")
    (tmp_path / "new.csv").write_text("who,what,value\nann,i1,5\nbob,i0,2\nann,i3,1\nann,i9,1\n")
    unknown = "column labels that the fitted table does not have: 'i9'; mend them, or leave them out"
    with pytest.raises(InputError, match=unknown):
        fold(workspace, monkeypatch, "t", tmp_path / "new.csv")
    assert not list(tmp_path.glob("new-*"))
    done = fold(workspace, monkeypatch, "t", tmp_path / "new.csv", ignore_unknown=True)
    assert done == (3, "2 new rows; 3 lines that the file lacks count as not rated")
    lists = [line[:3] for line in records(tmp_path / "new-recommendations.csv")[1:]]
    assert [line[0] for line in lists] == ["ann", "ann", "bob", "bob"]
    assert not {("ann", "i1"), ("ann", "i3"), ("bob", "i0")} & {(line[0], line[2]) for line in lists}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("p,Sam\nbread,-1\n", "row 'bread', column 'Sam': '-1' is negative; expected finite numbers of 0 or more"),
        ("p,Sam\nbread,many\n", "row 'bread', column 'Sam': 'many' is not a number"),
        ("p,John,Zoe\ntea,1,2\n", "column labels that the fitted table does not have: 'Zoe'; mend them, or leave them"),
        (
            "p,Zoe\ntea,1\n",
            "'Zoe'; none is known; expected some of: 'John', 'Alice', 'Mary', 'Greg', 'Peter', 'Jennifer'",
        ),
        (
            "p,Sam\nbread,1\ntea,2\n",
            "row labels that the fitted table does not have: 'tea'; mend them, or leave them out",
        ),
        (None, "no such file"),
    ],
)
def test_bad_files(reproduced, tmp_path, monkeypatch, content, said):
    file = tmp_path / "new.csv"
    if content is not None:
        file.write_text(content)
    with pytest.raises(InputError) as refused:
        fold(reproduced, monkeypatch, "groceries", file)
    assert said in str(refused.value)
    assert not list(tmp_path.glob("new-*"))


def test_without_factors_the_stage_to_run_is_named_in_one_line(checkout, tmp_path):
    (tmp_path / "new.csv").write_text("p,Sam\nbread,1\n")
    done = checkout.stage("foldin", "groceries", str(tmp_path / "new.csv"))
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert done.stderr.startswith("foldin groceries: ")
    assert "no such file; make it with `dvc repro ingest@groceries`" in done.stderr


@pytest.mark.parametrize("solver", ["native", "sklearn", "spark"])
def test_an_option_that_the_solver_does_not_know_is_refused(solver):
    table = partly_known("observed" if solver == "sklearn" else "missing")
    fitted = factorize(table, n_components=3, solver="native", options={"baseline": False}, seed=0)
    frame = frame_of(fitted.factors, "raw", fitted.restart_baselines)
    method = method_of(table, solver=solver, options={"depth": 3})
    with pytest.raises(InputError, match=r"^fit\.options\.depth: unknown key; expected one of: "):
        fold_in(table, fitted.factors, side="rows", frame=frame, method=method)
