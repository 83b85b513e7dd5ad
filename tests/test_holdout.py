"""Folds over cells: disjoint, complete, by place alone, and no row or column without a known cell."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from examples import table_of
from ratings_nmf.core.errors import InputError
from ratings_nmf.core.streams import cell_hash
from ratings_nmf.core.table import RatingsTable
from ratings_nmf.holdout.folds import NEVER, fold_notes, make_folds, values_at


def folds_of(table, folds=4, seed=0, **more):
    try:
        return make_folds(table, folds=folds, seed=seed, purpose="test", **more)
    except InputError:
        assume(False)


@st.composite
def tables(draw):
    shape = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    cells = np.random.default_rng(draw(st.integers(0, 2**32))).integers(0, 3, shape).astype(float)
    cells[0, 0] = 1.0
    return table_of(cells, draw(st.sampled_from(["observed", "missing"])))


@given(tables(), st.integers(2, 6), st.integers(0, 99))
def test_folds_are_disjoint_and_hold_every_known_cell_that_can_be_held_out(table, folds, seed):
    found = folds_of(table, folds, seed)
    known = table.dense()
    places = list(zip(found.rows.tolist(), found.columns.tolist(), strict=True))
    assert sorted(places) == [(int(r), int(c)) for r, c in np.argwhere(~np.isnan(known))]
    np.testing.assert_array_equal(found.values, known[found.rows, found.columns])
    assert found.numbers == tuple(sorted(set(found.fold.tolist()) - {NEVER}))
    held = [found.held_out(fold)[1].size for fold in found.numbers]
    assert sum(held) + found.kept == found.known == len(places)


@given(tables(), st.integers(2, 6), st.integers(0, 99))
def test_every_row_and_column_keeps_a_known_cell(table, folds, seed):
    found = folds_of(table, folds, seed)
    known = ~np.isnan(table.dense())
    for fold in found.numbers:
        left = known.copy()
        left[found.held_out(fold)[0]] = False
        assert (left.any(axis=0) == known.any(axis=0)).all() and (left.any(axis=1) == known.any(axis=1)).all()


def test_of_cells_that_are_not_stored_the_share_of_their_weight_is_held_out():
    cells = (np.random.default_rng(1).random((80, 60)) < 0.1).astype(float)
    found = folds_of(table_of(cells, 0.25), 3, 0)
    assert np.count_nonzero(found.values) == cells.sum()
    assert np.mean(found.values == 0) * len(found.values) / (cells == 0).sum() == pytest.approx(0.25, rel=0.05)
    assert found.known == cells.size


@given(st.integers(0, 2**32 - 1), st.lists(st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1)), min_size=1))
def test_a_hash_depends_on_its_own_cell_alone(seed, cells):
    rows, columns = np.array(cells, dtype=np.int32).T
    together = cell_hash(seed, rows, columns)
    assert [int(cell_hash(seed, rows[[i]], columns[[i]])[0]) for i in range(len(rows))] == together.tolist()


def test_more_cells_move_no_cell_to_another_fold():
    draw = np.random.default_rng(0)
    cells = draw.random((30, 20)) * (draw.random((30, 20)) < 0.5)
    fewer = np.where(draw.random((30, 20)) < 0.9, cells, 0.0)
    all_cells, some = (folds_of(table_of(each, "missing")) for each in (cells, fewer))
    by_place = dict(zip(zip(all_cells.rows, all_cells.columns, strict=True), all_cells.fold, strict=True))
    moved = [
        place
        for *place, fold in zip(some.rows, some.columns, some.fold, strict=True)
        if NEVER not in (fold, by_place[tuple(place)]) and fold != by_place[tuple(place)]
    ]
    assert moved == []


def test_folds_are_of_about_the_same_size_and_differ_by_seed_and_purpose():
    table = table_of(np.ones((200, 300)), "observed")
    found = folds_of(table, 5)
    assert np.ptp(np.bincount(found.fold)) < 800  # 60,000 cells: the standard deviation of a fold's size is 98
    others = [make_folds(table, folds=5, seed=1, purpose="test"), make_folds(table, folds=5, seed=0, purpose="else")]
    for other in others:
        assert abs(np.mean(other.fold == found.fold) - 0.2) < 0.01


def test_a_table_too_large_to_list_has_a_bounded_sample_of_its_cells_in_folds(monkeypatch):
    table = table_of(np.random.default_rng(0).integers(0, 2, (50, 40)).astype(float), "observed")
    monkeypatch.setattr(RatingsTable, "dense", lambda _: pytest.fail("built a dense array"))
    found = folds_of(table, sample=300)
    assert 250 < len(found.rows) <= 300
    assert found.known == 2000
    assert np.bincount(found.rows, minlength=50).max() <= 6
    assert np.bincount(found.columns, minlength=40).min() > 0
    assert len(set(zip(found.rows.tolist(), found.columns.tolist(), strict=True))) == len(found.rows)
    np.testing.assert_array_equal(found.values, values_at(table, found.rows, found.columns))
    assert f"{len(found.rows)} cells, drawn from 2,000, are held out in turn." in fold_notes(found, 4)


def test_values_at_places_stored_and_not():
    table = table_of(np.array([[0.0, 2.0], [3.0, 0.0]]), "observed")
    found = values_at(table, *np.indices((2, 2)).reshape(2, -1))
    assert found.tolist() == [0.0, 2.0, 3.0, 0.0]


@pytest.mark.parametrize(
    ("cells", "zeros", "folds", "said"),
    [
        (
            np.eye(3),
            "missing",
            2,
            "evaluate.folds: nothing can be held out: each row and column must keep a",
        ),
        (np.ones((1, 1)), "observed", 2, "set `folds: 0` to do without, or give a table with more known cells"),
        (np.ones((2, 3)), "observed", 7, "evaluate.folds: expected 0, or 2 to"),
    ],
)
def test_a_table_too_small(cells, zeros, folds, said):
    with pytest.raises(InputError) as caught:
        make_folds(table_of(cells, zeros), folds=folds, seed=0, purpose="test")
    assert said in str(caught.value)
