"""Charts of the page stand on their axes, whatever the numbers."""

import numpy as np
import pytest

from pages import evidence
from ratings_nmf.page import charts
from ratings_nmf.survey.criterion import RMSE


def inside(chart):
    """Every mark lies between the axes' ends, and no two texts of an axis are the same or overlap."""
    marks = [point for curve in chart["curves"] for point in curve]
    for x, y in [*marks, *((x, y) for x, *ends in chart["bars"] for y in ends)]:
        assert chart["left"] <= x <= chart["right"] and 10 <= y <= chart["bottom"]
    for ticks, room in ((chart["up"], 12), (chart["across"], 0)):
        texts = [text for _, text in ticks]
        assert 1 <= len(set(texts)) == len(texts)
        gaps = np.abs(np.diff([place for place, _ in ticks]))
        assert (gaps >= (room or charts.CHARACTER * max(map(len, texts)))).all()


@pytest.mark.parametrize("size", [1e-9, 0.001, 1.0, 1e4, 1e12])
@pytest.mark.parametrize("counts", [1, 4, 40])
def test_the_survey_shows_each_count_and_its_error(size, counts):
    errors = size * (1 + 0.1 * np.arange(counts))
    lines = [
        {"n_components": 3 * at + 1, "cv_rmse": error, "cv_rmse_se": 0.05 * size} for at, error in enumerate(errors)
    ]
    chart = charts.survey(lines, RMSE)
    inside(chart)
    (curve,) = chart["curves"]
    heights = np.array([y for _, y in curve])
    assert len(heights) == counts and (np.diff(heights) < 0).all()
    np.testing.assert_allclose(np.diff(heights), np.diff(heights)[:1].repeat(counts - 1), atol=0.11)
    for (x, y), (at, low, high) in zip(curve, chart["bars"], strict=True):
        assert x == at and high < y < low


def test_agreement_leaves_out_what_was_not_measured():
    chart = charts.agreement(evidence())
    inside(chart)
    assert [len(curve) for curve in chart["curves"]] == [4, 3]
    assert [text for _, text in chart["up"]] == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]


@pytest.mark.parametrize(
    ("losses", "texts"),
    [
        ([5.0, 2.0, 1.0], ["1", "2", "3", "4", "5"]),
        ([3.0], ["1", "2", "3", "4", "5"]),
        ([0.0], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ([2e4, 500.0, 7.0], ["10", "100", "1,000", "10,000"]),
        (np.geomspace(1e9, 1e8, 3000).tolist(), ["0", "2e+08", "4e+08", "6e+08", "8e+08", "1.0e+09"]),
    ],
)
def test_convergence_is_logarithmic_where_the_loss_falls_tenfold(losses, texts):
    chart = charts.convergence(np.array(losses))
    inside(chart)
    assert [text for _, text in chart["up"]] == texts
    assert chart["across"][0][0] >= chart["left"]
    assert chart["has_dots"] == (len(losses) <= charts.DOTS)


@pytest.mark.parametrize("sweeps", [1, 40, 1001])
def test_chains_are_drawn_to_their_last_sweep(sweeps):
    traces = np.random.default_rng(0).uniform(1, 2, (3, sweeps))
    traces[1, sweeps // 2 + 1 :] = np.nan
    chart = charts.chains(traces)
    inside(chart)
    full, short, _ = chart["curves"]
    assert len(full) == min(sweeps, 143) and full[0][0] == short[0][0] == chart["left"]
    assert short[-1][0] <= chart["left"] + charts.WIDTH * (sweeps // 2) / max(sweeps - 1, 1) + 0.1
