"""Charts show what they are given."""

import numpy as np
import pytest

from ratings_nmf.charts import convergence
from ratings_nmf.heatmap.caption import Caption

SAYS = Caption(title="a title", lines=("one line",), colours="loss")


@pytest.mark.parametrize(("loss", "scale"), [([5.0, 2.0, 1.0], "linear"), ([1e4, 5.0, 1.0], "log"), ([3.0], "linear")])
def test_convergence_shows_every_iteration_on_a_fitting_scale(loss, scale):
    figure = convergence(np.array(loss), SAYS)
    (axes,) = figure.axes
    (line,) = axes.lines
    np.testing.assert_array_equal(line.get_xdata(), np.arange(1, len(loss) + 1))
    np.testing.assert_array_equal(line.get_ydata(), loss)
    assert (axes.get_yscale(), axes.get_ylabel()) == (scale, "loss")


def test_a_loss_of_zero_is_drawn():
    figure = convergence(np.array([10.0, 0.0]), SAYS)
    figure.canvas.draw()
    assert figure.axes[0].get_yscale() == "linear"
