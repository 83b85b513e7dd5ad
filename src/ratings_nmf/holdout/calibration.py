"""Whether intervals hold the cells that they should: their coverage and width, and a score of the densities."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ratings_nmf.core.transform import log
from ratings_nmf.holdout.trial import Matrix
from ratings_nmf.model.samples import QUANTILES


def calibration(errors: Matrix, deviations: Matrix, widths: Matrix) -> dict[str, float]:
    """Compare cells with the normal distributions that predict them.

    Parameters
    ----------
    errors
        x − p of each cell, shape (cells,), p being the mean before it is cut off.
    deviations
        Standard deviations that were predicted with p, shape (cells,), above 0.
    widths
        Of the intervals of 90 % as they are given, within the range of the known values, (cells,).

    Returns
    -------
    dict
        ``coverage_50``, ``coverage_80``, ``coverage_90`` the shares of cells within the interval of so many percent;
        ``mean_width`` mean of the widths, in the cells' unit; ``log_score`` mean −ln of the density at x, and
        ``constant_log_score`` the same with one standard deviation for all, √mean of the variances: where it is
        higher, widths say something of the single cell (Good 1952).

    >>> shares = calibration(np.array([0.0, 1.5]), np.array([1.0, 1.0]), np.array([3.3, 3.3]))
    >>> shares["coverage_80"], shares["coverage_90"], round(shares["log_score"], 3)
    (0.5, 1.0, 1.481)
    """
    distances = np.abs(errors) / deviations
    constant = np.full(len(errors), np.sqrt(np.square(deviations).mean()))
    return {
        **{f"coverage_{level}": float(np.mean(distances <= limit)) for level, limit in QUANTILES.items()},
        "mean_width": float(widths.mean()),
        "log_score": _log_score(errors, deviations),
        "constant_log_score": _log_score(errors, constant),
    }


def _log_score(errors: Matrix, deviations: Matrix) -> float:
    squares = np.square(errors / deviations)
    return float((log(math.sqrt(2.0 * math.pi) * deviations, beyond=0.0) + squares / 2.0).mean())


def pooled(parts: Sequence[tuple[Matrix, Matrix, Matrix] | None]) -> Mapping[str, Any]:
    """Return ``intervals``, the calibration over all folds, or nothing where there are none."""
    known = [part for part in parts if part is not None and len(part[0])]
    if not known:
        return {}
    whole = [np.concatenate(each) for each in zip(*known, strict=True)]
    return {"intervals": {"cells": len(whole[0]), **calibration(*whole)}}
