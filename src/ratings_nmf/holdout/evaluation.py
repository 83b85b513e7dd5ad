"""The factors and simple averages on the same held-out cells, and lists: what heldout.json and its summary hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ratings_nmf.core.progress import progress
from ratings_nmf.core.streams import derived_seed
from ratings_nmf.core.table import LEAST_CELLS, Places, RatingsTable, Side, free_loadings
from ratings_nmf.core.words import FACTORS, MOST_POPULAR, PREDICTORS, on_coverage, on_delivered, on_gain, on_lists
from ratings_nmf.holdout.calibration import pooled
from ratings_nmf.holdout.delivered import delivered, without_pairs
from ratings_nmf.holdout.folds import make_folds
from ratings_nmf.holdout.ranking import ListScores, figures, find
from ratings_nmf.holdout.rivals import LARGEST
from ratings_nmf.holdout.targets import sought
from ratings_nmf.holdout.trial import (
    Matrix,
    Model,
    error_by_row,
    fit_to_rest,
    hold_out,
    levels,
    root_mean_square,
)
from ratings_nmf.model.samples import SampledFactors, interval
from ratings_nmf.solvers.factorize import check_count
from ratings_nmf.solvers.options import NativeKeys


@dataclass(frozen=True, eq=False, kw_only=True)
class Scores:
    """How the predictors do on some held-out cells.

    ``places`` are rows and columns of the cells, −1 of one that the table does not have; ``errors`` x − prediction of
    each of `PREDICTORS`, (predictors, cells); ``fitted`` is the number of cells that counted in the fit; ``spread``,
    of a solver that samples, what `calibration` takes, of the cells whose row and column the table has.
    """

    places: Places
    errors: Matrix
    fitted: float
    lists: ListScores
    spread: tuple[Matrix, Matrix, Matrix] | None = None


def score(
    table: RatingsTable,
    cells: tuple[Places, Matrix],
    model: Model,
    *,
    seed: int,
    to: Side,
    penalty: float | None = None,
) -> Scores:
    """Fit without some cells, predict them, and look for them by lists to each row or column.

    Where cells that are not stored count, lists are those of a second fit: to one that does not know a cell, one that
    holds nothing would stand out among all that are known to be 0.

    Parameters
    ----------
    cells
        Rows and columns, and values, shape (cells,). A position of −1 is a row or column that the table does not
        have: the level of the other side, or the mean, predicts such a cell.
    penalty
        EASE's, as `find` takes it.
    """
    places, values = cells
    inside = (places[0] >= 0) & (places[1] >= 0)
    known_places = places[0][inside], places[1][inside]
    trial = hold_out(table, known_places, model, seed=seed)
    shrinkage = 0.0
    if not table.weight:  # only some cells of a row or column are known
        shrinkage = float(model.options.get("baseline_regularization", NativeKeys().baseline_regularization))
    averages = levels(trial.known, penalty=shrinkage)
    by_levels = averages.predict(*places).clip(*trial.factors.range)
    by_factors = by_levels.copy()
    by_factors[inside] = trial.factors.predict(*known_places)
    errors = values - np.stack([by_factors, by_levels, np.full(len(values), averages.mean)])
    spread = None
    if isinstance(trial.factors, SampledFactors):
        mean, deviations = trial.factors.samples.predict(*known_places)
        low, high = interval(mean, deviations).clip(*trial.factors.range)
        spread = values[inside] - mean, deviations, high - low
    factors = fit_to_rest(trial.known, model, seed=seed) if table.weight else trial.factors
    what = sought(trial.known, (known_places, values[inside]), to=to)
    lists = find(factors, what, to=to, penalty=penalty)
    return Scores(places=places, errors=errors, fitted=trial.known.counted, lists=lists, spread=spread)


def over_folds(table: RatingsTable, model: Model, *, folds: int, seed: int, to: Side) -> dict[str, Any]:
    """Return the content of heldout.json from folds of their own, over the cells of all folds.

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
    scores: list[Scores] = []
    for fold in progress(spread.numbers, unit="folds"):
        fold_seed = derived_seed(seed, "evaluate fit", count, fold)
        penalty = scores[-1].lists.penalty if scores else None
        scores.append(score(table, spread.held_out(fold), model, seed=fold_seed, to=to, penalty=penalty))
    fewer = None
    if table.weight in (0.0, 1.0) and len(scores) > 2 and len(spread.values) >= LEAST_CELLS:
        fewer = without_pairs(table, spread, model, seed=seed)
    return {"n_components": count, "folds": len(scores), **_content(scores, table, count, fewer=fewer)}


def on_test_cells(
    table: RatingsTable, cells: tuple[Places, Matrix], model: Model, *, seed: int, to: Side
) -> dict[str, Any]:
    """Return the content of heldout.json from cells that the user holds out.

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
    scores = score(table, cells, model, seed=derived_seed(seed, "evaluate fit", count, 0), to=to)
    return {"n_components": count, "folds": 0, **_content([scores], table, count)}


def predictors(heldout: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the RMSE of each of `PREDICTORS`, None where nothing was held out.

    >>> predictors({"rmse": 1.0, "baselines_rmse": 2.0, "global_mean_rmse": 3.0})[1]
    {'predictor': 'row and column averages', 'rmse': 2.0}
    """
    return [{"predictor": name, "rmse": heldout.get(f"{prefix}rmse")} for prefix, name in PREDICTORS.items()]


def summary(heldout: Mapping[str, Any]) -> dict[str, Any]:
    """Return what experiments are compared by: the factors' RMSE and the NDCG@10 of their lists.

    ``worse_than_popular`` is whether the most popular items rank better. What no experiment moves is left out.

    >>> summary({"rmse": 1.0, "rmse_se": 0.1, "baselines_rmse": 2.0, "global_mean_rmse": 3.0})
    {'heldout_rmse': 1.0}
    >>> summary({"cells": 0})
    {}
    """
    content = {"heldout_rmse": heldout["rmse"]} if "rmse" in heldout else {}
    if "intervals" in heldout:
        content["coverage_90"] = heldout["intervals"]["coverage_90"]
    if "lists" in heldout:
        own, popular = (heldout["lists"][name] for name in (FACTORS, MOST_POPULAR))
        content["heldout_ndcg"] = own["ndcg"]
        content["worse_than_popular"] = own["ndcg"] < popular["ndcg"]
    return content


def standard_errors(heldout: Mapping[str, Any]) -> dict[str, Any]:
    """Return the standard errors of what experiments are compared by, under the name of each and ``_se``.

    >>> standard_errors({"rmse": 1.0, "rmse_se": 0.1})
    {'heldout_rmse_se': 0.1}
    """
    sources = {"rmse_se": heldout, "ndcg_se": heldout.get("lists", {}).get(FACTORS, {})}
    return {f"heldout_{name}": source[name] for name, source in sources.items() if name in source}


def _content(
    scores: Sequence[Scores], table: RatingsTable, count: int, *, fewer: float | None = None
) -> dict[str, Any]:
    """Return what the held-out cells say; errors are over all of them, standard errors over their rows.

    The gain is paired: that of a cell is (e² of the better average − e² of the factors), each over 2 RMSE, by which a
    cell moves an RMSE. Of a table for lists they decide. `fewer` is what `delivered` takes.
    """
    rows, columns = (np.concatenate(lines) for lines in zip(*(each.places for each in scores), strict=True))
    errors = np.hstack([each.errors for each in scores])
    rmse, mae = root_mean_square(errors), np.abs(errors).mean(axis=1)
    best = 1 + int(rmse[1:].argmin())
    squares = np.square(errors[0])
    own, averages = (
        square / max(2.0 * error, np.finfo(float).tiny)
        for square, error in ((squares, rmse[0]), (np.square(errors[best]), rmse[best]))
    )
    content = {
        "cells": len(rows),
        **{f"{prefix}rmse": value for prefix, value in zip(PREDICTORS, rmse.tolist(), strict=True)},
        **{f"{prefix}mae": value for prefix, value in zip(PREDICTORS, mae.tolist(), strict=True)},
        "rmse_se": error_by_row(own, rows),
        "mae_se": error_by_row(np.abs(errors[0]), rows),
        "gain": float(rmse[best] - rmse[0]),
        "gain_se": error_by_row(averages - own, rows),
        "fitted_cells": round(sum(each.fitted for each in scores) / len(scores)),
        "free_loadings": free_loadings(table.shape, count),
    }
    if len(rows) >= LEAST_CELLS:
        content["delivered"] = delivered(squares, (rows, columns), fewer=fewer, folds=len(scores))
    lists = figures([each.lists for each in scores])
    for_lists, sentences = bool(lists) and table.is_for_lists, [on_lists(lists)] if lists else []
    if not for_lists:
        sentences = [on_gain(content), *on_delivered(content), *sentences]
    intervals = pooled([each.spread for each in scores])
    sentences += [on_coverage(each) for each in intervals.values()]
    notes = [] if lists else ["lists: not measured; no held-out cell is worth finding"]
    if lists and "ease_penalty" not in lists:
        notes.append(f"item-kNN and EASE: not measured; they take tables of up to {LARGEST:,} cells (rows × columns)")
    return {
        **content,
        **intervals,
        **lists,
        **({"notes": notes} if notes else {}),
        **({"for_lists": True} if for_lists else {}),
        "beats_baseline": (
            lists["ndcg_gain"] > (lists["ndcg_gain_se"] or 0.0) if for_lists else content["gain"] > content["gain_se"]
        ),
        "verdict": " ".join(sentences),
    }
