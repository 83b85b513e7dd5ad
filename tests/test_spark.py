"""`solver: spark` on this machine and on a cluster of two processes; `make test-all` runs these."""

import os
import signal
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet
import pytest

from examples import planted
from ratings_nmf.core.errors import InputError
from ratings_nmf.core.table import from_dense
from ratings_nmf.files.formats import significant
from ratings_nmf.files.lists import COLD
from ratings_nmf.files.parquet import write_columns
from ratings_nmf.model.factors import Factors, canonical, numbered
from ratings_nmf.model.frame import frame_of
from ratings_nmf.model.metrics import fit_metrics
from ratings_nmf.recommend import search as local
from ratings_nmf.solvers.factorize import counterpart, factorize, factorize_without
from ratings_nmf.solvers.options import SparkOptions
from ratings_nmf.solvers.spark import als, fit, recommend
from ratings_nmf.solvers.spark import spark_parquet as parquet
from ratings_nmf.solvers.spark.session import connect

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
    assert (solved.n_iter, solved.converged, solved.loss_curve) == (10, None, None)


def test_planted_parts_predict_what_was_not_rated(solved):
    table, cells = rated()
    unknown = np.isnan(table.dense())
    unknown[5], unknown[:, 7] = False, False
    wrong = (solved.factors.reconstruction() - cells)[unknown]
    assert np.sqrt(np.square(wrong).mean()) < 0.2 * cells[unknown].std()


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
        found = factorize_without(table, n_components=3, solver=solver, options=chosen, seed=0, held_out=places)
        errors[solver] = np.sqrt(np.square(found.factors.predict(*places) - table.values[held_out]).mean())
    assert errors["spark"] < 1.1 * errors["native"]
    changed = replace(table, values=np.where(held_out, 99.0, table.values))
    blind = factorize_without(changed, n_components=3, solver="spark", options=LOCAL, seed=0, held_out=places)
    seen = factorize_without(table, n_components=3, solver="spark", options=LOCAL, seed=0, held_out=places)
    np.testing.assert_array_equal(blind.factors.W, seen.factors.W)


@pytest.mark.parametrize("form", ["raw", "canonical"])
def test_what_spark_writes_alone_is_what_passes_through_memory(table, solved, tmp_path, form):
    found = canonical(solved.factors) if form == "canonical" else solved.factors
    cells, names = tmp_path / "cells.parquet", ("one", "a `b`.c", "One")
    write_columns(cells, {"row": table.rows, "column": table.columns, "value": table.values})
    folder = tmp_path / "ratings nmf"
    folder.mkdir()
    labels = iter(table.row_labels), iter(table.column_labels)
    frame, shares, measured = fit.fit(
        cells, labels, folder, names=names, form=form, options=SparkOptions(**LOCAL), seed=0
    )
    expected = frame_of(solved.factors, form, None)
    np.testing.assert_array_equal(frame.position, expected.position)
    np.testing.assert_array_equal(frame.scale, expected.scale)
    np.testing.assert_allclose(shares, found.shares())
    assert measured == pytest.approx(fit_metrics(table, found))
    for name, side, lines in (("W", "row", found.W), ("H", "column", found.H.T)):
        written = pa.concat_tables(map(pyarrow.parquet.read_table, sorted((folder / f"{name}.parquet").iterdir())))
        assert written.column_names == [side, *names]
        assert written[side].to_pylist() == list(table.row_labels if side == "row" else table.column_labels)
        np.testing.assert_array_equal(np.column_stack([written[part].to_numpy() for part in names]), lines)
    written = pa.concat_tables(map(pyarrow.parquet.read_table, sorted((folder / "reconstruction.parquet").iterdir())))
    places = table.rows, table.columns
    for part, values in zip(written.columns, (*places, table.values, found.predict(*places)), strict=True):
        np.testing.assert_array_equal(part.to_numpy(), values)
    files = [file.name for file in folder.rglob("*") if file.is_file()]
    assert all(name.startswith("part-") and name.endswith(".parquet") for name in files)
    assert len(files) == len({*files}) * 3 == 3  # small tables: one part each


def test_many_part_files_are_in_order(tmp_path):
    frame = (
        connect("local[2]")
        .range(1000)
        .repartition(7)
        .orderBy("id")
        .repartitionByRange(5, "id")
        .sortWithinPartitions("id")
    )
    parquet.write(frame, tmp_path / "numbers")
    parts = sorted(file.name for file in (tmp_path / "numbers").iterdir())
    assert parts == [f"part-{number:05}.parquet" for number in range(5)]
    read = [pyarrow.parquet.read_table(tmp_path / "numbers" / part)["id"].to_pylist() for part in parts]
    assert [number for part in read for number in part] == list(range(1000))


def written(factors, table, folder):
    """Parquet of cells and factors in a folder, as `spark.recommend` is given them."""
    cells, files = folder / "cells.parquet", (folder / "W.parquet", folder / "H.parquet")
    write_columns(cells, {"row": table.rows, "column": table.columns, "value": table.values})
    lines = ("row", table.row_labels, factors.W), ("column", table.column_labels, factors.H.T)
    for file, (side, labels, loadings) in zip(files, lines, strict=True):
        parts = dict(zip(factors.components, loadings.T, strict=True))
        pyarrow.parquet.write_table(pa.table({side: pa.array(labels), **parts}), file)
    return cells, files


@pytest.mark.parametrize(("kind", "to"), [("ties", "rows"), ("smooth", "columns")])
def test_recommendations_of_spark_are_the_local_ones(tmp_path, kind, to):
    draw = np.random.default_rng(3)
    shape = (50, 40)
    W, H = draw.gamma(0.5, 1, (shape[0], 3)), draw.gamma(0.5, 1, (3, shape[1]))
    if kind == "ties":
        W, H = draw.integers(0, 3, W.shape).astype(float), draw.integers(0, 3, H.shape).astype(float)
    known = draw.random(shape) < draw.beta(0.5, 1, (shape[0], 1))
    known[3], known[4], known[:, 5], known[:, 6] = False, True, False, True  # cold ones, and some that know all
    labels = [tuple(f"'{side}{line}" for line in range(n)) for side, n in zip("rc", shape, strict=True)]
    table = from_dense(known * 1.0, row_labels=labels[0], column_labels=labels[1], zeros="missing")
    factors = Factors(W=W, H=H, components=numbered(3))
    expected = local.recommend(factors, table, to=to, top=4)
    receivers, items = labels if to == "rows" else labels[::-1]
    cells, files = written(factors, table, tmp_path)
    found = []
    measured = recommend.recommend(
        cells, files, tuple(map(iter, labels)), to=to, top=4, options=SparkOptions(**LOCAL), write=found.extend
    )
    names = (*factors.components, "")
    parts = (expected.receivers, expected.ranks, expected.items, expected.predicted, expected.components)
    lines = [
        (receivers[own], rank, items[item], predicted, names[part], share, COLD if expected.cold[own] else "")
        for own, rank, item, predicted, part, share in zip(*parts, expected.shares, strict=True)
    ]
    assert measured == pytest.approx(local.summary(expected))
    assert len(found) == len(lines)
    for place in (0, 1, 2, 4, 6):
        assert [line[place] for line in found] == [line[place] for line in lines]
    for place in (3, 5):  # the mean receiver, who stands in for a cold one, is summed in another order
        numbers = (significant(np.array([line[place] for line in some])) for some in (found, lines))
        np.testing.assert_array_equal(*numbers)


def test_a_master_that_spark_does_not_start_with_is_refused():
    with pytest.raises(InputError, match=r"options\.master: Spark does not start with 'local\[x\]': .*Could not parse"):
        connect("local[x]")


def executors():
    """The processes of this one's cluster that do the work."""
    found = set()
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it may end meanwhile
            if "org.apache.spark.executor.CoarseGrainedExecutorBackend" in process.cmdline():
                found.add(process.pid)
    return found


def test_a_fit_survives_the_loss_of_an_executor(table, tmp_path):
    spark = connect(CLUSTER)
    cells, checkpoints = tmp_path / "cells.parquet", tmp_path / "checkpoints"
    write_columns(cells, {"row": table.rows, "column": table.columns, "value": table.values})
    seen = {}

    def kill():
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and not list(checkpoints.glob("*/rdd-*")):
            time.sleep(0.05)
        seen["before"] = executors()
        seen["killed"] = min(seen["before"])
        os.kill(seen["killed"], signal.SIGKILL)
        seen["during"] = not done.is_set()

    done = threading.Event()
    killer = threading.Thread(target=kill)
    killer.start()
    options = SparkOptions(master=CLUSTER, blocks=2, regParam=0.01, maxIter=40)
    factors = als.fit(parquet.read(spark, cells), n_components=3, options=options, seed=0, checkpoints=checkpoints)
    found = [{line["id"]: line["features"] for line in side.collect()} for side in factors]
    done.set()
    killer.join()
    assert len(seen["before"]) == 2 and seen["during"]
    assert seen["killed"] not in executors()
    predicted = [np.dot(found[0][row], found[1][column]) for row, column in zip(table.rows, table.columns, strict=True)]
    assert min(min(line) for side in found for line in side.values()) >= 0
    undisturbed = solve(table, master="local[2]", maxIter=40).factors.predict(table.rows, table.columns)
    np.testing.assert_allclose(predicted, undisturbed, rtol=1e-3)


def test_no_file_is_left_behind(table, monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    solve(table, maxIter=1)
    assert list(Path(tmp_path).iterdir()) == []
