"""Draws of W and H from their distribution given the table, and what their mean predicts."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.model.factors import Factors, order_like, parts_of, shares

MOST = 480_000_000
"""Numbers of W and H together that draws have at most, so that they take less than 2 GB; there are fewer draws else."""

QUANTILES = {50: 0.6744897501960817, 80: 1.2815515655446004, 90: 1.6448536269514722}
"""Standard deviations on each side of the mean that hold so many percent of a normal distribution."""

Draws = NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False, kw_only=True)
class Samples:
    """Draws of W and H, chain by chain, each of which predicts as W @ H does.

    Attributes
    ----------
    W, H
        Shapes (draws, rows, components) and (draws, components, columns), 0 or more but for levels.
    noise
        Standard deviation of a cell around its prediction, shape (draws,).
    W_prior, H_prior
        Mean and standard deviation of the normal distribution, cut off below 0 but for levels, that loadings of a row
        and of a column come from where no cell is known, shape (draws, 2, components).
    common
        What a component gives all cells of a row, and the row's level for people takes over: the least loading of a
        column, and of the columns' level so much that their means relate as their spreads; then the same of columns,
        their level first. Shape (2, components), 0 without levels.
    components
        Names of the components, in order; baselines come last.
    chains
        Number of chains.
    """

    W: Draws
    H: Draws
    noise: NDArray[np.float64]
    W_prior: Draws
    H_prior: Draws
    common: NDArray[np.float64]
    components: tuple[str, ...]
    chains: int

    @property
    def parts(self) -> int:
        """Number of components that are parts of the table; baselines come after them."""
        return parts_of(self.components)

    def __iter__(self) -> Iterator[Factors]:
        """Give the draws one by one."""
        for W, H in zip(self.W, self.H, strict=True):
            yield Factors(W=W.astype(np.float64), H=H.astype(np.float64), components=self.components)

    def means(self) -> Factors:
        """Return the mean W and the mean H."""
        W, H = (draws.mean(axis=0, dtype=np.float64) for draws in (self.W, self.H))
        return Factors(W=W, H=H, components=self.components)

    def for_people(self) -> Factors:
        """Return the means, levels of rows having taken over what is `common`, and a level still below 0 being 0."""
        mean = self.means()
        W = mean.W + self._taken_over(mean.W)
        return replace(mean, W=W.clip(0.0), H=(mean.H - self.common[0][:, None]).clip(0.0))

    def _taken_over(self, W: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what levels of rows take over, beside zeros, in the shape of W, (rows, components)."""
        extra = np.zeros_like(W)
        if self.parts < len(self.components):
            extra[:, self.parts] = (W * self.common[0]).sum(axis=1)
        return extra

    def joined(self) -> Factors:
        """Return one factorization that predicts the mean of what the draws predict.

        W holds 1 / S of each of S draws, H is theirs; component c of draw s becomes component c·S + s. Baselines are
        the means.

        >>> W, H = np.array([[[1.0]], [[3.0]]], np.float32), np.array([[[2.0]], [[4.0]]], np.float32)
        >>> prior = np.ones((2, 2, 1))
        >>> rest = {"W_prior": prior, "H_prior": prior, "common": np.zeros((2, 1)), "components": ("a",), "chains": 1}
        >>> samples = Samples(W=W, H=H, noise=np.ones(2), **rest)
        >>> samples.joined().reconstruction(), samples.joined().components
        (array([[7.]]), ('a, draw 1', 'a, draw 2'))
        """
        mean = self.means()
        parts, count = self.parts, len(self.noise)
        W = self.W[:, :, :parts].transpose(1, 2, 0).reshape(self.W.shape[1], parts * count)
        H = self.H[:, :parts].transpose(1, 0, 2).reshape(parts * count, self.H.shape[2])
        names = tuple(f"{name}, draw {number}" for name in self.components[:parts] for number in range(1, count + 1))
        return Factors(
            W=np.hstack([W.astype(np.float64) / count, mean.W[:, parts:]]),
            H=np.vstack([H.astype(np.float64), mean.H[parts:]]),
            components=(*names, *self.components[parts:]),
        )

    def predict(
        self, rows: NDArray[np.int32], columns: NDArray[np.int32]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the mean of a cell and its standard deviation, both of shape (cells,), for paired positions.

        The mean is that over draws. The variance is theirs, which is what W and H leave open, and the mean variance of
        the noise: it is that of a value observed there.
        """
        return self._moments(draw.predict(rows, columns) for draw in self)

    @cached_property
    def table(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What `predict` returns, of every cell, both of shape (rows, columns)."""
        return self._moments(draw.reconstruction() for draw in self)

    def _moments(self, draws: Iterator[NDArray[np.float64]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        total, squares = np.zeros(()), np.zeros(())
        for predicted in draws:
            total, squares = total + predicted, squares + predicted * predicted
        mean = total / len(self.noise)
        return mean, np.sqrt(np.maximum(squares / len(self.noise) - mean * mean, 0.0) + self.noise_variance)

    @property
    def noise_variance(self) -> float:
        """Mean variance of a cell around its prediction."""
        return float(np.square(self.noise).mean())

    def contributions(self, rows: NDArray[np.int32], columns: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return the mean of what each component gives a cell, (cells, components); they add up to its prediction.

        >>> W, H = np.array([[[1.0]], [[3.0]]], np.float32), np.array([[[2.0]], [[4.0]]], np.float32)
        >>> prior = np.ones((2, 2, 1))
        >>> rest = {"W_prior": prior, "H_prior": prior, "common": np.zeros((2, 1)), "components": ("a",), "chains": 1}
        >>> samples = Samples(W=W, H=H, noise=np.ones(2), **rest)
        >>> cell = np.zeros(1, np.int32), np.zeros(1, np.int32)
        >>> samples.contributions(*cell), samples.predict(*cell)[0]
        (array([[7.]]), array([7.]))
        """
        total = np.zeros((len(rows), len(self.components)))
        for W, H in zip(self.W, self.H, strict=True):
            own = W[rows].astype(np.float64)
            total += own * (H.T[columns] - self.common[0]) + self._taken_over(own)
        return total / len(self.noise)

    def transposed(self) -> "Samples":
        """Return the draws of the table with its rows as columns."""
        W, H = self.H.transpose(0, 2, 1), np.ascontiguousarray(self.W.transpose(0, 2, 1))
        order, common = _turned(len(self.components), self.parts), self.common[::-1]
        W_prior, H_prior = (prior[:, :, order] for prior in (self.H_prior, self.W_prior))
        return replace(self, W=W[:, :, order], H=H[:, order], W_prior=W_prior, H_prior=H_prior, common=common)

    def of_rows(self, rows: slice) -> "Samples":
        """Return the draws with some of their rows."""
        return replace(self, W=self.W[:, rows])


def interval(mean: NDArray[np.float64], deviation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ends of the interval that holds 90 % of the values observed in a cell, shape (2, …).

    >>> interval(np.array([1.0, 4.0]), np.array([1.0, 1.0]))
    array([[-0.64485363,  2.35514637],
           [ 2.64485363,  5.64485363]])
    """
    return np.stack([mean - QUANTILES[90] * deviation, mean + QUANTILES[90] * deviation])


@dataclass(frozen=True, kw_only=True)
class SampledFactors(Factors):
    """W and H for people, which are means over draws, and the draws of the same rows and columns, which predict."""

    samples: Samples

    @property
    def joined(self) -> Factors:
        """The factors whose W @ H is the prediction, before it is cut off."""
        return replace(self.samples.joined(), range=self.range)

    def reconstruction(self) -> NDArray[np.float64]:
        """Return the mean of the draws' W @ H within its range, shape (rows, columns)."""
        return self.samples.table[0].clip(*self.range)

    def predict(self, rows: NDArray[np.int32], columns: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return the same at paired positions, shape (cells,)."""
        return self.samples.predict(rows, columns)[0].clip(*self.range)

    def estimates(self, rows: NDArray[np.int32], columns: NDArray[np.int32]) -> dict[str, NDArray[np.float64]]:
        """Return ``predicted`` and the ends of its `interval`, ``low`` and ``high``, all within the range."""
        return self._named(self.samples.predict(rows, columns), "predicted")

    def reconstructions(self) -> dict[str, NDArray[np.float64]]:
        """Return ``reconstruction`` and the ends of its `interval`, ``low`` and ``high``, all within the range."""
        return self._named(self.samples.table, "reconstruction")

    def _named(
        self, moments: tuple[NDArray[np.float64], NDArray[np.float64]], name: str
    ) -> dict[str, NDArray[np.float64]]:
        estimates = moments[0], *interval(*moments)
        return {key: each.clip(*self.range) for key, each in zip((name, "low", "high"), estimates, strict=True)}


def predictor(factors: Factors, samples: Samples | None) -> Factors:
    """Return what predicts: W @ H of factors, or the draws that they are means of, where there are some."""
    own = {field.name: getattr(factors, field.name) for field in fields(Factors)}
    return Factors(**own) if samples is None else SampledFactors(**own, samples=samples)


def aligned(samples: Samples) -> Samples:
    """Return the draws with their parts in one order and of one scale, which changes no prediction but by rounding.

    Each row of H has mean 1 then. Parts are matched by the cosines of their rows of H, to those of the first draw, then
    to the mean of all, and sorted by their share of the total.
    """
    parts = samples.parts
    W, H, W_prior, H_prior = (part.copy() for part in (samples.W, samples.H, samples.W_prior, samples.H_prior))
    scale = H[:, :parts].mean(axis=2, dtype=np.float64)
    scale[scale == 0] = 1.0
    H[:, :parts] /= scale[:, :, None]
    H_prior[:, :, :parts] /= scale[:, None, :]
    W[:, :, :parts] *= scale[:, None, :]
    W_prior[:, :, :parts] *= scale[:, None, :]
    reference = H[0, :parts].astype(np.float64)
    for _ in range(2):
        for own, other, own_prior, other_prior in zip(W, H, W_prior, H_prior, strict=True):
            order = order_like(reference, other[:parts].astype(np.float64))
            other[:parts] = other[order]
            for lines in (own, own_prior, other_prior):
                lines[:, :parts] = lines[:, order]
        mean = replace(samples, W=W, H=H).means()
        reference = mean.H[:parts]
    falling = np.argsort(-shares(mean.W.sum(axis=0), mean.H)[:parts], kind="stable")
    H[:, :parts] = H[:, falling]
    for draws in (W, W_prior, H_prior):
        draws[:, :, :parts] = draws[:, :, falling]
    common = np.zeros((2, len(samples.components)))
    if parts < common.shape[1]:
        order = np.append(falling, [parts, parts + 1])
        places = order[_turned(order.size, parts)]
        common[0] = _common(mean.W[:, order], mean.H[order], parts)
        common[1] = _common(mean.H[places].T, mean.W[:, places].T, parts)
    return replace(samples, W=W, H=H, W_prior=W_prior, H_prior=H_prior, common=common)


def _turned(count: int, parts: int) -> NDArray[np.intp]:
    """Return the order of components whose sides are exchanged: the level of a row stands before that of a column."""
    order = np.arange(count)
    order[parts:] = order[parts:][::-1]
    return order


def _common(W: NDArray[np.float64], H: NDArray[np.float64], parts: int) -> NDArray[np.float64]:
    """Return what components with these means, W (rows, components) and H, give all cells of a row."""
    least = H[:parts].min(axis=1)
    levels = W[:, parts] + (W[:, :parts] * least).sum(axis=1), H[parts + 1]
    total, spread = sum(float(level.mean()) for level in levels), sum(float(level.std()) for level in levels)
    share = float(levels[0].std()) / (spread or 1.0)
    return np.array([*least, 0.0, total * share - float(levels[0].mean())])
