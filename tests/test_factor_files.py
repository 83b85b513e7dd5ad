"""Factors survive being written, as CSV where they are small and as Parquet where they are not."""

from dataclasses import replace

import numpy as np
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ratings_nmf.core.table import from_dense
from ratings_nmf.files import loadings as files
from ratings_nmf.files.loadings import shortened
from ratings_nmf.model.factors import Factors, numbered

LABELS = ("a, b", "=1", "two\nlines", "ü")


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Write factors in a new folder, some rows at a time, and return them as written, and where."""
    monkeypatch.chdir(tmp_path)

    def write(*, csv, rows_at_a_time=4):
        draw = np.random.default_rng(0)
        factors = Factors(W=draw.random((4, 2)), H=draw.random((2, 3)), components=numbered(2))
        factors = replace(factors, W=files.as_written(factors.W, factors.W.max(axis=0), csv=csv))
        factors = replace(factors, H=files.as_written(factors.H.T, factors.H.max(axis=1), csv=csv).T)
        with files.writing("d", factors.columns_frame(LABELS[1:]), beside={}, csv=csv) as add:
            for start in range(0, 4, rows_at_a_time):
                rows = slice(start, start + rows_at_a_time)
                cells = np.ones((len(LABELS[rows]), 3))
                table = from_dense(cells, row_labels=LABELS[rows], column_labels=LABELS[1:], zeros="observed")
                some = replace(factors, W=factors.W[rows])
                add(some.rows_frame(LABELS[rows]), some.reconstruction_frames(table.row_labels, table.column_labels))
        return factors, tmp_path / "data/factors/d"

    return write


@pytest.mark.parametrize("rows_at_a_time", [4, 3, 1])
@pytest.mark.parametrize("csv", [True, False])
def test_what_was_written_is_read_however_many_rows_at_a_time(written, csv, rows_at_a_time):
    factors, folder = written(csv=csv, rows_at_a_time=rows_at_a_time)
    suffix = "csv" if csv else "parquet"
    assert {file.name for file in folder.iterdir()} == {f"W.{suffix}", f"H.{suffix}", "reconstruction.csv"}
    found = Factors(**files.read("d"))
    np.testing.assert_array_equal(found.W, factors.W)
    np.testing.assert_array_equal(found.H, factors.H)
    assert found.components == factors.components


def test_parquet_has_a_line_for_each_label(written):
    factors, folder = written(csv=False)
    W, H = (pyarrow.parquet.read_table(folder / name).to_pydict() for name in ("W.parquet", "H.parquet"))
    assert (W.pop("row"), H.pop("column")) == (list(LABELS), list(LABELS[1:]))
    np.testing.assert_array_equal(list(W.values()), factors.W.T)
    np.testing.assert_array_equal(list(H.values()), factors.H)


def test_columns_of_numbers_go_into_one_file_however_often_some_are_added(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    factors = Factors(W=np.ones((2, 2)), H=np.ones((2, 3)), components=numbered(2))
    cells = {"row": np.arange(3, dtype=np.int32), "predicted": np.random.default_rng(0).random(3)}
    with files.writing("d", factors.columns_frame((*"xyz",)), beside={}, csv=True) as add:
        for _ in range(2):
            add(factors.rows_frame((*"ab",)), {"reconstruction": cells})
    found = pyarrow.parquet.read_table(tmp_path / "data/factors/d/reconstruction.parquet").to_pydict()
    assert found == {name: 2 * column.tolist() for name, column in cells.items()}


@given(arrays(float, 5, elements=st.floats(0, 1e100, allow_subnormal=False)))
def test_shortened_numbers_are_close_and_stay(values):
    once = shortened(values)
    np.testing.assert_array_equal(shortened(once), once)
    np.testing.assert_allclose(once, values, rtol=2.0**-27)
