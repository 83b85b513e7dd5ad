"""Restarts of one factorization, joined into one that predicts their mean."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.solvers.cells import Floats
from ratings_nmf.solvers.padding import gram_of, pad
from ratings_nmf.solvers.solution import Factors
from ratings_nmf.solvers.threads import alone


def join(restarts: list[Factors], error: float = float("nan")) -> Factors:
    """Join R restarts of k components into one factorization of R·k components that predicts their mean.

    W holds 1 / R of each restart's, H is theirs; component c of restart r becomes component c·R + r, where
    the components of each restart are first matched to those of the first.
    """
    first, n_restarts = restarts[0], len(restarts)
    orders = [match(first.H, restart.H) for restart in restarts]
    pairs = list(zip(restarts, orders, strict=True))
    W = np.stack([restart.W[:, order] for restart, order in pairs], axis=2) / n_restarts
    H = np.stack([restart.H[order] for restart, order in pairs], axis=1)
    return replace(
        first,
        W=W.reshape(len(W), -1),
        H=H.reshape(-1, H.shape[2]),
        row_baseline=np.cumsum([restart.row_baseline for restart in restarts], axis=0)[-1] / n_restarts,
        restart_baselines=np.concatenate([restart.restart_baselines for restart in restarts]),
        loss_curve=_mean_curve([restart.loss_curve for restart in restarts]),
        error=error,
        converged=all(restart.converged for restart in restarts),
    )


def match(reference: Floats, H: Floats) -> NDArray[np.int64]:
    """The order of H's rows most similar to the reference's rows, by the Hungarian method on cosines."""
    from scipy.optimize import linear_sum_assignment

    k = len(reference)
    inner = gram_of(pad(np.vstack([reference, H]).T, np.float64), alone)[: 2 * k, : 2 * k]
    norms = np.sqrt(np.maximum(inner.diagonal(), np.finfo(float).tiny))
    cosines = inner[:k, k:] / np.outer(norms[:k], norms[k:])
    return np.asarray(linear_sum_assignment(cosines, maximize=True)[1])


def _mean_curve(curves: list[Floats]) -> Floats:
    """Mean of the curves, each carried on with its last value."""
    longest = max(len(curve) for curve in curves)
    padded = [np.pad(curve, (0, longest - len(curve)), mode="edge") for curve in curves]
    return np.asarray(np.cumsum(padded, axis=0)[-1] / len(curves))
