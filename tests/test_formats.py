"""CSV files: exact for our reader, harmless for a spreadsheet."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratings_nmf.files.formats import guarded, read_csv, unguarded, write_csv

LABELS = st.text(
    st.one_of(st.sampled_from("=+-@'\t\r\n;,\"＝＠"), st.characters(exclude_categories=["Cs"])), min_size=1
)  # fmt: skip


@given(LABELS)
def test_guarding_can_be_undone(label):
    assert unguarded(guarded(label)) == label


@given(LABELS)
def test_no_field_starts_a_formula(label):
    """Nor does a part of it, where a spreadsheet splits at a semicolon or a tab."""
    text = guarded(label)
    for part in [text, *text.replace("\t", ";").split(";")]:
        assert not part.startswith(tuple("=+-@\r\n＝＋－＠"))


@given(header=st.lists(LABELS, min_size=1, max_size=4), data=st.data())
def test_what_is_written_is_read(tmp_path_factory, header, data):
    path = tmp_path_factory.mktemp("csv") / "table.csv"
    records = data.draw(st.lists(st.lists(LABELS, min_size=len(header), max_size=len(header)), max_size=4))
    write_csv(path, header, records)
    assert read_csv(path) == (header, records)


def test_none_is_an_empty_field(tmp_path):
    write_csv(tmp_path / "table.csv", ["a", "b"], [[None, 1.5]])
    assert (tmp_path / "table.csv").read_text() == "a,b\n,1.5\n"


@pytest.mark.parametrize("number", [-1.5, -3])
def test_numbers_are_not_guarded(tmp_path, number):
    write_csv(tmp_path / "table.csv", ["=label"], [[number]])
    with (tmp_path / "table.csv").open(newline="") as stream:
        assert list(csv.reader(stream)) == [["'=label"], [str(number)]]
