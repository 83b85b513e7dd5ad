"""What lists of items should find of held-out cells, and how much of it they do."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ratings_nmf.core.streams import cell_hash
from ratings_nmf.core.table import Places, RatingsTable, Side
from ratings_nmf.holdout.rivals import listed
from ratings_nmf.holdout.trial import Matrix
from ratings_nmf.model.factors import Factors
from ratings_nmf.model.samples import SampledFactors
from ratings_nmf.model.usual import standing_in, usual_receiver

SHORT, LONG = 10, 20
"""Places of a list that NDCG, coverage and novelty look at, and recall."""

RECEIVERS = 2000
"""Most receivers of a fold whose lists are measured; of more, these are drawn by hash."""

SCORES = 4_000_000
"""Scores of items that are worked on at a time."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Sought:
    """What receivers know, and what lists of the items that they do not know should find.

    Attributes
    ----------
    known, likes
        1 where a receiver has the item already, and where it is worth having, shape (receivers, items).
    targets
        1 where a held-out cell is worth having, same shape.
    cold
        Which receivers have no cell to be fitted to, shape (receivers,).
    receivers
        Those with a target, rising, shape (receivers measured,).
    """

    known: csr_array
    likes: csr_array
    targets: csr_array
    cold: NDArray[np.bool_]
    receivers: NDArray[np.int64]


def worth(table: RatingsTable) -> float:
    """Return what a cell is worth having from: the mean of the known cells if zeros are missing, else all above 0."""
    return table.mean if table.zeros == "missing" else float(np.nextafter(0.0, 1.0))


def sought(known: RatingsTable, cells: tuple[Places, Matrix], *, to: Side, most: int = RECEIVERS) -> Sought:
    """Return what lists should find, given a table without held-out cells, and these cells: places and values.

    Receivers are the table's rows or columns; of those that miss something worth having, `most` at most.
    """
    (rows, columns), values = cells
    good, least = values >= worth(known), worth(known)

    def marked(places: Sequence[NDArray[np.int32]]) -> csr_array:
        across, down = (known.shape, places) if to == "rows" else (known.shape[::-1], places[::-1])
        marks = csr_array((np.ones(len(down[0])), tuple(down)), across)
        marks.data[:] = 1.0  # a cell given twice is still one
        return marks

    targets = marked((rows[good], columns[good]))
    likes = known.values >= least
    return Sought(
        known=marked(known.given()[:2]),
        likes=marked((known.rows[likes], known.columns[likes])),
        targets=targets,
        cold=np.bincount(known.rows if to == "rows" else known.columns, minlength=targets.shape[0]) == 0,
        receivers=drawn(targets, most=most),
    )


def measured(lists: NDArray[np.int32], what: Sought) -> Matrix:
    """Return NDCG@10, recall@20 and novelty of the list of each receiver that is measured, shape (receivers, 3).

    With hits h_1 … h_20 (0 or 1), r targets and d_i = 1 / log2(i + 1): NDCG Σ_{i ≤ 10} d h / Σ_{i ≤ min(r, 10)} d
    (Järvelin & Kekäläinen 2002), recall Σ h / min(r, 20). Novelty is the mean, over the first ten items, of
    −log2(share of receivers that have the item), in bits; an item that none has counts as one that one has (Zhou et
    al. 2010, PNAS 107). Lists are positions of items, best first, (receivers, 20), −1 where there is none.
    """
    width = what.targets.shape[1]
    targets = csr_array(what.targets[what.receivers])
    keys = np.repeat(np.arange(len(what.receivers)), np.diff(targets.indptr)) * width + targets.indices
    hits = np.isin(np.arange(len(lists))[:, None] * width + lists, keys) & (lists >= 0)
    count = np.diff(targets.indptr)
    # rounded: the last bits of a logarithm are not the same on every machine
    discount = np.array([round(1.0 / math.log2(place + 1), 12) for place in range(1, SHORT + 1)])
    times = np.maximum(what.known.sum(axis=0), 1.0)
    bits = np.array([round(math.log2(what.known.shape[0] / each), 12) for each in times.tolist()])
    short = lists[:, :SHORT]
    return np.column_stack(
        [
            (hits[:, :SHORT] * discount).sum(axis=1) / discount.cumsum()[np.minimum(count, SHORT) - 1],
            hits.sum(axis=1) / np.minimum(count, LONG),
            (bits[short] * (short >= 0)).sum(axis=1) / (short >= 0).sum(axis=1),
        ]
    )


def by_receiver(receivers: Sequence[NDArray[np.int64]], values: Sequence[Matrix]) -> Matrix:
    """Return the mean of what each receiver's lists measure over the folds that sought something for it.

    Both are given a fold at a time; values have the shape (receivers, measures), and so has what is returned, by rising
    receiver. The mean over receivers, with its standard error over them, is what lists are compared by.

    >>> by_receiver([np.array([4, 7]), np.array([7])], [np.array([[0.5], [0.2]]), np.array([[0.4]])]).round(3).tolist()
    [[0.5], [0.3]]
    """
    _, place = np.unique(np.concatenate(receivers), return_inverse=True)
    sums = [np.bincount(place, column) for column in np.concatenate(values).T]
    return np.stack(sums, axis=1) / np.bincount(place)[:, None]


def sides(factors: Factors, *, cold: NDArray[np.bool_], to: Side) -> tuple[Matrix, Matrix]:
    """Return what lists are made from, of receivers and of items, (…, components), all 0 or more.

    As in `search.recommend` the mean receiver may stand in for cold ones, shape (receivers,). Draws' levels below 0 are
    taken up by what is least, as much for all items of a receiver: no list changes.
    """
    joined = factors.joined
    own, items = (joined.W, joined.H.T) if to == "rows" else (joined.H.T, joined.W)
    if not isinstance(factors, SampledFactors):  # whose cold ones have draws of their own
        own = standing_in(own, usual=usual_receiver([factors], to=to), cold=cold)
    return own - own.min(axis=0).clip(max=0.0), items - items.min(axis=0).clip(max=0.0)


def ranked(factors: Factors, what: Sought, *, to: Side) -> NDArray[np.int32]:
    """Return what factors rank highest of the items that each receiver does not know, as `listed` does of scores."""
    own, items = sides(factors, cold=what.cold, to=to)
    blocks = np.array_split(what.receivers, len(what.receivers) * len(items) // SCORES + 1)
    lists = [listed(own[some] @ items.T, csr_array(what.known[some]), length=LONG) for some in blocks]
    return np.concatenate(lists)


def drawn(targets: csr_array, *, most: int) -> NDArray[np.int64]:
    """Return the receivers that want something, of more than `most` those with the least hash, rising."""
    receivers = np.flatnonzero(np.diff(targets.indptr))
    order = np.argsort(cell_hash(0, receivers, np.zeros_like(receivers)), kind="stable")
    return np.sort(receivers[order[:most]])
