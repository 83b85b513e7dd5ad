"""What predictors and experiments are compared by, of all that heldout.json holds."""

from collections.abc import Mapping
from typing import Any

from ratings_nmf.holdout.evaluation import MODELS

PREDICTORS = dict(zip(MODELS, ("factors", "row and column averages", "mean of all cells"), strict=True))
"""Names by the prefix of their keys."""


def predictors(measured: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the RMSE of the factors and of each baseline, None where nothing was held out.

    >>> predictors({"rmse": 1.0, "baselines_rmse": 2.0, "global_mean_rmse": 3.0})[1]
    {'predictor': 'row and column averages', 'rmse': 2.0}
    """
    return [{"predictor": name, "rmse": measured.get(f"{prefix}rmse")} for prefix, name in PREDICTORS.items()]


def summary(measured: Mapping[str, Any]) -> dict[str, float]:
    """Return the factors' RMSE, its standard error and their ndcg, and the RMSE of the better baseline, where known.

    >>> summary({"rmse": 1.0, "rmse_se": 0.1, "baselines_rmse": 2.0, "global_mean_rmse": 3.0})
    {'heldout_rmse': 1.0, 'heldout_rmse_se': 0.1, 'averages_rmse': 2.0}
    >>> summary({"cells": 0})
    {}
    """
    found = {f"heldout_{name}": measured.get(name) for name in ("rmse", "rmse_se", "ndcg")}
    averages = [line["rmse"] for line in predictors(measured)[1:] if line["rmse"] is not None]
    found["averages_rmse"] = min(averages, default=None)
    return {name: value for name, value in found.items() if value is not None}
