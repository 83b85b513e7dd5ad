"""What a receiver does not know yet and is predicted to like most, and which component says so."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.table import RatingsTable, Side
from ratings_nmf.model.factors import Factors
from ratings_nmf.recommend.recommendations import Recommendations, best_of
from ratings_nmf.solvers.kernels.topk import BLOCK, Items, Known, best_unseen
from ratings_nmf.solvers.threads import crew, split

Blocks = Callable[[], Iterable[tuple[RatingsTable, Factors]]]


def recommend(factors: Factors, table: RatingsTable, *, to: Side, top: int) -> Recommendations:
    """Recommend to each row the `top` columns with the largest predictions among its unknown cells, or the reverse.

    A cell is known if it is stored: rated, or where zeros are observed not 0. Of equal predictions the one whose label
    comes first in the table is better. A receiver without a known cell is ``cold``: its predictions are the baselines'
    or, in a model without baselines, those of the mean receiver.

    A list has `top` items, at least 1; a receiver with fewer unknown cells gets fewer.

    >>> from ratings_nmf.model.factors import numbered
    >>> from ratings_nmf.core.table import from_dense
    >>> H = np.array([[3.0, 2.0, 0.0], [0.0, 0.0, 1.0]])
    >>> factors = Factors(W=np.array([[1.0, 2.0]]), H=H, components=numbered(2))
    >>> table = from_dense(
    ...     np.array([[3.0, 0.0, 0.0]]), row_labels=("a",), column_labels=("x", "y", "z"), zeros="observed"
    ... )
    >>> lists = recommend(factors, table, to="rows", top=5)
    >>> lists.items, lists.predicted, lists.components, lists.shares
    (array([1, 2], dtype=int32), array([2., 2.]), array([0, 1], dtype=int32), array([1., 1.]))
    """
    own, other = (factors.W, factors.H.T) if to == "rows" else (factors.H.T, factors.W)
    return best_items(own, other, known_items(table, to=to), typical=typical(factors, to=to), top=top)


def best_items(
    loadings: NDArray[np.float64],
    items: NDArray[np.float64],
    known: Known,
    *,
    typical: NDArray[np.float64] | None,
    top: int,
) -> Recommendations:
    """Recommend items, loadings (items, components), to any receivers, loadings (receivers, components).

    ``typical``, shape (components,), stands in for the loadings of cold receivers; None leaves them as they are.
    """
    cold = np.diff(known.starts) == 0
    if typical is not None and cold.any():
        loadings = np.where(cold[:, None], typical, loadings)
    loadings = np.ascontiguousarray(loadings)
    count = min(top, len(items))
    best, scores = np.full((len(loadings), count), -1, dtype=np.int32), np.zeros((len(loadings), count))
    arranged = _arrange(items, loadings)
    with crew() as run:
        run(best_unseen, split(np.arange(len(loadings) + 1) * len(items)), loadings, arranged, known, (best, scores))
    places = best >= 0
    receivers, ranks = (part.astype(np.int32) for part in np.nonzero(places))
    components, shares = _reasons(loadings, arranged.exact, (receivers, best[places]), scores[places])
    return Recommendations(
        receivers=receivers,
        ranks=ranks + np.int32(1),
        items=best[places],
        predicted=scores[places],
        components=components,
        shares=shares,
        cold=cold,
        item_count=len(items),
        top=top,
    )


def known_items(table: RatingsTable, *, to: Side) -> Known:
    """Return the items of each receiver's stored cells."""
    turned = table if to == "rows" else table.transposed()
    return Known(turned.starts, np.ascontiguousarray(turned.columns))


def typical(factors: Factors, *, to: Side) -> NDArray[np.float64] | None:
    """Return the mean loadings of the receiving side, shape (components,), or None where baselines predict anyway."""
    own = factors.W if to == "rows" else factors.H.T
    return _mean([own]) if factors.parts == len(factors.components) else None


def in_blocks(blocks: Blocks, *, to: Side, top: int) -> Iterator[tuple[Sequence[str], Sequence[str], Recommendations]]:
    """Give what `recommend` returns for a table that is not in memory as a whole, with the labels it needs.

    Rows get their recommendations block by block. To columns the best rows of each block are recommended, and the best
    of all those kept; of the rows only those on some list are numbered then. Each call of `blocks` goes through all
    rows some at a time: their table, and the factors with their W alone.
    """
    first = next(iter(blocks()))[1]
    if to == "rows":
        has_baselines = first.parts < len(first.components)
        usual = None if has_baselines else _mean(factors.W for _, factors in blocks())
        for table, factors in blocks():
            lists = best_items(factors.W, first.H.T, known_items(table, to="rows"), typical=usual, top=top)
            yield table.row_labels, table.column_labels, lists
        return
    cold, row_count = np.ones(first.H.shape[1], dtype=np.bool_), 0
    for table, _ in blocks():
        cold[table.columns] = False
    usual = typical(first, to="columns")
    receivers = first.H.T if usual is None else np.where(cold[:, None], usual, first.H.T)
    best: list[Recommendations] = []
    labels: dict[int, str] = {}
    for table, factors in blocks():
        lists = best_items(receivers, factors.W, known_items(table, to="columns"), typical=None, top=top)
        best = [best_of([*best, replace(lists, items=lists.items + np.int32(row_count))])]
        labels = {
            item: labels[item] if item < row_count else table.row_labels[item - row_count]
            for item in best[0].items.tolist()
        }
        row_count += table.shape[0]
    numbers, items = np.unique(best[0].items, return_inverse=True)
    lists = replace(best[0], items=items.astype(np.int32), cold=cold, item_count=row_count)
    yield table.column_labels, [labels[item] for item in numbers.tolist()], lists


def _mean(parts: Iterable[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the mean of lines that come some at a time, shape (components,), summed one after the other."""
    total, count = np.zeros(0), 0
    for lines in parts:
        total = np.vstack([total, lines] if count else [lines]).cumsum(axis=0)[-1]
        count += len(lines)
    return np.asarray(total / count)


def _arrange(items: NDArray[np.float64], receivers: NDArray[np.float64]) -> Items:
    """Put items in blocks, those with the largest mean prediction first, so that later blocks are seldom looked at."""
    count = len(items)
    mean = receivers.cumsum(axis=0)[-1] / max(len(receivers), 1)
    order = np.argsort(-(items * mean).cumsum(axis=1)[:, -1], kind="stable").astype(np.int32)
    place = np.empty(count, dtype=np.int32)
    place[order] = np.arange(count, dtype=np.int32)
    exponent = math.frexp(float(items.max(initial=0.0)))[1] - 1
    blocks = _blocks(np.ldexp(items[order], -exponent).astype(np.float32))
    padded = np.full(len(blocks) * BLOCK, -1, dtype=np.int32)
    padded[:count] = order
    return Items(np.ascontiguousarray(items), blocks, _blocks(blocks.max(axis=2)), padded, place, exponent)


def _blocks(lines: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return lines, shape (lines, components), in blocks of 16 filled with zeros, shape (blocks, components, 16)."""
    count = -(-len(lines) // BLOCK)
    padded = np.zeros((count * BLOCK, lines.shape[1]), dtype=np.float32)
    padded[: len(lines)] = lines
    return np.ascontiguousarray(padded.reshape(count, BLOCK, -1).transpose(0, 2, 1))


def _reasons(
    loadings: NDArray[np.float64],
    items: NDArray[np.float64],
    places: tuple[NDArray[np.int32], NDArray[np.int32]],
    predicted: NDArray[np.float64],
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return the component that contributes most to each recommendation, and its share."""
    largest, components = np.zeros(len(predicted)), np.full(len(predicted), -1, dtype=np.int32)
    for component, (own, other) in enumerate(zip(loadings.T, items.T, strict=True)):
        contribution = own[places[0]] * other[places[1]]
        larger = contribution > largest
        components[larger] = component
        np.maximum(largest, contribution, out=largest)
    return components, np.divide(largest, predicted, out=np.zeros(len(predicted)), where=predicted > 0)
