"""Cells come back from the spool row by row, whole and in the file's order, however many runs they were kept in."""

import numpy as np
import pyarrow as pa
import pytest

from ratings_nmf.raw.spool import Spool

RANDOM = np.random.default_rng(0)
ROWS, COLUMNS = RANDOM.integers(0, 40, 1000), RANDOM.integers(0, 7, 1000)
VALUES = RANDOM.integers(0, 4, 1000).astype(float)


def labels(numbers):
    encoded = pa.array([f"label {number}" for number in numbers]).dictionary_encode()
    return encoded.cast(pa.dictionary(pa.int32(), pa.string()))


def filled(folder, cells, *, order=None):
    spool = Spool(folder=folder, cells=cells)
    order = np.arange(1000) if order is None else order
    for start in range(0, 1000, 90):
        some = order[start : start + 90]
        spool.add(labels(ROWS[some]), labels(COLUMNS[some]), VALUES[some])
    return spool


def by_row(block):
    order = np.argsort(block[0], kind="stable")
    return [part[order] for part in block]


@pytest.mark.parametrize("cells", [10_000, 300, 100, 1])
@pytest.mark.parametrize("order", [None, np.argsort(ROWS, kind="stable")], ids=["any order", "by row"])
def test_cells_come_back_by_row_in_the_order_of_the_file(cells, order, tmp_path):
    spool = filled(tmp_path, cells, order=order)
    blocks = [*spool.blocks()]
    rows, columns, values = map(np.concatenate, zip(*map(by_row, blocks), strict=True))
    given = np.arange(1000) if order is None else order
    places = np.array([spool.rows[f"label {number}"] for number in ROWS[given]])
    expected = np.argsort(places, kind="stable")
    assert (rows == places[expected]).all()
    assert (values == VALUES[given][expected]).all()
    assert [*spool.columns] == [f"label {number}" for number in dict.fromkeys(COLUMNS[given])]
    assert (columns == [spool.columns[f"label {number}"] for number in COLUMNS[given][expected]]).all()
    assert sum(len({*block[0].tolist()}) for block in blocks) == len({*ROWS.tolist()}), "a row is in two blocks"
    assert (len(blocks) > 1) == (cells < 1000)


def test_blocks_can_be_asked_for_again(tmp_path):
    spool = filled(tmp_path, 100)
    first, second = [*spool.blocks()], [*spool.blocks()]
    assert all((a[2] == b[2]).all() for a, b in zip(first, second, strict=True))


def test_a_block_has_so_many_rows_if_asked_and_the_other_side_is_to_be_had_too(tmp_path):
    spool = filled(tmp_path, 100)
    assert [len({*rows.tolist()}) for rows, *_ in spool.blocks(lines=7)] == [7, 7, 7, 7, 7, 5]
    other = spool.transposed()
    assert (other.rows, other.columns) == (spool.columns, spool.rows)
    (cells,), (turned,) = ([*one.blocks(lines=40)] for one in (spool, other))
    assert {*zip(*cells, strict=True)} == {*zip(turned[1], turned[0], turned[2], strict=True)}


def test_a_row_larger_than_a_block_is_whole(tmp_path):
    spool = Spool(folder=tmp_path, cells=50)
    for _ in range(5):
        spool.add(labels([0] * 40), labels(range(40)), np.ones(40))
    (block,) = spool.blocks()
    assert len(block[2]) == 200
