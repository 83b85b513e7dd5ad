"""What a solver leaves, and how written components relate to it, so that later rows are solved for as these were."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.model.factors import Factors
from ratings_nmf.model.samples import Samples, predictor

if TYPE_CHECKING:
    from pandas import DataFrame


class Units(NamedTuple):
    """What penalties refer to, so that a table in other units has the same factors in those units.

    Attributes
    ----------
    level
        Half the mean value of the cells that count, which baselines tend to.
    spread
        Root mean square of the values above 0, which the penalties on W and H are multiplied by.
    """

    level: float
    spread: float

    def scaled(self, exponent: int) -> "Units":
        """Return the units of values that were divided by 4^exponent."""
        return Units(*np.ldexp(self, -2 * exponent).tolist())


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
    units
        What its penalties refer to.
    restart_baselines
        Column baselines of each restart, shape (restarts, columns); 0 in a model without baselines.
    samples
        Draws of W and H that predict together, `factors` being their means; None where the factors predict alone.
    traces
        The noise after each sweep of each chain, shape (chains, n_iter), NaN after the last.
    mixing
        What `ratings_nmf.model.mixing.described` says of the chains, and ``product_distance``: that of W @ H, which are
        means, from the mean of what the draws predict, root mean square over some known cells.
    notes
        What the solver did in another way than it was told, in sentences.

    Loss curve, error, units and restart_baselines are the native solver's, traces and mixing those of the one that
    samples; another's are empty, or NaN.
    """

    factors: Factors
    n_iter: int
    converged: bool | None
    loss_curve: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    error: float = float("nan")
    units: Units = field(default_factory=lambda: Units(float("nan"), float("nan")))
    restart_baselines: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)))
    samples: Samples | None = None
    traces: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)))
    mixing: Mapping[str, float | None] = field(default_factory=dict)
    notes: Sequence[str] = ()

    @property
    def predictor(self) -> Factors:
        """The factors, or the draws that they are means of, which predict."""
        return predictor(self.factors, self.samples)

    def within(self, ends: tuple[float, float]) -> "Solution":
        """Return the solution with predictions cut off at these ends."""
        return replace(self, factors=replace(self.factors, range=ends))

    def convergence(self) -> "dict[str, DataFrame]":
        """Return ``convergence``, the loss after each iteration, or ``traces``, each chain's noise after each sweep.

        Nothing where the solver tells neither.
        """
        if not len(self.loss_curve) and not len(self.traces):
            return {}
        from pandas import DataFrame, RangeIndex

        if len(self.traces):
            chains = [f"chain {number}" for number in range(1, len(self.traces) + 1)]
            sweeps = RangeIndex(1, self.n_iter + 1, name="sweep")
            return {"traces": DataFrame(self.traces.T, index=sweeps, columns=chains)}
        iterations = RangeIndex(1, len(self.loss_curve) + 1, name="iteration")
        return {"convergence": DataFrame({"loss": self.loss_curve}, index=iterations)}


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The components as the solver left them, where the written ones are scaled, sorted or joined.

    Attributes
    ----------
    position
        The solver's position (from 0) of each written component, baselines left out, shape (components,).
    scale
        What its row of H was divided by and its column of W multiplied by, shape (components,).
    restart_baselines
        Column baselines of each restart of an ensemble, shape (restarts, columns); None where there was one.
    """

    position: NDArray[np.intp]
    scale: NDArray[np.float64]
    restart_baselines: NDArray[np.float64] | None = None

    @property
    def is_plain(self) -> bool:
        """Whether the components are written as they were solved."""
        return bool(np.all(self.scale == 1) and np.all(np.diff(self.position) == 1))

    def arranged(self, factors: Factors) -> Factors:
        """Return the factors as they are written; W @ H stays the same up to rounding. W may be that of some rows."""
        if self.is_plain:
            return factors
        parts = factors.parts
        return replace(
            factors,
            W=np.hstack([factors.W[:, self.position] * self.scale, factors.W[:, parts:]]),
            H=np.vstack([factors.H[self.position] / self.scale[:, None], factors.H[parts:]]),
        )

    def arranged_samples(self, samples: Samples) -> Samples:
        """Return draws whose means are the written factors; they predict the same up to rounding."""
        if self.is_plain:
            return samples
        parts, one = samples.parts, np.ones(len(samples.components) - samples.parts)
        order = np.append(self.position, np.arange(parts, len(samples.components)))
        scale = np.append(self.scale, one).astype(np.float32)
        return replace(
            samples,
            W=samples.W[:, :, order] * scale,
            H=samples.H[:, order] / scale[:, None],
            W_prior=samples.W_prior[:, :, order] * scale,
            H_prior=samples.H_prior[:, :, order] / scale,
            common=samples.common[:, order] * np.stack([1 / scale, scale]),
        )

    def to_frames(self, components: Sequence[str], columns: Sequence[str]) -> "dict[str, DataFrame]":
        """Return ``scale``, where components are scaled or sorted, and ``restart_baselines``, where there are some.

        Names of the written components, and labels of the table's columns, head their lines and columns.
        """
        from pandas import DataFrame, Index

        frames = {}
        if not self.is_plain:
            names = Index(components[: len(self.position)], name="component")
            frames["scale"] = DataFrame({"position": self.position + 1, "scale": self.scale}, index=names)
        if self.restart_baselines is not None:
            restarts = [f"restart {number}" for number in range(1, len(self.restart_baselines) + 1)]
            index = Index(restarts, name="restart")
            frames["restart_baselines"] = DataFrame(self.restart_baselines, index=index, columns=list(columns))
        return frames

    @classmethod
    def from_numbers(
        cls, scale: NDArray[np.float64] | None, restart_baselines: NDArray[np.float64] | None, *, parts: int
    ) -> "Frame":
        """Return what `to_frames` was called of, given the numbers of its tables and the number of components."""
        plain = np.column_stack([np.arange(1.0, parts + 1), np.ones(parts)])
        position, scales = (plain if scale is None else scale).T
        return cls(position=position.astype(np.intp) - 1, scale=scales, restart_baselines=restart_baselines)


def frame_of(factors: Factors, form: str, restart_baselines: NDArray[np.float64] | None) -> Frame:
    """Return the frame of components that are written in a form, ``raw`` or ``canonical``.

    In canonical form each row of H has maximum 1, or is 0 and keeps its scale, and components are sorted by their share
    of the total of W @ H, those of the same share in the solver's order. Baselines stay as they are.

    >>> from ratings_nmf.model.factors import numbered
    >>> factors = Factors(W=np.array([[1.0, 1.0]]), H=np.array([[2.0, 1.0], [4.0, 8.0]]), components=numbered(2))
    >>> frame = frame_of(factors, "canonical", None)
    >>> frame
    Frame(position=array([1, 0]), scale=array([8., 2.]), restart_baselines=None)
    >>> frame.arranged(factors).W, frame.arranged(factors).H
    (array([[8., 2.]]), array([[0.5, 1. ],
           [1. , 0.5]]))
    """
    restarts = restart_baselines if restart_baselines is not None and len(restart_baselines) > 1 else None
    order, scale = np.arange(factors.parts), np.ones(factors.parts)
    if form == "canonical":
        H = factors.H[: factors.parts]
        totals = factors.W.sum(axis=0, dtype=np.float64)[: factors.parts] * H.sum(axis=1)
        order, peak = np.argsort(-totals, kind="stable"), H.max(axis=1)
        scale = np.where(peak > 0, peak, 1.0)[order]
    return Frame(position=order, scale=scale, restart_baselines=restarts)
