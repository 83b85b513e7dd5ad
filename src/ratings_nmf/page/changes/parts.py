"""Which parts of one factorization are those of another, and what moved in them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.model.factors import assigned, inner
from ratings_nmf.page.changes.snapshot import Fit

State = Literal["kept", "moved", "split", "joined", "new", "gone"]

KEPT, MOVED = 0.95, 0.5
"""Least cosine of two parts of which one is the other as it was, and of which one is the other at all."""

GAIN = 0.05
"""By how much a further part must raise the cosine of a sum to be one of those that a part split into."""

NAMED = 3
"""Rows and columns that are named of a part that moved."""

Matrix = NDArray[np.float64]
Link = tuple[tuple[int, ...], tuple[int, ...]]
"""Places of parts before and after that are the same."""


@dataclass(frozen=True, kw_only=True)
class Shift:
    """How much of a part a row or column has, as a share of what the part's heaviest has: before and after."""

    label: str
    before: float
    after: float


@dataclass(frozen=True, kw_only=True)
class Part:
    """What became of a part.

    Attributes
    ----------
    state
        ``kept`` · ``moved``: the same part with other loadings · ``split``: one before, several after that add up to
        it · ``joined``: several before, one after · ``new`` · ``gone``.
    before, after
        Names of the components.
    cosine
        How alike they are, or a part and the sum of the others; of one that is new or gone, and the likeliest.
    shifts
        The rows and columns of which a part that moved has another share, largest change first, up to `NAMED`.
    """

    state: State
    before: tuple[str, ...]
    after: tuple[str, ...]
    cosine: float
    shifts: tuple[Shift, ...] = ()


def match(before: Fit, after: Fit) -> tuple[Part, ...]:
    """Say what became of each part, in the order of the parts before, then those that are new.

    A part is the table that it adds, the product of a column of W and a row of H, so that neither the order of the
    components nor how their scale is divided between W and H matters. ⟨P, Q⟩ sums the products of the cells of two such
    tables; the cosine is ⟨P, Q⟩ / √(⟨P, P⟩⟨Q, Q⟩). A row or column that only one of the fits has counts as 0 in the
    other; baselines are left out.

    Pairs are those of `assigned`, from a cosine of `MOVED`. What has no pair is one of several
    that a part split into, or that are joined in one, where it brings their sum closer to that part by `GAIN`.
    """
    cross, own, later = _products(before, after)

    def cosine(ones: Sequence[int], others: Sequence[int]) -> float:
        sizes = own[np.ix_(ones, ones)].sum() * later[np.ix_(others, others)].sum()
        return float(cross[np.ix_(ones, others)].sum() / np.sqrt(sizes)) if sizes > 0 else 0.0

    alike = np.array([[cosine([one], [other]) for other in range(len(later))] for one in range(len(own))])
    matches = zip(*(places.tolist() for places in assigned(alike)), strict=True)
    pairs = {one: other for one, other in matches if alike[one, other] >= MOVED}
    splits = _groups(pairs, alike, lambda one, group: cosine([one], group))
    joins = _groups({other: one for one, other in pairs.items()}, alike.T, lambda one, group: cosine(group, [one]))
    links: list[Link] = []
    for link in [
        *(((one,), group) for one, group in splits.items()),
        *((group, (other,)) for other, group in joins.items()),
        *(((one,), (other,)) for one, other in pairs.items()),
        *(((one,), ()) for one in range(len(own))),
        *(((), (other,)) for other in range(len(later))),
    ]:
        if not any({*link[side]} & {*other_link[side]} for other_link in links for side in (0, 1)):
            links.append(link)
    return tuple(
        _part(before, after, link, cosine(*link) if all(link) else _likeliest(alike, link))
        for link in sorted(links, key=lambda link: (not link[0], link))
    )


def _products(before: Fit, after: Fit) -> tuple[Matrix, Matrix, Matrix]:
    """Return ⟨P, Q⟩ of each part before and each after, of each two before, and of each two after."""
    rows = _aligned(before.factors.W.T, after.factors.W.T, before.rows, after.rows)
    columns = _aligned(before.factors.H, after.factors.H, before.columns, after.columns)
    counts = before.factors.parts, after.factors.parts
    W, later_W = (part[:count] for part, count in zip(rows, counts, strict=True))
    H, later_H = (part[:count] for part, count in zip(columns, counts, strict=True))
    cross = inner(W, later_W) * inner(H, later_H)
    return cross, inner(W, W) * inner(H, H), inner(later_W, later_W) * inner(later_H, later_H)


def _aligned(before: Matrix, after: Matrix, old: Sequence[str], new: Sequence[str]) -> tuple[Matrix, Matrix]:
    """Return loadings (components, labels) with a column for each label of either side, 0 where a side lacks it.

    >>> _aligned(np.array([[1.0, 2.0]]), np.array([[3.0]]), ["a", "b"], ["b"])
    (array([[1., 2.]]), array([[0., 3.]]))
    """
    place = {label: position for position, label in enumerate(dict.fromkeys([*old, *new]))}

    def spread(loadings: Matrix, labels: Sequence[str]) -> Matrix:
        wide = np.zeros((len(loadings), len(place)))
        wide[:, [place[label] for label in labels]] = loadings
        return wide

    return spread(before, old), spread(after, new)


def _groups(
    pairs: Mapping[int, int], alike: Matrix, cosine: Callable[[int, Sequence[int]], float]
) -> dict[int, tuple[int, ...]]:
    """Return the parts of the other side that add up to a part, where there are several of them."""
    groups = {one: (other,) for one, other in pairs.items()}
    for other in sorted({*range(alike.shape[1])} - {*pairs.values()}):
        one = int(alike[:, other].argmax())
        group = groups.get(one, ())
        if cosine(one, (*group, other)) >= cosine(one, group) + GAIN:
            groups[one] = (*group, other)
    return {one: group for one, group in groups.items() if len(group) > 1 and cosine(one, group) >= MOVED}


def _part(before: Fit, after: Fit, link: Link, cosine: float) -> Part:
    ones, others = link
    match len(ones), len(others):
        case 1, 1:
            state: State = "kept" if cosine >= KEPT else "moved"
        case 1, 0:
            state = "gone"
        case 0, 1:
            state = "new"
        case 1, _:
            state = "split"
        case _:
            state = "joined"
    return Part(
        state=state,
        before=tuple(before.factors.components[one] for one in ones),
        after=tuple(after.factors.components[other] for other in others),
        cosine=cosine,
        shifts=_shifts(before, after, ones[0], others[0]) if state == "moved" else (),
    )


def _likeliest(alike: Matrix, link: Link) -> float:
    """Return the largest cosine of a part that is new or gone and any of the other side."""
    return float(alike[[*link[0]] or slice(None), [*link[1]] or slice(None)].max(initial=0.0))


def _shifts(before: Fit, after: Fit, one: int, other: int) -> tuple[Shift, ...]:
    shifts = []
    for old, new, labels, later_labels in (
        (before.factors.W[:, one], after.factors.W[:, other], before.rows, after.rows),
        (before.factors.H[one], after.factors.H[other], before.columns, after.columns),
    ):
        (was,), (is_now,) = _aligned(_of_heaviest(old), _of_heaviest(new), labels, later_labels)
        names = [*dict.fromkeys([*labels, *later_labels])]
        largest = np.argsort(-np.abs(is_now - was), kind="stable")[:NAMED].tolist()
        shifts += [Shift(label=names[place], before=float(was[place]), after=float(is_now[place])) for place in largest]
    return tuple(sorted(shifts, key=lambda shift: -abs(shift.after - shift.before))[:NAMED])


def _of_heaviest(loadings: Matrix) -> Matrix:
    return (loadings / (loadings.max(initial=0.0) or 1.0))[None, :]
