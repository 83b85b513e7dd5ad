"""Recommendations as arrays, the best of several lists, and how lists spread over items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core.table import RatingsTable, Side
from ratings_nmf.files import lists
from ratings_nmf.files.columns import Coded
from ratings_nmf.files.lists import COLD


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
    predicted
        The cell of W @ H, shape (lines,), with `Factors.reconstruction`'s bits.
    components
        The component that contributes most to it, shape (lines,), int32; the first of equal ones, −1 where the
        prediction is 0.
    shares
        Its contribution / predicted, shape (lines,); 0 where the prediction is 0.
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
    predicted: NDArray[np.float64]
    components: NDArray[np.int32]
    shares: NDArray[np.float64]
    cold: NDArray[np.bool_]
    item_count: int
    top: int

    def to_columns(
        self, *, receivers: Sequence[str], items: Sequence[str], components: Sequence[str]
    ) -> dict[str, NDArray[Any] | Coded]:
        """Return the columns of a table with a line for each recommendation; ``flag`` marks cold receivers."""
        return {
            "for": Coded(self.receivers, receivers),
            "rank": self.ranks,
            "item": Coded(self.items, items),
            "predicted": self.predicted,
            "component": Coded(self.components, components),
            "share": self.shares,
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
            predicted=columns["predicted"][known],
            components=_places(columns["component"], components)[known],
            shares=columns["share"][known],
            cold=cold,
            item_count=len(items),
            top=int(columns["rank"][known].max(initial=0)),
        )


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
    """Return the best of several lists for the same receivers; of equal predictions the earlier item is better."""
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("receivers", "items", "predicted", "components", "shares")
    }
    order = np.lexsort((columns["items"], -columns["predicted"], columns["receivers"]))
    receivers = columns["receivers"][order]
    ranks = (np.arange(len(order)) - np.searchsorted(receivers, receivers) + 1).astype(np.int32)
    top = ranks <= parts[0].top
    return replace(parts[0], ranks=ranks[top], **{name: column[order][top] for name, column in columns.items()})


class Spread:
    """How recommendations, added some receivers at a time, spread over items."""

    def __init__(self) -> None:
        """Start with no receiver."""
        self._receivers, self._cold, self._short, self._items = 0, 0, 0, 1
        self._times = np.zeros(0, np.int64)

    def add(self, lists: Recommendations) -> None:
        """Add the recommendations to some more receivers."""
        lengths = np.bincount(lists.receivers, minlength=len(lists.cold))
        times = np.bincount(lists.items, minlength=len(self._times))
        times[: len(self._times)] += self._times
        self._receivers += len(lists.cold)
        self._cold += int(lists.cold.sum())
        self._short += int((lengths < lists.top).sum())
        self._items, self._times = lists.item_count, times

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
