"""Draw the figures of one dataset: heatmaps, components, recommendations, the survey, how the fit converged."""

import matplotlib

from ratings_nmf.core import stage, words
from ratings_nmf.figures import sources
from ratings_nmf.figures.bars import component_bars, recommendation_figure
from ratings_nmf.figures.curves import convergence, survey_figure, trace_figure
from ratings_nmf.figures.gallery import consensus_figure, fit_line, heatmaps
from ratings_nmf.files import reports


def report(dataset: str) -> stage.Outcome:
    """Draw and write the figures of one dataset."""
    matplotlib.rcdefaults()  # a user's own matplotlibrc must not change the figures
    results = sources.read(dataset)
    table, factors, fit, heldout = results.table, results.factors, results.fit, results.heldout
    warnings = *words.gain_warnings(heldout), *words.fit_warnings(fit, heldout)
    fit_lines = [fit_line(fit), *warnings, *words.drawn_rows(table.draw)]
    figures = {
        **heatmaps(dataset, table, factors, profile=results.profile, fit_lines=fit_lines),
        "components": component_bars(dataset, table, factors),
    }
    lists = recommendation_figure(
        dataset, table, factors, results.recommendations, to=results.to, warnings=words.list_warnings(heldout)
    )
    if lists is not None:
        figures["recommendations"] = lists
    if (curves := survey_figure(dataset, results.evidence, results.survey, fitted=fit["n_components"])) is not None:
        figures["survey"] = curves
    if results.consensus is not None:
        figures["consensus"] = consensus_figure(dataset, results.consensus, results.survey, table.column_labels)
    if results.loss_curve is not None:
        figures["convergence"] = convergence(dataset, results.loss_curve, fit_lines)
    if results.traces is not None:
        figures["chains"] = trace_figure(dataset, results.traces, fit_lines)
    reports.write_figures(dataset, figures)
    return len(table.values), stage.of_rows(f"{len(figures)} figures", table.draw)


if __name__ == "__main__":
    stage.run(report)
