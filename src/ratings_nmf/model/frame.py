"""How written components relate to those that the solver left, so that later rows can be solved for as these were."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.model.factors import Factors, canonical_order


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
