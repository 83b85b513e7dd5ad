"""How written components relate to those that the solver left, so that later rows can be solved for as these were."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.model.factors import Factors, canonical_order

if TYPE_CHECKING:
    from pandas import DataFrame


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


def frame_of(solved: Factors, form: str, restart_baselines: NDArray[np.float64] | None) -> Frame:
    """Return the frame of components that are written in a form, ``raw`` or ``canonical``.

    >>> from ratings_nmf.model.factors import numbered
    >>> solved = Factors(W=np.array([[1.0, 1.0]]), H=np.array([[2.0, 1.0], [4.0, 8.0]]), components=numbered(2))
    >>> frame_of(solved, "canonical", None)
    Frame(position=array([1, 0]), scale=array([8., 2.]), restart_baselines=None)
    """
    restarts = restart_baselines if restart_baselines is not None and len(restart_baselines) > 1 else None
    order, scale = np.arange(solved.parts), np.ones(solved.parts)
    if form == "canonical":
        order, scale = canonical_order(solved)
    return Frame(position=order, scale=scale, restart_baselines=restarts)


def convergence(loss_curve: NDArray[np.float64]) -> "dict[str, DataFrame]":
    """Return ``convergence``, the loss after each iteration, where the solver tells it."""
    if not len(loss_curve):
        return {}
    from pandas import DataFrame, RangeIndex

    iterations = RangeIndex(1, len(loss_curve) + 1, name="iteration")
    return {"convergence": DataFrame({"loss": loss_curve}, index=iterations)}
