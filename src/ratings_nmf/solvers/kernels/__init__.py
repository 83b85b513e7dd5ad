"""Compiled coordinate descent for non-negative factors, a line (a row or a column of the table) at a time.

Factor tables are padded with zeros to multiples of 8, both ways, and have at least one line of zeros, which
the padding of cells points to. Lines are independent, so that any split over threads gives the same bits, and
`lanes` fixes the order of the sums within a line.
"""

from ratings_nmf.solvers.kernels.descent import Rule, update_known, update_observed
from ratings_nmf.solvers.kernels.lanes import LANES
from ratings_nmf.solvers.kernels.packing import Packed, among, order_by, pack, sorted_order
from ratings_nmf.solvers.kernels.vectors import Lines, gram, multiply, orthonormalize

__all__ = [
    "LANES",
    "Lines",
    "Packed",
    "Rule",
    "among",
    "gram",
    "multiply",
    "order_by",
    "orthonormalize",
    "pack",
    "sorted_order",
    "update_known",
    "update_observed",
]
