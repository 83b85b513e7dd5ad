"""W and H: the components of a table, and what they predict."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CHUNK = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Factors:
    """A non-negative factorization X ≈ W @ H.

    Attributes
    ----------
    W
        How much of each component a row holds, shape (rows, components), 0 or more.
    H
        How much of each column a component holds, shape (components, columns), 0 or more.
    components
        Names of the components, in order.
    """

    W: NDArray[np.float64]
    H: NDArray[np.float64]
    components: tuple[str, ...]

    def reconstruction(self) -> NDArray[np.float64]:
        """Return W @ H, shape (rows, columns), summed component by component.

        Sums in a fixed order give the same bits on every machine; a BLAS product does not.
        """
        total = np.zeros((self.W.shape[0], self.H.shape[1]))
        for row_part, column_part in zip(self.W.T, self.H, strict=True):
            total += np.outer(row_part, column_part)
        return total

    def predict(self, rows: NDArray[np.int32], columns: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return (W @ H)[rows, columns] for paired positions, shape (cells,), with `reconstruction`'s bits."""
        predicted = np.zeros(len(rows))
        for start in range(0, len(rows), CHUNK):
            cells = slice(start, start + CHUNK)
            for row_part, column_part in zip(self.W.T, self.H, strict=True):
                predicted[cells] += row_part[rows[cells]] * column_part[columns[cells]]
        return predicted


def numbered(count: int) -> tuple[str, ...]:
    """Return the names of `count` components.

    >>> numbered(2)
    ('component 1', 'component 2')
    """
    return tuple(f"component {number}" for number in range(1, count + 1))


def canonical(factors: Factors) -> Factors:
    """Scale each row of H to maximum 1 and sort components by their share of the total of W @ H.

    W @ H stays the same up to rounding. A component whose row of H is all 0 keeps its scale; components of the
    same share keep their order.

    >>> factors = Factors(W=np.array([[1.0, 1.0]]), H=np.array([[2.0, 1.0], [4.0, 8.0]]), components=numbered(2))
    >>> canonical(factors).W, canonical(factors).H
    (array([[8., 2.]]), array([[0.5, 1. ],
           [1. , 0.5]]))
    """
    peak = factors.H.max(axis=1)
    scale = np.where(peak > 0, peak, 1.0)
    share = factors.W.sum(axis=0) * factors.H.sum(axis=1)
    order = np.argsort(-share, kind="stable")
    return Factors(
        W=(factors.W * scale)[:, order], H=(factors.H / scale[:, None])[order], components=factors.components
    )
