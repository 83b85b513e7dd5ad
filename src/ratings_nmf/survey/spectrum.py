"""How many parts stand above the noise of a table of which every cell is known, by its singular values."""

import numpy as np
from scipy.special import erfcx

from ratings_nmf.core.streams import stream
from ratings_nmf.core.table import RatingsTable
from ratings_nmf.holdout.trial import Matrix

MOST_WORK = 100_000_000
"""Largest rows × columns × smaller side of a table whose singular values are taken."""

SMALLEST_SIDE = 6
"""Rows, and columns, below which a table has too few singular values to tell noise by."""

FLIPS, PASSES, STEPS = 10, 6, 20
"""Residuals with signs drawn anew; rounds until the count stays; of `scaled`, over the two sides."""

CLEARLY = 1.1
"""By how much a squared singular value must exceed what noise is expected to have: values cut at 0 bend a table."""

LEAST = 1e-6
"""Least variance of what is left: noise was scaled to about 1, and less is rounding, in a table without noise."""

MIXTURES = np.array(
    [
        (1, 0, 0), (0, 1, 0), (0, 0, 1), (0.5, 0.5, 0), (0.2, 0.8, 0), (0.1, 0.9, 0), (0, 0.5, 0.5), (0.5, 0, 0.5),
        (0.1, 0, 0.9), (0.03, 0, 0.97),
    ]
)  # fmt: skip
"""Shares of the noise's variance that are the same everywhere, in proportion to the mean, and to its square."""

DEVIATIONS, MEAN = 1.5, -1.2065
"""Of the law of Tracy & Widom (1996) of order 1: how far up a value speaks for a part, about its 98 %; its mean."""


def above_noise(table: RatingsTable, *, seed: int) -> int | None:
    """Return how many singular values of the table stand above those of noise; None where it is not told.

    Rows and columns are first scaled so that the noise has variance 1 in each, on average: a part weaker than the noise
    of loud rows then shows. The noise is what so many singular vectors leave, its variance a mixture of `MIXTURES`. A
    singular value counts where its square is above the largest expected of noise of the lesser ones' variance, by
    `DEVIATIONS` and `CLEARLY`; noise that is not alike everywhere has larger ones, as residuals with their signs drawn
    anew show. Repeated with the count that was found, and with the table as it was before noise was cut off at 0
    (`uncut`), until it stays.

    Not told where a cell may not be known, of a table above `MOST_WORK`, or with a side below `SMALLEST_SIDE`. No last
    bit of a singular value decides but at the very threshold.

    Source: Landa, Zhang & Kluger 2022, SIAM J. Math. Data Science 4 (scaling); Kritchman & Nadler 2008, Chemometrics
    94 (threshold); Hong, Sheng & Dobriban 2020 (signs).
    """
    smaller = min(table.shape)
    if table.weight != 1 or smaller < SMALLEST_SIDE or table.size * smaller > MOST_WORK:
        return None
    cells = table.dense() if table.shape[0] >= table.shape[1] else table.dense().T
    random, count, whole = stream(seed, "survey signs"), smaller // 3, cells
    rows, columns = (np.ones((number, 1)) for number in cells.shape)
    for _ in range(PASSES):
        for _ in range(2):
            rest = _rest(rows * whole * columns.T, count)[1] / rows / columns.T
            rows, columns = (np.sqrt(side) for side in scaled(_variance(whole, rest)))
        values, rest = _rest(rows * whole * columns.T, count)
        norms = [_spectrum(rest * random.choice([-1.0, 1.0], rest.shape))[0][0] ** 2 for _ in range(FLIPS)]
        unlike = np.mean(norms) / max(np.square(rest).mean(), LEAST)
        expected, unit = _largest(np.array(cells.shape))
        unlike = max(1.0, unlike / (expected + MEAN * unit))
        above = 0
        while above < smaller // 2 and _stands_out(values, cells.shape, above, unlike):
            above += 1
        if above == count:
            break
        count, whole = above, uncut(cells, above)
    return count


def scaled(variance: Matrix) -> tuple[Matrix, Matrix]:
    """Return factors of the rows, (rows, 1), and columns, (columns, 1), that make the mean of each row and column 1.

    Source: Sinkhorn & Knopp 1967.

    >>> rows, columns = scaled(np.array([[1.0, 2.0], [2.0, 4.0]]))
    >>> (rows * np.array([[1.0, 2.0], [2.0, 4.0]]) * columns.T).round(6).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    rows, columns = (np.ones((number, 1)) for number in variance.shape)
    for _ in range(STEPS):
        rows = len(columns) / (variance @ columns)
        columns = len(rows) / (variance.T @ rows)
    return rows, columns


def uncut(cells: Matrix, count: int) -> Matrix:
    """Return the cells with what is expected below 0 in place of each 0, if noise alike everywhere was cut off there.

    Cut noise follows the means, bent, and shows as a part more. It was cut if most cells are above 0, since of means
    that are not below 0 it cuts no more than half; if the highest quarter of a fit of so many parts, of which it cuts
    few, has noise of one variance; and if a cell is above 0 by less than a tenth of it, as of counts none is. Fitted
    once: what is filled in follows the fit, and fitted again the bend comes back.

    Source: Tobin 1958, Econometrica 26.

    >>> uncut(np.array([[1.0, 0.01, 1.0], [0.0, 1.0, 1.0]]), 0).round(2).tolist()
    [[1.0, 0.01, 1.0], [-0.71, 1.0, 1.0]]
    """
    zero = cells == 0
    if not 0 < zero.mean() < 0.5:
        return cells
    fit = np.maximum(cells - _rest(cells, count)[1], 0.0)
    high = ~zero & (fit >= np.quantile(fit[~zero], 0.75))
    rest = (cells - fit)[high]
    free = (1 - count / cells.shape[0]) * (1 - count / cells.shape[1])
    deviation = np.sqrt(np.square(rest).mean() / free)
    if deviation < 10 * cells[~zero].min() or np.ptp(_variance(cells[high], rest)) > 0:
        return cells
    return np.where(zero, fit - deviation * np.sqrt(2 / np.pi) / erfcx(fit / deviation / np.sqrt(2)), cells)


def _rest(cells: Matrix, count: int) -> tuple[Matrix, Matrix]:
    """Return the singular values, and what the first so many singular vectors leave of the cells."""
    values, right = _spectrum(cells)
    return values, cells - cells @ right[:count].T @ right[:count]


def _spectrum(cells: Matrix) -> tuple[Matrix, Matrix]:
    """Return the singular values and right vectors of a table with no more columns than rows, by its small R of Q R."""
    return np.linalg.svd(np.linalg.qr(cells, mode="r"))[1:]


def _variance(cells: Matrix, rest: Matrix) -> Matrix:
    """Return the variance of each cell by the mixture under which what is left is most likely, were it normal."""
    unit = float(cells.mean())
    level = np.maximum((cells - rest) / unit, 0.02)
    kinds = np.stack([np.ones(level.shape), level, np.square(level)])
    squares = np.square(rest / unit) + 1e-12
    candidates = [np.tensordot(shares, kinds, axes=1) for shares in MIXTURES]
    candidates = [each * (squares / each).mean() for each in candidates]
    return min(candidates, key=lambda each: float(np.round(np.log(each).mean(), 9))) * unit**2


def _largest(shape: Matrix) -> tuple[float, float]:
    """Return centre and unit of the square of the largest singular value of noise of variance 1 (Johnstone 2001)."""
    sides = np.sqrt(shape - 0.5)
    return float(sides.sum() ** 2), float(sides.sum() * (1 / sides).sum() ** (1 / 3))


def _stands_out(values: Matrix, shape: tuple[int, ...], place: int, unlike: float) -> bool:
    """Say whether the singular value at a place stands above noise of the variance of those from there on."""
    rest = np.array(shape) - place
    expected, unit = _largest(rest)
    variance = max(float(np.square(values[place:]).sum()) / rest.prod(), LEAST)
    size = values[place] ** 2 / variance / unlike
    return bool(np.round(size - max(expected + DEVIATIONS * unit, expected * CLEARLY), 6) > 0)
