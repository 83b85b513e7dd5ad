"""The factors and the baselines on the same held-out cells."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.progress import progress
from ratings_nmf.core.streams import derived_seed
from ratings_nmf.core.table import RatingsTable
from ratings_nmf.holdout import ranking
from ratings_nmf.holdout import yardsticks as baselines
from ratings_nmf.holdout.folds import Cells, make_folds
from ratings_nmf.model.factors import Factors
from ratings_nmf.solvers.factorize import check_count, factorize_without
from ratings_nmf.solvers.options import NativeKeys

Matrix = NDArray[np.float64]

MODELS = ("", "baselines_", "global_mean_")
"""Prefix of the keys of the factors, of row and column levels alone, and of the mean alone."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """What is fitted to the cells that are not held out, and how many columns it then recommends to a row."""

    n_components: int
    solver: str
    options: Mapping[str, Any]
    seed: int
    top: int


@dataclass(frozen=True, eq=False, kw_only=True)
class Trial:
    """Errors on held-out cells, and rankings.

    Attributes
    ----------
    errors
        x − prediction for each model of `MODELS`, (models, cells); predictions are clipped to the known range.
    rankings
        By prefix (factors, baselines, most popular): precision, recall and ndcg of each row, and the columns that
        came up; empty where zeros are observed.
    """

    errors: Matrix
    rankings: dict[str, tuple[Matrix, NDArray[np.bool_]]]


def try_cells(table: RatingsTable, held_out: Cells, values: Matrix, model: Model, *, run: int) -> Trial:
    """Fit without some cells and predict them.

    Parameters
    ----------
    held_out, values
        Rows, columns and values of the cells, shape (cells,). A position of −1 is a row or column that the table
        does not have: the level of the other side, or the mean, predicts such a cell.
    run
        Number of the fold, for the random stream.
    """
    inside = (held_out[0] >= 0) & (held_out[1] >= 0)
    places = held_out[0][inside], held_out[1][inside]
    known = baselines.training(table, places)
    penalty = 0.0
    if table.zeros == "missing":  # only some cells of a row or column are known
        penalty = float(model.options.get("baseline_regularization", NativeKeys().baseline_regularization))
    levels = baselines.levels(known, penalty=penalty)
    seed = derived_seed(model.seed, "evaluate fit", model.n_components, run)
    factors = factorize_without(
        table,
        n_components=model.n_components,
        solver=model.solver,
        options=model.options,
        seed=seed,
        held_out=known.held_out,
    ).factors
    by_levels = levels.predict(*held_out)
    by_factors = by_levels.copy()
    by_factors[inside] = factors.predict(*places)
    predicted = np.stack([by_factors, by_levels, np.full(len(values), levels.mean)])
    rankings = {}
    if table.zeros == "missing":
        rankings = _rankings(ranking.task(known, places, values[inside]), factors, levels, top=model.top)
    return Trial(errors=values - np.clip(predicted, *known.range), rankings=rankings)


def _rankings(
    task: ranking.Task, factors: Factors, levels: baselines.Levels, *, top: int
) -> dict[str, tuple[Matrix, NDArray[np.bool_]]]:
    alike = np.ones((len(factors.W), 1))
    # the same order, and 0 or more
    shifted = levels.column - levels.column.min()
    scores = {"": (factors.W, factors.H.T), "baselines_": (alike, shifted[:, None])}
    scores["most_popular_"] = alike, baselines.popularity(task.known)[:, None]
    return {name: ranking.ranked(task, *pair, top=top) for name, pair in scores.items()}


def over_folds(table: RatingsTable, model: Model, *, folds: int) -> dict[str, Any]:
    """Return the content of heldout.json from folds of their own: means over the folds, and their standard errors.

    Without folds it says so, and nothing else.

    Raises
    ------
    InputError
        If the table has too few cells for the folds, or the solver refuses the count or an option.
    """
    check_count(table.shape, model.n_components, "fit.n_components")
    if not folds:
        return {
            "n_components": model.n_components,
            "cells": 0,
            "folds": 0,
            "verdict": "Nothing was held out (folds: 0).",
        }
    spread = make_folds(table, folds=folds, seed=model.seed, purpose="evaluate folds")
    trials = [try_cells(table, *spread.held_out(fold), model, run=fold) for fold in progress(spread.used, unit="folds")]
    rmse = np.array([np.sqrt(np.square(trial.errors).mean(axis=1)) for trial in trials])
    mae = np.array([np.abs(trial.errors).mean(axis=1) for trial in trials])
    ranked = _mean_rankings(trials)
    gain = rmse[:, 1 + rmse[:, 1:].mean(axis=0).argmin()] - rmse[:, 0]
    return {
        "n_components": model.n_components,
        "cells": sum(trial.errors.shape[1] for trial in trials),
        "folds": len(trials),
        **_named("rmse", rmse.mean(axis=0)),
        **_named("mae", mae.mean(axis=0)),
        "rmse_se": _standard_error(rmse[:, 0]),
        "mae_se": _standard_error(mae[:, 0]),
        **ranked,
        **_ranking_notes(ranked),
        **_verdict(rmse.mean(axis=0), float(gain.mean()), _standard_error(gain), ranked),
    }


def on_test_cells(table: RatingsTable, cells: Cells, values: Matrix, model: Model) -> dict[str, Any]:
    """Return the content of heldout.json from cells that the user holds out; standard errors are over these cells.

    Parameters
    ----------
    cells, values
        Rows, columns (−1 where the table has no such label) and values, shape (cells,), 2 cells or more.

    Raises
    ------
    InputError
        If the solver refuses the count or an option.
    """
    check_count(table.shape, model.n_components, "fit.n_components")
    trial = try_cells(table, cells, values, model, run=0)
    squares, distances = np.square(trial.errors), np.abs(trial.errors)
    rmse = np.sqrt(squares.mean(axis=1))
    best = 1 + int(rmse[1:].argmin())
    ranked = _mean_rankings([trial])
    # the RMSE moves by 1 / (2 RMSE) times what the mean square moves by
    halves = squares / np.where(rmse > 0, 2.0 * rmse, 1.0)[:, None]
    return {
        "n_components": model.n_components,
        "cells": len(values),
        "folds": 0,
        **_named("rmse", rmse),
        **_named("mae", distances.mean(axis=1)),
        "rmse_se": _standard_error(halves[0]),
        "mae_se": _standard_error(distances[0]),
        **ranked,
        **_ranking_notes(ranked),
        **_verdict(rmse, float(rmse[best] - rmse[0]), _standard_error(halves[best] - halves[0]), ranked),
    }


def _named(metric: str, values: Matrix) -> dict[str, float]:
    return {f"{prefix}{metric}": float(value) for prefix, value in zip(MODELS, values, strict=True)}


def _mean_rankings(trials: list[Trial]) -> dict[str, float | None]:
    """Return the mean precision, recall and ndcg of a row, and the share of columns that came up at all."""
    found: dict[str, float | None] = {}
    for prefix in trials[0].rankings:
        rows = np.vstack([trial.rankings[prefix][0] for trial in trials])
        shown = np.any([trial.rankings[prefix][1] for trial in trials], axis=0)
        means = [*rows.mean(axis=0).tolist(), float(shown.mean())] if len(rows) else [None] * len(ranking.NAMES)
        found |= {f"{prefix}{name}": value for name, value in zip(ranking.NAMES, means, strict=True)}
    return found


def _ranking_notes(ranked: dict[str, float | None]) -> dict[str, list[str]]:
    """Say why there is no ranking, where there is none although it was asked for."""
    if ranked.get("ndcg", 0.0) is not None:
        return {}
    named = f"{', '.join(ranking.NAMES[:-1])} and {ranking.NAMES[-1]}"
    return {"notes": [f"{named}: not measured; no held-out cell is worth the mean of the known cells or more"]}


def _verdict(rmse: Matrix, gain: float, error: float, ranked: dict[str, float | None]) -> dict[str, Any]:
    """Say whether the RMSE of the best baseline less that of the factors is larger than its standard error."""
    best = ("row and column averages", "the mean of all cells")[int(rmse[1:].argmin())]
    if gain > error:
        text = f"The factors predict better than {best}"
    elif gain >= -error:
        text = f"The factors predict no better than {best} (the difference is noise)"
    else:
        text = f"The factors predict worse than {best}"
    return {"gain": gain, "gain_se": error, "beats_baseline": gain > error, "verdict": text + _on_ranking(ranked)}


def _on_ranking(ranked: dict[str, float | None]) -> str:
    """Say, where so, that recommending the most popular columns to everyone finds more of the relevant cells."""
    own, popular = (ranked.get(f"{prefix}ndcg") for prefix in ("", "most_popular_"))
    if own is None or popular is None or own >= popular:
        return "."
    return "; their recommendations find less than the most popular columns do."


def _standard_error(values: Matrix) -> float:
    return float(values.std(ddof=1) / np.sqrt(len(values)))
