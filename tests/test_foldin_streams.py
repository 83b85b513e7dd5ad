"""A file of newcomers, however long and in whatever order: the same bytes from blocks of any size, in little memory."""

import csv
import importlib
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.table import from_dense
from ratings_nmf.core.tally import tally_of
from ratings_nmf.files import interim
from ratings_nmf.files import loadings as factor_files
from ratings_nmf.files.loadings import as_written, significant
from ratings_nmf.model.factors import Factors, numbered
from ratings_nmf.model.frame import frame_of
from ratings_nmf.raw import newcomers
from ratings_nmf.raw.layouts import spooled
from ratings_nmf.raw.scan import Limits
from ratings_nmf.recommend.foldin import fold_in, method_of

ROWS, COLUMNS = tuple(f"row {row}" for row in range(12)), tuple(f"column {column}" for column in range(9))


def project(folder, *, layout="triples", zeros="missing", rows=ROWS, columns=COLUMNS, **source):
    """Make a project with one fitted dataset, without running a stage, and go there."""
    draw = np.random.default_rng(7)
    cells = draw.gamma(0.5, 2, (len(rows), 3)) @ draw.gamma(0.5, 2, (3, len(columns))) + 0.1
    table = from_dense(cells, row_labels=rows, column_labels=columns, zeros=zeros)
    factors = Factors(
        W=significant(draw.random((len(rows), 3))),
        H=significant(draw.random((3, len(columns)))),
        components=numbered(3),
    )
    frame = frame_of(factors, "raw", None)
    dataset = {
        "ingest": {"path": "data/raw/t.csv", "layout": layout, "zeros": zeros, **source},
        "survey": {"components": [1, 2], "folds": 0, "restarts": 0},
        "fit": {"n_components": 3, "solver": "native", "form": "raw", "options": OPTIONS[zeros]},
        "evaluate": {"folds": 2},
        "recommend": {"to": "rows", "top": 2},
    }
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)
    Path("params.yaml").write_text(yaml.safe_dump({"seed": 0, "datasets": {"t": dataset}}), encoding="utf-8")
    interim.write("t", [table], tally_of(table).profile)
    with factor_files.writing("t", factors.columns_frame(columns), beside={}, csv=True) as add:
        add(factors.rows_frame(rows), factors.reconstruction_frames(rows, columns))
    return SimpleNamespace(table=table, factors=factors, frame=frame, zeros=zeros)


OPTIONS = {"missing": {"baseline": False, "regularization": 0.1}, "observed": {"regularization": 0.0}}


@pytest.fixture(autouse=True)
def stay_here(monkeypatch):
    monkeypatch.chdir(".")


def run(file, **options):
    """Fold a file in, in this process; return what was written, by kind."""
    done = importlib.import_module("foldin").fold_in("t", Path(file), output=Path("out"), **options)
    written = {path.stem.rpartition("-")[2]: path.read_text(encoding="utf-8") for path in Path("out").iterdir()}
    return done, written


def records(text):
    return list(csv.reader(text.splitlines()))


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """A project whose table is of ratings given as triples."""
    here = Path.cwd()
    folder = tmp_path_factory.mktemp("fitted")
    try:
        return folder, project(folder)
    finally:
        os.chdir(here)


NEW = "ann", "bob", "cid", "dee", "eve"
VALUES = "0", "", "1", "2.5", "4"


@st.composite
def files(draw):
    """Newcomers' side, and lines of newcomer, label (one of them not known) and value, each pair once."""
    side = draw(st.sampled_from(["rows", "columns"]))
    known = COLUMNS if side == "rows" else ROWS
    lines = st.tuples(st.sampled_from(NEW), st.sampled_from([*known, "else"]), st.sampled_from(VALUES))
    first = draw(st.tuples(st.sampled_from(NEW), st.sampled_from(known), st.sampled_from(VALUES)))
    others = draw(st.lists(lines, max_size=40))
    return side, list({line[:2]: line for line in [first, *others]}.values())


@given(files(), st.integers(1, 50), st.integers(1, 4))
def test_whatever_the_order_and_the_blocks_newcomers_get_what_they_would_all_at_once(fitted, file, block, chunk):
    folder, trained = fitted
    side, lines = file
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        parts = [line if side == "rows" else (line[1], line[0], line[2]) for line in lines]
        Path("new.csv").write_text("u,i,r\n" + "".join(",".join(part) + "\n" for part in parts))
        (cells, said), written = run("new.csv", ignore_unknown=True, limits=Limits(lines=block, newcomers=chunk))
    known = COLUMNS if side == "rows" else ROWS
    names = list(dict.fromkeys(line[0] for line in lines))
    dense = np.zeros((len(names), len(known)))
    for name, label, value in lines:
        if label != "else":
            dense[names.index(name), known.index(label)] = float(value or 0)
    table = from_dense(dense, row_labels=tuple(names), column_labels=known, zeros="missing")
    method = method_of(trained.table, solver="native", options=OPTIONS["missing"])
    largest = trained.factors.W.max(axis=0) if side == "rows" else trained.factors.H.max(axis=1)
    loadings = fold_in(table, trained.factors, side=side, frame=trained.frame, method=method)
    loadings = as_written(loadings, largest, csv=True)
    own, other = (
        (trained.factors.W, trained.factors.H.T) if side == "rows" else (trained.factors.H.T, trained.factors.W)
    )
    product = Factors(W=loadings, H=other.T, components=numbered(3)).reconstruction()
    predicted = product.clip(*trained.table.range)
    labels = {label for _, label, _ in lines} - {"else"}
    absent = f"; {len(known) - len(labels)} lines that the file lacks count as not rated"
    assert cells == np.count_nonzero(dense)
    assert said == f"{len(names)} new {side if len(names) > 1 else side[:-1]}" + absent * (len(labels) < len(known))
    if side == "rows":
        assert records(written["W"]) == matrix("row", names, numbered(3), loadings)
        assert records(written["predictions"]) == matrix("row", names, known, predicted)
    else:
        assert records(written["H"]) == matrix("component", numbered(3), names, loadings.T)
        assert records(written["predictions"]) == matrix("row", known, names, predicted.T)
    typical = Factors(W=own.mean(axis=0)[None], H=other.T, components=numbered(3)).reconstruction()
    expected = []
    for name, cells, own_scores in zip(names, dense, product, strict=True):
        scores = own_scores if cells.any() else typical[0]
        best = [item for item in np.argsort(-scores, kind="stable") if not cells[item]][:2]
        flag = "" if cells.any() else "no known cell"
        expected += [[name, str(rank), known[item], flag] for rank, item in enumerate(best, start=1)]
    assert [[*line[:3], line[-1]] for line in records(written["recommendations"])[1:]] == expected


def matrix(corner, labels, header, numbers):
    lines = ([label, *(f"{number:.9g}" for number in line)] for label, line in zip(labels, numbers, strict=True))
    return [[corner, *header], *lines]


@pytest.mark.parametrize("block", [3, 2**24])
@pytest.mark.parametrize("dense", [True, False])
@pytest.mark.parametrize("side", ["rows", "columns"])
def test_a_table_gives_what_its_triples_give(tmp_path, side, dense, block):
    small = {"limits": Limits(lines=block), "dense_limit": 10**6 if dense else 1}
    draw = np.random.default_rng(3)
    shape = (30, 9) if side == "rows" else (12, 30)
    cells = draw.integers(0, 3, shape)
    names = [f"new {number}" for number in range(30)]
    table = pd.DataFrame(cells, index=names if side == "rows" else ROWS, columns=COLUMNS if side == "rows" else names)
    triples = pd.DataFrame([(row, column, table[column][row]) for row in table.index for column in table.columns])
    written = []
    for layout, frame in ("table", table.reset_index()), ("triples", triples.set_axis(["u", "i", "r"], axis=1)):
        project(tmp_path / layout, layout=layout, zeros="observed")
        frame.to_csv("new.csv", index=False)
        written.append(run("new.csv", **small))
        frame.to_parquet("new.parquet", index=False)
        assert run("new.parquet", **small) == written[-1]
    assert written[0] == written[1]
    assert written[0][0] == (np.count_nonzero(cells), f"30 new {side}")
    header, *predictions = records(written[0][1]["predictions"])
    assert len(predictions) == (shape[0] if dense else np.count_nonzero(cells))
    if not dense:
        assert header == ["row", "column", "value", "predicted"]
        assert sorted((row, column, int(value)) for row, column, value, _ in predictions) == sorted(
            tuple(cell) for cell in triples.to_numpy().tolist() if cell[2]
        )


def test_cells_that_stand_twice_are_all_told_and_nothing_is_written(tmp_path):
    project(tmp_path)
    once = [f"{name},column 1,3\n" for name in NEW]
    Path("new.csv").write_text("u,i,r\n" + "".join([*once, "bob,column 2,1\n", once[1], once[4], once[1]]))
    with pytest.raises(InputError) as refused:
        run("new.csv", limits=Limits(lines=2, newcomers=1))
    assert str(refused.value) == (
        "new.csv: row 'bob', column 'column 1' stands 3 times; row 'eve', column 'column 1' stands 2 times; "
        "expected each cell once; to take the last, or `mean` or `sum`: `duplicates: last`"
    )
    assert not list(Path("out").iterdir())
    Path("new.csv").write_text("u,i,r\nrow 1,ann,3\nrow 2,bob,1\nrow 1,ann,1\n")
    with pytest.raises(InputError, match=r"new\.csv: row 'row 1', column 'ann' stands 2 times"):
        run("new.csv", limits=Limits(lines=2, newcomers=1))


@pytest.mark.parametrize(("duplicates", "value"), [("last", 1), ("mean", 2), ("sum", 6)])
def test_lines_for_one_cell_are_combined_however_far_apart(tmp_path, duplicates, value):
    project(tmp_path, duplicates=duplicates)
    others = [f"{name},column 1,3\n" for name in NEW[1:]]
    cell = "ann,column 5,{}\n"
    Path("new.csv").write_text(
        "u,i,r\n" + "".join([cell.format(3), *others, cell.format(2), cell.format(1), cell.format(0)])
    )
    combined = run("new.csv", limits=Limits(lines=2))
    Path("new.csv").write_text("u,i,r\n" + "".join([cell.format(value), *others]))
    assert combined == run("new.csv", limits=Limits(lines=2))


def test_a_newcomer_without_a_known_cell_is_flagged_and_not_refused(tmp_path):
    trained = project(tmp_path)
    Path("new.csv").write_text("u,i,r\nann,column 1,0\n")
    done, written = run("new.csv")
    assert done == (0, "1 new row; 8 lines that the file lacks count as not rated")
    assert written["W"] == "row,component 1,component 2,component 3\nann,0,0,0\n"
    mean = Factors(W=trained.factors.W.mean(axis=0)[None], H=trained.factors.H, components=numbered(3))
    best = np.argsort(-mean.reconstruction()[0], kind="stable")[:2]
    lines = records(written["recommendations"])[1:]
    assert [(line[2], line[-1]) for line in lines] == [(COLUMNS[item], "no known cell") for item in best]


def test_every_bad_cell_is_told_before_anything_is_written(tmp_path):
    project(tmp_path)
    Path("new.csv").write_text("u,i,r\nann,column 1,-1\n" + "ann,column 2,2\n" * 9 + "bob,column 2,x\n")
    with pytest.raises(InputError, match=r"row 'ann', column 'column 1': '-1.*; row 'bob', column 'column 2': 'x' is"):
        run("new.csv", limits=Limits(lines=2))
    assert not Path("out").exists()


@pytest.mark.parametrize("block", [1, 3, 2**24])
def test_who_is_solved_for_together_does_not_depend_on_the_blocks(tmp_path, block):
    limits = Limits(lines=block, newcomers=4)
    source, file = IngestParameters(path="t.csv", layout="triples", zeros="missing"), tmp_path / "new.csv"
    order = *range(9), 2, *range(9, 15), 13
    file.write_text("u,i,r\n" + "".join(f"new {name},column {line % 9},1\n" for line, name in enumerate(order)))
    with spooled(file, source, limits) as (spool, _):
        tables = list(newcomers.tables(spool, file, source, side="rows", known=COLUMNS, many=limits.newcomers))
    labels = [f"new {number}" for number in range(15)]
    assert [list(table.row_labels) for table in tables] == [labels[:4], labels[4:8], labels[8:12], labels[12:]]


MEASURE = """
import sys
from pathlib import Path

import foldin
from ratings_nmf.raw.scan import Limits

limits = Limits(lines=2**16, newcomers=1000)
print(foldin.fold_in("t", Path(sys.argv[1]), output=Path("out"), limits=limits)[0])
# What getrusage says of a child starts at what its parent had
print(next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of one process is told by Linux only")
@pytest.mark.slow
def test_memory_grows_with_the_labels_not_with_the_cells(tmp_path):
    columns = tuple(f"column {column}" for column in range(200))
    project(tmp_path, zeros="observed", columns=columns)
    # Zeros are cells to keep until a newcomer is whole, and nothing to write after
    ending = "#".join(f",{column},{int(column in columns[:2])}\n" for column in columns)
    peaks = []
    for count in 40_000, 100_000:  # buffers of reading fill up to some 140 MB of file, and differ by 60 from run to run
        with Path("new.csv").open("w") as stream:
            stream.write("u,i,r\n")
            stream.writelines(f"#{ending}".replace("#", f"new {number}") for number in range(count))
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, "new.csv"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            capture_output=True,
            text=True,
            check=True,
        )
        cells, peak = map(int, done.stdout.split())
        assert cells == 2 * count
        peaks.append(peak * 1024)
    assert peaks[1] - peaks[0] < 60_000 * 200 * 16, "bytes of a cell: row, column and value"
