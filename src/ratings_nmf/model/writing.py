"""Factors as they are written: in their frame, some rows at a time, and what is measured of them on the way."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.params import FitParameters
from ratings_nmf.core.table import DENSE_LIMIT, RatingsTable
from ratings_nmf.files import interim, kept, loadings
from ratings_nmf.model.factors import Factors, named, numbered, shares
from ratings_nmf.model.frame import Solution, frame_of
from ratings_nmf.model.metrics import joined, measures, sums
from ratings_nmf.model.samples import predictor


def write(
    dataset: str,
    solution: Solution,
    tables: Iterable[RatingsTable],
    parameters: FitParameters,
    *,
    csv_limit: int,
    dense_limit: int = DENSE_LIMIT,
) -> dict[str, Any]:
    """Write a solution, in the form and with the names that parameters tell, and what it predicts; measure it.

    Returns what `measures` does, and the share of each component.

    Parameters
    ----------
    solution
        Its W may be a file, of which some rows are read at a time.
    tables
        The table, some successive rows at a time.
    csv_limit
        Most numbers that W and H may have together to be written as CSV.
    dense_limit
        Most cells of a table whose predictions are written as a table.
    """
    original = named(solution.factors, parameters.names)
    labels = tuple(interim.iterate_labels(dataset, "columns"))
    csv, dense = original.W.size + original.H.size <= csv_limit, len(original.W) * len(labels) <= dense_limit
    frame = frame_of(original, parameters.form, solution.restart_baselines)

    def arranged(W: NDArray[Any]) -> Factors:
        return frame.arranged(replace(original, W=np.asarray(W, np.float64)))

    largest = arranged(original.W.max(axis=0, keepdims=True))
    H = loadings.as_written(largest.H.T, largest.H.max(axis=1), csv=csv).T
    factors = replace(largest, H=np.ascontiguousarray(H))
    beside: dict[str, loadings.Content] = {**frame.to_frames(factors.components, labels), **solution.convergence()}
    samples = None if solution.samples is None else frame.arranged_samples(solution.samples)
    if samples is not None:
        priors = {"W_prior": samples.W_prior, "H_prior": samples.H_prior}
        beside["samples"] = kept.draws_to_columns(samples.noise, priors, samples.common, chains=samples.chains)
        lines = samples.H.transpose(0, 2, 1)
        beside["samples-H"] = kept.lines_to_columns("samples-H", lines, samples.components)
    parts, start = [], 0
    with loadings.writing(dataset, factors.columns_frame(labels), beside=beside, csv=csv) as add:
        for table in tables:
            rows = slice(start, start + table.shape[0])
            W = loadings.as_written(arranged(original.W[rows]).W, largest.W[0], csv=csv)
            some = predictor(replace(factors, W=W), None if samples is None else samples.of_rows(rows))
            estimates = some.estimates(table.rows, table.columns)
            parts.append(sums(table, some, estimates["predicted"]))
            cells = {"row": table.rows + np.int32(start), "column": table.columns, "value": table.values}
            contents: dict[str, loadings.Content] = (
                {**some.reconstruction_frames(table.row_labels, labels)}
                if dense
                else {"reconstruction": {**cells, **estimates}}
            )
            if samples is not None:
                lines = samples.W[:, rows]
                contents["samples-W"] = kept.lines_to_columns("samples-W", lines, samples.components, first=start)
            add(some.rows_frame(table.row_labels), contents)
            start += table.shape[0]
    total = joined(parts)
    numbers = *numbered(factors.parts), *factors.components[factors.parts :]  # DVC makes markup of names
    components = zip(numbers, shares(total.loadings, factors.H).tolist(), strict=True)
    return {
        **measures(total, factors),
        "components": [{"component": name, "share": share} for name, share in components],
    }
