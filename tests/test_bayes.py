"""The solver that samples: its draws have the distribution that they should, and what it predicts holds."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from msgspec.structs import replace
from scipy import stats
from sklearn.utils.estimator_checks import check_estimator

from examples import cells_of, masked_tables, places_of, planted, table_of
from ratings_nmf import BayesNMF
from ratings_nmf.core.errors import InputError
from ratings_nmf.core.words import MIXED, fit_warnings, on_coverage
from ratings_nmf.holdout.evaluation import over_folds, summary
from ratings_nmf.holdout.trial import Model
from ratings_nmf.model.mixing import mixing
from ratings_nmf.model.samples import aligned
from ratings_nmf.solvers.bayes import fit, fold_in
from ratings_nmf.solvers.cells import pack_sides
from ratings_nmf.solvers.factorize import factorize
from ratings_nmf.solvers.kernels.gibbs import Chance, Prior, draw_known, draw_observed, draw_prior
from ratings_nmf.solvers.kernels.packing import abreast
from ratings_nmf.solvers.options import BayesOptions
from ratings_nmf.solvers.problem import gram_of, pad
from ratings_nmf.solvers.threads import alone

SHORT = BayesOptions(chains=2, samples=3, burn_in=5, thinning=1)
LINES = 4000
zeros_meanings = pytest.mark.parametrize("zeros", ["missing", "observed"])


def _noisy(shape=(60, 40), share=0.5, seed=0, unit=1.0):
    """A planted table's truth, the same with noise, and which cells are known."""
    truth = planted(shape, 3, seed, spread=1.0)[2]
    random = np.random.default_rng(seed)
    table = np.maximum(truth + 0.15 * truth.std() * random.normal(size=shape), 1e-6)
    return unit * truth, unit * table, random.random(shape) < share


@zeros_meanings
def test_coordinates_are_drawn_from_their_distribution_given_all_else(zeros):
    """Many equal rows, two coordinates: their draws beside the density on a grid."""
    factors = np.array([[1.0, 0.2], [0.5, 1.0], [0.1, 0.7]])
    values, noise, precisions = np.array([1.0, 0.4, 0.2]), 6.0, np.array([0.5, 2.0])
    dtype = np.float32 if zeros == "missing" else np.float64
    cells = cells_of(np.tile(values, (LINES, 1)))
    packed, _ = pack_sides(cells, cells.values.astype(dtype))
    own, against = pad(np.ones((LINES, 2)), dtype), pad(factors, dtype)
    prior = Prior(np.zeros(2), precisions, 2, 2, -1)
    chance, errors = Chance(noise, np.uint64(3), np.arange(LINES + 1), 30), np.empty(LINES)
    with np.errstate(over="ignore"):
        if zeros == "missing":
            draw_known(abreast(packed, 3), against, own, prior, chance, errors)
        else:
            nothing = cells_of(np.zeros((LINES, 3)), np.zeros((LINES, 3), bool))
            gaps, _ = pack_sides(nothing, nothing.values)
            draw_observed(packed, gaps, (against, gram_of(against, alone)), own, prior, chance, errors)
    x = np.stack(np.meshgrid(*[np.linspace(0, 4, 400)] * 2, indexing="ij"), axis=-1)
    squares = np.square(values - x @ factors.T).sum(axis=-1)
    density = np.exp(-(noise * squares + np.square(x) @ precisions) / 2)
    for c in range(2):
        marginal = density.sum(axis=1 - c).cumsum() / density.sum()
        drawn = own[:LINES, c].astype(float)
        assert stats.kstest(drawn, lambda at, cdf=marginal: np.interp(at, np.linspace(0, 4, 400), cdf)).pvalue > 0.001
    squares = np.square(values - own[:LINES, :2] @ factors.T).sum(axis=1)
    np.testing.assert_allclose(errors, squares, rtol=1e-3, atol=1e-5)


def test_parts_and_level_of_a_line_are_drawn_from_their_distribution():
    """Many equal rows of two parts and a level, and the columns' level, which stays: draws beside a grid."""
    factors = np.array([[1.0, 0.2, 1, 0.3], [0.5, 1.0, 1, 0.1], [0.1, 0.7, 1, -0.2]])
    values, noise = np.array([1.3, 0.9, 0.0]), 6.0
    means, precisions = np.array([0.2, 0.0, -0.3, 0]), np.array([0.5, 2.0, 1.5, 1])
    cells = cells_of(np.tile(values, (LINES, 1)), np.ones((LINES, 3), bool))
    packed, _ = pack_sides(cells, cells.values.astype(np.float32))
    own, errors = pad(np.ones((LINES, 4)), np.float32), np.empty(LINES)
    with np.errstate(over="ignore"):
        chance = Chance(noise, np.uint64(3), np.arange(LINES + 1), 30)
        prior = Prior(means, precisions, 2, 0, 3)
        draw_known(abreast(packed, 3), pad(factors, np.float32), own, prior, chance, errors)
    axes = np.linspace(0, 4, 120), np.linspace(0, 4, 120), np.linspace(-4, 4, 240)
    x = np.stack(np.meshgrid(*axes, np.ones(1), indexing="ij"), axis=-1)
    logarithm = noise * np.square(values - x @ factors.T).sum(axis=-1) + np.square(x - means) @ precisions
    density = np.exp(-(logarithm - logarithm.min()) / 2)[..., 0]
    for c, axis in enumerate(axes):
        marginal = density.sum(axis=tuple({0, 1, 2} - {c}))
        cumulative = (marginal.cumsum() - marginal / 2) / marginal.sum()
        drawn = own[:LINES, c].astype(float)
        assert stats.kstest(drawn, lambda at, axis=axis, cdf=cumulative: np.interp(at, axis, cdf)).pvalue > 0.001
    np.testing.assert_array_equal(own[:LINES, 3], 1)


def test_a_long_line_that_fills_a_group_is_drawn_as_among_others():
    random = np.random.default_rng(0)
    known = random.random((40, 30)) < random.random((40, 1))
    cells, H = cells_of(random.random((40, 30)), known), random.random((30, 5))
    packed, _ = pack_sides(cells, cells.values.astype(np.float32))
    drawn = []
    for long in (1000, 12, 0):
        own, errors = pad(np.ones((40, 5)), np.float32), np.empty(40)
        prior, chance = Prior(np.zeros(5), np.ones(5), 4, 0, -1), Chance(5.0, np.uint64(1), np.arange(41), 2)
        with np.errstate(over="ignore"):
            draw_known(abreast(packed, 30, long=long), pad(H, np.float32), own, prior, chance, errors)
        drawn.append((own, errors))
    for own, errors in drawn[1:]:
        np.testing.assert_allclose(own, drawn[0][0], rtol=1e-3, atol=1e-4)
        np.testing.assert_allclose(errors, drawn[0][1], rtol=1e-3, atol=1e-4)


def test_priors_come_to_what_the_factors_were_drawn_from():
    """Mean and precision of a part that is cut off below 0, and of a level, which is not."""
    random, mean, deviation = np.random.default_rng(0), 0.4, 0.5
    part = stats.truncnorm(-mean / deviation, np.inf, mean, deviation).rvs(LINES, random_state=random)
    own = np.column_stack([part, random.normal(-0.3, 0.2, LINES)])
    prior = Prior(np.array([0.0, 1.0]), np.ones(2), 1, 0, -1)
    drawn = []
    with np.errstate(over="ignore"):
        for number in range(400):
            draw_prior(own, LINES, prior, np.uint64(number))
            drawn.append([*prior.means, *prior.precisions])
    means = np.mean(drawn[100:], axis=0)
    np.testing.assert_allclose(means, [mean, -0.3, 4, 25], rtol=0.15)
    left = prior.means[0]
    draw_prior(own, LINES, prior._replace(centred=1), np.uint64(0))
    assert prior.means[0] == left


@given(masked_tables())
def test_any_table_is_sampled(masked):
    table, known = masked
    for zeros in ("missing", "observed"):
        solution = fit(cells_of(table, known), n_components=2, zeros=zeros, options=SHORT)
        samples, factors = solution.samples, solution.factors
        assert np.isfinite([*samples.W.flat, *samples.H.flat]).all()
        for part in (samples.W[:, :, :2], samples.H[:, :2], samples.noise, factors.W, factors.H):
            assert (part >= 0).all()
        assert solution.factors.parts == 2


@zeros_meanings
def test_a_planted_table_is_found_without_a_penalty_and_with_parts_too_many(zeros):
    truth, table, known = _noisy()
    cells, places = cells_of(table, known), places_of(~known)
    solution = fit(cells, n_components=7, zeros=zeros, options=BayesOptions(burn_in=200), held_out=places)
    mean, deviation = solution.samples.predict(*places)
    errors = mean - truth[~known]
    assert np.sqrt(np.mean(errors**2)) < 0.16 * truth.std()
    assert 0.85 < np.mean(np.abs(mean - table[~known]) < 1.645 * deviation) < 0.95
    np.testing.assert_allclose(solution.samples.noise.mean(), 0.15 * truth.std(), rtol=0.2)
    assert solution.mixing["rhat_predictions"] < MIXED
    assert (solution.traces[:, -1] > 0).any()


@pytest.mark.parametrize("seed", range(3))
def test_without_levels_no_part_takes_what_others_are_needed_for(seed):
    """Loud tables of six parts that differ much, of which 30 % is known."""
    truth = planted((200, 50), 6, seed, spread=0.5)[2]
    random = np.random.default_rng(seed)
    known = random.random(truth.shape) < 0.3
    table = np.maximum(truth + 0.1 * truth.std() * random.normal(size=truth.shape), 1e-6)
    errors = []
    for baseline in (True, False):
        options = BayesOptions(chains=1, thinning=5, baseline=baseline)
        draws = fit(cells_of(table, known), n_components=12, zeros="missing", options=options).samples
        error = draws.predict(*np.nonzero(~known))[0] - truth[~known]
        errors.append(np.sqrt(np.mean(error**2)) / truth.std())
    assert errors[1] < 1.2 * errors[0]


@zeros_meanings
def test_a_table_in_another_unit_has_the_same_draws_in_that_unit(zeros):
    _, table, known = _noisy()
    plain, *others = (
        fit(cells_of(unit * table, known), n_components=3, zeros=zeros, options=SHORT) for unit in (1, 20, 1e-3)
    )
    expected = plain.samples.joined().reconstruction()
    for unit, other in zip((20, 1e-3), others, strict=True):
        found = other.samples.joined().reconstruction() / unit
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6 * table.std())
        np.testing.assert_allclose(other.samples.noise, unit * plain.samples.noise, rtol=1e-6)


def test_fewer_draws_are_kept_where_they_would_be_too_many_numbers():
    _, table, known = _noisy((20, 15))
    cells = cells_of(table, known)
    numbers = 2 * (20 + 15) * 4  # of a draw of two chains, levels included
    solution = fit(cells, n_components=2, zeros="missing", options=SHORT, most=numbers)
    assert len(solution.samples.noise) == 2
    assert solution.notes == ["1 sample of each chain is kept, not 3: these would take more than 2 GB."]
    assert solution.n_iter == SHORT.burn_in + SHORT.samples * SHORT.thinning
    assert fit(cells, n_components=2, zeros="missing", options=SHORT, most=3 * numbers).notes == []


def test_a_chain_burns_in_for_longer_where_noise_is_small():
    truth = planted((300, 300), 2, spread=1.0)[2]
    noise = truth.std() * np.random.default_rng(0).normal(size=truth.shape)
    options = BayesOptions(chains=1, samples=1, burn_in=200, thinning=1)
    sweeps = [
        fit(cells_of(truth + 10 + share * noise), n_components=2, zeros="missing", options=options).n_iter
        for share in (0.1, 1.0)
    ]
    assert sweeps[0] == 201 > sweeps[1]


@zeros_meanings
def test_held_out_cells_are_not_known(zeros):
    _, table, known = _noisy((20, 15))
    held = np.random.default_rng(1).random(table.shape) < 0.3
    fits = [
        fit(cells_of(cells, known), n_components=2, zeros=zeros, options=SHORT, held_out=places_of(held))
        for cells in (table, np.where(held, 99.0, table))
    ]
    np.testing.assert_array_equal(fits[0].samples.W, fits[1].samples.W)


def test_chains_depend_on_seed_and_number_alone():
    _, table, known = _noisy((20, 15))
    cells = cells_of(table, known)
    one, two, other = (
        fit(cells, n_components=2, zeros="missing", options=replace(SHORT, chains=chains), seed=seed).samples
        for chains, seed in ((1, 0), (2, 0), (2, 1))
    )
    np.testing.assert_array_equal(one.noise, two.noise[:3])
    assert not np.isin(two.noise, one.noise)[3:].any()
    assert not np.isin(other.noise, two.noise).any()


def _shuffled(samples, random):
    """The same draws, their parts in other orders and of other scales."""
    W, H = samples.W.copy(), samples.H.copy()
    for own, other in zip(W, H, strict=True):
        order, scale = random.permutation(samples.parts), 2.0 ** random.integers(-3, 4, samples.parts)
        own[:, : samples.parts] = own[:, order] * scale
        other[: samples.parts] = (other[order].T / scale).T
    return dataclasses.replace(samples, W=W, H=H)


def test_aligned_draws_predict_the_same_and_join_to_their_mean():
    _, table, known = _noisy((20, 15))
    samples = fit(cells_of(table, known), n_components=3, zeros="missing", options=SHORT).samples
    rows, columns = places_of(np.ones(table.shape))
    random = np.random.default_rng(0)
    shuffled = _shuffled(samples, random)
    each = np.stack([draw.predict(rows, columns) for draw in samples])
    np.testing.assert_allclose([draw.predict(rows, columns) for draw in shuffled], each, rtol=1e-5)
    np.testing.assert_allclose([draw.predict(rows, columns) for draw in aligned(shuffled)], each, rtol=1e-5)
    np.testing.assert_allclose(aligned(shuffled).H, samples.H, rtol=1e-5)
    mean, deviation = samples.predict(rows, columns)
    np.testing.assert_allclose(mean, each.mean(axis=0))
    np.testing.assert_allclose(deviation, np.sqrt(each.var(axis=0) + np.mean(samples.noise**2)))
    np.testing.assert_allclose(samples.joined().predict(rows, columns), mean)


@zeros_meanings
def test_rows_that_come_later_are_drawn_as_those_of_the_fit_were(zeros):
    _, table, known = _noisy((80, 40))
    cells = cells_of(table, known)
    samples = fit(cells, n_components=3, zeros=zeros, options=BayesOptions(burn_in=100)).samples
    folded = fold_in(cells, samples, zeros=zeros)
    predicted, expected = (each.joined().reconstruction()[~known] for each in (folded, samples))
    assert np.sqrt(np.mean((predicted - expected) ** 2)) < 0.05 * table.std()
    some = np.isin(cells.rows, [3, 5])
    apart = fold_in(cells.where(some), samples, zeros=zeros)
    np.testing.assert_array_equal(apart.W[:, [3, 5]], folded.W[:, [3, 5]])


def test_mixing_tells_chains_that_agree_from_others():
    draws = np.random.default_rng(0).normal(size=(4, 200, 50))
    agreed = mixing(draws)
    assert agreed.rhat == pytest.approx(1, abs=0.01)
    assert 600 < agreed.effective <= 800
    apart = mixing(draws + np.arange(4)[:, None, None])
    assert apart.rhat > 1.5
    assert apart.effective < 20
    assert np.isnan(mixing(draws[:, :3]).rhat)


@zeros_meanings
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_scikit_learns_own_checks_pass(zeros):
    check_estimator(BayesNMF(2, zeros=zeros, chains=2, samples=5, burn_in=20))


def test_the_estimator_says_how_sure_it_is():
    truth, table, known = _noisy()
    X = np.where(known, table, np.nan)
    model = BayesNMF(3, burn_in=100)
    W = model.fit_transform(X)
    mean, deviation = model.predict_cells(*np.nonzero(~known), return_std=True)
    assert np.corrcoef(mean, truth[~known])[0, 1] > 0.95
    np.testing.assert_allclose(model.inverse_transform(W)[~known], mean, atol=0.5 * table.std())
    assert np.corrcoef(deviation, np.abs(mean - table[~known]))[0, 1] > 0
    assert -0.5 * table.std() < model.score(X) < 0
    np.testing.assert_array_equal(BayesNMF(3, burn_in=100).fit(X).transform(X), W)


@pytest.mark.parametrize(
    ("zeros", "options", "message"),
    [
        ("missing", {"chain": 2}, "fit.options.chain: unknown key"),
        ("missing", {"samples": 0}, "fit.options.samples: expected a whole number from 1 to 10000; found 0"),
        (0.1, {}, "fit.solver: bayes takes zeros observed or missing; found 0.1"),
    ],
)
def test_what_it_cannot_take_is_refused(zeros, options, message):
    with pytest.raises(InputError, match=message):
        factorize(table_of(np.ones((3, 3)), zeros), n_components=1, solver="bayes", options=options, seed=0)


def test_the_estimator_says_the_same_as_an_error_of_value():
    with pytest.raises(ValueError, match=r"^chains: expected a whole number from 1 to 10000; found 0; "):
        BayesNMF(1, chains=0).fit(np.ones((2, 2)))


def test_evaluate_tells_how_many_unseen_cells_the_intervals_hold():
    _, cells, known = _noisy()
    table = table_of(np.where(known, cells, 0), "missing")
    model = Model(n_components=3, solver="bayes", options={"burn_in": 100})
    heldout = over_folds(table, model, folds=3, seed=0, to="rows")
    intervals = heldout["intervals"]
    assert intervals["cells"] == known.sum()
    assert heldout["rmse"] < heldout["baselines_rmse"]
    for level in (50, 80, 90):
        assert intervals[f"coverage_{level}"] == pytest.approx(level / 100, abs=0.06)
    assert intervals["mean_width"] == pytest.approx(2 * 1.645 * heldout["rmse"], rel=0.2)
    assert intervals["log_score"] < intervals["constant_log_score"]
    assert heldout["verdict"].endswith(on_coverage(intervals))
    assert summary(heldout)["coverage_90"] == intervals["coverage_90"]
    native = over_folds(table, Model(n_components=3, solver="native", options={}), folds=2, seed=0, to="rows")
    assert "intervals" not in native


@pytest.mark.parametrize(
    ("coverage", "cells", "said"), [(0.87, 5000, "narrow"), (0.93, 5000, "wide"), (0.85, 20, None)]
)
def test_a_coverage_off_by_more_than_two_points_is_said(coverage, cells, said):
    sentences = fit_warnings(
        {"converged": None}, {"intervals": {"coverage_90": coverage, "cells": cells, "mean_width": 1.0}}
    )
    assert [said in sentence for sentence in sentences] == ([True] if said else [])
