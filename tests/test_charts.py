"""Charts show what they are given, and no text overlaps."""

import re

import numpy as np
import pytest
from matplotlib.text import Text

from examples import planted
from ratings_nmf.core.table import from_dense
from ratings_nmf.figures.arrangement import most_relevant
from ratings_nmf.figures.bars import component_bars, largest_parts, most_recommended, recommendation_figure
from ratings_nmf.figures.curves import convergence
from ratings_nmf.figures.lettering import drawable
from ratings_nmf.model.factors import Factors, numbered, with_baselines
from ratings_nmf.recommend.search import recommend


@pytest.mark.parametrize(("loss", "scale"), [([5.0, 2.0, 1.0], "linear"), ([1e4, 5.0, 1.0], "log"), ([3.0], "linear")])
def test_convergence_shows_every_iteration_on_a_fitting_scale(loss, scale):
    figure = convergence("name", np.array(loss), ["one line"])
    (axes,) = figure.axes
    (line,) = axes.lines
    np.testing.assert_array_equal(line.get_xdata(), np.arange(1, len(loss) + 1))
    np.testing.assert_array_equal(line.get_ydata(), loss)
    assert (axes.get_yscale(), axes.get_ylabel()) == (scale, "loss")


def test_large_losses_are_written_at_their_ticks_and_not_in_the_caption():
    figure = convergence("name", np.array([8.24e10, 8.16e10, 8.13e10]), ["one line"])
    assert_apart(figure)
    axis = figure.axes[0].yaxis
    assert axis.get_offset_text().get_text() == ""
    assert {"8.16e+10", "8.24e+10"} <= {label.get_text() for label in axis.get_ticklabels()}


def test_a_loss_of_zero_is_drawn():
    figure = convergence("name", np.array([10.0, 0.0]), [])
    figure.draw_without_rendering()
    assert figure.axes[0].get_yscale() == "linear"


def sparsely_known(rows, columns, k, *, baselines=False):
    draw = np.random.default_rng(1)
    W, H, _ = planted((rows, columns), k, spread=0.3)
    factors = Factors(W=W, H=H, components=numbered(k))
    if baselines:
        factors = with_baselines(factors, draw.random(rows), draw.random(columns))
    cells = np.where(draw.random((rows, columns)) < 0.3, 1.0, 0.0)
    labels = [
        tuple(f"a long label of {kind} {n}" for n in range(count)) for kind, count in (("row", rows), ("c", columns))
    ]
    return from_dense(cells, row_labels=labels[0], column_labels=labels[1], zeros="missing"), factors


def texts(figure):
    figure.draw_without_rendering()
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]


def assert_apart(figure):
    """Hold that no two level texts overlap, and return what they and the slanted ones say."""
    written = texts(figure)
    level = [text for text in written if text.get_rotation() in {0, 90}]
    x0, y0, x1, y1 = np.array([text.get_window_extent().padded(-1).extents for text in level]).T[..., None]
    overlap = (np.maximum(x0, x0.T) < np.minimum(x1, x1.T)) & (np.maximum(y0, y0.T) < np.minimum(y1, y1.T))
    pairs = np.argwhere(np.triu(overlap, k=1))
    assert not len(pairs), [[level[place].get_text() for place in pair] for pair in pairs[:5]]
    return [text.get_text() for text in written]


@pytest.mark.parametrize(("rows", "columns", "k"), [(5, 6, 1), (5, 6, 3), (40, 9, 4), (60, 60, 30)])
@pytest.mark.parametrize("baselines", [False, True])
def test_components_texts_do_not_overlap(rows, columns, k, baselines):
    table, factors = sparsely_known(rows, columns, k, baselines=baselines)
    figure = component_bars("name", table, factors)
    said = assert_apart(figure)
    parts = largest_parts(factors)
    assert len(parts) == min(k, 16)
    assert {factors.components[part] for part in parts} <= set(said)
    assert any("baselines" in text for text in said) == baselines


def test_components_shows_what_sets_a_part_apart_first():
    table, factors = sparsely_known(30, 4, 2)
    panel = component_bars("name", table, factors).axes[1]
    own, totals = factors.W[:, 0], factors.H.sum(axis=1)
    share, all_parts = own / own.sum(), factors.W @ totals / (factors.W @ totals).sum()
    relevance = 0.6 * np.log(share) + 0.4 * np.log(share / all_parts)
    order = np.argsort(-np.where(own > 0.01 * own.max(), relevance, -np.inf))[:10]
    assert [bar.get_width() for bar in panel.patches] == pytest.approx(own[order] / own[order].max())
    assert len(panel.patches) == 10


def test_a_line_without_any_loading_sets_no_part_apart():
    orders = most_relevant(np.array([[1.0, 0.0], [0.0, 0.0], [0.005, 2.0]]), np.array([1.0, 0.0]))
    assert [order.tolist() for order in orders] == [[0], [2]]


@pytest.mark.parametrize("to", ["rows", "columns"])
@pytest.mark.parametrize("shape", [(1, 1), (5, 6), (20, 20), (21, 20), (300, 100)])
def test_recommendations_texts_do_not_overlap(shape, to):
    table, factors = sparsely_known(*shape, 3)
    found = recommend(factors, table, to=to, top=2)
    assert_apart(recommendation_figure("name", table, factors, found, to=to, warnings=()))


@pytest.mark.parametrize("to", ["rows", "columns"])
def test_a_small_table_shows_predictions_of_unknown_cells_and_frames_the_recommended(to):
    table, factors = sparsely_known(5, 4, 2)
    found = recommend(factors, table, to=to, top=1)
    axes = recommendation_figure("name", table, factors, found, to=to, warnings=()).axes[0]
    assert np.ma.getmaskarray(axes.collections[0].get_array()).sum() == len(table.values)
    frames = {(int(frame.get_y()), int(frame.get_x())) for frame in axes.patches}
    places = zip(found.receivers.tolist(), found.items.tolist(), strict=True)
    assert frames == {place if to == "rows" else place[::-1] for place in places}


@pytest.mark.parametrize("size", [6, 30])
def test_a_warning_stands_above_the_recommendations(size):
    table, factors = sparsely_known(size, size, 2)
    found = recommend(factors, table, to="rows", top=2)
    figure = recommendation_figure("name", table, factors, found, to="rows", warnings=["The lists find less."])
    said = " ".join(text.get_text() for text in texts(figure))
    assert "The lists find less." in said
    line = int(np.flatnonzero(found.parts[:, 0] >= 0)[0])
    receiver, item = table.row_labels[found.receivers[line]], table.column_labels[found.items[line]]
    assert f"For example, to {drawable(receiver)} {drawable(item)}: " in said
    reason = found.reason(line, items=table.column_labels, components=factors.components)
    assert re.match(r"([\d.]+ level [+−] )?[\d.]+ component \d", reason)
    assert_apart(figure)


@pytest.mark.parametrize("size", [3, 30])
def test_nothing_to_recommend_gives_no_figure(size):
    _, factors = sparsely_known(size, size, 2)
    labels = tuple(map(str, range(size)))
    table = from_dense(np.ones((size, size)), row_labels=labels, column_labels=labels, zeros="missing")
    found = recommend(factors, table, to="rows", top=2)
    assert recommendation_figure("name", table, factors, found, to="rows", warnings=()) is None


def test_skewed_predictions_spread_over_a_logarithmic_scale():
    table, factors = sparsely_known(60, 40, 3)
    skewed = Factors(W=1e4 * factors.W**3, H=factors.H, components=factors.components)
    found = recommend(skewed, table, to="rows", top=5)
    axes = recommendation_figure("name", table, skewed, found, to="rows", warnings=()).axes[0]
    counts = np.array([bar.get_height() for bar in axes.patches])
    assert counts.sum() == len(found.predicted) and counts.max() < counts.sum() / 4
    assert {"0", "100", "1,000", "10,000"} <= {label.get_text() for label in axes.get_xticklabels()}


def test_the_most_recommended_come_with_their_usual_reason():
    W = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    factors = Factors(W=W, H=np.array([[2.0, 0.0, 3.0], [0.5, 1.0, 3.0]]), components=("bread", "fruit"))
    table = from_dense(
        np.eye(3)[:, [2, 1, 0]] * 0 + np.array([[0, 0, 1.0]]),
        row_labels=tuple("abc"),
        column_labels=tuple("xyz"),
        zeros="missing",
    )
    found = recommend(factors, table, to="rows", top=1)
    bars = most_recommended(found, table.column_labels, factors.components)
    assert (bars.labels, bars.values.tolist(), bars.texts) == (["x", "y"], [2.0, 1.0], ["2  bread", "1  fruit"])
