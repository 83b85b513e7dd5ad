"""Draw the figures of one dataset: heatmaps, components, recommendations, the survey, how the fit converged."""

import matplotlib

from ratings_nmf.core import params, stage, words
from ratings_nmf.figures.bars import component_bars, recommendation_figure
from ratings_nmf.figures.curves import convergence, survey_figure, trace_figure
from ratings_nmf.figures.gallery import consensus_figure, fit_line, heatmaps
from ratings_nmf.files import interim, loadings, reports
from ratings_nmf.model import reading
from ratings_nmf.recommend import recommendations
from ratings_nmf.survey.consensus import Consensus


def report(dataset: str) -> stage.Outcome:
    """Draw and write the figures of one dataset."""
    matplotlib.rcdefaults()  # a user's own matplotlibrc must not change the figures
    parameters = params.load()
    draw = interim.draw(dataset, most_cells=parameters.most_cells, seed=parameters.seed)
    table, factors = interim.read(dataset, draw=draw), reading.read(dataset, draw=draw)
    survey = reports.read(dataset, "survey")
    fit, heldout = reports.read(dataset, "fit"), reports.read(dataset, "heldout", stage="evaluate")
    warnings = *words.gain_warnings(heldout), *words.fit_warnings(fit, heldout)
    fit_lines = [fit_line(fit), *warnings, *words.drawn_rows(draw)]
    to = parameters.dataset(dataset).recommend.to
    lists = recommendations.read(dataset, table, to=to, components=factors.components)
    figures = {
        **heatmaps(dataset, table, factors, profile=interim.read_profile(dataset), fit_lines=fit_lines),
        "components": component_bars(dataset, table, factors),
        "recommendations": recommendation_figure(
            dataset, table, factors, lists, to=to, warnings=words.list_warnings(heldout)
        ),
    }
    evidence = reports.read_evidence(dataset)
    if (curves := survey_figure(dataset, evidence, survey, fitted=fit["n_components"])) is not None:
        figures["survey"] = curves
    if (consensus := Consensus.from_numbers(*reports.read_consensus(dataset))) is not None:
        figures["consensus"] = consensus_figure(dataset, consensus, survey, table.column_labels)
    if (loss_curve := loadings.read_loss_curve(dataset)) is not None:
        figures["convergence"] = convergence(dataset, loss_curve, fit_lines)
    if (traces := loadings.read_traces(dataset)) is not None:
        figures["chains"] = trace_figure(dataset, traces, fit_lines)
    reports.write_figures(dataset, figures)
    return len(table.values), stage.of_rows(f"{len(figures)} figures", draw)


if __name__ == "__main__":
    stage.run(report)
