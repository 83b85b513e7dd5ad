"""CSV files hold labels as they are, for our reader and for pandas."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratings_nmf.files.columns import Coded
from ratings_nmf.files.formats import append_columns, append_frame, read_labels, read_numbers, write_labels

ODD = (
    "'t Hof",
    "=SUM(A1)",
    "a, b",
    'say "hi"',
    "two\nlines",
    "one\r",
    "\r\n",
    " space ",
    "NA",
    "null",
    "nan",
    "007",
    "",
)
LABELS = st.one_of(
    st.sampled_from(ODD),
    st.text(st.one_of(st.sampled_from("=+-@'\t\r\n;,\""), st.characters(codec="utf-8", exclude_characters="\0"))),
)
NUMBERS = st.sampled_from([0.0, 1.0, 0.1, 1e-100, 1e100, 123456789.0, 1.23456789e-7])


@given(st.data(), st.lists(LABELS, min_size=1, max_size=4), st.lists(LABELS, max_size=4))
def test_a_table_is_read_as_it_was_written(tmp_path_factory, data, columns, index):
    """By our reader, and by pandas as people call it, but for the labels that pandas itself takes for missing ones."""
    path = tmp_path_factory.mktemp("csv") / "table.csv"
    line = st.lists(NUMBERS, min_size=len(columns), max_size=len(columns))
    numbers = np.array([data.draw(line) for _ in index]).reshape(len(index), len(columns))
    append_frame(path, pd.DataFrame(numbers, index=pd.Index(index, name="row", dtype=str), columns=columns))
    names, found = read_numbers(path)
    assert names == tuple(columns)
    np.testing.assert_array_equal(found, numbers)
    labels = pd.read_csv(path, index_col=0, header=None, dtype=str, keep_default_na=False, skip_blank_lines=False)
    assert labels.index.tolist() == ["row", *index]
    assert labels.iloc[0].tolist() == columns


@given(st.lists(LABELS))
def test_labels_are_read_as_they_were_written(tmp_path_factory, labels):
    path = tmp_path_factory.mktemp("csv") / "rows.csv"
    write_labels(path, "row", labels)
    assert list(read_labels(path)) == labels
    plain = pd.read_csv(path, dtype=str, keep_default_na=False, skip_blank_lines=False)
    assert plain["row"].tolist() == labels


@given(st.lists(st.tuples(LABELS, NUMBERS, st.integers(0, 9)), min_size=1))
def test_long_columns_are_written_as_pandas_reads_them(tmp_path_factory, lines):
    path = tmp_path_factory.mktemp("csv") / "list.csv"
    labels, floats, integers = (list(part) for part in zip(*lines, strict=True))
    texts = Coded(np.arange(len(lines), dtype=np.int32), labels)
    append_columns(path, {"a": texts, "b": np.array(floats), "c": np.array(integers)})
    found = pd.read_csv(path, dtype={"a": str}, keep_default_na=False)
    assert found["a"].tolist() == labels
    np.testing.assert_allclose(found["b"], floats, rtol=1e-15)
    assert found["c"].tolist() == integers


def test_what_is_not_known_is_an_empty_field(tmp_path):
    append_frame(tmp_path / "table.csv", pd.DataFrame({"a": [None, 2.0], "b": [1.5, None]}))
    assert (tmp_path / "table.csv").read_text() == "a,b\n,1.5\n2,\n"


def test_a_label_looks_in_a_file_as_it_is(tmp_path):
    append_frame(tmp_path / "W.csv", pd.DataFrame([[1.0]], index=pd.Index(["'t Hof"], name="row"), columns=["=1"]))
    assert (tmp_path / "W.csv").read_bytes() == b"row,=1\n't Hof,1\n"


@pytest.mark.parametrize("label", ODD[:-1])
def test_pandas_reads_the_label(tmp_path, label):
    """An index of labels that look like numbers, or like nothing, is for pandas to guess: dtype, keep_default_na."""
    append_frame(
        tmp_path / "W.csv", pd.DataFrame([[1.0], [2.0]], index=pd.Index([label, "x"], name="row"), columns=["y"])
    )
    found = pd.read_csv(tmp_path / "W.csv", index_col=0, keep_default_na=False)
    assert found.index.tolist() == [label, "x"]
