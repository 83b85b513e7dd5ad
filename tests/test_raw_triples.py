"""Cells given one a line: every separator, named and numbered columns, and duplicates."""

import gzip
from unicodedata import normalize

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import read_raw
from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import IngestParameters
from ratings_nmf.raw.scan import LIMITS, Limits

LINES = [("ann", "tea", "5", "1"), ("bob", "ham", "2.5", "2"), ("ann", "ham", "1e0", "3"), ("cid", "tea", "0", "4")]
HEADER = ("user", "item", "rating", "time")


def read(path, limits=LIMITS, **changes):
    source = IngestParameters(**{"path": "t.csv", "layout": "triples", "zeros": "missing", **changes})
    return read_raw(path, source, limits).table


def values_by_labels(table):
    return {
        (table.row_labels[row], table.column_labels[column]): value
        for row, column, value in zip(table.rows, table.columns, table.values, strict=True)
    }


def text(separator, *, header=True, end="\n"):
    return "".join(separator.join(line) + end for line in ([HEADER] if header else []) + LINES)


@pytest.mark.parametrize(
    ("name", "content", "changes"),
    [
        ("t.csv", text(","), {}),
        ("t.csv", "\ufeff" + text(";", end="\r\n"), {}),
        ("t.csv", text("\t"), {"columns": ["user", "item", "rating"]}),
        ("t.csv", text(",", header=False), {"columns": [1, 2, 3]}),
        ("t.dat", text("::", header=False), {"columns": [1, 2, 3], "separator": "::"}),
        ("t.dat", text("::"), {"separator": "::"}),
        ("t.csv", text("|"), {"separator": "|"}),
        ("t.csv", text(" "), {"separator": " "}),
        ("t.csv", text(",") + "\n", {}),
        ("t.csv.gz", text(","), {}),
    ],
)
def test_every_dress_gives_the_same_table(tmp_path, name, content, changes):
    data = content.encode()
    (tmp_path / name).write_bytes(gzip.compress(data, mtime=0) if name.endswith("gz") else data)
    table = read(tmp_path / name, **{"columns": [*HEADER[:3]], **changes})
    assert (table.row_labels, table.column_labels) == (("ann", "bob", "cid"), ("tea", "ham"))
    assert values_by_labels(table) == {("ann", "tea"): 5.0, ("ann", "ham"): 1.0, ("bob", "ham"): 2.5}


@pytest.mark.parametrize("columns", [["user", "item", "rating"], [1, 2, 3]])
def test_parquet(tmp_path, columns):
    frame = pd.DataFrame({"user": [7, 7, 8], "item": ["a", "b", "a"], "rating": [1, 2, 3], "time": [0, 0, 0]})
    frame.to_parquet(tmp_path / "t.parquet")
    assert values_by_labels(read(tmp_path / "t.parquet", columns=columns)) == {
        ("7", "a"): 1,
        ("7", "b"): 2,
        ("8", "a"): 3,
    }


def test_columns_in_another_order(tmp_path):
    (tmp_path / "t.csv").write_text("rating,x,item,user\n4,?,tea,ann\n")
    assert values_by_labels(read(tmp_path / "t.csv", columns=["user", "item", "rating"])) == {("ann", "tea"): 4.0}


@pytest.mark.parametrize(("duplicates", "value"), [("last", 4.0), ("mean", 3.0), ("sum", 9.0)])
def test_duplicates_are_combined_as_asked(tmp_path, duplicates, value):
    (tmp_path / "t.csv").write_text("u,i,r\na,x,2\nb,y,1\na,x,3\na,x,4\na,x,0\n")
    table = read(tmp_path / "t.csv", duplicates=duplicates)
    assert values_by_labels(table) == {("a", "x"): value, ("b", "y"): 1.0}


letters = st.characters(codec="utf-8", exclude_categories=["Cc", "Cf"])
labels = st.text(letters, min_size=1).map(lambda text: normalize("NFC", text.strip())).filter(bool)


@settings(max_examples=30)
@given(st.dictionaries(st.tuples(labels, labels), st.floats(1e-100, 1e36), min_size=1, max_size=20))
def test_cells_survive_in_any_order(tmp_path_factory, cells):
    path = tmp_path_factory.mktemp("triples") / "t.csv"
    frame = pd.DataFrame([(row, column, value) for (row, column), value in cells.items()], columns=["u", "i", "r"])
    frame.to_csv(path, index=False)
    table = read(path, separator=",")
    assert values_by_labels(table) == cells
    assert list(table.row_labels) == list(dict.fromkeys(row for row, _ in cells))
    places = table.rows.astype(np.int64) * len(table.column_labels) + table.columns
    assert np.all(np.diff(places) > 0)


BLOCKS = (
    '"u",i,r\n"a\nb",x,1\n"c ""d""",y,2\n"",z,3\ne,x,nan\n\n"f",x,0.5\ng,y,\n',
    "u,i,r\n" + "".join(f"row {n % 7},column {n // 7},{n % 5 + 1}\n" for n in range(60)),
    "u,i,r\na,x,1\nb,y,2\n\xff,z,3\n",
    "u,i,r\na,x,1\nb,y\nc,z,3,4\nd,x,1\n",
)


@pytest.mark.parametrize("content", BLOCKS)
@pytest.mark.parametrize("size", [1, 7, 20, 64])
def test_how_many_lines_come_together_changes_nothing(tmp_path, content, size):
    path = tmp_path / "t.csv"
    path.write_bytes(content.encode("latin-1"))

    def outcome(limits):
        try:
            table = read(path, limits, separator=",")
        except InputError as error:
            return str(error)
        return table.row_labels, table.column_labels, values_by_labels(table)

    assert outcome(Limits(lines=size)) == outcome(LIMITS)


def test_an_index_of_a_frame_comes_first(tmp_path):
    frame = pd.DataFrame({"user": ["a", "b"], "item": ["x", "y"], "rating": [1.0, 2.0]})
    frame.groupby(["user", "item"]).rating.mean().to_frame().to_parquet(tmp_path / "t.parquet")
    assert values_by_labels(read(tmp_path / "t.parquet")) == {("a", "x"): 1.0, ("b", "y"): 2.0}
