"""Baselines, rankings and errors on held-out cells, against hand-computed and obvious ways."""

import numpy as np
import pytest

from examples import table_of
from ratings_nmf.core.errors import InputError
from ratings_nmf.core.streams import derived_seed
from ratings_nmf.holdout import evaluation
from ratings_nmf.holdout.delivered import delivered
from ratings_nmf.holdout.folds import make_folds
from ratings_nmf.holdout.trial import Levels, Model, error_by_row, levels, training
from ratings_nmf.solvers.factorize import factorize

COMMON = {"seed": 0, "to": "rows"}


def places(*cells):
    rows, columns = np.array(cells, dtype=np.int32).reshape(-1, 2).T
    return rows, columns


@pytest.mark.parametrize("zeros", ["observed", "missing", 0.3])
@pytest.mark.parametrize("penalty", [0.5, 5.0])
def test_levels_are_those_of_ridge_regression(zeros, penalty):
    draw = np.random.default_rng(0)
    table = table_of(draw.integers(0, 5, (7, 5)).astype(float), zeros)
    held = places((0, 0), (3, 2), (6, 4))
    cells = table.dense()
    cells[held] = np.nan
    rows, columns = np.nonzero(~np.isnan(cells))
    values = cells[rows, columns]
    weights = np.where(values > 0, 1.0, table.weight)
    known, mean = training(table, held), np.average(values, weights=weights)
    assert known.mean == pytest.approx(mean)
    assert known.range == (values.min(), values.max())
    np.testing.assert_allclose(known.per_line(1), np.bincount(columns, weights))
    design = np.zeros((len(rows), 12))
    design[np.arange(len(rows)), rows] = 1
    design[np.arange(len(rows)), 7 + columns] = 1
    weighted = design.T * weights
    ridge = np.linalg.solve(weighted @ design + penalty * np.eye(12), weighted @ (values - mean))
    found = levels(known, penalty=penalty)
    expected = mean + ridge[:7, None] + ridge[7:]
    everywhere = np.indices((7, 5)).reshape(2, -1)
    np.testing.assert_allclose(found.predict(*everywhere), expected.ravel(), atol=1e-3)


def test_levels_of_an_unknown_row_or_column_are_zero():
    found = Levels(mean=2.0, row=np.array([1.0, 5.0]), column=np.array([0.5, 7.0]))
    predicted = found.predict(*places((0, 0), (-1, 0), (0, -1), (-1, -1)))
    assert predicted.tolist() == [3.5, 2.5, 3.0, 2.0]


@pytest.mark.parametrize("zeros", ["observed", "missing", 0.4])
def test_heldout_against_the_obvious_way(zeros):
    draw = np.random.default_rng(3)
    cells = np.round(draw.gamma(1, 1, (30, 3)) @ draw.gamma(1, 1, (3, 20)))
    table = table_of(cells, zeros)
    model = Model(solver="native", n_components=3, options={"regularization": 0.1})
    found = evaluation.over_folds(table, model, folds=3, seed=5, to="rows")
    folds = make_folds(table, folds=3, seed=5, purpose="evaluate folds")
    squares, fewer = np.full(cells.shape, np.nan), np.full((2, *cells.shape), np.nan)
    for fold in folds.numbers:
        held, values = folds.held_out(fold)
        seed = derived_seed(5, "evaluate fit", 3, fold)
        fit = factorize(table, n_components=3, solver="native", options=model.options, seed=seed, held_out=held)
        squares[held] = (values - fit.factors.reconstruction()[held]) ** 2
    rows = squares[~np.isnan(squares).all(axis=1)]
    without = [np.sqrt(np.nanmean(np.delete(rows, row, axis=0))) for row in range(len(rows))]
    jackknife = np.sqrt((len(rows) - 1) * np.var(without))
    assert found["rmse"] == pytest.approx(np.sqrt(np.nanmean(squares)))
    assert found["rmse_se"] == pytest.approx(jackknife, rel=0.15)
    assert found["cells"] == len(folds.rows) - folds.kept and found["folds"] == 3
    assert [*found["lists"]] == ["factors", "most popular", "item-kNN", "EASE"]
    if zeros == 0.4:
        return
    for line, pair in enumerate([(0, 1), (2, 0)]):
        both = [folds.held_out(fold)[0] for fold in pair]
        held = tuple(map(np.concatenate, zip(*both, strict=True)))
        seed = derived_seed(5, "evaluate pair", 3, pair[0])
        fit = factorize(table, n_components=3, solver="native", options=model.options, seed=seed, held_out=held)
        fewer[line][held] = (cells - fit.factors.reconstruction())[held] ** 2
    without_two = np.nanmean(fewer[:, ~np.isnan(squares)], axis=0).mean()
    expected = np.nanmean(squares) / (1 + (without_two / np.nanmean(squares) - 1) / 3)
    assert found["delivered"]["rmse"] ** 2 == pytest.approx(expected)
    assert 0 < found["delivered"]["low"] < found["delivered"]["rmse"] < found["delivered"]["high"]


def test_cells_of_a_row_and_of_a_column_move_together_in_the_interval():
    rows, columns = np.indices((6, 5), np.int32).reshape(2, -1)
    draw = np.random.default_rng(6)
    squares = 1.0 + draw.random(6)[rows] + draw.random(5)[columns]
    found = delivered(squares, (rows, columns), fewer=None, folds=1)
    by_row, by_column, alone = (error_by_row(squares, lines) ** 2 for lines in (rows, columns, np.arange(30)))
    half = 1.6448536 * found["rmse"] * np.sqrt(by_row + by_column - alone) / 2 / squares.mean()
    assert found["high"] - found["rmse"] == pytest.approx(half)
    assert found["rmse"] - found["low"] == pytest.approx(half)
    assert half**2 > 1.6**2 * alone / 4 / squares.mean()


def test_factors_beat_averages_on_planted_parts_and_not_on_noise():
    draw = np.random.default_rng(4)
    parts = draw.gamma(0.3, 1, (60, 3)) @ draw.gamma(0.3, 1, (3, 40))
    noise = draw.gamma(1, 1, (60, 40))
    model = Model(solver="native", n_components=3, options={})
    good, bad = (
        evaluation.over_folds(table_of(cells, "observed"), model, folds=3, **COMMON) for cells in (parts, noise)
    )
    assert good["beats_baseline"] and good["gain"] > good["gain_se"]
    assert good["verdict"].startswith("The factors predict better than ")
    assert not bad["beats_baseline"]
    assert bad["verdict"].startswith("The factors predict much worse than the mean of all cells, by ")
    assert not any("So few cells" in each["verdict"] for each in (good, bad))


def test_a_few_cells_are_said_to_tell_nothing():
    cells = np.array([[5, 3, 0, 1], [4, 0, 0, 1], [1, 1, 0, 5], [1, 0, 0, 4], [0, 1, 5, 4]], dtype=float)
    model = Model(solver="native", n_components=3, options={})
    found = evaluation.over_folds(table_of(cells, "observed"), model, folds=5, **COMMON)
    assert (found["fitted_cells"], found["free_loadings"]) == (16, 18)
    assert found["verdict"].startswith("The factors predict much worse than ")
    assert "16 were left to fit 18 loadings to. So few cells do not tell" in found["verdict"]


def test_without_folds_it_says_so():
    model = Model(solver="native", n_components=1, options={})
    found = evaluation.over_folds(table_of(np.ones((2, 2)), "observed"), model, folds=0, **COMMON)
    assert found == {"n_components": 1, "cells": 0, "folds": 0, "verdict": "Nothing was held out (folds: 0)."}


def test_unknown_labels_are_predicted_by_the_averages():
    draw = np.random.default_rng(5)
    table = table_of(draw.integers(1, 6, (9, 8)).astype(float), "missing")
    held = places((0, 0), (-1, 3), (4, -1), (-1, -1))
    model = Model(solver="native", n_components=2, options={})
    by_factors, by_levels, by_mean = evaluation.score(table, (held, np.array([3.0, 3, 3, 3])), model, **COMMON).errors
    np.testing.assert_array_equal(by_factors[1:], by_levels[1:])
    assert by_factors[0] != by_levels[0]
    assert by_mean[3] == by_levels[3]


def test_standard_errors_over_test_cells_are_those_of_drawing_rows_anew():
    draw = np.random.default_rng(6)
    table = table_of(draw.gamma(1, 1, (50, 30)), "observed")
    model = Model(solver="native", n_components=1, options={})
    cells = tuple(part[:300].astype(np.int32) for part in draw.permuted(np.indices((50, 30)).reshape(2, -1), axis=1))
    values = draw.gamma(1, 1, 300)
    found = evaluation.on_test_cells(table, (cells, values), model, **COMMON)
    seed = derived_seed(COMMON["seed"], "evaluate fit", 1, 0)
    errors = evaluation.score(table, (cells, values), model, seed=seed, to="rows").errors
    assert found["fitted_cells"] == 1500 - np.unique(np.stack(cells), axis=1).shape[1]
    by_row = [errors[:, cells[0] == row] for row in np.unique(cells[0])]
    drawn = [np.hstack([by_row[row] for row in draw.integers(0, len(by_row), len(by_row))]) for _ in range(4000)]
    rmse = np.sqrt([np.square(each).mean(axis=1) for each in drawn])
    best = 1 + np.sqrt(np.square(errors[1:]).mean(axis=1)).argmin()
    assert found["rmse_se"] == pytest.approx(np.std(rmse[:, 0]), rel=0.15)
    assert found["mae_se"] == pytest.approx(np.std([np.abs(each[0]).mean() for each in drawn]), rel=0.15)
    assert found["gain_se"] == pytest.approx(np.std(rmse[:, best] - rmse[:, 0]), rel=0.15)  # paired


def test_cells_of_one_row_are_taken_alone():
    values = np.array([1.0, 2.0, 4.0])
    assert error_by_row(values, np.full(3, 7)) == pytest.approx(values.std(ddof=1) / np.sqrt(3))


def test_a_count_that_does_not_fit_the_table():
    with pytest.raises(InputError, match=r"fit\.n_components: expected 1 to 2; found 3"):
        evaluation.over_folds(
            table_of(np.ones((2, 4)), "observed"),
            Model(solver="native", n_components=3, options={}),
            folds=2,
            **COMMON,
        )


@pytest.mark.parametrize("zeros", ["observed", "missing"])
def test_a_test_cell_given_twice_is_held_out_once(zeros):
    cells = np.random.default_rng(7).integers(1, 6, (6, 5)).astype(float)
    model = Model(solver="native", n_components=2, options={})
    once, twice = (
        evaluation.score(table_of(cells, zeros), (places(*held), np.full(len(held), 5.0)), model, **COMMON)
        for held in (((2, 1), (0, 3)), ((2, 1), (0, 3), (2, 1)))
    )
    np.testing.assert_array_equal(once.errors[:, [0, 1, 0]], twice.errors)
    for name, measures in once.lists.measures.items():
        np.testing.assert_array_equal(measures, twice.lists.measures[name])


@pytest.mark.parametrize("zeros", ["observed", "missing"])
def test_test_cells_that_leave_nothing_to_fit_to(zeros):
    model = Model(solver="native", n_components=1, options={})
    cells = places((0, 0), (0, 1))
    with pytest.raises(InputError, match="test: expected some known cells beside those held out"):
        evaluation.on_test_cells(
            table_of(np.array([[1.0, 2.0]]), zeros), (cells, np.array([1.0, 2.0])), model, **COMMON
        )
