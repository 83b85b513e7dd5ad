"""What a spreadsheet would take for a formula is guarded in copies that are made for one, and there alone."""

import csv

from hypothesis import given
from hypothesis import strategies as st
from spreadsheets import guarded, main

LABELS = st.text(st.one_of(st.sampled_from("=+-@'\t\r\n;,\"＝＠"), st.characters(codec="utf-8")))


@given(LABELS)
def test_no_field_starts_a_formula_nor_does_a_part_where_a_spreadsheet_splits_it(label):
    text = guarded(label)
    for part in [text, *text.replace("\t", ";").split(";")]:
        assert not part.startswith(tuple("=+@\r\n＝＋－＠")) and (not part.startswith("-") or float(part) <= 0)


def test_copies_lie_as_the_files_do_and_differ_in_guarded_labels_alone(tmp_path):
    source = tmp_path / "data/factors/d/W.csv"
    source.parent.mkdir(parents=True)
    source.write_text("row,component 1\n=1,-1.5\n't Hof,2\n", encoding="utf-8")
    main(tmp_path / "copies", tmp_path / "data")
    with (tmp_path / "copies/factors/d/W.csv").open(newline="") as stream:
        assert list(csv.reader(stream)) == [["row", "component 1"], ["'=1", "-1.5"], ["'t Hof", "2"]]
    assert source.read_text(encoding="utf-8").startswith("row,component 1\n=1")
