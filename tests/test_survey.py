"""The evidence is what its formulas say, its streams are independent, and the choice finds planted ranks."""

from dataclasses import replace
from itertools import combinations, permutations, product

import numpy as np
import pytest
from scipy.cluster.hierarchy import cophenet, linkage
from scipy.spatial.distance import squareform
from sklearn.metrics import silhouette_score
from sklearn.metrics.pairwise import cosine_similarity

from examples import expression, planted, table_of
from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import SurveyParameters
from ratings_nmf.core.streams import derived_seed, stream
from ratings_nmf.core.table import RatingsTable
from ratings_nmf.holdout.evaluation import score
from ratings_nmf.holdout.folds import make_folds
from ratings_nmf.holdout.ranking import figures, find
from ratings_nmf.holdout.targets import sought
from ratings_nmf.holdout.trial import Model, fit_to_rest, standard_error, training
from ratings_nmf.model.factors import matched
from ratings_nmf.solvers.factorize import factorize
from ratings_nmf.survey import consensus, rules, spectrum
from ratings_nmf.survey.comparison import ENOUGH, compare
from ratings_nmf.survey.completion import above_held_out, completed
from ratings_nmf.survey.evidence import COLUMNS, LISTS, Setting, held_out, held_out_of_lists, shuffled
from ratings_nmf.survey.penalty import search

OPTIONS = {"tol": 1e-4, "regularization": 0.05}


def noisy(rank, shape, zeros):
    draw = np.random.default_rng(1)
    cells = planted(shape, rank, spread=0.5)[2]
    cells = np.maximum(cells + draw.normal(0, 0.1 * cells.std(), shape), 1e-6)
    return table_of(cells if zeros == "observed" else cells * (draw.random(shape) < 0.7), zeros)


def survey_of(table, counts=(1, 2, 3), folds=3, number=3, **more):
    plan = SurveyParameters(components=list(counts), folds=folds, restarts=number)
    return compare(table, plan, options=OPTIONS, seed=0, **more)


@pytest.fixture(scope="module", params=["observed", "missing"])
def surveyed(request):
    table = noisy(2, (20, 12), request.param)
    return table, survey_of(table)


def test_adding_a_count_or_a_restart_changes_no_other_number(surveyed):
    table, found = surveyed
    more = survey_of(table, counts=(1, 2, 3, 4))
    assert more.evidence[:3] == found.evidence
    fewer = survey_of(table, number=2)
    for name in ("cv_rmse", "cv_rmse_se", "cv_gap_se", "cv_mae"):
        assert [line[name] for line in fewer.evidence] == [line[name] for line in found.evidence]
    assert all(few["rss"] >= many["rss"] for few, many in zip(fewer.evidence, found.evidence, strict=True))
    again = survey_of(table, folds=0)
    for name in ("rss", "cophenetic", "silhouette", "stability", "shuffled_rss"):
        assert [line[name] for line in again.evidence] == [line[name] for line in found.evidence]


def test_the_number_of_threads_changes_nothing(surveyed):
    table, found = surveyed
    for jobs in (1, 3):
        assert survey_of(table, jobs=jobs).evidence == found.evidence


def test_streams_differ_by_purpose_and_numbers():
    keys = [("a", 1, 2), ("b", 1, 2), ("a", 2, 1), ("a", 1, 2, 0)]
    assert len({stream(0, *key).random() for key in keys}) == len({derived_seed(0, *key) for key in keys}) == 4
    assert stream(0, "a", 1).random() != stream(1, "a", 1).random()


def test_held_out_errors_against_the_obvious_way(surveyed):
    table, found = surveyed
    folds = make_folds(table, folds=3, seed=0, purpose="cross-validation")
    known = table.dense()
    errors = {count: np.full(table.shape, np.nan) for count in (1, 2, 3)}
    for count, fold in product(errors, folds.numbers):
        cells, _ = folds.held_out(fold)
        seed = derived_seed(0, "survey fold", count, fold)
        fit = factorize(table, n_components=count, solver="native", options=OPTIONS, seed=seed, held_out=cells)
        rest = known.copy()
        rest[cells] = np.nan
        ends = (np.nanmin(rest), np.nanmax(rest)) if table.zeros == "missing" else (0.0, np.inf)
        errors[count][cells] = known[cells] - (fit.factors.W @ fit.factors.H).clip(*ends)[cells]
    rmse = {count: np.sqrt(np.nanmean(each**2)) for count, each in errors.items()}
    line, best = found.evidence[0], min(rmse, key=rmse.get)
    assert line["cv_rmse"] == pytest.approx(rmse[1]) and line["cv_mae"] == pytest.approx(np.nanmean(np.abs(errors[1])))
    rows = [index for index in range(table.shape[0]) if not np.isnan(errors[1][index]).all()]
    without = []  # the jackknife over rows, which the formula is the linear part of
    for row in rows:
        rest = [other for other in rows if other != row]
        pair = [np.sqrt(np.nanmean(errors[count][rest] ** 2)) for count in (1, best)]
        without.append((pair[0], pair[0] - pair[1]))
    jackknife = np.sqrt((len(rows) - 1) * np.var(without, axis=0))
    assert (line["cv_rmse_se"], line["cv_gap_se"]) == pytest.approx(jackknife, rel=0.3)
    assert found.evidence[best - 1]["cv_gap_se"] == 0


@pytest.mark.parametrize("enough", [ENOUGH, 1])
def test_sampled_fits_are_held_to_the_cells_that_count_as_evaluate_does(surveyed, enough):
    table, found = surveyed
    options = {"chains": 2, "samples": 4, "burn_in": 30, "thinning": 2}
    sampled = survey_of(table, sampled=options, enough=enough)
    folds = make_folds(table, folds=3, seed=0, purpose="cross-validation").first(enough)
    assert len(folds.numbers) == (1 if enough == 1 else 3)
    for line in sampled.evidence:
        model = Model(n_components=line["n_components"], solver="bayes", options=options)
        seeds = {fold: derived_seed(0, "survey fold", model.n_components, fold) for fold in folds.numbers}
        each = [score(table, folds.held_out(fold), model, seed=seed, to="rows") for fold, seed in seeds.items()]
        assert line["cv_rmse"] == pytest.approx(np.sqrt(np.mean(np.hstack([one.errors[0] for one in each]) ** 2)))
    alike = [{name: line[name] for name in ("rss", "stability", "shuffled_rss")} for line in found.evidence]
    assert alike == [{name: line[name] for name in alike[0]} for line in sampled.evidence]


def test_where_parts_too_many_do_no_harm_the_least_error_decides():
    evidence = lines(n_components=[5, 10, 20], cv_rmse=[0.91, 0.905, 0.906], cv_gap_se=[0.01, 0.0, 0.01])
    counts = [rules.to_predict(evidence, table=whole(), least=least) for least in (False, True)]
    assert [choice.n_components for choice in counts] == [5, 10]
    assert counts[1].reason == "10 has the least error on held-out cells (RMSE 0.905)."


def test_the_penalty_suits_the_table_and_the_default_stays_where_it_is_as_good(surveyed):
    table, _ = surveyed
    plan = SurveyParameters(components=[1, 2, 3], folds=3, restarts=0)
    found = compare(table, plan, options={}, seed=0)
    errors = [line["cv_rmse"] for line in found.penalties.values()]
    assert min(line["cv_rmse"] for line in found.evidence) <= errors[0]
    if table.zeros == "missing":
        assert found.options["regularization"] < 1 and not found.options["baseline"]  # no levels were planted
        assert min(errors) < 0.6 * errors[0]
        again = compare(table, plan, options=found.options, seed=0)
        assert again.evidence == found.evidence and again.options == {} and len(again.penalties) == 1


def test_where_every_cell_counts_and_most_are_0_a_large_penalty_is_tried_and_suits():
    draw = np.random.default_rng(0)
    table = table_of(draw.integers(1, 6, (80, 60)) * (draw.random((80, 60)) < 0.03), "observed")
    found = compare(table, SurveyParameters(components=[10], folds=3, restarts=0), options={}, seed=0)
    assert [*found.penalties] == ["0", "0.05", "0.25", "1", "4", "16"]
    errors = {name: line["cv_rmse"] for name, line in found.penalties.items()}
    assert found.options["regularization"] > 1 and min(errors.values()) < errors["1"] < 0.1 * errors["0"]


def taken(noise):
    """A table for lists: four groups of rows each take columns of their own and, by noise, those that all take."""
    draw = np.random.default_rng(0)
    groups = np.kron(np.eye(4), np.ones((30, 30)))
    chance = noise * draw.permutation(1 / np.arange(1.0, 121) ** 0.7) + (1 - noise) * 0.5 * groups
    return table_of((draw.random((120, 120)) < chance).astype(float), 0.1)


@pytest.mark.parametrize(("noise", "counts", "suits"), [(1.0, [4, 8], 0.08), (0.3, [4], None)])
def test_lists_decide_on_the_penalty_where_cells_count_by_a_weight(noise, counts, suits):
    table = taken(noise)
    plan = SurveyParameters(components=counts, folds=3, restarts=0)
    found = compare(table, plan, options={}, seed=0)
    ndcg = {name: line["ndcg"] for name, line in found.penalties.items()}
    penalty = found.options.get("regularization", 0.02)
    assert penalty == suits if suits else ndcg[f"{penalty:g}"] >= ndcg["0.02"]
    assert [*ndcg] == ["0.02", "0.005", "0.01", "0.04", "0.08"]
    if suits:  # nothing but how often a column is taken
        assert max(ndcg, key=ndcg.get) == f"{suits:g}" and ndcg[f"{suits:g}"] > 1.05 * ndcg["0.02"]
        turned = compare(table.transposed(), plan, options={}, seed=0, to="columns")
        assert turned.options == found.options
    assert compare(table, plan, options={"regularization": 0.02}, seed=0).penalties.keys() == {"0.02"}


@pytest.mark.parametrize("to", ["rows", "columns"])
def test_lists_of_held_out_cells_are_measured_as_evaluate_does(to):
    table, setting = taken(0.3), Setting(options={}, seed=0, jobs=1)
    folds = make_folds(table, folds=3, seed=0, purpose="cross-validation")
    found = held_out_of_lists(table, folds, [2, 4], setting, to=to)
    scores = []
    for fold in folds.numbers:
        known = training(table, folds.held_out(fold)[0])
        model = Model(n_components=4, solver="native", options={})
        factors = fit_to_rest(known, model, seed=derived_seed(0, "survey lists", 4, fold))
        scores.append(find(factors, sought(known, folds.held_out(fold), to=to), to=to, penalty=1.0))
    expected = figures(scores)["lists"]["factors"]
    few, line = found.lines()
    assert (line["ndcg"], line["ndcg_se"]) == pytest.approx((expected["ndcg"], expected["ndcg_se"]))
    paired = found.moves[1] - found.moves[0]
    assert (line["ndcg_gap_se"], few["ndcg_gap_se"]) == pytest.approx((0.0, standard_error(paired)))


def test_a_table_for_lists_is_predicted_with_the_count_that_lists_best():
    found = compare(taken(0.3), SurveyParameters(components=[1, 2, 4, 8], folds=3, restarts=0), options={}, seed=0)
    assert [*found.evidence[0]] == ["n_components", *LISTS, *COLUMNS[1:]] == [*found.evidence_frame()]
    assert all(line["ndcg"] > 0 and line["cv_rmse"] > 0 for line in found.evidence)
    assert found.choice.n_components == found.suggestions["one_standard_error"] == 4
    assert "quality of lists on held-out cells (NDCG@10 " in found.choice.reason


def test_lists_decide_on_the_count_where_the_evidence_has_them():
    evidence = lines(n_components=[5, 10, 20, 40], cv_rmse=[0.4, 0.5, 0.6, 0.7], cv_gap_se=[0.0, 0.01, 0.01, 0.01])
    assert rules.to_predict(evidence, table=whole()).n_components == 5
    for line, ndcg, error in zip(evidence, (0.2, 0.29, 0.3, 0.25), (0.02, 0.012, 0.0, 0.02), strict=True):
        line |= {"ndcg": ndcg, "ndcg_gap_se": error}
    assert rules.to_predict(evidence, table=whole()).reason == (
        "10 is the smallest count whose quality of lists on held-out cells (NDCG@10 0.29) is within one standard error "
        "of the difference (0.012) of the highest (0.3, at 20)."
    )
    evidence[1]["ndcg_gap_se"] = 0.009
    best = rules.to_predict(evidence, table=whole())
    assert best.reason == "20 has the highest quality of lists on held-out cells (NDCG@10 0.3)."


def test_penalties_are_told_apart_by_the_first_folds_that_hold_enough_cells(surveyed):
    table, _ = surveyed
    folds = make_folds(table, folds=3, seed=0, purpose="cross-validation")
    setting = Setting(options={}, seed=0, jobs=1)
    held, penalties = search(table, folds, (1, 2), setting, to="rows", enough=1)
    one = held_out(table, replace(folds, numbers=(0,)), (1, 2), setting)
    assert next(iter(penalties.values()))["cv_rmse"] == one.scores.min()
    assert one.cells.sum() == np.sum(folds.fold == 0)
    assert held.scores.tolist() == held_out(table, folds, (1, 2), held.setting).scores.tolist()


def test_restarts_are_the_solvers_own_from_a_random_start(surveyed):
    table, found = surveyed
    fits = [
        factorize(
            table,
            n_components=2,
            solver="native",
            options=OPTIONS,
            seed=derived_seed(0, "survey restart", 2, run),
            start="random",
        ).factors
        for run in range(3)
    ]
    known = table.dense()
    residuals = [np.nansum((known - factors.reconstruction()) ** 2) for factors in fits]
    assert found.evidence[1]["rss"] == pytest.approx(min(residuals))
    alike = consensus.agreement([factors.H[: factors.parts] for factors in fits])
    assert (found.evidence[1]["stability"], found.evidence[1]["weakest"]) == pytest.approx(alike)


def test_a_fit_does_not_see_the_cells_held_out(surveyed):
    table, _ = surveyed
    folds = make_folds(table, folds=3, seed=0, purpose="cross-validation")
    (rows, columns), _ = folds.held_out(0)
    cells = table.dense()
    cells[rows, columns] *= 7.0
    other = table_of(np.nan_to_num(cells), table.zeros)
    given = [
        factorize(each, n_components=2, solver="native", options=OPTIONS, seed=0, held_out=(rows, columns)).factors
        for each in (table, other)
    ]
    np.testing.assert_allclose(given[0].reconstruction(), given[1].reconstruction(), rtol=1e-6)


def test_cophenetic_is_scipys():
    draw = np.random.default_rng(0)
    matrix = consensus.consensus([draw.integers(0, 3, 12) for _ in range(5)])
    condensed = squareform(1 - matrix, checks=False)
    assert consensus.cophenetic(matrix) == pytest.approx(cophenet(linkage(condensed, "average"), condensed)[0])


def test_cophenetic_of_columns_that_are_all_alike_is_undefined():
    assert consensus.cophenetic(np.ones((4, 4))) is None
    assert consensus.cophenetic(np.ones((1, 1))) is None


@pytest.mark.parametrize("count", [2, 3, 5])
def test_silhouette_is_scikit_learns(count):
    draw = np.random.default_rng(count)
    runs = [draw.random((count, 9)) for _ in range(4)]
    runs[1:] = [runs[0][draw.permutation(count)] + 0.3 * run for run in runs[1:]]
    ordered = [H[matched(runs[0], H)[0]] for H in runs]
    expected = silhouette_score(np.vstack(ordered), np.tile(np.arange(count), 4), metric="cosine")
    assert consensus.silhouette(runs) == pytest.approx(expected)
    assert consensus.silhouette([run[:1] for run in runs]) is None


def test_matching_is_the_best_of_all_orders():
    draw = np.random.default_rng(1)
    one, other = draw.random((4, 6)), draw.random((4, 6))
    alike = cosine_similarity(one, other)
    best = max(alike[range(4), order].mean() for order in permutations(range(4)))
    assert matched(one, other)[1].mean() == pytest.approx(best)
    assert consensus.agreement([one, other])[0] == pytest.approx(best)
    shuffled_rows = 3.0 * one[[2, 0, 3, 1]]
    assert consensus.agreement([one, shuffled_rows]) == pytest.approx((1.0, 1.0))


def test_agreement_is_over_all_pairs_and_one_restart_that_strays_does_not_deny_that_of_the_others():
    draw = np.random.default_rng(2)
    runs = [draw.random((3, 5)) for _ in range(4)]
    pairs = np.transpose([consensus.agreement([one, other]) for one, other in combinations(runs, 2)])
    assert consensus.agreement(runs) == pytest.approx((pairs[0].mean(), np.median(pairs[1])))
    stability, weakest = consensus.agreement([runs[0]] * 4 + [runs[1]])
    assert weakest == pytest.approx(1.0) and stability < 1.0


@pytest.mark.parametrize("zeros", ["observed", "missing"])
def test_shuffling_keeps_each_columns_values_and_known_cells(zeros, monkeypatch):
    cells = np.random.default_rng(3).integers(0, 4, (30, 7)).astype(float)
    table = table_of(cells, zeros)
    monkeypatch.setattr(RatingsTable, "fits_dense", property(lambda _: pytest.fail("asked for a dense array")))
    mixed = shuffled(table, stream(0, "test")).dense()
    np.testing.assert_array_equal(np.sort(mixed, axis=0), np.sort(table.dense(), axis=0))
    assert not np.array_equal(mixed, table.dense(), equal_nan=True)
    if zeros == "missing":
        np.testing.assert_array_equal(np.isnan(mixed), np.isnan(table.dense()))


@pytest.mark.parametrize("zeros", ["observed", "missing"])
def test_the_choice_is_the_planted_rank(zeros):
    rank = 4
    table = noisy(rank, (80, 60), zeros)
    options = {"tol": 1e-4} if zeros == "observed" else {"tol": 1e-4, "baseline": False, "regularization": 0.05}
    plan = SurveyParameters(components=list(range(1, 8)), folds=4, restarts=3)
    found = compare(table, plan, options=options, seed=0)
    assert found.choice.n_components == rank
    assert found.suggestions["one_standard_error"] == rank
    assert (
        found.choice.reason.startswith(f"{rank} ")
        and f"(RMSE {found.evidence[rank - 1]['cv_rmse']:.4g})" in found.choice.reason
    )


def test_parts_that_are_off_say_so(surveyed):
    table, _ = surveyed
    found = survey_of(table, folds=0)
    assert all(line["cv_rmse"] is None for line in found.evidence) and found.suggestions["one_standard_error"] is None
    assert any(note.startswith("folds: 0: nothing was held out") for note in found.notes)
    found = survey_of(table, number=0)
    assert all(line["rss"] is None and line["stability"] is None for line in found.evidence)
    assert found.consensus is None
    assert found.parts.n_components is None and "No fit was restarted" in found.parts.reason
    assert any(note.startswith("restarts: 0: no fit was restarted") for note in found.notes)
    found = survey_of(table, folds=0, number=0)
    assert found.choice.n_components is None and "Nothing was held out" in found.choice.reason
    suggestions = {name: count for name, count in found.suggestions.items() if count is not None}
    assert suggestions == ({"above_noise": 2} if table.zeros == "observed" else {})


def test_what_is_not_measured_has_a_reason(surveyed):
    _, found = surveyed
    assert found.evidence[0]["cophenetic"] is None and found.evidence[0]["silhouette"] is None
    assert "silhouette: not measured for 1: there is no other component." in found.notes
    assert "cophenetic: not measured for 1: all pairs of columns are alike." in found.notes


def test_columns_of_a_wide_table_are_drawn_for_the_consensus(surveyed):
    table, _ = surveyed
    found = survey_of(table, counts=(2,), column_limit=5)
    assert found.consensus.matrix.shape == (5, 5) and len(set(found.consensus.columns)) == 5
    assert "The consensus is between 5 columns drawn from 12." in found.notes


def test_a_count_above_the_smaller_side():
    with pytest.raises(InputError, match=r"survey\.components: expected 1 to 3; found 4"):
        survey_of(table_of(np.ones((3, 9))), counts=(2, 4))


def lines(**columns):
    values = zip(*columns.values(), strict=True)
    return [dict.fromkeys(COLUMNS) | dict(zip(columns, line, strict=True)) for line in values]


def whole(shape=(60, 40)):
    return table_of(np.ones(shape))


def rated():
    return table_of(np.tri(60, 40) + np.tri(60, 40, -20), "missing")


def partition(names):
    return {tuple(np.flatnonzero(np.asarray(names) == name).tolist()) for name in set(names)}


def test_kinds_of_samples_are_found_whatever_counts_are_asked_for():
    cells, groups = expression(300)
    found = [
        compare(table_of(cells), SurveyParameters(components=counts, folds=0, restarts=5), options={}, seed=0)
        for counts in ([2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], [2, 3, 4])
    ]
    for each in found:
        assert (each.parts.n_components, each.suggestions["above_noise"]) == (3, 3)
        frame = consensus.to_frame(each.consensus).sort_index()
        assert partition(frame["groups_of_3"].tolist()) == partition(groups.tolist())
        assert partition(frame["groups_of_2"].tolist()) == partition((groups == 2).tolist())


def test_agreement_is_a_warning_to_predict_and_the_gate_to_name():
    evidence = lines(
        n_components=[1, 2, 3, 4],
        cv_rmse=[0.9, 0.6, 0.5, 0.4],
        cv_gap_se=[0.01, 0.01, 0.01, 0.0],
        weakest=[1.0, 0.97, 0.96, 0.5],
    )
    choice, parts = rules.to_predict(evidence, table=whole()), rules.to_name(evidence, table=whole())
    assert (choice.n_components, parts.n_components) == (4, 3)
    assert "other restarts find other parts (cosine of the least alike 0.50)" in choice.reason
    for reason in (choice.reason, parts.reason):
        assert reason.count(".") - reason.count("0.") == 1
    assert (
        rules.to_name(evidence[:2], table=whole()).n_components == 2
        and rules.to_name(evidence[3:], table=whole()).n_components is None
    )


def two_counts():
    return lines(n_components=[1, 2], cv_rmse=[0.9, 0.6], cv_gap_se=[0.01, 0.0], weakest=[1.0, 0.97])


def test_few_cells_tell_neither_how_many_predict_best_nor_how_many_one_can_name():
    evidence = two_counts()
    for answer in (rules.to_predict, rules.to_name):
        choice = answer(evidence, table=whole((6, 5)))
        assert choice.n_components is None and choice.reason.startswith("30 cells are too few to tell")
        assert answer(evidence, table=whole()).n_components == 2


def test_few_known_cells_a_line_tell_neither_how_many_predict_best_nor_how_many_one_can_name():
    evidence = two_counts()
    known = (np.random.default_rng(5).random((200, 50)) < 0.15).astype(float)
    choice = rules.to_predict(evidence, table=table_of(known, "missing"))
    assert choice.n_components is None and "8 for each of the 250 rows and columns" in choice.reason
    assert rules.to_name(evidence, table=table_of(known, "missing")).n_components is None
    for answer in (rules.to_predict, rules.to_name):
        assert answer(evidence, table=table_of(known, "observed")).n_components == 2


def test_parts_above_the_noise_count_though_held_out_cells_hide_them():
    evidence = lines(
        n_components=[1, 2, 3, 4],
        cv_rmse=[0.9, 0.62, 0.6, 0.7],
        cv_gap_se=[0.01, 0.01, 0.0, 0.01],
        weakest=[1.0, 0.97, 0.96, 0.96],
    )
    counts = {above: rules.to_predict(evidence, table=whole(), above_noise=above) for above in (None, 1, 2, 4, 9)}
    assert {above: choice.n_components for above, choice in counts.items()} == {None: 3, 1: 3, 2: 2, 4: 4, 9: 4}
    assert counts[4].reason.startswith("4 is how many parts stand above the noise of the table; ")
    assert counts[9].reason.startswith("4 is the largest count surveyed of the 9 parts that stand above")
    some = {above: rules.to_predict(evidence, table=rated(), above_noise=above) for above in (None, 1, 2, 4)}
    assert {above: choice.n_components for above, choice in some.items()} == {None: 3, 1: 3, 2: 2, 4: 3}
    evidence[3]["cv_rmse"] = 0.64
    assert rules.to_predict(evidence, table=rated(), above_noise=4).n_components == 4
    named = {above: rules.to_name(evidence, table=whole(), above_noise=above).n_components for above in (None, 3, 1)}
    assert named == {None: 4, 3: 3, 1: None}


def noise_of(kind, means):
    draw = np.random.default_rng(6)
    return {
        "none": lambda: means,
        "alike": lambda: np.maximum(means + draw.normal(0, 0.2 * means.std(), means.shape), 0),
        "counts": lambda: draw.poisson(5 * means / means.mean()).astype(float),
        "factors": lambda: means * np.exp(draw.normal(0, 0.3, means.shape)),
    }[kind]()


@pytest.mark.parametrize("kind", ["none", "alike", "counts", "factors"])
@pytest.mark.parametrize("rank", [4, 6])
def test_as_many_parts_stand_above_the_noise_as_were_planted(kind, rank):
    draw = np.random.default_rng(rank)
    means = draw.gamma(0.5, 1.0, (100, rank)) @ draw.gamma(0.5, 1.0, (rank, 40))
    cells = noise_of(kind, means)
    for each in (cells, 0.05 * cells, cells.T):
        assert spectrum.above_noise(table_of(each), seed=0) == rank


@pytest.mark.parametrize("share", [0.3, 0.5])
def test_noise_cut_off_at_0_is_no_part_more(share):
    draw = np.random.default_rng(3)
    means = draw.gamma(0.5, 1.0, (300, 2)) @ draw.gamma(0.5, 1.0, (2, 100))
    cells = means + draw.normal(0.0, share * means.std(), means.shape)
    for each in (cells, 0.05 * cells, cells.T):
        assert spectrum.above_noise(table_of(np.maximum(each, 0.0)), seed=0) == 2


def test_as_many_parts_stand_above_the_noise_as_were_planted_where_few_cells_are_known():
    draw, setting = np.random.default_rng(3), Setting(options={}, seed=0, jobs=2)
    means = draw.gamma(0.5, 1.0, (100, 4)) @ draw.gamma(0.5, 1.0, (4, 40))
    noisy = noise_of("alike", means) + 1e-6
    cells = noisy * (draw.random(means.shape) < 0.4)
    for each in (cells, 1024.0 * cells):
        table = table_of(each, "missing")
        folds = make_folds(table, folds=5, seed=0, purpose="cross-validation")
        assert above_held_out(table, folds, setting) == 4
    favourites = np.minimum(1.0, 2 * np.outer(np.linspace(1, 0.01, 60) ** 2, np.linspace(1, 0.01, 40) ** 2))
    popular = np.round(draw.gamma(4.0, 1.0, (60, 40)) + 1) * (draw.random((60, 40)) < favourites)
    whole, rest = completed(table_of(cells, "missing"), setting)
    assert not rest[cells == 0].any() and whole.mean() == pytest.approx(noisy.mean(), rel=0.02)
    untold = [table_of(each, "missing") for each in (cells[:20, :20], means, popular)] + [table_of(cells, "observed")]
    for each in untold:
        folds = make_folds(each, folds=5, seed=0, purpose="cross-validation")
        assert above_held_out(each, folds, setting) is None


def test_shuffled_columns_have_one_part_above_the_noise():
    cells = np.random.default_rng(7).gamma(2.0, 1.0, (80, 30))
    assert spectrum.above_noise(table_of(cells), seed=0) == 1


def test_what_stands_above_the_noise_is_not_told_of_cells_that_may_not_be_known_or_of_few_lines():
    cells = np.random.default_rng(8).random((40, 30))
    assert spectrum.above_noise(table_of(cells, "missing"), seed=0) is None
    assert spectrum.above_noise(table_of(cells, 0.5), seed=0) is None
    assert spectrum.above_noise(table_of(cells[:, :5]), seed=0) is None


def test_a_large_consensus_is_put_together():
    draw = np.random.default_rng(4)
    matrix = consensus.consensus([draw.integers(0, 3, 90) for _ in range(6)])
    labels = [f"c{column}" for column in range(90)]
    whole = consensus.arrange(matrix, np.arange(90), groups=3)
    shown = consensus.arrange(matrix, np.arange(90), groups=3, limit=40)
    assert len(whole.columns) == 90 and len(shown.columns) == 40 and len(set(shown.columns)) == 40
    assert sorted(whole.named(labels)) == sorted(labels) and set(whole.group) == {1, 2, 3}
    assert shown.matrix.sum() < whole.matrix.sum() and shown.matrix.max() <= 1 and shown.matrix.min() >= 0
    assert shown.named(labels)[0] == f"{whole.named(labels)[0]} +1"
    frame = consensus.to_frame(shown)
    kept = consensus.Consensus.from_numbers([*frame.columns], frame.to_numpy())
    assert kept.named(labels) == shown.named(labels) and np.allclose(kept.matrix, shown.matrix)
    more = replace(shown, groups={2: shown.group, 5: shown.group % 2})
    frame = consensus.to_frame(more)
    again = consensus.Consensus.from_numbers([*frame.columns], frame.to_numpy())
    assert np.array_equal(again.columns, more.columns) and np.allclose(again.matrix, more.matrix)
    assert {count: each.tolist() for count, each in again.groups.items()} == {
        count: each.tolist() for count, each in more.groups.items()
    }
    block = whole.matrix[:2, :2]
    assert shown.matrix[0, 0] == pytest.approx(block.mean())
