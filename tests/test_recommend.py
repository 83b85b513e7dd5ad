"""Recommendations equal brute force on W @ H, bit by bit, on any number of threads, in any order of the items."""

import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from examples import table_of
from ratings_nmf.core.table import from_dense
from ratings_nmf.model.factors import Factors, numbered, with_baselines
from ratings_nmf.recommend.recommendations import Ranking, Spread
from ratings_nmf.recommend.search import in_blocks, recommend

SOURCE = Path(__file__).resolve().parent.parent / "src"

few = st.sampled_from([0.0, 0.5, 1.0, 2.0, 1e-30])
"""Loadings of which many sums tie."""

any_size = st.one_of(st.just(0.0), st.floats(1e-100, 1e100))
"""Loadings that under- and overflow in single precision."""


@st.composite
def tables(draw):
    rows, k, columns = draw(st.integers(1, 9)), draw(st.integers(1, 5)), draw(st.integers(1, 40))
    amounts = draw(st.sampled_from([few, any_size]))
    factors = Factors(
        W=draw(arrays(float, (rows, k), elements=amounts)),
        H=draw(arrays(float, (k, columns), elements=amounts)),
        components=numbered(k),
    )
    if draw(st.booleans()):
        levels = [draw(arrays(float, count, elements=amounts)) for count in (rows, columns)]
        factors = with_baselines(factors, *levels)
    known = draw(arrays(bool, (rows, columns)))
    return factors, table_of(known.astype(float), "missing")


def summary(found):
    spread = Spread()
    spread.add(found)
    return spread.summary(parts=2)


def brute_force(factors, table, *, to, top):
    """Give (receiver, item, predicted, parts, known) the slow way: every cell, sorted; parts as names and amounts."""
    W, H, values, count = factors.W.copy(), factors.H.copy(), table.dense(), factors.parts
    values[values == 0] = np.nan
    cold = np.isnan(values).all(axis=1 if to == "rows" else 0)
    usual = W.cumsum(axis=0)[-1] / len(W) if to == "rows" else H.T.cumsum(axis=0)[-1] / H.shape[1]
    if count == len(factors.components):
        own = W if to == "rows" else H.T
        own[cold] = usual
    predicted = Factors(W=W, H=H, components=factors.components).reconstruction()
    if to == "columns":
        predicted, values, W, H = predicted.T, values.T, H.T, W.T
    lengths = np.sqrt(np.square(H[:count]).cumsum(axis=0)[-1])
    directions = np.divide(H[:count], lengths, out=np.zeros(H[:count].shape), where=lengths > 0)
    for receiver, scores in enumerate(predicted):
        unknown = [item for item in range(len(scores)) if np.isnan(values[receiver, item])]
        for item in sorted(unknown, key=lambda item: (-scores[item], item))[:top]:
            excess = np.zeros(count) if cold[receiver] else (W[receiver] - usual)[:count] * H[:count, item]
            parts = [part for part in range(count) if excess[part] > 0]
            parts = sorted(parts, key=lambda part: (-excess[part], part))[:3]
            speaks = {
                known: values[receiver, known] * sum(excess[part] * directions[part, known] for part in parts)
                for known in np.flatnonzero(values[receiver] > 0)
            }
            known = sorted((other for other in speaks if speaks[other] > 0), key=lambda other: (-speaks[other], other))
            yield receiver, item, scores[item], {part: excess[part] for part in parts}, known[:3]


def told(found, receivers, items):
    """All that lists say, line by line, by label."""
    numbers = found.ranks, found.predicted, found.levels, found.parts, found.gives, found.rests
    for line, (receiver, item) in enumerate(zip(found.receivers.tolist(), found.items.tolist(), strict=True)):
        known = [items[other] for other in found.telling[line].tolist() if other >= 0]
        yield receivers[receiver], items[item], found.cold[receiver], known, *(part[line].tolist() for part in numbers)


def lines_of(found):
    """The lines of lists as `brute_force` gives them."""
    for line in range(len(found.items)):
        parts = {part: gives for part, gives in zip(found.parts[line], found.gives[line], strict=True) if part >= 0}
        known = [item for item in found.telling[line].tolist() if item >= 0]
        yield found.receivers[line], found.items[line], found.predicted[line], parts, known


@settings(deadline=None)  # the first example compiles
@given(tables(), st.sampled_from(["rows", "columns"]), st.integers(1, 12))
def test_equal_to_brute_force(given_, to, top):
    factors, table = given_
    found = recommend(factors, table, to=to, top=top)
    assert list(lines_of(found)) == list(brute_force(factors, table, to=to, top=top))
    sums = found.levels + found.gives.sum(axis=1) + found.rests
    np.testing.assert_allclose(sums, found.predicted, rtol=1e-9, atol=1e-9 * np.abs(found.levels).max(initial=0))


@pytest.mark.parametrize("top", [1, 10, 500])
def test_equal_to_brute_force_on_many_items(top):
    draw = np.random.default_rng(3)
    factors = Factors(W=draw.gamma(0.5, 1, (4, 7)), H=draw.gamma(0.3, 1, (7, 3000)).round(1), components=numbered(7))
    table = table_of((draw.random((4, 3000)) < 0.2).astype(float))
    found = recommend(factors, table, to="rows", top=top)
    expected = list(brute_force(factors, table, to="rows", top=top))
    assert list(zip(found.receivers, found.items, found.predicted, strict=True)) == [line[:3] for line in expected]


@settings(deadline=None)
@given(tables(), st.sampled_from(["rows", "columns"]), st.integers(1, 12), st.integers(1, 4))
def test_blocks_of_rows_give_the_lists_of_the_whole_table(given_, to, top, rows_a_block):
    factors, table = given_
    expected, labels = recommend(factors, table, to=to, top=top), [table.row_labels, table.column_labels]

    def blocks():
        for start in range(0, len(factors.W), rows_a_block):
            rows = slice(start, start + rows_a_block)
            cells = np.nan_to_num(table.dense()[rows])
            some = from_dense(cells, row_labels=labels[0][rows], column_labels=labels[1], zeros="missing")
            yield some, replace(factors, W=factors.W[rows])

    found, spread, whole = [], Spread(), Spread()
    for receivers, items, some in in_blocks(blocks, Ranking(top), to=to):
        spread.add(some)
        found += told(some, receivers, items)
    whole.add(expected)
    receivers, items = labels if to == "rows" else labels[::-1]
    assert found == list(told(expected, receivers, items))
    assert spread.summary(parts=3) == whole.summary(parts=3)


def test_equal_predictions_come_in_the_tables_order():
    factors = Factors(W=np.ones((1, 1)), H=np.array([[1.0, 2.0, 2.0, 1.0, 2.0]]), components=numbered(1))
    found = recommend(factors, table_of(np.array([[0, 1.0, 0, 0, 0]]), "missing"), to="rows", top=3)
    assert found.items.tolist() == [2, 4, 0]
    assert found.ranks.tolist() == [1, 2, 3]


def test_a_receiver_without_a_known_cell_gets_the_baselines_list():
    parts = Factors(W=np.array([[1.0], [0.0]]), H=np.array([[5.0, 1.0, 0.0]]), components=numbered(1))
    factors = with_baselines(parts, np.array([1.0, 1.0]), np.array([0.0, 1.0, 2.0]))
    found = recommend(factors, table_of(np.array([[1.0, 0, 0], [0, 0, 0]]), "missing"), to="rows", top=2)
    assert found.cold.tolist() == [False, True]
    assert found.items[found.receivers == 1].tolist() == [2, 1]
    assert found.predicted[found.receivers == 1].tolist() == [3.0, 2.0]


def test_without_baselines_a_cold_receiver_gets_the_mean_receivers_list():
    factors = Factors(W=np.array([[2.0], [4.0], [0.0]]), H=np.array([[1.0, 3.0]]), components=numbered(1))
    found = recommend(factors, table_of(np.array([[1.0, 0], [1.0, 0], [0, 0]]), "missing"), to="rows", top=2)
    assert found.items[found.receivers == 2].tolist() == [1, 0]
    assert found.predicted[found.receivers == 2].tolist() == [6.0, 2.0]


def test_summary_counts():
    factors = Factors(W=np.ones((3, 1)), H=np.array([[3.0, 2.0, 1.0, 0.5]]), components=numbered(1))
    cells = np.array([[1.0, 1, 1, 0], [1.0, 0, 0, 0], [0, 0, 0, 0]])
    assert summary(recommend(factors, table_of(cells, "missing"), to="rows", top=2)) == {
        "receivers": 3,
        "cold_receivers": 1,
        "short_lists": 1,
        "item_coverage": 1.0,
        "most_recommended_share": 2 / 3,
        "reason_entropy": 0.0,  # the receivers are all alike
        "reason_entropy_most": pytest.approx(math.log2(3)),
        "level_alone": 1.0,
    }


def test_a_full_table_leaves_nothing_to_recommend():
    factors = Factors(W=np.ones((2, 1)), H=np.ones((1, 2)), components=numbered(1))
    found = recommend(factors, table_of(np.ones((2, 2)), "missing"), to="rows", top=2)
    assert len(found.items) == 0
    assert summary(found)["short_lists"] == 2


PRINT = """
import hashlib, numpy as np
from ratings_nmf.model.factors import Factors, numbered
from ratings_nmf.core.table import RatingsTable
from ratings_nmf.recommend.search import recommend
draw = np.random.default_rng(0)
W, H = draw.gamma(0.5, 1, (1200, 9)), draw.gamma(0.3, 1, (700, 9)).round(1)
known = np.sort(draw.integers(0, 700, (1200, 5)), axis=1).astype(np.int32)
table = RatingsTable(
    row_labels=("",) * 1200, column_labels=("",) * 700, zeros="missing",
    rows=np.repeat(np.arange(1200, dtype=np.int32), 5), columns=known.ravel(), values=draw.random(6000) + 1,
)
found = recommend(Factors(W=W, H=H.T, components=numbered(9)), table, to="rows", top=20)
parts = found.receivers, found.items, found.predicted, found.levels, found.parts, found.gives, found.telling
print(hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest())
"""


def test_the_bytes_do_not_depend_on_threads_or_compilation():
    printed = set()
    for environment in (
        {"NUMBA_NUM_THREADS": "1"},
        {"NUMBA_NUM_THREADS": "2"},
        {"NUMBA_CPU_NAME": "nehalem", "NUMBA_CPU_FEATURES": ""},
    ):
        done = subprocess.run(
            [sys.executable, "-c", PRINT], cwd=SOURCE, env={**os.environ, **environment},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        printed.add(done.stdout)
    assert len(printed) == 1
