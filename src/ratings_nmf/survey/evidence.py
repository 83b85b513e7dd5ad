"""The evidence for each count: held-out error, restarts and shuffled data, fitted in parallel."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from ratings_nmf.core.progress import progress
from ratings_nmf.core.streams import derived_seed, stream
from ratings_nmf.core.table import RatingsTable
from ratings_nmf.holdout.folds import Folds
from ratings_nmf.holdout.trial import Model, hold_out, root_mean_square, standard_error
from ratings_nmf.model.factors import Factors
from ratings_nmf.model.metrics import fit_metrics
from ratings_nmf.solvers.factorize import factorize
from ratings_nmf.survey import consensus

COLUMNS = (
    "n_components", "cv_rmse", "cv_rmse_se", "cv_mae", "train_rmse", "explained_variance", "rss", "cophenetic",
    "dispersion", "silhouette", "stability", "sparsity_W", "sparsity_H", "shuffled_rss",
)  # fmt: skip
"""Keys of a line of evidence; a part that is turned off, or undefined for a count, is None."""

Line = dict[str, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class Setting:
    """What every fit of a survey shares: the native solver's options, the seed, the number of fits at a time."""

    options: Mapping[str, Any]
    seed: int
    jobs: int

    def run(self, unit: str, function: Callable[[int, int], Any], counts: Sequence[int], numbers: Sequence[int]) -> Any:
        """Return a list for each count of what the function returns for it and each number, with a bar of progress."""
        pairs = list(product(counts, numbers))
        work = Parallel(n_jobs=self.jobs, prefer="threads", return_as="generator")(
            delayed(function)(*pair) for pair in pairs
        )
        results = list(progress(work, total=len(pairs), unit=unit))
        return [results[start : start + len(numbers)] for start in range(0, len(pairs), len(numbers))]

    def restarted(self, table: RatingsTable, purpose: str, count: int, run: int) -> Factors:
        """Fit from the solver's own random start, of a stream of this purpose, count and run."""
        seed = derived_seed(self.seed, purpose, count, run)
        return factorize(
            table, n_components=count, solver="native", options=self.options, seed=seed, start="random"
        ).factors


def held_out(table: RatingsTable, folds: Folds, counts: Sequence[int], setting: Setting) -> list[Line]:
    """Return, for each count, the error on cells that the fit did not see.

    ``cv_rmse`` is the mean over folds of √mean (x − w·h)² over the fold's cells; ``cv_rmse_se`` its standard error,
    √(variance of the folds' RMSE / number of folds); ``cv_mae`` the mean over folds of mean |x − w·h|; ``train_rmse``
    the mean over folds of the RMSE over the known cells that were not held out.
    """

    def errors(count: int, fold: int) -> tuple[float, float, float]:
        places, values = folds.held_out(fold)
        model = Model(n_components=count, solver="native", options=setting.options)
        trial = hold_out(table, places, model, seed=derived_seed(setting.seed, "survey fold", count, fold))
        wrong = values - trial.factors.predict(*places)
        weights = np.where(values > 0, 1.0, table.weight)
        left = np.square(fit_metrics(table, trial.factors)["frobenius_error"])
        left -= (weights * np.square(wrong)).sum()
        train = float(np.sqrt(max(left, 0.0) / trial.known.counted))
        return float(root_mean_square(wrong)), float(np.abs(wrong).mean()), train

    lines = []
    for results in setting.run("held-out fits", errors, counts, folds.used):
        rmse, mae, train = np.array(results).T
        lines.append(
            {
                "cv_rmse": float(rmse.mean()),
                "cv_rmse_se": standard_error(rmse),
                "cv_mae": float(mae.mean()),
                "train_rmse": float(train.mean()),
            }
        )
    return lines


def restarted(
    table: RatingsTable, counts: Sequence[int], number: int, columns: NDArray[np.intp], setting: Setting
) -> tuple[list[Line], list[NDArray[np.float64]]]:
    """Return, for each count, how good and how alike the fits from `number` random starts are, and the consensus.

    ``rss`` is the least Σ(x − w·h)² of the restarts; ``explained_variance`` and the sparsities (as in fit.json)
    are of that restart. ``cophenetic`` and ``dispersion`` are of the consensus matrix between `columns`,
    ``silhouette`` and ``stability`` of the matched components. ``shuffled_rss`` is `rss` on `shuffled` data.
    """
    mixed = shuffled(table, stream(setting.seed, "survey shuffle"))

    def restart(count: int, run: int) -> tuple[dict[str, Any], NDArray[np.float64], NDArray[np.intp]]:
        factors = setting.restarted(table, "survey restart", count, run)
        return fit_metrics(table, factors), factors.H[: factors.parts], consensus.strongest(factors)[columns]

    def on_mixed(count: int, run: int) -> float:
        factors = setting.restarted(mixed, "survey shuffled restart", count, run)
        return float(np.square(fit_metrics(mixed, factors)["frobenius_error"]))

    fits = setting.run("restarts", restart, counts, range(number))
    errors = setting.run("shuffled fits", on_mixed, counts, range(number))
    lines, matrices = [], []
    for count, results, mixed_errors in zip(counts, fits, errors, strict=True):
        metrics, parts, assignments = zip(*results, strict=True)
        best = min(metrics, key=lambda one: one["frobenius_error"])
        matrices.append(consensus.consensus(assignments))
        lines.append(
            {
                "explained_variance": best["explained_variance"],
                "rss": float(np.square(best["frobenius_error"])),
                "cophenetic": consensus.cophenetic(matrices[-1]) if count > 1 else None,
                "dispersion": consensus.dispersion(matrices[-1]),
                "silhouette": consensus.silhouette(parts),
                "stability": consensus.stability(parts),
                "sparsity_W": best["sparsity_W"],
                "sparsity_H": best["sparsity_H"],
                "shuffled_rss": min(mixed_errors),
            }
        )
    return lines, matrices


def shuffled(table: RatingsTable, random: np.random.Generator) -> RatingsTable:
    """Return the table with each column's known values dealt anew to the rows that are known in it.

    Columns keep their values, and rows that go together no longer do. Source: Frigyesi & Höglund 2008, Cancer
    Informatics 6.
    """
    rows, values = table.rows.copy(), table.values.copy()
    if not table.weight:
        places = np.lexsort((table.rows, table.columns))
        values[places] = table.values[np.lexsort((random.random(len(places)), table.columns))]
    else:
        counts = np.bincount(table.columns, minlength=table.shape[1])
        by_column = np.argsort(table.columns, kind="stable")
        rows[by_column] = np.concatenate([random.choice(table.shape[0], count, replace=False) for count in counts])
    order = np.lexsort((table.columns, rows))
    return replace(table, rows=rows[order], columns=table.columns[order], values=values[order])
