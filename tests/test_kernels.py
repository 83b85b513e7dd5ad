"""Each kernel beside the slow, obvious computation of the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import nnls

from examples import cells_of, masked_tables, places_of
from ratings_nmf.solvers.cells import not_held_out, pack_sides
from ratings_nmf.solvers.kernels.descent import Rule, update
from ratings_nmf.solvers.kernels.packing import multiply, orthonormalize
from ratings_nmf.solvers.problem import gram_of, pad
from ratings_nmf.solvers.threads import alone

ranks = st.integers(1, 12)
penalties = st.sampled_from([0.0, 0.3, 8.0])


def _descend(table, weights, x, factors, rule, size):
    """Cyclic coordinate descent on one row's cells by their weights, each coordinate with a fresh residual."""
    x = x.copy()
    for _ in range(rule.passes):
        for c, penalty in enumerate(rule.penalties.astype(float) * size):
            others = np.arange(x.size) != c
            residual = table - factors[:, others] @ x[others]
            bottom = weights @ factors[:, c] ** 2 + penalty
            if c != rule.fixed:
                top = (weights * factors[:, c]) @ residual + penalty * rule.priors[c]
                x[c] = max(0, top / bottom) if bottom > 0 else rule.priors[c]
    return x


def _losses(table, weights, x, factors, rule, size):
    free = np.arange(x.size) != rule.fixed
    penalty = size * rule.penalties.astype(float)[free] @ (x - rule.priors)[free] ** 2
    return weights @ (table - factors @ x) ** 2, penalty


@given(masked_tables(), ranks, penalties, st.sampled_from([0.0, 0.2, 1.0]), st.integers(0, 3), st.integers(-1, 3))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_update_is_coordinate_descent_on_the_cells_by_their_weights(
    dtype, masked, rank, penalty, weight, passes, fixed
):
    table, known = masked
    random = np.random.default_rng(rank)
    held = ~known & (random.random(table.shape) < random.choice([0, 0.3, 1])) & (weight > 0)
    own, factors = random.random((len(table), rank)), random.random((table.shape[1], rank))
    sizes, priors = random.random(len(table)), np.linspace(0, 1, rank)
    rule = Rule(
        weight, np.full(rank, penalty, dtype), sizes.astype(dtype), priors.astype(dtype), fixed, passes, 0.0, 0.5
    )
    packed, gaps = (pack_sides(cells_of(table, some), table[some])[0].of(dtype) for some in (known, held))
    result, losses, against = pad(own, dtype), np.empty((len(table), 3)), pad(factors, dtype)
    whole = (weight * gram_of(against, alone)).astype(dtype)
    update((0, len(table)), packed, gaps, (against, whole), result, rule, losses)
    values, weights = np.where(known, table, 0.0), np.where(known, 1.0, weight * ~held)
    lines = list(zip(values, weights, own, sizes, strict=True))
    expected = np.array([_descend(*line, x, factors, rule, size) for *line, x, size in lines])
    near = {"rtol": 1e-6, "atol": 1e-6} if dtype == np.float64 else {"rtol": 2e-3, "atol": 2e-3}
    beyond = np.maximum(0, 1.5 * expected - 0.5 * own)
    np.testing.assert_allclose(result[: len(table), :rank], beyond, **near)
    sums = [_losses(*line, x, factors, rule, size) for (*line, _, size), x in zip(lines, expected, strict=True)]
    np.testing.assert_allclose(losses[:, :2], sums, **near)
    penalties = [_losses(*line, x, factors, rule, size)[1] for (*line, _, size), x in zip(lines, beyond, strict=True)]
    np.testing.assert_allclose(losses[:, 2], penalties, **near)


@given(masked_tables(), ranks, penalties, st.sampled_from([0.0, 0.2, 1.0]), st.integers(-1, 3))
def test_update_with_a_tolerance_finds_the_minimum(masked, rank, penalty, weight, fixed):
    table, known = masked
    random = np.random.default_rng(rank)
    own, factors = random.random((len(table), rank)), random.random((table.shape[1], rank))
    sizes, priors = random.random(len(table)), np.linspace(0, 1, rank)
    rule = Rule(weight, np.full(rank, penalty), sizes, priors, fixed, 1000, 1e-9, 0.0)
    packed, nothing = (pack_sides(cells_of(table, some), table[some])[0] for some in (known, known & ~known))
    result, losses, against = pad(own, np.float64), np.empty((len(table), 3)), pad(factors, np.float64)
    update((0, len(table)), packed, nothing, (against, weight * gram_of(against, alone)), result, rule, losses)
    free = np.arange(rank) != fixed
    for line, values in enumerate(np.where(known, table, 0.0)):
        roots, pull = np.sqrt(np.where(known[line], 1.0, weight)), np.sqrt(penalty * sizes[line])
        left = roots * (values - factors[:, ~free] @ own[line, ~free])
        square = np.vstack([roots[:, None] * factors[:, free], pull * np.eye(free.sum())])
        least = nnls(square, np.append(left, pull * priors[free]))[1] if free.any() else np.linalg.norm(left)
        np.testing.assert_allclose(losses[line, :2].sum(), least**2, rtol=1e-6, atol=1e-9)


@given(masked_tables(), ranks)
def test_products_are_those_of_the_dense_table(masked, rank):
    table, known = masked
    cells = cells_of(table, known)
    sides = pack_sides(cells, cells.values)
    for side, dense in zip(sides, (table, table.T), strict=True):
        factors = np.random.default_rng(rank).random((dense.shape[1], rank))
        out = pad(np.ones((len(dense), rank)), np.float64)
        multiply((0, len(dense)), side, pad(factors, np.float64), out)
        np.testing.assert_allclose(out[: len(dense), :rank], dense @ factors, atol=1e-12)
        gram = gram_of(pad(factors, np.float64), alone)
        np.testing.assert_allclose(gram[:rank, :rank], factors.T @ factors, atol=1e-12)


@given(masked_tables(), st.randoms())
def test_cells_are_held_out_in_whatever_order_they_stand(masked, shuffler):
    table, known = masked
    cells = cells_of(table, known)
    order = list(range(cells.values.size))
    shuffler.shuffle(order)
    cells = cells.where(np.array(order, int))
    held = np.random.default_rng(len(order)).random(table.shape) < 0.4
    rows, columns = places_of(held)
    left = not_held_out(cells, (rows[::-1], columns[::-1]))
    np.testing.assert_array_equal(left, ~held[cells.rows, cells.columns])


@given(masked_tables(), st.randoms())
def test_packing_sorts_cells_and_pads_lines(masked, shuffler):
    table, known = masked
    cells = cells_of(table, known)
    order = list(range(cells.values.size))
    shuffler.shuffle(order)
    packed, _ = pack_sides(cells.where(np.array(order, int)), cells.values[order])
    for row, (start, stop) in enumerate(zip(packed.starts[:-1], packed.starts[1:], strict=True)):
        columns = np.flatnonzero(known[row])
        padding = np.full(-columns.size % 8, table.shape[1])
        np.testing.assert_array_equal(packed.others[start:stop], [*columns, *padding])
        np.testing.assert_array_equal(packed.values[start:stop], [*table[row, columns], *(0 * padding)])


def test_orthonormalize_drops_dependent_rows():
    vectors = pad(np.random.default_rng(0).random((3, 10)), np.float64)
    vectors[3] = vectors[0] + vectors[1]
    span = vectors[:3].copy()
    orthonormalize(vectors)
    np.testing.assert_allclose(vectors @ vectors.T, np.diag([1, 1, 1, 0, 0, 0, 0, 0]), atol=1e-12)
    np.testing.assert_allclose(span @ vectors.T @ vectors, span)
