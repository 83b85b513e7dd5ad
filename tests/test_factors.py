"""W @ H, its cells and its canonical form."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ratings_nmf.files.loadings import significant
from ratings_nmf.model.factors import Factors, numbered
from ratings_nmf.model.frame import frame_of

amounts = st.one_of(st.just(0.0), st.floats(1e-6, 1e6))


@st.composite
def factorizations(draw):
    rows, k, columns = (draw(st.integers(1, 5)) for _ in range(3))
    W, H = draw(arrays(float, (rows, k), elements=amounts)), draw(arrays(float, (k, columns), elements=amounts))
    return Factors(W=W, H=H, components=numbered(k))


@given(factorizations())
def test_reconstruction_is_the_matrix_product(factors):
    np.testing.assert_allclose(factors.reconstruction(), factors.W @ factors.H, rtol=1e-12)


@given(factorizations())
def test_predicted_cells_have_the_bits_of_the_reconstruction(factors):
    rows, columns = (axis.ravel().astype(np.int32) for axis in np.indices((len(factors.W), factors.H.shape[1])))
    np.testing.assert_array_equal(factors.predict(rows, columns), factors.reconstruction().ravel())


@given(factorizations())
def test_canonical_keeps_the_product_scales_and_sorts(factors):
    found = frame_of(factors, "canonical", None).arranged(factors)
    np.testing.assert_allclose(found.reconstruction(), factors.reconstruction(), rtol=1e-9)
    peaks = found.H.max(axis=1)
    assert np.all((peaks == 1) | (peaks == 0))
    share = found.W.sum(axis=0) * found.H.sum(axis=1)
    assert np.all(share[:-1] >= share[1:] * (1 - 1e-9))


@given(arrays(float, st.integers(1, 6), elements=st.floats(allow_nan=False, allow_infinity=False, width=64)))
def test_significant_digits_are_stable(values):
    once = significant(values)
    np.testing.assert_array_equal(significant(once), once)
    np.testing.assert_allclose(once, values, rtol=1e-8)
    assert all(float(f"{value:.9g}") == value for value in once)
