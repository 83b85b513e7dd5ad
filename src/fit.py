"""Factorize a table and write W, H, the reconstruction and how close it comes."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core import params, stage
from ratings_nmf.core.table import DENSE_LIMIT, RatingsTable
from ratings_nmf.files import interim
from ratings_nmf.files import loadings as factor_files
from ratings_nmf.files import reports as metrics
from ratings_nmf.model.factors import Factors, checked_names, named, shares
from ratings_nmf.model.frame import Solution, frame_of
from ratings_nmf.model.metrics import joined, measures, sums
from ratings_nmf.solvers.factorize import factorize


def fit(dataset: str, *, csv_limit: int = factor_files.CSV_LIMIT, block: int = interim.BLOCK) -> stage.Done:
    """Fit the factors of one dataset: CSV of up to `csv_limit` numbers; Spark's are written `block` cells at a time."""
    parameters = params.load()
    chosen = parameters.dataset(dataset).fit
    count = metrics.read_choice(dataset) if chosen.n_components == "auto" else chosen.n_components
    profile, labels = interim.read_profile(dataset), tuple(interim.iterate_labels(dataset, "columns"))
    parts, dense = [], profile["rows"] * profile["columns"] <= DENSE_LIMIT
    with _solved(dataset, chosen, count, seed=parameters.seed, block=block) as (solved, blocks):
        found = named(solved.factors, chosen.names)
        csv = found.W.size + found.H.size <= csv_limit
        frame = frame_of(found, chosen.form, solved.restart_baselines)

        def arranged(W: NDArray[Any]) -> Factors:
            return frame.arranged(replace(found, W=np.asarray(W, np.float64)))

        largest = arranged(found.W.max(axis=0, keepdims=True))
        H = factor_files.as_written(largest.H.T, largest.H.max(axis=1), csv=csv).T
        factors = replace(largest, H=np.ascontiguousarray(H))
        beside = frame.to_frames(factors.components, labels) | solved.convergence()
        with factor_files.writing(dataset, factors.columns_frame(labels), beside=beside, csv=csv) as add:
            start = 0
            for table in blocks:
                W = arranged(found.W[start : start + table.shape[0]]).W
                factors = replace(factors, W=factor_files.as_written(W, largest.W[0], csv=csv))
                parts.append(sums(table, factors))
                cells = factors.reconstruction_frame(table) if dense else factors.stored_cells(table, first_row=start)
                add(factors.rows_frame(table.row_labels), cells)
                start += table.shape[0]
    total = joined(parts)
    measured = measures(total, factors)
    components = zip(factors.components, shares(total.loadings, factors.H).tolist(), strict=True)
    measured |= {"n_components": count, "n_iter": solved.n_iter, "converged": solved.converged}
    measured["components"] = [{"component": name, "share": share} for name, share in components]
    metrics.write(dataset, "fit", measured)
    summary = ("n_components", "converged", "relative_error")
    metrics.write_summary(dataset, "fit", {name: measured[name] for name in summary})
    return profile["cells"], f"{count} components, relative error {measured['relative_error']:.4g}"


@contextmanager
def _solved(
    dataset: str, chosen: params.FitParameters, count: int, *, seed: int, block: int
) -> Iterator[tuple[Solution, Iterable[RatingsTable]]]:
    """Yield what the solver finds, and the table, some rows at a time; Spark reads it itself."""
    common: dict[str, Any] = {"n_components": count, "options": chosen.options, "seed": seed}
    if chosen.solver == "spark":
        from ratings_nmf.solvers import spark

        checked_names(chosen.names, count)  # before what may take hours
        with spark.factorize_file(interim.cells_file(dataset), interim.read_profile(dataset), **common) as solved:
            yield solved, interim.blocks(dataset, cells=block)
    else:
        table = interim.read(dataset)
        yield factorize(table, solver=chosen.solver, **common), [table]


if __name__ == "__main__":
    stage.run(fit)
