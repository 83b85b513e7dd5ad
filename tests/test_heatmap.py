"""What a heatmap shows: order, blocks, labels, numbers, colours; no clipped or overlapping text."""

import re
import warnings
from itertools import pairwise

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.text import Text

import pages
from ratings_nmf.core.table import from_dense
from ratings_nmf.core.tally import tally_of
from ratings_nmf.core.words import fit_warnings
from ratings_nmf.figures.arrangement import (
    LABELS,
    arrange,
    by_component,
    correlation_means,
    prediction_means,
    residual_means,
    table_means,
)
from ratings_nmf.figures.colours import NOT_RATED
from ratings_nmf.figures.gallery import fit_line, heatmaps
from ratings_nmf.figures.heatmap import Caption, Colouring, heatmap
from ratings_nmf.figures.lettering import LONGEST, drawable, drawables
from ratings_nmf.figures.scales import kind_of, log_scale
from ratings_nmf.model.factors import Factors, numbered
from ratings_nmf.model.metrics import fit_metrics
from ratings_nmf.page.matrices import matrices

SAYS = Caption(title="a title", lines=("one line",), colours="value")


def table_and_factors(rows, columns, **options):
    sources = pages.made_of("planted", rows, columns, **options)
    return sources.table, sources.factors


def gallery_of(table, factors, **fit):
    fit = {"n_components": factors.W.shape[1], "n_iter": 7, "converged": True, **fit_metrics(table, factors), **fit}
    lines = [fit_line(fit), *fit_warnings(fit, {})]
    return heatmaps("name", table, factors, profile=tally_of(table).profile(), fit_lines=lines)


def texts(figure):
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]


def numbers(axes):
    return [text for text in axes.texts if re.fullmatch(r"−?\d[\d,.]*", text.get_text())]


def label_boxes(figure):
    figure.draw_without_rendering()
    axes = figure.axes[0]
    return [
        [label.get_window_extent() for label in labels if label.get_text()]
        for labels in (axes.get_xticklabels(), axes.get_yticklabels())
    ]


def separate(boxes, axis):
    """Whether label boxes, in drawing order, do not overlap along an axis (0: x, 1: y)."""
    spans = sorted((box.min[axis], box.max[axis]) for box in boxes)
    return all(before[1] <= after[0] + 1 for before, after in pairwise(spans))


@pytest.mark.parametrize("shape", [(1, 1), (5, 4), (20, 20), (60, 6), (6, 60), (61, 100), (700, 350)])
def test_row_labels_are_horizontal_and_no_labels_overlap(shape):
    for figure in gallery_of(*table_and_factors(*shape)).values():
        across, down = label_boxes(figure)
        assert separate(down, 1)
        axes = figure.axes[0]
        assert {label.get_rotation() for label in axes.get_yticklabels()} <= {0}
        if all(label.get_rotation() in {0, 90} for label in axes.get_xticklabels()):
            assert separate(across, 0)


def test_slanted_labels_are_a_line_apart():
    (figure,) = [gallery_of(*table_and_factors(8, 60))["input"]]
    figure.draw_without_rendering()
    labels = figure.axes[0].get_xticklabels()
    assert {label.get_rotation() for label in labels} == {45}
    anchors = [label.get_transform().transform(label.get_position())[0] for label in labels]
    height = labels[0].get_fontsize() * figure.dpi / 72
    assert np.diff(anchors).min() * np.sqrt(0.5) >= height * 0.85


def test_nothing_drawn_lies_outside_the_saved_picture():
    figure = gallery_of(*table_and_factors(4, 3, row_labels=tuple("long label " * 3 + str(n) for n in range(4))))[
        "input"
    ]
    figure.draw_without_rendering()
    saved = figure.get_tightbbox().padded(0.15)
    for text in texts(figure):
        box = text.get_window_extent().transformed(figure.dpi_scale_trans.inverted())
        assert saved.x0 <= box.x0 and box.x1 <= saved.x1 and saved.y0 <= box.y0 and box.y1 <= saved.y1


@pytest.mark.parametrize(
    ("shape", "annotated"), [((20, 20), True), ((20, 21), False), ((4, 60), True), ((4, 61), False)]
)
def test_numbers_are_written_into_few_cells_only(shape, annotated):
    table, factors = table_and_factors(*shape)
    figure = gallery_of(table, factors)["reconstruction"]
    assert len(numbers(figure.axes[0])) == (table.shape[0] * table.shape[1] if annotated else 0)


def test_amounts_start_at_zero_and_differences_are_centred():
    figures = gallery_of(*table_and_factors(5, 4))
    limits = {name: figure.axes[0].collections[0].get_clim() for name, figure in figures.items()}
    assert all(limits[name][0] == 0 for name in ("input", "W", "H", "reconstruction"))
    assert limits["input"] == limits["reconstruction"]
    assert limits["residual"][0] == -limits["residual"][1] < 0
    assert limits["correlation"] == (-1, 1)


def test_a_matrix_of_zeros_has_a_scale():
    figure = heatmap(np.zeros((2, 2)), (arrange("ab", np.ones((2, 1)), kind="rows"),) * 2, SAYS)
    assert figure.axes[0].collections[0].get_clim() == (0, 1)


def test_unrated_cells_are_grey_and_without_a_number():
    table, factors = table_and_factors(5, 4, zeros="missing")
    figure = gallery_of(table, factors)["input"]
    axes = figure.axes[0]
    assert to_rgba(axes.get_facecolor()) == to_rgba(NOT_RATED)
    assert len(numbers(axes)) == len(table.values)
    assert not np.isnan(prediction_means(factors, *sides_of(table, factors))).any()


def sides_of(table, factors):
    return (
        arrange(table.row_labels, factors.W, kind="rows"),
        arrange(table.column_labels, factors.H.T, kind="columns"),
    )


@pytest.mark.parametrize("zeros", ["observed", "missing"])
def test_block_means_are_the_means_of_the_ordered_table(zeros):
    table, factors = table_and_factors(700, 450, zeros=zeros)
    rows, columns = sides_of(table, factors)
    assert (len(rows.sizes), len(columns.sizes)) == (300, 300)
    cells, predicted = table.dense(), factors.reconstruction()
    values = table_means(table, rows, columns)
    rebuilt = prediction_means(factors, rows, columns)
    left = residual_means(table, factors, rows, columns)
    for row, column in [(0, 0), (17, 250), (299, 299), (150, 3)]:
        block = np.ix_(rows.block == row, columns.block == column)
        known = ~np.isnan(cells[block])
        assert rebuilt[row, column] == pytest.approx(predicted[block].mean())
        if known.any():
            assert values[row, column] == pytest.approx(cells[block][known].mean())
            assert left[row, column] == pytest.approx((cells[block] - predicted[block])[known].mean())
        else:
            assert np.isnan(values[row, column])


@pytest.mark.parametrize("count", [5, 60, 61, 299, 301, 5000])
def test_blocks_hold_neighbours_of_the_same_order(count):
    loadings = np.random.default_rng(3).gamma(0.3, 1, (count, 4))
    side = arrange([str(line) for line in range(count)], loadings, kind="rows")
    assert side.sizes.sum() == count and side.sizes.min() >= 1
    if count <= 60:
        assert side.block.tolist() == list(range(count))
        assert len(side.labels) == count and side.caption == ""
        return
    order = np.lexsort((-loadings.max(axis=1), loadings.argmax(axis=1)))
    assert np.all(np.diff(side.block[order]) >= 0)
    assert len(side.sizes) == min(count, 300)
    for component in range(4):
        strongest = np.flatnonzero(loadings.argmax(axis=1) == component)
        top = strongest[loadings[strongest].max(axis=1).argmax()]
        assert side.labels.get(int(side.block[top])) == str(top)
    gap = -(-len(side.sizes) // LABELS)
    assert np.diff([0, *sorted(side.labels), len(side.sizes) - 1]).max() < 2 * gap  # no stretch is without a label
    assert f"{count:,} rows" in side.caption and f"{len(side.labels)} labelled" in side.caption


def test_correlation_is_that_of_the_reconstruction():
    table, factors = table_and_factors(9, 6)
    expected = np.corrcoef(factors.W @ factors.H)
    found = correlation_means(factors, arrange(table.row_labels, factors.W, kind="rows"))
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_correlation_of_a_constant_row_is_undefined():
    factors = Factors(
        W=np.array([[1.0, 0], [0, 1.0], [0, 0]]), H=np.array([[1.0, 2.0], [3.0, 3.0]]), components=numbered(2)
    )
    found = correlation_means(factors, arrange("abc", factors.W, kind="rows"))
    assert found[0, 0] == pytest.approx(1)
    assert np.isnan(found[1:]).all() and np.isnan(found[:, 1:]).all()


def test_titles_say_dataset_components_and_error():
    table, factors = table_and_factors(5, 4)
    for name, figure in gallery_of(table, factors, converged=False, relative_error=0.123).items():
        said = " ".join(text.get_text() for text in texts(figure))
        assert "name: " in said
        expected = () if name == "input" else ("3 components, relative error 12.3\xa0%", "stopped after 7 iterations")
        assert all(part in said for part in expected)


def test_empty_rows_and_columns_are_said():
    cells = np.array([[1.0, 0.0], [0.0, 0.0]])
    table = from_dense(cells, row_labels=("a", "b"), column_labels=("x", "y"), zeros="observed")
    factors = Factors(W=np.array([[1.0], [0.0]]), H=np.array([[1.0, 0.0]]), components=numbered(1))
    said = " ".join(text.get_text() for text in texts(gallery_of(table, factors)["input"]))
    assert "1 row all zero: b." in said and "1 column all zero: y." in said


ODD = (
    "東京タワー",
    "한국어",
    "مرحبا بالعالم",
    "☕ 👩‍🌾",
    "$x^2$ $",
    "Żółć",
    "a\nb\tc",
    "\u202eevil",
    "\U000e0001",
    "𒀀",
    "x" * 60,
    "é" * 10_000,
)


@pytest.mark.parametrize("label", ODD)
def test_every_character_of_a_label_has_a_glyph(label):
    shown = drawable(label)
    assert 1 <= len(shown) <= LONGEST
    assert "\n" not in shown and "\u202e" not in shown
    charmap = matplotlib.font_manager.get_font(matplotlib.font_manager.findfont("DejaVu Sans")).get_charmap()
    assert {ord(character) for character in shown} <= set(charmap)


def test_odd_labels_are_drawn_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for figure in gallery_of(*table_and_factors(12, 12, row_labels=ODD, column_labels=ODD[::-1])).values():
            figure.canvas.draw()


@pytest.mark.parametrize("label", ["vegetables", "user 1", "Żółć", "مرحبا", "x" * LONGEST])
def test_a_label_that_can_be_drawn_is_drawn_as_it_is(label):
    assert drawable(label) == label


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (np.arange(1, 6), "linear"),
        (np.random.default_rng(0).exponential(1, 100_000), "linear"),
        (np.random.default_rng(0).lognormal(0, 2, 100_000), "log"),
        (np.concatenate([np.full(1000, 3.0), [1e6]]), "log"),
        (np.zeros(3), "linear"),
    ],
)
def test_a_heavy_tail_asks_for_a_logarithmic_scale(values, kind):
    assert kind_of(values) == kind


def test_a_logarithmic_scale_is_a_logarithm_in_steps():
    values = np.geomspace(1, 1e5, 200)
    scale = log_scale(values, 1e5)
    exact = 0.06 + 0.94 * np.log(np.maximum(values, scale.floor) / scale.floor) / np.log(scale.limit / scale.floor)
    np.testing.assert_allclose(scale.place(values), exact, atol=1 / 128)
    assert scale.place(np.array([0.0, 1e5, np.nan]))[:2].tolist() == [0.0, 1.0]
    assert [tick for tick in scale.ticks() if tick > 0] == [1e1, 1e2, 1e3, 1e4, 1e5]


def test_heavy_tails_are_told_apart_in_every_heatmap():
    """The middle half of a table whose values span five orders of magnitude has many colours, not one."""
    W, H = np.random.default_rng(2).lognormal(0, 2.5, (80, 2)), np.random.default_rng(3).gamma(1, 1, (2, 30))
    factors = Factors(W=W, H=H, components=numbered(2))
    labels = [tuple(f"{kind} {n}" for n in range(count)) for kind, count in (("row", 80), ("column", 30))]
    table = from_dense(factors.reconstruction(), row_labels=labels[0], column_labels=labels[1], zeros="observed")
    figures = gallery_of(table, factors)
    for name in ("input", "W", "reconstruction"):
        colours = np.ma.filled(figures[name].axes[0].collections[0].get_array(), np.nan)
        low, high = np.nanquantile(colours, [0.25, 0.75])
        assert high - low > 0.15
        figures[name].draw_without_rendering()
        assert separate([text.get_window_extent() for text in figures[name].axes[1].get_yticklabels()], 1)


@pytest.mark.parametrize("rows", [300, 2000])
def test_figures_take_the_scale_of_the_page_whatever_their_blocks(rows):
    """Means of 7 of 2,000 lines hide the tail of their cells, which the page shows; of 0 and 3 only means have one."""
    draw = np.random.default_rng(4)
    W, H = draw.lognormal(0, 1, (rows, 2)), draw.gamma(1, 1, (2, 15))
    factors = Factors(W=W, H=H, components=numbered(2))
    labels = [tuple(f"{kind} {n}" for n in range(count)) for kind, count in (("row", rows), ("column", 15))]
    for cells in (1.5 * factors.reconstruction(), 3.0 * (draw.random((rows, 15)) < 0.01)):
        table = from_dense(cells, row_labels=labels[0], column_labels=labels[1], zeros="observed")
        scales = matrices(table, factors)["scales"]
        for name, figure in gallery_of(table, factors).items():
            mesh = figure.axes[0].collections[0]
            if name in scales and name != "H":
                assert (mesh.get_clim()[1] == 1.0) == (scales[name] == "log"), name


def test_levels_stand_in_a_strip_of_their_own():
    table, factors = table_and_factors(5, 4, zeros="missing")
    factors.W[:, -2] = 100.0
    figures = gallery_of(table, factors)
    for name, level, shape in (("W", "row level", (5, 3)), ("H", "column level", (3, 4))):
        axes = figures[name].axes[0]
        parts, *_, strip = axes.collections
        assert parts.get_array().shape == shape
        assert parts.get_clim()[1] < 100
        assert strip.get_array().size == (5 if name == "W" else 4)
        assert level in [text.get_text() for text in (*axes.get_xticklabels(), *axes.get_yticklabels())]
    correlation = figures["correlation"].axes[0].collections[0].get_array()
    parts = np.corrcoef(factors.W[:, :3] @ factors.H[:3])
    np.testing.assert_allclose(np.ma.filled(correlation, np.nan), parts, atol=1e-9)


def test_numbers_have_contrast_on_every_colour():
    matrix = np.linspace(0, 1, 400).reshape(20, 20)
    for scale in ("amount", "difference"):
        sides = (arrange(tuple(map(str, range(20))), np.ones((20, 1)), kind="rows"),) * 2
        figure = heatmap(matrix if scale == "amount" else 2 * matrix - 1, sides, SAYS, colouring=Colouring(scale=scale))
        axes = figure.axes[0]
        figure.draw_without_rendering()
        faces = axes.collections[0].get_facecolor()
        for face, text in zip(faces, numbers(axes), strict=False):
            pair = sorted(luminance(to_rgba(colour)) for colour in (face, text.get_color()))
            assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5


def test_every_text_beside_a_heatmap_has_contrast():
    for figure in gallery_of(*table_and_factors(70, 65, zeros="missing")).values():
        for text in texts(figure):
            assert 1.05 / (luminance(to_rgba(text.get_color())) + 0.05) >= 4.5, text.get_text()


def luminance(colour):
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour[:3]]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_labels_that_are_shortened_stay_apart():
    films = [f"The Lord of the Rings: The {part} of the Ring (2001)" for part in ("Fellowship", "Return", "Lost Son")]
    long = ["x" * 40 + str(number) + "y" * 40 for number in range(30)]
    for labels in (films, long, ["same label, and a long one at that"] * 2 + ["a"]):
        drawn = drawables(labels)
        assert len(set(drawn)) == len(set(labels))
        assert max(map(len, drawn)) <= LONGEST


def test_lines_without_any_loading_come_last():
    loadings = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    assert by_component(loadings, 4)[0].tolist() == [1, 2, 0, 3]
