"""Recommendations by draws that predict together: their mean, how sure it is, and what each part gives on average."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.model.samples import QUANTILES, Samples, interval
from ratings_nmf.recommend.reasons import lists_of, reasoned
from ratings_nmf.recommend.recommendations import Ranking, Recommendations
from ratings_nmf.solvers.kernels.sampled import highest_by_draws
from ratings_nmf.solvers.kernels.topk import Known
from ratings_nmf.solvers.threads import crew, split


def best_by_draws(
    samples: Samples, known: Known, ranking: Ranking, *, usual: NDArray[np.float64], cold: NDArray[np.bool_]
) -> Recommendations:
    """Recommend items, the columns of draws, to receivers, their rows, as `search.best_unknown` says.

    A receiver that knows nothing has draws of its own, by which it is predicted.

    Parameters
    ----------
    usual
        The mean receiver of each draw, (draws, components).
    """
    shape = samples.W.shape[1], samples.H.shape[2]
    count = min(ranking.top, shape[1])
    best, scores = np.full((shape[0], count), -1, dtype=np.int32), np.zeros((shape[0], count))
    score = QUANTILES[90] if ranking.by == "low" else 0.0, samples.noise_variance
    with crew() as run:
        run(
            highest_by_draws,
            split(np.arange(shape[0] + 1) * shape[1]),
            samples.W,
            samples.H,
            known,
            score,
            (best, scores),
        )
    lists = lists_of(best, scores, cold=cold, item_count=shape[1], top=ranking.top)
    receivers, items, parts = lists["receivers"], lists["items"], samples.parts
    predicted, deviation = samples.predict(receivers, items)
    lists |= {"predicted": predicted, "interval": interval(predicted, deviation).T}
    none = np.zeros_like(items)
    excess = samples.contributions(receivers, items) - replace(samples, W=usual[:, None]).contributions(none, items)
    excess = np.where(cold[receivers, None], 0.0, excess[:, :parts])
    return reasoned(lists, excess, np.ones((1, parts)), places=(np.arange(len(items), dtype=np.int32), none))
