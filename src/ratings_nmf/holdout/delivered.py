"""How wrong the fit delivered is on cells not seen, from how wrong fits are that know fewer cells than it does."""

import numpy as np

from ratings_nmf.core.streams import derived_seed
from ratings_nmf.core.table import Places, RatingsTable
from ratings_nmf.holdout.folds import Folds
from ratings_nmf.holdout.trial import Matrix, Model, error_by_row, hold_out, standard_error
from ratings_nmf.model.samples import QUANTILES


def without_pairs(table: RatingsTable, spread: Folds, model: Model, *, seed: int) -> float:
    """Return mean e² over the cells of all folds, by fits without two neighbouring folds each.

    Of an odd number of folds the last goes with the first, of whose cells e² is the mean of both times.
    """
    numbers, total = spread.numbers, 0.0
    for pair in zip(numbers[::2], [*numbers[1::2], numbers[0]], strict=False):
        inside = np.isin(spread.fold, pair)
        places, fold = (spread.rows[inside], spread.columns[inside]), spread.fold[inside]
        fit_seed = derived_seed(seed, "evaluate pair", model.n_components, pair[0])
        trial = hold_out(table, places, model, seed=fit_seed)
        squares = np.square(spread.values[inside] - trial.factors.predict(*places))
        total += float((squares / np.where(fold == numbers[0], 1 + len(numbers) % 2, 1)).sum())
    return total / (len(spread.values) - spread.kept)


def delivered(squares: Matrix, places: Places, *, fewer: float | None, folds: int) -> dict[str, float]:
    """Return ``rmse`` of the fit delivered on cells not seen, and the ends of its 90 % interval, ``low`` and ``high``.

    A mean square grows by about b / n, n being the known cells, so that with fits to all of them it is mean e² / (1 +
    (1 − 2 / folds) (fewer / mean e² − 1)), above 0 however large b is. The interval is as wide, by its RMSE, as that of
    √mean e², whose variance takes cells of a row to move together, and those of a column: that clustered by row and
    that by column less that of single cells, at least either (Cameron, Gelbach & Miller 2011, section 2.1).

    Parameters
    ----------
    squares
        e² of held-out cells by fits without a fold, shape (cells,).
    places
        Their rows and columns.
    fewer
        Mean e² of the same cells by fits without two folds, as `without_pairs` returns it; None where the fits are
        taken to know as many cells as the one delivered.

    >>> rows = np.arange(4, dtype=np.int32)
    >>> interval = delivered(np.arange(4.0), (rows, rows), fewer=2.25, folds=4)
    >>> {name: round(value, 2) for name, value in interval.items()}
    {'rmse': 1.1, 'low': 0.71, 'high': 1.48}
    """
    errors = *(error_by_row(squares, lines) for lines in places), standard_error(squares)
    by_row, by_column, alone = np.square(errors)
    error, mean = np.sqrt(max(by_row + by_column - alone, by_row, by_column)), float(squares.mean())
    mean = max(mean, np.finfo(float).tiny)
    rmse = float(np.sqrt(mean / (1.0 if fewer is None else 1.0 + (1 - 2 / folds) * max(fewer / mean - 1.0, 0.0))))
    half = rmse * float(QUANTILES[90] * error / (2.0 * mean))
    return {"rmse": rmse, "low": max(rmse - half, 0.0), "high": rmse + half}
