"""Each kernel beside the slow, obvious computation of the same."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from examples import cells_of, masked_tables, places_of
from ratings_nmf.solvers.cells import not_held_out, pack_sides
from ratings_nmf.solvers.kernels.descent import Rule, update_known, update_observed
from ratings_nmf.solvers.kernels.packing import multiply, orthonormalize
from ratings_nmf.solvers.problem import gram_of, pad
from ratings_nmf.solvers.threads import alone

ranks = st.integers(1, 12)
penalties = st.sampled_from([0.0, 0.3, 8.0])


def _rule(n_coordinates, penalty, passes, dtype, fixed=-1):
    priors = np.linspace(0, 1, n_coordinates)
    return Rule(np.full(n_coordinates, penalty, dtype), priors.astype(dtype), fixed, passes, 0.0)


def _descend(table, counts, x, factors, rule):
    """Cyclic coordinate descent on one row's cells where `counts`, each coordinate with a fresh residual."""
    x = x.copy()
    for _ in range(rule.passes):
        for c, penalty in enumerate(rule.penalties.astype(float)):
            others = np.arange(x.size) != c
            residual = (table - factors[:, others] @ x[others])[counts]
            factor = factors[counts, c]
            bottom = factor @ factor + penalty
            if c != rule.fixed:
                top = factor @ residual + penalty * rule.priors[c]
                x[c] = max(0, top / bottom) if bottom > 0 else rule.priors[c]
    return x


def _losses(table, counts, x, factors, rule):
    free = np.arange(x.size) != rule.fixed
    penalty = rule.penalties.astype(float)[free] @ (x - rule.priors)[free] ** 2
    return ((table - factors @ x)[counts] ** 2).sum(), penalty


@given(masked_tables(), ranks, penalties, st.integers(0, 3), st.integers(-1, 3))
def test_update_known_is_coordinate_descent_on_the_known_cells(masked, rank, penalty, passes, fixed):
    table, known = masked
    random = np.random.default_rng(rank)
    own, factors = random.random((len(table), rank)), random.random((table.shape[1], rank))
    rule = _rule(rank, penalty, passes, np.float32, fixed)
    cells = cells_of(table, known)
    packed, _ = pack_sides(cells, cells.values.astype(np.float32))
    result, losses = pad(own, np.float32), np.empty((len(table), 2))
    update_known((0, len(table)), packed, pad(factors, np.float32), result, rule, losses)
    expected = np.array([_descend(*row, factors, rule) for row in zip(table, known, own, strict=True)])
    np.testing.assert_allclose(result[: len(table), :rank], expected, rtol=2e-4, atol=2e-4)
    lines = [_losses(*row, factors, rule) for row in zip(table, known, expected, strict=True)]
    np.testing.assert_allclose(losses, lines, rtol=1e-3, atol=1e-3)


@given(masked_tables(), ranks, penalties, st.integers(0, 3))
def test_update_observed_is_coordinate_descent_on_all_but_the_held_out_cells(masked, rank, penalty, passes):
    table, _ = masked
    random = np.random.default_rng(rank)
    held = random.random(table.shape) < random.choice([0, 0.3, 1])
    own, factors = random.random((len(table), rank)), random.random((table.shape[1], rank))
    rule = _rule(rank, penalty, passes, np.float64)
    cells = cells_of(table, ~held & (table > 0))
    packed, _ = pack_sides(cells, cells.values)
    nothing = cells_of(np.zeros(table.shape), held)
    gaps, _ = pack_sides(nothing, nothing.values)
    result, losses = pad(own, np.float64), np.empty((len(table), 2))
    against = pad(factors, np.float64)
    update_observed((0, len(table)), packed, gaps, (against, gram_of(against, alone)), result, rule, losses)
    expected = np.array([_descend(*row, factors, rule) for row in zip(table, ~held, own, strict=True)])
    np.testing.assert_allclose(result[: len(table), :rank], expected, rtol=1e-6, atol=1e-6)
    lines = [_losses(*row, factors, rule) for row in zip(table, ~held, expected, strict=True)]
    np.testing.assert_allclose(losses, lines, rtol=1e-6, atol=1e-6)


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
