"""Random numbers named by a counter, and the distributions that are drawn from, beside scipy's."""

import math

import numpy as np
import pytest
from numba import njit
from scipy import special, stats

from ratings_nmf.solvers.kernels.drawing import (
    _FAR,
    _beyond,
    _quantile,
    _share_above,
    exponential,
    gamma,
    key_of,
    logarithm,
    normal,
    positive_normal,
)

COUNT = 20_000
KEY = np.uint64(7)


@njit
def _normals(count):
    return np.array([normal(KEY, number) for number in range(count)])


@njit
def _exponentials(count):
    return np.array([exponential(KEY, number) for number in range(count)])


@njit
def _positive_normals(mean):
    return np.array([positive_normal(KEY, number, mean) for number in range(COUNT)])


@njit
def _gammas(shape, rate):
    return np.array([gamma(key_of(KEY, number), shape, rate) for number in range(COUNT)])


@pytest.fixture(autouse=True)
def _whole_numbers_wrap():
    with np.errstate(over="ignore"):
        yield


def test_logarithms_are_those_of_the_library():
    for x in [1e-300, 1e-9, 0.1, 0.5, 0.7071067811865475, 0.99, 1.0, 1.4142135623730951, 3.0, 1e9, 1e308]:
        assert logarithm(x) == pytest.approx(math.log(x), rel=1e-10, abs=1e-16)


def test_shares_above_and_quantiles_are_those_of_the_library():
    x = np.linspace(0, _FAR, 2001)
    np.testing.assert_allclose([_share_above(each) for each in x], stats.norm.sf(x), rtol=1.1e-7)
    beyond = np.linspace(_FAR, 40, 2001)
    np.testing.assert_allclose([_share_above(each) for each in beyond], stats.norm.sf(beyond), atol=1e-10)
    for share in np.concatenate([np.geomspace(1e-21, 0.5, 2001), 1 - np.geomspace(2e-16, 0.5, 2001)]).tolist():
        assert _quantile(share) == pytest.approx(stats.norm.isf(share), rel=1e-7, abs=1e-8)


def test_draws_far_beyond_the_mean_come_from_exponential_ones():
    surprise = np.geomspace(1e-6, 36, 500)
    for low in (_FAR, 4.5, 6.0, 10.0, 100.0):
        beyond = np.array([_beyond(low, each) for each in surprise])
        survival = np.exp(special.log_ndtr(-low - beyond) - special.log_ndtr(-low))
        np.testing.assert_allclose(survival, np.exp(-surprise), atol=2e-6)
    np.testing.assert_allclose([_beyond(1e6, each) for each in surprise], surprise / 1e6, rtol=1e-9)


def test_exponentials_have_their_distribution_up_to_the_tail():
    draws = _exponentials(1_000_000)
    assert stats.kstest(draws, stats.expon.cdf).pvalue > 0.001
    assert stats.kstest(draws[draws > 7] - 7, stats.expon.cdf).pvalue > 0.001


def test_normal_draws_have_their_distribution_up_to_the_tail():
    draws = _normals(1_000_000)
    assert stats.kstest(draws, stats.norm.cdf).pvalue > 0.001
    for tail in (draws[draws > 3.6], -draws[draws < -3.6]):
        assert stats.kstest(tail, stats.truncnorm(3.6, np.inf).cdf).pvalue > 0.001
        assert len(tail) == pytest.approx(1e6 * stats.norm.sf(3.6), abs=40)


def test_neighbouring_numbers_are_independent():
    draws = np.array([[normal(np.uint64(key_of(KEY, line)), number) for number in range(200)] for line in range(200)])
    assert stats.kstest(draws.ravel(), stats.norm.cdf).pvalue > 0.001
    for correlations in (np.corrcoef(draws), np.corrcoef(draws.T)):
        between = correlations[np.triu_indices(200, 1)]
        assert abs(np.mean(between)) < 0.01
        assert np.mean(between**2) == pytest.approx(1 / 200, rel=0.1)


@pytest.mark.parametrize("mean", [-1e5, -1e3, -100.0, -10.0, -5.0, -1.0, -0.5, -0.05, 0.0, 0.03, 0.3, 4.0, 80.0])
def test_normals_are_cut_off_below_0(mean):
    draws = _positive_normals(mean)
    assert (draws >= 0).all()
    far = mean <= -1e3  # what is beyond 0 is exponential there
    expected = stats.expon(scale=-1 / mean) if far else stats.truncnorm(-mean, np.inf, mean)
    assert stats.kstest(draws, expected.cdf).pvalue > 0.001


@pytest.mark.parametrize(("shape", "rate"), [(1.0, 1.0), (1.5, 20.0), (5000.0, 0.1)])
def test_gammas_are_those_of_the_library(shape, rate):
    assert stats.kstest(_gammas(shape, rate), stats.gamma(shape, scale=1 / rate).cdf).pvalue > 0.001
