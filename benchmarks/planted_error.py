"""Does the interval of the error of the fit delivered hold the true one? Drawn tables of four kinds, 90 % intervals.

    python benchmarks/planted_error.py [--tables 60] [--seed 4] [--folds 5]

TABLES of each kind have 2 to 5 parts, fitted by the native solver at its defaults. The true error is that on the cells
that are not known, over 20 draws of their noise. Beside the interval stands the plain one, RMSE ± 1.645 standard errors
over the same folds, clustered by row. Estimate and width were chosen on seeds 0 to 3.
"""

import argparse
import sys
import warnings
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from ratings_nmf.core.table import from_dense
from ratings_nmf.holdout.evaluation import over_folds
from ratings_nmf.holdout.trial import Model, fit_to_rest
from ratings_nmf.model.samples import QUANTILES

KINDS = {"gaussian": (60, 40, 0.5), "poisson": (100, 30, 0.3), "multiplicative": (80, 50, 0.6), "stars": (150, 40, 0.2)}
"""Rows, columns and share of known cells, by the noise: of three tenths of the table's deviation, cut at 0; counts of
mean 5; a log-normal factor of 0.3; ratings from 1 to 5, rounded, with levels."""
DRAWS = 20


def truth(kind: str, random: np.random.Generator) -> tuple[np.ndarray, int]:
    """Return what the cells of a table are on average, and its number of parts."""
    rows, columns, _ = KINDS[kind]
    rank = int(random.integers(2, 6))
    mean = random.gamma(0.5, 1.0, (rows, rank)) @ random.gamma(0.5, 1.0, (rank, columns))
    if kind != "stars":
        return 5.0 * mean / mean.mean(), rank
    levels = random.normal(0.0, 0.5, (rows, 1)) + random.normal(0.0, 0.5, columns)
    return 3.5 + levels + 0.7 * (mean - mean.mean()) / mean.std(), rank


def noisy(kind: str, mean: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return cells around their mean; a 0 is written as next to nothing, since it would mean not known."""
    match kind:
        case "gaussian":
            cells = mean + random.normal(0.0, 0.3 * mean.std(), mean.shape)
        case "poisson":
            cells = random.poisson(mean).astype(float)
        case "multiplicative":
            cells = mean * np.exp(random.normal(0.0, 0.3, mean.shape))
        case _:
            cells = np.clip(np.rint(mean + random.normal(0.0, 0.7, mean.shape)), 1.0, 5.0)
    return np.maximum(cells, 1e-6)


def measure(kind: str, number: int, *, seed: int, folds: int) -> tuple[float, float, float, float]:
    """Return estimates over the true error, and whether the interval and the plain one hold it."""
    random = np.random.default_rng([seed, number, list(KINDS).index(kind)])
    mean, rank = truth(kind, random)
    known = random.random(mean.shape) < KINDS[kind][2]
    rows, columns = (tuple(str(line) for line in range(count)) for count in mean.shape)
    cells = np.where(known, noisy(kind, mean, random), np.nan)
    table = from_dense(cells, row_labels=rows, column_labels=columns, zeros="missing")
    model = Model(n_components=rank, solver="native", options={})
    predicted = fit_to_rest(table, model, seed=0).reconstruction()[~known]
    squares = [np.square(noisy(kind, mean, random)[~known] - predicted).mean() for _ in range(DRAWS)]
    true = float(np.sqrt(np.mean(squares)))
    heldout = over_folds(table, model, folds=folds, seed=0, to="rows")
    interval = heldout["delivered"]
    plain = abs(heldout["rmse"] - true) <= QUANTILES[90] * heldout["rmse_se"]
    return interval["rmse"] / true, heldout["rmse"] / true, interval["low"] <= true <= interval["high"], plain


def main() -> None:
    """Print a line a kind: mean estimates over the true error, and the shares of intervals that hold it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=int, default=60)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--folds", type=int, default=5)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"{'kind':>15} {'delivered':>10} {'folds':>10} {'interval':>10} {'plain':>10}")
    every = []
    for kind in KINDS:
        results = [measure(kind, n, seed=arguments.seed, folds=arguments.folds) for n in range(arguments.tables)]
        every += results
        print(f"{kind:>15}", *(f"{figure:10.3f}" for figure in np.mean(results, axis=0)), flush=True)
    print(f"{f'all {len(every)}':>15}", *(f"{figure:10.3f}" for figure in np.mean(every, axis=0)))


if __name__ == "__main__":
    main()
