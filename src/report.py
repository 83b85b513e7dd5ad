"""Draw the figures of one dataset: the table, W, H, what they predict, and the survey of counts."""

import matplotlib

from ratings_nmf import stage
from ratings_nmf.artifacts import factors, figures, interim, metrics, survey
from ratings_nmf.charts import convergence
from ratings_nmf.heatmap import gallery
from ratings_nmf.heatmap.caption import Caption
from ratings_nmf.survey_figures.gallery import figures as survey_figures


def report(dataset: str) -> str:
    """Draw and write the figures of one dataset."""
    matplotlib.rcdefaults()  # a user's own matplotlibrc must not change the figures
    fit = metrics.read(dataset, "fit")
    drawn = gallery.figures(
        dataset,
        interim.read(dataset),
        factors.read(dataset),
        profile=interim.read_profile(dataset),
        fit=fit,
        warning=gallery.warning_line(metrics.read(dataset, "heldout", stage="evaluate")),
    )
    drawn |= survey_figures(
        dataset, survey.read_evidence(dataset), survey.read_consensus(dataset), metrics.read(dataset, "survey")
    )
    loss_curve = factors.read_loss_curve(dataset)
    if loss_curve is not None:
        lines = ("What the solver minimises, after each sweep over the table", gallery.fit_line(fit))
        drawn["convergence"] = convergence(
            loss_curve, Caption(title=f"{dataset}: convergence", lines=lines, colours="loss")
        )
    figures.write(dataset, drawn.items())
    return f"{len(drawn)} figures"


if __name__ == "__main__":
    stage.run(report)
