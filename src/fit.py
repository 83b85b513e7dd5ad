"""Factorize a table and write W, H, the reconstruction and how close it comes."""

from ratings_nmf import factors, params, stage
from ratings_nmf.artifacts import choice, interim, metrics
from ratings_nmf.artifacts import factors as factor_files
from ratings_nmf.errors import InputError
from ratings_nmf.factorize import factorize
from ratings_nmf.frame import frame_of
from ratings_nmf.metrics import fit_metrics


def fit(dataset: str) -> stage.Done:
    """Fit the factors of one dataset."""
    parameters = params.load()
    chosen = parameters.dataset(dataset).fit
    ratings = interim.read(dataset)
    count = choice.read(dataset) if chosen.n_components == "auto" else chosen.n_components
    try:
        solved = factorize(
            ratings,
            n_components=count,
            solver=chosen.solver,
            options=chosen.options,
            seed=parameters.seed,
        )
        found = factors.canonical(solved.factors) if chosen.form == "canonical" else solved.factors
        found = factor_files.as_written(factors.named(found, chosen.names))
    except InputError as error:
        raise InputError(f"{params.FILE}: datasets.{dataset}.fit.{error}") from None
    measured = fit_metrics(ratings, found)
    frame = frame_of(solved.factors, chosen.form, solved.restart_baselines)
    factor_files.write(dataset, ratings, found, frame=frame, loss_curve=solved.loss_curve)
    shares = zip(found.components, found.shares().tolist(), strict=True)
    measured |= {"n_components": count, "n_iter": solved.n_iter, "converged": solved.converged}
    measured["components"] = [{"component": name, "share": share} for name, share in shares]
    metrics.write(dataset, "fit", measured)
    summary = ("n_components", "converged", "relative_error")
    metrics.write_summary(dataset, "fit", {name: measured[name] for name in summary})
    return len(ratings.values), f"{count} components, relative error {measured['relative_error']:.4g}"


if __name__ == "__main__":
    stage.run(fit)
