"""What the native solver is asked for."""

from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np

from ratings_nmf.core.table import Zeros


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options of the native solver; a value out of range raises ValueError.

    zeros: "missing": a cell that is not given is unknown; "observed": it is 0.
    regularization: penalty on the squares of W and H, ≥ 0, in units of the values. None: 0 for observed
        zeros; for missing ones 8, or 5 for an ensemble, chosen by held-out cells of MovieLens ratings.
    baseline: whether rows and columns have levels of their own, with zeros "missing".
    baseline_regularization: penalty on the squared distance of the baselines from half the mean value, ≥ 0.
    ensemble: number of restarts, ≥ 1, whose mean prediction is the result.
    max_iter: most sweeps over rows and columns, ≥ 1.
    tol: a fit has converged when a sweep lowers the loss by at most this fraction of it, ≥ 0. None: 1e-4 for
        observed zeros; 1e-3 for missing ones, where more sweeps no longer lower the error on held-out ratings.
    """

    zeros: Zeros
    regularization: float | None = None
    baseline: bool = True
    baseline_regularization: float = 5.0
    ensemble: int = 1
    max_iter: int = 200
    tol: float | None = None

    def __post_init__(self) -> None:
        if self.zeros not in ("missing", "observed"):
            raise ValueError(f"zeros must be 'missing' or 'observed'; got {self.zeros!r}")
        least = {"regularization": 0, "baseline_regularization": 0, "tol": 0, "ensemble": 1, "max_iter": 1}
        for name, bound in least.items():
            value = getattr(self, name)
            whole = name in ("ensemble", "max_iter")
            if value is None and name in ("regularization", "tol"):
                continue
            if (
                isinstance(value, bool)
                or not isinstance(value, Integral if whole else Real)
                or not float(value) >= bound
            ):
                kind = "a whole number" if whole else "a number"
                raise ValueError(f"{name} must be {kind} of at least {bound}; got {value!r}")
        if not isinstance(self.baseline, bool | np.bool_):
            raise ValueError(f"baseline must be true or false; got {self.baseline!r}")

    @property
    def penalty(self) -> float:
        """The regularization, or its default."""
        if self.regularization is not None:
            return self.regularization
        if self.zeros == "observed":
            return 0.0
        return 8.0 if self.ensemble == 1 else 5.0

    @property
    def tolerance(self) -> float:
        """The fraction of the loss below which a sweep's gain ends the fit, or its default."""
        if self.tol is not None:
            return self.tol
        return 1e-4 if self.zeros == "observed" else 1e-3

    @property
    def has_baseline(self) -> bool:
        """Whether baselines are part of the model."""
        return self.baseline and self.zeros == "missing"
