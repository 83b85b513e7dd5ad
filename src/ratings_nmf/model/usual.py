"""The mean receiver, whose lists those get of whom nothing is known where a model has no levels."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.table import Side
from ratings_nmf.model.factors import Factors
from ratings_nmf.model.samples import SampledFactors


@dataclass(frozen=True, eq=False, kw_only=True)
class Usual:
    """The mean receiver: its loadings, and how many of the components are parts, not levels.

    Loadings have the shape (components,); those of draws (draws, components).
    """

    loadings: NDArray[np.float64]
    parts: int


def usual_receiver(factors: Iterable[Factors], *, to: Side) -> Usual:
    """Return the mean receiver of a side; factors of rows come some at a time, those of all columns at once."""
    factors = iter(factors)
    first = next(factors)
    lines = (_lines(each, to=to) for each in ([first] if to == "columns" else chain([first], factors)))
    mean = _mean(lines)
    samples = isinstance(first, SampledFactors)
    return Usual(loadings=mean.reshape(-1, len(first.components)) if samples else mean, parts=first.parts)


def _lines(factors: Factors, *, to: Side) -> NDArray[np.float64]:
    """Return the loadings of a side, (lines, components), or those of all its draws, (lines, draws · components)."""
    if isinstance(factors, SampledFactors):
        samples = factors.samples
        lines = samples.W.transpose(1, 0, 2) if to == "rows" else samples.H.transpose(2, 0, 1)
        return lines.reshape(len(lines), -1).astype(np.float64)
    return factors.W if to == "rows" else factors.H.T


def standing_in(loadings: NDArray[np.float64], *, usual: Usual, cold: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the loadings that lists of receivers are made from, (receivers, components).

    In a model without levels the mean receiver's stand in for those of cold ones.
    """
    return loadings if usual.parts < len(usual.loadings) else np.where(cold[:, None], usual.loadings, loadings)


def _mean(parts: Iterable[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the mean of lines that come some at a time, shape (components,), summed one after the other."""
    total, count = np.zeros(0), 0
    for lines in parts:
        total = np.vstack([total, lines] if count else [lines]).cumsum(axis=0)[-1]
        count += len(lines)
    return np.asarray(total / count)
