"""What the page holds: data and never markup, the same bytes every time, nothing from elsewhere."""

import dataclasses
import json
import re
import runpy
from html.parser import HTMLParser
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from pages import HOSTILE, made_of
from ratings_nmf.core.words import number
from ratings_nmf.figures import colours
from ratings_nmf.page import html
from ratings_nmf.page.matrices import CELLS, compact, matrices
from ratings_nmf.page.panels import component_cards

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
    assert page.count("not measured") >= len(off) * 10


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
    assert (len(found["rows"]["labels"]), len(found["columns"]["labels"])) == blocks
    assert found["aggregated"] == (blocks != shape)
    assert np.prod(blocks) <= CELLS
    assert np.shape(found["values"]) == blocks
    for side, count in zip(("rows", "columns"), shape, strict=True):
        assert sum(found[side].get("sizes", [1] * count)) == count


def test_a_block_is_labelled_by_its_heaviest_line():
    sources = made_of("a", 900, 700)
    found = matrices(sources.table, sources.factors)
    W = sources.factors.W
    for label in found["rows"]["labels"][:5]:
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
    dense = [[None if np.isnan(value) else value for value in line] for line in sources.table.dense()]
    assert found["values"] == dense


def test_shares_and_heaviest_lines():
    sources = made_of("a", 40, 30, k=4)
    found = component_cards(sources.table, sources.factors)
    assert sum(card["share"] for card in found) == pytest.approx(1)
    for part, card in enumerate(found):
        assert card["rows"][0]["label"] == sources.table.row_labels[sources.factors.W[:, part].argmax()]
        assert card["rows"][0]["length"] == 1
        assert len(card["rows"]) <= 5


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
