"""What may be wrong with a table that can be read is noted, with its remedy, and nothing else is."""

import json
from pathlib import Path

import numpy as np
import pytest

from examples import table_of
from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.sections import convert
from ratings_nmf.core.table import from_dense
from ratings_nmf.core.tally import tally_of
from ratings_nmf.raw import notes as noting


def notes(table, **ingest):
    ingest = {"path": "t.csv", "layout": "table", "zeros": table.zeros} | ingest
    return noting.notes(tally_of(table), convert(ingest, IngestParameters), Path("t.csv"))


RATINGS = np.random.default_rng(0).integers(1, 6, (20, 8)).astype(float)


def test_a_plain_table_gets_no_note():
    assert notes(table_of(RATINGS)) == []
    assert notes(table_of([[1.0, 2.0], [2.0, 1.0]])) == []
    assert notes(table_of([[1.0]])) == []


def test_a_frequent_value_far_off_all_others_is_noted():
    marked = np.where(np.random.default_rng(1).random(RATINGS.shape) < 0.3, 99.0, RATINGS)
    (note,) = notes(table_of(marked, "missing"))
    times = int((marked == 99).sum())
    assert note == (
        f"99 stands {times} times, and the next largest value is 5; if it means that a cell was not rated: "
        "`unrated: [99]`"
    )


@pytest.mark.parametrize("side", ["row", "column"])
def test_a_total_is_noted(side):
    cells = RATINGS if side == "row" else RATINGS.T
    whole = np.vstack([cells, cells.sum(axis=0)])
    whole = whole if side == "row" else whole.T
    label = f"{side[0]}{len(cells)}"
    assert notes(table_of(whole)) == [
        f"{side} {label!r} is the sum of the others; if it sums them up: `skip: {{{side}s: [{label}]}}`"
    ]


def test_labels_that_differ_by_case_are_noted():
    table = from_dense(RATINGS[:3, :2], row_labels=("ann", "Bob", "Ann"), column_labels=("x", "y"), zeros="observed")
    assert notes(table) == [
        "row labels differ by case only: 'ann' and 'Ann'; if they are one: "
        r"""`sed -i -E 's/(^|[,;|\t"])Ann([,;|\t"]|\r?$)/\1ann\2/g' t.csv`"""
    ]


@pytest.mark.parametrize(
    ("labels", "note"),
    [
        (
            ("“a b”", "“c d”"),
            """row labels stand between “ and ”; if these are meant as double quotes: `sed -i -E 's/[“”]/"/g' t.csv`""",
        ),
        (
            (",tea,1\n", "ann"),
            "row label ',tea,1\\n' holds more than one line; if a quote was opened by mistake, to take all out: "
            """`sed -i -E 's/"//g' t.csv`""",
        ),
        (
            ("ab", "a\u200db"),
            "row labels look alike: 'ab' and 'a\\u200db'; if they are one: `path: new-t.csv` after `python -c 'import "
            'sys, unicodedata; sys.stdout.write("".join(letter for letter in unicodedata.normalize("NFKC", '
            'sys.stdin.read()) if unicodedata.category(letter) not in ("Cf", "Mn")))\' < t.csv > new-t.csv`',
        ),
    ],
)
def test_labels_that_are_hardly_meant_are_noted(labels, note):
    table = from_dense(RATINGS[:2, :2], row_labels=labels, column_labels=("x", "y"), zeros="observed")
    assert notes(table) == [note]


def test_notes_stand_in_the_profile_and_on_the_stages_line(workspace, in_process):
    (workspace.root / "data/raw/groceries.csv").write_text("p,a,b,c\nx,1,2,1\ny,3,4,2\nTotal,4,6,3\n")
    in_process(workspace, "ingest")
    profile = json.loads(Path("data/interim/groceries/profile.json").read_text(encoding="utf-8"))
    assert len(profile["notes"]) == 1
    assert profile["notes"][0].startswith("row 'Total' is the sum of the others")
