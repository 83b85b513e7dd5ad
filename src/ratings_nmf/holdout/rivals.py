"""Well-known recommenders that lists are measured beside, item-kNN and EASE, as scores of items.

Each knows of a receiver only which items it likes: L, shape (receivers, items), is 1 there and 0 elsewhere. Scores are
rounded, and of equal ones the earlier item counts as better, so that the last bits of LAPACK decide no list.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Matrix = NDArray[np.float64]

SHRINKAGE = 10.0
"""What item-kNN adds to the denominator of a cosine."""

PENALTIES = (1.0, 3.0, 10.0, 30.0, 100.0, 200.0, 300.0, 500.0, 1000.0)
"""What EASE's penalty is chosen from."""

LARGEST = 25_000_000
"""Most cells (receivers × items) of a table of which item-kNN and EASE are measured."""

DIGITS = 9


def item_knn(
    likes: csr_array, receivers: NDArray[np.integer], *, neighbours: int = 100, block: int = 4_000_000
) -> Matrix:
    """Return, for these receivers, the summed similarity of each item to those of its neighbours that they like.

    The similarity of items i and j is n_ij / (√(n_i n_j) + shrinkage), n being how many receivers like one, or both.
    The neighbours of an item are those most like it, and those as like as the last of them. Up to `block` numbers of a
    dense array are worked on at a time. Source: Sarwar et al. 2001, WWW '01, section 3; shrinkage: Dacrema et al. 2021,
    ACM TOIS 39, section 3.1.
    """
    items_first, count = csr_array(likes.T), likes.shape[1]
    length = np.sqrt(likes.sum(axis=0))
    some, scores = csr_array(likes[receivers]), np.zeros((len(receivers), count))
    step = max(1, block // max(count, 1))
    for start in range(0, count, step):
        items = np.arange(start, min(start + step, count))
        alike = (items_first[items] @ likes).toarray() / (np.outer(length[items], length) + SHRINKAGE)
        alike[np.arange(len(items)), items] = 0.0
        if count > neighbours:
            least = np.partition(alike, -neighbours, axis=1)[:, -neighbours]
            alike[alike < least[:, None]] = 0.0
        scores[:, items] = some @ alike.T
    return scores


def ease(likes: csr_array, receivers: NDArray[np.integer], *, penalty: float) -> Matrix:
    """Return what the best linear model of items by one another predicts for these receivers, shape (these, items).

    B minimises ‖L − L B‖² + penalty ‖B‖² with a diagonal of zeros. With P = (LᵀL + penalty I)⁻¹ it is −P / diag P off
    the diagonal, so that an item that a receiver does not like has the score −(L P) / diag P. Where there are fewer
    receivers than items, L P = K⁻¹ L with K = L Lᵀ + penalty I, and diag P = (1 − diag Lᵀ K⁻¹ L) / penalty. Source:
    Steck 2019, WWW '19, equation 8.
    """
    if likes.shape[1] <= likes.shape[0]:
        P = np.linalg.inv((likes.T @ likes).toarray() + penalty * np.eye(likes.shape[1]))
        return np.asarray(-(likes[receivers] @ P) / P.diagonal())
    inverse = np.linalg.inv((likes @ likes.T).toarray() + penalty * np.eye(likes.shape[0]))
    across = np.asarray((likes.T @ inverse).T)
    within = np.asarray(likes.multiply(across).sum(axis=0))
    return np.asarray(-across[receivers] * penalty / (1.0 - within))


def listed(scores: Matrix, known: csr_array, *, length: int) -> NDArray[np.int32]:
    """Return the items of highest score that each receiver does not know, best first, shape (receivers, length).

    Scores are rounded to 9 decimals; of equal ones the earlier item is better. Where items run out, −1.

    >>> known = csr_array(np.array([[0, 1, 0, 0]]))
    >>> listed(np.array([[0.5, 9.0, 0.5 + 1e-12, 1.0]]), known, length=4)
    array([[ 3,  0,  2, -1]], dtype=int32)
    """
    rounded = np.round(scores, DIGITS)
    rounded[known.nonzero()] = -np.inf
    last = max(rounded.shape[1] - length, 0)
    least = np.partition(rounded, last, axis=1)[:, last, None]
    receivers, items = np.nonzero((rounded >= least) & (rounded > -np.inf))  # with all that are as good as the last
    order = np.lexsort((items, -rounded[receivers, items], receivers))
    receivers, items = receivers[order], items[order]
    place = np.arange(len(order)) - np.searchsorted(receivers, receivers)
    inside = place < length
    best = np.full((len(rounded), length), -1, np.int32)
    best[receivers[inside], place[inside]] = items[inside]
    return best
