"""How many parts stand above the noise of a table with cells that are not known, by cells held out of sampled fits."""

import numpy as np

from ratings_nmf.core.streams import derived_seed, stream
from ratings_nmf.core.table import LEAST_CELLS, RatingsTable
from ratings_nmf.holdout.folds import Folds, make_folds
from ratings_nmf.holdout.trial import Matrix, Model, hold_out
from ratings_nmf.survey.evidence import Setting
from ratings_nmf.survey.spectrum import FLIPS, LEAST, SMALLEST_SIDE, scaled

MOST_CELLS = 100_000
"""Known cells up to which fits are sampled for it, which takes some 20 s for so many."""

FOLDS, PARTS, OPTIONS = 10, 12, {"baseline": False, "chains": 1, "samples": 20, "burn_in": 150}
"""Of the sampled fits: more parts than most tables have, as what a part is not needed for is drawn near 0."""

CLEARLY = 1.04
"""By how much a singular value must exceed the largest of noise, on average: what fits are wrong by is in it, too."""


def above_held_out(table: RatingsTable, folds: Folds, setting: Setting) -> int | None:
    """Return how many singular values of the `completed` table stand above those of its noise; None where not told.

    Rows and columns are scaled so that what fits are wrong by has variance 1 in each, on average. Noise is that with
    its signs drawn anew; of k parts above it, it fills a space smaller by k each way.

    Told where at most half of the cells and `MOST_CELLS` are known, and `LEAST_CELLS` of them can be held out, and no
    more than the `PARTS` of the fits stand above: lines of very few cells, which weigh most, can raise any number. Fits
    are less wrong where they know a cell, which shows as a part where they know many.
    Source: Hong, Sheng & Dobriban 2020 (signs); Kritchman & Nadler 2008 (smaller space).
    """
    able = len(folds.rows) - folds.kept
    most = min(table.size // 2, MOST_CELLS) if table.fits_dense else 0
    if table.weight or able < LEAST_CELLS or len(table.values) > most or min(table.shape) < SMALLEST_SIDE:
        return None
    whole, rest = completed(table, setting)
    variance = np.square(rest)
    rows, columns = (np.sqrt(side) for side in scaled(variance + LEAST * variance.mean()))
    values = np.linalg.svd(rows * whole * columns.T, compute_uv=False)
    random, noise = stream(setting.seed, "survey signs"), rows * rest * columns.T
    norm = np.mean([np.linalg.norm(noise * random.choice([-1.0, 1.0], noise.shape), 2) for _ in range(FLIPS)])
    parts = np.arange(min(table.shape) // 2)
    spaces = np.sqrt(np.array(table.shape)[:, None] - parts).sum(axis=0)
    is_above = np.round(values[parts] - CLEARLY * norm * spaces / spaces[0], 6) > 0
    above = int(np.append(is_above, False).argmin())
    return above if above <= PARTS else None


def completed(table: RatingsTable, setting: Setting) -> tuple[Matrix, Matrix]:
    """Return the table with all cells, (rows, columns), which is right on average, and what of it is noise.

    It is the mean of fits without a fold each and, at a known cell, what the fit without it is wrong by, over the
    chance to be known. On average that mends what fits are wrong by everywhere (Robins, Rotnitzky & Zhao 1994).
    """
    folds = make_folds(table, folds=FOLDS, seed=setting.seed, purpose="survey completion", parameter="survey.folds")
    model = Model(n_components=min(PARTS, *table.shape), solver="bayes", options=OPTIONS)

    def fitted(_: int, fold: int) -> tuple[Matrix, Matrix]:
        places, values = folds.held_out(fold)
        seed, rest = derived_seed(setting.seed, "survey completion", fold), np.zeros(table.shape)
        prediction = hold_out(table, places, model, seed=seed).factors.reconstruction()
        rest[places] = values - prediction[places]
        return prediction, rest

    predictions, rests = zip(*setting.run("sampled fits", fitted, [PARTS], folds.numbers)[0], strict=True)
    known = np.zeros(table.shape)
    known[folds.rows[folds.fold >= 0], folds.columns[folds.fold >= 0]] = 1.0
    chance = known.mean(axis=1)[:, None] * known.mean(axis=0) / known.mean()
    rest = np.divide(sum(rests), np.minimum(chance, 1.0), out=np.zeros(table.shape), where=known > 0)
    return sum(predictions) / len(predictions) + rest, rest
