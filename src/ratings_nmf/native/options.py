"""What the native solver is asked for."""

from dataclasses import dataclass

from ratings_nmf.table import Zeros


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
    tol: a fit has converged when a sweep lowers the loss by at most this fraction of it, ≥ 0.
    """

    zeros: Zeros
    regularization: float | None = None
    baseline: bool = True
    baseline_regularization: float = 5.0
    ensemble: int = 1
    max_iter: int = 200
    tol: float = 1e-4

    def __post_init__(self) -> None:
        if self.zeros not in ("missing", "observed"):
            raise ValueError(f"zeros must be 'missing' or 'observed'; got {self.zeros!r}")
        least = {"regularization": 0, "baseline_regularization": 0, "tol": 0, "ensemble": 1, "max_iter": 1}
        for name, bound in least.items():
            value = getattr(self, name)
            if value is not None and not value >= bound:
                raise ValueError(f"{name} must be at least {bound}; got {value!r}")

    @property
    def penalty(self) -> float:
        """The regularization, or its default."""
        if self.regularization is not None:
            return self.regularization
        if self.zeros == "observed":
            return 0.0
        return 8.0 if self.ensemble == 1 else 5.0

    @property
    def has_baseline(self) -> bool:
        """Whether baselines are part of the model."""
        return self.baseline and self.zeros == "missing"
