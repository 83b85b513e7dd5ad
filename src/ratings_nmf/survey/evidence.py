"""The evidence for each count: cells held out, restarts and shuffled data, fitted in parallel."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.progress import progress
from ratings_nmf.core.streams import derived_seed, stream
from ratings_nmf.core.table import RatingsTable, Side
from ratings_nmf.holdout.folds import Folds
from ratings_nmf.holdout.targets import by_receiver, measured, ranked, sought
from ratings_nmf.holdout.trial import Matrix, Model, clustered_error, fit_to_rest, hold_out, training
from ratings_nmf.model.factors import Factors
from ratings_nmf.model.metrics import fit_metrics
from ratings_nmf.solvers.factorize import Solver, factorize
from ratings_nmf.solvers.threads import side_by_side
from ratings_nmf.survey import consensus
from ratings_nmf.survey.criterion import NDCG, RMSE, Criterion

COLUMNS = (
    "n_components", "cv_rmse", "cv_rmse_se", "cv_gap_se", "cv_mae", "explained_variance", "rss", "cophenetic",
    "dispersion", "silhouette", "stability", "weakest", "sparsity_W", "sparsity_H", "shuffled_rss",
)  # fmt: skip
"""Keys of a line of evidence; a part that is turned off, or undefined for a count, is None."""

LISTS = (NDCG.column, NDCG.error, NDCG.gap)
"""Keys of a line that a table for lists has as well, after the first."""

Line = dict[str, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class Setting:
    """What every fit of a survey shares: a solver's options, the seed, the number of fits at a time, the solver."""

    options: Mapping[str, Any]
    seed: int
    jobs: int
    solver: Solver = "native"

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
    """How every count does on cells that the fit did not see, by a criterion and under one setting.

    ``scores`` has the shape (counts,). By ``moves`` over ``cells``, (counts, clusters) and (clusters,), the cells of a
    row, or the lists of a receiver, move a score, all at once; ``more`` are other columns.
    """

    criterion: Criterion
    setting: Setting
    scores: Matrix
    moves: Matrix
    cells: Matrix
    more: Mapping[str, Matrix] = field(default_factory=dict)

    @property
    def best(self) -> int:
        """Position of the best count."""
        return int((self.criterion.sign * self.scores).argmin())

    def behind(self, other: "HeldOut") -> tuple[Matrix, Matrix]:
        """Return how far each count is behind the best of another setting, and the standard error of that.

        Both are on the same cells, and so the standard error is of their difference, over rows or receivers.
        """
        gaps = self.criterion.sign * (self.scores - other.scores[other.best])
        return gaps, clustered_error(self.moves - other.moves[other.best], self.cells)

    def lines(self) -> list[Line]:
        """Return the columns of the criterion, and more, a line a count."""
        names, errors = self.criterion, clustered_error(self.moves, self.cells)
        columns = {names.column: self.scores, names.error: errors, names.gap: self.behind(self)[1], **self.more}
        return [dict(zip(columns, line, strict=True)) for line in np.column_stack([*columns.values()]).tolist()]


def held_out(table: RatingsTable, folds: Folds, counts: Sequence[int], setting: Setting) -> HeldOut:
    """Fit each count once for each fold, without its cells, and predict them."""

    def errors(count: int, fold: int) -> tuple[Matrix, float]:
        places, values = folds.held_out(fold)
        model = Model(n_components=count, solver=setting.solver, options=setting.options)
        trial = hold_out(table, places, model, seed=derived_seed(setting.seed, "survey fold", count, fold))
        wrong = values - trial.factors.predict(*places)
        squares = np.bincount(places[0], np.square(wrong), table.shape[0]).astype(np.float64)
        return squares, float(np.abs(wrong).sum())

    cells = np.bincount(folds.rows[np.isin(folds.fold, folds.numbers)], minlength=table.shape[0]).astype(np.float64)
    results = setting.run("held-out fits", errors, counts, folds.numbers)
    squares = np.array([np.sum([parts for parts, _ in each], axis=0) for each in results])
    rmse = np.sqrt(squares.sum(axis=1) / cells.sum())
    return HeldOut(
        criterion=RMSE,
        setting=setting,
        scores=rmse,
        moves=squares
        / np.maximum(2 * rmse, np.finfo(float).tiny)[:, None],  # the derivative of an RMSE is 1 / (2 RMSE)
        cells=cells,
        more={"cv_mae": np.array([sum(size for _, size in each) for each in results]) / cells.sum()},
    )


def held_out_of_lists(
    table: RatingsTable, folds: Folds, counts: Sequence[int], setting: Setting, *, to: Side
) -> HeldOut:
    """Fit each count once for each fold to what is left, and look for its cells by lists, as `evaluate` does."""
    known = {fold: training(table, folds.held_out(fold)[0]) for fold in folds.numbers}
    what = {fold: sought(known[fold], folds.held_out(fold), to=to) for fold in folds.numbers}

    def ndcg(count: int, fold: int) -> Matrix:
        model = Model(n_components=count, solver="native", options=setting.options)
        seed = derived_seed(setting.seed, "survey lists", count, fold)
        factors = fit_to_rest(known[fold], model, seed=seed)
        return measured(ranked(factors, what[fold], to=to), what[fold])[:, :1]

    results = setting.run("fits for lists", ndcg, counts, folds.numbers)
    receivers = [each.receivers for each in what.values()]
    own = np.array([by_receiver(receivers, parts)[:, 0] for parts in results])
    cells = np.ones(own.shape[1])
    return HeldOut(criterion=NDCG, setting=setting, scores=own.mean(axis=1), moves=own, cells=cells)


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
