"""Random numbers named by a counter, and the distributions that are drawn from, beside scipy's."""

import math

import numpy as np
import pytest
from numba import njit
from scipy import stats

from ratings_nmf.solvers.kernels.drawing import (
    _AREA,
    _HEIGHTS,
    _LATE,
    _LATE_AREA,
    _SPANS,
    _STEPS,
    _TAIL,
    _WIDTHS,
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
    return np.array([positive_normal(key_of(KEY, number), mean) for number in range(COUNT)])


@njit
def _gammas(shape, rate):
    return np.array([gamma(key_of(KEY, number), shape, rate) for number in range(COUNT)])


@pytest.fixture(autouse=True)
def _whole_numbers_wrap():
    with np.errstate(over="ignore"):
        yield


def test_logarithms_are_those_of_the_library():
    for x in [5e-324, 1e-300, 1e-9, 0.1, 0.5, 0.7071067811865475, 0.99, 1.0, 1.4142135623730951, 3.0, 1e9, 1e308]:
        assert logarithm(x) == pytest.approx(math.log(x), rel=1e-14, abs=1e-15)


@pytest.mark.parametrize(("widths", "heights", "area"), [(_WIDTHS, _HEIGHTS, _AREA), (_SPANS, _STEPS, _LATE_AREA)])
def test_layers_of_a_ziggurat_end_at_its_top(widths, heights, area):
    assert heights[-2] + area / widths[-2] == pytest.approx(1, abs=1e-9)


def test_exponentials_have_their_distribution_up_to_the_tail():
    draws = _exponentials(1_000_000)
    assert stats.kstest(draws, stats.expon.cdf).pvalue > 0.001
    assert stats.kstest(draws[draws > _LATE] - _LATE, stats.expon.cdf).pvalue > 0.001


def test_normal_draws_have_their_distribution_up_to_the_tail():
    draws = _normals(1_000_000)
    assert stats.kstest(draws, stats.norm.cdf).pvalue > 0.001
    for tail in (draws[draws > _TAIL], -draws[draws < -_TAIL]):
        assert stats.kstest(tail, stats.truncnorm(_TAIL, np.inf).cdf).pvalue > 0.001
        assert len(tail) == pytest.approx(1e6 * stats.norm.sf(_TAIL), abs=40)


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
