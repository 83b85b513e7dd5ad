"""What a solver gives back."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.model.factors import Factors


@dataclass(frozen=True, eq=False, kw_only=True)
class Solution:
    """W and H as the solver left them, and how it came to them.

    Attributes
    ----------
    factors
        W (rows, components) and H (components, columns), baselines being the last two components. An ensemble of R
        restarts has R neighbouring components for each one of a restart.
    n_iter
        Number of sweeps, of the longest restart.
    converged
        Whether the solver's rule to stop was met, in every restart; None where it has no such rule.
    loss_curve
        The loss after each sweep, of an ensemble the mean over restarts, shape (n_iter,).
    error
        Square root of the sum of squared errors.
    level
        Half the mean value, which baselines tend to.
    restart_baselines
        Column baselines of each restart, shape (restarts, columns); 0 in a model without baselines.

    The last four are the native solver's; another's are empty, or NaN.
    """

    factors: Factors
    n_iter: int
    converged: bool | None
    loss_curve: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    error: float = float("nan")
    level: float = float("nan")
    restart_baselines: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)))
