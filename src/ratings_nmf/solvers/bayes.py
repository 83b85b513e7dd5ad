"""The solver that samples: W, H ≥ 0 drawn from their distribution given the table, with no penalty to choose.

Predictions are means over draws; `ratings_nmf.solvers.chain` has the model.
"""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from msgspec import structs

from ratings_nmf.core.progress import progress
from ratings_nmf.core.streams import cell_hash
from ratings_nmf.core.table import Places, Zeros
from ratings_nmf.core.words import counted
from ratings_nmf.model.frame import Solution
from ratings_nmf.model.mixing import described, mixing
from ratings_nmf.model.samples import MOST, Samples, aligned
from ratings_nmf.solvers.cells import Cells, Floats
from ratings_nmf.solvers.chain import Chain, SampledTable, key_below, pose_sampling
from ratings_nmf.solvers.kernels.gibbs import Chance, Prior
from ratings_nmf.solvers.options import BayesOptions
from ratings_nmf.solvers.threads import thread_count

_WINDOW, _SETTLED = 25, 1e-3
"""Burn-in ends when the noise over so many sweeps is by at most this share lower than over as many before."""

_WORK = 8_000_000
"""Known cells times sweeps before which it does not end: parts that a table does not need leave it over hundreds of
sweeps, which the noise of a small table is too uncertain to show. So many take less than a second."""

_SHARP = 50.0
"""Sweeps before which it does not end, over the squared share that values' half deviation is of the noise: the less
noise, the smaller the steps by which a chain leaves parts that a table does not need."""

_WATCHED = 1000
"""Known cells whose predictions tell whether chains agree."""

_PASSES = 10
"""Over a newcomer's coordinates for each draw of the other side's, the last of which is kept."""


def fit(
    cells: Cells,
    *,
    n_components: int,
    zeros: Zeros,
    options: BayesOptions,
    seed: int = 0,
    held_out: Places | None = None,
    most: int = MOST,
) -> Solution:
    """Sample the factors of a table, by chains side by side.

    held_out: (rows, columns) of cells that the fit must not know, be they among `cells` or not.
    most: numbers that all draws that are kept may have.
    Raises ValueError as `pose_sampling` does.
    """
    table = pose_sampling(cells, n_components, zeros, baseline=options.baseline, held_out=held_out)
    options, notes = _affordable(options, sum(cells.shape) * len(table.components), most)
    samples = _blank(cells.shape, table.components, options)

    def chain(number: int) -> Floats:
        with np.errstate(over="ignore"):  # of whole numbers, which interpreted code warns of
            return _run(Chain(table, seed, number), samples, number, options)

    traces = []
    with ThreadPoolExecutor(min(thread_count(), options.chains)) as pool:
        for trace in progress(pool.map(chain, range(options.chains)), total=options.chains, unit="chains"):
            traces.append(trace)
    samples = aligned(samples)
    factors, n_iter = samples.for_people(), max(map(len, traces))
    tails = np.stack([trace[-options.samples * options.thinning :] for trace in traces])
    some = np.argsort(cell_hash(0, cells.rows, cells.columns), kind="stable")[:_WATCHED]
    sample_cells = cells.where(some)
    each = np.stack([draw.predict(sample_cells.rows, sample_cells.columns) for draw in samples])
    predicted = each.reshape(options.chains, options.samples, some.size)
    distances = factors.predict(sample_cells.rows, sample_cells.columns) - predicted.mean(axis=(0, 1))
    return Solution(
        factors=factors,
        n_iter=n_iter,
        converged=None,
        samples=samples,
        traces=np.stack([np.pad(trace, (0, n_iter - len(trace)), constant_values=np.nan) for trace in traces]),
        mixing={
            **described(mixing(tails[:, :, None]), mixing(predicted)),
            "product_distance": float(np.sqrt(np.square(distances).mean())) if distances.size else None,
        },
        notes=notes,
    )


def _affordable(options: BayesOptions, numbers: int, most: int) -> tuple[BayesOptions, list[str]]:
    """Return options with fewer samples, farther apart, where these of so many numbers would be more than `most`."""
    target, samples = options.samples, max(1, most // (numbers * options.chains))
    if target <= samples:
        return options, []
    be = "is" if samples == 1 else "are"
    note = f"{counted(samples, 'sample')} of each chain {be} kept, not {target}: these would take more than 2 GB."
    return structs.replace(options, samples=samples, thinning=target * options.thinning // samples), [note]


def _blank(shape: tuple[int, int], components: tuple[str, ...], options: BayesOptions) -> Samples:
    draws, size = options.chains * options.samples, len(components)
    return Samples(
        W=np.empty((draws, shape[0], size), np.float32),
        H=np.empty((draws, size, shape[1]), np.float32),
        noise=np.empty(draws),
        W_prior=np.empty((draws, 2, size)),
        H_prior=np.empty((draws, 2, size)),
        common=np.zeros((2, size)),
        components=components,
        chains=options.chains,
    )


def _run(chain: Chain, samples: Samples, number: int, options: BayesOptions) -> Floats:
    """Sweep until the noise has settled, then keep draws in the places of this chain; return the noise after each."""
    noise: list[float] = []
    while len(noise) < options.burn_in and not _has_settled(noise, chain.table):
        noise.append(chain.sweep())
    for draw in range(options.samples):
        noise += [chain.sweep() for _ in range(options.thinning)]
        chain.keep(samples, number * options.samples + draw)
    return np.array(noise)


def _has_settled(noise: list[float], table: SampledTable) -> bool:
    if len(noise) < 2 * _WINDOW or len(noise) * table.count < _WORK:
        return False
    if len(noise) * noise[-1] ** 2 < _SHARP * table.unit**2:
        return False
    before, now = math.fsum(noise[-2 * _WINDOW : -_WINDOW]), math.fsum(noise[-_WINDOW:])
    return before - now <= _SETTLED * before


def fold_in(cells: Cells, samples: Samples, *, zeros: Zeros, held_out: Places | None = None) -> Samples:
    """Draw W of any rows given each draw of H; the other attributes are those of the samples.

    cells have the columns of the fit, and held_out are (rows, columns) of those that count for unknown. What a row gets
    depends on its own cells alone.
    """
    width = samples.H.shape[2]
    if cells.shape[1] != width:
        raise ValueError(f"the cells must have the {width} columns of the fit; got {cells.shape[1]}")
    has_baseline, parts = samples.parts < len(samples.components), samples.parts
    unit = float(samples.noise.mean())
    table = pose_sampling(cells, parts, zeros, baseline=has_baseline, held_out=held_out, unit=unit)
    row_scales, column_scales = table.scales
    W = np.empty((len(samples.noise), cells.shape[0], len(samples.components)), np.float32)

    def draw(number: int) -> None:
        means, deviations = samples.W_prior[number] / row_scales
        prior = Prior(means, 1.0 / np.square(deviations), parts, parts, parts + 1 if has_baseline else -1)
        own = table.pad(np.tile(means, (cells.shape[0], 1)))
        against = table.pad(samples.H[number].T / column_scales)
        # the same random numbers for all rows, so that it does not matter which are drawn together
        names = np.zeros(cells.shape[0] + 1, np.int64)
        chance = Chance((unit / float(samples.noise[number])) ** 2, key_below(np.uint64(0), number), names, _PASSES)
        with np.errstate(over="ignore"):
            table.rows.draw(own, against, prior, chance)
        W[number] = own[: cells.shape[0], : means.size] * row_scales

    with ThreadPoolExecutor(thread_count()) as pool:
        list(pool.map(draw, range(len(W))))
    return replace(samples, W=W)
