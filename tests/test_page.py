"""What the page holds: data and never markup, the same bytes every time, nothing from elsewhere."""

import base64
import dataclasses
import json
import re
import runpy
from html.parser import HTMLParser
from pathlib import Path

import matplotlib
import msgspec
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from examples import drawn, table_of
from pages import HOSTILE, evidence, made_of, survey
from ratings_nmf.core.errors import InputError
from ratings_nmf.core.params import DatasetParameters
from ratings_nmf.core.sections import convert
from ratings_nmf.core.streams import Draw
from ratings_nmf.core.words import number
from ratings_nmf.figures import colours
from ratings_nmf.holdout.evaluation import predictors
from ratings_nmf.model.factors import Factors, numbered
from ratings_nmf.model.samples import QUANTILES, predictor
from ratings_nmf.page import html
from ratings_nmf.page.changes.differences import NOTHING, Change, Changes
from ratings_nmf.page.changes.section import with_changes
from ratings_nmf.page.codes import NONE, compact, integers, numbers
from ratings_nmf.page.matrices import CELLS, cells, consensus_blocks, lines, lists, matrices, sides_of
from ratings_nmf.page.measures import RULES, heldout_panel, survey_panel
from ratings_nmf.page.panels import component_cards, notes

ROOT = Path(__file__).resolve().parent.parent


class Elements(HTMLParser):
    """Collects elements with their attributes, and the text of scripts."""

    def __init__(self, page):
        super().__init__()
        self.found, self.scripts, self.text = [], [], ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def handle_data(self, data):
        if self.found and self.found[-1][0] == "script":
            self.scripts.append(data)
        elif self.found and self.found[-1][0] != "style":
            self.text += data


def read_codes(packed):
    return np.frombuffer(base64.b64decode(packed["codes"]), f"<u{packed['bytes']}")


def unpacked(packed):
    """Numbers as the page's script reads them."""
    places = read_codes(packed).astype(int)
    if "values" in packed:
        return np.array(packed["values"], dtype=float)[places]
    powers = 10 ** (packed["digits"] - 1)
    turned = (places - 1) // 2 if packed["signed"] else places - 1
    values = (powers + turned % (9 * powers)) * 10.0 ** (turned // (9 * powers) + packed["first"])
    values *= np.where(packed["signed"] & (places % 2 == 0), -1, 1)
    return np.where(places == 0, 0.0, np.where(places == NONE, np.nan, values))


@pytest.mark.parametrize(
    ("kind", "digits"), [("few", 3), ("amounts", 3), ("amounts", 4), ("signed", 3), ("huge", 3), ("zeros", 3)]
)
def test_packed_numbers_keep_their_digits(kind, digits):
    draw = np.random.default_rng(3)
    values = {
        "few": draw.integers(1, 6, 400) / 2,
        "amounts": draw.gamma(0.3, 5, 1000),
        "signed": draw.normal(0, 3, 1000),
        "huge": 10 ** draw.uniform(-90, 90, 1000),
        "zeros": np.zeros(1000),
    }[kind]
    values[::7], values[1::9] = np.nan, 0.0
    found = unpacked(numbers(values, digits))
    largest = np.nanmax(np.abs(values))
    kept = np.abs(values) > largest * (1e-30 if digits == 3 else 1e-5)
    np.testing.assert_allclose(found[kept], values[kept], rtol=0.51 * 10.0 ** (1 - digits))
    assert np.array_equal(np.isnan(found), np.isnan(values))
    assert np.nanmax(np.abs(found[~kept & ~np.isnan(values)]), initial=0) <= largest * 1e-4


@pytest.mark.parametrize("largest", [0, 255, 256, 65_536])
def test_packed_whole_numbers(largest):
    values = np.array([0, largest])
    assert read_codes(integers(values)).tolist() == values.tolist()


def data_of(page):
    elements = Elements(page)
    return json.loads(elements.scripts[0])


def test_the_same_inputs_give_the_same_bytes():
    first, second = ([made_of("a", 5, 4), made_of("b", 300, 200, zeros="missing")] for _ in range(2))
    assert html.build(first, seed=0) == html.build(second, seed=0)


def test_parts_that_were_turned_off_are_left_out():
    """Nothing was held out, no restart was made: no chart of either, and no suggestion."""
    whole = made_of("a", 5, 4)
    off = [dict.fromkeys(line) | {"n_components": line["n_components"]} for line in whole.evidence]
    verdict = {"verdict": "Nothing was held out.", "rmse": None, "global_mean_rmse": None}
    survey = {**whole.survey, "rules": {}, "choice": None}
    bare = dataclasses.replace(whole, evidence=off, survey=survey, heldout=verdict, loss_curve=None)
    page = html.build([bare], seed=0)
    assert "Nothing was held out." in page
    assert 'class="chart' not in page
    assert "The survey suggests" not in page
    assert "Scores for a number of components" not in page and "All scores" not in page


@pytest.mark.parametrize("name", ["mae", "rmse", "explained_variance"])
def test_a_figure_that_was_not_measured_is_said_to_be(name):
    whole = made_of("a", 5, 4)
    bare = dataclasses.replace(whole, fit={**whole.fit, name: None}, heldout={**whole.heldout, "rmse": None})
    body = Elements(html.build([bare], seed=0)).text
    assert "not measured" in body
    assert not re.search(r"\b(None|nan|NaN)\b", body)


def test_nothing_is_loaded_or_sent():
    page = html.build([made_of("a", 5, 4), made_of("b", 5, 4, row_labels=HOSTILE[:5], zeros="missing")], seed=0)
    for tag, attributes in Elements(page).found:
        assert not attributes.get("style")
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href", "action", "xlink:href"):
            assert attributes.get(name, "#").startswith(("#", "data:,"))
        assert tag not in {"img", "iframe", "object", "embed", "form"}
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/)", page.replace("http://example.org", ""))


def test_the_policy_allows_no_more_than_what_is_there():
    page = html.build([made_of("a", 5, 4)], seed=0)
    metas = [attributes for tag, attributes in Elements(page).found if tag == "meta"]
    (policy,) = (meta["content"] for meta in metas if meta.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert policy.count("sha256-") == 2


def test_labels_are_data():
    page = html.build([made_of("a", 10, 10, row_labels=HOSTILE, column_labels=HOSTILE)], seed=0)
    labels = data_of(page)["datasets"]["a"]["rows"]["labels"]
    assert labels[:5] == list(HOSTILE[:5])
    assert len(labels[6]) < 250
    assert sum(tag == "script" for tag, _ in Elements(page).found) == 2
    assert "49" not in re.findall(r"<bdi>([^<]*)</bdi>", page)
    assert "\u202e" not in page
    assert "\u2028" not in page


@pytest.mark.parametrize(
    ("shape", "blocks"),
    [
        ((5, 4), (5, 4)),
        ((200, 200), (200, 200)),
        ((10_000, 4), (10_000, 4)),
        ((201, 200), (200, 200)),
        ((900, 700), (200, 200)),
        ((20_000, 20), (2_000, 20)),
        ((3, 50_000), (3, 13_333)),
    ],
)
def test_every_cell_up_to_a_size_and_blocks_above(shape, blocks):
    sources = made_of("a", *shape)
    found = matrices(sources.table, sources.factors)
    assert found["aggregated"] == (blocks != shape)
    assert np.prod(blocks) <= CELLS
    assert len(unpacked(found["values"])) == np.prod(blocks)
    for side, count, shown in zip(("rows", "columns"), shape, blocks, strict=True):
        sizes = found[side].get("sizes", [1] * count)
        assert (len(sizes), sum(sizes)) == (shown, count)
        assert len(set(found[side]["labels"])) == count  # every line can be looked up


def test_a_scale_suits_the_means_of_blocks_that_are_shown():
    """Cells of 0 and 1 alone: one block is full, the others hold a cell or none."""
    draw = np.random.default_rng(0)
    factors = Factors(W=draw.random((1500, 2)), H=draw.random((2, 1200)), components=numbered(2))
    cells = draw.random((1500, 1200)) < 0.002
    (rows, _), (columns, _) = sides_of(table_of(cells), factors)
    cells[np.ix_(rows.block == 0, columns.block == 0)] = True
    assert matrices(table_of(cells), factors)["scales"]["input"] == "log"
    assert matrices(table_of(cells[:9, :9] | True), made_of("a", 9, 9).factors)["scales"]["input"] == "linear"


def test_a_block_is_labelled_by_its_heaviest_line():
    sources = made_of("a", 900, 700)
    found = matrices(sources.table, sources.factors)
    W = sources.factors.W
    starts = np.cumsum([0, *found["rows"]["sizes"]])
    for label in [found["rows"]["labels"][start] for start in starts[:5]]:
        line = sources.table.row_labels.index(label)
        assert W[line].argmax() == 0
    assert found["rows"]["labels"][0] == sources.table.row_labels[
        max(np.flatnonzero(W.argmax(axis=1) == 0), key=lambda line: W[line, 0])
    ]  # fmt: skip


@pytest.mark.parametrize("zeros", ["observed", "missing"])
def test_the_script_can_rebuild_value_prediction_and_residual(zeros):
    sources = made_of("a", 6, 5, zeros=zeros)
    found = matrices(sources.table, sources.factors)
    predicted = np.array(found["W"]) @ np.array(found["H"])
    np.testing.assert_allclose(predicted, sources.factors.reconstruction(), rtol=1e-4)
    np.testing.assert_array_equal(unpacked(found["values"]), sources.table.dense().ravel())


def test_shares_and_heaviest_lines():
    sources = made_of("a", 40, 30, k=4)
    found = component_cards(sources.table, sources.factors)
    assert sum(card["share"] for card in found) == pytest.approx(1)
    for part, card in enumerate(found):
        heaviest = sources.table.row_labels[sources.factors.W[:, part].argmax()]
        longest = max(card["rows"], key=lambda line: line["length"])
        assert heaviest == (card["heaviest_rows"].split(", ")[0] or longest["label"])
        assert (longest["length"] < 1) == bool(card["heaviest_rows"])
        assert 0 < card["rows"][0]["length"] <= 1
        assert len(card["rows"]) <= 5


def test_shares_of_components_are_without_levels():
    sources = made_of("a", 40, 30, k=4, zeros="missing")
    found = component_cards(sources.table, sources.factors)
    assert sum(card["share"] for card in found) == pytest.approx(1)
    text = Elements(html.build([sources], seed=0)).text
    assert "of all parts" in text and "of the total are levels" in text


def test_a_bar_that_is_not_nothing_is_seen():
    sources = made_of("a", 5, 4, k=1)
    W = np.array([[1000.0], [20.0], [10.1], [0.0], [0.0]])
    factors = dataclasses.replace(sources.factors, W=W)
    (card,) = component_cards(sources.table, factors)
    assert [line["length"] for line in card["rows"]] == [1, 0.02, 0.01]


def test_what_is_not_given_in_params_is_not_shown():
    given = {
        "ingest": {"path": "data/raw/a.csv", "layout": "table", "zeros": "missing", "skip": {"lines": 2}},
        "survey": {"components": [1, 2], "folds": 2, "restarts": 0},
        "fit": {"n_components": 2, "solver": "native", "options": {}},
        "evaluate": {"folds": 2},
        "recommend": {"to": "rows", "top": 3},
    }
    assert msgspec.to_builtins(convert(given, DatasetParameters)) == given


def test_every_rule_says_what_it_suggests():
    found = survey_panel(evidence(), {**survey(), "rules": dict.fromkeys(RULES, 2)}, fitted=2)
    assert all(meaning for _, meaning, _ in found["rules"])
    assert survey_panel(evidence(), survey(), fitted=2)["rules"][1] == ("cophenetic", RULES["cophenetic"], "nothing")


def test_a_survey_of_lists_speaks_of_them():
    lines = [line | {"ndcg": 0.1 * line["n_components"], "ndcg_se": 0.01, "ndcg_gap_se": 0.0} for line in evidence()]
    found = survey_panel(lines, survey(), fitted=2)
    assert found["chart"]["titles"][1] == "quality of lists (NDCG@10)"
    assert (
        found["alternative"]
        == "Quality of lists on held-out cells by number of components: 1: 0.1; 2: 0.2; 3: 0.3; 4: 0.4"
    )
    assert found["rules"][2][1] == "the fewest within one standard error of the highest quality of lists"
    assert all(meaning for _, _, meaning in found["names"])


@pytest.mark.parametrize(("name", "stops"), [("YlGnBu", colours.AMOUNT), ("RdBu_r", colours.DIFFERENCE)])
def test_colours_are_those_of_colorbrewer(name, stops):
    scale = matplotlib.colormaps[name]
    drawn = [scale(share)[:3] for share in np.linspace(0, 1, len(stops))]
    np.testing.assert_allclose([to_rgb(stop) for stop in stops], drawn, atol=2 / 255)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_none_are_not_in_the_data(value):
    assert compact([value]) == [None]
    assert number(value) == "not measured"


def test_the_plots_template_is_what_its_module_makes():
    text = (ROOT / ".dvc/plots.html").read_text(encoding="utf-8")
    assert text == runpy.run_path(str(ROOT / "tools/plots_page.py"))["template"]()
    assert "{scripts}" not in text
    assert "cdn" not in re.sub(r"(?s)<script>.*?</script>", "", text)


@pytest.mark.parametrize("zeros", ["observed", "missing"])
def test_a_large_table_can_be_looked_up_line_by_line(zeros):
    """Loadings, cells and lists of every line, in the order in which the blocks show them."""
    sources = made_of("a", 230, 190, zeros=zeros)
    table, factors = sources.table, sources.factors
    data, loadings = matrices(table, factors), lines(table, factors)
    rows = [table.row_labels.index(label) for label in data["rows"]["labels"]]
    columns = [table.column_labels.index(label) for label in data["columns"]["labels"]]
    np.testing.assert_allclose(np.array([*map(unpacked, loadings["rows"])]).T, factors.W[rows], rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(
        np.array([*map(unpacked, loadings["columns"])]), factors.H[:, columns], rtol=1e-3, atol=1e-5
    )
    given, dense = cells(table, factors), table.dense()[np.ix_(rows, columns)]
    np.testing.assert_allclose(unpacked(given["values"]), dense.ravel(), rtol=1e-2)
    found = lists(table, factors, sources.recommendations, to="rows")
    assert read_codes(found["lengths"]).sum() == len(sources.recommendations.items)
    first = sources.recommendations.items[sources.recommendations.receivers == rows[0]]
    assert [columns[place] for place in read_codes(found["items"])[: len(first)]] == first.tolist()


def test_cells_of_a_sparse_table_come_with_their_columns():
    sources = made_of("a", 300, 260)
    few = np.random.default_rng(0).random(len(sources.table.values)) < 0.2
    table = dataclasses.replace(
        sources.table,
        rows=sources.table.rows[few],
        columns=sources.table.columns[few],
        values=sources.table.values[few],
    )
    found = cells(table, sources.factors)
    assert read_codes(found["lengths"]).sum() == len(read_codes(found["columns"])) == few.sum()
    assert unpacked(found["values"]).sum() == pytest.approx(table.values.sum(), rel=1e-2)


def test_what_does_not_fit_is_left_out_and_can_be_had_elsewhere():
    """Layers are dropped, last the loadings; labels stay; the page names a command for what it lacks."""
    labels = tuple(f"行 {row}" for row in range(300))  # more bytes than characters
    datasets = [made_of("a", 300, 260, zeros="missing", row_labels=labels), made_of("b", 5, 4)]
    text = html.build(datasets, seed=0)
    whole = data_of(text)["datasets"]
    assert {"lines", "lists", "cells"} <= whole["a"].keys()
    for spare in (10, -1):
        most = len(text.encode()) + spare
        shorter = html.build(datasets, seed=0, most=most)
        assert len(shorter.encode()) <= most
        less = data_of(shorter)["datasets"]
        assert ("cells" in less["a"]) == (spare > 0)
    assert "cells" not in less["a"] and "lines" in less["a"] and "lists" in less["b"]
    assert less["a"]["rows"] == whole["a"]["rows"]
    assert "cells.parquet" in less["a"]["files"]["cells"]


def test_a_small_dataset_keeps_its_lists_beside_one_that_fills_the_page():
    labels = tuple(f"{'a long label ' * 20}{row}" for row in range(20_000))
    text = html.build([made_of("a", 20_000, 3, row_labels=labels), made_of("b", 5, 4)], seed=0, most=html.MOST // 4)
    found = data_of(text)["datasets"]
    assert len(text.encode()) > html.MOST // 4
    assert "lists" in found["b"] and "lists" not in found["a"]


def test_labels_that_make_a_page_too_large_are_shortened_and_stay_apart():
    """Of the datasets that take the room; the page says so, and names the command that prints a whole one."""
    labels = tuple(f"{row % 7} {'the same words ' * 6}{row}" for row in range(3000))
    datasets = [
        made_of("a", 3000, 3, row_labels=labels),
        made_of("b", 5, 4, column_labels=tuple(f"{'long ' * 30}{n}" for n in range(4))),
    ]
    whole = html.build(datasets, seed=0)
    assert "are shortened to what tells them apart" not in whole
    most = len(whole.encode()) - len(json.dumps(labels)) // 2
    text = html.build(datasets, seed=0, most=most)
    found, before = data_of(text)["datasets"], data_of(whole)["datasets"]
    assert len(text.encode()) <= most
    assert text.count("are shortened to what tells them apart") == 1
    assert found["a"]["cut"] and not found["b"]["cut"]
    shown = found["a"]["rows"]["labels"]
    assert len(set(shown)) == 3000 and max(map(len, shown)) < 61
    assert found["b"]["columns"] == before["b"]["columns"]
    assert found["a"]["files"]["rows_labels"].endswith('["row"].to_frame()')


def test_labels_whose_shown_parts_are_the_same_are_numbered():
    labels = tuple(f"{'x' * 300}{row}{'y' * 300}" for row in range(3))
    found = matrices(*(getattr(made_of("a", 3, 4, row_labels=labels), name) for name in ("table", "factors")))
    assert [text[-3:] for text in found["rows"]["labels"]] == ["yyy", "(2)", "(3)"]


def test_lines_know_their_places_in_the_files():
    """Of rows that were drawn and put into blocks, too; nothing is given where they stand as in the files."""
    draw = Draw(rows=np.arange(0, 900, 3), row_count=900)
    sources = made_of("a", 300, 260, row_labels=tuple(map(str, draw.rows)))
    table = dataclasses.replace(sources.table, draw=draw)
    rows = matrices(table, sources.factors)["rows"]
    assert [str(place) for place in read_codes(rows["places"])] == rows["labels"]
    small = made_of("a", 5, 4)
    assert "places" not in matrices(small.table, small.factors)["rows"]


def test_the_tiles_say_what_parts_add_to_averages():
    whole = made_of("a", 5, 4)
    heldout = {**whole.heldout, "rmse": 0.853, "baselines_rmse": 0.862, "gain": 0.009, "gain_se": 0.002}
    text = Elements(html.build([dataclasses.replace(whole, heldout=heldout)], seed=0)).text
    assert re.search(r"of averages alone: 0.862\s*0.853", text)
    assert "0.0090 ± 0.0020" in text
    assert "sum of squares explained" not in text


def test_the_tiles_of_a_table_for_lists_say_what_parts_add_to_the_most_popular():
    whole = made_of("a", 5, 4)
    text = Elements(html.build([dataclasses.replace(whole, heldout={**whole.heldout, "for_lists": True})], seed=0)).text
    assert re.search(r"of the most popular: 0.45\s*0.41", text)
    assert re.search(r"less than the most popular, ± its standard error\s*0.040 ± 0.010", text)
    assert "of averages alone" not in text


def test_errors_that_are_nearly_the_same_are_told_apart():
    whole = made_of("a", 5, 4)
    heldout = {**whole.heldout, "rmse": 0.67031, "baselines_rmse": 0.66972, "gain": -0.00059, "gain_se": 0.0003}
    text = Elements(html.build([dataclasses.replace(whole, heldout=heldout)], seed=0)).text
    assert re.search(r"of averages alone: 0.6697\s*0.6703", text)
    bars = heldout_panel(heldout)["bars"]
    assert [error for _, error, _ in bars] == ["0.6703", "0.6697", "1.7"]
    assert [name for name, _, _ in bars] == [line["predictor"] for line in predictors(heldout)]


def test_lists_that_find_less_than_popularity_carry_a_warning():
    whole = made_of("a", 5, 4, zeros="missing")
    for gain, warned in ((-0.04, True), (0.04, False)):
        page = html.build([dataclasses.replace(whole, heldout={**whole.heldout, "ndcg_gain": gain})], seed=0)
        assert ("The lists find less than the most popular items do" in Elements(page).text) == warned
        assert "most popular" in page


def test_chains_stand_where_a_loss_would():
    whole = dataclasses.replace(
        made_of("a", 5, 4), loss_curve=None, traces=np.array([[2.0, 1.5, 1.2], [1.0, 1.1, 1.2]])
    )
    page = html.build([whole], seed=0)
    assert "The noise of 2 chains over 3 sweeps." in page
    assert "come to one level" in Elements(page).text


def test_one_is_singular():
    text = Elements(html.build([made_of("a", 5, 4, k=1, zeros="missing")], seed=0)).text
    assert "The component has the rest." in text
    assert not re.search(r"\b1 (components|rows|columns|lists)\b", text)


def test_notes_are_graded_by_how_bad_it_is():
    whole = made_of("a", 5, 4)
    heldout = {"beats_baseline": False, "rmse": 1.0, "baselines_rmse": 0.9, "global_mean_rmse": 1.2, "gain_se": 0.05}
    heldout |= {"fitted_cells": 90, "free_loadings": 20}
    profile = {**whole.profile, "notes": ["row 'Total' is the sum of the others"]}
    for gain, grade in ((-0.1, "serious"), (-0.01, "warning")):
        found = notes(profile, {**whole.fit, "converged": False}, {**heldout, "gain": gain}, more=["By the way."])
        assert [each for each, _ in found] == [grade, *["warning"] * 2, "note"]
        assert found[0][1].startswith("The factors predict " + ("worse" if grade == "serious" else "as well as"))
    chains = notes(whole.profile, {**whole.fit, "rhat_noise": 1.3}, {**heldout, "gain": -0.1}, more=[])
    assert len({text for _, text in chains}) == len(chains)  # nothing is said twice
    page = Elements(html.build([dataclasses.replace(whole, profile=profile)], seed=0))
    assert "row 'Total' is the sum of the others" in page.text


@pytest.mark.parametrize(("columns", "shown"), [(1, 1), (6, 6), (120, 120), (121, 61), (300, 100)])
def test_the_consensus_comes_in_its_order_and_in_few_lines(columns, shown):
    sources = made_of("a", 3, columns, k=1)
    found = consensus_blocks(sources.consensus, sources.table.column_labels)
    values = unpacked(found["values"]).reshape(shown, shown)
    assert len(found["labels"]) == shown and sum(found.get("sizes", [1] * columns)) == columns
    assert found["labels"][0] == sources.table.column_labels[sources.consensus.columns[0]]
    step = -(-columns // 120)
    assert values[0, -1] == pytest.approx(sources.consensus.matrix[:step, step * (shown - 1) :].mean(), abs=5e-3)


def test_draws_give_the_page_predictions_intervals_and_what_parts_give_on_average():
    samples = drawn()
    mean, deviation = samples.table
    table = table_of(mean.round())
    data = matrices(table, predictor(samples.for_people(), samples))
    found = {name: unpacked(data[name]) for name in ("predicted", "low", "high", "gives")}
    np.testing.assert_allclose(found["predicted"], mean.ravel(), rtol=6e-3)
    np.testing.assert_allclose(found["high"], (mean + QUANTILES[90] * deviation).ravel(), rtol=6e-3)
    assert (found["low"] <= found["predicted"]).all()
    np.testing.assert_allclose(found["gives"].reshape(-1, 5).sum(axis=1), mean.ravel(), rtol=2e-2)
    assert "predicted" not in matrices(table, samples.for_people())


def test_blocks_of_draws_have_the_mean_prediction_and_the_mean_ends_of_intervals():
    samples = drawn(shape=(250, 170))  # more cells than `matrices.CELLS`
    table = table_of(samples.table[0].round())
    factors = predictor(samples.for_people(), samples)
    data = matrices(table, factors)
    sides = [side for side, _ in sides_of(table, factors)]
    assert len(sides[0].sizes) < 250
    members = [np.array([side.block == block for block in range(len(side.sizes))]) for side in sides]
    for name, values in factors.reconstructions().items():
        means = [[values[np.ix_(row, column)].mean() for column in members[1]] for row in members[0]]
        found = unpacked(data[{"reconstruction": "predicted"}.get(name, name)])
        np.testing.assert_allclose(found, np.ravel(means), rtol=6e-3 if name == "reconstruction" else 6e-2)


@pytest.mark.parametrize(("rows", "shown"), [(200, 200), (900, 200), (10_000, 200)])
def test_how_alike_rows_are_is_told_of_any_number_of_them(rows, shown):
    """Of many of blocks, whose correlation is the mean over their rows'."""
    sources = made_of("a", rows, 4)
    alike = matrices(sources.table, sources.factors)["alike"]
    standard, gram = (np.array(alike[name], dtype=float) for name in ("standard", "gram"))
    assert len(standard) == shown and sum(alike.get("sizes", [1] * rows)) == rows
    correlation = np.corrcoef(sources.factors.reconstruction())
    assert (standard @ gram @ standard.T).mean() == pytest.approx(correlation.mean(), abs=0.02)


def changes(name, text):
    parameters = (Change(name=text, before=None, after=text),)
    datasets = {name: dataclasses.replace(NOTHING, parameters=parameters)}
    return Changes(before=text, after="main", parameters=(), datasets=datasets, new=(), gone=(), missing={})


def test_what_changed_stands_in_the_section_of_its_dataset():
    page = html.build([made_of("a", 5, 4), made_of("b", 5, 4)], seed=0)
    _, first, second = re.split('<section id="dataset-', with_changes(page, changes("b", "top"), ["a", "b"]))
    assert "What changed since top" in first and "Nothing of this dataset differs." in first
    assert "<td><bdi>not given</bdi></td><td><bdi>&#34;top&#34;</bdi></td>" in second
    assert "Nothing of this dataset differs." not in second
    same = dataclasses.replace(changes("b", "top"), datasets={})
    new = dataclasses.replace(same, new=("b",))
    for each, said in ((same, "Nothing differs."), (new, "new dataset: b")):
        text = with_changes(page, each, ["a", "b"])
        assert text.count(said) == 2 and "Nothing of this dataset differs." not in text


@pytest.mark.parametrize("text", HOSTILE)
def test_what_changed_is_no_markup(text):
    page = html.build([made_of("a", 5, 4)], seed=0)
    shown = Elements(with_changes(page, changes("a", text), ["a"])).found
    plain = Elements(with_changes(page, changes("a", "top"), ["a"])).found
    assert [tag for tag, _ in shown] == [tag for tag, _ in plain]


def test_a_page_without_a_dataset_shows_no_changes():
    page = html.build([made_of("a", 5, 4)], seed=0)
    with pytest.raises(InputError, match=r"main: no page of b that shows changes; `dvc repro page` makes it"):
        with_changes(page, changes("a", "top"), ["a", "b"])
