"""How alike the fits are that start from different random numbers."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.model.matching import cosines, matched

Matrix = NDArray[np.float64]


def stability(restarts: list[Matrix]) -> float:
    """Return the mean cosine of matched components, over all pairs of restarts: 1 is the same parts every time.

    >>> stability([np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[0.0, 2.0], [4.0, 0.0]])])
    1.0
    """
    return float(np.mean([matched(one, other)[1].mean() for one, other in combinations(restarts, 2)]))


def silhouette(restarts: list[Matrix]) -> float | None:
    """Return the mean silhouette of all restarts' components, grouped by their match in the first restart.

    For a component, (b − a) / max(a, b): a is its mean distance (1 − cosine) to the others of its group, b that to
    the nearest other group; 1 is groups as tight as points, 0 groups that touch. None for a single component.
    Source: Rousseeuw 1987; for NMF, Alexandrov et al. 2013.

    >>> round(silhouette([np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[0.0, 2.0], [4.0, 0.0]])]), 9)
    1.0
    """
    count = len(restarts[0])
    if count == 1:
        return None
    vectors = np.vstack([H[matched(restarts[0], H)[0]] for H in restarts])
    distances = np.maximum(1.0 - cosines(vectors, vectors), 0.0)
    np.fill_diagonal(distances, 0.0)
    group = np.tile(np.arange(count), len(restarts))
    sums = np.stack([distances[:, group == other].sum(axis=1) for other in range(count)], axis=1)
    own = (np.arange(len(group)), group)
    within = sums[own] / (len(restarts) - 1)
    between = sums / len(restarts)
    between[own] = np.inf
    nearest = between.min(axis=1)
    larger = np.maximum(within, nearest)
    return float(np.mean(np.divide(nearest - within, larger, out=np.zeros(len(group)), where=larger > 0)))
