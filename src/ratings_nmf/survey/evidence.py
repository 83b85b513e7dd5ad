"""The evidence for each count: held-out error, restarts and shuffled data, fitted in parallel."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.progress import progress
from ratings_nmf.core.streams import derived_seed, stream
from ratings_nmf.core.table import RatingsTable, Side
from ratings_nmf.holdout.folds import Folds
from ratings_nmf.holdout.targets import measured, ranked, sought
from ratings_nmf.holdout.trial import Matrix, Model, clustered_error, fit_to_rest, hold_out, training
from ratings_nmf.model.factors import Factors
from ratings_nmf.model.metrics import fit_metrics
from ratings_nmf.solvers.factorize import factorize
from ratings_nmf.solvers.threads import side_by_side
from ratings_nmf.survey import consensus

COLUMNS = (
    "n_components", "cv_rmse", "cv_rmse_se", "cv_gap_se", "cv_mae", "explained_variance", "rss", "cophenetic",
    "dispersion", "silhouette", "stability", "weakest", "sparsity_W", "sparsity_H", "shuffled_rss",
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
        with side_by_side(self.jobs) as pool:  # the largest first, so that none is left to the end
            work = pool.map(lambda pair: function(*pair), pairs[::-1])
            results = list(progress(work, total=len(pairs), unit=unit))[::-1]
        return [results[start : start + len(numbers)] for start in range(0, len(pairs), len(numbers))]

    def restarted(self, table: RatingsTable, purpose: str, count: int, run: int) -> Factors:
        """Fit from the solver's own random start, of a stream of this purpose, count and run."""
        seed = derived_seed(self.seed, purpose, count, run)
        return factorize(
            table, n_components=count, solver="native", options=self.options, seed=seed, start="random"
        ).factors


@dataclass(frozen=True, eq=False, kw_only=True)
class HeldOut:
    """Errors on cells that the fit did not see, of every count, under one setting.

    ``squares`` are the sums of (x − w·h)² over the cells of each row, shape (counts, rows); ``absolute`` the mean
    |x − w·h| over all cells, (counts,); ``cells`` the number of cells of each row, (rows,).
    """

    setting: Setting
    squares: Matrix
    absolute: Matrix
    cells: Matrix

    @property
    def rmse(self) -> Matrix:
        """Root of the mean squared error over all cells, (counts,)."""
        return np.asarray(np.sqrt(self.squares.sum(axis=1) / self.cells.sum()))

    @property
    def best(self) -> int:
        """Position of the count with the least error."""
        return int(self.rmse.argmin())

    def beyond(self, other: "HeldOut") -> tuple[Matrix, Matrix]:
        """Return how far each count's RMSE is above the least of another setting's, and the standard error of that.

        Both errors are on the same cells, and so the standard error is of their difference, over rows.
        """
        return self.rmse - other.rmse[other.best], clustered_error(self._moves - other._moves[other.best], self.cells)

    def lines(self) -> list[Line]:
        """Return `COLUMNS` of held-out error, a line a count."""
        errors = clustered_error(self._moves, self.cells)
        columns = {
            "cv_rmse": self.rmse, "cv_rmse_se": errors, "cv_gap_se": self.beyond(self)[1], "cv_mae": self.absolute
        }  # fmt: skip
        return [dict(zip(columns, line, strict=True)) for line in np.column_stack([*columns.values()]).tolist()]

    @property
    def _moves(self) -> Matrix:
        """By what each row's squares move the RMSE, times the number of cells: its derivative is 1 / (2 RMSE)."""
        return self.squares / np.maximum(2 * self.rmse, np.finfo(float).tiny)[:, None]


def held_out(table: RatingsTable, folds: Folds, counts: Sequence[int], setting: Setting) -> HeldOut:
    """Fit each count once for each fold, without its cells, and predict them."""

    def errors(count: int, fold: int) -> tuple[Matrix, float]:
        places, values = folds.held_out(fold)
        model = Model(n_components=count, solver="native", options=setting.options)
        trial = hold_out(table, places, model, seed=derived_seed(setting.seed, "survey fold", count, fold))
        wrong = values - trial.factors.predict(*places)
        squares = np.bincount(places[0], np.square(wrong), table.shape[0]).astype(np.float64)
        return squares, float(np.abs(wrong).sum())

    cells = np.bincount(folds.rows[np.isin(folds.fold, folds.numbers)], minlength=table.shape[0]).astype(np.float64)
    squares, absolute = [], []
    for results in setting.run("held-out fits", errors, counts, folds.numbers):
        parts, sums = zip(*results, strict=True)
        squares.append(np.sum(parts, axis=0))
        absolute.append(sum(sums) / cells.sum())
    return HeldOut(setting=setting, squares=np.array(squares), absolute=np.array(absolute), cells=cells)


def ndcg_of_lists(table: RatingsTable, folds: Folds, counts: Sequence[int], setting: Setting, *, to: Side) -> Matrix:
    """Fit each count once for each fold to what is left, and look for the fold's cells by lists.

    Return NDCG@10 of each receiver, a mean over the folds that sought something for it, shape (counts, receivers).
    """
    known = {fold: training(table, folds.held_out(fold)[0]) for fold in folds.numbers}
    what = {fold: sought(known[fold], folds.held_out(fold), to=to) for fold in folds.numbers}

    def ndcg(count: int, fold: int) -> Matrix:
        model = Model(n_components=count, solver="native", options=setting.options)
        seed = derived_seed(setting.seed, "survey lists", count, fold)
        factors = fit_to_rest(known[fold], model, seed=seed)
        return measured(ranked(factors, what[fold], to=to), what[fold])[:, 0]

    receivers, place = np.unique(np.concatenate([each.receivers for each in what.values()]), return_inverse=True)
    results = setting.run("fits for lists", ndcg, counts, folds.numbers)
    sums = [np.bincount(place, np.concatenate(parts), len(receivers)) for parts in results]
    return np.array(sums) / np.bincount(place, minlength=len(receivers))


def restarted(
    table: RatingsTable, counts: Sequence[int], number: int, columns: NDArray[np.intp], setting: Setting
) -> tuple[list[Line], list[NDArray[np.float64]]]:
    """Return, for each count, how good and how alike the fits from `number` random starts are, and the consensus.

    ``rss`` is the least Σ(x − w·h)² of the restarts; ``explained_variance`` and the sparsities (as in fit.json)
    are of that restart. ``cophenetic`` and ``dispersion`` are of the consensus matrix between `columns`,
    ``silhouette``, ``stability`` and ``weakest`` (`agreement`) of the matched components. ``shuffled_rss`` is `rss` on
    `shuffled` data.
    """
    shuffle_table = shuffled(table, stream(setting.seed, "survey shuffle"))

    def restart(count: int, run: int) -> tuple[dict[str, Any], NDArray[np.float64], NDArray[np.intp]]:
        factors = setting.restarted(table, "survey restart", count, run)
        return fit_metrics(table, factors), factors.H[: factors.parts], consensus.strongest(factors)[columns]

    def on_mixed(count: int, run: int) -> float:
        factors = setting.restarted(shuffle_table, "survey shuffled restart", count, run)
        return float(np.square(fit_metrics(shuffle_table, factors)["frobenius_error"]))

    fits = setting.run("restarts", restart, counts, range(number))
    errors = setting.run("shuffled fits", on_mixed, counts, range(number))
    lines, matrices = [], []
    for count, results, mixed_errors in zip(counts, fits, errors, strict=True):
        metrics, parts, assignments = zip(*results, strict=True)
        best = min(metrics, key=lambda one: one["frobenius_error"])
        matrices.append(consensus.consensus(assignments))
        stability, weakest = consensus.agreement(parts)
        lines.append(
            {
                "explained_variance": best["explained_variance"],
                "rss": float(np.square(best["frobenius_error"])),
                "cophenetic": consensus.cophenetic(matrices[-1]) if count > 1 else None,
                "dispersion": consensus.dispersion(matrices[-1]),
                "silhouette": consensus.silhouette(parts),
                "stability": stability,
                "weakest": weakest,
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
