"""The penalty and the levels that suit a table, by its held-out cells: what they are predicted at, or find in lists."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ratings_nmf.core.table import RatingsTable, Side
from ratings_nmf.holdout.folds import Folds
from ratings_nmf.holdout.trial import Matrix, standard_error
from ratings_nmf.solvers.options import NativeOptions
from ratings_nmf.survey.evidence import HeldOut, Line, Setting, held_out, ndcg_of_lists

PENALTIES = (0.01, 0.05, 0.25, 1.0)
"""Values of ``regularization`` that are tried beside the default, with levels and without where cells are missing."""

PENALTIES_OF_LISTS = (0.005, 0.01, 0.04, 0.08)
"""The same where cells that are not given count by a weight between 0 and 1."""

MOST_CELLS = 2_000_000
"""Stored cells of a table up to which penalties are tried."""

ENOUGH = 20_000
"""Held-out cells that tell penalties apart: the first folds that hold as many are taken for them."""


def search(
    table: RatingsTable, folds: Folds, counts: Sequence[int], setting: Setting, *, to: Side, enough: int = ENOUGH
) -> tuple[HeldOut, dict[str, Line]]:
    """Return the held-out errors under the setting that suits the table, and the best figure under each one tried.

    The one with the least error at its best count suits, unless the default's least is within one standard error of
    it, paired over the same cells. Where cells that are not given count by a weight between 0 and 1, the error says
    little about lists: there it is NDCG@10 of lists to `to`, paired over receivers. Nothing is tried where the options
    name a ``regularization``, or above `MOST_CELLS`.
    """
    default = NativeOptions(**setting.options, zeros=table.zeros)
    is_tried = default.regularization is None and len(table.values) <= MOST_CELLS
    if is_tried and 0 < table.weight < 1:
        return _by_lists(table, folds, counts, setting, to)
    sizes = np.cumsum([np.sum(folds.fold == number) for number in folds.numbers])
    first = 1 + int(np.searchsorted(sizes, enough)) if is_tried else len(sizes)
    few = replace(folds, numbers=folds.numbers[:first])
    trials = [held_out(table, few, counts, setting)]
    if is_tried:
        levels = [True, False] if default.has_baseline and "baseline" not in setting.options else [default.baseline]
        for baseline in levels:
            for penalty in PENALTIES:
                options = {**setting.options, "regularization": penalty, "baseline": baseline}
                trials.append(held_out(table, few, counts, replace(setting, options=options)))
    best = min(trials, key=lambda trial: trial.rmse[trial.best])
    gap, error = (figures[trials[0].best] for figures in trials[0].beyond(best))
    lines = {
        _in_words(trial.setting, table): {
            "cv_rmse": float(trial.rmse[trial.best]), "n_components": counts[trial.best]
        }
        for trial in trials
    }  # fmt: skip
    choice = trials[0] if gap <= error else best
    return (choice if few.numbers == folds.numbers else held_out(table, folds, counts, choice.setting)), lines


def _by_lists(
    table: RatingsTable, folds: Folds, counts: Sequence[int], setting: Setting, to: Side
) -> tuple[HeldOut, dict[str, Line]]:
    settings = [setting]
    settings += [replace(setting, options={**setting.options, "regularization": each}) for each in PENALTIES_OF_LISTS]
    lines: dict[str, Line] = {}
    best_lists: list[Matrix] = []
    for each in settings:
        ndcg = ndcg_of_lists(table, folds, counts, each, to=to)
        best = int(ndcg.mean(axis=1).argmax()) if ndcg.size else 0
        best_lists.append(ndcg[best])
        if ndcg.size:
            lines[_in_words(each, table)] = {"ndcg": float(ndcg[best].mean()), "n_components": counts[best]}
    place = int(np.argmax([each.sum() for each in best_lists]))
    gain = best_lists[place] - best_lists[0]
    if len(gain) < 2 or gain.mean() <= standard_error(gain):
        place = 0
    return held_out(table, folds, counts, settings[place]), lines


def _in_words(setting: Setting, table: RatingsTable) -> str:
    """Return penalty and levels."""
    options = NativeOptions(**setting.options, zeros=table.zeros)
    return f"{options.penalty:g}{' and levels' if options.has_baseline else ''}"
