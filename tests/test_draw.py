"""Rows drawn by hash stand for all rows of a table with more cells than most_cells; blocks of rows join to it."""

import importlib
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest
import yaml

from ratings_nmf.core import params
from ratings_nmf.core.errors import InputError
from ratings_nmf.core.streams import draw_rows
from ratings_nmf.files import interim, loadings

SHAPE = 120, 12
MOST = 400


def test_whether_a_row_is_drawn_depends_on_no_other_row():
    few, many = (draw_rows(count, 4000, most_cells=1000, seed=5) for count in (1000, 1_500_000))
    assert few.rows.tolist() == many.rows[many.rows < 1000].tolist()
    assert abs(len(many.rows) / 1_500_000 - 0.25) < 0.002
    assert draw_rows(1000, 4000, most_cells=1000, seed=6).rows.tolist() != few.rows.tolist()


def test_places_are_those_among_the_drawn_rows():
    found = draw_rows(50, 100, most_cells=40, seed=0)
    places = found.places(np.arange(50))
    assert np.flatnonzero(places >= 0).tolist() == found.rows.tolist()
    assert places[found.rows].tolist() == list(range(len(found.rows)))


def test_a_number_that_draws_no_row_is_refused():
    with pytest.raises(
        InputError, match=r"params.yaml: most_cells: draws none of 3 rows with 900 cells; found 1; give"
    ):
        draw_rows(3, 900, most_cells=1, seed=0)


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """A project of which every stage has run on rows drawn from a table."""
    root = tmp_path_factory.mktemp("films")
    draw = np.random.default_rng(0)
    cells = draw.gamma(0.5, 1, (SHAPE[0], 3)) @ draw.gamma(0.5, 1, (3, SHAPE[1])) + 0.1
    cells *= draw.random(SHAPE) < 0.6
    lines = [
        f"user {row},film {column},{cells[row, column]:.3f}" for row, column in zip(*np.nonzero(cells), strict=True)
    ]
    block = {
        "ingest": {"path": "data/raw/films.csv", "layout": "triples", "zeros": "missing"},
        "survey": {"components": [2, 3], "folds": 2, "restarts": 2},
        "fit": {"n_components": 3, "solver": "native", "form": "canonical", "options": {"regularization": 0.1}},
        "evaluate": {"folds": 2},
        "recommend": {"to": "rows", "top": 3},
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        Path("data/raw").mkdir(parents=True)
        Path("data/raw/films.csv").write_text("\n".join(["user,film,stars", *lines, ""]), encoding="utf-8")
        content = {"seed": 0, "most_cells": MOST, "datasets": {"films": block}}
        Path("params.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
        said = {}
        for stage in ("ingest", "survey", "fit", "evaluate", "recommend", "report"):
            said[stage] = getattr(importlib.import_module(stage), stage)("films")[1]
        said["page"] = importlib.import_module("page").page()[1]
    return root, said


def test_what_is_read_of_drawn_rows_is_what_is_read_of_all(films, monkeypatch):
    monkeypatch.chdir(films[0])
    drawn = interim.draw("films", most_cells=MOST, seed=0)
    table, whole = interim.read("films", draw=drawn), interim.read("films")
    np.testing.assert_array_equal(table.dense(), whole.dense()[drawn.rows])
    assert table.row_labels == tuple(whole.row_labels[row] for row in drawn.rows)
    assert table.column_labels == whole.column_labels
    W = loadings.read("films", draw=drawn)["W"]
    np.testing.assert_array_equal(W, loadings.read("films")["W"][drawn.rows])


@pytest.mark.parametrize("cells", [1, 50, 10**6])
def test_blocks_of_rows_join_to_the_table(films, monkeypatch, tmp_path, cells):
    monkeypatch.chdir(films[0])
    whole, file = interim.read("films"), tmp_path / "cells.parquet"
    content = pyarrow.parquet.read_table(interim.cells_file("films"))
    pyarrow.parquet.write_table(content, file, row_group_size=5)  # fewer cells than a row has
    monkeypatch.setattr(interim, "cells_file", lambda dataset: file)
    tables = list(interim.blocks("films", cells=cells))
    assert (len(tables) > 10) == (cells < 100)
    assert all(table.shape[0] for table in tables)
    assert [label for table in tables for label in table.row_labels] == list(whole.row_labels)
    np.testing.assert_array_equal(np.vstack([table.dense() for table in tables]), whole.dense())


def test_every_result_says_how_many_rows_were_drawn(films, monkeypatch):
    root, said = films
    monkeypatch.chdir(root)
    drawn = str(interim.draw("films", most_cells=MOST, seed=0))
    sentence = f"{drawn.capitalize()} by hash"
    assert drawn.endswith(" of 120 rows")
    for stage in ("survey", "evaluate", "report", "page"):
        assert said[stage].endswith(drawn)
    assert "drawn" not in said["fit"] + said["recommend"]
    for name in ("survey", "heldout"):
        assert json.loads((root / f"reports/metrics/films/{name}.json").read_text())["notes"][0].startswith(sentence)
    assert sentence in (root / "reports/index.html").read_text(encoding="utf-8")


def test_lists_are_for_all_rows(films, monkeypatch):
    monkeypatch.chdir(films[0])
    table = interim.read("films")
    known = np.bincount(table.rows, minlength=SHAPE[0])
    lines = (films[0] / "data/recommendations/films.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert len({line.split(",")[0] for line in lines}) == (known < SHAPE[1]).sum() > 100


def test_test_cells_of_rows_that_were_not_drawn_are_left_out_and_counted(films, monkeypatch):
    monkeypatch.chdir(films[0])
    drawn = interim.draw("films", most_cells=MOST, seed=0).rows
    content = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    content["datasets"]["films"]["evaluate"] = {"test": "data/test/films.csv"}
    lines = [f"user {row},film 0,2" for row in (*drawn[:3], *np.setdiff1d(np.arange(SHAPE[0]), drawn)[:4])]
    Path("data/test").mkdir()
    Path("data/test/films.csv").write_text("\n".join(["user,film,stars", *lines, ""]), encoding="utf-8")
    monkeypatch.setattr(params, "load", lambda: params.parse(content))
    importlib.import_module("evaluate").evaluate("films")
    found = json.loads(Path("reports/metrics/films/heldout.json").read_text(encoding="utf-8"))
    assert (found["cells"], found["undrawn_lines"], found["unknown_cells"]) == (3, 4, 0)


@pytest.mark.parametrize("csv_limit", [10**6, 0])
@pytest.mark.parametrize("to", ["rows", "columns"])
def test_recommendations_do_not_depend_on_how_much_is_in_memory(films, monkeypatch, to, csv_limit):
    monkeypatch.chdir(films[0])
    content = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    content["datasets"]["films"]["recommend"]["to"] = to
    monkeypatch.setattr(params, "load", lambda: params.parse(content))
    importlib.import_module("fit").fit("films", csv_limit=csv_limit)
    written = set()
    for block in (10, 100, 10**6):
        importlib.import_module("recommend").recommend("films", block=block)
        written.add(Path("data/recommendations/films.csv").read_bytes())
    assert len(written) == 1
