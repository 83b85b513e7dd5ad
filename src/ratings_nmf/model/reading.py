"""Factors as they were written, with the draws that predict where the solver kept some."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.streams import Draw
from ratings_nmf.core.table import DENSE_LIMIT, RatingsTable, Side
from ratings_nmf.files import interim, kept, loadings
from ratings_nmf.model.factors import BASELINES, Factors, numbered, predicted_range
from ratings_nmf.model.samples import Samples, predictor


def read(dataset: str, *, draw: Draw | None = None, dense_limit: int = DENSE_LIMIT) -> Factors:
    """Return the factors of a dataset, or those of the rows that were drawn; errors are those of `loadings.read`.

    Of a table of more than `dense_limit` cells the draws are left out: they may not fit into memory.
    """
    factors = Factors(**loadings.read(dataset, draw=draw), range=_range(dataset))
    if not kept.exist(dataset) or len(factors.W) * factors.H.shape[1] > dense_limit:
        return factors
    samples, lines = read_samples(dataset, factors)
    return predictor(factors, with_rows(samples, [*(lines if draw is None else loadings.drawn(lines, draw))]))


def beside(dataset: str, tables: Iterable[RatingsTable]) -> Iterator[tuple[RatingsTable, Factors]]:
    """Give each of the tables, successive rows of all, with the factors of its rows; errors are those of `read`."""
    names, H, parts = loadings.open_lines(dataset)
    take, empty = loadings.taker(parts), np.empty((0, len(names)))
    factors = Factors(W=empty, H=H, components=names, range=_range(dataset))
    samples: Samples | None = None
    if kept.exist(dataset):
        samples, lines = read_samples(dataset, factors)
        take_samples = loadings.taker(lines)
    for table in tables:
        count = table.shape[0]
        own = None if samples is None else with_rows(samples, [take_samples(count)])
        yield table, predictor(replace(factors, W=take(count)), own)


def read_samples(dataset: str, factors: Factors) -> tuple[Samples, Iterator[NDArray[np.float32]]]:
    """Return the draws that the fit of some factors kept, without a row, and those of rows some at a time.

    The latter have the shape (rows, draws, components).
    """
    components = numbered(factors.parts) + (BASELINES if factors.parts < len(factors.components) else ())
    other: dict[str, Any] = kept.read_draws(dataset)
    count = len(other["noise"])
    rows, columns = (kept.iterate_lines(dataset, name, components, draws=count) for name in kept.LINES)
    H = np.ascontiguousarray(np.concatenate([*columns]).transpose(1, 2, 0))
    W = np.empty((count, 0, len(components)), np.float32)
    return Samples(W=W, H=H, components=components, **other), rows


def _range(dataset: str) -> tuple[float, float]:
    profile = interim.read_profile(dataset)
    return predicted_range(profile["zeros"], (profile["minimum"], profile["maximum"]))


def against(dataset: str, factors: Factors, *, side: Side) -> Samples:
    """Return the draws that newcomers of a side are solved for by, of the other side's lines alone.

    Raises
    ------
    InputError
        If the fit kept none.
    """
    samples, lines = read_samples(dataset, factors)
    return samples if side == "rows" else replace(with_rows(samples, [*lines]), H=samples.H[:, :, :0])


def with_rows(samples: Samples, lines: list[NDArray[np.float32]]) -> Samples:
    """Return draws with the rows of these lines, each (rows, draws, components)."""
    return replace(samples, W=np.ascontiguousarray(np.concatenate(lines).transpose(1, 0, 2)))
