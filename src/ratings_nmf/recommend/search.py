"""What a receiver does not know yet and is predicted to like most, and which component says so."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.table import RatingsTable, Side
from ratings_nmf.model.factors import Factors
from ratings_nmf.recommend.recommendations import Recommendations
from ratings_nmf.solvers.kernels.topk import BLOCK, Items, Known, best_unseen
from ratings_nmf.solvers.threads import crew, split


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
    if factors.parts < len(factors.components):
        return None
    own = factors.W if to == "rows" else factors.H.T
    mean: NDArray[np.float64] = own.cumsum(axis=0)[-1] / len(own)
    return mean


def summary(recommendations: Recommendations) -> dict[str, Any]:
    """Count receivers, cold ones and lists shorter than asked for; say how recommendations spread over items.

    ``item_coverage`` is the share of items that stand on some list, ``most_recommended_share`` the share of receivers
    on whose list the most recommended item stands.
    """
    receivers = len(recommendations.cold)
    lengths = np.bincount(recommendations.receivers, minlength=receivers)
    times = np.bincount(recommendations.items, minlength=recommendations.item_count)
    return {
        "receivers": receivers,
        "cold_receivers": int(recommendations.cold.sum()),
        "short_lists": int((lengths < recommendations.top).sum()),
        "item_coverage": float((times > 0).mean()),
        "most_recommended_share": float(times.max() / receivers),
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
