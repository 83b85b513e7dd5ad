"""Factorize a table and write W, H, the reconstruction and how close it comes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core import params, stage
from ratings_nmf.files import choice, interim
from ratings_nmf.files import loadings as factor_files
from ratings_nmf.files import reports as metrics
from ratings_nmf.model import factors
from ratings_nmf.model.frame import frame_of
from ratings_nmf.model.metrics import fit_metrics
from ratings_nmf.solvers.factorize import check_count, factorize
from ratings_nmf.solvers.options import spark_options
from ratings_nmf.solvers.spark.scale import fits_on_spark


def fit(dataset: str) -> stage.Done:
    """Fit the factors of one dataset."""
    parameters = params.load()
    chosen = parameters.dataset(dataset).fit
    count = choice.read(dataset) if chosen.n_components == "auto" else chosen.n_components
    profile = interim.read_profile(dataset)
    large = fits_on_spark(chosen.solver, (profile["rows"], profile["columns"]), count)
    measured = (_on_spark if large else _in_memory)(dataset, chosen, count, parameters.seed)
    measured["n_components"] = count
    metrics.write(dataset, "fit", measured)
    summary = ("n_components", "converged", "relative_error")
    metrics.write_summary(dataset, "fit", {name: measured[name] for name in summary})
    return profile["cells"], f"{count} components, relative error {measured['relative_error']:.4g}"


def _in_memory(dataset: str, chosen: params.Fit, count: int, seed: int) -> dict[str, Any]:
    ratings = interim.read(dataset)
    solved = factorize(ratings, n_components=count, solver=chosen.solver, options=chosen.options, seed=seed)
    found = factors.canonical(solved.factors) if chosen.form == "canonical" else solved.factors
    found = factor_files.as_written(factors.named(found, chosen.names))
    measured = fit_metrics(ratings, found)
    frame = frame_of(solved.factors, chosen.form, solved.restart_baselines)
    factor_files.write(dataset, ratings, found, frame=frame, loss_curve=solved.loss_curve)
    measured |= {"n_iter": solved.n_iter, "converged": solved.converged}
    return {**measured, "components": _components(found.components, found.shares())}


def _on_spark(dataset: str, chosen: params.Fit, count: int, seed: int) -> dict[str, Any]:
    from ratings_nmf.solvers.spark import fit as spark

    profile = interim.read_profile(dataset)
    check_count((profile["rows"], profile["columns"]), count, "fit.n_components")
    range_ = {"lowest": profile["minimum"], "highest": profile["maximum"]}
    options = spark_options(chosen.options, zeros=profile["zeros"], **range_)
    names = factors.checked_names(chosen.names, count)
    with factor_files.replacing_all(dataset) as folder:
        frame, shares, measured = spark.fit(
            interim.cells_file(dataset),
            (interim.iterate_labels(dataset, "rows"), interim.iterate_labels(dataset, "columns")),
            folder,
            names=names,
            form=chosen.form,
            options=options,
            seed=seed,
        )
        factor_files.write_scale(folder, names, frame)
    measured |= {"n_iter": options.maxIter, "converged": None}
    return {**measured, "components": _components(names, shares)}


def _components(names: Sequence[str], shares: NDArray[np.float64]) -> list[dict[str, Any]]:
    return [{"component": name, "share": share} for name, share in zip(names, shares.tolist(), strict=True)]


if __name__ == "__main__":
    stage.run(fit)
