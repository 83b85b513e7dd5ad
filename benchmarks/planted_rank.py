"""Is the count to predict with, or that of parts to name, the planted one? Drawn tables of known rank with noise.

They have several shapes and both meanings of 0; penalty and levels are left to the survey. Scikit-learn's NMF cannot
leave cells out. Where zeros are observed it is given the same folds with the held-out cells filled by their column's
mean, and its error on them picks a count by the same rule; where zeros are missing it cannot take part.
"""

import sys
import time
import warnings
from pathlib import Path

import numpy as np
from sklearn.decomposition import NMF
from sklearn.exceptions import ConvergenceWarning

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from ratings_nmf.core.params import SurveyParameters
from ratings_nmf.core.table import RatingsTable, from_dense
from ratings_nmf.holdout.folds import make_folds
from ratings_nmf.survey import rules
from ratings_nmf.survey.comparison import compare

PLAN = SurveyParameters(components=list(range(1, 11)), folds=5, restarts=5)
SHAPES = ((60, 40), (200, 30), (120, 120), (400, 38))
NOISE = 0.1
"""Standard deviation of the noise, as a share of that of the table without it."""


def draw(case: int) -> tuple[RatingsTable, int]:
    """Return a table and its rank: every shape at every rank from 3 to 8."""
    random = np.random.default_rng(case)
    rank, shape = 3 + case // len(SHAPES) % 6, SHAPES[case % len(SHAPES)]
    zeros = ("observed", "missing")[case // 2 % 2 ^ case // len(SHAPES) % 2]
    cells = random.gamma(0.5, 1.0, (shape[0], rank)) @ random.gamma(0.5, 1.0, (rank, shape[1]))
    cells = np.maximum(cells + random.normal(0.0, NOISE * cells.std(), shape), 0.0)
    if zeros == "missing":
        cells = np.where(random.random(shape) < 0.6, np.maximum(cells, 1e-6), 0.0)
    labels = [tuple(str(line) for line in range(count)) for count in shape]
    return from_dense(cells, row_labels=labels[0], column_labels=labels[1], zeros=zeros), rank


def by_sklearn(table: RatingsTable) -> int | None:
    """Return the count that scikit-learn's error on the same folds suggests, held-out cells filled by column means."""
    if table.zeros == "missing":
        return None
    folds = make_folds(table, folds=PLAN.folds, seed=0, purpose="cross-validation")
    errors = np.empty((len(PLAN.components), PLAN.folds))
    for fold in folds.used:
        (rows, columns), values = folds.held_out(fold)
        cells = table.dense()
        cells[rows, columns] = np.nan
        cells[rows, columns] = np.nanmean(cells, axis=0)[columns]
        for place, count in enumerate(PLAN.components):
            model = NMF(count, random_state=0, max_iter=400)
            predicted = (model.fit_transform(cells) @ model.components_)[rows, columns]
            errors[place, fold] = np.sqrt(np.mean(np.square(values - predicted)))
    gaps = errors - errors[errors.mean(axis=1).argmin()]
    spread = gaps.std(axis=1, ddof=1) / np.sqrt(PLAN.folds)
    return rules.one_standard_error(
        [
            {"n_components": count, "cv_rmse": cv, "cv_gap_se": se}
            for count, cv, se in zip(PLAN.components, errors.mean(axis=1), spread, strict=True)
        ]
    )


def main(cases: int) -> None:
    """Print a line a case, and how often each is right and within 1."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    names = ("predict", "name", "cophenetic", "shuffled", "sklearn")
    print(f"{'shape':>9} {'zeros':>8} {'planted':>8}", *(f"{name:>10}" for name in names), f"{'seconds':>8}")
    found, planted = [], []
    for case in range(cases):
        table, rank = draw(case)
        start = time.perf_counter()
        survey = compare(table, PLAN, options={}, seed=0)
        seconds = time.perf_counter() - start
        answers = survey.choice.n_components, survey.parts.n_components
        given = [*answers, *(survey.suggested[name] for name in names[2:4]), by_sklearn(table)]
        found.append([np.nan if count is None else count for count in given])
        planted.append(rank)
        shape = f"{table.shape[0]}×{table.shape[1]}"
        print(f"{shape:>9} {table.zeros:>8} {rank:>8}", *(f"{count or '—':>10}" for count in given), f"{seconds:8.1f}")
    off = np.abs(np.array(found) - np.array(planted)[:, None])
    for name, distances in zip(names, off.T, strict=True):
        known = distances[~np.isnan(distances)]
        print(f"{name}: right in {np.sum(known == 0)} of {len(known)}, within 1 in {np.sum(known <= 1)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 24)
