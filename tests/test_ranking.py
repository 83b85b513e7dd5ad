"""What lists find of held-out cells, by hand and by the obvious way, and the recommenders beside them."""

import math

import numpy as np
import pytest
from scipy.sparse import csr_array

from examples import planted, table_of
from ratings_nmf.core import words
from ratings_nmf.holdout import ranking, rivals, targets
from ratings_nmf.holdout.evaluation import on_test_cells
from ratings_nmf.holdout.folds import make_folds
from ratings_nmf.holdout.trial import Model, fit_to_rest, training
from ratings_nmf.model.factors import ANY, BASELINES, Factors, numbered
from ratings_nmf.model.samples import SampledFactors, Samples
from ratings_nmf.recommend.search import highest, recommend
from ratings_nmf.solvers.factorize import factorize
from ratings_nmf.solvers.kernels.topk import Known


def places(*cells):
    rows, columns = np.array(cells, dtype=np.int32).reshape(-1, 2).T
    return rows, columns


def sought_of(cells, zeros, held, *, to="rows", most=targets.RECEIVERS):
    """What is sought in a table, given the places that are held out of it."""
    table = table_of(np.asarray(cells, float), zeros)
    values = np.nan_to_num(table.dense())[held]
    return targets.sought(training(table, held), (held, values), to=to, most=most)


def test_by_hand():
    # rows know columns 0 and 1; held out of row 0 are columns 2 (rated 5) and 3 (rated 1), of row 1 column 4 (5)
    cells = [[3.0, 3.0, 5.0, 1.0, 0.0], [3.0, 3.0, 0.0, 0.0, 5.0]]
    what = sought_of(cells, "missing", places((0, 2), (0, 3), (1, 4)))
    assert what.targets.toarray().tolist() == [[0, 0, 1, 0, 0], [0, 0, 0, 0, 1]]
    lists = np.array([[4, 3, 2, *[-1] * 17], [4, 3, 2, *[-1] * 17]])
    # row 0 finds its column at the third place, row 1 at the first; columns 2 to 4 are known by none, so one of two
    np.testing.assert_allclose(targets.measured(lists, what), [[1 / math.log2(4), 1, 1], [1, 1, 1]])
    np.testing.assert_allclose(targets.measured(np.roll(lists[:, ::-1], 3, axis=1)[:, :20], what)[0, 0], 1)


@pytest.mark.parametrize("zeros", ["observed", "missing"])
@pytest.mark.parametrize("to", ["rows", "columns"])
def test_against_the_obvious_way(zeros, to):
    draw = np.random.default_rng(1)
    cells = draw.integers(1, 6, (60, 45)) * (draw.random((60, 45)) < 0.5)
    table = table_of(cells.astype(float), zeros)
    held, _ = make_folds(table, folds=3, seed=0, purpose="test").held_out(1)
    what = sought_of(cells, zeros, held, to=to)
    factors = Factors(W=draw.random((60, 3)), H=draw.random((3, 45)), components=numbered(3))
    found = ranking.find(factors, what, to=to, penalty=1.0)
    scores, given = factors.reconstruction(), cells.astype(float)
    given[held] = 0
    targets = np.zeros(cells.shape, bool)
    least = given[given > 0].mean() if zeros == "missing" else 1
    targets[held] = cells[held] >= least
    if to == "columns":
        scores, given, targets = scores.T, given.T, targets.T
    expected, seen = [], set()
    for receiver in np.flatnonzero(targets.any(axis=1)):
        unknown = np.flatnonzero(given[receiver] == 0)
        top = sorted(unknown, key=lambda item: -scores[receiver, item])[:20]
        hits, count = [targets[receiver, item] for item in top], targets[receiver].sum()
        gains = 1 / np.log2(np.arange(2, 12))
        dcg = sum(gain for gain, hit in zip(gains, hits, strict=False) if hit)
        bits = [-math.log2((given[:, item] > 0).sum() / len(given)) for item in top[:10]]
        expected.append([dcg / gains[:count].sum(), sum(hits) / min(count, 20), np.mean(bits)])
        seen |= set(top[:10])
    np.testing.assert_allclose(found.measures["factors"], expected)
    assert found.coverage["factors"] == len(seen) / given.shape[1]


@pytest.mark.parametrize("to", ["rows", "columns"])
def test_lists_of_draws_whose_levels_are_below_0_are_those_of_all_scores(to):
    """Parts are large beside what they differ by, and levels take off what they have in common; all are whole."""
    draw, parts = np.random.default_rng(0), np.array([4.0, 2.0])
    lines, items = parts + draw.integers(0, 2, (2, 40, 2)), 2.0**22 + draw.integers(0, 30, (2, 90, 2))
    if to == "columns":
        lines, items = items, lines
    levels = [-(2.0**22) * draw.integers(4, 6, (2, n, 1)) for n in (lines.shape[1], items.shape[1])]
    ones = [np.ones_like(level) for level in levels]
    W, H = np.dstack([lines, levels[0], ones[0]]), np.dstack([items, ones[1], levels[1]]).transpose(0, 2, 1)
    nothing = {"W_prior": np.ones((2, 2, 4)), "H_prior": np.ones((2, 2, 4)), "common": np.zeros((2, 4))}
    names = numbered(2) + BASELINES
    samples = Samples(W=W, H=H, noise=np.ones(2), components=names, chains=1, **nothing)
    means = samples.means()
    factors = SampledFactors(W=means.W, H=means.H, components=names, range=ANY, samples=samples)
    scores = samples.table[0] if to == "rows" else samples.table[0].T
    known = Known(np.zeros(len(scores) + 1, np.int64), np.empty(0, np.int32))
    best, _ = highest(*targets.sides(factors, cold=np.diff(known.starts) == 0, to=to), known, top=10)
    np.testing.assert_array_equal(best, np.argsort(-scores, axis=1, kind="stable")[:, :10])


@pytest.mark.parametrize("options", [{}, {"baseline": False}], ids=["default", "without levels"])
@pytest.mark.parametrize("zeros", ["observed", "missing", 0.2])
@pytest.mark.parametrize("to", ["rows", "columns"])
def test_the_lists_measured_are_those_recommended(zeros, to, options):
    """Those of who knows nothing, too: all that one row knew is held out, and all that one column knew."""
    draw = np.random.default_rng(3)
    cells = draw.integers(1, 6, (30, 24)) * (draw.random((30, 24)) < 0.4)
    held = np.nonzero((draw.random(cells.shape) < 0.2) | (np.indices(cells.shape) == [[[4]], [[6]]]).any(axis=0))
    table, held = table_of(cells.astype(float), zeros), tuple(lines.astype(np.int32) for lines in held)
    known, what = training(table, held), sought_of(cells, zeros, held, to=to)
    factors = fit_to_rest(known, Model(n_components=3, solver="native", options=options), seed=0)
    lists = recommend(factors, known, to=to, top=targets.LONG)
    assert lists.cold[4 if to == "rows" else 6] and (4 if to == "rows" else 6) in what.receivers
    expected = np.full((len(lists.cold), targets.LONG), -1)
    expected[lists.receivers, lists.ranks - 1] = lists.items
    np.testing.assert_array_equal(targets.ranked(factors, what, to=to), expected[what.receivers])
    measures = ranking.find(factors, what, to=to, penalty=1.0).measures["factors"]
    np.testing.assert_array_equal(measures, targets.measured(expected[what.receivers], what))


def test_of_many_receivers_some_are_measured():
    draw = np.random.default_rng(2)
    held = places(*{(row, column) for row, column in draw.integers(0, (40, 15), (200, 2))})
    what = sought_of(draw.integers(1, 6, (40, 15)), "missing", held, most=7)
    assert len(what.receivers) == 7 and (np.diff(what.receivers) > 0).all()


def likes(shape, seed=0):
    return csr_array((np.random.default_rng(seed).random(shape) < 0.3).astype(float))


@pytest.mark.parametrize("shape", [(30, 8), (8, 30)])
def test_ease_is_the_regression_of_each_item_on_the_others(shape):
    L = likes(shape)
    dense, B = L.toarray(), np.zeros((shape[1], shape[1]))
    for item in range(shape[1]):
        others = np.delete(np.arange(shape[1]), item)
        X = dense[:, others]
        B[others, item] = np.linalg.solve(X.T @ X + 2.0 * np.eye(len(others)), X.T @ dense[:, item])
    receivers = np.arange(0, shape[0], 2)
    unknown = dense[receivers] == 0
    np.testing.assert_allclose(rivals.ease(L, receivers, penalty=2.0)[unknown], (dense @ B)[receivers][unknown])


@pytest.mark.parametrize("block", [5, 10**6])
def test_item_knn_adds_up_the_similarity_of_neighbours(block):
    L = likes((20, 9))
    dense = L.toarray()
    expected = np.zeros((20, 9))
    for item in range(9):
        alike = [
            0.0 if other == item else dense[:, item] @ dense[:, other]
            / (math.sqrt(dense[:, item].sum() * dense[:, other].sum()) + rivals.SHRINKAGE)
            for other in range(9)
        ]  # fmt: skip
        least = sorted(alike)[-3]
        expected[:, item] = dense @ np.where(np.array(alike) >= least, alike, 0.0)
    np.testing.assert_allclose(rivals.item_knn(L, np.arange(20), neighbours=3, block=block), expected)


def test_equal_scores_come_in_the_tables_order_and_known_items_never():
    scores = np.array([[1.0, 1.0 + 1e-12, 2.0, 0.0]])
    assert rivals.listed(scores, csr_array([[0, 0, 1, 0]]), length=5).tolist() == [[0, 1, 3, -1, -1]]


def groups(share, seed):
    """Three groups of rows, each of which likes few columns but those of its own group."""
    draw = np.random.default_rng(seed)
    own = np.kron(np.eye(3), np.ones((30, 20)))
    return (draw.random((90, 60)) < np.where(own > 0, share, 0.02)).astype(float)


def test_lists_of_groups_find_more_than_the_most_popular_and_of_noise_do_not():
    model = Model(n_components=3, solver="native", options={})
    for share, finds_more in ((0.5, True), (0.02, False)):
        cells = groups(share, 3)
        held = np.nonzero((cells > 0) & (np.random.default_rng(4).random(cells.shape) < 0.3))
        held = tuple(side.astype(np.int32) for side in held)
        found = on_test_cells(table_of(cells, "observed"), (held, cells[held]), model, seed=0, to="rows")
        assert (found["ndcg_gain"] > 2 * found["ndcg_gain_se"]) == finds_more
        own, popular = (found["lists"][name]["ndcg"] for name in ("factors", "most popular"))
        assert found["ndcg_gain"] == pytest.approx(own - popular)
        assert ("The lists find more" in found["verdict"]) or not finds_more


def test_where_a_table_is_for_lists_they_decide():
    cells = groups(0.5, 3)
    held = np.nonzero((cells > 0) & (np.random.default_rng(4).random(cells.shape) < 0.3))
    held = tuple(side.astype(np.int32) for side in held)
    model = Model(n_components=3, solver="native", options={})
    found = on_test_cells(table_of(cells, 0.1), (held, cells[held]), model, seed=0, to="rows")
    assert found["for_lists"] and found["beats_baseline"]
    assert found["verdict"].startswith("The lists find more than the most popular items do, by ")
    worse = {**found, "ndcg_gain": -0.1, "beats_baseline": False}
    assert words.gain_warnings(worse) == []
    assert words.list_warnings(worse)[0].startswith(
        "The lists find less than the most popular items do, by 0.10 ± 0.02 "
    )


@pytest.mark.parametrize("solver", ["native", "sklearn"])
def test_to_the_fit_behind_lists_what_is_held_out_is_zero_as_all_that_is_not_taken(solver):
    _, _, cells = planted((30, 20), 2, spread=0.3)
    held = places(*[(row, column) for row in range(30) for column in range(0, 20, 5)])
    model = Model(n_components=2, solver=solver, options={})
    found = fit_to_rest(training(table_of(cells), held), model, seed=0)
    cells[held] = 0.0
    alone = factorize(table_of(cells), n_components=2, solver="native", options={"tol": 1e-4}, seed=0).factors
    np.testing.assert_array_equal(found.reconstruction(), alone.reconstruction())


@pytest.mark.parametrize("length", [1, 3, 20])
def test_of_equal_scores_the_earlier_item_is_listed_first(length):
    draw = np.random.default_rng(0)
    scores, known = draw.integers(0, 3, (50, 12)).astype(float), draw.random((50, 12)) < 0.4
    known[0] = True
    expected = [
        sorted(np.flatnonzero(~own).tolist(), key=lambda item: -line[item])[:length]
        for line, own in zip(scores, known, strict=True)
    ]
    found = rivals.listed(scores, csr_array(known.astype(float)), length=length)
    assert found.tolist() == [line + [-1] * (length - len(line)) for line in expected]
