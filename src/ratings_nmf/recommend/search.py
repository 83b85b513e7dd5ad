"""What a receiver does not know yet and is predicted to like most, and which component says so."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.table import RatingsTable, Side
from ratings_nmf.model.factors import Factors
from ratings_nmf.recommend.recommendations import Recommendations
from ratings_nmf.solvers.kernels.topk import BLOCK, Items, Known, best_unseen
from ratings_nmf.solvers.threads import crew, split

Blocks = Callable[[], Iterable[tuple[RatingsTable, Factors]]]


def recommend(factors: Factors, table: RatingsTable, *, to: Side, top: int) -> Recommendations:
    """Recommend to each row the `top` columns with the largest predictions among its unknown cells, or the reverse.

    A cell is known if it is stored: rated, or where zeros are observed not 0. Of equal predictions the one whose label
    comes first in the table is better. A receiver without a known cell is ``cold``: its predictions are the baselines'
    or, in a model without baselines, those of the mean receiver.

    Parameters
    ----------
    factors
        W (rows, components) and H (components, columns).
    table
        Its known cells, of the same shape as W @ H.
    to
        Which side receives.
    top
        Length of a list, at least 1; a receiver with fewer unknown cells gets fewer.

    >>> from ratings_nmf.model.factors import numbered
    >>> from ratings_nmf.core.table import from_dense
    >>> H = np.array([[3.0, 2.0, 0.0], [0.0, 0.0, 1.0]])
    >>> factors = Factors(W=np.array([[1.0, 2.0]]), H=H, components=numbered(2))
    >>> table = from_dense(
    ...     np.array([[3.0, 0.0, 0.0]]), row_labels=("a",), column_labels=("x", "y", "z"), zeros="observed"
    ... )
    >>> found = recommend(factors, table, to="rows", top=5)
    >>> found.items, found.predicted, found.components, found.shares
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
    found, scores = np.full((len(loadings), count), -1, dtype=np.int32), np.zeros((len(loadings), count))
    arranged = _arrange(items, loadings)
    with crew() as run:
        run(best_unseen, split(np.arange(len(loadings) + 1) * len(items)), loadings, arranged, known, (found, scores))
    listed = found >= 0
    receivers, ranks = (part.astype(np.int32) for part in np.nonzero(listed))
    chosen = found[listed]
    components, shares = _reasons(loadings, arranged.exact, (receivers, chosen), scores[listed])
    return Recommendations(
        receivers=receivers,
        ranks=ranks + np.int32(1),
        items=chosen,
        predicted=scores[listed],
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
    of all those kept; of the rows only those on some list are numbered then.

    Parameters
    ----------
    blocks
        Goes through all rows some at a time, each time it is called: their table, and the factors with their W alone.
    """
    H = next(iter(blocks()))[1].H
    if to == "rows":
        usual = _typical_row(blocks)
        for table, factors in blocks():
            known = known_items(table, to="rows")
            found = best_items(factors.W, H.T, known, typical=usual, top=top)
            yield table.row_labels, table.column_labels, found
        return
    cold, row_count = np.ones(H.shape[1], dtype=np.bool_), 0
    for table, _ in blocks():
        cold[table.columns] = False
    parts: list[Recommendations] = []
    labels: dict[int, str] = {}
    for table, factors in blocks():
        usual = typical(factors, to="columns")
        receivers = H.T if usual is None else np.where(cold[:, None], usual, H.T)
        found = best_items(receivers, factors.W, known_items(table, to="columns"), typical=None, top=top)
        parts = [_best([*parts, replace(found, items=found.items + np.int32(row_count))])]
        fresh = parts[0].items[parts[0].items >= row_count].tolist()
        labels = {item: labels[item] for item in set(parts[0].items.tolist()) - {*fresh}}
        labels |= {item: table.row_labels[item - row_count] for item in fresh}
        row_count += table.shape[0]
    listed, items = np.unique(parts[0].items, return_inverse=True)
    found = replace(parts[0], items=items.astype(np.int32), cold=cold, item_count=row_count)
    yield table.column_labels, [labels[item] for item in listed.tolist()], found


def _typical_row(blocks: Blocks) -> NDArray[np.float64] | None:
    factors = next(iter(blocks()))[1]
    if factors.parts < len(factors.components):
        return None
    return _mean(factors.W for _, factors in blocks())


def _mean(parts: Iterable[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the mean of lines that come some at a time, shape (components,), summed one after the other."""
    total, count = np.zeros(0), 0
    for lines in parts:
        total = np.vstack([total, lines] if count else [lines]).cumsum(axis=0)[-1]
        count += len(lines)
    mean: NDArray[np.float64] = total / count
    return mean


def _best(parts: Sequence[Recommendations]) -> Recommendations:
    """Return the best of several lists for the same receivers, those of earlier items coming first."""
    receivers, items, predicted, components, shares = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("receivers", "items", "predicted", "components", "shares")
    )
    order = np.lexsort((items, -predicted, receivers))
    receivers = receivers[order]
    ranks = np.arange(len(order)) - np.searchsorted(receivers, receivers) + 1
    kept = ranks <= parts[0].top
    return replace(
        parts[0],
        receivers=receivers[kept],
        ranks=ranks[kept].astype(np.int32),
        items=items[order][kept],
        predicted=predicted[order][kept],
        components=components[order][kept],
        shares=shares[order][kept],
    )


class Spread:
    """How recommendations, added some receivers at a time, spread over items."""

    def __init__(self) -> None:
        """Start with no receiver."""
        self._receivers, self._cold, self._short, self._items = 0, 0, 0, 1
        self._times = np.zeros(0, np.int64)

    def add(self, found: Recommendations) -> None:
        """Add the recommendations to some more receivers."""
        lengths = np.bincount(found.receivers, minlength=len(found.cold))
        times = np.bincount(found.items, minlength=len(self._times))
        times[: len(self._times)] += self._times
        self._receivers += len(found.cold)
        self._cold += int(found.cold.sum())
        self._short += int((lengths < found.top).sum())
        self._items, self._times = found.item_count, times

    def summary(self) -> dict[str, Any]:
        """Count receivers, cold ones and lists shorter than asked for; say how recommendations spread over items.

        ``item_coverage`` is the share of items that stand on some list, ``most_recommended_share`` the share of
        receivers on whose list the most recommended item stands.
        """
        return {
            "receivers": self._receivers,
            "cold_receivers": self._cold,
            "short_lists": self._short,
            "item_coverage": float((self._times > 0).sum() / self._items),
            "most_recommended_share": float(self._times.max(initial=0) / self._receivers),
        }


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
