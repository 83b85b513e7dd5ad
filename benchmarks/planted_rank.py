"""Is the count to predict with, or that of parts to name, the planted one? 144 drawn tables of rank 2 to 10, and peers.

    python benchmarks/planted_rank.py [--seed 1] [--known 1 0.3 0.1] [--rows 30 60 200 500]

Every share of known cells meets every shape, noise and kind of parts once; penalty and levels are left to the survey.
Rules are tuned on seeds 0, 100 to 103, 1000 to 1009 and 3000 to 3005, and reported on others. Beside both answers stand
two rules they come from, held-out error (`one_standard_error`) and spectrum (`above_noise`), and peers, which choose
among the same counts: the cophenetic rule alone; where all cells are known also parallel analysis (Horn 1965) and
scikit-learn's NMF with bi-cross-validation (Owen & Perry 2009), neither of which can leave cells out. The last is no
rule but a bound: how many singular values of the planted means noise of the planted variance lets through at all (Baik,
Ben Arous & Péché 2005), each as much smaller as the root of the share of known cells.
"""

import argparse
import sys
import time
import warnings
from itertools import product
from pathlib import Path

import numpy as np
from sklearn.decomposition import NMF, non_negative_factorization
from sklearn.exceptions import ConvergenceWarning

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from ratings_nmf.core.params import SurveyParameters
from ratings_nmf.core.table import from_dense
from ratings_nmf.survey.comparison import compare
from ratings_nmf.survey.spectrum import scaled

PLAN = SurveyParameters(components=list(range(1, 13)), folds=5, restarts=5)
KNOWN = (1.0, 0.3, 0.1)
SHAPES = {30: 20, 60: 40, 200: 50, 500: 200}
NOISE = ("gaussian 10 %", "gaussian 30 %", "poisson", "multiplicative")
"""Deviation of a tenth or three tenths of the table's, cut at 0; counts of mean 5; a log-normal factor of 0.3."""
PARTS = ("equal", "unequal", "correlated")
"""Rows of H alike in size; falling to 0.3; four tenths of each the same."""
CASES = list(product(KNOWN, SHAPES, NOISE, PARTS))
NAMES = ("predict", "name", "held out", "spectrum", "cophenetic", "parallel", "sklearn", "bound")
BLOCKS = 2
"""Groups of rows, and of columns, that bi-cross-validation leaves out in turn."""


def draw(case: int, seed: int) -> tuple[np.ndarray, int, int]:
    """Return a table, NaN where a cell is not known, its rank, and how much of that noise lets through at most."""
    known, rows, noise, parts = CASES[case]
    random, shape = np.random.default_rng([seed, case]), (rows, SHAPES[rows])
    rank = int(random.integers(2, 11))
    W, H = random.gamma(0.5, 1.0, (shape[0], rank)), random.gamma(0.5, 1.0, (rank, shape[1]))
    if parts == "unequal":
        H *= np.geomspace(1.0, 0.3, rank)[:, None]
    elif parts == "correlated":
        H = 0.6 * H + 0.4 * random.gamma(0.5, 1.0, shape[1])
    means = W @ H
    if noise == "poisson":
        means *= 5.0 / means.mean()
        cells, variance = random.poisson(means).astype(float), means
    elif noise == "multiplicative":
        cells, variance = means * np.exp(random.normal(0.0, 0.3, shape)), np.square(0.3 * means)
    else:
        deviation = (0.1 if noise == "gaussian 10 %" else 0.3) * means.std()
        cells, variance = means + random.normal(0.0, deviation, shape), np.full(shape, deviation**2)
    by_row, by_column = scaled(variance)
    values = np.linalg.svd(np.sqrt(by_row) * means * np.sqrt(by_column.T), compute_uv=False)
    bound = int(np.sum(np.sqrt(known) * values > (shape[0] * shape[1]) ** 0.25))
    return np.where(random.random(shape) < known, np.maximum(cells, 0.0), np.nan), rank, bound


def by_parallel_analysis(cells: np.ndarray) -> int:
    """Return how many leading correlations of the columns are above the 95th percentile of shuffled columns'."""
    random = np.random.default_rng(0)
    cells = cells[:, cells.std(axis=0) > 0]
    own = np.linalg.eigvalsh(np.corrcoef(cells.T))[::-1]
    shuffled = [np.linalg.eigvalsh(np.corrcoef(random.permuted(cells, axis=0).T))[::-1] for _ in range(20)]
    return int(np.argmin(np.append(own > np.percentile(shuffled, 95, axis=0), False)))


def by_sklearn(cells: np.ndarray) -> int:
    """Return the count of the least error on blocks of rows and columns, each predicted from the other blocks."""
    random = np.random.default_rng(0)
    groups = [random.permutation(count) % BLOCKS for count in cells.shape]
    errors = np.zeros(len(PLAN.components))
    for (place, count), row, column in product(enumerate(PLAN.components), range(BLOCKS), range(BLOCKS)):
        left, right = groups[0] == row, groups[1] == column
        model = NMF(min(count, *(int(np.sum(~side)) for side in (left, right))), random_state=0)
        W = model.fit_transform(cells[~left][:, ~right])
        beside = model.transform(cells[left][:, ~right])
        below = non_negative_factorization(
            cells[~left][:, right].T, H=W.T, n_components=W.shape[1], init="custom", update_H=False
        )[0]
        errors[place] += np.square(cells[left][:, right] - beside @ below.T).sum()
    return PLAN.components[int(errors.argmin())]


def main() -> None:
    """Print a line a case, and for each share of known cells how often each is right, within 1, and how it fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--known", type=float, nargs="+", choices=KNOWN, default=KNOWN)
    parser.add_argument("--rows", type=int, nargs="+", choices=SHAPES, default=[*SHAPES])
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    print(f"{'known':>5} {'shape':>7} {'noise':>14} {'parts':>10} {'planted':>7}", *(f"{name:>10}" for name in NAMES))
    distances: dict[float, list[list[float]]] = {known: [] for known in arguments.known}
    for case, (known, rows, noise, parts) in enumerate(CASES):
        if known not in arguments.known or rows not in arguments.rows:
            continue
        cells, rank, bound = draw(case, arguments.seed)
        labels = [tuple(str(line) for line in range(count)) for count in cells.shape]
        # of a table with cells not known, a known 0 is written as next to nothing: 0 would mean not known
        table = from_dense(
            cells if known == 1 else np.maximum(cells, 1e-6),
            row_labels=labels[0],
            column_labels=labels[1],
            zeros="observed" if known == 1 else "missing",
        )
        start = time.perf_counter()
        survey = compare(table, PLAN, options={}, seed=0)
        seconds = time.perf_counter() - start
        counts = [survey.choice.n_components, survey.parts.n_components]
        counts += [survey.suggestions[name] for name in ("one_standard_error", "above_noise", "cophenetic")]
        counts += [by_parallel_analysis(cells), by_sklearn(cells)] if known == 1 else [None] * 2
        counts.append(bound)
        distances[known].append([np.nan if count is None else abs(count - rank) for count in counts])
        columns = (f"{count or '—':>10}" for count in counts)
        shape = f"{rows}×{SHAPES[rows]}"
        print(f"{known:>5g} {shape:>7} {noise:>14} {parts:>10} {rank:>7}", *columns, f"{seconds:6.1f} s", flush=True)
    for known, lines in distances.items():
        for name, off in zip(NAMES, np.array(lines).T, strict=True):
            print(
                f"{known:g} known, {name}: of {len(off)} right {np.sum(off == 0)}, within 1 {np.sum(off <= 1)}, "
                f"more than 2 off {np.sum(off > 2)}, no answer {np.sum(np.isnan(off))}"
            )


if __name__ == "__main__":
    main()
