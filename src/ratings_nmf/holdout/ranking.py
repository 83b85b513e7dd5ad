"""Lists of items and what they find of held-out cells, beside lists of well-known recommenders."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ratings_nmf.core.streams import cell_hash
from ratings_nmf.core.table import Places, RatingsTable, Side
from ratings_nmf.core.words import FACTORS, MOST_POPULAR
from ratings_nmf.holdout.rivals import LARGEST, PENALTIES, ease, item_knn, listed
from ratings_nmf.holdout.trial import Matrix, standard_error
from ratings_nmf.model.factors import Factors
from ratings_nmf.recommend.search import highest
from ratings_nmf.solvers.kernels.topk import Known

SHORT, LONG = 10, 20
"""Places of a list that NDCG, coverage and novelty look at, and recall."""

MEASURES = ("ndcg", "recall", "novelty")
"""What is measured of each receiver; coverage is of all of them."""

RECEIVERS = 2000
"""Most receivers of a fold whose lists are measured; of more, these are drawn by hash."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Sought:
    """What receivers know, and what lists of the items that they do not know should find.

    Attributes
    ----------
    known, likes
        1 where a receiver has the item already, and where it is worth having, shape (receivers, items).
    targets
        1 where a held-out cell is worth having, same shape.
    receivers
        Those with such a cell, rising, shape (receivers measured,).
    """

    known: csr_array
    likes: csr_array
    targets: csr_array
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
        receivers=_drawn(targets, most=most),
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


@dataclass(frozen=True, eq=False, kw_only=True)
class ListScores:
    """What lists found of what was sought.

    Attributes
    ----------
    receivers
        Those measured, rising, shape (receivers,).
    measures
        NDCG@10, recall@20 and novelty of each, shape (receivers, 3), by the name of the recommender.
    coverage
        Share of all items that stand among the first ten of some list, by the same names.
    penalty
        EASE's, None where that is not measured.
    """

    receivers: NDArray[np.int64]
    measures: dict[str, Matrix]
    coverage: dict[str, float]
    penalty: float | None


def find(factors: Factors, what: Sought, *, to: Side, penalty: float | None) -> ListScores:
    """Measure the lists of factors, the most popular items and, of tables up to `LARGEST`, item-kNN and EASE.

    EASE has this penalty or, where there is none yet, the one that finds most of one in five of the likes.
    """
    if not len(what.receivers):
        return ListScores(receivers=what.receivers, measures={}, coverage={}, penalty=penalty)
    alike = np.ones((what.known.shape[0], 1))
    joined = factors.joined
    own = (joined.W, joined.H.T) if to == "rows" else (joined.H.T, joined.W)
    lists = {FACTORS: _best(what, *own), MOST_POPULAR: _best(what, alike, what.likes.sum(axis=0)[:, None])}
    if np.prod(what.known.shape) <= LARGEST:
        penalty = _tuned(what) if penalty is None else penalty
        lists["item-kNN"] = _highest(what, item_knn(what.likes, what.receivers))
        lists["EASE"] = _highest(what, ease(what.likes, what.receivers, penalty=penalty))
    return ListScores(
        receivers=what.receivers,
        measures={name: measured(items, what) for name, items in lists.items()},
        coverage={name: _coverage(items[:, :SHORT], what.known.shape[1]) for name, items in lists.items()},
        penalty=penalty,
    )


def figures(each_fold: Sequence[ListScores]) -> dict[str, Any]:
    """Return ``lists``, a block for each recommender, and what the factors' lists gain over the most popular items.

    Measures are means over receivers, each of its own mean over the folds that sought something for it, with standard
    errors over receivers (None of a single one); coverage is the mean over folds. Nothing where nothing was sought.
    """
    each_fold = [each for each in each_fold if len(each.receivers)]
    if not each_fold:
        return {}
    receivers, place = np.unique(np.concatenate([each.receivers for each in each_fold]), return_inverse=True)
    times = np.bincount(place)[:, None]
    own = {}
    for name in each_fold[0].measures:
        values = np.concatenate([each.measures[name] for each in each_fold])
        own[name] = np.stack([np.bincount(place, column) for column in values.T], axis=1) / times
    lists: dict[str, dict[str, float | None]] = {}
    for name, values in own.items():
        lists[name] = {"coverage": sum(each.coverage[name] for each in each_fold) / len(each_fold)}
        for measure, column in zip(MEASURES, values.T, strict=True):
            lists[name] |= {measure: float(column.mean()), f"{measure}_se": _error(column)}
    gain = own[FACTORS][:, 0] - own[MOST_POPULAR][:, 0]
    content: dict[str, Any] = {"lists": lists, "receivers": len(receivers)}
    content |= {"ndcg_gain": float(gain.mean()), "ndcg_gain_se": _error(gain)}
    return content if each_fold[0].penalty is None else {**content, "ease_penalty": each_fold[0].penalty}


def _best(what: Sought, loadings: Matrix, items: Matrix) -> NDArray[np.int32]:
    """Return the items of highest product that each receiver does not know, as `listed` does of scores."""
    known = csr_array(what.known[what.receivers])
    unknown = Known(known.indptr.astype(np.int64), known.indices.astype(np.int32))
    best, _ = highest(loadings[what.receivers], items, unknown, top=LONG)
    return np.pad(best, ((0, 0), (0, LONG - best.shape[1])), constant_values=-1)


def _highest(what: Sought, scores: Matrix) -> NDArray[np.int32]:
    return listed(scores, csr_array(what.known[what.receivers]), length=LONG)


def _tuned(what: Sought) -> float:
    """Return the penalty of EASE that finds most, by NDCG@10, of one in five of the likes, hidden from it."""
    receivers, items = what.likes.nonzero()
    hidden = cell_hash(0, receivers, items) % np.uint64(5) == 0
    marks = csr_array((np.ones(hidden.sum()), (receivers[hidden], items[hidden])), what.likes.shape)
    split = Sought(
        known=what.known - marks, likes=what.likes - marks, targets=marks, receivers=_drawn(marks, most=RECEIVERS)
    )

    def quality(penalty: float) -> float:
        lists = _highest(split, ease(split.likes, split.receivers, penalty=penalty))
        return round(float(measured(lists, split)[:, 0].sum()), 9)

    return max(PENALTIES, key=quality)


def _drawn(targets: csr_array, *, most: int) -> NDArray[np.int64]:
    """Return the receivers that want something, of more than `most` those with the least hash, rising."""
    receivers = np.flatnonzero(np.diff(targets.indptr))
    order = np.argsort(cell_hash(0, receivers, np.zeros_like(receivers)), kind="stable")
    return np.sort(receivers[order[:most]])


def _coverage(items: NDArray[np.int32], count: int) -> float:
    return len(np.unique(items[items >= 0])) / count


def _error(values: Matrix) -> float | None:
    return standard_error(values) if len(values) > 1 else None
