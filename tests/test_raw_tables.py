"""The same table comes out of every file that people keep it in."""

import gzip
import re
from unicodedata import normalize

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import read_raw
from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.sections import convert
from ratings_nmf.core.table import from_dense
from ratings_nmf.core.tally import tally_of
from ratings_nmf.raw.scan import LIMITS, MEMORY, Limits


def read_table(path, *, zeros, limits=LIMITS, **changes):
    ingest = IngestParameters(path="t.csv", layout="table", zeros=zeros, **changes)
    return read_raw(path, ingest, limits).table


CELLS = np.array([[5.0, 0.0, 0.25], [0.0, 1200.0, 3.0]])
ROWS, COLUMNS = ("Ann, the first", 'B "b" b'), ("x y", "ü;z", "3")


def text(separator, end="\n", *, quote='"'):
    def field(label):
        return quote + label.replace('"', '""') + quote

    lines = [["", *map(field, COLUMNS)], [field(ROWS[0]), "5", "0", "0.25"], [field(ROWS[1]), "0.0", "1.2e3", "+3."]]
    return end.join(separator.join(line) for line in lines) + end


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", text(",").encode()),
        ("t.csv", text(";").encode()),
        ("t.tsv", text("\t").encode()),
        ("t.csv", text(",", "\r\n").encode()),
        ("t.csv", text(",").encode("utf-8-sig")),
        ("t.csv", text(",").rstrip().encode()),
        ("t.csv", text(",").replace(",5,", ", 5 ,").encode()),
        ("t.csv", text(",", "\n\n").encode()),
        ("t.csv.gz", gzip.compress(text(";").encode(), mtime=0)),
    ],
)
def test_csv_in_every_dress(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    table = read_table(tmp_path / name, zeros="observed")
    assert (table.row_labels, table.column_labels) == (ROWS, COLUMNS)
    np.testing.assert_array_equal(table.dense(), CELLS)


def test_a_given_separator_settles_what_cannot_be_found_out(tmp_path):
    (tmp_path / "t.csv").write_text("p,a;b\n1,2;3\n")
    table = read_table(tmp_path / "t.csv", zeros="observed", separator=";")
    assert (table.row_labels, table.column_labels, table.dense().tolist()) == (("1,2",), ("b",), [[3.0]])


@pytest.mark.parametrize("index", [True, False])
def test_parquet_as_pandas_writes_it(tmp_path, index):
    frame = pd.DataFrame(CELLS, index=pd.Index(ROWS, name="who"), columns=COLUMNS)
    (frame if index else frame.reset_index()).to_parquet(tmp_path / "t.parquet")
    table = read_table(tmp_path / "t.parquet", zeros="observed")
    assert (table.row_labels, table.column_labels) == (ROWS, COLUMNS)
    np.testing.assert_array_equal(table.dense(), CELLS)


def test_zero_and_blank_are_not_rated_under_missing(tmp_path):
    (tmp_path / "t.csv").write_text("p,a,b\nx,0,2\ny,,3\n")
    table = read_table(tmp_path / "t.csv", zeros="missing")
    np.testing.assert_array_equal(table.dense(), [[np.nan, 2.0], [np.nan, 3.0]])


@pytest.mark.parametrize("cells", [1, 6, 2**24])
def test_bad_cells_are_told_by_row_then_column(tmp_path, cells):
    (tmp_path / "t.csv").write_text("p,a,b,c\nx,1,-1,0\ny,-2,3,-3\nz,-4,5,6\n")
    with pytest.raises(InputError) as refused:
        read_table(tmp_path / "t.csv", zeros="missing", limits=Limits(cells=cells))
    assert re.findall(r"'-\d'", str(refused.value)) == ["'-1'", "'-2'", "'-3'", "'-4'"]


def test_a_table_without_zeros_needs_no_meaning_of_zero(tmp_path):
    (tmp_path / "t.csv").write_text("p,a\nx,2\n")
    assert read_table(tmp_path / "t.csv", zeros=None).zeros == "observed"


letters = st.characters(codec="utf-8", exclude_categories=["Cc", "Cf"])
labels = st.text(letters, min_size=1).map(lambda text: normalize("NFC", text.strip())).filter(bool)


@settings(max_examples=30)
@given(st.data())
def test_labels_and_numbers_survive(tmp_path_factory, data):
    rows = data.draw(st.lists(labels, min_size=1, max_size=4, unique=True))
    columns = data.draw(st.lists(labels, min_size=1, max_size=4, unique=True))
    numbers = st.one_of(st.just(0.0), st.floats(1e-100, 1e36))
    cells = [[data.draw(numbers) for _ in columns] for _ in rows]
    cells[0][0] = 1.0
    path = tmp_path_factory.mktemp("table") / "t.csv"
    pd.DataFrame(cells, index=rows, columns=columns).to_csv(path)
    table = read_table(path, zeros="observed", separator=",")
    assert (list(table.row_labels), list(table.column_labels)) == (rows, columns)
    np.testing.assert_array_equal(table.dense(), cells)


def test_profile_names_empty_rows_and_columns():
    cells = np.zeros((30, 3))
    cells[4, 1] = 2.0
    labels = tuple(f"r{row}" for row in range(30))
    described = tally_of(
        from_dense(cells, row_labels=labels, column_labels=("a", "b", "c"), zeros="observed")
    ).profile()
    assert described["empty_row_count"] == 29
    assert described["empty_rows"] == [f"r{row}" for row in range(21) if row != 4]
    assert described["empty_columns"] == ["a", "c"]
    assert (described["minimum"], described["maximum"], described["cells"]) == (0.0, 2.0, 1)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "p,a,b\nx,1\ny,1,2,3\n",
            "line 2 has 2 fields: 'x,1'; line 3 has 4 fields: 'y,1,2,3'; expected 3, as in the first line",
        ),
        ('p,a,b\nx,1,2\n"y,1,2\n', "line 3: a quote is opened and not closed"),
        (b"p,a,b\nx\xff,1,2\n", "line 2: not UTF-8: byte 0xff"),
    ],
)
def test_lines_that_cannot_be_split_are_refused_however_wide(tmp_path, content, said):
    (tmp_path / "t.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=re.escape(said)):
        read_table(tmp_path / "t.csv", zeros="observed")


DRESSES = {
    "unrated": ("p,a,b\nx,99,2\ny,3,-1\n", {"zeros": "missing", "unrated": [99, -1]}),
    "decimal and thousands": ("p;a;b\nx;;2,0\ny;3;\n", {"zeros": "missing", "decimal": ",", "thousands": "."}),
    "encoding": ("p,a,b\nx,,2\ny,3,\n".encode("utf-16"), {"zeros": "missing", "encoding": "utf-16"}),
    "labels": ("p, a ,b\n x,,2\ny ,3,\n", {"zeros": "missing", "labels": "strip"}),
    "skip": (
        "made by hand\np,a,what,b,Total\n# x\nx,0,one,2,2\ny,3,two,,3\nTotal,3,,2,5\n",
        {"zeros": "missing", "skip": {"lines": 1, "comment": "#", "rows": ["Total"], "columns": ["what", "Total"]}},
    ),
}


@pytest.mark.parametrize("dress", DRESSES)
def test_a_word_in_params_mends_the_table(tmp_path, dress):
    content, changes = DRESSES[dress]
    (tmp_path / "t.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    ingest = convert({"path": "t.csv", "layout": "table", "zeros": "missing", **changes}, IngestParameters)
    table = read_raw(tmp_path / "t.csv", ingest).table
    assert (table.row_labels, table.column_labels) == (("x", "y"), ("a", "b"))
    np.testing.assert_array_equal(table.dense(), [[np.nan, 2.0], [3.0, np.nan]])


def test_a_header_may_be_as_long_as_it_likes(tmp_path):
    names = tuple(f"a column with a long name {number}" for number in range(5_000))
    (tmp_path / "t.csv").write_text(",".join(("p", *names)) + "\nx" + ",1" * len(names) + "\n")
    assert read_table(tmp_path / "t.csv", zeros=None).column_labels == names


@pytest.mark.parametrize("packed", [False, True])
def test_too_little_memory_is_told_by_how_to_allow_more(tmp_path, monkeypatch, packed):
    monkeypatch.setenv(MEMORY, "1MB")
    path = tmp_path / "t.csv"
    frame = pd.DataFrame({"who": [f"row {n}" for n in range(40_000)], "tea": np.arange(40_000.0)})
    if packed:
        frame.to_parquet(path, index=False, row_group_size=40_000)
    else:
        frame.to_csv(path, index=False)
    with pytest.raises(InputError, match="more memory is needed") as refused:
        read_table(path, zeros="missing")
    assert str(refused.value).endswith(f"`{MEMORY}=4GB dvc repro`")
