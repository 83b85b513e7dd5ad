"""A list of the best items so far, kept as a heap whose first entry is the worst.

Of equal scores the item that comes first is better.
"""

from typing import Any

from ratings_nmf.solvers.kernels.cache import compiled


@compiled
def _worse(scores: Any, items: Any, i: int, j: int) -> Any:
    """Return whether entry i is worse than entry j."""
    return scores[i] < scores[j] or (scores[i] == scores[j] and items[i] > items[j])


@compiled
def offer(listed: Any, count: int, score: float, item: int) -> int:
    """Put an item on a list (items, scores) if it is good enough or there is room; return the list's length."""
    items, scores = listed
    if count < items.size:
        items[count], scores[count] = item, score
        at = count
        while at > 0 and _worse(scores, items, at, (at - 1) // 2):
            _swap(items, scores, at, (at - 1) // 2)
            at = (at - 1) // 2
        return count + 1
    if score > scores[0] or (score == scores[0] and item < items[0]):
        items[0], scores[0] = item, score
        _sink(items, scores, count)
    return count


@compiled
def _sink(items: Any, scores: Any, count: int) -> None:
    """Move the first entry of a heap to its place."""
    at = 0
    while 2 * at + 1 < count:
        child = 2 * at + 1
        if child + 1 < count and _worse(scores, items, child + 1, child):
            child += 1
        if not _worse(scores, items, child, at):
            break
        _swap(items, scores, at, child)
        at = child


@compiled
def sort(items: Any, scores: Any, count: int) -> None:
    """Sort a heap of `count` entries, best first."""
    for end in range(count - 1, 0, -1):
        _swap(items, scores, 0, end)
        _sink(items, scores, end)


@compiled
def _swap(items: Any, scores: Any, i: int, j: int) -> None:
    items[i], items[j] = items[j], items[i]
    scores[i], scores[j] = scores[j], scores[i]
