"""Whatever stands in params.yaml or in a file of held-out cells: refused in one line of our own words, and at once."""

import re
from pathlib import Path

import numpy as np
import pytest
import yaml

from examples import table_of
from ratings_nmf.core import params
from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import IngestParameters
from ratings_nmf.raw.newcomers import read_unseen
from test_hostile import LIBRARIES

GOOD = """seed: 0
datasets:
  a:
    ingest: {path: data/raw/a.csv, layout: table, zeros: missing}
    survey: {components: [1, 2], folds: 2, restarts: 3}
    fit: {n_components: 2, solver: native, options: {}}
    evaluate: {folds: 4}
    recommend: {to: rows, top: 1}
"""
BOMB = "x: [&a0 [1, 1], " + ", ".join(f"&a{n + 1} [*a{n}, *a{n}]" for n in range(40)) + "]"
FILES = {
    "tab": (GOOD.replace("    survey", "\tsurvey"), "line 5, column 1: not valid YAML"),
    "indent": (GOOD.replace("    survey", "   survey"), "line 5, column 4: not valid YAML"),
    "bracket": (GOOD.replace("[1, 2]", "[1, 2"), "line 5, column "),
    "quote": (GOOD.replace("data/raw/a.csv", '"data'), "not valid YAML"),
    "colon": (GOOD.replace("seed: 0", "seed: 0: 1"), "line 1, column 8: not valid YAML"),
    "key twice": (GOOD.replace("seed: 0", "seed: 0\nseed: 1"), "line 2, column 1: the key 'seed' stands twice"),
    "key twice inside": (
        GOOD.replace("zeros: missing", "zeros: missing, zeros: observed"),
        "the key 'zeros' stands twice",
    ),
    "dataset twice": (GOOD + GOOD.split("datasets:\n")[1], "the key 'a' stands twice"),
    "no date": (
        GOOD.replace("folds: 4", "folds: 2026-13-45"),
        "line 7, column 23: a date, or a number, that cannot be",
    ),
    "long number": (GOOD.replace("seed: 0", "seed: " + "9" * 5000), "line 1, column 7: a date, or a number, that"),
    "large number": (GOOD.replace("folds: 4", "folds: 99999999999999999999"), "datasets.a.evaluate.folds: expected"),
    "many restarts": (GOOD.replace("restarts: 3", "restarts: 1000000000"), "survey.restarts: expected 0, which turns"),
    "infinite": (GOOD.replace("top: 1", "top: .inf"), "datasets.a.recommend.top: expected a whole number"),
    "deep": (GOOD.replace("{}", "[" * 5000 + "]" * 5000), "nested too deep; expected"),
    "bomb": (GOOD.replace("seed: 0", f"seed: 0\n{BOMB}"), "x: unknown key; expected one of"),
    "bomb as a value": (f"seed: {BOMB[3:]}\n" + GOOD.partition("\n")[2], "seed: expected a whole number"),
    "control": (GOOD.replace("data/raw", "data\x1braw"), "it holds a control character"),
    "NUL in a path": (GOOD.replace("data/raw/a.csv", '"data/\\0"'), "ingest.path: expected a path without control"),
    "escape in a path": (GOOD.replace("data/raw/a.csv", '"data/\\e[31m"'), "ingest.path: expected a path without"),
    "empty path": (GOOD.replace("data/raw/a.csv", '""'), "ingest.path: expected a path"),
    "Latin-1": (GOOD.replace("seed: 0", "seed: 0 # café").encode("latin-1"), "line 1: not UTF-8"),
    "tag": (GOOD.replace("seed: 0", "seed: !!python/object:os.system 0"), "line 1, column 7: not valid YAML"),
    "unknown alias": (GOOD.replace("seed: 0", "seed: *other"), "line 1, column 7: not valid YAML"),
    "two documents": (GOOD + "---\n" + GOOD, "not valid YAML"),
    "list as a key": (GOOD.replace("seed: 0", "? [a]\n: 0"), "line 1, column 3: not valid YAML"),
    "text": ("some words", "expected a block with the keys seed, datasets"),
    "nothing": ("", "expected a block with the keys seed, datasets"),
    "long text": (GOOD.replace("table", "x" * 100_000), "ingest.layout: expected one of"),
}


@pytest.mark.parametrize("kind", FILES)
def test_params_yaml_is_refused_in_words_of_our_own(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    content, words = FILES[kind]
    Path("params.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as refused:
        params.load()
    said = str(refused.value)
    assert said.startswith("params.yaml: ")
    assert words in said
    assert len(said) < 600
    assert said.isprintable()
    assert not LIBRARIES.search(said.replace("not valid YAML", ""))


WRONG = [None, True, -1, 0.5, "", "x", [], {}, [[]], "2026-01-01", 10**30, "\u202e", [None], {"x": 1}]
PATHS = [
    ("seed",), ("most_cells",), ("datasets",), ("datasets", "a"),
    *(("datasets", "a", section) for section in ("ingest", "survey", "fit", "evaluate", "recommend")),
    *(("datasets", "a", "ingest", key) for key in IngestParameters.__struct_fields__),
    *(("datasets", "a", "ingest", "skip", key) for key in ("lines", "comment", "rows", "columns")),
    *(("datasets", "a", "survey", key) for key in ("components", "folds", "restarts")),
    *(("datasets", "a", "fit", key) for key in ("n_components", "solver", "options", "form", "names")),
    *(("datasets", "a", "recommend", key) for key in ("to", "top")),
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS, ids=".".join)
@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_a_value_of_any_type_is_taken_or_refused_by_its_path(path, value):
    document = yaml.safe_load(GOOD)
    block = document
    for key in path[:-1]:
        block = block.setdefault(key, {})
    block[path[-1]] = value
    try:
        params.parse(document)
    except InputError as error:
        said = str(error)
        assert said.startswith(f"params.yaml: {'.'.join(path)}")
        assert re.search("expected|missing|unknown|leaves|takes", said)
        assert said.isprintable()


@pytest.mark.parametrize(("name", "mark"), params.SEPARATOR_NAMES.items())
def test_the_name_of_a_separator_is_answered_with_what_is_written_for_it(name, mark):
    document = yaml.safe_load(GOOD)
    document["datasets"]["a"]["ingest"]["separator"] = name
    with pytest.raises(InputError, match="expected one of") as refused:
        params.parse(document)
    assert yaml.safe_load(re.findall("`(.*?)`", str(refused.value))[-1]) == {"separator": mark}


FOLDS = "mend it or, to hold out cells of the table itself, put in place of `test`: `folds: 5`"
TABLE = table_of(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 1.0]]))


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (
            "u,i,r\nr0,c0,1\nr1,c0,2\nr0,c0,3\n",
            f"row 'r0', column 'c0' stands 2 times; expected each cell once; {FOLDS}",
        ),
        (
            "who,c0,c1\nr0,1,2\nr1,3,4\n",
            "no cell has labels of the table: column '1'; column '3'; expected a cell a line, such as 'r0', 'c0', 1; "
            f"{FOLDS}",
        ),
        (
            "u,i,r\nr0,c0,1\n",
            f"found 1 cells to predict; expected two or more, for a standard error; {FOLDS}",
        ),
    ],
)
def test_a_file_of_cells_held_out_that_is_none_is_refused(content, line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text(content)
    with pytest.raises(InputError) as refused:
        read_unseen(Path("t.csv"), TABLE, IngestParameters(path="t.csv", layout="table", zeros="observed"))
    assert str(refused.value) == f"t.csv: {line}"
