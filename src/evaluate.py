"""Predict cells that the fit did not see, and find them by lists; write how well, beside what is simpler."""

from pathlib import Path

from ratings_nmf.core import params, stage, words
from ratings_nmf.core.table import LISTED
from ratings_nmf.files import interim
from ratings_nmf.files import reports as metrics
from ratings_nmf.holdout import evaluation
from ratings_nmf.holdout.trial import Model
from ratings_nmf.raw.newcomers import read_unseen
from ratings_nmf.solvers.factorize import LEAVE_OUT, counterpart


def evaluate(dataset: str) -> stage.Outcome:
    """Evaluate the factorization of one dataset on held-out cells."""
    parameters = params.load()
    block = parameters.dataset(dataset)
    fit, source = block.fit, block.ingest
    count, options = metrics.decisions(dataset, fit)
    draw = interim.draw(dataset, most_cells=parameters.most_cells, seed=parameters.seed)
    table = interim.read(dataset, draw=draw)
    left_out = [] if fit.solver in LEAVE_OUT else counterpart(fit.solver, fit.options, table)[1]
    model = Model(n_components=count, solver=fit.solver, options=options)
    seed, to = parameters.seed, block.recommend.to
    unknown: list[str] = []
    if block.evaluate.test is None:
        heldout = evaluation.over_folds(table, model, folds=block.evaluate.folds or 0, seed=seed, to=to)
    else:
        path = Path(block.evaluate.test)
        row_labels = () if draw is None else interim.iterate_labels(dataset, "rows")
        cells = read_unseen(path, table, source, row_labels=row_labels)
        heldout = evaluation.on_test_cells(table, ((cells.rows, cells.columns), cells.values), model, seed=seed, to=to)
        heldout |= {"unknown_cells": cells.unknown_cells, "unrated_lines": cells.unrated}
        unknown = cells.unknown_labels
        heldout["unknown_labels"] = len(unknown)
        if cells.undrawn:
            heldout["undrawn_lines"] = cells.undrawn
    if draw is not None:
        heldout["drawn"] = {"most_cells": parameters.most_cells, "seed": seed}
    notes = words.drawn_rows(draw) + heldout.get("notes", [])
    if left_out:
        notes.append(f"fit.options without a counterpart in the native solver: {', '.join(left_out)}")
    if notes:
        heldout["notes"] = notes
    metrics.write(dataset, "heldout", heldout | {"predictors": evaluation.predictors(heldout)})
    metrics.write_summary(dataset, "heldout", evaluation.summary(heldout))
    more = f" Unknown labels, first {LISTED}: {', '.join(unknown[:LISTED])}" if unknown else ""
    return heldout["cells"], stage.of_rows(heldout["verdict"] + more, draw)


if __name__ == "__main__":
    stage.run(evaluate)
