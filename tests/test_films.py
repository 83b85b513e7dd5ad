"""The measurements and pictures of docs/recommending.md, from files of ratings like those that they are made from."""

import films
import numpy as np
import pytest


def test_pairs_that_the_same_people_like_are_coherent():
    likes = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
    assert films.coherence(likes, [np.array([0, 1])]) == pytest.approx(1.0)
    assert films.coherence(likes, [np.array([0, 2])]) == -1.0
    assert films.coherence(likes, [np.array([0, 1]), np.array([0, 2])]) == pytest.approx(0.0)


def test_low_ratings_count_like_none_and_are_given():
    known = np.array([[7.0, 3.0, 5.0], [7.0, 4.0, 1.0], [2.0, 3.0, 4.0]])
    table, ((rows, columns), values) = films.split_of(known, np.array([[2.0, 9.0, 3.0], [7.0, 9.0, 4.0]]), 4)
    assert (table.row_labels, table.column_labels) == (("2", "7"), ("3", "4", "9"))
    np.testing.assert_array_equal(table.dense(), [[1, 0, 0], [1, 0, 0]])
    assert [part.tolist() for part in table.aside] == [[1], [1]]
    assert (rows.tolist(), columns.tolist(), values.tolist()) == ([0, 1], [2, 2], [0.0, 1.0])


@pytest.mark.slow
def test_folds_give_tables_and_two_pictures(tmp_path, monkeypatch, capsys):
    draw = np.random.default_rng(0)
    for name in ("u1.base", "u1.test", "u2.base", "u2.test"):
        rows, columns = np.nonzero(draw.random((110, 105)) < 0.2)
        lines = np.column_stack([rows + 1, columns + 1, draw.integers(1, 6, len(rows)), np.zeros(len(rows))])
        np.savetxt(tmp_path / name, lines, fmt="%d", delimiter="\t")
    monkeypatch.setattr("sys.argv", ["films.py", str(tmp_path), "--pictures", str(tmp_path)])
    films.main()
    printed = capsys.readouterr().out.splitlines()
    assert [line.partition(" |")[0] for line in printed[1:4]] == ["most popular", "item-kNN", "EASE"]
    assert len(printed) == 10
    assert sorted(path.name for path in tmp_path.glob("*.png")) == ["films-coverage.png", "films-lists.png"]
