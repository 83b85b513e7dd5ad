"""Sweeps: which experiments stand in which table, what is marked, how wide it is, what failed and what is drawn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratings_nmf.page.changes.experiments import Experiment, experiments
from ratings_nmf.page.changes.sweep_figure import sweep_figure
from ratings_nmf.page.changes.sweep_table import WIDTH, marks, sweeps, to_table

COUNT = "datasets.a.fit.n_components"


def experiment(name, count, *, state="success", error=1.0, **others):
    metrics = {
        "a": {"n_components": count, "relative_error": error / 10, "heldout_rmse": error, "heldout_rmse_se": 0.1}
    }
    parameters = {"seed": 0, COUNT: count, "datasets.b.fit.n_components": 2, **others}
    return Experiment(name=name, state=state, parameters=parameters, metrics=metrics if state != "failed" else {})


HEAD = experiment("main", 3, state="commit")
SWEEP = [
    HEAD,
    experiment("ten", 10, error=1.4),
    experiment("two", 2, error=0.95),
    experiment("again", 3),
    experiment("none", 99, state="failed"),
]


def test_a_table_is_sorted_by_what_was_tried_and_marks_the_best_and_what_is_near():
    (sweep,) = sweeps(SWEEP)
    assert sweep.dataset == "a" and sweep.parameters == (COUNT,)
    head, *lines = [line.split() for line in to_table(sweep).splitlines()]
    assert head == ["experiment", "n_components", "error", "held-out", "error", "time"]
    assert lines == [
        ["two", "2", "0.095", "*", "0.95", "±", "0.1", "*"],
        ["main", "3", "0.1", "1", "±", "0.1", "~"],
        ["again", "3", "0.1", "1", "±", "0.1", "~"],
        ["ten", "10", "0.14", "1.4", "±", "0.1"],
        ["none", "99", "failed"],
    ]


def test_each_dataset_has_a_table_of_what_was_tried_of_it():
    seeded = experiment("seed", 3, seed=1)
    other = experiment("other", 3, **{"datasets.b.fit.n_components": 3})
    found = {sweep.dataset: [line.name for line in sweep.lines] for sweep in sweeps([HEAD, SWEEP[1], other, seeded])}
    assert found == {"a": ["main", "seed", "ten"], "b": ["main", "seed", "other"]}
    assert sweeps([HEAD]) == sweeps([HEAD, experiment("again", 3)]) == []


@given(st.lists(st.text(min_size=1, max_size=200), min_size=1, max_size=8, unique=True), st.integers(1, 12))
def test_a_table_fits_a_terminal_whatever_the_names(names, many):
    tried = [
        experiment(name, 3, **{f"datasets.a.fit.options.{key}": name * 3 for key in range(many)}) for name in names
    ]
    for sweep in sweeps([HEAD, *tried]):
        assert max(map(len, to_table(sweep).splitlines())) <= WIDTH


def test_more_is_better_of_a_ranking():
    assert marks([0.1, 0.3, 0.29, None], [None, 0.02, 0.02, None], less=False) == ["", "*", "~", ""]
    assert marks([None, None], [None, None], less=True) == ["", ""]


def shown(log=None, **executor):
    data = {"params": {"params.yaml": {"data": {"seed": 0}}}, "metrics": {"s.json": {"data": {"a": {"rmse": 1.0}}}}}
    run = {"revs": [{"rev": "b" * 40, "name": "x", "data": data, "error": {"msg": "Experiment run failed"}}]}
    run["executor"] = {"local": {"log": str(log)}, **executor} if executor else None
    return [{"rev": "a" * 40, "name": "main", "data": data, "error": None, "experiments": [run]}]


def test_a_log_tells_the_time_and_why_an_experiment_failed(tmp_path):
    log = tmp_path / "log"
    log.write_text(
        "Running stage 'fit@a-b':\n> python src/fit.py a-b\nfit a-b: 1,000 cells in 1.5 s: 2 components\n"
        "evaluate a-b: 30 cells in 2.0 s: \nrecommend a-b: no memory\nERROR: failed to reproduce 'recommend@a-b'\n"
    )
    commit, failed = experiments(shown(log, state="failed"))
    assert (commit.name, commit.state, commit.metrics) == ("main", "commit", {"a": {"rmse": 1.0}})
    assert (failed.message, failed.seconds, failed.metrics) == ("recommend a-b: no memory", 3.5, {})
    _, lost = experiments(shown(tmp_path / "none", state="failed"))
    assert (lost.message, lost.seconds) == ("Experiment run failed", None)
    _, direct = experiments(shown())
    assert (direct.state, direct.message, direct.metrics) == ("success", "", {"a": {"rmse": 1.0}})


EVIDENCE = [{"n_components": count, "cv_rmse": error} for count, error in [(1, 2.0), (2, 1.0), (3, None)]]


def test_a_figure_has_a_point_for_each_experiment_and_the_survey_beside_them():
    (sweep,) = sweeps(SWEEP)
    heldout, fitted = sweep_figure(sweep, EVIDENCE).axes
    survey, points = heldout.lines[0], heldout.lines[1]
    assert survey.get_xdata().tolist() == [1, 2] and survey.get_ydata().tolist() == [2.0, 1.0]
    assert points.get_xdata().tolist() == [2, 3, 3, 10] and points.get_ydata().tolist() == [0.95, 1.0, 1.0, 1.4]
    assert heldout.collections[-1].get_offsets().tolist() == [[2.0, 0.95]]
    assert heldout.get_xlim() == fitted.get_xlim()


def test_a_figure_of_texts_joins_those_with_the_same_other_parameters():
    form = "datasets.a.fit.form"
    tried = [experiment(f"{text}{count}", count, **{form: text}) for text in ("raw", "new", "odd") for count in (3, 4)]
    (sweep,) = sweeps([experiment("main", 3, state="commit", **{form: "raw"}), *tried])
    heldout, fitted = sweep_figure(sweep, EVIDENCE).axes
    assert [text.get_text() for text in heldout.get_legend().get_texts()] == ["n_components 3", "n_components 4"]
    assert [tick.get_text() for tick in fitted.get_xticklabels()] == ["new", "odd", "raw"]


def test_nothing_is_drawn_where_nothing_was_measured():
    (sweep,) = sweeps([Experiment(**{**vars(HEAD), "metrics": {}}), experiment("none", 99, state="failed")])
    assert sweep_figure(sweep, EVIDENCE) is None


@pytest.mark.slow
def test_two_at_a_time_from_a_queue_of_which_one_fails(workspace):
    for count in (2, 9):
        change = f"datasets.groceries.fit.n_components={count}"
        workspace.dvc("exp", "run", "--queue", "--name", f"groceries-{count}", "-S", change)
    waiting = workspace.stage("sweep")
    assert waiting.returncode == 0 and waiting.stdout.count("queued") == 2
    workspace.dvc("exp", "run", "--run-all", "-j", "2", check=False)
    done = workspace.stage("sweep")
    assert (done.returncode, done.stderr) == (1, "sweep: 1 experiment failed: groceries-9\n")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[2][:3] == ["groceries-2", "2", "0.2484"] and lines[2][4] == "±"
    assert lines[4] == ["groceries-9", "9", "failed"]
    assert (
        "groceries-9 failed: fit groceries: params.yaml: datasets.groceries.fit.n_components: expected 1 to 5"
        in done.stdout
    )
    assert (workspace.root / "sweep/groceries.png").stat().st_size > 10_000
    assert workspace.git("status", "--porcelain") == ""
    assert workspace.stage("sweep", "nothing").stderr.startswith("sweep: 'nothing' is no revision")


@pytest.mark.slow
def test_an_experiment_that_no_worker_has_is_given_up_by_its_name(workspace):
    workspace.dvc("exp", "run", "--queue", "--name", "groceries-4", "-S", "datasets.groceries.fit.n_components=4")
    broker = workspace.root / ".dvc/tmp/exps/celery/broker"
    (message,) = (broker / "in").glob("*.celery.msg")
    message.rename(broker / "processed" / message.name)  # as a worker leaves it that went in this moment
    assert "Running" in workspace.dvc("queue", "status")
    (said,) = workspace.stage("sweep").stderr.splitlines()
    assert said.endswith("Running without a worker: `dvc queue kill NAME`")
    workspace.dvc("queue", "kill", "groceries-4")
    assert "Failed" in workspace.dvc("queue", "status")
    workspace.dvc("exp", "run", "--run-all")  # waits for nothing
    assert workspace.stage("sweep").stderr == "sweep: 1 experiment failed: groceries-4\n"
