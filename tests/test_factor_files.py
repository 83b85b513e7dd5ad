"""Factors survive being written, as CSV where they are small and as Parquet where they are not."""

import numpy as np
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ratings_nmf.core.table import from_dense
from ratings_nmf.files import loadings as files
from ratings_nmf.files.formats import shortened
from ratings_nmf.model.factors import Factors, numbered
from ratings_nmf.model.frame import frame_of

LABELS = ("a, b", "=1", "two\nlines", "ü")


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Write factors in a new folder and return them as written, and where."""
    monkeypatch.chdir(tmp_path)

    def write(*, csv_limit):
        monkeypatch.setattr(files, "CSV_LIMIT", csv_limit)
        draw = np.random.default_rng(0)
        factors = Factors(W=draw.random((4, 2)), H=draw.random((2, 3)), components=numbered(2))
        table = from_dense(np.ones((4, 3)), row_labels=LABELS, column_labels=LABELS[1:], zeros="observed")
        factors = files.as_written(factors)
        files.write("d", table, factors, frame=frame_of(factors, "raw", None), loss_curve=None)
        return factors, tmp_path / "data/factors/d"

    return write


@pytest.mark.parametrize(("csv_limit", "suffix"), [(14, "csv"), (13, "parquet")])
def test_what_was_written_is_read(written, csv_limit, suffix):
    factors, folder = written(csv_limit=csv_limit)
    assert {file.name for file in folder.iterdir()} == {f"W.{suffix}", f"H.{suffix}", "reconstruction.csv"}
    found = files.read("d")
    np.testing.assert_array_equal(found.W, factors.W)
    np.testing.assert_array_equal(found.H, factors.H)
    assert found.components == factors.components


def test_parquet_has_a_line_for_each_label(written):
    factors, folder = written(csv_limit=0)
    W, H = (pyarrow.parquet.read_table(folder / name).to_pydict() for name in ("W.parquet", "H.parquet"))
    assert (W.pop("row"), H.pop("column")) == (list(LABELS), list(LABELS[1:]))
    np.testing.assert_array_equal(list(W.values()), factors.W.T)
    np.testing.assert_array_equal(list(H.values()), factors.H)


def test_a_folder_of_files_is_read_in_the_order_of_their_names(written):
    factors, folder = written(csv_limit=0)
    whole = pyarrow.parquet.read_table(folder / "W.parquet")
    (folder / "W.parquet").unlink()
    (folder / "W.parquet").mkdir()
    for name, part in (("part-00001", whole.slice(3)), ("part-00000", whole.slice(0, 3))):
        pyarrow.parquet.write_table(part, folder / "W.parquet" / f"{name}.parquet")
    found = files.read("d")
    assert found.components == factors.components
    np.testing.assert_array_equal(found.W, factors.W)


@given(arrays(float, 5, elements=st.floats(0, 1e100, allow_subnormal=False)))
def test_shortened_numbers_are_close_and_stay(values):
    once = shortened(values)
    np.testing.assert_array_equal(shortened(once), once)
    np.testing.assert_allclose(once, values, rtol=2.0**-30)
