"""Charts as SVG: Vega-Lite by Altair, drawn when the page is built.

Sizes of axes are given, not measured, so that the fonts of a machine do not move anything. The style sheet colours
the marks, which are found by Vega's class names; no style stands in the SVG itself.
"""

from collections.abc import Sequence
from typing import Any

import altair as alt
import vl_convert
from markupsafe import Markup

from ratings_nmf.core.words import number

WIDTH, HEIGHT = 320, 190
LEFT = 46
"""Pixels left of a chart in which numbers of up to 4 characters and the title of their axis stand."""

CHARACTER = 9
"""Pixels that any more character of them takes."""


def survey(evidence: Sequence[dict[str, Any]]) -> Markup:
    """Draw the held-out error of counts for which it was measured, and its standard error."""
    values = [
        {
            "k": line["n_components"],
            "held out": line["cv_rmse"],
            "low": max(line["cv_rmse"] - (line["cv_rmse_se"] or 0.0), 0.0),
            "high": line["cv_rmse"] + (line["cv_rmse_se"] or 0.0),
        }
        for line in evidence
    ]
    counts = alt.X("k:O").title("number of components").axis(labelAngle=0, labelOverlap="greedy", labelFlush=False)
    base = alt.Chart({"values": values}).encode(x=counts)
    error = alt.Y("held out:Q").title("error (RMSE)").scale(zero=False)
    return _svg(
        alt.layer(
            base.mark_rule().encode(y="low:Q", y2="high:Q"),
            base.mark_line().encode(y=error),
            base.mark_point(size=70, filled=True).encode(y=error),
        ).properties(width=WIDTH, height=HEIGHT),
        left=_left(max((number(line["high"]) for line in values), key=len)),
    )


def agreement(evidence: Sequence[dict[str, Any]]) -> Markup:
    """Draw how far restarts agree on the components, and on how columns group, by count: 1 is always the same."""
    names = {"stability": "components", "cophenetic": "groups"}
    values = [
        {"k": line["n_components"], "share": line[name], "of": text}
        for name, text in names.items()
        for line in evidence
        if line[name] is not None
    ]
    counts = alt.X("k:O").title("number of components").axis(labelAngle=0, labelOverlap="greedy", labelFlush=False)
    share = alt.Y("share:Q").title("agreement of restarts").scale(domain=[min(0.0, *(v["share"] for v in values)), 1])
    base = alt.Chart({"values": values}).encode(x=counts, y=share, detail="of:N")
    lines = base.mark_line().encode(strokeDash=alt.StrokeDash("of:N").legend(None))
    points = base.mark_point(size=70, filled=True)
    return _svg(alt.layer(lines, points).properties(width=WIDTH, height=HEIGHT))


def errors(bars: Sequence[tuple[str, float]]) -> Markup:
    """Draw named errors as bars, in the order given; the first is the model's."""
    values = [{"name": name, "error": error, "text": number(error)} for name, error in bars]
    base = alt.Chart({"values": values}).encode(
        y=alt.Y("name:N").sort(None).title(None).axis(labelLimit=134, labelPadding=8, domain=False, ticks=False),
        x=alt.X("error:Q").title("error on held-out cells (RMSE)").axis(tickCount=3),
    )
    layers = alt.layer(base.mark_bar(height=18), base.mark_text(align="left", dx=6, fontSize=13).encode(text="text:N"))
    return _svg(layers.properties(width=WIDTH - 130, height=34 * len(bars)), left=142, right=52)


def convergence(losses: Sequence[float]) -> Markup:
    """Draw the loss after each iteration, on a logarithmic scale where it falls tenfold."""
    values = [{"iteration": step, "loss": loss} for step, loss in enumerate(losses, start=1)]
    scale = alt.Scale(type="log" if losses[0] > 10 * losses[-1] > 0 else "linear", zero=False, nice=True)
    chart = alt.Chart({"values": values}).mark_line(point=len(values) <= 60)
    axis = alt.Axis(tickCount=4, format="~g")
    return _svg(
        chart.encode(
            x=alt.X("iteration:Q").scale(nice=False, zero=False).axis(tickMinStep=1, tickCount=6, grid=False),
            y=alt.Y("loss:Q", scale=scale).axis(axis).title("what the solver minimises"),
        ).properties(width=WIDTH, height=HEIGHT),
        left=_left(f"{losses[0]:.2g}"),
    )


def _left(longest: str) -> int:
    """Return the pixels left of a chart whose numbers are up to so long."""
    return LEFT + round(CHARACTER * max(len(longest) - 4, 0))


def _svg(chart: Any, *, left: int = LEFT, right: int = 10) -> Markup:
    """Draw a chart with margins that no text decides, without markup of its own size or background."""
    styled = (
        chart.properties(padding={"left": left + 14, "right": right, "top": 12, "bottom": 44}, autosize="none")
        .configure(background="transparent", font="sans-serif")
        .configure_view(stroke=None)
        .configure_axis(labelFontSize=13, titleFontSize=13, titleFontWeight="normal", tickSize=4)
        .configure_axisY(minExtent=left - 16, maxExtent=left - 16, titlePadding=6)
        .configure_axisX(minExtent=22, maxExtent=22, titlePadding=4)
    )
    return Markup(vl_convert.vegalite_to_svg(styled.to_dict()))
