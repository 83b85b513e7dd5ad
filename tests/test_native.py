import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sklearn.decomposition import NMF

from examples import cells_of, masked_tables, places_of, planted
from ratings_nmf.core.streams import stream
from ratings_nmf.model.factors import matched
from ratings_nmf.solvers.cells import Cells
from ratings_nmf.solvers.native import fit, fold_in
from ratings_nmf.solvers.options import NativeOptions
from ratings_nmf.solvers.problem import pose, random_start

MISSING = NativeOptions(zeros="missing", regularization=0.5, tol=1e-9, max_iter=500)
OBSERVED = NativeOptions(zeros="observed", regularization=0.0, tol=1e-9, max_iter=500)
WEIGHTED = replace(MISSING, zeros=0.2, regularization=0.01)
meanings = pytest.mark.parametrize("options", [MISSING, replace(MISSING, baseline=False), OBSERVED, WEIGHTED])


def _prediction(solution):
    return solution.factors.W @ solution.factors.H


def _fold_in(solution, cells, options):
    H = solution.factors.H[: solution.factors.parts]
    return fold_in(cells, H, restart_baselines=solution.restart_baselines, units=solution.units, options=options)


def _table(known_share=0.7, shape=(30, 20), seed=0):
    random = np.random.default_rng(seed)
    return random.integers(1, 11, shape) / 2, random.random(shape) < known_share


@given(masked_tables(), st.integers(1, 12), st.sampled_from([MISSING, OBSERVED, WEIGHTED]))
def test_the_loss_falls_and_nothing_is_negative(masked, n_components, options):
    """From one sweep to the next; where these go beyond where their passes end, from the first to the last."""
    table, known = masked
    solution = fit(cells_of(table, known), n_components=n_components, options=replace(options, max_iter=30))
    scale = max(solution.loss_curve[0], (table**2).sum(), 1e-300)
    curve = solution.loss_curve if options.zeros == "missing" else solution.loss_curve[[0, -1]]
    assert np.diff(curve).max(initial=0) <= 1e-6 * scale
    for part in (solution.factors.W, solution.factors.H, solution.restart_baselines):
        assert np.isfinite(part).all()
        assert (part >= 0).all()
    assert solution.factors.parts == n_components
    width = n_components + 2 * options.has_baseline
    assert solution.factors.W.shape == (len(table), width)
    assert solution.factors.H.shape == (width, table.shape[1])


@meanings
def test_loss_and_error_are_those_of_the_objective(options):
    table, known = _table()
    solution = fit(cells_of(table, known), n_components=3, options=replace(options, tol=1e-12))
    W, H = solution.factors.W, solution.factors.H
    weights = np.where(known, 1.0, options.weight)
    error = (weights * (np.where(known, table, 0) - _prediction(solution)) ** 2).sum()
    sizes = [(known + options.weight).sum(axis=side) if 0 < options.weight < 1 else 1 for side in (1, 0)]
    spread = math.sqrt((table[known] ** 2).mean())
    penalty = options.regularization * spread * ((sizes[0] * W[:, :3].T ** 2).sum() + (sizes[1] * H[:3] ** 2).sum())
    if options.has_baseline:
        for baseline in (W[:, 3], H[4]):
            penalty += options.baseline_regularization * ((baseline - solution.units.level) ** 2).sum()
        assert math.isclose(solution.units.level, table[known].mean() / 2)
    assert math.isclose(solution.error, math.sqrt(error), rel_tol=1e-5)
    assert math.isclose(solution.loss_curve[-1], error + penalty, rel_tol=1e-3)


@pytest.mark.parametrize("zeros", ["missing", "observed"])
def test_planted_factors_are_recovered(zeros):
    _, H, product = planted()
    known = np.random.default_rng(1).random(product.shape) < (0.7 if zeros == "missing" else 1)
    options = NativeOptions(zeros=zeros, regularization=1e-6, baseline=False, tol=1e-10, max_iter=3000)
    solution = fit(cells_of(product, known), n_components=3, options=options)
    np.testing.assert_allclose(_prediction(solution), product, atol=0.01)
    order, cosines = matched(H, solution.factors.H)
    assert sorted(order) == [0, 1, 2]
    assert cosines.min() > 0.99


def test_observed_zeros_have_scikit_learns_objective():
    table = np.where(_table(0.3, (80, 50))[1], _table(shape=(80, 50))[0], 0.0)
    random = np.random.default_rng(0)
    start = random.random((80, 5)), random.random((5, 50))
    peer = NMF(5, init="custom", tol=1e-7, max_iter=2000)
    peer.fit_transform(table, W=start[0].copy(), H=start[1].copy())
    solution = fit(cells_of(table, table > 0), n_components=5, options=OBSERVED, start=start)
    assert solution.error < 1.001 * peer.reconstruction_err_


@meanings
def test_components_stand_by_falling_share(options):
    table, known = _table()
    factors = fit(cells_of(table, known), n_components=4, options=options).factors
    share = (factors.W.sum(axis=0) * factors.H.sum(axis=1))[:4]
    assert (np.diff(share) <= 0).all()


@meanings
def test_a_random_start_predicts_the_mean_and_beside_baselines_a_quarter_more(options):
    table, known = _table(shape=(300, 200))
    problem = pose(cells_of(table, known), 3, options)
    start = random_start(problem, 3, np.random.default_rng(0))
    share = 1.25 if options.has_baseline else 1
    assert math.isclose(start.reconstruction().mean(), share * problem.mean, rel_tol=0.05)
    assert math.isclose(problem.mean, (table * known).sum() / np.where(known, 1.0, options.weight).sum())


def test_a_random_start_can_be_asked_for_where_zeros_are_observed():
    table, known = _table()
    cells = cells_of(table, known)
    start = random_start(pose(cells, 3, OBSERVED), 3, stream(5, "start", 3, 0))
    ours, same, other = (
        fit(cells, n_components=3, options=OBSERVED, seed=5, start=each).factors.W
        for each in ("random", (start.W, start.H), None)
    )
    np.testing.assert_array_equal(ours, same)
    assert (ours != other).any()


@meanings
def test_permuting_rows_permutes_W(options):
    table, known = _table()
    random = np.random.default_rng(2)
    order = random.permutation(len(table))
    W, H = random.random((30, 3)), random.random((3, 20))
    few = replace(options, max_iter=20)
    straight = fit(cells_of(table, known), n_components=3, options=few, start=(W, H))
    permuted = fit(cells_of(table[order], known[order]), n_components=3, options=few, start=(W[order], H))
    np.testing.assert_allclose(permuted.factors.W, straight.factors.W[order], rtol=1e-3, atol=1e-3)


@meanings
def test_the_order_of_cells_changes_no_bit(options):
    table, known = _table()
    cells = cells_of(table, known)
    order = np.random.default_rng(0).permutation(cells.values.size)
    results = [fit(each, n_components=3, options=options).factors for each in (cells, cells.where(order))]
    np.testing.assert_array_equal(results[0].W, results[1].W)
    np.testing.assert_array_equal(results[0].H, results[1].H)


@meanings
@pytest.mark.parametrize("ensemble", [1, 3])
def test_folding_in_training_rows_gives_their_W(options, ensemble):
    table, known = _table()
    options = replace(options, ensemble=ensemble, max_iter=40)
    cells = cells_of(table, known)
    solution = fit(cells, n_components=3, options=options)
    W, row_baseline = _fold_in(solution, cells, options)
    parts = solution.factors.parts
    np.testing.assert_allclose(W, solution.factors.W[:, :parts], rtol=1e-6, atol=1e-6)
    expected = solution.factors.W[:, parts] if options.has_baseline else 0
    np.testing.assert_allclose(row_baseline, expected, rtol=1e-6, atol=1e-6)


@meanings
def test_held_out_cells_change_nothing_in_the_fit(options):
    table, known = _table()
    held = np.random.default_rng(3).random(table.shape) < 0.2
    other = np.where(held, 5.5 - table, table)
    fits = [
        fit(cells_of(values, known), n_components=3, options=options, held_out=places_of(held))
        for values in (table, other)
    ]
    np.testing.assert_array_equal(fits[0].factors.W, fits[1].factors.W)
    np.testing.assert_array_equal(fits[0].factors.H, fits[1].factors.H)
    weights = ~held * np.where(known, 1.0, options.weight)
    error = (weights * (np.where(known, table, 0) - _prediction(fits[0])) ** 2).sum()
    assert math.isclose(fits[0].error, math.sqrt(error), rel_tol=1e-5)


def test_unknown_rows_and_columns_change_nothing_else():
    table, known = _table()
    cells = cells_of(table, known)
    random = np.random.default_rng(4)
    W, H = random.random((31, 3)), random.random((3, 21))
    larger = Cells(cells.rows, cells.columns, cells.values, (31, 21))
    small = fit(cells, n_components=3, options=MISSING, start=(W[:30], H[:, :20]))
    large = fit(larger, n_components=3, options=MISSING, start=(W, H))
    np.testing.assert_array_equal(large.factors.W[:30], small.factors.W)
    np.testing.assert_array_equal(large.factors.H[:, :20], small.factors.H)
    assert not large.factors.W[30, :3].any()
    assert math.isclose(large.factors.W[30, 3], large.units.level, rel_tol=1e-6)


def test_an_ensemble_predicts_the_mean_of_its_restarts():
    table, known = _table()
    cells = cells_of(table, known)
    joined = fit(cells, n_components=3, options=replace(MISSING, ensemble=4), seed=7)
    single = fit(cells, n_components=3, options=MISSING, seed=7)
    np.testing.assert_array_equal(joined.factors.H[:12:4], single.factors.H[:3])
    assert joined.factors.W.shape == (30, 12 + 2)
    assert math.isclose(joined.error, np.linalg.norm((table - _prediction(joined))[known]), rel_tol=1e-5)
    larger = fit(cells, n_components=3, options=replace(MISSING, ensemble=5), seed=7)
    np.testing.assert_array_equal(larger.factors.H[:15:5], joined.factors.H[:12:4])
    np.testing.assert_allclose(larger.factors.W[:, :15:5] * 5, joined.factors.W[:, :12:4] * 4)


def test_values_may_be_in_any_unit_however_huge_or_tiny():
    table, known = _table()
    for options in (MISSING, OBSERVED, WEIGHTED):
        few = replace(options, max_iter=50)
        plain = fit(cells_of(table, known), n_components=3, options=few)
        # a power of 4 changes no digit; another number moves what is rounded to single precision, 50 sweeps long
        for scale, rtol in ((2.0**-100, 0), (2.0**100, 0), (20, 1e-4)):
            scaled = fit(cells_of(table * scale, known), n_components=3, options=few)
            np.testing.assert_allclose(_prediction(scaled), _prediction(plain) * scale, rtol=rtol)
    mixed = table.copy()
    mixed[0, 0], mixed[1, 1] = 1e30, 1e-30
    for options in (MISSING, OBSERVED):
        assert np.isfinite(_prediction(fit(cells_of(mixed, known), n_components=3, options=options))).all()


@pytest.mark.parametrize(
    ("value", "message"),
    [(-1.0, "0 or more; got -1"), (np.inf, "finite"), (np.nan, "finite"), (1e80, "got 1e[+]80: rescale")],
)
def test_values_out_of_range_are_one_clear_error(value, message):
    with pytest.raises(ValueError, match=message):
        fit(cells_of(np.array([[1.0, value]])), n_components=1, options=MISSING)


def test_a_rank_below_1_is_refused():
    with pytest.raises(ValueError, match="n_components must be at least 1; got 0"):
        fit(cells_of(np.ones((2, 2))), n_components=0, options=MISSING)


def test_places_and_starts_outside_the_table_are_refused():
    numbers, values = np.arange(2, dtype=np.int32), np.ones(2)
    with pytest.raises(ValueError, match="columns must be from 0 to 0; got 0 to 1"):
        Cells(numbers, numbers, values, (2, 1))
    with pytest.raises(ValueError, match="rows must be int32, one for each value; got int64"):
        Cells(numbers.astype(np.int64), numbers, values, (2, 2))
    cells = Cells(numbers, numbers, values, (2, 2))
    with pytest.raises(ValueError, match=r"start must be W \(2, 1\) and H \(1, 2\)"):
        fit(cells, n_components=1, options=MISSING, start=(np.ones((2, 2)), np.ones((1, 2))))
    solution = fit(cells, n_components=1, options=MISSING)
    with pytest.raises(ValueError, match="the 2 columns of the fit; got 3"):
        _fold_in(solution, Cells(numbers, numbers, values, (2, 3)), MISSING)


@pytest.mark.parametrize("start", [None, "random"])
def test_weights_0_and_1_are_missing_zeros_without_levels_and_observed_ones(start):
    table, known = _table()
    for weight, options in ((0.0, replace(MISSING, baseline=False)), (1.0, OBSERVED)):
        same, other = (
            fit(cells_of(table, known), n_components=3, options=each, start=start).factors
            for each in (options, replace(options, zeros=weight, baseline=True))
        )
        np.testing.assert_array_equal(same.W, other.W)
        np.testing.assert_array_equal(same.H, other.H)


def test_a_weight_is_between_missing_and_observed_zeros():
    table, known = _table()
    options = replace(WEIGHTED, regularization=0.0)
    means = [
        _prediction(fit(cells_of(table, known), n_components=3, options=replace(options, zeros=weight)))[~known].mean()
        for weight in (0.0, 0.01, 0.1, 0.5, 0.99, 1.0)
    ]
    assert means == sorted(means, reverse=True)
    assert math.isclose(means[-2], means[-1], rel_tol=0.05)


def test_a_short_fit_prints_nothing(capfd):
    fit(cells_of(np.ones((3, 3))), n_components=1, options=MISSING)
    assert capfd.readouterr() == ("", "")


def test_a_fit_stops_when_the_loss_settles():
    table, known = _table()
    cells = cells_of(table, known)
    solution = fit(cells, n_components=3, options=replace(MISSING, tol=1e-3))
    drops = -np.diff(solution.loss_curve) / solution.loss_curve[:-1]
    assert solution.converged
    assert drops[-1] <= 1e-3
    assert (drops[:-1] > 1e-3).all()
    assert not fit(cells, n_components=3, options=replace(MISSING, max_iter=2)).converged
