"""A table tallied some rows at a time says what it says as a whole, to the last bit of its mean."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from examples import table_of
from ratings_nmf.core.tally import TOP, Tally, tally_of


def in_parts(table, bounds):
    tally = Tally()
    for first, last in zip([0, *bounds], [*bounds, table.shape[0]], strict=True):
        some = slice(*np.searchsorted(table.rows, [first, last]))
        tally.add(replace(table, rows=table.rows[some], columns=table.columns[some], values=table.values[some]))
    return tally


@given(
    cells=arrays(np.float64, (7, 4), elements=st.sampled_from([0.0, 0.1, 0.7, 3.0])),
    bounds=st.lists(st.integers(0, 7), max_size=3).map(sorted),
)
def test_a_table_in_parts_is_the_table(cells, bounds):
    cells[0, 0] = 1
    table = table_of(cells)
    whole, parts = tally_of(table), in_parts(table, bounds)
    assert parts.profile() == whole.profile()
    assert parts.times == whole.times


def test_a_tally_by_hand():
    tally = in_parts(table_of([[1.0, 0.0, 4.0], [0.0, 0.0, 4.0], [2.0, 0.0, 0.0]]), [1])
    assert (tally.times, tally.largest, tally.least) == ({4: 2, 2: 1, 1: 1}, 4, 1)
    assert tally.row_largest.tolist() == [4, 4, 2]
    assert tally.column_largest.tolist() == [2, 0, 4]
    assert tally.row_sums.tolist() == [5, 4, 2]
    assert tally.profile()["empty_columns"] == ["c1"]
    assert tally.profile()["mean"] == pytest.approx(11 / 9)


def test_of_many_values_the_largest_are_counted():
    cells = np.arange(1.0, 25).reshape(6, 4) % 9 + 1
    values, times = np.unique(cells, return_counts=True)
    expected = dict(zip(values[: -TOP - 1 : -1].tolist(), times[: -TOP - 1 : -1].tolist(), strict=True))
    assert tally_of(table_of(cells)).times == in_parts(table_of(cells), [1, 4]).times == expected
