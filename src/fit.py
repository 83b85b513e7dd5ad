"""Factorize a table and write W, H, the reconstruction and how close it comes."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from ratings_nmf.core import params, stage
from ratings_nmf.core.table import RatingsTable
from ratings_nmf.core.words import number
from ratings_nmf.files import interim, loadings, reports
from ratings_nmf.model import writing
from ratings_nmf.model.factors import checked_names
from ratings_nmf.model.frame import Solution
from ratings_nmf.solvers.factorize import factorize


def fit(dataset: str, *, csv_limit: int = loadings.CSV_LIMIT, block: int = interim.BLOCK) -> stage.Outcome:
    """Fit the factors of one dataset: CSV of up to `csv_limit` numbers; Spark's are written `block` cells at a time."""
    document = params.load()
    parameters = document.dataset(dataset).fit
    count, options = reports.decisions(dataset, parameters)
    common: dict[str, Any] = {"n_components": count, "options": options, "seed": document.seed}
    with _solution(dataset, parameters, common, block=block) as (solution, tables):
        content = writing.write(dataset, solution, tables, parameters, csv_limit=csv_limit)
    content |= {"n_components": count, "n_iter": solution.n_iter, "converged": solution.converged, **solution.mixing}
    if solution.notes:
        content["notes"] = [*solution.notes]
    reports.write(dataset, "fit", content)
    summary = {name: content[name] for name in ("n_components", "converged", "relative_error")}
    reports.write_summary(dataset, "fit", summary)
    outcome = f"{count} components, relative error {number(content['relative_error'], 4)}"
    return interim.read_profile(dataset)["cells"], outcome


@contextmanager
def _solution(
    dataset: str, parameters: params.FitParameters, common: dict[str, Any], *, block: int
) -> Iterator[tuple[Solution, Iterable[RatingsTable]]]:
    """Yield what the solver finds, and the table, some rows at a time; Spark reads it itself."""
    if parameters.solver == "spark":
        from ratings_nmf.solvers import spark

        checked_names(parameters.names, common["n_components"])  # before what may take hours
        with spark.factorize_file(interim.cells_file(dataset), interim.read_profile(dataset), **common) as solution:
            yield solution, interim.blocks(dataset, cells=block)
    else:
        table = interim.read(dataset)
        yield factorize(table, solver=parameters.solver, **common), [table]


if __name__ == "__main__":
    stage.run(fit)
