"""The best items of each receiver, by a screening in single precision and an exact score of what passes it.

Items are screened sixteen at a time, in single precision, for four receivers. As nothing is negative, a screened
score is at least (1 − (components + 2) u) times the true one, u = 2⁻²⁴, so that whatever could enter a receiver's
list is seen and scored again in double precision, component by component: the bits of `Factors.reconstruction`.
Rounding is monotone, so the score of a block's largest loadings is never below a score in it: most blocks are left
out as a whole. The lists depend neither on how receivers are shared among threads nor on the order of the items.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.solvers.kernels import compiled
from ratings_nmf.solvers.kernels.lanes import LANES, load, reaches, spread, store

GROUP = 4
BLOCK = 2 * LANES
_UNIT = 2.0**-24
_UNDERFLOW = 2.0**-120
"""More than what is lost where a product of two loadings, each at most 2, underflows in single precision."""


class Items(NamedTuple):
    """Items as they are screened and scored.

    Attributes
    ----------
    exact
        Loadings, shape (items, components), float64.
    blocks
        The same divided by 2^exponent, float32, in blocks of 16 items, shape (blocks, components, 16).
    peaks
        The largest loadings of each block, sixteen blocks together, shape (blocks / 16, components, 16).
    order, place
        The item at each place of `blocks`, −1 where there is none, and the place of each item.
    exponent
        Such that the largest loading in `blocks` is at least 1 and below 2.
    """

    exact: NDArray[np.float64]
    blocks: NDArray[np.float32]
    peaks: NDArray[np.float32]
    order: NDArray[np.int32]
    place: NDArray[np.int32]
    exponent: int


class Known(NamedTuple):
    """The items not to recommend to receiver i: items[starts[i]:starts[i + 1]]."""

    starts: NDArray[np.int64]
    items: NDArray[np.int32]


@compiled
def best_unseen(lines: tuple[int, int], receivers: Any, items: Items, known: Known, lists: Any) -> None:
    """Write the best items that receivers `lines`, (first, last), do not know to `lists`, best first.

    `receivers` holds loadings, shape (receivers, components), float64; `lists` is (items, scores), each of shape
    (receivers, top). Of equal scores the item that comes first is better. A short list's items go on as they were.
    """
    (first, last), (best, scores) = lines, lists
    n_components, n_blocks = receivers.shape[1], items.blocks.shape[0]
    loadings = np.empty((GROUP, n_components), np.float32)
    bounds = np.empty((GROUP, items.peaks.shape[0] * BLOCK), np.float32)
    estimates = np.empty((GROUP, BLOCK), np.float32)
    least, shifts = np.empty(GROUP, np.float32), np.empty(GROUP, np.int64)
    counts = np.empty(GROUP, np.int64)
    marks = np.zeros(n_blocks * BLOCK, np.uint8)
    blocks, peaks = items.blocks.reshape(items.blocks.size), items.peaks.reshape(items.peaks.size)
    for start in range(first, last, GROUP):
        size = min(GROUP, last - start)
        counts[:], loadings[:], least[:] = 0, 0, np.inf
        for r in range(size):
            shifts[r] = -items.exponent - _scale(receivers[start + r], loadings[r])
            least[r] = -np.inf
        _mark(marks, known, items.place, (start, size))
        for b in range(items.peaks.shape[0]):
            _screen(peaks, b, loadings, bounds[:, b * BLOCK : (b + 1) * BLOCK])
        for b in range(n_blocks):
            hopeful = False
            for r in range(size):
                hopeful = hopeful or bounds[r, b] >= least[r]
            if not hopeful or not _screen_against(blocks, b, loadings, estimates, least):
                continue
            for r in range(size):
                for i in range(BLOCK):
                    at = b * BLOCK + i
                    item = items.order[at]
                    if estimates[r, i] >= least[r] and item >= 0 and not (marks[at] >> r) & 1:
                        score = _score(receivers[start + r], items.exact[item])
                        listed = best[start + r], scores[start + r]
                        counts[r] = offer(listed, counts[r], score, item)
                        if counts[r] == best.shape[1]:
                            worst = math.ldexp(listed[1][0], int(shifts[r]))
                            least[r] = worst * (1 - (n_components + 8) * _UNIT) - n_components * _UNDERFLOW
        _unmark(marks, known, items.place, (start, size))
        for r in range(size):
            sort_heap(best[start + r], scores[start + r], counts[r])


@compiled
def _scale(exact: Any, single: Any) -> int:
    """Copy loadings divided by a power of 2 that brings the largest below 2; return its exponent."""
    largest = 0.0
    for c in range(exact.size):
        largest = max(largest, exact[c])
    exponent = math.frexp(largest)[1] - 1
    for c in range(exact.size):
        single[c] = math.ldexp(exact[c], -exponent)
    return exponent


@compiled
def _mark(marks: Any, known: Known, place: Any, group: tuple[int, int]) -> None:
    """Set bit r at the places of the items that receiver start + r knows."""
    start, size = group
    for r in range(size):
        for i in range(known.starts[start + r], known.starts[start + r + 1]):
            marks[place[known.items[i]]] |= np.uint8(1 << r)


@compiled
def _unmark(marks: Any, known: Known, place: Any, group: tuple[int, int]) -> None:
    """Undo `_mark`."""
    start, size = group
    for i in range(known.starts[start], known.starts[start + size]):
        marks[place[known.items[i]]] = 0


@compiled
def _products(table: Any, b: int, loadings: Any) -> Any:
    """Return the scores of sixteen items for four receivers, summed component by component."""
    n_components = loadings.shape[1]
    zero = spread(loadings.dtype.type(0))
    a0, a1, b0, b1, c0, c1, d0, d1 = zero, zero, zero, zero, zero, zero, zero, zero
    at = b * n_components * BLOCK
    for c in range(n_components):
        low, high = load(table, at), load(table, at + LANES)
        at += BLOCK
        w = spread(loadings[0, c])
        a0, a1 = a0 + w * low, a1 + w * high
        w = spread(loadings[1, c])
        b0, b1 = b0 + w * low, b1 + w * high
        w = spread(loadings[2, c])
        c0, c1 = c0 + w * low, c1 + w * high
        w = spread(loadings[3, c])
        d0, d1 = d0 + w * low, d1 + w * high
    return a0, a1, b0, b1, c0, c1, d0, d1


@compiled
def _screen(table: Any, b: int, loadings: Any, out: Any) -> None:
    """Write the scores of block b of a table for four receivers to `out`, shape (4, 16)."""
    _keep(_products(table, b, loadings), out)


@compiled
def _screen_against(table: Any, b: int, loadings: Any, out: Any, least: Any) -> Any:
    """As `_screen`, but only if a score reaches its receiver's least; return whether one does."""
    products = _products(table, b, loadings)
    a0, a1, b0, b1, c0, c1, d0, d1 = products
    first, second, third, fourth = spread(least[0]), spread(least[1]), spread(least[2]), spread(least[3])
    some = reaches(a0, first) or reaches(a1, first) or reaches(b0, second) or reaches(b1, second)
    some = some or reaches(c0, third) or reaches(c1, third) or reaches(d0, fourth) or reaches(d1, fourth)
    if some:
        _keep(products, out)
    return some


@compiled
def _keep(products: Any, out: Any) -> None:
    """Write eight lanes of products, two for each receiver, to `out`, shape (4, 16)."""
    a0, a1, b0, b1, c0, c1, d0, d1 = products
    store(out[0], 0, a0)
    store(out[0], LANES, a1)
    store(out[1], 0, b0)
    store(out[1], LANES, b1)
    store(out[2], 0, c0)
    store(out[2], LANES, c1)
    store(out[3], 0, d0)
    store(out[3], LANES, d1)


@compiled
def _score(receiver: Any, item: Any) -> Any:
    """Return the exact score: double precision, summed component by component."""
    score = 0.0
    for c in range(receiver.size):
        score += receiver[c] * item[c]
    return score


@compiled
def _worse(scores: Any, items: Any, i: int, j: int) -> Any:
    """Return whether entry i is worse than entry j."""
    return scores[i] < scores[j] or (scores[i] == scores[j] and items[i] > items[j])


@compiled
def offer(listed: Any, count: int, score: float, item: int) -> int:
    """Put an item on a list (items, scores) if it is good enough or there is room; return the list's length.

    The list is a heap whose first entry is the worst.
    """
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
def sort_heap(items: Any, scores: Any, count: int) -> None:
    """Sort a heap of `count` entries, best first."""
    for end in range(count - 1, 0, -1):
        _swap(items, scores, 0, end)
        _sink(items, scores, end)


@compiled
def _swap(items: Any, scores: Any, i: int, j: int) -> None:
    items[i], items[j] = items[j], items[i]
    scores[i], scores[j] = scores[j], scores[i]
