"""Compare counts of components on held-out cells, restarts and shuffled data; write the evidence and the choice."""

from ratings_nmf.core import params, stage
from ratings_nmf.files import choice as choice_file
from ratings_nmf.files import interim
from ratings_nmf.files import reports as metrics
from ratings_nmf.files import survey_tables as survey_files
from ratings_nmf.solvers.factorize import counterpart
from ratings_nmf.survey.comparison import compare
from ratings_nmf.survey.evidence import COLUMNS

STAND_IN = "The native solver, without baselines and with a penalty of the same weight, stands in for Spark's ALS here."


def survey(dataset: str) -> stage.Done:
    """Survey the counts of components of one dataset."""
    parameters = params.load()
    asked, fit = parameters.dataset(dataset).survey, parameters.dataset(dataset).fit
    table = interim.read(dataset)
    options, left_out = counterpart(fit.solver, fit.options, table)
    found = compare(
        table,
        counts=asked.components,
        folds=asked.folds,
        restarts=asked.restarts,
        options={**options, "ensemble": 1},
        seed=parameters.seed,
    )
    notes = [STAND_IN] if fit.solver == "spark" else []
    notes += [f"fit.options {name}: not used here, since the native solver has none." for name in left_out]
    choice, suggested = found.choice, found.suggested
    survey_files.write_evidence(dataset, COLUMNS, found.evidence)
    survey_files.write_consensus(dataset, found.shown(table))
    content = {"rules": suggested, "agree": found.agree, "choice": choice.n_components, "reason": choice.reason}
    content |= {"consensus": found.consensus_count, "notes": notes + found.notes}
    metrics.write(dataset, "survey", content)
    choice_file.write(dataset, choice.n_components)
    return len(table.values), choice.reason


if __name__ == "__main__":
    stage.run(survey)
