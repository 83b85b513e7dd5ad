"""Why an item is recommended: the parts that give it more than they give the mean receiver."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.files.lists import REASONS
from ratings_nmf.recommend.recommendations import Recommendations
from ratings_nmf.solvers.kernels.telling import largest_parts
from ratings_nmf.solvers.threads import crew, split


def nothing(count: int) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return room for the names and amounts of reasons of so many recommendations, (count, 3): −1 and 0."""
    return np.full((count, len(REASONS)), -1, dtype=np.int32), np.zeros((count, len(REASONS)))


def lists_of(
    best: NDArray[np.int32], scores: NDArray[np.float64], *, cold: NDArray[np.bool_], item_count: int, top: int
) -> dict[str, Any]:
    """Return what the best items of receivers, (receivers, top), −1 where items run out, are as `Recommendations`."""
    receivers, places = (part.astype(np.int32) for part in np.nonzero(best >= 0))
    return {
        "receivers": receivers,
        "ranks": places + np.int32(1),
        "items": best[receivers, places],
        "scores": scores[receivers, places],
        "cold": cold,
        "item_count": item_count,
        "top": top,
    }


def reasoned(
    lists: dict[str, Any], excess: NDArray[np.float64], items: NDArray[np.float64], *, places: tuple[Any, Any]
) -> Recommendations:
    """Return recommendations with the parts that speak for them, given all else that is known of them.

    `places` is where each has its line among those of `excess`, what a receiver's loadings are above the mean ones,
    (receivers, parts), and among those of `items`, (items, parts), which these are multiplied with.
    """
    predicted, count = lists["predicted"], excess.shape[1]
    parts, gives = nothing(len(predicted))
    totals, ranges = np.zeros(len(predicted)), split(np.arange(len(predicted) + 1) * count)
    with crew() as run:
        run(largest_parts, ranges, places, *map(np.ascontiguousarray, (excess, items)), (parts, gives, totals))
    return Recommendations(
        **lists,
        levels=predicted - totals,
        parts=parts,
        gives=gives,
        rests=totals - gives.cumsum(axis=1)[:, -1],
        beyond=np.zeros(len(predicted)),
        telling=np.full(parts.shape, -1, dtype=np.int32),
    )
