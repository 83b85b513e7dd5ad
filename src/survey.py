"""Compare counts of components on held-out cells, restarts and shuffled data; write the evidence and the choice."""

from ratings_nmf.core import params, stage, words
from ratings_nmf.files import interim, reports
from ratings_nmf.solvers.factorize import counterpart
from ratings_nmf.survey.comparison import compare
from ratings_nmf.survey.consensus import to_frame

STAND_INS = {
    "bayes": "Held-out errors are of sampled fits; restarts, shuffled data and penalties are of the native solver.",
    "spark": "The native solver, without baselines and with a penalty of the same weight, stands in for Spark's ALS "
    "here.",
}


def survey(dataset: str) -> stage.Outcome:
    """Survey the counts of components of one dataset."""
    parameters = params.load()
    block = parameters.dataset(dataset)
    draw, fit = interim.draw(dataset, most_cells=parameters.most_cells, seed=parameters.seed), block.fit
    table = interim.read(dataset, draw=draw)
    options, left_out = counterpart(fit.solver, fit.options, table)
    comparison = compare(
        table,
        block.survey,
        options={**options, "ensemble": 1},
        sampled=fit.options if fit.solver == "bayes" else None,
        seed=parameters.seed,
        to=block.recommend.to,
    )
    notes = words.drawn_rows(draw) + ([STAND_INS[fit.solver]] if fit.solver in STAND_INS else [])
    notes += [f"fit.options {name}: not used here, since the native solver has none." for name in left_out]
    reports.write_survey(dataset, evidence=comparison.evidence_frame(), consensus=to_frame(comparison.consensus))
    content = {
        "agree": comparison.agree,
        "choice": comparison.choice.n_components,
        "consensus": comparison.consensus_count,
        "notes": notes + comparison.notes,
        "parts": comparison.parts.n_components,
        "parts_reason": comparison.parts.reason,
        "penalties": comparison.penalties,
        "reason": comparison.choice.reason,
        "rules": comparison.suggestions,
    }
    reports.write(dataset, "survey", content)
    choice = {
        "n_components": comparison.choice.n_components,
        "options": dict(comparison.options) if fit.solver == "native" else {},
        "parts": comparison.parts.n_components,
    }
    reports.write(dataset, "choice", choice)
    outcome = f"to predict: {comparison.choice.reason} To name: {comparison.parts.reason}"
    return len(table.values), stage.of_rows(outcome, draw)


if __name__ == "__main__":
    stage.run(survey)
