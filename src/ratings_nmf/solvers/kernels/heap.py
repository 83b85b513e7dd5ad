"""A list of the best items so far, kept as a heap whose first entry is the worst.

Of equal scores the item that comes first is better.
"""

from typing import Any

from ratings_nmf.solvers.kernels.cache import compiled


@compiled
def _worse(scores: Any, found: Any, i: int, j: int) -> Any:
    """Return whether entry i is worse than entry j."""
    return scores[i] < scores[j] or (scores[i] == scores[j] and found[i] > found[j])


@compiled
def offer(listed: Any, count: int, score: float, item: int) -> int:
    """Put an item on a list (items, scores) if it is good enough or there is room; return the list's length."""
    found, scores = listed
    if count < found.size:
        found[count], scores[count] = item, score
        at = count
        while at > 0 and _worse(scores, found, at, (at - 1) // 2):
            _swap(found, scores, at, (at - 1) // 2)
            at = (at - 1) // 2
        return count + 1
    if score > scores[0] or (score == scores[0] and item < found[0]):
        found[0], scores[0] = item, score
        _sink(found, scores, count)
    return count


@compiled
def _sink(found: Any, scores: Any, count: int) -> None:
    """Move the first entry of a heap to its place."""
    at = 0
    while 2 * at + 1 < count:
        child = 2 * at + 1
        if child + 1 < count and _worse(scores, found, child + 1, child):
            child += 1
        if not _worse(scores, found, child, at):
            break
        _swap(found, scores, at, child)
        at = child


@compiled
def sort(found: Any, scores: Any, count: int) -> None:
    """Sort a heap of `count` entries, best first."""
    for end in range(count - 1, 0, -1):
        _swap(found, scores, 0, end)
        _sink(found, scores, end)


@compiled
def _swap(found: Any, scores: Any, i: int, j: int) -> None:
    found[i], found[j] = found[j], found[i]
    scores[i], scores[j] = scores[j], scores[i]
