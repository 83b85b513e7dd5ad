"""What a receiver does not know yet and is predicted to like most, and the parts and known items that say so."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.table import RatingsTable, Side
from ratings_nmf.model.factors import Factors
from ratings_nmf.model.samples import SampledFactors
from ratings_nmf.model.usual import Usual, standing_in, usual_receiver
from ratings_nmf.recommend.by_draws import best_by_draws
from ratings_nmf.recommend.reasons import lists_of, nothing, reasoned
from ratings_nmf.recommend.recommendations import Ranking, Recommendations, best_of
from ratings_nmf.solvers.kernels.telling import most_telling
from ratings_nmf.solvers.kernels.topk import BLOCK, Items, Known, best_unseen
from ratings_nmf.solvers.threads import crew, split

Blocks = Callable[[], Iterable[tuple[RatingsTable, Factors]]]


def recommend(factors: Factors, table: RatingsTable, *, to: Side, top: int, by: str = "predicted") -> Recommendations:
    """Recommend to each row the `top` columns with the largest predictions among its unknown cells, or the reverse.

    Of draws, `by` ``low``, those with the largest lower ends of the interval that holds 90 % of the values observed.

    A cell is known if it is stored: rated, or where zeros are observed not 0. Lists are sorted before predictions are
    cut off at the ends of their range; of equal ones the one whose label comes first in the table is better. A receiver
    without a known cell is ``cold``: its predictions are the baselines' or, in a model without baselines, those of the
    mean receiver; draws have some of its own.

    A list has `top` items, at least 1; a receiver with fewer unknown cells gets fewer.

    >>> from ratings_nmf.model.factors import numbered
    >>> from ratings_nmf.core.table import from_dense
    >>> H = np.array([[3.0, 2.0, 0.0], [0.0, 0.0, 1.0]])
    >>> factors = Factors(W=np.array([[1.0, 2.0]]), H=H, components=numbered(2))
    >>> table = from_dense(
    ...     np.array([[3.0, 0.0, 0.0]]), row_labels=("a",), column_labels=("x", "y", "z"), zeros="observed"
    ... )
    >>> lists = recommend(factors, table, to="rows", top=5)
    >>> lists.items, lists.predicted, lists.levels
    (array([1, 2], dtype=int32), array([2., 2.]), array([2., 2.]))
    """
    known, items = (table, factors.H.T) if to == "rows" else (table.transposed(), factors.W)
    usual = usual_receiver([factors], to=to)
    lists = best_unknown(factors, known, Ranking(top, by), to=to, usual=usual)
    return with_known(lists, items[:, : usual.parts], known)


def best_unknown(
    factors: Factors,
    table: RatingsTable,
    ranking: Ranking,
    *,
    to: Side,
    usual: Usual,
    cold: NDArray[np.bool_] | None = None,
) -> Recommendations:
    """Recommend by factors, or by their draws where they have some, what receivers do not know.

    The table is receivers × items; which receivers are cold is told where it holds some of the items only. Reasons name
    parts; `with_known` adds what the receiver knows.
    """
    if cold is None:
        cold = np.diff(table.starts) == 0
    if isinstance(factors, SampledFactors):
        samples = factors.samples if to == "rows" else factors.samples.transposed()
        lists = best_by_draws(samples, known_items(table), ranking, usual=usual.loadings, cold=cold)
    else:
        own, items = (factors.W, factors.H.T) if to == "rows" else (factors.H.T, factors.W)
        lists = _best_by_factors(own, items, known_items(table), usual=usual, cold=cold, top=ranking.top)
    return lists.within(factors.range)


def highest(
    loadings: NDArray[np.float64], items: NDArray[np.float64], known: Known, *, top: int
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return the items of highest score that each receiver does not know, best first, and their scores.

    Scores are the products of loadings, (receivers, components), and items, (items, components), all 0 or more. Both
    returned arrays have the shape (receivers, `top` or the number of items); −1 and 0 where items run out.
    """
    count = min(top, len(items))
    best, scores = np.full((len(loadings), count), -1, dtype=np.int32), np.zeros((len(loadings), count))
    if len(loadings):
        loadings = np.ascontiguousarray(loadings)
        arrangement = _arrange(items, loadings)
        with crew() as run:
            parts = split(np.arange(len(loadings) + 1) * len(items))
            run(best_unseen, parts, loadings, arrangement, known, (best, scores))
    return best, scores


def _best_by_factors(
    loadings: NDArray[np.float64],
    items: NDArray[np.float64],
    known: Known,
    *,
    usual: Usual,
    cold: NDArray[np.bool_],
    top: int,
) -> Recommendations:
    """Recommend items, loadings (items, components), to receivers, loadings (receivers, components), who know some."""
    loadings = standing_in(loadings, usual=usual, cold=cold)
    best, scores = highest(loadings, items, known, top=top)
    lists = lists_of(best, scores, cold=cold, item_count=len(items), top=top)
    lists |= {"predicted": lists["scores"], "interval": np.empty((len(lists["items"]), 0))}
    excess = np.where(cold[:, None], 0.0, loadings - usual.loadings)[:, : usual.parts]
    return reasoned(lists, excess, items[:, : usual.parts], places=(lists["receivers"], lists["items"]))


def known_items(table: RatingsTable) -> Known:
    """Return the columns of each row's cells that were given, whether they count or are set aside."""
    rows, columns, _ = table.given()
    starts = np.searchsorted(rows, np.arange(table.shape[0] + 1, dtype=np.int32))
    return Known(starts, np.ascontiguousarray(columns))


def with_known(lists: Recommendations, items: NDArray[np.float64], table: RatingsTable) -> Recommendations:
    """Add to reasons the items that the receiver knows and whose parts agree most with those that are named.

    The table is receivers × items; loadings of items are (items, parts). A known item counts by its value times Σ gives
    · loading over the named parts, its loadings divided by their length; of equal ones the earlier counts more.
    """
    best = nothing(len(lists.ranks))
    speak(best, lists, items, table)
    return replace(lists, telling=best[0])


def speak(
    best: tuple[NDArray[np.int32], NDArray[np.float64]],
    lists: Recommendations,
    items: NDArray[np.float64],
    table: RatingsTable,
    *,
    first: int = 0,
) -> None:
    """Put known items, as `with_known` counts them, among the best so far, in place; `first` is the first's number."""
    lengths = np.sqrt(np.square(items).cumsum(axis=1)[:, -1:])
    directions = np.divide(items, lengths, out=np.zeros(items.shape), where=lengths > 0)
    known = Known(table.starts, np.ascontiguousarray(table.columns)), table.values, first
    cells = np.append(0, np.diff(table.starts)[lists.receivers].cumsum())
    with crew() as run:
        run(most_telling, split(cells), lists.receivers, (lists.parts, lists.gives), directions, known, best)


def in_blocks(
    blocks: Blocks, ranking: Ranking, *, to: Side
) -> Iterator[tuple[Sequence[str], Sequence[str], Recommendations]]:
    """Give what `recommend` returns for a table that is not in memory as a whole, with the labels it needs.

    Rows get their recommendations block by block. To columns the best rows of each block are recommended, and the best
    of all those kept; of the rows only those once on some list, or among its reasons, are numbered. Each call of
    `blocks` goes through all rows some at a time: their table, and the factors with their W alone.
    """
    usual = usual_receiver((factors for _, factors in blocks()), to=to)
    if to == "rows":
        for table, factors in blocks():
            lists = best_unknown(factors, table, ranking, to=to, usual=usual)
            yield table.row_labels, table.column_labels, with_known(lists, factors.H[: usual.parts].T, table)
        return
    counts = sum(np.bincount(table.columns, minlength=len(table.column_labels)) for table, _ in blocks())
    best: list[Recommendations] = []
    labels: dict[int, str] = {}
    row_count = 0
    for table, factors in blocks():
        lists = best_unknown(factors, table.transposed(), ranking, to=to, usual=usual, cold=np.equal(counts, 0))
        best = [best_of([*best, replace(lists, items=lists.items + np.int32(row_count))])]
        labels |= _named(best[0].items, table, row_count)
        row_count += table.shape[0]
    lists, row_count = replace(best[0], item_count=row_count), 0
    telling, scores = nothing(len(lists.ranks))
    for table, factors in blocks():
        speak((telling, scores), lists, factors.W[:, : usual.parts], table.transposed(), first=row_count)
        labels |= _named(telling, table, row_count)
        row_count += table.shape[0]
    numbers = np.array(sorted(labels), dtype=np.int32)
    telling = np.where(telling >= 0, np.searchsorted(numbers, telling), -1).astype(np.int32)
    items = np.searchsorted(numbers, lists.items).astype(np.int32)
    yield table.column_labels, [labels[row] for row in numbers.tolist()], replace(lists, items=items, telling=telling)


def _named(items: NDArray[np.int32], table: RatingsTable, first: int) -> dict[int, str]:
    """Return the labels of those items that are rows of a table whose first row has this number."""
    return {item: table.row_labels[item - first] for item in set(items[items >= first].ravel().tolist())}


def _arrange(items: NDArray[np.float64], receivers: NDArray[np.float64]) -> Items:
    """Put items in blocks, those with the largest mean prediction first, so that later blocks are seldom looked at."""
    count = len(items)
    mean = receivers.cumsum(axis=0)[-1] / max(len(receivers), 1)
    order = np.argsort(-(items * mean).cumsum(axis=1)[:, -1], kind="stable").astype(np.int32)
    place = np.empty(count, dtype=np.int32)
    place[order] = np.arange(count, dtype=np.int32)
    exponent = math.frexp(float(items.max(initial=0.0)))[1] - 1
    blocks = _blocks(np.ldexp(items[order], -exponent).astype(np.float32))
    slots = np.full(len(blocks) * BLOCK, -1, dtype=np.int32)
    slots[:count] = order
    return Items(np.ascontiguousarray(items), blocks, _blocks(blocks.max(axis=2)), slots, place, exponent)


def _blocks(lines: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return lines, shape (lines, components), in blocks of 16 filled with zeros, shape (blocks, components, 16)."""
    count = -(-len(lines) // BLOCK)
    slots = np.zeros((count * BLOCK, lines.shape[1]), dtype=np.float32)
    slots[: len(lines)] = lines
    return np.ascontiguousarray(slots.reshape(count, BLOCK, -1).transpose(0, 2, 1))
