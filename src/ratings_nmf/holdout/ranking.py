"""Lists of items and what they find of held-out cells, beside lists of well-known recommenders."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ratings_nmf.core.streams import cell_hash
from ratings_nmf.core.table import Side
from ratings_nmf.core.words import FACTORS, MOST_POPULAR
from ratings_nmf.holdout.rivals import LARGEST, PENALTIES, ease, item_knn, listed
from ratings_nmf.holdout.targets import LONG, RECEIVERS, SHORT, Sought, by_receiver, drawn, measured, sides
from ratings_nmf.holdout.trial import Matrix, standard_error
from ratings_nmf.model.factors import Factors
from ratings_nmf.recommend.search import highest
from ratings_nmf.solvers.kernels.topk import Known

MEASURES = ("ndcg", "recall", "novelty")
"""What is measured of each receiver; coverage is of all of them."""


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
    popularity = what.likes.sum(axis=0)[:, None]
    lists = {FACTORS: _best(what, *sides(factors, cold=what.cold, to=to)), MOST_POPULAR: _best(what, alike, popularity)}
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
    receivers = [each.receivers for each in each_fold]
    own = {name: by_receiver(receivers, [each.measures[name] for each in each_fold]) for name in each_fold[0].measures}
    lists: dict[str, dict[str, float | None]] = {}
    for name, values in own.items():
        lists[name] = {"coverage": sum(each.coverage[name] for each in each_fold) / len(each_fold)}
        for measure, column in zip(MEASURES, values.T, strict=True):
            lists[name] |= {measure: float(column.mean()), f"{measure}_se": _error(column)}
    gain = own[FACTORS][:, 0] - own[MOST_POPULAR][:, 0]
    content: dict[str, Any] = {"lists": lists, "receivers": len(gain)}
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
    """Return the penalty of EASE that finds most, by NDCG@10, of one in five of the likes, hidden from it.

    What it finds is taken to rise with the penalty up to the best one, and to fall from there.
    """
    receivers, items = what.likes.nonzero()
    hidden = cell_hash(0, receivers, items) % np.uint64(5) == 0
    marks = csr_array((np.ones(hidden.sum()), (receivers[hidden], items[hidden])), what.likes.shape)
    split = Sought(
        known=what.known - marks,
        likes=what.likes - marks,
        targets=marks,
        cold=what.cold,
        receivers=drawn(marks, most=RECEIVERS),
    )

    @cache
    def quality(penalty: float) -> float:
        lists = _highest(split, ease(split.likes, split.receivers, penalty=penalty))
        return round(float(measured(lists, split)[:, 0].sum()), 9)

    low, high = 0, len(PENALTIES) - 1
    while low < high:
        middle = (low + high) // 2
        if quality(PENALTIES[middle]) >= quality(PENALTIES[middle + 1]):
            high = middle
        else:
            low = middle + 1
    return PENALTIES[low]


def _coverage(items: NDArray[np.int32], count: int) -> float:
    return len(np.unique(items[items >= 0])) / count


def _error(values: Matrix) -> float | None:
    return standard_error(values) if len(values) > 1 else None
