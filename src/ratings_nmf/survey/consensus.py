"""How alike the fits are that start from different random numbers: shared components, and consensus of columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import cophenet, fcluster, leaves_list, linkage
from scipy.spatial.distance import squareform

from ratings_nmf.model.factors import Factors, cosines, matched, order_like

if TYPE_CHECKING:
    from pandas import DataFrame

Matrix = NDArray[np.float64]

GROUPS = "groups_of_"
"""How a column of `to_frame` begins that tells the groups at a count."""

LIMIT = 400
"""Lines of a consensus matrix up to which each is a column of its own."""


def agreement(restarts: Sequence[Matrix]) -> tuple[float, float]:
    """Return the mean cosine of matched components, over all pairs of restarts, and the median of the least alike.

    1 is the same parts every time. A count that finds one part too many finds all others again: only the least alike
    tells. By its median a restart that ends in a worse fit than the others decides nothing.

    >>> one, other = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[0.0, 2.0], [3.0, 4.0]])
    >>> tuple(round(each, 9) for each in agreement([one, other]))
    (0.8, 0.6)
    """
    pairs = [matched(one, other)[1] for one, other in combinations(restarts, 2)]
    return float(np.mean([pair.mean() for pair in pairs])), float(np.median([pair.min() for pair in pairs]))


def silhouette(restarts: Sequence[Matrix]) -> float | None:
    """Return the mean silhouette of all restarts' components, grouped by their match in the first restart.

    For a component, (b − a) / max(a, b): a is its mean distance (1 − cosine) to the others of its group, b that to
    the nearest other group; 1 is groups as tight as points, 0 groups that touch. None for a single component.
    Source: Rousseeuw 1987; for NMF, Alexandrov et al. 2013. Scikit-learn has a silhouette too: its import would add
    1.4 s to a stage that takes 1.3 s on a small table, and its distances are BLAS products, whose last bits depend on
    the machine.

    >>> round(silhouette([np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[0.0, 2.0], [4.0, 0.0]])]), 9)
    1.0
    """
    count = len(restarts[0])
    if count == 1:
        return None
    vectors = np.vstack([H[order_like(restarts[0], H)] for H in restarts])
    distances = np.maximum(1.0 - cosines(vectors, vectors), 0.0)
    np.fill_diagonal(distances, 0.0)
    group = np.tile(np.arange(count), len(restarts))
    sums = np.stack([distances[:, group == other].sum(axis=1) for other in range(count)], axis=1)
    own = (np.arange(len(group)), group)
    within = sums[own] / (len(restarts) - 1)
    between = sums / len(restarts)
    between[own] = np.inf
    nearest = between.min(axis=1)
    larger = np.maximum(within, nearest)
    return float(np.mean(np.divide(nearest - within, larger, out=np.zeros(len(group)), where=larger > 0)))


def strongest(factors: Factors) -> NDArray[np.intp]:
    """Return each column's strongest component, shape (columns,); −1 where a column has none of any.

    Components are compared in the unit of the cells: a row of H counts times the length of its column of W, so
    that how the scale is split between W and H does not matter. Baselines are left out.

    >>> W, H = np.array([[1.0, 9.0]]), np.array([[2.0, 1.0, 0.0], [1.0, 0.1, 0.0]])
    >>> strongest(Factors(W=W, H=H, components=("component 1", "component 2"))).tolist()
    [1, 0, -1]
    """
    W, H = factors.W[:, : factors.parts], factors.H[: factors.parts]
    weights = H * np.sqrt(np.square(W).sum(axis=0))[:, None]
    return np.where(weights.max(axis=0) > 0, weights.argmax(axis=0), -1)


def consensus(assignments: Sequence[NDArray[np.intp]]) -> Matrix:
    """Return the share of restarts in which two columns have the same strongest component, (columns, columns).

    Source: Brunet, Tamayo, Golub & Mesirov 2004, PNAS 101.

    >>> consensus([np.array([0, 0, 1]), np.array([1, 0, 0])])
    array([[1. , 0.5, 0. ],
           [0.5, 1. , 0.5],
           [0. , 0.5, 1. ]])
    """
    together = np.zeros((len(assignments[0]),) * 2)
    for groups_of_columns in assignments:
        together += groups_of_columns[:, None] == groups_of_columns
    return together / len(assignments)


def tree(matrix: Matrix) -> Any:
    """Return the average-linkage tree (scipy's linkage matrix) of the distances 1 − consensus; two columns at least."""
    return linkage(squareform(1.0 - matrix, checks=False), method="average")


def cophenetic(matrix: Matrix) -> float | None:
    """Return the correlation of 1 − consensus with the heights at which `tree` joins columns: 1 is clear groups.

    None where all pairs are alike, as for one component. Source: Brunet et al. 2004.

    >>> cophenetic(np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]))
    1.0
    """
    distances = squareform(1.0 - matrix, checks=False)
    if len(distances) == 0 or np.ptp(distances) == 0:
        return None
    return min(float(cophenet(tree(matrix), distances)[0]), 1.0)


def dispersion(matrix: Matrix) -> float:
    """Return the mean of 4 (c − ½)² over the consensus matrix: 1 where restarts agree, 0 where all is ½.

    Source: Kim & Park 2007, Bioinformatics 23.

    >>> dispersion(np.array([[1.0, 0.5], [0.5, 1.0]]))
    0.5
    """
    return float(np.mean(4.0 * np.square(matrix - 0.5)))


def grouped(matrix: Matrix, count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the columns in the order of the tree's leaves, and each column's group, from 1, of up to `count`.

    Groups are numbered in the order of the leaves.

    >>> order, group = grouped(np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 1.0]]), 2)
    >>> order.tolist(), group.tolist()
    ([1, 0, 2], [2, 1, 2])
    """
    if len(matrix) == 1:
        return np.zeros(1, dtype=np.intp), np.ones(1, dtype=np.intp)
    links = tree(matrix)
    order = leaves_list(links).astype(np.intp)
    cut = fcluster(links, count, criterion="maxclust")
    numbers = {int(name): number for number, name in enumerate(dict.fromkeys(cut[order].tolist()), start=1)}
    return order, np.array([numbers[int(name)] for name in cut], dtype=np.intp)


def membership(matrix: Matrix, group: NDArray[np.intp]) -> Matrix:
    """Return each column's mean consensus with the others of its group, shape (columns,); 1 for one alone.

    Source: the item consensus of Monti, Tamayo, Mesirov & Golub 2003, Machine Learning 52.

    >>> membership(np.array([[1.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 1.0]]), np.array([1, 1, 2]))
    array([0.5, 0.5, 1. ])
    """
    same = group[:, None] == group
    others = same.sum(axis=1) - 1
    total = (matrix * same).sum(axis=1) - 1.0
    means: Matrix = np.divide(total, others, out=np.ones(len(group)), where=others > 0)
    return means


@dataclass(frozen=True, eq=False, kw_only=True)
class Consensus:
    """A consensus matrix as it is written: in the order of the tree, neighbours put together where there are many.

    Attributes
    ----------
    columns, sizes
        Position of each column in the table, or of the first of a block, and how many it holds, shape (lines,).
    group, membership
        Shape (lines,): the first column's group, from 1, and the columns' mean consensus with their group.
    matrix
        Consensus, or its mean over the blocks, (lines, lines).
    groups
        By each count above 1 that was surveyed, the first column's group among so many by its own consensus, (lines,).
    """

    columns: NDArray[np.intp]
    sizes: NDArray[np.intp]
    group: NDArray[np.intp]
    membership: Matrix
    matrix: Matrix
    groups: Mapping[int, NDArray[np.intp]] = field(default_factory=dict)

    @classmethod
    def from_numbers(cls, names: Sequence[str], numbers: Matrix) -> "Consensus | None":
        """Return what `to_frame` was given, from the names of its columns and its numbers."""
        if not len(numbers):
            return None
        counts = [int(name.removeprefix(GROUPS)) for name in names if name.startswith(GROUPS)]
        sizes, group, membership, *rest = numbers.T
        lines = rest[len(counts) :]
        return cls(
            columns=np.array(names[len(names) - len(lines) :], dtype=np.intp) - 1,
            sizes=sizes.astype(np.intp),
            group=group.astype(np.intp),
            membership=membership,
            matrix=np.array(lines),
            groups={count: every.astype(np.intp) for count, every in zip(counts, rest, strict=False)},
        )

    def named(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Return the label of each line, of the table's columns: of a block, the first, + how many more it holds."""
        pairs = zip(self.columns.tolist(), self.sizes.tolist(), strict=True)
        return tuple(labels[column] if size == 1 else f"{labels[column]} +{size - 1:,}" for column, size in pairs)


def to_frame(summary: Consensus | None) -> "DataFrame":
    """Return a line for each column: its group, its ``group_consensus`` (`membership`), its group among each number of
    groups, its consensus with each column.

    Columns are numbered as they stand in the table, from 1; their labels would become markup in what DVC makes of it.
    No line where there is no consensus.
    """
    from pandas import DataFrame, Index

    places = summary.columns + 1 if summary else np.empty(0, np.intp)
    groups = summary.groups if summary else {}
    parts = (
        [summary.sizes, summary.group, summary.membership, *groups.values(), summary.matrix]
        if summary
        else [np.empty((0, 3))]
    )
    names = ["columns", "group", "group_consensus", *(f"{GROUPS}{count}" for count in groups), *map(str, places)]
    return DataFrame(np.column_stack(parts), index=Index(places, name="column"), columns=names)


def arrange(matrix: Matrix, columns: NDArray[np.intp], *, groups: int, limit: int = LIMIT) -> Consensus:
    """Order columns by the tree, cut it into `groups`, and put neighbours together so that `limit` lines remain.

    >>> alike = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 1.0]])
    >>> summary = arrange(alike, np.array([0, 2, 5]), groups=2, limit=2)
    >>> summary.named("abcdef"), summary.matrix.tolist()
    (('c', 'a +1'), [[1.0, 0.0], [0.0, 1.0]])
    """
    order, group = grouped(matrix, groups)
    count = min(len(order), limit)
    starts = np.arange(count) * len(order) // count
    means, sizes = block_means(matrix[np.ix_(order, order)], np.ones(len(order), dtype=np.intp), starts)
    return Consensus(
        columns=columns[order[starts]],
        sizes=sizes,
        group=group[order[starts]],
        membership=np.add.reduceat(membership(matrix, group)[order], starts) / sizes,
        matrix=means,
    )


def block_means(matrix: Matrix, sizes: NDArray[np.intp], starts: NDArray[np.intp]) -> tuple[Matrix, NDArray[np.intp]]:
    """Put neighbouring lines together, from each start to the next; return the means over blocks, and their sizes.

    Line and column i of the matrix stand for so many columns of the table, sizes (lines,).

    >>> block_means(np.array([[1.0, 0.4], [0.4, 1.0]]), np.array([3, 1]), np.array([0]))
    (array([[0.775]]), array([4]))
    """
    weighted = matrix * np.outer(sizes, sizes)
    sums = np.add.reduceat(np.add.reduceat(weighted, starts, axis=0), starts, axis=1)
    together = np.add.reduceat(sizes, starts)
    return sums / np.outer(together, together), together
