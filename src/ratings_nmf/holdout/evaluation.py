"""The factors and simple averages on the same held-out cells: what heldout.json and its summary hold."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.progress import progress
from ratings_nmf.core.streams import cell_hash, derived_seed
from ratings_nmf.core.table import Places, RatingsTable
from ratings_nmf.holdout.folds import make_folds
from ratings_nmf.holdout.trial import Matrix, Model, Training, hold_out, levels, root_mean_square, standard_error
from ratings_nmf.recommend.search import best_items
from ratings_nmf.solvers.factorize import check_count
from ratings_nmf.solvers.kernels.topk import Known
from ratings_nmf.solvers.options import NativeKeys

PREDICTORS = {"": "factors", "baselines_": "row and column averages", "global_mean_": "mean of all cells"}
"""What predicts held-out cells, by the prefix of its keys: the factors, the levels of rows and columns, the mean."""

RANKING = ("precision", "recall", "ndcg", "coverage")

ROWS = 2000
"""Most rows of a fold that are ranked; of more, these are drawn by hash."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Scores:
    """How the predictors do on some held-out cells.

    ``errors`` are x − prediction of each of `PREDICTORS`, (predictors, cells); ``rankings`` what `ranked` returns, by
    prefix (factors, levels, most popular), none where zeros are observed.
    """

    errors: Matrix
    rankings: dict[str, tuple[Matrix, NDArray[np.bool_]]]


def score(table: RatingsTable, cells: tuple[Places, Matrix], model: Model, *, seed: int, top: int) -> Scores:
    """Fit without some cells, predict them, and recommend `top` columns to each row.

    Parameters
    ----------
    cells
        Rows and columns, and values, shape (cells,). A position of −1 is a row or column that the table does not
        have: the level of the other side, or the mean, predicts such a cell.
    """
    places, values = cells
    inside = (places[0] >= 0) & (places[1] >= 0)
    known_places = places[0][inside], places[1][inside]
    trial = hold_out(table, known_places, model, seed=seed)
    penalty = 0.0
    if table.zeros == "missing":  # only some cells of a row or column are known
        penalty = float(model.options.get("baseline_regularization", NativeKeys().baseline_regularization))
    averages = levels(trial.known, penalty=penalty)
    by_levels = averages.predict(*places)
    by_factors = by_levels.copy()
    by_factors[inside] = trial.factors.predict(*known_places)
    errors = trial.errors(values, np.stack([by_factors, by_levels, np.full(len(values), averages.mean)]))
    if table.zeros == "observed":
        return Scores(errors=errors, rankings={})
    relevant = liked(trial.known, known_places, values[inside])
    alike = np.ones((table.shape[0], 1))
    shifted = averages.column - averages.column.min()  # the same order, and 0 or more
    loadings = {
        "": (trial.factors.W, trial.factors.H.T),
        "baselines_": (alike, shifted[:, None]),
        "most_popular_": (alike, trial.known.per_line(1)[:, None]),
    }
    rankings = {name: ranked(trial.known, relevant, *pair, top=top) for name, pair in loadings.items()}
    return Scores(errors=errors, rankings=rankings)


def liked(known: Training, places: Places, values: Matrix, *, most: int = ROWS) -> Places:
    """Return those of some held-out cells, each once, that are worth the mean of the known cells or more.

    They are what a ranking should find; of `most` rows at most, sorted by row, then column.
    """
    rows, columns = np.unique(np.stack(places)[:, values >= known.mean], axis=1)
    some = np.unique(rows)
    some = some[np.argsort(cell_hash(0, some, np.zeros_like(some)), kind="stable")[:most]]
    inside = np.isin(rows, some)
    return rows[inside], columns[inside]


def ranked(
    known: Training, relevant: Places, loadings: Matrix, items: Matrix, *, top: int
) -> tuple[Matrix, NDArray[np.bool_]]:
    """Return precision, recall and ndcg of each row that has a relevant cell, (rows, 3), and the columns that came up.

    A row is recommended the `top` columns of highest score it does not know. With hits h_1 … h_top (0 or 1), r
    relevant cells and d_i = 1 / log2(i + 1): precision Σ h / top, recall Σ h / r, ndcg Σ d h / Σ_{i ≤ min(r, top)} d
    (Järvelin & Kekäläinen 2002). Of equal scores the earlier column comes first. Without a relevant cell there are
    no rows, and no column came up.

    Relevant cells are as `liked` returns them; scores are the products of loadings (rows, components) and items
    (columns, components), all 0 or more.
    """
    width = known.shape[1]
    top = min(top, width)
    rows, wanted = np.unique(relevant[0], return_counts=True)
    if not len(rows):
        return np.empty((0, 3)), np.zeros(width, dtype=bool)
    lengths = np.diff(known.starts)[rows]
    columns = Known(np.concatenate([[0], lengths.cumsum()]), known.columns[np.isin(known.rows, rows)])
    lists = best_items(loadings[rows], items, columns, typical=None, top=top)
    hits, came_up = np.zeros((len(rows), top)), np.zeros(width, dtype=bool)
    hits[lists.receivers, lists.ranks - 1] = np.isin(
        rows[lists.receivers].astype(np.int64) * width + lists.items, relevant[0].astype(np.int64) * width + relevant[1]
    )
    came_up[lists.items] = True
    # rounded: the last bits of a logarithm are not the same on every machine
    discount = np.array([round(1.0 / math.log2(rank + 1), 12) for rank in range(1, top + 1)])
    number, ideal = hits.sum(axis=1), discount.cumsum()[np.minimum(wanted, top) - 1]
    return np.column_stack([number / top, number / wanted, (hits * discount).sum(axis=1) / ideal]), came_up


def over_folds(table: RatingsTable, model: Model, *, folds: int, seed: int, top: int) -> dict[str, Any]:
    """Return the content of heldout.json from folds of their own: means over the folds, and their standard errors.

    Without folds it says so, and nothing else.

    Raises
    ------
    InputError
        If the table has too few cells for the folds, or the solver refuses the count or an option.
    """
    count = model.n_components
    check_count(table.shape, count, "fit.n_components")
    if not folds:
        return {"n_components": count, "cells": 0, "folds": 0, "verdict": "Nothing was held out (folds: 0)."}
    spread = make_folds(table, folds=folds, seed=seed, purpose="evaluate folds")
    scores = [
        score(table, spread.held_out(fold), model, seed=derived_seed(seed, "evaluate fit", count, fold), top=top)
        for fold in progress(spread.used, unit="folds")
    ]
    rmse = np.stack([root_mean_square(each.errors) for each in scores], axis=1)
    mae = np.stack([np.abs(each.errors).mean(axis=1) for each in scores], axis=1)
    return {"n_components": count, "folds": len(scores), **_content(scores, (rmse.mean(axis=1), rmse), mae)}


def on_test_cells(
    table: RatingsTable, cells: tuple[Places, Matrix], model: Model, *, seed: int, top: int
) -> dict[str, Any]:
    """Return the content of heldout.json from cells that the user holds out; standard errors are over these cells.

    Parameters
    ----------
    cells
        Rows and columns (−1 where the table has no such label) and values, shape (cells,), 2 cells or more.

    Raises
    ------
    InputError
        If these are all cells that the table has, or the solver refuses the count or an option.
    """
    count = model.n_components
    check_count(table.shape, count, "fit.n_components")
    scores = score(table, cells, model, seed=derived_seed(seed, "evaluate fit", count, 0), top=top)
    rmse = root_mean_square(scores.errors)
    # the RMSE moves by 1 / (2 RMSE) times what the mean square moves by
    halves = np.square(scores.errors) / np.where(rmse > 0, 2.0 * rmse, 1.0)[:, None]
    return {"n_components": count, "folds": 0, **_content([scores], (rmse, halves), np.abs(scores.errors))}


def predictors(heldout: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the RMSE of each of `PREDICTORS`, None where nothing was held out.

    >>> predictors({"rmse": 1.0, "baselines_rmse": 2.0, "global_mean_rmse": 3.0})[1]
    {'predictor': 'row and column averages', 'rmse': 2.0}
    """
    return [{"predictor": name, "rmse": heldout.get(f"{prefix}rmse")} for prefix, name in PREDICTORS.items()]


def summary(heldout: Mapping[str, Any]) -> dict[str, float]:
    """Return the factors' RMSE, its standard error and their ndcg, and the RMSE of the better average, where known.

    >>> summary({"rmse": 1.0, "rmse_se": 0.1, "baselines_rmse": 2.0, "global_mean_rmse": 3.0})
    {'heldout_rmse': 1.0, 'heldout_rmse_se': 0.1, 'averages_rmse': 2.0}
    >>> summary({"cells": 0})
    {}
    """
    figures = {f"heldout_{name}": heldout.get(name) for name in ("rmse", "rmse_se", "ndcg")}
    figures["averages_rmse"] = min(
        (line["rmse"] for line in predictors(heldout)[1:] if "rmse" in heldout), default=None
    )
    return {name: value for name, value in figures.items() if value is not None}


def _content(scores: Sequence[Scores], rmse: tuple[Matrix, Matrix], errors: Matrix) -> dict[str, Any]:
    """Return what both kinds of held-out cells say.

    Parameters
    ----------
    rmse
        That of each of `PREDICTORS`, (predictors,), and what its standard error is over, (predictors, n).
    errors
        Absolute errors of each, whose mean is the MAE, (predictors, n).
    """
    best = 1 + int(rmse[0][1:].argmin())
    gain, error = float(rmse[0][best] - rmse[0][0]), standard_error(rmse[1][best] - rmse[1][0])
    rankings = _mean_rankings(scores)
    notes = {}
    if rankings.get("ndcg", 0.0) is None:
        names = f"{', '.join(RANKING[:-1])} and {RANKING[-1]}"
        notes["notes"] = [f"{names}: not measured; no held-out cell is worth the mean of the known cells or more"]
    return {
        "cells": sum(each.errors.shape[1] for each in scores),
        **{f"{prefix}rmse": value for prefix, value in zip(PREDICTORS, rmse[0].tolist(), strict=True)},
        **{f"{prefix}mae": value for prefix, value in zip(PREDICTORS, errors.mean(axis=1).tolist(), strict=True)},
        "rmse_se": standard_error(rmse[1][0]),
        "mae_se": standard_error(errors[0]),
        **rankings,
        **notes,
        "gain": gain,
        "gain_se": error,
        "beats_baseline": gain > error,
        "verdict": _verdict(("row and column averages", "the mean of all cells")[best - 1], gain, error, rankings),
    }


def _mean_rankings(scores: Sequence[Scores]) -> dict[str, float | None]:
    """Return the mean precision, recall and ndcg of a row, and the share of columns that came up; None without rows."""
    means: dict[str, float | None] = {}
    for prefix in scores[0].rankings:
        rows = np.vstack([each.rankings[prefix][0] for each in scores])
        came_up = np.any([each.rankings[prefix][1] for each in scores], axis=0)
        figures = [*rows.mean(axis=0).tolist(), float(came_up.mean())] if len(rows) else [None] * len(RANKING)
        means |= {f"{prefix}{name}": value for name, value in zip(RANKING, figures, strict=True)}
    return means


def _verdict(best: str, gain: float, error: float, rankings: Mapping[str, float | None]) -> str:
    """Say whether the factors gain more than the standard error, and where popularity ranks better."""
    if gain > error:
        text = f"The factors predict better than {best}"
    elif gain >= -error:
        text = f"The factors predict no better than {best} (the difference is noise)"
    else:
        text = f"The factors predict worse than {best}"
    own, popular = rankings.get("ndcg"), rankings.get("most_popular_ndcg")
    less = own is not None and popular is not None and own < popular
    return text + ("; their recommendations find less than the most popular columns do." if less else ".")
