"""Recommendations as arrays, with reasons, the best of several lists, and how lists spread over items."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.table import RatingsTable, Side
from ratings_nmf.core.words import aligned, label
from ratings_nmf.files import lists
from ratings_nmf.files.columns import Coded
from ratings_nmf.files.lists import BOUNDS, COLD, GIVES, KNOWN, PARTS


class Ranking(NamedTuple):
    """How long lists are at most, and by what they are sorted: ``predicted`` or ``low``, the interval's lower end."""

    top: int
    by: str = "predicted"


@dataclass(frozen=True, kw_only=True)
class Recommendations:
    """Lists of items, receiver by receiver, each best first.

    Attributes
    ----------
    receivers
        Position of the row (or column) that receives, shape (lines,), int32.
    ranks
        From 1 within a receiver, shape (lines,), int32.
    items
        Position of the column (or row) recommended, shape (lines,), int32.
    scores
        What a list is sorted by, falling, shape (lines,): the prediction, or the lower end of its interval, before it
        is cut off.
    predicted
        The cell of the reconstruction, shape (lines,), with its bits; of cold receivers in a model without levels, what
        is predicted for the mean receiver.
    interval
        Ends of what holds 90 % of the values observed there, shape (lines, 2); (lines, 0) of factors without draws.
    levels
        What the receiver's and the item's level and the parts of the mean receiver give together, shape (lines,).
    parts, gives
        Up to three parts that give most beyond what they give the mean receiver, largest first, and how much more, in
        the unit of the values, shape (lines, 3); −1 and 0 where no further part gives more.
    rests
        What all other parts give more, or less, shape (lines,).
    beyond
        What is cut off where W @ H is beyond the range of predictions, shape (lines,), below 0 at its upper end:
        levels + gives + rests + beyond = predicted.
    telling
        Items that the receiver knows and that speak most for it, most first, shape (lines, 3), int32; −1 for none.
    cold
        Which receivers have no known cell, shape (number of receivers,).
    item_count
        Number of items, recommended or not.
    top
        Length of a full list.
    """

    receivers: NDArray[np.int32]
    ranks: NDArray[np.int32]
    items: NDArray[np.int32]
    scores: NDArray[np.float64]
    predicted: NDArray[np.float64]
    interval: NDArray[np.float64]
    levels: NDArray[np.float64]
    parts: NDArray[np.int32]
    gives: NDArray[np.float64]
    rests: NDArray[np.float64]
    beyond: NDArray[np.float64]
    telling: NDArray[np.int32]
    cold: NDArray[np.bool_]
    item_count: int
    top: int

    def within(self, ends: tuple[float, float]) -> "Recommendations":
        """Return the same lists with predictions and intervals cut off at these ends."""
        predicted = self.predicted.clip(*ends)
        beyond = predicted - self.predicted
        return replace(self, predicted=predicted, beyond=beyond, interval=self.interval.clip(*ends))

    def to_columns(
        self, *, receivers: Sequence[str], items: Sequence[str], components: Sequence[str]
    ) -> dict[str, NDArray[Any] | Coded]:
        """Return the columns of a table with a line for each recommendation; ``flag`` marks cold receivers."""
        reasons: dict[str, NDArray[Any] | Coded] = {}
        for place, (part, gives) in enumerate(zip(self.parts.T, self.gives.T, strict=True), start=1):
            reasons |= {f"part_{place}": Coded(part, components), f"gives_{place}": gives}
        return {
            "for": Coded(self.receivers, receivers),
            "rank": self.ranks,
            "item": Coded(self.items, items),
            "predicted": self.predicted,
            **dict(zip(BOUNDS, self.interval.T, strict=False)),
            "level": self.levels,
            **reasons,
            "rest": self.rests,
            "beyond": self.beyond,
            **{f"known_{place}": Coded(known, items) for place, known in enumerate(self.telling.T, start=1)},
            "flag": Coded(self.cold[self.receivers].astype(np.int32) - np.int32(1), (COLD,)),
        }

    @classmethod
    def from_columns(
        cls, columns: Mapping[str, Any], *, receivers: Sequence[str], items: Sequence[str], components: Sequence[str]
    ) -> "Recommendations":
        """Return what `to_columns` was called of, given the same labels, or those of rows that were drawn."""
        own, other = _places(columns["for"], receivers), _places(columns["item"], items)
        known = (own >= 0) & (other >= 0)
        cold = np.zeros(len(receivers), dtype=np.bool_)
        cold[own[known & (_places(columns["flag"], (COLD,)) == 0)]] = True
        return cls(
            receivers=own[known],
            ranks=columns["rank"][known],
            items=other[known],
            scores=-columns["rank"][known].astype(np.float64),
            predicted=columns["predicted"][known],
            interval=np.column_stack(
                [np.empty((int(known.sum()), 0)), *(columns[name][known] for name in BOUNDS if name in columns)]
            ),
            levels=columns["level"][known],
            parts=_beside([_places(columns[name], components)[known] for name in PARTS]),
            gives=_beside([columns[name][known] for name in GIVES]),
            rests=columns["rest"][known],
            beyond=columns["beyond"][known],
            telling=_beside([_places(columns[name], items)[known] for name in KNOWN]),
            cold=cold,
            item_count=len(items),
            top=int(columns["rank"][known].max(initial=0)),
        )

    def reason(
        self, line: int, *, items: Sequence[str], components: Sequence[str], spell: Callable[[str], str] = label
    ) -> str:
        """Say in words why the item of a line is recommended, labels spelled for where they stand.

        Terms are in the unit of the values and add up to the prediction; one that rounds to 0 is left out.
        """
        places = [part for part in self.parts[line].tolist() if part >= 0]
        names = ["level", *(spell(components[part]) for part in places), "rest", "beyond the scale"]
        amounts = [self.levels[line], *self.gives[line, : len(places)], self.rests[line], self.beyond[line]]
        pairs = zip(names, aligned(amounts), strict=True)
        terms = [
            f"{' − ' if text[0] == '−' else ' + '}{text.lstrip('−')} {name}"
            for name, text in pairs
            if any(digit in text for digit in "123456789")
        ]
        known = [spell(items[item]) for item in self.telling[line].tolist() if item >= 0]
        sentences = ["".join(terms).removeprefix(" + ") or "nothing", *([f"knows {', '.join(known)}"] if known else [])]
        return "; ".join([*sentences, COLD] if self.cold[self.receivers[line]] else sentences)


def _beside(columns: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.ascontiguousarray(np.stack(columns, axis=1))


def _places(column: Coded, labels: Sequence[str]) -> NDArray[np.int32]:
    """Return the place of each of a column's texts among labels, −1 where it is not one of them."""
    place = {label: position for position, label in enumerate(labels)}
    places = np.array([*(place.get(text, -1) for text in column.texts), -1], dtype=np.int32)
    return np.asarray(places[column.codes])


def sides(table: RatingsTable, *, to: Side) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the labels of the receivers and of the items."""
    labels = table.row_labels, table.column_labels
    return labels if to == "rows" else labels[::-1]


def read(dataset: str, table: RatingsTable, *, to: Side, components: Sequence[str]) -> Recommendations:
    """Return the recommendations of a dataset, or those to and of the rows of its table that were drawn.

    Raises
    ------
    InputError
        If they were not written yet.
    """
    receivers, items = sides(table, to=to)
    return Recommendations.from_columns(lists.read(dataset), receivers=receivers, items=items, components=components)


def best_of(parts: Sequence[Recommendations]) -> Recommendations:
    """Return the best of several lists for the same receivers, by their scores; of equals the earlier item."""
    columns: dict[str, Any] = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])
        for field in fields(Recommendations)
        if field.name not in ("ranks", "cold", "item_count", "top")
    }
    order = np.lexsort((columns["items"], -columns["scores"], columns["receivers"]))
    receivers = columns["receivers"][order]
    ranks = (np.arange(len(order)) - np.searchsorted(receivers, receivers) + 1).astype(np.int32)
    top = ranks <= parts[0].top
    return replace(parts[0], ranks=ranks[top], **{name: column[order][top] for name, column in columns.items()})


class Spread:
    """How recommendations, added some receivers at a time, spread over items."""

    def __init__(self) -> None:
        """Start with no receiver."""
        self._receivers, self._cold, self._short, self._items = 0, 0, 0, 1
        self._times, self._reasons = np.zeros(0, np.int64), np.zeros(1, np.int64)

    def add(self, lists: Recommendations) -> None:
        """Add the recommendations to some more receivers."""
        lengths = np.bincount(lists.receivers, minlength=len(lists.cold))
        times = _added(self._times, lists.items)
        self._reasons = _added(self._reasons, lists.parts[:, 0] + 1)
        self._receivers += len(lists.cold)
        self._cold += int(lists.cold.sum())
        self._short += int((lengths < lists.top).sum())
        self._items, self._times = lists.item_count, times

    def summary(self, *, parts: int) -> dict[str, Any]:
        """Count receivers, cold ones and lists shorter than asked for; say how recommendations spread over items.

        ``item_coverage`` is the share of items that stand on some list, ``most_recommended_share`` the share of
        receivers on whose list the most recommended item stands. ``reason_entropy`` is −Σ p log2 p, in bits, of the
        part that is named first, p being the share of recommendations; those for which the level alone speaks, of which
        ``level_alone`` is the share, count as one part more. Reasons that are all the same tell nothing, 0; if each of
        so many parts came as often as all others, they would tell ``reason_entropy_most``.
        """
        shares = (self._reasons[self._reasons > 0] / max(self._reasons.sum(), 1)).tolist()
        return {
            "receivers": self._receivers,
            "cold_receivers": self._cold,
            "short_lists": self._short,
            "item_coverage": float((self._times > 0).sum() / self._items),
            "most_recommended_share": float(self._times.max(initial=0) / self._receivers),
            # rounded: the last bits of a logarithm are not the same on every machine
            "reason_entropy": abs(sum(share * round(math.log2(share), 12) for share in shares)),
            "reason_entropy_most": round(math.log2(parts + 1), 12),
            "level_alone": float(self._reasons[0] / max(self._reasons.sum(), 1)),
        }


def _added(times: NDArray[np.int64], numbers: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return how often each number came, with some more of them."""
    more = np.bincount(numbers, minlength=len(times))
    more[: len(times)] += times
    return more
