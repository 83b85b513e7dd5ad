"""Sampling with parts too many and nothing chosen beside point estimates of the planted count, on drawn tables.

    PYTHONPATH=src python benchmarks/planted_intervals.py [--tables 7]

The tables of each kind have unequal, correlated, dense parts and noise of 0.15 of the truth's standard deviation.
Errors are against the truth, in its standard deviations, on the cells that are not known: of the native solver at its
defaults, of the best of 14 of its penalties and levels or none, picked by that error, and of sampling with 4 parts too
many. The last columns are the shares of these cells whose truth lies in intervals, of the truth itself, of 50, 80 and
90 %, with these parts too many and then with the planted count.
"""

import argparse
import sys
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from ratings_nmf.model.samples import QUANTILES
from ratings_nmf.solvers import bayes, native
from ratings_nmf.solvers.cells import Cells
from ratings_nmf.solvers.options import BayesOptions, NativeOptions

NOISE, EXTRA = 0.15, 4
PENALTIES = 10.0 ** np.arange(-3.0, 0.5, 0.5)


class Kind(NamedTuple):
    """Shape, planted count, share of known cells and unit of a table."""

    n_rows: int
    n_columns: int
    rank: int
    share: float
    unit: float = 1.0


KINDS = (
    Kind(200, 50, 4, 0.3),
    Kind(200, 50, 4, 0.3, 0.05),
    Kind(60, 40, 3, 0.5),
    Kind(500, 200, 6, 0.3),
    Kind(30, 20, 3, 0.6),
    Kind(200, 100, 3, 0.1),
)


def draw(kind: Kind, number: int) -> tuple[np.ndarray, Cells, tuple[np.ndarray, np.ndarray]]:
    """Return the truth, the known cells, and the places of the others."""
    random = np.random.default_rng([number, *kind[:3]])
    shape = kind.n_rows, kind.n_columns
    common = random.gamma(1.0, 1.0, (kind.n_rows, 1))
    W = random.gamma(1.0, 1.0, (kind.n_rows, kind.rank)) * np.linspace(1.0, 0.4, kind.rank) + 0.3 * common
    truth = W @ random.gamma(1.0, 1.0, (kind.rank, kind.n_columns))
    truth *= kind.unit / truth.std()
    table = np.maximum(truth + NOISE * kind.unit * random.normal(size=shape), 0.0)
    known = random.random(shape) < kind.share
    rows, columns = (places.astype(np.int32) for places in np.nonzero(known))
    hidden = np.nonzero(~known)
    return truth, Cells(rows, columns, table[known], shape), (hidden[0].astype(np.int32), hidden[1].astype(np.int32))


def measure(kind: Kind, number: int) -> list[float]:
    """Return the errors of defaults, of the best penalty and of sampling, and the coverages, of both counts."""
    truth, cells, hidden = draw(kind, number)
    expected = truth[hidden]

    def error(predicted: np.ndarray) -> float:
        return float(np.sqrt(np.mean((predicted - expected) ** 2)) / truth.std())

    def point(**options: Any) -> float:
        settings = NativeOptions(zeros="missing", **options)
        return error(native.fit(cells, n_components=kind.rank, options=settings).factors.predict(*hidden))

    def sampled(parts: int) -> tuple[float, list[float]]:
        samples = bayes.fit(cells, n_components=parts, zeros="missing", options=BayesOptions()).samples
        assert samples is not None
        each = np.stack([one.predict(*hidden) for one in samples])
        mean, deviation = each.mean(axis=0), each.std(axis=0)
        held = [float(np.mean(np.abs(mean - expected) <= QUANTILES[level] * deviation)) for level in QUANTILES]
        return error(mean), held

    searched = [
        point(regularization=penalty, baseline=baseline, max_iter=500, tol=1e-4)
        for penalty in PENALTIES.tolist()
        for baseline in (True, False)
    ]
    (wrong, held), (_, held_at_rank) = sampled(kind.rank + EXTRA), sampled(kind.rank)
    return [point(), min(searched), wrong, *held, *held_at_rank]


def main(tables: int) -> None:
    """Print a line a kind: means over its tables, and the ratio of sampling's error to the best penalty's."""
    warnings.simplefilter("ignore")
    names = ("defaults", "searched", "sampled", "ratio", *2 * [f"{level} %" for level in QUANTILES])
    print(f"{'table':>28}", *(f"{name:>9}" for name in names))
    held = []
    for kind in KINDS:
        means = np.mean([measure(kind, number) for number in range(tables)], axis=0)
        held.append(means[3:])
        text = f"{kind.n_rows}×{kind.n_columns}, {kind.rank}, {kind.share:.0%}, × {kind.unit:g}"
        figures = (*means[:3], means[2] / means[1], *means[3:])
        print(f"{text:>28}", *(f"{figure:9.3f}" for figure in figures), flush=True)
    print(f"{tables * len(KINDS)} tables: intervals hold", *(f"{share:.1%}" for share in np.mean(held, 0)))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--tables", type=int, default=7, help="of each kind")
    main(arguments.parse_args().tables)
