"""Tables of 1 × 1 to 6 × 6 through every stage: what is over an empty set is not measured, and nothing fails."""

import math

import numpy as np
import pytest

from examples import table_of
from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import SurveyParameters
from ratings_nmf.core.tally import tally_of
from ratings_nmf.core.words import fit_warnings, list_warnings
from ratings_nmf.figures.bars import component_bars, recommendation_figure
from ratings_nmf.figures.curves import survey_figure
from ratings_nmf.figures.gallery import consensus_figure, heatmaps
from ratings_nmf.figures.sources import Sources
from ratings_nmf.holdout import evaluation
from ratings_nmf.holdout.trial import Model
from ratings_nmf.model.frame import frame_of
from ratings_nmf.model.metrics import fit_metrics
from ratings_nmf.page.html import describe
from ratings_nmf.recommend import foldin, search
from ratings_nmf.recommend.recommendations import Spread
from ratings_nmf.solvers.factorize import factorize
from ratings_nmf.survey.comparison import compare

QUICK = {"tol": 1e-3, "max_iter": 20}

SHOWN = 15
"""Every 15th table is drawn and described as well, which takes 20 times as long as all the rest."""


def drawn(number, zeros):
    """A table with a cell above 0, a count of components that fits it, and a number of folds."""
    draw = np.random.default_rng(number)
    shape = draw.integers(1, 7, 2)
    cells = draw.integers(1, 6, shape) * (draw.random(shape) < draw.choice([0.1, 0.5, 0.8, 1.0]))
    cells[draw.integers(shape[0]), draw.integers(shape[1])] = draw.integers(1, 6)
    return table_of(cells, zeros), int(draw.integers(1, shape.min() + 1)), int(draw.choice([0, 2, 3, 5]))


def measured(content):
    """What a stage measured, all of whose numbers are finite: what was not measured is None."""
    numbers = [content]
    while numbers:
        number = numbers.pop()
        if isinstance(number, dict | list):
            numbers += number.values() if isinstance(number, dict) else number
        assert not isinstance(number, float) or math.isfinite(number), content
    return content


def unless_refused(function, *arguments, **options):
    """What a stage makes of a table, or None where it says what its user can mend."""
    try:
        return function(*arguments, **options)
    except InputError as error:
        assert ": " in str(error)
        return None


def evaluated(table, count, folds, to="rows"):
    model = Model(solver="native", n_components=count, options=QUICK)
    heldout = measured(evaluation.over_folds(table, model, folds=folds, seed=0, to=to))
    measured(evaluation.summary(heldout))
    return heldout


def on_own_cells(table, count, number):
    """What heldout.json says of two cells or more of the user's own, some under labels that the table lacks."""
    draw = np.random.default_rng(number)
    places = draw.integers(-1, np.array(table.shape)[:, None], (2, int(draw.integers(2, 7)))).astype(np.int32)
    cells = tuple(places), draw.integers(1, 6, places.shape[1]).astype(float)
    model = Model(solver="native", n_components=count, options=QUICK)
    return measured(evaluation.on_test_cells(table, cells, model, seed=0, to="columns" if number % 2 else "rows"))


def surveyed(table, count, folds):
    plan = SurveyParameters(components=list(range(1, count + 1)), folds=folds, restarts=2)
    found = compare(table, plan, options=QUICK, seed=0, jobs=1)
    measured(found.evidence)
    content = {"choice": found.choice.n_components, "consensus": found.consensus_count, "reason": found.choice.reason}
    content |= {"parts": found.parts.n_components, "parts_reason": found.parts.reason}
    return found.evidence, content | {"rules": found.suggestions}, found.consensus


def check(number, zeros):
    table, count, folds = drawn(number, zeros)
    described = measured(tally_of(table).profile())
    survey = unless_refused(surveyed, table, count, folds)
    heldout = unless_refused(evaluated, table, count, folds, to="rows" if number % 2 else "columns")
    unless_refused(on_own_cells, table, count, number)
    solver = "sklearn" if zeros == "observed" and number % 3 == 0 else "native"
    solved = unless_refused(factorize, table, n_components=count, solver=solver, options={"tol": 1e-3}, seed=0)
    if not solved:
        return
    frame = frame_of(solved.factors, "canonical", None)
    factors = frame.arranged(solved.factors)
    fit = {"n_components": count, "n_iter": solved.n_iter, "converged": True, **fit_metrics(table, factors)}
    measured(fit)
    method = foldin.method_of(table, solver=solver, options={})
    for side, newcomers in (("rows", table), ("columns", table.transposed())):
        lists = search.recommend(factors, table, to=side, top=3)
        spread = Spread()
        spread.add(lists)
        measured(spread.summary(parts=factors.parts))
        numbers = lists.predicted, lists.levels, lists.gives, lists.rests
        assert all(np.isfinite(each).all() for each in numbers)
        assert np.isfinite(foldin.fold_in(newcomers, factors, side=side, frame=frame, method=method)).all()
    if number % SHOWN or not survey or not heldout:
        return
    heatmaps("tiny", table, factors, profile=described, fit_lines=fit_warnings(fit, heldout))
    component_bars("tiny", table, factors)
    recommendation_figure("tiny", table, factors, lists, to="columns", warnings=list_warnings(heldout))
    evidence, content, consensus = survey
    survey_figure("tiny", evidence, content, fitted=1)
    if consensus:
        consensus_figure("tiny", consensus, content, table.column_labels)
    sources = Sources(
        name="tiny", parameters={}, table=table, profile=described, factors=factors, fit=fit,
        loss_curve=solved.loss_curve, evidence=evidence, survey={**content, "notes": []}, heldout=heldout,
        recommendations=lists, to="columns",
    )  # fmt: skip
    assert "nan" not in str(describe(sources))


@pytest.mark.parametrize("zeros", ["observed", "missing"])
def test_every_stage_of_tables_drawn_by_chance(zeros):
    for number in range(100):
        try:
            check(number, zeros)
        except Exception as error:
            error.add_note(f"table {number}")
            raise


LIKED_BY_FEW = [[5, 3, 0, 1, 4], [4, 0, 2, 1, 5], [1, 1, 5, 4, 0], [0, 2, 4, 5, 1], [3, 3, 1, 0, 2], [2, 4, 0, 3, 5]]


def test_a_fold_without_a_cell_that_was_liked():
    found = evaluated(table_of(LIKED_BY_FEW, "missing"), 2, 5)
    assert found["folds"] == 5 and all(0 <= line["ndcg"] <= 1 for line in found["lists"].values())


def test_no_fold_with_a_cell_that_was_liked_is_not_measured():
    found = evaluated(table_of([[0, 1, 4], [2, 2, 0]], "missing"), 1, 2)
    assert "lists" not in found
    assert found["notes"] == ["lists: not measured; no held-out cell is worth finding"]


def test_the_only_cell_above_zero_held_out():
    evaluated(table_of([[0, 0], [0, 3]], "observed"), 1, 2)


@pytest.mark.parametrize("zeros", ["observed", "missing"])
@pytest.mark.parametrize("folds", [0, 2])
def test_rows_drawn_of_which_no_cell_is_above_zero(zeros, folds):
    table = table_of(np.zeros((4, 3)), zeros)
    unless_refused(surveyed, table, 2, folds)
    unless_refused(evaluated, table, 2, folds)
