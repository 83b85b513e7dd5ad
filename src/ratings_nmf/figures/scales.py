"""Scales of colours: where a value stands between nothing and the largest one, in figures and on the page."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.table import RatingsTable
from ratings_nmf.figures.arrangement import Matrix, arrange, table_means
from ratings_nmf.model.factors import Factors

Kind = Literal["linear", "log"]

SKEW = 10
"""Largest value, in units of that which nine tenths of the values above 0 do not exceed, from which a scale is
logarithmic: ratings have 1, waiting times of a day 5, gene expression and words hundreds."""

FAINT = 0.06
"""Place at which a logarithmic scale begins, so that little is not nothing."""

STEPS = 256


def kinds(table: RatingsTable, factors: Factors) -> dict[str, Kind]:
    """Return the scale that suits each heatmap of a table, by its name: of its cells, and of means of blocks."""
    W, H = factors.W[:, : factors.parts], factors.H[: factors.parts]
    rows = arrange(table.row_labels, W, kind="rows")
    columns = arrange(table.column_labels, H.T, kind="columns")
    by_table = kind_of(table.values, table_means(table, rows, columns))
    return {
        "input": by_table,
        "reconstruction": by_table,
        "residual": by_table,
        "W": kind_of(W, rows.means(W)),
        "H": kind_of(H, columns.means(H.T)),
    }


def kind_of(*shown: Matrix) -> Kind:
    """Return the scale on which values can be told apart, in each of some arrays of any shape.

    >>> kind_of(np.array([1.0, 5.0, 3.0, 0.0])), kind_of(np.ones(9), 10.0 ** np.arange(20))
    ('linear', 'log')
    """
    for values in shown:
        above = np.sort(values[values > 0], axis=None)
        if len(above) and above[-1] > SKEW * above[9 * len(above) // 10 - 1]:
            return "log"
    return "linear"


@dataclass(frozen=True, kw_only=True)
class LogScale:
    """A logarithmic scale from ``floor`` to ``limit``; 0 is at 0, and what is not above the floor at `FAINT`."""

    floor: float
    limit: float

    def place(self, values: Matrix) -> Matrix:
        """Return the place of each amount on the scale, from 0 to 1; NaN stays.

        The steps are products of a root that is drawn 8 times: a logarithm has other last bits on other machines.

        >>> LogScale(floor=1.0, limit=65536.0).place(np.array([0.0, 1.0, 256.0, 65536.0])).round(3)
        array([0.  , 0.06, 0.53, 1.  ])
        """
        root = self.limit / self.floor
        for _ in range(STEPS.bit_length() - 1):
            root = np.sqrt(root)
        steps = self.floor * np.cumprod(np.full(STEPS, root))
        steps[-1] = self.limit
        places = FAINT + (1.0 - FAINT) * np.searchsorted(steps, values, side="right") / STEPS
        return np.asarray(np.where(np.isnan(values), np.nan, np.where(values > 0, places, 0.0)))

    def ticks(self) -> list[float]:
        """Return 0 and the powers of ten between floor and limit, up to six of them."""
        powers = [float(f"1e{power}") for power in range(-99, 100)]
        inside = [power for power in powers if self.floor <= power <= self.limit]
        return [0.0, *inside[:: -(-len(inside) // 6) or 1]]


def log_scale(values: Matrix, limit: float) -> LogScale:
    """Return the scale that ends at `limit` and begins where a fiftieth of the values above 0 do not exceed it."""
    above: NDArray[np.float64] = np.sort(values[values > 0], axis=None)
    floor = float(above[len(above) // 50]) if len(above) else limit
    return LogScale(floor=min(max(floor, limit * 1e-5), limit), limit=limit)
