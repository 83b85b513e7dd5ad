"""Draw the figures of one dataset: heatmaps, components, recommendations, the survey, how the fit converged."""

import matplotlib

from ratings_nmf.core import params, stage
from ratings_nmf.figures import gallery
from ratings_nmf.figures.captions import Caption
from ratings_nmf.figures.component_bars import components
from ratings_nmf.figures.convergence import convergence
from ratings_nmf.figures.recommendation_charts import recommendations
from ratings_nmf.figures.survey_figures import figures as survey_figures
from ratings_nmf.files import interim
from ratings_nmf.files import lists as recommendation_files
from ratings_nmf.files import loadings as factors
from ratings_nmf.files import pictures as figures
from ratings_nmf.files import reports as metrics
from ratings_nmf.files import survey_tables as survey
from ratings_nmf.recommend.recommendations import sides


def report(dataset: str) -> stage.Done:
    """Draw and write the figures of one dataset."""
    matplotlib.rcdefaults()  # a user's own matplotlibrc must not change the figures
    fit = metrics.read(dataset, "fit")
    table, found = interim.read(dataset), factors.read(dataset)
    drawn = gallery.figures(
        dataset,
        table,
        found,
        profile=interim.read_profile(dataset),
        fit=fit,
        warning=gallery.warning_line(metrics.read(dataset, "heldout", stage="evaluate")),
    )
    drawn |= survey_figures(
        dataset, survey.read_evidence(dataset), survey.read_consensus(dataset), metrics.read(dataset, "survey")
    )
    drawn["components"] = components(dataset, table, found)
    to = params.load().dataset(dataset).recommend.to
    receivers, items = sides(table, to=to)
    given = recommendation_files.read(dataset, receivers=receivers, items=items, components=found.components)
    drawn["recommendations"] = recommendations(dataset, table, found, given, to=to)
    loss_curve = factors.read_loss_curve(dataset)
    if loss_curve is not None:
        lines = ("What the solver minimises, after each sweep over the table", gallery.fit_line(fit))
        drawn["convergence"] = convergence(
            loss_curve, Caption(title=f"{dataset}: convergence", lines=lines, colours="loss")
        )
    figures.write(dataset, drawn)
    return len(table.values), f"{len(drawn)} figures"


if __name__ == "__main__":
    stage.run(report)
