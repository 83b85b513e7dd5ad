"""Recommendations survive being written and read, whatever the labels."""

import numpy as np
import pytest

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.table import from_dense
from ratings_nmf.files import lists as files
from ratings_nmf.files.loadings import significant
from ratings_nmf.model.factors import Factors, numbered
from ratings_nmf.recommend.recommendations import Recommendations, sides
from ratings_nmf.recommend.search import recommend

ODD = ("'a, b", 'say "hi"', "two\nlines", "no known cell", "", "NA", "=3")


@pytest.mark.parametrize("to", ["rows", "columns"])
@pytest.mark.parametrize("full", [False, True])
def test_read_what_was_written(tmp_path, monkeypatch, to, full):
    monkeypatch.chdir(tmp_path)
    draw = np.random.default_rng(5)
    cells = np.ones((7, 7)) if full else (draw.random((7, 7)) < 0.3) * 1.0
    cells[3] *= full
    cells[:, 3] *= full
    table = from_dense(cells, row_labels=ODD, column_labels=ODD[::-1], zeros="missing")
    factors = Factors(W=draw.random((7, 2)), H=draw.random((2, 7)), components=numbered(2))
    given = recommend(factors, table, to=to, top=3)
    receivers, items = sides(table, to=to)
    names = {"receivers": receivers, "items": items, "components": factors.components}
    files.write("d", [given.to_columns(**names)])
    found = Recommendations.from_columns(files.read("d"), **names)
    for part in ("receivers", "ranks", "items", "parts", "cold"):
        np.testing.assert_array_equal(getattr(found, part), getattr(given, part))
    for part in ("predicted", "levels", "gives", "rests"):
        np.testing.assert_array_equal(getattr(found, part), significant(getattr(given, part)))
    blank = items.index("")  # which no table of the user's has: a known item that is none is read as this
    np.testing.assert_array_equal(found.telling, np.where(given.telling < 0, blank, given.telling))
    assert found.item_count == 7
    assert given.cold[3] != full


def test_before_they_are_written_the_stage_to_run_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="make it with `dvc repro recommend@d`"):
        files.read("d")


def test_of_columns_that_are_not_there_one_is_named_and_the_stage_to_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data/recommendations").mkdir(parents=True)
    columns = [*files.TEXTS, *(name for name in files.NUMBERS if name not in ("beyond", *files.BOUNDS))]
    (tmp_path / "data/recommendations/d.csv").write_text(",".join(columns) + "\n")
    with pytest.raises(InputError, match=r"no column 'beyond'.*make it anew with `dvc repro recommend@d`"):
        files.read("d")
