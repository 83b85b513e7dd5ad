"""`solver: spark` on this machine and on a cluster of two processes; `make test-all` runs these."""

import os
import signal
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from examples import planted
from ratings_nmf.core.errors import InputError
from ratings_nmf.core.table import from_dense
from ratings_nmf.files.columns import write_parquet
from ratings_nmf.model.frame import frame_of
from ratings_nmf.recommend.foldin import fold_in, method_of
from ratings_nmf.solvers import spark
from ratings_nmf.solvers.factorize import counterpart, factorize
from ratings_nmf.solvers.options import SparkOptions

pytestmark = pytest.mark.spark

LOCAL = {"master": "local[2]", "blocks": 2, "regParam": 0.01}
CLUSTER = "local-cluster[2,1,1024]"


def rated(share=0.5, shape=(60, 40), n_components=3):
    """A planted table of which a share is rated; row 5 and column 7 are not."""
    _, _, cells = planted(shape, n_components)
    known = np.random.default_rng(1).random(shape) < share
    known[5], known[:, 7] = False, False
    labels = (tuple(f"{side} {line}" for line in range(n)) for side, n in zip("rc", shape, strict=True))
    row_labels, column_labels = labels
    values = np.where(known, cells + 0.1, 0.0)
    return from_dense(values, row_labels=row_labels, column_labels=column_labels, zeros="missing"), cells + 0.1


def solve(table, seed=0, **options):
    return factorize(table, n_components=3, solver="spark", options={**LOCAL, **options}, seed=seed)


@pytest.fixture(scope="module")
def table():
    return rated()[0]


@pytest.fixture(scope="module")
def solved(table):
    return solve(table)


def test_factors_are_not_negative_and_zero_where_nothing_is_known(table, solved):
    W, H = solved.factors.W, solved.factors.H
    assert W.shape == (60, 3) and H.shape == (3, 40)
    assert W.min() >= 0 and H.min() >= 0
    assert not W[5].any() and not H[:, 7].any()
    assert (np.delete(W, 5, axis=0).sum(axis=1) > 0).all()


def test_als_does_all_its_sweeps_and_tells_nothing_of_convergence(solved):
    assert (solved.n_iter, solved.converged, solved.loss_curve.size) == (10, None, 0)


def test_a_table_in_another_unit_has_the_same_factors_in_it(table, solved):
    other = replace(table, values=20 * table.values)
    again = solve(other)
    for name in ("W", "H"):
        same = 20**0.5 * getattr(solved.factors, name)
        np.testing.assert_allclose(getattr(again.factors, name), same, atol=1e-5 * same.max())
    frame, method = frame_of(again.factors, "raw", None), method_of(other, solver="spark", options=LOCAL)
    W = fold_in(other, again.factors, side="rows", frame=frame, method=method)
    np.testing.assert_allclose(W, again.factors.W, atol=1e-3 * W.max())
    native = [counterpart("spark", LOCAL, each)[0] for each in (table, other)]
    assert native[0] == native[1]


def test_planted_parts_predict_what_was_not_rated(solved):
    table, cells = rated()
    unknown = np.isnan(table.dense())
    unknown[5], unknown[:, 7] = False, False
    wrong = (solved.factors.reconstruction() - cells)[unknown]
    assert np.sqrt(np.square(wrong).mean()) < 0.2 * cells[unknown].std()


def test_a_weight_is_the_native_solvers_by_implicit_preferences():
    table = replace(rated(share=0.3)[0], zeros=0.2)
    table = replace(table, values=np.ones(len(table.values)))
    options = {**LOCAL, "maxIter": 60, "regParam": 1e-4}
    solved = factorize(table, n_components=3, solver="spark", options=options, seed=0)
    cells, weights = np.nan_to_num(table.dense()), np.where(table.dense() > 0, 1.0, 0.2)
    peer = factorize(table, n_components=3, solver="native", options={"regularization": 1e-6, "tol": 1e-7}, seed=0)
    errors = [(weights * (cells - each.factors.reconstruction()) ** 2).sum() for each in (solved, peer)]
    assert errors[0] < 1.02 * errors[1]
    frame = frame_of(solved.factors, "raw", None)
    method = method_of(table, solver="spark", options=options)
    again = fold_in(table, solved.factors, side="rows", frame=frame, method=method)
    np.testing.assert_allclose(again, solved.factors.W, atol=1e-3 * solved.factors.W.max())


def test_same_seed_same_factors_to_the_bit_and_other_seed_others(table, solved):
    again, other = solve(table), solve(table, seed=1)
    np.testing.assert_array_equal(again.factors.W, solved.factors.W)
    np.testing.assert_array_equal(again.factors.H, solved.factors.H)
    assert not np.array_equal(other.factors.W, solved.factors.W)


def test_held_out_cells_are_not_seen_and_predicted_as_well_as_by_the_native_solver(table):
    held_out = np.random.default_rng(2).random(len(table.values)) < 0.2
    places = table.rows[held_out], table.columns[held_out]
    options, _ = counterpart("spark", LOCAL, table)
    errors = {}
    for solver, chosen in (("spark", LOCAL), ("native", options)):
        found = factorize(table, n_components=3, solver=solver, options=chosen, seed=0, held_out=places)
        errors[solver] = np.sqrt(np.square(found.factors.predict(*places) - table.values[held_out]).mean())
    assert errors["spark"] < 1.1 * errors["native"]
    changed = replace(table, values=np.where(held_out, 99.0, table.values))
    blind = factorize(changed, n_components=3, solver="spark", options=LOCAL, seed=0, held_out=places)
    seen = factorize(table, n_components=3, solver="spark", options=LOCAL, seed=0, held_out=places)
    np.testing.assert_array_equal(blind.factors.W, seen.factors.W)


def test_a_file_of_cells_gives_the_factors_of_the_table(table, solved, tmp_path):

    cells = tmp_path / "cells.parquet"
    write_parquet(cells, {"row": table.rows, "column": table.columns, "value": table.values})
    with spark.fitted(cells, table.shape, n_components=3, options=SparkOptions(**LOCAL), seed=0) as (W, turned):
        np.testing.assert_array_equal(W, solved.factors.W)
        np.testing.assert_array_equal(turned.T, solved.factors.H)


@pytest.mark.parametrize("form", ["raw", "canonical"])
def test_rows_that_were_fitted_get_their_own_loadings_when_they_come_later(table, solved, form):
    frame = frame_of(solved.factors, form, None)
    factors = frame.arranged(solved.factors)
    method = method_of(table, solver="spark", options=LOCAL)
    W = fold_in(table, factors, side="rows", frame=frame, method=method)
    np.testing.assert_allclose(W, factors.W, atol=1e-3 * factors.W.max())


def test_columns_that_come_later_lower_what_als_minimises(table, solved):
    frame = frame_of(solved.factors, "raw", None)
    method = method_of(table, solver="spark", options=LOCAL)
    turned = fold_in(table.transposed(), solved.factors, side="columns", frame=frame, method=method)
    better = replace(solved.factors, H=np.ascontiguousarray(turned.T))
    counts = np.bincount(table.columns, minlength=40)

    def loss(factors):
        errors = table.values - factors.predict(table.rows, table.columns)
        return np.square(errors).sum() + LOCAL["regParam"] * table.spread * (counts * np.square(factors.H)).sum()

    assert loss(better) <= loss(solved.factors) * (1 + 1e-6)
    assert not turned[7].any() and turned.min() >= 0


def test_a_master_that_spark_does_not_start_with_is_refused():
    with pytest.raises(InputError, match=r"options.master: Spark does not start with 'local\[x\]': .*Could not parse"):
        spark.connect("local[x]")


def executors():
    """The processes of this one's cluster that do the work."""
    found = set()
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it may end meanwhile
            if "org.apache.spark.executor.CoarseGrainedExecutorBackend" in process.cmdline():
                found.add(process.pid)
    return found


class KillAtStage:
    """A listener of Spark's that kills an executor as the fit's thirtieth stage ends."""

    def __init__(self):
        self.stages, self.before, self.killed = 0, set(), None

    def onStageCompleted(self, _):
        self.stages += 1
        if self.stages == 30:
            self.before = executors()
            self.killed = min(self.before)
            os.kill(self.killed, signal.SIGKILL)

    def __getattr__(self, name):
        return lambda *_: None

    class Java:
        implements = ("org.apache.spark.scheduler.SparkListenerInterface",)


def test_a_fit_survives_the_loss_of_an_executor(table, tmp_path):
    from pyspark.java_gateway import ensure_callback_server_started

    cells = tmp_path / "cells.parquet"
    write_parquet(cells, {"row": table.rows, "column": table.columns, "value": table.values})
    context = spark.connect(CLUSTER).sparkContext
    ensure_callback_server_started(context._gateway)
    listener = KillAtStage()
    context._jsc.sc().addSparkListener(listener)
    options = SparkOptions(master=CLUSTER, blocks=2, regParam=0.01, maxIter=40)
    factors = spark.fit(cells, n_components=3, options=options, seed=0, folder=tmp_path)
    found = [{line["id"]: line["features"] for line in side.collect()} for side in factors]
    assert len(listener.before) == 2 and listener.stages > 60
    assert listener.killed not in executors()
    predicted = [np.dot(found[0][row], found[1][column]) for row, column in zip(table.rows, table.columns, strict=True)]
    assert min(min(line) for side in found for line in side.values()) >= 0
    undisturbed = solve(table, master="local[2]", maxIter=40).factors
    within = np.clip(predicted, *undisturbed.range)
    np.testing.assert_allclose(within, undisturbed.predict(table.rows, table.columns), rtol=1e-3)


def test_no_file_is_left_behind(table, monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    solve(table, maxIter=1)
    assert list(Path(tmp_path).iterdir()) == []
