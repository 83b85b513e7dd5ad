import numpy as np
import pytest
from numba import njit

from ratings_nmf.solvers.kernels.lanes import LANES, gather, load, reaches, spread, store, total

jit = njit(error_model="numpy")


@jit
def _combine(left, right, number, out):
    lanes = load(left, 3) * load(right, 0) - spread(number) + load(right, 5)
    store(out, 1, lanes)
    return total(lanes)


@jit
def _reaches(left, right):
    return reaches(load(left, 0), load(right, 0))


@jit
def _transpose(table, rows, out):
    gather(table, rows, 1, 8, (out, 2, 9))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_lanes_give_the_same_bits_compiled_and_interpreted(dtype):
    random = np.random.default_rng(0)
    left, right = random.random(20).astype(dtype), random.random(20).astype(dtype)
    compiled, interpreted = np.zeros(10, dtype), np.zeros(10, dtype)
    sums = (
        _combine(left, right, dtype(0.3), compiled),
        getattr(_combine, "py_func", _combine)(left, right, dtype(0.3), interpreted),
    )
    assert sums[0] == sums[1]
    np.testing.assert_array_equal(compiled, interpreted)
    np.testing.assert_array_equal(compiled[1:9], left[3:11] * right[:8] - dtype(0.3) + right[5:13])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_lanes_reach_others_where_one_of_them_does(dtype):
    low, high = np.zeros(LANES, dtype), np.ones(LANES, dtype)
    assert not _reaches(low, high)
    for lane in range(LANES):
        some = low.copy()
        some[lane] = 1
        assert _reaches(some, high)
        assert not _reaches(some, high + some)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gather_transposes_the_named_rows(dtype):
    table = np.random.default_rng(0).random((20, 24)).astype(dtype)
    rows = np.array([0, 7, 3, 3, 19, 0, 1, 12, 5], np.int32)
    out = np.zeros(2 + 9 * LANES, dtype)
    _transpose(table, rows, out)
    expected = np.zeros_like(out)
    for i in range(LANES):
        expected[2 + 9 * i : 10 + 9 * i] = table[rows[1:9], 8 + i]
    np.testing.assert_array_equal(out, expected)
