"""What the survey's figures show: every count, one mark for the choice, labels that do not overlap, the tree."""

import numpy as np
import pytest

from ratings_nmf.figures.curves import PANELS, survey_figure
from ratings_nmf.figures.gallery import consensus_figure
from ratings_nmf.survey.consensus import arrange, consensus
from ratings_nmf.survey.criterion import RMSE
from ratings_nmf.survey.evidence import COLUMNS
from test_heatmap import label_boxes, separate, texts


def evidence(count, **off):
    draw = np.random.default_rng(0)
    line = dict.fromkeys(COLUMNS, 1.0)
    return [
        {**line, "cv_rmse": 1 / k + k / 40, "cv_rmse_se": 0.03, "stability": draw.random()}
        | {"n_components": k, "explained_variance": 1 - 1 / (k + 1)}
        | off
        for k in range(1, count + 1)
    ]


def shown(columns, groups=3):
    draw = np.random.default_rng(1)
    true = draw.integers(0, groups, columns)
    noisy = [np.where(draw.random(columns) < 0.1, draw.integers(0, groups, columns), true) for _ in range(10)]
    return arrange(consensus(noisy), np.arange(columns), groups=groups)


def draw(lines, choice=3):
    return survey_figure(
        "name", lines, {"choice": choice, "reason": "3 is best.", "parts_reason": "2 agree."}, fitted=4
    )


def draw_consensus(columns):
    return consensus_figure("name", shown(columns), {"consensus": 3}, [f"column {number}" for number in range(columns)])


@pytest.mark.parametrize("count", [2, 4, 16, 17, 30])
def test_every_count_is_drawn_and_labels_do_not_overlap(count):
    figure = draw(evidence(count), choice=2)
    figure.draw_without_rendering()
    for axes in figure.axes:
        assert all(len(line.get_xdata()) in (count, 2) for line in axes.lines)
        (band,) = axes.patches
        assert band.get_x() < 2 < band.get_x() + band.get_width()
    labels = [label for label in figure.axes[-1].get_xticklabels() if label.get_text()]
    assert len(labels) <= 16
    assert separate([label.get_window_extent() for label in labels], 0)
    said = " ".join(text.get_text() for text in texts(figure))
    assert "name: how many components?" in said and "3 is best." in said


def test_the_error_bar_is_one_standard_error():
    axes = draw(evidence(4)).axes[0]
    (bars,) = [collection for collection in axes.collections if len(collection.get_segments()) == 4]
    for (low, high), line in zip(bars.get_segments(), evidence(4), strict=True):
        assert (low[1], high[1]) == pytest.approx((line["cv_rmse"] - 0.03, line["cv_rmse"] + 0.03))


def test_counts_are_compared_by_lists_where_the_evidence_has_them():
    lines = [
        line | {"ndcg": 0.02 + 0.1 * place, "ndcg_se": 0.01, "ndcg_gap_se": 0.0}
        for place, line in enumerate(evidence(4))
    ]
    figure = draw(lines)
    axes = figure.axes[0]
    assert axes.get_ylabel() == "held-out NDCG@10" and axes.get_yscale() == "linear"
    assert axes.lines[0].get_ydata().tolist() == [line["ndcg"] for line in lines]
    said = " ".join(text.get_text() for text in texts(figure))
    assert "High quality of lists and high agreement" in said and "RMSE" not in said


def test_errors_that_rise_tenfold_are_on_a_logarithmic_scale():
    lines = evidence(3)
    assert draw(lines).axes[0].get_yscale() == "linear"
    lines[2] |= {"cv_rmse": 100.0, "cv_rmse_se": 120.0}
    assert draw(lines).axes[0].get_yscale() == "log"


def test_a_part_that_is_off_has_no_panel():
    assert len(draw(evidence(4)).axes) == 3
    assert len(draw(evidence(4, cv_rmse=None)).axes) == 2
    assert draw([dict.fromkeys(COLUMNS) | {"n_components": 2}], choice=None) is None


@pytest.mark.parametrize("columns", [1, 2, 4, 21, 60, 61, 400, 900])
def test_consensus_is_legible_at_every_width(columns):
    figure = draw_consensus(columns)
    _, down = label_boxes(figure)
    assert separate(down, 1)
    assert len(down) == columns if columns <= 60 else len(down) <= 36
    mesh = figure.axes[0].collections[0].get_array()
    assert np.size(mesh) == min(columns, 400) ** 2
    assert figure.axes[0].collections[0].get_clim() == (0, 1)


def test_the_tree_stands_beside_the_rows_it_joins():
    figure = draw_consensus(8)
    matrix, tree = figure.axes[0], figure.axes[2]
    assert matrix.get_ylim() == tree.get_ylim() == (8, 0)
    assert len(tree.lines) == 7
    ends = [y for line in tree.lines for x, y in zip(*line.get_data(), strict=True) if x == 0]
    assert set(np.round(ends, 1)) >= {row + 0.5 for row in range(8)}


@pytest.mark.parametrize("score", sorted({*COLUMNS} - {"n_components"}))
@pytest.mark.parametrize("counts", [(1,), (1, 2, 3, 4)])
def test_a_score_that_was_not_measured_for_some_counts_or_for_any_is_left_out_and_said_so(score, counts):
    lines = evidence(4)
    for line in lines:
        line[score] = None if line["n_components"] in counts else line[score]
    figure = draw(lines)
    figure.draw_without_rendering()
    said = " ".join(text.get_text() for text in texts(figure))
    drawn = score in {RMSE.column, *(name for names in PANELS.values() for name in names)}
    assert ("Not measured: " in said) == (drawn and len(counts) == 4)
    assert "nan" not in said.lower() and "None" not in said


def test_errors_of_zero_are_drawn():
    figure = draw(evidence(3, cv_rmse=0.0, cv_rmse_se=0.0))
    figure.draw_without_rendering()
    assert figure.axes[0].get_yscale() == "linear"
