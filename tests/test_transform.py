import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import table_of
from ratings_nmf.core.errors import InputError
from ratings_nmf.core.table import parted
from ratings_nmf.core.tally import tally_of
from ratings_nmf.core.transform import AtLeast, became, described, log, valued
from ratings_nmf.holdout.trial import training
from ratings_nmf.recommend.search import known_items

FROM_3 = AtLeast(at_least=3)


@given(st.lists(st.floats(0, 1e100) | st.floats(0, 2) | st.integers(0, 10**6).map(float), min_size=1))
def test_the_logarithm_is_that_of_one_more(values):
    np.testing.assert_allclose(log(np.array(values)), [math.log1p(value) for value in values], rtol=4e-16)
    above = np.array([value for value in values if value > 0])
    np.testing.assert_allclose(log(above, beyond=0.0), [math.log(value) for value in above], rtol=1e-14, atol=1e-15)


def test_given_cells_below_are_set_aside_and_come_back():
    cells = np.array([[5.0, 1, 0], [0, 3, 2], [2, 0, 0]])
    raw = table_of(cells, 0.1)
    table = valued(raw, FROM_3)
    np.testing.assert_array_equal(table.dense(), [[1, 0, 0], [0, 1, 0], [0, 0, 0]])
    rows, columns, values = table.given()
    np.testing.assert_array_equal([rows, columns, values], [[0, 0, 1, 1, 2], [0, 1, 1, 2, 0], [1, 0, 1, 0, 0]])
    again = parted(rows, columns, values)
    for name, part in again.items():
        np.testing.assert_array_equal(part, getattr(table, name))
    np.testing.assert_array_equal(table.transposed().aside, [[0, 1, 2], [2, 0, 1]])
    assert described(FROM_3, tally_of(raw), tally_of(table)) == {"values": {"at_least": 3.0}, "below": 3}


@pytest.mark.parametrize("to", ["rows", "columns"])
def test_a_given_cell_is_known_whatever_it_became(to):
    cells = np.array([[5.0, 1, 0], [0, 3, 2], [2, 0, 0]])
    table = valued(table_of(cells, 0.1), FROM_3)
    left = training(table, (np.array([0], np.int32), np.array([0], np.int32)))
    for each, some in ((table, cells), (left, np.where(cells == 5, 0, cells))):
        turned = (each, some) if to == "rows" else (each.transposed(), some.T)
        known = known_items(turned[0])
        for line, (first, last) in enumerate(pairwise(known.starts)):
            assert known.items[first:last].tolist() == np.flatnonzero(turned[1][line]).tolist()


def test_values_that_stay_and_a_bound_that_no_cell_reaches():
    table = table_of(np.array([[1.0, 2.0]]))
    assert valued(table, "as given").values is table.values
    assert described("as given", tally_of(table), tally_of(table)) == {}
    assert became(np.array([0.0, np.expm1(2)]), "log") == pytest.approx([0, 2])
    with pytest.raises(InputError, match=r"ingest\.values\.at_least: no cell is as large; expected 2 or less"):
        described(FROM_3, tally_of(table), tally_of(valued(table, FROM_3)))
