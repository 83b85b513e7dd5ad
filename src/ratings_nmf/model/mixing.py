"""Whether chains have come to the same distribution, and how many independent draws theirs are worth."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Mixing(NamedTuple):
    """R-hat, 1 where chains agree, and the number of independent draws that theirs are worth; NaN where unknown."""

    rhat: float
    effective: float


def mixing(draws: NDArray[np.float64]) -> Mixing:
    """Measure chains of some quantities together, shape (chains, draws, quantities).

    Of the halves of the chains, which are m sequences of n draws, let W be the variance within and B / n that of their
    means, each summed over the quantities. R-hat is √((n − 1) / n + B / (n W)), and the draws are worth
    m n min(1, ((n − 1) W + B) / (n B)) independent ones (Gelman & Rubin 1992; Gelman et al. 2013, section 11.4 f.).

    >>> still = np.zeros((2, 4, 1))
    >>> mixing(still + np.arange(4)[:, None] % 2).rhat < 1 < mixing(still + np.arange(2)[:, None, None]).rhat
    True
    """
    length = draws.shape[1] // 2
    if length < 2:
        return Mixing(float("nan"), float("nan"))
    halves = np.concatenate([draws[:, :length], draws[:, -length:]])
    within = float(halves.var(axis=1, ddof=1).mean(axis=0).sum())
    between = float(halves.mean(axis=1).var(axis=0, ddof=1).sum())
    if not within:
        return Mixing(float("inf") if between else 1.0, float("nan"))
    whole = (length - 1) / length * within + between
    number = len(halves) * length
    return Mixing(float(np.sqrt(whole / within)), min(number, number * whole / (length * between or whole)))


def described(noise: Mixing, predictions: Mixing) -> Mapping[str, float | None]:
    """Return both as what fit.json holds; what is not known is None.

    >>> described(Mixing(1.0, 40.0), Mixing(float("inf"), float("nan")))["rhat_predictions"] is None
    True
    """
    figures = {
        "rhat_noise": noise.rhat,
        "rhat_predictions": predictions.rhat,
        "effective_samples_noise": noise.effective,
        "effective_samples_predictions": predictions.effective,
    }
    return {name: value if np.isfinite(value) else None for name, value in figures.items()}
