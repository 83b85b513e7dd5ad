"""How much of their lists of recommendations receivers keep."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.files.columns import Coded
from ratings_nmf.files.lists import Columns


@dataclass(frozen=True, kw_only=True)
class Overlap:
    """What two sets of lists have in common.

    Attributes
    ----------
    receivers, before_only, after_only
        How many rows (or columns) have a list before and after, and on one side only.
    same
        How many have the same list, in the same order.
    same_first
        Of how many the first item is the same.
    shared
        Mean over the receivers of both sides of |A ∩ B| / max(|A|, |B|), A and B the items before and after; None where
        there is no such receiver.
    """

    receivers: int
    before_only: int
    after_only: int
    same: int
    same_first: int
    shared: float | None


def overlap(before: Columns, after: Columns) -> Overlap:
    """Compare the lists of each receiver; receivers and items are the same where their labels are."""
    receivers, (old, new) = _places(before["for"], after["for"])
    items, (old_items, new_items) = _places(before["item"], after["item"])
    lengths = [np.bincount(lines, minlength=receivers) for lines in (old, new)]
    both = (lengths[0] > 0) & (lengths[1] > 0)
    pairs = old.astype(np.int64) * items + old_items, new.astype(np.int64) * items + new_items
    common, first, second = np.intersect1d(*pairs, assume_unique=True, return_indices=True)
    together = np.bincount(common // items, minlength=receivers)
    ranks = before["rank"][first], after["rank"][second]
    in_place = np.bincount(common[ranks[0] == ranks[1]] // items, minlength=receivers)
    longer = np.maximum(*lengths)
    count = int(both.sum())
    return Overlap(
        receivers=count,
        before_only=int((lengths[0] > 0).sum()) - count,
        after_only=int((lengths[1] > 0).sum()) - count,
        same=int((in_place[both] == longer[both]).sum()),
        same_first=int(((ranks[0] == 1) & (ranks[1] == 1)).sum()),
        shared=float((together[both] / longer[both]).mean()) if count else None,
    )


def _places(before: Coded, after: Coded) -> tuple[int, tuple[NDArray[Any], NDArray[Any]]]:
    """Return how many texts two columns have together, and the place of each line's text among them."""
    place = {text: position for position, text in enumerate(dict.fromkeys([*before.texts, *after.texts]))}
    old, new = (np.array([place[text] for text in side.texts], dtype=np.int64) for side in (before, after))
    return max(len(place), 1), (old[before.codes], new[after.codes])
