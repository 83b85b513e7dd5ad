"""The measurements and pictures of docs/recommending.md, from files of ratings like those that they are made from."""

from pathlib import Path

import films
import numpy as np
import pytest

from test_docs import blocks_of, commands_of, datasets_of

PAGE = Path(__file__).resolve().parent.parent / "docs/recommending.md"


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
def test_the_commands_of_the_page_run_on_files_of_that_form(workspace):
    draw = np.random.default_rng(0)
    for file in ("ml-100k/u1.base", "ml-100k/u1.test", "ml-100k/u2.base", "ml-100k/u2.test", "filmtrust/ratings.txt"):
        rows, columns = np.nonzero(draw.random((110, 105)) < 0.2)
        lines = np.column_stack([rows + 1, columns + 1, draw.integers(1, 6, len(rows))])
        path = workspace.root / file
        path.parent.mkdir(exist_ok=True)
        if path.suffix == ".txt":
            np.savetxt(path, lines, fmt="%d", delimiter=",")
        else:
            np.savetxt(path, np.column_stack([lines, np.zeros(len(rows))]), fmt="%d", delimiter="\t")
    outputs = {}
    for block in [block for block in blocks_of(PAGE) if block.language == "yaml" or "test_films" in block.comment]:
        if block.text.startswith("datasets:"):
            parameters = workspace.params()
            parameters["datasets"] |= datasets_of(block)
            workspace.write_params(parameters)
        for command, shown in commands_of(block):
            outputs[command] = workspace.run("bash", "-c", command).stdout.splitlines(), shown
    lists, on_page = outputs["head -3 data/recommendations/films.csv"]
    assert (len(lists), lists[0]) == (3, on_page[0])
    printed = next(lines for command, (lines, _) in outputs.items() if "tools/films.py" in command)
    assert printed[0].endswith("| u1 | u2 | filmtrust")
    on_page = [
        line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ") and " / " in line
    ]
    assert [line.split(" |")[0] for line in printed[1:4]] == ["most popular", "item-kNN", "EASE"]
    assert len(printed) == 1 + len(on_page) + 2
    assert workspace.git("status", "--porcelain", "docs").split() == [
        *("M", "docs/films-coverage.png"),
        *("M", "docs/films-lists.png"),
    ]
