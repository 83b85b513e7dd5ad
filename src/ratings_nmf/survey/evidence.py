"""The evidence for each count: held-out error, restarts and shuffled data, fitted in parallel."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from ratings_nmf.core.progress import progress
from ratings_nmf.core.streams import derived_seed, stream
from ratings_nmf.core.table import RatingsTable
from ratings_nmf.holdout.folds import Folds
from ratings_nmf.model.factors import Factors
from ratings_nmf.model.metrics import fit_metrics
from ratings_nmf.solvers.cells import not_held_out
from ratings_nmf.solvers.factorize import factorize
from ratings_nmf.survey import consensus, restarts

COLUMNS = (
    "n_components", "cv_rmse", "cv_rmse_se", "cv_mae", "train_rmse", "explained_variance", "rss", "cophenetic",
    "dispersion", "silhouette", "stability", "sparsity_W", "sparsity_H", "shuffled_rss",
)  # fmt: skip
"""Keys of a line of evidence; a part that is turned off, or undefined for a count, is None."""

Evidence = dict[str, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class Setting:
    """What every fit of a survey shares: the solver's options, the seed, the number of fits at a time."""

    options: Mapping[str, Any]
    seed: int
    jobs: int

    def run(self, what: str, calls: Sequence[Callable[[], Any]]) -> list[Any]:
        """Return the calls' results, in order, with a bar on standard error if that is a terminal."""
        work = Parallel(n_jobs=self.jobs, prefer="threads", return_as="generator")(delayed(call)() for call in calls)
        return list(progress(work, total=len(calls), unit=what))


def held_out(table: RatingsTable, folds: Folds, counts: Sequence[int], setting: Setting) -> list[Evidence]:
    """Return, for each count, the error on cells that the fit did not see.

    ``cv_rmse`` is the mean over folds of √mean (x − p)² over the fold's cells, p being w·h clipped to the range of
    the known cells that were not held out; ``cv_rmse_se`` its standard error, √(variance of the folds' RMSE / number
    of folds); ``cv_mae`` the mean over folds of mean |x − p|; ``train_rmse`` the mean over folds of the RMSE of w·h
    over the known cells that were not held out.
    """

    def trial(count: int, fold: int) -> tuple[float, float, float]:
        cells, values = folds.held_out(fold)
        seed = derived_seed(setting.seed, "survey fold", count, fold)
        found = factorize(
            table, n_components=count, solver="native", options=setting.options, seed=seed, held_out=cells
        )
        predicted = found.factors.predict(*cells)
        left = fit_metrics(table, found.factors)["frobenius_error"] ** 2 - np.square(values - predicted).sum()
        fitted = table.values[not_held_out(table, cells)]
        least = 0.0 if table.zeros == "observed" else float(fitted.min())
        errors = values - np.clip(predicted, least, fitted.max(initial=least))
        rmse, mae = np.sqrt(np.square(errors).mean()), np.abs(errors).mean()
        return float(rmse), float(mae), float(np.sqrt(max(left, 0.0) / (folds.known - len(values))))

    pairs = [(count, fold) for count in counts for fold in folds.used]
    found = setting.run("held-out fits", [_call(trial, *pair) for pair in pairs])
    by_count = np.array(found).reshape(len(counts), len(folds.used), 3)
    return [
        {
            "cv_rmse": float(rmse.mean()),
            "cv_rmse_se": float(rmse.std(ddof=1) / np.sqrt(len(rmse))),
            "cv_mae": float(mae.mean()),
            "train_rmse": float(train.mean()),
        }
        for rmse, mae, train in by_count.transpose(0, 2, 1)
    ]


def restarted(
    table: RatingsTable, counts: Sequence[int], number: int, columns: NDArray[np.intp], setting: Setting
) -> tuple[list[Evidence], list[NDArray[np.float64]]]:
    """Return, for each count, how good and how alike the fits from `number` random starts are, and the consensus.

    ``rss`` is the least Σ(x − w·h)² of the restarts; ``explained_variance`` and the sparsities (as in fit.json)
    are of that restart. ``cophenetic`` and ``dispersion`` are of the consensus matrix between `columns`,
    ``silhouette`` and ``stability`` of the matched components. ``shuffled_rss`` is `rss` on `shuffled` data.
    """
    mixed = shuffled(table, stream(setting.seed, "survey shuffle"))

    def restart(count: int, run: int) -> tuple[dict[str, Any], NDArray[np.float64], NDArray[np.intp]]:
        factors = _from_random(table, count, derived_seed(setting.seed, "survey restart", count, run), setting)
        return fit_metrics(table, factors), factors.H[: factors.parts], consensus.strongest(factors)[columns]

    def on_mixed(count: int, run: int) -> float:
        factors = _from_random(mixed, count, derived_seed(setting.seed, "survey shuffled restart", count, run), setting)
        return float(fit_metrics(mixed, factors)["frobenius_error"] ** 2)

    pairs = [(count, run) for count in counts for run in range(number)]
    found = setting.run("restarts", [_call(restart, *pair) for pair in pairs])
    errors = np.array(setting.run("shuffled fits", [_call(on_mixed, *pair) for pair in pairs])).reshape(-1, number)
    lines, matrices = [], []
    for at in range(len(counts)):
        measured, parts, assignments = zip(*found[at * number : (at + 1) * number], strict=True)
        best = min(measured, key=lambda one: one["frobenius_error"])
        matrix = consensus.consensus(list(assignments))
        matrices.append(matrix)
        lines.append(
            {
                "explained_variance": best["explained_variance"],
                "rss": best["frobenius_error"] ** 2,
                "cophenetic": consensus.cophenetic(matrix) if counts[at] > 1 else None,
                "dispersion": consensus.dispersion(matrix),
                "silhouette": restarts.silhouette(list(parts)),
                "stability": restarts.stability(list(parts)),
                "sparsity_W": best["sparsity_W"],
                "sparsity_H": best["sparsity_H"],
                "shuffled_rss": float(errors[at].min()),
            }
        )
    return lines, matrices


def shuffled(table: RatingsTable, random: np.random.Generator) -> RatingsTable:
    """Return the table with each column's known values dealt anew to the rows that are known in it.

    Columns keep their values, and rows that go together no longer do. Source: Frigyesi & Höglund 2008, Cancer
    Informatics 6.
    """
    if table.zeros == "missing":
        places = np.lexsort((table.rows, table.columns))
        values = np.empty_like(table.values)
        values[places] = table.values[np.lexsort((random.random(len(places)), table.columns))]
        return _with_cells(table, table.rows, values)
    counts = np.bincount(table.columns, minlength=table.shape[1])
    by_column = np.argsort(table.columns, kind="stable")
    rows = np.empty_like(table.rows)
    rows[by_column] = np.concatenate([random.choice(table.shape[0], count, replace=False) for count in counts])
    return _with_cells(table, rows, table.values)


def _with_cells(table: RatingsTable, rows: NDArray[np.int32], values: NDArray[np.float64]) -> RatingsTable:
    order = np.lexsort((table.columns, rows))
    return RatingsTable(
        row_labels=table.row_labels,
        column_labels=table.column_labels,
        rows=rows[order],
        columns=table.columns[order],
        values=values[order],
        zeros=table.zeros,
    )


def _from_random(table: RatingsTable, count: int, seed: int, setting: Setting) -> Factors:
    return factorize(
        table, n_components=count, solver="native", options=setting.options, seed=seed, start="random"
    ).factors


def _call(function: Callable[[int, int], Any], count: int, number: int) -> Callable[[], Any]:
    return lambda: function(count, number)
