"""The best items of each receiver by draws that predict together: every cell of every draw is looked at."""

import math
from typing import Any

import numpy as np

from ratings_nmf.solvers.kernels import compiled
from ratings_nmf.solvers.kernels.topk import Known, offer, sort_heap

_GROUP = 8
"""Receivers that share a tile of items while it is in the cache."""

_TILE = 512


@compiled
def highest_by_draws(lines: tuple[int, int], own: Any, items: Any, known: Known, score: Any, lists: Any) -> None:
    """Write the items of highest score that receivers `lines`, (first, last), do not know to `lists`, best first.

    With p of each draw the product of `own`, (draws, receivers, components), and `items`, (draws, components, items),
    and `score` = (width, noise), an item's score is mean p − width √(variance of p + noise). `lists` is (items,
    scores), (receivers, top), whose later entries stay as they were where items run out.
    """
    (first, last), (best, scores), (width, noise) = lines, lists, score
    draws, components, count = items.shape
    total, squares = np.empty((_GROUP, count)), np.empty((_GROUP, count))
    predicted = np.empty((_GROUP, _TILE))
    unknown = np.empty(count, np.bool_)
    for start in range(first, last, _GROUP):
        size = min(_GROUP, last - start)
        total[:], squares[:] = 0.0, 0.0
        for tile in range(0, count, _TILE):
            stop = min(tile + _TILE, count)
            for draw in range(draws):
                predicted[:] = 0.0
                for c in range(components):
                    line = items[draw, c, tile:stop]
                    for r in range(size):
                        _add(predicted[r], np.float64(own[draw, start + r, c]), line)
                for r in range(size):
                    _sum(predicted[r], total[r, tile:stop], squares[r, tile:stop])
        for r in range(size):
            receiver, length = start + r, 0
            unknown[:] = True
            for cell in range(known.starts[receiver], known.starts[receiver + 1]):
                unknown[known.items[cell]] = False
            for item in range(count):
                if unknown[item]:
                    mean = total[r, item] / draws
                    variance = max(squares[r, item] / draws - mean * mean, 0.0) + noise
                    listed = best[receiver], scores[receiver]
                    length = offer(listed, length, mean - width * math.sqrt(variance), item)
            sort_heap(best[receiver], scores[receiver], length)


@compiled
def _add(predicted: Any, weight: float, line: Any) -> None:
    for place in range(line.size):
        predicted[place] += weight * np.float64(line[place])


@compiled
def _sum(predicted: Any, total: Any, squares: Any) -> None:
    for place in range(total.size):
        total[place] += predicted[place]
        squares[place] += predicted[place] * predicted[place]
