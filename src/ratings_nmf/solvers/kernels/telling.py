"""Why an item stands on a list: the parts that give it more than they give the mean receiver, and what is known."""

from typing import Any

from ratings_nmf.solvers.kernels import compiled


@compiled
def largest_parts(lines: tuple[int, int], places: Any, excess: Any, items: Any, reasons: Any) -> None:
    """Write, for recommendations `lines`, (first, last), the parts that give most beyond the mean receiver's.

    `places` is (receivers, items), `excess` holds the receivers' loadings less the mean ones, (receivers, parts), and
    `items` theirs, (items, parts). `reasons` is (parts, gives, totals): the first two (recommendations, most), falling,
    -1 and 0 where no further part gives more; the totals of what all parts give more or less. Of equal parts the
    earlier one counts as larger.
    """
    (receivers, listed), (parts, gives, totals) = places, reasons
    most = parts.shape[1]
    for line in range(lines[0], lines[1]):
        own, other = excess[receivers[line]], items[listed[line]]
        parts[line], gives[line], total = -1, 0.0, 0.0
        for part in range(own.size):
            more = own[part] * other[part]
            total += more
            place = most
            while place > 0 and more > gives[line, place - 1]:
                place -= 1
            _put(parts[line], gives[line], place, part, more)
        totals[line] = total


@compiled
def most_telling(lines: tuple[int, int], receivers: Any, reasons: Any, items: Any, known: Any, best: Any) -> None:
    """Put the items that a receiver knows among those that speak most for recommendations `lines`, best first.

    `reasons` is (parts, gives) of `largest_parts`; `items` holds loadings of known items, divided by their length,
    (items, parts); `known` is which of them each receiver knows, as `topk.Known`, the values of these cells, and the
    number of the first of the items. `best` is (items, scores), (recommendations, most), which may hold earlier ones:
    their numbers, -1 where there is none, and scores: the value times what parts give, weighted by the item's loadings.
    """
    (parts, gives), (cells, values, first), (telling, scores) = reasons, known, best
    most = telling.shape[1]
    for line in range(lines[0], lines[1]):
        for cell in range(cells.starts[receivers[line]], cells.starts[receivers[line] + 1]):
            score = 0.0
            for place in range(parts.shape[1]):
                if parts[line, place] >= 0:
                    score += gives[line, place] * items[cells.items[cell], parts[line, place]]
            score *= values[cell]
            place = most
            while place > 0 and score > scores[line, place - 1]:
                place -= 1
            _put(telling[line], scores[line], place, first + cells.items[cell], score)


@compiled
def _put(names: Any, amounts: Any, place: int, name: int, amount: float) -> None:
    """Put a name and its amount at a place of two lists, whose later entries move on and the last of them out."""
    if place < names.size:
        for later in range(names.size - 1, place, -1):
            names[later], amounts[later] = names[later - 1], amounts[later - 1]
        names[place], amounts[place] = name, amount
