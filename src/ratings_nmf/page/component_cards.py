"""What each component is made of: its share of the table, and its heaviest rows and columns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.table import RatingsTable
from ratings_nmf.model.factors import Factors
from ratings_nmf.page import shown

TOP = 5
LEAST = 0.01
"""A line counts to a component from this share of the heaviest line's weight."""


@dataclass(frozen=True, kw_only=True)
class Weight:
    """A line of a component: its label, its weight as text, and its length as a share of the heaviest."""

    label: str
    text: str
    length: float


@dataclass(frozen=True, kw_only=True)
class Component:
    """A component as the page describes it; `share` is its share of the total of W @ H, `more` counts other lines."""

    name: str
    share: float
    rows: list[Weight]
    columns: list[Weight]
    more_rows: int
    more_columns: int


def components(table: RatingsTable, factors: Factors) -> list[Component]:
    """Describe every component that is a part of the table; baselines are none.

    >>> from ratings_nmf.model.factors import numbered
    >>> from ratings_nmf.core.table import from_dense
    >>> factors = Factors(W=np.array([[1.0], [3.0]]), H=np.array([[2.0]]), components=numbered(1))
    >>> table = from_dense(factors.reconstruction(), row_labels=("a", "b"), column_labels=("x",), zeros="observed")
    >>> (found,) = components(table, factors)
    >>> found.share, [(weight.label, weight.length) for weight in found.rows]
    (1.0, [('b', 1.0), ('a', 0.333)])
    """
    shares = factors.shares().tolist()
    return [
        Component(
            name=name,
            share=shares[part],
            rows=_heaviest(table.row_labels, factors.W[:, part]),
            columns=_heaviest(table.column_labels, factors.H[part]),
            more_rows=max(_counting(factors.W[:, part]) - TOP, 0),
            more_columns=max(_counting(factors.H[part]) - TOP, 0),
        )
        for part, name in enumerate(factors.components[: factors.parts])
    ]


def _counting(weights: NDArray[np.float64]) -> int:
    return int(np.count_nonzero(weights >= LEAST * (weights.max() or 1.0)))


def _heaviest(labels: tuple[str, ...], weights: NDArray[np.float64]) -> list[Weight]:
    order = np.argsort(-weights, kind="stable")[: min(TOP, _counting(weights))]
    peak = float(weights.max()) or 1.0
    return [
        Weight(
            label=shown.label(labels[line]),
            text=shown.aligned(float(weights[line]), peak),
            length=round(float(weights[line]) / peak, 3),
        )
        for line in order
    ]
