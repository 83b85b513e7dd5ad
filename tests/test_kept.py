"""Draws that predict together: written and read some rows at a time, and lists made of them."""

from dataclasses import replace

import numpy as np
import pytest

from examples import drawn, table_of
from ratings_nmf.core.params import FitParameters
from ratings_nmf.core.streams import Draw
from ratings_nmf.core.table import from_dense
from ratings_nmf.core.tally import tally_of
from ratings_nmf.files import interim
from ratings_nmf.files.columns import read_parquet
from ratings_nmf.model import reading, writing
from ratings_nmf.model.frame import Solution
from ratings_nmf.model.samples import QUANTILES, aligned, predictor
from ratings_nmf.recommend.recommendations import Ranking
from ratings_nmf.recommend.search import in_blocks, recommend

CELLS = np.random.default_rng(0).integers(1, 6, (9, 6)) * (np.random.default_rng(1).random((9, 6)) < 0.4)


def written(monkeypatch, folder, samples, *, form="raw", csv_limit=1_000_000, dense_limit=1_000_000):
    """Write a solution that keeps draws, of a table of its own, and return its table."""
    monkeypatch.chdir(folder)
    zeros = "missing" if samples.parts < len(samples.components) else "observed"
    table = table_of(CELLS, zeros)
    interim.write("d", [table], tally_of(table).profile)
    solution = Solution(factors=samples.for_people(), n_iter=1, converged=None, samples=samples).within((0.0, np.inf))
    parameters = FitParameters(n_components=3, solver="bayes", options={}, form=form, names=["a", "draw", "row 1"])
    limits = {"csv_limit": csv_limit, "dense_limit": dense_limit}
    return table, writing.write("d", solution, [table], parameters, **limits)


@pytest.mark.parametrize("form", ["raw", "canonical"])
@pytest.mark.parametrize("zeros", ["missing", "observed"])
def test_what_is_read_predicts_as_the_draws_did(tmp_path, monkeypatch, zeros, form):
    samples = drawn(zeros)
    table, content = written(monkeypatch, tmp_path, samples, form=form)
    factors = reading.read("d")
    mean, deviation = samples.table
    np.testing.assert_allclose(factors.reconstruction(), mean, rtol=1e-6)
    assert content["rmse"] == pytest.approx(
        np.sqrt(np.square(table.dense() - mean)[CELLS > 0 if zeros == "missing" else ...].mean())
    )
    np.testing.assert_allclose(factors.W, factors.samples.for_people().W, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(factors.H, factors.samples.for_people().H, rtol=1e-6, atol=1e-6)
    found = {
        name: np.loadtxt(tmp_path / f"data/factors/d/{name}.csv", delimiter=",", skiprows=1, usecols=range(1, 7))
        for name in ("reconstruction", "low", "high")
    }
    np.testing.assert_allclose(found["reconstruction"], mean, rtol=1e-6)
    np.testing.assert_allclose(found["low"], np.maximum(mean - QUANTILES[90] * deviation, 0), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found["high"], mean + QUANTILES[90] * deviation, rtol=1e-6)


def test_rows_are_read_some_at_a_time(tmp_path, monkeypatch):
    written(monkeypatch, tmp_path, drawn(), csv_limit=0)
    whole = reading.read("d").samples
    pieces = [factors.samples for _, factors in reading.beside("d", interim.blocks("d", cells=4))]
    assert len(pieces) > 1
    np.testing.assert_array_equal(np.concatenate([piece.W for piece in pieces], axis=1), whole.W)
    for name in ("H", "noise", "W_prior", "H_prior", "common", "chains", "components"):
        np.testing.assert_array_equal(getattr(pieces[0], name), getattr(whole, name))


def test_rows_that_were_drawn_are_read_alone(tmp_path, monkeypatch):
    written(monkeypatch, tmp_path, drawn())
    rows = np.array([1, 4, 8])
    some = reading.read("d", draw=Draw(rows=rows, row_count=9))
    whole = reading.read("d")
    np.testing.assert_array_equal(some.reconstruction(), whole.reconstruction()[rows])
    large = reading.read("d", dense_limit=9 * 6 - 1)
    np.testing.assert_array_equal(large.reconstruction(), predictor(whole, None).reconstruction())


@pytest.mark.parametrize("limit", [0, 1_000_000])
def test_cells_of_a_large_table_have_intervals(tmp_path, monkeypatch, limit):
    samples = drawn()
    table, _ = written(monkeypatch, tmp_path, samples, dense_limit=limit)
    folder = tmp_path / "data/factors/d"
    assert (folder / "low.csv").exists() == bool(limit)
    if not limit:
        found = read_parquet(folder / "reconstruction.parquet")
        np.testing.assert_array_equal(found["value"], table.values)
        mean, deviation = samples.predict(table.rows, table.columns)
        np.testing.assert_allclose(found["predicted"], mean)
        np.testing.assert_allclose(found["high"], mean + QUANTILES[90] * deviation)


def by_hand(samples, table, *, to, top, by):
    """For each recommendation receiver, item, prediction and interval."""
    mean, deviation = samples.table
    score = mean - QUANTILES[90] * deviation if by == "low" else mean
    known = CELLS > 0
    for turned in [()] if to == "rows" else [(1, 0)]:
        mean, deviation, score, known = (
            part.transpose(*turned) if turned else part for part in (mean, deviation, score, known)
        )
    for receiver in range(len(mean)):
        items = sorted(np.flatnonzero(~known[receiver]), key=lambda item: (-score[receiver, item], item))[:top]
        for item in items:
            half = QUANTILES[90] * deviation[receiver, item]
            ends = mean[receiver, item] - half, mean[receiver, item] + half
            yield receiver, item, mean[receiver, item], max(ends[0], 0.0), ends[1]


@pytest.mark.parametrize("by", ["predicted", "low"])
@pytest.mark.parametrize("to", ["rows", "columns"])
@pytest.mark.parametrize("zeros", ["missing", "observed"])
def test_lists_are_those_of_the_mean_over_draws(zeros, to, by):
    samples, table = drawn(zeros), table_of(CELLS, zeros)
    factors = replace(predictor(samples.for_people(), samples), range=(0.0, np.inf))
    found = recommend(factors, table, to=to, top=3, by=by)
    lines = np.column_stack([found.receivers, found.items, found.predicted, found.interval])
    np.testing.assert_allclose(lines, list(by_hand(samples, table, to=to, top=3, by=by)), rtol=1e-12)
    np.testing.assert_allclose(found.levels + found.gives.sum(axis=1) + found.rests, found.predicted)
    turned = samples if to == "rows" else samples.transposed()
    gives = turned.contributions(found.receivers, found.items)[:, :3]
    usual = np.stack(
        [
            turned.contributions(np.full(len(found.items), line, np.int32), found.items)[:, :3]
            for line in range(turned.W.shape[1])
        ]
    ).mean(axis=0)
    expected = -np.sort(-np.where(found.cold[found.receivers, None], 0, gives - usual), axis=1)
    np.testing.assert_allclose(found.gives, np.maximum(expected, 0), atol=1e-7)


@pytest.mark.parametrize("by", ["predicted", "low"])
@pytest.mark.parametrize("to", ["rows", "columns"])
def test_blocks_of_rows_give_the_lists_of_all(to, by):
    samples, whole = drawn(), table_of(CELLS, "missing")
    factors = predictor(samples.for_people(), samples)

    def blocks():
        for start in range(0, 9, 2):
            rows = slice(start, start + 2)
            labels = {"row_labels": whole.row_labels[rows], "column_labels": whole.column_labels}
            some = predictor(replace(samples.for_people(), W=samples.for_people().W[rows]), samples.of_rows(rows))
            yield from_dense(CELLS[rows] * 1.0, zeros="missing", **labels), some

    expected = recommend(factors, whole, to=to, top=3, by=by)
    own, other = (whole.row_labels, whole.column_labels)[:: 1 if to == "rows" else -1]
    lines = []
    for receivers, items, found in in_blocks(blocks, Ranking(3, by), to=to):
        names = ([receivers[line] for line in found.receivers], [items[line] for line in found.items])
        lines += zip(*names, found.predicted, *found.interval.T, found.levels.round(9), strict=True)
    names = ([own[line] for line in expected.receivers], [other[line] for line in expected.items])
    assert lines == [*zip(*names, expected.predicted, *expected.interval.T, expected.levels.round(9), strict=True)]


def test_a_transposed_table_has_the_same_predictions():
    samples = drawn()
    for one, other in zip(samples.table, samples.transposed().table, strict=True):
        np.testing.assert_allclose(one, other.T, rtol=1e-12)


def test_what_a_part_gives_every_cell_of_a_column_counts_for_its_level_as_that_of_a_row_does():
    """Every row has 2 of a part that columns differ in: no reason to recommend a row to one of them."""
    samples = drawn(draws=1)
    samples.W[:, :, 0] = 2.0
    samples = aligned(samples)
    place = int(np.argmin(samples.W.std(axis=1).max(axis=0)[:3]))
    rows, columns = (side.ravel().astype(np.int32) for side in np.indices((6, 9)))
    turned = samples.transposed()
    gives = turned.contributions(rows, columns)
    np.testing.assert_allclose(gives[:, place], 0, atol=1e-5)
    np.testing.assert_allclose(gives.sum(axis=1), turned.predict(rows, columns)[0], rtol=1e-6)
    np.testing.assert_array_equal(turned.transposed().common, samples.common)
