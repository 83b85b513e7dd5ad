"""Bad input gets one line that says where, what, and how to mend it; exit code 1; nothing is written."""

import importlib
import json

import pytest

from ratings_nmf.core import stage

RAW = "data/raw/groceries.csv"


@pytest.fixture
def project(reproduced, tmp_path, monkeypatch):
    """A project with raw, interim and factor files of `groceries` only, to run stages of in this process."""
    for name in ("params.yaml", RAW, "src/ingest.py"):
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes((reproduced.root / name).read_bytes())
    for name, content in reproduced.artifacts().items():
        if name.startswith("data/interim/groceries"):
            place = tmp_path / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def message(project, monkeypatch, capsys):
    """Run a stage and return the one line it ends with."""

    def run(name, dataset="groceries"):
        before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
        monkeypatch.setattr("sys.argv", [str(project / f"src/{name}.py"), dataset])
        with pytest.raises(SystemExit) as ended:
            stage.run(getattr(importlib.import_module(name), name))
        text = str(ended.value)
        assert "\n" not in text
        assert text.startswith(f"{name} {dataset}: ")
        assert capsys.readouterr().out == ""
        assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before
        return text.removeprefix(f"{name} {dataset}: ")

    return run


def change(project, old, new):
    file = project / "params.yaml"
    text = file.read_text(encoding="utf-8")
    head, groceries = text.split("  groceries:", 1)
    assert old in groceries
    file.write_text(f"{head}  groceries:{groceries.replace(old, new, 1)}", encoding="utf-8")


def test_a_bad_table(project, message):
    (project / RAW).write_text("p,a\nx,-1\n")
    assert message("ingest").startswith(f"{RAW}: row 'x', column 'a': '-1' is negative; ")


def test_bad_cells_come_in_one_go_up_to_twenty(project, message):
    (project / RAW).write_text("p,a\n" + "".join(f"r{line},-{line}\n" for line in range(1, 31)))
    text = message("ingest")
    assert text.count("is negative") == 20
    assert "; and 10 more; expected" in text


@pytest.mark.parametrize(
    ("stage_name", "old", "new", "said"),
    [
        ("ingest", RAW, "../table.csv", "datasets.groceries.ingest.path: '../table.csv' leaves the repository"),
        ("ingest", RAW, "/table.csv", "datasets.groceries.ingest.path: '/table.csv' leaves the repository"),
        ("ingest", "zeros: observed", "zeros: no", "datasets.groceries.ingest.zeros: expected one of: 'missing', 'obs"),
        ("ingest", "layout:", "lay-out:", "datasets.groceries.ingest.lay-out: unknown key; expected one of: path, lay"),
        (
            "ingest",
            "zeros:",
            "columns: [a, b, c]\n      zeros:",
            "columns: only `layout: triples` takes it; take it out",
        ),
        ("ingest", "table", "triples\n      columns: [a, b]", "columns: expected three different names, or three num"),
        ("ingest", "table", "triples\n      columns: [1, 0, 2]", "columns: expected three different names, or three n"),
        ("ingest", "table", "triples\n      columns: [a, 1, b]", "columns: expected three different names, or three n"),
        ("ingest", "table", "triples\n      duplicates: first", "duplicates: expected one of: 'last', 'mean', 'sum' o"),
        (
            "fit",
            "solver: sklearn\n      form: raw\n      options: {}",
            "solver: native\n      options: {depth: 3, regularization: 1}",
            "depth",
        ),
        (
            "fit",
            "n_components: 3",
            "n_components: 0",
            "fit.n_components: expected a whole number of 1 or more or one of",
        ),
        ("fit", "n_components: 3", "n_components: 6", "fit.n_components: expected 1 to 5; found 6; the table has 5 r"),
        (
            "fit",
            "n_components: 3",
            "n_components: '3'",
            "fit.n_components: expected a whole number of 1 or more or one of: 'auto', 'parts'; found '3'",
        ),
        (
            "fit",
            "n_components: 3",
            "n_components: 2.5",
            "fit.n_components: expected a whole number of 1 or more or one of: 'auto', 'parts'; found 2.5",
        ),
        (
            "fit",
            "n_components: 3",
            "n_components: yes",
            "fit.n_components: expected a whole number of 1 or more or one of: 'auto', 'parts'; found true",
        ),
        ("fit", "n_components:", "components:", "fit.components: unknown key; expected one of: n_components, solver"),
        ("fit", "      n_components: 3\n", "", "datasets.groceries.fit.n_components: missing; add this key"),
        ("fit", "solver: sklearn", "solver: sk", "datasets.groceries.fit.solver: expected one of:"),
        ("fit", "      options: {}\n", "", "datasets.groceries.fit.options: missing; add this key"),
        ("fit", "options: {}", "options: 3", "datasets.groceries.fit.options: expected a block of keys and values; fo"),
        (
            "fit",
            "options: {}",
            "options: {steps: 3}",
            "fit.options.steps: unknown key; expected one of: init, solver",
        ),
        ("fit", "options: {}", "options: {max_iter: no}", "fit.options.max_iter: expected a whole number of 1 or more"),
        ("fit", "options: {}", "options: {init: custom}", "datasets.groceries.fit.options.init: expected one of: 'n"),
        ("fit", "  groceries:", "  Groceries:", "datasets.Groceries: expected a name of a-z, 0-9, _ and - that start"),
        ("fit", "  groceries:", "  1e3:", "found 1000.0; rename it: `table-1000-0:`"),
        ("fit", "  groceries:", "  '1e3':", "DVC reads this one as a number; rename it: `table-1e3:`"),
        ("fit", "  groceries:", "  2024:", "found 2024; rename it: `table-2024:`"),
        ("fit", "  groceries:", "  food:", "datasets: no dataset named 'groceries'; known: ratings, food"),
        ("fit", "    fit:", "    fit: [", "not valid YAML; expected"),
        ("survey", "[1, 2, 3, 4]", "[]", "survey.components: expected counts of 1 or more, each once, by rising count"),
        ("survey", "[1, 2, 3, 4]", "[3, 2]", "survey.components: expected counts of 1 or more, each once, by rising c"),
        ("survey", "[1, 2, 3, 4]", "[0, 2]", "survey.components: expected counts of 1 or more, each once, by rising c"),
        ("survey", "[1, 2, 3, 4]", "[4, 6]", "survey.components: expected 1 to 5; found 6; the table has 5 rows and 6"),
        (
            "survey",
            "folds: 5, r",
            "folds: 1, r",
            "survey.folds: expected 0, which turns this part off, or 2 to 32767 (o",
        ),
        ("survey", "folds: 5, r", "folds: -2, r", "survey.folds: expected 0, which turns this part off, or 2 to 32767"),
        ("survey", "folds: 5, r", "folds: 31, r", "datasets.groceries.survey.folds: expected 0, or 2 to"),
        ("survey", "folds: 5, r", "folds: no, r", "survey.folds: expected 0, which turns this part off, or 2 to 3"),
        ("survey", "restarts: 20", "restarts: 1", "survey.restarts: expected 0, which turns this part off, or 2 to 1"),
        ("survey", ", restarts: 20", "", "datasets.groceries.survey.restarts: missing; add this key"),
        ("survey", "[1, 2, 3, 4]", "[1, 1]", "survey.components: expected counts of 1 or more, each once, by rising c"),
        (
            "evaluate",
            "evaluate: {folds: 5}",
            "evaluate: {}",
            "evaluate.folds: expected either `test`, a file of cells, or `fo",
        ),
        (
            "evaluate",
            "evaluate: {folds: 5}",
            "evaluate: {folds: 5, test: data/test/a.csv}",
            "give one of them, such as `folds: 5`",
        ),
        (
            "evaluate",
            "evaluate: {folds: 5}",
            "evaluate: {folds: 1}",
            "evaluate.folds: expected 0, which turns this part ",
        ),
        (
            "evaluate",
            "evaluate: {folds: 5}",
            "evaluate: {folds: 99}",
            "datasets.groceries.evaluate.folds: expected 0, or",
        ),
        (
            "evaluate",
            "evaluate: {folds: 5}",
            "evaluate: {test: ../a.csv}",
            "evaluate.test: '../a.csv' is not below data/t",
        ),
        (
            "evaluate",
            "n_components: 3",
            "n_components: 9",
            "datasets.groceries.fit.n_components: expected 1 to 5; foun",
        ),
        (
            "fit",
            "options: {}",
            "options: {}\n      names: [a, b]",
            "fit.names: expected 3 names, one for each component; found 2: a, b",
        ),
        (
            "fit",
            "options: {}",
            "options: {}\n      names: [a, b, a]",
            "each once or nothing; found ['a', 'b', 'a']; for example `names: [comedy, drama]`",
        ),
        (
            "fit",
            "options: {}",
            "options: {}\n      names: [a, b, ' ']",
            "fit.names: expected names, none blank, each once or nothing; found ['a', 'b', ' ']",
        ),
        (
            "fit",
            "options: {}",
            "options: {}\n      names: [a, b, row baseline]",
            "fit.names: 'row baseline' heads a column of W or H already; choose another",
        ),
        (
            "fit",
            "options: {}",
            "options: {}\n      names: [a, column, b]",
            "fit.names: 'column' heads a column of W or H already; choose another",
        ),
        (
            "fit",
            "options: {}",
            "options: {}\n      names: bread",
            "or nothing; found 'bread'; for example `names: [comedy, drama]`",
        ),
        ("recommend", "top: 3", "top: 0", "recommend.top: expected a whole number of 1 or more; found 0"),
        ("recommend", "top: 3", "top: 1.5", "recommend.top: expected a whole number of 1 or more; found 1.5"),
        (
            "recommend",
            "to: columns",
            "to: people",
            "recommend.to: expected one of: 'columns', 'rows'; found 'people'; for example `to: rows`",
        ),
        ("recommend", "to: columns, ", "", "datasets.groceries.recommend.to: missing; add this key"),
    ],
)
def test_bad_parameters(project, message, stage_name, old, new, said):
    file = project / "params.yaml"
    text = file.read_text(encoding="utf-8")
    head, groceries = text.split("  groceries:", 1)
    changed = f"  groceries:{groceries}".replace(old, new, 1)
    assert changed != f"  groceries:{groceries}"
    file.write_text(head + changed, encoding="utf-8")
    answer = message(stage_name)
    assert answer.startswith("params.yaml: ")
    assert said in answer


def test_missing_parameters(project, message):
    (project / "params.yaml").unlink()
    assert message("fit").startswith("params.yaml: no such file")


@pytest.mark.parametrize(
    ("stage_name", "first"),
    [("fit", "ingest"), ("survey", "ingest"), ("evaluate", "ingest"), ("recommend", "fit"), ("report", "fit")],
)
def test_missing_artifact_names_the_stage_to_run(project, message, stage_name, first):
    if first == "ingest":
        for file in (project / "data/interim/groceries").iterdir():
            file.unlink()
        (project / "data/interim/groceries").rmdir()
    assert f"no such file; make it with `dvc repro {first}@groceries`" in message(stage_name)


@pytest.mark.parametrize("stage_name", ["fit", "evaluate"])
def test_auto_needs_a_choice(project, message, stage_name):
    change(project, "n_components: 3", "n_components: auto")
    assert "choice.json: no such file; make it with `dvc repro survey@groceries`" in message(stage_name)
    place = project / "reports/metrics/groceries/choice.json"
    place.parent.mkdir(parents=True)
    place.write_text('{"n_components": null, "options": {}, "parts": 2}')
    expected = "auto: the survey does not tell; reports/metrics/groceries/survey.json says why; give a number"
    assert message(stage_name).endswith(f"datasets.groceries.fit.n_components: {expected}")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no such file"),
        ("product,person,count\nbread,John,1\n", "found 1 cells to predict; expected two or more"),
        ("product,person,count\nbread,John,x\ntea,Al,2\n", "row 'bread', column 'John': 'x' is not a number"),
    ],
)
def test_bad_test_file(project, message, content, said):
    change(project, "evaluate: {folds: 5}", "evaluate: {test: data/test/cells.csv}")
    (project / "data/test").mkdir()
    if content is not None:
        (project / "data/test/cells.csv").write_text(content)
    text = message("evaluate")
    assert text.startswith("data/test/cells.csv: ") and said in text


def test_unknown_labels_of_a_test_file_are_counted_listed_and_predicted(project, monkeypatch):
    change(project, "evaluate: {folds: 5}", "evaluate: {test: data/test/cells.csv}")
    (project / "data/test").mkdir()
    lines = ["bread,John,1", "tea,John,0", "tea,Zoe,2", "coffee,Ida,1", "coffee,Greg,0"]

    def evaluated(lines):
        (project / "data/test/cells.csv").write_text("product,person,count\n" + "\n".join(lines) + "\n")
        _, outcome = importlib.import_module("evaluate").evaluate("groceries")
        return json.loads((project / "reports/metrics/groceries/heldout.json").read_text()), outcome

    found, outcome = evaluated(lines)
    assert (found["cells"], found["unknown_cells"]) == (5, 3)
    assert found["unknown_labels"] == 3
    assert outcome.endswith("Unknown labels, first 20: row 'tea', column 'Zoe', column 'Ida'")
    assert "Unknown" not in evaluated(["bread,John,1", "coffee,Greg,0"])[1]


def test_a_real_run_says_one_line_and_no_traceback(workspace):
    (workspace.root / RAW).write_text("p,a\nx,-1\n")
    done = workspace.stage("ingest", "groceries")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        f"ingest groceries: {RAW}: row 'x', column 'a': '-1' is negative; "
        "expected finite numbers of 0 or more, with a decimal point; "
        "if it means that a cell was not rated: `zeros: missing`, `unrated: [-1]`"
    ]
    shown = workspace.dvc("repro", "ingest@groceries", check=False)
    assert "is negative" in shown
    assert "Traceback" not in shown


def test_an_interrupted_stage_says_so_in_one_line(project, monkeypatch):
    def interrupted(dataset):
        raise KeyboardInterrupt

    monkeypatch.setattr("sys.argv", [str(project / "src/fit.py"), "groceries"])
    with pytest.raises(SystemExit, match=r"^fit groceries: interrupted; nothing half-written is left$"):
        stage.run(interrupted)


@pytest.mark.parametrize(
    ("script", "arguments", "said"),
    [
        ("fit", [], "python src/fit.py [-h] DATASET: the following arguments are required: DATASET"),
        ("fit", ["a", "b"], "python src/fit.py [-h] DATASET: unrecognized arguments: b"),
        ("page", ["groceries"], "python src/page.py [-h]: unrecognized arguments: groceries"),
    ],
)
def test_wrong_arguments_are_one_line_that_says_how_to_call_the_script(monkeypatch, capsys, script, arguments, said):
    monkeypatch.setattr("sys.argv", [f"src/{script}.py", *arguments])
    with pytest.raises(SystemExit) as ended:
        stage.run(getattr(importlib.import_module(script), script))
    assert (ended.value.code, capsys.readouterr().err) == (2, f"usage: {said}\n")


@pytest.mark.parametrize("script", ["ingest", "survey", "fit", "evaluate", "recommend", "report", "page"])
def test_every_stage_says_what_it_does_when_asked(monkeypatch, capsys, script):
    monkeypatch.setattr("sys.argv", [f"src/{script}.py", "--help"])
    module = importlib.import_module(script)
    with pytest.raises(SystemExit, match=r"^0$"):
        stage.run(getattr(module, script))
    assert " ".join(module.__doc__.split()) in " ".join(capsys.readouterr().out.split())
